//! The list of families: with share bars in an audit, with every count in `families`.

use crate::census::FamilyCount;
use crate::report::Page;
use crate::report::audit;
use crate::report::columns;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::numbers;
use crate::report::order::FamilyOrder;
use crate::report::select::Selection;
use crate::report::summary;

/// Families that `families` shows where no limit was typed.
const SHOWN: usize = 20;

const TITLE: &str = "FAMILIES";

/// The section of an audit.
pub(super) fn overview(page: Page<'_>) -> Vec<String> {
    let selection = page.families(Some(audit::SHOWN));
    let columns = vec![
        Column::name(""),
        Column::left("type").dim().yields_below(20),
        Column::right("series"),
        Column::right("share").yields_below(16),
        Column::right("bytes").yields_below(60),
        Column::bar().yields_below(24),
    ];
    list(page, &selection, columns, |family| {
        vec![
            name(page, family).into(),
            family.family_type.as_str().to_owned().into(),
            numbers::grouped(family.series).into(),
            share(page, family).into(),
            numbers::bytes(family.body_bytes).into(),
            Cell::Part(part(family, &selection)),
        ]
    })
}

/// The whole table of `families`.
pub(super) fn lines(page: Page<'_>) -> Vec<String> {
    let mut lines = summary::lines(page);
    let selection = page.families(Some(SHOWN));
    let columns = vec![
        Column::name(""),
        Column::left("type").dim().yields_below(20),
        Column::right("series"),
        Column::right("share").yields_below(18),
        Column::right("names").yields_below(47),
        Column::right("samples/s").yields_below(46),
        Column::right("bytes").yields_below(22),
        Column::right("points").yields_below(44),
        Column::right("min").dim().yields_below(45),
        Column::right("median").yields_below(45),
        Column::right("max/target").yields_below(23),
        Column::left("most on").dim().yields_below(usize::MAX),
    ];
    let list = list(page, &selection, columns, |family| {
        let interval = page.view.scrape_interval;
        let [min, median, max, outlier] = spread(page, family);
        vec![
            name(page, family).into(),
            family.family_type.as_str().to_owned().into(),
            numbers::grouped(family.series).into(),
            share(page, family).into(),
            numbers::grouped(family.sample_names.len() as u64).into(),
            numbers::rate(numbers::samples_per_second(family.series, interval)).into(),
            numbers::bytes(family.body_bytes).into(),
            numbers::grouped(family.otlp_data_points).into(),
            min.into(),
            median.into(),
            max.into(),
            outlier.into(),
        ]
    });
    if !list.is_empty() {
        lines.push(String::new());
        lines.extend(list);
    }
    lines
}

fn list(
    page: Page<'_>,
    selection: &Selection<&FamilyCount>,
    columns: Vec<Column>,
    row: impl Fn(&FamilyCount) -> Vec<Cell>,
) -> Vec<String> {
    if selection.shown.is_empty() {
        return idle(page);
    }
    let list = List {
        title: TITLE,
        about: about(page, selection),
        rows: selection.shown.iter().map(|family| row(family)).collect(),
        columns,
    };
    list.lines(page.style, page.wide)
}

/// A heading without rows where the filter lets no family through: `FAMILIES  0 of 165 like nosuch`.
fn idle(page: Page<'_>) -> Vec<String> {
    let style = page.style;
    let Some(filter) = &page.view.family else {
        return Vec::new();
    };
    let of = numbers::of(0, page.survey.census.families.len());
    let said = format!("{of} like {}", page.style.safe(filter.glob().glob()));
    columns::title(TITLE, &said, style)
}

/// `8 of 165 by series`.
fn about(page: Page<'_>, selection: &Selection<&FamilyCount>) -> String {
    let by = match page.view.families {
        FamilyOrder::DataPoints => "data points",
        order => order.as_str(),
    };
    let shown = numbers::of(selection.shown.len(), selection.of);
    match &page.view.family {
        Some(filter) => {
            let filter = page.style.safe(filter.glob().glob());
            format!("{shown} like {filter} by {by}")
        }
        None => format!("{shown} by {by}"),
    }
}

/// The share of all series of the survey.
fn share(page: Page<'_>, family: &FamilyCount) -> String {
    numbers::share(family.series, page.survey.census.totals.series)
}

/// Relative to the largest family shown, so that the bars use their room.
fn part(family: &FamilyCount, selection: &Selection<&FamilyCount>) -> f64 {
    let largest = selection.shown.iter().map(|family| family.series).max();
    numbers::percent(family.series, largest.unwrap_or(0)) / 100.0
}

fn name(page: Page<'_>, family: &FamilyCount) -> String {
    page.style.safe(&family.name).into_owned()
}

/// Series per target: smallest, median, largest, and the target with the largest where targets differ.
fn spread(page: Page<'_>, family: &FamilyCount) -> [String; 4] {
    let Some(spread) = &family.series_per_target else {
        return [const { String::new() }; 4];
    };
    let outlier = page.outlier(spread).unwrap_or_default();
    [
        numbers::grouped(spread.min),
        numbers::median(spread.median),
        numbers::grouped(spread.max),
        page.style.safe(outlier).into_owned(),
    ]
}
