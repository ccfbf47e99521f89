//! What runs the pods: which workloads have more targets, and which more series.
//!
//! Pods that were replaced are other targets of the same workload. So this is the view in which a roll-out is no
//! growth.

use std::collections::BTreeMap;

use super::Change;
use super::Side;
use super::Who;
use super::WorkloadChange;
use super::WorkloadSeries;
use crate::census::churn::Churn;
use crate::census::churn::Readings;

/// Namespace and name; both `None` for targets of which they are not known.
type Workload = (Option<String>, Option<String>);

/// Workloads with more or fewer series, for each family.
pub(super) type ByFamily = BTreeMap<String, Vec<WorkloadSeries>>;

/// All workloads, and those that changed for each family; `None` where a side does not tell who is who.
pub(super) fn compare(
    before: &Side,
    after: &Side,
    churn: &Churn,
) -> Option<(Vec<WorkloadChange>, ByFamily)> {
    let (old_who, new_who) = (before.who.as_ref()?, after.who.as_ref()?);
    let mut all: BTreeMap<Workload, WorkloadChange> = BTreeMap::new();
    let mut families: BTreeMap<&str, BTreeMap<Workload, Change>> = BTreeMap::new();
    for target in &churn.targets {
        let old = target
            .older
            .as_ref()
            .map(|older| (older, of(older, old_who)));
        let new = target
            .newer
            .as_ref()
            .map(|newer| (newer, of(newer, new_who)));
        let is_lone = old.is_none() || new.is_none();
        let turnover = target.total();
        if let Some((readings, workload)) = &old {
            let count = readings.origins.len() as u64;
            let known = entry(&mut all, workload);
            known.targets.before += count;
            known.series.before += turnover.before;
            known.disappeared += turnover.disappeared();
            known.went += if is_lone { count } else { 0 };
        }
        if let Some((readings, workload)) = &new {
            let count = readings.origins.len() as u64;
            let known = entry(&mut all, workload);
            known.targets.after += count;
            known.series.after += turnover.after;
            known.appeared += turnover.appeared();
            known.came += if is_lone { count } else { 0 };
        }
        for family in &target.families {
            let mut add = |workload: &Workload, change: Change| {
                let known = families.entry(&family.family).or_default();
                known.entry(workload.clone()).or_default().add(change);
            };
            if let Some((_, workload)) = &old {
                let before = family.turnover.before;
                add(workload, Change { before, after: 0 });
            }
            if let Some((_, workload)) = &new {
                let after = family.turnover.after;
                add(workload, Change { before: 0, after });
            }
        }
    }
    let families = families.into_iter().map(|(family, workloads)| {
        let changed = workloads.into_iter();
        let changed = changed.filter(|(_, series)| !series.is_none());
        let changed = changed.map(|((namespace, workload), series)| WorkloadSeries {
            namespace,
            workload,
            series,
        });
        (family.to_owned(), changed.collect())
    });
    Some((all.into_values().collect(), families.collect()))
}

fn entry<'a>(
    all: &'a mut BTreeMap<Workload, WorkloadChange>,
    workload: &Workload,
) -> &'a mut WorkloadChange {
    let (namespace, name) = workload;
    all.entry(workload.clone())
        .or_insert_with(|| WorkloadChange {
            namespace: namespace.clone(),
            workload: name.clone(),
            targets: Change::default(),
            came: 0,
            went: 0,
            series: Change::default(),
            disappeared: 0,
            appeared: 0,
        })
}

/// The workload of whatever was read under one name: the first that any of its bodies tells.
fn of(readings: &Readings, who: &[((String, String), Who)]) -> Workload {
    let bodies = readings.origins.iter();
    let known = bodies.filter_map(|origin| {
        let sought = (readings.name.as_str(), origin.as_str());
        let key = |(name, origin): &(String, String)| (name.as_str(), origin.as_str()).cmp(&sought);
        let at = who.binary_search_by(|(known, _)| key(known)).ok()?;
        Some(&who[at].1)
    });
    let mut named = known.filter_map(|who| Some((who.namespace.clone(), who.workload.clone()?)));
    match named.next() {
        Some((namespace, workload)) => {
            let namespace = namespace.map(|namespace| namespace.to_string());
            (namespace, Some(workload.to_string()))
        }
        None => (None, None),
    }
}
