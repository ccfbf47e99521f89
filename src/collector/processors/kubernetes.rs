//! What is known of a cluster, as plain data: pods, their owners and containers, namespaces, nodes.

use std::collections::BTreeMap;

/// A cluster as a Collector's `k8sattributes` would see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cluster {
    /// All pods.
    pub pods: Vec<Pod>,
    /// Namespaces by name.
    pub namespaces: BTreeMap<String, Object>,
    /// Nodes by name.
    pub nodes: BTreeMap<String, Object>,
}

/// A namespace, a node, or an owner of pods.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object {
    /// Its UID.
    pub uid: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its UID.
    pub uid: String,
    /// Its address; empty where it has none.
    pub ip: String,
    /// Whether it shares the address of its node.
    pub host_network: bool,
    /// `spec.hostname`; mostly empty.
    pub hostname: String,
    /// Its node.
    pub node: String,
    /// When it was created, as RFC 3339; empty where it is not known.
    pub start_time: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Its owners.
    pub owners: Vec<Owner>,
    /// The deployment that owns its replica set, where it is known.
    pub deployment: Option<Named>,
    /// The cron job that owns its job, where it is known.
    pub cron_job: Option<Named>,
    /// Its containers, those that only run at the start included.
    pub containers: Vec<Container>,
}

/// An owner of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// `ReplicaSet`, `DaemonSet`, `StatefulSet`, `Job`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
}

/// An owner's owner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its UID; empty where it is not known.
    pub uid: String,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image as the pod names it.
    pub image: String,
    /// Its id without the runtime; `None` where it has not started.
    pub id: Option<String>,
    /// Its image as the runtime names it (`imageID` of its status); empty where it is not known.
    pub image_id: String,
    /// How often it was started anew.
    pub restart_count: u32,
}
