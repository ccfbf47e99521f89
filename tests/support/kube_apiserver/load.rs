//! Puts the objects of a cluster into the real API server, with the statuses that a kubelet would report.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use futures_util::stream;
use serde_json::Value;
use serde_json::json;

use super::Real;
use crate::apiserver::Cluster;
use crate::apiserver::Listening;
use crate::apiserver::pods;
use crate::objects;
use crate::objects::NODE_ADDRESS;
use crate::objects::POD_ADDRESS;

/// So many requests at once.
const AT_ONCE: usize = 32;

/// Kinds in the order in which they refer to each other.
const WAVES: [&[&str]; 3] = [
    &[
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "CronJob",
        "Service",
    ],
    &["ReplicaSet", "Job"],
    &["Pod"],
];

/// Kind, namespace and name.
type Key = (String, String, String);

impl Real {
    /// Creates all objects of `cluster`, those that they say they are owned by, and their namespaces. Pods get an
    /// address on this machine each, unless they have one that is not the usual, and listen there.
    pub(crate) fn load(&self, cluster: &Cluster) {
        self.block_on(self.load_all(cluster));
    }

    async fn load_all(&self, cluster: &Cluster) {
        let mut objects: BTreeMap<Key, Value> = cluster
            .objects()
            .map(|object| (key(object), object.clone()))
            .collect();
        while let Some(owner) = missing_owner(&objects) {
            objects.insert(key(&owner), owner);
        }
        let namespaces: BTreeSet<&str> = objects.keys().map(|key| &*key.1).collect();
        let create = namespaces.into_iter().map(|name| self.namespace(name));
        at_once(create).await;
        let mut identities = BTreeMap::new();
        for kinds in WAVES {
            let known = &identities;
            let wave = objects.iter().filter(|(key, _)| kinds.contains(&&*key.0));
            let create = wave.map(|(key, object)| async move {
                let mut object = object.clone();
                introduce(&mut object, &key.1, known);
                let created = if key.0 == "Pod" {
                    self.pod(object, listening(cluster, key)).await
                } else {
                    self.post(&path(&object), &object).await
                };
                (key.clone(), created["metadata"]["uid"].clone())
            });
            let created = at_once(create).await;
            identities.extend(created);
        }
    }

    /// A namespace with the account that its pods run as.
    async fn namespace(&self, name: &str) {
        let namespace = json!({"metadata": {"name": name}});
        self.post("/api/v1/namespaces", &namespace).await;
        let accounts = format!("/api/v1/namespaces/{name}/serviceaccounts");
        let account = json!({"metadata": {"name": "default"}});
        self.post(&accounts, &account).await;
    }

    async fn pod(&self, mut pod: Value, listening: Vec<(u16, Listening)>) -> Value {
        let status = &mut pod["status"];
        for (kind, usual) in [("podIP", POD_ADDRESS), ("podIP", NODE_ADDRESS)] {
            if status[kind] == usual {
                status[kind] = json!(self.next_address());
            }
        }
        let status = pod["status"].clone();
        let address = status["podIP"].as_str().unwrap_or_default();
        for (port, what) in listening {
            pods::open((address, port), what).await;
        }
        let (_, namespace, name) = key(&pod);
        self.kubelet.runs(&namespace, &name, address);
        let path = path(&pod);
        let created = self.post(&path, &pod).await;
        if status["phase"] == "Pending" {
            return created;
        }
        let mut running = created;
        running["status"] = status;
        self.put(&format!("{path}/{name}/status"), &running).await
    }

    /// An address of loopback that no other pod has, in a part of it that another run hardly takes.
    fn next_address(&self) -> String {
        let number = self.addresses.fetch_add(1, Ordering::Relaxed);
        let run = 100 + std::process::id() % 100;
        format!("127.{run}.{}.{}", number / 250, 1 + number % 250)
    }
}

fn key(object: &Value) -> Key {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let meta = &object["metadata"];
    (
        text(&object["kind"]),
        text(&meta["namespace"]),
        text(&meta["name"]),
    )
}

fn path(object: &Value) -> String {
    let (kind, namespace, _) = key(object);
    let kind = kind.to_ascii_lowercase();
    match object["apiVersion"].as_str().unwrap() {
        "v1" => format!("/api/v1/namespaces/{namespace}/{kind}s"),
        version => format!("/apis/{version}/namespaces/{namespace}/{kind}s"),
    }
}

/// Something that owns one of `objects` and is none of them.
fn missing_owner(objects: &BTreeMap<Key, Value>) -> Option<Value> {
    let missing = objects.iter().find_map(|(key, object)| {
        let owner = &object["metadata"]["ownerReferences"][0];
        let kind = owner["kind"].as_str()?;
        let name = owner["name"].as_str()?;
        let owner = (kind.to_owned(), key.1.clone(), name.to_owned());
        (!objects.contains_key(&owner)).then_some(owner)
    });
    let (kind, namespace, name) = missing?;
    Some(objects::workload(&namespace, &kind, &name))
}

/// Replaces the identity of the owner by the one that the server gave it.
fn introduce(object: &mut Value, namespace: &str, identities: &BTreeMap<Key, Value>) {
    let Some(owner) = object.pointer_mut("/metadata/ownerReferences/0") else {
        return;
    };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let key = (
        text(&owner["kind"]),
        namespace.to_owned(),
        text(&owner["name"]),
    );
    owner["uid"] = identities[&key].clone();
}

fn listening(cluster: &Cluster, (_, namespace, name): &Key) -> Vec<(u16, Listening)> {
    let ports = cluster.pods.ports.iter();
    let ports = ports.filter(|((of, pod, _), _)| of == namespace && pod == name);
    ports
        .map(|((_, _, port), what)| (*port, what.clone()))
        .collect()
}

async fn at_once<T>(doing: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    stream::iter(doing)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}
