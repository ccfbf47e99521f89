//! One family of one target: its samples, as written and in body order, become counts.

use super::Input;
use super::Job;
use super::NameRole;
use crate::census::columns::Columns;
use crate::census::family::FamilyTally;
use crate::census::relations::Relations;
use crate::census::shapes::Shape;
use crate::census::shapes::Shapes;
use crate::exposition::FamilyType;
use crate::table::Combo;
use crate::table::Entry;
use crate::table::LE;

/// What is laid out of one family at a time.
#[derive(Debug, Default)]
pub(super) struct Tables {
    columns: Columns,
    shapes: Shapes,
    relations: Relations,
}

/// Folds the samples of one family; comes back with their number of series.
pub(super) fn fold(input: Input<'_>, roles: &[NameRole], job: Job<'_>, tables: &mut Tables) -> u64 {
    let Job {
        family_type,
        entries,
        family,
    } = job;
    let plain = is_plain(input, entries);
    let series = if plain {
        entries.len()
    } else {
        count_bytes(input, entries, family);
        distinct(input, entries)
    };
    lay_out(input, &entries[..series], plain, tables, family);
    let Tables {
        columns,
        shapes,
        relations,
    } = tables;
    columns.flush_values(family);
    if plain {
        columns.flush_bytes(input.pairs, family);
        count_plain_bound_bytes(input, shapes, family);
    }
    count_bounds(input, family_type, shapes, family);
    if shapes.row_count() > 1 {
        relations.count(columns, shapes, family);
    }
    if input.counts_labels {
        count_labels(input, &entries[..series], family);
    }
    let series = series as u64;
    family.otlp_data_points += data_points(input, family_type, roles, shapes, series);
    family.series += series;
    family.series_per_target.push((input.target_index, series));
    series
}

/// Whether the samples are distinct series, sorted, each pair in its plainest spelling: nearly always, for
/// label sets and combos are numbered as they arrive.
fn is_plain(input: Input<'_>, entries: &[Entry]) -> bool {
    !input.body.rows.has_odd_spellings() && entries.windows(2).all(|pair| pair[0] < pair[1])
}

/// Counts the bytes of each label. The samples are still as written.
fn count_bytes(input: Input<'_>, entries: &[Entry], family: &mut FamilyTally) {
    for lines in entries.chunk_by(|a, b| a.row() == b.row()) {
        for (near, &pair) in input.body.rows.pairs(lines[0].row()).iter().enumerate() {
            let entry = input.pairs.entry(pair);
            let label = family.label(entry.key, near);
            family.labels[label].body_bytes += lines.len() as u64 * u64::from(entry.body_bytes);
        }
    }
    count_bound_bytes(input, entries, family);
}

fn count_bound_bytes(input: Input<'_>, entries: &[Entry], family: &mut FamilyTally) {
    for line in entries {
        for bound in input.combos[line.combo() as usize].bounds.iter() {
            let entry = input.pairs.entry(bound);
            let label = family.label(entry.key, 0);
            family.labels[label].body_bytes += u64::from(entry.body_bytes);
        }
    }
}

/// The same where each series is one line: what a shape holds, all its rows have.
fn count_plain_bound_bytes(input: Input<'_>, shapes: &Shapes, family: &mut FamilyTally) {
    for (bound, series) in shapes.bound_values(input.combos) {
        let entry = input.pairs.entry(bound);
        let label = family.label(entry.key, 0);
        family.labels[label].body_bytes += series * u64::from(entry.body_bytes);
    }
}

/// Sorts the samples by label set and moves each series once to the front; comes back with their number.
fn distinct(input: Input<'_>, entries: &mut [Entry]) -> usize {
    for entry in &mut *entries {
        *entry = Entry::new(input.body.rows.canonical(entry.row()), entry.combo());
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

/// Fills the tables with the distinct, sorted series. Empty values are there for the bytes of `plain`
/// ones; in other spellings of the same label set they differ.
fn lay_out(
    input: Input<'_>,
    series: &[Entry],
    plain: bool,
    tables: &mut Tables,
    family: &mut FamilyTally,
) {
    let Tables {
        columns, shapes, ..
    } = tables;
    let rows = || series.chunk_by(|a, b| a.row() == b.row());
    shapes.clear();
    for row in rows() {
        shapes.add_row(row.iter().map(|entry| entry.combo()));
    }
    columns.clear(input.pairs, shapes.row_count());
    for (at, row) in rows().enumerate() {
        for &pair in input.body.rows.pairs(row[0].row()) {
            let entry = input.pairs.entry(pair);
            if plain || !entry.empty {
                columns.set(at, entry.canonical, entry, row.len() as u64, family);
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
    for cost in shapes.bound_costs(input.combos) {
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

/// Counts how many labels each series has.
fn count_labels(input: Input<'_>, series: &[Entry], family: &mut FamilyTally) {
    let counts = &mut family.label_counts;
    for row in series.chunk_by(|a, b| a.row() == b.row()) {
        let labels = input.body.rows.label_count(row[0].row(), input.pairs);
        for entry in row {
            let bounds = input.combos[entry.combo() as usize].bounds.iter().count();
            let at = labels + bounds;
            counts.resize(counts.len().max(at + 1), 0);
            counts[at] += 1;
        }
    }
}

/// Data points a Collector makes of the family: one for each label set of a histogram or summary that has
/// a `_count`, one for each series of anything else but `_created`
/// (`prometheusreceiver`, `internal/metricfamily.go`).
///
/// A `quantile` on a histogram, or `le` on a summary, is a label as any other there.
fn data_points(
    input: Input<'_>,
    family_type: FamilyType,
    roles: &[NameRole],
    shapes: &Shapes,
    series: u64,
) -> u64 {
    let combos_with = |shape: &Shape, is: fn(NameRole) -> bool| {
        let combos = shapes.combos(shape).iter();
        let combos = combos.map(|&combo| input.combos[combo as usize]);
        combos
            .filter(|combo| is(roles[combo.name as usize]))
            .collect::<Vec<Combo>>()
    };
    let counted = |shape: &Shape, ordinary: fn(&Combo) -> u32| {
        let mut labels: Vec<u32> = combos_with(shape, |role| role.count)
            .iter()
            .map(ordinary)
            .collect();
        labels.sort_unstable();
        labels.dedup();
        shape.rows * labels.len() as u64
    };
    let all = shapes.shapes().iter();
    match family_type {
        FamilyType::Histogram => all.map(|shape| counted(shape, |c| c.bounds.quantile)).sum(),
        FamilyType::Summary => all.map(|shape| counted(shape, |c| c.bounds.le)).sum(),
        _ => {
            let created = |shape: &Shape| combos_with(shape, |role| role.created).len() as u64;
            series - all.map(|shape| shape.rows * created(shape)).sum::<u64>()
        }
    }
}
