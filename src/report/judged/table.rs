//! For a reader in a terminal.

use super::Judged;
use crate::report::Style;
use crate::report::text::escape_terminal;

/// All lines.
pub(super) fn lines(judged: &Judged<'_>, _style: &Style) -> Vec<String> {
    let lines = judged.findings.iter().map(|finding| {
        let severity = finding.severity.as_str();
        format!(
            "{severity} {}: {}",
            finding.id,
            escape_terminal(&finding.message)
        )
    });
    lines.collect()
}
