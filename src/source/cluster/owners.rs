//! Which workload a pod belongs to, through the objects that own it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::Client;
use kube::Resource;
use kube::api::ObjectMeta;
use kube::core::PartialObjectMeta;
use serde::de::DeserializeOwned;

use super::lists;
use super::lists::Query;
use super::trouble::Trouble;

/// An owner: its kind as objects write it, and its name.
pub(super) type Owner = (String, String);

/// What a pod says of its owner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Owned {
    pub(super) by: Option<Owner>,
    /// The label that a Deployment's `ReplicaSets` end their names with.
    pub(super) template_hash: Option<String>,
}

/// Owners of owners, by namespace and name. Those of a kind that could not be listed are guessed, or not known.
#[derive(Debug, Default)]
pub(super) struct Owners {
    replica_sets: BTreeMap<(String, String), Option<Owner>>,
    jobs: BTreeMap<(String, String), Option<Owner>>,
    /// Why replica sets, and why jobs, are not known.
    pub(super) unknown: Vec<Trouble>,
}

impl Owners {
    /// Lists the replica sets and jobs that own any of `pods`, each a namespace and what it says of its owner.
    /// `everywhere` lists all namespaces at once.
    pub(super) async fn of(
        client: &Client,
        pods: impl Iterator<Item = (&str, &Owned)>,
        everywhere: bool,
    ) -> Self {
        let mut sets = BTreeSet::new();
        let mut jobs = BTreeSet::new();
        for (namespace, owned) in pods {
            let namespace = (!everywhere).then(|| namespace.to_owned());
            match owned.by.as_ref().map(|(kind, _)| &**kind) {
                Some("ReplicaSet") => sets.insert(namespace),
                Some("Job") => jobs.insert(namespace),
                _ => false,
            };
        }
        let mut owners = Self::default();
        let (found, why) = known::<ReplicaSet>(client, sets).await;
        owners.replica_sets = found;
        owners.unknown.extend(why);
        let (found, why) = known::<Job>(client, jobs).await;
        owners.jobs = found;
        owners.unknown.extend(why);
        owners
    }

    /// Those who own a pod of `namespace`, the nearest first, as `replicaset/web-5f6`, `deployment/web`.
    pub(super) fn chain(&self, namespace: &str, owned: &Owned) -> Vec<String> {
        let Some((kind, name)) = &owned.by else {
            return Vec::new();
        };
        let key = (namespace.to_owned(), name.clone());
        let further = match &**kind {
            "ReplicaSet" => match self.replica_sets.get(&key) {
                Some(known) => known.clone(),
                None => deployment(name, owned.template_hash.as_deref()),
            },
            "Job" => self.jobs.get(&key).cloned().flatten(),
            _ => None,
        };
        let mut chain = vec![shown(kind, name)];
        chain.extend(further.map(|(kind, name)| shown(&kind, &name)));
        chain
    }
}

fn shown(kind: &str, name: &str) -> String {
    format!("{}/{name}", kind.to_ascii_lowercase())
}

/// A Deployment calls its `ReplicaSets` by its own name and the hash of their pods, which it also puts on these
/// as a label that nobody else writes.
fn deployment(replica_set: &str, template_hash: Option<&str>) -> Option<Owner> {
    let name = replica_set
        .strip_suffix(template_hash?)?
        .strip_suffix('-')?;
    Some(("Deployment".to_owned(), name.to_owned()))
}

/// The owners of all `K` of some namespaces, as far as they may be listed.
async fn known<K>(
    client: &Client,
    namespaces: BTreeSet<Option<String>>,
) -> (BTreeMap<(String, String), Option<Owner>>, Option<Trouble>)
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Default,
{
    let mut known = BTreeMap::new();
    for namespace in namespaces {
        let query = Query {
            namespace,
            metadata: true,
            ..Query::default()
        };
        let take = |object: PartialObjectMeta<K>| entry(object.metadata);
        match lists::list(client, &query, take).await {
            Ok(found) => known.extend(found),
            Err(trouble) => return (known, Some(trouble)),
        }
    }
    (known, None)
}

fn entry(object: ObjectMeta) -> ((String, String), Option<Owner>) {
    let owners = object.owner_references.unwrap_or_default();
    let key = (
        object.namespace.unwrap_or_default(),
        object.name.unwrap_or_default(),
    );
    let mut owners = owners.iter();
    (
        key,
        owners
            .find(|owner| owner.controller == Some(true))
            .map(owner),
    )
}

/// An owner as it is referred to.
pub(super) fn owner(reference: &OwnerReference) -> Owner {
    (reference.kind.clone(), reference.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(kind: &str, name: &str, hash: Option<&str>) -> Owned {
        Owned {
            by: Some((kind.to_owned(), name.to_owned())),
            template_hash: hash.map(str::to_owned),
        }
    }

    #[test]
    fn an_owner_that_is_known_goes_before_any_guess() {
        let mut owners = Owners::default();
        owners.replica_sets.insert(
            ("shop".to_owned(), "odd-5f6".to_owned()),
            Some(("Rollout".to_owned(), "web".to_owned())),
        );
        let chain = owners.chain("shop", &owned("ReplicaSet", "odd-5f6", Some("5f6")));
        assert_eq!(chain, ["replicaset/odd-5f6", "rollout/web"]);
        let chain = owners.chain("other", &owned("ReplicaSet", "odd-5f6", Some("5f6")));
        assert_eq!(chain, ["replicaset/odd-5f6", "deployment/odd"]);
    }

    #[test]
    fn only_the_hash_of_the_template_is_taken_for_one() {
        let owners = Owners::default();
        for (name, hash) in [
            ("web-5f6", None),
            ("web-5f6", Some("6")),
            ("5f6", Some("5f6")),
        ] {
            let chain = owners.chain("shop", &owned("ReplicaSet", name, hash));
            assert_eq!(chain, [format!("replicaset/{name}")]);
        }
        let chain = owners.chain("shop", &owned("StatefulSet", "db", None));
        assert_eq!(chain, ["statefulset/db"]);
        assert!(owners.chain("shop", &Owned::default()).is_empty());
    }
}
