//! `discovery/every-collector`, and what the objects of a cluster show of endpoints that are scraped twice.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::seek;
use super::super::workload;
use super::super::workload::Workload;
use crate::collector::config::Config;
use crate::collector::config::ScrapeJob;
use crate::collector::config::Shape;
use crate::collector::targets;
use crate::collector::targets::Double;
use crate::collector::targets::Objects;
use crate::collector::targets::Reach;
use crate::collector::targets::Setting;
use crate::collector::targets::Targets;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::numbers::counted;
use crate::findings::numbers::either;

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    let runs = workload::of(linted);
    let Some(found) = evaluated(linted, config, runs.as_ref()) else {
        return;
    };
    let receivers = flow::scrapes(config);
    let jobs = receivers.iter().flat_map(|receiver| {
        let jobs = receiver.jobs.iter();
        jobs.map(move |job| (receiver.id.as_str(), job))
    });
    let everywhere = jobs.filter(|(receiver, job)| {
        let mut evaluated = found.jobs.iter();
        let own = evaluated.find(|one| one.receiver == *receiver && one.name == job.name);
        own.is_some_and(|own| own.reach == Reach::Cluster)
    });
    let everywhere: Vec<&ScrapeJob> = everywhere.map(|(_, job)| job).collect();
    findings.extend(copied(linted, &everywhere, runs.as_ref()));
    for double in &found.doubles {
        findings.extend(doubled(linted, config, &found, double, findings));
    }
}

/// What the jobs make of the objects that were given; of none where none were.
pub(super) fn evaluated(
    linted: &Linted<'_>,
    config: &Config,
    runs: Option<&Workload<'_>>,
) -> Option<Targets> {
    let none = Objects::default();
    let pipelines = config.metrics_pipelines();
    let pipelines: Vec<String> = pipelines.iter().map(|one| one.id.clone()).collect();
    let setting = Setting {
        mode: runs.and_then(|runs| runs.mode),
        namespace: None,
        has_allocator: runs.is_some_and(|runs| runs.has_allocator),
    };
    let objects = linted.objects.unwrap_or(&none);
    targets::evaluate(config, &pipelines, None, objects, &setting).ok()
}

/// All jobs that every Collector takes everything of, together.
fn copied(
    linted: &Linted<'_>,
    jobs: &[&ScrapeJob],
    runs: Option<&Workload<'_>>,
) -> Option<Finding> {
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    let count = jobs.len() as u64;
    let who = format!("{} {}", either(count, "job", "jobs"), names.join(", "));
    let find = either(count, "finds", "find");
    let about = |severity: Severity, message: String| {
        let finding = Finding::new("discovery/every-collector", severity, message)
            .about(seek::part(either(count, "job", "jobs"), &names.join(", ")))
            .with_evidence([("jobs", json!(names))]);
        jobs.iter().fold(finding, |finding, job| {
            finding.seen(linted.job(job, "finds the same in every Collector"))
        })
    };
    let remedy = "let each take the pods of its own node (selectors: [{role: pod, field: \
                  \"spec.nodeName=${env:K8S_NODE_NAME}\"}], with that variable from the downward API), or a share by \
                  hashmod, or let a target allocator hand the targets out";
    if jobs.is_empty() {
        return None;
    }
    match runs {
        Some(runs) => {
            let several = runs.several()?;
            let said = runs
                .mode_entry
                .map(|entry| (entry, "one Collector on each node"));
            let said = match runs.replicas {
                Some((replicas, entry)) if replicas > 1 => Some((entry, "as many Collectors")),
                _ => said,
            };
            Some(
                about(
                    Severity::Medium,
                    format!(
                        "{} runs {several}, and each scrapes all that {who} {find} in the cluster: every series is sent \
                         once by each, with the same labels",
                        runs.name
                    ),
                )
                .with_evidence([("workload", json!(runs.name)), ("runs", json!(several))])
                .seen(said.and_then(|(entry, note)| linted.setting(entry, note)))
                .with_remedy(remedy),
            )
        }
        // A Prometheus runs alone, or in a pair that is meant to be one.
        None if *linted.shape == Shape::Prometheus => None,
        None => Some(
            about(
                Severity::Low,
                format!(
                    "the file does not say how many Collectors run it, and each takes all that {who} {find} in the \
                     cluster: a DaemonSet, or a second replica, would scrape and send everything again",
                ),
            )
            .with_remedy(format!(
                "run one Collector with this configuration; else {remedy}"
            )),
        ),
    }
}

/// An endpoint that these objects show to have several targets; once for jobs and labels that are alike.
fn doubled(
    linted: &Linted<'_>,
    config: &Config,
    found: &Targets,
    double: &Double,
    before: &[Finding],
) -> Option<Finding> {
    let mut names: Vec<&str> = double
        .targets
        .iter()
        .map(|(job, _)| found.jobs[*job].name.as_str())
        .collect();
    names.dedup();
    let (job, number) = double.targets.first()?;
    let url = found.jobs.get(*job)?.targets.get(*number)?.url();
    let copies = double.targets.len() as u64;
    let id = if double.is_across_jobs() {
        "discovery/two-jobs"
    } else if double.repeats_series() {
        return None;
    } else {
        "discovery/doubled-ports"
    };
    let subject = seek::part("job", &names.join(", "));
    if before
        .iter()
        .any(|other| other.id == id && other.subject == subject)
    {
        return None;
    }
    let alike = found.doubles.iter().filter(|other| {
        let jobs = |double: &Double| -> Vec<usize> {
            let mut jobs: Vec<usize> = double.targets.iter().map(|(job, _)| *job).collect();
            jobs.dedup();
            jobs
        };
        jobs(other) == jobs(double) && (other.is_across_jobs() || !other.repeats_series())
    });
    let endpoints = alike.count() as u64;
    let told: Vec<&str> = double
        .differing
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "job")
        .collect();
    let apart = if told.is_empty() {
        String::new()
    } else {
        format!(", told apart by {}", told.join(", "))
    };
    let jobs = flow::scrapes(config);
    let mut jobs = jobs.iter().flat_map(|receiver| &receiver.jobs);
    let own = jobs.find(|own| own.name == names[0]);
    Some(
        Finding::new(
            id,
            Severity::Medium,
            format!(
                "among these objects {} scraped more than once by job {}: {url} has {copies} targets{apart}",
                counted(endpoints, "endpoint is", "endpoints are"),
                names.join(", "),
            ),
        )
        .about(subject)
        .with_evidence([
            ("jobs", json!(names)),
            ("endpoints", json!(endpoints)),
            ("first", json!(url)),
            ("copies", json!(copies)),
            ("differing_labels", json!(double.differing)),
        ])
        .seen(own.and_then(|own| linted.job(own, "scrapes an endpoint that is a target already")))
        .with_remedy(if double.is_across_jobs() {
            "let one job have the endpoint, and drop it in the others by container, port name or annotation"
        } else {
            "keep one raw target of each pod, by the name of its port or container, or leave out the label that tells \
             the copies apart"
        }),
    )
}
