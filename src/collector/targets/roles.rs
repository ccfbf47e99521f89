//! From one entry of `kubernetes_sd_configs` to raw targets, role by role.

use super::super::config::KubernetesDiscovery;
use super::super::position::ConfigError;
use super::super::yaml::Node;
use super::endpoints;
use super::objects::at;
use super::objects::items;
use super::objects::text;
use super::pods;
use super::pods::NoTarget;
use super::raw::ADDRESS;
use super::raw::Origin;
use super::raw::Raw;
use super::raw::Set;
use super::raw::host_port;
use super::raw::object_meta;
use super::raw::sanitised;
use super::raw::set;
use super::view::Outside;
use super::view::View;
use super::view::kind_of;
use super::view::scalar;

/// What one discovery finds.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    pub(super) raws: Vec<Raw>,
    /// Objects that it sees and makes no target of.
    pub(super) without: Vec<(Origin, NoTarget)>,
    /// Objects that it does not look at.
    pub(super) outside: Vec<(Origin, Outside)>,
}

/// Everything that a discovery finds.
///
/// # Errors
/// The API of a cluster would not answer it.
pub(super) fn discover(
    discovery: &KubernetesDiscovery,
    view: &View<'_>,
) -> Result<Discovered, ConfigError> {
    let kind = kind_of(&discovery.role);
    let (seen, outside) = view.of(kind)?;
    let mut found = Discovered::default();
    let outside = outside.into_iter();
    found.outside = outside
        .map(|(object, why)| (origin(kind, object, ""), why))
        .collect();
    for object in seen {
        match kind {
            "Pod" => match pods::targets(object, view) {
                Ok(raws) => found.raws.extend(raws),
                Err(why) => found.without.push((origin(kind, object, ""), why)),
            },
            "Endpoints" => found.raws.extend(endpoints::of_endpoints(object, view)),
            "EndpointSlice" => found.raws.extend(endpoints::of_slice(object, view)),
            "Service" => found.raws.extend(of_service(object, view)),
            "Node" => match of_node(object, view) {
                Some(raw) => found.raws.push(raw),
                None => found
                    .without
                    .push((origin(kind, object, ""), NoTarget::NoAddress)),
            },
            _ => found.raws.extend(of_ingress(object, view)),
        }
    }
    Ok(found)
}

fn origin(kind: &'static str, object: &Node, port: &str) -> Origin {
    let of = |key: &str| {
        let value = text(object, &["metadata", key]);
        value.unwrap_or_default().to_owned()
    };
    Origin {
        kind,
        namespace: of("namespace"),
        name: of("name"),
        container: String::new(),
        port: port.to_owned(),
    }
}

/// One target for each port (`service.go`).
fn of_service(service: &Node, view: &View<'_>) -> Vec<Raw> {
    let of = |path: &[&str]| text(service, path).unwrap_or_default();
    let namespace = of(&["metadata", "namespace"]);
    let mut group = Set::new();
    set(&mut group, "namespace", namespace);
    object_meta(&mut group, service, "service");
    view.add_namespace(namespace, &mut group);
    let kind = text(service, &["spec", "type"]).unwrap_or("ClusterIP");
    let target = |port: &Node| {
        let number = text(port, &["port"]).unwrap_or("0");
        let host = format!("{}.{namespace}.svc", of(&["metadata", "name"]));
        let mut own = Set::new();
        own.insert(ADDRESS.to_owned(), host_port(&host, number));
        let name = text(port, &["name"]).unwrap_or_default();
        set(&mut own, "service_port_name", name);
        set(&mut own, "service_port_number", number);
        let protocol = text(port, &["protocol"]).unwrap_or("TCP");
        set(&mut own, "service_port_protocol", protocol);
        set(&mut own, "service_type", kind);
        if kind == "ExternalName" {
            set(
                &mut own,
                "service_external_name",
                of(&["spec", "externalName"]),
            );
        } else {
            set(&mut own, "service_cluster_ip", of(&["spec", "clusterIP"]));
        }
        if kind == "LoadBalancer" {
            set(
                &mut own,
                "service_loadbalancer_ip",
                of(&["spec", "loadBalancerIP"]),
            );
        }
        Raw::new(own, &group, origin("Service", service, number))
    };
    items(service, &["spec", "ports"])
        .iter()
        .map(target)
        .collect()
}

/// Types of a node's addresses, the one to be scraped first (`node.go`).
const ADDRESSES: [&str; 6] = [
    "InternalIP",
    "InternalDNS",
    "ExternalIP",
    "ExternalDNS",
    "LegacyHostIP",
    "Hostname",
];

/// The kubelet of a node; `None` for a node without an address.
fn of_node(node: &Node, view: &View<'_>) -> Option<Raw> {
    let mut group = Set::new();
    let provider = text(node, &["spec", "providerID"]).unwrap_or_default();
    set(&mut group, "node_provider_id", provider);
    if view.tells_node_conditions() {
        for condition in items(node, &["status", "conditions"]) {
            let of = |key: &str| text(condition, &[key]).unwrap_or_default().to_lowercase();
            let name = format!("node_condition_{}", sanitised(&of("type")));
            set(&mut group, &name, of("status"));
        }
    }
    object_meta(&mut group, node, "node");

    let addresses = items(node, &["status", "addresses"]);
    let first = |wanted: &str| {
        let mut of_type = addresses.iter();
        let found = of_type.find(|address| text(address, &["type"]) == Some(wanted))?;
        Some(text(found, &["address"]).unwrap_or_default())
    };
    let host = ADDRESSES.iter().find_map(|wanted| first(wanted))?;
    let port = ["status", "daemonEndpoints", "kubeletEndpoint", "Port"];
    let port = text(node, &port).unwrap_or("0");
    let mut own = Set::new();
    own.insert(ADDRESS.to_owned(), host_port(host, port));
    own.insert(
        "instance".to_owned(),
        text(node, &["metadata", "name"])
            .unwrap_or_default()
            .to_owned(),
    );
    for address in addresses {
        let wanted = text(address, &["type"]).unwrap_or_default();
        if let Some(first) = first(wanted) {
            set(
                &mut own,
                &format!("node_address_{}", sanitised(wanted)),
                first,
            );
        }
    }
    Some(Raw::new(own, &group, origin("Node", node, port)))
}

/// One target for each path of each host (`ingress.go`).
fn of_ingress(ingress: &Node, view: &View<'_>) -> Vec<Raw> {
    let namespace = text(ingress, &["metadata", "namespace"]).unwrap_or_default();
    let mut group = Set::new();
    set(&mut group, "namespace", namespace);
    if let Some(class) = scalar(ingress, &["spec", "ingressClassName"]) {
        set(&mut group, "ingress_class_name", class);
    }
    object_meta(&mut group, ingress, "ingress");
    view.add_namespace(namespace, &mut group);
    let tls = items(ingress, &["spec", "tls"]).iter();
    let encrypted: Vec<&str> = tls
        .flat_map(|tls| items(tls, &["hosts"]))
        .filter_map(Node::scalar)
        .collect();
    let mut targets = Vec::new();
    for rule in items(ingress, &["spec", "rules"]) {
        let host = text(rule, &["host"]).unwrap_or_default();
        let is_encrypted = encrypted.iter().any(|pattern| covers(pattern, host));
        let scheme = if is_encrypted { "https" } else { "http" };
        let paths: Vec<&str> = match at(rule, &["http"]).filter(|http| !http.is_null()) {
            None => vec!["/"],
            Some(http) => {
                let paths = items(http, &["paths"]).iter();
                paths
                    .map(|path| text(path, &["path"]).unwrap_or("/"))
                    .collect()
            }
        };
        for path in paths {
            let mut own = Set::new();
            own.insert(ADDRESS.to_owned(), host.to_owned());
            set(&mut own, "ingress_scheme", scheme);
            set(&mut own, "ingress_host", host);
            set(&mut own, "ingress_path", path);
            targets.push(Raw::new(own, &group, origin("Ingress", ingress, path)));
        }
    }
    targets
}

/// Whether a host of a certificate, maybe `*.example.org`, is that of a rule.
fn covers(pattern: &str, host: &str) -> bool {
    if pattern == host {
        return true;
    }
    let Some(("*", pattern)) = pattern.split_once('.') else {
        return false;
    };
    host.split_once('.')
        .is_some_and(|(_, rest)| rest == pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_one_part_of_a_host() {
        assert!(covers("a.example", "a.example"));
        assert!(covers("*.example.org", "a.example.org"));
        assert!(!covers("*.example.org", "a.b.example.org"));
        assert!(!covers("*.example.org", "example.org"));
        assert!(!covers("b.example", "a.example"));
    }
}
