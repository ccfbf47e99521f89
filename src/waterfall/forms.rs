//! What data points become behind an exporter: the same series over and over, but for their labels.

use std::ops::Index;
use std::ops::Range;
use std::rc::Rc;

use foldhash::HashMap;

use super::identity::mark_of_bound;
use super::labels::LabelCounter;
use crate::collector::exporters::BoundStyle;
use crate::collector::exporters::ExportedPoint;
use crate::collector::exporters::Names;
use crate::collector::exporters::Shape;
use crate::collector::text::Text;

/// Number of a [`Form`].
pub(super) type FormId = u32;

/// In place of a bound where there is none: the bits of a NaN that no text yields.
const NO_BOUND: u64 = u64::MAX;

/// Tells the bits of quantiles from those of buckets: a summary may have the name that the buckets of a histogram
/// have. Only where a number has its fraction, so that no quantile becomes [`NO_BOUND`].
const QUANTILE: u64 = 0x000a_54ff_53a5_f1d3;

/// The series that a data point becomes, its labels aside.
#[derive(Debug)]
pub(super) struct Form {
    /// How many it becomes. Equal bounds, if any, count each.
    pub(super) series: u64,
    /// Index of `le` or `quantile`, and how many of the series have it.
    pub(super) bound_label: Option<(u32, u64)>,
    /// Its series by their name.
    pub(super) groups: Vec<Group>,
}

/// The series of one name.
#[derive(Debug)]
pub(super) struct Group {
    /// Number of the name.
    pub(super) name: u32,
    /// How many of the point's series are sent before.
    pub(super) first: u64,
    /// Whether each has a bound; else there is one series.
    pub(super) is_bounded: bool,
    /// The bounds as bits, in the order in which they are sent.
    pub(super) bounds: Box<[u64]>,
    /// Whether no bound stands twice.
    pub(super) is_distinct: bool,
    /// Bytes of each bound as a label.
    pub(super) bound_bytes: Box<[u64]>,
    /// The sum of what the bounds add to a fingerprint.
    pub(super) marks: u128,
}

/// All forms so far.
#[derive(Debug, Default)]
pub(super) struct Forms {
    all: Vec<Form>,
    /// By names and bounds, as numbers one behind the other.
    index: HashMap<Box<[u64]>, FormId>,
    /// That of the point before, and what made it.
    last: Option<Last>,
    /// Number of each name, by its text.
    names: HashMap<Text, u32>,
    texts: HashMap<u64, Text>,
    le: Option<Text>,
    quantile: Option<Text>,
}

/// What a point before was made of.
#[derive(Debug)]
struct Last {
    names: Rc<Names>,
    kind: Kind,
    created: bool,
    form: FormId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Single,
    Histogram { has_sum: bool },
    Summary,
}

impl Index<FormId> for Forms {
    type Output = Form;

    fn index(&self, form: FormId) -> &Form {
        &self.all[form as usize]
    }
}

impl Form {
    /// Whether its bounds are those of a point.
    fn has_bounds(&self, shape: Shape<'_>) -> bool {
        let own = self.groups.iter().find(|group| group.is_bounded);
        let own = own.map_or(&[][..], |group| &group.bounds);
        match shape {
            Shape::Histogram { bounds, .. } => own.split_last().is_some_and(|(_, own)| {
                own.len() == bounds.len()
                    && own
                        .iter()
                        .zip(bounds)
                        .all(|(own, bound)| *own == bound.to_bits())
            }),
            Shape::Summary { quantiles } => {
                own.len() == quantiles.len()
                    && own
                        .iter()
                        .zip(quantiles)
                        .all(|(own, (quantile, _))| *own == quantile.to_bits() ^ QUANTILE)
            }
            Shape::Value | Shape::Native | Shape::TargetInfo | Shape::Point => true,
        }
    }

    /// Bytes of the values of some of the series, of those of the whole point: each gets its share.
    pub(super) fn value_bytes(&self, of_point: u64, places: Range<u64>) -> u64 {
        let series = self.series.max(1);
        let (share, rest) = (of_point / series, of_point % series);
        let longer = rest.saturating_sub(places.start);
        let count = places.end - places.start;
        count * share + longer.min(count)
    }
}

impl Forms {
    /// Names and bounds of all forms, by their number.
    pub(super) fn finish(self) -> Vec<Vec<(u32, Box<[u64]>)>> {
        let series = |form: Form| {
            let groups = form.groups.into_iter();
            groups.map(|group| (group.name, group.bounds)).collect()
        };
        self.all.into_iter().map(series).collect()
    }

    /// A bound as it is sent.
    pub(super) fn bound_text(&self, bound: u64) -> Text {
        self.texts.get(&bound).cloned().unwrap_or_default()
    }

    /// The form of a point. Its bounds are made known to `labels`, names that are new get a number.
    pub(super) fn of(
        &mut self,
        point: &ExportedPoint<'_>,
        labels: &mut LabelCounter,
        number_of: impl FnMut(&Text) -> u32,
    ) -> FormId {
        let kind = match point.shape {
            Shape::Value | Shape::Native | Shape::TargetInfo | Shape::Point => Kind::Single,
            Shape::Histogram { has_sum, .. } => Kind::Histogram { has_sum },
            Shape::Summary { .. } => Kind::Summary,
        };
        if let Some(last) = &self.last
            && last.kind == kind
            && last.created == point.created
            && Rc::ptr_eq(&last.names, point.names)
            && self[last.form].has_bounds(point.shape)
        {
            return last.form;
        }
        let form = self.look_up(point, labels, number_of);
        self.last = Some(Last {
            names: Rc::clone(point.names),
            kind,
            created: point.created,
            form,
        });
        form
    }

    fn look_up(
        &mut self,
        point: &ExportedPoint<'_>,
        labels: &mut LabelCounter,
        mut number_of: impl FnMut(&Text) -> u32,
    ) -> FormId {
        let names = point.names;
        let one = || vec![NO_BOUND];
        let mut parts: Vec<(&Text, Vec<u64>)> = match point.shape {
            Shape::Value | Shape::Native | Shape::TargetInfo | Shape::Point => {
                vec![(&names.base, one())]
            }
            Shape::Histogram { bounds, has_sum } => {
                let infinite = std::iter::once(&f64::INFINITY);
                let buckets = bounds.iter().chain(infinite).map(|bound| bound.to_bits());
                let sum = has_sum.then(|| (&names.sum, one()));
                let others = [(&names.count, one()), (&names.bucket, buckets.collect())];
                sum.into_iter().chain(others).collect()
            }
            Shape::Summary { quantiles } => {
                let quantiles = quantiles
                    .iter()
                    .map(|(quantile, _)| quantile.to_bits() ^ QUANTILE);
                vec![
                    (&names.sum, one()),
                    (&names.count, one()),
                    (&names.base, quantiles.collect()),
                ]
            }
        };
        if point.created {
            parts.push((&names.created, one()));
        }
        // A number is given to what is sent only: a gauge has no buckets.
        parts.retain(|(_, bounds)| !bounds.is_empty());
        let parts = parts.into_iter();
        let parts: Vec<(u32, Vec<u64>)> = parts
            .map(|(name, bounds)| {
                let number = if let Some(&number) = self.names.get(name) {
                    number
                } else {
                    let number = number_of(name);
                    self.names.insert(name.clone(), number);
                    number
                };
                (number, bounds)
            })
            .collect();
        let key = key(0, &parts);
        if let Some(&form) = self.index.get(&*key) {
            return form;
        }
        let bound_label = match point.shape {
            Shape::Histogram { .. } => {
                let le = self.le.get_or_insert_with(|| "le".into());
                Some((le.clone(), 0))
            }
            Shape::Summary { .. } => {
                let quantile = self.quantile.get_or_insert_with(|| "quantile".into());
                Some((quantile.clone(), QUANTILE))
            }
            _ => None,
        };
        self.add(
            key,
            parts,
            bound_label.map(|(name, told_by)| (name, told_by, point.style, labels)),
        )
    }

    /// The form of what is left of a point of which some series have been sent before; `None` if nothing is.
    pub(super) fn part(&mut self, mut parts: Vec<(u32, Vec<u64>)>) -> Option<FormId> {
        parts.retain(|(_, bounds)| !bounds.is_empty());
        if parts.is_empty() {
            return None;
        }
        let key = key(1, &parts);
        let known = self.index.get(&*key).copied();
        Some(known.unwrap_or_else(|| self.add(key, parts, None)))
    }

    fn add(
        &mut self,
        key: Box<[u64]>,
        parts: Vec<(u32, Vec<u64>)>,
        mut bound_label: Option<(Text, u64, BoundStyle, &mut LabelCounter)>,
    ) -> FormId {
        let mut form = Form {
            series: 0,
            bound_label: None,
            groups: Vec::with_capacity(parts.len()),
        };
        for (name, bounds) in parts {
            let is_bounded = bounds != [NO_BOUND];
            let mut bound_bytes = vec![0; bounds.len()];
            if let Some((label, told_by, style, labels)) = &mut bound_label
                && is_bounded
            {
                for (bytes, &bound) in bound_bytes.iter_mut().zip(&bounds) {
                    let text = self.texts.entry(bound).or_insert_with(|| {
                        match f64::from_bits(bound ^ *told_by) {
                            f64::INFINITY => "+Inf".into(),
                            bound => Text::from(style.text(bound)),
                        }
                    });
                    *bytes = (label.len() + text.len() + 4) as u64;
                    let index = labels.add(label, text, 0);
                    form.bound_label = index.map(|index| (index, bounds.len() as u64));
                }
            }
            let mut sorted = bounds.clone();
            sorted.sort_unstable();
            let marks = bounds.iter().map(|&bound| mark_of_bound(bound));
            form.groups.push(Group {
                name,
                first: form.series,
                is_bounded,
                is_distinct: sorted.is_sorted_by(|a, b| a < b),
                marks: marks.fold(0, u128::wrapping_add),
                bound_bytes: bound_bytes.into(),
                bounds: bounds.into(),
            });
            form.series += form
                .groups
                .last()
                .map_or(0, |group| group.bounds.len() as u64);
        }
        let id = self.all.len() as FormId;
        self.all.push(form);
        self.index.insert(key, id);
        id
    }
}

/// Names and bounds as numbers one behind the other. `kind` tells whole points from what is left of some.
fn key(kind: u64, parts: &[(u32, Vec<u64>)]) -> Box<[u64]> {
    let mut key = vec![kind];
    for (name, bounds) in parts {
        key.push(u64::from(*name) << 32 | bounds.len() as u64);
        key.extend_from_slice(bounds);
    }
    key.into()
}
