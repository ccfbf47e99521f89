//! `scrape/honor-labels`, `scrape/renamed-label` and `scrape/exported-job`: whose label stays where a target and
//! its samples have the same one.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::host::Host;
use super::super::model;
use super::super::model::Model;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::config::Config;
use crate::collector::config::Discovery;
use crate::collector::config::Role;
use crate::collector::config::ScrapeJob;
use crate::collector::relabel::Action;
use crate::collector::yaml::Entry;
use crate::findings::Finding;
use crate::findings::Place;
use crate::findings::Severity;

/// The port on which the prometheus exporter mostly shows what it has.
const USUAL_PORT: &str = "8889";

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    for job in flow::scrapes(config)
        .iter()
        .flat_map(|receiver| &receiver.jobs)
    {
        findings.extend(exported(linted, config, job));
        findings.extend(honored(linted, job));
        findings.extend(renamed(linted, job));
    }
}

/// The entry of a key of a job, as it is written.
pub(super) fn written<'a>(config: &'a Config, job: &ScrapeJob, key: &str) -> Option<&'a Entry> {
    seek::entry(seek::job_node(&config.root, job.at)?, key)
}

fn honored(linted: &Linted<'_>, job: &ScrapeJob) -> Option<Finding> {
    let is_discovered = job
        .discovery
        .iter()
        .any(|discovery| matches!(discovery, Discovery::Kubernetes(_)));
    if !job.honor_labels || !is_discovered || job.metrics_path.contains("federate") {
        return None;
    }
    let entry = written(linted.readable()?, job, "honor_labels");
    Some(
        Finding::new(
            "scrape/honor-labels",
            Severity::Low,
            format!(
                "job {} lets samples keep labels that its targets have: a pod that exposes a label job, instance or \
                 namespace is stored as another, with a target_info of its own",
                job.name
            ),
        )
        .about(seek::part("job", &job.name))
        .with_evidence([("job", json!(job.name))])
        .seen(entry.and_then(|entry| linted.setting(entry, "whoever is discovered decides")))
        .with_remedy(
            "leave honor_labels out, unless the job scrapes nothing but what speaks for others (federation, a push \
             gateway, kube-state-metrics)",
        ),
    )
}

/// The labels that a job gives its targets by name, and where.
fn own_labels(linted: &Linted<'_>, job: &ScrapeJob) -> BTreeMap<String, Option<Place>> {
    let mut own: BTreeMap<String, Option<Place>> = BTreeMap::new();
    let note = "becomes a label of the target";
    if let Some(model) = Model::new(job, linted.release()) {
        let rules = model.rules.rules().iter().zip(&job.relabel);
        for (rule, node) in rules {
            let sets = matches!(
                rule.action,
                Action::Replace | Action::HashMod | Action::Lowercase | Action::Uppercase
            );
            let label = &rule.target_label;
            if sets
                && !label.starts_with("__")
                && !label.contains('$')
                && !rule.replacement.is_empty()
            {
                let entry = seek::entry(node, "target_label");
                own.insert(
                    label.clone(),
                    entry.and_then(|entry| linted.setting(entry, note)),
                );
            }
        }
    }
    for discovery in &job.discovery {
        if let Discovery::Static(group) = discovery {
            for (label, _) in &group.labels {
                own.insert(label.clone(), linted.place(group.at, 0, note));
            }
        }
    }
    own
}

/// Whether a job may scrape this family: of those that are known by heart, it must be one of the proxies that it
/// takes.
fn is_scraped(linted: &Linted<'_>, model: &Model<'_>, family: &str) -> bool {
    let is_of_istio = ["istio_", "envoy_"]
        .iter()
        .any(|start| family.starts_with(start));
    let raw = if is_of_istio {
        model::ISTIO_METRICS
    } else {
        model::LINKERD_ADMIN
    };
    let scraped = model.scraped(raw, "Running");
    let is_certain = scraped.is_ok_and(|kept| !model.is_doubtful(&kept, model::tells_ports));
    !linted.exposed.targets.is_empty() || is_certain
}

/// A label of the targets that their samples have too.
fn renamed(linted: &Linted<'_>, job: &ScrapeJob) -> Option<Finding> {
    if job.honor_labels {
        return None;
    }
    let model = Model::new(job, linted.release())?;
    let exposed = linted.exposed;
    let with = |label: &str| -> Vec<&str> {
        let families = exposed.families.iter();
        let having = families.filter(|family| {
            is_scraped(linted, &model, &family.name) && family.labels.iter().any(|own| own == label)
        });
        having.map(|family| family.name.as_str()).collect()
    };
    let own = own_labels(linted, job);
    let mut clashes = own.into_iter().filter_map(|(label, place)| {
        let families = with(&label);
        (!families.is_empty()).then_some((label, place, families))
    });
    let (label, place, families) = clashes.next()?;
    let labels: Vec<String> = [label.clone()]
        .into_iter()
        .chain(clashes.map(|(label, ..)| label))
        .collect();
    Some(
        Finding::new(
            "scrape/renamed-label",
            Severity::Low,
            format!(
                "job {} gives its targets the label {}, which {} of {} have as well: what was scraped is stored as \
                 exported_{label}, and a query by {label} gets the target's",
                job.name,
                labels.join(", "),
                families.iter().take(2).copied().collect::<Vec<_>>().join(", "),
                exposed.whose,
            ),
        )
        .about(seek::part("job", &job.name))
        .with_evidence([("job", json!(job.name)), ("labels", json!(labels)), ("families", json!(families.len()))])
        .seen(place)
        .with_remedy(format!(
            "give the target's label another name, such as target_{label}, or query exported_{label}"
        )),
    )
}

/// A job scrapes what an exporter of a Collector shows, and takes its labels for its own.
fn exported(linted: &Linted<'_>, config: &Config, job: &ScrapeJob) -> Option<Finding> {
    if job.honor_labels {
        return None;
    }
    let groups = job
        .discovery
        .iter()
        .filter_map(|discovery| match discovery {
            Discovery::Static(group) => Some(group),
            _ => None,
        });
    let mut targets = groups.flat_map(|group| &group.targets);
    targets.find_map(|(address, at)| {
        let host = Host::of(address)?;
        let port = host.port?;
        let exporter = config.of_role(Role::Exporter).find(|exporter| shows_on(exporter, port));
        let is_ours = exporter.is_some() && host.distance() == super::super::host::Distance::Loopback;
        let is_likely = port == USUAL_PORT
            && ["otel", "collector"].iter().any(|word| host.name.contains(word));
        if !is_ours && !is_likely {
            return None;
        }
        let severity = if is_ours { Severity::Medium } else { Severity::Low };
        Some(
            Finding::new(
                "scrape/exported-job",
                severity,
                format!(
                    "job {} scrapes the prometheus exporter of a Collector ({}:{port}) without honor_labels: job and \
                     instance of every series there become exported_job and exported_instance, and all have the \
                     Collector's instead",
                    job.name, host.name
                ),
            )
            .about(seek::part("job", &job.name))
            .with_evidence([("job", json!(job.name)), ("port", json!(port))])
            .seen(linted.word(*at, address, "shows the series of others"))
            .seen(exporter.and_then(|exporter| linted.id(exporter, "shows them here")))
            .with_remedy("set honor_labels: true in this job"),
        )
    })
}

fn shows_on(exporter: &Component, port: &str) -> bool {
    let endpoint = seek::text(&exporter.node, &["endpoint"]).unwrap_or_default();
    exporter.kind == flow::PULL && endpoint.rsplit(':').next() == Some(port)
}
