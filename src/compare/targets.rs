//! Targets: which came and went, how their series changed, and which proxies they say they are.

use std::collections::BTreeMap;

use super::Change;
use super::SeriesChange;
use super::Side;
use super::TargetChange;
use super::TargetSeries;
use super::VersionChange;
use crate::census::churn::Churn;
use crate::census::churn::Named;
use crate::census::churn::pair;
use crate::mesh::Proxy;

/// Which series stayed, over all targets.
pub(super) fn series(churn: &Churn) -> SeriesChange {
    let mut all = SeriesChange::default();
    for target in &churn.targets {
        let total = target.total();
        all.stayed += total.stayed + total.moved_out;
        all.moved += total.moved_out;
        let (disappeared, appeared) = (total.disappeared(), total.appeared());
        if target.older.is_some() && target.newer.is_some() {
            all.disappeared += disappeared;
            all.appeared += appeared;
        } else {
            all.disappeared_with_targets += disappeared;
            all.appeared_with_targets += appeared;
        }
    }
    all
}

/// All targets of both sides; bodies of one name are one.
pub(super) fn compare(before: &Side, after: &Side, churn: Option<&Churn>) -> Vec<TargetChange> {
    let mut all: Vec<TargetChange> = match churn {
        Some(churn) => watched(churn),
        None => counted(before, after),
    };
    // Those that are on the older side by that name, then those that came.
    all.sort_by(|a, b| {
        let key = |target: &TargetChange| {
            let name = target.before.as_ref().or(target.after.as_ref());
            (target.before.is_none(), name.cloned())
        };
        key(a).cmp(&key(b))
    });
    all
}

/// Targets whose series are known.
fn watched(churn: &Churn) -> Vec<TargetChange> {
    let targets = churn.targets.iter().map(|target| {
        let total = target.total();
        TargetChange {
            before: target.older.as_ref().map(|older| older.name.clone()),
            after: target.newer.as_ref().map(|newer| newer.name.clone()),
            matched_by: target.matched_by,
            series: Change {
                before: total.before,
                after: total.after,
            },
            churn: Some(total),
        }
    });
    targets.collect()
}

/// Targets of which it is known only how many series they have.
fn counted(before: &Side, after: &Side) -> Vec<TargetChange> {
    let sides = [before, after].map(|side| by_name(&side.targets));
    let named = sides.each_ref().map(|targets| {
        let named = targets.iter();
        let named = named.map(|(&name, &(origin, _))| Named { name, origin });
        named.collect::<Vec<Named<'_>>>()
    });
    let series = |side: usize, at: usize| {
        let (_, series) = sides[side][named[side][at].name];
        series
    };
    let name = |side: usize, at: usize| named[side][at].name.to_owned();
    let mut taken = named.each_ref().map(|all| vec![false; all.len()]);
    let mut all = Vec::new();
    for (old, new, by) in pair(&named[0], &named[1]) {
        (taken[0][old], taken[1][new]) = (true, true);
        all.push(TargetChange {
            before: Some(name(0, old)),
            after: Some(name(1, new)),
            matched_by: Some(by),
            series: Change {
                before: series(0, old),
                after: series(1, new),
            },
            churn: None,
        });
    }
    for side in [0, 1] {
        let lone = (0..taken[side].len()).filter(|&at| !taken[side][at]);
        all.extend(lone.map(|at| {
            let (name, series) = (name(side, at), series(side, at));
            let is_old = side == 0;
            TargetChange {
                before: is_old.then(|| name.clone()),
                after: (!is_old).then_some(name),
                matched_by: None,
                series: Change {
                    before: if is_old { series } else { 0 },
                    after: if is_old { 0 } else { series },
                },
                churn: None,
            }
        }));
    }
    all
}

/// The first origin and all series of each name.
fn by_name(targets: &[TargetSeries]) -> BTreeMap<&str, (&str, u64)> {
    let mut all: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
    for target in targets {
        let known = all.entry(&target.name).or_insert((&target.origin, 0));
        known.0 = known.0.min(&target.origin);
        known.1 += target.series;
    }
    all
}

/// How many targets say that they are of which version; `None` where a side does not tell.
pub(super) fn versions(before: &Side, after: &Side) -> Option<Vec<VersionChange>> {
    let (old, new) = (before.who.as_ref()?, after.who.as_ref()?);
    let mut all: BTreeMap<(Option<Proxy>, Option<&str>), Change> = BTreeMap::new();
    for (_, who) in old {
        all.entry((who.proxy, who.version.as_deref()))
            .or_default()
            .before += 1;
    }
    for (_, who) in new {
        all.entry((who.proxy, who.version.as_deref()))
            .or_default()
            .after += 1;
    }
    let all = all
        .into_iter()
        .map(|((proxy, version), targets)| VersionChange {
            proxy,
            version: version.map(str::to_owned),
            targets,
        });
    Some(all.collect())
}
