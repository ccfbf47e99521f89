//! The part of a cluster that one entry of `kubernetes_sd_configs` looks at: its namespaces, what its selectors
//! choose, and the objects whose labels it attaches.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::super::config::KubernetesDiscovery;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::version::Version;
use super::super::yaml::Node;
use super::objects::Objects;
use super::objects::at;
use super::objects::text;
use super::pods::controller;
use super::raw::Set;
use super::raw::labels_and_annotations;
use super::raw::object_meta;
use super::raw::set;
use super::selectors::NODE_NAME;
use super::selectors::Selection;

/// Ports of containers that start before the others become targets of `endpoints` and `endpointslice` from
/// Prometheus 3.0 on, which contrib 0.120.0 has; seen missing in v0.54.1, which 0.118.0 has.
const INIT_PORTS_FROM: u16 = 120;
/// Prometheus 3.11, which contrib 0.150.0 has: pods on nodes that are not selected are left out, and so are the
/// slices of a service's second family (CHANGELOG of Prometheus, 3.11.0).
const PROMETHEUS_3_11_FROM: u16 = 150;
/// Conditions of nodes are labels: seen in Prometheus v0.312.0, which 0.156.0 has, and missing in v0.311.3.
const NODE_CONDITIONS_FROM: u16 = 156;

/// What one discovery sees.
pub(super) struct View<'a> {
    objects: &'a Objects,
    discovery: &'a KubernetesDiscovery,
    version: Version,
    /// `None` for all.
    namespaces: Option<BTreeSet<&'a str>>,
    /// By the kind of what they select.
    selections: BTreeMap<&'static str, (Selection, Position)>,
    /// The nodes that its selectors choose; `None` where the cluster's nodes are not known.
    nodes: Option<BTreeMap<&'a str, &'a Node>>,
    /// It selects the pods of the Collector's own node, and which that is, is not known here.
    pub(super) on_own_node: bool,
    /// It selects pods of one node, which is known.
    pub(super) on_node: Option<String>,
}

/// Why an object is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outside {
    /// `namespaces` does not name its own.
    Namespace,
    /// `selectors` do not choose it.
    Selector,
}

impl<'a> View<'a> {
    /// What `discovery` sees of a cluster; `own` is the namespace of the Collector.
    ///
    /// # Errors
    /// A selector cannot be read.
    pub(super) fn new(
        objects: &'a Objects,
        discovery: &'a KubernetesDiscovery,
        own: Option<&'a str>,
        version: Version,
    ) -> Result<Self, ConfigError> {
        let mut named: BTreeSet<&str> = BTreeSet::new();
        named.extend(discovery.namespaces.iter().map(|(name, _)| name.as_str()));
        let all = named.is_empty() && !discovery.own_namespace;
        if discovery.own_namespace {
            named.extend(own);
        }
        let mut selections = BTreeMap::new();
        let mut on_own_node = false;
        let mut on_node = None;
        for selector in &discovery.selectors {
            let mut selection = Selection::read(selector)?;
            let kind = kind_of(&selector.role);
            if kind == "Pod" {
                match selection.wanted(NODE_NAME) {
                    Some("") => {
                        on_own_node = true;
                        selection.forget(NODE_NAME);
                    }
                    wanted => on_node = wanted.map(str::to_owned),
                }
            }
            selections.insert(kind, (selection, selector.at));
        }
        let mut view = Self {
            objects,
            discovery,
            version,
            namespaces: (!all).then_some(named),
            selections,
            nodes: None,
            on_own_node,
            on_node,
        };
        if objects.knows("Node") {
            let mut nodes = BTreeMap::new();
            for node in objects.of("Node") {
                if view.selects("Node", node)? {
                    nodes.insert(text(node, &["metadata", "name"]).unwrap_or_default(), node);
                }
            }
            view.nodes = Some(nodes);
        }
        Ok(view)
    }

    /// The objects of a kind that it sees, and those that it does not, with the reason.
    ///
    /// # Errors
    /// The API would not answer its selector.
    #[expect(
        clippy::type_complexity,
        reason = "two lists, named at once where they are taken apart"
    )]
    pub(super) fn of(
        &self,
        kind: &'static str,
    ) -> Result<(Vec<&'a Node>, Vec<(&'a Node, Outside)>), ConfigError> {
        let (mut seen, mut outside) = (Vec::new(), Vec::new());
        for object in self.objects.of(kind) {
            if kind != "Node" && !self.is_in_namespaces(object) {
                outside.push((object, Outside::Namespace));
            } else if !self.selects(kind, object)? {
                outside.push((object, Outside::Selector));
            } else {
                seen.push(object);
            }
        }
        Ok((seen, outside))
    }

    /// One object, if it is seen.
    pub(super) fn get(&self, kind: &'static str, namespace: &str, name: &str) -> Option<&'a Node> {
        let object = self.objects.get(kind, namespace, name)?;
        let selected = self.selects(kind, object).unwrap_or(false);
        (selected && self.is_in_namespaces(object)).then_some(object)
    }

    fn is_in_namespaces(&self, object: &Node) -> bool {
        let own = text(object, &["metadata", "namespace"]).unwrap_or_default();
        let named = self.namespaces.as_ref();
        named.is_none_or(|named| named.contains(own))
    }

    fn selects(&self, kind: &'static str, object: &Node) -> Result<bool, ConfigError> {
        let Some((selection, at)) = self.selections.get(kind) else {
            return Ok(true);
        };
        let on_some_node =
            kind != "Pod" || !self.on_own_node || text(object, &["spec", "nodeName"]).is_some();
        Ok(on_some_node && selection.selects(kind, object, *at)?)
    }

    /// Whether nodes are attached, and known.
    pub(super) fn attaches_nodes(&self) -> bool {
        self.discovery.attach_node && self.nodes.is_some()
    }

    /// Whether pods are left out whose node is not among those that are attached.
    pub(super) fn leaves_out_other_nodes(&self) -> bool {
        self.attaches_nodes() && self.version.is_from(PROMETHEUS_3_11_FROM)
    }

    /// Whether a slice of a service's second family is left out.
    pub(super) fn leaves_out_second_family(&self) -> bool {
        self.version.is_from(PROMETHEUS_3_11_FROM)
    }

    /// Whether containers that start before the others count behind endpoints.
    pub(super) fn has_init_ports(&self) -> bool {
        self.version.is_from(INIT_PORTS_FROM)
    }

    /// Whether nodes' conditions are labels of their targets.
    pub(super) fn tells_node_conditions(&self) -> bool {
        self.version.is_from(NODE_CONDITIONS_FROM)
    }

    /// A node, if it is selected.
    pub(super) fn node(&self, name: &str) -> Option<&'a Node> {
        self.nodes.as_ref()?.get(name).copied()
    }

    /// Labels of a node, where they are attached.
    pub(super) fn add_node(&self, name: &str, labels: &mut Set) {
        if self.attaches_nodes()
            && let Some(node) = self.node(name)
        {
            object_meta(labels, node, "node");
        }
    }

    /// Labels of a namespace, where they are attached.
    pub(super) fn add_namespace(&self, name: &str, labels: &mut Set) {
        if self.discovery.attach_namespace
            && let Some(namespace) = self.objects.get("Namespace", "", name)
        {
            labels_and_annotations(labels, namespace, "namespace");
        }
    }

    /// Names of what is above a pod's controller, where they are attached.
    pub(super) fn add_owner(&self, kind: &str, namespace: &str, name: &str, labels: &mut Set) {
        let owned_by = |known: &'static str, above: &str| {
            let object = self.objects.get(known, namespace, name)?;
            let owner = controller(object).filter(|owner| text(owner, &["kind"]) == Some(above))?;
            Some(text(owner, &["name"]).unwrap_or_default())
        };
        match kind {
            "ReplicaSet" if self.discovery.attach_deployment => {
                if let Some(name) = owned_by("ReplicaSet", "Deployment") {
                    set(labels, "pod_deployment_name", name);
                }
            }
            "Job" => {
                if self.discovery.attach_job {
                    set(labels, "pod_job_name", name);
                }
                if self.discovery.attach_cron_job
                    && let Some(name) = owned_by("Job", "CronJob")
                {
                    set(labels, "pod_cronjob_name", name);
                }
            }
            _ => {}
        }
    }

    /// Beginnings of labels that nobody knows, since the objects that give them were not given, and their
    /// kinds.
    pub(super) fn unknown(&self) -> Vec<(&'static str, &'static str)> {
        let knows = |kind: &str| self.objects.knows(kind);
        let mut unknown = Vec::new();
        let discovery = self.discovery;
        let is_endpoints = matches!(discovery.role.as_str(), "endpoints" | "endpointslice");
        if discovery.attach_node && !knows("Node") {
            unknown.push(("__meta_kubernetes_node_", "Node"));
        }
        if discovery.attach_namespace && !knows("Namespace") {
            unknown.push(("__meta_kubernetes_namespace_", "Namespace"));
        }
        if discovery.attach_deployment && !knows("ReplicaSet") {
            unknown.push(("__meta_kubernetes_pod_deployment_name", "ReplicaSet"));
        }
        if discovery.attach_cron_job && !knows("Job") {
            unknown.push(("__meta_kubernetes_pod_cronjob_name", "Job"));
        }
        if is_endpoints && !knows("Service") {
            unknown.push(("__meta_kubernetes_service_", "Service"));
        }
        if is_endpoints && !knows("Pod") {
            unknown.push(("__meta_kubernetes_pod_", "Pod"));
        }
        unknown
    }
}

/// The kind of the objects that a role or selector is about.
pub(super) fn kind_of(role: &str) -> &'static str {
    match role {
        "pod" => "Pod",
        "service" => "Service",
        "endpoints" => "Endpoints",
        "endpointslice" => "EndpointSlice",
        "node" => "Node",
        _ => "Ingress",
    }
}

/// A scalar, if there is one, were it empty.
pub(super) fn scalar<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    at(node, path)?.scalar()
}
