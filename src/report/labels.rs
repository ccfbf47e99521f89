//! The list of labels: what dropping each one saves in an audit, all that is known of it in `labels`.

use std::fmt::Write as _;

use crate::census::class::ValueClass;
use crate::report::Page;
use crate::report::audit;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::numbers;
use crate::report::order::LabelOrder;
use crate::report::paint::Tone;
use crate::report::select::LabelRow;
use crate::report::summary;
use crate::report::text::escape_terminal;
use crate::report::text::truncate;
use crate::report::text::wrap;

/// Labels that `labels` shows where no limit was typed.
const SHOWN: usize = 20;
/// Lines that the redundant labels of an audit may take, and in a narrow terminal.
const REDUNDANT_LINES: usize = 2;
const REDUNDANT_LINES_NARROW: usize = 3;
/// Labels named as determining another; more are counted.
const NAMED_DETERMINERS: usize = 3;
/// Values shown of each label in `-o wide`, and the longest one.
const WIDE_VALUES: usize = 3;
const WIDE_VALUE_COLUMNS: usize = 32;

/// The section of an audit: labels that save series, then one sentence on those that do not.
pub(super) fn overview(page: Page<'_>) -> Vec<String> {
    let (redundant, saving): (Vec<_>, Vec<_>) = page
        .all_labels()
        .into_iter()
        .partition(LabelRow::is_redundant);
    let of = saving.len();
    let limit = page.view.limit.unwrap_or(audit::SHOWN);
    let limit = if limit == 0 { of } else { limit };
    let shown = &saving[..limit.min(of)];
    let mut lines = if shown.is_empty() {
        Vec::new()
    } else {
        let about = if shown.len() < of {
            format!(
                "{}, what dropping each one saves",
                numbers::of(shown.len(), of)
            )
        } else {
            "what dropping each one saves".to_owned()
        };
        let columns = vec![
            Column::name(""),
            Column::left("").dim().yields_below(14),
            Column::left("family").dim().yields_below(16),
            Column::right("saves"),
            Column::right("share").yields_below(30),
            Column::right("values").yields_below(12),
            Column::right("families").yields_below(16),
        ];
        let says_family = says_family(page, shown);
        let rows = shown.iter().map(|label| {
            vec![
                escape_terminal(label.name).into_owned().into(),
                reason(page, label).into(),
                family_cell(says_family, label),
                saves(page, label).into(),
                share(page, label).into(),
                numbers::grouped(label.values).into(),
                numbers::grouped(label.families).into(),
            ]
        });
        list(page, about, columns, rows.collect())
    };
    if !redundant.is_empty() {
        lines.extend(redundant_lines(page, redundant, of));
    }
    lines
}

/// The whole table of `labels`.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let mut lines = summary::lines(page);
    let selection = page.labels(Some(SHOWN));
    if selection.shown.is_empty() {
        if let Some(filter) = &page.view.family {
            let filter = escape_terminal(filter.glob().glob());
            let said = format!(" no label on a family like {filter}");
            let style = page.style;
            lines.push(truncate(&said, style.columns(), style.ellipsis()).into_owned());
        }
        return lines;
    }
    let by = match page.view.labels {
        LabelOrder::Saves => "series saved",
        order => order.as_str(),
    };
    let mut about = format!(
        "{} by {by}",
        numbers::of(selection.shown.len(), selection.of)
    );
    if let Some(filter) = &page.view.family {
        about.push_str(" in ");
        about.push_str(&escape_terminal(filter.glob().glob()));
    }
    let columns = vec![
        Column::name(""),
        Column::left("family").dim().yields_below(16),
        Column::right("saves"),
        Column::right("share").yields_below(18),
        Column::right("values").yields_below(12),
        Column::right("families").yields_below(40),
        Column::right("bytes").yields_below(20),
        Column::left("class").dim(),
        Column::note("why").yields_below(19),
        Column::left("most frequent").dim().yields_below(usize::MAX),
    ];
    let says_family = says_family(page, &selection.shown);
    let rows = selection.shown.iter().map(|label| {
        vec![
            escape_terminal(label.name).into_owned().into(),
            family_cell(says_family, label),
            saves(page, label).into(),
            share(page, label).into(),
            numbers::grouped(label.values).into(),
            numbers::grouped(label.families).into(),
            numbers::bytes(label.body_bytes).into(),
            wide_class(page, label).to_owned().into(),
            reason(page, label).into(),
            top_values(page, label).into(),
        ]
    });
    lines.push(String::new());
    lines.extend(list(page, about, columns, rows.collect()));
    lines
}

fn list(page: Page<'_>, about: String, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Vec<String> {
    let mut list = List {
        title: "LABELS",
        about,
        columns,
        rows,
    };
    list.drop_empty();
    list.lines(page.style, page.wide)
}

/// Whether rows have to say whose label they are: with a family filter, unless it leaves one family.
fn says_family(page: Page<'_>, shown: &[LabelRow<'_>]) -> bool {
    let mut families = shown
        .iter()
        .filter_map(|label| label.family)
        .map(|family| &family.name);
    let first = families.next();
    first.is_some() && (page.wide || families.any(|family| Some(family) != first))
}

fn family_cell(says_family: bool, label: &LabelRow<'_>) -> Cell {
    let family = label.family.filter(|_| says_family);
    let name = family.map_or("", |family| family.name.as_str());
    escape_terminal(name).into_owned().into()
}

/// Series that vanish without the label. A structural one is never offered as a saving.
fn saves(page: Page<'_>, label: &LabelRow<'_>) -> String {
    if label.structural {
        return page.style.dash().to_owned();
    }
    numbers::grouped(label.saves)
}

fn share(page: Page<'_>, label: &LabelRow<'_>) -> String {
    if label.structural {
        return String::new();
    }
    numbers::share(label.saves, page.survey.census.totals.series)
}

/// Why it must stay, why it saves nothing, or why it grows.
fn reason(page: Page<'_>, label: &LabelRow<'_>) -> String {
    if label.structural {
        format!("structural: the {} goes", label.destroys())
    } else if label.is_redundant() {
        determined(page, label)
    } else {
        class(label).replace('_', " ")
    }
}

/// A column of its own only where width is no object: elsewhere the reason tells it.
fn wide_class(page: Page<'_>, label: &LabelRow<'_>) -> &'static str {
    if page.wide { class(label) } else { "" }
}

fn class(label: &LabelRow<'_>) -> &'static str {
    label.class.map_or("", ValueClass::as_str)
}

/// `← target_ip, target_port`, `constant`.
fn determined(page: Page<'_>, label: &LabelRow<'_>) -> String {
    let by = label.determined_by();
    if by.is_empty() {
        return "constant".to_owned();
    }
    let most = if page.wide {
        by.len()
    } else {
        NAMED_DETERMINERS
    };
    let named = by.iter().take(most).map(|name| escape_terminal(name));
    let named = named.collect::<Vec<_>>().join(", ");
    let more = by.len().saturating_sub(most);
    let more = match more {
        0 => String::new(),
        _ => format!(" and {more} more"),
    };
    format!("{} {named}{more}", page.style.determined())
}

/// `52 of 75 labels save no series and cost 702 KiB of 992: target_addr (← target_ip, target_port), …`.
fn redundant_lines(page: Page<'_>, mut redundant: Vec<LabelRow<'_>>, saving: usize) -> Vec<String> {
    let style = page.style;
    redundant.sort_by_key(|label| (std::cmp::Reverse(label.body_bytes), label.name));
    let bytes = redundant.iter().map(|label| label.body_bytes).sum();
    let count = redundant.len();
    let mut text = format!(
        "{} {} no series and {} {}:",
        numbers::of(count, count + saving),
        if count == 1 {
            "label saves"
        } else {
            "labels save"
        },
        if count == 1 { "costs" } else { "cost" },
        numbers::bytes_of(bytes, page.survey.census.totals.body_bytes)
    );
    let room = style.columns() - 1;
    let most = match style.columns() {
        _ if page.wide => usize::MAX,
        ..60 => REDUNDANT_LINES_NARROW,
        _ => REDUNDANT_LINES,
    };
    let mut fitting = String::new();
    for (at, label) in redundant.iter().enumerate() {
        let separator = if at == 0 { " " } else { ", " };
        let name = escape_terminal(label.name);
        let _ = write!(text, "{separator}{name} ({})", determined(page, label));
        let is_last = at + 1 == count;
        let candidate = if is_last {
            text.clone()
        } else {
            format!("{text}, {}", style.ellipsis())
        };
        if wrap(&candidate, room, room).len() > most {
            break;
        }
        fitting = candidate;
    }
    if fitting.is_empty() {
        // Not even the first fits beside the sentence, which then stands alone.
        text.truncate(text.find(':').unwrap_or(text.len()));
        fitting = text;
    }
    let lines = wrap(&fitting, room, room).into_iter();
    lines
        .map(|line| format!(" {}", style.paint(Tone::Dim, &line)))
        .collect()
}

/// `GET 120, POST 14, … of 40`.
fn top_values(page: Page<'_>, label: &LabelRow<'_>) -> String {
    let shown = label.top_values.iter().take(WIDE_VALUES).map(|top| {
        let value = escape_terminal(&top.value);
        let value = truncate(&value, WIDE_VALUE_COLUMNS, page.style.ellipsis()).into_owned();
        format!("{value} ({})", numbers::grouped(top.series))
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if !text.is_empty() && label.values > WIDE_VALUES as u64 {
        text.push_str(", ");
        text.push_str(page.style.ellipsis());
    }
    text
}
