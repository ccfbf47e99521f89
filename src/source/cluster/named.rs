//! What is named in a cluster as kubectl names it: `deploy/web`, `pod/web-0`, `deployment.apps/web`, `ns/shop`.

use std::fmt;

/// A kind of object that comes down to pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::source) enum Kind {
    Pod,
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    Job,
    CronJob,
    Service,
    Namespace,
}

/// Kinds with their API group and the names that kubectl knows them by, the one we show first.
const KINDS: [(Kind, &str, &[&str]); 9] = [
    (Kind::Pod, "", &["pod", "pods", "po"]),
    (
        Kind::Deployment,
        "apps",
        &["deployment", "deployments", "deploy"],
    ),
    (
        Kind::StatefulSet,
        "apps",
        &["statefulset", "statefulsets", "sts"],
    ),
    (Kind::DaemonSet, "apps", &["daemonset", "daemonsets", "ds"]),
    (
        Kind::ReplicaSet,
        "apps",
        &["replicaset", "replicasets", "rs"],
    ),
    (Kind::Job, "batch", &["job", "jobs"]),
    (Kind::CronJob, "batch", &["cronjob", "cronjobs", "cj"]),
    (Kind::Service, "", &["service", "services", "svc"]),
    (Kind::Namespace, "", &["namespace", "namespaces", "ns"]),
];

/// The longest name that any object may have.
const NAME_CHARS: usize = 253;

impl Kind {
    /// What `word` means to kubectl, with or without its API group.
    fn of_word(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let (plain, group) = match word.split_once('.') {
            Some((plain, group)) => (plain, Some(group)),
            None => (&*word, None),
        };
        let found = KINDS.iter().find(|(_, of, words)| {
            words.contains(&plain)
                && group.is_none_or(|group| {
                    !of.is_empty() && (group == *of || group.strip_prefix("v1.") == Some(of))
                })
        });
        found.map(|(kind, ..)| *kind)
    }

    /// The singular name: `deployment`.
    pub(super) fn word(self) -> &'static str {
        let found = KINDS.iter().find(|(kind, ..)| *kind == self);
        found.map_or("", |(_, _, words)| words[0])
    }
}

/// One object by kind and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::source) struct Named {
    pub(super) kind: Kind,
    pub(super) name: String,
}

impl Named {
    /// Reads `TYPE/NAME`; `None` for anything else, such as a path.
    pub(in crate::source) fn parse(typed: &str) -> Option<Self> {
        let (word, name) = typed.split_once('/')?;
        let kind = Kind::of_word(word)?;
        is_name(name).then(|| Self {
            kind,
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.word(), self.name)
    }
}

/// Whether an object could be called so (RFC 1123).
fn is_name(name: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.len() <= NAME_CHARS
        && ends(name.chars().next())
        && ends(name.chars().next_back())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_kubectl_calls_things() {
        for (typed, shown) in [
            ("deploy/web", "deployment/web"),
            ("Deployments/web", "deployment/web"),
            ("deployment.apps/web", "deployment/web"),
            ("deployments.v1.apps/web", "deployment/web"),
            ("sts/db", "statefulset/db"),
            ("ds/agent", "daemonset/agent"),
            ("rs/web-5f6", "replicaset/web-5f6"),
            ("job.batch/once", "job/once"),
            ("cj/nightly", "cronjob/nightly"),
            ("po/web-0", "pod/web-0"),
            ("svc/web", "service/web"),
            ("ns/shop", "namespace/shop"),
        ] {
            let named = Named::parse(typed).map(|named| named.to_string());
            assert_eq!(named.as_deref(), Some(shown), "{typed}");
        }
    }

    #[test]
    fn leaves_paths_alone() {
        for path in [
            "web.prom",
            "dumps/web.prom",
            "deploy/web/x",
            "deploy/",
            "deploy/Web.prom",
            "pod/web-*",
            "pod/-x",
            "./deploy/web",
            "pod.apps/web",
            "deployment.batch/web",
            "secret/x",
            "/",
        ] {
            assert_eq!(Named::parse(path), None, "{path}");
        }
    }
}
