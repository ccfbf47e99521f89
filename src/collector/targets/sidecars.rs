//! The proxies beside applications, and which targets scrape them.

use std::collections::HashMap;

use super::super::yaml::Node;
use super::Dropped;
use super::JobTargets;
use super::Objects;
use super::Origin;
use super::Reach;
use super::objects::items;
use super::objects::text;
use super::pods::Container;
use super::raw::host_port;
use super::view::Outside;

/// Whose proxy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proxy {
    /// `linkerd-proxy`.
    Linkerd,
    /// `istio-proxy`: Envoy.
    Istio,
}

impl Proxy {
    /// The name of its container.
    pub fn container(self) -> &'static str {
        match self {
            Self::Linkerd => "linkerd-proxy",
            Self::Istio => "istio-proxy",
        }
    }

    /// The name of the port that shows its metrics, and the numbers that it has where nothing is said.
    fn ports(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Linkerd => ("linkerd-admin", &["4191"]),
            Self::Istio => ("http-envoy-prom", &["15020", "15090"]),
        }
    }
}

/// The variable that tells a Linkerd proxy where to show its metrics.
const LINKERD_ADMIN: &str = "LINKERD2_PROXY_ADMIN_LISTEN_ADDR";

/// A proxy and who scrapes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecar {
    /// Its pod and container.
    pub origin: Origin,
    /// Whose it is.
    pub proxy: Proxy,
    /// It starts before the others and keeps running (a native sidecar).
    pub is_native: bool,
    /// Its node; empty where it has none.
    pub node: String,
    /// Who scrapes it.
    pub seen: Seen,
    /// Targets that ask another of its ports, by job and address: there are no metrics.
    pub at_other_ports: Vec<(usize, String)>,
}

/// Who scrapes a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// These targets, by job and number in it.
    By(Vec<(usize, usize)>),
    /// Nobody need: the pod is in this phase, or has no address.
    NotRunning(String),
    /// The Collector of its node.
    ByAnother,
    /// Nobody, and where it fell out.
    ByNobody(Why),
}

/// Where a proxy that nobody scrapes got lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A rule dropped it: job, number of the rule, and the value that the rule saw.
    Dropped(usize, usize, String),
    /// Prometheus makes no target of it: job, and its words.
    Refused(usize, String),
    /// A target of its pod is at another address: job, and that address.
    Elsewhere(usize, String),
    /// No job looks at its pod.
    NotLookedAt,
}

/// What became of one raw target of a pod, and how near it is to the one that was wanted.
enum Fate<'a> {
    Dropped(&'a Origin, usize, &'a str),
    Refused(&'a Origin, &'a str),
    Scraped(&'a Origin, &'a str),
}

type ByPod<'a> = HashMap<(&'a str, &'a str), Vec<(usize, Fate<'a>)>>;

/// All proxies, by namespace, pod and container.
pub(super) fn all(objects: &Objects, jobs: &[JobTargets]) -> Vec<Sidecar> {
    let mut by_address: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
    for (job, found) in jobs.iter().enumerate() {
        for (number, target) in found.targets.iter().enumerate() {
            let targets = by_address.entry(&target.address).or_default();
            targets.push((job, number));
        }
    }
    let fates = fates(jobs);
    let mut sidecars = Vec::new();
    for pod in objects.of("Pod") {
        for (container, proxy) in proxies(pod) {
            let of = |path: &[&str]| text(pod, path).unwrap_or_default().to_owned();
            let origin = Origin {
                kind: "Pod",
                namespace: of(&["metadata", "namespace"]),
                name: of(&["metadata", "name"]),
                container: container.name.to_owned(),
                port: String::new(),
            };
            let ports = metric_ports(&container, proxy);
            let seen = seen(pod, &origin, &ports, &by_address, &fates, jobs);
            let at_other_ports = at_other_ports(pod, &origin, &ports, &fates);
            sidecars.push(Sidecar {
                origin,
                proxy,
                is_native: container.is_init,
                node: of(&["spec", "nodeName"]),
                seen,
                at_other_ports,
            });
        }
    }
    sidecars
}

/// Proxies of a pod that keep running: an init container that ends is none.
fn proxies(pod: &Node) -> impl Iterator<Item = (Container<'_>, Proxy)> {
    Container::all(pod).filter_map(|container| {
        let mut known = [Proxy::Linkerd, Proxy::Istio].into_iter();
        let proxy = known.find(|proxy| proxy.container() == container.name)?;
        let stays =
            !container.is_init || text(container.node, &["restartPolicy"]) == Some("Always");
        stays.then_some((container, proxy))
    })
}

fn metric_ports(container: &Container<'_>, proxy: Proxy) -> Vec<String> {
    let (name, usual) = proxy.ports();
    let mut named = container.ports().filter(|port| port.name == name);
    if let Some(port) = named.next() {
        let others = usual.iter().filter(|_| proxy == Proxy::Istio);
        let mut ports = vec![port.number.to_owned()];
        ports.extend(others.map(|port| (*port).to_owned()));
        return ports;
    }
    let variables = items(container.node, &["env"]).iter();
    let mut told = variables.filter(|variable| text(variable, &["name"]) == Some(LINKERD_ADMIN));
    let told = told.next().and_then(|variable| text(variable, &["value"]));
    let told = told.and_then(|address| address.rsplit_once(':'));
    match told {
        Some((_, port)) if proxy == Proxy::Linkerd => vec![port.to_owned()],
        _ => usual.iter().map(|port| (*port).to_owned()).collect(),
    }
}

fn seen(
    pod: &Node,
    origin: &Origin,
    ports: &[String],
    by_address: &HashMap<&str, Vec<(usize, usize)>>,
    fates: &ByPod<'_>,
    jobs: &[JobTargets],
) -> Seen {
    let phase = text(pod, &["status", "phase"]).unwrap_or("Unknown");
    let ip = text(pod, &["status", "podIP"]);
    let Some(ip) = ip.filter(|_| phase == "Running") else {
        let state = if ip.is_none() && phase == "Running" {
            "without an address"
        } else {
            phase
        };
        return Seen::NotRunning(state.to_owned());
    };
    let addresses = ports.iter().map(|port| host_port(ip, port));
    let by: Vec<(usize, usize)> = addresses
        .filter_map(|address| by_address.get(address.as_str()))
        .flatten()
        .copied()
        .collect();
    if !by.is_empty() {
        return Seen::By(by);
    }
    let key = (origin.namespace.as_str(), origin.name.as_str());
    let of_pod = fates.get(&key).map_or(&[][..], Vec::as_slice);
    let nearness = |(_, fate): &&(usize, Fate<'_>)| {
        let (own, rule) = match fate {
            Fate::Dropped(own, rule, _) => (own, *rule),
            Fate::Refused(own, _) => (own, usize::MAX - 1),
            Fate::Scraped(own, _) => (own, usize::MAX),
        };
        let is_proxy = own.container == origin.container;
        (is_proxy && ports.contains(&own.port), is_proxy, rule)
    };
    let why = match of_pod.iter().max_by_key(nearness) {
        Some((job, Fate::Dropped(_, rule, value))) => {
            if let Reach::Node(at) = jobs[*job].reach
                && jobs[*job].rules[*rule].at == at
            {
                return Seen::ByAnother;
            }
            Why::Dropped(*job, *rule, (*value).to_owned())
        }
        Some((job, Fate::Refused(_, reason))) => Why::Refused(*job, (*reason).to_owned()),
        Some((job, Fate::Scraped(_, address))) => Why::Elsewhere(*job, (*address).to_owned()),
        None => {
            let whole = Origin {
                container: String::new(),
                ..origin.clone()
            };
            let on_another_node = |job: &JobTargets| {
                let outside = job.outside.get(&whole) == Some(&Outside::Selector);
                outside && matches!(job.reach, Reach::Node(_))
            };
            if jobs.iter().any(on_another_node) {
                return Seen::ByAnother;
            }
            Why::NotLookedAt
        }
    };
    Seen::ByNobody(why)
}

/// Targets of the proxy's own ports that show no metrics.
fn at_other_ports(
    pod: &Node,
    origin: &Origin,
    ports: &[String],
    fates: &ByPod<'_>,
) -> Vec<(usize, String)> {
    let ip = text(pod, &["status", "podIP"]).unwrap_or_default();
    let addresses: Vec<String> = ports.iter().map(|port| host_port(ip, port)).collect();
    let key = (origin.namespace.as_str(), origin.name.as_str());
    let of_pod = fates.get(&key).map_or(&[][..], Vec::as_slice).iter();
    let mut others: Vec<(usize, String)> = of_pod
        .filter_map(|(job, fate)| match fate {
            Fate::Scraped(own, address)
                if own.container == origin.container
                    && *address == host_port(ip, &own.port)
                    && !addresses.iter().any(|known| known == address) =>
            {
                Some((*job, (*address).to_owned()))
            }
            _ => None,
        })
        .collect();
    others.dedup();
    others
}

/// What became of each raw target, by its pod.
fn fates(jobs: &[JobTargets]) -> ByPod<'_> {
    let mut fates = ByPod::new();
    for (number, job) in jobs.iter().enumerate() {
        let dropped = job.dropped.iter().map(|dropped| {
            let Dropped {
                origin,
                rule,
                value,
            } = dropped;
            (origin, Fate::Dropped(origin, *rule, value))
        });
        let refused = job.refused.iter().map(|refused| {
            let origin = &refused.origin;
            (origin, Fate::Refused(origin, &refused.reason))
        });
        let scraped = job.targets.iter().flat_map(|target| {
            let origins = target.origins.iter();
            origins.map(|origin| (origin, Fate::Scraped(origin, &target.address)))
        });
        let all = dropped.chain(refused).chain(scraped);
        for (origin, fate) in all.filter(|(origin, _)| origin.kind == "Pod") {
            let key = (origin.namespace.as_str(), origin.name.as_str());
            fates.entry(key).or_default().push((number, fate));
        }
    }
    fates
}
