//! `exporter/info-name`, `exporter/merged-names`, `exporter/no-suffixes` and `exporter/total-added`: what exporters
//! make of the names of metrics.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::exporters::Era;
use crate::collector::exporters::MetricKind;
use crate::collector::exporters::MetricNamer;
use crate::collector::position::Position;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::lint::ExposedFamily;

/// From 0.155.0 on a gate that is open by default leaves `add_metric_suffixes` of this exporter without effect.
const PULL_IGNORES_FROM: u16 = 155;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    let mut seen: Vec<&str> = Vec::new();
    for flow in flows.iter().filter(|flow| flow.ends_in_prometheus()) {
        if seen.contains(&flow.exporter.id.as_str()) {
            continue;
        }
        seen.push(&flow.exporter.id);
        findings.extend(bare(linted, flow));
        if let Some(namer) = namer(linted, flow.exporter) {
            findings.extend(total(linted, flow, &namer));
            findings.extend(info(linted, flow));
            findings.extend(merged(linted, flow, &namer));
        }
    }
}

/// What names metrics as this exporter does; `None` where it leaves them as they are.
fn namer(linted: &Linted<'_>, exporter: &Component) -> Option<MetricNamer> {
    let release = linted.release();
    let strategy = seek::text(&exporter.node, &["translation_strategy"]).unwrap_or_default();
    let is_pull = exporter.kind == flow::PULL;
    let off = seek::is_false(&exporter.node, &["add_metric_suffixes"])
        && !(is_pull && release.is_from(PULL_IGNORES_FROM));
    let with_suffixes = match strategy {
        "" => !off,
        "UnderscoreEscapingWithSuffixes" => true,
        "UnderscoreEscapingWithoutSuffixes" => false,
        _ => return None,
    };
    Some(MetricNamer {
        era: if is_pull {
            Era::of_pull(release)
        } else {
            Era::of_remote_write(release)
        },
        namespace: seek::text(&exporter.node, &["namespace"])
            .unwrap_or_default()
            .to_owned(),
        with_suffixes,
        utf8: false,
    })
}

/// Suffixes are turned off, and something comes that needs them; or the switch is without effect.
fn bare(linted: &Linted<'_>, flow: &Flow<'_>) -> Option<Finding> {
    let exporter = flow.exporter;
    let entry = seek::entry(&exporter.node, "add_metric_suffixes")
        .filter(|_| seek::is_false(&exporter.node, &["add_metric_suffixes"]));
    let strategy = seek::entry(&exporter.node, "translation_strategy").filter(|entry| {
        let strategy = entry.value.scalar().unwrap_or_default();
        ["UnderscoreEscapingWithoutSuffixes", "NoTranslation"].contains(&strategy)
    });
    let about = |message: String| {
        Finding::new("exporter/no-suffixes", Severity::Low, message)
            .about(seek::component(exporter))
            .with_evidence([("exporter", json!(exporter.id))])
    };
    if let (Some(entry), None) = (entry, strategy)
        && exporter.kind == flow::PULL
    {
        let ignored = linted.held(|version| version.is_from(PULL_IGNORES_FROM));
        if !ignored.is_empty() {
            return Some(
                about(format!(
                    "exporter {} says add_metric_suffixes: false, which is without effect{}: names get their unit and \
                     _total again",
                    exporter.id,
                    linted.only_in(&ignored),
                ))
                .seen(linted.setting(entry, "is not looked at any more"))
                .with_remedy(
                    "say translation_strategy: UnderscoreEscapingWithoutSuffixes instead, which 0.136.0 and later know",
                ),
            );
        }
    }
    // Names of what is scraped have their suffixes already.
    let trimmed = flow
        .receivers
        .iter()
        .any(|receiver| receiver.trim_metric_suffixes);
    let entry = strategy.or(entry)?;
    if !flow.has_other_receivers() && !trimmed {
        return None;
    }
    let what = if trimmed {
        "trim_metric_suffixes takes them off what is scraped"
    } else {
        "metrics that come over OTLP have none of their own"
    };
    Some(
        about(format!(
            "exporter {} adds neither unit nor _total to names, and {what}: http.server.request.duration is stored as \
             http_server_request_duration, and dashboards ask for http_server_request_duration_seconds",
            exporter.id
        ))
        .seen(linted.setting(entry, "leaves names without them"))
        .with_remedy("leave it out, or write the dashboards for names without suffixes"),
    )
}

/// The first text of the way that names a metric.
fn mention<'a>(flow: &Flow<'a>, name: &str) -> Option<(&'a str, Position)> {
    let mut found = None;
    let mut see = |text: &'a str, at: Position| {
        if seek::has_word(text, name) {
            found.get_or_insert((text, at));
        }
    };
    for job in flow.jobs() {
        for rule in &job.metric_relabel {
            seek::each_text(rule, &mut see);
        }
    }
    for (processor, _) in &flow.processors {
        seek::each_text(&processor.node, &mut see);
    }
    found
}

/// A counter that the configuration names as it is exposed, and that is stored with `_total` behind it.
fn total(linted: &Linted<'_>, flow: &Flow<'_>, namer: &MetricNamer) -> Option<Finding> {
    let counters = linted
        .exposed
        .families
        .iter()
        .filter(|family| family.kind == "counter");
    let mut renamed = counters.filter_map(|family| {
        let name = family.sample_names.first()?;
        let stored = namer.build(name, "", MetricKind::Counter).ok()?;
        let is_renamed = namer.namespace.is_empty() && stored != *name && !name.ends_with("_total");
        let (_, at) = is_renamed.then(|| mention(flow, name)).flatten()?;
        Some((name, stored, at))
    });
    let (name, stored, at) = renamed.next()?;
    Some(
        Finding::new(
            "exporter/total-added",
            Severity::Low,
            format!(
                "{name} is a counter without _total in its name: exporter {} stores it as {stored}, and a query for \
                 {name} finds nothing",
                flow.exporter.id
            ),
        )
        .about(seek::part("metric", name))
        .with_evidence([("name", json!(name)), ("stored", json!(stored))])
        .seen(linted.place(at, 0, format!("is called {name} here")))
        .seen(linted.id(flow.exporter, "adds _total"))
        .with_remedy(format!("ask for {stored} in queries; the name here is right")),
    )
}

/// An info metric of OpenMetrics: its type takes the suffix away.
fn info(linted: &Linted<'_>, flow: &Flow<'_>) -> Option<Finding> {
    let mut families = linted.exposed.families.iter();
    let family = families.find(|family| {
        let mut samples = family.sample_names.iter();
        family.kind == "info" && samples.any(|name| name.ends_with("_info"))
    })?;
    let exposed = family
        .sample_names
        .iter()
        .find(|name| name.ends_with("_info"))?;
    let stored = exposed.strip_suffix("_info")?;
    Some(
        Finding::new(
            "exporter/info-name",
            Severity::Low,
            format!(
                "{exposed} of {} is of the type info: exporter {} stores it as {stored}, and a query for {exposed} finds \
                 nothing",
                linted.exposed.whose, flow.exporter.id
            ),
        )
        .about(seek::part("metric", exposed))
        .with_evidence([("name", json!(exposed)), ("stored", json!(stored))])
        .seen(linted.id(flow.exporter, &format!("stores {stored}")))
        .with_remedy(format!("ask for {stored} in queries, or expose it as a gauge")),
    )
}

/// Families whose names become one.
fn merged(linted: &Linted<'_>, flow: &Flow<'_>, namer: &MetricNamer) -> Option<Finding> {
    // Families that are known by heart are those of several meshes, and no store has all of them.
    if linted.exposed.targets.is_empty() {
        return None;
    }
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for family in &linted.exposed.families {
        let name = metric_name(family);
        let kind = match family.kind.as_str() {
            "counter" => MetricKind::Counter,
            "gauge" | "unknown" | "untyped" => MetricKind::Gauge,
            _ => MetricKind::Other,
        };
        if let Ok(stored) = namer.build(name, "", kind) {
            by_name.entry(stored).or_default().push(&family.name);
        }
    }
    let (stored, families) = by_name
        .into_iter()
        .find(|(_, families)| families.len() > 1)?;
    Some(
        Finding::new(
            "exporter/merged-names",
            Severity::Medium,
            format!(
                "exporter {} stores {} of {} all as {stored}: their series are mixed, and none of them can be told from \
                 another",
                flow.exporter.id,
                families.join(" and "),
                linted.exposed.whose,
            ),
        )
        .about(seek::part("metric", &stored))
        .with_evidence([("stored", json!(stored)), ("names", json!(families))])
        .seen(linted.id(flow.exporter, &format!("stores them as {stored}")))
        .with_remedy("rename one of them where it is exposed, or drop the one that nobody needs while it is scraped"),
    )
}

/// The name that a family has inside of a Collector.
fn metric_name(family: &ExposedFamily) -> &str {
    match (family.kind.as_str(), &family.sample_names[..]) {
        ("counter", [only]) => only,
        _ => &family.name,
    }
}
