//! Whole exporters on small payloads.

use std::rc::Rc;

use proptest::prelude::*;

use super::super::attributes::Attributes;
use super::super::pdata::At;
use super::super::pdata::Common;
use super::super::pdata::Data;
use super::super::pdata::ExponentialPoint;
use super::super::pdata::HistogramPoint;
use super::super::pdata::Metric;
use super::super::pdata::Metrics;
use super::super::pdata::NumberPoint;
use super::super::pdata::ResourceMetrics;
use super::super::pdata::ScopeMetrics;
use super::super::pdata::SummaryPoint;
use super::super::pdata::Temporality;
use super::super::value::Value;
use super::super::yaml::Entry;
use super::super::yaml::Kind;
use super::*;

const OLD: Version = Version::new(0, 117, 0);
const PUBLISHED: Version = Version::new(0, 118, 0);
const NEW: Version = Version::new(0, 156, 0);

/// Series spelled out, and what was dropped.
#[derive(Default)]
struct Spelled {
    series: Vec<String>,
    dropped: Vec<String>,
    counted: u64,
}

impl Sink for Spelled {
    fn point(&mut self, point: &ExportedPoint<'_>) {
        assert!(
            point
                .labels
                .is_sorted_by(|left, right| left.name <= right.name)
        );
        self.counted += point.len();
        let before = self.series.len();
        for series in point.series() {
            let labels = series.labels.iter();
            let mut labels: Vec<String> = labels
                .map(|label| format!("{}={}", label.name, label.value))
                .collect();
            labels.extend(
                series
                    .bound()
                    .map(|(label, bound)| format!("{label}={bound}")),
            );
            self.series
                .push(format!("{}{{{}}}", series.name, labels.join(",")));
        }
        assert_eq!((self.series.len() - before) as u64, point.len());
    }

    fn dropped(&mut self, _: &Metrics, _: At, extent: Extent, reason: &str) {
        self.dropped.push(format!("{extent:?}: {reason}"));
    }
}

fn export(config: &Config, metrics: &Metrics) -> Spelled {
    let mut spelled = Spelled::default();
    config.start().export(metrics, &mut spelled);
    spelled
}

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().copied().collect()
}

fn common(pairs: &[(&str, &str)]) -> Common {
    Common {
        attributes: attributes(pairs),
        time_ns: 1,
        start_ns: 1,
        ..Common::default()
    }
}

fn number(pairs: &[(&str, &str)]) -> NumberPoint {
    NumberPoint {
        common: common(pairs),
        ..NumberPoint::default()
    }
}

fn metric(name: &str, data: Data) -> Metric {
    Metric {
        name: name.into(),
        data,
        ..Metric::default()
    }
}

fn gauge(name: &str, pairs: &[(&str, &str)]) -> Metric {
    metric(name, Data::Gauge(vec![number(pairs)]))
}

fn counter(name: &str, points: Vec<NumberPoint>) -> Metric {
    let data = Data::Sum {
        temporality: Temporality::Cumulative,
        monotonic: true,
        points,
    };
    metric(name, data)
}

fn histogram(name: &str, temporality: Temporality, bounds: &[f64], sum: Option<f64>) -> Metric {
    let point = HistogramPoint {
        common: common(&[]),
        sum,
        bounds: bounds.into(),
        bucket_counts: vec![0; bounds.len() + 1],
        ..HistogramPoint::default()
    };
    let points = vec![point];
    metric(
        name,
        Data::Histogram {
            temporality,
            points,
        },
    )
}

const TARGET: [(&str, &str); 3] = [
    ("service.name", "linkerd-proxy"),
    ("service.instance.id", "10.0.0.1:4191"),
    ("server.port", "4191"),
];

fn payload(resource: &[(&str, &str)], metrics: Vec<Metric>) -> Metrics {
    Metrics {
        resources: vec![ResourceMetrics {
            attributes: attributes(resource),
            scopes: vec![ScopeMetrics {
                name: "receiver".into(),
                version: "0.1".into(),
                schema_url: "".into(),
                attributes: attributes(&[("a.b", "x"), ("name", "y")]),
                metrics,
            }],
        }],
    }
}

fn remote_write(version: Version) -> RemoteWrite {
    RemoteWrite::new(version)
}

fn lines(config: &Config, resource: &[(&str, &str)], metrics: Vec<Metric>) -> Vec<String> {
    export(config, &payload(resource, metrics)).series
}

#[test]
fn a_scraped_point_gets_identity_and_scope_by_release() {
    let metrics = || vec![gauge("up", &[("pod", "web")])];
    let written = |version| {
        lines(
            &Config::RemoteWrite(remote_write(version)),
            &TARGET,
            metrics(),
        )
    };
    let plain = "up{instance=10.0.0.1:4191,job=linkerd-proxy,pod=web}";
    let target = "target_info{instance=10.0.0.1:4191,job=linkerd-proxy,server_port=4191}";
    assert_eq!(written(OLD), [plain, target]);
    assert_eq!(written(Version::new(0, 145, 0)), [plain, target]);
    let raw = "up{instance=10.0.0.1:4191,job=linkerd-proxy,otel_scope_a.b=x,otel_scope_name=y,\
               otel_scope_version=0.1,pod=web}";
    assert_eq!(written(Version::new(0, 146, 0)), [raw, target]);
    let sanitised = raw.replace("a.b", "a_b");
    assert_eq!(written(Version::new(0, 147, 0)), [&sanitised, target]);
    assert_eq!(
        written(NEW),
        [&sanitised.replace("name=y", "name=receiver"), target]
    );
}

#[test]
fn scope_labels_can_be_turned_off_from_the_release_after_they_came() {
    let written = |version| {
        let settings = RemoteWrite {
            scope_labels: false,
            target_info: false,
            ..remote_write(version)
        };
        lines(&Config::RemoteWrite(settings), &[], vec![gauge("up", &[])])
    };
    assert_eq!(written(NEW), ["up{}"]);
    assert_ne!(written(Version::new(0, 146, 0)), ["up{}"]);
}

#[test]
fn colliding_labels_are_joined() {
    let config = |version| {
        Config::RemoteWrite(RemoteWrite {
            scope_labels: false,
            target_info: false,
            ..remote_write(version)
        })
    };
    let written = |version, pairs: &[(&str, &str)]| {
        lines(&config(version), &[], vec![gauge("g", pairs)]).concat()
    };
    for version in [OLD, PUBLISHED, NEW] {
        assert_eq!(
            written(version, &[("a_b", "2"), ("a.b", "1")]),
            "g{a_b=1;2}"
        );
        assert_eq!(
            written(version, &[("a_b", "3"), ("a.b", "1"), ("a-b", "2")]),
            "g{a_b=2;1;3}"
        );
    }
    let equal = [("a_b", "1"), ("a.b", "1")];
    assert_eq!(written(OLD, &equal), "g{a_b=1;1}");
    assert_eq!(written(PUBLISHED, &equal), "g{a_b=1}");
    let empty = [("a_b", "1"), ("a.b", "")];
    assert_eq!(written(PUBLISHED, &empty), "g{a_b=;1}");
    assert_eq!(written(NEW, &empty), "g{a_b=1}");
}

#[test]
fn configured_labels_do_not_override_scraped_ones() {
    let config = |version| {
        Config::RemoteWrite(RemoteWrite {
            scope_labels: false,
            target_info: false,
            external_labels: vec![("env".into(), "prod".into()), ("job".into(), "x".into())],
            ..remote_write(version)
        })
    };
    let written = |version, pairs: &[(&str, &str)]| {
        lines(&config(version), &TARGET[..1], vec![gauge("g", pairs)]).concat()
    };
    assert_eq!(written(NEW, &[]), "g{env=prod,job=linkerd-proxy}");
    assert_eq!(
        written(NEW, &[("env", "dev")]),
        "g{env=dev,job=linkerd-proxy}"
    );
    // An empty label is there in older releases, and keeps the configured one away.
    assert_eq!(
        written(PUBLISHED, &[("env", "")]),
        "g{env=,job=linkerd-proxy}"
    );
    assert_eq!(
        written(NEW, &[("env", "")]),
        "g{env=prod,job=linkerd-proxy}"
    );
}

#[test]
fn the_resource_goes_on_every_point_if_asked_for() {
    let config = |without_service| {
        Config::RemoteWrite(RemoteWrite {
            scope_labels: false,
            target_info: false,
            conversion: Conversion {
                enabled: true,
                without_service,
            },
            ..remote_write(NEW)
        })
    };
    let pairs = [("service_name", "x"), ("server.port", "1")];
    let written = |without| lines(&config(without), &TARGET, vec![gauge("g", &pairs)]).concat();
    let all = "g{instance=10.0.0.1:4191,job=linkerd-proxy,server_port=4191,\
               service_instance_id=10.0.0.1:4191,service_name=linkerd-proxy;x}";
    assert_eq!(written(false), all);
    let some = "g{instance=10.0.0.1:4191,job=linkerd-proxy,server_port=4191,service_name=x}";
    assert_eq!(written(true), some);
}

#[test]
fn histograms_and_summaries_become_several_series() {
    let config = Config::RemoteWrite(RemoteWrite {
        scope_labels: false,
        ..remote_write(NEW)
    });
    let summary = SummaryPoint {
        common: common(&[]),
        quantiles: vec![(0.5, 1.0)],
        ..SummaryPoint::default()
    };
    let metrics = vec![
        histogram("h", Temporality::Cumulative, &[0.005, 1e6], None),
        metric("s", Data::Summary(vec![summary])),
        histogram("d", Temporality::Delta, &[1.0], None),
        metric("e", Data::Gauge(Vec::new())),
        gauge("--", &[]),
    ];
    let exported = export(&config, &payload(&[], metrics));
    let expected = [
        "h_count{}",
        "h_bucket{le=0.005}",
        "h_bucket{le=1000000}",
        "h_bucket{le=+Inf}",
        "s_sum{}",
        "s_count{}",
        "s{quantile=0.5}",
    ];
    assert_eq!(exported.series, expected);
    assert_eq!(exported.counted, 7);
    let expected = [
        "Metric: invalid temporality and type combination for metric \"d\"",
        "Metric: empty data points. e is dropped",
        "Metric: normalization for metric \"--\" resulted in empty name",
    ];
    assert_eq!(exported.dropped, expected);
}

#[test]
fn target_info_needs_something_to_tell_and_someone_to_tell_of() {
    let config = Config::RemoteWrite(RemoteWrite {
        namespace: "l5d-mesh".into(),
        ..remote_write(PUBLISHED)
    });
    let written = |resource: &[(&str, &str)]| {
        let mut series = lines(&config, resource, vec![gauge("up", &[])]);
        series.retain(|series| series.contains("target_info"));
        series.concat()
    };
    assert_eq!(written(&TARGET[..2]), "");
    assert_eq!(written(&TARGET[2..]), "");
    let whole = "l5d-mesh_target_info{instance=10.0.0.1:4191,job=linkerd-proxy,server_port=4191}";
    assert_eq!(written(&TARGET), whole);
    let spaced = [TARGET.as_slice(), &[("service.namespace", "prod")]].concat();
    assert_eq!(written(&spaced), whole.replace("linkerd", "prod/linkerd"));
    let mut late = gauge("up", &[]);
    late.data.common_mut(0).unwrap().time_ns = 0;
    assert!(
        lines(&config, &TARGET, vec![late])
            .iter()
            .all(|series| !series.contains("target_info"))
    );
}

#[test]
fn created_series_come_once_and_stop_a_counter_without_start() {
    let config = |version| {
        Config::RemoteWrite(RemoteWrite {
            created: true,
            ..remote_write(version)
        })
    };
    let mut unstarted = number(&[("n", "2")]);
    unstarted.common.start_ns = 0;
    let points = || {
        vec![
            number(&[]),
            number(&[]),
            unstarted.clone(),
            number(&[("n", "3")]),
        ]
    };
    let exported = export(
        &config(PUBLISHED),
        &payload(&[], vec![counter("c", points())]),
    );
    let expected = [
        "c_total{}",
        "c_total_created{}",
        "c_total{}",
        "c_total{n=2}",
    ];
    assert_eq!(exported.series, expected);
    assert_eq!(exported.dropped.len(), 1);
    let exported = export(
        &config(Version::new(0, 123, 0)),
        &payload(&[], vec![counter("c", points())]),
    );
    assert_eq!(
        exported.series,
        ["c_total{}", "c_total{}", "c_total{n=2}", "c_total{n=3}"]
    );
    let metrics = || {
        payload(
            &[],
            vec![histogram("h", Temporality::Cumulative, &[], None)],
        )
    };
    let created = |version| {
        export(&config(version), &metrics())
            .series
            .contains(&"h_created{}".to_owned())
    };
    assert!(created(Version::new(0, 114, 0)));
    assert!(!created(Version::new(0, 115, 0)));
}

#[test]
fn a_native_histogram_that_is_too_coarse_is_dropped() {
    let point = |scale| ExponentialPoint {
        common: common(&[]),
        scale,
        ..ExponentialPoint::default()
    };
    let metrics = payload(
        &[],
        vec![metric(
            "n",
            Data::ExponentialHistogram {
                temporality: Temporality::Cumulative,
                points: vec![point(3), point(-5), point(2)],
            },
        )],
    );
    let exported = export(&Config::RemoteWrite(remote_write(PUBLISHED)), &metrics);
    assert_eq!((exported.series.len(), exported.dropped.len()), (1, 2));
    let settings = RemoteWrite {
        scope_labels: false,
        ..remote_write(NEW)
    };
    let exported = export(&Config::RemoteWrite(settings), &metrics);
    assert_eq!(exported.series, ["n{}", "n{}"]);
    assert_eq!(exported.dropped.len(), 1);
}

#[test]
fn a_label_of_underscores_costs_its_point_in_newer_releases() {
    let metrics = payload(&[], vec![gauge("g", &[("____", "x")])]);
    let old = export(&Config::RemoteWrite(remote_write(PUBLISHED)), &metrics);
    assert_eq!(old.series, ["g{____=x}"]);
    let new = export(&Config::RemoteWrite(remote_write(NEW)), &metrics);
    let reason = "Point: normalization for label name \"____\" resulted in invalid name \"____\"";
    assert_eq!(
        (new.series.len(), new.dropped.concat().as_str()),
        (0, reason)
    );
}

#[test]
fn an_own_name_label_is_overwritten_for_numbers() {
    let config = Config::RemoteWrite(RemoteWrite {
        scope_labels: false,
        ..remote_write(NEW)
    });
    assert_eq!(
        lines(&config, &[], vec![gauge("g", &[("__name__", "x")])]),
        ["g{}"]
    );
}

#[test]
fn the_page_has_every_series_once() {
    let config = Config::Pull(Pull {
        const_labels: vec![("env".into(), "prod".into())],
        ..Pull::new(PUBLISHED)
    });
    let metrics = vec![
        gauge("g", &[("a", "1")]),
        gauge("g", &[("a", "1")]),
        counter("g", vec![number(&[])]),
        gauge("twice", &[("a.b", "1"), ("a_b", "1")]),
        gauge("reserved", &[("__x", "1")]),
        histogram("g_total", Temporality::Cumulative, &[], None),
        histogram("h", Temporality::Delta, &[2e6, 1.0, 1.0], None),
    ];
    let exported = export(&config, &payload(&TARGET, metrics));
    let identity = "instance=10.0.0.1:4191,job=linkerd-proxy";
    let expected = [
        format!("target_info{{{identity},server_port=4191}}"),
        format!("g{{a=1,env=prod,{identity}}}"),
        format!("g_total{{env=prod,{identity}}}"),
        format!("h_sum{{env=prod,{identity}}}"),
        format!("h_count{{env=prod,{identity}}}"),
        format!("h_bucket{{env=prod,{identity},le=1}}"),
        format!("h_bucket{{env=prod,{identity},le=2e+06}}"),
        format!("h_bucket{{env=prod,{identity},le=+Inf}}"),
    ];
    assert_eq!(exported.series, expected);
    assert_eq!(exported.dropped.len(), 4, "{:?}", exported.dropped);
}

#[test]
fn otlp_points_go_on_as_they_are() {
    let metrics = vec![
        histogram("a.b", Temporality::Delta, &[1.0], None),
        gauge("g", &[("x.y", "1"), ("e", "")]),
    ];
    let exported = export(&Config::AsTheyAre, &payload(&TARGET, metrics));
    assert_eq!(exported.series, ["a.b{}", "g{x.y=1}"]);
}

fn node(kind: Kind) -> Node {
    Node {
        kind,
        at: super::super::position::Position::default(),
    }
}

fn map(pairs: &[(&str, Node)]) -> Node {
    let entry = |(key, value): &(&str, Node)| Entry {
        key: (*key).to_owned(),
        key_at: super::super::position::Position::default(),
        value: value.clone(),
    };
    node(Kind::Map(pairs.iter().map(entry).collect()))
}

fn string(text: &str) -> Node {
    node(Kind::String(text.to_owned()))
}

fn flag(value: bool) -> Node {
    node(Kind::Bool(value, value.to_string()))
}

#[test]
fn settings_are_read_by_release() {
    let enabled = map(&[("enabled", flag(true))]);
    let settings = map(&[
        ("endpoint", string("http://x/api/v1/write")),
        ("tls", map(&[("insecure", flag(true))])),
        ("namespace", string("mesh")),
        ("external_labels", map(&[("a.b", string("x"))])),
        ("add_metric_suffixes", flag(false)),
        ("resource_to_telemetry_conversion", enabled.clone()),
        ("target_info", map(&[("enabled", flag(false))])),
    ]);
    for version in [OLD, NEW] {
        let built = build("prometheusremotewrite", &settings, version).unwrap();
        let expected = RemoteWrite {
            namespace: "mesh".into(),
            external_labels: vec![("a_b".into(), "x".into())],
            with_suffixes: false,
            conversion: Conversion {
                enabled: true,
                without_service: false,
            },
            target_info: false,
            ..remote_write(version)
        };
        assert_eq!(built.config, Config::RemoteWrite(expected));
    }
}

/// What a release answers to an exporter with one setting.
fn answer(kind: &str, key: &str, value: Node, version: Version) -> Result<Built, String> {
    build(kind, &map(&[(key, value)]), version).map_err(|error| error.message)
}

#[test]
fn a_release_refuses_what_it_does_not_know() {
    let enabled = map(&[("enabled", flag(true))]);
    let strategy = || string("UnderscoreEscapingWithoutSuffixes");
    for (kind, key, value, since) in [
        (
            "prometheusremotewrite",
            "disable_scope_info",
            flag(true),
            147,
        ),
        (
            "prometheusremotewrite",
            "translation_strategy",
            strategy(),
            151,
        ),
        ("prometheus", "translation_strategy", strategy(), 136),
        ("prometheus", "without_scope_info", flag(true), 142),
        ("prometheus_remote_write", "namespace", string("x"), 154),
        ("otlp_http", "endpoint", string("x"), 144),
    ] {
        let known = answer(kind, key, value.clone(), Version::new(0, since, 0));
        assert!(known.is_ok(), "{key}: {known:?}");
        assert!(
            answer(kind, key, value, Version::new(0, since - 1, 0)).is_err(),
            "{key}"
        );
    }
    assert!(
        answer(
            "prometheusremotewrite",
            "export_created_metric",
            enabled.clone(),
            PUBLISHED
        )
        .is_ok()
    );
    assert!(
        answer(
            "prometheusremotewrite",
            "export_created_metric",
            enabled,
            NEW
        )
        .is_err()
    );
    let raw = answer(
        "prometheusremotewrite",
        "translation_strategy",
        string("NoTranslation"),
        NEW,
    );
    assert!(raw.is_err());
    assert!(
        answer(
            "prometheusremotewrite",
            "external_labels",
            map(&[("a", string(""))]),
            OLD
        )
        .is_err()
    );
    assert!(
        answer(
            "logging",
            "verbosity",
            string("basic"),
            Version::new(0, 110, 0)
        )
        .is_ok()
    );
    assert!(answer("logging", "verbosity", string("basic"), OLD).is_err());
    assert!(answer("otlp", "endpont", string("x"), OLD).is_err());
    assert_eq!(
        answer("otlp", "endpoint", string("x"), OLD).unwrap().notice,
        None
    );
    let unknown = answer("kafka", "brokers", string("x"), OLD).unwrap();
    assert_eq!(unknown.config, Config::AsTheyAre);
    assert_eq!(unknown.notice.unwrap().name, "kafka");
}

fn any_version() -> impl Strategy<Value = Version> {
    (100_u16..=160).prop_map(|minor| Version::new(0, minor, 0))
}

fn any_pairs() -> impl Strategy<Value = Attributes> {
    let key = prop_oneof![
        "[a-c_.]{0,4}",
        Just("job".to_owned()),
        Just("le".to_owned()),
        any::<String>()
    ];
    let value = prop_oneof![
        "[x-z]{0,2}".prop_map(|text| Value::from(text.as_str())),
        any::<f64>().prop_map(Value::Double)
    ];
    prop::collection::vec((key, value), 0..8).prop_map(|pairs| pairs.into_iter().collect())
}

fn any_data() -> impl Strategy<Value = Data> {
    let common = (any_pairs(), 0_u64..2, 0_u64..2, 0_u32..2).prop_map(
        |(attributes, start_ns, time_ns, flags)| Common {
            attributes,
            start_ns,
            time_ns,
            flags,
            ..Common::default()
        },
    );
    let commons = prop::collection::vec(common, 0..4);
    let temporality = prop_oneof![
        Just(Temporality::Delta),
        Just(Temporality::Cumulative),
        Just(Temporality::Unspecified)
    ];
    let numbers = prop::collection::vec(any::<f64>(), 0..4);
    let all = (
        commons,
        temporality,
        any::<bool>(),
        numbers,
        0_usize..6,
        -9_i32..20,
        0_u8..6,
    );
    all.prop_map(
        |(commons, temporality, monotonic, numbers, counts, scale, kind)| {
            let bounds: Rc<[f64]> = numbers.as_slice().into();
            let commons = commons.into_iter();
            let numbers_of = |commons: std::vec::IntoIter<Common>| {
                let point = |common| NumberPoint {
                    common,
                    ..NumberPoint::default()
                };
                commons.map(point).collect::<Vec<_>>()
            };
            match kind {
                0 => Data::None,
                1 => Data::Gauge(numbers_of(commons)),
                2 => Data::Sum {
                    temporality,
                    monotonic,
                    points: numbers_of(commons),
                },
                3 => {
                    let point = |common| HistogramPoint {
                        common,
                        bounds: Rc::clone(&bounds),
                        bucket_counts: vec![1; counts],
                        sum: monotonic.then_some(1.0),
                        ..HistogramPoint::default()
                    };
                    Data::Histogram {
                        temporality,
                        points: commons.map(point).collect(),
                    }
                }
                4 => {
                    let point = |common| ExponentialPoint {
                        common,
                        scale,
                        ..ExponentialPoint::default()
                    };
                    Data::ExponentialHistogram {
                        temporality,
                        points: commons.map(point).collect(),
                    }
                }
                _ => {
                    let quantiles: Vec<(f64, f64)> =
                        numbers.iter().map(|number| (*number, 0.0)).collect();
                    let point = |common| SummaryPoint {
                        common,
                        quantiles: quantiles.clone(),
                        ..SummaryPoint::default()
                    };
                    Data::Summary(commons.map(point).collect())
                }
            }
        },
    )
}

fn any_payload() -> impl Strategy<Value = Metrics> {
    let metric =
        (any::<String>(), "[a-z/{}1]{0,4}", any_data()).prop_map(|(name, unit, data)| Metric {
            name: name.into(),
            unit: unit.into(),
            data,
            ..Metric::default()
        });
    let scope =
        (any_pairs(), prop::collection::vec(metric, 0..4)).prop_map(|(attributes, metrics)| {
            ScopeMetrics {
                name: "s".into(),
                attributes,
                metrics,
                ..ScopeMetrics::default()
            }
        });
    let resource = (
        any_pairs(),
        any::<bool>(),
        prop::collection::vec(scope, 0..3),
    );
    let resource = resource.prop_map(|(mut attributes, identified, scopes)| {
        if identified {
            attributes.insert("service.name", "j");
            attributes.insert("service.instance.id", "i");
        }
        ResourceMetrics { attributes, scopes }
    });
    prop::collection::vec(resource, 0..3).prop_map(|resources| Metrics { resources })
}

proptest! {
    #[test]
    fn every_point_is_exported_or_reported(metrics in any_payload(), version in any_version(), enabled: bool) {
        let conversion = Conversion { enabled, without_service: false };
        let configs = [
            Config::RemoteWrite(RemoteWrite {
                conversion,
                created: enabled,
                external_labels: vec![("a".into(), "x".into()), ("job".into(), "y".into())],
                ..remote_write(version)
            }),
            Config::Pull(Pull { conversion, utf8: enabled, ..Pull::new(version) }),
            Config::AsTheyAre,
        ];
        for config in configs {
            let mut tally = Tally::default();
            let mut exporter = config.start();
            exporter.export(&metrics, &mut tally);
            let points = metrics.resources.iter().flat_map(|resource| &resource.scopes);
            let points = points.flat_map(|scope| &scope.metrics).map(|metric| metric.data.len()).sum::<usize>();
            prop_assert_eq!(tally.points, points, "{:?}", config);
            // A second payload finds what the first one left behind.
            let mut again = Tally::default();
            exporter.export(&metrics, &mut again);
            prop_assert_eq!(tally.series, again.series);
        }
    }

    #[test]
    fn names_of_current_releases_are_legal(name: String, unit: String, suffixes: bool, label: String) {
        for version in [Version::new(0, 131, 0), Version::new(0, 136, 0), NEW] {
            let era = Era::of_remote_write(version);
            let namer = MetricNamer { era, namespace: String::new(), with_suffixes: suffixes, utf8: false };
            for kind in [MetricKind::Gauge, MetricKind::Counter, MetricKind::Other] {
                if let Ok(built) = namer.build(&name, &unit, kind) {
                    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
                    prop_assert!(built.chars().all(legal), "{}", built);
                    prop_assert!(!built.starts_with(|c: char| c.is_ascii_digit()), "{}", built);
                }
            }
            for namer in [LabelNamer::of_points(era), LabelNamer::of_targets(era)] {
                if let Ok(built) = namer.build(&label) {
                    prop_assert!(built.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{}", built);
                    prop_assert!(!built.starts_with(|c: char| c.is_ascii_digit()), "{}", built);
                }
            }
        }
    }
}

/// Data points seen, exported or not, and series.
#[derive(Default)]
struct Tally {
    points: usize,
    series: u64,
}

impl Sink for Tally {
    fn point(&mut self, point: &ExportedPoint<'_>) {
        self.points += usize::from(point.shape != Shape::TargetInfo);
        self.series += point.len();
    }

    fn dropped(&mut self, metrics: &Metrics, at: At, extent: Extent, _: &str) {
        self.points += match extent {
            Extent::Point => 1,
            Extent::Metric => metrics.resources[at.resource].scopes[at.scope].metrics[at.metric]
                .data
                .len(),
            Extent::TargetInfo => 0,
        };
    }
}
