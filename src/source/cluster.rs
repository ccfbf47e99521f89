//! Finds the proxies of a running cluster, and the way to each of them.
//!
//! In come what was named (`deploy/web`, or nothing for a whole namespace) and [`Options`]; out go stops of a
//! sweep, each with the labels that discovery would give it, and everything that was passed over or could not be
//! found, with the reason. Nothing in the cluster is changed, and nothing is asked for that is not needed: what
//! the API server has to allow is in [`Options::permissions`].

mod access;
mod find;
mod labels;
mod lists;
mod named;
pub mod objects;
mod owners;
mod permission;
mod proxies;
mod route;
mod tls;
mod trouble;
mod via;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use kube::Client;

use crate::source::sweep::Stop;
use crate::source::{Failure, Remark, Skip, Target};
use access::Api;
pub use access::{Access, Proxies};
use find::Finding;
use find::Found;
use named::Kind;
pub(super) use named::Named;
pub use permission::{Permission, Roles, Subject};
use proxies::Spot;
use proxies::Wanted;
pub use proxies::{Mesh, Port};
use route::{Denials, Endpoint, PodRoute, Way};
use trouble::Trouble;
pub use via::Via;

/// What roles and their bindings are called.
pub const ROLE_NAME: &str = "meshctl";

/// Which cluster, which of its pods, and how to reach them.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How the API server is reached.
    pub access: Access,
    /// Instead of the context's namespace.
    pub namespace: Option<String>,
    /// All namespaces at once.
    pub all_namespaces: bool,
    /// Nothing was named: read all that is meshed.
    pub everything: bool,
    /// Only pods with these labels, in Kubernetes' words.
    pub selector: Option<String>,
    /// Only pods with these fields, in Kubernetes' words.
    pub field_selector: Option<String>,
    /// Whose proxies.
    pub mesh: Mesh,
    /// Containers of this name instead of proxies.
    pub container: Option<String>,
    /// Instead of the port that is usual for the container.
    pub port: Option<Port>,
    /// Instead of the path that is usual for the container.
    pub path: Option<String>,
    /// The way to a pod.
    pub via: Via,
}

impl Options {
    fn wanted(&self) -> Wanted {
        Wanted {
            mesh: self.mesh,
            container: self.container.clone(),
            port: self.port.clone(),
            path: self.path.clone(),
        }
    }

    /// The least that the API server has to allow for reading what `names` mean in `namespace`.
    ///
    /// # Errors
    /// One of `names` is no workload; it is handed back.
    pub fn permissions(
        &self,
        names: &[String],
        namespace: &str,
    ) -> Result<Vec<Permission>, String> {
        let parsed: Result<Vec<Named>, String> = names
            .iter()
            .map(|name| Named::parse(name).ok_or_else(|| name.clone()))
            .collect();
        Ok(self.needs(&parsed?, namespace, false))
    }

    fn needs(&self, names: &[Named], namespace: &str, inside: bool) -> Vec<Permission> {
        let mut needs = Vec::new();
        let way = self.via.first(inside);
        let mut pods = |scope: Option<&str>| {
            needs.push(Permission::new("list", "", "pods", scope));
            needs.extend(way.permissions(scope));
            if names.iter().any(|named| named.kind != Kind::Pod) || names.is_empty() {
                needs.push(Permission::new("list", "apps", "replicasets", scope));
            }
            if names.iter().any(|named| named.kind == Kind::CronJob) {
                needs.push(Permission::new("list", "batch", "jobs", scope));
            }
        };
        if self.all_namespaces {
            pods(None);
            return needs;
        }
        let elsewhere = |named: &Named| named.kind == Kind::Namespace;
        if names.is_empty() || !names.iter().all(elsewhere) {
            pods(Some(namespace));
        }
        for named in names.iter().filter(|named| elsewhere(named)) {
            pods(Some(&named.name));
        }
        if names.iter().any(|named| named.kind == Kind::Service) {
            needs.push(Permission::new("get", "", "services", Some(namespace)));
        }
        needs
    }
}

/// What a cluster comes to.
#[derive(Default)]
pub(super) struct Cluster {
    pub(super) stops: Vec<Stop>,
    pub(super) failed: Vec<Failure>,
    pub(super) skipped: Vec<Skip>,
    pub(super) remarks: Vec<Remark>,
    pub(super) after: After,
}

/// What can be said only once all stops were visited.
#[derive(Default)]
pub(super) struct After {
    denials: Arc<Denials>,
    needs: Vec<Permission>,
    /// What acting as somebody else needs.
    acting: Vec<Permission>,
    via: Via,
}

impl After {
    /// What the API server would have to allow, should it have refused anything.
    pub(super) fn remarks(&self) -> Vec<Remark> {
        let denied = self.denials.take();
        if denied.is_empty() {
            return Vec::new();
        }
        let forwards = self
            .needs
            .iter()
            .any(|need| need.resource == "pods/portforward");
        // The proxy was tried because no port is forwarded, and a forwarded port is what is asked for.
        let covered = |permission: &Permission| {
            self.needs.contains(permission)
                || (self.via == Via::Auto && forwards && permission.resource == "pods/proxy")
        };
        let user = denied.iter().find_map(|(_, user)| user.clone());
        let others = denied.into_iter().map(|(permission, _)| permission);
        let others: Vec<Permission> = others.filter(|permission| !covered(permission)).collect();
        let impersonates = others
            .iter()
            .any(|permission| permission.verb == "impersonate");
        // Whom we act as may do what they may; which of their names was refused is not always told.
        let all = if impersonates {
            self.acting.clone()
        } else {
            self.needs.iter().cloned().chain(others).collect()
        };
        let roles = Roles::new(ROLE_NAME, all);
        let mut remarks = vec![
            Remark::Note("this would allow it, once an administrator applies it:".to_owned()),
            Remark::Manifest(roles.yaml(None)),
        ];
        let subject = user.map(|user| Subject::of_user(&user));
        if let Some(subject) = subject {
            for command in roles.commands(&subject) {
                remarks.push(Remark::Note(format!("and bind it: {command}")));
            }
        }
        remarks
    }
}

/// Finds what `names` mean in the cluster, or all that is meshed in the namespace at hand.
pub(super) async fn find(options: &Options, names: &[Named]) -> Cluster {
    let mut cluster = Cluster::default();
    let api = match access::connect(&options.access).await {
        Ok(api) => api,
        Err(reason) => {
            cluster.failed.push(failure(reason));
            return cluster;
        }
    };
    let namespace = options.namespace.as_ref().unwrap_or(&api.namespace);
    cluster.after = After {
        denials: Arc::default(),
        needs: options.needs(names, namespace, api.inside),
        acting: options.access.impersonation(),
        via: options.via,
    };
    let finding = find::find(&api.client, options, names, namespace).await;
    cluster.tell(&finding, names, &api.server);
    let scope = (!options.all_namespaces).then_some(&**namespace);
    if names.is_empty() && finding.troubles.is_empty() {
        cluster.tell_emptiness(&finding, scope, options);
    }
    cluster.visit(finding.pods, options, &api).await;
    cluster
}

impl Cluster {
    /// What could not be found, and why.
    fn tell(&mut self, finding: &Finding, names: &[Named], server: &str) {
        for (what, reason) in &finding.missed {
            self.failed.push(lost(what, reason.clone()));
        }
        for (what, trouble) in &finding.troubles {
            self.after.denials.note(trouble);
            let reason = match trouble {
                Trouble::Lost(reason) if reason.starts_with("no such") => reason.clone(),
                Trouble::Lost(reason) => format!("{server}: {reason}"),
                trouble => trouble.to_string(),
            };
            self.failed.push(lost(what, reason));
        }
        for trouble in &finding.owners_unknown {
            let text = format!("workloads are named after their pods' labels: {trouble}");
            let matters = |named: &Named| matches!(named.kind, Kind::Deployment | Kind::CronJob);
            self.remarks.push(if names.iter().any(matters) {
                Remark::Note(text)
            } else {
                Remark::Detail(text)
            });
        }
    }

    /// A namespace without a proxy is most likely not the one that is meant.
    fn tell_emptiness(&mut self, finding: &Finding, scope: Option<&str>, options: &Options) {
        if finding.pods.iter().any(|found| found.spots.is_ok()) {
            return;
        }
        let what = if options.container.is_some() {
            "no pod with something to scrape"
        } else {
            "no meshed pod that runs"
        };
        let count = finding.pods.len();
        let looked = match count {
            0 => "there is no pod at all".to_owned(),
            1 => "one pod was looked at".to_owned(),
            count => format!("{count} pods were looked at"),
        };
        let hint = match scope {
            Some(_) => "; name another namespace with -n, or take all with -A",
            None => "",
        };
        let reason = format!("{what} ({looked}){hint}");
        self.failed.push(lost(&find::place(scope), reason));
    }

    /// Makes stops of the endpoints that were found.
    async fn visit(&mut self, pods: Vec<Found>, options: &Options, api: &Api) {
        let mut endpoints = Vec::new();
        let mut targets = Vec::new();
        let mut counts = BTreeMap::new();
        let mut control_plane = 0;
        for found in pods {
            let spots = match &found.spots {
                Ok(spots) => spots,
                Err(reason) => {
                    self.skipped.push(Skip {
                        origin: format!("pod/{}/{}", found.namespace, found.pod),
                        reason: reason.clone(),
                    });
                    continue;
                }
            };
            for spot in spots {
                *counts.entry(spot.role).or_insert(0) += 1;
                control_plane += u32::from(found.control_plane);
                endpoints.push(endpoint(&found, spot));
                targets.push(target(&found, spot));
            }
        }
        let denials = &self.after.denials;
        let choice = options.via.choose(&api.client, &endpoints, api.inside);
        let choice = choice.await;
        if !targets.is_empty() {
            let counts: Vec<String> = counts
                .iter()
                .map(|(role, count)| format!("{count} {}", role.word()))
                .collect();
            self.remarks.push(Remark::Detail(format!(
                "found {}; {control_plane} of them in a control plane",
                counts.join(", ")
            )));
        }
        if let Some(why) = choice.why {
            let text = format!("pods are reached via {}: {why}", choice.way.word());
            self.remarks.push(Remark::Detail(text));
        }
        let stops = endpoints.into_iter().zip(targets);
        self.stops.extend(stops.map(|(to, mut target)| {
            target.origin = origin(&to, choice.way, &target.origin);
            Stop {
                target,
                route: Box::new(route(&api.client, choice.way, to, denials)),
            }
        }));
    }
}

fn route(client: &Client, way: Way, to: Endpoint, denials: &Arc<Denials>) -> PodRoute {
    PodRoute {
        client: client.clone(),
        way,
        to,
        denials: Arc::clone(denials),
    }
}

/// A cluster of which nothing could be read.
pub(super) fn failure(reason: String) -> Failure {
    lost("the cluster", reason)
}

fn lost(what: &str, reason: String) -> Failure {
    Failure {
        target: what.to_owned(),
        origin: what.to_owned(),
        reason,
    }
}

/// `pod/shop/web-0:4191 via portforward`, and that it belongs to the control plane.
fn origin(to: &Endpoint, way: Way, of: &str) -> String {
    let Endpoint {
        namespace,
        pod,
        port,
        ..
    } = to;
    format!("pod/{namespace}/{pod}:{port} via {}{of}", way.word())
}

fn endpoint(found: &Found, spot: &Spot) -> Endpoint {
    Endpoint {
        namespace: found.namespace.clone(),
        pod: found.pod.clone(),
        address: found.address,
        port: spot.port,
        path: spot.path.clone(),
    }
}

/// The target, with what its origin ends in.
fn target(found: &Found, spot: &Spot) -> Target {
    let Found { namespace, pod, .. } = found;
    let address = found
        .address
        .map(|address| SocketAddr::new(address, spot.port));
    Target {
        name: format!("{namespace}/{pod}/{}", spot.container),
        namespace: Some(namespace.clone()),
        pod: Some(pod.clone()),
        container: Some(spot.container.clone()),
        origin: if found.control_plane {
            " (control plane)".to_owned()
        } else {
            String::new()
        },
        address: address.map(|address| address.to_string()),
        workload: found.owners.last().cloned(),
        labels: spot.labels.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(options: &Options, names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let needs = options.permissions(&names, "shop").unwrap();
        let shown: Vec<String> = needs.iter().map(ToString::to_string).collect();
        shown.join("; ")
    }

    #[test]
    fn asks_for_no_more_than_the_flags_need() {
        let direct = Options {
            via: Via::Direct,
            ..Options::default()
        };
        assert_eq!(
            needs(&direct, &["pod/web-0"]),
            "list pods in namespace shop"
        );
        assert_eq!(
            needs(&direct, &["cj/nightly"]),
            "list pods in namespace shop; list replicasets.apps in namespace shop; \
             list jobs.batch in namespace shop"
        );
        assert_eq!(
            needs(&direct, &["ns/other"]),
            "list pods in namespace other; list replicasets.apps in namespace other"
        );
        let proxied = Options {
            via: Via::ApiProxy,
            all_namespaces: true,
            ..Options::default()
        };
        assert_eq!(
            needs(&proxied, &[]),
            "list pods in all namespaces; get pods/proxy in all namespaces; \
             list replicasets.apps in all namespaces"
        );
        assert_eq!(
            needs(&Options::default(), &["svc/web"]),
            "list pods in namespace shop; get pods/portforward in namespace shop; \
             create pods/portforward in namespace shop; list replicasets.apps in namespace shop; \
             get services in namespace shop"
        );
        assert_eq!(
            Options::default().permissions(&["web.prom".to_owned()], "shop"),
            Err("web.prom".to_owned())
        );
    }
}
