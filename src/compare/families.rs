//! Families and labels: which came and went, and what of them grew.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Change;
use super::Family;
use super::FamilyChange;
use super::Label;
use super::LabelChange;
use super::MovedSeries;
use super::Side;
use super::Status;
use super::workloads::ByFamily;
use crate::census::churn::Churn;
use crate::census::churn::Turnover;

/// All families of both sides, by name.
pub(super) fn compare(
    before: &Side,
    after: &Side,
    churn: Option<&Churn>,
    workloads: Option<ByFamily>,
) -> Vec<FamilyChange> {
    let mut turnovers: BTreeMap<&str, Turnover> = BTreeMap::new();
    let mut moves: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for target in churn.iter().flat_map(|churn| &churn.targets) {
        for family in &target.families {
            let turnover = turnovers.entry(&family.family).or_default();
            turnover.add(&family.turnover);
        }
        for moved in &target.moved {
            *moves.entry((&moved.from, &moved.to)).or_default() += moved.series;
        }
    }
    let mut workloads = workloads;
    let both = both(&before.families, &after.families, |family| &family.name);
    let families = both.into_iter().map(|(name, old, new)| {
        let count = |of: fn(&Family) -> u64| Change {
            before: old.map_or(0, of),
            after: new.map_or(0, of),
        };
        let names = |family: Option<&'_ Family>| -> BTreeSet<String> {
            let names = family.iter().flat_map(|family| &family.sample_names);
            names.cloned().collect()
        };
        let (old_names, new_names) = (names(old), names(new));
        let of_both =
            |of: Option<&Family>| of.map_or_else(Vec::new, |family| family.labels.clone());
        let mut changed = labels(&of_both(old), &of_both(new));
        changed.retain(LabelChange::is_changed);
        let own_moves = moves.iter();
        let own_moves = own_moves.filter(|((from, to), _)| *from == name || *to == name);
        FamilyChange {
            name: name.to_owned(),
            status: Status::of(old.is_some(), new.is_some()),
            type_before: old.map(|family| family.family_type.clone()),
            type_after: new.map(|family| family.family_type.clone()),
            series: count(|family| family.series),
            body_bytes: count(|family| family.body_bytes),
            churn: churn.map(|_| turnovers.get(name).copied().unwrap_or_default()),
            names_came: new_names.difference(&old_names).cloned().collect(),
            names_went: old_names.difference(&new_names).cloned().collect(),
            labels: changed,
            workloads: workloads
                .as_mut()
                .map(|workloads| workloads.remove(name).unwrap_or_default()),
            moved: own_moves
                .map(|((from, to), series)| MovedSeries {
                    from: (*from).to_owned(),
                    to: (*to).to_owned(),
                    series: *series,
                })
                .collect(),
        }
    });
    families.collect()
}

/// All labels of both lists, by name.
pub(super) fn labels(before: &[Label], after: &[Label]) -> Vec<LabelChange> {
    let both = both(before, after, |label| &label.name);
    let labels = both.into_iter().map(|(name, old, new)| {
        let count = |of: fn(&Label) -> u64| Change {
            before: old.map_or(0, of),
            after: new.map_or(0, of),
        };
        LabelChange {
            name: name.to_owned(),
            status: Status::of(old.is_some(), new.is_some()),
            structural: old.into_iter().chain(new).any(|label| label.structural),
            families: count(|label| label.families),
            series: count(|label| label.series),
            values: count(|label| label.values),
            marginal_saving: count(|label| label.marginal_saving),
        }
    });
    labels.collect()
}

/// An entry of one list or of both, with its name.
type OnEither<'a, T> = (&'a str, Option<&'a T>, Option<&'a T>);

fn both<'a, T>(before: &'a [T], after: &'a [T], name: fn(&T) -> &String) -> Vec<OnEither<'a, T>> {
    let mut all: BTreeMap<&str, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for old in before {
        all.entry(name(old)).or_default().0 = Some(old);
    }
    for new in after {
        all.entry(name(new)).or_default().1 = Some(new);
    }
    let all = all.into_iter();
    all.map(|(name, (old, new))| (name, old, new)).collect()
}
