//! The `k8sattributes` processor: attributes of the pod that a resource belongs to.
//!
//! In come resources; out go the same with what the cluster knows of their pod, namespace and node. An
//! attribute that is there already stays, unless it is empty. A scrape has no connection and mostly no pod
//! address, so that the default association finds nothing. Without a known cluster, what would be added
//! is there with an unknown value, and a notice says so.

mod association;
mod config;
mod extraction;

use std::sync::Arc;

use super::super::attributes::Attributes;
use super::super::pdata::Metrics;
use super::super::position::ConfigError;
use super::super::text::Text;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::value::Value;
use super::super::yaml::Node;
use super::BuildContext;
use super::Notice;
use super::UNKNOWN;
use super::kubernetes::Cluster;
use config::Config;
use extraction::From;

/// The processor.
#[derive(Debug)]
pub struct K8sAttributes {
    config: Config,
    known: Option<Known>,
    rules: Vec<Rule>,
}

/// A cluster with the ways to find its pods.
#[derive(Debug)]
struct Known {
    cluster: Arc<Cluster>,
    pods: association::Index,
}

impl K8sAttributes {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, context: &BuildContext) -> Result<(Self, Vec<Notice>), ConfigError> {
        let config = Config::read(node, context.version)?;
        let mut notices = config.notices.clone();
        let known = context.cluster.as_ref().map(|cluster| Known {
            pods: association::Index::new(&config, cluster),
            cluster: Arc::clone(cluster),
        });
        if known.is_none() && !config.passthrough {
            let message = "the cluster is not known: attributes of pods have an unknown value";
            notices.push(Notice {
                message: message.to_owned(),
                at: node.at,
            });
        }
        let rules = vec![Rule {
            text: format!("adds {}", config.metadata.join(", ")),
            at: node.at,
        }];
        let this = Self {
            config,
            known,
            rules,
        };
        Ok((this, notices))
    }

    fn enrich(&self, attributes: &mut Attributes) {
        let identifier = association::identifier(&self.config.associations, attributes);
        if let Some(address) = identifier
            .as_ref()
            .and_then(|found| found.connection.as_ref())
            && (self.config.passthrough
                || self.config.always_sets_ip()
                || self.config.wants("k8s.pod.ip"))
        {
            set(attributes, "k8s.pod.ip", address);
        }
        if self.config.passthrough {
            return;
        }
        match &self.known {
            Some(known) => self.enrich_known(known, identifier.as_ref(), attributes),
            None => self.enrich_unknown(identifier.is_some(), attributes),
        }
    }

    fn enrich_known(
        &self,
        known: &Known,
        identifier: Option<&association::Identifier>,
        attributes: &mut Attributes,
    ) {
        let config = &self.config;
        let pod = identifier
            .and_then(|identifier| known.pods.find(identifier))
            .map(|index| &known.cluster.pods[index]);
        if let Some(pod) = pod {
            for (key, value) in extraction::pod_attributes(config, pod, &known.cluster) {
                set(attributes, &key, &value);
            }
            extraction::add_container(config, pod, attributes);
        }
        let name = |own: Option<&String>, key: &str, attributes: &Attributes| match own {
            Some(own) if !own.is_empty() => own.clone(),
            _ => text(attributes, key).unwrap_or_default().to_owned(),
        };
        let namespace = name(
            pod.map(|pod| &pod.namespace),
            "k8s.namespace.name",
            attributes,
        );
        if let Some(object) = known.cluster.namespaces.get(&namespace) {
            for (key, value) in extraction::object_attributes(config, object, From::Namespace) {
                set(attributes, &key, &value);
            }
        }
        if !namespace.is_empty() && config.wants("service.namespace") {
            set(attributes, "service.namespace", &namespace);
        }
        let node = name(pod.map(|pod| &pod.node), "k8s.node.name", attributes);
        if let Some(object) = known.cluster.nodes.get(&node) {
            for (key, value) in extraction::object_attributes(config, object, From::Node) {
                set(attributes, &key, &value);
            }
            // Who watches nodes for their labels gets to know their identifiers as well.
            if config.watches_nodes() && !object.uid.is_empty() {
                set(attributes, "k8s.node.uid", &object.uid);
            }
        }
    }

    /// What would be added to a pod that is found, if it were known.
    fn enrich_unknown(&self, identified: bool, attributes: &mut Attributes) {
        if identified {
            for key in &self.config.metadata {
                set(attributes, key, UNKNOWN);
            }
        }
        for rule in self.config.labels.iter().chain(&self.config.annotations) {
            let applies = match rule.from {
                From::Namespace => text(attributes, "k8s.namespace.name").is_some(),
                From::Node => text(attributes, "k8s.node.name").is_some(),
                From::Pod | From::Other => identified,
            };
            if let Some(tag) = rule.tag().filter(|_| applies) {
                set(attributes, &tag, UNKNOWN);
            }
        }
    }
}

/// Sets an attribute that is missing or empty (`setResourceAttribute`).
fn set(attributes: &mut Attributes, key: &str, value: &str) {
    let is_set = attributes.get(key).is_some_and(|old| match old {
        Value::Str(text) => !text.is_empty(),
        other => !other.to_string().is_empty(),
    });
    if !is_set {
        attributes.insert(Text::from(key), value);
    }
}

/// The text of an attribute, if it is one and not empty.
fn text<'a>(attributes: &'a Attributes, key: &str) -> Option<&'a str> {
    let value = attributes.get(key)?.as_text()?;
    (!value.is_empty()).then(|| value.as_str())
}

impl Processor for K8sAttributes {
    fn touches_points(&self) -> bool {
        false
    }

    fn reads_values(&self) -> bool {
        false
    }

    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, _: &mut dyn Trace) -> Result<(), Refused> {
        for resource in &mut metrics.resources {
            self.enrich(&mut resource.attributes);
        }
        Ok(())
    }
}
