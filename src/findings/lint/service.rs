//! Mistakes in which components form which pipelines.

mod names;
mod order;
mod signal;

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "service/batch-early",
        Low,
        "batch runs before what filters or enriches"
    ),
    rule!(
        "service/deprecated-name",
        Low,
        "a component has a deprecated name"
    ),
    rule!(
        "service/memory-limiter",
        Low,
        "memory_limiter is missing or not first"
    ),
    rule!(
        "service/unused",
        Medium,
        "a component is defined and never used"
    ),
    rule!(
        "service/wrong-signal",
        Medium,
        "a processor does nothing for its signal"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let Some(config) = linted.readable() else {
        return;
    };
    order::inspect(linted, config, findings);
    names::inspect(linted, config, findings);
    signal::inspect(linted, config, findings);
}
