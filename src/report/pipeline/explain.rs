//! One name on its way through the stages, and the clauses that decide.

use std::io;
use std::io::Write;

use crate::report::Style;
use crate::report::paint::Tone;
use crate::report::text;
use crate::survey::Simulated;
use crate::waterfall::Count;
use crate::waterfall::difference::family;

/// Writes the way of one name through every pipeline.
///
/// # Errors
/// `out` cannot be written.
pub fn write_explanation(
    simulated: &[Simulated],
    name: &str,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for pipeline in simulated {
        let heading = format!("{} in {}", name, pipeline.flow.name);
        writeln!(
            out,
            " {}",
            style.paint(Tone::Heading, &style.safe(&heading))
        )?;
        write_way(pipeline, name, style, out)?;
    }
    Ok(())
}

fn write_way(
    pipeline: &Simulated,
    name: &str,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut is_there = false;
    for (at, stage) in pipeline.flow.stages.iter().enumerate() {
        let count = count_of(&stage.by_name, name);
        let dropped: Vec<_> = stage
            .dropped
            .iter()
            .filter(|dropped| dropped.name == name)
            .collect();
        let renamed: Vec<_> = stage
            .renamed
            .iter()
            .filter(|renamed| {
                renamed.from == name || renamed.to == name || renamed.from == family(name)
            })
            .collect();
        let told = match count {
            Some(count) => format!("{} series", count.series),
            None if dropped.is_empty() && is_there => "gone".to_owned(),
            None if dropped.is_empty() => "not there".to_owned(),
            None => "dropped".to_owned(),
        };
        let line = format!("{}  {told}", stage.id);
        write_line(&style.safe(&line), 1, Tone::Plain, style, out)?;
        for dropped in &dropped {
            let rule = dropped.rule.and_then(|rule| pipeline.rule(at, rule));
            let why = rule.map_or(dropped.reason.as_str(), |rule| &rule.text);
            let place = rule.and_then(|rule| pipeline.place(rule.at));
            let line = format!("drops {} series: {why}", dropped.series);
            write_line(&style.safe(&line), 3, Tone::Caution, style, out)?;
            if let Some(place) = place {
                write_line(&style.safe(&place), 3, Tone::Dim, style, out)?;
            }
        }
        for renamed in renamed {
            let line = format!("calls {} {}", renamed.from, renamed.to);
            write_line(&style.safe(&line), 3, Tone::Plain, style, out)?;
        }
        write_clauses(pipeline, at, style, out)?;
        is_there |= count.is_some();
    }
    if !is_there {
        let line = "no target exposes this name, and no stage makes it";
        write_line(line, 1, Tone::Caution, style, out)?;
    }
    writeln!(out)
}

/// The clauses of a filter's conditions for this very metric.
fn write_clauses(
    pipeline: &Simulated,
    stage: usize,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let explained = pipeline.flow.explained.iter();
    for explained in explained.filter(|explained| explained.stage == stage) {
        let line = format!(
            "to this filter it is the metric {}, first seen at {}; a condition that is true drops it",
            explained.metric, explained.target
        );
        write_line(&style.safe(&line), 3, Tone::Dim, style, out)?;
        for clause in &explained.clauses {
            let indent = 3 + 2 * clause.depth;
            let outcome = if clause.reached {
                clause.outcome.clone()
            } else {
                format!("{} (not looked at: decided before)", clause.outcome)
            };
            let line = format!("{outcome}  {}", clause.text);
            let tone = if clause.reached {
                Tone::Plain
            } else {
                Tone::Dim
            };
            write_line(&style.safe(&line), indent, tone, style, out)?;
            if let Some(why) = &clause.why {
                write_line(&style.safe(why), indent + 2, Tone::Dim, style, out)?;
            }
        }
    }
    Ok(())
}

fn count_of(by_name: &[(String, Count)], name: &str) -> Option<Count> {
    let found = by_name
        .iter()
        .find(|(own, count)| own == name && count.series > 0);
    found.map(|(_, count)| *count)
}

fn write_line(
    line: &str,
    indent: usize,
    tone: Tone,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = style.columns().saturating_sub(indent).max(20);
    for line in text::wrap(line, columns, columns) {
        writeln!(out, "{:indent$}{}", "", style.paint(tone, &line))?;
    }
    Ok(())
}
