//! What every table begins with: which targets the numbers stand for, and the totals.

use std::collections::BTreeMap;

use crate::report::Page;
use crate::report::Style;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::text::flow;
use crate::report::text::truncate;
use crate::report::text::width;
use crate::survey::Coverage;

/// Failed targets that are named; the rest are counted.
const NAMED_FAILURES: usize = 3;

/// Coverage and totals: one line where all was read and the width allows, else coverage, what is amiss
/// with it, and totals.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let style = page.style;
    let coverage = coverage_items(page);
    let counts = count_items(page);
    let amiss = amiss(page);
    if amiss.is_empty() {
        // Read from what was counted to what it costs: targets, counts, bytes, rate.
        let mut all = coverage[..1].to_vec();
        all.extend_from_slice(&counts);
        all.extend_from_slice(&coverage[1..]);
        let line = all.join(style.dot());
        if width(&line) < style.columns() {
            return vec![format!(" {line}")];
        }
    }
    let mut lines = flowed(&coverage, style);
    if !amiss.is_empty()
        && let Some(first) = lines.first_mut()
    {
        *first = format!(" {}", style.paint(Tone::Caution, first.trim_start()));
    }
    lines.extend(amiss);
    lines.extend(flowed(&counts, style));
    lines
}

/// `30 of 30 targets read`.
pub(super) fn coverage(page: Page<'_>) -> String {
    read(&page.survey.coverage)
}

/// The same where there is no page.
pub(super) fn read(coverage: &Coverage) -> String {
    format!(
        "{} of {} read",
        numbers::grouped(coverage.scraped),
        numbers::counted(coverage.expected, "target", "targets")
    )
}

/// Coverage first, then what the bodies weigh and how many samples that is.
pub(super) fn coverage_items(page: Page<'_>) -> Vec<String> {
    let totals = &page.survey.census.totals;
    let interval = page.view.scrape_interval;
    vec![
        coverage(page),
        format!("{} a scrape", numbers::bytes(totals.body_bytes)),
        format!(
            "{} samples/s at {}",
            numbers::rate(numbers::samples_per_second(totals.series, interval)),
            numbers::interval(interval)
        ),
    ]
}

/// What was counted; refused and repeated lines where there are any.
pub(super) fn count_items(page: Page<'_>) -> Vec<String> {
    let totals = &page.survey.census.totals;
    let mut items = vec![
        numbers::counted(totals.families, "family", "families"),
        numbers::counted(totals.names, "name", "names"),
        format!("{} series", numbers::grouped(totals.series)),
    ];
    if totals.rejects > 0 {
        items.push(numbers::counted(
            totals.rejects,
            "line rejected",
            "lines rejected",
        ));
    }
    if totals.duplicates > 0 {
        items.push(numbers::counted(
            totals.duplicates,
            "duplicate",
            "duplicates",
        ));
    }
    items
}

/// `2 named twice, 1 not an exposition`: what was passed over, by reason.
pub(super) fn skipped(page: Page<'_>) -> Option<String> {
    passed_over(&page.survey.coverage)
}

/// The same where there is no page.
pub(super) fn passed_over(coverage: &Coverage) -> Option<String> {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for skip in &coverage.skipped {
        *reasons.entry(&skip.reason).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    let said = reasons
        .iter()
        .map(|(reason, count)| format!("{} {reason}", numbers::grouped(*count)));
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(", "))
}

pub(super) fn flowed(items: &[String], style: &Style) -> Vec<String> {
    let lines = flow(items, style.dot(), style.columns() - 1, style.ellipsis());
    lines.into_iter().map(|line| format!(" {line}")).collect()
}

/// One line for each thing that keeps the numbers from standing for everything.
pub(super) fn amiss(page: Page<'_>) -> Vec<String> {
    missing(&page.survey.coverage, page.survey.interrupted, page.style)
}

/// The same where there is no page.
pub(super) fn missing(coverage: &Coverage, interrupted: bool, style: &Style) -> Vec<String> {
    let mut said = Vec::new();
    if interrupted {
        said.push((
            Tone::Caution,
            "interrupted: only what was read until then is counted".to_owned(),
        ));
    }
    let named = if coverage.failed.len() == NAMED_FAILURES + 1 {
        NAMED_FAILURES + 1
    } else {
        NAMED_FAILURES
    };
    for failure in coverage.failed.iter().take(named) {
        said.push((
            Tone::Alarm,
            format!("failed {}: {}", failure.target, failure.reason),
        ));
    }
    let more = coverage.failed.len().saturating_sub(named);
    if more > 0 {
        said.push((
            Tone::Alarm,
            format!("failed {} more", numbers::grouped(more as u64)),
        ));
    }
    if let Some(skipped) = passed_over(coverage) {
        said.push((Tone::Dim, format!("skipped {skipped}")));
    }
    said.iter()
        .map(|(tone, text)| line(*tone, text, style))
        .collect()
}

/// The first word in its colour, the rest in plain, cut to the width.
fn line(tone: Tone, text: &str, style: &Style) -> String {
    let text = style.safe(text);
    let text = truncate(&text, style.columns() - 3, style.ellipsis());
    let (word, rest) = text.split_at(text.find([' ', ':']).unwrap_or(text.len()));
    format!("   {}{rest}", style.paint(tone, word))
}
