//! The explanation for a reader: a line for each stage, and under it what happened there.

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
use crate::report::columns;
use crate::report::document::ClauseEntry;
use crate::report::document::ExplainedPipelineEntry;
use crate::report::document::ExplainedStageEntry;
use crate::report::document::ExplanationDocument;
use crate::report::document::PositionEntry;
use crate::report::document::RelabelingEntry;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::text;

/// Columns before what stands under a stage.
const INDENT: usize = 3;
/// The longest id of a stage that the others are padded to.
const LONGEST_ID: usize = 32;

pub(super) fn lines(document: &ExplanationDocument<'_>, style: &Style, wide: bool) -> Vec<String> {
    let mut page = Lines {
        style,
        wide,
        written: Vec::new(),
    };
    let follows = document.matching_series.is_some();
    if let (Some(matching), Some(followed)) = (document.matching_series, &document.series) {
        let labels = followed.labels.iter();
        let labels: Vec<String> = labels.map(|(name, value)| pair(name, value)).collect();
        let heading = format!("{}{{{}}}", document.name, labels.join(", "));
        page.say(1, Tone::Heading, &heading);
        let which = if matching == 1 {
            "the only series that fits".to_owned()
        } else {
            format!(
                "the first of {} series that fit, by target and labels",
                numbers::grouped(matching)
            )
        };
        let at = if followed.target == followed.origin {
            followed.target.to_owned()
        } else {
            format!("{} ({})", followed.target, followed.origin)
        };
        page.say(1, Tone::Dim, &format!("{which}; followed alone, from {at}"));
    } else if !follows {
        page.say(1, Tone::Heading, document.name);
    } else {
        page.say(1, Tone::Heading, document.asked);
        page.say(1, Tone::Caution, "no series fits");
    }
    for said in document.instead.iter().filter(|_| follows) {
        page.say(1, Tone::Plain, said);
    }
    for pipeline in &document.pipelines {
        page.written.push(String::new());
        page.pipeline(pipeline, follows);
        if is_nowhere(pipeline) && !follows {
            page.say(1, Tone::Caution, NOWHERE);
            for said in &document.instead {
                page.say(1, Tone::Plain, said);
            }
        }
    }
    page.written
}

struct Lines<'a> {
    style: &'a Style,
    wide: bool,
    written: Vec<String>,
}

impl Lines<'_> {
    /// Text of any length, broken between words; where it goes on it stands two columns further in.
    fn say(&mut self, indent: usize, tone: Tone, said: &str) {
        let columns = if self.wide {
            usize::MAX
        } else {
            self.style.columns().saturating_sub(indent).max(20)
        };
        let rest = columns.saturating_sub(2);
        let said = self.style.safe(said);
        for (at, line) in text::wrap(&said, columns, rest).iter().enumerate() {
            let indent = if at == 0 { indent } else { indent + 2 };
            let line = self.style.paint(tone, line);
            self.written.push(format!("{}{line}", " ".repeat(indent)));
        }
    }

    fn place(&mut self, indent: usize, position: Option<&PositionEntry<'_>>) {
        if let Some(place) = place(position) {
            self.say(indent, Tone::Dim, &place);
        }
    }

    fn pipeline(&mut self, pipeline: &ExplainedPipelineEntry<'_>, follows: bool) {
        let about = [pipeline.name, pipeline.config].map(|text| self.style.safe(text));
        let about = about.join(self.style.dot());
        let title = columns::title("PIPELINE", &about, self.style);
        self.written.extend(title);
        for job in &pipeline.not_scraped {
            let rule = job.rule.unwrap_or_default();
            let said = format!("the job {} does not scrape this target: {rule}", job.job);
            self.say(INDENT, Tone::Caution, &said);
            self.place(INDENT, job.position.as_ref());
        }
        let ids = pipeline.stages.iter().map(|stage| stage.name);
        let widths = ids.map(|id| text::width(&self.style.safe(id)));
        let most = if self.style.columns() < 70 {
            22
        } else {
            LONGEST_ID
        };
        let width = widths.max().unwrap_or(0).min(most);
        for stage in &pipeline.stages {
            self.stage(stage, width, follows);
        }
    }

    fn stage(&mut self, stage: &ExplainedStageEntry<'_>, width: usize, follows: bool) {
        let style = self.style;
        let id = style.safe(stage.name).into_owned();
        let pad = " ".repeat(width.saturating_sub(text::width(&id)));
        let tone = match stage.outcome {
            "dropped" | "reduced" => Tone::Caution,
            "gone" | "absent" => Tone::Dim,
            _ => Tone::Plain,
        };
        let is_series = stage.kind != "receiver" && stage.kind != "processor";
        let shown = match stage.here.first() {
            Some(here) if stage.here.len() == 1 && is_series => here.name.to_owned(),
            Some(here) if stage.here.len() == 1 => {
                format!("{} {}", here.data_type.unwrap_or_default(), here.name)
            }
            _ => told(stage, follows),
        };
        let shown = style.paint(tone, &style.safe(&shown));
        self.written.push(format!(" {id}{pad}  {shown}"));
        self.dropped(stage);
        for renamed in &stage.renamed {
            let said = format!("renames {} to {}", renamed.from, renamed.to);
            self.say(INDENT, Tone::Plain, &said);
            self.place(INDENT + 2, renamed.position.as_ref());
        }
        for failed in &stage.failed {
            let rule = failed.rule.unwrap_or_default();
            let said = format!("fails: {}: {rule}", failed.message);
            self.say(INDENT, Tone::Alarm, &said);
            self.place(INDENT + 2, failed.position.as_ref());
        }
        for step in &stage.relabeling {
            self.relabeling(step);
        }
        // What a rule of relabeling changed has been said with the rule.
        if stage.relabeling.is_empty() {
            for changed in &stage.changes {
                self.say(INDENT, Tone::Plain, &change(changed));
            }
        }
        let is_end = stage.kind == "exporter" || stage.kind == "storage";
        if is_end || stage.here.len() > 1 {
            for here in &stage.here {
                self.say(INDENT, Tone::Plain, &series(here));
            }
        }
        if let Some(judged) = judged(stage) {
            self.say(INDENT, Tone::Dim, &judged);
            for clause in &stage.clauses {
                self.clause(clause);
            }
        }
    }

    fn dropped(&mut self, stage: &ExplainedStageEntry<'_>) {
        for dropped in &stage.dropped {
            let why: Vec<&str> = [Some(dropped.reason), dropped.rule]
                .into_iter()
                .flatten()
                .filter(|why| !why.is_empty())
                .collect();
            let why = why.join(": ");
            let said = match dropped.series {
                Some(series) => format!("drops {}: {why}", numbers::counted_series(series)),
                None => why,
            };
            self.say(INDENT, Tone::Caution, &said);
            self.place(INDENT + 2, dropped.position.as_ref());
        }
    }

    fn relabeling(&mut self, step: &RelabelingEntry<'_>) {
        let outcome = match (step.dropped, step.matched) {
            (true, _) => "drops it",
            (false, Some(true)) => "matches",
            (false, Some(false)) => "does not match",
            (false, None) => "applies",
        };
        let tone = if step.dropped {
            Tone::Caution
        } else {
            Tone::Plain
        };
        let rule = step.rule.unwrap_or_default();
        self.say(INDENT, tone, &format!("{outcome}: {rule}"));
        let saw = sees(step).then(|| format!("it saw `{}`", step.value));
        let at = place(step.position.as_ref()).map(|place| format!("at {place}"));
        let under: Vec<String> = saw.into_iter().chain(at).collect();
        self.say(INDENT + 2, Tone::Dim, &under.join(" "));
        for changed in &step.changes {
            self.say(INDENT + 2, Tone::Plain, &change(changed));
        }
    }

    fn clause(&mut self, clause: &ClauseEntry<'_>) {
        let indent = INDENT + 2 * clause.depth;
        let (outcome, tone) = if clause.reached {
            (clause.outcome.to_owned(), Tone::Plain)
        } else {
            (
                format!("{} (not looked at: decided before)", clause.outcome),
                Tone::Dim,
            )
        };
        self.say(indent, tone, &format!("{outcome}  {}", clause.text));
        if let Some(why) = clause.why {
            self.say(indent + 2, Tone::Dim, why);
        }
    }
}
