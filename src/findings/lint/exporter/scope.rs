//! `exporter/scope-labels` and `exporter/target-info`: labels and series that an exporter adds by itself.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use crate::collector::config::Component;
use crate::collector::version::Version;
use crate::findings::Finding;
use crate::findings::Severity;

/// The first release that labels every series with its scope (contrib #45987), and the one that lets this be
/// turned off (#46096).
const REMOTE_WRITE_FROM: u16 = 146;
/// The first release seen whose exporter for scraping does so.
const PULL_FROM: u16 = 128;
/// The first release that lets this be turned off.
const PULL_SWITCH_FROM: u16 = 142;
const REMOTE_WRITE_SWITCH_FROM: u16 = 147;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    let mut seen: Vec<&str> = Vec::new();
    for flow in flows.iter().filter(|flow| flow.ends_in_prometheus()) {
        if seen.contains(&flow.exporter.id.as_str()) {
            continue;
        }
        seen.push(&flow.exporter.id);
        findings.extend(scoped(linted, flow.exporter));
        findings.extend(target_info(linted, flow));
    }
}

fn scoped(linted: &Linted<'_>, exporter: &Component) -> Option<Finding> {
    let (from, switch_from, switch) = if exporter.kind == flow::REMOTE_WRITE {
        (
            REMOTE_WRITE_FROM,
            REMOTE_WRITE_SWITCH_FROM,
            "disable_scope_info",
        )
    } else {
        (PULL_FROM, PULL_SWITCH_FROM, "without_scope_info")
    };
    if seek::is_true(&exporter.node, &[switch]) {
        return None;
    }
    let labelled = linted.held(|version: Version| version.is_from(from));
    if labelled.is_empty() {
        return None;
    }
    let is_certain = linted.is_meant && labelled.len() == linted.releases.len();
    let has_switch = linted.release().is_from(switch_from);
    Some(
        Finding::new(
            "exporter/scope-labels",
            if is_certain { Severity::Medium } else { Severity::Low },
            format!(
                "exporter {} labels every series with otel_scope_name and otel_scope_version{}: the latter is the release \
                 of the Collector, so that each upgrade begins every series anew",
                exporter.id,
                linted.only_in(&labelled),
            ),
        )
        .about(seek::component(exporter))
        .with_evidence([
            ("exporter", json!(exporter.id)),
            ("since", json!(format!("0.{from}.0"))),
            ("option", json!(switch)),
        ])
        .seen(linted.id(exporter, &format!("does not say {switch}")))
        .with_remedy(if has_switch {
            format!("set {switch}: true in this exporter, which 0.{switch_from}.0 and later know")
        } else {
            format!("upgrade to 0.{switch_from}.0 or later and set {switch}: true in this exporter")
        }),
    )
}

/// Whoever keeps a list of names gets one more.
fn target_info(linted: &Linted<'_>, flow: &Flow<'_>) -> Option<Finding> {
    let exporter = flow.exporter;
    if seek::is_false(&exporter.node, &["target_info", "enabled"]) {
        return None;
    }
    let mut jobs = flow.jobs();
    let relabeled = jobs.find_map(|job| {
        let mut rules = job.metric_relabel.iter();
        rules.find_map(|rule| {
            let keeps = seek::text(rule, &["action"]) == Some("keep");
            let sources = seek::items(rule.get("source_labels"));
            let by_name = sources.len() == 1 && sources[0].scalar() == Some("__name__");
            (keeps && by_name)
                .then(|| seek::entry(rule, "regex"))
                .flatten()
        })
    });
    let filtered = flow.processors.iter().find_map(|(processor, _)| {
        if processor.kind != "filter" {
            return None;
        }
        let mut found = None;
        seek::each_text(&processor.node, &mut |text: &str, at| {
            let bare: String = text
                .chars()
                .filter(|character| !character.is_whitespace())
                .collect();
            if bare.starts_with("not(") && bare.contains("name") {
                found.get_or_insert(at);
            }
        });
        let include = seek::at(&processor.node, &["metrics", "include"]).map(|node| node.at);
        found.or(include)
    });
    let place = match (relabeled, filtered) {
        (_, Some(at)) => linted.place(at, 0, "keeps names that it is told"),
        (Some(entry), None) => linted.setting(entry, "keeps names that it is told"),
        (None, None) => return None,
    };
    let has_switch = exporter.kind == flow::REMOTE_WRITE;
    Some(
        Finding::new(
            "exporter/target-info",
            Severity::Info,
            format!(
                "exporter {} makes a series target_info for every target, behind whatever keeps a list of names: it is \
                 stored too, and no filter can reach it",
                exporter.id
            ),
        )
        .about(seek::component(exporter))
        .with_evidence([("exporter", json!(exporter.id)), ("pipeline", json!(flow.pipeline.id))])
        .seen(linted.id(exporter, "adds target_info"))
        .seen(place)
        .with_remedy(if has_switch {
            "count it in, or set target_info: {enabled: false} in this exporter; attributes of resources are nowhere then"
        } else {
            "count it in, or drop it where this exporter is scraped"
        }),
    )
}
