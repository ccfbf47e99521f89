//! The pods of a cluster, as `kubectl get pods -A -o json` or `-o yaml` prints them.
//!
//! In comes the text of one or more lists or single objects; out goes the [`Cluster`] that `k8sattributes`
//! sees. Namespaces, nodes, replica sets and jobs in it are used too: owners' owners are known by them.
//! Everything else is passed over. Refused: what is no YAML, and what holds no such object.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::position::ConfigError;
use super::processors::kubernetes::Cluster;
use super::processors::kubernetes::Container;
use super::processors::kubernetes::Named;
use super::processors::kubernetes::Object;
use super::processors::kubernetes::Owner;
use super::processors::kubernetes::Pod;
use super::yaml;
use super::yaml::Kind;
use super::yaml::Node;
use super::yaml::Origin;

/// Reads the objects of a cluster.
///
/// # Errors
/// The text is no YAML or JSON, or holds nothing of a cluster.
pub fn read(text: &str) -> Result<Cluster, ConfigError> {
    let documents = yaml::parse_all(text, Origin::File(0))?;
    if let Some(broken) = documents.broken {
        return Err(broken);
    }
    let mut reading = Reading::default();
    for document in &documents.documents {
        reading.object(document, "");
    }
    if !reading.found {
        let at = documents.documents.first().map(|first| first.at);
        let error = ConfigError::new(at.unwrap_or_default(), "this file holds no list of pods");
        return Err(error.with_help("save one with `kubectl get pods -A -o json`"));
    }
    Ok(reading.finish())
}

#[derive(Default)]
struct Reading {
    cluster: Cluster,
    /// Controllers of replica sets and jobs, by namespace, kind and name.
    owners: HashMap<(String, String, String), Owner>,
    found: bool,
}

impl Reading {
    /// Takes one object, or those of a list. Items of a `PodList` do not say their kind.
    fn object(&mut self, node: &Node, of_list: &str) {
        let kind = text(node, "kind");
        let kind = if kind.is_empty() { of_list } else { &kind };
        if let Some(of) = kind.strip_suffix("List") {
            if let Some(Kind::List(items)) = node.get("items").map(|items| &items.kind) {
                self.found |=
                    matches!(of, "" | "Pod" | "Namespace" | "Node" | "ReplicaSet" | "Job");
                for item in items {
                    self.object(item, of);
                }
            }
            return;
        }
        let metadata = node.get("metadata");
        let name = metadata.map_or_else(String::new, |metadata| text(metadata, "name"));
        match kind {
            "Pod" => self.cluster.pods.push(pod(node)),
            "Namespace" => {
                self.cluster.namespaces.insert(name, object(metadata));
            }
            "Node" => {
                self.cluster.nodes.insert(name, object(metadata));
            }
            "ReplicaSet" | "Job" => {
                let namespace =
                    metadata.map_or_else(String::new, |metadata| text(metadata, "namespace"));
                let owner = owners(metadata).into_iter().next();
                if let Some(owner) = owner {
                    self.owners
                        .insert((namespace, kind.to_owned(), name), owner);
                }
            }
            _ => return,
        }
        self.found = true;
    }

    fn finish(self) -> Cluster {
        let Self {
            mut cluster,
            owners,
            ..
        } = self;
        for pod in &mut cluster.pods {
            for owner in &pod.owners {
                let key = (
                    pod.namespace.clone(),
                    owner.kind.clone(),
                    owner.name.clone(),
                );
                let Some(above) = owners.get(&key) else {
                    continue;
                };
                let named = Some(Named {
                    name: above.name.clone(),
                    uid: above.uid.clone(),
                });
                match (owner.kind.as_str(), above.kind.as_str()) {
                    ("ReplicaSet", "Deployment") => pod.deployment = named,
                    ("Job", "CronJob") => pod.cron_job = named,
                    _ => {}
                }
            }
            if pod.deployment.is_none() {
                pod.deployment = deployment(pod);
            }
        }
        cluster
    }
}

/// A replica set that a deployment made is called after it and the hash that its pods carry.
fn deployment(pod: &Pod) -> Option<Named> {
    let set = pod.owners.iter().find(|owner| owner.kind == "ReplicaSet")?;
    let hash = pod.labels.get("pod-template-hash")?;
    let name = set.name.strip_suffix(hash.as_str())?.strip_suffix('-')?;
    Some(Named {
        name: name.to_owned(),
        uid: String::new(),
    })
}

fn pod(node: &Node) -> Pod {
    let metadata = node.get("metadata");
    let spec = node.get("spec");
    let status = node.get("status");
    let of = |part: Option<&Node>, key: &str| part.map_or_else(String::new, |part| text(part, key));
    let flag = spec.and_then(|spec| spec.get("hostNetwork"));
    Pod {
        name: of(metadata, "name"),
        namespace: of(metadata, "namespace"),
        uid: of(metadata, "uid"),
        ip: of(status, "podIP"),
        host_network: flag.is_some_and(|flag| matches!(flag.kind, Kind::Bool(true, _))),
        hostname: of(spec, "hostname"),
        node: of(spec, "nodeName"),
        start_time: of(metadata, "creationTimestamp"),
        labels: pairs(metadata, "labels"),
        annotations: pairs(metadata, "annotations"),
        owners: owners(metadata),
        deployment: None,
        cron_job: None,
        containers: containers(spec, status),
    }
}

fn containers(spec: Option<&Node>, status: Option<&Node>) -> Vec<Container> {
    let mut statuses: HashMap<String, (Option<String>, String, u32)> = HashMap::new();
    for key in ["containerStatuses", "initContainerStatuses"] {
        for status in items(status, key) {
            let id = text(status, "containerID");
            // `containerd://0123…`
            let id = id.split_once("://").map(|(_, id)| id.to_owned());
            let restarts = text(status, "restartCount").parse().unwrap_or(0);
            let id = id.filter(|id| !id.is_empty());
            let image_id = text(status, "imageID");
            statuses.insert(text(status, "name"), (id, image_id, restarts));
        }
    }
    let all = items(spec, "containers")
        .iter()
        .chain(items(spec, "initContainers"));
    all.map(|container| {
        let name = text(container, "name");
        let (id, image_id, restart_count) = statuses.remove(&name).unwrap_or_default();
        Container {
            image: text(container, "image"),
            name,
            id,
            image_id,
            restart_count,
        }
    })
    .collect()
}

fn object(metadata: Option<&Node>) -> Object {
    Object {
        uid: metadata.map_or_else(String::new, |metadata| text(metadata, "uid")),
        labels: pairs(metadata, "labels"),
        annotations: pairs(metadata, "annotations"),
    }
}

fn owners(metadata: Option<&Node>) -> Vec<Owner> {
    let owner = |owner: &Node| Owner {
        kind: text(owner, "kind"),
        name: text(owner, "name"),
        uid: text(owner, "uid"),
    };
    items(metadata, "ownerReferences")
        .iter()
        .map(owner)
        .collect()
}

fn items<'a>(node: Option<&'a Node>, key: &str) -> &'a [Node] {
    match node.and_then(|node| node.get(key)).map(|list| &list.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

fn pairs(node: Option<&Node>, key: &str) -> BTreeMap<String, String> {
    let entries = node
        .and_then(|node| node.get(key))
        .map_or(&[][..], Node::entries);
    let pair = |entry: &yaml::Entry| {
        let value = entry.value.scalar().unwrap_or_default();
        (entry.key.clone(), value.to_owned())
    };
    entries.iter().map(pair).collect()
}

fn text(node: &Node, key: &str) -> String {
    let value = node.get(key).and_then(Node::scalar);
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PODS: &str = r#"{"apiVersion": "v1", "kind": "List", "items": [
        {"kind": "Pod", "metadata": {"name": "web-5d9c-x2x7q", "namespace": "shop", "uid": "u1",
            "creationTimestamp": "2026-01-02T03:04:05Z", "labels": {"app": "web", "pod-template-hash": "5d9c"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-5d9c", "uid": "r1"}]},
         "spec": {"nodeName": "n1", "containers": [{"name": "web", "image": "web:1"}]},
         "status": {"podIP": "10.0.0.7", "containerStatuses": [
            {"name": "web", "containerID": "containerd://abc", "restartCount": 2}]}},
        {"kind": "Namespace", "metadata": {"name": "shop", "uid": "ns1", "labels": {"team": "a"}}},
        {"kind": "Secret", "metadata": {"name": "passed-over"}}]}"#;

    #[test]
    fn a_pod_is_read_with_its_owners_and_containers() {
        let cluster = read(PODS).unwrap();
        let [pod] = &cluster.pods[..] else {
            panic!("{cluster:?}")
        };
        assert_eq!(
            (&*pod.name, &*pod.namespace, &*pod.ip),
            ("web-5d9c-x2x7q", "shop", "10.0.0.7")
        );
        assert_eq!(pod.start_time, "2026-01-02T03:04:05Z");
        assert_eq!(pod.deployment.as_ref().unwrap().name, "web");
        assert_eq!(pod.containers[0].id.as_deref(), Some("abc"));
        assert_eq!(pod.containers[0].restart_count, 2);
        assert_eq!(cluster.namespaces["shop"].labels["team"], "a");
    }

    #[test]
    fn the_items_of_a_typed_list_need_no_kind() {
        let cluster = read("kind: PodList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n");
        assert_eq!(cluster.unwrap().pods.len(), 2);
    }

    #[test]
    fn a_replica_set_tells_the_deployment_and_its_uid() {
        let cluster = read(
            "kind: Pod\nmetadata: {name: p, namespace: n, ownerReferences: [{kind: ReplicaSet, name: odd}]}\n---\n\
             kind: ReplicaSet\nmetadata: {name: odd, namespace: n, ownerReferences: [{kind: Deployment, name: d, uid: u}]}\n",
        )
        .unwrap();
        let deployment = cluster.pods[0].deployment.as_ref().unwrap();
        assert_eq!((&*deployment.name, &*deployment.uid), ("d", "u"));
    }

    #[test]
    fn what_holds_no_pods_is_refused() {
        for text in [
            "",
            "a: 1",
            "[1, 2]",
            "kind: Secret",
            "kind: SecretList\nitems: []",
            "{",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(
            read("kind: PodList\nitems: []").unwrap(),
            Cluster::default()
        );
    }
}
