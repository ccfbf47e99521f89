//! Where a Collector runs, as far as its configuration's file tells.

use std::fmt;

use super::super::config::Shape;
use super::super::position::ConfigError;
use super::super::yaml;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::super::yaml::Origin;
use super::objects::is_true;
use super::objects::text;

/// How many Collectors run this configuration, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One on each node.
    DaemonSet,
    /// Some replicas.
    Deployment,
    /// Some replicas with names that stay.
    StatefulSet,
    /// One in each pod that asks for it.
    Sidecar,
}

impl Mode {
    /// All of them, by their names.
    pub const ALL: [Self; 4] = [
        Self::DaemonSet,
        Self::Deployment,
        Self::StatefulSet,
        Self::Sidecar,
    ];

    /// As manifests and Helm values write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DaemonSet => "daemonset",
            Self::Deployment => "deployment",
            Self::StatefulSet => "statefulset",
            Self::Sidecar => "sidecar",
        }
    }

    fn read(written: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|mode| mode.as_str().eq_ignore_ascii_case(written))
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of where the Collector runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setting {
    /// How many there are; `None` where it is not known.
    pub mode: Option<Mode>,
    /// The namespace that it runs in, for `own_namespace`.
    pub namespace: Option<String>,
    /// An allocator hands the targets out, each to one Collector.
    pub has_allocator: bool,
}

impl Setting {
    /// What the file of a configuration says of it: an `OpenTelemetryCollector`, or Helm values.
    ///
    /// # Errors
    /// The text is no YAML.
    pub fn declared(text: &str, shape: &Shape) -> Result<Self, ConfigError> {
        let documents = yaml::parse_all(text, Origin::File(0))?.documents;
        Ok(match shape {
            Shape::Manifest(name) => {
                let manifests = documents.iter().flat_map(manifests);
                let mut collectors = manifests.filter(|node| is_called(node, name));
                collectors.next().map(of_manifest).unwrap_or_default()
            }
            Shape::Helm(path) => documents
                .first()
                .map(|values| of_values(values, path))
                .unwrap_or_default(),
            Shape::Collector | Shape::Prometheus => Self::default(),
        })
    }
}

/// A manifest, or those in a list.
fn manifests(node: &Node) -> Vec<&Node> {
    match node.get("items").map(|items| &items.kind) {
        Some(Kind::List(items)) => items.iter().collect(),
        _ => vec![node],
    }
}

/// Whether this is the `OpenTelemetryCollector` that a shape names: `OpenTelemetryCollector/NAMESPACE/NAME`.
fn is_called(node: &Node, shape: &str) -> bool {
    let kind = text(node, &["kind"]).unwrap_or_default();
    let name = text(node, &["metadata", "name"]).unwrap_or("?");
    let called = match text(node, &["metadata", "namespace"]) {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    };
    kind == "OpenTelemetryCollector" && called == shape
}

fn of_manifest(node: &Node) -> Setting {
    Setting {
        // What the operator takes where nothing is said.
        mode: Mode::read(text(node, &["spec", "mode"]).unwrap_or("deployment")),
        namespace: text(node, &["metadata", "namespace"]).map(str::to_owned),
        has_allocator: is_true(node, &["spec", "targetAllocator", "enabled"]),
    }
}

/// `mode` stands beside `config`, or above it.
fn of_values(values: &Node, path: &str) -> Setting {
    let keys: Vec<&str> = path.split('.').collect();
    for depth in (0..keys.len()).rev() {
        let mode = [&keys[..depth], &["mode"]].concat();
        if let Some(mode) = text(values, &mode) {
            let namespace = [&keys[..depth], &["namespaceOverride"]].concat();
            return Setting {
                mode: Mode::read(mode),
                namespace: text(values, &namespace).map(str::to_owned),
                has_allocator: is_true(
                    values,
                    &[&keys[..depth], &["targetAllocator", "enabled"]].concat(),
                ),
            };
        }
    }
    Setting::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_and_helm_values_tell_the_mode() {
        let manifest =
            "{apiVersion: a, kind: OpenTelemetryCollector, metadata: {name: mesh, namespace: otel},
                         spec: {mode: daemonset, targetAllocator: {enabled: true}}}";
        let shape = Shape::Manifest("OpenTelemetryCollector/otel/mesh".to_owned());
        let setting = Setting::declared(manifest, &shape).unwrap();
        assert_eq!(setting.mode, Some(Mode::DaemonSet));
        assert_eq!(setting.namespace.as_deref(), Some("otel"));
        assert!(setting.has_allocator);

        let values = "opentelemetry-collector: {mode: daemonset, config: {receivers: {}}}";
        let shape = Shape::Helm("opentelemetry-collector.config".to_owned());
        let setting = Setting::declared(values, &shape).unwrap();
        assert_eq!(setting.mode, Some(Mode::DaemonSet));
        let setting = Setting::declared("receivers: {}", &Shape::Collector).unwrap();
        assert_eq!(setting, Setting::default());
    }
}
