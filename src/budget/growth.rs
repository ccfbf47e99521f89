//! What grew since a baseline by more than is allowed, and what is new.

use super::Baseline;
use super::Outcome;
use super::Scope;
use super::policy::Allowed;
use super::policy::Policy;
use super::policy::Verdict;
use super::view::Context;
use crate::collector::position::Position;
use crate::survey::Survey;

/// Something that grew, came or shrank.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// What it is.
    pub scope: Scope,
    /// Its name; empty for the total.
    pub name: String,
    /// For a label of a family that is new in it: the family.
    pub family: Option<String>,
    /// What there was; `None` where it was not there.
    pub before: Option<u64>,
    /// What there is.
    pub now: u64,
    /// The most that would have been allowed.
    pub allowed: Option<u64>,
    /// [`Outcome::Over`] or [`Outcome::Near`]; [`Outcome::Within`] for what shrank under a ratchet.
    pub outcome: Outcome,
    /// Who is behind it, with what they had and have; the first grew most.
    pub drivers: Vec<(String, u64, u64)>,
    /// Where the limit stands.
    pub at: Position,
}

/// How many drivers are named.
const NAMED: usize = 3;

/// Everything that grew too much, in a stable order.
pub fn grown(
    policy: &Policy,
    survey: &Survey,
    context: Context,
    baseline: &Baseline,
) -> Vec<Grown> {
    let growth = &policy.growth;
    let now = Baseline::of(survey, context);
    let mut grown = Vec::new();
    let families = || {
        let families = now.families.iter();
        families.map(|(name, family)| {
            let before = baseline.families.get(name).map(|family| family.series);
            (name.clone(), before, family.series)
        })
    };
    let workloads = || {
        let workloads = now.workloads.iter();
        workloads.map(|(name, workload)| {
            let before = baseline.workloads.get(name).map(|workload| workload.series);
            (name.clone(), before, workload.series)
        })
    };
    if let Some(allowed) = growth.total {
        let drivers = || {
            drivers(
                families()
                    .chain(workloads())
                    .map(|(name, before, now)| (name, before.unwrap_or(0), now)),
            )
        };
        grown.extend(too_much(
            Scope::Total,
            String::new(),
            (baseline.series, now.series),
            allowed,
            drivers,
        ));
    }
    if let Some(allowed) = growth.families {
        for (name, before, series) in families() {
            let Some(before) = before else { continue };
            grown.extend(too_much(
                Scope::Family,
                name,
                (before, series),
                allowed,
                Vec::new,
            ));
        }
    }
    if let Some(allowed) = growth.labels {
        for (name, label) in &now.labels {
            let Some(before) = baseline.labels.get(name) else {
                continue;
            };
            let both = (before.values, label.values);
            grown.extend(too_much(
                Scope::Label,
                name.clone(),
                both,
                allowed,
                Vec::new,
            ));
        }
    }
    if let Some(allowed) = growth.workloads {
        for (name, before, series) in workloads() {
            let Some(before) = before else { continue };
            grown.extend(too_much(
                Scope::Workload,
                name,
                (before, series),
                allowed,
                Vec::new,
            ));
        }
    }
    grown.extend(new_families(growth.new_families, baseline, &now));
    grown.extend(new_labels(growth.new_labels, baseline, &now));
    if growth.ratchet && now.series < baseline.series {
        grown.push(Grown {
            scope: Scope::Total,
            name: String::new(),
            family: None,
            before: Some(baseline.series),
            now: now.series,
            allowed: None,
            outcome: Outcome::Within,
            drivers: Vec::new(),
            at: Position::default(),
        });
    }
    grown
}

fn too_much(
    scope: Scope,
    name: String,
    (before, now): (u64, u64),
    allowed: Allowed,
    drivers: impl FnOnce() -> Vec<(String, u64, u64)>,
) -> Option<Grown> {
    let most = most_allowed(before, allowed);
    (now > most).then(|| Grown {
        scope,
        name,
        family: None,
        before: Some(before),
        now,
        allowed: Some(most),
        outcome: Outcome::Over,
        drivers: drivers(),
        at: allowed.at,
    })
}

/// The most that there may be where there were `before`.
fn most_allowed(before: u64, allowed: Allowed) -> u64 {
    // A share that no binary number is must not take away the last one that it allows: 29% of 100 are 29.
    let more = |share: f64| (before as f64 * share * (1.0 + 1e-12)).floor() as u64;
    let by_share = allowed
        .share
        .map(|share| before.saturating_add(more(share)));
    let by_count = allowed.absolute.map(|count| before.saturating_add(count));
    let least = before.saturating_add(allowed.at_least);
    let limits = [by_share, by_count].into_iter().flatten();
    limits.min().unwrap_or(u64::MAX).max(least)
}

/// Those that grew most.
fn drivers(all: impl Iterator<Item = (String, u64, u64)>) -> Vec<(String, u64, u64)> {
    let mut grown: Vec<_> = all.filter(|(_, before, now)| now > before).collect();
    grown.sort_by(|a, b| (b.2 - b.1).cmp(&(a.2 - a.1)).then_with(|| a.0.cmp(&b.0)));
    grown.truncate(NAMED);
    grown
}

fn outcome_of(verdict: Verdict) -> Option<Outcome> {
    match verdict {
        Verdict::Allow => None,
        Verdict::Warn => Some(Outcome::Near),
        Verdict::Fail => Some(Outcome::Over),
    }
}

fn new_families(verdict: Verdict, baseline: &Baseline, now: &Baseline) -> Vec<Grown> {
    let Some(outcome) = outcome_of(verdict) else {
        return Vec::new();
    };
    let families = now.families.iter();
    let new = families.filter(|(name, _)| !baseline.families.contains_key(*name));
    new.map(|(name, family)| Grown {
        scope: Scope::Family,
        name: name.clone(),
        family: None,
        before: None,
        now: family.series,
        allowed: None,
        outcome,
        drivers: Vec::new(),
        at: Position::default(),
    })
    .collect()
}

/// Labels that a family did not have; those of new families come with these.
fn new_labels(verdict: Verdict, baseline: &Baseline, now: &Baseline) -> Vec<Grown> {
    let Some(outcome) = outcome_of(verdict) else {
        return Vec::new();
    };
    let mut grown = Vec::new();
    for (name, family) in &now.families {
        let Some(known) = baseline.families.get(name) else {
            continue;
        };
        for label in family.labels.difference(&known.labels) {
            grown.push(Grown {
                scope: Scope::Label,
                name: label.clone(),
                family: Some(name.clone()),
                before: None,
                now: family.series,
                allowed: None,
                outcome,
                drivers: vec![(name.clone(), known.series, family.series)],
                at: Position::default(),
            });
        }
    }
    grown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(share: Option<f64>, absolute: Option<u64>, at_least: u64) -> Allowed {
        Allowed {
            share,
            absolute,
            at_least,
            at: Position::default(),
        }
    }

    #[test]
    fn the_stricter_of_two_limits_counts_and_small_growth_never_does() {
        assert_eq!(most_allowed(1000, allowed(Some(0.05), None, 0)), 1050);
        assert_eq!(most_allowed(100, allowed(Some(0.15), None, 0)), 115);
        assert_eq!(most_allowed(100, allowed(Some(0.29), None, 0)), 129);
        assert_eq!(most_allowed(1000, allowed(None, Some(20), 0)), 1020);
        assert_eq!(most_allowed(1000, allowed(Some(0.05), Some(20), 0)), 1020);
        assert_eq!(most_allowed(10, allowed(Some(0.05), None, 100)), 110);
        assert_eq!(most_allowed(0, allowed(Some(0.5), None, 0)), 0);
        assert_eq!(most_allowed(u64::MAX, allowed(None, Some(1), 1)), u64::MAX);
    }

    #[test]
    fn those_that_grew_most_drive_it() {
        let grew = |name: &str, before, now| (name.to_owned(), before, now);
        let all = [
            grew("a", 1, 2),
            grew("b", 5, 3),
            grew("c", 0, 9),
            grew("d", 0, 9),
            grew("e", 0, 2),
        ];
        let named: Vec<String> = drivers(all.into_iter())
            .into_iter()
            .map(|(name, ..)| name)
            .collect();
        assert_eq!(named, ["c", "d", "e"]);
    }
}
