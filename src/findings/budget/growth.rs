//! What grew too much since the baseline, what is new, and what shrank.

use std::fmt::Write as _;

use serde_json::json;

use super::Budgets;
use super::plural_series;
use super::with_place;
use crate::budget::Grown;
use crate::budget::Outcome;
use crate::budget::Scope;
use crate::findings::Finding;
use crate::findings::Severity;
use crate::findings::Subject;
use crate::findings::numbers::grouped;
use crate::findings::numbers::percent;
use crate::findings::numbers::plural;
use crate::findings::numbers::share;

pub(super) fn finding(budgets: Budgets<'_>, grown: &Grown) -> Finding {
    let worst = match grown.outcome {
        Outcome::Near => Severity::Medium,
        Outcome::Within | Outcome::Unknown => Severity::Info,
        Outcome::Over => Severity::High,
    };
    let what = match grown.scope {
        Scope::Total => "all targets".to_owned(),
        scope => format!("{} {}", scope.as_str(), grown.name),
    };
    let counted = |count: u64| match grown.scope {
        Scope::Label if grown.family.is_none() => plural(count, "value"),
        _ => plural_series(count),
    };
    let (id, message, remedy) = match (grown.before, &grown.family, grown.outcome) {
        (Some(before), _, Outcome::Within) => (
            "growth/shrunk",
            format!(
                "{what}: {} since the baseline of {}",
                counted(grown.now),
                counted(before)
            ),
            "keep it so: write the baseline anew with --update-baseline",
        ),
        (Some(before), _, _) => {
            let more = grown.now.saturating_sub(before);
            let mut message = format!(
                "{what}: {}, {} ({}) more than in the baseline; {} would be allowed",
                counted(grown.now),
                grouped(more),
                percent(share(more, before.max(1))),
                grouped(grown.allowed.unwrap_or(before)),
            );
            if !grown.drivers.is_empty() {
                let named: Vec<String> = grown
                    .drivers
                    .iter()
                    .map(|(name, before, now)| format!("{name} (+{})", grouped(now - before)))
                    .collect();
                let _ = write!(message, "; most of it: {}", named.join(", "));
            }
            (
                "growth/over",
                message,
                "see what grew: `meshctl compare`; where it is meant, write the baseline anew with --update-baseline",
            )
        }
        (None, Some(family), _) => (
            "growth/new-label",
            format!(
                "{family} has a label that the baseline does not have: {}",
                grown.name
            ),
            "see what it costs: `meshctl labels`; where it is meant, write the baseline anew with --update-baseline",
        ),
        (None, None, _) => (
            "growth/new-family",
            format!("{} is new with {}", grown.name, counted(grown.now)),
            "drop it where nobody queries it; where it is meant, write the baseline anew with --update-baseline",
        ),
    };
    let mut subject = Subject::default();
    match (grown.scope, &grown.family) {
        (Scope::Family, _) => subject.family = Some(grown.name.clone()),
        (Scope::Label, family) => {
            subject.label = Some(grown.name.clone());
            subject.family.clone_from(family);
        }
        (Scope::Total, _) => subject.part = Some("total".to_owned()),
        (scope, _) => subject.part = Some(format!("{} {}", scope.as_str(), grown.name)),
    }
    let finding = Finding::new(id, worst, message)
        .about(subject)
        .with_evidence([
            ("scope", json!(grown.scope.as_str())),
            ("baseline", json!(grown.before)),
            ("now", json!(grown.now)),
            ("allowed", json!(grown.allowed)),
        ])
        .with_remedy(remedy);
    with_place(finding, budgets.place(grown.at, ""))
}
