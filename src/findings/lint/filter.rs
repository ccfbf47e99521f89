//! Mistakes in what filter processors drop and keep.

mod attributes;
mod form;
mod names;

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "filter/error-mode",
        Low,
        "what an error does depends on the release"
    ),
    rule!(
        "filter/first-datapoint",
        Medium,
        "only one data point is looked at"
    ),
    rule!(
        "filter/histogram-parts",
        High,
        "a condition names a line of a histogram"
    ),
    rule!(
        "filter/legacy-regexp",
        High,
        "an unanchored name pattern takes in others"
    ),
    rule!(
        "filter/metric-conditions",
        High,
        "paths need a context here"
    ),
    rule!(
        "filter/missing-attribute",
        Medium,
        "what lacks the attribute is dropped too"
    ),
    rule!(
        "filter/number-compare",
        High,
        "a label is a text and equals no number"
    ),
    rule!(
        "filter/target-info",
        Medium,
        "target_info is made behind every filter"
    ),
    rule!(
        "filter/unanchored-match",
        High,
        "an unanchored IsMatch takes in others"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let conditions = linted.ottl();
    for condition in &conditions {
        if condition.is_statement {
            continue;
        }
        form::inspect(linted, condition, findings);
        let Some(tree) = condition.tree(linted) else {
            continue;
        };
        if condition.processor.kind == "filter" {
            names::inspect(linted, condition, &tree, findings);
        }
        attributes::inspect(linted, condition, &tree, findings);
    }
    names::legacy(linted, findings);
    form::modes(linted, &conditions, findings);
}
