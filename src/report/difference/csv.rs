//! The comparison as CSV: a row for each name that arrives on either side. Edits have no place in rows.

use std::io;
use std::io::Write;

use csv::Writer;

use crate::report::Style;
use crate::report::csv::cell;
use crate::report::document::DifferenceDocument;
use crate::report::document::LoneEntry;

const HEADER: [&str; 7] = [
    "name",
    "side",
    "same_series",
    "left_series",
    "right_series",
    "left_data_points",
    "right_data_points",
];

pub(super) fn write(
    document: &DifferenceDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = Writer::from_writer(out);
    rows.write_record(HEADER.iter().chain(&["reason"]))?;
    for shared in &document.both {
        let (left, right) = (&shared.left, &shared.right);
        rows.write_record([
            cell(style, shared.name),
            "both".to_owned(),
            shared.same_series.to_string(),
            left.series.to_string(),
            right.series.to_string(),
            left.data_points.to_string(),
            right.data_points.to_string(),
            String::new(),
        ])?;
    }
    let mut lone = |entries: &[LoneEntry<'_>], is_left: bool| -> io::Result<()> {
        for entry in entries {
            let pair = |count: u64| {
                let counts = if is_left { [count, 0] } else { [0, count] };
                counts.map(|count| count.to_string())
            };
            let [left, right] = pair(entry.series);
            let [left_points, right_points] = pair(entry.data_points);
            let side = if is_left { "left" } else { "right" };
            rows.write_record([
                cell(style, entry.name),
                side.to_owned(),
                "false".to_owned(),
                left,
                right,
                left_points,
                right_points,
                cell(style, entry.reason),
            ])?;
        }
        Ok(())
    };
    lone(&document.only_left, true)?;
    lone(&document.only_right, false)?;
    rows.flush()
}
