//! The label sets of one family in one target as a table: a row for each set, a column for each label.

use super::dictionary::KeyId;
use super::dictionary::PairId;
use super::dictionary::Pairs;
use super::family::FamilyTally;

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
    body_bytes: u64,
    /// Distinct values.
    pub(super) values: u32,
    /// Rows that have a value.
    pub(super) filled: usize,
}

/// One value of one label.
#[derive(Debug, Clone, Copy)]
struct Value {
    pair: PairId,
    number: u32,
    series: u64,
}

impl Columns {
    /// Empties the table. `pairs` says how many names and pairs there are.
    pub(super) fn clear(&mut self, pairs: &Pairs) {
        for column in self.all.drain(..) {
            self.column_of_key[column.key as usize] = 0;
        }
        for value in self.values.drain(..) {
            self.value_of_pair[value.pair as usize] = 0;
        }
        self.column_of_key.resize(pairs.key_count(), 0);
        self.value_of_pair.resize(pairs.len(), 0);
        self.row_count = 0;
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

    /// Counts bytes of the label `key`, which gets a column.
    pub(super) fn add_bytes(&mut self, key: KeyId, bytes: u64, family: &mut FamilyTally) {
        let column = &mut self.column_of_key[key as usize];
        if *column == 0 {
            let label = family.label(key, self.all.len());
            self.all.push(Column {
                key,
                label,
                body_bytes: 0,
                values: 0,
                filled: 0,
            });
            *column = self.all.len() as u32;
        }
        self.all[*column as usize - 1].body_bytes += bytes;
    }

    /// Makes room for `rows` rows without values. All labels have columns by now.
    pub(super) fn set_rows(&mut self, rows: usize) {
        self.row_count = rows;
        self.cells.clear();
        self.cells.resize(rows * self.all.len(), 0);
    }

    /// Sets a row's value of the label `key`. The row stands for `series` series.
    pub(super) fn set(&mut self, row: usize, key: KeyId, pair: PairId, series: u64) {
        let index = self.column_of_key[key as usize] as usize - 1;
        let column = &mut self.all[index];
        let value = &mut self.value_of_pair[pair as usize];
        if *value == 0 {
            column.values += 1;
            self.values.push(Value {
                pair,
                number: column.values,
                series: 0,
            });
            *value = self.values.len() as u32;
        }
        let value = &mut self.values[*value as usize - 1];
        value.series += series;
        column.filled += 1;
        self.cells[index * self.row_count + row] = value.number;
    }

    /// Adds what was counted to the family.
    pub(super) fn flush(&self, family: &mut FamilyTally) {
        for column in &self.all {
            family.labels[column.label].body_bytes += column.body_bytes;
        }
        for value in &self.values {
            family.values.add(value.pair, value.series);
        }
    }
}

impl Column {
    /// Whether two of the table's rows differ in this label.
    pub(super) fn varies(&self, rows: usize) -> bool {
        self.values > 1 || (self.values == 1 && self.filled < rows)
    }
}
