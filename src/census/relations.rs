//! What removing a label saves in one family of one target, and which labels determine it there.
//!
//! Labels that tell the rows apart in the same way are handled as one: there are many labels and few ways.
//! A label that another one determines, alone or with a third, saves nothing when it goes; only for the
//! others are the rows compared without it.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::columns::Columns;
use super::determinants::LabelSet;
use super::determinants::Observation;
use super::determinants::set_of;
use super::family::FamilyTally;
use super::shapes::Shapes;

/// Ways of one family beyond this number are not paired: no two labels are then said to determine a third.
const MAX_PAIRED_WAYS: usize = 32;

/// Ways of one family beyond this number are not compared: no label is then said to determine another.
const MAX_COMPARED_WAYS: usize = 512;

/// Rows to look at for the pairs of one way; beyond it, the same. Estimated before any is looked at, so
/// that the answer does not depend on the order of lines.
const MAX_PAIR_VISITS: usize = 64 << 20;

/// Buffers, kept from family to family.
#[derive(Debug, Default)]
pub(super) struct Relations {
    ways: Vec<Way>,
    /// Cells of each way, one after the other.
    cells: Vec<u32>,
    /// Ways by their cells.
    index: HashTable<usize>,
    rows: usize,
    map: Vec<u32>,
    groups: Groups,
}

/// One way of telling rows apart, and the labels that do it.
#[derive(Debug, Clone, Default)]
struct Way {
    /// Distinct cells, a missing value among them.
    classes: u32,
    members: LabelSet,
    labels: Vec<usize>,
}

impl Relations {
    /// Adds savings and determinants of one target to the family.
    pub(super) fn count(&mut self, columns: &Columns, shapes: &Shapes, family: &mut FamilyTally) {
        self.rows = columns.row_count();
        self.find_ways(columns);
        self.groups.sign(&self.cells, self.rows);
        let varying = self.ways.iter().fold(0, |set, way| set | way.members);
        for at in 0..self.ways.len() {
            let observed = self.observe(at, family);
            let free = observed.single & !self.own(at) != 0
                || self.ways[at].labels.len() > 1
                || !observed.pairs.is_empty();
            let (collapsed, saving) = if free {
                (false, 0)
            } else {
                self.saving(at, shapes)
            };
            for &label in &self.ways[at].labels {
                family.labels[label].marginal_saving += saving;
                family.labels[label].apart |= collapsed && saving == 0;
                if saving > 0 {
                    family.determinants.cost(label);
                } else {
                    let mut seen = observed.clone();
                    seen.single &= !set_of(label);
                    family.determinants.observe(label, varying, &seen);
                }
            }
        }
    }

    /// The label of a way that only one label takes; empty for others.
    fn own(&self, way: usize) -> LabelSet {
        match self.ways[way].labels[..] {
            [label] => set_of(label),
            _ => 0,
        }
    }

    fn find_ways(&mut self, columns: &Columns) {
        self.ways.clear();
        self.cells.clear();
        self.index.clear();
        for (at, column) in columns.columns().iter().enumerate() {
            if !column.varies(self.rows) {
                continue;
            }
            let start = self.cells.len();
            self.cells.extend_from_slice(columns.cells(at));
            let mut classes = column.values;
            if column.filled < self.rows {
                classes += 1;
                renumber(&mut self.cells[start..], classes, &mut self.map);
            }
            let (cells, rows) = (&self.cells, self.rows);
            let of_way = |way: usize| &cells[way * rows..][..rows];
            let hash = |cells: &[u32]| FixedState::default().hash_one(cells);
            let found = self.index.entry(
                hash(&cells[start..]),
                |&way| *of_way(way) == cells[start..],
                |&way| hash(of_way(way)),
            );
            let way = match found {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(vacant) => {
                    vacant.insert(self.ways.len());
                    self.ways.push(Way {
                        classes,
                        ..Way::default()
                    });
                    self.ways.len() - 1
                }
            };
            self.cells.truncate(self.ways.len() * self.rows);
            let way = &mut self.ways[way];
            way.members |= set_of(column.label);
            way.labels.push(column.label);
        }
    }

    fn cells(&self, way: usize) -> &[u32] {
        &self.cells[way * self.rows..][..self.rows]
    }

    /// What determines the labels of the way at `at`: other ways, then pairs of them.
    fn observe(&mut self, at: usize, family: &FamilyTally) -> Observation {
        let mut observed = Observation {
            single: self.ways[at].members,
            pairs: Vec::new(),
        };
        if self.ways.len() > MAX_COMPARED_WAYS {
            return observed;
        }
        let mut partners = Vec::new();
        for other in 0..self.ways.len() {
            if other == at {
                continue;
            }
            if self.refines(other, at) {
                observed.single |= self.ways[other].members;
            } else {
                partners.push(other);
            }
        }
        let visits = partners.len() * partners.len() / 2 * self.rows;
        if self.ways.len() > MAX_PAIRED_WAYS || visits > MAX_PAIR_VISITS {
            return observed;
        }
        for (index, &first) in partners.iter().enumerate() {
            for &second in &partners[index + 1..] {
                let (a, b) = (&self.ways[first], &self.ways[second]);
                let enough =
                    u64::from(a.classes) * u64::from(b.classes) >= u64::from(self.ways[at].classes);
                let (a, b) = (a.members, b.members);
                let open = |&label: &usize| {
                    family.determinants.is_open(label)
                        && (family.determinants.may_pair(label, a, b))
                };
                if enough
                    && self.ways[at].labels.iter().any(open)
                    && self.pair_refines(first, second, at)
                {
                    observed.pairs.push((a, b));
                }
            }
        }
        observed
    }

    /// Whether rows that agree in the way `fine` agree in the way `coarse`.
    fn refines(&mut self, fine: usize, coarse: usize) -> bool {
        if self.ways[fine].classes < self.ways[coarse].classes {
            return false;
        }
        let mut map = std::mem::take(&mut self.map);
        map.clear();
        map.resize(self.ways[fine].classes as usize + 1, 0);
        let mut rows = self.cells(fine).iter().zip(self.cells(coarse));
        let holds = rows.all(|(&from, &to)| agrees(&mut map[from as usize], to));
        self.map = map;
        holds
    }

    /// Whether rows that agree in both `first` and `second` agree in `coarse`.
    fn pair_refines(&mut self, first: usize, second: usize, coarse: usize) -> bool {
        let width = self.ways[second].classes as usize + 1;
        let size = (self.ways[first].classes as usize + 1) * width;
        let dense = size <= (4 * self.rows).max(1 << 12);
        let mut map = std::mem::take(&mut self.map);
        map.clear();
        map.resize(if dense { size } else { 0 }, 0);
        let mut sparse = foldhash::HashMap::default();
        let pairs = self.cells(first).iter().zip(self.cells(second));
        let holds = pairs.zip(self.cells(coarse)).all(|((&a, &b), &to)| {
            let slot = if dense {
                &mut map[a as usize * width + b as usize]
            } else {
                sparse.entry((a, b)).or_insert(0)
            };
            agrees(slot, to)
        });
        self.map = map;
        holds
    }

    /// Whether label sets become equal without the one label that takes the way at `at`, and how many
    /// series vanish then.
    fn saving(&mut self, at: usize, shapes: &Shapes) -> (bool, u64) {
        let Self {
            ways,
            cells,
            rows,
            groups,
            ..
        } = self;
        groups.without(at, ways.len(), cells, *rows);
        let saving = groups.collapsed(|rows| shapes.collapse(rows));
        (!groups.same.is_empty(), saving)
    }
}

/// Whether `slot` is unset, which it is no longer then, or holds `to`.
fn agrees(slot: &mut u32, to: u32) -> bool {
    if *slot == 0 {
        *slot = to;
    }
    *slot == to
}

/// Renumbers cells from 1 in order of arrival, missing values (0) as one class among the others, so that
/// equal ways have equal cells.
fn renumber(cells: &mut [u32], classes: u32, map: &mut Vec<u32>) {
    map.clear();
    map.resize(classes as usize + 1, 0);
    let mut next = 0;
    for cell in cells {
        let number = &mut map[*cell as usize];
        if *number == 0 {
            next += 1;
            *number = next;
        }
        *cell = *number;
    }
}

/// Groups rows that agree in all ways but one.
#[derive(Debug, Default)]
struct Groups {
    /// For each row, the sum of a random-looking number for each of its cells.
    sums: Vec<u64>,
    table: HashTable<u32>,
    /// Rows that agree with an earlier one, after that one.
    same: Vec<(u32, u32)>,
}

impl Groups {
    fn sign(&mut self, cells: &[u32], rows: usize) {
        self.sums.clear();
        self.sums.resize(rows, 0);
        for (way, cells) in cells.chunks_exact(rows.max(1)).enumerate() {
            for (sum, &cell) in self.sums.iter_mut().zip(cells) {
                *sum = sum.wrapping_add(mix(way, cell));
            }
        }
    }

    /// Finds the rows that agree in every way but the one at `left_out`.
    fn without(&mut self, left_out: usize, ways: usize, cells: &[u32], rows: usize) {
        let Self { sums, table, same } = self;
        table.clear();
        same.clear();
        let cell = |way: usize, row: u32| cells[way * rows + row as usize];
        let sum = |row: u32| sums[row as usize].wrapping_sub(mix(left_out, cell(left_out, row)));
        let agree = |a: u32, b: u32| {
            sum(a) == sum(b) && (0..ways).all(|way| way == left_out || cell(way, a) == cell(way, b))
        };
        for row in 0..rows as u32 {
            let entry = table.entry(sum(row), |&other| agree(other, row), |&row| sum(row));
            match entry {
                Entry::Occupied(first) => same.push((*first.get(), row)),
                Entry::Vacant(vacant) => {
                    vacant.insert(row);
                }
            }
        }
    }

    /// Adds up what `collapse` says of each group of two rows or more.
    fn collapsed(&mut self, collapse: impl Fn(&[u32]) -> u64) -> u64 {
        self.same.sort_unstable();
        let mut rows = Vec::new();
        let mut collapsed = 0;
        for group in self.same.chunk_by(|a, b| a.0 == b.0) {
            rows.clear();
            rows.push(group[0].0);
            rows.extend(group.iter().map(|&(_, row)| row));
            collapsed += collapse(&rows);
        }
        collapsed
    }
}

/// A number for one cell. Not linear, so that sums of them tell rows apart (splitmix64's finalizer).
fn mix(way: usize, cell: u32) -> u64 {
    let mut mixed = (way as u64) << 32 | u64::from(cell);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
