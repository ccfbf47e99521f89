//! What runs the configuration, as far as its file says: a resource of the operator, values of a chart, or a
//! workload that stands beside it.

use super::Linted;
use super::seek;
use crate::collector::config::Shape;
use crate::collector::targets::Mode;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;

/// What runs Collectors.
#[derive(Debug, Clone)]
pub(super) struct Workload<'a> {
    /// `DaemonSet/otel`, `OpenTelemetryCollector/mesh`, `values`.
    pub(super) name: String,
    /// How they are spread; `None` where the chart is to be told.
    pub(super) mode: Option<Mode>,
    /// The entry that says so; none where it is a default.
    pub(super) mode_entry: Option<&'a Entry>,
    /// How many there are, where it is said, and where.
    pub(super) replicas: Option<(i64, &'a Entry)>,
    /// An allocator hands targets out.
    pub(super) has_allocator: bool,
}

impl Workload<'_> {
    /// How many run at once, in words; `None` for one alone.
    pub(super) fn several(&self) -> Option<String> {
        match (self.mode, self.replicas) {
            (Some(Mode::DaemonSet), _) => Some("one Collector on each node".to_owned()),
            (Some(Mode::Deployment | Mode::StatefulSet), Some((replicas, _))) if replicas > 1 => {
                Some(format!("{replicas} Collectors"))
            }
            _ => None,
        }
    }
}

/// All manifests of the documents, those in lists included.
pub(super) fn manifests<'a>(linted: &Linted<'a>) -> Vec<&'a Node> {
    let documents = linted.documents.iter();
    documents
        .flat_map(
            |document| match document.get("items").map(|items| &items.kind) {
                Some(Kind::List(items)) if document.get("kind").is_some() => items.iter().collect(),
                _ => vec![document],
            },
        )
        .collect()
}

/// What runs the configuration; `None` where nothing in the file says so.
pub(super) fn of<'a>(linted: &Linted<'a>) -> Option<Workload<'a>> {
    match linted.shape {
        Shape::Manifest(name) if name.starts_with("OpenTelemetryCollector/") => {
            let mut manifests = manifests(linted).into_iter();
            manifests
                .find(|node| is_called(node, name))
                .map(of_operator)
        }
        Shape::Helm(path) => of_values(linted.documents.first()?, path),
        Shape::Manifest(name) => {
            let config_map = name.split('/').nth_back(1).unwrap_or_default();
            mounting(linted, Some(config_map))
        }
        Shape::Prometheus => mounting(linted, None),
        Shape::Collector => None,
    }
}

fn is_called(node: &Node, shape: &str) -> bool {
    let text = |path: &[&str]| seek::text(node, path);
    let kind = text(&["kind"]).unwrap_or_default();
    let name = text(&["metadata", "name"]).unwrap_or("?");
    let called = match text(&["metadata", "namespace"]) {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    };
    called == shape
}

fn mode(written: &str) -> Option<Mode> {
    let mut all = Mode::ALL.into_iter();
    all.find(|mode| mode.as_str().eq_ignore_ascii_case(written))
}

fn number(entry: &Entry) -> Option<(i64, &Entry)> {
    match entry.value.kind {
        Kind::Int(number, _) => Some((number, entry)),
        _ => None,
    }
}

fn of_operator(node: &Node) -> Workload<'_> {
    let spec = node.get("spec");
    let entry = |key: &str| spec.and_then(|spec| seek::entry(spec, key));
    let mode_entry = entry("mode");
    let written = mode_entry.and_then(|entry| entry.value.scalar());
    Workload {
        name: format!(
            "OpenTelemetryCollector/{}",
            seek::text(node, &["metadata", "name"]).unwrap_or("?")
        ),
        // What the operator takes where nothing is said.
        mode: mode(written.unwrap_or("deployment")),
        mode_entry,
        replicas: entry("replicas").and_then(number),
        has_allocator: seek::is_true(node, &["spec", "targetAllocator", "enabled"]),
    }
}

/// `mode` and `replicaCount` stand beside `config`.
fn of_values<'a>(values: &'a Node, path: &str) -> Option<Workload<'a>> {
    let keys: Vec<&str> = path.split('.').collect();
    let (_, above) = keys.split_last()?;
    let node = seek::at(values, above)?;
    let mode_entry = seek::entry(node, "mode");
    let written = mode_entry.and_then(|entry| entry.value.scalar());
    Some(Workload {
        name: "the chart's values".to_owned(),
        mode: written.and_then(mode),
        mode_entry,
        replicas: ["replicaCount", "replicas"]
            .iter()
            .find_map(|key| seek::entry(node, key))
            .and_then(number),
        has_allocator: seek::is_true(node, &["targetAllocator", "enabled"]),
    })
}

/// The workload that mounts this `ConfigMap`, or the first that mounts any.
fn mounting<'a>(linted: &Linted<'a>, config_map: Option<&str>) -> Option<Workload<'a>> {
    let manifests = manifests(linted).into_iter();
    let mut workloads = manifests.filter(|node| {
        let kind = seek::text(node, &["kind"]).unwrap_or_default();
        ["DaemonSet", "Deployment", "StatefulSet"].contains(&kind) && mounts(node, config_map)
    });
    let node = workloads.next()?;
    let kind = seek::entry(node, "kind")?;
    let spec = node.get("spec")?;
    Some(Workload {
        name: format!(
            "{}/{}",
            kind.value.scalar().unwrap_or_default(),
            seek::text(node, &["metadata", "name"]).unwrap_or("?")
        ),
        mode: mode(kind.value.scalar().unwrap_or_default()),
        mode_entry: Some(kind),
        replicas: seek::entry(spec, "replicas").and_then(number),
        has_allocator: false,
    })
}

fn mounts(node: &Node, config_map: Option<&str>) -> bool {
    let volumes = seek::at(node, &["spec", "template", "spec", "volumes"]);
    let mut names = seek::items(volumes).iter().flat_map(|volume| {
        let plain = seek::text(volume, &["configMap", "name"]);
        let sources = seek::items(seek::at(volume, &["projected", "sources"])).iter();
        let projected = sources.filter_map(|source| seek::text(source, &["configMap", "name"]));
        plain.into_iter().chain(projected)
    });
    match config_map {
        Some(config_map) => names.any(|name| name == config_map),
        None => names.next().is_some(),
    }
}
