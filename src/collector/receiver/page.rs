//! The label sets of one scrape as attributes, each looked up when it is asked for.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::rc::Rc;

use crate::collector::attributes::Rows;
use crate::collector::attributes::pair_bytes;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::table::KeyId;
use crate::table::PairId;
use crate::table::Pairs;
use crate::table::RowId;
use crate::table::Table;

/// The label pairs of a worker's dictionary as texts, by number.
#[derive(Debug, Default)]
pub(super) struct PairTexts {
    known: RefCell<Vec<PairText>>,
    /// Label names, each text once: equal ones are then told by their address.
    keys: RefCell<Vec<Text>>,
}

#[derive(Debug, Clone)]
struct PairText {
    key: Text,
    value: Text,
    /// [`NO_KEY`] where the value is empty, which is no label.
    key_id: KeyId,
}

/// Stands for the name of a label that is none.
const NO_KEY: KeyId = KeyId::MAX;

impl PairTexts {
    /// Learns the pairs that were new since last time.
    pub(super) fn learn(&self, pairs: &Pairs) {
        let mut keys = self.keys.borrow_mut();
        for key in keys.len()..pairs.key_count() {
            keys.push(text_of(pairs.key_name(key as KeyId)));
        }
        let mut known = self.known.borrow_mut();
        for pair in known.len()..pairs.len() {
            let entry = pairs.entry(pair as PairId);
            known.push(PairText {
                key: keys[entry.key as usize].clone(),
                value: text_of(&pairs.value(entry.canonical)),
                key_id: if entry.empty { NO_KEY } else { entry.key },
            });
        }
    }

    /// Name and value of a pair, its value perhaps empty.
    pub(super) fn pair(&self, pair: PairId) -> (Text, Text) {
        let known = self.known.borrow();
        let PairText { key, value, .. } = &known[pair as usize];
        (key.clone(), value.clone())
    }
}

/// Bytes that are no UTF-8 cannot come here: they are refused with their line, and with it the scrape.
fn text_of(bytes: &[u8]) -> Text {
    Text::from(&*String::from_utf8_lossy(bytes))
}

/// The labels of a row, as somebody reads them.
type Row = Box<[(Text, Value)]>;

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
    /// The rows that somebody has read.
    read: Vec<OnceCell<Row>>,
    order: RefCell<Option<Order>>,
}

/// In which order the labels of a row come, sorted by name. Neighbouring rows have the same names.
#[derive(Debug)]
struct Order {
    /// The names of the row's pairs as they stand in it.
    keys: Vec<KeyId>,
    /// Places in the row, and behind it in what is added.
    places: Vec<u32>,
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
            read: vec![OnceCell::new(); rows.len()],
            order: RefCell::new(None),
        }
    }

    fn row(&self, row: u32) -> &[PairId] {
        let row = row as usize;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.pairs[start as usize..self.ends[row] as usize]
    }

    fn look_up(&self, row: u32) -> Box<[(Text, Value)]> {
        let texts = self.texts.known.borrow();
        let row = self.row(row);
        let keys = row.iter().map(|&pair| texts[pair as usize].key_id);
        let mut order = self.order.borrow_mut();
        let order = match &mut *order {
            Some(order) if order.keys.iter().copied().eq(keys.clone()) => order,
            order => order.insert(self.order_of(keys.collect(), &texts, row)),
        };
        let places = order.places.iter();
        places
            .map(|&place| match row.get(place as usize) {
                Some(&pair) => {
                    let PairText { key, value, .. } = &texts[pair as usize];
                    (key.clone(), Value::Str(value.clone()))
                }
                None => self.added[place as usize - row.len()].clone(),
            })
            .collect()
    }

    /// As in a set of Prometheus labels, from which the receiver copies them.
    fn order_of(&self, keys: Vec<KeyId>, texts: &[PairText], row: &[PairId]) -> Order {
        let labels = keys.iter().zip(0..).filter(|(key, _)| **key != NO_KEY);
        let added = (0..self.added.len() as u32).map(|at| at + row.len() as u32);
        let mut places: Vec<u32> = labels.map(|(_, place)| place).chain(added).collect();
        places.sort_by_key(|&place| match row.get(place as usize) {
            Some(&pair) => &texts[pair as usize].key,
            None => &self.added[place as usize - row.len()].0,
        });
        Order { keys, places }
    }
}

impl Rows for Page {
    fn pairs(&self, row: u32) -> &[(Text, Value)] {
        self.read[row as usize].get_or_init(|| self.look_up(row))
    }

    fn len(&self, row: u32) -> usize {
        self.sizes[row as usize].0 as usize + self.added.len()
    }

    fn text_bytes(&self, row: u32) -> u64 {
        u64::from(self.sizes[row as usize].1) + self.added_bytes
    }
}
