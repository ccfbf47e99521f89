//! Attributes of a resource, a scope or a data point (`pcommon.Map`).

use std::rc::Rc;

use super::text::Text;
use super::value::Value;

/// Values by key, in the order in which they were first set. A key is there once at most.
///
/// Cloning is cheap: the pairs are shared until one of the clones is changed.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    pairs: Rc<Vec<(Text, Value)>>,
}

impl Attributes {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let pair = self.pairs.iter().find(|(own, _)| own.as_str() == key);
        pair.map(|(_, value)| value)
    }

    /// The value of `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let at = self.position(key)?;
        Some(&mut Rc::make_mut(&mut self.pairs)[at].1)
    }

    /// All pairs in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Value)> {
        self.pairs.iter().map(|(key, value)| (key, value))
    }

    /// Sets `key`; a new one goes to the end.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        let key = key.into();
        let at = self.position(&key);
        let pairs = Rc::make_mut(&mut self.pairs);
        match at {
            Some(at) => pairs[at].1 = value.into(),
            None => pairs.push((key, value.into())),
        }
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.position(key)?;
        Some(Rc::make_mut(&mut self.pairs).remove(at).1)
    }

    /// Takes out every pair for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&Text, &Value) -> bool) {
        if self.pairs.iter().all(|(key, value)| keep(key, value)) {
            return;
        }
        Rc::make_mut(&mut self.pairs).retain(|(key, value)| keep(key, value));
    }

    /// Takes all pairs out.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.pairs.iter().position(|(own, _)| own.as_str() == key)
    }
}

/// Equal if they hold the same pairs, in any order.
impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.pairs, &other.pairs)
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
