//! The census against a slow, obvious counter: on real scrapes and on generated ones.
#![cfg(test)]

mod support;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use meshctl::census::Census;
use meshctl::census::LabelValues;
use meshctl::census::Redundancy;
use meshctl::source;
use meshctl::survey;
use meshctl::survey::Survey;
use meshctl::waterfall::LabelsAt;
use proptest::prelude::*;

use support::slow_counter::SlowFamily;
use support::slow_counter::SlowTarget;
use support::slow_counter::target;

fn survey(paths: &[String], workers: usize) -> Survey {
    let plan = survey::Plan {
        sources: source::Options {
            sources: paths.to_vec(),
            ..source::Options::default()
        },
        workers,
        max_line_bytes: 1 << 20,
        simulate: Vec::new(),
        traffic: meshctl::survey::Traffic::Ignore,
        watch: None,
        latency: None,
        now_ns: 0,
        detail: survey::Detail {
            labels_per_series: true,
            names: true,
            by_target: false,
            labels_at: vec![LabelsAt {
                stage: survey::SCRAPE.to_owned(),
                labels: None,
            }],
        },
    };
    survey::run(&plan, &survey::Control::default())
}

/// A body that shows as text when a case fails.
#[derive(Clone)]
struct Body(Vec<u8>);

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "\n{}",
            self.0.escape_ascii().to_string().replace("\\n", "\n")
        )
    }
}

fn census_of(bodies: &[Body], workers: usize) -> Survey {
    let dir = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        // A comment that makes any body recognisable as an exposition.
        let path = dir.path().join(format!("{index:03}.prom"));
        fs::write(&path, &body.0).unwrap();
        paths.push(path.to_str().unwrap().to_owned());
    }
    let mut survey = survey(&paths, workers);
    // Temporary paths differ between runs, and nothing else may.
    let strip = |name: &mut String| *name = name.rsplit('/').next().unwrap().to_owned();
    survey.inputs.iter_mut().for_each(strip);
    for target in &mut survey.census.targets {
        strip(&mut target.name);
        strip(&mut target.origin);
    }
    for rejects in &mut survey.rejects {
        strip(&mut rejects.target);
        strip(&mut rejects.origin);
    }
    survey
}

/// Holds every number of the census against the slow counter.
fn ensure_equal(census: &Census, bodies: &[Body]) {
    let targets: Vec<SlowTarget> = bodies.iter().map(|body| target(&body.0)).collect();
    let sum = |of: fn(&SlowTarget) -> u64| targets.iter().map(of).sum::<u64>();
    assert_eq!(
        census.totals.samples,
        sum(|target| target.samples),
        "samples"
    );
    assert_eq!(
        census.totals.rejects,
        sum(|target| target.rejects),
        "rejects"
    );
    assert_eq!(
        sum(|target| target.lines),
        sum(|target| target.samples + target.rejects + target.other_lines)
    );
    let mut families: BTreeMap<&str, Vec<&SlowFamily>> = BTreeMap::new();
    for (name, family) in targets.iter().flat_map(|target| &target.families) {
        families.entry(name).or_default().push(family);
    }
    let names: Vec<&str> = census
        .families
        .iter()
        .map(|family| family.name.as_str())
        .collect();
    assert_eq!(names, families.keys().copied().collect::<Vec<_>>());
    assert_eq!(census.totals.families, families.len() as u64);
    for (count, slow) in census.families.iter().zip(families.values()) {
        let described = targets.iter().filter_map(|t| t.described.get(&count.name));
        ensure_family_equal(count, slow, described.sum());
    }
    ensure_detail_equal(census, &families);
    let sample_names: BTreeSet<_> = census
        .families
        .iter()
        .flat_map(|f| &f.sample_names)
        .collect();
    assert_eq!(census.totals.names, sample_names.len() as u64);
    let mut savings: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for label in census.families.iter().flat_map(|family| &family.labels) {
        let saving = savings.entry(&label.name).or_default();
        saving.0 += label.marginal_saving;
        saving.1 += label.body_bytes;
    }
    let over_all = census.labels.iter();
    let over_all: BTreeMap<_, _> = over_all
        .map(|label| {
            (
                label.name.as_str(),
                (label.marginal_saving, label.body_bytes),
            )
        })
        .collect();
    assert_eq!(over_all, savings);
    for label in &census.labels {
        let mut values = BTreeSet::new();
        for family in families.values().flatten() {
            values.extend(family.values(&label.name).into_keys());
        }
        assert_eq!(
            label.values,
            values.len() as u64,
            "values of {}",
            label.name
        );
    }
}

/// Holds what is counted on request against the slow counter.
fn ensure_detail_equal(census: &Census, families: &BTreeMap<&str, Vec<&SlowFamily>>) {
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    let mut label_counts: Vec<(u64, &str)> = Vec::new();
    let mut values: BTreeMap<(&str, String), (u64, BTreeSet<String>)> = BTreeMap::new();
    for (name, family) in families {
        for (name_of_series, labels) in family.iter().flat_map(|family| family.series()) {
            *names.entry(name_of_series).or_default() += 1;
            label_counts.push((labels.len() as u64, name));
            for (label, value) in labels {
                let (series, all) = values.entry((name, label)).or_default();
                *series += 1;
                all.insert(value);
            }
        }
    }
    assert_eq!(census.names, names.into_iter().collect::<Vec<_>>(), "names");
    label_counts.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)));
    let counted = census.labels_per_series.as_ref();
    let middle = |at: usize| label_counts[at].0 as f64;
    let expected = label_counts.last().map(|(max, widest)| {
        let last = label_counts.len() - 1;
        let median = f64::midpoint(middle(last / 2), middle(last.div_ceil(2)));
        (label_counts[0].0, median, *max, *widest)
    });
    let counted = counted.map(|counted| {
        let spread = counted.spread;
        (spread.min, spread.median, spread.max, &*counted.widest)
    });
    assert_eq!(counted, expected, "labels per series");
    let listed: Vec<_> = census
        .values
        .iter()
        .map(|of| (&*of.family, &*of.label, of.series, of.values.len()))
        .collect();
    let expected: Vec<_> = values
        .iter()
        .map(|((family, label), (series, all))| (*family, &**label, *series, all.len()))
        .collect();
    assert_eq!(listed, expected, "values of labels");
    for first in ["", "c", "h"] {
        let wanted = |family: &str| family.starts_with(first);
        let mut expected: BTreeMap<&str, (u64, BTreeSet<&String>)> = BTreeMap::new();
        for ((_, label), (series, all)) in values.iter().filter(|((f, _), _)| wanted(f)) {
            let (sum, together) = expected.entry(label).or_default();
            *sum += series;
            together.extend(all);
        }
        let expected: BTreeMap<_, _> = expected
            .into_iter()
            .map(|(label, (series, all))| (label, (series, all.len() as u64)))
            .collect();
        assert_eq!(LabelValues::together(&census.values, wanted), expected);
    }
}

fn ensure_family_equal(
    count: &meshctl::census::FamilyCount,
    slow: &[&SlowFamily],
    described_elsewhere: u64,
) {
    let sum = |of: &dyn Fn(&SlowFamily) -> u64| slow.iter().map(|family| of(family)).sum::<u64>();
    let name = &count.name;
    assert_eq!(
        count.series,
        sum(&|f| f.series().len() as u64),
        "series of {name}"
    );
    assert_eq!(
        count.samples,
        sum(&|f| f.samples.len() as u64),
        "samples of {name}"
    );
    assert_eq!(
        count.body_bytes,
        sum(&|f| f.sample_bytes + f.metadata_bytes) + described_elsewhere,
        "bytes of {name}"
    );
    assert_eq!(
        count.otlp_data_points,
        sum(&|f| f.otlp_data_points()),
        "points of {name}"
    );
    let labels: BTreeSet<String> = slow.iter().flat_map(|f| f.label_names()).collect();
    let counted: Vec<&String> = count.labels.iter().map(|label| &label.name).collect();
    assert_eq!(
        counted,
        labels.iter().collect::<Vec<_>>(),
        "labels of {name}"
    );
    for label in &count.labels {
        let what = format!("{name}{{{}}}", label.name);
        assert_eq!(
            label.marginal_saving,
            sum(&|f| f.marginal_saving(&label.name)),
            "{what}"
        );
        let mut values: BTreeMap<String, u64> = BTreeMap::new();
        for (value, series) in slow.iter().flat_map(|f| f.values(&label.name)) {
            *values.entry(value).or_default() += series;
        }
        assert_eq!(label.values, values.len() as u64, "{what}");
        assert_eq!(label.series, values.values().sum::<u64>(), "{what}");
        let mut top: Vec<(u64, &String)> = values.iter().map(|(v, &n)| (n, v)).collect();
        top.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let counted = label.top_values.iter().map(|top| (top.series, &top.value));
        assert!(counted.eq(top.into_iter().take(10)), "{what}");
        assert_eq!(
            label.body_bytes,
            sum(&|f| f.label_bytes(&label.name)),
            "{what}"
        );
        ensure_redundancy(&what, label, slow, &labels);
    }
}

/// What is said to determine a label does, in every target; and no smaller set was there to be named.
fn ensure_redundancy(
    what: &str,
    label: &meshctl::census::FamilyLabel,
    slow: &[&SlowFamily],
    labels: &BTreeSet<String>,
) {
    let holds = |by: &[String]| slow.iter().all(|family| family.determines(by, &label.name));
    let is_bound = label.name == "le" || label.name == "quantile";
    match &label.redundancy {
        Redundancy::None => {
            assert!(label.structural || label.marginal_saving > 0, "{what}");
        }
        Redundancy::Constant => assert!(is_bound || holds(&[]), "{what}"),
        Redundancy::DeterminedBy(_) if is_bound => {}
        Redundancy::DeterminedBy(by) => {
            let others: Vec<&String> = labels
                .iter()
                .filter(|name| **name != label.name && *name != "le" && *name != "quantile")
                .collect();
            let one = others.iter().any(|name| holds(&[(*name).clone()]));
            let two = || {
                others.iter().enumerate().any(|(at, a)| {
                    others[at + 1..]
                        .iter()
                        .any(|b| holds(&[(*a).clone(), (*b).clone()]))
                })
            };
            assert!(by.is_empty() || holds(by), "{what} by {by:?}");
            if by.is_empty() || by.len() > 2 {
                assert!(!one && !two(), "{what} by {by:?}");
            }
        }
    }
}

fn fixture(name: &str) -> Body {
    Body(
        fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("fixtures/scrapes")
                .join(name),
        )
        .unwrap(),
    )
}

#[test]
fn equals_the_slow_counter_on_every_real_scrape() {
    for name in [
        "idle.prom",
        "first-scrape.prom",
        "grpc-failures-inbound.prom",
        "grpc-failures-outbound.prom",
        "busy-server.prom",
        "busy-client.prom",
        "unescaped-label.prom",
    ] {
        let body = fixture(name);
        let survey = census_of(std::slice::from_ref(&body), 1);
        ensure_equal(&survey.census, &[body]);
    }
}

#[test]
fn equals_the_slow_counter_on_all_real_scrapes_together() {
    let bodies: Vec<_> = [
        "idle.prom",
        "busy-client.prom",
        "grpc-failures-outbound.prom",
        "idle.prom",
    ]
    .map(fixture)
    .into();
    for workers in 1..4 {
        ensure_equal(&census_of(&bodies, workers).census, &bodies);
    }
}

#[test]
fn counts_lines_that_repeat_by_the_million() {
    let cycle = "a{x=\"1\"} 1\nb{y=\"2\",le=\"5\"} 1\na{x=\"1\"} 1\na{x=\"3\"} 1\n";
    let cycles = 400_000;
    let body = Body(cycle.repeat(cycles).into_bytes());
    let census = census_of(std::slice::from_ref(&body), 1).census;
    let cycles = cycles as u64;
    assert_eq!(census.totals.samples, 4 * cycles);
    assert_eq!(census.totals.series, 3);
    assert_eq!(census.totals.duplicates, 4 * cycles - 3);
    let bytes: Vec<_> = census
        .labels
        .iter()
        .map(|label| (&*label.name, label.body_bytes))
        .collect();
    assert_eq!(
        bytes,
        [("le", 7 * cycles), ("x", 3 * 6 * cycles), ("y", 6 * cycles)]
    );
}

/// Lines that look like those of a mesh proxy, in a world small enough for everything to collide.
fn sample_line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "h_bucket",
        "h_bucket",
        "h_bucket",
        "h_count",
        "h_sum",
        "h",
        "c_total",
        "c",
        "c_created",
        "g",
        "s",
        "s_sum",
        "s_count",
        "i_info",
        "free_count",
        "free",
        "a:b",
    ]);
    let key = prop::sample::select(vec![
        "a", "b", "c", "le", "quantile", "d", "e", "\"a.b\"", "\"a\"",
    ]);
    let value = prop::sample::select(vec![
        "", "1", "2", "x", "1", "x\\\"y", "\\\\", "a\\nb", "é", ",", "}", "0.5", "+Inf",
    ]);
    let blank = prop::sample::select(vec!["", "", "", "", " "]);
    let labels = prop::collection::vec((key, value, blank), 0..5);
    let number = prop::sample::select(vec![
        " 1",
        " 0",
        " 1.5",
        " NaN",
        " +Inf",
        " 1e9",
        " 7 1700000000000",
        " 3 # {t=\"1\"} 0.5",
        "\t2",
        " 1 ",
        " x",
        "",
        " 1e999",
        " 5 # {} ",
        " 0x1",
    ]);
    (name, labels, number, any::<bool>()).prop_map(|(name, labels, number, comma)| {
        let labels: Vec<String> = labels
            .into_iter()
            .map(|(key, value, blank)| format!("{key}{blank}={blank}\"{value}\""))
            .collect();
        let tail = if comma && !labels.is_empty() { "," } else { "" };
        if labels.is_empty() && comma {
            format!("{name}{number}")
        } else {
            format!("{name}{{{}{tail}}}{number}", labels.join(","))
        }
    })
}

fn any_line() -> impl Strategy<Value = Vec<u8>> {
    let other = prop::sample::select(vec![
        "",
        "  ",
        "# EOF",
        "# a comment",
        "# TYPE",
        "# TYPE g gague",
        "# HELP h Help.",
        "# HELP 9",
        "# UNIT c seconds",
        "# TYPE c counter",
        "# TYPE g gauge ",
        "{\"h_count\",a=\"1\"} 2",
        "{\"c_total\"} 2",
        "{a=\"1\"} 2",
        "{} 1",
        "1x 1",
        "c_total{a=\"x\"y\"} 1",
        "c_total{a=\"x} 1",
        "c_total{a=x} 1",
        "c_total{a=\"1\" b=\"2\"} 1",
        "c_total{a=\"1\",a=\"2\"} 1",
        "  g 5",
        "\r",
    ]);
    let mutated =
        (sample_line(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(line, at, byte)| {
            let mut line = line.into_bytes();
            let at = at.index(line.len());
            line[at] = if matches!(byte, b'\n' | 0) {
                b' '
            } else {
                byte
            };
            line
        });
    prop_oneof![
        12 => sample_line().prop_map(String::into_bytes),
        2 => other.prop_map(|line| line.as_bytes().to_vec()),
        1 => mutated,
    ]
}

/// A body whose types are known, so that it is read as an exposition.
fn any_body() -> impl Strategy<Value = Body> {
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n"]);
    let lines = prop::collection::vec((any_line(), end), 0..60);
    let unterminated = any::<bool>();
    (lines, unterminated).prop_map(|(lines, unterminated)| {
        let mut body =
            b"# TYPE h histogram\n# TYPE c counter\n# TYPE s summary\n# TYPE i info\n".to_vec();
        for (line, end) in lines {
            body.extend(line);
            body.extend(end.as_bytes());
        }
        if unterminated && body.ends_with(b"\n") {
            body.pop();
        }
        Body(body)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_slow_counter_on_any_bodies(bodies in prop::collection::vec(any_body(), 1..4)) {
        let survey = census_of(&bodies, 2);
        prop_assert_eq!(&survey.coverage.failed, &vec![]);
        ensure_equal(&survey.census, &bodies);
    }

    #[test]
    fn does_not_depend_on_the_number_of_workers(bodies in prop::collection::vec(any_body(), 1..6)) {
        let alone = census_of(&bodies, 1);
        for workers in [2, 3, 5] {
            prop_assert_eq!(&alone, &census_of(&bodies, workers));
        }
    }

    #[test]
    fn does_not_depend_on_the_order_of_lines(
        (body, shuffled) in any_body().prop_flat_map(|body| {
            let mut lines: Vec<Vec<u8>> = body.0.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
            lines.retain(|line| !line.is_empty());
            (Just(lines.clone()), Just(lines).prop_shuffle())
        })
    ) {
        let join = |lines: &[Vec<u8>]| lines.iter().flat_map(|l| [&l[..], b"\n"].concat()).collect::<Vec<u8>>();
        let one = census_of(&[Body(join(&body))], 1).census;
        let other = census_of(&[Body(join(&shuffled))], 1).census;
        // Of two contradicting TYPE lines the first one counts; the bodies here have none.
        prop_assert_eq!(one, other);
    }
}
