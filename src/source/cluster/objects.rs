//! Lists whole objects of a cluster, for whoever evaluates discovery over them.
//!
//! In come kinds and namespaces; out goes each object as the API server sent it, but for the record of who wrote
//! which field, and what it refuses to list, with the reason. A server that cannot be asked, or that ends in the
//! middle of a list, is an error: half of a list looks like a whole one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use kube::Client;
use serde_json::Value;

use super::After;
use super::access;
use super::access::Access;
use super::lists;
use super::lists::Query;
use super::permission::Permission;
use super::route::Denials;
use super::trouble::Trouble;
use super::via::Via;
use crate::source::Remark;
use crate::source::sweep::Sweep;

/// A kind of object that discovery asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// `pods`
    Pod,
    /// `services`
    Service,
    /// `endpoints`
    Endpoints,
    /// `endpointslices.discovery.k8s.io`
    EndpointSlice,
    /// `nodes`
    Node,
    /// `namespaces`
    Namespace,
    /// `ingresses.networking.k8s.io`
    Ingress,
    /// `replicasets.apps`
    ReplicaSet,
    /// `jobs.batch`
    Job,
}

impl Resource {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Pod,
        Self::Service,
        Self::Endpoints,
        Self::EndpointSlice,
        Self::Node,
        Self::Namespace,
        Self::Ingress,
        Self::ReplicaSet,
        Self::Job,
    ];

    /// As objects write it: `EndpointSlice`.
    pub fn kind(self) -> &'static str {
        self.names().0
    }

    /// As kubectl calls many of them: `endpointslices`.
    pub fn plural(self) -> &'static str {
        self.names().1
    }

    /// The one of this kind.
    pub fn of(kind: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|resource| resource.kind() == kind)
    }

    /// Whether each lies in a namespace.
    pub fn is_namespaced(self) -> bool {
        !matches!(self, Self::Node | Self::Namespace)
    }

    /// Kind, plural and API group.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Pod => ("Pod", "pods", ""),
            Self::Service => ("Service", "services", ""),
            Self::Endpoints => ("Endpoints", "endpoints", ""),
            Self::EndpointSlice => ("EndpointSlice", "endpointslices", "discovery.k8s.io"),
            Self::Node => ("Node", "nodes", ""),
            Self::Namespace => ("Namespace", "namespaces", ""),
            Self::Ingress => ("Ingress", "ingresses", "networking.k8s.io"),
            Self::ReplicaSet => ("ReplicaSet", "replicasets", "apps"),
            Self::Job => ("Job", "jobs", "batch"),
        }
    }

    /// Where the API server lists them. All of these kinds are served as `v1` since Kubernetes 1.21.
    fn path(self, namespace: Option<&str>) -> String {
        let (_, plural, group) = self.names();
        let root = match group {
            "" => "/api/v1".to_owned(),
            group => format!("/apis/{group}/v1"),
        };
        match namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
            None => format!("{root}/{plural}"),
        }
    }

    fn permission(self, namespace: Option<&str>) -> Permission {
        let (_, plural, group) = self.names();
        Permission::new("list", group, plural, namespace)
    }
}

/// What is to be listed, and where; `None` is all namespaces.
pub type Wanted = BTreeMap<Resource, Option<BTreeSet<String>>>;

/// The least that the API server has to allow for listing `wanted`.
pub fn permissions(wanted: &Wanted) -> Vec<Permission> {
    let lists = lists_of(wanted);
    lists
        .map(|(resource, namespace)| resource.permission(namespace))
        .collect()
}

/// Each list that has to be asked for, with its namespace.
fn lists_of(wanted: &Wanted) -> impl Iterator<Item = (Resource, Option<&str>)> {
    wanted.iter().flat_map(|(resource, namespaces)| {
        let scopes: Vec<Option<&str>> = match namespaces {
            Some(named) if resource.is_namespaced() => {
                named.iter().map(|name| Some(name.as_str())).collect()
            }
            _ => vec![None],
        };
        scopes.into_iter().map(move |scope| (*resource, scope))
    })
}

/// What the API server listed.
#[derive(Debug, Default)]
pub struct Listing {
    /// Objects by kind, in the order of the server; a kind is there if any of its lists was answered, were it
    /// with nothing.
    pub objects: BTreeMap<Resource, Vec<Value>>,
    /// Lists that the server refuses.
    pub refused: Vec<Refused>,
    /// What the user should know of it: how much there is, and what would have to be allowed.
    pub remarks: Vec<Remark>,
}

/// A list that is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was asked for.
    pub resource: Resource,
    /// Why not, and where; without credentials.
    pub reason: String,
}

/// Lists `wanted`, one list after the other.
///
/// Whatever the server does not allow or does not know is in [`Listing::refused`], and the rest goes on.
///
/// # Errors
/// The server cannot be asked, breaks off, or takes longer than `deadline`; says so without a secret.
///
/// # Caveats
/// Not to be called from within an asynchronous runtime.
pub fn list(
    access: &Access,
    wanted: &Wanted,
    deadline: Duration,
    cancel: &AtomicBool,
) -> Result<Listing, String> {
    let sweep = Sweep::new()?;
    let listed = sweep.first(all(access, wanted), deadline, cancel);
    listed.unwrap_or_else(|| {
        let seconds = deadline.as_secs();
        Err(format!(
            "not all objects were listed within {seconds}s: ask for less, with --job or -n"
        ))
    })
}

async fn all(access: &Access, wanted: &Wanted) -> Result<Listing, String> {
    let api = access::connect(access).await?;
    let denials = Arc::new(Denials::default());
    let mut listing = Listing::default();
    for (resource, namespace) in lists_of(wanted) {
        match one(&api.client, resource, namespace).await {
            Ok(found) => listing.objects.entry(resource).or_default().extend(found),
            Err(trouble @ (Trouble::Denied { .. } | Trouble::Refused { code: 404, .. })) => {
                denials.note(&trouble);
                listing.refused.push(Refused {
                    resource,
                    reason: trouble.to_string(),
                });
            }
            Err(trouble) => {
                let asked = resource.permission(namespace);
                return Err(format!("{}: cannot {asked}: {trouble}", api.server));
            }
        }
    }
    let counts = listing.objects.iter();
    let counts: Vec<String> = counts
        .map(|(resource, found)| format!("{} {}", found.len(), resource.plural()))
        .collect();
    if !counts.is_empty() {
        let text = format!("{} lists {}", api.server, counts.join(", "));
        listing.remarks.push(Remark::Detail(text));
    }
    let after = After {
        denials,
        needs: permissions(wanted),
        acting: access.impersonation(),
        via: Via::default(),
    };
    listing.remarks.extend(after.remarks());
    Ok(listing)
}

async fn one(
    client: &Client,
    resource: Resource,
    namespace: Option<&str>,
) -> Result<Vec<Value>, Trouble> {
    if let Some(name) = namespace.filter(|name| !is_name(name)) {
        // Of a path it would make another one.
        return Err(Trouble::Refused {
            code: 404,
            message: format!("no namespace can be called '{name}'"),
        });
    }
    let query = Query {
        namespace: namespace.map(str::to_owned),
        ..Query::default()
    };
    let asked = resource.permission(namespace);
    lists::pages(client, &resource.path(namespace), &asked, &query, lean).await
}

/// An object without what nobody discovers anything by, and which is often the longest part of it.
fn lean(mut object: Value) -> Value {
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.remove("managedFields");
    }
    object
}

/// Whether a namespace can have this name: a label of DNS (RFC 1123).
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(wanted: &Wanted) -> Vec<String> {
        permissions(wanted)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn each_kind_is_asked_for_where_the_api_server_has_it() {
        let paths: Vec<String> = Resource::ALL
            .iter()
            .map(|resource| resource.path(resource.is_namespaced().then_some("shop")))
            .collect();
        assert_eq!(
            paths,
            [
                "/api/v1/namespaces/shop/pods",
                "/api/v1/namespaces/shop/services",
                "/api/v1/namespaces/shop/endpoints",
                "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices",
                "/api/v1/nodes",
                "/api/v1/namespaces",
                "/apis/networking.k8s.io/v1/namespaces/shop/ingresses",
                "/apis/apps/v1/namespaces/shop/replicasets",
                "/apis/batch/v1/namespaces/shop/jobs",
            ]
        );
    }

    #[test]
    fn what_lies_in_no_namespace_is_allowed_for_the_cluster() {
        let shop = Some(BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        let wanted = Wanted::from([(Resource::Node, shop.clone()), (Resource::Pod, shop)]);
        assert_eq!(
            shown(&wanted),
            [
                "list pods in namespace a",
                "list pods in namespace b",
                "list nodes in all namespaces",
            ]
        );
    }

    #[test]
    fn a_hostile_name_is_no_namespace() {
        for name in ["", "..", "a/pods", "a?limit=1", "A", "ä", &"a".repeat(64)] {
            assert!(!is_name(name), "{name}");
        }
        assert!(is_name("kube-system"));
    }

    #[test]
    fn who_wrote_a_field_is_left_out() {
        let object = serde_json::json!({"metadata": {"name": "a", "managedFields": [1]}});
        assert_eq!(lean(object), serde_json::json!({"metadata": {"name": "a"}}));
    }
}
