//! The end of a target: its samples, sorted by family, become counts.

use std::thread;
use std::thread::ScopedJoinHandle;

use super::columns::Columns;
use super::dictionary::LE;
use super::dictionary::Pairs;
use super::dictionary::TextId;
use super::dictionary::Texts;
use super::family::FamilyTally;
use super::family::family_of;
use super::relations::Relations;
use super::shapes::Shapes;
use super::tally::Combo;
use super::tally::Entry;
use super::tally::Families;
use super::tally::NO_BOUND;
use super::tally::Tally;
use super::tally::Target;
use crate::exposition::FamilyType;
use crate::exposition::unescape;

/// What folding reads.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) pairs: &'a Pairs,
    pub(super) names: &'a Texts,
    pub(super) combos: &'a [Combo],
    pub(super) target: &'a Target,
    pub(super) target_index: u32,
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

/// What is laid out of one family at a time.
#[derive(Debug, Default)]
struct Tables {
    columns: Columns,
    shapes: Shapes,
    relations: Relations,
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
    for slot in slots {
        slot_of_family[slot.family as usize] = 0;
    }
    let fold_all = |jobs: Vec<Job<'_>>, tables: &mut Tables| -> u64 {
        jobs.into_iter()
            .map(|job| fold_family(input, roles, job, tables))
            .sum()
    };
    if samples < PARALLEL_SAMPLES {
        return fold_all(jobs, &mut tables[0]);
    }
    thread::scope(|scope| {
        let threads: Vec<_> = share(jobs, tables.len())
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

fn count_declarations(input: Input<'_>, families: &mut Families) {
    for declared in &input.target.declared {
        let family = &mut families.tallies[declared.family as usize];
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
    scratch.roles.resize(input.names.len(), NameRole::default());
    for lines in &input.target.names {
        let name = unescape(input.names.text(lines.name));
        let (family_name, family_type) = family_of(&name, &families.names, input.target);
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
    for &entry in &input.target.entries {
        let combo = input.combos[entry.combo() as usize];
        let at = &mut next[scratch.roles[combo.name as usize].slot as usize];
        scratch.entries[*at] = entry;
        *at += 1;
    }
}

/// Folds the samples of one family; comes back with their number of series.
fn fold_family(input: Input<'_>, roles: &[NameRole], job: Job<'_>, tables: &mut Tables) -> u64 {
    let Job {
        family_type,
        entries,
        family,
    } = job;
    let Tables {
        columns,
        shapes,
        relations,
    } = tables;
    columns.clear(input.pairs);
    count_bytes(input, entries, columns, family);
    let series = distinct(input, entries);
    lay_out(input, &entries[..series], columns, shapes);
    columns.flush(family);
    count_bounds(input, family_type, shapes, family);
    if shapes.row_count() > 1 {
        relations.count(columns, shapes, family);
    }
    let series = series as u64;
    family.otlp_data_points += data_points(input, family_type, roles, shapes, series);
    family.series += series;
    family.series_per_target.push((input.target_index, series));
    series
}

/// Counts the bytes of each label. The samples are still as written.
fn count_bytes(
    input: Input<'_>,
    entries: &[Entry],
    columns: &mut Columns,
    family: &mut FamilyTally,
) {
    for lines in entries.chunk_by(|a, b| a.row() == b.row()) {
        for &pair in input.target.rows.pairs(lines[0].row()) {
            let entry = input.pairs.entry(pair);
            let bytes = lines.len() as u64 * u64::from(entry.body_bytes);
            columns.add_bytes(entry.key, bytes, family);
        }
        for line in lines {
            let bound = input.combos[line.combo() as usize].bound;
            if bound != NO_BOUND {
                let entry = input.pairs.entry(bound);
                let label = family.label(entry.key, 0);
                family.labels[label].body_bytes += u64::from(entry.body_bytes);
            }
        }
    }
}

/// Fills the tables with the distinct, sorted series.
fn lay_out(input: Input<'_>, series: &[Entry], columns: &mut Columns, shapes: &mut Shapes) {
    shapes.clear();
    for row in series.chunk_by(|a, b| a.row() == b.row()) {
        shapes.add_row(row.iter().map(|entry| entry.combo()));
    }
    columns.set_rows(shapes.row_count());
    for (at, row) in series.chunk_by(|a, b| a.row() == b.row()).enumerate() {
        for &pair in input.target.rows.pairs(row[0].row()) {
            let entry = input.pairs.entry(pair);
            if !entry.empty {
                columns.set(at, entry.key, entry.canonical, row.len() as u64);
            }
        }
    }
}

/// Counts values and savings of `le` and `quantile`.
fn count_bounds(
    input: Input<'_>,
    family_type: FamilyType,
    shapes: &Shapes,
    family: &mut FamilyTally,
) {
    for (pair, series) in shapes.bound_values(input.combos) {
        family.values.add(pair, series);
    }
    for cost in shapes.bound_costs(input.combos, input.pairs) {
        let label = family.label(cost.key, 0);
        let label = &mut family.labels[label];
        label.marginal_saving += cost.saving;
        label.structural |= match family_type {
            FamilyType::Histogram | FamilyType::GaugeHistogram => cost.key == LE,
            FamilyType::Summary => cost.key != LE,
            _ => false,
        };
    }
}

/// Data points a Collector makes of the family: one for each label set of a histogram or summary that has
/// a `_count`, one for each series of anything else but `_created`
/// (`prometheusreceiver`, `internal/metricfamily.go`).
fn data_points(
    input: Input<'_>,
    family_type: FamilyType,
    roles: &[NameRole],
    shapes: &Shapes,
    series: u64,
) -> u64 {
    let rows_with = |role: &dyn Fn(NameRole) -> bool| -> u64 {
        let combo_has = |combo: u32| role(roles[input.combos[combo as usize].name as usize]);
        let shapes_with = shapes
            .shapes()
            .iter()
            .filter(|shape| shapes.combos(shape).iter().any(|&combo| combo_has(combo)));
        shapes_with.map(|shape| shape.rows).sum()
    };
    match family_type {
        FamilyType::Histogram | FamilyType::Summary => rows_with(&|role| role.count),
        _ => series - rows_with(&|role| role.created),
    }
}

/// Sorts the samples by label set and moves each series once to the front; comes back with their number.
///
/// Bodies come nearly always sorted, because label sets and combos are numbered as they arrive.
fn distinct(input: Input<'_>, entries: &mut [Entry]) -> usize {
    if input.target.rows.aliased() {
        for entry in &mut *entries {
            *entry = Entry::new(input.target.rows.canonical(entry.row()), entry.combo());
        }
    }
    if entries.windows(2).all(|pair| pair[0] < pair[1]) {
        return entries.len();
    }
    entries.sort_unstable();
    let mut kept = 1;
    for at in 1..entries.len() {
        if entries[at] != entries[kept - 1] {
            entries[kept] = entries[at];
            kept += 1;
        }
    }
    kept
}
