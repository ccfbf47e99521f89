//! Against a counter that keeps every series as the line it would be.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::prelude::*;

use super::Arrivals;
use crate::collector::exporters::BoundStyle;
use crate::collector::exporters::ExportedPoint;
use crate::collector::exporters::Label;
use crate::collector::exporters::Names;
use crate::collector::exporters::Shape;
use crate::collector::pdata::At;
use crate::collector::text::Text;
use crate::waterfall::labels::Labels;

/// A data point of few names, labels and bounds, so that its series are often those of another.
#[derive(Debug, Clone)]
struct Point {
    name: &'static str,
    labels: Vec<(&'static str, &'static str)>,
    of: Of,
    created: bool,
    value_bytes: u64,
    /// Whether its names and texts are the very same in memory as those of points before.
    shares: bool,
}

#[derive(Debug, Clone)]
enum Of {
    Value,
    Histogram(Vec<f64>, bool),
    Summary(Vec<(f64, f64)>),
}

/// Names and texts in memory.
#[derive(Debug, Default)]
struct Words {
    names: BTreeMap<&'static str, Rc<Names>>,
    texts: BTreeMap<&'static str, Text>,
}

#[derive(Debug, Default, PartialEq)]
struct Counted {
    /// Series, bytes and data points of each name.
    by_name: BTreeMap<String, (u64, u64, u64)>,
    /// Series by their number of labels.
    by_labels: BTreeMap<usize, u64>,
    /// Samples with each label, and its values.
    labels: Labels,
    samples: u64,
    data_points: u64,
    /// Series that are held to compare payloads.
    held: u64,
}

fn some_point() -> impl Strategy<Value = Point> {
    let bounds = prop::collection::vec(prop::sample::select(vec![0.5, 1.0, 1e21]), 0..4);
    let quantiles = prop::collection::vec(prop::sample::select(vec![0.0, 0.5, 0.9]), 0..3);
    let quantiles = quantiles.prop_map(|all| all.into_iter().map(|q| (q, 1.0)).collect());
    let of = prop_oneof![
        Just(Of::Value),
        (bounds, any::<bool>()).prop_map(|(bounds, has_sum)| Of::Histogram(bounds, has_sum)),
        quantiles.prop_map(Of::Summary),
    ];
    let names = prop::sample::select(vec!["a", "a_count", "a_bucket", "b"]);
    let pairs = vec![
        ("job", "x"),
        ("job", "y"),
        ("path", "/"),
        ("zone", ""),
        ("zone", "z"),
    ];
    let labels = prop::sample::subsequence(pairs, 0..4);
    let labels = labels.prop_map(|mut labels| {
        labels.dedup_by_key(|(name, _)| *name);
        labels
    });
    let flags = (any::<bool>(), any::<bool>());
    (names, labels, of, flags, 0..40_u64).prop_map(
        |(name, labels, of, (created, shares), value_bytes)| Point {
            name,
            labels,
            of,
            created,
            value_bytes,
            shares,
        },
    )
}

fn some_payloads() -> impl Strategy<Value = Vec<Vec<Point>>> {
    prop::collection::vec(prop::collection::vec(some_point(), 0..12), 0..3)
}

impl Words {
    fn names(&mut self, name: &'static str, shares: bool) -> Rc<Names> {
        let new = || Rc::new(Names::new(name.into()));
        if shares {
            Rc::clone(self.names.entry(name).or_insert_with(new))
        } else {
            new()
        }
    }

    fn text(&mut self, text: &'static str, shares: bool) -> Text {
        if shares {
            let text = self.texts.entry(text).or_insert_with(|| text.into());
            text.clone()
        } else {
            text.into()
        }
    }

    fn exported<R>(&mut self, point: &Point, with: impl FnOnce(&ExportedPoint<'_>) -> R) -> R {
        let shares = point.shares;
        let mut labels = Vec::new();
        for (name, value) in &point.labels {
            labels.push(Label {
                name: self.text(name, shares),
                value: self.text(value, shares),
            });
        }
        with(&ExportedPoint {
            names: &self.names(point.name, shares),
            labels: &labels,
            resource: &[],
            shape: match &point.of {
                Of::Value => Shape::Value,
                Of::Histogram(bounds, has_sum) => Shape::Histogram {
                    bounds,
                    has_sum: *has_sum,
                },
                Of::Summary(quantiles) => Shape::Summary { quantiles },
            },
            created: point.created,
            style: BoundStyle::Plain,
            ended: false,
            at: At::default(),
        })
    }
}

impl Counted {
    /// Counts a data point, of a payload of which the lines `seen` have been sent.
    fn add(&mut self, point: &Point, exported: &ExportedPoint<'_>, seen: &mut BTreeSet<String>) {
        let series: Vec<_> = exported.series().collect();
        let names: BTreeSet<String> = series.iter().map(|one| one.name.to_string()).collect();
        for name in names {
            self.by_name.entry(name).or_default().2 += 1;
        }
        let all = series.len() as u64;
        self.samples += all;
        self.data_points += 1;
        for (series, at) in series.iter().zip(0..) {
            let own = point.labels.iter().filter(|(_, value)| !value.is_empty());
            let own = own.map(|(name, value)| (*name, (*value).to_owned()));
            let labels: Vec<(&str, String)> = own.chain(series.bound()).collect();
            let mut pairs = Vec::new();
            for (name, value) in &labels {
                pairs.push(format!("{name}=\"{value}\""));
                let (samples, values) = self.labels.entry((*name).to_owned()).or_default();
                *samples += 1;
                values.insert(value.clone());
            }
            let line = if pairs.is_empty() {
                format!("{} \n", series.name)
            } else {
                format!("{}{{{}}} \n", series.name, pairs.join(","))
            };
            let value = point.value_bytes / all + u64::from(at < point.value_bytes % all);
            let bytes = line.len() as u64 + value;
            if seen.insert(line) {
                let name = self.by_name.entry(series.name.to_string()).or_default();
                name.0 += 1;
                name.1 += bytes;
                *self.by_labels.entry(labels.len()).or_default() += 1;
                self.held += 1;
            }
        }
    }
}

fn plainly(payloads: &[Vec<Point>]) -> Counted {
    let mut counted = Counted::default();
    let mut words = Words::default();
    for payload in payloads {
        let mut seen = BTreeSet::new();
        for point in payload {
            words.exported(point, |exported| counted.add(point, exported, &mut seen));
        }
    }
    counted
}

fn arrivals(payloads: &[Vec<Point>]) -> Arrivals {
    let mut arrivals = Arrivals::default();
    let mut words = Words::default();
    for payload in payloads {
        for point in payload {
            words.exported(point, |exported| {
                arrivals.point(exported, point.value_bytes);
            });
        }
        arrivals.end_payload();
    }
    arrivals
}

fn counted(arrivals: Arrivals) -> Counted {
    let by_name = arrivals.names().iter().map(|name| {
        let count = name.count;
        let counts = (count.series, count.body_bytes, count.data_points);
        (name.text.to_string(), counts)
    });
    let by_name = by_name.collect();
    let by_labels = arrivals.label_counts.iter().copied().enumerate();
    let by_labels = by_labels.filter(|(_, series)| *series > 0).collect();
    let forms = arrivals.forms.finish();
    let series = |form: u32| {
        let groups = forms[form as usize].iter();
        groups.map(|(_, bounds)| bounds.len() as u64).sum::<u64>()
    };
    let sent = arrivals.by_identity.into_values().flatten().flatten();
    Counted {
        by_name,
        by_labels,
        labels: arrivals.labels.finish(),
        samples: arrivals.samples,
        data_points: arrivals.data_points,
        held: sent.map(|(_, form)| series(form)).sum(),
    }
}

fn fingerprints(payload: &[Point]) -> BTreeMap<String, u128> {
    let arrivals = arrivals(&[payload.to_vec()]);
    let names = arrivals.names().iter();
    names
        .map(|name| (name.text.to_string(), name.fingerprint))
        .collect()
}

fn point_of(name: &'static str, of: Of) -> Point {
    Point {
        name,
        labels: vec![("job", "x")],
        of,
        created: false,
        value_bytes: 7,
        shares: true,
    }
}

#[test]
fn a_quantile_is_not_the_bucket_of_the_same_name_and_bound() {
    let histogram = point_of("a", Of::Histogram(vec![0.5], true));
    let summary = point_of("a_bucket", Of::Summary(vec![(0.5, 1.0)]));
    let payloads = [vec![histogram, summary]];
    let counted = counted(arrivals(&payloads));
    let (series, ..) = counted.by_name["a_bucket"];
    assert_eq!(series, 3);
    assert_eq!(counted, plainly(&payloads));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn points_are_counted_as_their_series_would_be(payloads in some_payloads()) {
        prop_assert_eq!(counted(arrivals(&payloads)), plainly(&payloads));
    }

    #[test]
    fn a_fingerprint_tells_what_arrives_and_not_in_which_order(
        mut payload in prop::collection::vec(some_point(), 0..12),
    ) {
        let forwards = fingerprints(&payload);
        payload.reverse();
        prop_assert_eq!(&forwards, &fingerprints(&payload));
        payload.extend(payload.clone());
        prop_assert_eq!(&forwards, &fingerprints(&payload));
    }
}
