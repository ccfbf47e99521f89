//! The comparison as CSV: a row for each family, all of them unless a limit was typed.

use std::io;
use std::io::Write;

use csv::Writer;

use super::words;
use crate::report::Style;
use crate::report::csv::cell;
use crate::report::document::ComparisonDocument;
use crate::report::document::TurnoverEntry;

const HEADER: [&str; 16] = [
    "family",
    "status",
    "type_before",
    "type_after",
    "series_before",
    "series_after",
    "series_growth",
    "series_growth_percent",
    "series_stayed",
    "series_disappeared",
    "series_appeared",
    "body_bytes_before",
    "body_bytes_after",
    "label_grown_most",
    "workload_grown_most",
    "workload_growth_series",
];

pub(super) fn write(
    document: &ComparisonDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = Writer::from_writer(out);
    rows.write_record(HEADER)?;
    for family in &document.families {
        let text = |text: Option<&str>| cell(style, text.unwrap_or_default());
        let churn = |of: fn(&TurnoverEntry) -> u64| {
            let churn = family.churn.as_ref();
            churn.map_or_else(String::new, |churn| of(churn).to_string())
        };
        let percent = family.series.growth_percent;
        let label = words::label_grown(family);
        let workload = words::workload_grown(family);
        rows.write_record([
            cell(style, family.name),
            family.status.to_owned(),
            text(family.type_before),
            text(family.type_after),
            family.series.before.to_string(),
            family.series.after.to_string(),
            family.series.growth.to_string(),
            percent.map_or_else(String::new, |percent| format!("{percent:.2}")),
            // Those that moved are the same series, in another family.
            churn(|churn| churn.stayed_series),
            churn(|churn| churn.disappeared_series),
            churn(|churn| churn.appeared_series),
            family.body_bytes.before.to_string(),
            family.body_bytes.after.to_string(),
            text(label.map(|label| label.name)),
            workload.map_or_else(String::new, |one| {
                cell(style, &words::workload(one.namespace, one.workload))
            }),
            workload.map_or_else(String::new, |one| one.series.growth.to_string()),
        ])?;
    }
    rows.flush()
}
