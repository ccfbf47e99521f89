//! The table of `audit`: coverage and totals, the largest families, the labels worth dropping,
//! what simulated pipelines keep, failures that hide, findings.

use crate::report::Page;
use crate::report::families;
use crate::report::grpc;
use crate::report::labels;
use crate::report::pipeline;
use crate::report::problems;
use crate::report::summary;

/// Families and labels that are shown where no limit was typed.
pub(super) const SHOWN: usize = 8;

/// The whole table; sections without rows are left out.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let sections = [
        summary::lines(page),
        families::overview(page),
        labels::overview(page),
        pipeline::overview::lines(page),
        grpc::overview::lines(page),
        problems::lines(page),
    ];
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}
