//! `discovery/two-jobs`: the same endpoint in two jobs.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::model;
use super::super::model::Kept;
use super::super::model::Model;
use super::super::seek;
use crate::collector::config::Config;
use crate::collector::config::Discovery;
use crate::collector::config::KubernetesDiscovery;
use crate::collector::config::ScrapeJob;
use crate::findings::Finding;
use crate::findings::Severity;

/// The annotations by which Prometheus is commonly told to scrape.
const OF_PODS: &str = "__meta_kubernetes_pod_annotation_prometheus_io_scrape";
const OF_SERVICES: &str = "__meta_kubernetes_service_annotation_prometheus_io_scrape";

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    // Where the objects of a cluster are known, what is scraped twice is known too.
    let by_pods = linted.objects.is_none();
    let receivers = flow::scrapes(config);
    let jobs: Vec<(&ScrapeJob, Model<'_>)> = receivers
        .iter()
        .flat_map(|receiver| &receiver.jobs)
        .filter_map(|job| Some((job, Model::new(job, linted.release())?)))
        .collect();
    for (index, (first, model)) in jobs.iter().enumerate() {
        for (second, other) in &jobs[index + 1..] {
            if first.metrics_path != second.metrics_path || first.params != second.params {
                continue;
            }
            let fixed = same_fixed((first, model), (second, other)).map(|address| {
                let message = format!(
                    "jobs {} and {} both scrape {address}: every series of it is there twice, once for each job",
                    first.name, second.name
                );
                (Severity::Medium, message)
            });
            let found = fixed
                .or_else(|| {
                    by_pods
                        .then(|| same_pods((first, model), (second, other)))
                        .flatten()
                })
                .or_else(|| {
                    by_pods
                        .then(|| same_annotations((first, model), (second, other)))
                        .flatten()
                });
            findings.extend(found.map(|(severity, message)| {
                Finding::new("discovery/two-jobs", severity, message)
                    .about(seek::part("jobs", &format!("{}, {}", first.name, second.name)))
                    .with_evidence([("jobs", json!([first.name, second.name]))])
                    .seen(linted.job(second, "scrapes it again"))
                    .seen(linted.job(first, "scrapes it"))
                    .with_remedy(
                        "let one job have the endpoint, and drop it in the other by container, port name or annotation",
                    )
            }));
        }
    }
}

/// An address that both jobs name.
fn same_fixed(
    (first, model): (&ScrapeJob, &Model<'_>),
    (second, other): (&ScrapeJob, &Model<'_>),
) -> Option<String> {
    let fixed = |job: &ScrapeJob, model: &Model<'_>| -> Vec<Kept> {
        let groups = job
            .discovery
            .iter()
            .filter_map(|discovery| match discovery {
                Discovery::Static(group) => Some(group),
                _ => None,
            });
        let targets = groups.flat_map(|group| {
            let targets = group.targets.iter();
            targets.filter_map(|(address, _)| model.fixed(address, &group.labels))
        });
        targets.collect()
    };
    let others = fixed(second, other);
    let is_same = |one: &Kept| {
        others.iter().any(|other| {
            (&one.address, &one.scheme, &one.path) == (&other.address, &other.scheme, &other.path)
                && parameters(one) == parameters(other)
        })
    };
    let own = fixed(first, model).into_iter().find(is_same)?;
    // Credentials are nobody's business.
    Some(
        own.address
            .rsplit('@')
            .next()
            .unwrap_or_default()
            .to_owned(),
    )
}

fn parameters(kept: &Kept) -> Vec<(&String, &String)> {
    let hidden = kept.hidden.iter();
    hidden
        .filter(|(name, _)| name.starts_with("__param_"))
        .collect()
}

/// A port of a pod that both jobs scrape, whatever else they ask of it.
fn same_pods(
    (first, model): (&ScrapeJob, &Model<'_>),
    (second, other): (&ScrapeJob, &Model<'_>),
) -> Option<(Severity, String)> {
    let (left, right) = (
        model::pod_discoveries(first),
        model::pod_discoveries(second),
    );
    let alike = left
        .iter()
        .any(|one| right.iter().any(|two| may_meet(one, two)));
    if !alike {
        return None;
    }
    let raws = model::MESHED.iter().chain(&model::ANNOTATED);
    let meeting = raws.filter_map(|raw| {
        let one = model.scraped(*raw, "Running").ok()?;
        let two = other.scraped(*raw, "Running").ok()?;
        // A rule that cannot be judged may well drop this port.
        let is_doubtful = model.is_doubtful(&one, model::tells_ports)
            || other.is_doubtful(&two, model::tells_ports);
        if is_doubtful {
            return None;
        }
        let same = (&one.address, &one.scheme, &one.path) == (&two.address, &two.scheme, &two.path);
        let same = same && parameters(&one) == parameters(&two);
        (same && (asks_no_more(model, &one, other, &two) || asks_no_more(other, &two, model, &one)))
            .then_some((raw, one.address))
    });
    let (raw, address) = meeting.into_iter().next()?;
    let port = address.rsplit(':').next().unwrap_or_default();
    Some((
        Severity::Medium,
        format!(
            "jobs {} and {} both scrape port {port} of container {}: every series of it is there twice, once for each job",
            first.name, second.name, raw.container
        ),
    ))
}

/// Whether every target that gets through the rules of `other` gets through those of `model` as well: what the
/// one asks and nobody knows, the other asks in the same words.
fn asks_no_more(model: &Model<'_>, kept: &Kept, other: &Model<'_>, kept_other: &Kept) -> bool {
    let asked: Vec<&str> = unjudged(other, kept_other).collect();
    unjudged(model, kept).all(|rule| asked.contains(&rule))
}

fn unjudged<'m>(model: &'m Model<'_>, kept: &'m Kept) -> impl Iterator<Item = &'m str> {
    let rules = model.rules.rules();
    let read = kept.unjudged.iter().filter_map(|rule| rules.get(*rule));
    let filters =
        read.filter(|rule| rule.action.only_filters() || rule.target_label.starts_with("__"));
    filters.map(|rule| rule.shown.text.as_str())
}

/// Whether two discoveries can find the same pod for all that is known.
fn may_meet(one: &KubernetesDiscovery, two: &KubernetesDiscovery) -> bool {
    let names = |discovery: &KubernetesDiscovery| -> Vec<String> {
        let named = discovery.namespaces.iter();
        named.map(|(name, _)| name.clone()).collect()
    };
    let (left, right) = (names(one), names(two));
    let is_all = |names: &[String], discovery: &KubernetesDiscovery| {
        names.is_empty() && !discovery.own_namespace
    };
    let meets =
        is_all(&left, one) || is_all(&right, two) || left.iter().any(|name| right.contains(name));
    let selected = |discovery: &KubernetesDiscovery| -> Vec<(String, String)> {
        let selectors = discovery.selectors.iter();
        let pairs = selectors.map(|selector| (selector.label.clone(), selector.field.clone()));
        pairs
            .filter(|(label, field)| !label.is_empty() || !field.contains("nodeName"))
            .collect()
    };
    meets && selected(one) == selected(two)
}

/// One job goes by the annotations of pods, the other by those of services, whose endpoints are pods.
fn same_annotations(
    (first, model): (&ScrapeJob, &Model<'_>),
    (second, other): (&ScrapeJob, &Model<'_>),
) -> Option<(Severity, String)> {
    let reads = |model: &Model<'_>, label: &str| {
        let mut rules = model.rules.rules().iter();
        rules.any(|rule| rule.source_labels.iter().any(|source| source == label))
    };
    let of_pods = |job: &ScrapeJob, model: &Model<'_>| {
        !model::pod_discoveries(job).is_empty() && reads(model, OF_PODS)
    };
    let of_services = |job: &ScrapeJob, model: &Model<'_>| {
        let endpoints = job.discovery.iter().any(|discovery| match discovery {
            Discovery::Kubernetes(discovery) => discovery.role.starts_with("endpoint"),
            _ => false,
        });
        endpoints && reads(model, OF_SERVICES)
    };
    let crossed = (of_pods(first, model) && of_services(second, other))
        || (of_pods(second, other) && of_services(first, model));
    crossed.then(|| {
        (
            Severity::Low,
            format!(
                "jobs {} and {} go by the annotations of pods and by those of services: where both have \
                 prometheus.io/scrape, every series of the pod is there twice",
                first.name, second.name
            ),
        )
    })
}
