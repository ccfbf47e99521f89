//! GitLab's code quality report: a list of what is wrong, each with a place and a fingerprint.

use std::io;
use std::io::Write;

use serde::Serialize;

use super::Judged;
use super::fingerprint::fingerprints;
use super::place;
use super::shortened;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::report::Style;
use crate::report::json;

#[derive(Debug, Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
}

/// The list; an empty one where nothing is wrong.
pub(super) fn write(judged: &Judged<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let prints = fingerprints(judged, judged.findings.iter());
    let issues = judged.findings.iter().zip(prints);
    let issues: Vec<Issue<'_>> = issues
        .map(|(finding, fingerprint)| issue(judged, finding, fingerprint))
        .collect();
    json::write_pretty(&issues, style, out)
}

fn issue<'a>(judged: &Judged<'a>, finding: &'a Finding, fingerprint: String) -> Issue<'a> {
    let spot = place::spot(judged, finding);
    Issue {
        description: shortened(&finding.message).into_owned(),
        check_name: finding.id,
        fingerprint,
        severity: match finding.severity {
            Severity::High => "critical",
            Severity::Medium => "major",
            Severity::Low => "minor",
            Severity::Info => "info",
        },
        location: Location {
            path: place::path(spot.file),
            lines: Lines { begin: spot.line },
        },
    }
}
