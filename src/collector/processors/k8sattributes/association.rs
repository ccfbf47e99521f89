//! Which pod a resource belongs to (`pod_association.go`, `getIdentifiersFromAssoc`).

use std::collections::HashMap;
use std::net::IpAddr;

use super::super::super::attributes::Attributes;
use super::super::identity;
use super::super::kubernetes::Cluster;
use super::super::kubernetes::Pod;
use super::config::Config;
use super::extraction;
use super::text;

/// One entry of `pod_association`: all of its sources must be there.
#[derive(Debug, Clone)]
pub(super) struct Association {
    pub(super) sources: Vec<Source>,
}

/// Where a part of a pod's identity comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The address of the client, which a scrape does not have.
    Connection,
    /// An attribute of the resource.
    Attribute(String),
    /// A source that upstream accepts and never fills.
    Unknown,
}

/// What a pod is looked up by.
#[derive(Debug, Clone)]
pub(super) struct Identifier {
    key: String,
    /// The address, where it counts as that of the connection.
    pub(super) connection: Option<String>,
}

fn write_part(key: &mut String, source: &str, value: &str) {
    identity::write_text(key, source);
    identity::write_text(key, value);
}

fn connection(address: &str) -> Identifier {
    let mut key = String::new();
    write_part(&mut key, "connection", address);
    Identifier {
        key,
        connection: Some(address.to_owned()),
    }
}

/// The identity of a resource's pod; `None` where nothing says it.
pub(super) fn identifier(
    associations: &[Association],
    attributes: &Attributes,
) -> Option<Identifier> {
    if associations.is_empty() {
        let address = text(attributes, "k8s.pod.ip").or_else(|| text(attributes, "ip"));
        let host = || text(attributes, "host.name").filter(|host| is_address(host));
        return address.or_else(host).map(connection);
    }
    associations
        .iter()
        .find_map(|association| {
            let mut key = String::new();
            for source in &association.sources {
                match source {
                    Source::Connection => return None,
                    Source::Attribute(name) => {
                        let value = text(attributes, name)?;
                        if name == "host.name" && !is_address(value) {
                            return None;
                        }
                        write_part(&mut key, name, value);
                    }
                    Source::Unknown => {}
                }
            }
            Some(Identifier {
                key,
                connection: None,
            })
        })
        .filter(|identifier| !identifier.key.is_empty())
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// Pods by their identities.
#[derive(Debug, Default)]
pub(super) struct Index(HashMap<String, usize>);

impl Index {
    /// The pods that the processor watches and does not ignore.
    pub(super) fn new(config: &Config, cluster: &Cluster) -> Self {
        let mut index = Self::default();
        for (at, pod) in cluster.pods.iter().enumerate() {
            if !config.watches(pod) {
                continue;
            }
            for association in &config.associations {
                for key in keys(association, config, pod, cluster) {
                    index.add(key, at, cluster);
                }
            }
            if !pod.uid.is_empty() {
                let mut key = String::new();
                write_part(&mut key, "k8s.pod.uid", &pod.uid);
                index.add(key, at, cluster);
            }
            if !pod.ip.is_empty() && !pod.host_network {
                index.add(connection(&pod.ip).key, at, cluster);
                let mut key = String::new();
                write_part(&mut key, "k8s.pod.ip", &pod.ip);
                index.add(key, at, cluster);
            }
        }
        // An ignored pod still takes its place, so that no other answers to its name.
        index.0.retain(|_, at| !config.ignores(&cluster.pods[*at]));
        index
    }

    /// Of two pods with one identity the one that started later stays, or else the one that came later.
    fn add(&mut self, key: String, at: usize, cluster: &Cluster) {
        let started = |at: usize| cluster.pods[at].start_time.as_str();
        match self.0.get(&key) {
            Some(known) if started(at) < started(*known) => {}
            _ => {
                self.0.insert(key, at);
            }
        }
    }

    /// The number of a pod.
    pub(super) fn find(&self, identifier: &Identifier) -> Option<usize> {
        self.0.get(&identifier.key).copied()
    }
}

/// The identities of a pod under an association: more than one where it goes by containers.
fn keys(association: &Association, config: &Config, pod: &Pod, cluster: &Cluster) -> Vec<String> {
    let mut keys = vec![String::new()];
    for source in &association.sources {
        let Source::Attribute(name) = source else {
            // A pod of a connection is never asked for by a scrape.
            return Vec::new();
        };
        let values: Vec<String> = match name.as_str() {
            "k8s.namespace.name" => vec![pod.namespace.clone()],
            "k8s.pod.name" => vec![pod.name.clone()],
            "k8s.pod.uid" => vec![pod.uid.clone()],
            "host.name" | "k8s.pod.ip" => vec![pod.ip.clone()],
            "container.id" if config.wants_containers() => pod
                .containers
                .iter()
                .filter_map(|container| container.id.clone())
                .collect(),
            "container.id" => Vec::new(),
            other => extraction::pod_attributes(config, pod, cluster)
                .into_iter()
                .filter(|(key, _)| key == other)
                .map(|(_, value)| value)
                .collect(),
        };
        let values: Vec<String> = values
            .into_iter()
            .filter(|value| !value.is_empty())
            .collect();
        let with = |key: &String| {
            let key = key.clone();
            values
                .iter()
                .map(|value| {
                    let mut key = key.clone();
                    write_part(&mut key, name, value);
                    key
                })
                .collect::<Vec<_>>()
        };
        keys = keys.iter().flat_map(with).collect();
    }
    keys.retain(|key| !key.is_empty());
    keys
}
