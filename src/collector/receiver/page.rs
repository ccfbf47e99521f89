//! The label sets of one scrape as attributes, each looked up when it is asked for.

use std::cell::RefCell;
use std::rc::Rc;

use crate::collector::attributes::Rows;
use crate::collector::attributes::pair_bytes;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::table::PairId;
use crate::table::Pairs;
use crate::table::RowId;
use crate::table::Table;

/// The label pairs of a worker's dictionary as texts, by number.
#[derive(Debug, Default)]
pub(super) struct PairTexts(RefCell<Vec<PairText>>);

#[derive(Debug, Clone)]
struct PairText {
    key: Text,
    value: Text,
    empty: bool,
}

impl PairTexts {
    /// Learns the pairs that were new since last time.
    pub(super) fn learn(&self, pairs: &Pairs) {
        let mut known = self.0.borrow_mut();
        let mut keys: Vec<Option<Text>> = Vec::new();
        for pair in known.len()..pairs.len() {
            let entry = pairs.entry(pair as PairId);
            keys.resize(keys.len().max(entry.key as usize + 1), None);
            let key = keys[entry.key as usize]
                .get_or_insert_with(|| text_of(pairs.key_name(entry.key)))
                .clone();
            let value = text_of(&pairs.value(entry.canonical));
            known.push(PairText {
                key,
                value,
                empty: entry.empty,
            });
        }
    }

    /// Name and value of a pair, its value perhaps empty.
    pub(super) fn pair(&self, pair: PairId) -> (Text, Text) {
        let known = self.0.borrow();
        let PairText { key, value, .. } = &known[pair as usize];
        (key.clone(), value.clone())
    }
}

/// Bytes that are no UTF-8 cannot come here: they are refused with their line, and with it the scrape.
fn text_of(bytes: &[u8]) -> Text {
    Text::from(&*String::from_utf8_lossy(bytes))
}

/// The label sets of one scrape, with the labels that all of them get.
#[derive(Debug)]
pub(super) struct Page {
    texts: Rc<PairTexts>,
    pairs: Vec<PairId>,
    ends: Vec<u32>,
    /// How many labels each row has, and their bytes as exposition.
    sizes: Vec<(u32, u32)>,
    added: Vec<(Text, Value)>,
    added_bytes: u64,
}

impl Page {
    /// The label sets of the target that `table` holds; each gets `added` as well.
    pub(super) fn of(table: &Table, texts: &Rc<PairTexts>, added: &[(Text, Text)]) -> Self {
        let rows = &table.body.rows;
        let mut pairs = Vec::new();
        let mut ends = Vec::with_capacity(rows.len());
        let mut sizes = Vec::with_capacity(rows.len());
        for row in 0..rows.len() as RowId {
            let row = rows.pairs(row);
            pairs.extend_from_slice(row);
            ends.push(pairs.len() as u32);
            let (mut labels, mut bytes) = (0, 0);
            for &pair in row {
                let entry = table.pairs.entry(pair);
                if !entry.empty {
                    labels += 1;
                    bytes += entry.body_bytes;
                }
            }
            sizes.push((labels, bytes));
        }
        let added: Vec<(Text, Value)> = added
            .iter()
            .map(|(key, value)| (key.clone(), Value::Str(value.clone())))
            .collect();
        Self {
            texts: Rc::clone(texts),
            pairs,
            ends,
            sizes,
            added_bytes: added
                .iter()
                .map(|(key, value)| pair_bytes(key, value))
                .sum(),
            added,
        }
    }

    fn row(&self, row: u32) -> &[PairId] {
        let row = row as usize;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.pairs[start as usize..self.ends[row] as usize]
    }
}

impl Rows for Page {
    fn pairs(&self, row: u32) -> Vec<(Text, Value)> {
        let texts = self.texts.0.borrow();
        let row = self.row(row);
        let mut pairs = Vec::with_capacity(row.len() + self.added.len());
        for &pair in row {
            let PairText { key, value, empty } = &texts[pair as usize];
            if !empty {
                pairs.push((key.clone(), Value::Str(value.clone())));
            }
        }
        pairs.extend_from_slice(&self.added);
        // As in a set of Prometheus labels, from which the receiver copies them.
        pairs.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        pairs
    }

    fn len(&self, row: u32) -> usize {
        self.sizes[row as usize].0 as usize + self.added.len()
    }

    fn text_bytes(&self, row: u32) -> u64 {
        u64::from(self.sizes[row as usize].1) + self.added_bytes
    }
}
