//! From the workers' counts to the census: merging, naming and ordering.

use std::collections::BTreeMap;

use super::Census;
use super::FamilyCount;
use super::FamilyLabel;
use super::LabelCount;
use super::Redundancy;
use super::Spread;
use super::TOP_VALUES;
use super::TargetCount;
use super::Totals;
use super::ValueCount;
use super::class::ValueClass;
use super::class::class_of;
use super::class::shared_class;
use super::family::FamilyTally;
use super::family::LabelTally;
use super::redundancy;
use super::tally::Tally;
use crate::exposition::FamilyType;
use crate::exposition::unescape;
use crate::table::KeyId;
use crate::table::PairId;

/// Canonical pairs of one label, with their series.
type Values = Vec<(PairId, u64)>;

impl Tally {
    /// Adds the count of another worker. Neither has a target under way.
    pub fn merge(&mut self, other: Self) {
        let pairs: Vec<PairId> = (0..other.table.pairs.len() as PairId)
            .map(|pair| match other.table.pairs.entry(pair) {
                entry if entry.canonical == pair => {
                    self.table.pairs.adopt(&other.table.pairs, pair)
                }
                _ => PairId::MAX,
            })
            .collect();
        let keys: Vec<KeyId> = (0..other.table.pairs.key_count() as KeyId)
            .map(|key| self.table.pairs.adopt_key(other.table.pairs.key_name(key)))
            .collect();
        for (name, &series) in other.series_of_name.iter().enumerate() {
            let (name, _) = self.table.names.intern(other.table.names.text(name as u32));
            let longer = self.series_of_name.len().max(name as usize + 1);
            self.series_of_name.resize(longer, 0);
            self.series_of_name[name as usize] += series;
        }
        let first_target = self.targets.len() as u32;
        self.targets.extend(other.targets);
        for (id, family) in other.families.tallies.into_iter().enumerate() {
            let mine = self.families.intern(other.families.names.text(id as u32));
            let mine = &mut self.families.tallies[mine as usize];
            for &name in &family.sample_names {
                mine.add_sample_name(self.table.names.intern(other.table.names.text(name)).0);
            }
            merge_family(mine, family, &pairs, &keys, first_target);
        }
    }

    /// Names and orders everything.
    pub fn finish(mut self) -> Census {
        let targets = self.order_targets();
        let mut census = Census {
            totals: self.totals(),
            targets,
            names: self.names(),
            ..Census::default()
        };
        let tallies = std::mem::take(&mut self.families.tallies);
        let named = |(id, tally): (usize, FamilyTally)| {
            let name = self.families.names.text(id as u32);
            tally.seen.then(|| (name.to_vec(), tally))
        };
        let mut families: Vec<_> = tallies.into_iter().enumerate().filter_map(named).collect();
        families.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let classes = self.classes();
        census.families = families
            .iter()
            .map(|(name, family)| self.family_count(name, family, &classes))
            .collect();
        census.labels = self.label_counts(&families, &census.families, &classes);
        census.labels_per_series = Self::labels_per_series(&families);
        if !self.asked.values_of.is_empty() {
            census.values = self.label_values(&families);
        }
        redundancy::explain(&self.table.pairs, &families, &mut census);
        census
    }

    /// Sorts the targets by name and origin and renumbers them everywhere.
    fn order_targets(&mut self) -> Vec<TargetCount> {
        let mut order: Vec<u32> = (0..self.targets.len() as u32).collect();
        let key = |&at: &u32| {
            let target = &self.targets[at as usize];
            (&target.name, &target.origin, target.series)
        };
        order.sort_by(|a, b| key(a).cmp(&key(b)));
        let mut place = vec![0; order.len()];
        for (to, &from) in order.iter().enumerate() {
            place[from as usize] = to as u32;
        }
        for family in &mut self.families.tallies {
            for (target, _) in &mut family.series_per_target {
                *target = place[*target as usize];
            }
            family.series_per_target.sort_unstable();
        }
        let count = |&at: &u32| {
            let target = &self.targets[at as usize];
            TargetCount {
                name: target.name.clone(),
                origin: target.origin.clone(),
                namespace: target.namespace.clone(),
                pod: target.pod.clone(),
                workload: target.workload.clone(),
                series: target.series,
                samples: target.lines.samples,
                rejects: target.lines.rejects,
                duplicates: target.lines.samples - target.series,
                body_bytes: target.lines.bytes,
            }
        };
        order.iter().map(count).collect()
    }

    fn totals(&self) -> Totals {
        let mut totals = Totals {
            targets: self.targets.len() as u64,
            ..Totals::default()
        };
        for target in &self.targets {
            totals.series += target.series;
            totals.samples += target.lines.samples;
            totals.rejects += target.lines.rejects;
            totals.body_bytes += target.lines.bytes;
        }
        totals.duplicates = totals.samples - totals.series;
        for family in self.families.tallies.iter().filter(|family| family.seen) {
            totals.families += 1;
            totals.otlp_data_points += family.otlp_data_points;
        }
        // A name may belong to different families in different targets.
        let mut names: Vec<_> = self
            .families
            .tallies
            .iter()
            .flat_map(|family| &family.sample_names)
            .collect();
        names.sort_unstable();
        names.dedup();
        totals.names = names.len() as u64;
        totals
    }

    fn family_count(
        &self,
        name: &[u8],
        family: &FamilyTally,
        classes: &[Option<ValueClass>],
    ) -> FamilyCount {
        let mut sample_names: Vec<_> = family
            .sample_names
            .iter()
            .map(|&name| text(&unescape(self.table.names.text(name))).into_owned())
            .collect();
        sample_names.sort_unstable();
        let mut labels = self.family_labels(family, classes);
        labels.sort_by(|a, b| a.name.cmp(&b.name));
        FamilyCount {
            name: text(name).into_owned(),
            family_type: agreed_type(&family.types),
            unit: family
                .units
                .iter()
                .min()
                .map(|unit| text(unit).into_owned()),
            sample_names,
            series: family.series,
            samples: family.samples,
            body_bytes: family.body_bytes,
            otlp_data_points: family.otlp_data_points,
            series_per_target: spread(&family.series_per_target),
            labels,
        }
    }

    /// The family's labels before their redundancy is explained.
    fn family_labels(
        &self,
        family: &FamilyTally,
        classes: &[Option<ValueClass>],
    ) -> Vec<FamilyLabel> {
        let mut values_of_label: Vec<Values> = vec![Vec::new(); family.labels.len()];
        for (pair, series) in family.values.iter() {
            let key = self.table.pairs.entry(pair).key;
            if let Some(at) = family.find_label(key) {
                values_of_label[at].push((pair, series));
            }
        }
        let label = |(label, values): (&LabelTally, Values)| FamilyLabel {
            name: text(self.table.pairs.key_name(label.key)).into_owned(),
            series: values.iter().map(|&(_, series)| series).sum(),
            values: values.len() as u64,
            class: class_of_values(&values, classes),
            top_values: self.top_values(values),
            marginal_saving: label.marginal_saving,
            redundancy: Redundancy::None,
            structural: label.structural,
            body_bytes: label.body_bytes,
        };
        family
            .labels
            .iter()
            .zip(values_of_label)
            .map(label)
            .collect()
    }

    /// The class of each canonical pair's value.
    fn classes(&self) -> Vec<Option<ValueClass>> {
        let class = |pair: PairId| {
            let is_plain = self.table.pairs.entry(pair).canonical == pair;
            let value = is_plain.then(|| self.table.pairs.value(pair))?;
            class_of(std::str::from_utf8(&value).ok()?)
        };
        (0..self.table.pairs.len() as PairId).map(class).collect()
    }

    fn top_values(&self, mut values: Values) -> Vec<ValueCount> {
        let order = |a: &(PairId, u64), b: &(PairId, u64)| {
            let by_text = || {
                self.table
                    .pairs
                    .value(a.0)
                    .cmp(&self.table.pairs.value(b.0))
            };
            b.1.cmp(&a.1).then_with(by_text)
        };
        if values.len() > TOP_VALUES {
            values.select_nth_unstable_by(TOP_VALUES, order);
            values.truncate(TOP_VALUES);
        }
        values.sort_unstable_by(order);
        let name = |(pair, series): (PairId, u64)| ValueCount {
            value: text(&self.table.pairs.value(pair)).into_owned(),
            series,
        };
        values.into_iter().map(name).collect()
    }

    /// Labels over all of `families`, whose counts are `counts`.
    fn label_counts(
        &self,
        families: &[(Vec<u8>, FamilyTally)],
        counts: &[FamilyCount],
        classes: &[Option<ValueClass>],
    ) -> Vec<LabelCount> {
        let mut labels: BTreeMap<&str, LabelCount> = BTreeMap::new();
        for label in counts.iter().flat_map(|family| &family.labels) {
            let all = labels.entry(&label.name).or_insert_with(|| LabelCount {
                name: label.name.clone(),
                families: 0,
                series: 0,
                values: 0,
                top_values: Vec::new(),
                marginal_saving: 0,
                redundancy: Redundancy::None,
                structural: false,
                body_bytes: 0,
                class: None,
            });
            all.families += 1;
            all.series += label.series;
            all.marginal_saving += label.marginal_saving;
            all.structural |= label.structural;
            all.body_bytes += label.body_bytes;
        }
        let mut series_of_pair = vec![0_u64; self.table.pairs.len()];
        for (pair, series) in families.iter().flat_map(|(_, family)| family.values.iter()) {
            series_of_pair[pair as usize] += series;
        }
        let mut values: BTreeMap<KeyId, Values> = BTreeMap::new();
        for (pair, &series) in series_of_pair.iter().enumerate().filter(|(_, n)| **n > 0) {
            let pair = pair as PairId;
            let key = self.table.pairs.entry(pair).key;
            values.entry(key).or_default().push((pair, series));
        }
        for (key, values) in values {
            let name = text(self.table.pairs.key_name(key));
            if let Some(label) = labels.get_mut(&*name) {
                label.values = values.len() as u64;
                label.class = class_of_values(&values, classes);
                label.top_values = self.top_values(values);
            }
        }
        labels.into_values().collect()
    }
}

fn class_of_values(values: &Values, classes: &[Option<ValueClass>]) -> Option<ValueClass> {
    shared_class(values.iter().map(|&(pair, _)| classes[pair as usize]))
}

fn merge_family(
    mine: &mut FamilyTally,
    other: FamilyTally,
    pairs: &[PairId],
    keys: &[KeyId],
    first_target: u32,
) {
    let FamilyTally {
        seen,
        types,
        units,
        sample_names: _,
        samples,
        series,
        body_bytes,
        otlp_data_points,
        series_per_target,
        labels,
        label_of_key: _,
        label_counts,
        values,
        determinants,
    } = other;
    mine.seen |= seen;
    for (family_type, targets) in types {
        mine.count_type(family_type, targets);
    }
    for unit in units {
        mine.add_unit(&unit);
    }
    mine.samples += samples;
    mine.series += series;
    mine.body_bytes += body_bytes;
    mine.otlp_data_points += otlp_data_points;
    let moved = series_per_target
        .into_iter()
        .map(|(target, series)| (target + first_target, series));
    mine.series_per_target.extend(moved);
    let longer = mine.label_counts.len().max(label_counts.len());
    mine.label_counts.resize(longer, 0);
    for (mine, theirs) in mine.label_counts.iter_mut().zip(label_counts) {
        *mine += theirs;
    }
    let mut index = Vec::with_capacity(labels.len());
    for (near, label) in labels.into_iter().enumerate() {
        let at = mine.label(keys[label.key as usize], near);
        index.push(at);
        let merged = &mut mine.labels[at];
        merged.marginal_saving += label.marginal_saving;
        merged.body_bytes += label.body_bytes;
        merged.structural |= label.structural;
        merged.apart |= label.apart;
    }
    for (pair, series) in values.iter() {
        mine.values.add(pairs[pair as usize], series);
    }
    mine.determinants.merge(&determinants, &index);
}

/// The type most targets declare; of those that are declared equally often, the first by name.
fn agreed_type(types: &[(FamilyType, u64)]) -> FamilyType {
    let rank = |(family_type, count): &&(FamilyType, u64)| {
        (*count, std::cmp::Reverse(family_type.as_str()))
    };
    let most = types.iter().max_by_key(rank);
    most.map_or(FamilyType::Unknown, |&(family_type, _)| family_type)
}

/// `counts` is sorted by target.
fn spread(counts: &[(u32, u64)]) -> Option<Spread> {
    let max = counts.iter().map(|&(_, series)| series).max()?;
    let (max_target, _) = counts.iter().find(|&&(_, series)| series == max)?;
    let mut series: Vec<u64> = counts.iter().map(|&(_, series)| series).collect();
    series.sort_unstable();
    let middle = series.len() / 2;
    let median = if series.len() % 2 == 1 {
        series[middle] as f64
    } else {
        (series[middle - 1] + series[middle]) as f64 / 2.0
    };
    Some(Spread {
        targets: series.len() as u64,
        min: series[0],
        median,
        max,
        max_target: *max_target as usize,
    })
}

/// Names and values are checked for UTF-8 as they are read; this never replaces anything.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
