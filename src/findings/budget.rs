//! Budgets that are exceeded, growth that is not allowed, ignores that have outlived their reason.

use super::catalogue::Rule;

/// All rules of this part.
pub(super) static RULES: &[Rule] = &[];
