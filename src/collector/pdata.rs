//! What a Collector holds between its stages: metrics and their data points (`pmetric.Metrics`).

use std::rc::Rc;

use super::attributes::Attributes;
use super::text::Text;

/// One payload. A scrape of one target becomes one payload, which passes all stages as a whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metrics {
    /// One for each distinct resource.
    pub resources: Vec<ResourceMetrics>,
}

/// The metrics of one resource.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ResourceMetrics {
    /// `service.name`, `service.instance.id` and so on.
    pub attributes: Attributes,
    /// One for each instrumentation scope.
    pub scopes: Vec<ScopeMetrics>,
}

/// The metrics of one instrumentation scope.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScopeMetrics {
    /// Name of the scope.
    pub name: Text,
    /// Version of the scope.
    pub version: Text,
    /// Attributes of the scope.
    pub attributes: Attributes,
    /// Schema of the scope; mostly none.
    pub schema_url: Text,
    /// Its metrics.
    pub metrics: Vec<Metric>,
}

/// One metric: what a family becomes, under one name for a histogram's three.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metric {
    /// What OTTL calls `name`.
    pub name: Text,
    /// The `# HELP` text.
    pub description: Text,
    /// The unit, in UCUM where it is known.
    pub unit: Text,
    /// `prometheus.type` and the like.
    pub metadata: Attributes,
    /// Its data points.
    pub data: Data,
}

/// The data points of a metric, by its type.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Data {
    /// No type was set.
    #[default]
    None,
    /// A value that goes up and down.
    Gauge(Vec<NumberPoint>),
    /// A sum.
    Sum {
        /// What the values count from.
        temporality: Temporality,
        /// It only grows.
        monotonic: bool,
        /// The points.
        points: Vec<NumberPoint>,
    },
    /// Counts in buckets.
    Histogram {
        /// What the counts count from.
        temporality: Temporality,
        /// The points.
        points: Vec<HistogramPoint>,
    },
    /// Counts in exponential buckets: what a native histogram becomes.
    ExponentialHistogram {
        /// What the counts count from.
        temporality: Temporality,
        /// The points.
        points: Vec<ExponentialPoint>,
    },
    /// Quantiles.
    Summary(Vec<SummaryPoint>),
}

/// What the values of a sum or histogram count from. Numbered as OTTL's enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Temporality {
    /// Not set.
    #[default]
    Unspecified,
    /// From the point before.
    Delta,
    /// From the start.
    Cumulative,
}

/// What every data point has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Common {
    /// Labels that are neither structural nor of the resource.
    pub attributes: Attributes,
    /// Start of counting, in nanoseconds since 1970; 0 where unknown.
    pub start_ns: u64,
    /// When it was measured, in nanoseconds since 1970.
    pub time_ns: u64,
    /// Bit 0: no value was recorded, the series has ended.
    pub flags: u32,
    /// Exemplars that came with it; they make no series.
    pub exemplars: u32,
    /// Bytes of all its values as the scrape wrote them.
    pub value_bytes: u32,
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Number {
    /// No value was set.
    #[default]
    None,
    /// A whole number.
    Int(i64),
    /// A floating-point number: what every scraped value is.
    Double(f64),
}

/// One point of a gauge or sum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberPoint {
    /// Attributes and times.
    pub common: Common,
    /// The value.
    pub value: Number,
}

/// One point of a histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistogramPoint {
    /// Attributes and times.
    pub common: Common,
    /// Observations.
    pub count: u64,
    /// Their sum, if it is known.
    pub sum: Option<f64>,
    /// Smallest observation, if it is known; never for scraped data.
    pub min: Option<f64>,
    /// Largest observation, if it is known; never for scraped data.
    pub max: Option<f64>,
    /// Upper bounds in ascending order, the infinite one left out.
    pub bounds: Rc<[f64]>,
    /// Observations in each bucket, not cumulated: one more than there are bounds, or none at all.
    pub bucket_counts: Vec<u64>,
}

/// One point of an exponential histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExponentialPoint {
    /// Attributes and times.
    pub common: Common,
    /// Observations.
    pub count: u64,
    /// Their sum, if it is known.
    pub sum: Option<f64>,
    /// Resolution.
    pub scale: i32,
    /// Observations of about zero.
    pub zero_count: u64,
    /// Index of the first positive bucket.
    pub positive_offset: i32,
    /// Observations in each positive bucket.
    pub positive: Vec<u64>,
    /// Index of the first negative bucket.
    pub negative_offset: i32,
    /// Observations in each negative bucket.
    pub negative: Vec<u64>,
}

/// One point of a summary.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SummaryPoint {
    /// Attributes and times.
    pub common: Common,
    /// Observations.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// Value of each quantile: (quantile, value).
    pub quantiles: Vec<(f64, f64)>,
}

/// Which item of a payload is meant: indices from the outside in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At {
    /// Index into [`Metrics::resources`].
    pub resource: usize,
    /// Index into [`ResourceMetrics::scopes`].
    pub scope: usize,
    /// Index into [`ScopeMetrics::metrics`].
    pub metric: usize,
    /// Index into the points of [`Metric::data`].
    pub point: usize,
}

impl Data {
    /// How many data points there are.
    pub fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Gauge(points) | Self::Sum { points, .. } => points.len(),
            Self::Histogram { points, .. } => points.len(),
            Self::ExponentialHistogram { points, .. } => points.len(),
            Self::Summary(points) => points.len(),
        }
    }

    /// Whether there is no data point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the point at `index` has in common with points of every type.
    pub fn common(&self, index: usize) -> Option<&Common> {
        match self {
            Self::None => None,
            Self::Gauge(points) | Self::Sum { points, .. } => {
                points.get(index).map(|point| &point.common)
            }
            Self::Histogram { points, .. } => points.get(index).map(|point| &point.common),
            Self::ExponentialHistogram { points, .. } => {
                points.get(index).map(|point| &point.common)
            }
            Self::Summary(points) => points.get(index).map(|point| &point.common),
        }
    }

    /// The same, to change it.
    pub fn common_mut(&mut self, index: usize) -> Option<&mut Common> {
        match self {
            Self::None => None,
            Self::Gauge(points) | Self::Sum { points, .. } => {
                points.get_mut(index).map(|point| &mut point.common)
            }
            Self::Histogram { points, .. } => points.get_mut(index).map(|point| &mut point.common),
            Self::ExponentialHistogram { points, .. } => {
                points.get_mut(index).map(|point| &mut point.common)
            }
            Self::Summary(points) => points.get_mut(index).map(|point| &mut point.common),
        }
    }

    /// Keeps the points for which `keep`, asked once for each index in order, is true.
    pub fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut index = 0;
        let mut keep = || {
            index += 1;
            keep(index - 1)
        };
        match self {
            Self::None => {}
            Self::Gauge(points) | Self::Sum { points, .. } => points.retain(|_| keep()),
            Self::Histogram { points, .. } => points.retain(|_| keep()),
            Self::ExponentialHistogram { points, .. } => points.retain(|_| keep()),
            Self::Summary(points) => points.retain(|_| keep()),
        }
    }
}
