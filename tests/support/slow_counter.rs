//! Counts with sets of whole label sets, one question at a time.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::slow_reader::Line;
use super::slow_reader::SlowSample;
use super::slow_reader::lines;

type Labels = BTreeMap<String, String>;
type Series = (String, Labels);

/// One family in one target.
#[derive(Debug, Default, Clone)]
pub(crate) struct SlowFamily {
    pub(crate) family_type: String,
    pub(crate) samples: Vec<SlowSample>,
    pub(crate) sample_bytes: u64,
    pub(crate) metadata_bytes: u64,
}

/// Families of one body by name, with its samples and rejects.
pub(crate) struct SlowTarget {
    pub(crate) families: BTreeMap<String, SlowFamily>,
    /// Bytes of `# HELP` and `# UNIT` lines of names that are no family here; they may be one elsewhere.
    pub(crate) described: BTreeMap<String, u64>,
    pub(crate) samples: u64,
    pub(crate) rejects: u64,
    pub(crate) lines: u64,
    pub(crate) other_lines: u64,
}

/// Reads one body.
pub(crate) fn target(body: &[u8]) -> SlowTarget {
    let lines = lines(body);
    let mut types = BTreeMap::new();
    for (line, _) in &lines {
        if let Line::Type(name, family_type) = line {
            types
                .entry(name.clone())
                .or_insert_with(|| family_type.clone());
        }
    }
    let mut target = SlowTarget {
        families: BTreeMap::new(),
        described: BTreeMap::new(),
        samples: 0,
        rejects: 0,
        lines: lines.len() as u64,
        other_lines: 0,
    };
    for (name, family_type) in &types {
        target.families.entry(name.clone()).or_default().family_type = family_type.clone();
    }
    for (line, bytes) in &lines {
        if let Line::Sample(sample) = line {
            target.samples += 1;
            let name = family_of(&sample.name, &types);
            let family = target.families.entry(name).or_default();
            family.samples.push(sample.clone());
            family.sample_bytes += bytes;
        }
    }
    for (line, bytes) in lines {
        match line {
            Line::Sample(_) => {}
            Line::Reject => target.rejects += 1,
            Line::Type(name, _) | Line::Described(name) => {
                target.other_lines += 1;
                match target.families.get_mut(&name) {
                    Some(family) => family.metadata_bytes += bytes,
                    None => *target.described.entry(name).or_default() += bytes,
                }
            }
            Line::Blank | Line::Comment => target.other_lines += 1,
        }
    }
    target
}

fn family_of(name: &str, types: &BTreeMap<String, String>) -> String {
    if types.contains_key(name) {
        return name.to_owned();
    }
    for (suffix, of) in [
        ("_total", vec!["counter"]),
        ("_created", vec!["counter", "histogram", "summary"]),
        ("_bucket", vec!["histogram", "gaugehistogram"]),
        ("_sum", vec!["histogram", "summary"]),
        ("_count", vec!["histogram", "summary"]),
        ("_gsum", vec!["gaugehistogram"]),
        ("_gcount", vec!["gaugehistogram"]),
        ("_info", vec!["info"]),
    ] {
        if let Some(stem) = name.strip_suffix(suffix)
            && types
                .get(stem)
                .is_some_and(|known| of.contains(&known.as_str()))
        {
            return stem.to_owned();
        }
    }
    name.to_owned()
}

fn series_of(sample: &SlowSample) -> Series {
    let labels = sample
        .labels
        .iter()
        .filter(|(_, value, _)| !value.is_empty());
    let labels = labels
        .map(|(key, value, _)| (key.clone(), value.clone()))
        .collect();
    (sample.name.clone(), labels)
}

impl SlowFamily {
    pub(crate) fn series(&self) -> BTreeSet<Series> {
        self.samples.iter().map(series_of).collect()
    }

    pub(crate) fn label_names(&self) -> BTreeSet<String> {
        let names = self.samples.iter().flat_map(|sample| &sample.labels);
        names.map(|(key, _, _)| key.clone()).collect()
    }

    /// Series that vanish without `label`.
    pub(crate) fn marginal_saving(&self, label: &str) -> u64 {
        let series = self.series();
        let without: BTreeSet<Series> = series
            .iter()
            .map(|(name, labels)| {
                let mut labels = labels.clone();
                labels.remove(label);
                (name.clone(), labels)
            })
            .collect();
        (series.len() - without.len()) as u64
    }

    pub(crate) fn values(&self, label: &str) -> BTreeMap<String, u64> {
        let mut values = BTreeMap::new();
        for (_, labels) in self.series() {
            if let Some(value) = labels.get(label) {
                *values.entry(value.clone()).or_default() += 1;
            }
        }
        values
    }

    pub(crate) fn label_bytes(&self, label: &str) -> u64 {
        let labels = self.samples.iter().flat_map(|sample| &sample.labels);
        labels
            .filter(|(key, _, _)| key == label)
            .map(|(_, _, bytes)| bytes)
            .sum()
    }

    /// Label sets without the bounds that tell the lines of a histogram or summary apart.
    fn rows(&self) -> BTreeSet<Labels> {
        let row = |(_, mut labels): Series| {
            labels.remove("le");
            labels.remove("quantile");
            labels
        };
        self.series().into_iter().map(row).collect()
    }

    pub(crate) fn otlp_data_points(&self) -> u64 {
        let series = self.series();
        match self.family_type.as_str() {
            "histogram" | "summary" => {
                let mut rows = BTreeSet::new();
                for (name, mut labels) in series {
                    if name.ends_with("_count") {
                        let bound = if self.family_type == "summary" {
                            "quantile"
                        } else {
                            "le"
                        };
                        labels.remove(bound);
                        rows.insert(labels);
                    }
                }
                rows.len() as u64
            }
            _ => {
                let created: BTreeSet<Labels> = series
                    .iter()
                    .filter(|(name, _)| self.family_type == "counter" && name.ends_with("_created"))
                    .map(|(_, labels)| labels.clone())
                    .collect();
                series.len() as u64 - created.len() as u64
            }
        }
    }

    /// Whether equal values of `by` always come with equal values of `label`.
    pub(crate) fn determines(&self, by: &[String], label: &str) -> bool {
        let mut seen: BTreeMap<Vec<Option<String>>, Option<String>> = BTreeMap::new();
        self.rows().into_iter().all(|row| {
            let key = by.iter().map(|name| row.get(name).cloned()).collect();
            let value = row.get(label).cloned();
            *seen.entry(key).or_insert_with(|| value.clone()) == value
        })
    }
}
