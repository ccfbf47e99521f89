//! The labels of one series or target, while rules change them.

use super::super::text::Text;

/// A set of labels, sorted by name. An empty value is no label.
///
/// It remembers which labels came in and which were set since, as Prometheus' label builder
/// (`model/labels/labels_common.go`) does: it decides which of two labels wins that `labelmap` gives one name.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    entries: Vec<Entry>,
    /// Number of the last change.
    changes: u32,
}

#[derive(Debug, Clone)]
struct Entry {
    name: Text,
    value: Text,
    /// Zero for a label that came in and was not set since; else it grows in the order of setting.
    change: u32,
}

impl Labels {
    /// No labels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes all labels out; memory is kept.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.changes = 0;
    }

    /// The value of a label; `None` where there is none.
    pub fn get(&self, name: &str) -> Option<&Text> {
        let at = self.find(name).ok()?;
        Some(&self.entries[at].value)
    }

    /// Sets a label, or takes it out if the value is empty.
    pub fn set(&mut self, name: Text, value: Text) {
        if value.is_empty() {
            self.remove(&name);
            return;
        }
        match self.find(&name) {
            Ok(at) => {
                let entry = &mut self.entries[at];
                entry.value = value;
                if entry.change == 0 {
                    self.changes += 1;
                    entry.change = self.changes;
                }
            }
            Err(at) => {
                self.changes += 1;
                let change = self.changes;
                let entry = Entry {
                    name,
                    value,
                    change,
                };
                self.entries.insert(at, entry);
            }
        }
    }

    /// As [`Labels::set`]; texts are made only where they are not there yet.
    pub fn set_str(&mut self, name: &str, value: &str) {
        match self.find(name) {
            Ok(at) if !value.is_empty() => {
                let entry = &mut self.entries[at];
                if entry.value.as_str() != value {
                    entry.value = value.into();
                }
                if entry.change == 0 {
                    self.changes += 1;
                    entry.change = self.changes;
                }
            }
            _ => self.set(name.into(), value.into()),
        }
    }

    /// Takes a label out; true if it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        match self.find(name) {
            Ok(at) => {
                self.entries.remove(at);
                true
            }
            Err(_) => false,
        }
    }

    /// Keeps the labels for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&Text, &Text) -> bool) {
        self.entries.retain(|entry| keep(&entry.name, &entry.value));
    }

    /// Takes the labels as they are now for those that came in. To be called when a set is complete, before
    /// rules are applied to it.
    pub fn settle(&mut self) {
        self.changes = 0;
        for entry in &mut self.entries {
            entry.change = 0;
        }
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Text)> {
        self.entries.iter().map(|entry| (&entry.name, &entry.value))
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The labels in the order in which Prometheus goes through them: those that came in by name, then those
    /// that were set, oldest first.
    pub(super) fn in_order_of_change(&self) -> Vec<(&Text, &Text)> {
        let mut order: Vec<&Entry> = self.entries.iter().collect();
        order.sort_by_key(|entry| entry.change);
        let pairs = order.into_iter();
        pairs.map(|entry| (&entry.name, &entry.value)).collect()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.name.as_str().cmp(name))
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Labels {}

impl FromIterator<(Text, Text)> for Labels {
    /// In any order; of labels with one name the last counts.
    fn from_iter<I: IntoIterator<Item = (Text, Text)>>(pairs: I) -> Self {
        let mut labels = Self::new();
        for (name, value) in pairs {
            labels.set(name, value);
        }
        labels.settle();
        labels
    }
}
