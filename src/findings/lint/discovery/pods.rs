//! `discovery/doubled-ports`, `discovery/native-sidecars`, `discovery/no-phase-filter` and `discovery/wrong-port`:
//! what the rules of a job let through of the ports and containers of a pod.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::model;
use super::super::model::Kept;
use super::super::model::Model;
use super::super::model::Raw;
use super::super::seek;
use crate::collector::config::Config;
use crate::collector::config::ScrapeJob;
use crate::findings::Finding;
use crate::findings::Place;
use crate::findings::Severity;
use crate::findings::numbers::either;

const RUNNING: &str = "Running";

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    let mut unfiltered: Vec<&ScrapeJob> = Vec::new();
    for job in flow::scrapes(config)
        .iter()
        .flat_map(|receiver| &receiver.jobs)
    {
        let Some(model) = Model::new(job, linted.release()) else {
            continue;
        };
        findings.extend(wrong_fixed_port(linted, job, &model));
        if model::pod_discoveries(job).is_empty() {
            continue;
        }
        let of = |raws: &[Raw]| -> Vec<Kept> {
            let kept = raws.iter().map(|raw| model.scraped(*raw, RUNNING));
            kept.filter_map(Result::ok).collect()
        };
        let kept = [of(&model::MESHED), of(&model::ANNOTATED)];
        // Where the objects of a cluster are known, what is scraped twice is known too.
        if linted.objects.is_none() {
            findings.extend(
                kept.iter()
                    .find_map(|kept| doubled(linted, job, &model, kept)),
            );
        }
        if takes_ended(job, &model, &kept) {
            unfiltered.push(job);
        }
        findings.extend(no_sidecars(linted, job, &model));
        findings.extend(wrong_port(linted, job, &model, &kept[0]));
    }
    if !unfiltered.is_empty() {
        findings.push(no_phase(linted, &unfiltered));
    }
}

/// Several raw targets of one pod that ask the same endpoint and differ in a label of their samples.
fn doubled(
    linted: &Linted<'_>,
    job: &ScrapeJob,
    model: &Model<'_>,
    kept: &[Kept],
) -> Option<Finding> {
    let mut by_endpoint: BTreeMap<_, Vec<&Kept>> = BTreeMap::new();
    for one in kept {
        let endpoint = (&one.scheme, &one.address, &one.path);
        by_endpoint.entry(endpoint).or_default().push(one);
    }
    let several = by_endpoint.into_iter().find_map(|(endpoint, targets)| {
        let distinct: BTreeSet<_> = targets.iter().map(|target| &target.labels).collect();
        let is_certain = !targets
            .iter()
            .any(|target| model.is_doubtful(target, model::tells_ports));
        (distinct.len() > 1 && is_certain).then_some((endpoint, targets, distinct.len()))
    });
    let ((_, address, _), targets, copies) = several?;
    let first = targets.first()?;
    let differing: Vec<&str> = first
        .labels
        .keys()
        .filter(|name| {
            let value = first.labels.get(*name);
            targets
                .iter()
                .any(|target| target.labels.get(*name) != value)
        })
        .map(String::as_str)
        .collect();
    let names: Vec<String> = targets.iter().map(|target| named(target.raw)).collect();
    let mut rules = model.rules.rules().iter().enumerate();
    let rewriting = rules.find(|(_, rule)| rule.target_label == "__address__");
    let telling = differing
        .iter()
        .find_map(|label| setting_rule(model, label));
    let port = address.rsplit(':').next().unwrap_or_default();
    Some(
        Finding::new(
            "discovery/doubled-ports",
            Severity::Medium,
            format!(
                "job {} asks port {port} of a pod once for each of {}: {copies} targets, told apart by {}, and so \
                 {copies} times all series of the pod",
                job.name,
                names.join(", "),
                differing.join(", "),
            ),
        )
        .about(seek::part("job", &job.name))
        .with_evidence([
            ("job", json!(job.name)),
            ("copies", json!(copies)),
            ("differing_labels", json!(differing)),
        ])
        .seen(rewriting.and_then(|(rule, _)| {
            place_of_rule(linted, job, rule, "makes one address of all its ports")
        }))
        .seen(telling.and_then(|rule| {
            place_of_rule(linted, job, rule, "tells the copies apart, so that they stay")
        }))
        .seen(linted.job(job, "keeps more than one port of a pod"))
        .with_remedy(
            "keep one raw target of each pod, by the name of its port or container: source_labels: \
             [__meta_kubernetes_pod_container_port_name], regex: linkerd-admin, action: keep",
        ),
    )
}

/// `port http of app`, `container linkerd-init`.
fn named(raw: Raw) -> String {
    match raw.port {
        Some((name, _)) => format!("port {name} of {}", raw.container),
        None => format!("container {}", raw.container),
    }
}

/// The last rule that sets a label.
fn setting_rule(model: &Model<'_>, label: &str) -> Option<usize> {
    let rules = model.rules.rules();
    rules.iter().rposition(|rule| rule.target_label == label)
}

/// The most telling line of a rule.
fn place_of_rule(linted: &Linted<'_>, job: &ScrapeJob, rule: usize, note: &str) -> Option<Place> {
    let rule = job.relabel.get(rule)?;
    let keys = ["regex", "target_label", "source_labels", "action"];
    let entry = keys.iter().find_map(|key| seek::entry(rule, key))?;
    linted.setting(entry, note)
}

/// Whether no rule and no selector looks at whether a pod runs.
fn takes_ended(job: &ScrapeJob, model: &Model<'_>, kept: &[Vec<Kept>; 2]) -> bool {
    let tells = |label: &str| {
        ["__meta_kubernetes_pod_phase", "__meta_kubernetes_pod_ready"].contains(&label)
    };
    let discoveries = model::pod_discoveries(job);
    let is_selected = discoveries.iter().all(|discovery| {
        let mut selectors = discovery.selectors.iter();
        selectors.any(|selector| selector.field.contains("status.phase"))
    });
    let mut targets = kept.iter().flatten();
    // A job for other pods than these is judged by its words alone.
    let mut rules = model.rules.rules().iter();
    let says_nothing = kept.iter().all(Vec::is_empty)
        && !rules.any(|rule| rule.source_labels.iter().any(|label| tells(label)));
    !is_selected
        && (says_nothing
            || targets.any(|target| {
                let ended = model.scraped(target.raw, "Succeeded");
                !model.is_doubtful(target, tells) && ended.is_ok()
            }))
}

/// All such jobs together.
fn no_phase(linted: &Linted<'_>, jobs: &[&ScrapeJob]) -> Finding {
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    let count = jobs.len() as u64;
    let word = either(count, "job", "jobs");
    let finding = Finding::new(
        "discovery/no-phase-filter",
        Severity::Low,
        format!(
            "{word} {} {} pods whatever their phase: one that has completed or failed keeps its address, and is a target \
             with up 0, until it is deleted",
            names.join(", "),
            either(count, "scrapes", "scrape"),
        ),
    )
    .about(seek::part(word, &names.join(", ")))
    .with_evidence([("jobs", json!(names))])
    .with_remedy(
        "add to relabel_configs: source_labels: [__meta_kubernetes_pod_phase], regex: Pending|Succeeded|Failed, action: \
         drop",
    );
    jobs.iter().fold(finding, |finding, job| {
        finding.seen(linted.job(job, "no rule looks at the phase of a pod"))
    })
}

/// A rule drops a proxy because it is an init container, as a native sidecar is.
fn no_sidecars(linted: &Linted<'_>, job: &ScrapeJob, model: &Model<'_>) -> Option<Finding> {
    let dropping = [model::LINKERD_ADMIN, model::ISTIO_METRICS]
        .into_iter()
        .find_map(|raw| {
            let sidecar = Raw {
                is_init: true,
                ..raw
            };
            let ordinary = model.scraped(raw, RUNNING).is_ok();
            let dropped = model.scraped(sidecar, RUNNING).err();
            dropped.filter(|_| ordinary).map(|rule| (raw, rule))
        });
    let (raw, rule) = dropping?;
    let takes_applications = model.scraped(model::MESHED_APP, RUNNING).is_ok();
    Some(
        Finding::new(
            "discovery/native-sidecars",
            if takes_applications {
                Severity::Low
            } else {
                Severity::Medium
            },
            format!(
                "job {} drops init containers: where {} runs as a native sidecar it is one, and is not scraped",
                job.name, raw.container
            ),
        )
        .about(seek::part("job", &job.name))
        .with_evidence([("job", json!(job.name)), ("container", json!(raw.container))])
        .seen(place_of_rule(linted, job, rule, "drops native sidecars as well"))
        .with_remedy(
            "leave the rule out and keep the proxy's port by its name (linkerd-admin), which no other container has",
        ),
    )
}

fn wrong_port(
    linted: &Linted<'_>,
    job: &ScrapeJob,
    model: &Model<'_>,
    kept: &[Kept],
) -> Option<Finding> {
    let is_about_proxies = model.rules.rules().iter().any(|rule| {
        let regex = rule.shown.text.contains("linkerd");
        regex || rule.replacement.contains("4143")
    });
    if !is_about_proxies {
        return None;
    }
    let mut targets = kept.iter();
    let wrong = targets
        .find(|target| is_wrong(target) && !model.is_doubtful(target, model::tells_ports))?;
    let mut rules = model.rules.rules().iter();
    let setter = rules.rposition(|rule| {
        ["__address__", "__scheme__"].contains(&rule.target_label.as_str())
            && (rule.replacement.contains("4143") || rule.replacement.contains("https"))
    });
    let place = setter.and_then(|rule| {
        let entry = seek::entry(job.relabel.get(rule)?, "replacement")?;
        linted.setting(entry, "asks where no metrics are")
    });
    let place = place.or_else(|| linted.job(job, "asks where no metrics are"));
    Some(asked(job, wrong).seen(place))
}

fn wrong_fixed_port(linted: &Linted<'_>, job: &ScrapeJob, model: &Model<'_>) -> Option<Finding> {
    use crate::collector::config::Discovery;
    let groups = job
        .discovery
        .iter()
        .filter_map(|discovery| match discovery {
            Discovery::Static(group) => Some(group),
            _ => None,
        });
    let mut targets =
        groups.flat_map(|group| group.targets.iter().map(move |target| (group, target)));
    targets.find_map(|(group, (address, at))| {
        let target = model.fixed(address, &group.labels)?;
        let meant = target.address.ends_with(":4143")
            || (target.address.ends_with(":4191") && target.scheme == "https");
        meant.then(|| asked(job, &target).seen(linted.word(*at, address, "no metrics are here")))
    })
}

fn is_wrong(target: &Kept) -> bool {
    let is_proxy = target.raw.container == "linkerd-proxy" || target.address.ends_with(":4143");
    let https = target.scheme == "https" && target.address.ends_with(":4191");
    (is_proxy && target.address.ends_with(":4143")) || https
}

fn asked(job: &ScrapeJob, target: &Kept) -> Finding {
    let message = if target.address.ends_with(":4143") {
        format!(
            "job {} scrapes port 4143, on which Linkerd's proxy takes calls for the application: every scrape fails or \
             gets the application's answer, and the metrics are on 4191",
            job.name
        )
    } else {
        format!(
            "job {} scrapes port 4191 over https, and Linkerd's proxy speaks plain http there: every scrape fails",
            job.name
        )
    };
    let port = target.address.rsplit(':').next().unwrap_or_default();
    Finding::new("discovery/wrong-port", Severity::Medium, message)
        .about(seek::part("job", &job.name))
        .with_evidence([
            ("job", json!(job.name)),
            ("scheme", json!(target.scheme)),
            ("port", json!(port)),
        ])
        .with_remedy("keep the port that is called linkerd-admin, or write 4191, with scheme: http")
}
