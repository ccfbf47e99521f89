//! Attributes of a resource, a scope or a data point (`pcommon.Map`).

use std::fmt;
use std::rc::Rc;

use super::text::Text;
use super::value::Value;

/// Values by key, in the order in which they were first set. A key is there once at most.
///
/// Cloning is cheap: the pairs are shared until one of the clones is changed. Those of a scraped point are
/// not even looked up before somebody asks for them: most points go as they came.
#[derive(Clone)]
pub struct Attributes(Repr);

type Pairs = Vec<(Text, Value)>;

#[derive(Clone)]
enum Repr {
    Own(Rc<Pairs>),
    Row { rows: Rc<dyn Rows>, row: u32 },
}

/// Label sets that are kept elsewhere, by number.
pub trait Rows {
    /// The pairs of one of them. Points of several metrics may have the same label set: it is looked up once.
    fn pairs(&self, row: u32) -> &[(Text, Value)];
    /// How many pairs it has.
    fn len(&self, row: u32) -> usize;
    /// Bytes of its pairs as exposition, `name="value"` and a separator each.
    fn text_bytes(&self, row: u32) -> u64;
}

impl Attributes {
    /// The label set `row` of `rows`, which is looked up when it is asked for.
    pub fn of_row(rows: Rc<dyn Rows>, row: u32) -> Self {
        Self(Repr::Row { rows, row })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Own(pairs) => pairs.len(),
            Repr::Row { rows, row } => rows.len(*row),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether these are the labels of a scrape as they came.
    pub fn is_as_scraped(&self) -> bool {
        matches!(self.0, Repr::Row { .. })
    }

    /// Bytes of the pairs as exposition, `name="value"` and a separator each.
    pub fn text_bytes(&self) -> u64 {
        match &self.0 {
            Repr::Own(pairs) => pairs
                .iter()
                .map(|(key, value)| pair_bytes(key, value))
                .sum(),
            Repr::Row { rows, row } => rows.text_bytes(*row),
        }
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let pair = self.pairs().iter().find(|(own, _)| own.as_str() == key);
        pair.map(|(_, value)| value)
    }

    /// The value of `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let at = self.position(key)?;
        Some(&mut self.pairs_mut()[at].1)
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Value)> {
        self.pairs().iter().map(|(key, value)| (key, value))
    }

    /// All pairs in order, to be picked by number.
    pub fn pairs(&self) -> &[(Text, Value)] {
        match &self.0 {
            Repr::Own(pairs) => pairs,
            Repr::Row { rows, row } => rows.pairs(*row),
        }
    }

    /// Sets `key`; a new one goes to the end.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        let key = key.into();
        let at = self.position(&key);
        let pairs = self.pairs_mut();
        match at {
            Some(at) => pairs[at].1 = value.into(),
            None => pairs.push((key, value.into())),
        }
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.position(key)?;
        Some(self.pairs_mut().remove(at).1)
    }

    /// Takes out every pair for which `keep`, asked once for each in order, is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&Text, &Value) -> bool) {
        let kept: Vec<bool> = self.iter().map(|(key, value)| keep(key, value)).collect();
        if kept.iter().all(|kept| *kept) {
            return;
        }
        let mut kept = kept.into_iter();
        self.pairs_mut().retain(|_| kept.next().unwrap_or(true));
    }

    /// Takes all pairs out.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.pairs().iter().position(|(own, _)| own.as_str() == key)
    }

    fn pairs_mut(&mut self) -> &mut Pairs {
        if let Repr::Row { rows, row } = &self.0 {
            self.0 = Repr::Own(Rc::new(rows.pairs(*row).to_vec()));
        }
        match &mut self.0 {
            Repr::Own(pairs) => Rc::make_mut(pairs),
            Repr::Row { .. } => unreachable!("was made its own above"),
        }
    }
}

/// Bytes of `name="value"` and a separator.
pub fn pair_bytes(key: &str, value: &Value) -> u64 {
    let value = match value {
        Value::Str(text) => text.len(),
        other => other.to_string().len(),
    };
    key.len() as u64 + value as u64 + 4
}

impl Default for Attributes {
    fn default() -> Self {
        thread_local! {
            static NONE: Rc<Pairs> = Rc::default();
        }
        Self(Repr::Own(NONE.with(Rc::clone)))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Equal if they hold the same pairs, in any order.
impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.pairs(), other.pairs())
            || (self.len() == other.len()
                && self
                    .iter()
                    .all(|(key, value)| other.get(key) == Some(value)))
    }
}

impl<K: Into<Text>, V: Into<Value>> FromIterator<(K, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut attributes = Self::default();
        for (key, value) in pairs {
            attributes.insert(key, value);
        }
        attributes
    }
}
