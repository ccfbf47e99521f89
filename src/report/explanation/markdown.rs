//! The explanation for a comment on a pull request: a table of the stages, then what decided at each.

use super::NOWHERE;
use super::change;
use super::is_nowhere;
use super::judged;
use super::pair;
use super::place;
use super::sees;
use super::series;
use super::told;
use crate::report::Style;
use crate::report::document::ExplainedPipelineEntry;
use crate::report::document::ExplainedStageEntry;
use crate::report::document::ExplanationDocument;
use crate::report::markdown::code_in;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers;

pub(super) fn lines(document: &ExplanationDocument<'_>, style: &Style) -> Vec<String> {
    let mut lines = vec!["### meshctl filter --explain".to_owned(), String::new()];
    let follows = document.matching_series.is_some();
    match (&document.series, document.matching_series) {
        (Some(followed), Some(matching)) => {
            let labels = followed.labels.iter();
            let labels: Vec<String> = labels.map(|(name, value)| pair(name, value)).collect();
            let whole = format!("{}{{{}}}", document.name, labels.join(", "));
            lines.push(format!(
                "{} from {}, {}; followed alone",
                code_in(style, &whole),
                code_in(style, followed.target),
                match matching {
                    1 => "the only series that fits".to_owned(),
                    _ => format!(
                        "the first of {} that fit",
                        numbers::counted_series(matching)
                    ),
                }
            ));
        }
        _ if follows => lines.push(format!("no series fits {}", code_in(style, document.asked))),
        _ => lines.push(code_in(style, document.name)),
    }
    if follows || document.pipelines.iter().all(is_nowhere) {
        let instead = document.instead.iter();
        lines.extend(instead.flat_map(|said| [String::new(), prose_in(style, said)]));
    }
    for pipeline in &document.pipelines {
        lines.extend(of_pipeline(pipeline, follows, style));
    }
    lines
}

fn of_pipeline(pipeline: &ExplainedPipelineEntry<'_>, follows: bool, style: &Style) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!(
            "#### Pipeline {} of {}",
            code_in(style, pipeline.name),
            code_in(style, pipeline.config)
        ),
        String::new(),
    ];
    for job in &pipeline.not_scraped {
        lines.push(format!(
            "- the job {} does not scrape this target: {}",
            code_in(style, job.job),
            code_in(style, &one_line(job.rule.unwrap_or_default()))
        ));
    }
    if !pipeline.not_scraped.is_empty() {
        lines.push(String::new());
    }
    lines.push("| Stage | What becomes of it | Why | Where |".to_owned());
    lines.push("|:--|:--|:--|:--|".to_owned());
    for stage in &pipeline.stages {
        let shown = match &stage.here[..] {
            [] => told(stage, follows),
            here => {
                let here = here.iter().map(|here| code_in(style, &series(here)));
                here.collect::<Vec<_>>().join(", ")
            }
        };
        let dropped = stage.dropped.first();
        let why = dropped.map_or_else(String::new, |dropped| match dropped.rule {
            Some(rule) if !rule.is_empty() => code_in(style, &one_line(rule)),
            _ => prose_in(style, dropped.reason),
        });
        let position = dropped.and_then(|dropped| dropped.position.as_ref());
        let position = position.or(stage.position.as_ref());
        let place = place(position).map_or_else(String::new, |place| code_in(style, &place));
        lines.push(row(&[code_in(style, stage.name), shown, why, place]));
    }
    if is_nowhere(pipeline) && !follows {
        lines.extend([String::new(), NOWHERE.to_owned()]);
    }
    for stage in &pipeline.stages {
        lines.extend(details(stage, style));
    }
    lines
}

/// What changed, and each rule or clause with what it saw.
fn details(stage: &ExplainedStageEntry<'_>, style: &Style) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for step in &stage.relabeling {
        let outcome = match (step.dropped, step.matched) {
            (true, _) => "**drops it**",
            (false, Some(true)) => "matches",
            (false, Some(false)) => "does not match",
            (false, None) => "applies",
        };
        let rule = code_in(style, &one_line(step.rule.unwrap_or_default()));
        let saw = match step.value {
            _ if !sees(step) => String::new(),
            "" => ", which saw nothing".to_owned(),
            value => format!(", which saw {}", code_in(style, value)),
        };
        items.push(format!("- {outcome}: {rule}{saw}"));
        let changes = step.changes.iter();
        items.extend(changes.map(|changed| format!("  - {}", prose_in(style, &change(changed)))));
    }
    if stage.relabeling.is_empty() {
        let changes = stage.changes.iter();
        items.extend(changes.map(|changed| format!("- {}", prose_in(style, &change(changed)))));
    }
    items.extend(stage.renamed.iter().map(|renamed| {
        let [from, to] = [renamed.from, renamed.to].map(|name| code_in(style, name));
        format!("- renames {from} to {to}")
    }));
    items.extend(stage.failed.iter().map(|failed| {
        let rule = code_in(style, &one_line(failed.rule.unwrap_or_default()));
        format!("- fails: {rule}: {}", prose_in(style, failed.message))
    }));
    if let Some(judged) = judged(stage) {
        items.push(format!("- {}", prose_in(style, &judged)));
        items.extend(stage.clauses.iter().map(|clause| {
            let indent = "  ".repeat(clause.depth + 1);
            let text = code_in(style, &one_line(clause.text));
            let outcome = match clause.outcome {
                outcome @ ("true" | "false") => format!("**{outcome}**"),
                error => prose_in(style, error),
            };
            let unreached = if clause.reached {
                ""
            } else {
                " (not looked at: decided before)"
            };
            let why = clause
                .why
                .map_or_else(String::new, |why| format!(": {}", prose_in(style, why)));
            format!("{indent}- {outcome}{unreached} {text}{why}")
        }));
    }
    if items.is_empty() {
        return items;
    }
    let title = format!("**{}**", code_in(style, stage.name));
    let mut lines = vec![String::new(), title, String::new()];
    lines.extend(items);
    lines
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
