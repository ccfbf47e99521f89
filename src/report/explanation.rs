//! One name or one series on its way through every pipeline, in every format.
//!
//! In come what the pipelines made of all targets and what was asked; out goes a document, which each format is
//! written from.

mod assemble;
mod csv;
pub(super) mod instead;
mod markdown;
mod stage;
mod table;

use std::io;
use std::io::BufWriter;
use std::io::Write;

use serde::Serialize;

use super::Format;
use super::Style;
use super::document::ChangeEntry;
use super::document::ExplainedPipelineEntry;
use super::document::ExplainedStageEntry;
use super::document::ExplanationDocument;
use super::document::HereEntry;
use super::document::PositionEntry;
use super::document::RelabelingEntry;
use super::json;
use super::write_lines;
use crate::survey::Simulated;
use crate::survey::Watch;

/// Writes the way of what was asked for through every pipeline.
///
/// # Errors
/// `out` cannot be written.
pub fn write_explanation(
    simulated: &[Simulated],
    asked: &str,
    watch: &Watch,
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = assemble::document(simulated, asked, watch);
    let mut out = BufWriter::new(out);
    match format {
        Format::Table => write_lines(&table::lines(&document, style, false), &mut out),
        Format::Wide => write_lines(&table::lines(&document, style, true), &mut out),
        Format::Json => json::write_pretty(&document, style, &mut out),
        Format::Jsonl => write_objects(&document, style, &mut out),
        Format::Csv => csv::write(&document, style, &mut out),
        Format::Markdown => write_lines(&markdown::lines(&document, style), &mut out),
    }?;
    out.flush()
}

/// A line of the document, with `kind` before its keys.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a, 'b> {
    Explanation {
        schema_version: u32,
        meshctl_version: &'static str,
        asked: &'a str,
        name: &'a str,
        matching_series: Option<u64>,
        series: &'b Option<super::document::FollowedSeriesEntry<'a>>,
        instead: &'b [String],
    },
    Stage {
        pipeline: &'a str,
        config: &'a str,
        // The stage has a kind of its own.
        stage: &'b ExplainedStageEntry<'a>,
    },
}

/// A line for what was asked, then one for each stage.
fn write_objects(
    document: &ExplanationDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let first = Line::Explanation {
        schema_version: document.schema_version,
        meshctl_version: document.meshctl_version,
        asked: document.asked,
        name: document.name,
        matching_series: document.matching_series,
        series: &document.series,
        instead: &document.instead,
    };
    json::write_line(&first, style, out)?;
    for pipeline in &document.pipelines {
        for stage in &pipeline.stages {
            let line = Line::Stage {
                pipeline: pipeline.name,
                config: pipeline.config,
                stage,
            };
            json::write_line(&line, style, out)?;
        }
    }
    Ok(())
}

/// `otel.yaml:12:11`.
fn place(position: Option<&PositionEntry<'_>>) -> Option<String> {
    position.map(|at| format!("{}:{}:{}", at.file, at.line, at.column))
}

/// A series as it stands in a scrape.
fn series(here: &HereEntry<'_>) -> String {
    if here.labels.is_empty() {
        return here.name.to_owned();
    }
    let labels = here.labels.iter();
    let labels: Vec<String> = labels.map(|(name, value)| pair(name, value)).collect();
    format!("{}{{{}}}", here.name, labels.join(", "))
}

fn pair(name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("{name}=\"{value}\"")
}

/// A change in words.
fn change(change: &ChangeEntry<'_>) -> String {
    let (what, name) = match (change.what, change.name) {
        ("label", Some(name)) => ("label", name),
        ("resource", Some(name)) => ("resource attribute", name),
        _ => {
            let (before, after) = (change.before, change.after);
            return format!(
                "renames {} to {}",
                before.unwrap_or_default(),
                after.unwrap_or_default()
            );
        }
    };
    match (change.before, change.after) {
        (None, Some(after)) => format!("adds the {what} {}", pair(name, after)),
        (Some(before), None) => format!("removes the {what} {}", pair(name, before)),
        (before, after) => format!(
            "sets the {what} {}, which was \"{}\"",
            pair(name, after.unwrap_or_default()),
            before.unwrap_or_default()
        ),
    }
}

/// What became of it at a stage, in a word or two.
fn told(stage: &ExplainedStageEntry<'_>, follows: bool) -> String {
    match stage.outcome {
        "dropped" => "dropped".to_owned(),
        "gone" => "gone".to_owned(),
        "unknown" => "not under this name; with braces a series is followed".to_owned(),
        "absent" => "not there".to_owned(),
        _ if follows => match stage.here.len() {
            0 | 1 => String::new(),
            several => format!("{several} of it"),
        },
        _ => super::numbers::counted_series(stage.series),
    }
}

/// Whether what is explained never was in a pipeline.
fn is_nowhere(pipeline: &ExplainedPipelineEntry<'_>) -> bool {
    pipeline
        .stages
        .iter()
        .all(|stage| stage.outcome == "absent")
}

/// What is said of a name that is nowhere.
const NOWHERE: &str = "no target exposes this name, and no stage makes it";

/// Whether a rule of relabeling looks at values that can be shown.
fn sees(step: &RelabelingEntry<'_>) -> bool {
    let rule = step.rule.unwrap_or_default();
    !step.value.is_empty() || rule.contains("source_labels")
}

/// What clauses are judged for.
fn judged(stage: &ExplainedStageEntry<'_>) -> Option<String> {
    let metric = stage.judged_metric.filter(|_| !stage.clauses.is_empty())?;
    let at = stage
        .judged_target
        .map_or_else(String::new, |target| format!(", first seen at {target}"));
    Some(format!(
        "to this filter it is the metric {metric}{at}; a condition that is true drops it"
    ))
}
