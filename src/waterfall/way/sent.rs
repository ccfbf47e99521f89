//! What an exporter sends of the series that is followed.

use super::Here;
use super::Pairs;
use super::Recorder;
use super::Sought;
use crate::collector::exporters::ExportedPoint;
use crate::collector::exporters::Extent;
use crate::collector::exporters::Part;
use crate::collector::exporters::Shape;
use crate::collector::exporters::Sink;
use crate::collector::pdata::At;
use crate::collector::pdata::Metrics;
use crate::waterfall::difference::family;

/// What an exporter sends.
pub(super) struct Sent<'a> {
    metrics: &'a Metrics,
    sought: &'a Sought<'a>,
    /// The very part of the data point that is followed.
    pub(super) parts: Vec<Here>,
    /// Other parts of it.
    pub(super) others: Vec<Here>,
    /// Why some of it is not sent.
    pub(super) dropped: Vec<String>,
}

impl<'a> Sent<'a> {
    pub(super) fn new(metrics: &'a Metrics, sought: &'a Sought<'a>) -> Self {
        Self {
            metrics,
            sought,
            parts: Vec::new(),
            others: Vec::new(),
            dropped: Vec::new(),
        }
    }

    fn is_ours(&self, at: At) -> bool {
        let resource = self.metrics.resources.get(at.resource);
        let scope = resource.and_then(|resource| resource.scopes.get(at.scope));
        let metric = scope.and_then(|scope| scope.metrics.get(at.metric));
        metric.is_some_and(Recorder::is_ours)
    }

    /// Whether a part of a data point comes from the sample that is followed, rather than its neighbours.
    fn is_part(&self, part: Part, bound: Option<&(&'static str, String)>) -> bool {
        match part {
            Part::Count => self.sought.name.ends_with("_count"),
            Part::Sum => self.sought.name.ends_with("_sum"),
            Part::Created => self.sought.name.ends_with("_created"),
            Part::Bucket(_) | Part::InfBucket | Part::Quantile(_) => {
                let is_bound = family(self.sought.name) == self.sought.name
                    || self.sought.name.ends_with("_bucket");
                is_bound
                    && part_fits(self.sought, |label| {
                        bound
                            .filter(|(name, _)| *name == label)
                            .map(|(_, value)| value.clone())
                    })
            }
            Part::Value | Part::Native | Part::TargetInfo | Part::Point => true,
        }
    }
}

impl Sink for Sent<'_> {
    fn point(&mut self, point: &ExportedPoint<'_>) {
        if matches!(point.shape, Shape::TargetInfo) || !self.is_ours(point.at) {
            return;
        }
        for series in point.series() {
            let bound = series.bound();
            let own = series.labels.iter();
            let mut labels: Pairs = own
                .filter(|label| !label.value.is_empty())
                .map(|label| (label.name.to_string(), label.value.to_string()))
                .collect();
            labels.extend(
                bound
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone())),
            );
            let here = Here {
                name: series.name.to_string(),
                kind: "",
                labels,
                resource: point
                    .resource
                    .iter()
                    .map(|label| (label.name.to_string(), label.value.to_string()))
                    .collect(),
            };
            if self.is_part(series.part, bound.as_ref()) {
                self.parts.push(here);
            } else {
                self.others.push(here);
            }
        }
    }

    fn dropped(&mut self, _: &Metrics, at: At, extent: Extent, reason: &str) {
        if extent != Extent::TargetInfo && self.is_ours(at) {
            self.dropped.push(reason.to_owned());
        }
    }
}

/// Whether a series has the bound of the one that is followed, if that has one.
pub(super) fn part_fits(sought: &Sought<'_>, bound: impl Fn(&str) -> Option<String>) -> bool {
    let bounds = sought.labels.iter();
    let mut bounds = bounds.filter(|(name, _)| matches!(name.as_str(), "le" | "quantile"));
    bounds.all(|(name, value)| bound(name).is_some_and(|own| is_same_bound(&own, value)))
}

fn is_same_bound(left: &str, right: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    left == right || number(left).is_some() && number(left) == number(right)
}
