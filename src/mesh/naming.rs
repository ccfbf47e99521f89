//! Fills in who is who from what all targets say together.
//!
//! A proxy of Linkerd knows its own side by nothing but what discovery says, and its callers by their identity alone.
//! What one proxy calls its callee (pod, workload, identity) names the same pod where it is a caller itself. What is
//! so concluded, and not read, is marked.
//!
//! Istio names both ends in the labels, and they need not be those of the pod that was read: a ztunnel speaks for
//! all pods of its node. So what discovery says of that pod is taken for an end only where the labels say the same.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Direction;
use super::Flow;
use super::Party;
use super::Proxy;
use super::TargetTraffic;
use super::Text;

/// Namespace and name.
type Named = (Text, Text);

/// What all targets say of pods, identities and ports; a second, different answer makes it none.
#[derive(Debug, Default)]
struct Known {
    workload_of_pod: BTreeMap<Named, Option<Text>>,
    workload_of_identity: BTreeMap<Text, Option<Named>>,
    /// By namespace, workload and port.
    service_of: BTreeMap<(Named, Text), Option<Text>>,
    /// The namespace of a pod of that name.
    namespace_of_pod: BTreeMap<Text, Option<Text>>,
    namespaces: BTreeSet<Text>,
    /// Workloads that were read, and which workloads each calls.
    callers: BTreeMap<Named, BTreeSet<Named>>,
}

/// Fills in what can be concluded.
pub(super) fn complete(targets: &mut [TargetTraffic]) {
    let mut known = Known::default();
    for flow in outbound(targets) {
        known.learn(&flow.destination, flow.port.as_ref());
    }
    for flow in targets.iter().flat_map(|target| &target.flows) {
        let identities = [&flow.source.identity, &flow.destination.identity];
        let accounts = identities.into_iter().flatten();
        let namespaces = accounts.filter_map(|identity| Some(Text::from(account(identity)?.1)));
        known.namespaces.extend(namespaces);
    }
    for target in targets.iter_mut() {
        known.name_file(target);
        known.name_target(target);
        let local = &target.party;
        let named_by_labels = target.proxy == Some(Proxy::Istio);
        for flow in &mut target.flows {
            let own = match flow.direction {
                Direction::Outbound => &mut flow.source,
                Direction::Inbound => &mut flow.destination,
            };
            if named_by_labels {
                find_pod(own, local);
            } else {
                take_over(own, local);
            }
        }
    }
    for target in targets.iter() {
        known.learn_callers(target);
    }
    for target in targets.iter_mut() {
        for flow in &mut target.flows {
            known.name_others(flow);
        }
        target.flows.sort_by(|a, b| {
            a.direction.cmp(&b.direction).then_with(|| {
                (&a.source, &a.destination, &a.port, &a.route).cmp(&(
                    &b.source,
                    &b.destination,
                    &b.port,
                    &b.route,
                ))
            })
        });
    }
}

fn outbound(targets: &[TargetTraffic]) -> impl Iterator<Item = &Flow> {
    let flows = targets.iter().flat_map(|target| &target.flows);
    flows.filter(|flow| flow.direction == Direction::Outbound)
}

/// Remembers an answer, as long as there is only one.
fn remember<K: Ord, V: PartialEq>(answers: &mut BTreeMap<K, Option<V>>, key: K, answer: V) {
    answers
        .entry(key)
        .and_modify(|known| {
            if known.as_ref() != Some(&answer) {
                *known = None;
            }
        })
        .or_insert(Some(answer));
}

impl Known {
    fn learn(&mut self, party: &Party, port: Option<&Text>) {
        let Party {
            namespace: Some(namespace),
            workload: Some(workload),
            pod,
            service,
            identity,
            ..
        } = party
        else {
            return;
        };
        let named = |name: &Text| (Text::clone(namespace), Text::clone(name));
        self.namespaces.insert(Text::clone(namespace));
        if let Some(pod) = pod {
            remember(&mut self.workload_of_pod, named(pod), Text::clone(workload));
            let namespace = Text::clone(namespace);
            remember(&mut self.namespace_of_pod, Text::clone(pod), namespace);
        }
        if let Some(identity) = identity {
            let identity = Text::clone(identity);
            remember(&mut self.workload_of_identity, identity, named(workload));
        }
        if let (Some(service), Some(port)) = (service, port) {
            let place = (named(workload), Text::clone(port));
            remember(&mut self.service_of, place, Text::clone(service));
        }
    }

    /// Finds the pod of a saved file that is named after it: others name a pod of that name, or the folder is a
    /// namespace that occurs and the file's name one that a controller makes.
    fn name_file(&self, target: &mut TargetTraffic) {
        if target.proxy.is_none() || target.party.pod.is_some() || target.party.workload.is_some() {
            return;
        }
        let mut parts = target.origin.rsplit(['/', ':', '\\']);
        let Some(pod) = parts.next().map(without_endings) else {
            return;
        };
        let folder = parts.next().map(Text::from);
        let of_folder = folder.filter(|folder| {
            let key = (Text::clone(folder), Text::from(pod));
            let is_named = self.workload_of_pod.contains_key(&key);
            is_named || (self.namespaces.contains(folder) && is_made_by_a_deployment(pod))
        });
        let named_by_others = || self.namespace_of_pod.get(pod).cloned().flatten();
        if let Some(namespace) = of_folder.or_else(named_by_others) {
            target.party.namespace = Some(namespace);
            target.party.pod = Some(pod.into());
            target.party.concluded = true;
        }
    }

    fn name_target(&self, target: &mut TargetTraffic) {
        let party = &mut target.party;
        let (Some(pod), None) = (&party.pod, &party.workload) else {
            return;
        };
        let said = party.namespace.as_ref().and_then(|namespace| {
            let key = (Text::clone(namespace), Text::clone(pod));
            self.workload_of_pod.get(&key).cloned().flatten()
        });
        party.workload = said.or_else(|| workload_of_pod(pod).map(Text::from));
        party.concluded |= party.workload.is_some();
    }

    fn learn_callers(&mut self, target: &TargetTraffic) {
        if target.proxy != Some(Proxy::Istio)
            && let Some(local) = named(&target.party)
        {
            self.callers.entry(local).or_default();
        }
        for flow in &target.flows {
            if let (Direction::Outbound, Some(caller)) = (flow.direction, named(&flow.source)) {
                let callees = self.callers.entry(caller).or_default();
                callees.extend(named(&flow.destination));
            }
        }
    }

    /// Names whoever calls, and the service by which it is called.
    fn name_others(&self, flow: &mut Flow) {
        if flow.direction == Direction::Outbound {
            return;
        }
        self.name_caller(flow);
        if let (None, Some(named), Some(port)) = (
            &flow.destination.service,
            named(&flow.destination),
            &flow.port,
        ) {
            let service = self.service_of.get(&(named, Text::clone(port)));
            flow.destination.service = service.cloned().flatten();
        }
    }

    /// Finds the workload of a caller that is known by its identity alone.
    fn name_caller(&self, flow: &mut Flow) {
        let Flow {
            source,
            destination,
            ..
        } = flow;
        let (None, Some(identity)) = (&source.workload, &source.identity) else {
            return;
        };
        let Some((account, namespace)) = account(identity) else {
            return;
        };
        let named_by_others = self.workload_of_identity.get(identity).cloned().flatten();
        let found = named_by_others.or_else(|| {
            let own = (Text::from(namespace), Text::from(account));
            if self.callers.contains_key(&own) {
                return Some(own);
            }
            // The only one of that namespace that calls this workload.
            let callee = named(destination)?;
            let mut callers = self
                .callers
                .iter()
                .filter(|((known, _), callees)| &**known == namespace && callees.contains(&callee));
            match (callers.next(), callers.next()) {
                (Some((only, _)), None) => Some(only.clone()),
                _ => None,
            }
        });
        source.namespace = Some(namespace.into());
        if let Some((namespace, workload)) = found {
            source.namespace = Some(namespace);
            source.workload = Some(workload);
            source.concluded = true;
        }
    }
}

/// Fills in what a flow does not say itself of the pod its proxy stands beside.
fn take_over(party: &mut Party, local: &Party) {
    let fill = |own: &mut Option<Text>, known: &Option<Text>| {
        if own.is_none() {
            own.clone_from(known);
        }
    };
    if party.workload.is_none() {
        party.concluded = local.concluded;
    }
    fill(&mut party.namespace, &local.namespace);
    fill(&mut party.workload, &local.workload);
    fill(&mut party.pod, &local.pod);
}

/// Fills in the pod of an end that has its names from labels, where these are the names of the pod that was read.
fn find_pod(party: &mut Party, local: &Party) {
    if party.pod.is_none() && named(party).is_some() && named(party) == named(local) {
        party.pod.clone_from(&local.pod);
    }
}

fn named(party: &Party) -> Option<Named> {
    Some((party.namespace.clone()?, party.workload.clone()?))
}

/// Service account and namespace of an identity: `web.shop.serviceaccount.identity.linkerd.cluster.local`
/// (linkerd2, `pkg/identity`), or `spiffe://cluster.local/ns/shop/sa/web` (Istio).
pub(super) fn account(identity: &str) -> Option<(&str, &str)> {
    if let Some(path) = identity.strip_prefix("spiffe://") {
        let (_, path) = path.split_once("/ns/")?;
        let (namespace, account) = path.split_once("/sa/")?;
        return Some((account, namespace));
    }
    let (front, _) = identity.split_once(".serviceaccount.identity.")?;
    front.rsplit_once('.')
}

/// What a pod's name says of its workload, by how controllers name pods: a template hash and five letters behind
/// that of a deployment, a number behind that of a stateful set, five letters behind that of a daemon set or job
/// (k8s.io/apimachinery, `util/rand`: letters without vowels, and digits without 0, 1 and 3). `web` for
/// `web-7d4b9c6f5-x2x9z`, and `None` for a name that no controller makes.
///
/// The name alone: of which kind the workload is, a pod's name does not tell for certain.
pub fn workload_of_pod(pod: &str) -> Option<&str> {
    let (front, last) = pod.rsplit_once('-')?;
    if !last.is_empty() && last.chars().all(|letter| letter.is_ascii_digit()) && last.len() < 5 {
        return Some(front);
    }
    if last.len() != 5 || !is_random(last) {
        return None;
    }
    match front.rsplit_once('-') {
        Some((name, hash)) if (6..=10).contains(&hash.len()) && is_random(hash) => Some(name),
        _ => Some(front),
    }
}

fn is_random(text: &str) -> bool {
    let known = |letter: char| "bcdfghjklmnpqrstvwxz2456789".contains(letter);
    !text.is_empty() && text.chars().all(known)
}

/// Whether a name ends in a template hash and five letters.
fn is_made_by_a_deployment(pod: &str) -> bool {
    let mut parts = pod.rsplitn(3, '-');
    let (last, hash, name) = (parts.next(), parts.next(), parts.next());
    last.is_some_and(|last| last.len() == 5 && is_random(last))
        && hash.is_some_and(|hash| (6..=10).contains(&hash.len()) && is_random(hash))
        && name.is_some()
}

/// A file's name without what says how it is written and packed.
fn without_endings(file: &str) -> &str {
    const ENDINGS: [&str; 6] = [".gz", ".zst", ".prom", ".txt", ".metrics", ".om"];
    let mut name = file;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) {
        name = shorter;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pods_name_tells_its_workload() {
        for (pod, workload) in [
            ("frontend-v78zbxb5xj-8btk9", Some("frontend")),
            ("frontend-proxy-4bfrdpf6qm-xrxkr", Some("frontend-proxy")),
            ("opensearch-0", Some("opensearch")),
            ("node-agent-x7k2p", Some("node-agent")),
            ("web", None),
            ("web-server", None),
        ] {
            assert_eq!(workload_of_pod(pod), workload, "{pod}");
        }
    }

    #[test]
    fn a_saved_file_is_named_after_its_pod() {
        assert_eq!(without_endings("web-1.prom.gz"), "web-1");
        assert!(is_made_by_a_deployment("frontend-proxy-4bfrdpf6qm-xrxkr"));
        for other in ["web", "web-server", "opensearch-0", "node-agent-x7k2p"] {
            assert!(!is_made_by_a_deployment(other), "{other}");
        }
    }

    #[test]
    fn an_identity_tells_account_and_namespace() {
        let linkerd = "web.shop.serviceaccount.identity.linkerd.cluster.local";
        assert_eq!(account(linkerd), Some(("web", "shop")));
        assert_eq!(
            account("spiffe://cluster.local/ns/shop/sa/web"),
            Some(("web", "shop"))
        );
        assert_eq!(account("web.example.org"), None);
    }
}
