//! When counting began, in releases that work it out from scrape to scrape
//! (`internal/metrics_adjuster.go` of the Prometheus receiver).
//!
//! In come metrics whose points began at their own time, or when their `_created` lines say; out go the same
//! with the start of their series, which is its first point since it last fell.

use foldhash::HashMap;

use crate::collector::attributes::Attributes;
use crate::collector::pdata::Common;
use crate::collector::pdata::Data;
use crate::collector::pdata::Metrics;
use crate::collector::pdata::Number;

/// The series of all targets.
#[derive(Debug, Default)]
pub(super) struct Starts(HashMap<String, Start>);

#[derive(Debug, Clone, Copy)]
struct Start {
    since_ns: u64,
    count: f64,
    sum: f64,
}

impl Starts {
    /// Gives each point the start of its series.
    pub(super) fn adjust(&mut self, metrics: &mut Metrics) {
        for resource in &mut metrics.resources {
            let mut identity = String::new();
            for key in ["service.name", "service.instance.id"] {
                if let Some(value) = resource.attributes.get(key) {
                    identity.push_str(&value.to_string());
                }
                identity.push('\0');
            }
            let scopes = resource.scopes.iter_mut();
            for metric in scopes.flat_map(|scope| &mut scope.metrics) {
                let head = format!("{identity}{}\0", metric.name);
                self.adjust_points(&head, &mut metric.data);
            }
        }
    }

    fn adjust_points(&mut self, head: &str, data: &mut Data) {
        match data {
            Data::None | Data::Gauge(_) | Data::ExponentialHistogram { .. } => {}
            Data::Sum { points, .. } => {
                for point in points {
                    let value = match point.value {
                        Number::Double(value) => value,
                        Number::Int(_) | Number::None => 0.0,
                    };
                    let fell = |old: Start| value < old.count;
                    self.adjust_point(head, 'n', &mut point.common, (value, 0.0), fell);
                }
            }
            Data::Histogram { points, .. } => {
                for point in points {
                    let now = (point.count as f64, point.sum.unwrap_or(0.0));
                    let fell = |old: Start| now.0 < old.count || now.1 < old.sum;
                    self.adjust_point(head, 'h', &mut point.common, now, fell);
                }
            }
            Data::Summary(points) => {
                for point in points {
                    let now = (point.count as f64, point.sum);
                    // A zero says nothing here.
                    let less = |now: f64, old: f64| now != 0.0 && old != 0.0 && now < old;
                    let fell = |old: Start| less(now.0, old.count) || less(now.1, old.sum);
                    self.adjust_point(head, 's', &mut point.common, now, fell);
                }
            }
        }
    }

    fn adjust_point(
        &mut self,
        head: &str,
        kind: char,
        common: &mut Common,
        (count, sum): (f64, f64),
        fell: impl Fn(Start) -> bool,
    ) {
        let fresh = Start {
            since_ns: common.start_ns,
            count,
            sum,
        };
        let key = key(head, kind, &common.attributes);
        let known = match self.0.entry(key) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(fresh);
                return;
            }
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
        };
        let has_ended = common.flags & 1 == 1;
        if has_ended {
            common.start_ns = known.since_ns;
        } else if fell(*known) {
            *known = fresh;
        } else {
            (known.count, known.sum) = (count, sum);
            common.start_ns = known.since_ns;
        }
    }
}

/// What a series is known by; its labels come sorted.
fn key(head: &str, kind: char, attributes: &Attributes) -> String {
    let mut key = format!("{kind}{head}");
    for (name, value) in attributes.iter() {
        let value = value.to_string();
        if !value.is_empty() {
            key.push_str(name);
            key.push('\0');
            key.push_str(&value);
            key.push('\0');
        }
    }
    key
}
