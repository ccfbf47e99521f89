//! The objects of a cluster, as `kubectl get … -A -o json` or `-o yaml` prints them, or as its API server lists them.
//!
//! In comes the text of lists or single objects, in one file or several, or what was listed and what was refused;
//! out goes what discovery asks for, by kind, namespace and name. Kinds that no discovery knows are passed over.
//! Refused: what is no YAML or JSON, and what holds no object that is known.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::yaml;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::super::yaml::Origin;
use crate::source::cluster::objects::Listing;
use crate::source::cluster::objects::Refused;

/// Kinds that discovery or the owners of pods need, and how kubectl calls many of them.
const KINDS: [(&str, &str); 9] = [
    ("Pod", "pods"),
    ("Service", "services"),
    ("Endpoints", "endpoints"),
    ("EndpointSlice", "endpointslices"),
    ("Node", "nodes"),
    ("Namespace", "namespaces"),
    ("Ingress", "ingresses"),
    ("ReplicaSet", "replicasets"),
    ("Job", "jobs"),
];

/// Everything that is known of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    /// By kind, namespace and name: in this order discovery goes through them.
    all: BTreeMap<(&'static str, String, String), Node>,
    /// Kinds of which there was an object or an empty list.
    seen: BTreeSet<&'static str>,
    /// Objects that were given more than once; the last counts.
    repeated: u64,
    /// Objects of other kinds.
    passed_over: u64,
    /// They were listed by the API server, so that what is missing was not asked for or was refused.
    is_listed: bool,
    /// Why some or all objects of a kind were not listed.
    refused: BTreeMap<&'static str, Vec<String>>,
    /// The only namespace that was asked for, where the user chose one.
    only: Option<String>,
}

impl Objects {
    /// What an API server listed, in the only namespace that it was asked for or in all that matter.
    pub fn listed(listing: Listing, only: Option<&str>) -> Self {
        let Listing {
            objects,
            refused,
            remarks: _,
        } = listing;
        let mut listed = Self {
            is_listed: true,
            only: only.map(str::to_owned),
            ..Self::default()
        };
        for (resource, items) in objects {
            listed.seen.insert(resource.kind());
            for item in items {
                let node = yaml::of_json(item, Position::default());
                // Items of a list need not say their kind.
                listed.insert(resource.kind(), node);
            }
        }
        for Refused { resource, reason } in refused {
            let reasons = listed.refused.entry(resource.kind()).or_default();
            reasons.push(reason);
        }
        listed
    }

    /// Adds what a text holds; `file` is its index, for the places of errors.
    ///
    /// # Errors
    /// The text is no YAML or JSON, or holds nothing that discovery could ask for.
    pub fn add(&mut self, text: &str, file: u32) -> Result<(), ConfigError> {
        let documents = yaml::parse_all(text, Origin::File(file))?;
        if let Some(broken) = documents.broken {
            return Err(broken);
        }
        let mut found = false;
        for document in &documents.documents {
            found |= self.take(document, "");
        }
        if found {
            return Ok(());
        }
        let at = documents.documents.first().map(|first| first.at);
        let error = ConfigError::new(
            at.unwrap_or_default(),
            "this file holds no objects of a cluster",
        );
        Err(error.with_help("save them with `kubectl get pods,services,nodes -A -o json`"))
    }

    /// Takes one object, or those of a list, whose items need not say their kind.
    fn take(&mut self, node: &Node, of_list: &str) -> bool {
        let kind = text(node, &["kind"]).unwrap_or(of_list);
        if let Some(of) = kind.strip_suffix("List") {
            let Some(Kind::List(items)) = node.get("items").map(|items| &items.kind) else {
                return false;
            };
            let mut found = of.is_empty();
            if let Some((known, _)) = known(of) {
                self.seen.insert(known);
                found = true;
            }
            for item in items {
                self.take(item, of);
            }
            // A list of anything but an empty one must hold something of use.
            return found && (items.is_empty() || !self.seen.is_empty());
        }
        let Some((kind, _)) = known(kind) else {
            self.passed_over += u64::from(!kind.is_empty());
            return false;
        };
        self.seen.insert(kind);
        self.insert(kind, node.clone());
        true
    }

    fn insert(&mut self, kind: &'static str, node: Node) {
        let of = |key: &str| {
            text(&node, &["metadata", key])
                .unwrap_or_default()
                .to_owned()
        };
        let key = (kind, of("namespace"), of("name"));
        self.repeated += u64::from(self.all.insert(key, node).is_some());
    }

    /// All objects of a kind, by namespace and name.
    pub fn of(&self, kind: &'static str) -> impl Iterator<Item = &Node> {
        let first = (kind, String::new(), String::new());
        let all = self.all.range(first..);
        all.take_while(move |((own, _, _), _)| *own == kind)
            .map(|(_, node)| node)
    }

    /// One object.
    pub fn get(&self, kind: &'static str, namespace: &str, name: &str) -> Option<&Node> {
        self.all.get(&(kind, namespace.to_owned(), name.to_owned()))
    }

    /// Whether anything was said of this kind, were it that there are none.
    pub fn knows(&self, kind: &str) -> bool {
        self.seen.contains(kind)
    }

    /// What is not known of a kind that is asked for, and why, in words that follow its name; `None` where all is
    /// known.
    pub(super) fn gap(&self, kind: &str) -> Option<String> {
        let reasons = self.refused.get(kind).map(|reasons| reasons.join("; "));
        Some(match (reasons, self.knows(kind)) {
            (Some(reasons), false) => format!("which could not be listed: {reasons}"),
            (Some(reasons), true) => format!("of which some could not be listed: {reasons}"),
            (None, true) => return None,
            (None, false) if self.is_listed => "which were not listed".to_owned(),
            (None, false) => "and none were given".to_owned(),
        })
    }

    /// Whether they come from an API server.
    pub fn are_listed(&self) -> bool {
        self.is_listed
    }

    /// The only namespace that was looked at, where the user chose one.
    pub(super) fn only_namespace(&self) -> Option<&str> {
        self.only.as_deref()
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: &'static str) -> u64 {
        self.of(kind).count() as u64
    }

    /// How many objects of each kind there are, in the order of a report.
    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        let counts = KINDS.iter();
        let counts = counts.map(|(kind, many)| (*many, self.count(kind)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Objects that were given more than once.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Objects of kinds that no discovery asks for.
    pub fn passed_over(&self) -> u64 {
        self.passed_over
    }
}

fn known(kind: &str) -> Option<(&'static str, &'static str)> {
    KINDS.iter().copied().find(|(known, _)| *known == kind)
}

/// How kubectl calls many of a kind.
pub(super) fn many(kind: &str) -> &'static str {
    known(kind).map_or("objects", |(_, many)| many)
}

/// The text of a scalar under a path of keys; nothing where there is none or an empty one.
pub(super) fn text<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    at(node, path)?.scalar().filter(|text| !text.is_empty())
}

/// What stands under a path of keys.
pub(super) fn at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}

/// The items of a list under a path of keys; a missing one has none.
pub(super) fn items<'a>(node: &'a Node, path: &[&str]) -> &'a [Node] {
    match at(node, path).map(|list| &list.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

/// Whether the truth value under a path of keys is `true`.
pub(super) fn is_true(node: &Node, path: &[&str]) -> bool {
    at(node, path).is_some_and(|node| matches!(node.kind, Kind::Bool(true, _)))
}

/// Keys and texts of a map under a path of keys, sorted.
pub(super) fn pairs<'a>(node: &'a Node, path: &[&str]) -> BTreeMap<&'a str, &'a str> {
    let entries = at(node, path).map_or(&[][..], Node::entries).iter();
    let pair =
        |entry: &'a yaml::Entry| (entry.key.as_str(), entry.value.scalar().unwrap_or_default());
    entries.map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Objects, ConfigError> {
        let mut objects = Objects::default();
        objects.add(text, 0)?;
        Ok(objects)
    }

    #[test]
    fn lists_of_every_kind_are_read_together() {
        let mut objects = read(
            "{kind: List, items: [{kind: Pod, metadata: {name: b, namespace: n}}, {kind: Secret, metadata: {name: s}}]}",
        )
        .unwrap();
        objects
            .add(
                "{kind: PodList, items: [{metadata: {name: a, namespace: n}}]}",
                1,
            )
            .unwrap();
        objects.add("{kind: ServiceList, items: []}", 2).unwrap();
        let names: Vec<_> = objects
            .of("Pod")
            .map(|pod| text(pod, &["metadata", "name"]))
            .collect();
        assert_eq!(names, [Some("a"), Some("b")]);
        assert!(objects.knows("Service") && !objects.knows("Node"));
        assert_eq!((objects.passed_over(), objects.repeated()), (1, 0));
        assert_eq!(objects.counts(), [("pods", 2)]);
    }

    #[test]
    fn the_last_of_two_objects_of_one_name_counts() {
        let objects = read(
            "{kind: Pod, metadata: {name: a}}\n---\n{kind: Pod, metadata: {name: a, uid: u2}}\n",
        )
        .unwrap();
        let pod = objects.get("Pod", "", "a").unwrap();
        assert_eq!(text(pod, &["metadata", "uid"]), Some("u2"));
        assert_eq!(objects.repeated(), 1);
    }

    #[test]
    fn what_holds_no_objects_is_refused() {
        for broken in [
            "",
            "a: 1",
            "[1]",
            "kind: Secret",
            "kind: SecretList\nitems: []",
            "{",
        ] {
            assert!(read(broken).is_err(), "{broken}");
        }
        assert!(read("kind: PodList\nitems: []").is_ok());
    }
}
