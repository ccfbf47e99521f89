//! The end of a target: its samples, sorted by family, become counts.

mod family;

use std::thread;
use std::thread::ScopedJoinHandle;

use super::family::FamilyTally;
use super::family::family_of;
use super::tally::Families;
use super::tally::Tally;
use crate::exposition::FamilyType;
use crate::exposition::unescape;
use crate::table::Body;
use crate::table::Combo;
use crate::table::Entry;
use crate::table::Pairs;
use crate::table::Table;
use crate::table::TextId;
use family::Tables;

/// What folding reads.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) table: &'a Table,
    pub(super) pairs: &'a Pairs,
    pub(super) combos: &'a [Combo],
    pub(super) body: &'a Body,
    pub(super) target_index: u32,
    /// Whether to count how many labels series have.
    pub(super) counts_labels: bool,
}

/// Buffers that folding needs, kept from target to target.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    slots: Vec<Slot>,
    /// Slot of each family, plus one; zero where this target has none of it.
    slot_of_family: Vec<u32>,
    /// What each sample name of this target is.
    roles: Vec<NameRole>,
    entries: Vec<Entry>,
    /// One for each thread.
    tables: Vec<Tables>,
}

/// Samples of a target from which on its families are folded on several threads.
const PARALLEL_SAMPLES: usize = 1 << 15;

impl Scratch {
    /// Buffers for folding a very large target on `threads` threads.
    pub(super) fn with_threads(threads: usize) -> Self {
        let mut scratch = Self::default();
        scratch.tables.resize_with(threads.max(1), Tables::default);
        scratch
    }
}

/// One family of the target being folded.
#[derive(Debug)]
struct Slot {
    family: TextId,
    family_type: FamilyType,
    samples: usize,
}

/// What a sample name is to its family.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NameRole {
    slot: u32,
    /// `_count` of a histogram or summary.
    pub(super) count: bool,
    /// `_created`, which a Collector takes for a start time.
    pub(super) created: bool,
}

/// One family's samples and where they are counted.
struct Job<'a> {
    family_type: FamilyType,
    entries: &'a mut [Entry],
    family: &'a mut FamilyTally,
}

/// Folds the target being read into the families; comes back with its number of series.
pub(super) fn fold(tally: &mut Tally) -> u64 {
    let (input, families, scratch) = tally.fold_parts();
    count_declarations(input, families);
    scratch.slots.clear();
    assign_families(input, families, scratch);
    leave_out_repeats(input, scratch);
    scatter(input, scratch);
    let Scratch {
        slots,
        slot_of_family,
        roles,
        entries,
        tables,
    } = scratch;
    if tables.is_empty() {
        tables.push(Tables::default());
    }
    let samples = entries.len();
    let jobs = jobs(slots, slot_of_family, entries, families);
    for slot in &*slots {
        slot_of_family[slot.family as usize] = 0;
    }
    let fold_all = |jobs: Vec<Job<'_>>, tables: &mut Tables| -> u64 {
        jobs.into_iter()
            .map(|job| family::fold(input, roles, job, tables))
            .sum()
    };
    let series = if samples < PARALLEL_SAMPLES {
        fold_all(jobs, &mut tables[0])
    } else {
        on_threads(share(jobs, tables.len()), tables, &fold_all)
    };
    count_odd_bounds(input, slots, roles, families);
    count_repeats(input, slots, roles, families);
    series
}

/// Works each share of the jobs off on a thread of its own; comes back with the sum.
fn on_threads<'a>(
    shares: Vec<Vec<Job<'a>>>,
    tables: &mut [Tables],
    fold_all: &(impl Fn(Vec<Job<'a>>, &mut Tables) -> u64 + Sync),
) -> u64 {
    thread::scope(|scope| {
        let threads: Vec<_> = shares
            .into_iter()
            .zip(tables)
            .map(|(jobs, tables)| scope.spawn(move || fold_all(jobs, tables)))
            .collect();
        let join = |thread: ScopedJoinHandle<'_, u64>| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).sum()
    })
}

/// Pairs each family of the target with its samples.
fn jobs<'a>(
    slots: &[Slot],
    slot_of_family: &[u32],
    entries: &'a mut [Entry],
    families: &'a mut Families,
) -> Vec<Job<'a>> {
    let mut by_slot: Vec<Option<&mut FamilyTally>> = Vec::new();
    by_slot.resize_with(slots.len(), || None);
    for (family, &slot) in families.tallies.iter_mut().zip(slot_of_family) {
        if slot > 0 {
            by_slot[slot as usize - 1] = Some(family);
        }
    }
    let mut rest = entries;
    let mut jobs = Vec::with_capacity(slots.len());
    for (slot, family) in slots.iter().zip(by_slot) {
        let (entries, behind) = rest.split_at_mut(slot.samples);
        rest = behind;
        jobs.extend(family.map(|family| Job {
            family_type: slot.family_type,
            entries,
            family,
        }));
    }
    jobs
}

/// Splits jobs into `shares` of about equal size: the largest first, each to the share with the least.
fn share(mut jobs: Vec<Job<'_>>, shares: usize) -> Vec<Vec<Job<'_>>> {
    jobs.sort_by_key(|job| std::cmp::Reverse(job.entries.len()));
    let mut split: Vec<(usize, Vec<Job<'_>>)> = Vec::new();
    split.resize_with(shares, Default::default);
    for job in jobs {
        if let Some(least) = split.iter_mut().min_by_key(|(samples, _)| *samples) {
            least.0 += job.entries.len();
            least.1.push(job);
        }
    }
    split.into_iter().map(|(_, jobs)| jobs).collect()
}

/// Adds what oddly written bounds are longer by to the bytes of their labels.
fn count_odd_bounds(input: Input<'_>, slots: &[Slot], roles: &[NameRole], families: &mut Families) {
    for odd in &input.body.odd_bounds {
        let slot = &slots[roles[odd.name as usize].slot as usize];
        let family = &mut families.tallies[slot.family as usize];
        let label = family.label(odd.key, 0);
        let bytes = &mut family.labels[label].body_bytes;
        *bytes = bytes.wrapping_add_signed(odd.longer_by);
    }
}

/// Adds the label bytes of lines that are in no entry of their own.
fn count_repeats(input: Input<'_>, slots: &[Slot], roles: &[NameRole], families: &mut Families) {
    for &(entry, lines) in input.body.entries.repeats() {
        let combo = input.combos[entry.combo() as usize];
        let slot = &slots[roles[combo.name as usize].slot as usize];
        let family = &mut families.tallies[slot.family as usize];
        let row = input.body.rows.pairs(entry.row()).iter().copied();
        for (near, pair) in row.chain(combo.bounds.iter()).enumerate() {
            let pair = input.pairs.entry(pair);
            let label = family.label(pair.key, near);
            family.labels[label].body_bytes += lines * u64::from(pair.body_bytes);
        }
    }
}

fn count_declarations(input: Input<'_>, families: &mut Families) {
    for declared in &input.body.declared {
        let family = families.intern(input.table.family_names.text(declared.family));
        let family = &mut families.tallies[family as usize];
        family.body_bytes += declared.body_bytes;
        if let Some(family_type) = declared.family_type {
            family.seen = true;
            family.count_type(family_type, 1);
        }
        if let Some(unit) = &declared.unit {
            family.add_unit(unit);
        }
    }
}

/// Finds the family of each sample name of the target.
fn assign_families(input: Input<'_>, families: &mut Families, scratch: &mut Scratch) {
    scratch
        .roles
        .resize(input.table.names.len(), NameRole::default());
    for lines in &input.body.names {
        let name = unescape(input.table.names.text(lines.name));
        let (family_name, family_type) = family_of(&name, input.table);
        let suffix = &name[family_name.len()..];
        let family = families.intern(family_name);
        let slot_of_family = &mut scratch.slot_of_family;
        slot_of_family.resize(slot_of_family.len().max(families.names.len()), 0);
        let slot = &mut slot_of_family[family as usize];
        if *slot == 0 {
            scratch.slots.push(Slot {
                family,
                family_type,
                samples: 0,
            });
            *slot = scratch.slots.len() as u32;
        }
        scratch.slots[*slot as usize - 1].samples += lines.samples as usize;
        scratch.roles[lines.name as usize] = NameRole {
            slot: *slot - 1,
            count: suffix == b"_count",
            created: suffix == b"_created",
        };
        let family = &mut families.tallies[family as usize];
        family.seen = true;
        family.add_sample_name(lines.name);
        family.samples += lines.samples;
        family.body_bytes += lines.body_bytes;
    }
}

/// Takes the lines that are in no entry of their own from the samples of their families.
fn leave_out_repeats(input: Input<'_>, scratch: &mut Scratch) {
    for &(entry, lines) in input.body.entries.repeats() {
        let combo = input.combos[entry.combo() as usize];
        let slot = scratch.roles[combo.name as usize].slot;
        scratch.slots[slot as usize].samples -= lines as usize;
    }
}

/// Brings the target's samples into the order of its families, each family's in body order.
fn scatter(input: Input<'_>, scratch: &mut Scratch) {
    let mut next = Vec::with_capacity(scratch.slots.len());
    let mut start = 0;
    for slot in &scratch.slots {
        next.push(start);
        start += slot.samples;
    }
    scratch.entries.clear();
    scratch.entries.resize(start, Entry::new(0, 0));
    for &entry in input.body.entries.all() {
        let combo = input.combos[entry.combo() as usize];
        let at = &mut next[scratch.roles[combo.name as usize].slot as usize];
        scratch.entries[*at] = entry;
        *at += 1;
    }
}
