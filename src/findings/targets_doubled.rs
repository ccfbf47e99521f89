//! `targets/doubled`: endpoints that are scraped more than once.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::json;

use super::Finding;
use super::Severity;
use super::evidence;
use super::numbers::counted;
use super::targets_found::about;
use crate::collector::targets::Double;
use crate::collector::targets::Targets;

/// Doubles that are alike in their jobs and in what tells their targets apart.
type Alike<'a> = BTreeMap<(BTreeSet<&'a str>, &'a [String]), Vec<&'a Double>>;

/// One finding for all endpoints that the same jobs scrape twice for the same reason.
pub(super) fn inspect(targets: &Targets, findings: &mut Vec<Finding>) {
    let mut alike = Alike::new();
    for double in &targets.doubles {
        let jobs = double.targets.iter();
        let jobs = jobs.map(|(job, _)| targets.jobs[*job].name.as_str());
        let key = (jobs.collect(), double.differing.as_slice());
        alike.entry(key).or_default().push(double);
    }
    for ((jobs, differing), doubles) in alike {
        findings.push(doubled(targets, &jobs, differing, &doubles));
    }
}

fn doubled(
    targets: &Targets,
    jobs: &BTreeSet<&str>,
    differing: &[String],
    doubles: &[&Double],
) -> Finding {
    let endpoints = doubles.len() as u64;
    let scrapes: u64 = doubles
        .iter()
        .map(|double| double.targets.len() as u64)
        .sum();
    let jobs: Vec<&str> = jobs.iter().copied().collect();
    let repeats = doubles.iter().all(|double| double.repeats_series());
    let first = doubles.first().and_then(|double| double.targets.first());
    let first = first.map_or_else(String::new, |(job, number)| {
        targets.jobs[*job].targets[*number].url()
    });
    let by = match jobs.as_slice() {
        [only] => format!("job {only}"),
        several => format!("jobs {}", several.join(", ")),
    };
    let told = differing.iter().filter(|name| *name != "job");
    let told: Vec<&str> = told.map(String::as_str).collect();
    let apart = if repeats {
        format!(
            "the targets differ by {} alone, which is on no sample, so every series is written several times",
            told.join(", ")
        )
    } else if told.is_empty() {
        "every series is there once for each job".to_owned()
    } else {
        format!("the targets differ by {}", told.join(", "))
    };
    let message = format!(
        "{} scraped {scrapes} times in all by {by} (first: {first}): {apart}",
        counted(endpoints, "endpoint is", "endpoints are"),
    );
    let remedy = if jobs.len() > 1 {
        "let one job have them: drop in the others what it scrapes, by container, port name or annotation"
    } else {
        "keep one raw target of each: by the name of the port (regex: linkerd-admin), or leave out the label that \
         tells its copies apart"
    };
    let severity = if repeats {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut finding = about(
        "targets/doubled",
        severity,
        &jobs.join(", "),
        message,
        remedy,
    );
    finding.evidence = evidence([
        ("jobs", json!(jobs)),
        ("endpoints", json!(endpoints)),
        ("scrapes", json!(scrapes)),
        ("differing_labels", json!(differing)),
        ("first", json!(first)),
    ]);
    finding
}
