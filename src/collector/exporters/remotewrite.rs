//! The exporter `prometheusremotewrite`: metrics as the series of a remote-write request.
//!
//! Follows `pkg/translator/prometheusremotewrite`: `metrics_to_prw.go`, `helper.go`,
//! `number_data_points.go`, `histograms.go`. Every data point is sent, even if another one of the payload
//! has the same labels; the sink sees both.

use std::rc::Rc;

use super::super::pdata::At;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::ExponentialPoint;
use super::super::pdata::HistogramPoint;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::pdata::Temporality;
use super::super::text::Text;
use super::super::version::Version;
use super::conversion::Conversion;
use super::era::Era;
use super::labels::LabelNamer;
use super::names::NameMemo;
use super::naming::MetricNamer;
use super::plan::Constants;
use super::plan::Layer;
use super::plan::Plans;
use super::plan::Rules;
use super::resource;
use super::series::BoundStyle;
use super::series::ExportedPoint;
use super::series::Exporter;
use super::series::Extent;
use super::series::Label;
use super::series::Names;
use super::series::Shape;
use super::series::Sink;
use super::target_info::TargetInfo;

/// Settings that change what is stored.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the configuration"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteWrite {
    /// Whose behaviour it is.
    pub version: Version,
    /// In front of every name.
    pub namespace: String,
    /// Labels set on every series that lacks them; names are final.
    pub external_labels: Vec<(String, String)>,
    /// Whether unit and type are added to names.
    pub with_suffixes: bool,
    /// Attributes of the resource on every series.
    pub conversion: Conversion,
    /// Whether `target_info` is sent.
    pub target_info: bool,
    /// Whether the labels `otel_scope_*` are sent, in releases that have them.
    pub scope_labels: bool,
    /// Whether `_created` series are sent, in releases that can.
    pub created: bool,
}

impl RemoteWrite {
    /// The settings of an exporter that sets none.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            namespace: String::new(),
            external_labels: Vec::new(),
            with_suffixes: true,
            conversion: Conversion::default(),
            target_info: true,
            scope_labels: true,
            created: false,
        }
    }

    /// Makes it ready to run.
    pub fn start(&self) -> RemoteWriteExporter {
        let era = Era::of_remote_write(self.version);
        let rules = Rules {
            namer: LabelNamer::of_points(era),
            skips_empty: skips_empty(self.version),
            joins_equal: joins_equal(self.version),
        };
        let external = self.external_labels.iter();
        let external = external
            .map(|(name, value)| (Layer::External, name.as_str().into(), value.as_str().into()));
        let external: Vec<(Layer, Text, Text)> = external.collect();
        let target_rules = Rules {
            namer: LabelNamer::of_targets(era),
            ..rules
        };
        RemoteWriteExporter {
            names: NameMemo::new(MetricNamer {
                era,
                namespace: self.namespace.clone(),
                with_suffixes: self.with_suffixes,
                utf8: false,
            }),
            plans: Plans::new(rules),
            target_info: TargetInfo::new(&self.namespace, target_rules),
            external,
            constants: Constants::default(),
            labels: Vec::new(),
            created: foldhash::HashSet::default(),
            settings: self.clone(),
            era,
        }
    }
}

/// From this release on an attribute without a value is none (`createAttributes`, `helper.go`).
fn skips_empty(version: Version) -> bool {
    version.is_from(151)
}

/// Up to 0.117.0 values of colliding names are joined even if they are equal (same place).
fn joins_equal(version: Version) -> bool {
    !version.is_from(118)
}

/// `_created` series of sums were taken out in 0.123.0 (`number_data_points.go`) …
fn creates_for_sums(version: Version) -> bool {
    !version.is_from(123)
}

/// … those of histograms and summaries went behind a gate that closed in 0.115.0 (`helper.go`).
fn creates_for_histograms(version: Version) -> bool {
    !version.is_from(115)
}

/// One that runs.
#[derive(Debug)]
pub struct RemoteWriteExporter {
    settings: RemoteWrite,
    era: Era,
    names: NameMemo,
    plans: Plans,
    target_info: TargetInfo,
    external: Vec<(Layer, Text, Text)>,
    /// Of the resource and scope at hand.
    constants: Constants,
    /// Of the point at hand.
    labels: Vec<Label>,
    /// `_created` series of the payload at hand: only the first of equal ones is sent.
    created: foldhash::HashSet<(Text, Vec<(Text, Text)>)>,
}

impl Exporter for RemoteWriteExporter {
    fn export(&mut self, metrics: &Metrics, sink: &mut dyn Sink) {
        self.created.clear();
        for (index, resource) in metrics.resources.iter().enumerate() {
            let at = At {
                resource: index,
                ..At::default()
            };
            let shared = self.resource_constants(resource);
            let mut newest = 0;
            for (index, scope) in resource.scopes.iter().enumerate() {
                let at = At { scope: index, ..at };
                self.constants.list.clone_from(&shared);
                self.add_scope(scope);
                self.plans.set_constants(&self.constants);
                for (index, metric) in scope.metrics.iter().enumerate() {
                    newest = newest.max(newest_time(&metric.data));
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
            if self.settings.target_info && newest > 0 {
                let skips_empty = skips_empty(self.settings.version);
                let identity = identity(resource, skips_empty);
                let constants = identity.chain(self.external.iter().cloned()).collect();
                self.target_info.export(metrics, at, constants, sink);
            }
        }
    }
}

impl RemoteWriteExporter {
    fn resource_constants(&self, resource: &ResourceMetrics) -> Vec<(Layer, Text, Text)> {
        let converted = self.settings.conversion.constants(&resource.attributes);
        let identity = identity(resource, skips_empty(self.settings.version));
        converted
            .chain(identity)
            .chain(self.external.iter().cloned())
            .collect()
    }

    /// The labels of the scope: from 0.146.0 on, sanitised from 0.147.0 on, and from 0.151.0 on without
    /// attributes that take the place of name and version.
    fn add_scope(&mut self, scope: &ScopeMetrics) {
        let version = self.settings.version;
        if !version.is_from(146) || (version.is_from(147) && !self.settings.scope_labels) {
            return;
        }
        let list = &mut self.constants.list;
        for (name, value) in [
            ("otel_scope_name", &scope.name),
            ("otel_scope_version", &scope.version),
        ] {
            if !value.is_empty() {
                list.push((Layer::Scope, name.into(), value.clone()));
            }
        }
        let namer = LabelNamer::of_points(self.era);
        for (key, name, value) in resource::scope_attributes(scope) {
            if version.is_from(151) && resource::is_reserved_for_scope(key) {
                continue;
            }
            let name = if version.is_from(147) {
                namer.build(&name).ok()
            } else {
                Some(name)
            };
            if let Some(name) = name {
                list.push((Layer::Scope, name.into(), value));
            }
        }
    }

    fn metric(&mut self, metrics: &Metrics, metric: &Metric, at: At, sink: &mut dyn Sink) {
        let mut drop = |reason: &str| sink.dropped(metrics, at, Extent::Metric, reason);
        if !has_valid_temporality(&metric.data) {
            let name = &metric.name;
            return drop(&format!(
                "invalid temporality and type combination for metric {name:?}"
            ));
        }
        let names = match self.names.of(metric) {
            Ok(names) => names,
            Err(reason) => return drop(&reason),
        };
        if metric.data.is_empty() {
            return drop(&format!("empty data points. {} is dropped", metric.name));
        }
        let mut payload = Payload {
            metrics,
            names: &names,
            at,
            sink,
        };
        match &metric.data {
            Data::None => {}
            Data::Gauge(points) => {
                for (index, point) in points.iter().enumerate() {
                    self.point(&mut payload, index, &point.common, Shape::Value, false);
                }
            }
            Data::Sum {
                monotonic, points, ..
            } => {
                let creates =
                    self.settings.created && *monotonic && creates_for_sums(self.settings.version);
                for (index, point) in points.iter().enumerate() {
                    self.point(&mut payload, index, &point.common, Shape::Value, creates);
                    if creates && point.common.start_ns == 0 {
                        // `addSumNumberDataPoints` leaves its loop here, and the points after it are lost.
                        payload.rest_is_lost(
                            index + 1,
                            points.len(),
                            "the point before it has no start time",
                        );
                        break;
                    }
                }
            }
            Data::Histogram { points, .. } => {
                let creates =
                    self.settings.created && creates_for_histograms(self.settings.version);
                for (index, point) in points.iter().enumerate() {
                    let shape = histogram_shape(point);
                    self.point(&mut payload, index, &point.common, shape, creates);
                }
            }
            Data::ExponentialHistogram { points, .. } => self.native(&mut payload, points),
            Data::Summary(points) => {
                let creates =
                    self.settings.created && creates_for_histograms(self.settings.version);
                for (index, point) in points.iter().enumerate() {
                    let shape = Shape::Summary {
                        quantiles: &point.quantiles,
                    };
                    self.point(&mut payload, index, &point.common, shape, creates);
                }
            }
        }
    }

    /// Native histograms; what is coarser than their coarsest resolution can't be sent.
    fn native(&mut self, payload: &mut Payload<'_>, points: &[ExponentialPoint]) {
        for (index, point) in points.iter().enumerate() {
            if point.scale >= -4 {
                self.point(payload, index, &point.common, Shape::Native, false);
                continue;
            }
            let reason = format!(
                "cannot convert exponential to native histogram. Scale must be >= -4, was {}",
                point.scale
            );
            // Before errors were collected, the first one ended the metric (`histograms.go`).
            let last = if self.era < Era::Strict {
                points.len()
            } else {
                index + 1
            };
            payload.rest_is_lost(index, last, &reason);
            if last == points.len() {
                break;
            }
        }
    }

    fn point(
        &mut self,
        payload: &mut Payload<'_>,
        index: usize,
        common: &Common,
        shape: Shape<'_>,
        creates: bool,
    ) {
        let at = At {
            point: index,
            ..payload.at
        };
        let pairs = common.attributes.pairs();
        if let Err(reason) = self.plans.apply(pairs, &self.constants, &mut self.labels) {
            payload
                .sink
                .dropped(payload.metrics, at, Extent::Point, &reason);
            return;
        }
        if matches!(shape, Shape::Value | Shape::Native) {
            // Here the name is one of the labels that are set; elsewhere it is added to them.
            self.labels.retain(|label| label.name != "__name__");
        }
        let with_created = creates && common.start_ns != 0 && {
            let labels = self.labels.iter();
            let labels = labels.map(|label| (label.name.clone(), label.value.clone()));
            self.created
                .insert((payload.names.created.clone(), labels.collect()))
        };
        payload.sink.point(&ExportedPoint {
            names: payload.names,
            labels: &self.labels,
            resource: &[],
            shape,
            created: with_created,
            style: BoundStyle::Plain,
            ended: common.flags & 1 == 1,
            at,
        });
    }
}

/// The metric at hand and where its points go.
struct Payload<'a> {
    metrics: &'a Metrics,
    names: &'a Rc<Names>,
    at: At,
    sink: &'a mut dyn Sink,
}

impl Payload<'_> {
    fn rest_is_lost(&mut self, first: usize, end: usize, reason: &str) {
        for point in first..end {
            let at = At { point, ..self.at };
            self.sink.dropped(self.metrics, at, Extent::Point, reason);
        }
    }
}

/// As many buckets as there are both bounds and counts for (`addHistogramDataPoints`, `helper.go`).
fn histogram_shape(point: &HistogramPoint) -> Shape<'_> {
    let buckets = point.bounds.len().min(point.bucket_counts.len());
    Shape::Histogram {
        bounds: &point.bounds[..buckets],
        has_sum: point.sum.is_some(),
    }
}

fn identity(
    resource: &ResourceMetrics,
    skips_empty: bool,
) -> impl Iterator<Item = (Layer, Text, Text)> + use<> {
    let attributes = &resource.attributes;
    let is_set =
        |key: &str| !skips_empty || attributes.get(key).is_some_and(resource::is_not_empty);
    let job = resource::job(attributes).filter(|_| is_set("service.name"));
    let instance = resource::instance(attributes).filter(|_| is_set("service.instance.id"));
    let labels = [("job", job), ("instance", instance)];
    let set =
        |(name, value): (&str, Option<Text>)| Some((Layer::Identity, Text::from(name), value?));
    labels.into_iter().filter_map(set)
}

fn has_valid_temporality(data: &Data) -> bool {
    match data {
        Data::None => false,
        Data::Gauge(_) | Data::Summary(_) => true,
        Data::Sum { temporality, .. }
        | Data::Histogram { temporality, .. }
        | Data::ExponentialHistogram { temporality, .. } => *temporality == Temporality::Cumulative,
    }
}

fn newest_time(data: &Data) -> u64 {
    let times = (0..data.len()).filter_map(|index| data.common(index));
    times.map(|common| common.time_ns).max().unwrap_or(0)
}
