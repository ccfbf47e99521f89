//! What one exporter sends, counted point by point.
//!
//! A histogram of thirty buckets is thirty series that have all but their bound in common. They are counted
//! together, as a [`Form`], unless some of them have been sent before under the same labels.

use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

use foldhash::HashMap;

use super::Count;
use super::asked::StageLabels;
use super::forms::Form;
use super::forms::FormId;
use super::forms::Forms;
use super::forms::Group;
use super::identity::AsItIs;
use super::identity::Identity;
use super::identity::mark_of_labels;
use super::labels::LabelCounter;
use super::labels::LabelSet;
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

/// Points that were sent: the number of their labels, and what they became.
pub(super) type Sent = Vec<(u64, FormId)>;

/// Counts what one exporter sends.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    identity: Identity,
    pub(super) forms: Forms,
    names: Vec<Name>,
    /// What of the payload has been sent under a label set and name.
    claims: std::collections::HashMap<u64, Claim, AsItIs>,
    /// Series whose label set and name were claimed more than once in the payload.
    singles: HashSet<u64, AsItIs>,
    /// What was sent of each job and instance, payload by payload: to tell what several payloads send as
    /// the same series. No series stands twice in one payload.
    pub(super) by_identity: HashMap<u64, Vec<Sent>>,
    /// The same of the payload that is being sent.
    this_payload: HashMap<u64, Sent>,
    /// The same of the job and instance that are being sent.
    current: Sent,
    target: u64,
    pub(super) samples: u64,
    /// Data points sent, each once.
    pub(super) data_points: u64,
    pub(super) labels: LabelCounter,
    /// Series by their number of labels.
    pub(super) label_counts: Vec<u64>,
    /// Labels family by family, if they are asked for.
    pub(super) asked: Option<StageLabels>,
    /// What the exporter does not send: by metric name and reason.
    pub(super) dropped: HashMap<(Text, String), Count>,
}

/// Who sent series under a label set and name.
#[derive(Debug, Clone, Copy)]
enum Claim {
    /// Only points of one form have, one point in all.
    Form(FormId),
    /// Several points have: their series are in `singles`.
    Singly,
}

#[derive(Debug)]
pub(super) struct Name {
    pub(super) text: Text,
    number: u64,
    pub(super) count: Count,
    pub(super) fingerprint: u128,
    /// The most labels that a series of it has.
    pub(super) most_labels: usize,
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
        self.claims.clear();
        self.singles.clear();
        self.keep_current();
        for (identity, sent) in self.this_payload.drain() {
            self.by_identity.entry(identity).or_default().push(sent);
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
        let mut set = self.labels.read(point.labels);
        if !point.resource.is_empty() {
            let resource = point.resource.iter();
            let resource = resource.map(|label| (label.name.as_str(), label.value.as_str()));
            // Turned, so that an attribute of the resource is not one of the point.
            let resource = self.identity.labels(resource).rotate_left(17);
            set.number = set.number.wrapping_add(resource);
        }
        if self.target != set.target {
            self.keep_current();
            self.target = set.target;
        }
        let Self {
            identity,
            names,
            labels,
            forms,
            ..
        } = self;
        let number_of = |name: &Text| {
            names.push(Name {
                text: name.clone(),
                number: identity.text(name),
                count: Count::default(),
                fingerprint: 0,
                most_labels: 0,
            });
            names.len() as u32 - 1
        };
        let form = forms.of(point, labels, number_of);
        if let Some(asked) = &mut self.asked {
            let labels = point.labels.iter();
            asked.read(labels.map(|label| (&label.name, Cow::Borrowed(&label.value))));
        }
        self.count(set, form, value_bytes);
    }

    /// Counts a point of a label set and form.
    fn count(&mut self, set: LabelSet, id: FormId, value_bytes: u64) {
        let Self {
            forms,
            names,
            claims,
            singles,
            label_counts,
            current,
            labels,
            asked,
            ..
        } = self;
        let form = &forms[id];
        labels.count(form.series);
        if let Some((label, series)) = form.bound_label {
            labels.add_to(label, series);
        }
        self.samples += form.series;
        self.data_points += 1;
        // What is new of a point of which some series have been sent before.
        let mut partly: Option<Vec<(u32, Vec<u64>)>> = None;
        for (at, group) in form.groups.iter().enumerate() {
            let name = &mut names[group.name as usize];
            name.count.data_points += 1;
            let key = Identity::series(set.number, name.number, 0);
            if group.is_distinct && !claims.contains_key(&key) {
                claims.insert(key, Claim::Form(id));
                name.count_all(set, form, group, value_bytes);
                let count = set.count + usize::from(group.is_bounded);
                add_at(label_counts, count, group.bounds.len() as u64);
                name.most_labels = name.most_labels.max(count);
                if let Some(asked) = asked {
                    let text = |bound: u64| forms.bound_text(bound);
                    let bound_label = form.bound_label.map(|(label, _)| labels.name(label));
                    count_asked(asked, &name.text, bound_label, group, &group.bounds, text);
                }
                if let Some(partly) = &mut partly {
                    partly.push((group.name, group.bounds.to_vec()));
                }
                continue;
            }
            let number = name.number;
            let series = |bound: u64| Identity::series(set.number, number, bound);
            if let Some(Claim::Form(before)) = claims.insert(key, Claim::Singly) {
                let before = forms[before].groups.iter();
                let before = before.filter(|before| before.name == group.name);
                singles.extend(
                    before
                        .flat_map(|before| &before.bounds)
                        .map(|&bound| series(bound)),
                );
            }
            let known = form.groups[..at].iter();
            let known = known.map(|group| (group.name, group.bounds.to_vec()));
            let partly = partly.get_or_insert_with(|| known.collect());
            let mut new = Vec::new();
            for (at, &bound) in group.bounds.iter().enumerate() {
                if singles.insert(series(bound)) {
                    new.push(bound);
                    name.count_one(set, form, (group, at), value_bytes);
                    let count = set.count + usize::from(group.is_bounded);
                    add_at(label_counts, count, 1);
                    name.most_labels = name.most_labels.max(count);
                }
            }
            if let Some(asked) = asked {
                let text = |bound: u64| forms.bound_text(bound);
                let bound_label = form.bound_label.map(|(label, _)| labels.name(label));
                count_asked(asked, &name.text, bound_label, group, &new, text);
            }
            partly.push((group.name, new));
        }
        let whole_or_part = match partly {
            None => Some(id),
            Some(partly) => forms.part(partly),
        };
        current.extend(whole_or_part.map(|form| (set.number, form)));
    }

    /// Puts what was sent of the target that was sent last where it belongs.
    fn keep_current(&mut self) {
        if !self.current.is_empty() {
            let sent = self.this_payload.entry(self.target).or_default();
            sent.append(&mut self.current);
        }
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

impl Name {
    /// Counts all series of a group.
    fn count_all(&mut self, set: LabelSet, form: &Form, group: &Group, value_bytes: u64) {
        let series = group.bounds.len() as u64;
        let marks = mark_of_labels(set.number).wrapping_mul(group.marks);
        let lines = series * self.line_bytes(set, group) + group.bound_bytes.iter().sum::<u64>();
        let values = form.value_bytes(value_bytes, group.first..group.first + series);
        self.count.series += series;
        self.count.body_bytes += lines + values;
        self.fingerprint = self.fingerprint.wrapping_add(marks);
    }

    /// Counts one series of a group.
    fn count_one(
        &mut self,
        set: LabelSet,
        form: &Form,
        (group, at): (&Group, usize),
        value_bytes: u64,
    ) {
        let place = group.first + at as u64;
        let line = self.line_bytes(set, group) + group.bound_bytes[at];
        self.count.series += 1;
        self.count.body_bytes += line + form.value_bytes(value_bytes, place..place + 1);
        let mark = super::identity::mark(set.number, group.bounds[at]);
        self.fingerprint = self.fingerprint.wrapping_add(mark);
    }

    /// Bytes of a line without its bound and value.
    fn line_bytes(&self, set: LabelSet, group: &Group) -> u64 {
        let name = self.text.len() as u64;
        if group.is_bounded {
            // There are braces, whatever other labels there are.
            name + set.bytes + 3
        } else {
            line_bytes(name, set.bytes)
        }
    }
}

/// Bytes of a line without its value: the name, its labels in braces, a blank and the newline.
pub(super) fn line_bytes(name: u64, label_bytes: u64) -> u64 {
    let braces = if label_bytes == 0 { 0 } else { label_bytes + 1 };
    name + braces + 2
}

/// Counts the labels of those series of a group that have these bounds.
fn count_asked(
    asked: &mut StageLabels,
    name: &Text,
    bound_label: Option<&Text>,
    group: &Group,
    bounds: &[u64],
    text: impl Fn(u64) -> Text,
) {
    let family = asked.family_of_sample(name);
    let series = bounds.len() as u64;
    asked.count(family, series);
    if let Some(label) = bound_label.filter(|_| group.is_bounded) {
        asked.count_bounds(family, label, series, bounds.iter().copied(), text);
    }
}

fn add_at(counts: &mut Vec<u64>, at: usize, by: u64) {
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += by;
}

#[cfg(test)]
mod tests;
