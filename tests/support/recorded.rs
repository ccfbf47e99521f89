//! Series and their values over time, as a pipeline sends them and as they were recorded; and the cluster that a
//! recorded pipeline saw.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use meshctl::collector::discover::Found;
use meshctl::collector::exporters::ExportedPoint;
use meshctl::collector::exporters::Exporter;
use meshctl::collector::exporters::Extent;
use meshctl::collector::exporters::Part;
use meshctl::collector::exporters::Series;
use meshctl::collector::exporters::Shape;
use meshctl::collector::exporters::Sink;
use meshctl::collector::ledger::Ledger;
use meshctl::collector::ledger::StageId;
use meshctl::collector::pdata::At;
use meshctl::collector::pdata::Data;
use meshctl::collector::pdata::HistogramPoint;
use meshctl::collector::pdata::Metrics;
use meshctl::collector::pdata::Number;
use meshctl::collector::processors::UNKNOWN;
use meshctl::collector::processors::kubernetes::Cluster;
use meshctl::collector::processors::kubernetes::Container;
use meshctl::collector::processors::kubernetes::Named;
use meshctl::collector::processors::kubernetes::Object;
use meshctl::collector::processors::kubernetes::Owner;
use meshctl::collector::processors::kubernetes::Pod;
use meshctl::collector::receiver::Body;
use meshctl::collector::receiver::Received;
use meshctl::collector::receiver::Stored;
use meshctl::collector::trace::RuleId;
use serde_json::Value;

/// What the host was called, which no configuration tells.
const HOST: &str = "recorder";

pub(crate) type Labels = BTreeMap<String, String>;

/// What pipelines sent, in the order of the exports.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Every series; its values with their times.
    pub(crate) series: BTreeMap<Labels, Vec<(u64, String)>>,
    /// The payloads.
    pub(crate) payloads: Vec<Metrics>,
    /// Series on the page of an exporter that is scraped, with their last values.
    pub(crate) page: BTreeMap<Labels, String>,
}

impl Ledger for Sent {
    fn target_dropped(&mut self, _: &str, _: RuleId) {}
    fn scraped(&mut self, _: Body<'_>) {}
    fn received(&mut self, _: Option<StageId>, _: StageId, _: &Received) {}
    fn holds(&mut self, _: StageId, _: &Metrics, _: bool) {}
    fn unchanged(&mut self, _: StageId, _: &Metrics, _: bool) {}
    fn metric_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn point_dropped(&mut self, _: StageId, _: &Metrics, _: At, _: RuleId) {}
    fn renamed(&mut self, _: StageId, _: &str, _: &str, _: RuleId) {}
    fn failed(&mut self, _: StageId, _: RuleId, _: &str) {}
    fn refused(&mut self, _: StageId, _: RuleId, _: &str) {}
    fn store(&mut self, _: StageId, _: &[Stored]) {}
    fn done(&mut self) {}

    fn export(&mut self, _: StageId, metrics: &Metrics, exporter: &mut dyn Exporter) {
        self.payloads.push(metrics.clone());
        let mut sending = Sending {
            sent: self,
            metrics,
        };
        exporter.export(metrics, &mut sending);
    }
}

struct Sending<'a> {
    sent: &'a mut Sent,
    metrics: &'a Metrics,
}

impl Sink for Sending<'_> {
    fn point(&mut self, point: &ExportedPoint<'_>) {
        // Of the parts with a bound, how many came before.
        let mut bound = 0;
        for series in point.series() {
            let mut labels: Labels = series
                .labels
                .iter()
                .map(|label| {
                    let value = match label.value.as_str() {
                        UNKNOWN => HOST,
                        value => value,
                    };
                    (label.name.to_string(), value.to_owned())
                })
                .collect();
            labels.insert("__name__".into(), series.name.to_string());
            if let Some((name, value)) = series.bound() {
                labels.insert(name.into(), value);
            }
            let (time, value) = value(self.metrics, point, &series, bound);
            bound += usize::from(series.bound().is_some());
            let value = if point.ended {
                "stale".to_owned()
            } else {
                float(value)
            };
            self.sent.page.insert(labels.clone(), value.clone());
            let values = self.sent.series.entry(labels).or_default();
            values.push((time, value));
        }
    }

    fn dropped(&mut self, _: &Metrics, _: At, _: Extent, _: &str) {}
}

/// Time and value of one series of a data point.
fn value(
    metrics: &Metrics,
    point: &ExportedPoint<'_>,
    series: &Series<'_>,
    bound: usize,
) -> (u64, f64) {
    let resource = &metrics.resources[point.at.resource];
    if point.shape == Shape::TargetInfo {
        return (u64::MAX, 1.0);
    }
    let data = &resource.scopes[point.at.scope].metrics[point.at.metric].data;
    let at = point.at.point;
    let time = data.common(at).unwrap().time_ns;
    let start = data.common(at).unwrap().start_ns as f64 / 1e6;
    let value = match (data, series.part) {
        (_, Part::Created) => start,
        (Data::Gauge(points) | Data::Sum { points, .. }, _) => match points[at].value {
            Number::Int(value) => value as f64,
            Number::Double(value) => value,
            Number::None => 0.0,
        },
        (Data::Histogram { points, .. }, part) => histogram(&points[at], part, bound),
        (Data::Summary(_), Part::Quantile(_)) => match point.shape {
            Shape::Summary { quantiles } => quantiles[bound].1,
            other => unreachable!("{other:?}"),
        },
        (Data::Summary(points), Part::Sum) => points[at].sum,
        (Data::Summary(points), _) => points[at].count as f64,
        (Data::ExponentialHistogram { points, .. }, _) => points[at].count as f64,
        (Data::None, _) => unreachable!("it has points"),
    };
    (time, value)
}

fn histogram(point: &HistogramPoint, part: Part, bound: usize) -> f64 {
    match part {
        // Counts are added as they are, beyond the largest number as well.
        Part::Bucket(_) => point.bucket_counts[..=bound]
            .iter()
            .fold(0_u64, |sum, count| sum.wrapping_add(*count)) as f64,
        Part::Sum => point.sum.unwrap_or(0.0),
        _ => point.count as f64,
    }
}

/// A value in one spelling.
fn float(value: f64) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else {
        format!("{:?}", value + 0.0)
    }
}

fn parsed(text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), float)
}

impl Sent {
    /// In what this differs from a recorded answer. `repeats`: how often a value came is a matter of chance.
    pub(crate) fn differences(&self, answer: &Value, repeats: bool) -> Vec<String> {
        let mut differences = Vec::new();
        if answer.get("otlp").is_some() {
            self.compare_otlp(&answer["otlp"], &mut differences);
        } else if answer.get("exposition").is_some() {
            self.compare_page(&answer["exposition"], &mut differences);
        } else {
            self.compare_series(answer, repeats, &mut differences);
        }
        // Behind who has it: what one has in the place of the other stands beside it.
        differences.sort_by(|a, b| a.get(11..).cmp(&b.get(11..)));
        differences
    }

    fn compare_series(&self, answer: &Value, repeats: bool, differences: &mut Vec<String>) {
        let durations = |labels: &Labels| labels["__name__"].contains("scrape_duration_seconds");
        let mut ours: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (labels, values) in &self.series {
            if !durations(labels) {
                let mut values = values.clone();
                values.sort_by(|(a, left), (b, right)| a.cmp(b).then(left.cmp(right)));
                ours.insert(
                    line(labels),
                    values.into_iter().map(|(_, value)| value).collect(),
                );
            }
        }
        let mut theirs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for series in answer["series"].as_array().unwrap() {
            let labels: Labels = serde_json::from_value(series["labels"].clone()).unwrap();
            let values = series["values"].as_array().unwrap().iter();
            let values = values
                .map(|value| parsed(value.as_str().unwrap()))
                .collect();
            theirs.insert(line(&labels), values);
        }
        let steady = |values: &mut Vec<String>| {
            // Of one time, values are in no order.
            if repeats {
                values.dedup();
            }
            if answer["targets"]
                .as_object()
                .unwrap()
                .values()
                .all(|bodies| bodies.as_array().unwrap().len() == 1)
            {
                values.sort();
            }
        };
        ours.values_mut().for_each(steady);
        theirs.values_mut().for_each(steady);
        differ(&ours, &theirs, differences);
        let count = |what: &str| answer["overall"][what].as_u64().unwrap();
        if !repeats {
            let samples = self.series.values().map(Vec::len).sum::<usize>() as u64;
            equal("samples", &samples, &count("samples"), differences);
        }
        equal(
            "series",
            &(self.series.len() as u64),
            &count("series"),
            differences,
        );
        let names: BTreeSet<_> = self
            .series
            .keys()
            .map(|labels| &labels["__name__"])
            .collect();
        equal(
            "names",
            &(names.len() as u64),
            &count("metric_names"),
            differences,
        );
        let hash = hash(self.series.keys());
        let recorded = answer["overall"]["sha256"].as_str().unwrap();
        equal("hash", hash.as_str(), recorded, differences);
    }

    fn compare_page(&self, page: &Value, differences: &mut Vec<String>) {
        let lines = page.as_array().unwrap().iter();
        let lines = lines.map(|line| line.as_str().unwrap());
        let samples = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
        let durations = |line: &str| line.contains("scrape_duration_seconds");
        let mut theirs = BTreeMap::new();
        for sample in samples {
            let (mut labels, value) = exposed(sample);
            labels.retain(|_, value| !value.is_empty());
            theirs.insert(line(&labels), vec![parsed(&value)]);
        }
        let ours = self.page.iter().map(|(labels, value)| {
            let mut labels = labels.clone();
            labels.retain(|_, value| !value.is_empty());
            (line(&labels), vec![value.clone()])
        });
        let mut ours: BTreeMap<_, _> = ours.collect();
        ours.retain(|line, _| !durations(line));
        theirs.retain(|line, _| !durations(line));
        differ(&ours, &theirs, differences);
    }

    fn compare_otlp(&self, recorded: &Value, differences: &mut Vec<String>) {
        let ours: Vec<Value> = self.payloads.iter().map(super::otlp::lines).collect();
        let ours = super::otlp::canonical(&Value::Array(ours));
        let theirs = super::otlp::canonical(recorded);
        let (ours, theirs) = (super::otlp::items(&ours), super::otlp::items(&theirs));
        for item in ours.difference(&theirs) {
            differences.push(format!("ours alone {item}"));
        }
        for item in theirs.difference(&ours) {
            differences.push(format!("recorded   {item}"));
        }
    }
}

fn equal<T: PartialEq + std::fmt::Display + ?Sized>(
    what: &str,
    ours: &T,
    theirs: &T,
    all: &mut Vec<String>,
) {
    if ours != theirs {
        all.push(format!("{what}: ours {ours}, recorded {theirs}"));
    }
}

fn differ(
    ours: &BTreeMap<String, Vec<String>>,
    theirs: &BTreeMap<String, Vec<String>>,
    differences: &mut Vec<String>,
) {
    for (line, values) in ours {
        match theirs.get(line) {
            None => differences.push(format!("ours alone {line} {values:?}")),
            Some(recorded) if recorded != values => {
                differences.push(format!("{line}: ours {values:?}, recorded {recorded:?}"));
            }
            Some(_) => {}
        }
    }
    for (line, values) in theirs {
        if !ours.contains_key(line) {
            differences.push(format!("recorded   {line} {values:?}"));
        }
    }
}

/// Labels and value of a sample on a page.
fn exposed(sample: &str) -> (Labels, String) {
    let mut labels = Labels::new();
    let open = sample.find('{').unwrap_or(usize::MAX);
    let space = sample.find(' ').unwrap();
    if space < open {
        labels.insert("__name__".into(), sample[..space].to_owned());
        return (labels, first_word(&sample[space..]));
    }
    if open > 0 {
        labels.insert("__name__".into(), sample[..open].to_owned());
    }
    let mut rest = &sample[open + 1..];
    while !rest.starts_with('}') {
        rest = rest.trim_start_matches(',');
        let (name, after) = if rest.starts_with('"') {
            quoted(rest)
        } else {
            let end = rest.find('=').unwrap();
            (rest[..end].to_owned(), &rest[end..])
        };
        rest = after;
        if let Some(value) = rest.strip_prefix('=') {
            let (value, after) = quoted(value);
            labels.insert(name, value);
            rest = after;
        } else {
            labels.insert("__name__".into(), name);
        }
    }
    (labels, first_word(&rest[1..]))
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap().to_owned()
}

fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 2..]),
            '\\' => match chars.next().unwrap().1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            c => value.push(c),
        }
    }
    panic!("no end: {text}");
}

/// A series as it is hashed.
fn line(labels: &Labels) -> String {
    let pairs = labels.iter().map(|(name, value)| {
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    });
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}

fn hash<'a>(series: impl Iterator<Item = &'a Labels>) -> String {
    let mut lines: Vec<String> = series.map(line).collect();
    lines.sort();
    super::scraping::hash(&lines)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let pairs = value.as_object().into_iter().flatten();
    pairs
        .map(|(key, value)| (key.clone(), text(value)))
        .collect()
}

/// Objects of a kind, by the list that holds all.
fn of_kind<'a>(list: &'a Value, kind: &'a str) -> impl Iterator<Item = &'a Value> {
    let all = list["items"].as_array().unwrap().iter();
    all.filter(move |item| item["kind"] == kind)
}

/// The owner of a kind of whatever has this uid.
fn owner_of(list: &Value, uid: &Value, kind: &str) -> Option<Named> {
    let all = list["items"].as_array().unwrap();
    let child = all.iter().find(|item| item["metadata"]["uid"] == *uid)?;
    let owners = child["metadata"]["ownerReferences"].as_array()?;
    let owner = owners.iter().find(|owner| owner["kind"] == kind)?;
    Some(Named {
        name: text(&owner["name"]),
        uid: text(&owner["uid"]),
    })
}

fn object(item: &Value) -> (String, Object) {
    let meta = &item["metadata"];
    let object = Object {
        uid: text(&meta["uid"]),
        labels: texts(&meta["labels"]),
        annotations: texts(&meta["annotations"]),
    };
    (text(&meta["name"]), object)
}

/// The cluster of a list of objects.
pub(crate) fn cluster(list: &Value) -> Cluster {
    Cluster {
        pods: of_kind(list, "Pod").map(|item| pod(list, item)).collect(),
        namespaces: of_kind(list, "Namespace").map(object).collect(),
        nodes: of_kind(list, "Node").map(object).collect(),
    }
}

fn pod(list: &Value, item: &Value) -> Pod {
    let (meta, spec, status) = (&item["metadata"], &item["spec"], &item["status"]);
    let owners: Vec<&Value> = meta["ownerReferences"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let container = |container: &Value| {
        let statuses = status["containerStatuses"].as_array().into_iter().flatten();
        let mut statuses = statuses.filter(|status| status["name"] == container["name"]);
        let status = statuses.next();
        let id = status.and_then(|status| status["containerID"].as_str());
        Container {
            name: text(&container["name"]),
            image_id: status.map_or_else(String::new, |status| text(&status["imageID"])),
            image: text(&container["image"]),
            id: id.map(|id| id.rsplit("//").next().unwrap().to_owned()),
            restart_count: status
                .map_or(0, |status| status["restartCount"].as_u64().unwrap() as u32),
        }
    };
    let grand_owner = |kind: &str| {
        owners
            .iter()
            .find_map(|owner| owner_of(list, &owner["uid"], kind))
    };
    Pod {
        name: text(&meta["name"]),
        namespace: text(&meta["namespace"]),
        uid: text(&meta["uid"]),
        ip: text(&status["podIP"]),
        host_network: spec["hostNetwork"].as_bool().unwrap_or(false),
        hostname: text(&spec["hostname"]),
        node: text(&spec["nodeName"]),
        start_time: text(&meta["creationTimestamp"]),
        labels: texts(&meta["labels"]),
        annotations: texts(&meta["annotations"]),
        deployment: grand_owner("Deployment"),
        cron_job: grand_owner("CronJob"),
        owners: owners
            .iter()
            .map(|owner| Owner {
                kind: text(&owner["kind"]),
                name: text(&owner["name"]),
                uid: text(&owner["uid"]),
            })
            .collect(),
        containers: spec["containers"]
            .as_array()
            .unwrap()
            .iter()
            .map(container)
            .collect(),
    }
}

/// What discovery finds in the cluster: a target for each port of a pod (`discovery/kubernetes/pod.go`).
pub(crate) fn found(list: &Value) -> Vec<Found> {
    let mut all = Vec::new();
    for item in of_kind(list, "Pod") {
        let (meta, spec, status) = (&item["metadata"], &item["spec"], &item["status"]);
        let mut labels = vec![
            ("namespace".to_owned(), text(&meta["namespace"])),
            ("pod_name".to_owned(), text(&meta["name"])),
            ("pod_ip".to_owned(), text(&status["podIP"])),
            ("pod_ready".to_owned(), "true".to_owned()),
            ("pod_phase".to_owned(), text(&status["phase"])),
            ("pod_node_name".to_owned(), text(&spec["nodeName"])),
            ("pod_host_ip".to_owned(), text(&status["hostIP"])),
            ("pod_uid".to_owned(), text(&meta["uid"])),
        ];
        if let Some(owner) = meta["ownerReferences"].get(0) {
            labels.push(("pod_controller_kind".to_owned(), text(&owner["kind"])));
            labels.push(("pod_controller_name".to_owned(), text(&owner["name"])));
        }
        for (what, pairs) in [
            ("label", &meta["labels"]),
            ("annotation", &meta["annotations"]),
        ] {
            for (key, value) in texts(pairs) {
                let key = key.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', "_");
                labels.push((format!("pod_{what}_{key}"), value));
                labels.push((format!("pod_{what}present_{key}"), "true".to_owned()));
            }
        }
        for container in spec["containers"].as_array().unwrap() {
            for port in container["ports"].as_array().into_iter().flatten() {
                let number = port["containerPort"].to_string();
                let mut labels = labels.clone();
                for (key, value) in [
                    ("name", text(&container["name"])),
                    ("image", text(&container["image"])),
                    ("init", "false".to_owned()),
                    ("port_name", text(&port["name"])),
                    ("port_number", number.clone()),
                    ("port_protocol", text(&port["protocol"])),
                ] {
                    labels.push((format!("pod_container_{key}"), value));
                }
                let labels = labels.into_iter();
                all.push(Found {
                    address: Some(format!("{}:{number}", text(&status["podIP"]))),
                    labels: labels
                        .map(|(key, value)| (format!("__meta_kubernetes_{key}"), value))
                        .collect(),
                    ..Found::default()
                });
            }
        }
    }
    all
}
