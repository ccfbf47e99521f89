//! Targets of the roles `endpoints` and `endpointslice` (`discovery/kubernetes/endpoints.go`,
//! `endpointslice.go`).

use std::collections::BTreeMap;

use super::super::yaml::Node;
use super::objects::at;
use super::objects::items;
use super::objects::pairs;
use super::objects::text;
use super::pods::Container;
use super::pods::pod_labels;
use super::raw::ADDRESS;
use super::raw::Origin;
use super::raw::Raw;
use super::raw::Set;
use super::raw::host_port;
use super::raw::object_meta;
use super::raw::sanitised;
use super::raw::set;
use super::raw::set_if;
use super::view::View;
use super::view::scalar;

/// The label of a slice that names its service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// Pods behind the addresses, by namespace and name, with the ports that became targets.
type SeenPods<'a> = BTreeMap<(&'a str, &'a str), (&'a Node, Vec<&'a str>)>;

/// The raw targets of one `Endpoints` object.
pub(super) fn of_endpoints(endpoints: &Node, view: &View<'_>) -> Vec<Raw> {
    let namespace = text(endpoints, &["metadata", "namespace"]).unwrap_or_default();
    let name = text(endpoints, &["metadata", "name"]).unwrap_or_default();
    let mut group = Set::new();
    set(&mut group, "namespace", namespace);
    add_service(view, namespace, name, &mut group);
    object_meta(&mut group, endpoints, "endpoints");
    view.add_namespace(namespace, &mut group);

    let mut found = Found::new("Endpoints", endpoints, view, group);
    for subset in items(endpoints, &["subsets"]) {
        for port in items(subset, &["ports"]) {
            for (key, ready) in [("addresses", "true"), ("notReadyAddresses", "false")] {
                for address in items(subset, &[key]) {
                    let number = text(port, &["port"]).unwrap_or("0");
                    let protocol = text(port, &["protocol"]).unwrap_or("TCP");
                    let ip = text(address, &["ip"]).unwrap_or_default();
                    let mut own = Set::new();
                    own.insert(ADDRESS.to_owned(), host_port(ip, number));
                    set(
                        &mut own,
                        "endpoint_port_name",
                        text(port, &["name"]).unwrap_or_default(),
                    );
                    set(&mut own, "endpoint_port_protocol", protocol);
                    set(&mut own, "endpoint_ready", ready);
                    add_reference(address, "endpoint_address_target", &mut own);
                    set_if(&mut own, "endpoint_node_name", at(address, &["nodeName"]));
                    if let Some(hostname) = text(address, &["hostname"]) {
                        set(&mut own, "endpoint_hostname", hostname);
                    }
                    match scalar(address, &["nodeName"]) {
                        Some(node) => view.add_node(node, &mut own),
                        None => add_referred_node(address, view, &mut own),
                    }
                    found.add(address, own, Some(number), Some(protocol));
                }
            }
        }
    }
    found.finish()
}

/// The raw targets of one `EndpointSlice` object.
pub(super) fn of_slice(slice: &Node, view: &View<'_>) -> Vec<Raw> {
    let namespace = text(slice, &["metadata", "namespace"]).unwrap_or_default();
    let address_type = text(slice, &["addressType"]).unwrap_or_default();
    let mut group = Set::new();
    set(&mut group, "namespace", namespace);
    set(&mut group, "endpointslice_address_type", address_type);
    object_meta(&mut group, slice, "endpointslice");
    let labels = pairs(slice, &["metadata", "labels"]);
    let service = labels
        .get(SERVICE_NAME)
        .and_then(|name| add_service(view, namespace, name, &mut group));
    view.add_namespace(namespace, &mut group);
    let second = service.is_some_and(|service| is_second_family(service, address_type));
    if second && view.leaves_out_second_family() {
        return Vec::new();
    }

    let mut found = Found::new("EndpointSlice", slice, view, group);
    for endpoint in items(slice, &["endpoints"]) {
        for port in items(slice, &["ports"]) {
            for address in items(endpoint, &["addresses"]) {
                let address = address.scalar().unwrap_or_default();
                let number = scalar(port, &["port"]);
                let mut own = Set::new();
                let joined = number.map_or(address.to_owned(), |number| host_port(address, number));
                own.insert(ADDRESS.to_owned(), joined);
                for (label, from) in [
                    ("endpointslice_port_name", at(port, &["name"])),
                    ("endpointslice_port_protocol", at(port, &["protocol"])),
                    ("endpointslice_port", at(port, &["port"])),
                    (
                        "endpointslice_port_app_protocol",
                        at(port, &["appProtocol"]),
                    ),
                    (
                        "endpointslice_endpoint_hostname",
                        at(endpoint, &["hostname"]),
                    ),
                    (
                        "endpointslice_endpoint_node_name",
                        at(endpoint, &["nodeName"]),
                    ),
                    ("endpointslice_endpoint_zone", at(endpoint, &["zone"])),
                ] {
                    set_if(&mut own, label, from);
                }
                for condition in ["ready", "serving", "terminating"] {
                    let label = format!("endpointslice_endpoint_conditions_{condition}");
                    set_if(&mut own, &label, at(endpoint, &["conditions", condition]));
                }
                add_reference(endpoint, "endpointslice_address_target", &mut own);
                for (key, value) in pairs(endpoint, &["deprecatedTopology"]) {
                    let key = sanitised(key);
                    set(
                        &mut own,
                        &format!("endpointslice_endpoint_topology_{key}"),
                        value,
                    );
                    set(
                        &mut own,
                        &format!("endpointslice_endpoint_topology_present_{key}"),
                        "true",
                    );
                }
                if text(endpoint, &["targetRef", "kind"]) == Some("Node") {
                    add_referred_node(endpoint, view, &mut own);
                } else if let Some(node) = scalar(endpoint, &["nodeName"]) {
                    view.add_node(node, &mut own);
                }
                found.add(endpoint, own, number, None);
            }
        }
    }
    found.finish()
}

/// The slice of the second family of a service with two: its targets would be doubles of the first's.
fn is_second_family(service: &Node, address_type: &str) -> bool {
    let policy = text(service, &["spec", "ipFamilyPolicy"]);
    let is_dual = matches!(policy, Some("PreferDualStack" | "RequireDualStack"));
    let first = items(service, &["spec", "ipFamilies"]).first();
    is_dual && first.is_some_and(|first| first.scalar() != Some(address_type))
}

/// Labels of the service that the addresses belong to.
fn add_service<'a>(
    view: &View<'a>,
    namespace: &str,
    name: &str,
    group: &mut Set,
) -> Option<&'a Node> {
    let service = view.get("Service", namespace, name)?;
    object_meta(group, service, "service");
    Some(service)
}

fn add_reference(address: &Node, prefix: &str, own: &mut Set) {
    let Some(reference) = at(address, &["targetRef"]).filter(|node| !node.is_null()) else {
        return;
    };
    for key in ["kind", "name"] {
        let value = text(reference, &[key]).unwrap_or_default();
        set(own, &format!("{prefix}_{key}"), value);
    }
}

fn add_referred_node(address: &Node, view: &View<'_>, own: &mut Set) {
    if text(address, &["targetRef", "kind"]) == Some("Node")
        && let Some(name) = text(address, &["targetRef", "name"])
    {
        view.add_node(name, own);
    }
}

/// Targets of one object while they are gathered.
struct Found<'a, 'v> {
    kind: &'static str,
    object: &'a Node,
    view: &'v View<'a>,
    group: Set,
    targets: Vec<Raw>,
    pods: SeenPods<'a>,
}

impl<'a, 'v> Found<'a, 'v> {
    fn new(kind: &'static str, object: &'a Node, view: &'v View<'a>, group: Set) -> Self {
        Self {
            kind,
            object,
            view,
            group,
            targets: Vec::new(),
            pods: BTreeMap::new(),
        }
    }

    /// One address with one port; `protocol` is the port's own where that is what containers' ports get.
    fn add(
        &mut self,
        address: &'a Node,
        mut own: Set,
        number: Option<&'a str>,
        protocol: Option<&str>,
    ) {
        let Some(pod) = self.pod(address) else {
            let origin = Origin {
                kind: self.kind,
                namespace: self.of("namespace"),
                name: self.of("name"),
                container: String::new(),
                port: number.unwrap_or_default().to_owned(),
            };
            self.targets.push(Raw::new(own, &self.group, origin));
            return;
        };
        pod_labels(pod, self.view, &mut own);
        let mut of_container = "";
        for container in self.containers(pod) {
            let mut ports = container.ports();
            if let Some(port) = ports.find(|port| Some(port.number) == number) {
                container.port_labels(&port, protocol.unwrap_or(port.protocol), &mut own);
                self.without_init(&mut own);
                of_container = container.name;
            }
        }
        let origin = pod_origin(pod, of_container, number.unwrap_or_default());
        let key = (
            text(pod, &["metadata", "namespace"]).unwrap_or_default(),
            text(pod, &["metadata", "name"]).unwrap_or_default(),
        );
        let (_, ports) = self.pods.entry(key).or_insert_with(|| (pod, Vec::new()));
        ports.extend(number);
        self.targets.push(Raw::new(own, &self.group, origin));
    }

    /// The containers whose ports count.
    fn containers(&self, pod: &'a Node) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let all = self.view.has_init_ports();
        Container::all(pod).filter(move |container| all || !container.is_init)
    }

    /// Releases that do not look at containers that start before the others do not say so either.
    fn without_init(&self, own: &mut Set) {
        if !self.view.has_init_ports() {
            own.remove("__meta_kubernetes_pod_container_init");
        }
    }

    /// The pod behind an address, if it is seen.
    fn pod(&self, address: &Node) -> Option<&'a Node> {
        if text(address, &["targetRef", "kind"]) != Some("Pod") {
            return None;
        }
        let of = |key: &str| text(address, &["targetRef", key]).unwrap_or_default();
        self.view.get("Pod", of("namespace"), of("name"))
    }

    fn of(&self, key: &str) -> String {
        let value = text(self.object, &["metadata", key]);
        value.unwrap_or_default().to_owned()
    }

    /// Also the other ports of these pods' containers.
    fn finish(self) -> Vec<Raw> {
        let mut more = Vec::new();
        for &(pod, ref ports) in self.pods.values() {
            let Some(ip) = text(pod, &["status", "podIP"]) else {
                continue;
            };
            for container in self.containers(pod) {
                for port in container.ports() {
                    if ports.contains(&port.number) {
                        continue;
                    }
                    let mut own = Set::new();
                    own.insert(ADDRESS.to_owned(), host_port(ip, port.number));
                    container.port_labels(&port, port.protocol, &mut own);
                    self.without_init(&mut own);
                    pod_labels(pod, self.view, &mut own);
                    let origin = pod_origin(pod, container.name, port.number);
                    more.push(Raw::new(own, &self.group, origin));
                }
            }
        }
        let mut all = self.targets;
        all.extend(more);
        all
    }
}

fn pod_origin(pod: &Node, container: &str, port: &str) -> Origin {
    let of = |key: &str| text(pod, &["metadata", key]).unwrap_or_default().to_owned();
    Origin {
        kind: "Pod",
        namespace: of("namespace"),
        name: of("name"),
        container: container.to_owned(),
        port: port.to_owned(),
    }
}
