//! What the Collector makes of `$` before any component sees a text, by release.

mod dollars;
mod groups;
mod variables;

use super::Linted;
use crate::collector::config::Shape;
use crate::collector::version::Version;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "expansion/capture-group",
        High,
        "a group's number is read as a variable"
    ),
    rule!(
        "expansion/default-value",
        High,
        "a default that the release does not know"
    ),
    rule!(
        "expansion/hidden-variable",
        High,
        "an escape keeps a variable from its value"
    ),
    rule!(
        "expansion/name-runs-on",
        High,
        "a group's number runs into the next word"
    ),
    rule!(
        "expansion/plain-variable",
        High,
        "`$NAME` is no variable from 0.107 on"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    groups::runs_on(linted, findings);
    // A Prometheus expands nothing.
    if *linted.shape == Shape::Prometheus {
        return;
    }
    groups::inspect(linted, findings);
    variables::inspect(linted, findings);
}

/// How bad it is that these releases take a text wrongly: of a configuration that is meant for none in
/// particular, the newest counts most.
fn severity(linted: &Linted<'_>, wrong: &[Version]) -> Severity {
    if linted.is_meant || wrong.contains(&linted.release()) {
        Severity::High
    } else {
        Severity::Medium
    }
}
