//! The exporter `prometheus`, which is scraped: what one payload adds to its page.
//!
//! Follows `exporter/prometheusexporter`: `accumulator.go` and `collector.go`. Two things are beyond one
//! payload and not done: series of earlier payloads that are still on the page, and the conflicts with
//! them. What the server that scrapes the page does to `job` and `instance` is that server's affair.

mod page;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::BuildHasher;
use std::rc::Rc;

use foldhash::fast::RandomState;

use super::super::pdata::At;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::ExponentialPoint;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::text::Text;
use super::super::version::Version;
use super::conversion::Conversion;
use super::era::Era;
use super::labels::LabelNamer;
use super::names::NameMemo;
use super::naming::MetricNamer;
use super::naming::is_metric_character;
use super::naming::is_word_character;
use super::resource;
use super::series::BoundStyle;
use super::series::ExportedPoint;
use super::series::Exporter;
use super::series::Extent;
use super::series::Label;
use super::series::Names;
use super::series::Shape;
use super::series::Sink;
use super::target_info;
use super::value_text::value_text;
use page::PageType;

/// Settings that change what is on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Whose behaviour it is.
    pub version: Version,
    /// In front of every name.
    pub namespace: String,
    /// Labels of every series but `target_info`.
    pub const_labels: Vec<(String, String)>,
    /// Whether unit and type are added to names.
    pub with_suffixes: bool,
    /// Whether names are left as they are.
    pub utf8: bool,
    /// Attributes of the resource on every series.
    pub conversion: Conversion,
    /// Whether the labels `otel_scope_*` are there, in releases that have them.
    pub scope_labels: bool,
}

impl Pull {
    /// The settings of an exporter that sets none.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            namespace: String::new(),
            const_labels: Vec::new(),
            with_suffixes: true,
            utf8: false,
            conversion: Conversion::default(),
            scope_labels: true,
        }
    }

    /// Makes it ready to run.
    pub fn start(&self) -> PullExporter {
        let era = Era::of_pull(self.version);
        let namer = LabelNamer {
            utf8: self.utf8,
            ..LabelNamer::of_targets(era)
        };
        let (namespace, of_target_info) = if era == Era::Classic {
            let words = self.namespace.split(|c| !is_word_character(c));
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            (words.join("_"), words.join("_"))
        } else {
            let built = namer.build(&self.namespace).unwrap_or_default();
            let of_names = if normalizes_namespace(self.version) {
                built.clone()
            } else {
                self.namespace.clone()
            };
            (of_names, built)
        };
        let constant = |(name, value): &(String, String)| Label {
            name: name.as_str().into(),
            value: value.as_str().into(),
        };
        PullExporter {
            settings: self.clone(),
            namer,
            names: NameMemo::new(MetricNamer {
                era,
                namespace,
                with_suffixes: self.with_suffixes,
                utf8: self.utf8,
            }),
            label_names: foldhash::HashMap::default(),
            target_info: target_info::names(&of_target_info),
            const_labels: self.const_labels.iter().map(constant).collect(),
            converted: Vec::new(),
            shared: Vec::new(),
            labels: Vec::new(),
            types: foldhash::HashMap::default(),
            sent: foldhash::HashSet::default(),
            hashers: [RandomState::default(), RandomState::default()],
            numbers: Vec::new(),
            quantiles: Vec::new(),
        }
    }
}

/// Seen in 0.138.0, not in 0.136.0 (`normalizeNamespace`, `collector.go`).
fn normalizes_namespace(version: Version) -> bool {
    version.is_from(138)
}

/// One that runs.
#[derive(Debug)]
pub struct PullExporter {
    settings: Pull,
    namer: LabelNamer,
    names: NameMemo,
    label_names: foldhash::HashMap<Text, Result<Text, Rc<str>>>,
    target_info: Rc<Names>,
    const_labels: Vec<Label>,
    /// Attributes of the resource at hand that go on every point, sorted by key.
    converted: Vec<(Text, Text)>,
    /// Labels of the resource and scope at hand; an error of theirs is one of every point.
    shared: Vec<Result<Label, Rc<str>>>,
    labels: Vec<Label>,
    /// Type of each name of the payload.
    types: foldhash::HashMap<Text, PageType>,
    /// Hashes of names and labels of the payload.
    sent: foldhash::HashSet<u128>,
    hashers: [RandomState; 2],
    numbers: Vec<f64>,
    quantiles: Vec<(f64, f64)>,
}

impl Exporter for PullExporter {
    fn export(&mut self, metrics: &Metrics, sink: &mut dyn Sink) {
        self.types.clear();
        self.sent.clear();
        self.all_target_info(metrics, sink);
        for (index, resource) in metrics.resources.iter().enumerate() {
            let at = At {
                resource: index,
                ..At::default()
            };
            for (index, scope) in resource.scopes.iter().enumerate() {
                let at = At { scope: index, ..at };
                self.share(resource, scope);
                for (index, metric) in scope.metrics.iter().enumerate() {
                    self.metric(
                        metrics,
                        metric,
                        At {
                            metric: index,
                            ..at
                        },
                        sink,
                    );
                }
            }
        }
    }
}

impl PullExporter {
    fn label_name(&mut self, key: &Text) -> Result<Text, Rc<str>> {
        if let Some(known) = self.label_names.get(key) {
            return known.clone();
        }
        let built = match self.namer.build(key) {
            Ok(name) => Ok(Text::from(name)),
            Err(error) => Err(Rc::from(error.to_string())),
        };
        // Where hostile input would make names without end, all are forgotten and made anew.
        if self.label_names.len() >= 1 << 16 {
            self.label_names.clear();
        }
        self.label_names.insert(key.clone(), built.clone());
        built
    }

    fn share(&mut self, resource: &ResourceMetrics, scope: &ScopeMetrics) {
        self.converted.clear();
        let converted = self.settings.conversion.constants(&resource.attributes);
        self.converted
            .extend(converted.map(|(_, key, value)| (key, value)));
        self.converted.sort();
        self.shared.clear();
        let version = self.settings.version;
        let label = |name: &str, value: Text| {
            let name = Text::from(name);
            Ok(Label { name, value })
        };
        if page::has_scope_labels(version) && self.settings.scope_labels {
            for (key, name, value) in resource::scope_attributes(scope) {
                if page::reserves_scope_names(version) && resource::is_reserved_for_scope(key) {
                    continue;
                }
                let name = self.label_name(&Text::from(name));
                self.shared.push(name.map(|name| Label { name, value }));
            }
            self.shared
                .push(label("otel_scope_name", scope.name.clone()));
            self.shared
                .push(label("otel_scope_version", scope.version.clone()));
            // Mostly there and empty.
            self.shared
                .push(label("otel_scope_schema_url", scope.schema_url.clone()));
        }
        let job = resource::job(&resource.attributes).map(|job| label("job", job));
        let instance = resource::instance(&resource.attributes);
        let instance = instance.map(|instance| label("instance", instance));
        self.shared.extend(job.into_iter().chain(instance));
        self.shared
            .extend(self.const_labels.iter().cloned().map(Ok));
    }

    /// Puts the labels of a point together (`getMetricMetadata`).
    fn put_labels(&mut self, common: &Common, name: &Text) -> Result<(), Rc<str>> {
        self.labels.clear();
        for (key, value) in common.attributes.iter() {
            if self
                .converted
                .binary_search_by_key(&key, |(key, _)| key)
                .is_ok()
            {
                continue;
            }
            let value = value_text(value);
            let name = self.label_name(key)?;
            self.labels.push(Label { name, value });
        }
        for index in 0..self.converted.len() {
            let (key, value) = self.converted[index].clone();
            let name = self.label_name(&key)?;
            self.labels.push(Label { name, value });
        }
        for label in &self.shared {
            self.labels.push(label.clone()?);
        }
        self.labels
            .sort_unstable_by(|left, right| left.name.cmp(&right.name));
        if self
            .labels
            .windows(2)
            .any(|pair| pair[0].name == pair[1].name)
        {
            let reason = format!(
                "duplicate label names in constant and variable labels for metric {name:?}"
            );
            return Err(reason.into());
        }
        // `NewDesc` of `client_golang/prometheus/desc.go`.
        let ascii = page::is_ascii_only(self.settings.version);
        let legal =
            |name: &str, c: fn(char) -> bool| !name.is_empty() && (!ascii || name.chars().all(c));
        if !legal(name, |c| is_metric_character(c) || c == '_') {
            return Err(format!("{name:?} is not a valid metric name").into());
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let illegal = |label: &&Label| label.name.starts_with("__") || !legal(&label.name, is_word);
        if let Some(label) = self.labels.iter().find(illegal) {
            let label = &label.name;
            return Err(format!("{label:?} is not a valid label name for metric {name:?}").into());
        }
        self.labels.retain(|label| !label.value.is_empty());
        Ok(())
    }

    fn metric(&mut self, metrics: &Metrics, metric: &Metric, at: At, sink: &mut dyn Sink) {
        let mut drop = |reason: &str| sink.dropped(metrics, at, Extent::Metric, reason);
        let page_type = match page::page_type(&metric.data, self.settings.version) {
            Ok(page_type) => page_type,
            Err(reason) => return drop(reason),
        };
        let names = match self.names.of(metric) {
            Ok(names) => names,
            Err(reason) => return drop(&reason),
        };
        if metric.data.is_empty() {
            return;
        }
        let known = *self.types.entry(names.base.clone()).or_insert(page_type);
        if known != page_type {
            let name = &names.base;
            return drop(&format!(
                "instrument type conflict, using existing type definition. instrument: {name}"
            ));
        }
        for index in 0..metric.data.len() {
            let at = At { point: index, ..at };
            let Some(common) = metric.data.common(index) else {
                continue;
            };
            if common.flags & 1 == 1 {
                // The accumulator takes the series off the page and looks at no point after it.
                for point in index..metric.data.len() {
                    let at = At { point, ..at };
                    sink.dropped(
                        metrics,
                        at,
                        Extent::Point,
                        "the series has ended, or one before it has",
                    );
                }
                return;
            }
            if let Err(reason) = self.put_labels(common, &names.base) {
                sink.dropped(metrics, at, Extent::Point, &reason);
                continue;
            }
            if !self
                .sent
                .insert(hash(&self.hashers, &names.base, &self.labels))
            {
                let reason = "was collected before with the same name and label values";
                sink.dropped(metrics, at, Extent::Point, reason);
                continue;
            }
            let shape = match &metric.data {
                Data::None | Data::Gauge(_) | Data::Sum { .. } => Shape::Value,
                Data::Histogram { points, .. } => {
                    page::histogram(points.get(index), &mut self.numbers)
                }
                Data::Summary(points) => page::summary(points.get(index), &mut self.quantiles),
                Data::ExponentialHistogram { points, .. } => match points.get(index) {
                    Some(ExponentialPoint { scale, .. }) if *scale < -4 => {
                        let reason = format!(
                            "cannot convert exponential to native histogram: scale must be >= -4, was {scale}"
                        );
                        sink.dropped(metrics, at, Extent::Point, &reason);
                        continue;
                    }
                    _ => Shape::Native,
                },
            };
            sink.point(&ExportedPoint {
                names: &names,
                labels: &self.labels,
                resource: &[],
                shape,
                created: false,
                style: BoundStyle::Exposition,
                ended: false,
                at,
            });
        }
    }

    /// One `target_info` for each pair of job and instance, the first resource of it telling
    /// (`createTargetInfoMetrics`). A name that can't be made legal takes all of them away.
    fn all_target_info(&mut self, metrics: &Metrics, sink: &mut dyn Sink) {
        let mut all: Vec<(At, Vec<Label>)> = Vec::new();
        let mut seen = foldhash::HashSet::default();
        for (index, resource) in metrics.resources.iter().enumerate() {
            let at = At {
                resource: index,
                ..At::default()
            };
            let job = resource::job(&resource.attributes).filter(|job| !job.is_empty());
            let instance =
                resource::instance(&resource.attributes).filter(|instance| !instance.is_empty());
            let (Some(job), Some(instance)) = (job, instance) else {
                continue;
            };
            let has_points =
                |scope: &ScopeMetrics| scope.metrics.iter().any(|metric| !metric.data.is_empty());
            if !resource.scopes.iter().any(has_points)
                || !seen.insert((job.clone(), instance.clone()))
            {
                continue;
            }
            let mut labels: BTreeMap<Text, String> = BTreeMap::new();
            for (key, value) in resource.attributes.iter() {
                if resource::IDENTIFYING.contains(&key.as_str()) {
                    continue;
                }
                let name = match self.label_name(key) {
                    Ok(name) => name,
                    Err(reason) => return sink.dropped(metrics, at, Extent::TargetInfo, &reason),
                };
                let value = value_text(value);
                match labels.entry(name) {
                    Entry::Vacant(entry) => _ = entry.insert(value.as_str().to_owned()),
                    Entry::Occupied(mut entry) => {
                        entry.get_mut().push(';');
                        entry.get_mut().push_str(&value);
                    }
                }
            }
            labels.insert("job".into(), job.as_str().to_owned());
            labels.insert("instance".into(), instance.as_str().to_owned());
            let label = |(name, value): (Text, String)| Label {
                name,
                value: Text::from(value),
            };
            let labels = labels.into_iter().map(label);
            all.push((at, labels.filter(|label| !label.value.is_empty()).collect()));
        }
        for (at, labels) in &all {
            if let Some(label) = labels.iter().find(|label| label.name.starts_with("__")) {
                let reason = format!(
                    "{:?} is not a valid label name for metric \"target_info\"",
                    label.name
                );
                sink.dropped(metrics, *at, Extent::TargetInfo, &reason);
                continue;
            }
            sink.point(&ExportedPoint {
                names: &self.target_info,
                labels,
                resource: &[],
                shape: Shape::TargetInfo,
                created: false,
                style: BoundStyle::Exposition,
                ended: false,
                at: *at,
            });
        }
    }
}

/// Two hashes of a name and labels; that both collide is not expected before the sun burns out.
fn hash(hashers: &[RandomState; 2], name: &Text, labels: &[Label]) -> u128 {
    let once = |hasher: &RandomState| u128::from(hasher.hash_one((name, labels)));
    (once(&hashers[0]) << 64) | once(&hashers[1])
}
