//! What a file is, by its content: a configuration, or something that holds one.

use super::super::confmap::merge;
use super::super::decode::Notice;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::yaml;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::super::yaml::Origin;
use super::File;

/// The option by which one of several configurations in a file is chosen.
pub const CHOOSE_FLAG: &str = "--collector-key";

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A configuration of the Collector.
    Collector,
    /// A Kubernetes manifest that holds one; its kind, name and key.
    Manifest(String),
    /// Values of a Helm chart that hold one; the path to it.
    Helm(String),
    /// A configuration of a Prometheus, or metric relabeling rules for one.
    Prometheus,
}

/// A configuration that was found in a file.
struct Candidate {
    shape: Shape,
    root: Result<Node, ConfigError>,
}

impl Candidate {
    fn name(&self) -> &str {
        match &self.shape {
            Shape::Collector => "the file itself",
            Shape::Prometheus => "prometheus",
            Shape::Manifest(name) | Shape::Helm(name) => name,
        }
    }
}

/// The defaults that the chart `opentelemetry-collector` merges its `config` value into (its `values.yaml`).
const CHART_DEFAULTS: &str = "\
receivers:
  jaeger:
    protocols: {grpc: {}, thrift_http: {}, thrift_compact: {}}
  otlp:
    protocols: {grpc: {}, http: {}}
  prometheus:
    config:
      scrape_configs:
        - job_name: opentelemetry-collector
          scrape_interval: 10s
          static_configs:
            - targets: ['0.0.0.0:8888']
  zipkin: {}
processors:
  batch: {}
  memory_limiter:
    check_interval: 5s
    limit_percentage: 80
    spike_limit_percentage: 25
exporters:
  debug: {}
extensions:
  health_check: {}
service:
  extensions: [health_check]
  pipelines:
    logs:
      receivers: [otlp]
      processors: [memory_limiter, batch]
      exporters: [debug]
    metrics:
      receivers: [otlp, prometheus]
      processors: [memory_limiter, batch]
      exporters: [debug]
    traces:
      receivers: [otlp, jaeger, zipkin]
      processors: [memory_limiter, batch]
      exporters: [debug]
";

/// How deep Helm values are searched: the values of a chart, of one it depends on, and of one collector in a list.
const HELM_DEPTH: usize = 3;

/// What a file is, and the configuration in it. `partial`: it is one of several that are merged, so a part of a
/// configuration will do.
pub(super) fn recognise(
    index: u32,
    file: File<'_>,
    partial: bool,
    chosen: Option<&str>,
    notices: &mut Vec<Notice>,
) -> Result<(Shape, Node), ConfigError> {
    let Held {
        mut candidates,
        is_plain,
        ..
    } = candidates(index, file, partial, notices)?;
    let candidate = if is_plain {
        candidates.swap_remove(0)
    } else {
        choose(candidates, index, chosen)?
    };
    let root = candidate.root?;
    Ok((candidate.shape, root))
}

/// One of the configurations that a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What holds it.
    pub shape: Shape,
    /// What it is called where one is to be chosen.
    pub name: String,
    /// It, as written; or why it cannot be read.
    pub root: Result<Node, ConfigError>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// Its documents, in order.
    pub documents: Vec<Node>,
    /// The configurations in them, in order.
    pub found: Vec<Found>,
}

/// All configurations of a file, the only one or the one of this name; the file has the number `index`.
/// `partial`: it is one of several that are merged, so a part of a configuration will do.
///
/// # Errors
/// It is no YAML, or holds no configuration, or none of this name.
pub fn contents(
    index: u32,
    file: File<'_>,
    partial: bool,
    chosen: Option<&str>,
    notices: &mut Vec<Notice>,
) -> Result<Contents, ConfigError> {
    let Held {
        documents,
        mut candidates,
        is_plain,
    } = candidates(index, file, partial, notices)?;
    if !is_plain && (candidates.is_empty() || chosen.is_some()) {
        candidates = vec![choose(candidates, index, chosen)?];
    }
    let found = candidates.into_iter().map(|candidate| Found {
        name: candidate.name().to_owned(),
        shape: candidate.shape,
        root: candidate.root,
    });
    Ok(Contents {
        documents,
        found: found.collect(),
    })
}

/// What a file holds, before one is chosen.
struct Held {
    documents: Vec<Node>,
    candidates: Vec<Candidate>,
    /// The file is nothing but the one configuration.
    is_plain: bool,
}

fn candidates(
    index: u32,
    file: File<'_>,
    partial: bool,
    notices: &mut Vec<Notice>,
) -> Result<Held, ConfigError> {
    let yaml::Documents { documents, broken } = yaml::parse_all(file.text, Origin::File(index))?;
    let mut candidates = Vec::new();
    for document in &documents {
        manifests(document, file, &mut candidates);
    }
    let [first, others @ ..] = &documents[..] else {
        return Err(ConfigError::new(start(index), "this file holds nothing"));
    };
    let plain = |shape: Shape, root: Node| Candidate {
        shape,
        root: Ok(root),
    };
    let mut only = None;
    if candidates.is_empty() && (is_collector(first) || (partial && !is_manifest(first))) {
        if let Some(after) = others
            .first()
            .map(|node| node.at)
            .or(broken.as_ref().map(|error| error.at))
        {
            notices.push(Notice {
                at: after,
                subject: file.name.to_owned(),
                message: "the Collector reads the first document of a file and not those after it"
                    .to_owned(),
            });
        }
        only = Some(plain(Shape::Collector, first.clone()));
    } else if let Some(broken) = broken {
        return Err(broken);
    } else if candidates.is_empty() && is_prometheus(first) {
        only = Some(plain(Shape::Prometheus, first.clone()));
    } else if candidates.is_empty()
        && let Some(rules) = relabeling(first)
    {
        only = Some(plain(Shape::Prometheus, scraped_with(rules)));
    } else if candidates.is_empty() {
        helm(first, &mut Vec::new(), &mut candidates);
    }
    let is_plain = only.is_some();
    candidates.extend(only);
    Ok(Held {
        documents,
        candidates,
        is_plain,
    })
}

fn start(file: u32) -> Position {
    Position {
        file,
        line: 1,
        column: 1,
    }
}

fn choose(
    mut candidates: Vec<Candidate>,
    index: u32,
    chosen: Option<&str>,
) -> Result<Candidate, ConfigError> {
    let names = |candidates: &[Candidate]| {
        let names: Vec<&str> = candidates.iter().map(Candidate::name).collect();
        names.join(", ")
    };
    if let Some(chosen) = chosen {
        // A name that is the end of another's, like the key alone, will do if only one ends so.
        let exact = candidates
            .iter()
            .position(|candidate| candidate.name() == chosen);
        let mut ending = candidates
            .iter()
            .enumerate()
            .filter(|(_, own)| own.name().ends_with(chosen));
        let only = match (ending.next(), ending.next()) {
            (Some((index, _)), None) => Some(index),
            _ => None,
        };
        if let Some(index) = exact.or(only) {
            return Ok(candidates.swap_remove(index));
        }
        let error = ConfigError::new(start(index), format!("this file holds no `{chosen}`"));
        return Err(error.with_help(format!("it holds: {}", names(&candidates))));
    }
    match candidates.len() {
        1 => Ok(candidates.swap_remove(0)),
        0 => {
            let error =
                ConfigError::new(start(index), "this file holds no Collector configuration");
            Err(error.with_help(
                "give a Collector configuration, a ConfigMap or OpenTelemetryCollector with one, Helm values, \
                 a prometheus.yml, or a list of relabeling rules",
            ))
        }
        _ => {
            let error =
                ConfigError::new(start(index), "this file holds more than one configuration");
            let names = names(&candidates);
            Err(error.with_help(format!("choose one with `{CHOOSE_FLAG} NAME`: {names}")))
        }
    }
}

/// Keys of a relabeling rule.
const RULE_KEYS: [&str; 7] = [
    "source_labels",
    "separator",
    "regex",
    "modulus",
    "target_label",
    "replacement",
    "action",
];

/// The job of scrapes whose configuration is nothing but relabeling rules.
const RULES_JOB: &str = "mesh";

/// A list of relabeling rules by itself, or under the key that it has in a scrape job.
fn relabeling(node: &Node) -> Option<&Node> {
    let list = match &node.kind {
        Kind::Map(entries) => match &entries[..] {
            [only] if only.key == "metric_relabel_configs" => &only.value,
            _ => return None,
        },
        _ => node,
    };
    let Kind::List(rules) = &list.kind else {
        return None;
    };
    let is_rule = |rule: &Node| {
        let entries = rule.entries().iter();
        let mut keys = entries.map(|entry| entry.key.as_str());
        keys.any(|key| RULE_KEYS.contains(&key))
    };
    (!rules.is_empty() && rules.iter().all(is_rule)).then_some(list)
}

/// The configuration of a Prometheus that applies these rules to whatever it scrapes.
fn scraped_with(rules: &Node) -> Node {
    let at = rules.at;
    let node = |kind: Kind| Node { kind, at };
    let entry = |key: &str, value: Node| yaml::Entry {
        key: key.to_owned(),
        key_at: at,
        value,
    };
    let job = vec![
        entry("job_name", node(Kind::String(RULES_JOB.to_owned()))),
        entry("scrape_interval", node(Kind::String("30s".to_owned()))),
        entry("metric_relabel_configs", rules.clone()),
    ];
    let jobs = Kind::List(vec![node(Kind::Map(job))]);
    node(Kind::Map(vec![entry("scrape_configs", node(jobs))]))
}

fn is_manifest(node: &Node) -> bool {
    node.get("apiVersion").is_some() && node.get("kind").is_some()
}

/// Whether it has what only a Collector configuration has.
fn is_collector(node: &Node) -> bool {
    let is_map = |key: &str| {
        let value = node.get(key);
        value.is_some_and(|value| matches!(value.kind, Kind::Map(_)))
    };
    let has_pipelines = node
        .get("service")
        .is_some_and(|service| service.get("pipelines").is_some());
    !is_manifest(node)
        && (has_pipelines || is_map("receivers") || is_map("exporters") || is_map("processors"))
}

fn is_prometheus(node: &Node) -> bool {
    let scrapes = node.get("scrape_configs");
    scrapes.is_some_and(|scrapes| matches!(scrapes.kind, Kind::List(_) | Kind::Null))
}

/// Looks into a manifest, or into each of a list of them.
fn manifests(node: &Node, file: File<'_>, found: &mut Vec<Candidate>) {
    if !is_manifest(node) {
        return;
    }
    let kind = node.get("kind").and_then(Node::scalar).unwrap_or_default();
    let metadata = |key: &str| {
        let value = node.get("metadata").and_then(|metadata| metadata.get(key));
        value.and_then(Node::scalar)
    };
    let name = match (metadata("namespace"), metadata("name").unwrap_or("?")) {
        (Some(namespace), name) => format!("{kind}/{namespace}/{name}"),
        (None, name) => format!("{kind}/{name}"),
    };
    if let (true, Some(Kind::List(items))) = (
        kind.ends_with("List"),
        node.get("items").map(|items| &items.kind),
    ) {
        // Lists of lists do not exist.
        let items = items.iter().filter(|item| item.get("items").is_none());
        items.for_each(|item| manifests(item, file, found));
        return;
    }
    if kind == "OpenTelemetryCollector" {
        let config = node.get("spec").and_then(|spec| spec.get("config"));
        match config.map(|config| (config, &config.kind)) {
            Some((config, Kind::Map(_))) => found.push(Candidate {
                shape: Shape::Manifest(name),
                root: Ok(config.clone()),
            }),
            Some((config, Kind::String(text))) => found.push(Candidate {
                shape: Shape::Manifest(name),
                root: yaml::parse_embedded(text, config.at, file.text),
            }),
            _ => {}
        }
        return;
    }
    if kind != "ConfigMap" {
        return;
    }
    let data = node.get("data").map(Node::entries).unwrap_or_default();
    for entry in data {
        let Kind::String(text) = &entry.value.kind else {
            continue;
        };
        let root = yaml::parse_embedded(text, entry.value.at, file.text);
        let holds = match &root {
            Ok(root) if is_collector(root) => true,
            Ok(root) if is_prometheus(root) => {
                found.push(Candidate {
                    shape: Shape::Prometheus,
                    root: Ok(root.clone()),
                });
                false
            }
            Ok(_) => false,
            // Broken, and looks like one: its error is worth more than its absence.
            Err(_) => text.lines().any(|line| line.starts_with("receivers:")),
        };
        if holds {
            let shape = Shape::Manifest(format!("{name}/{}", entry.key));
            found.push(Candidate { shape, root });
        }
    }
}

/// Looks for `config` in Helm values.
fn helm(node: &Node, path: &mut Vec<String>, found: &mut Vec<Candidate>) {
    if path.len() >= HELM_DEPTH {
        return;
    }
    for entry in node.entries() {
        path.push(entry.key.clone());
        if entry.key == "config" && is_collector(&entry.value) {
            let root = match path.len() {
                // One of many in `collectors`: a chart that has no defaults.
                3.. => Ok(entry.value.clone()),
                _ => with_chart_defaults(&entry.value),
            };
            let shape = Shape::Helm(path.join("."));
            found.push(Candidate { shape, root });
        } else {
            helm(&entry.value, path, found);
        }
        path.pop();
    }
}

/// Values over the chart's own, as Helm merges them: `null` takes a default away.
fn with_chart_defaults(values: &Node) -> Result<Node, ConfigError> {
    let nowhere = Position {
        line: 0,
        column: 0,
        ..values.at
    };
    let mut merged = merge(
        yaml::parse(CHART_DEFAULTS, Origin::Place(nowhere))?,
        values.clone(),
    );
    merged.at = values.at;
    if let Kind::Map(sections) = &mut merged.kind {
        for section in sections {
            drop_nulls(&mut section.value, &section.key);
        }
    }
    Ok(merged)
}

/// Takes out components and pipelines that are `null`, if the chart has a default for them.
fn drop_nulls(section: &mut Node, name: &str) {
    let has_default = |key: &str| match name {
        "receivers" => ["jaeger", "otlp", "prometheus", "zipkin"].contains(&key),
        "processors" => ["batch", "memory_limiter"].contains(&key),
        "exporters" => key == "debug",
        "extensions" => key == "health_check",
        "pipelines" => ["logs", "metrics", "traces"].contains(&key),
        _ => false,
    };
    let Kind::Map(entries) = &mut section.kind else {
        return;
    };
    entries.retain(|entry| !(entry.value.is_null() && has_default(&entry.key)));
    if name == "service" {
        let pipelines = entries.iter_mut().filter(|entry| entry.key == "pipelines");
        pipelines.for_each(|entry| drop_nulls(&mut entry.value, "pipelines"));
    }
}
