//! What one exporter sends, counted series by series.

use std::collections::HashSet;
use std::rc::Rc;

use foldhash::HashMap;

use super::Count;
use super::identity::AsItIs;
use super::identity::Identity;
use super::labels::LabelCounter;
use crate::collector::exporters::BoundStyle;
use crate::collector::exporters::ExportedPoint;
use crate::collector::exporters::Extent;
use crate::collector::exporters::Label;
use crate::collector::exporters::Names;
use crate::collector::exporters::Shape;
use crate::collector::exporters::Sink;
use crate::collector::pdata::At;
use crate::collector::pdata::Metrics;
use crate::collector::receiver::Stored;
use crate::collector::text::Text;

/// Counts what one exporter sends.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    identity: Identity,
    /// Number of each name, by its text.
    numbers: HashMap<Text, u32>,
    names: Vec<Name>,
    /// Series of the payload that is being sent.
    payload: HashSet<u64, AsItIs>,
    /// The series of each job and instance, with the number of their name: to tell what several payloads
    /// send as the same series.
    pub(super) by_identity: HashMap<u64, Vec<Vec<(u64, u32)>>>,
    /// The same of the payload that is being sent.
    this_payload: HashMap<u64, Vec<(u64, u32)>>,
    /// Series of the job and instance that are being sent.
    current: Vec<(u64, u32)>,
    target: (Option<Text>, Option<Text>),
    target_number: u64,
    last_names: Option<(Rc<Names>, Numbers)>,
    pub(super) samples: u64,
    /// Data points sent, each once.
    pub(super) data_points: u64,
    pub(super) labels: LabelCounter,
    /// Series by their number of labels.
    pub(super) label_counts: Vec<u64>,
    /// What the exporter does not send: by metric name and reason.
    pub(super) dropped: HashMap<(Text, String), Count>,
    le: Option<Text>,
    quantile: Option<Text>,
    bounds: HashMap<u64, Text>,
    /// Where the bounds stand that were looked at last; forgotten with each payload.
    last_bounds: Option<(usize, usize)>,
    /// The bytes of these bounds as labels.
    bound_bytes: Vec<u64>,
}

#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: Text,
    pub(super) number: u64,
    pub(super) count: Count,
    pub(super) fingerprint: u128,
}

/// What a series adds to the fingerprint of its name: sums of these do not depend on any order.
pub(super) fn mark(series: u64) -> u128 {
    let mixed = series.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ series;
    u128::from(series) << 64 | u128::from(mixed)
}

impl Arrivals {
    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }

    /// The payload has been sent.
    #[expect(
        clippy::iter_over_hash_type,
        reason = "counts do not depend on the order"
    )]
    pub(super) fn end_payload(&mut self) {
        self.payload.clear();
        self.last_bounds = None;
        self.keep_current();
        for (identity, series) in self.this_payload.drain() {
            self.by_identity.entry(identity).or_default().push(series);
        }
    }

    fn number(&mut self, name: &Text) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(Name {
            text: name.clone(),
            number: self.identity.text(name),
            count: Count::default(),
            fingerprint: 0,
        });
        self.numbers.insert(name.clone(), number);
        number
    }

    fn bound(&mut self, bound: f64, style: BoundStyle) -> Text {
        self.bounds
            .entry(bound.to_bits())
            .or_insert_with(|| match bound {
                f64::INFINITY => "+Inf".into(),
                bound => Text::from(style.text(bound)),
            })
            .clone()
    }

    /// Counts the label that tells the series of a histogram or summary apart.
    fn count_bounds(&mut self, point: &ExportedPoint<'_>) {
        match point.shape {
            Shape::Histogram { bounds, .. } => {
                let le = self.le.get_or_insert_with(|| "le".into()).clone();
                let series = bounds.len() as u64 + 1;
                let text = self.bound(f64::INFINITY, point.style);
                self.labels.add(&le, &text, series);
            }
            Shape::Summary { quantiles } => {
                let label = self
                    .quantile
                    .get_or_insert_with(|| "quantile".into())
                    .clone();
                for &(quantile, _) in quantiles {
                    let text = self.bound(quantile, point.style);
                    self.labels.add(&label, &text, 1);
                }
            }
            _ => {}
        }
    }
}

/// The counter of an exporter together with the payload that is being sent.
pub(super) struct Sending<'a> {
    pub(super) arrivals: &'a mut Arrivals,
    pub(super) metrics: &'a Metrics,
}

impl Sink for Sending<'_> {
    fn point(&mut self, point: &ExportedPoint<'_>) {
        let At {
            resource,
            scope,
            metric,
            point: at,
        } = point.at;
        let resource = self.metrics.resources.get(resource);
        let metric = resource
            .and_then(|resource| resource.scopes.get(scope))
            .and_then(|scope| scope.metrics.get(metric));
        let common = metric.and_then(|metric| metric.data.common(at));
        let value_bytes = match (point.shape, common) {
            // Its value is always 1.
            (Shape::TargetInfo, _) => 1,
            (_, Some(common)) => u64::from(common.value_bytes),
            (_, None) => 0,
        };
        self.arrivals.point(point, value_bytes);
    }

    fn dropped(&mut self, metrics: &Metrics, at: At, extent: Extent, reason: &str) {
        self.arrivals.dropped(metrics, at, extent, reason);
    }
}

impl Arrivals {
    /// Counts one sample that is stored as it is.
    pub(super) fn store(&mut self, sample: &Stored) {
        let labels: Vec<Label> = sample
            .labels
            .iter()
            .map(|(name, value)| Label {
                name: name.clone(),
                value: value.clone(),
            })
            .collect();
        let names = Rc::new(Names::new(sample.name.clone()));
        let point = ExportedPoint {
            names: &names,
            labels: &labels,
            resource: &[],
            shape: Shape::Value,
            created: false,
            style: BoundStyle::Plain,
            ended: false,
            at: At::default(),
        };
        self.point(&point, sample.value_bytes);
    }

    /// Counts one data point whose values were `value_bytes` long in the scrape.
    fn point(&mut self, point: &ExportedPoint<'_>, value_bytes: u64) {
        // An empty value is no label to a store.
        let own = || point.labels.iter().filter(|label| !label.value.is_empty());
        let mut label_count = 0;
        let mut label_bytes = 0;
        for Label { name, value } in own() {
            label_count += 1;
            label_bytes += name.len() as u64 + value.len() as u64 + 4;
        }
        let labels = self.identity.labels(
            own()
                .chain(point.resource)
                .map(|label| (label.name.as_str(), label.value.as_str())),
        );
        let numbers = self.numbers_of(point);
        self.change_target(point.labels);
        let series_sent = point.len();
        // The bytes of a histogram's values are known together; each of its series gets its share.
        let (share, rest) = (
            value_bytes / series_sent.max(1),
            value_bytes % series_sent.max(1),
        );
        let mut sent = 0;
        let mut series = |this: &mut Self, number: u32, bound: Option<(f64, u64)>| {
            sent += 1;
            let bits = bound.map_or(1, |(bound, _)| bound.to_bits());
            let name = &mut this.names[number as usize];
            let identity = Identity::series(labels, name.number, bits);
            if !this.payload.insert(identity) {
                return;
            }
            let bound_bytes = bound.map_or(0, |(_, bytes)| bytes);
            name.count.series += 1;
            name.fingerprint = name.fingerprint.wrapping_add(mark(identity));
            name.count.body_bytes += line_bytes(name.text.len() as u64, label_bytes + bound_bytes)
                + share
                + u64::from(sent <= rest);
            add_at(
                &mut this.label_counts,
                label_count + usize::from(bound.is_some()),
                1,
            );
            this.current.push((identity, number));
        };
        match point.shape {
            Shape::Value | Shape::Native | Shape::TargetInfo | Shape::Point => {
                series(self, numbers.base, None);
            }
            Shape::Histogram { bounds, has_sum } => {
                if has_sum {
                    series(self, numbers.sum, None);
                }
                series(self, numbers.count, None);
                self.learn_bounds(bounds, point.style);
                for (at, &bound) in bounds.iter().enumerate() {
                    let bytes = self.bound_bytes[at];
                    series(self, numbers.bucket, Some((bound, bytes)));
                }
                series(self, numbers.bucket, Some((f64::INFINITY, 10)));
            }
            Shape::Summary { quantiles } => {
                series(self, numbers.sum, None);
                series(self, numbers.count, None);
                for &(quantile, _) in quantiles {
                    let bytes = self.bound(quantile, point.style).len() as u64 + 12;
                    series(self, numbers.base, Some((quantile, bytes)));
                }
            }
        }
        if point.created {
            series(self, numbers.created, None);
        }
        for number in numbers.each(point) {
            self.names[number as usize].count.data_points += 1;
        }
        self.samples += series_sent;
        self.data_points += 1;
        for label in own() {
            self.labels.add(&label.name, &label.value, series_sent);
        }
        self.count_bounds(point);
    }

    /// Looks at the bounds of a histogram. Neighbouring points share them.
    fn learn_bounds(&mut self, bounds: &[f64], style: BoundStyle) {
        let place = (bounds.as_ptr() as usize, bounds.len());
        if self.last_bounds == Some(place) {
            return;
        }
        self.last_bounds = Some(place);
        self.bound_bytes.clear();
        let le = self.le.get_or_insert_with(|| "le".into()).clone();
        for &bound in bounds {
            let text = self.bound(bound, style);
            self.bound_bytes.push(text.len() as u64 + 6);
            self.labels.add(&le, &text, 0);
        }
    }

    /// The numbers of a point's names. Neighbouring points have the very same names.
    fn numbers_of(&mut self, point: &ExportedPoint<'_>) -> Numbers {
        if let Some((names, numbers)) = &self.last_names
            && Rc::ptr_eq(names, point.names)
        {
            return *numbers;
        }
        // A number is given to what is sent only: a gauge has no buckets.
        let sent = |name: &Text| point.by_name().any(|(sent, _)| std::ptr::eq(sent, name));
        let mut number = |name: &Text| {
            if sent(name) {
                self.number(name)
            } else {
                u32::MAX
            }
        };
        let names = point.names;
        let numbers = Numbers {
            base: number(&names.base),
            bucket: number(&names.bucket),
            count: number(&names.count),
            sum: number(&names.sum),
            created: number(&names.created),
        };
        // Points of one metric may differ in whether they have a sum.
        let is_whole = match point.shape {
            Shape::Histogram { has_sum, .. } => has_sum && !point.created,
            Shape::Summary { quantiles } => !quantiles.is_empty() && !point.created,
            _ => !point.created,
        };
        self.last_names = is_whole.then(|| (Rc::clone(point.names), numbers));
        numbers
    }

    /// Series that follow belong to the job and instance that these labels name.
    fn change_target(&mut self, labels: &[Label]) {
        let of = |name: &str| {
            let label = labels.iter().find(|label| label.name.as_str() == name);
            label.map(|label| &label.value)
        };
        let target = (of("job").cloned(), of("instance").cloned());
        if self.target == target && self.target_number != 0 {
            return;
        }
        self.keep_current();
        let text = |text: &Option<Text>| text.as_ref().map_or("", Text::as_str).to_owned();
        let (job, instance) = (text(&target.0), text(&target.1));
        let labels = [("job", &*job), ("instance", &*instance)];
        self.target_number = self.identity.labels(labels.into_iter()) | 1;
        self.target = target;
    }

    /// Puts the series of the target that was sent last where they belong.
    fn keep_current(&mut self) {
        if self.current.is_empty() {
            return;
        }
        let series = std::mem::take(&mut self.current);
        let sent = self.this_payload.entry(self.target_number).or_default();
        sent.extend(series);
    }

    fn dropped(&mut self, metrics: &Metrics, at: At, extent: Extent, reason: &str) {
        let resource = &metrics.resources[at.resource];
        let Some(metric) = resource
            .scopes
            .get(at.scope)
            .and_then(|scope| scope.metrics.get(at.metric))
        else {
            return;
        };
        let points = match extent {
            Extent::Point => at.point..at.point + 1,
            Extent::Metric => 0..metric.data.len(),
            Extent::TargetInfo => return,
        };
        let name = metric.name.clone();
        let count = self.dropped.entry((name, reason.to_owned())).or_default();
        for point in points {
            count.series += metric.data.series(point).total();
            count.data_points += 1;
        }
    }
}

/// Bytes of a line without its value: the name, its labels in braces, a blank and the newline.
pub(super) fn line_bytes(name: u64, label_bytes: u64) -> u64 {
    let braces = if label_bytes == 0 { 0 } else { label_bytes + 1 };
    name + braces + 2
}

/// Numbers of a metric's names.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    base: u32,
    bucket: u32,
    count: u32,
    sum: u32,
    created: u32,
}

impl Numbers {
    /// Those that a point has series of.
    fn each(self, point: &ExportedPoint<'_>) -> impl Iterator<Item = u32> {
        let names = point.names;
        point.by_name().map(move |(name, _)| {
            if std::ptr::eq(name, &raw const names.base) {
                self.base
            } else if std::ptr::eq(name, &raw const names.bucket) {
                self.bucket
            } else if std::ptr::eq(name, &raw const names.count) {
                self.count
            } else if std::ptr::eq(name, &raw const names.sum) {
                self.sum
            } else {
                self.created
            }
        })
    }
}

fn add_at(counts: &mut Vec<u64>, at: usize, by: u64) {
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += by;
}
