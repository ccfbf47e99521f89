//! Mistakes about the attributes of resources: where they come from, and what becomes of them.

mod association;
mod attributes;
mod converted;
mod detection;
mod labels;
mod together;

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "resource/churning-label",
        Medium,
        "a label is new with every restart"
    ),
    rule!(
        "resource/collector-host",
        Medium,
        "targets get attributes of the Collector"
    ),
    rule!(
        "resource/joined-label",
        Medium,
        "two labels become one joined label"
    ),
    rule!(
        "resource/no-association",
        Medium,
        "k8sattributes finds no pod of a scrape"
    ),
    rule!(
        "resource/not-a-label",
        Medium,
        "resource attributes never become labels"
    ),
    rule!(
        "resource/one-target-only",
        Info,
        "sums stay within one target"
    ),
    rule!(
        "resource/service-namespace",
        Medium,
        "service.namespace changes the label job"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let Some(config) = linted.readable() else {
        return;
    };
    let flows = super::flow::flows(config);
    association::inspect(linted, &flows, findings);
    converted::inspect(linted, &flows, findings);
    detection::inspect(linted, &flows, findings);
    labels::inspect(linted, &flows, findings);
    together::inspect(linted, &flows, findings);
}
