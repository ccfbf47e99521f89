//! SARIF 2.1.0, as GitHub's code scanning reads it and the OASIS schema has it.
//!
//! What the elements mean: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. What GitHub takes and
//! how much: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

mod rules;

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::io;
use std::io::Write;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::Ignored;
use super::Judged;
use super::fingerprint::fingerprints;
use super::place;
use super::place::Spot;
use super::shortened;
use crate::collector::config::File;
use crate::findings::Edit;
use crate::findings::Finding;
use crate::findings::Place;
use crate::findings::Severity;
use crate::findings::Subject;
use crate::findings::numbers::grouped;
use crate::findings::numbers::plural;
use crate::report::Style;
use crate::report::json;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub refuses a run with more results.
const RESULTS: usize = 25_000;
/// GitHub shows so many locations of a result; one is the first.
const RELATED: usize = 99;
/// Targets that could not be read, named one by one.
const NOTIFICATIONS: usize = 100;

/// One log with one run. The results are none where nothing is wrong.
pub(super) fn write(judged: &Judged<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [run(judged)],
    });
    json::write_pretty(&log, style, out)
}

/// A finding, with the ignore that took it out.
#[derive(Clone, Copy)]
struct Listed<'a> {
    finding: &'a Finding,
    ignored: Option<&'a Ignored>,
}

fn run(judged: &Judged<'_>) -> Value {
    let failing = judged.findings.iter().map(|finding| Listed {
        finding,
        ignored: None,
    });
    let ignored = judged.ignored.iter().map(|ignored| Listed {
        finding: &ignored.finding,
        ignored: Some(ignored),
    });
    let mut listed: Vec<Listed<'_>> = failing.chain(ignored).collect();
    let left_out = listed.len().saturating_sub(RESULTS);
    listed.truncate(RESULTS);
    let ids = rules::ids(listed.iter().map(|listed| listed.finding));
    let prints = fingerprints(judged, listed.iter().map(|listed| listed.finding));
    let crowds = crowds(judged, &listed);
    let results = listed.iter().zip(prints);
    let results: Vec<Value> = results
        .map(|(listed, print)| {
            let rule = ids.binary_search(&listed.finding.id).unwrap_or_default();
            result(judged, *listed, rule, &print, &crowds)
        })
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    json!({
        "tool": {
            "driver": {
                "name": "meshctl",
                "version": version,
                "semanticVersion": version,
                "rules": ids.iter().map(|id| rules::descriptor(id)).collect::<Vec<_>>(),
            },
        },
        // GitHub tells uploads of one commit apart by it.
        "automationDetails": {"id": format!("meshctl/{}/", judged.command)},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation(judged, left_out)],
        "results": results,
    })
}

fn invocation(judged: &Judged<'_>, left_out: usize) -> Value {
    let (code, reasons) = judged.exit;
    let mut notifications: Vec<Value> = Vec::new();
    let mut notify = |level: &str, text: &str| {
        notifications.push(json!({"level": level, "message": message(text)}));
    };
    if code > 1 {
        for reason in reasons {
            notify("error", reason);
        }
    }
    let failed = judged.coverage.map_or(&[][..], |coverage| &coverage.failed);
    for failure in failed.iter().take(NOTIFICATIONS) {
        let text = format!("cannot read {}: {}", failure.target, failure.reason);
        notify("warning", &text);
    }
    let more = failed.len().saturating_sub(NOTIFICATIONS) as u64;
    if more > 0 {
        notify(
            "warning",
            &format!("cannot read {}", plural(more, "more target")),
        );
    }
    if left_out > 0 {
        let text = format!(
            "{} left out: a run may have {}",
            plural(left_out as u64, "result"),
            grouped(RESULTS as u64)
        );
        notify("warning", &text);
    }
    let mut invocation = json!({
        // It did what it was asked to; that it found something is no failure of its own.
        "executionSuccessful": code <= 1,
        "exitCode": code,
        "toolExecutionNotifications": notifications,
    });
    if !reasons.is_empty() {
        invocation["exitCodeDescription"] = shortened(&reasons.join("; ")).into();
    }
    invocation
}

/// How many findings of a rule begin on a line.
type Crowds<'a> = HashMap<(&'a str, &'a str, u32), usize>;

fn crowds<'a>(judged: &Judged<'a>, listed: &[Listed<'a>]) -> Crowds<'a> {
    let mut crowds = Crowds::new();
    for listed in listed {
        let spot = place::spot(judged, listed.finding);
        let key = (listed.finding.id, spot.file, spot.line);
        *crowds.entry(key).or_default() += 1;
    }
    crowds
}

fn result(
    judged: &Judged<'_>,
    listed: Listed<'_>,
    rule: usize,
    print: &str,
    crowds: &Crowds<'_>,
) -> Value {
    let finding = listed.finding;
    let spot = place::spot(judged, finding);
    let first = finding.marks.places.first();
    let mut location = physical(spot);
    let named = logical(&finding.subject);
    if !named.is_empty() {
        location["logicalLocations"] = named.into();
    }
    if let Some(note) = first
        .map(|place| &place.note)
        .filter(|note| !note.is_empty())
    {
        location["message"] = message(note);
    }
    let mut result = json!({
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": message(&sentence(finding)),
        "locations": [location],
        "partialFingerprints": {"meshctl/v1": print},
        "properties": {
            "severity": finding.severity.as_str(),
            "remedy": finding.remedy,
            "evidence": finding.evidence,
        },
    });
    // GitHub tells alerts of a rule apart by what their line holds. Where that is not the finding's own line, or
    // several stand on it, they would become one.
    let alike = crowds.get(&(finding.id, spot.file, spot.line));
    if !spot.own || alike.is_some_and(|alike| *alike > 1) {
        result["partialFingerprints"]["primaryLocationLineHash"] = format!("{print}:1").into();
    }
    let related: Vec<Value> = finding
        .marks
        .places
        .iter()
        .skip(1)
        .take(RELATED)
        .enumerate()
        .map(|(at, place)| related(at, place))
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(fix) = fix(finding, judged.files) {
        result["fixes"] = json!([fix]);
    }
    if let Some(ignored) = listed.ignored {
        result["suppressions"] = json!([suppression(ignored)]);
    }
    result
}

fn suppression(ignored: &Ignored) -> Value {
    let mut justification = shortened(&ignored.reason).into_owned();
    if let Some(until) = &ignored.until {
        justification = format!("{justification} (until {until})");
    }
    json!({"kind": "external", "status": "accepted", "justification": justification})
}

fn sentence(finding: &Finding) -> String {
    let said = shortened(&finding.message);
    if finding.remedy.is_empty() {
        return said.into_owned();
    }
    format!("{said}\n{}", shortened(&finding.remedy))
}

/// Text that is only text: `[word](target)` would become a link.
fn message(text: &str) -> Value {
    let text = shortened(text);
    let text = if text.contains("](") {
        text.replace('\\', r"\\")
            .replace('[', r"\[")
            .replace(']', r"\]")
    } else {
        text.into_owned()
    };
    json!({"text": text})
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn physical(spot: Spot<'_>) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": place::uri(spot.file)},
            "region": {
                "startLine": spot.line,
                "startColumn": spot.column,
                "endLine": spot.line,
                "endColumn": spot.end_column(),
            },
        },
    })
}

fn related(at: usize, place: &Place) -> Value {
    let mut location = physical(Spot {
        file: &place.file,
        line: place.line.max(1),
        column: place.column.max(1),
        length: place.length,
        own: true,
    });
    location["id"] = (at + 1).into();
    if !place.note.is_empty() {
        location["message"] = message(&place.note);
    }
    location
}

/// What a finding is about, where that is in no file.
fn logical(subject: &Subject) -> Vec<Value> {
    let Subject {
        target,
        family,
        label,
        edge,
        part,
    } = subject;
    let parts = [
        ("target", target),
        ("family", family),
        ("label", label),
        ("edge", edge),
        ("part", part),
    ];
    let named = parts.into_iter().filter_map(|(kind, name)| {
        let name = shortened(name.as_deref()?);
        Some(json!({"name": name, "fullyQualifiedName": format!("{kind}/{name}"), "kind": kind}))
    });
    named.collect()
}

/// All edits of a finding are one fix: it takes all of them.
fn fix(finding: &Finding, files: &[File<'_>]) -> Option<Value> {
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in &finding.marks.fix {
        by_file.entry(&edit.file).or_default().push(edit);
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(file, edits)| {
            let text = files.iter().find(|known| known.name == file);
            let edits = edits.into_iter();
            let replacements = edits.map(|edit| replacement(edit, text.map(|file| file.text)));
            json!({
                "artifactLocation": {"uri": place::uri(file)},
                "replacements": replacements.collect::<Vec<_>>(),
            })
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    let mut fix = json!({"artifactChanges": changes});
    if !finding.remedy.is_empty() {
        fix["description"] = message(&finding.remedy);
    }
    Some(fix)
}

fn replacement(edit: &Edit, text: Option<&str>) -> Value {
    let mut region = Map::new();
    region.insert("byteOffset".to_owned(), edit.start.into());
    let length = edit.end.saturating_sub(edit.start);
    region.insert("byteLength".to_owned(), length.into());
    let start = text.and_then(|text| position(text, edit.start));
    let end = text.and_then(|text| position(text, edit.end));
    if let (Some((line, column)), Some((end_line, end_column))) = (start, end) {
        region.insert("startLine".to_owned(), line.into());
        region.insert("startColumn".to_owned(), column.into());
        region.insert("endLine".to_owned(), end_line.into());
        region.insert("endColumn".to_owned(), end_column.into());
    }
    json!({"deletedRegion": region, "insertedContent": {"text": edit.text}})
}

/// Line and column of a byte, from 1; a byte order mark counts as nothing.
fn position(text: &str, byte: usize) -> Option<(usize, usize)> {
    let before = text.get(..byte)?;
    let before = before.strip_prefix('\u{feff}').unwrap_or(before);
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    Some((line, last.chars().count() + 1))
}
