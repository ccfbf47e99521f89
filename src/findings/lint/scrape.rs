//! Mistakes in how targets are scraped.

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[];

pub(super) fn inspect(_linted: &Linted<'_>, _findings: &mut Vec<Finding>) {}
