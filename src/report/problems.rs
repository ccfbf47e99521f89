//! The findings at the end of an audit: how many of each severity, then each with its remedy.

use crate::findings::Finding;
use crate::findings::Severity;
use crate::report::Page;
use crate::report::next;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::paint::tone_of;
use crate::report::text::escape_terminal;
use crate::report::text::flow;
use crate::report::text::width;
use crate::report::text::wrap;

/// Findings that are shown where no limit was typed.
const SHOWN: usize = 8;
/// Sentences longer than this are hard to read, however wide the terminal.
const LONGEST_LINE: usize = 110;

/// The section, without a blank line before it; empty where nothing was found.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let style = page.style;
    if page.findings.is_empty() {
        return Vec::new();
    }
    let title = style.paint(Tone::Heading, "FINDINGS");
    let mut lines = Vec::new();
    for (at, counts) in flow(
        &counts(page),
        style.dot(),
        style.columns() - 11,
        style.ellipsis(),
    )
    .iter()
    .enumerate()
    {
        let lead = if at == 0 { title.as_str() } else { "        " };
        lines.push(format!(" {lead}  {counts}"));
    }
    let selection = page.findings(Some(SHOWN));
    for finding in &selection.shown {
        lines.extend(finding_lines(finding, page));
    }
    if selection.hidden() > 0 {
        let more = format!("and {} more: ", numbers::grouped(selection.hidden() as u64));
        let command = next::command(page.survey, "audit", &["-o", "json"])
            .filter(|command| 3 + width(&more) + width(command) <= style.columns())
            .unwrap_or_else(|| "-o json".to_owned());
        lines.push(format!("   {}{command}", style.paint(Tone::Dim, &more)));
    }
    lines
}

/// `1 high`, `3 medium`: severities that occur, the worst first, each with its mark.
fn counts(page: Page<'_>) -> Vec<String> {
    let worst_first = [
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];
    let counted = worst_first.into_iter().map(|severity| {
        let found = page
            .findings
            .iter()
            .filter(|finding| finding.severity == severity);
        (severity, found.count() as u64)
    });
    let some = counted.filter(|(_, count)| *count > 0);
    some.map(|(severity, count)| format!("{} {}", numbers::grouped(count), severity.as_str()))
        .collect()
}

/// Mark, id and message, then the remedy; continued lines are indented under the id.
fn finding_lines(finding: &Finding, page: Page<'_>) -> Vec<String> {
    let style = page.style;
    let room = style.columns().min(LONGEST_LINE) - 3;
    let message = escape_terminal(&finding.message);
    let mark = style.paint(tone_of(finding.severity), style.mark(finding.severity));
    let id = style.paint(Tone::Heading, finding.id);
    let beside = room.saturating_sub(width(finding.id) + 2);
    let mut lines = Vec::new();
    // Beside a long id in a narrow terminal a message would be a ribbon: it goes below.
    let mut texts = wrap(&message, beside, room).into_iter();
    if beside >= 24 {
        lines.push(format!(
            " {mark} {id}  {}",
            texts.next().unwrap_or_default()
        ));
    } else {
        lines.push(format!(" {mark} {id}"));
        texts = wrap(&message, room, room).into_iter();
    }
    lines.extend(texts.map(|text| format!("   {text}")));
    let remedy = format!("{} {}", style.arrow(), escape_terminal(&finding.remedy));
    let remedy = wrap(&remedy, room, room).into_iter();
    lines.extend(remedy.map(|text| format!("   {}", style.paint(Tone::Dim, &text))));
    lines
}
