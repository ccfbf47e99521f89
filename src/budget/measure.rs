//! Measures each budget: what its value is, and whether it holds.

use std::collections::HashMap;

use globset::GlobMatcher;

use super::Baseline;
use super::Measured;
use super::Outcome;
use super::Scope;
use super::Unit;
use super::drivers;
use super::policy::Budget;
use super::policy::Matching;
use super::policy::Policy;
use super::policy::Rule;
use super::policy::Stage;
use super::view::Context;
use super::view::Cost;
use super::view::View;
use crate::collector::position::Position;
use crate::survey::Survey;

/// How all budgets stand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assessment {
    /// Each budget at each place that it is about, in the order of the file.
    pub measured: Vec<Measured>,
    /// Names that an exact list has and that do not arrive.
    pub missing: Vec<Missing>,
}

/// A name of an exact list that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The name.
    pub name: String,
    /// Where it is missing.
    pub stage: String,
    /// Where it stands in the budget file.
    pub at: Position,
}

/// One thing that a budget is about, with its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) value: f64,
}

/// Measures every budget of a policy.
pub fn assess(
    policy: &Policy,
    survey: &Survey,
    context: Context,
    baseline: Option<&Baseline>,
) -> Assessment {
    let mut assessment = Assessment::default();
    let mut views: HashMap<&str, Vec<View<'_>>> = HashMap::new();
    for budget in &policy.budgets {
        let stage = match &budget.stage {
            Stage::Scrape => "scrape",
            Stage::Arrives => "arrives",
            Stage::Behind(id, _) => id,
        };
        let views = views.entry(stage);
        let views = views.or_insert_with(|| View::all(survey, &budget.stage, context));
        for view in views.iter() {
            let measure = Measure {
                budget,
                view,
                baseline,
                ratchet: policy.growth.ratchet,
            };
            assessment.measured.push(measure.run());
            assessment.missing.extend(measure.missing());
        }
    }
    assessment
}

/// One budget at one place.
struct Measure<'m, 'a> {
    budget: &'m Budget,
    view: &'m View<'a>,
    baseline: Option<&'m Baseline>,
    ratchet: bool,
}

impl Measure<'_, '_> {
    fn run(&self) -> Measured {
        let (unit, warn, fail) = match &self.budget.rule {
            Rule::Limit { unit, warn, fail } => (*unit, *warn, *fail),
            Rule::Forbidden => (Unit::Values, None, Some(0.0)),
            Rule::Exactly(_) => (Unit::Names, None, Some(0.0)),
        };
        let items = self.items(unit);
        let known = items.is_some();
        let items = items.unwrap_or_default();
        let worst = items
            .iter()
            .fold(None, |worst: Option<&Item>, item| match worst {
                Some(known) if known.value >= item.value => Some(known),
                _ => Some(item),
            });
        let value = worst.map_or(0.0, |item| item.value);
        let is_over = |limit: Option<f64>, value: f64| limit.is_some_and(|limit| value > limit);
        let over = items
            .iter()
            .filter(|item| is_over(fail, item.value))
            .count();
        let name = worst.map(|item| item.name.as_str()).unwrap_or_default();
        let before = self
            .baseline
            .and_then(|baseline| baseline.value(self.view, self.budget, unit, name));
        let outcome = if !known {
            Outcome::Unknown
        } else if is_over(fail, value) {
            let tolerated = self.ratchet
                && items
                    .iter()
                    .all(|item| !is_over(fail, item.value) || self.was_as_much(unit, item));
            if tolerated {
                Outcome::Near
            } else {
                Outcome::Over
            }
        } else if is_over(warn, value) {
            Outcome::Near
        } else {
            Outcome::Within
        };
        let drivers = if matches!(outcome, Outcome::Near | Outcome::Over) {
            drivers::of(self.budget, self.view, unit, name, self.baseline)
        } else {
            Vec::new()
        };
        Measured {
            scope: self.budget.scope,
            matching: shown(&self.budget.matching),
            stage: self.view.id(),
            unit,
            value,
            worst: (!name.is_empty()).then(|| name.to_owned()),
            matched: items.len() as u64,
            over: over as u64,
            warn,
            fail,
            outcome,
            before,
            drivers,
            at: (self.budget.at.line, self.budget.at.column),
        }
    }

    /// Whether the baseline has at least as much.
    fn was_as_much(&self, unit: Unit, item: &Item) -> bool {
        let before = self
            .baseline
            .and_then(|baseline| baseline.value(self.view, self.budget, unit, &item.name));
        before.is_some_and(|before| before >= item.value)
    }

    /// Everything that the budget is about; `None` where nobody counted it.
    fn items(&self, unit: Unit) -> Option<Vec<Item>> {
        let view = self.view;
        if unit == Unit::BodyBytes && !view.knows_bytes(self.budget.scope) {
            return None;
        }
        let each = |glob: &GlobMatcher, all: Vec<(String, Cost)>| -> Vec<Item> {
            let fits = all.into_iter().filter(|(name, _)| glob.is_match(name));
            let items = fits.map(|(name, cost)| {
                let value = self.cost(unit, cost);
                Item { name, value }
            });
            items.collect()
        };
        let single = |value: f64| {
            Some(vec![Item {
                name: String::new(),
                value,
            }])
        };
        match (self.budget.scope, &self.budget.matching) {
            (Scope::Total, _) if unit == Unit::LabelsPerSeries => {
                single(view.labels_per_series()?.0 as f64)
            }
            (Scope::Total, _) => single(self.cost(unit, view.total())),
            (Scope::Names, _) => single(self.unexpected().len() as f64),
            (Scope::Family, Matching::Each(glob)) => {
                let all = view.families().iter();
                Some(each(
                    glob,
                    all.map(|(name, cost)| ((*name).to_owned(), *cost))
                        .collect(),
                ))
            }
            (Scope::Target, Matching::Each(glob)) => Some(each(glob, view.by_target())),
            (Scope::Namespace, Matching::Each(glob)) => Some(each(glob, view.by_namespace())),
            (Scope::Workload, Matching::Each(glob)) => Some(each(glob, view.by_workload())),
            (Scope::Label, Matching::Each(label)) => Some(view.labels(label, None)),
            (Scope::Label, Matching::LabelOf(label, family)) => {
                Some(view.labels(label, Some(family)))
            }
            (
                Scope::Edge,
                Matching::Edge {
                    from,
                    to,
                    min_calls,
                },
            ) => {
                view.survey.mesh.as_ref()?;
                let edges = view.edges().iter().filter(|edge| {
                    let calls = edge.grpc_calls();
                    calls > 0
                        && calls >= *min_calls
                        && from.is_match(edge.source.called())
                        && to.is_match(edge.destination.called())
                });
                let items = edges.map(|edge| Item {
                    name: drivers::edge(edge),
                    value: edge.told_hidden_ratio().unwrap_or_default(),
                });
                Some(items.collect())
            }
            _ => None,
        }
    }

    fn cost(&self, unit: Unit, cost: Cost) -> f64 {
        match unit {
            Unit::BodyBytes => cost.body_bytes as f64,
            Unit::SamplesPerSecond => self.view.rate(cost.series),
            _ => cost.series as f64,
        }
    }

    /// Names that are there and not on the list.
    fn unexpected(&self) -> Vec<(String, u64)> {
        drivers::unexpected(self.budget, self.view)
    }

    /// Names that are on the list and not there.
    fn missing(&self) -> Vec<Missing> {
        let Rule::Exactly(names) = &self.budget.rule else {
            return Vec::new();
        };
        let there = self.view.names();
        let missing = names
            .iter()
            .filter(|(name, _)| !there.contains_key(name.as_str()));
        let missing = missing.map(|(name, at)| Missing {
            name: name.clone(),
            stage: self.view.id(),
            at: *at,
        });
        missing.collect()
    }
}

/// What a budget is about, as written.
fn shown(matching: &Matching) -> String {
    let glob = |matcher: &GlobMatcher| matcher.glob().glob().to_owned();
    match matching {
        Matching::Everything => String::new(),
        Matching::Each(own) => glob(own),
        Matching::LabelOf(label, families) => format!("{} in {}", glob(label), glob(families)),
        Matching::Edge { from, to, .. } => format!("{} → {}", glob(from), glob(to)),
    }
}
