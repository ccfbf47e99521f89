//! Mistakes in how targets are scraped.

mod labels;
mod limits;
mod policy;

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "scrape/broken-line",
        High,
        "a malformed line loses a whole scrape"
    ),
    rule!(
        "scrape/exported-job",
        Medium,
        "job and instance become exported labels"
    ),
    rule!(
        "scrape/honor-labels",
        Low,
        "scraped labels win over those of the target"
    ),
    rule!("scrape/limit", High, "a limit makes every scrape fail"),
    rule!("scrape/policy", Low, "a policy may keep scrapes out"),
    rule!(
        "scrape/renamed-label",
        Low,
        "a label of a target renames a scraped one"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let Some(config) = linted.readable() else {
        return;
    };
    labels::inspect(linted, config, findings);
    limits::inspect(linted, config, findings);
    policy::inspect(linted, config, findings);
}
