//! Writes families, labels or names by stage as CSV: a header with units in its names, then one row each, all of them
//! unless a limit was typed.
//!
//! `audit` writes the rows of `families`: one file holds one kind of row, and families are what an audit
//! is made of; labels have their own command. Coverage has no place in rows, so whoever reads them should
//! look at the exit status.

use std::io;
use std::io::Write;

use csv::Writer;

use crate::census::FamilyCount;
use crate::report::Command;
use crate::report::Page;
use crate::report::Style;
use crate::report::numbers;
use crate::report::pipeline;
use crate::report::select::LabelRow;
use crate::report::text::escape_terminal;

const FAMILY_HEADER: [&str; 16] = [
    "family",
    "type",
    "unit",
    "series",
    "series_percent",
    "names",
    "samples",
    "samples_per_second",
    "body_bytes",
    "otlp_data_points",
    "labels",
    "targets",
    "series_per_target_min",
    "series_per_target_median",
    "series_per_target_max",
    "series_per_target_outlier",
];

const LABEL_HEADER: [&str; 13] = [
    "label",
    "families",
    "series",
    "values",
    "marginal_saving_series",
    "marginal_saving_percent",
    "redundant",
    "determined_by",
    "structural",
    "body_bytes",
    "class",
    "top_value",
    "top_value_series",
];

/// Families, or labels for `labels`; with a family filter labels have their family in the first column.
pub(super) fn write(page: Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Writer::from_writer(out);
    if page.view.command == Command::Filter {
        return pipeline::csv::write(page, &mut rows);
    }
    if page.view.command == Command::Labels {
        let by_family = page.view.family.is_some();
        let family = by_family.then_some("family");
        rows.write_record(family.into_iter().chain(LABEL_HEADER))?;
        for label in page.labels(None).shown {
            rows.write_record(label_row(page, &label))?;
        }
    } else {
        rows.write_record(FAMILY_HEADER)?;
        for family in page.families(None).shown {
            rows.write_record(family_row(page, family))?;
        }
    }
    rows.flush()
}

fn family_row(page: Page<'_>, family: &FamilyCount) -> [String; 16] {
    let total = page.survey.census.totals.series;
    let interval = page.view.scrape_interval;
    let spread = family.series_per_target.as_ref();
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    [
        text(page, &family.name),
        family.family_type.as_str().to_owned(),
        text(page, family.unit.as_deref().unwrap_or_default()),
        family.series.to_string(),
        format!("{:.2}", numbers::percent(family.series, total)),
        family.sample_names.len().to_string(),
        family.samples.to_string(),
        format!(
            "{:.2}",
            numbers::samples_per_second(family.series, interval)
        ),
        family.body_bytes.to_string(),
        family.otlp_data_points.to_string(),
        family.labels.len().to_string(),
        number(spread.map(|spread| spread.targets)),
        number(spread.map(|spread| spread.min)),
        spread.map_or_else(String::new, |spread| spread.median.to_string()),
        number(spread.map(|spread| spread.max)),
        text(
            page,
            spread
                .and_then(|spread| page.outlier(spread))
                .unwrap_or_default(),
        ),
    ]
}

fn label_row(page: Page<'_>, label: &LabelRow<'_>) -> Vec<String> {
    let total = page.survey.census.totals.series;
    let top = label.top_values.first();
    let family = label.family.map(|family| text(page, &family.name));
    let cells = [
        text(page, label.name),
        label.families.to_string(),
        label.series.to_string(),
        label.values.to_string(),
        label.saves.to_string(),
        format!("{:.2}", numbers::percent(label.saves, total)),
        label.is_redundant().to_string(),
        text(page, &label.determined_by().join(";")),
        label.structural.to_string(),
        label.body_bytes.to_string(),
        label.class.map_or("", |class| class.as_str()).to_owned(),
        text(page, top.map_or("", |top| &top.value)),
        top.map_or_else(String::new, |top| top.series.to_string()),
    ];
    family.into_iter().chain(cells).collect()
}

/// A cell that no spreadsheet takes for a formula: what begins like one gets a `'` before it.
pub(super) fn text(page: Page<'_>, text: &str) -> String {
    cell(page.style, text)
}

/// The same where there is no page.
pub(super) fn cell(style: &Style, text: &str) -> String {
    let shown = if style.escape {
        escape_terminal(text)
    } else {
        text.into()
    };
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        return format!("'{shown}");
    }
    shown.into_owned()
}
