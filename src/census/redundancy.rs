//! Says which labels determine a redundant one.
//!
//! A set that holds in every family that has the label is preferred, so that one label gets one
//! explanation. Where there is none, a family gets its own, and the label over all families what its
//! families need together. Of several sets the smaller one is taken, then
//! the one whose names are most like the label's: `target_addr` is better explained by `target_ip` and
//! `target_port` than by labels that happen to go with them.

use std::cmp::Reverse;

use super::Census;
use super::Redundancy;
use super::determinants::MAX_LABELS;
use super::family::FamilyTally;
use crate::table::KeyId;
use crate::table::LE;
use crate::table::Pairs;
use crate::table::QUANTILE;

/// One label, or two in order, that determine another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Determinant {
    One(KeyId),
    Two(KeyId, KeyId),
}

/// Why removing a label saves nothing, in one family or in several.
#[derive(Debug, Clone)]
enum Explanation {
    /// It does save something, or is structural.
    Costly,
    /// It never varies.
    Constant,
    /// Any of `sets` determines it, and in any case `others`, all that vary beside it, do; unless it is
    /// sample names that keep its series apart, or there are too many to list (`None`). All sorted.
    Determined {
        sets: Vec<Determinant>,
        others: Option<Vec<KeyId>>,
    },
}

/// Fills in the redundancy of every label of `census`, whose families are `families` in this order.
pub(super) fn explain(pairs: &Pairs, families: &[(Vec<u8>, FamilyTally)], census: &mut Census) {
    let namer = Namer::new(pairs);
    let mut everywhere: Vec<Option<Explanation>> = vec![None; pairs.key_count()];
    let mut by_family: Vec<Vec<Explanation>> = vec![Vec::new(); pairs.key_count()];
    let mut own = Vec::new();
    for ((_, tally), count) in families.iter().zip(&census.families) {
        for label in &count.labels {
            let key = namer.key(&label.name);
            let at = tally.find_label(key);
            let explanation = match at {
                Some(at) if label.marginal_saving == 0 && !label.structural => {
                    explain_in_family(tally, at, label.values)
                }
                _ => Explanation::Costly,
            };
            let all = &mut everywhere[key as usize];
            *all = Some(match all.take() {
                Some(all) => all.and(&explanation),
                None => explanation.clone(),
            });
            by_family[key as usize].push(explanation.clone());
            own.push((key, explanation));
        }
    }
    for label in &mut census.labels {
        let key = namer.key(&label.name);
        if let Some(all) = &everywhere[key as usize] {
            let together = || namer.choose_together(&by_family[key as usize], key);
            label.redundancy = match (all, namer.choose_small(all, key)) {
                (Explanation::Determined { .. }, None) => {
                    together().map_or_else(|| namer.choose(all, key), Redundancy::DeterminedBy)
                }
                _ => namer.choose(all, key),
            };
        }
    }
    let labels = census
        .families
        .iter_mut()
        .flat_map(|family| &mut family.labels);
    for (label, (key, own)) in labels.zip(own) {
        let shared = everywhere[key as usize].as_ref();
        let shared = shared.and_then(|all| namer.choose_small(all, key));
        label.redundancy = match (&own, shared) {
            (Explanation::Determined { .. }, Some(small)) => Redundancy::DeterminedBy(small),
            _ => namer.choose(&own, key),
        };
    }
}

fn explain_in_family(tally: &FamilyTally, label: usize, values: u64) -> Explanation {
    let known = &tally.determinants;
    let key = |at: usize| tally.labels[at].key;
    // What determines a bound is not examined: it stands beside the label sets, not in them.
    let is_bound = matches!(key(label), LE | QUANTILE);
    if known.is_constant(label) && !(is_bound && values > 1) {
        return Explanation::Constant;
    }
    let mut sets = Vec::new();
    if !is_bound {
        sets.extend(known.singles(label).map(|at| Determinant::One(key(at))));
        let alone: Vec<usize> = known.singles(label).collect();
        for (first, second) in known.couples(label) {
            if !alone.contains(&first) && !alone.contains(&second) {
                let (a, b) = (key(first), key(second));
                sets.push(Determinant::Two(a.min(b), a.max(b)));
            }
        }
    }
    sets.sort_unstable();
    let vary = |&at: &usize| at != label && !known.is_constant(at);
    let listed = !tally.labels[label].apart && tally.labels.len() <= MAX_LABELS;
    let others = listed.then(|| {
        let mut others: Vec<KeyId> = (0..tally.labels.len()).filter(vary).map(key).collect();
        others.sort_unstable();
        others
    });
    Explanation::Determined { sets, others }
}

impl Determinant {
    /// Whether some set of the sorted `sets` is a part of this one.
    fn is_implied_by(self, sets: &[Self]) -> bool {
        let has = |set: Self| sets.binary_search(&set).is_ok();
        match self {
            Self::One(_) => has(self),
            Self::Two(a, b) => has(self) || has(Self::One(a)) || has(Self::One(b)),
        }
    }

    fn keys(self) -> Vec<KeyId> {
        match self {
            Self::One(key) => vec![key],
            Self::Two(a, b) => vec![a, b],
        }
    }
}

impl Explanation {
    /// What explains it in these families and in those.
    fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Costly, _) | (_, Self::Costly) => Self::Costly,
            (Self::Constant, other) => other.clone(),
            (this, Self::Constant) => this,
            (
                Self::Determined { sets, mut others },
                Self::Determined {
                    sets: more,
                    others: more_others,
                },
            ) => {
                let here = sets.iter().filter(|set| set.is_implied_by(more));
                let there = more.iter().filter(|set| set.is_implied_by(&sets));
                let mut both: Vec<_> = here.chain(there).copied().collect();
                both.sort_unstable();
                both.dedup();
                if let (Some(others), Some(more)) = (&mut others, more_others) {
                    others.extend(more);
                    others.sort_unstable();
                    others.dedup();
                }
                let others = others.filter(|_| more_others.is_some());
                Self::Determined { sets: both, others }
            }
        }
    }
}

/// Names keys and ranks them by name.
struct Namer<'a> {
    names: Vec<std::borrow::Cow<'a, str>>,
    by_name: foldhash::HashMap<String, KeyId>,
}

impl<'a> Namer<'a> {
    fn new(pairs: &'a Pairs) -> Self {
        let keys = 0..pairs.key_count() as KeyId;
        let names: Vec<_> = keys
            .map(|key| String::from_utf8_lossy(pairs.key_name(key)))
            .collect();
        let by_name = names
            .iter()
            .zip(0..)
            .map(|(name, key)| (name.to_string(), key))
            .collect();
        Self { names, by_name }
    }

    fn key(&self, name: &str) -> KeyId {
        self.by_name.get(name).copied().unwrap_or(LE)
    }

    fn sorted(&self, keys: &[KeyId]) -> Vec<String> {
        let mut names: Vec<_> = keys
            .iter()
            .map(|&key| self.names[key as usize].to_string())
            .collect();
        names.sort_unstable();
        names
    }

    fn choose(&self, explanation: &Explanation, label: KeyId) -> Redundancy {
        match explanation {
            Explanation::Costly => Redundancy::None,
            Explanation::Constant => Redundancy::Constant,
            Explanation::Determined { others, .. } => {
                let small = self.choose_small(explanation, label);
                Redundancy::DeterminedBy(
                    small.unwrap_or_else(|| self.sorted(others.as_deref().unwrap_or_default())),
                )
            }
        }
    }

    /// Labels that determine `label` in every family: of each family the best of its sets, unless what
    /// the families before it need already holds there. `None` where some family has no small set.
    fn choose_together(&self, families: &[Explanation], label: KeyId) -> Option<Vec<String>> {
        let mut chosen: Vec<String> = Vec::new();
        for family in families {
            let Explanation::Determined { sets, .. } = family else {
                continue;
            };
            let is_chosen =
                |key: KeyId| chosen.iter().any(|name| *name == self.names[key as usize]);
            if !sets.iter().any(|set| set.keys().into_iter().all(is_chosen)) {
                chosen.extend(self.choose_small(family, label)?);
                chosen.sort_unstable();
                chosen.dedup();
            }
        }
        Some(chosen)
    }

    /// The best single label or pair, if there is one.
    fn choose_small(&self, explanation: &Explanation, label: KeyId) -> Option<Vec<String>> {
        let Explanation::Determined { sets, .. } = explanation else {
            return None;
        };
        let label = &self.names[label as usize];
        let rank = |set: &Determinant| {
            let keys = set.keys();
            let name = |&key: &KeyId| &self.names[key as usize];
            let alike: usize = keys.iter().map(|key| likeness(name(key), label)).sum();
            (keys.len(), Reverse(alike))
        };
        let best = sets.iter().map(rank).min()?;
        let equals = sets.iter().filter(|set| rank(set) == best);
        equals.map(|set| self.sorted(&set.keys())).min()
    }
}

/// How many of their leading words, split at `_`, two names share.
fn likeness(a: &str, b: &str) -> usize {
    let words = a.split('_').zip(b.split('_'));
    words.take_while(|(a, b)| a == b).count()
}
