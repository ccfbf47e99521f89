//! Names by stage as CSV: a row for each name that was there before a stage or is there behind it.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use csv::Writer;

use super::is_listed;
use crate::report::Page;
use crate::report::csv::text;
use crate::report::numbers;
use crate::survey::Simulated;
use crate::waterfall::Count;
use crate::waterfall::StageFlow;

const HEADER: [&str; 13] = [
    "pipeline",
    "stage",
    "kind",
    "name",
    "series",
    "data_points",
    "samples_per_second",
    "dropped_series",
    "dropped_data_points",
    "reason",
    "rule",
    "file",
    "line",
];

/// One name at one stage.
#[derive(Default)]
struct Row {
    behind: Count,
    dropped: Count,
    /// Index into what was dropped, of the largest part.
    largest: Option<usize>,
}

pub(in crate::report) fn write(
    page: Page<'_>,
    rows: &mut Writer<&mut dyn Write>,
) -> io::Result<()> {
    rows.write_record(HEADER)?;
    for simulated in page.pipelines() {
        for (at, stage) in simulated.stages() {
            for (name, row) in of_stage(page, stage) {
                rows.write_record(cells(page, simulated, at, stage, name, &row))?;
            }
        }
    }
    rows.flush()
}

fn of_stage<'a>(page: Page<'_>, stage: &'a StageFlow) -> BTreeMap<&'a str, Row> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for (name, count) in &stage.by_name {
        rows.entry(name).or_default().behind = *count;
    }
    for (at, dropped) in stage.dropped.iter().enumerate() {
        let row = rows.entry(&dropped.name).or_default();
        row.dropped.series += dropped.series;
        row.dropped.data_points += dropped.data_points;
        let is_larger = |other: usize| stage.dropped[other].series < dropped.series;
        if row.largest.is_none_or(is_larger) {
            row.largest = Some(at);
        }
    }
    rows.retain(|name, _| is_listed(page.view, name));
    rows
}

fn cells(
    page: Page<'_>,
    simulated: &Simulated,
    at: usize,
    stage: &StageFlow,
    name: &str,
    row: &Row,
) -> [String; 13] {
    let dropped = row.largest.map(|largest| &stage.dropped[largest]);
    let rule = dropped.and_then(|dropped| simulated.rule(at, dropped.rule?));
    let place = rule.map(|rule| rule.at).filter(|at| at.line > 0);
    let file = place.and_then(|at| simulated.files.get(at.file as usize));
    let interval = simulated.interval(page.view);
    let has_points = Simulated::has_points(stage);
    let points = |points: u64| {
        if has_points {
            points.to_string()
        } else {
            String::new()
        }
    };
    [
        text(page, &simulated.flow.name),
        text(page, &stage.id),
        stage.kind.as_str().to_owned(),
        text(page, name),
        row.behind.series.to_string(),
        points(row.behind.data_points),
        format!(
            "{:.2}",
            numbers::samples_per_second(row.behind.series, interval)
        ),
        row.dropped.series.to_string(),
        points(row.dropped.data_points),
        text(page, dropped.map_or("", |dropped| &dropped.reason)),
        text(page, rule.map_or("", |rule| &rule.text)),
        text(page, file.map_or("", String::as_str)),
        place.map_or_else(String::new, |at| at.line.to_string()),
    ]
}
