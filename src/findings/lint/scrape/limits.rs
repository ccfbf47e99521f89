//! `scrape/limit` and `scrape/broken-line`: what makes a scrape fail as a whole, so that nothing of it is stored.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::model;
use super::super::model::Model;
use super::super::seek;
use super::labels::written;
use crate::collector::config::Config;
use crate::collector::config::Limits;
use crate::collector::config::Role;
use crate::collector::config::ScrapeJob;
use crate::collector::yaml::Entry;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::lint::exposed::ExposedTarget;
use crate::findings::numbers::counted;
use crate::findings::numbers::grouped;

pub(super) fn inspect(linted: &Linted<'_>, config: &Config, findings: &mut Vec<Finding>) {
    let receivers = flow::scrapes(config);
    let jobs = receivers.iter().flat_map(|receiver| &receiver.jobs);
    let jobs: Vec<&ScrapeJob> = jobs.collect();
    for job in &jobs {
        let of_proxies = is_of_proxies(linted, job);
        // What was saved was scraped from somewhere: the only job there is, or the one for proxies.
        let is_meant = of_proxies || jobs.len() == 1;
        if is_meant {
            findings.extend(broken(linted, job));
        }
        let known: Vec<Least> = if !linted.exposed.targets.is_empty() && is_meant {
            largest(&linted.exposed.targets)
        } else if of_proxies {
            IDLE.into()
        } else {
            Vec::new()
        };
        for least in known {
            findings.extend(over(linted, config, job, &least));
        }
    }
}

/// A limit, and what would have to fit.
#[derive(Debug, Clone)]
struct Least {
    key: &'static str,
    count: u64,
    what: &'static str,
    /// Who has so much; empty: any proxy of Linkerd.
    target: String,
}

const fn idle(key: &'static str, count: u64, what: &'static str) -> Least {
    Least {
        key,
        count,
        what,
        target: String::new(),
    }
}

/// What Linkerd's proxy (v2.366.0) exposes at least, scraped for the first time and without any traffic; labels
/// with `__name__`, `job` and `instance`. Measured on `fixtures/scrapes/first-scrape.prom`.
const IDLE: [Least; 5] = [
    idle("sample_limit", 252, "samples"),
    idle("body_size_limit", 44_702, "bytes"),
    idle("label_limit", 16, "labels on one series"),
    idle(
        "label_name_length_limit",
        16,
        "bytes in the name of a label",
    ),
    idle(
        "label_value_length_limit",
        81,
        "bytes in the value of a label",
    ),
];

/// What the largest of these targets have.
fn largest(targets: &[ExposedTarget]) -> Vec<Least> {
    let most = |key, what, count: fn(&ExposedTarget) -> u64| {
        let target = targets.iter().max_by_key(|target| count(target))?;
        Some(Least {
            key,
            count: count(target),
            what,
            target: target.name.clone(),
        })
    };
    let samples = most("sample_limit", "samples", |target| target.samples);
    let bytes = most("body_size_limit", "bytes", |target| target.body_bytes);
    samples.into_iter().chain(bytes).collect()
}

/// Targets of the dump with a line that no parser takes.
fn broken(linted: &Linted<'_>, job: &ScrapeJob) -> Option<Finding> {
    let targets = linted.exposed.targets.iter();
    let broken: Vec<&ExposedTarget> = targets.filter(|target| target.rejects > 0).collect();
    let first = broken.first()?;
    let count = broken.len() as u64;
    Some(
        Finding::new(
            "scrape/broken-line",
            Severity::High,
            format!(
                "{} malformed lines ({} has {}): one is enough for job {} to lose the whole scrape of that target, with \
                 up 0",
                counted(count, "target of the dump has", "targets of the dump have"),
                first.name,
                grouped(first.rejects),
                job.name,
            ),
        )
        .about(seek::part("job", &job.name))
        .with_evidence([
            ("job", json!(job.name)),
            ("targets", json!(count)),
            ("first", json!(first.name)),
            ("rejected_lines", json!(first.rejects)),
        ])
        .seen(linted.job(job, "takes a scrape whole or not at all"))
        .with_remedy(
            "look at the lines with `meshctl audit`, and mend them where they come from: mostly a quote in a name, such \
             as that of a route",
        ),
    )
}

/// Whether the job is meant for Linkerd's proxies: it takes their port, and not every port there is.
fn is_of_proxies(linted: &Linted<'_>, job: &ScrapeJob) -> bool {
    let Some(model) = Model::new(job, linted.release()) else {
        return false;
    };
    let is_kept = |raw| model.scraped(raw, "Running").is_ok();
    !model::pod_discoveries(job).is_empty()
        && is_kept(model::LINKERD_ADMIN)
        && !is_kept(model::MESHED_APP)
}

/// What of a job's limits a limit's key stands for; 0 for none. Rules for samples come before some of them, and
/// may leave next to nothing.
fn limit_of(job: &ScrapeJob, key: &str) -> u64 {
    let Limits {
        body_bytes,
        samples,
        targets: _,
        labels,
        label_name_bytes,
        label_value_bytes,
        native_histogram_buckets: _,
    } = job.limits;
    match key {
        "body_size_limit" => body_bytes,
        _ if !job.metric_relabel.is_empty() => 0,
        "sample_limit" => samples,
        "label_limit" => labels,
        "label_name_length_limit" => label_name_bytes,
        "label_value_length_limit" => label_value_bytes,
        _ => 0,
    }
}

fn over(linted: &Linted<'_>, config: &Config, job: &ScrapeJob, least: &Least) -> Option<Finding> {
    let Least {
        key,
        count,
        what,
        target,
    } = least;
    let limit = limit_of(job, key);
    if !(1..*count).contains(&limit) {
        return None;
    }
    let entry = written(config, job, key).or_else(|| global(config, key));
    let place = entry.and_then(|entry| linted.setting(entry, "too low"));
    let who = if target.is_empty() {
        format!(
            "a proxy of Linkerd has {} even without traffic: every scrape fails",
            grouped(*count)
        )
    } else {
        format!(
            "{target} has {}: each of its scrapes fails",
            grouped(*count)
        )
    };
    Some(
        Finding::new(
            "scrape/limit",
            Severity::High,
            format!(
                "job {} allows {} {what}, and {who} as a whole, with up 0 and a line in the log",
                job.name,
                grouped(limit),
            ),
        )
        .about(seek::part("job", &job.name))
        .with_evidence([
            ("job", json!(job.name)),
            ("limit", json!(key)),
            ("allowed", json!(limit)),
            ("at_least", json!(count)),
        ])
        .seen(place.or_else(|| linted.job(job, "too low")))
        .with_remedy(format!(
            "leave {key} out, or set it to several times what `meshctl audit` counts for the largest target"
        )),
    )
}

/// What a Prometheus configuration says for all of its jobs.
fn global<'a>(config: &'a Config, key: &str) -> Option<&'a Entry> {
    let plain = seek::at(&config.root, &["global"]);
    let receivers = config.of_role(Role::Receiver);
    let mut of_receivers = receivers.filter_map(|one| seek::at(&one.node, &["config", "global"]));
    seek::entry(plain.or_else(|| of_receivers.next())?, key)
}
