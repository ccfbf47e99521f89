//! The `deltatocumulative` processor: differences become running sums.
//!
//! In come payloads; out go the same points with the sum of all before them. What is not a difference
//! passes untouched, and scraped data never is one before `cumulativetodelta`. A point that is older than
//! the last one of its stream is dropped, and so is a new stream beyond `max_streams`. Buckets of
//! exponential histograms are not added up here, only counted: no name or label depends on them. What
//! `max_stale` forgets is not simulated.

use std::collections::HashMap;

use super::super::decode::Fields;
use super::super::pdata::At;
use super::super::pdata::Data;
use super::super::pdata::Metrics;
use super::super::pdata::Number;
use super::super::pdata::Temporality;
use super::super::position::ConfigError;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Node;
use super::identity;
use super::settings;

/// Release from which a copied point is without a sum where its model is (`HistogramDataPoint.CopyTo` of
/// `pdata`): seen in 1.36 (0.130.0), not in 1.32 (0.126.0).
const COPIES_ABSENCE_FROM: u16 = 130;

/// The processor.
#[derive(Debug)]
pub struct DeltaToCumulative {
    max_streams: usize,
    /// Where a stream has lost its sum, points keep their own.
    keeps_sums: bool,
    streams: HashMap<String, Sum>,
    rules: Vec<Rule>,
}

/// What has come together of a stream.
#[derive(Debug, Clone, Default)]
struct Sum {
    start_ns: u64,
    time_ns: u64,
    value: Number,
    /// Of the point that began the stream: all after it get the same.
    flags: u32,
    count: u64,
    total: Option<f64>,
    bounds: Vec<f64>,
    buckets: Vec<u64>,
}

impl DeltaToCumulative {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor deltatocumulative")?;
        let max_stale = settings::duration(&mut fields, "max_stale")?;
        let max_streams = fields.int("max_streams")?;
        fields.finish()?;
        if max_stale.is_some_and(|stale| stale <= 0) {
            return Err(ConfigError::new(
                node.at,
                "`max_stale` must be greater than 0",
            ));
        }
        let Ok(max_streams) = usize::try_from(max_streams.unwrap_or(i64::MAX)) else {
            return Err(ConfigError::new(
                node.at,
                "`max_streams` must not be negative",
            ));
        };
        let text = "a point that is out of order, or of a stream too many".to_owned();
        Ok(Self {
            max_streams,
            keeps_sums: !version.is_from(COPIES_ABSENCE_FROM),
            streams: HashMap::new(),
            rules: vec![Rule { text, at: node.at }],
        })
    }

    /// Adds a point to its stream; false if it is dropped.
    fn add(&mut self, data: &mut Data, point: usize, mut key: String) -> bool {
        let Some(common) = data.common(point) else {
            return true;
        };
        identity::write_attributes(&mut key, &common.attributes);
        let (start_ns, time_ns, flags) = (common.start_ns, common.time_ns, common.flags);
        let room = self.streams.len() < self.max_streams;
        let sum = match self.streams.entry(key) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) if room => {
                entry.insert(Sum::default())
            }
            std::collections::hash_map::Entry::Vacant(_) => return false,
        };
        let is_first = sum.time_ns == 0;
        if !is_first && (start_ns < sum.start_ns || time_ns <= sum.time_ns) {
            return false;
        }
        if is_first {
            sum.start_ns = start_ns;
            sum.flags = flags;
        }
        sum.time_ns = time_ns;
        add_values(sum, data, point, is_first, self.keeps_sums);
        if let Some(common) = data.common_mut(point) {
            (common.start_ns, common.flags) = (sum.start_ns, sum.flags);
        }
        true
    }
}

fn add_values(sum: &mut Sum, data: &mut Data, point: usize, is_first: bool, keeps_own: bool) {
    match data {
        Data::None | Data::Gauge(_) | Data::Summary(_) => {}
        Data::Sum { points, .. } => {
            let value = &mut points[point].value;
            sum.value = match (*value, sum.value) {
                (new, _) if is_first => new,
                (Number::None, old) => old,
                (Number::Double(new), Number::Double(old)) => Number::Double(old + new),
                (Number::Int(new), Number::Int(old)) => Number::Int(old.wrapping_add(new)),
                (new, _) => new,
            };
            *value = sum.value;
        }
        Data::Histogram { points, .. } => {
            let point = &mut points[point];
            if sum.bounds != *point.bounds || sum.buckets.len() != point.bucket_counts.len() {
                // Bounds that changed start anew (`internal/data/add.go`).
                sum.bounds = point.bounds.to_vec();
                sum.buckets = vec![0; point.bucket_counts.len()];
                (sum.count, sum.total) = (0, Some(0.0));
            }
            for (sum, own) in sum.buckets.iter_mut().zip(&mut point.bucket_counts) {
                *sum = sum.wrapping_add(*own);
                *own = *sum;
            }
            sum.count = sum.count.wrapping_add(point.count);
            point.count = sum.count;
            // A sum is lost for good where one point is without (`Histograms` in `internal/data/add.go`).
            sum.total = match (point.sum, sum.total) {
                (own, _) if is_first => own,
                (Some(own), Some(total)) => Some(total + own),
                _ => None,
            };
            if sum.total.is_some() || !keeps_own {
                point.sum = sum.total;
            }
        }
        Data::ExponentialHistogram { points, .. } => {
            let point = &mut points[point];
            sum.count = sum.count.wrapping_add(point.count);
            point.count = sum.count;
            sum.total = match (point.sum, sum.total) {
                (own, _) if is_first => own,
                (Some(own), Some(total)) => Some(total + own),
                _ => None,
            };
            if sum.total.is_some() || !keeps_own {
                point.sum = sum.total;
            }
        }
    }
}

fn is_delta(data: &Data) -> bool {
    match data {
        Data::None | Data::Gauge(_) | Data::Summary(_) => false,
        Data::Sum { temporality, .. }
        | Data::Histogram { temporality, .. }
        | Data::ExponentialHistogram { temporality, .. } => *temporality == Temporality::Delta,
    }
}

impl Processor for DeltaToCumulative {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        for resource in 0..metrics.resources.len() {
            for scope in 0..metrics.resources[resource].scopes.len() {
                self.sum_up(metrics, resource, scope, trace);
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

impl DeltaToCumulative {
    fn sum_up(
        &mut self,
        metrics: &mut Metrics,
        resource: usize,
        scope: usize,
        trace: &mut dyn Trace,
    ) {
        let mut kept = vec![true; metrics.resources[resource].scopes[scope].metrics.len()];
        for (index, kept) in kept.iter_mut().enumerate() {
            let owner = &metrics.resources[resource];
            let metric = &owner.scopes[scope].metrics[index];
            if !is_delta(&metric.data) {
                continue;
            }
            let mut head = String::new();
            identity::write_metric(&mut head, owner, &owner.scopes[scope], metric);
            let mut data = metric.data.clone();
            let stays: Vec<bool> = (0..data.len())
                .map(|point| self.add(&mut data, point, head.clone()))
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
                *temporality = Temporality::Cumulative;
            }
            *kept = !data.is_empty();
            metrics.resources[resource].scopes[scope].metrics[index].data = data;
        }
        let mut kept = kept.into_iter();
        let list = &mut metrics.resources[resource].scopes[scope].metrics;
        list.retain(|_| kept.next().unwrap_or(true));
    }
}
