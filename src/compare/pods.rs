//! Pods that series of the newer side name, and that are no more.
//!
//! That a pod is gone is said only where it was a target of the older side, is none of the newer one, and everything
//! of the newer one was read. A pod that never was a target may be one without a proxy, so nothing is said of it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::PodNamed;
use super::PodsNamed;
use super::Side;
use super::Untold;
use crate::mesh::NamedPods;

/// Pods that are targets, each with its namespaces, as far as these are known.
type Pods = BTreeMap<String, BTreeSet<Option<String>>>;

/// What is known of the pods that are named; `None` where a side does not tell who is who.
pub(super) fn compare(before: &Side, after: &Side, named: &NamedPods) -> Option<PodsNamed> {
    let (old, new) = (targets(before)?, targets(after)?);
    let mut all = PodsNamed::default();
    for (pod, &series) in named {
        let is_one_of = |pods: &Pods| is_one_of(pods, &pod.pod, pod.namespace.as_deref());
        if is_one_of(&new) {
            all.there.0 += 1;
            all.there.1 += series;
            continue;
        }
        let why = if !is_one_of(&old) {
            Some(Untold::NeverATarget)
        } else if after.is_partial() {
            Some(Untold::NotAllRead)
        } else {
            None
        };
        let pod = PodNamed {
            label: pod.label.clone(),
            namespace: pod.namespace.clone(),
            pod: pod.pod.clone(),
            series,
            why,
        };
        match why {
            None => all.gone.push(pod),
            Some(_) => all.untold.push(pod),
        }
    }
    Some(all)
}

/// Pods of the side's targets. A saved file that tells no pod is taken for that which it is named after.
fn targets(side: &Side) -> Option<Pods> {
    let mut pods = Pods::new();
    for ((name, origin), who) in side.who.as_ref()? {
        let (pod, namespace) = match &who.pod {
            Some(pod) => (
                pod.to_string(),
                who.namespace.as_ref().map(ToString::to_string),
            ),
            None if name == origin => (named_after(name).to_owned(), None),
            None => continue,
        };
        pods.entry(pod).or_default().insert(namespace);
    }
    Some(pods)
}

/// Whether a pod is among them; a namespace that is not known is no difference.
fn is_one_of(pods: &Pods, pod: &str, namespace: Option<&str>) -> bool {
    pods.get(pod).is_some_and(|namespaces| {
        namespaces.iter().any(|known| match (known, namespace) {
            (Some(known), Some(namespace)) => known == namespace,
            _ => true,
        })
    })
}

/// A file's name up to its first dot that no pod's name has: `web-0` of `a/web-0.prom.gz`.
fn named_after(path: &str) -> &str {
    const ENDINGS: [&str; 6] = [".gz", ".zst", ".prom", ".txt", ".metrics", ".om"];
    let mut name = path.rsplit(['/', '\\', ':']).next().unwrap_or(path);
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) {
        name = shorter;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_that_of_the_pod_it_is_named_after() {
        assert_eq!(named_after("a.tar.zst:shop/web-0.prom.gz"), "web-0");
        assert_eq!(named_after("web.v2-0"), "web.v2-0");
    }

    #[test]
    fn a_namespace_counts_where_both_are_known() {
        let mut pods = Pods::new();
        pods.entry("web-0".to_owned())
            .or_default()
            .insert(Some("a".to_owned()));
        pods.entry("db-0".to_owned()).or_default().insert(None);
        assert!(is_one_of(&pods, "web-0", Some("a")));
        assert!(is_one_of(&pods, "web-0", None));
        assert!(!is_one_of(&pods, "web-0", Some("b")));
        assert!(is_one_of(&pods, "db-0", Some("b")));
        assert!(!is_one_of(&pods, "x", None));
    }
}
