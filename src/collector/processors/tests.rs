use super::super::pdata::Data;
use super::super::pdata::Metrics;
use super::super::pdata::Temporality;
use super::super::trace::Untraced;
use super::testing::Told;
use super::testing::gauge;
use super::testing::node;
use super::testing::payload;
use super::testing::run;
use super::testing::shown;
use super::*;

/// A growing cumulative sum of one point, as a scraped counter.
fn counter(value: f64, time_ns: u64) -> Metrics {
    let mut metric = gauge("c", &[("a=1", value)]);
    let Data::Gauge(mut points) = metric.data else {
        unreachable!("made as a gauge");
    };
    points[0].common.time_ns = time_ns;
    metric.data = Data::Sum {
        temporality: Temporality::Cumulative,
        monotonic: true,
        points,
    };
    payload("", vec![metric])
}

#[test]
fn cumulativetodelta_withholds_the_first_point_and_a_fall() {
    let context = BuildContext::default();
    let built = build("cumulativetodelta", &node("{}"), &context).unwrap();
    let Stage::Simulated(mut processor) = built.stage else {
        panic!("it is simulated");
    };
    let mut after = |value, time_ns| {
        let mut metrics = counter(value, time_ns);
        processor.process(&mut metrics, &mut Untraced).unwrap();
        shown(&metrics)
    };
    assert_eq!(after(5.0, 10), Vec::<String>::new());
    assert_eq!(after(8.0, 20), ["{} c{a=1} 3"]);
    assert_eq!(after(1.0, 30), Vec::<String>::new());
    assert_eq!(after(2.0, 40), ["{} c{a=1} 1"]);
}

fn error(kind: &str, json: &str, minor: u16) -> Option<String> {
    let context = BuildContext {
        version: Version::new(0, minor, 0),
        ..BuildContext::default()
    };
    build(kind, &node(json), &context)
        .err()
        .map(|error| error.message)
}

#[test]
fn attributes_actions_run_in_order() {
    let json = r#"{"actions": [
        {"key": "a", "action": "DELETE"},
        {"key": "n", "from_attribute": "b", "action": "insert"},
        {"key": "b", "action": "hash"},
        {"key": "path", "pattern": "^/(?P<first>[a-z]+)", "action": "extract"},
        {"key": "none", "value": "x", "action": "update"},
        {"pattern": "^tmp_", "action": "delete"}
    ]}"#;
    let metrics = payload("", vec![gauge("m", &[("a=1,b=,path=/web/x,tmp_y=1", 1.0)])]);
    let (out, _) = run("attributes", json, metrics);
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(
        out,
        [format!("{{}} m{{b={hash},first=web,n=,path=/web/x}} 1")]
    );
}

#[test]
fn settings_that_are_refused_at_start_are_errors() {
    for (kind, json) in [
        ("attributes", "{}"),
        (
            "attributes",
            r#"{"actions": [{"key": "a", "action": "insert"}]}"#,
        ),
        (
            "attributes",
            r#"{"actions": [{"key": "a", "action": "drop"}]}"#,
        ),
        (
            "resource",
            r#"{"attributes": [{"key": "a", "pattern": "(x)", "action": "extract"}]}"#,
        ),
        ("metricstransform", r#"{"transforms": [{"include": "a"}]}"#),
        (
            "metricstransform",
            r#"{"transforms": [{"include": "(", "match_type": "regexp", "action": "update"}]}"#,
        ),
        ("groupbyattrs", r#"{"key": ["a"]}"#),
        ("memory_limiter", "{}"),
        ("tail_sampling", "{}"),
        ("interval", r#"{"interval": "0s"}"#),
        ("resourcedetection", r#"{"detectors": ["nowhere"]}"#),
        (
            "k8sattributes",
            r#"{"extract": {"metadata": ["k8s.pod.colour"]}}"#,
        ),
        ("cumulativetodelta", r#"{"include": {"metrics": ["a"]}}"#),
    ] {
        assert!(error(kind, json, 156).is_some(), "{kind} {json}");
    }
}

#[test]
fn combine_needs_an_aggregation_only_from_0_155_on() {
    let json = r#"{"transforms": [{"include": "a", "action": "combine", "new_name": "b"}]}"#;
    assert_eq!(error("metricstransform", json, 154), None);
    assert!(error("metricstransform", json, 155).is_some());
}

#[test]
fn new_spellings_are_known_from_their_release_on() {
    assert!(error("metrics_transform", "{}", 151).is_some());
    assert_eq!(error("metrics_transform", "{}", 152), None);
}

#[test]
fn metricstransform_renames_by_pattern() {
    let json = r#"{"transforms": [{"include": "^http_(.*)$", "match_type": "regexp",
        "action": "update", "new_name": "web_${1}"}]}"#;
    let metrics = payload(
        "",
        vec![gauge("http_x", &[("", 1.0)]), gauge("y", &[("", 2.0)])],
    );
    let (out, told) = run("metricstransform", json, metrics);
    assert_eq!(out, ["{} web_x{} 1", "{} y{} 2"]);
    assert_eq!(told, ["http_x to web_x"]);
}

#[test]
fn metricstransform_merges_points_that_become_alike() {
    let json = r#"{"transforms": [{"include": "m", "action": "update", "operations": [
        {"action": "aggregate_labels", "label_set": ["a"], "aggregation_type": "sum"}]}]}"#;
    let points = [("a=1,b=1", 1.0), ("a=2,b=1", 2.0), ("a=1,b=2", 4.0)];
    let (out, told) = run(
        "metricstransform",
        json,
        payload("", vec![gauge("m", &points)]),
    );
    assert_eq!(out, ["{} m{a=1} 5", "{} m{a=2} 2"]);
    assert_eq!(told, ["point m{a=1}"]);
}

#[test]
fn metricstransform_combines_with_groups_as_labels_and_ignores_their_case() {
    let json = r#"{"transforms": [{"include": "^cpu_(?P<Mode>.*)$", "match_type": "regexp",
        "action": "combine", "new_name": "cpu", "submatch_case": "upper",
        "aggregation_type": "sum"}]}"#;
    let metrics = payload(
        "",
        vec![
            gauge("cpu_user", &[("a=1", 1.0)]),
            gauge("cpu_idle", &[("a=1", 2.0)]),
        ],
    );
    let (out, _) = run("metricstransform", json, metrics);
    assert_eq!(out, ["{} cpu{Mode=user,a=1} 1", "{} cpu{Mode=idle,a=1} 2"]);
}

#[test]
fn metricstransform_groups_lose_points_that_do_not_match() {
    let json = r#"{"transforms": [{"include": "m", "action": "group",
        "experimental_match_labels": {"a": "1"}, "group_resource_labels": {"g": "x"}}]}"#;
    let metrics = payload(
        "r=1",
        vec![
            gauge("m", &[("a=1", 1.0), ("a=2", 2.0)]),
            gauge("n", &[("", 3.0)]),
        ],
    );
    let (out, told) = run("metricstransform", json, metrics);
    assert_eq!(out, ["{r=1} n{} 3", "{g=x,r=1} m{a=1} 1"]);
    assert_eq!(told, ["point m{a=2}"]);
}

#[test]
fn groupbyattrs_moves_labels_to_the_resource_and_joins_equal_ones() {
    let json = r#"{"keys": ["host", "host", ""]}"#;
    let points = [("host=a,x=1", 1.0), ("x=2", 2.0), ("host=a,x=3", 3.0)];
    let (out, _) = run(
        "groupbyattrs",
        json,
        payload("r=1", vec![gauge("m", &points)]),
    );
    assert_eq!(
        out,
        [
            "{host=a,r=1} m{x=1} 1",
            "{host=a,r=1} m{x=3} 3",
            "{r=1} m{x=2} 2"
        ]
    );
}

#[test]
fn metricsgeneration_calculates_with_the_first_point_of_the_second_metric() {
    let json = r#"{"rules": [{"name": "c", "type": "calculate", "metric1": "a", "metric2": "b",
        "operation": "percent"}, {"name": "d", "type": "scale", "metric1": "a", "scale_by": 2,
        "operation": "multiply"}]}"#;
    let metrics = payload(
        "",
        vec![
            gauge("a", &[("x=1", 1.0), ("x=2", 3.0)]),
            gauge("b", &[("", 4.0)]),
        ],
    );
    let (out, _) = run("metricsgeneration", json, metrics);
    assert_eq!(
        out[3..],
        ["{} c{x=1} 25", "{} c{x=2} 75", "{} d{x=1} 2", "{} d{x=2} 6"]
    );
}

#[test]
fn interval_keeps_one_point_of_each_series() {
    let metrics = payload("", vec![gauge("a", &[("x=1", 1.0), ("x=1", 3.0)])]);
    let (out, told) = run("interval", "{}", metrics);
    assert_eq!(out, ["{} a{x=1} 1"]);
    assert_eq!(told, ["point a{x=1}"]);
}

#[test]
fn k8sattributes_fill_in_unknown_values_only_where_a_pod_is_named() {
    let json = r#"{"extract": {"metadata": ["k8s.pod.name", "k8s.node.name"]}, "pod_association": [
        {"sources": [{"from": "resource_attribute", "name": "k8s.pod.uid"}]}]}"#;
    let one = |resource: &str| {
        run(
            "k8sattributes",
            json,
            payload(resource, vec![gauge("a", &[("", 1.0)])]),
        )
        .0
    };
    assert_eq!(one("x=1"), ["{x=1} a{} 1"]);
    assert_eq!(
        one("k8s.pod.uid=u,k8s.node.name=n"),
        ["{k8s.node.name=n,k8s.pod.name=(unknown),k8s.pod.uid=u} a{} 1"]
    );
}

#[test]
fn resourcedetection_overrides_what_is_there() {
    let json = r#"{"detectors": ["system"]}"#;
    let metrics = payload("host.name=web", vec![gauge("a", &[("", 1.0)])]);
    let (out, _) = run("resourcedetection", json, metrics);
    assert_eq!(out, ["{host.name=(unknown),os.type=(unknown)} a{} 1"]);
}

#[test]
fn filter_takes_a_metric_whole_when_an_expression_matches_any_of_its_points() {
    let metrics = || {
        let web = gauge("http", &[("svc=web", 1.0), ("svc=api", 2.0)]);
        payload("", vec![web, gauge("up", &[("", 1.0)])])
    };
    let excluded = r#"{"metrics": {"exclude": {"match_type": "expr", "expressions":
        ["MetricName == 'http' && Label('svc') == 'api'", "false"]}}}"#;
    let (out, told) = run("filter", excluded, metrics());
    assert_eq!(out, ["{} up{} 1"]);
    assert_eq!(told, ["metric"]);
    let included = r#"{"metrics": {"include": {"match_type": "expr", "expressions":
        ["HasLabel('svc')"]}}}"#;
    let (out, _) = run("filter", included, metrics());
    assert_eq!(out, ["{} http{svc=web} 1", "{} http{svc=api} 2"]);
}

#[test]
fn filter_refuses_a_payload_of_which_an_expression_fails() {
    let json = r#"{"error_mode": "ignore", "metrics": {"exclude": {"match_type": "expr",
        "expressions": ["int(Label('svc')) > 1"]}}}"#;
    let context = BuildContext {
        version: Version::new(0, 118, 0),
        ..BuildContext::default()
    };
    let Stage::Simulated(mut processor) = build("filter", &node(json), &context).unwrap().stage
    else {
        panic!("filter is not simulated");
    };
    let mut metrics = payload("", vec![gauge("http", &[("svc=web", 1.0)])]);
    let refused = processor.process(&mut metrics, &mut Told::default());
    assert_eq!(
        refused.unwrap_err().message,
        "expression `int(Label('svc')) > 1` on metric http: invalid operation: int(web)"
    );
}

#[test]
fn filter_names_what_is_wrong_with_an_expression() {
    let json = |text: &str| {
        let list = serde_json::json!({"match_type": "expr", "expressions": [text]});
        serde_json::json!({"metrics": {"include": list}}).to_string()
    };
    for (text, wanted) in [
        ("MetricName ==", "expression: unexpected end of expression"),
        (
            "now() == 1",
            "expression: the function `now` is not simulated",
        ),
        (
            "1 + 'a' == 2",
            "expression: invalid operation: + (mismatched types int and string)",
        ),
    ] {
        assert_eq!(error("filter", &json(text), 118).as_deref(), Some(wanted));
    }
}
