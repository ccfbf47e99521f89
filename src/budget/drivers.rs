//! Who makes a value what it is: the families, labels, targets or codes behind it.

use std::collections::BTreeMap;

use super::Baseline;
use super::Driver;
use super::Scope;
use super::Unit;
use super::policy::Budget;
use super::policy::Rule;
use super::view::Cost;
use super::view::View;
use crate::mesh::Code;
use crate::mesh::Outcome;
use crate::mesh::edges::arrow;
use crate::mesh::grpc::Edge;

/// How many of a kind are named.
const NAMED: usize = 3;

/// How many names beyond a list are named.
const NAMED_NAMES: usize = 10;

/// What drives the value of `worst` most.
pub(super) fn of(
    budget: &Budget,
    view: &View<'_>,
    unit: Unit,
    worst: &str,
    baseline: Option<&Baseline>,
) -> Vec<Driver> {
    match budget.scope {
        Scope::Total if unit == Unit::LabelsPerSeries => {
            let (labels, widest) = view.labels_per_series().unwrap_or_default();
            let driver = widest.map(|family| Driver {
                what: "family",
                name: family.to_owned(),
                value: labels as f64,
                before: None,
            });
            driver.into_iter().collect()
        }
        Scope::Total => {
            let mut drivers = families(view, unit, baseline);
            drivers.extend(labels_of_all(view));
            drivers.extend(workloads(view, unit, baseline, |_| true));
            drivers
        }
        Scope::Family => labels_of(view, worst),
        Scope::Label => families_with(view, worst),
        Scope::Target => Vec::new(),
        Scope::Namespace => workloads(view, unit, baseline, |owner| {
            owner.split_once('/').map(|(namespace, _)| namespace) == Some(worst)
        }),
        Scope::Workload => targets(view, unit, worst),
        Scope::Names => {
            let names = unexpected(budget, view).into_iter();
            let drivers = names.take(NAMED_NAMES).map(|(name, series)| Driver {
                what: "name",
                name,
                value: series as f64,
                before: None,
            });
            drivers.collect()
        }
        Scope::Edge => codes(view, worst),
    }
}

/// What an edge is called.
pub(super) fn edge(edge: &Edge) -> String {
    arrow(&edge.source, &edge.destination)
}

/// Names that are there and not on the list, those of the most series first.
pub(super) fn unexpected(budget: &Budget, view: &View<'_>) -> Vec<(String, u64)> {
    let Rule::Exactly(allowed) = &budget.rule else {
        return Vec::new();
    };
    let there = view.names().into_iter();
    let mut names: Vec<(String, u64)> = there
        .filter(|(name, _)| !allowed.iter().any(|(allowed, _)| allowed == name))
        .map(|(name, series)| (name.to_owned(), series))
        .collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    names
}

fn value(view: &View<'_>, unit: Unit, cost: Cost) -> f64 {
    match unit {
        Unit::BodyBytes => cost.body_bytes as f64,
        Unit::SamplesPerSecond => view.rate(cost.series),
        _ => cost.series as f64,
    }
}

/// Those that grew most since the baseline, and without one the largest.
fn most(mut drivers: Vec<Driver>) -> Vec<Driver> {
    let weight = |driver: &Driver| match driver.before {
        Some(before) => driver.value - before,
        None => driver.value,
    };
    drivers.sort_by(|a, b| {
        weight(b)
            .total_cmp(&weight(a))
            .then_with(|| a.name.cmp(&b.name))
    });
    drivers.retain(|driver| driver.value > 0.0);
    drivers.truncate(NAMED);
    drivers
}

fn families(view: &View<'_>, unit: Unit, baseline: Option<&Baseline>) -> Vec<Driver> {
    let before = |name: &str| -> Option<f64> {
        let baseline = baseline.filter(|_| unit != Unit::BodyBytes)?;
        let series = baseline.family_series(view, name)?;
        Some(match unit {
            Unit::SamplesPerSecond => view.rate(series),
            _ => series as f64,
        })
    };
    let all = view.families().iter();
    most(
        all.map(|(name, cost)| Driver {
            what: "family",
            name: (*name).to_owned(),
            value: value(view, unit, *cost),
            before: before(name),
        })
        .collect(),
    )
}

/// The label whose removal would save most.
fn labels_of_all(view: &View<'_>) -> Vec<Driver> {
    if !view.is_scrape() {
        return Vec::new();
    }
    let labels = view.survey.census.labels.iter();
    let labels = labels.filter(|label| !label.structural && label.marginal_saving > 0);
    let worst = labels.max_by(|a, b| {
        a.marginal_saving
            .cmp(&b.marginal_saving)
            .then_with(|| b.name.cmp(&a.name))
    });
    let drivers = worst.map(|label| Driver {
        what: "label",
        name: label.name.clone(),
        value: label.marginal_saving as f64,
        before: None,
    });
    drivers.into_iter().collect()
}

/// The labels of a family by what removing each would save.
fn labels_of(view: &View<'_>, family: &str) -> Vec<Driver> {
    let mut families = view.survey.census.families.iter();
    let Some(family) = families.find(|known| known.name == family) else {
        return Vec::new();
    };
    let labels = family.labels.iter();
    let labels = labels.filter(|label| !label.structural && label.marginal_saving > 0);
    let mut drivers = most(
        labels
            .map(|label| Driver {
                what: "label",
                name: label.name.clone(),
                value: label.marginal_saving as f64,
                before: None,
            })
            .collect(),
    );
    let outlier = family
        .series_per_target
        .as_ref()
        .filter(|spread| spread.targets > 1);
    drivers.extend(outlier.and_then(|spread| {
        let target = view.survey.census.targets.get(spread.max_target)?;
        Some(Driver {
            what: "target",
            name: target.name.clone(),
            value: spread.max as f64,
            before: None,
        })
    }));
    drivers
}

/// The families in which a label has most values; `label in family` names one.
fn families_with(view: &View<'_>, label: &str) -> Vec<Driver> {
    let (label, only) = match label.split_once(" in ") {
        Some((label, family)) => (label, Some(family)),
        None => (label, None),
    };
    let driver = |family: &str, values: u64| Driver {
        what: "family",
        name: family.to_owned(),
        value: values as f64,
        before: None,
    };
    let is_it = |family: &str| only.is_none_or(|only| family == only);
    if let Some(flow) = view.flow() {
        let there = flow.labels.iter();
        let with = there.filter(|known| known.label == label && is_it(&known.family));
        return most(
            with.map(|known| driver(&known.family, known.values.len() as u64))
                .collect(),
        );
    }
    let families = view.survey.census.families.iter();
    let with = families
        .filter(|family| is_it(&family.name))
        .filter_map(|family| {
            let mut labels = family.labels.iter();
            let label = labels.find(|known| known.name == label)?;
            Some(driver(&family.name, label.values))
        });
    most(with.collect())
}

fn workloads(
    view: &View<'_>,
    unit: Unit,
    baseline: Option<&Baseline>,
    fits: impl Fn(&str) -> bool,
) -> Vec<Driver> {
    let all = view.by_workload();
    if all.len() < 2 {
        return Vec::new();
    }
    let before = |name: &str| -> Option<f64> {
        let baseline = baseline.filter(|_| view.is_scrape() && unit != Unit::BodyBytes)?;
        let series = baseline.workload_series(name)?;
        Some(match unit {
            Unit::SamplesPerSecond => view.rate(series),
            _ => series as f64,
        })
    };
    let fitting = all.into_iter().filter(|(name, _)| fits(name));
    most(
        fitting
            .map(|(name, cost)| Driver {
                what: "workload",
                value: value(view, unit, cost),
                before: before(&name),
                name,
            })
            .collect(),
    )
}

fn targets(view: &View<'_>, unit: Unit, workload: &str) -> Vec<Driver> {
    let all = view.targets().iter();
    let of_it = all.filter(|(owner, _)| owner.workload == workload);
    most(
        of_it
            .map(|(owner, cost)| Driver {
                what: "target",
                name: owner.target.clone(),
                value: value(view, unit, *cost),
                before: None,
            })
            .collect(),
    )
}

/// The codes of the calls of an edge that hide.
fn codes(view: &View<'_>, worst: &str) -> Vec<Driver> {
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    let edges = view.edges().iter();
    for of_it in edges.filter(|known| edge(known) == worst) {
        let hidden = of_it.traffic.responses.iter();
        let told = |outcome: &Outcome| outcome.is_hidden() && !outcome.ended_without_status();
        for (outcome, count) in hidden.filter(|(outcome, _)| told(outcome)) {
            let code = outcome
                .grpc
                .as_ref()
                .map_or_else(|| "no status".to_owned(), Code::name);
            *codes.entry(code).or_default() += count;
        }
    }
    most(
        codes
            .into_iter()
            .map(|(name, calls)| Driver {
                what: "code",
                name,
                value: calls as f64,
                before: None,
            })
            .collect(),
    )
}
