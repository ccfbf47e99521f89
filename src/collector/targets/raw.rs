//! What discovery finds before any rule: a set of labels, and which object it was made of.

use std::collections::BTreeMap;

use super::super::yaml::Node;
use super::objects::pairs;
use super::objects::text;

/// Where all labels of this discovery begin.
pub(super) const META: &str = "__meta_kubernetes_";
/// The label that holds host and port.
pub(super) const ADDRESS: &str = "__address__";

/// Labels by name. A value may be empty, which is as good as no label to rules.
pub(super) type Set = BTreeMap<String, String>;

/// The object that a target was made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Origin {
    /// `Pod`, `Service`, …; empty for an entry of `static_configs`.
    pub kind: &'static str,
    /// Its namespace; empty for what is in none.
    pub namespace: String,
    /// Its name; the address for an entry of `static_configs`.
    pub name: String,
    /// The container whose port it is; empty where it is none's.
    pub container: String,
    /// The port as it was found; empty where there is none.
    pub port: String,
}

impl Origin {
    /// `namespace/name`, or the name alone.
    pub fn object(&self) -> String {
        if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        }
    }
}

/// A target before relabeling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raw {
    /// Its own labels and those of its group; its own go first.
    pub(super) labels: Set,
    pub(super) origin: Origin,
}

impl Raw {
    pub(super) fn new(own: Set, group: &Set, origin: Origin) -> Self {
        let mut labels = own;
        for (name, value) in group {
            if !labels.contains_key(name) {
                labels.insert(name.clone(), value.clone());
            }
        }
        Self { labels, origin }
    }
}

/// Sets `__meta_kubernetes_NAME`.
pub(super) fn set(labels: &mut Set, name: &str, value: impl Into<String>) {
    labels.insert(format!("{META}{name}"), value.into());
}

/// Sets a label from a scalar under a path of keys, if it is there, even if it is empty.
pub(super) fn set_if(labels: &mut Set, name: &str, value: Option<&Node>) {
    if let Some(value) = value.and_then(Node::scalar) {
        set(labels, name, value);
    }
}

/// Name, labels and annotations of an object (`addObjectMetaLabels` in `discovery/kubernetes/kubernetes.go`).
pub(super) fn object_meta(labels: &mut Set, object: &Node, role: &str) {
    let name = text(object, &["metadata", "name"]).unwrap_or_default();
    set(labels, &format!("{role}_name"), name);
    labels_and_annotations(labels, object, role);
}

/// Labels and annotations of an object, each with a second label that says it is there.
///
/// Of two keys that come to the same name, Prometheus takes any; here the last in the order of keys counts.
pub(super) fn labels_and_annotations(labels: &mut Set, object: &Node, role: &str) {
    for (part, what) in [("labels", "label"), ("annotations", "annotation")] {
        for (key, value) in pairs(object, &["metadata", part]) {
            let key = sanitised(key);
            set(labels, &format!("{role}_{what}_{key}"), value);
            set(labels, &format!("{role}_{what}present_{key}"), "true");
        }
    }
}

/// Everything but letters, digits and underscores becomes an underscore (`SanitizeLabelName`).
pub(super) fn sanitised(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() { c } else { '_' }
    };
    name.chars().map(plain).collect()
}

/// Host and port; an address with colons stands in brackets (`net.JoinHostPort`).
pub(super) fn host_port(host: &str, port: &str) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_what_a_label_may_hold() {
        assert_eq!(
            sanitised("linkerd.io/proxy-deployment"),
            "linkerd_io_proxy_deployment"
        );
        assert_eq!(sanitised("größe/9"), "gr__e_9");
    }

    #[test]
    fn addresses_of_the_sixth_version_stand_in_brackets() {
        assert_eq!(host_port("10.0.0.1", "80"), "10.0.0.1:80");
        assert_eq!(host_port("fd00::1", "80"), "[fd00::1]:80");
    }
}
