//! Leaves out what a budget file says is to be left out, and gives findings the severities that it says.

use jiff::civil::Date;
use serde_json::json;

use super::Finding;
use super::Place;
use super::Severity;
use super::Subject;
use super::numbers::plural;
use crate::budget::policy::Ignore;
use crate::budget::policy::Level;
use crate::budget::policy::Policy;
use crate::budget::policy::SubjectGlobs;
use crate::collector::position::Position;

/// What is left of findings, and what an ignore took out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settled {
    /// Findings, in the order of [`super::inspect`].
    pub findings: Vec<Finding>,
    /// Findings that are ignored, each with the reason and the last day.
    pub ignored: Vec<(Finding, String, Option<String>)>,
}

impl From<Level> for Option<Severity> {
    fn from(level: Level) -> Self {
        match level {
            Level::Off => None,
            Level::Info => Some(Severity::Info),
            Level::Low => Some(Severity::Low),
            Level::Medium => Some(Severity::Medium),
            Level::High => Some(Severity::High),
        }
    }
}

/// Applies severities, then ignores. `file` is the budget file, as named; `today` decides which ignores hold.
pub fn settle(findings: Vec<Finding>, policy: &Policy, file: Option<&str>, today: Date) -> Settled {
    let mut settled = Settled::default();
    let mut uses = vec![0_u64; policy.ignores.len()];
    for finding in findings {
        let Some(finding) = with_severity(finding, policy) else {
            continue;
        };
        let fits = |ignore: &Ignore| {
            ignore.finding.is_match(finding.id) && fits(&ignore.subject, &finding.subject)
        };
        let mut taken = None;
        for (ignore, uses) in policy.ignores.iter().zip(&mut uses) {
            if fits(ignore) {
                *uses += 1;
                if holds(ignore, today) {
                    taken = taken.or(Some(ignore));
                }
            }
        }
        match taken {
            Some(Ignore { reason, until, .. }) => {
                let until = until.map(|day| day.to_string());
                settled.ignored.push((finding, reason.clone(), until));
            }
            None => settled.findings.push(finding),
        }
    }
    for (ignore, uses) in policy.ignores.iter().zip(uses) {
        let about = match (holds(ignore, today), uses) {
            (false, uses) => Some(expired(ignore, uses, file)),
            (true, 0) => Some(unused(ignore, file)),
            (true, _) => None,
        };
        settled
            .findings
            .extend(about.and_then(|finding| with_severity(finding, policy)));
    }
    super::sort(&mut settled.findings);
    settled
}

fn with_severity(mut finding: Finding, policy: &Policy) -> Option<Finding> {
    let mut severities = policy.severities.iter().rev();
    if let Some(severity) = severities.find(|severity| severity.finding.is_match(finding.id)) {
        finding.severity = Option::<Severity>::from(severity.level)?;
    }
    Some(finding)
}

fn holds(ignore: &Ignore, today: Date) -> bool {
    ignore.until.is_none_or(|until| today <= until)
}

fn fits(globs: &SubjectGlobs, subject: &Subject) -> bool {
    let pairs = [
        (&globs.family, &subject.family),
        (&globs.label, &subject.label),
        (&globs.target, &subject.target),
        (&globs.edge, &subject.edge),
        (&globs.part, &subject.part),
    ];
    pairs.into_iter().all(|(glob, name)| match (glob, name) {
        (None, _) => true,
        (Some(glob), Some(name)) => glob.is_match(name),
        (Some(_), None) => false,
    })
}

fn at(finding: Finding, at: Position, file: Option<&str>) -> Finding {
    match file {
        Some(file) => finding.at(Place {
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            length: 0,
            note: String::new(),
        }),
        None => finding,
    }
}

fn expired(ignore: &Ignore, uses: u64, file: Option<&str>) -> Finding {
    let id = ignore.finding.glob().glob();
    let until = ignore.until.map(|day| day.to_string()).unwrap_or_default();
    let message = format!(
        "{id} was to be ignored until {until}: {}; {} back",
        ignore.reason,
        match uses {
            0 => "nothing comes".to_owned(),
            1 => "1 finding is".to_owned(),
            uses => format!("{} are", plural(uses, "finding")),
        }
    );
    let finding = Finding::new("ignore/expired", Severity::Medium, message)
        .about(Subject {
            part: Some(format!("ignore {id}")),
            ..Subject::default()
        })
        .with_evidence([("until", json!(until)), ("findings", json!(uses))])
        .with_remedy("mend what was to be mended by then, or give it a later day for a reason");
    at(finding, ignore.at, file)
}

fn unused(ignore: &Ignore, file: Option<&str>) -> Finding {
    let id = ignore.finding.glob().glob();
    let finding = Finding::new(
        "ignore/unused",
        Severity::Low,
        format!("no finding fits what is to be ignored: {id}"),
    )
    .about(Subject {
        part: Some(format!("ignore {id}")),
        ..Subject::default()
    })
    .with_remedy("take it out: what it was for is mended");
    at(finding, ignore.at, file)
}

#[cfg(test)]
mod tests;
