//! Numbers for names and labels, so that counting compares and stores numbers alone.
//!
//! One dictionary for each worker, shared by all its targets; memory is bounded by the distinct texts.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::exposition::Label;
use crate::exposition::unescape;

/// Number of a text in [`Texts`].
pub type TextId = u32;

/// Distinct byte strings, numbered from 0 in order of arrival.
#[derive(Debug, Default)]
pub struct Texts {
    table: HashTable<TextId>,
    hasher: RandomState,
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`.
    ends: Vec<usize>,
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text with a number.
    pub fn text(&self, id: TextId) -> &[u8] {
        slice(&self.bytes, &self.ends, id)
    }

    /// The number of a text, if it has one.
    pub fn find(&self, text: &[u8]) -> Option<TextId> {
        let hash = self.hasher.hash_one(text);
        let same = |&id: &TextId| self.text(id) == text;
        self.table.find(hash, same).copied()
    }

    /// The number of `text`, and whether it is new.
    pub fn intern(&mut self, text: &[u8]) -> (TextId, bool) {
        let Self {
            table,
            hasher,
            bytes,
            ends,
        } = self;
        let hash = hasher.hash_one(text);
        if let Some(&id) = table.find(hash, |&id| slice(bytes, ends, id) == text) {
            return (id, false);
        }
        let id = ends.len() as TextId;
        bytes.extend_from_slice(text);
        ends.push(bytes.len());
        table.insert_unique(hash, id, |&id| hasher.hash_one(slice(bytes, ends, id)));
        (id, true)
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[usize], id: TextId) -> &'a [u8] {
    let id = id as usize;
    let start = id.checked_sub(1).map_or(0, |before| ends[before]);
    &bytes[start..ends[id]]
}

/// Number of a `name="value"` pair in [`Pairs`].
pub type PairId = u32;

/// Number of a label name in [`Pairs`].
pub type KeyId = u32;

/// The label name `le`, which every dictionary knows under this number.
pub const LE: KeyId = 0;

/// The label name `quantile`, likewise.
pub const QUANTILE: KeyId = 1;

/// What is known of one pair.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The label name.
    pub key: KeyId,
    /// The pair with the same name and value in its plainest spelling; mostly itself.
    pub canonical: PairId,
    /// Bytes of the pair as written, and of the separator behind it.
    pub body_bytes: u32,
    /// Where the value begins in the text, if this is a canonical pair.
    value_start: u32,
    /// An empty value is no label.
    pub empty: bool,
}

/// Distinct label pairs as written, each with its name and its canonical spelling.
#[derive(Debug)]
pub struct Pairs {
    texts: Texts,
    entries: Vec<Pair>,
    /// A random-looking number for each canonical pair, 0 where the value is empty: the sum of these over
    /// the labels of a series tells label sets apart whatever the order of their labels.
    mixes: Vec<u64>,
    keys: Texts,
    hasher: RandomState,
}

impl Default for Pairs {
    fn default() -> Self {
        let mut keys = Texts::default();
        keys.intern(b"le");
        keys.intern(b"quantile");
        Self {
            texts: Texts::default(),
            entries: Vec::new(),
            mixes: Vec::new(),
            keys,
            hasher: RandomState::default(),
        }
    }
}

impl Pairs {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many label names there are.
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// A label name.
    pub fn key_name(&self, key: KeyId) -> &[u8] {
        self.keys.text(key)
    }

    /// What is known of a pair.
    pub fn entry(&self, pair: PairId) -> Pair {
        self.entries[pair as usize]
    }

    /// A random-looking number that stands for the pair; 0 where the value is empty.
    pub fn mix(&self, pair: PairId) -> u64 {
        self.mixes[pair as usize]
    }

    /// The pair as written.
    pub fn text(&self, pair: PairId) -> &[u8] {
        self.texts.text(pair)
    }

    /// The value of a canonical pair, unescaped.
    pub fn value(&self, pair: PairId) -> Cow<'_, [u8]> {
        let text = self.texts.text(pair);
        let start = self.entry(pair).value_start as usize;
        unescape(&text[start..text.len() - 1])
    }

    /// The number of a label of a sample.
    pub fn intern(&mut self, label: &Label<'_>) -> PairId {
        match self.texts.find(label.text) {
            Some(id) => id,
            None => self.add(label.text, &label.name(), &label.value()),
        }
    }

    /// The number that a canonical pair of another dictionary has here.
    pub fn adopt(&mut self, other: &Pairs, pair: PairId) -> PairId {
        let text = other.text(pair);
        match self.texts.find(text) {
            Some(id) => self.entry(id).canonical,
            None => self.add(
                text,
                other.key_name(other.entry(pair).key),
                &other.value(pair),
            ),
        }
    }

    /// The number that a label name of another dictionary has here.
    pub fn adopt_key(&mut self, name: &[u8]) -> KeyId {
        self.keys.intern(name).0
    }

    fn add(&mut self, text: &[u8], name: &[u8], value: &[u8]) -> PairId {
        let (key, _) = self.keys.intern(name);
        let (plain, value_start) = canonical_text(name, value);
        let pair = Pair {
            key,
            canonical: self.entries.len() as PairId,
            body_bytes: plain.len() as u32 + 1,
            value_start: value_start as u32,
            empty: value.is_empty(),
        };
        if text == plain {
            return self.push(text, pair);
        }
        let canonical = match self.texts.find(&plain) {
            Some(id) => id,
            None => self.push(&plain, pair),
        };
        let as_written = Pair {
            canonical,
            body_bytes: text.len() as u32 + 1,
            ..pair
        };
        self.push(text, as_written)
    }

    /// Adds a text that is not known yet.
    fn push(&mut self, text: &[u8], pair: Pair) -> PairId {
        let (id, _) = self.texts.intern(text);
        let Pair {
            canonical, empty, ..
        } = pair;
        self.entries.push(pair);
        let mix = if empty {
            0
        } else {
            self.hasher.hash_one(canonical)
        };
        self.mixes.push(mix);
        id
    }
}

/// `name="value"` in its plainest spelling: no blanks, the name quoted only where it must be, the three
/// escapes of the text format and no others.
///
/// Comes with the place where the value begins.
fn canonical_text(name: &[u8], value: &[u8]) -> (Vec<u8>, usize) {
    let mut text = canonical_name(name);
    text.extend_from_slice(b"=\"");
    let value_start = text.len();
    escape_into(value, &mut text);
    text.push(b'"');
    (text, value_start)
}

fn canonical_name(name: &[u8]) -> Vec<u8> {
    let plain = |(at, byte): (usize, &u8)| {
        byte.is_ascii_alphabetic() || *byte == b'_' || (at > 0 && byte.is_ascii_digit())
    };
    if name.iter().enumerate().all(plain) {
        return name.to_vec();
    }
    let mut text = vec![b'"'];
    escape_into(name, &mut text);
    text.push(b'"');
    text
}

fn escape_into(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'\\' => out.extend_from_slice(br"\\"),
            b'"' => out.extend_from_slice(br#"\""#),
            b'\n' => out.extend_from_slice(br"\n"),
            byte => out.push(byte),
        }
    }
}
