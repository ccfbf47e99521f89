//! The comparison for a reader.

use super::told;
use super::without_edit;
use crate::report::Style;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::document::DifferenceDocument;
use crate::report::document::LoneEntry;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::text;

pub(super) fn lines(document: &DifferenceDocument<'_>, style: &Style, wide: bool) -> Vec<String> {
    let header = &document.header;
    let mut sections = vec![sides(document, style, wide)];
    if header.equal {
        sections.push(vec![
            " The very same series arrive on both sides.".to_owned(),
        ]);
    }
    sections.push(lone("ONLY LEFT", &document.only_left, style, wide));
    sections.push(lone("ONLY RIGHT", &document.only_right, style, wide));
    if !header.equal {
        sections.push(both(document, style, wide));
        sections.push(edits(document, style, wide));
    }
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}

fn sides(document: &DifferenceDocument<'_>, style: &Style, wide: bool) -> Vec<String> {
    let header = &document.header;
    let rows = [
        ("left", header.left, header.left_totals),
        ("right", header.right, header.right_totals),
    ];
    let rows = rows.map(|(side, filter, totals)| -> Vec<Cell> {
        vec![
            format!(
                "{side}  {}{}",
                if side == "left" { " " } else { "" },
                style.safe(filter)
            )
            .into(),
            numbers::grouped(totals.names).into(),
            numbers::grouped(totals.series).into(),
            numbers::rate(totals.samples_per_second).into(),
        ]
    });
    let targets = numbers::counted(header.targets, "target", "targets");
    let interval = std::time::Duration::try_from_secs_f64(header.scrape_interval_seconds);
    let every = interval.map_or_else(
        |_| String::new(),
        |interval| format!("{}every {}", style.dot(), numbers::interval(interval)),
    );
    let list = List {
        title: "ARRIVES",
        about: format!("of {targets}{every}"),
        rows: rows.into(),
        columns: vec![
            Column::name(""),
            Column::right("names"),
            Column::right("series"),
            Column::right("samples/s").yields_below(30),
        ],
    };
    list.lines(style, wide)
}

fn lone(title: &'static str, entries: &[LoneEntry<'_>], style: &Style, wide: bool) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let series = entries.iter().map(|entry| entry.series).sum();
    let rows = entries.iter().map(|entry| -> Vec<Cell> {
        vec![
            style.safe(entry.name).into_owned().into(),
            numbers::grouped(entry.series).into(),
            numbers::grouped(entry.data_points).into(),
            numbers::rate(entry.samples_per_second).into(),
        ]
    });
    let list = List {
        title,
        about: format!(
            "{}{}{} series",
            numbers::counted(entries.len() as u64, "name", "names"),
            style.dot(),
            numbers::grouped(series)
        ),
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::right("series"),
            Column::right("points").yields_below(30),
            Column::right("samples/s").yields_below(36),
        ],
    };
    let mut drawn = list.lines(style, wide);
    let rows = drawn.split_off(drawn.len().saturating_sub(entries.len()));
    for (at, (line, entry)) in rows.into_iter().zip(entries).enumerate() {
        drawn.push(line);
        // The names of one histogram mostly go for the same reason: it is said behind the last of them.
        let next = entries.get(at + 1);
        if next.is_none_or(|next| next.reason != entry.reason) {
            drawn.extend(wrapped(entry.reason, 3, Tone::Dim, style, wide));
        }
    }
    drawn
}

fn both(document: &DifferenceDocument<'_>, style: &Style, wide: bool) -> Vec<String> {
    if document.both.is_empty() {
        return Vec::new();
    }
    let same = document.both.iter().filter(|shared| shared.same_series);
    let rows = document.both.iter().map(|shared| -> Vec<Cell> {
        vec![
            style.safe(shared.name).into_owned().into(),
            numbers::grouped(shared.left.series).into(),
            numbers::grouped(shared.right.series).into(),
            told(shared).into(),
        ]
    });
    let list = List {
        title: "BOTH",
        about: format!(
            "{}{}{} with the same series",
            numbers::counted(document.both.len() as u64, "name", "names"),
            style.dot(),
            numbers::grouped(same.count() as u64)
        ),
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::right("left"),
            Column::right("right"),
            Column::left("").dim().yields_below(30),
        ],
    };
    list.lines(style, wide)
}

fn edits(document: &DifferenceDocument<'_>, style: &Style, wide: bool) -> Vec<String> {
    let mut lines = vec![format!(
        " {}",
        style.paint(Tone::Heading, "TO MAKE BOTH EQUAL")
    )];
    for edit in &document.edits {
        let place = edit.place.unwrap_or("as typed");
        let told = format!(
            "change {} on the {} ({place}); tried: the very same series arrive",
            edit.stage, edit.side
        );
        lines.extend(wrapped(&told, 1, Tone::Plain, style, wide));
        // Kept whole, to be copied.
        let before = format!("- {}", style.safe(edit.before));
        lines.push(format!("   {}", style.paint(Tone::Dim, &before)));
        lines.push(format!("   + {}", style.safe(edit.after)));
    }
    if let Some(why) = without_edit(document) {
        lines.extend(wrapped(why, 1, Tone::Dim, style, wide));
    }
    lines
}

fn wrapped(line: &str, indent: usize, tone: Tone, style: &Style, wide: bool) -> Vec<String> {
    let columns = if wide {
        usize::MAX
    } else {
        style.columns().saturating_sub(indent)
    };
    let lines = text::wrap(&style.safe(line), columns, columns).into_iter();
    lines
        .map(|line| format!("{}{}", " ".repeat(indent), style.paint(tone, &line)))
        .collect()
}
