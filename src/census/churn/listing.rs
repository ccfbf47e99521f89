//! The distinct series of one target as fingerprints, sorted, each with its family.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::census::family_of;
use crate::exposition::unescape;
use crate::table::Fingerprints;
use crate::table::RowId;
use crate::table::Table;

/// Series from which on buffers are not kept for the next target.
const LARGE: usize = 1 << 20;

/// Series of one or more targets, sorted by fingerprint.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) fingerprints: Vec<u128>,
    /// Index of each one's family in `families`.
    family_of: Vec<u32>,
    families: Vec<Arc<str>>,
}

impl List {
    pub(super) fn len(&self) -> usize {
        self.fingerprints.len()
    }

    pub(super) fn family(&self, at: usize) -> &Arc<str> {
        &self.families[self.family_of[at] as usize]
    }

    /// Series of each family, by name.
    pub(super) fn count(&self) -> BTreeMap<Arc<str>, u64> {
        let mut counts = vec![0; self.families.len()];
        for &family in &self.family_of {
            counts[family as usize] += 1;
        }
        let mut named = BTreeMap::new();
        for (family, series) in self.families.iter().zip(counts) {
            *named.entry(Arc::clone(family)).or_default() += series;
        }
        named
    }

    /// Adds the series of another target of the same name; what both have is there twice.
    pub(super) fn merge(&mut self, other: Self) {
        let first = self.families.len() as u32;
        let mine = std::mem::take(self);
        let families_of_other = other.family_of.into_iter().map(|family| family + first);
        let both = mine.fingerprints.into_iter().zip(mine.family_of);
        let mut both: Vec<(u128, u32)> = both
            .chain(other.fingerprints.into_iter().zip(families_of_other))
            .collect();
        both.sort_unstable();
        (self.fingerprints, self.family_of) = both.into_iter().unzip();
        self.families = mine.families;
        self.families.extend(other.families);
    }
}

/// Makes lists of one worker's targets.
#[derive(Debug)]
pub(super) struct Lister {
    fingerprints: Fingerprints,
    /// Names of families, each once.
    names: BTreeSet<Arc<str>>,
    found: Vec<(u128, u32, RowId)>,
}

impl Lister {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            fingerprints: Fingerprints::new(seed),
            names: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    /// The list of the target being read; hands the label set of each series to `row`.
    pub(super) fn list(&mut self, table: &Table, mut row: impl FnMut(RowId)) -> List {
        self.fingerprints.begin();
        let mut list = List::default();
        let family_of_name = self.families(table, &mut list.families);
        self.found.clear();
        for &entry in table.body.entries.all() {
            let name = table.combos.all[entry.combo() as usize].name;
            let fingerprint = self.fingerprints.of(entry, table);
            self.found
                .push((fingerprint, family_of_name[name as usize], entry.row()));
        }
        self.found.sort_unstable();
        self.found.dedup_by_key(|(fingerprint, _, _)| *fingerprint);
        list.fingerprints.reserve_exact(self.found.len());
        list.family_of.reserve_exact(self.found.len());
        for &(fingerprint, family, of_row) in &self.found {
            list.fingerprints.push(fingerprint);
            list.family_of.push(family);
            row(of_row);
        }
        if self.found.len() > LARGE {
            self.found = Vec::new();
        }
        list
    }

    /// The family of each sample name of this target, as an index into `families`, which is filled.
    fn families(&mut self, table: &Table, families: &mut Vec<Arc<str>>) -> Vec<u32> {
        let mut index: BTreeMap<Arc<str>, u32> = BTreeMap::new();
        let mut family_of_name = vec![0; table.names.len()];
        for lines in &table.body.names {
            let written = unescape(table.names.text(lines.name));
            let (family, _) = family_of(&written, table);
            let family = String::from_utf8_lossy(family);
            let at = if let Some(&at) = index.get(&*family) {
                at
            } else {
                let name = self.intern(&family);
                let at = families.len() as u32;
                families.push(Arc::clone(&name));
                index.insert(name, at);
                at
            };
            family_of_name[lines.name as usize] = at;
        }
        family_of_name
    }

    fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let name = Arc::<str>::from(name);
        self.names.insert(Arc::clone(&name));
        name
    }
}
