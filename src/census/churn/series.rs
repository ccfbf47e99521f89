//! Keeps the series of the older reading, and counts those of the newer one against them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use super::Churn;
use super::FamilyChurn;
use super::MatchedBy;
use super::Moved;
use super::Named;
use super::Readings;
use super::TargetChurn;
use super::Turnover;
use super::listing::List;
use super::listing::Lister;
use super::pair;
use crate::source::Target;
use crate::table::RowId;
use crate::table::Table;

/// One worker's part of the older reading.
#[derive(Debug)]
pub struct Keeper {
    lister: Lister,
    kept: Kept,
}

/// The series of the older reading, by target, and what the newer one was found to have of them.
#[derive(Debug, Default)]
pub struct Kept {
    seed: u64,
    targets: BTreeMap<String, Older>,
    strangers: Mutex<Vec<Stranger>>,
}

/// All that was read under one name.
#[derive(Debug)]
struct Older {
    origins: Vec<String>,
    list: List,
    met: Mutex<Met>,
}

/// What the newer reading has of one older target.
#[derive(Debug, Default)]
struct Met {
    /// The newer target, once there is one, and by what it was found to be this one.
    newer: Option<(Readings, MatchedBy)>,
    /// A bit for each older series that has been found again.
    taken: Vec<u64>,
    /// The newer series.
    families: BTreeMap<Arc<str>, Turnover>,
    /// Newer series that are there in the older reading, in no family of the same name.
    elsewhere: Vec<(u128, Arc<str>)>,
}

/// A newer target without an older one of its name.
#[derive(Debug)]
struct Stranger {
    name: String,
    origin: String,
    families: BTreeMap<Arc<str>, u64>,
    /// Its series, where it may still belong to an older target.
    list: Option<List>,
}

impl Keeper {
    /// Nothing yet; `seed` is any number that nobody knows beforehand, and the same for all workers.
    pub fn new(seed: u64) -> Self {
        Self {
            lister: Lister::new(seed),
            kept: Kept {
                seed,
                ..Kept::default()
            },
        }
    }

    /// Takes the target that is in the table.
    pub fn target(&mut self, target: &Target, table: &Table) {
        let list = self.lister.list(table, |_| {});
        let older = Older {
            origins: vec![target.origin.clone()],
            list,
            met: Mutex::default(),
        };
        self.kept.add(target.name.clone(), older);
    }

    /// What was kept.
    pub fn finish(self) -> Kept {
        self.kept
    }
}

impl Kept {
    fn add(&mut self, name: String, older: Older) {
        match self.targets.entry(name) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(older);
            }
            std::collections::btree_map::Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.origins.extend(older.origins);
                known.origins.sort_unstable();
                known.list.merge(older.list);
            }
        }
    }

    /// Adds what another worker kept.
    pub fn merge(&mut self, other: Self) {
        self.seed = other.seed;
        for (name, older) in other.targets {
            self.add(name, older);
        }
    }

    /// Whether a newer target that has no older one of its name may be one of the older ones.
    fn may_know(&self, named: Named<'_>) -> bool {
        let mut older = self.targets.iter();
        let is_file = |(name, older): (&String, &Older)| older.named(name).is_file();
        self.targets.len() == 1 || (named.is_file() && older.any(is_file))
    }

    /// Counts everything. All newer targets have been watched.
    pub fn churn(&self) -> Churn {
        let strangers = std::mem::take(&mut *lock(&self.strangers));
        let mut newer: BTreeMap<String, (Vec<String>, Vec<Stranger>)> = BTreeMap::new();
        for stranger in strangers {
            let (origins, all) = newer.entry(stranger.name.clone()).or_default();
            origins.push(stranger.origin.clone());
            origins.sort_unstable();
            all.push(stranger);
        }
        self.pair_strangers(&mut newer);
        let older = self.targets.iter();
        let mut targets: Vec<TargetChurn> = older.map(|(name, older)| older.churn(name)).collect();
        targets.extend(newer.into_iter().map(|(name, (origins, all))| {
            let mut families: BTreeMap<Arc<str>, Turnover> = BTreeMap::new();
            for (family, series) in all.into_iter().flat_map(|stranger| stranger.families) {
                families.entry(family).or_default().after += series;
            }
            TargetChurn {
                newer: Some(Readings { name, origins }),
                families: listed(families),
                ..TargetChurn::default()
            }
        }));
        Churn { targets }
    }

    /// Finds older targets for those that have another name, and takes these from `newer`.
    fn pair_strangers(&self, newer: &mut BTreeMap<String, (Vec<String>, Vec<Stranger>)>) {
        let first = |origins: &Vec<String>| origins.first().cloned().unwrap_or_default();
        let older: Vec<(&String, &Older)> = self.targets.iter().collect();
        let met = older.iter().filter_map(|(_, older)| {
            let met = lock(&older.met);
            let (newer, _) = met.newer.as_ref()?;
            Some((newer.name.clone(), first(&newer.origins)))
        });
        let strangers = newer.iter();
        let strangers = strangers.map(|(name, (origins, _))| (name.clone(), first(origins)));
        let names: Vec<(String, String)> = met.chain(strangers).collect();
        let all_newer: Vec<Named<'_>> = names
            .iter()
            .map(|(name, origin)| Named { name, origin })
            .collect();
        let all_older: Vec<Named<'_>> = older
            .iter()
            .map(|(name, older)| older.named(name))
            .collect();
        for (old, new, by) in pair(&all_older, &all_newer) {
            // Those of the same name are not among the strangers.
            let name = all_newer[new].name;
            let Some((origins, strangers)) = newer.remove(name) else {
                continue;
            };
            let (_, older) = older[old];
            let mut met = lock(&older.met);
            let name = name.to_owned();
            met.newer = Some((Readings { name, origins }, by));
            for list in strangers.into_iter().filter_map(|stranger| stranger.list) {
                met.hold(&older.list, &list);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listed(families: BTreeMap<Arc<str>, Turnover>) -> Vec<FamilyChurn> {
    let families = families.into_iter();
    families
        .map(|(family, turnover)| FamilyChurn { family, turnover })
        .collect()
}

/// One worker's part of the newer reading.
#[derive(Debug)]
pub struct Watcher {
    lister: Lister,
    older: Arc<Kept>,
}

impl Watcher {
    /// Counts against an older reading.
    pub fn new(older: Arc<Kept>) -> Self {
        Self {
            lister: Lister::new(older.seed),
            older,
        }
    }

    /// Takes the target that is in the table; hands the label set of each of its series to `row`.
    pub fn target(&mut self, target: &Target, table: &Table, row: impl FnMut(RowId)) {
        let list = self.lister.list(table, row);
        let Target { name, origin, .. } = target;
        if let Some(older) = self.older.targets.get(name) {
            let mut met = lock(&older.met);
            let new = || Readings {
                name: name.clone(),
                origins: Vec::new(),
            };
            let (newer, _) = met.newer.get_or_insert_with(|| (new(), MatchedBy::Name));
            newer.origins.push(origin.clone());
            newer.origins.sort_unstable();
            met.hold(&older.list, &list);
            return;
        }
        let may_know = self.older.may_know(Named { name, origin });
        let stranger = Stranger {
            name: name.clone(),
            origin: origin.clone(),
            families: list.count(),
            list: may_know.then_some(list),
        };
        lock(&self.older.strangers).push(stranger);
    }
}

impl Met {
    /// Looks each newer series up. Both lists are sorted. A series that several targets of one name have counts as
    /// often as it is there on both sides.
    fn hold(&mut self, older: &List, newer: &List) {
        self.taken.resize(older.len().div_ceil(64), 0);
        let mut start = 0;
        for (at, &fingerprint) in newer.fingerprints.iter().enumerate() {
            while older
                .fingerprints
                .get(start)
                .is_some_and(|&old| old < fingerprint)
            {
                start += 1;
            }
            let equal = |old: &usize| older.fingerprints.get(*old) == Some(&fingerprint);
            let mut alike = (start..).take_while(equal);
            let family = newer.family(at);
            let turnover = match self.families.get_mut(family) {
                Some(turnover) => turnover,
                None => self.families.entry(Arc::clone(family)).or_default(),
            };
            turnover.after += 1;
            let taken = &mut self.taken;
            let same = alike.find(|&old| !is_set(taken, old) && older.family(old) == family);
            if let Some(old) = same {
                taken[old / 64] |= 1 << (old % 64);
                turnover.stayed += 1;
            } else if equal(&start) {
                self.elsewhere.push((fingerprint, Arc::clone(family)));
            }
        }
    }
}

fn is_set(bits: &[u64], at: usize) -> bool {
    bits.get(at / 64)
        .is_some_and(|word| word >> (at % 64) & 1 == 1)
}

impl Older {
    fn churn(&self, name: &str) -> TargetChurn {
        let mut met = std::mem::take(&mut *lock(&self.met));
        let moved = self.moved(&mut met);
        let mut families = std::mem::take(&mut met.families);
        for (family, series) in self.list.count() {
            families.entry(family).or_default().before += series;
        }
        for Moved { from, to, series } in &moved {
            families.entry(Arc::clone(from)).or_default().moved_out += series;
            families.entry(Arc::clone(to)).or_default().moved_in += series;
        }
        let (newer, matched_by) = met.newer.unzip();
        TargetChurn {
            older: Some(Readings {
                name: name.to_owned(),
                origins: self.origins.clone(),
            }),
            newer,
            matched_by,
            families: listed(families),
            moved,
        }
    }

    fn named<'a>(&'a self, name: &'a str) -> Named<'a> {
        let origin = self.origins.first().map_or("", String::as_str);
        Named { name, origin }
    }

    /// Finds those series again that are of another family now.
    fn moved(&self, met: &mut Met) -> Vec<Moved> {
        let mut moved: BTreeMap<(Arc<str>, Arc<str>), u64> = BTreeMap::new();
        met.elsewhere.sort_unstable();
        let List { fingerprints, .. } = &self.list;
        for alike in met.elsewhere.chunk_by(|a, b| a.0 == b.0) {
            let fingerprint = alike[0].0;
            let start = fingerprints.partition_point(|&old| old < fingerprint);
            let equal = (start..).take_while(|&old| fingerprints.get(old) == Some(&fingerprint));
            let left = equal.filter(|&old| !is_set(&met.taken, old));
            let mut left: Vec<&Arc<str>> = left.map(|old| self.list.family(old)).collect();
            left.sort_unstable();
            for (from, (_, to)) in left.into_iter().zip(alike) {
                let both = (Arc::clone(from), Arc::clone(to));
                *moved.entry(both).or_default() += 1;
            }
        }
        let moved = moved.into_iter();
        moved
            .map(|((from, to), series)| Moved { from, to, series })
            .collect()
    }
}
