//! The list of labels: what dropping each one saves in an audit, all that is known of it in `labels`.

use crate::census::class::ValueClass;
use crate::report::Page;
use crate::report::audit;
use crate::report::columns;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::numbers;
use crate::report::order::LabelOrder;
use crate::report::redundant;
use crate::report::select::LabelRow;
use crate::report::summary;
use crate::report::text::truncate;

/// Labels that `labels` shows where no limit was typed.
const SHOWN: usize = 20;
/// Values shown of each label in `-o wide`, and the longest one.
const WIDE_VALUES: usize = 3;
const WIDE_VALUE_COLUMNS: usize = 32;

const TITLE: &str = "LABELS";

/// The section of an audit: labels that save series, then one sentence on those that do not.
pub(super) fn overview(page: Page<'_>) -> Vec<String> {
    let (idle, saving): (Vec<_>, Vec<_>) = page
        .all_labels()
        .into_iter()
        .partition(|label| label.is_redundant() && !label.structural);
    let of = saving.len();
    let limit = page.view.limit.unwrap_or(audit::SHOWN);
    let limit = if limit == 0 { of } else { limit };
    let shown = &saving[..limit.min(of)];
    let mut lines = if shown.is_empty() {
        Vec::new()
    } else {
        let about = if shown.len() < of {
            format!("{}, what dropping each saves", numbers::of(shown.len(), of))
        } else {
            "what dropping each saves".to_owned()
        };
        let columns = vec![
            Column::name("").enough(24),
            Column::left("").dim().yields_below(14),
            Column::note("family").yields_below(8),
            Column::right("saves"),
            Column::right("share").yields_below(30),
            Column::right("values").yields_below(12),
            Column::right("families").yields_below(16),
        ];
        let says_family = says_family(page, shown);
        let rows = shown.iter().map(|label| {
            vec![
                page.style.safe(label.name).into_owned().into(),
                remark(page, label).into(),
                family_cell(page, says_family, label),
                saves(page, label).into(),
                share(page, label).into(),
                numbers::grouped(label.values).into(),
                numbers::grouped(label.families).into(),
            ]
        });
        list(page, about, columns, rows.collect())
    };
    if !idle.is_empty() {
        lines.extend(redundant::lines(page, idle, of));
    }
    lines
}

/// The whole table of `labels`.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let mut lines = summary::lines(page);
    let selection = page.labels(Some(SHOWN));
    if selection.shown.is_empty() {
        if let Some(filter) = &page.view.family {
            let filter = page.style.safe(filter.glob().glob());
            let of = numbers::of(0, page.survey.census.labels.len());
            lines.push(String::new());
            lines.extend(columns::title(
                TITLE,
                &format!("{of} in {filter}"),
                page.style,
            ));
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
        about.push_str(&page.style.safe(filter.glob().glob()));
    }
    let columns = vec![
        Column::name("").enough(24),
        Column::note("family").yields_below(8),
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
            page.style.safe(label.name).into_owned().into(),
            family_cell(page, says_family, label),
            saves(page, label).into(),
            share(page, label).into(),
            numbers::grouped(label.values).into(),
            numbers::grouped(label.families).into(),
            numbers::bytes(label.body_bytes).into(),
            wide_class(page, label).to_owned().into(),
            why(page, label).into(),
            top_values(page, label).into(),
        ]
    });
    lines.push(String::new());
    lines.extend(list(page, about, columns, rows.collect()));
    lines
}

fn list(page: Page<'_>, about: String, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Vec<String> {
    let mut list = List {
        title: TITLE,
        about,
        columns,
        rows,
    };
    list.drop_empty();
    list.lines(page.style, page.wide)
}

/// Whether rows have to say whose label they are: with a family filter, unless it leaves one family.
pub(super) fn says_family(page: Page<'_>, shown: &[LabelRow<'_>]) -> bool {
    let mut families = shown
        .iter()
        .filter_map(|label| label.family)
        .map(|family| &family.name);
    let first = families.next();
    first.is_some() && (page.wide || families.any(|family| Some(family) != first))
}

fn family_cell(page: Page<'_>, says_family: bool, label: &LabelRow<'_>) -> Cell {
    let family = label.family.filter(|_| says_family);
    let name = family.map_or("", |family| family.name.as_str());
    page.style.safe(name).into_owned().into()
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

/// Why it must stay, or why it saves nothing.
fn reason(page: Page<'_>, label: &LabelRow<'_>) -> String {
    if label.structural {
        format!("structural: the {} goes", label.destroys())
    } else if label.is_redundant() {
        redundant::reason(page, label)
    } else {
        String::new()
    }
}

/// Where the class has a column of its own, the reason alone.
fn why(page: Page<'_>, label: &LabelRow<'_>) -> String {
    if page.wide {
        reason(page, label)
    } else {
        remark(page, label)
    }
}

/// The reason, or why it grows.
fn remark(page: Page<'_>, label: &LabelRow<'_>) -> String {
    let reason = reason(page, label);
    if reason.is_empty() {
        return class(label).replace('_', " ");
    }
    reason
}

/// A column of its own only where width is no object: elsewhere the remark tells it.
fn wide_class(page: Page<'_>, label: &LabelRow<'_>) -> &'static str {
    if page.wide { class(label) } else { "" }
}

fn class(label: &LabelRow<'_>) -> &'static str {
    label.class.map_or("", ValueClass::as_str)
}

/// `GET (120), POST (14), PUT (2), …`.
fn top_values(page: Page<'_>, label: &LabelRow<'_>) -> String {
    let shown = label.top_values.iter().take(WIDE_VALUES).map(|top| {
        let value = page.style.safe(&top.value);
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
