//! What no release, or not every release, starts with.

use serde_json::json;

use super::Linted;
use crate::collector::config::Role;
use crate::collector::config::is_known;
use crate::collector::config::nearest_kind;
use crate::collector::position::ConfigError;
use crate::collector::version::Version;
use crate::collector::yaml;
use crate::findings::Finding;
use crate::findings::Place;
use crate::findings::Severity;
use crate::findings::Subject;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!("config/refused", High, "the Collector does not start"),
    rule!(
        "config/unknown-component",
        Medium,
        "no distribution has this component"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    refused(linted, findings);
    unknown(linted, findings);
}

/// One finding for each message, with the releases that have it.
fn refused(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let mut by_message: Vec<(&ConfigError, Vec<Version>)> = Vec::new();
    for trial in linted.trials {
        let Some(error) = &trial.refused else {
            continue;
        };
        let is_same = |(known, _): &&mut (&ConfigError, _)| {
            known.at == error.at && known.message == error.message
        };
        match by_message.iter_mut().find(is_same) {
            Some((_, releases)) => releases.push(trial.version),
            None => by_message.push((error, vec![trial.version])),
        }
    }
    for (error, releases) in by_message {
        let pinned = linted
            .files
            .get(error.at.file as usize)
            .map(|file| yaml::pinpoint(error, file.text));
        let error = pinned.as_ref().unwrap_or(error);
        // What old releases alone refuse is no fault of a configuration for a newer one that nobody named.
        let newest = releases.last() == linted.releases.last();
        let severity = if newest || linted.is_meant {
            Severity::High
        } else {
            Severity::Low
        };
        let who = linted.spelled(&releases);
        let mut finding = Finding::new(
            "config/refused",
            severity,
            format!("{}: {}", linted.not_started(&releases), error.message),
        )
        .about(Subject::default())
        .with_evidence([("releases", json!(who)), ("error", json!(error.message))])
        .with_remedy(match &error.help {
            Some(help) => help.clone(),
            None => "correct it, or name the release it is meant for with --collector-version"
                .to_owned(),
        });
        finding
            .marks
            .places
            .extend(linted.place(error.at, error.length, ""));
        findings.push(finding);
    }
}

/// Rules that say, of a place, which releases do not start with it, and why.
const SAY_MORE: [&str; 9] = [
    "expansion/capture-group",
    "expansion/default-value",
    "expansion/hidden-variable",
    "expansion/plain-variable",
    "filter/metric-conditions",
    "ottl/escape",
    "ottl/foreign-regex",
    "ottl/unknown-function",
    "relabeling/foreign-regex",
];

/// Takes out what another rule says better of the same line.
pub(super) fn leave_to_others(findings: &mut Vec<Finding>) {
    let said: Vec<(String, u32)> = findings
        .iter()
        .filter(|finding| SAY_MORE.contains(&finding.id))
        .flat_map(|finding| &finding.marks.places)
        .map(|place| (place.file.clone(), place.line))
        .collect();
    findings.retain(|finding| {
        let mut places = finding.marks.places.iter();
        let is_said = |place: &Place| {
            said.iter()
                .any(|(file, line)| *file == place.file && *line == place.line)
        };
        finding.id != "config/refused" || !places.any(is_said)
    });
}

fn unknown(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for role in Role::ALL {
        for component in linted.components(role) {
            let key = &component.entry.key;
            let kind = key.split('/').next().unwrap_or_default().trim();
            if component.entry.key_at.line == 0 || is_known(role, kind, linted.release()) {
                continue;
            }
            let close = nearest_kind(role, kind);
            let remedy = match close {
                Some(close) => format!("did you mean `{close}`?"),
                None => "build a Collector that has it, or leave it out: the community's \
                         distributions do not start with it"
                    .to_owned(),
            };
            let mut finding = Finding::new(
                "config/unknown-component",
                Severity::Medium,
                format!("no {role} of type `{kind}` is known in the core or contrib distribution"),
            )
            .about(Subject {
                part: Some(component.part()),
                ..Subject::default()
            })
            .with_evidence([
                ("role", json!(role.to_string())),
                ("type", json!(kind)),
                ("nearest", json!(close)),
            ])
            .with_remedy(remedy);
            finding.marks.places.extend(linted.key(component.entry, ""));
            findings.push(finding);
        }
    }
}
