//! The comparison for a comment on a pull request: what differs first, what is the same folded away.

use super::told;
use super::without_edit;
use crate::report::Style;
use crate::report::document::DifferenceDocument;
use crate::report::document::LoneEntry;
use crate::report::document::SideTotalsEntry;
use crate::report::markdown::code_in;
use crate::report::markdown::heading;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers;

/// Rows of each table; a comment has a size limit.
const SHOWN: usize = 100;

pub(super) fn lines(document: &DifferenceDocument<'_>, style: &Style) -> Vec<String> {
    let header = &document.header;
    let mut lines = vec!["### meshctl diff".to_owned(), String::new()];
    let targets = numbers::counted(header.targets, "target", "targets");
    let verdict = if header.equal {
        "**The very same series arrive on both sides.**"
    } else {
        "**The two sides differ.**"
    };
    lines.push(format!("{verdict} {targets} read."));
    lines.push(String::new());
    lines.push("| | Filter | Names | Series | Samples/s |".to_owned());
    lines.push("|:--|:--|--:|--:|--:|".to_owned());
    let side = |name: &str, filter: &str, totals: SideTotalsEntry| {
        row(&[
            name.to_owned(),
            code_in(style, filter),
            numbers::grouped(totals.names),
            numbers::grouped(totals.series),
            numbers::rate(totals.samples_per_second),
        ])
    };
    lines.push(side("left", header.left, header.left_totals));
    lines.push(side("right", header.right, header.right_totals));
    lines.extend(lone("Only left", &document.only_left, style));
    lines.extend(lone("Only right", &document.only_right, style));
    lines.extend(changed(document, style));
    lines.extend(edits(document, style));
    lines.extend(same(document, style));
    lines
}

fn lone(title: &str, entries: &[LoneEntry<'_>], style: &Style) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let shown = entries.len().min(SHOWN);
    let mut lines = heading(title, shown, entries.len());
    lines.push("| Name | Series | Data points | Samples/s | Why |".to_owned());
    lines.push("|:--|--:|--:|--:|:--|".to_owned());
    lines.extend(entries.iter().take(shown).map(|entry| {
        row(&[
            code_in(style, entry.name),
            numbers::grouped(entry.series),
            numbers::grouped(entry.data_points),
            numbers::rate(entry.samples_per_second),
            prose_in(style, entry.reason),
        ])
    }));
    lines
}

/// Names that arrive on both sides as other series.
fn changed(document: &DifferenceDocument<'_>, style: &Style) -> Vec<String> {
    let both = document.both.iter();
    let changed: Vec<_> = both.filter(|shared| !shared.same_series).collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let shown = changed.len().min(SHOWN);
    let mut lines = heading("Other series of the same name", shown, changed.len());
    lines.push("| Name | Left | Right | |".to_owned());
    lines.push("|:--|--:|--:|:--|".to_owned());
    lines.extend(changed.iter().take(shown).map(|shared| {
        row(&[
            code_in(style, shared.name),
            numbers::grouped(shared.left.series),
            numbers::grouped(shared.right.series),
            told(shared),
        ])
    }));
    lines
}

fn edits(document: &DifferenceDocument<'_>, style: &Style) -> Vec<String> {
    if document.header.equal {
        return Vec::new();
    }
    let mut lines = heading("To make both equal", 1, 1);
    for edit in &document.edits {
        let place = match edit.place {
            Some(place) => code_in(style, place),
            None => "as typed".to_owned(),
        };
        lines.push(format!(
            "Change {} on the {} ({place}); tried: the very same series arrive.",
            code_in(style, edit.stage),
            edit.side,
        ));
        lines.push(String::new());
        // In full, to be copied: a fence that is longer than any within.
        let texts = [edit.before, edit.after].map(|text| style.safe(text));
        let ticks = texts.iter().map(|text| longest_run(text)).max();
        let fence = "`".repeat(ticks.unwrap_or(0).max(2) + 1);
        lines.push(format!("{fence}diff"));
        lines.push(format!("- {}", texts[0]));
        lines.push(format!("+ {}", texts[1]));
        lines.push(fence);
    }
    lines.extend(without_edit(document).map(|why| prose_in(style, why)));
    lines
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// Names of which the very same series arrive, folded away.
fn same(document: &DifferenceDocument<'_>, style: &Style) -> Vec<String> {
    let both = document.both.iter();
    let same: Vec<_> = both.filter(|shared| shared.same_series).collect();
    if same.is_empty() {
        return Vec::new();
    }
    let shown = same.len().min(SHOWN);
    let count = numbers::counted(same.len() as u64, "name", "names");
    let mut lines = vec![
        String::new(),
        format!("<details><summary>The same on both sides: {count}</summary>"),
        String::new(),
        "| Name | Series |".to_owned(),
        "|:--|--:|".to_owned(),
    ];
    lines.extend(same.iter().take(shown).map(|shared| {
        row(&[
            code_in(style, shared.name),
            numbers::grouped(shared.left.series),
        ])
    }));
    if shown < same.len() {
        let more = numbers::grouped((same.len() - shown) as u64);
        lines.extend([String::new(), format!("and {more} more")]);
    }
    lines.extend([String::new(), "</details>".to_owned()]);
    lines
}
