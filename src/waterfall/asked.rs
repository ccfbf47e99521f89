//! Labels of what stands behind a stage, family by family, where somebody asks for them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use foldhash::HashMap;
use foldhash::HashSet;
use globset::GlobMatcher;

use super::difference::family;
use crate::census::LabelValues;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metric;
use crate::collector::text::Text;
use crate::collector::value::Value;

/// Counts the labels that are asked for, of the series of one stage. Texts that are the very same ones in memory as
/// those in the same place of the label set before are not looked up again.
#[derive(Debug, Default)]
pub(super) struct StageLabels {
    asked: Vec<Option<GlobMatcher>>,
    /// Number of each label; none where nobody asks for it.
    known: HashMap<Text, Option<u32>>,
    labels: Vec<Label>,
    families: HashMap<Text, u32>,
    /// Number of the family of each sample name.
    of_sample: HashMap<Text, u32>,
    family_names: Vec<Text>,
    /// By family and label.
    counts: HashMap<(u32, u32), Counted>,
    /// Bounds that have been counted, by family, label and bits.
    bounds: HashSet<(u32, u32, u64)>,
    /// The label set read last.
    last: Vec<Place>,
}

#[derive(Debug)]
struct Label {
    name: Text,
    /// Number of each value.
    values: HashMap<Text, u32>,
}

#[derive(Debug, Default)]
struct Counted {
    series: u64,
    values: HashSet<u32>,
}

/// What stands at one place of a label set.
#[derive(Debug)]
struct Place {
    name: Text,
    label: Option<u32>,
    value: Text,
    /// Number of the value; none where it is empty, which is no label to a store.
    number: Option<u32>,
}

/// The same, ready to be handed to another thread.
#[derive(Debug, Default)]
pub(super) struct LabelsPart {
    /// Name of each label, and its values.
    labels: Vec<(String, Vec<String>)>,
    /// Family, label, series, and which values.
    counts: Vec<(String, u32, u64, Vec<u32>)>,
}

impl StageLabels {
    /// Counts labels whose names one of these matches; `None` is any name.
    pub(super) fn new(asked: Vec<Option<GlobMatcher>>) -> Self {
        Self {
            asked,
            ..Self::default()
        }
    }

    /// Counts some points of a metric.
    pub(super) fn count_metric(&mut self, metric: &Metric, points: impl Iterator<Item = usize>) {
        let family = self.family(&metric.name);
        for point in points {
            let Some(common) = metric.data.common(point) else {
                continue;
            };
            let series = metric.data.series(point);
            self.read(common.attributes.iter().map(|(name, value)| {
                let text = match value {
                    Value::Str(text) => Cow::Borrowed(text),
                    other => Cow::Owned(Text::from(other.to_string())),
                };
                (name, text)
            }));
            self.count(family, series.total());
            match &metric.data {
                Data::Histogram { points, .. } => {
                    let infinite = std::iter::once(&f64::INFINITY);
                    let bounds = points[point].bounds.iter().chain(infinite);
                    let bounds = bounds.map(|bound| bound.to_bits());
                    self.count_bounds(family, "le", series.buckets, bounds, bound_text);
                }
                Data::Summary(points) => {
                    let quantiles = points[point].quantiles.iter();
                    let quantiles = quantiles.map(|(quantile, _)| quantile.to_bits());
                    self.count_bounds(family, "quantile", series.values, quantiles, bound_text);
                }
                _ => {}
            }
        }
    }

    /// The number of a family by its own name.
    pub(super) fn family(&mut self, name: &Text) -> u32 {
        if let Some(&family) = self.families.get(name) {
            return family;
        }
        let family = self.family_names.len() as u32;
        self.family_names.push(name.clone());
        self.families.insert(name.clone(), family);
        family
    }

    /// The number of the family that a sample name belongs to.
    pub(super) fn family_of_sample(&mut self, name: &Text) -> u32 {
        if let Some(&family) = self.of_sample.get(name) {
            return family;
        }
        let family = self.family(&Text::from(family(name)));
        self.of_sample.insert(name.clone(), family);
        family
    }

    /// Looks at a label set, and remembers it for [`StageLabels::count`].
    pub(super) fn read<'a>(&mut self, labels: impl Iterator<Item = (&'a Text, Cow<'a, Text>)>) {
        let mut length = 0;
        for (at, (name, value)) in labels.enumerate() {
            length = at + 1;
            let label = match self.last.get(at) {
                Some(before) if before.name.is_clone_of(name) => {
                    if before.label.is_none() || before.value.is_clone_of(&value) {
                        continue;
                    }
                    before.label
                }
                _ => self.label(name),
            };
            let place = Place {
                name: name.clone(),
                label,
                number: label.and_then(|label| self.value(label, &value)),
                value: value.into_owned(),
            };
            match self.last.get_mut(at) {
                Some(known) => *known = place,
                None => self.last.push(place),
            }
        }
        self.last.truncate(length);
    }

    /// Counts so many series of a family that have the label set read last.
    pub(super) fn count(&mut self, family: u32, series: u64) {
        if series == 0 {
            return;
        }
        for place in &self.last {
            if let (Some(label), Some(value)) = (place.label, place.number) {
                let counted = self.counts.entry((family, label)).or_default();
                counted.series += series;
                counted.values.insert(value);
            }
        }
    }

    /// Counts the label by which the buckets or quantiles of a point are told apart, with the bits of each bound.
    pub(super) fn count_bounds(
        &mut self,
        family: u32,
        label: &str,
        series: u64,
        bounds: impl Iterator<Item = u64>,
        text: impl Fn(u64) -> Text,
    ) {
        let label = match self.known.get(label) {
            Some(&known) => known,
            None => self.label(&label.into()),
        };
        let Some(label) = label.filter(|_| series > 0) else {
            return;
        };
        self.counts.entry((family, label)).or_default().series += series;
        for bound in bounds {
            if self.bounds.insert((family, label, bound)) {
                let value = self.value(label, &text(bound));
                let counted = self.counts.entry((family, label)).or_default();
                counted.values.extend(value);
            }
        }
    }

    /// The number of a label, if it is asked for.
    fn label(&mut self, name: &Text) -> Option<u32> {
        if let Some(&known) = self.known.get(name) {
            return known;
        }
        let mut asked = self.asked.iter();
        let is_asked = asked.any(|glob| {
            glob.as_ref()
                .is_none_or(|glob| glob.is_match(name.as_str()))
        });
        let label = is_asked.then_some(self.labels.len() as u32);
        if is_asked {
            self.labels.push(Label {
                name: name.clone(),
                values: HashMap::default(),
            });
        }
        self.known.insert(name.clone(), label);
        label
    }

    fn value(&mut self, label: u32, value: &Text) -> Option<u32> {
        if value.is_empty() {
            return None;
        }
        let values = &mut self.labels[label as usize].values;
        if let Some(&known) = values.get(value) {
            return Some(known);
        }
        let number = values.len() as u32;
        values.insert(value.clone(), number);
        Some(number)
    }

    /// The counts without anything that must stay in its thread.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "counts do not depend on the order, and values are put in theirs"
    )]
    pub(super) fn finish(self) -> LabelsPart {
        let mut part = LabelsPart::default();
        for label in self.labels {
            let mut values = vec![String::new(); label.values.len()];
            for (value, number) in label.values {
                values[number as usize] = value.to_string();
            }
            part.labels.push((label.name.to_string(), values));
        }
        for ((family, label), counted) in self.counts {
            let family = self.family_names[family as usize].to_string();
            let values = counted.values.into_iter().collect();
            part.counts.push((family, label, counted.series, values));
        }
        part
    }
}

/// A bound as a label, as far as nothing has written it yet.
fn bound_text(bits: u64) -> Text {
    match f64::from_bits(bits) {
        f64::INFINITY => "+Inf".into(),
        bound => Text::from(bound.to_string()),
    }
}

/// Puts the workers' counts together, by family, then label.
pub(super) fn merge(parts: &[LabelsPart]) -> Vec<LabelValues> {
    let mut values_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, values) in parts.iter().flat_map(|part| &part.labels) {
        let all = values_of.entry(name).or_default();
        all.extend(values.iter().map(String::as_str));
    }
    let numbers: BTreeMap<&str, HashMap<&str, u32>> = values_of
        .into_iter()
        .map(|(name, values)| (name, values.into_iter().zip(0..).collect()))
        .collect();
    let mut counts: BTreeMap<(&str, &str), (u64, BTreeSet<u32>)> = BTreeMap::new();
    for part in parts {
        for (family, label, series, values) in &part.counts {
            let (name, texts) = &part.labels[*label as usize];
            let numbers = &numbers[name.as_str()];
            let (all, known) = counts.entry((family, name)).or_default();
            *all += series;
            known.extend(
                values
                    .iter()
                    .map(|&value| numbers[texts[value as usize].as_str()]),
            );
        }
    }
    let listed =
        |((family, label), (series, values)): ((&str, &str), (u64, BTreeSet<u32>))| LabelValues {
            family: family.to_owned(),
            label: label.to_owned(),
            series,
            values: values.into_iter().collect(),
        };
    counts.into_iter().map(listed).collect()
}
