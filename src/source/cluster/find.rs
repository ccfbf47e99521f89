//! Finds the endpoints of a cluster that are named: asks for pods, looks into each, and asks who owns them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::IpAddr;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::core::v1::Service;
use kube::Client;

use super::Options;
use super::labels;
use super::lists;
use super::lists::Query;
use super::named::Kind;
use super::named::Named;
use super::owners;
use super::owners::Owned;
use super::owners::Owners;
use super::proxies;
use super::proxies::Spot;
use super::proxies::Wanted;
use super::trouble::Trouble;

/// A pod, as far as it matters.
pub(super) struct Found {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) address: Option<IpAddr>,
    pub(super) control_plane: bool,
    /// Those who own it, the nearest first.
    pub(super) owners: Vec<String>,
    owned: Owned,
    /// What can be scraped of it, or why nothing can.
    pub(super) spots: Result<Vec<Spot>, String>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Finding {
    /// By namespace and name, each once.
    pub(super) pods: Vec<Found>,
    /// What was named and led to nothing, and why.
    pub(super) missed: Vec<(String, String)>,
    /// Why pods could not be listed, and where.
    pub(super) troubles: Vec<(String, Trouble)>,
    /// Why some workloads are not known by their right name.
    pub(super) owners_unknown: Vec<Trouble>,
}

/// A list of pods, and which of them are meant.
struct Search {
    /// As it was named, for a reader: `namespace shop`, `service/web`.
    what: String,
    query: Query,
    /// Pods of these owners alone; empty means all.
    owners: BTreeSet<String>,
    /// Whether somebody named just this: then it has to lead to something.
    named: bool,
}

impl Search {
    /// Whether it matters who owns the owner of `found`.
    fn asks_for_owners_of(&self, found: &Found) -> bool {
        if self.owners.is_empty() {
            return found.spots.is_ok();
        }
        let Some((kind, name)) = &found.owned.by else {
            return false;
        };
        let (itself, above) = match &**kind {
            "ReplicaSet" => (format!("replicaset/{name}"), "deployment/"),
            "Job" => (format!("job/{name}"), "cronjob/"),
            _ => return false,
        };
        self.owners.contains(&itself) || self.owners.iter().any(|owner| owner.starts_with(above))
    }
}

/// Finds all that `names` mean, or the namespace at hand where there is none.
pub(super) async fn find(
    client: &Client,
    options: &Options,
    names: &[Named],
    namespace: &str,
) -> Finding {
    let mut finding = Finding::default();
    let mut searches = searches(client, options, names, namespace, &mut finding).await;
    let wanted = options.wanted();
    let mut found: Vec<Vec<Found>> = Vec::new();
    for search in &mut searches {
        let look = |pod: Pod| look(&pod, &wanted);
        match lists::list(client, &search.query, look).await {
            Ok(pods) => found.push(pods),
            Err(trouble) => {
                search.named = false;
                search.owners.clear();
                finding.troubles.push((search.what.clone(), trouble));
                found.push(Vec::new());
            }
        }
    }
    let pods = searches.iter().zip(&found).flat_map(|(search, pods)| {
        let pods = pods.iter().filter(|found| search.asks_for_owners_of(found));
        pods.map(|found| (&*found.namespace, &found.owned))
    });
    let everywhere = options.all_namespaces;
    let owners = Owners::of(client, pods, everywhere).await;
    let mut met: BTreeMap<(String, String), Found> = BTreeMap::new();
    for (search, pods) in searches.iter().zip(found) {
        finding.missed.extend(take(search, pods, &owners, &mut met));
    }
    finding.owners_unknown = owners.unknown;
    finding.pods = met.into_values().collect();
    finding
}

/// Takes what `search` meant out of the pods it led to. Names what led to nothing.
fn take(
    search: &Search,
    pods: Vec<Found>,
    owners: &Owners,
    met: &mut BTreeMap<(String, String), Found>,
) -> Vec<(String, String)> {
    let mut fates: BTreeMap<&str, Fate> = BTreeMap::new();
    for owner in &search.owners {
        fates.insert(owner, Fate::Nothing);
    }
    if search.named && search.owners.is_empty() {
        fates.insert(&search.what, Fate::Nothing);
    }
    for mut pod in pods {
        pod.owners = owners.chain(&pod.namespace, &pod.owned);
        let mut meant = search.owners.is_empty();
        for owner in &pod.owners {
            if let Some(fate) = fates.get_mut(&**owner) {
                fate.meet(&pod);
                meant = true;
            }
        }
        if let Some(fate) = fates.get_mut(&*search.what) {
            fate.meet(&pod);
        }
        if meant {
            let key = (pod.namespace.clone(), pod.pod.clone());
            met.entry(key).or_insert(pod);
        }
    }
    let missed = fates.into_iter().filter_map(|(what, fate)| {
        let reason = fate.reason(search.query.namespace.as_deref())?;
        Some((what.to_owned(), reason))
    });
    missed.collect()
}

/// What became of something that was named.
enum Fate {
    Nothing,
    /// So many pods, and why the first has nothing to scrape.
    Idle(usize, String),
    Scraped,
}

impl Fate {
    fn meet(&mut self, pod: &Found) {
        *self = match (&*self, &pod.spots) {
            (_, Ok(_)) | (Self::Scraped, _) => Self::Scraped,
            (Self::Nothing, Err(reason)) => Self::Idle(1, reason.clone()),
            (Self::Idle(count, first), Err(_)) => Self::Idle(count + 1, first.clone()),
        };
    }

    fn reason(self, namespace: Option<&str>) -> Option<String> {
        let place = match namespace {
            Some(namespace) => format!("in namespace {namespace}"),
            None => "in the cluster".to_owned(),
        };
        match self {
            Self::Scraped => None,
            Self::Nothing => Some(format!(
                "no such pod {place}: check the name, and the namespace with -n"
            )),
            Self::Idle(1, reason) => Some(reason),
            Self::Idle(count, reason) => {
                Some(format!("none of its {count} pods can be scraped: {reason}"))
            }
        }
    }
}

/// The lists to ask for. Names that need the pods of a namespace share one list of it.
async fn searches(
    client: &Client,
    options: &Options,
    names: &[Named],
    namespace: &str,
    finding: &mut Finding,
) -> Vec<Search> {
    let query = |namespace: Option<&str>| Query {
        namespace: namespace.map(str::to_owned),
        label_selector: options.selector.clone(),
        field_selector: options.field_selector.clone(),
        metadata: false,
    };
    let whole = |namespace: Option<&str>, named| Search {
        what: place(namespace),
        query: query(namespace),
        owners: BTreeSet::new(),
        named,
    };
    if names.is_empty() {
        let namespace = (!options.all_namespaces).then_some(namespace);
        return vec![whole(namespace, false)];
    }
    let mut searches = Vec::new();
    let mut owners = BTreeSet::new();
    for named in names {
        if options.all_namespaces && named.kind != Kind::Namespace {
            let reason = "a name is of one namespace: leave -A out, or name the namespace with -n";
            finding.missed.push((named.to_string(), reason.to_owned()));
            continue;
        }
        match named.kind {
            Kind::Namespace => searches.push(whole(Some(&named.name), true)),
            Kind::Pod => {
                let mut query = query(Some(namespace));
                let name = format!("metadata.name={}", named.name);
                query.field_selector = Some(both(query.field_selector, name));
                searches.push(Search {
                    what: named.to_string(),
                    query,
                    owners: BTreeSet::new(),
                    named: true,
                });
            }
            Kind::Service => match behind(client, namespace, &named.name).await {
                Ok(selector) => {
                    let mut query = query(Some(namespace));
                    query.label_selector = Some(both(query.label_selector, selector));
                    searches.push(Search {
                        what: named.to_string(),
                        query,
                        owners: BTreeSet::new(),
                        named: true,
                    });
                }
                Err(trouble) => finding.troubles.push((named.to_string(), trouble)),
            },
            _ => {
                owners.insert(named.to_string());
            }
        }
    }
    if !owners.is_empty() {
        searches.push(Search {
            owners,
            ..whole(Some(namespace), true)
        });
    }
    searches
}

/// Where a list looks, as a reader would say it.
pub(super) fn place(namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => format!("namespace/{namespace}"),
        None => "all namespaces".to_owned(),
    }
}

/// Two selectors at once.
fn both(one: Option<String>, other: String) -> String {
    match one {
        Some(one) => format!("{one},{other}"),
        None => other,
    }
}

/// The selector of a service's pods.
async fn behind(client: &Client, namespace: &str, name: &str) -> Result<String, Trouble> {
    let service: Service = match lists::get(client, namespace, name).await {
        Err(Trouble::Refused { code: 404, .. }) => {
            return Err(Trouble::Lost(format!(
                "no such service in namespace {namespace}: check the name, and the namespace with -n"
            )));
        }
        answer => answer?,
    };
    let selector = service.spec.and_then(|spec| spec.selector);
    let selector = selector.unwrap_or_default();
    if selector.is_empty() {
        let reason = "the service selects no pods: name what stands behind it";
        return Err(Trouble::Lost(reason.to_owned()));
    }
    let pairs: Vec<String> = selector
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    Ok(pairs.join(","))
}

/// What matters of a pod.
fn look(pod: &Pod, wanted: &Wanted) -> Found {
    let meta = &pod.metadata;
    let hash = meta.labels.as_ref();
    let hash = hash.and_then(|labels| labels.get("pod-template-hash"));
    let status = pod.status.as_ref();
    let address = status.and_then(|status| status.pod_ip.as_deref());
    Found {
        namespace: meta.namespace.clone().unwrap_or_default(),
        pod: meta.name.clone().unwrap_or_default(),
        address: address.and_then(|address| address.parse().ok()),
        control_plane: proxies::is_control_plane(pod),
        owners: Vec::new(),
        owned: Owned {
            by: labels::controller(pod).map(owners::owner),
            template_hash: hash.cloned(),
        },
        spots: proxies::find(pod, wanted),
    }
}
