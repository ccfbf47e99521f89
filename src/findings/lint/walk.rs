//! What of a configuration rules look at, whether or not a release starts with it.

use super::Linted;
use crate::collector::config::Role;
use crate::collector::config::Shape;
use crate::collector::yaml::Entry;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;

/// A component as it is defined.
#[derive(Debug, Clone, Copy)]
pub struct ComponentNode<'a> {
    /// What it is for.
    pub role: Role,
    /// Its id and its settings.
    pub entry: &'a Entry,
    /// Its type, in the oldest spelling that is known.
    pub kind: &'a str,
}

/// A scrape job as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The receiver; none in a Prometheus.
    pub receiver: Option<&'a Entry>,
    /// `scrape_configs[n]`.
    pub node: &'a Node,
    /// `job_name`; empty where there is none.
    pub name: &'a str,
}

/// New spellings of types that rules ask for.
const SPELLINGS: [(&str, &str); 7] = [
    ("k8s_attributes", "k8sattributes"),
    ("metrics_transform", "metricstransform"),
    ("otlp_grpc", "otlp"),
    ("otlp_http", "otlphttp"),
    ("prometheus_remote_write", "prometheusremotewrite"),
    ("resource_detection", "resourcedetection"),
    ("metric_start_time", "metricstarttime"),
];

impl<'a> Linted<'a> {
    /// The components of a role, in the order written.
    pub fn components(&self, role: Role) -> Vec<ComponentNode<'a>> {
        if *self.shape == Shape::Prometheus {
            return Vec::new();
        }
        let section = self.read.get(role.section());
        let entries = section.map(Node::entries).unwrap_or_default().iter();
        let component = |entry: &'a Entry| {
            let written = entry.key.split('/').next().unwrap_or_default().trim();
            let old = SPELLINGS.iter().find(|(new, _)| *new == written);
            ComponentNode {
                role,
                entry,
                kind: old.map_or(written, |(_, old)| *old),
            }
        };
        entries.map(component).collect()
    }

    /// The components of a role and type.
    pub fn of_kind(&self, role: Role, kind: &str) -> Vec<ComponentNode<'a>> {
        let mut components = self.components(role);
        components.retain(|component| component.kind == kind);
        components
    }

    /// All scrape jobs, in the order written.
    pub fn jobs(&self) -> Vec<Job<'a>> {
        let of = |receiver: Option<&'a Entry>, prometheus: Option<&'a Node>| {
            let jobs = prometheus.and_then(|node| node.get("scrape_configs"));
            items(jobs).iter().map(move |node| Job {
                receiver,
                node,
                name: node
                    .get("job_name")
                    .and_then(Node::scalar)
                    .unwrap_or_default(),
            })
        };
        if *self.shape == Shape::Prometheus {
            return of(None, Some(self.read)).collect();
        }
        let receivers = self.of_kind(Role::Receiver, "prometheus").into_iter();
        receivers
            .flat_map(|receiver| of(Some(receiver.entry), receiver.entry.value.get("config")))
            .collect()
    }

    /// The text of a scalar, unless it refers to what is not known, a variable or a file.
    pub fn known(&self, node: &'a Node) -> Option<&'a str> {
        let text = node.scalar()?;
        let refers = *self.shape != Shape::Prometheus && refers(text);
        (!refers).then_some(text)
    }
}

impl Job<'_> {
    /// What it is called: `job linkerd-proxy`.
    pub fn part(&self) -> String {
        format!("job {}", self.name)
    }
}

impl ComponentNode<'_> {
    /// What it is called: `processor filter/mesh`.
    pub fn part(&self) -> String {
        format!("{} {}", self.role, self.entry.key)
    }
}

/// The elements of a list; none for everything else.
pub(super) fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

/// Whether `${…}` with a name in it stands in a text: groups of a pattern have numbers.
fn refers(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let next = text[at + 2..].chars().next();
        next.is_some_and(|next| next.is_alphabetic() || next == '_')
    })
}

/// A text of the configuration as written.
#[derive(Debug, Clone)]
pub(super) struct Text<'a> {
    /// It.
    pub(super) node: &'a Node,
    /// What it says.
    pub(super) says: &'a str,
    /// The keys on the way to it, the outermost first; elements of lists have none.
    pub(super) keys: Vec<&'a str>,
    /// It stands in a list, or in a map that does.
    pub(super) in_list: bool,
}

impl<'a> Linted<'a> {
    /// All texts of the configuration as written, in order.
    pub(super) fn written_texts(&self) -> Vec<Text<'a>> {
        let mut found = Vec::new();
        let mut walk = Walk {
            found: &mut found,
            keys: Vec::new(),
        };
        walk.node(self.written, false);
        found
    }
}

struct Walk<'a, 'b> {
    found: &'b mut Vec<Text<'a>>,
    keys: Vec<&'a str>,
}

impl<'a> Walk<'a, '_> {
    fn node(&mut self, node: &'a Node, in_list: bool) {
        match &node.kind {
            Kind::String(text) if node.at.line > 0 => self.found.push(Text {
                node,
                says: text,
                keys: self.keys.clone(),
                in_list,
            }),
            Kind::List(items) => items.iter().for_each(|item| self.node(item, true)),
            Kind::Map(entries) => {
                for entry in entries {
                    self.keys.push(&entry.key);
                    self.node(&entry.value, in_list);
                    self.keys.pop();
                }
            }
            _ => {}
        }
    }
}
