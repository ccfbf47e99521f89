//! Says which labels determine a redundant one.
//!
//! A set that holds in every family that has the label is preferred, so that one label gets one
//! explanation; a family's own is given where there is none. Of several sets the smaller one is taken, then
//! the one whose names are most like the label's: `target_addr` is better explained by `target_ip` and
//! `target_port` than by labels that happen to go with them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Census;
use super::Redundancy;
use super::dictionary::LE;
use super::dictionary::Pairs;
use super::dictionary::QUANTILE;
use super::family::FamilyTally;

/// Names of labels that determine another one; sorted.
type Names = Vec<String>;

/// Fills in the redundancy of every label of `census`, whose families are `families` in this order.
pub(super) fn explain(pairs: &Pairs, families: &[(Vec<u8>, FamilyTally)], census: &mut Census) {
    let mut everywhere: BTreeMap<String, Explanation> = BTreeMap::new();
    let mut own: Vec<Vec<Redundancy>> = Vec::new();
    for ((_, tally), count) in families.iter().zip(&census.families) {
        let names = label_names(pairs, tally);
        let mut redundancies = Vec::new();
        for label in &count.labels {
            let at = names.iter().position(|name| *name == label.name);
            let explanation = match at {
                Some(at) if label.marginal_saving == 0 && !label.structural => {
                    explain_in_family(tally, &names, at, label.values)
                }
                _ => Explanation::Costly,
            };
            redundancies.push(explanation.choose(&label.name));
            let all = everywhere.entry(label.name.clone());
            match all {
                std::collections::btree_map::Entry::Vacant(vacant) => {
                    vacant.insert(explanation);
                }
                std::collections::btree_map::Entry::Occupied(mut all) => {
                    let before = std::mem::replace(all.get_mut(), Explanation::Costly);
                    *all.get_mut() = before.and(explanation);
                }
            }
        }
        own.push(redundancies);
    }
    for label in &mut census.labels {
        label.redundancy = everywhere[&label.name].choose(&label.name);
    }
    for (family, own) in census.families.iter_mut().zip(own) {
        for (label, own) in family.labels.iter_mut().zip(own) {
            label.redundancy = match everywhere[&label.name].choose_small(&label.name) {
                Some(names) if matches!(own, Redundancy::DeterminedBy(_)) => {
                    Redundancy::DeterminedBy(names)
                }
                _ => own,
            };
        }
    }
}

/// Why removing a label saves nothing, in one family or in several.
#[derive(Debug, Clone)]
enum Explanation {
    /// It does save something, or is structural.
    Costly,
    /// It never varies.
    Constant,
    /// Any of these sets determines it, and in any case `others`, all that vary beside it, do.
    Determined {
        sets: BTreeSet<Names>,
        others: Names,
    },
}

impl Explanation {
    /// What explains it in these families and in those.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Costly, _) | (_, Self::Costly) => Self::Costly,
            (Self::Constant, other) | (other, Self::Constant) => other,
            (
                Self::Determined { sets, others },
                Self::Determined {
                    sets: more_sets,
                    others: more_others,
                },
            ) => {
                let implied = |set: &Names, by: &BTreeSet<Names>| {
                    by.iter()
                        .any(|known| known.iter().all(|name| set.contains(name)))
                };
                let both = sets
                    .iter()
                    .filter(|set| implied(set, &more_sets))
                    .chain(more_sets.iter().filter(|set| implied(set, &sets)))
                    .cloned()
                    .collect();
                let mut others = [others, more_others].concat();
                others.sort_unstable();
                others.dedup();
                Self::Determined { sets: both, others }
            }
        }
    }

    fn choose(&self, label: &str) -> Redundancy {
        match self {
            Self::Costly => Redundancy::None,
            Self::Constant => Redundancy::Constant,
            Self::Determined { others, .. } => {
                Redundancy::DeterminedBy(self.choose_small(label).unwrap_or_else(|| others.clone()))
            }
        }
    }

    /// The best single label or pair, if there is one.
    fn choose_small(&self, label: &str) -> Option<Names> {
        let Self::Determined { sets, .. } = self else {
            return None;
        };
        let rank = |set: &&Names| {
            let alike: usize = set.iter().map(|name| likeness(name, label)).sum();
            (set.len(), Reverse(alike), (*set).clone())
        };
        sets.iter().min_by_key(rank).cloned()
    }
}

/// How many of their leading words, split at `_`, two names share.
fn likeness(a: &str, b: &str) -> usize {
    let words = a.split('_').zip(b.split('_'));
    words.take_while(|(a, b)| a == b).count()
}

fn label_names(pairs: &Pairs, tally: &FamilyTally) -> Vec<String> {
    let name = |key| String::from_utf8_lossy(pairs.key_name(key)).into_owned();
    tally.labels.iter().map(|label| name(label.key)).collect()
}

fn explain_in_family(
    tally: &FamilyTally,
    names: &[String],
    label: usize,
    values: u64,
) -> Explanation {
    let known = &tally.determinants;
    // What determines a bound is not examined: it stands beside the label sets, not in them.
    let is_bound = matches!(tally.labels[label].key, LE | QUANTILE);
    if known.is_constant(label) && !(is_bound && values > 1) {
        return Explanation::Constant;
    }
    let examined = |_: &usize| !is_bound;
    let single = known.singles(label).filter(examined);
    let mut sets: BTreeSet<Names> = single.map(|at| vec![names[at].clone()]).collect();
    for (first, second) in known.couples(label).filter(|_| !is_bound) {
        let mut couple = vec![names[first].clone(), names[second].clone()];
        couple.sort_unstable();
        let alone = couple
            .iter()
            .any(|name| sets.contains(std::slice::from_ref(name)));
        if !alone {
            sets.insert(couple);
        }
    }
    let mut others: Names = (0..names.len())
        .filter(|&at| at != label && !known.is_constant(at))
        .map(|at| names[at].clone())
        .collect();
    others.sort_unstable();
    Explanation::Determined { sets, others }
}
