//! Labels of what arrives: how many series carry each, and how many values it has.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use foldhash::HashMap;
use foldhash::HashSet;

use super::ArrivingLabel;
use super::identity::Identity;
use crate::collector::exporters;
use crate::collector::text::Text;

/// Counts labels. A pair of texts that are the very same ones in memory is looked up by their addresses alone,
/// and not even that where it stands in the same place as in the label set before.
#[derive(Debug, Default)]
pub(super) struct LabelCounter {
    identity: Identity,
    /// Number of the pair, by the addresses of its name and value.
    known: HashMap<(usize, usize), u32>,
    pairs: Vec<Pair>,
    by_name: HashMap<Text, u32>,
    labels: Vec<Label>,
    /// The pairs of the label set read last.
    set: Vec<u32>,
}

/// A name and a value. That they are held keeps their addresses from being used again.
#[derive(Debug)]
struct Pair {
    name: Text,
    value: Text,
    /// Index of its label; none if the value is empty, which is no label to a store.
    label: Option<u32>,
    /// Stands for the pair, and in sums of such for label sets.
    number: u64,
    /// The same if it says which target it is, else zero.
    of_target: u64,
    /// Bytes as exposition, with a separator.
    bytes: u64,
}

#[derive(Debug, Default)]
struct Label {
    name: Text,
    series: u64,
    values: HashSet<Text>,
}

/// What is known of a label set.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LabelSet {
    /// How many labels it has.
    pub(super) count: usize,
    /// Their bytes as exposition, each with a separator.
    pub(super) bytes: u64,
    /// A number that stands for it.
    pub(super) number: u64,
    /// A number that stands for its job and instance.
    pub(super) target: u64,
}

/// The same, ready to be handed to another thread.
pub(super) type Labels = BTreeMap<String, (u64, BTreeSet<String>)>;

fn address(text: &Text) -> usize {
    text.as_str().as_ptr() as usize
}

impl LabelCounter {
    /// Looks at a label set, and remembers it for [`LabelCounter::count`].
    pub(super) fn read(&mut self, labels: &[exporters::Label]) -> LabelSet {
        let mut set = LabelSet::default();
        self.set.resize(labels.len(), u32::MAX);
        for (at, label) in labels.iter().enumerate() {
            let is_before = self.pairs.get(self.set[at] as usize).is_some_and(|pair| {
                pair.name.is_clone_of(&label.name) && pair.value.is_clone_of(&label.value)
            });
            if !is_before {
                self.set[at] = self.pair(&label.name, &label.value);
            }
            let pair = &self.pairs[self.set[at] as usize];
            set.count += usize::from(pair.label.is_some());
            set.bytes += pair.bytes;
            set.number = set.number.wrapping_add(pair.number);
            set.target = set.target.wrapping_add(pair.of_target);
        }
        set
    }

    /// Counts the labels of so many series that have the label set read last.
    pub(super) fn count(&mut self, series: u64) {
        for &pair in &self.set {
            if let Some(label) = self.pairs[pair as usize].label {
                self.labels[label as usize].series += series;
            }
        }
    }

    /// The name of the label at an index.
    pub(super) fn name(&self, label: u32) -> &Text {
        &self.labels[label as usize].name
    }

    /// Counts one label of so many series; comes with its index.
    pub(super) fn add(&mut self, name: &Text, value: &Text, series: u64) -> Option<u32> {
        let pair = self.pair(name, value);
        let label = self.pairs[pair as usize].label;
        if let Some(label) = label {
            self.add_to(label, series);
        }
        label
    }

    /// Counts the label at an index of so many series.
    pub(super) fn add_to(&mut self, label: u32, series: u64) {
        self.labels[label as usize].series += series;
    }

    fn pair(&mut self, name: &Text, value: &Text) -> u32 {
        let addresses = (address(name), address(value));
        match self.known.get(&addresses) {
            Some(&pair) => pair,
            None => self.learn(name, value),
        }
    }

    fn learn(&mut self, name: &Text, value: &Text) -> u32 {
        let mut pair = Pair {
            name: name.clone(),
            value: value.clone(),
            label: None,
            number: 0,
            of_target: 0,
            bytes: 0,
        };
        if !value.is_empty() {
            let labels = &mut self.labels;
            let label = *self.by_name.entry(name.clone()).or_insert_with(|| {
                labels.push(Label {
                    name: name.clone(),
                    ..Label::default()
                });
                labels.len() as u32 - 1
            });
            labels[label as usize].values.insert(value.clone());
            pair.label = Some(label);
            pair.number = self.identity.labels(std::iter::once((&**name, &**value)));
            if matches!(name.as_str(), "job" | "instance") {
                pair.of_target = pair.number;
            }
            pair.bytes = name.len() as u64 + value.len() as u64 + 4;
        }
        let number = self.pairs.len() as u32;
        self.pairs.push(pair);
        self.known.insert((address(name), address(value)), number);
        number
    }

    pub(super) fn finish(self) -> Labels {
        let named = |label: Label| {
            let values = label.values.iter().map(ToString::to_string).collect();
            (label.name.to_string(), (label.series, values))
        };
        self.labels.into_iter().map(named).collect()
    }
}

/// Adds the labels that another worker counted.
pub(super) fn merge(into: &mut Labels, from: Labels) {
    for (name, (series, values)) in from {
        let (all, known) = into.entry(name).or_default();
        *all += series;
        known.extend(values);
    }
}

/// The labels by name.
pub(super) fn list(labels: Labels) -> Vec<ArrivingLabel> {
    let listed = |(name, (series, values)): (String, (u64, BTreeSet<String>))| ArrivingLabel {
        name,
        series,
        values: values.len() as u64,
    };
    labels.into_iter().map(listed).collect()
}
