//! The resource of a scraped target (`CreateResource` in `internal/prom_to_otlp.go`).

use std::net::IpAddr;

use crate::collector::attributes::Attributes;
use crate::collector::version::Version;

/// Discovery labels that become attributes of the resource.
const KUBERNETES: [(&str, &str); 7] = [
    ("__meta_kubernetes_pod_name", "k8s.pod.name"),
    ("__meta_kubernetes_pod_uid", "k8s.pod.uid"),
    ("__meta_kubernetes_pod_container_name", "k8s.container.name"),
    ("__meta_kubernetes_namespace", "k8s.namespace.name"),
    ("__meta_kubernetes_pod_node_name", "k8s.node.name"),
    ("__meta_kubernetes_node_name", "k8s.node.name"),
    ("__meta_kubernetes_endpoint_node_name", "k8s.node.name"),
];

/// Kinds of owner, and the attribute that names one.
const CONTROLLERS: [(&str, &str); 5] = [
    ("ReplicaSet", "k8s.replicaset.name"),
    ("DaemonSet", "k8s.daemonset.name"),
    ("StatefulSet", "k8s.statefulset.name"),
    ("Job", "k8s.job.name"),
    ("CronJob", "k8s.cronjob.name"),
];

/// Attributes of the resource that `job` and `instance` make, for a target discovered with the labels that
/// `discovered` knows.
pub(super) fn resource(
    job: &str,
    instance: &str,
    discovered: &dyn Fn(&str) -> Option<String>,
    version: Version,
) -> Attributes {
    let label = |name: &str| discovered(name).unwrap_or_default();
    let (host, port) = split_host_port(instance).unwrap_or((instance, ""));
    let old_names = !version.is_from(super::NEW_NAMES_FROM);
    let new_names = version.is_from(super::BOTH_NAMES_FROM);
    let scheme = label("__scheme__");
    let mut attributes = Attributes::default();
    attributes.insert("service.name", job);
    if is_discernible(host) {
        if old_names {
            attributes.insert("net.host.name", host);
        }
        if new_names {
            attributes.insert("server.address", host);
        }
    }
    attributes.insert("service.instance.id", instance);
    if old_names {
        attributes.insert("net.host.port", port);
        attributes.insert("http.scheme", &*scheme);
    }
    if new_names {
        attributes.insert("server.port", port);
        attributes.insert("url.scheme", &*scheme);
    }
    for (name, attribute) in KUBERNETES {
        let value = label(name);
        if !value.is_empty() {
            attributes.insert(attribute, &*value);
        }
    }
    let kind = label("__meta_kubernetes_pod_controller_kind");
    let name = label("__meta_kubernetes_pod_controller_name");
    let controller = CONTROLLERS.iter().find(|(known, _)| *known == kind);
    if let Some((_, attribute)) = controller
        && !name.is_empty()
    {
        attributes.insert(*attribute, &*name);
    }
    attributes
}

/// `net.SplitHostPort`.
fn split_host_port(address: &str) -> Option<(&str, &str)> {
    let (host, port) = address.rsplit_once(':')?;
    if port.contains([']', '[']) {
        return None;
    }
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']')?;
        return (!inner.contains(['[', ']'])).then_some((inner, port));
    }
    (!host.contains([':', '[', ']'])).then_some((host, port))
}

/// Whether a host tells one machine from another.
fn is_discernible(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => !address.is_loopback() && !address.is_unspecified(),
        Err(_) => host != "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_come_apart_as_in_go() {
        assert_eq!(split_host_port("10.0.0.1:4191"), Some(("10.0.0.1", "4191")));
        assert_eq!(split_host_port("[::1]:4191"), Some(("::1", "4191")));
        assert_eq!(split_host_port("web:"), Some(("web", "")));
        for none in ["web", "::1", "[::1]", "[::1]x:1", "a:b:c"] {
            assert_eq!(split_host_port(none), None, "{none}");
        }
    }

    #[test]
    fn loopback_is_no_address_of_a_server() {
        for host in ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "localhost"] {
            assert!(!is_discernible(host), "{host}");
        }
        for host in ["10.0.0.1", "web", "", "2001:db8::1"] {
            assert!(is_discernible(host), "{host}");
        }
    }
}
