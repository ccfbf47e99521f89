//! The label sets of one family in one target as a table: a row for each set, a column for each label.

use super::family::FamilyTally;
use crate::table::KeyId;
use crate::table::Pair;
use crate::table::PairId;
use crate::table::Pairs;

/// The table, with values as small numbers: 0 where a row has no value, else from 1 in order of arrival.
///
/// Kept from family to family for its buffers; [`Columns::clear`] comes first.
#[derive(Debug, Default)]
pub(super) struct Columns {
    all: Vec<Column>,
    /// Index into `all` plus one, by label name; zero where there is none.
    column_of_key: Vec<u32>,
    row_count: usize,
    /// Column by column.
    cells: Vec<u32>,
    values: Vec<Value>,
    /// Index into `values` plus one, by pair; zero where there is none.
    value_of_pair: Vec<u32>,
}

/// One label of the family.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    key: KeyId,
    /// Its index in the family.
    pub(super) label: usize,
    /// Distinct values.
    pub(super) values: u32,
    /// Rows that have a value.
    pub(super) filled: usize,
}

/// One value of one label; an empty one too, for its bytes.
#[derive(Debug, Clone, Copy)]
struct Value {
    pair: PairId,
    /// 0 if it is empty.
    number: u32,
    series: u64,
}

impl Columns {
    /// Empties the table and makes room for `rows` rows. `pairs` says how many names and pairs there are.
    pub(super) fn clear(&mut self, pairs: &Pairs, rows: usize) {
        for column in self.all.drain(..) {
            self.column_of_key[column.key as usize] = 0;
        }
        for value in self.values.drain(..) {
            self.value_of_pair[value.pair as usize] = 0;
        }
        self.column_of_key.resize(pairs.key_count(), 0);
        self.value_of_pair.resize(pairs.len(), 0);
        self.row_count = rows;
        self.cells.clear();
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.all
    }

    pub(super) fn row_count(&self) -> usize {
        self.row_count
    }

    /// The numbers of one column, row by row.
    pub(super) fn cells(&self, column: usize) -> &[u32] {
        &self.cells[column * self.row_count..][..self.row_count]
    }

    /// Sets a row's value of a label. The row stands for `series` series.
    pub(super) fn set(
        &mut self,
        row: usize,
        pair: PairId,
        entry: Pair,
        series: u64,
        family: &mut FamilyTally,
    ) {
        let index = match self.column_of_key[entry.key as usize] {
            0 => self.add_column(entry.key, family),
            index => index as usize - 1,
        };
        let column = &mut self.all[index];
        let value = &mut self.value_of_pair[pair as usize];
        if *value == 0 {
            column.values += u32::from(!entry.empty);
            self.values.push(Value {
                pair,
                number: if entry.empty { 0 } else { column.values },
                series: 0,
            });
            *value = self.values.len() as u32;
        }
        let value = &mut self.values[*value as usize - 1];
        value.series += series;
        if !entry.empty {
            column.filled += 1;
            self.cells[index * self.row_count + row] = value.number;
        }
    }

    fn add_column(&mut self, key: KeyId, family: &mut FamilyTally) -> usize {
        let index = self.all.len();
        self.all.push(Column {
            key,
            label: family.label(key, index),
            values: 0,
            filled: 0,
        });
        self.column_of_key[key as usize] = index as u32 + 1;
        self.cells.resize((index + 1) * self.row_count, 0);
        index
    }

    /// Adds the values that were counted to the family.
    pub(super) fn flush_values(&self, family: &mut FamilyTally) {
        for value in self.values.iter().filter(|value| value.number > 0) {
            family.values.add(value.pair, value.series);
        }
    }

    /// Adds the bytes of the labels to the family: right where each series is one line and each pair is
    /// written in one way.
    pub(super) fn flush_bytes(&self, pairs: &Pairs, family: &mut FamilyTally) {
        for value in &self.values {
            let entry = pairs.entry(value.pair);
            let column = self.column_of_key[entry.key as usize] as usize - 1;
            let label = &mut family.labels[self.all[column].label];
            label.body_bytes += value.series * u64::from(entry.body_bytes);
        }
    }
}

impl Column {
    /// Whether two of the table's rows differ in this label.
    pub(super) fn varies(&self, rows: usize) -> bool {
        self.values > 1 || (self.values == 1 && self.filled < rows)
    }
}
