//! The `cumulativetodelta` processor: growing sums and histograms become differences.
//!
//! In come payloads of one stream of scrapes; out go the same points with the difference to the point
//! before. The first point of a stream has none and is withheld, unless `initial_value` says otherwise.
//! The Collector is taken to have started with the first payload. What `max_staleness` forgets is not
//! simulated: no simulated run lasts that long.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::rc::Rc;

use super::super::decode::Fields;
use super::super::pdata::At;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::ExponentialPoint;
use super::super::pdata::HistogramPoint;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::Number;
use super::super::pdata::NumberPoint;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::pdata::Temporality;
use super::super::position::ConfigError;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Node;
use super::identity;
use super::includes::NameSet;
use super::settings;

/// From which release on exponential histograms are converted too, metrics are chosen by type, and a
/// histogram whose bounds changed or whose counts fell is withheld. Seen in 0.156, not in 0.119.
fn knows_exponential_histograms(version: Version) -> bool {
    version.is_from(156)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Initial {
    Auto,
    Keep,
    Drop,
}

/// Names and types on one side of the choice.
#[derive(Debug, Default)]
struct Choice {
    names: Option<NameSet>,
    kinds: Vec<u8>,
}

/// The processor.
#[derive(Debug)]
pub struct CumulativeToDelta {
    include: Choice,
    exclude: Choice,
    initial: Initial,
    version: Version,
    started_ns: Option<u64>,
    streams: HashMap<String, Previous>,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Previous {
    time_ns: u64,
    value: PreviousValue,
}

#[derive(Debug, Clone)]
enum PreviousValue {
    Number(Number),
    Histogram(HistogramPoint),
    Exponential(ExponentialPoint),
}

/// What becomes of a point.
enum Outcome {
    Withheld,
    Since(u64),
}

impl CumulativeToDelta {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor cumulativetodelta")?;
        settings::duration(&mut fields, "max_staleness")?;
        let known = [
            ("auto", Initial::Auto),
            ("keep", Initial::Keep),
            ("drop", Initial::Drop),
        ];
        let initial = settings::word(&mut fields, "initial_value", &known)?;
        let include = fields.take("include");
        let exclude = fields.take("exclude");
        fields.finish()?;
        let text = "the first point of a series has no difference".to_owned();
        Ok(Self {
            include: read_choice(include, "include", version)?,
            exclude: read_choice(exclude, "exclude", version)?,
            initial: initial.unwrap_or(Initial::Auto),
            version,
            started_ns: None,
            streams: HashMap::new(),
            rules: vec![Rule { text, at: node.at }],
        })
    }

    fn converts(&self, metric: &Metric) -> bool {
        let included = match &metric.data {
            Data::Sum {
                temporality,
                monotonic,
                ..
            } => *monotonic && *temporality == Temporality::Cumulative,
            Data::Histogram {
                temporality,
                points,
            } => !points.is_empty() && *temporality == Temporality::Cumulative,
            Data::ExponentialHistogram {
                temporality,
                points,
            } => {
                !points.is_empty()
                    && *temporality == Temporality::Cumulative
                    && knows_exponential_histograms(self.version)
            }
            Data::None | Data::Gauge(_) | Data::Summary(_) => false,
        };
        let kind = identity::kind(&metric.data);
        let has = |choice: &Choice| {
            choice
                .names
                .as_ref()
                .map(|names| names.matches(&metric.name))
        };
        included
            && has(&self.include) != Some(false)
            && (self.include.kinds.is_empty() || self.include.kinds.contains(&kind))
            && has(&self.exclude) != Some(true)
            && !self.exclude.kinds.contains(&kind)
    }

    /// The stream of a point, and what its first point becomes.
    fn first(&self, common: &Common) -> Outcome {
        let started = self.started_ns.unwrap_or(0);
        match self.initial {
            Initial::Auto if common.start_ns < started || common.start_ns == common.time_ns => {
                Outcome::Withheld
            }
            Initial::Auto => Outcome::Since(common.start_ns),
            Initial::Keep => Outcome::Since(0),
            Initial::Drop => Outcome::Withheld,
        }
    }

    fn convert_point(&mut self, data: &mut Data, index: usize, head: &str) -> bool {
        let Some(common) = data.common(index) else {
            return true;
        };
        if common.flags & 1 == 1 {
            return false;
        }
        let mut key = head.to_owned();
        identity::write_attributes(&mut key, &common.attributes);
        let _ = write!(key, "{}", common.start_ns);
        match data {
            Data::Sum { points, .. } => self.convert_number(&mut points[index], key),
            Data::Histogram { points, .. } => self.convert_histogram(&mut points[index], key),
            Data::ExponentialHistogram { points, .. } => {
                self.convert_exponential(&mut points[index], key)
            }
            Data::None | Data::Gauge(_) | Data::Summary(_) => true,
        }
    }

    fn convert_number(&mut self, point: &mut NumberPoint, mut key: String) -> bool {
        let new = point.value;
        if matches!(new, Number::Double(value) if value.is_nan()) {
            return true;
        }
        key.push(match new {
            Number::None => 'n',
            Number::Int(_) => 'i',
            Number::Double(_) => 'd',
        });
        let value = PreviousValue::Number(new);
        let time_ns = point.common.time_ns;
        let Some(previous) = self.streams.get_mut(&key) else {
            self.streams.insert(key, Previous { time_ns, value });
            return self.keep_first(&mut point.common);
        };
        let since = previous.time_ns;
        let old = std::mem::replace(previous, Previous { time_ns, value });
        let (falls, delta) = match (new, &old.value) {
            (Number::Double(new), PreviousValue::Number(Number::Double(old))) => {
                (new < *old, Number::Double(new - old))
            }
            (Number::Int(new), PreviousValue::Number(Number::Int(old))) => {
                (new < *old, Number::Int(new.wrapping_sub(*old)))
            }
            // A point without a value counts as the whole number 0.
            _ => (false, Number::Int(0)),
        };
        point.common.start_ns = since;
        point.value = delta;
        !falls
    }

    fn keep_first(&self, common: &mut Common) -> bool {
        match self.first(common) {
            Outcome::Withheld => false,
            Outcome::Since(start_ns) => {
                common.start_ns = start_ns;
                true
            }
        }
    }

    fn convert_histogram(&mut self, point: &mut HistogramPoint, key: String) -> bool {
        let mut new = point.clone();
        new.common = Common::default();
        let time_ns = point.common.time_ns;
        let Some(previous) = self.streams.get_mut(&key) else {
            let value = PreviousValue::Histogram(new);
            self.streams.insert(key, Previous { time_ns, value });
            (point.min, point.max) = (None, None);
            return self.keep_first(&mut point.common);
        };
        let since = previous.time_ns;
        let PreviousValue::Histogram(old) = previous.value.clone() else {
            return true;
        };
        if new.sum.is_some_and(f64::is_nan) {
            new.sum = old.sum;
        }
        let strict = knows_exponential_histograms(self.version);
        let fits = new.bucket_counts.len() == old.bucket_counts.len()
            && (!strict || new.bounds == old.bounds);
        let falls = new.count < old.count;
        let some_fall = new
            .bucket_counts
            .iter()
            .zip(&old.bucket_counts)
            .any(|(new, old)| new < old);
        if strict && fits && (falls || some_fall) {
            // A reset is withheld, and the next point is still compared with the one before it.
            return false;
        }
        let value = PreviousValue::Histogram(new.clone());
        *previous = Previous { time_ns, value };
        if !fits {
            return false;
        }
        if !falls {
            new.count -= old.count;
            new.sum = Some(new.sum.unwrap_or(0.0) - old.sum.unwrap_or(0.0));
            for (new, old) in new.bucket_counts.iter_mut().zip(&old.bucket_counts) {
                *new = new.wrapping_sub(*old);
            }
        }
        point.common.start_ns = since;
        point.count = new.count;
        if point.sum.is_some_and(|sum| !sum.is_nan()) {
            point.sum = new.sum;
        }
        point.bounds = Rc::clone(&new.bounds);
        point.bucket_counts = new.bucket_counts;
        (point.min, point.max) = (None, None);
        true
    }

    fn convert_exponential(&mut self, point: &mut ExponentialPoint, key: String) -> bool {
        let mut new = point.clone();
        new.common = Common::default();
        let time_ns = point.common.time_ns;
        let Some(previous) = self.streams.get_mut(&key) else {
            let value = PreviousValue::Exponential(new);
            self.streams.insert(key, Previous { time_ns, value });
            return self.keep_first(&mut point.common);
        };
        let since = previous.time_ns;
        let PreviousValue::Exponential(mut old) = previous.value.clone() else {
            return true;
        };
        if new.count < old.count || new.scale > old.scale {
            return false;
        }
        let lost = old.scale.abs_diff(new.scale);
        coarsen(&mut old.positive, &mut old.positive_offset, lost);
        coarsen(&mut old.negative, &mut old.negative_offset, lost);
        let positive = difference(
            (&new.positive, new.positive_offset),
            (&old.positive, old.positive_offset),
        );
        let negative = difference(
            (&new.negative, new.negative_offset),
            (&old.negative, old.negative_offset),
        );
        let (Some(positive), Some(negative)) = (positive, negative) else {
            return false;
        };
        let value = PreviousValue::Exponential(new.clone());
        *previous = Previous { time_ns, value };
        point.common.start_ns = since;
        point.count = new.count - old.count;
        if point.sum.is_some_and(|sum| !sum.is_nan()) {
            point.sum = Some(new.sum.unwrap_or(0.0) - old.sum.unwrap_or(0.0));
        }
        point.zero_count = new.zero_count.wrapping_sub(old.zero_count);
        (point.positive, point.positive_offset) = positive;
        (point.negative, point.negative_offset) = negative;
        true
    }
}

/// Halves the resolution `lost` times (`Coarsen`).
#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "indices of buckets, which stay far below 2^31"
)]
fn coarsen(buckets: &mut Vec<u64>, offset: &mut i32, lost: u32) {
    let shift = lost.min(31);
    if shift == 0 {
        return;
    }
    let new_offset = *offset >> shift;
    let mut coarse: Vec<u64> = Vec::new();
    for (index, count) in buckets.iter().enumerate() {
        let bucket = (i64::from(*offset) + index as i64) >> shift;
        let at = (bucket - i64::from(new_offset)) as usize;
        if at >= coarse.len() {
            coarse.resize(at + 1, 0);
        }
        coarse[at] = coarse[at].wrapping_add(*count);
    }
    (*buckets, *offset) = (coarse, new_offset);
}

/// New buckets less the old ones; `None` where one fell (`Diff`).
#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "indices of buckets, which stay far below 2^31"
)]
fn difference(new: (&[u64], i32), old: (&[u64], i32)) -> Option<(Vec<u64>, i32)> {
    let mut out = (Vec::new(), 0);
    for (index, count) in new.0.iter().enumerate() {
        let bucket = i64::from(new.1) + index as i64;
        let old_index = usize::try_from(bucket - i64::from(old.1)).ok();
        let before = old_index
            .and_then(|index| old.0.get(index))
            .copied()
            .unwrap_or(0);
        if *count < before && *count != 0 {
            return None;
        }
        if *count == 0 || *count == before {
            continue;
        }
        if out.0.is_empty() {
            out.1 = bucket as i32;
        }
        let zeros = (bucket - i64::from(out.1)) as usize;
        out.0.resize(zeros, 0);
        out.0.push(count - before);
    }
    Some(out)
}

impl Processor for CumulativeToDelta {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        if self.started_ns.is_none() {
            self.started_ns = newest(metrics);
        }
        for resource in 0..metrics.resources.len() {
            for scope in 0..metrics.resources[resource].scopes.len() {
                self.convert_scope(metrics, resource, scope, trace);
            }
            metrics.resources[resource]
                .scopes
                .retain(|scope| !scope.metrics.is_empty());
        }
        metrics
            .resources
            .retain(|resource| !resource.scopes.is_empty());
        Ok(())
    }
}

fn newest(metrics: &Metrics) -> Option<u64> {
    let metrics = metrics
        .resources
        .iter()
        .flat_map(|resource| &resource.scopes);
    metrics
        .flat_map(|scope| &scope.metrics)
        .flat_map(|metric| (0..metric.data.len()).filter_map(|index| metric.data.common(index)))
        .map(|common| common.time_ns)
        .max()
}

impl CumulativeToDelta {
    fn convert_scope(
        &mut self,
        metrics: &mut Metrics,
        resource: usize,
        scope: usize,
        trace: &mut dyn Trace,
    ) {
        let mut kept = vec![true; metrics.resources[resource].scopes[scope].metrics.len()];
        for (index, kept) in kept.iter_mut().enumerate() {
            let metric = &metrics.resources[resource].scopes[scope].metrics[index];
            if !self.converts(metric) {
                continue;
            }
            let head = head(&metrics.resources[resource], scope, metric);
            // Points are worked on apart, so that those that go can be shown as they are.
            let mut data = metric.data.clone();
            let stays: Vec<bool> = (0..data.len())
                .map(|point| self.convert_point(&mut data, point, &head))
                .collect();
            for (point, _) in stays.iter().enumerate().filter(|(_, stays)| !**stays) {
                let at = At {
                    resource,
                    scope,
                    metric: index,
                    point,
                };
                trace.point_dropped(metrics, at, 0);
            }
            data.retain(|point| stays[point]);
            if let Data::Sum { temporality, .. }
            | Data::Histogram { temporality, .. }
            | Data::ExponentialHistogram { temporality, .. } = &mut data
            {
                *temporality = Temporality::Delta;
            }
            *kept = !data.is_empty();
            metrics.resources[resource].scopes[scope].metrics[index].data = data;
        }
        let mut kept = kept.into_iter();
        let list = &mut metrics.resources[resource].scopes[scope].metrics;
        list.retain(|_| kept.next().unwrap_or(true));
    }
}

/// What the identity of a stream has from its metric and above (`tracking/identity.go`).
fn head(resource: &ResourceMetrics, scope: usize, metric: &Metric) -> String {
    let ScopeMetrics { name, version, .. } = &resource.scopes[scope];
    let mut head = String::new();
    let _ = write!(head, "{}", identity::kind(&metric.data));
    identity::write_attributes(&mut head, &resource.attributes);
    for text in [name, version, &metric.name, &metric.unit] {
        identity::write_text(&mut head, text);
    }
    head
}

fn read_choice(node: Option<&Node>, what: &str, version: Version) -> Result<Choice, ConfigError> {
    let Some(node) = node else {
        return Ok(Choice::default());
    };
    let mut fields = Fields::of(node, what)?;
    let (match_type, type_at) = settings::text_at(&mut fields, "match_type")?;
    if let Some(node) = fields.take("regexp") {
        let mut cache = Fields::of(node, "regexp")?;
        cache.bool("cacheenabled")?;
        cache.int("cachemaxnumentries")?;
        cache.finish()?;
    }
    let names = fields.texts("metrics")?;
    let kinds = if knows_exponential_histograms(version) {
        fields.texts("metric_types")?
    } else {
        Vec::new()
    };
    fields.finish()?;
    if match_type.is_empty() != names.is_empty() {
        let message = format!("`{what}` needs both `match_type` and `metrics`, or neither");
        return Err(ConfigError::new(type_at, message));
    }
    let kind = |(name, at): &(String, _)| match name.to_lowercase().as_str() {
        "sum" => Ok(2),
        "histogram" => Ok(3),
        "exponentialhistogram" => Ok(4),
        _ => {
            let message =
                format!("a metric type is sum, histogram or exponentialhistogram, not `{name}`");
            Err(ConfigError::new(*at, message))
        }
    };
    Ok(Choice {
        names: if names.is_empty() {
            None
        } else {
            Some(NameSet::new(&match_type, type_at, &names)?)
        },
        kinds: kinds.iter().map(kind).collect::<Result<_, _>>()?,
    })
}
