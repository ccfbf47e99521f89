//! The explanation as CSV: a row for each stage, and one for each thing that happened there.

use std::io;
use std::io::Write;

use csv::Writer;

use super::change;
use super::series;
use crate::report::Style;
use crate::report::csv::cell;
use crate::report::document::ExplainedStageEntry;
use crate::report::document::ExplanationDocument;
use crate::report::document::PositionEntry;

const HEADER: [&str; 11] = [
    "pipeline", "stage", "kind", "step", "depth", "text", "outcome", "reached", "why", "file",
    "line",
];

/// One thing that happened.
struct Row<'a> {
    step: &'static str,
    depth: usize,
    text: String,
    outcome: &'a str,
    reached: bool,
    why: String,
    position: Option<&'a PositionEntry<'a>>,
}

pub(super) fn write(
    document: &ExplanationDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows = Writer::from_writer(out);
    rows.write_record(HEADER)?;
    for pipeline in &document.pipelines {
        for stage in &pipeline.stages {
            for row in of_stage(stage) {
                let position = row.position;
                rows.write_record([
                    cell(style, pipeline.name),
                    cell(style, stage.name),
                    stage.kind.to_owned(),
                    row.step.to_owned(),
                    row.depth.to_string(),
                    cell(style, &row.text),
                    cell(style, row.outcome),
                    row.reached.to_string(),
                    cell(style, &row.why),
                    cell(style, position.map_or("", |position| position.file)),
                    position.map_or_else(String::new, |position| position.line.to_string()),
                ])?;
            }
        }
    }
    rows.flush()
}

fn of_stage<'a>(stage: &'a ExplainedStageEntry<'a>) -> Vec<Row<'a>> {
    let row = |step: &'static str, text: String, position: Option<&'a PositionEntry<'a>>| Row {
        step,
        depth: 0,
        text,
        outcome: stage.outcome,
        reached: true,
        why: String::new(),
        position,
    };
    let names = if stage.here.is_empty() {
        stage.names.join(" ")
    } else {
        let here: Vec<String> = stage.here.iter().map(series).collect();
        here.join(" ")
    };
    let mut rows = vec![row("stage", names, stage.position.as_ref())];
    rows.extend(stage.dropped.iter().map(|dropped| Row {
        why: dropped.reason.to_owned(),
        ..row(
            "dropped",
            dropped.rule.unwrap_or_default().to_owned(),
            dropped.position.as_ref(),
        )
    }));
    rows.extend(stage.renamed.iter().map(|renamed| {
        let said = format!("renames {} to {}", renamed.from, renamed.to);
        row("renamed", said, renamed.position.as_ref())
    }));
    rows.extend(stage.failed.iter().map(|failed| Row {
        why: failed.message.to_owned(),
        ..row(
            "failed",
            failed.rule.unwrap_or_default().to_owned(),
            failed.position.as_ref(),
        )
    }));
    rows.extend(stage.relabeling.iter().map(|step| Row {
        outcome: match (step.dropped, step.matched) {
            (true, _) => "dropped",
            (false, Some(true)) => "true",
            (false, Some(false)) => "false",
            (false, None) => "",
        },
        why: format!("it saw `{}`", step.value),
        ..row(
            "rule",
            step.rule.unwrap_or_default().to_owned(),
            step.position.as_ref(),
        )
    }));
    rows.extend(
        stage
            .changes
            .iter()
            .map(|changed| row("change", change(changed), None)),
    );
    rows.extend(stage.clauses.iter().map(|clause| Row {
        depth: clause.depth,
        outcome: clause.outcome,
        reached: clause.reached,
        why: clause.why.unwrap_or_default().to_owned(),
        ..row("clause", clause.text.to_owned(), clause.position.as_ref())
    }));
    rows
}
