//! Targets of role `pod`, and the labels that pods give to targets of other roles
//! (`discovery/kubernetes/pod.go`).

use super::super::yaml::Node;
use super::objects::at;
use super::objects::is_true;
use super::objects::items;
use super::objects::text;
use super::raw::ADDRESS;
use super::raw::Origin;
use super::raw::Raw;
use super::raw::Set;
use super::raw::host_port;
use super::raw::object_meta;
use super::raw::set;
use super::view::View;

/// Why discovery makes no target of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoTarget {
    /// It has no address: not scheduled yet, or evicted.
    NoAddress,
    /// Its node is not among those selected, and nodes are attached.
    NodeNotSelected,
}

/// A container of a pod, in the order of discovery: the usual ones, then those that start before them.
pub(super) struct Container<'a> {
    pub(super) node: &'a Node,
    pub(super) name: &'a str,
    pub(super) is_init: bool,
}

impl<'a> Container<'a> {
    /// All of a pod. Those of debugging sessions (`ephemeralContainers`) are none to discovery.
    pub(super) fn all(pod: &'a Node) -> impl Iterator<Item = Self> {
        [("containers", false), ("initContainers", true)]
            .into_iter()
            .flat_map(move |(key, is_init)| {
                items(pod, &["spec", key]).iter().map(move |node| Self {
                    node,
                    name: text(node, &["name"]).unwrap_or_default(),
                    is_init,
                })
            })
    }

    /// Its declared ports.
    pub(super) fn ports(&self) -> impl Iterator<Item = Port<'a>> + use<'a> {
        items(self.node, &["ports"]).iter().map(|port| Port {
            name: text(port, &["name"]).unwrap_or_default(),
            number: text(port, &["containerPort"]).unwrap_or("0"),
            // The API fills it in where it was left out.
            protocol: text(port, &["protocol"]).unwrap_or("TCP"),
        })
    }

    fn image(&self) -> &'a str {
        text(self.node, &["image"]).unwrap_or_default()
    }

    /// Labels of one of its ports.
    pub(super) fn port_labels(&self, port: &Port<'_>, protocol: &str, labels: &mut Set) {
        set(labels, "pod_container_name", self.name);
        set(labels, "pod_container_image", self.image());
        set(labels, "pod_container_port_name", port.name);
        set(labels, "pod_container_port_number", port.number);
        set(labels, "pod_container_port_protocol", protocol);
        set(labels, "pod_container_init", self.is_init.to_string());
    }
}

/// A port that a container declares.
pub(super) struct Port<'a> {
    pub(super) name: &'a str,
    pub(super) number: &'a str,
    pub(super) protocol: &'a str,
}

/// The raw targets of one pod.
pub(super) fn targets(pod: &Node, view: &View<'_>) -> Result<Vec<Raw>, NoTarget> {
    let Some(ip) = text(pod, &["status", "podIP"]) else {
        return Err(NoTarget::NoAddress);
    };
    let node_name = text(pod, &["spec", "nodeName"]).unwrap_or_default();
    if view.leaves_out_other_nodes() && view.node(node_name).is_none() {
        return Err(NoTarget::NodeNotSelected);
    }
    let namespace = text(pod, &["metadata", "namespace"]).unwrap_or_default();
    let mut group = Set::new();
    pod_labels(pod, view, &mut group);
    set(&mut group, "namespace", namespace);
    view.add_node(node_name, &mut group);
    view.add_namespace(namespace, &mut group);

    let mut all = Vec::new();
    for container in Container::all(pod) {
        let mut of_container = Set::new();
        set(&mut of_container, "pod_container_name", container.name);
        set(
            &mut of_container,
            "pod_container_id",
            container_id(pod, &container),
        );
        set(&mut of_container, "pod_container_image", container.image());
        set(
            &mut of_container,
            "pod_container_init",
            container.is_init.to_string(),
        );
        let origin = |port: &str| Origin {
            kind: "Pod",
            namespace: namespace.to_owned(),
            name: text(pod, &["metadata", "name"])
                .unwrap_or_default()
                .to_owned(),
            container: container.name.to_owned(),
            port: port.to_owned(),
        };
        let mut ports = container.ports().peekable();
        if ports.peek().is_none() {
            let mut own = of_container;
            own.insert(ADDRESS.to_owned(), ip.to_owned());
            all.push(Raw::new(own, &group, origin("")));
            continue;
        }
        for port in ports {
            let mut own = of_container.clone();
            own.insert(ADDRESS.to_owned(), host_port(ip, port.number));
            container.port_labels(&port, port.protocol, &mut own);
            all.push(Raw::new(own, &group, origin(port.number)));
        }
    }
    Ok(all)
}

/// The labels of a pod itself (`podLabels`).
pub(super) fn pod_labels(pod: &Node, view: &View<'_>, labels: &mut Set) {
    let of = |path: &[&str]| text(pod, path).unwrap_or_default();
    set(labels, "pod_ip", of(&["status", "podIP"]));
    set(labels, "pod_ready", ready(pod));
    set(labels, "pod_phase", of(&["status", "phase"]));
    set(labels, "pod_node_name", of(&["spec", "nodeName"]));
    set(labels, "pod_host_ip", of(&["status", "hostIP"]));
    set(labels, "pod_uid", of(&["metadata", "uid"]));
    object_meta(labels, pod, "pod");
    let Some(owner) = controller(pod) else {
        return;
    };
    let kind = text(owner, &["kind"]).unwrap_or_default();
    let name = text(owner, &["name"]).unwrap_or_default();
    if !kind.is_empty() {
        set(labels, "pod_controller_kind", kind);
    }
    if !name.is_empty() {
        set(labels, "pod_controller_name", name);
    }
    let namespace = of(&["metadata", "namespace"]);
    view.add_owner(kind, namespace, name, labels);
}

/// The owner that is in charge.
pub(super) fn controller(object: &Node) -> Option<&Node> {
    let mut owners = items(object, &["metadata", "ownerReferences"]).iter();
    owners.find(|owner| is_true(owner, &["controller"]))
}

/// `true`, `false` or `unknown`.
fn ready(pod: &Node) -> String {
    let mut conditions = items(pod, &["status", "conditions"]).iter();
    let ready = conditions.find(|condition| text(condition, &["type"]) == Some("Ready"));
    let status = ready.map_or(Some("unknown"), |ready| {
        at(ready, &["status"]).and_then(Node::scalar)
    });
    status.unwrap_or_default().to_lowercase()
}

fn container_id<'a>(pod: &'a Node, container: &Container<'_>) -> &'a str {
    let key = if container.is_init {
        "initContainerStatuses"
    } else {
        "containerStatuses"
    };
    let mut statuses = items(pod, &["status", key]).iter();
    let status = statuses.find(|status| text(status, &["name"]) == Some(container.name));
    status
        .and_then(|status| text(status, &["containerID"]))
        .unwrap_or_default()
}
