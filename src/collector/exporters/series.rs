//! What an exporter hands on: a data point with its final names and labels, and the series it stands for.
//!
//! One call of the sink takes a whole data point, so that a histogram of thirty buckets costs no more
//! calls than a gauge; who wants its series one by one iterates over them.

use std::rc::Rc;

use super::super::pdata::At;
use super::super::pdata::Metrics;
use super::super::text::Text;
use super::go_float;

/// The backend names of one metric: the name itself and those of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The name itself: of a number, a quantile or a native histogram.
    pub base: Text,
    /// `_bucket`.
    pub bucket: Text,
    /// `_count`.
    pub count: Text,
    /// `_sum`.
    pub sum: Text,
    /// `_created`.
    pub created: Text,
}

impl Names {
    /// The names that follow from a base name.
    pub fn new(base: Text) -> Self {
        let with = |suffix: &str| Text::from(format!("{base}{suffix}"));
        Self {
            bucket: with("_bucket"),
            count: with("_count"),
            sum: with("_sum"),
            created: with("_created"),
            base,
        }
    }
}

/// One label. Releases up to 0.150 send some with an empty value, which is no label to any store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: Text,
}

/// Which series a data point becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape<'a> {
    /// One series of the base name.
    Value,
    /// One series of the base name that holds a whole histogram.
    Native,
    /// One series, made by the exporter: it tells what is known of a target.
    TargetInfo,
    /// `_bucket` for each finite bound and for `+Inf`, `_count`, and `_sum` if it is known.
    Histogram {
        /// The finite bounds that have a count, in the order in which they are sent.
        bounds: &'a [f64],
        /// Whether there is a `_sum`.
        has_sum: bool,
    },
    /// `_sum`, `_count`, and the base name for each quantile.
    Summary {
        /// (quantile, value)
        quantiles: &'a [(f64, f64)],
    },
    /// An OTLP data point as it is; what the backend makes of it is not known here.
    Point,
}

/// Which part of a data point a series is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// The value of a gauge or sum.
    Value,
    /// The bucket of a finite bound.
    Bucket(f64),
    /// The bucket of all observations.
    InfBucket,
    /// The number of observations.
    Count,
    /// The sum of all observations.
    Sum,
    /// One quantile of a summary.
    Quantile(f64),
    /// A whole histogram.
    Native,
    /// What is known of a target.
    TargetInfo,
    /// When counting began.
    Created,
    /// An OTLP data point.
    Point,
}

/// How bounds and quantiles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundStyle {
    /// Never with an exponent: remote write.
    Plain,
    /// As the text format has it.
    Exposition,
}

impl BoundStyle {
    /// The text of a bound or quantile.
    pub fn text(self, bound: f64) -> String {
        match self {
            Self::Plain => go_float::plain(bound),
            Self::Exposition => go_float::general(bound),
        }
    }
}

impl Part {
    /// Name of the label that tells this part from its neighbours of the same name.
    pub fn bound_label(self) -> Option<&'static str> {
        match self {
            Self::Bucket(_) | Self::InfBucket => Some("le"),
            Self::Quantile(_) => Some("quantile"),
            _ => None,
        }
    }

    /// The value of that label.
    pub fn bound(self, style: BoundStyle) -> Option<String> {
        match self {
            Self::Bucket(bound) | Self::Quantile(bound) => Some(style.text(bound)),
            Self::InfBucket => Some("+Inf".to_owned()),
            _ => None,
        }
    }
}

/// One data point as it is exported.
#[derive(Debug, Clone, Copy)]
pub struct ExportedPoint<'a> {
    /// Its names, shared by all points of the metric.
    pub names: &'a Rc<Names>,
    /// Its labels without `__name__`, `le` and `quantile`, sorted by name. A hostile configuration may
    /// set an `le` of its own on a histogram: it is here, and the series has two.
    pub labels: &'a [Label],
    /// For [`Shape::Point`]: attributes of the resource, which travel apart. Empty otherwise.
    pub resource: &'a [Label],
    /// Which series it becomes.
    pub shape: Shape<'a>,
    /// Whether a `_created` series goes with it (`export_created_metric`).
    pub created: bool,
    /// How its bounds are written.
    pub style: BoundStyle,
    /// Whether it is the mark that its series have ended.
    pub ended: bool,
    /// Where it stands in the payload. For [`Shape::TargetInfo`] only the resource is meant.
    pub at: At,
}

/// One series of a data point.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// Its name.
    pub name: &'a Text,
    /// Which part it is.
    pub part: Part,
    /// Its labels, those of the whole point.
    pub labels: &'a [Label],
    /// How its bound is written.
    pub style: BoundStyle,
    /// Where the point stands.
    pub at: At,
}

impl Series<'_> {
    /// `le` or `quantile`, and its value.
    pub fn bound(&self) -> Option<(&'static str, String)> {
        Some((self.part.bound_label()?, self.part.bound(self.style)?))
    }
}

impl<'a> ExportedPoint<'a> {
    /// How many series it becomes. Equal bounds, if any, count each.
    pub fn len(&self) -> u64 {
        self.by_name().map(|(_, series)| series).sum()
    }

    /// Whether it becomes no series. It always becomes one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its names with the number of series of each, none of them zero.
    pub fn by_name(&self) -> impl Iterator<Item = (&'a Text, u64)> + use<'a> {
        let names: &'a Names = self.names;
        let (base, buckets, counts, sums) = match self.shape {
            Shape::Value | Shape::Native | Shape::TargetInfo | Shape::Point => (1, 0, 0, 0),
            Shape::Histogram { bounds, has_sum } => (0, bounds.len() as u64 + 1, 1, has_sum.into()),
            Shape::Summary { quantiles } => (quantiles.len() as u64, 0, 1, 1),
        };
        let all = [
            (&names.base, base),
            (&names.bucket, buckets),
            (&names.count, counts),
            (&names.sum, sums),
            (&names.created, u64::from(self.created)),
        ];
        all.into_iter().filter(|(_, series)| *series > 0)
    }

    /// Its series one by one, in the order in which they are sent.
    pub fn series(&self) -> impl Iterator<Item = Series<'a>> + use<'a> {
        let Self {
            names,
            labels,
            style,
            at,
            ..
        } = *self;
        let (single, bounds, quantiles, observed, has_sum): (_, &[f64], &[(f64, f64)], _, _) =
            match self.shape {
                Shape::Value => (Some(Part::Value), &[], &[], false, false),
                Shape::Native => (Some(Part::Native), &[], &[], false, false),
                Shape::TargetInfo => (Some(Part::TargetInfo), &[], &[], false, false),
                Shape::Point => (Some(Part::Point), &[], &[], false, false),
                Shape::Histogram { bounds, has_sum } => (None, bounds, &[], true, has_sum),
                Shape::Summary { quantiles } => (None, &[], quantiles, true, true),
            };
        let names: &'a Names = names;
        let is_histogram = matches!(self.shape, Shape::Histogram { .. });
        let single = single.map(|part| (&names.base, part));
        let sum = has_sum.then_some((&names.sum, Part::Sum));
        let count = observed.then_some((&names.count, Part::Count));
        let bucket = |bound: &f64| (&names.bucket, Part::Bucket(*bound));
        let infinite = is_histogram.then_some((&names.bucket, Part::InfBucket));
        let quantile = |(bound, _): &(f64, f64)| (&names.base, Part::Quantile(*bound));
        let created = self.created.then_some((&names.created, Part::Created));
        let parts = single.into_iter().chain(sum).chain(count);
        let parts = parts.chain(bounds.iter().map(bucket)).chain(infinite);
        let parts = parts.chain(quantiles.iter().map(quantile)).chain(created);
        parts.map(move |(name, part)| Series {
            name,
            part,
            labels,
            style,
            at,
        })
    }
}

/// How much of a payload is meant by a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One data point.
    Point,
    /// A whole metric.
    Metric,
    /// The `target_info` of a resource.
    TargetInfo,
}

/// Takes what an exporter sends.
pub trait Sink {
    /// One data point, which becomes one or more series.
    fn point(&mut self, point: &ExportedPoint<'_>);

    /// Something that the exporter does not send. The reason is in the Collector's words.
    fn dropped(&mut self, metrics: &Metrics, at: At, extent: Extent, reason: &str);
}

/// An exporter, ready to run.
pub trait Exporter {
    /// Exports one payload: every data point goes to the sink, or is reported as dropped.
    fn export(&mut self, metrics: &Metrics, sink: &mut dyn Sink);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point<'a>(names: &'a Rc<Names>, shape: Shape<'a>) -> ExportedPoint<'a> {
        ExportedPoint {
            names,
            labels: &[],
            resource: &[],
            shape,
            created: false,
            style: BoundStyle::Plain,
            ended: false,
            at: At::default(),
        }
    }

    fn spelled(point: &ExportedPoint<'_>) -> Vec<String> {
        let spell = |series: Series<'_>| match series.bound() {
            Some((label, bound)) => format!("{}{{{label}={bound}}}", series.name),
            None => series.name.to_string(),
        };
        point.series().map(spell).collect()
    }

    #[test]
    fn a_histogram_has_a_bucket_for_every_bound_and_one_for_all() {
        let names = Rc::new(Names::new("h".into()));
        let shape = Shape::Histogram {
            bounds: &[1.0, 1e6],
            has_sum: true,
        };
        let point = point(&names, shape);
        let expected = [
            "h_sum",
            "h_count",
            "h_bucket{le=1}",
            "h_bucket{le=1000000}",
            "h_bucket{le=+Inf}",
        ];
        assert_eq!(spelled(&point), expected);
        assert_eq!(point.len(), 5);
    }

    #[test]
    fn a_summary_has_sum_and_count_always() {
        let names = Rc::new(Names::new("s".into()));
        let point = point(
            &names,
            Shape::Summary {
                quantiles: &[(0.5, 1.0)],
            },
        );
        assert_eq!(spelled(&point), ["s_sum", "s_count", "s{quantile=0.5}"]);
        let by_name: Vec<_> = point
            .by_name()
            .map(|(name, n)| (name.to_string(), n))
            .collect();
        let expected =
            [("s", 1), ("s_count", 1), ("s_sum", 1)].map(|(name, n)| (name.to_owned(), n));
        assert_eq!(by_name, expected);
    }
}
