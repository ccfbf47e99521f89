//! The labels that Prometheus' discovery of pods would give a target.
//!
//! They are those of `kubernetes_sd_configs` with `role: pod` and nothing attached: what is empty is left out, as
//! an empty label is none.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Container;
use k8s_openapi::api::core::v1::ContainerPort;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;

const POD: &str = "__meta_kubernetes_pod_";

/// A container of a pod, and whether it stands among the init containers.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) container: &'p Container,
    pub(super) init: bool,
}

/// All labels of one target, sorted by name. `port` is the declared port that is scraped, if it is declared.
pub(super) fn discovered(
    pod: &Pod,
    place: Place<'_>,
    port: Option<&ContainerPort>,
) -> Vec<(String, String)> {
    let mut labels = Labels::default();
    labels.of_pod(pod);
    labels.of_container(pod, place);
    if let Some(port) = port {
        labels.of_port(port);
    }
    labels.0.into_iter().collect()
}

/// By name. Where two keys come to one name, the later key in byte order stays; Prometheus keeps either.
#[derive(Default)]
struct Labels(BTreeMap<String, String>);

impl Labels {
    fn pod(&mut self, name: &str, value: Option<&str>) {
        self.set(format!("{POD}{name}"), value);
    }

    fn set(&mut self, name: String, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.0.insert(name, value.to_owned());
        }
    }

    fn of_pod(&mut self, pod: &Pod) {
        let meta = &pod.metadata;
        let spec = pod.spec.as_ref();
        let status = pod.status.as_ref();
        let namespace = "__meta_kubernetes_namespace".to_owned();
        self.set(namespace, meta.namespace.as_deref());
        self.pod("name", meta.name.as_deref());
        self.pod("uid", meta.uid.as_deref());
        self.pod("ip", status.and_then(|status| status.pod_ip.as_deref()));
        let host = status.and_then(|status| status.host_ip.as_deref());
        self.pod("host_ip", host);
        self.pod("node_name", spec.and_then(|spec| spec.node_name.as_deref()));
        self.pod("phase", status.and_then(|status| status.phase.as_deref()));
        self.pod("ready", Some(&ready(pod)));
        if let Some(owner) = controller(pod) {
            self.pod("controller_kind", Some(&owner.kind));
            self.pod("controller_name", Some(&owner.name));
        }
        self.keyed("label", meta.labels.as_ref());
        self.keyed("annotation", meta.annotations.as_ref());
    }

    /// Labels or annotations, each with another label that says it is there.
    fn keyed(&mut self, what: &str, of: Option<&BTreeMap<String, String>>) {
        for (key, value) in of.into_iter().flatten() {
            let key = sanitized(key);
            self.pod(&format!("{what}_{key}"), Some(value));
            self.pod(&format!("{what}present_{key}"), Some("true"));
        }
    }

    fn of_container(&mut self, pod: &Pod, place: Place<'_>) {
        let Place { container, init } = place;
        self.pod("container_name", Some(&container.name));
        self.pod("container_image", container.image.as_deref());
        self.pod("container_init", Some(if init { "true" } else { "false" }));
        let status = status(pod, place);
        let id = status.and_then(|status| status.container_id.as_deref());
        self.pod("container_id", id);
    }

    fn of_port(&mut self, port: &ContainerPort) {
        self.pod("container_port_name", port.name.as_deref());
        let number = port.container_port.to_string();
        self.pod("container_port_number", Some(&number));
        let protocol = port.protocol.as_deref().unwrap_or("TCP");
        self.pod("container_port_protocol", Some(protocol));
    }
}

/// What the kubelet says of a container.
pub(super) fn status<'p>(
    pod: &'p Pod,
    place: Place<'_>,
) -> Option<&'p k8s_openapi::api::core::v1::ContainerStatus> {
    let status = pod.status.as_ref()?;
    let statuses = if place.init {
        status.init_container_statuses.as_ref()
    } else {
        status.container_statuses.as_ref()
    };
    let mut statuses = statuses?.iter();
    statuses.find(|status| status.name == place.container.name)
}

/// The owner that manages the pod.
pub(super) fn controller(pod: &Pod) -> Option<&OwnerReference> {
    let owners = pod.metadata.owner_references.as_ref()?;
    owners.iter().find(|owner| owner.controller == Some(true))
}

fn ready(pod: &Pod) -> String {
    let status = pod.status.as_ref();
    let conditions = status.and_then(|status| status.conditions.as_ref());
    let mut conditions = conditions.into_iter().flatten();
    let ready = conditions.find(|condition| condition.type_ == "Ready");
    ready.map_or_else(
        || "unknown".to_owned(),
        |ready| ready.status.to_ascii_lowercase(),
    )
}

/// `linkerd.io/proxy-deployment` as part of a label's name.
fn sanitized(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    key.chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_prometheus_gives() {
        let pod: Pod = serde_json::from_value(serde_json::json!({
            "metadata": {
                "name": "web-5f6-x", "namespace": "shop", "uid": "u-1",
                "labels": {"app": "web", "linkerd.io/proxy-deployment": "web"},
                "annotations": {"linkerd.io/inject": "enabled", "empty": ""},
                "ownerReferences": [
                    {"apiVersion": "x/v1", "kind": "Other", "name": "o", "uid": "u"},
                    {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5f6", "uid": "u", "controller": true},
                ],
            },
            "spec": {
                "nodeName": "node-1",
                "containers": [],
                "initContainers": [{
                    "name": "linkerd-proxy", "image": "proxy:1", "restartPolicy": "Always",
                    "ports": [{"name": "linkerd-admin", "containerPort": 4191}],
                }],
            },
            "status": {
                "phase": "Running", "podIP": "10.0.0.1", "hostIP": "192.168.0.1",
                "conditions": [{"type": "Ready", "status": "False"}],
                "initContainerStatuses": [{
                    "name": "linkerd-proxy", "containerID": "containerd://1", "image": "proxy:1", "imageID": "",
                    "ready": true, "restartCount": 0,
                }],
            },
        }))
        .unwrap();
        let container = &pod.spec.as_ref().unwrap().init_containers.as_ref().unwrap()[0];
        let place = Place {
            container,
            init: true,
        };
        let port = &container.ports.as_ref().unwrap()[0];
        let labels = discovered(&pod, place, Some(port));
        let shown: Vec<String> = labels
            .iter()
            .map(|(name, value)| {
                format!("{}={value}", name.trim_start_matches("__meta_kubernetes_"))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "namespace=shop",
                "pod_annotation_linkerd_io_inject=enabled",
                "pod_annotationpresent_empty=true",
                "pod_annotationpresent_linkerd_io_inject=true",
                "pod_container_id=containerd://1",
                "pod_container_image=proxy:1",
                "pod_container_init=true",
                "pod_container_name=linkerd-proxy",
                "pod_container_port_name=linkerd-admin",
                "pod_container_port_number=4191",
                "pod_container_port_protocol=TCP",
                "pod_controller_kind=ReplicaSet",
                "pod_controller_name=web-5f6",
                "pod_host_ip=192.168.0.1",
                "pod_ip=10.0.0.1",
                "pod_label_app=web",
                "pod_label_linkerd_io_proxy_deployment=web",
                "pod_labelpresent_app=true",
                "pod_labelpresent_linkerd_io_proxy_deployment=true",
                "pod_name=web-5f6-x",
                "pod_node_name=node-1",
                "pod_phase=Running",
                "pod_ready=false",
                "pod_uid=u-1",
            ]
        );
    }
}
