//! Workflow commands, which GitHub turns into annotations of a run and of the lines of a pull request.
//!
//! A command is one line; what would end it, or one of its properties, is escaped, so that no text of strangers
//! becomes a command of its own.

use super::Judged;
use super::place;
use super::place::Spot;
use super::shortened;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::numbers::grouped;
use crate::report::text::escape_terminal;

/// GitHub shows so many annotations of each level for one step and drops the rest without a word.
const SHOWN: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    fn of(judged: &Judged<'_>, finding: &Finding) -> Self {
        match finding.severity {
            _ if judged.fails(finding) => Self::Error,
            Severity::High | Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Notice,
        }
    }
}

/// A line for each annotation: why the run failed where no finding says so, then findings, worst first. No
/// line where there is nothing to say.
pub(super) fn lines(judged: &Judged<'_>) -> Vec<String> {
    let (code, reasons) = judged.exit;
    let mut lines = Vec::new();
    for level in Level::ALL {
        let mut commands: Vec<String> = Vec::new();
        // What fails for its findings is annotated by them.
        if level == Level::Error && code > 1 {
            let title = format!("meshctl {}", judged.command);
            let reasons = reasons.iter();
            commands.extend(reasons.map(|reason| command(level, None, &title, &[reason])));
        }
        let of_level = judged
            .findings
            .iter()
            .filter(|finding| Level::of(judged, finding) == level);
        commands.extend(of_level.map(|finding| annotation(level, judged, finding)));
        if commands.len() > SHOWN {
            let more = grouped((commands.len() - (SHOWN - 1)) as u64);
            commands.truncate(SHOWN - 1);
            let text = format!("and {more} more of this level, which GitHub would not show");
            commands.push(command(level, None, "meshctl", &[&text]));
        }
        lines.extend(commands);
    }
    lines
}

fn annotation(level: Level, judged: &Judged<'_>, finding: &Finding) -> String {
    let spot = place::spot(judged, finding);
    let texts = [finding.message.as_str(), finding.remedy.as_str()];
    command(level, Some(spot), finding.id, &texts)
}

fn command(level: Level, spot: Option<Spot<'_>>, title: &str, texts: &[&str]) -> String {
    let mut properties = Vec::new();
    if let Some(spot) = spot {
        properties.push(format!("file={}", property(&place::path(spot.file))));
        properties.push(format!("line={}", spot.line));
        if spot.own {
            properties.push(format!("col={}", spot.column));
            properties.push(format!("endColumn={}", spot.end_column()));
        }
    }
    properties.push(format!("title={}", property(title)));
    let texts = texts.iter().filter(|text| !text.is_empty());
    let texts: Vec<String> = texts.map(|text| data(&shortened(text))).collect();
    // Line breaks are ours alone: those of strangers have been spelled out.
    let text = texts.join("%0A");
    format!("::{} {}::{text}", level.as_str(), properties.join(","))
}

/// A part of a message. Control characters are spelled out: this stands in a log too.
fn data(text: &str) -> String {
    escape_terminal(text).replace('%', "%25")
}

/// The value of a property, which ends with a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
