//! The findings at the end of an audit: how many of each severity, then each with its remedy.

use crate::findings::Finding;
use crate::findings::Severity;
use crate::report::Page;
use crate::report::Style;
use crate::report::next;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::paint::tone_of;
use crate::report::text::flow;
use crate::report::text::width;
use crate::report::text::wrap;

/// Findings that are shown where no limit was typed.
const SHOWN: usize = 8;
/// Of findings of one kind, so many are shown where no limit was typed: what is wrong with one proxy is
/// mostly wrong with all that run beside it.
const ALIKE: usize = 2;
/// Sentences longer than this are hard to read, however wide the terminal.
const LONGEST_LINE: usize = 110;

/// The section, without a blank line before it; empty where nothing was found.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let style = page.style;
    let all = page.findings(Some(0)).shown;
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = title("FINDINGS", &counts(&all), style);
    let (alike, most) = match page.view.limit {
        None => (ALIKE, SHOWN),
        Some(0) => (usize::MAX, usize::MAX),
        Some(limit) => (usize::MAX, limit),
    };
    let mut shown = 0;
    for group in all.chunk_by(|a, b| (a.severity, a.id) == (b.severity, b.id)) {
        let count = group.len().min(alike).min(most - shown);
        for (at, finding) in group[..count].iter().enumerate() {
            let last = at + 1 == count || group[at + 1].remedy != finding.remedy;
            lines.extend(finding_lines(finding, last, style));
        }
        if count == alike && count < group.len() {
            let more = numbers::grouped((group.len() - count) as u64);
            let more = format!("and {more} more {}", group[0].id);
            lines.push(format!("   {}", style.paint(Tone::Dim, &more)));
        }
        shown += count;
    }
    if shown < all.len() {
        let more = format!(
            "{} of {} shown, all: ",
            shown,
            numbers::grouped(all.len() as u64)
        );
        let command = next::command(page.survey, "audit", &["-o", "json"])
            .filter(|command| 3 + width(&more) + width(command) <= style.columns())
            .unwrap_or_else(|| "-o json".to_owned());
        lines.push(format!("   {}{command}", style.paint(Tone::Dim, &more)));
    }
    lines
}

/// `▲ 1 high`, `◆ 3 medium`: the severities that occur, the worst first.
pub(super) fn counts(findings: &[&Finding]) -> Vec<(Severity, String)> {
    let counts = WORST_FIRST.map(|severity| {
        let same = |finding: &&&Finding| finding.severity == severity;
        let count = findings.iter().filter(same).count();
        let count_said = numbers::grouped(count as u64);
        (count > 0).then(|| (severity, format!("{count_said} {}", severity.as_str())))
    });
    counts.into_iter().flatten().collect()
}

const WORST_FIRST: [Severity; 4] = [
    Severity::High,
    Severity::Medium,
    Severity::Low,
    Severity::Info,
];

/// `FINDINGS  ▲ 1 high · ◆ 3 medium`: each count with the mark of a severity.
pub(super) fn title(title: &str, counts: &[(Severity, String)], style: &Style) -> Vec<String> {
    let counts = counts.iter();
    let counts = counts.map(|(severity, said)| format!("{} {said}", style.mark(*severity)));
    let counts: Vec<String> = counts.collect();
    let beside = style.columns() - 3 - title.len();
    let lines = flow(&counts, style.dot(), beside, style.ellipsis()).into_iter();
    let mut lead = style.paint(Tone::Heading, title);
    lines
        .map(|mut line| {
            for severity in WORST_FIRST {
                let mark = style.mark(severity);
                line = line.replacen(mark, &style.paint(tone_of(severity), mark), 1);
            }
            let lead = std::mem::replace(&mut lead, " ".repeat(title.len()));
            format!(" {lead}  {line}")
        })
        .collect()
}

/// Mark, id and message, then the remedy if it is not the next finding's too; continued lines are indented
/// under the id.
pub(super) fn finding_lines(finding: &Finding, with_remedy: bool, style: &Style) -> Vec<String> {
    let room = style.columns().min(LONGEST_LINE) - 3;
    let message = style.safe(&finding.message);
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
    if !with_remedy || finding.remedy.is_empty() {
        return lines;
    }
    let remedy = format!("{} {}", style.arrow(), style.safe(&finding.remedy));
    let remedy = wrap(&remedy, room, room).into_iter();
    lines.extend(remedy.map(|text| format!("   {}", style.paint(Tone::Dim, &text))));
    lines
}
