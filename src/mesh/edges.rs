//! Who calls whom: the flows of all targets, put together by their ends.
//!
//! Both ends of an edge may have been read. Their views stand side by side and are never added up.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Direction;
use super::Flow;
use super::Mesh;
use super::Party;
use super::Security;
use super::TargetTraffic;
use super::Text;
use super::Traffic;
use super::naming;

/// What the ends of an edge are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum By {
    /// Pods.
    Pod,
    /// What runs the pods.
    #[default]
    Workload,
    /// Services that are called; callers are workloads, as a caller has no service.
    Service,
    /// Namespaces.
    Namespace,
    /// Identities of certificates.
    Identity,
}

impl By {
    /// All of them, the finest first.
    pub const ALL: [Self; 5] = [
        Self::Pod,
        Self::Workload,
        Self::Service,
        Self::Namespace,
        Self::Identity,
    ];

    /// Stable name, as in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::Workload => "workload",
            Self::Service => "service",
            Self::Namespace => "namespace",
            Self::Identity => "identity",
        }
    }
}

/// What an end of an edge is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndKind {
    /// A pod.
    Pod,
    /// What runs pods.
    Workload,
    /// A service.
    Service,
    /// A namespace.
    Namespace,
    /// The identity of a certificate.
    Identity,
    /// An address or authority.
    Address,
    /// A saved file, where nothing says whose scrape it is.
    Target,
    /// Nothing is known: a caller without a certificate.
    Unknown,
}

impl EndKind {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::Workload => "workload",
            Self::Service => "service",
            Self::Namespace => "namespace",
            Self::Identity => "identity",
            Self::Address => "address",
            Self::Target => "target",
            Self::Unknown => "unknown",
        }
    }
}

/// One end of an edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    /// Its namespace, where it is known and not its name.
    pub namespace: Option<Text>,
    /// What it is called.
    pub name: Text,
    /// What that is a name of.
    pub kind: EndKind,
}

impl End {
    /// What a sentence calls it: `shop/web`.
    pub fn called(&self) -> String {
        let name = if self.name.is_empty() {
            "an unmeshed client"
        } else {
            &self.name
        };
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        }
    }
}

/// What a sentence calls an edge: `shop/web → shop/api`.
pub fn arrow(source: &End, destination: &End) -> String {
    format!("{} → {}", source.called(), destination.called())
}

/// The calls and connections between two ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Who calls.
    pub source: End,
    /// Who is called.
    pub destination: End,
    /// Services by which it is called.
    pub services: BTreeSet<Text>,
    /// What the callers' proxies say.
    pub outbound: Option<View>,
    /// What the callees' proxies say.
    pub inbound: Option<View>,
}

/// What the proxies at one end say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct View {
    /// What was counted.
    pub traffic: Traffic,
    /// How many targets say so.
    pub targets: u64,
    /// Responses a second; `None` where some target does not tell for how long it has counted.
    pub calls_per_second: Option<f64>,
    /// Bytes a second in both directions, likewise.
    pub bytes_per_second: Option<f64>,
    /// Identities that the callers show.
    pub client_identities: BTreeSet<Text>,
    /// Identities that the callees show.
    pub server_identities: BTreeSet<Text>,
    /// Some of it goes over mutual TLS of the mesh.
    pub has_mutual_tls: bool,
    /// Why some of it does not, where anything does not.
    pub plain: BTreeSet<Text>,
    /// The names of an end were concluded.
    pub concluded: bool,
}

/// All edges, by their ends. What ends in a proxy itself (scrapes, probes) is no edge.
pub fn edges(mesh: &Mesh, by: By) -> Vec<Edge> {
    let mut edges: BTreeMap<(End, End), Edge> = BTreeMap::new();
    for target in &mesh.targets {
        // A target counts once for an edge, however many flows it has for it.
        let mut met = BTreeSet::new();
        for flow in &target.flows {
            if flow.own || flow.traffic.is_empty() {
                continue;
            }
            let key = ends(flow, target, by);
            let (source, destination) = key.clone();
            let edge = edges.entry(key.clone()).or_insert_with(|| Edge {
                source,
                destination,
                services: BTreeSet::new(),
                outbound: None,
                inbound: None,
            });
            edge.services.extend(flow.destination.service.clone());
            let view = match flow.direction {
                Direction::Outbound => &mut edge.outbound,
                Direction::Inbound => &mut edge.inbound,
            };
            let is_first = view.is_none();
            let view = view.get_or_insert_default();
            if met.insert((key, flow.direction)) {
                view.targets += 1;
            }
            view.add(flow, target.window_seconds, is_first);
        }
    }
    edges.into_values().collect()
}

/// The two ends of a flow.
pub(super) fn ends(flow: &Flow, target: &TargetTraffic, by: By) -> (End, End) {
    let (source, destination) = (&flow.source, &flow.destination);
    let is_local = |direction| flow.direction == direction;
    (
        end(
            source,
            by,
            is_local(Direction::Outbound).then_some(target),
            false,
        ),
        end(
            destination,
            by,
            is_local(Direction::Inbound).then_some(target),
            true,
        ),
    )
}

/// What one end is called. `local` is the target that it is, where it is one.
fn end(party: &Party, by: By, local: Option<&TargetTraffic>, is_called: bool) -> End {
    let Party {
        namespace,
        workload,
        pod,
        service,
        identity,
        address,
        concluded: _,
    } = party;
    let named = |name: &Text, kind| End {
        namespace: namespace.clone(),
        name: Text::clone(name),
        kind,
    };
    let workload = || workload.as_ref().map(|name| named(name, EndKind::Workload));
    let pod = || pod.as_ref().map(|name| named(name, EndKind::Pod));
    let service = || service.as_ref().map(|name| named(name, EndKind::Service));
    let identity = |whole: bool| {
        let identity = identity.as_ref()?;
        let short = naming::account(identity).filter(|_| !whole);
        Some(End {
            namespace: short.map(|(_, namespace)| namespace.into()),
            name: short.map_or_else(|| Text::clone(identity), |(account, _)| account.into()),
            kind: EndKind::Identity,
        })
    };
    let first = match by {
        By::Pod => pod().or_else(workload),
        By::Service if is_called => service().or_else(workload),
        By::Workload | By::Service => workload(),
        By::Namespace => namespace.as_ref().map(|name| End {
            namespace: None,
            name: Text::clone(name),
            kind: EndKind::Namespace,
        }),
        By::Identity => identity(true),
    };
    let otherwise = || {
        let known = workload()
            .or_else(pod)
            .or_else(|| identity(false))
            .or_else(service);
        known.or_else(|| {
            let address = address.as_ref()?;
            Some(End {
                namespace: None,
                name: Text::clone(address),
                kind: EndKind::Address,
            })
        })
    };
    first.or_else(otherwise).unwrap_or_else(|| match local {
        Some(target) => End {
            namespace: None,
            name: target.name.as_str().into(),
            kind: EndKind::Target,
        },
        None => End {
            namespace: None,
            name: "".into(),
            kind: EndKind::Unknown,
        },
    })
}

impl View {
    fn add(&mut self, flow: &Flow, window: Option<f64>, is_first: bool) {
        let Flow {
            source,
            destination,
            security,
            traffic,
            ..
        } = flow;
        let rate = |count: u64| window.map(|window| count as f64 / window);
        let add = |all: &mut Option<f64>, count| {
            *all = match (*all, rate(count)) {
                (None, rate) if is_first => rate,
                (Some(all), Some(rate)) => Some(all + rate),
                _ => None,
            };
        };
        add(&mut self.calls_per_second, traffic.calls());
        let bytes = traffic.tcp.received_bytes + traffic.tcp.sent_bytes;
        add(&mut self.bytes_per_second, bytes);
        self.traffic.merge(traffic);
        self.client_identities.extend(source.identity.clone());
        self.server_identities.extend(destination.identity.clone());
        self.concluded |= source.concluded || destination.concluded;
        match security {
            Security::Mutual => self.has_mutual_tls = true,
            Security::None(reason) => {
                let unknown = || Text::from("not told");
                self.plain.insert(reason.clone().unwrap_or_else(unknown));
            }
            Security::Unknown => {}
        }
    }
}

impl Edge {
    /// The view that says the most of calls: that of the callers where there is one, as retries and calls that never
    /// arrive are seen only there.
    pub fn main_view(&self) -> Option<&View> {
        self.outbound.as_ref().or(self.inbound.as_ref())
    }
}
