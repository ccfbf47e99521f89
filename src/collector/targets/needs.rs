//! What of a cluster a configuration has to see, so that it can be asked for that and no more.
//!
//! In come the jobs and where the Collector runs; out go kinds of objects, each with its namespaces.

use std::collections::BTreeSet;

use super::super::config::Config;
use super::super::config::Discovery;
use super::super::config::KubernetesDiscovery;
use super::Setting;
use super::receivers;
use super::view::kind_of;
use crate::source::cluster::objects::Resource;
use crate::source::cluster::objects::Wanted;

/// Where objects are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scope {
    /// Where the configuration looks.
    #[default]
    Configured,
    /// In this namespace alone.
    One(String),
    /// In all namespaces.
    All,
}

/// What jobs need to see of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// Kinds and their namespaces. Pods are always among them, as proxies are found there.
    pub wanted: Wanted,
    /// Kinds whose objects become targets.
    pub roles: BTreeSet<Resource>,
    /// There are targets that no cluster is needed for.
    pub has_fixed: bool,
}

impl Needs {
    /// What the jobs of these pipelines need, or the one of this name.
    pub fn new(
        config: &Config,
        pipelines: &[String],
        only: Option<&str>,
        setting: &Setting,
        scope: &Scope,
    ) -> Self {
        let mut needs = Self::default();
        let receivers = receivers(config, pipelines).into_iter();
        let jobs = receivers
            .filter_map(|(_, receiver)| receiver)
            .flat_map(|receiver| &receiver.jobs)
            .filter(|job| only.is_none_or(|only| only == job.name));
        let mut pods_in: Option<BTreeSet<String>> = Some(BTreeSet::new());
        for discovery in jobs.flat_map(|job| &job.discovery) {
            let discovery = match discovery {
                Discovery::Kubernetes(discovery) => discovery,
                Discovery::Static(_) => {
                    needs.has_fixed = true;
                    continue;
                }
                Discovery::Other { .. } => continue,
            };
            let namespaces = namespaces(discovery, setting);
            let kinds = of(discovery);
            needs.roles.extend(kinds.first());
            if kinds.first().is_some_and(|role| role.is_namespaced()) {
                join(&mut pods_in, namespaces.clone());
            }
            for kind in kinds {
                let of_kind = needs.wanted.entry(kind);
                join(
                    of_kind.or_insert_with(|| Some(BTreeSet::new())),
                    namespaces.clone(),
                );
            }
        }
        if needs.roles.is_empty() {
            return needs;
        }
        // Nothing says where: then a proxy may be anywhere.
        let pods_in = pods_in.filter(|named| !named.is_empty());
        needs.wanted.insert(Resource::Pod, pods_in);
        for namespaces in needs.wanted.values_mut() {
            match scope {
                Scope::Configured => {}
                Scope::One(name) => *namespaces = Some(BTreeSet::from([name.clone()])),
                Scope::All => *namespaces = None,
            }
        }
        needs
    }

    /// The namespaces whose pods are looked at; `None` for all.
    pub fn namespaces(&self) -> Option<&BTreeSet<String>> {
        self.wanted.get(&Resource::Pod)?.as_ref()
    }
}

/// Namespaces that a discovery looks at; `None` for all. The Collector's own counts where it is known.
fn namespaces(discovery: &KubernetesDiscovery, setting: &Setting) -> Option<BTreeSet<String>> {
    if discovery.namespaces.is_empty() && !discovery.own_namespace {
        return None;
    }
    let named = discovery.namespaces.iter().map(|(name, _)| name.clone());
    let own = setting.namespace.clone();
    Some(
        named
            .chain(own.filter(|_| discovery.own_namespace))
            .collect(),
    )
}

/// Adds namespaces to others, where `None` is all.
fn join(known: &mut Option<BTreeSet<String>>, more: Option<BTreeSet<String>>) {
    match (&mut *known, more) {
        (Some(known), Some(more)) => known.extend(more),
        _ => *known = None,
    }
}

/// Whether a discovery looks at any namespace but this one.
pub(super) fn looks_beyond(discovery: &KubernetesDiscovery, only: &str, setting: &Setting) -> bool {
    if discovery.role == "node" {
        return false;
    }
    let named = namespaces(discovery, setting);
    named.is_none_or(|named| named.iter().any(|name| name != only))
}

/// The kinds of objects that a discovery reads: first the one that becomes targets.
pub(super) fn of(discovery: &KubernetesDiscovery) -> Vec<Resource> {
    let is_endpoints = matches!(discovery.role.as_str(), "endpoints" | "endpointslice");
    let mut kinds: Vec<Resource> = Resource::of(kind_of(&discovery.role)).into_iter().collect();
    let more = [
        (discovery.attach_node, Resource::Node),
        (discovery.attach_namespace, Resource::Namespace),
        (discovery.attach_deployment, Resource::ReplicaSet),
        (discovery.attach_cron_job, Resource::Job),
        (is_endpoints, Resource::Service),
        (is_endpoints, Resource::Pod),
    ];
    for (is_read, kind) in more {
        if is_read && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::super::super::config::File;
    use super::super::super::confmap::Sources;
    use super::super::super::version;
    use super::*;

    /// Kinds with their namespaces, of a configuration with these entries of `kubernetes_sd_configs`.
    fn needs(entries: &str, own: Option<&str>, scope: &Scope) -> Vec<String> {
        let text = format!(
            "scrape_configs:\n- job_name: j\n  scrape_interval: 1m\n  kubernetes_sd_configs: [{entries}]\n"
        );
        let file = File {
            name: "prometheus.yml",
            text: &text,
        };
        let sources = Sources {
            env: &|_| None,
            read_file: None,
        };
        let config = Config::load(&[file], None, sources, version::NEWEST).unwrap();
        let setting = Setting {
            namespace: own.map(str::to_owned),
            ..Setting::default()
        };
        let pipelines: Vec<String> = config
            .pipelines
            .iter()
            .map(|pipeline| pipeline.id.clone())
            .collect();
        let needs = Needs::new(&config, &pipelines, None, &setting, scope);
        let wanted = needs.wanted.iter();
        wanted
            .map(|(resource, namespaces)| match namespaces {
                None => format!("{} everywhere", resource.plural()),
                Some(named) => {
                    let named: Vec<&str> = named.iter().map(String::as_str).collect();
                    format!("{} in {}", resource.plural(), named.join(" and "))
                }
            })
            .collect()
    }

    #[test]
    fn a_role_needs_its_own_kind_and_what_it_attaches() {
        let everywhere = |entries: &str| needs(entries, None, &Scope::Configured).join(", ");
        assert_eq!(everywhere("{role: pod}"), "pods everywhere");
        assert_eq!(
            everywhere("{role: node}"),
            "pods everywhere, nodes everywhere"
        );
        assert_eq!(
            everywhere("{role: endpointslice}"),
            "pods everywhere, services everywhere, endpointslices everywhere"
        );
        assert_eq!(
            everywhere("{role: pod, attach_metadata: {node: true, deployment: true, job: true}}"),
            "pods everywhere, nodes everywhere, replicasets everywhere"
        );
        assert_eq!(
            everywhere("{role: ingress, attach_metadata: {namespace: true}}"),
            "pods everywhere, namespaces everywhere, ingresses everywhere"
        );
        assert_eq!(everywhere(""), "");
    }

    #[test]
    fn namespaces_that_are_named_are_all_that_is_looked_at() {
        let named = "{role: pod, namespaces: {names: [a, b]}}";
        let own = "{role: service, namespaces: {own_namespace: true}}";
        let both = format!("{named}, {own}");
        let configured = Scope::Configured;
        assert_eq!(needs(named, None, &configured), ["pods in a and b"]);
        assert_eq!(
            needs(&both, Some("ops"), &configured),
            ["pods in a and b and ops", "services in ops"]
        );
        assert_eq!(
            needs(&format!("{named}, {{role: pod}}"), None, &configured),
            ["pods everywhere"]
        );
        let one = Scope::One("c".to_owned());
        assert_eq!(
            needs(&both, Some("ops"), &one),
            ["pods in c", "services in c"]
        );
        assert_eq!(
            needs(&both, Some("ops"), &Scope::All),
            ["pods everywhere", "services everywhere"]
        );
    }

    #[test]
    fn without_a_namespace_of_its_own_pods_may_be_anywhere() {
        let own = "{role: pod, namespaces: {own_namespace: true}}";
        assert_eq!(needs(own, None, &Scope::Configured), ["pods everywhere"]);
    }
}
