//! For a reader in a terminal: one line where all is well, else what is wrong, with what to do.

use super::Judged;
use super::said;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::catalogue::OF_SURVEYS;
use crate::report::Style;
use crate::report::excerpt::finding_excerpt;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::problems;
use crate::report::summary;
use crate::report::text::width;

/// Budgets that are shown.
const BUDGETS: usize = 20;
/// Findings about numbers that are shown, of one kind and in all: what is wrong with one proxy is mostly wrong with
/// all that run beside it.
const ALIKE: usize = 2;
const NUMBERS: usize = 8;
/// Findings that are shown with the lines they are about: each is mended in its own place.
const MARKED: usize = 100;

/// All lines.
pub(super) fn lines(judged: &Judged<'_>, style: &Style) -> Vec<String> {
    let mut lines = head(judged, style);
    for section in [budgets(judged, style), findings(judged, style)] {
        if !section.is_empty() {
            lines.push(String::new());
            lines.extend(section);
        }
    }
    lines
}

/// What holds, what was read and what was found; and what could not be read.
fn head(judged: &Judged<'_>, style: &Style) -> Vec<String> {
    let mut items = Vec::new();
    items.extend(said::budgets(judged));
    items.extend(said::series(judged));
    items.extend(said::read(judged).map(|read| style.safe(&read).into_owned()));
    items.extend(said::findings(judged));
    let mut lines = summary::flowed(&items, style);
    let partial = judged
        .coverage
        .filter(|coverage| !coverage.failed.is_empty());
    lines.extend(partial.map_or_else(Vec::new, |coverage| {
        summary::missing(coverage, false, style)
    }));
    lines
}

/// Budgets that do not hold, each by its finding.
fn budgets(judged: &Judged<'_>, style: &Style) -> Vec<String> {
    let (told, _) = judged.by_subject();
    if told.is_empty() {
        return Vec::new();
    }
    let mut counts: Vec<(Severity, String)> = Vec::new();
    for group in told.chunk_by(|a, b| (a.severity, a.id) == (b.severity, b.id)) {
        let word = group[0].id.rsplit('/').next().unwrap_or_default();
        let count = numbers::grouped(group.len() as u64);
        counts.push((group[0].severity, format!("{count} {word}")));
    }
    let mut lines = problems::title("BUDGETS", &counts, style);
    for (at, finding) in told.iter().take(BUDGETS).enumerate() {
        let next = told.get(at + 1).filter(|_| at + 1 < BUDGETS);
        let last = next.is_none_or(|next| next.remedy != finding.remedy);
        lines.extend(problems::finding_lines(finding, last, style));
    }
    let more = more(told.len().saturating_sub(BUDGETS), "budget", style);
    lines.extend(more);
    lines
}

fn findings(judged: &Judged<'_>, style: &Style) -> Vec<String> {
    let (_, all) = judged.by_subject();
    if all.is_empty() {
        return Vec::new();
    }
    let mut lines = problems::title("FINDINGS", &problems::counts(&all), style);
    let (mut numbers_left, mut marked_left, mut after_excerpt) = (NUMBERS, MARKED, false);
    let mut passed = 0;
    for group in all.chunk_by(|a, b| (a.severity, a.id) == (b.severity, b.id)) {
        let (marked, bare): (Vec<&Finding>, Vec<&Finding>) =
            group.iter().partition(|finding| has_excerpt(finding));
        let bare = if lets_pass(judged, group[0]) {
            passed += bare.len();
            Vec::new()
        } else {
            bare
        };
        let shown = marked.len().min(marked_left);
        marked_left -= shown;
        for finding in &marked[..shown] {
            lines.push(String::new());
            let text = finding_excerpt(finding, judged.files, style);
            lines.extend(text.trim_end_matches('\n').split('\n').map(str::to_owned));
            after_excerpt = true;
        }
        let some = bare.len().min(ALIKE).min(numbers_left);
        numbers_left -= some;
        if after_excerpt && some > 0 {
            lines.push(String::new());
            after_excerpt = false;
        }
        for (at, finding) in bare[..some].iter().enumerate() {
            let last = at + 1 == some || bare[at + 1].remedy != finding.remedy;
            lines.extend(problems::finding_lines(finding, last, style));
        }
        let left_out = marked.len() + bare.len() - shown - some;
        lines.extend(more(left_out, group[0].id, style));
    }
    if passed == all.len() {
        lines.push(more_line("none of them fails", style));
    } else if passed > 0 {
        if after_excerpt {
            lines.push(String::new());
        }
        lines.extend(more(passed, "that do not fail", style));
    }
    lines
}

/// A gate says what to mend. What `audit` finds besides and what lets it pass is counted.
fn lets_pass(judged: &Judged<'_>, finding: &Finding) -> bool {
    let is_of_audit = OF_SURVEYS.iter().any(|rule| rule.id == finding.id);
    is_of_audit && judged.fail_on.is_some() && !judged.fails(finding)
}

/// `and 3 more labels/unbounded, all: -o json`; nothing for none.
fn more(count: usize, what: &str, style: &Style) -> Option<String> {
    let said = numbers::grouped(count as u64);
    let text = format!("and {said} more {what}");
    (count > 0).then(|| more_line(&text, style))
}

/// What is not shown, with how to see it where that fits.
fn more_line(text: &str, style: &Style) -> String {
    let mut text = text.to_owned();
    let all = ", all: -o json";
    if 3 + width(&text) + width(all) <= style.columns() {
        text.push_str(all);
    }
    format!("   {}", style.paint(Tone::Dim, &text))
}

/// Whether there is a line to show.
fn has_excerpt(finding: &Finding) -> bool {
    !finding.marks.places.is_empty()
}
