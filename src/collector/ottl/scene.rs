//! What a condition or statement looks at: one item of a payload, and what encloses it.

use crate::collector::attributes::Attributes;
use crate::collector::pdata::At;
use crate::collector::pdata::Common;
use crate::collector::pdata::Metric;
use crate::collector::pdata::Metrics;
use crate::collector::pdata::ResourceMetrics;
use crate::collector::pdata::ScopeMetrics;

/// The item under judgement. Indices deeper than its context are not looked at.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The payload.
    pub metrics: &'a mut Metrics,
    /// Which item of it.
    pub at: At,
    /// The scratch map that statements about one item share; it begins empty for each item.
    pub cache: Attributes,
    /// What `Now()` returns, in nanoseconds since 1970.
    pub now_ns: i64,
}

impl<'a> Scene<'a> {
    /// A scene with an empty cache.
    pub fn new(metrics: &'a mut Metrics, at: At, now_ns: i64) -> Self {
        Self {
            metrics,
            at,
            cache: Attributes::default(),
            now_ns,
        }
    }

    /// Goes on to another item.
    pub fn move_to(&mut self, at: At) {
        self.at = at;
        self.cache.clear();
    }

    /// The resource around the item.
    pub fn resource(&self) -> Option<&ResourceMetrics> {
        self.metrics.resources.get(self.at.resource)
    }

    /// The same, to change it.
    pub fn resource_mut(&mut self) -> Option<&mut ResourceMetrics> {
        self.metrics.resources.get_mut(self.at.resource)
    }

    /// The instrumentation scope around the item; its metrics are where new ones are appended.
    pub fn scope(&self) -> Option<&ScopeMetrics> {
        self.resource()?.scopes.get(self.at.scope)
    }

    /// The same, to change it.
    pub fn scope_mut(&mut self) -> Option<&mut ScopeMetrics> {
        let at = self.at.scope;
        self.resource_mut()?.scopes.get_mut(at)
    }

    /// The metric, or the one around the data point.
    pub fn metric(&self) -> Option<&Metric> {
        self.scope()?.metrics.get(self.at.metric)
    }

    /// The same, to change it.
    pub fn metric_mut(&mut self) -> Option<&mut Metric> {
        let at = self.at.metric;
        self.scope_mut()?.metrics.get_mut(at)
    }

    /// What the data point has in common with points of every type.
    pub fn point(&self) -> Option<&Common> {
        self.metric()?.data.common(self.at.point)
    }

    /// The same, to change it.
    pub fn point_mut(&mut self) -> Option<&mut Common> {
        let at = self.at.point;
        self.metric_mut()?.data.common_mut(at)
    }
}
