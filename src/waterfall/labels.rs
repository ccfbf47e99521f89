//! Labels of what arrives: how many series carry each, and how many values it has.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use foldhash::HashMap;
use foldhash::HashSet;

use super::ArrivingLabel;
use crate::collector::text::Text;

/// Counts labels. A pair of texts that are the very same ones in memory is looked up by their addresses alone.
#[derive(Debug, Default)]
pub(super) struct LabelCounter {
    /// Index of the label, by the addresses of its name and value.
    known: HashMap<(usize, usize), usize>,
    /// What keeps these addresses from being used again.
    held: Vec<(Text, Text)>,
    by_name: HashMap<Text, usize>,
    labels: Vec<Label>,
}

#[derive(Debug, Default)]
struct Label {
    name: Text,
    series: u64,
    values: HashSet<Text>,
}

/// The same, ready to be handed to another thread.
pub(super) type Labels = BTreeMap<String, (u64, BTreeSet<String>)>;

fn address(text: &Text) -> usize {
    text.as_str().as_ptr() as usize
}

impl LabelCounter {
    /// Counts one label of so many series.
    pub(super) fn add(&mut self, name: &Text, value: &Text, series: u64) {
        let addresses = (address(name), address(value));
        let at = match self.known.get(&addresses) {
            Some(&at) => at,
            None => self.learn(name, value),
        };
        self.labels[at].series += series;
    }

    fn learn(&mut self, name: &Text, value: &Text) -> usize {
        let labels = &mut self.labels;
        let at = *self.by_name.entry(name.clone()).or_insert_with(|| {
            labels.push(Label {
                name: name.clone(),
                ..Label::default()
            });
            labels.len() - 1
        });
        self.labels[at].values.insert(value.clone());
        self.held.push((name.clone(), value.clone()));
        self.known.insert((address(name), address(value)), at);
        at
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
