//! What the numbers mean: who calls whom, how it ends, how long it takes, and what the proxies say of it.
//!
//! In come the tables of scrapes, target by target; out goes a [`Mesh`], one [`TargetTraffic`] for each target,
//! which [`edges()`] and [`grpc()`] put together. A dialect for each mesh knows the names. Nothing is merged while
//! reading but what one target says of one peer, so the order of targets and workers changes nothing. Nothing is
//! printed here.

mod code;
mod derived;
mod dialect;
mod doubled;
pub mod edges;
pub mod flags;
mod fold;
pub mod grpc;
pub mod histogram;
mod istio;
pub mod latency;
mod linkerd;
pub mod matchers;
mod named;
mod naming;
mod party;
mod places;
mod recorded;
mod roles;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::Target;

pub use code::Code;
pub use code::Fault;
pub use doubled::Doubled;
pub use edges::edges;
pub use fold::Builder;
pub use fold::measured;
pub use fold::merge;
pub use grpc::grpc;
pub use histogram::Histogram;
pub use histogram::Quantile;
pub use named::NamedPod;
pub use named::NamedPods;
pub use named::PodCounter;
pub use naming::workload_of_pod;
pub use party::Party;
pub use party::Security;
pub use recorded::Recorded;

/// A label value or the like, shared by all that hold it.
pub type Text = Arc<str>;

/// What all targets say of their traffic.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mesh {
    /// By name, then origin; those that say nothing of traffic among them.
    pub targets: Vec<TargetTraffic>,
    /// How the counts relate to an older reading, where they were held against one.
    pub since: Option<Since>,
    /// Targets that say what another one says already, by name, then origin: of what they say, nothing is counted.
    pub doubled: Vec<Doubled>,
    derived: derived::Derived,
}

/// How two readings of the same targets fit together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Since {
    /// Targets in both readings: only their traffic is counted.
    pub matched: u64,
    /// Targets that the older reading does not have, whose process is no younger than it: what they counted before
    /// cannot be told, so none of their calls count.
    pub only_newer: u64,
    /// Targets that the newer reading does not have.
    pub only_older: u64,
    /// Counters that were lower than before or whose process was started anew: all they hold is new.
    pub resets: u64,
    /// Series that the older reading does not have, in a target that it has: all they hold is new.
    pub appeared: u64,
    /// Series that the newer reading does not have, in a target that it has: what they gained is lost.
    pub vanished: u64,
}

/// Which proxy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proxy {
    /// Linkerd's.
    Linkerd,
    /// Envoy under Istio, as sidecar, gateway or waypoint, or Istio's ztunnel.
    Istio,
}

impl Proxy {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linkerd => "linkerd",
            Self::Istio => "istio",
        }
    }
}

/// What one target says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetTraffic {
    /// `Target::name`.
    pub name: String,
    /// `Target::origin`.
    pub origin: String,
    /// Whose words it uses; `None` where it says nothing of traffic.
    pub proxy: Option<Proxy>,
    /// Version of the proxy, where it tells.
    pub version: Option<Text>,
    /// Whom the proxy stands beside, as far as is known.
    pub party: Party,
    /// Host that it was read from, where that is known and not this machine itself.
    pub host: Option<Text>,
    /// Seconds that the counts stand for: since the process started, or between two readings; `None` where nothing
    /// tells.
    pub window_seconds: Option<f64>,
    /// What it says of each peer, in a total order.
    pub flows: Vec<Flow>,
    /// Statuses as families of routes count them, in a total order.
    pub statuses: Vec<StatusCount>,
    /// Calls and connections that no response family counts, in a total order.
    pub refused: Vec<Refused>,
    /// How connections to a service are handled, in a total order.
    pub protocols: Vec<Protocol>,
    /// How full the ways to a service are, in a total order.
    pub saturation: Vec<Saturation>,
    /// Response series that have no label `classification`, of a proxy that writes one.
    pub unclassified_series: u64,
    /// Response series without a label for the gRPC status, of a proxy that writes one.
    pub without_grpc_label: u64,
    /// Series of traffic without a label `reporter`, of a proxy that writes one: which end counts them cannot be told,
    /// so they are in no flow.
    pub without_reporter: u64,
    /// Values of counters that count nothing: negative, infinite or no number.
    pub unusable: u64,
    /// How it fits to the older reading, where there is one.
    pub since: Since,
}

/// Which end of a call the proxy stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Beside the server.
    Inbound,
    /// Beside the client.
    Outbound,
}

impl Direction {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// What one target says of the calls and connections to or from one peer.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Which end the target is at.
    pub direction: Direction,
    /// Who calls.
    pub source: Party,
    /// Who is called.
    pub destination: Party,
    /// The port that is called, where it is known.
    pub port: Option<Text>,
    /// Route, or else authority, where either is known.
    pub route: Option<Text>,
    /// The server of the inbound policy, as `kind/name:port`.
    pub server: Option<Text>,
    /// How the connection is secured.
    pub security: Security,
    /// It ends in the proxy itself: probes and scrapes.
    pub own: bool,
    /// What was counted.
    pub traffic: Traffic,
}

/// Calls and connections.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Traffic {
    /// Requests that were sent on; 0 where the mesh does not count them.
    pub requests: u64,
    /// Requests are counted apart from responses.
    pub counts_requests: bool,
    /// Responses by how they ended, in a total order.
    pub responses: Vec<(Outcome, u64)>,
    /// How long calls took, in milliseconds.
    pub latency_ms: Histogram,
    /// Connections.
    pub tcp: Tcp,
}

/// Connections, and what went over them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tcp {
    /// There is some word of connections.
    pub counted: bool,
    /// Opened.
    pub opened: u64,
    /// Closed.
    pub closed: u64,
    /// Open when the scrape was taken. Where no gauge tells, as with Istio, what was opened since the start less what
    /// was closed.
    pub open: u64,
    /// Bytes from the client's side.
    pub received_bytes: u64,
    /// Bytes to the client's side.
    pub sent_bytes: u64,
}

/// How a call ended, as far as the labels tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Outcome {
    /// HTTP status; `None` where no response headers came.
    pub http: Option<u16>,
    /// gRPC status; `None` where it is no call of gRPC, as far as the labels tell.
    pub grpc: Option<Code>,
    /// What the mesh itself calls it; Istio calls it nothing.
    pub class: Option<Class>,
    /// What broke it off, where the proxy tells. For Istio, Envoy's response flags as written ([`flags::explain`]).
    pub error: Option<Text>,
}

/// What a mesh calls a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// `classification="failure"`.
    Failure,
    /// `classification="success"`.
    Success,
}

impl Class {
    /// Stable name, as in JSON and in the label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Success => "success",
        }
    }
}

/// A service or the like that calls are sent to, as families of routes name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Parent {
    /// `Service`, `EgressNetwork`, `server`, `default`, …
    pub kind: Option<Text>,
    /// Namespace.
    pub namespace: Option<Text>,
    /// Name.
    pub name: Option<Text>,
    /// Port.
    pub port: Option<Text>,
}

/// One status as a family of routes counts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatusCount {
    /// The sample name.
    pub family: &'static str,
    /// Which end the target is at.
    pub direction: Direction,
    /// Whether the family knows gRPC statuses.
    pub knows_grpc: bool,
    /// What is called.
    pub parent: Parent,
    /// `kind/name` of the route.
    pub route: Option<Text>,
    /// The status as written; `None` where there is none.
    pub status: Option<Text>,
    /// What broke the call off, where the proxy tells.
    pub error: Option<Text>,
    /// How often.
    pub count: u64,
}

/// Calls or connections that were turned away or lost, and in which family that is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refused {
    /// The sample name that tells.
    pub family: &'static str,
    /// Which end the target is at.
    pub direction: Direction,
    /// What was turned away.
    pub kind: RefusedKind,
    /// Why, as the label has it: `failfast`, a rate limit's scope, …
    pub reason: Option<Text>,
    /// What was called, as far as is known.
    pub destination: Option<Text>,
    /// Who called, as far as is known.
    pub client: Option<Text>,
    /// How often.
    pub count: u64,
}

/// Why calls never become responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusedKind {
    /// An authorization policy denied a call.
    Denied,
    /// An authorization policy denied a connection, or ended it.
    DeniedConnection,
    /// A rate limit was reached.
    RateLimited,
    /// No route fits.
    NoRoute,
    /// The proxy could not carry a call on.
    ProxyError,
    /// The proxy could not carry a connection on.
    ConnectionError,
}

impl RefusedKind {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::DeniedConnection => "denied-connection",
            Self::RateLimited => "rate-limited",
            Self::NoRoute => "no-route",
            Self::ProxyError => "proxy-error",
            Self::ConnectionError => "connection-error",
        }
    }
}

/// Connections to one service, by how the proxy handles them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Protocol {
    /// What is called.
    pub parent: Parent,
    /// `http/1`, `http/2`, `detect`, `opaq`, `tls`.
    pub protocol: Text,
    /// How many.
    pub connections: u64,
}

/// How full the way to a service is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Saturation {
    /// Envoy's name of the service's cluster.
    pub cluster: Text,
    /// Connections now.
    pub active: u64,
    /// Connections that were refused because there were too many.
    pub overflows: u64,
}

impl Mesh {
    /// Puts the workers' targets in order.
    pub fn new(mut targets: Vec<TargetTraffic>, mut since: Option<Since>) -> Self {
        targets.sort_by(|a, b| (&a.name, &a.origin).cmp(&(&b.name, &b.origin)));
        if let Some(all) = &mut since {
            for target in &targets {
                all.add(target.since);
            }
        }
        let doubled = doubled::take_out(&mut targets);
        naming::complete(&mut targets);
        Self {
            targets,
            since,
            doubled,
            derived: derived::Derived::default(),
        }
    }

    /// Whether any target says something of traffic.
    pub fn speaks(&self) -> bool {
        self.targets.iter().any(|target| target.proxy.is_some())
    }
}

impl Since {
    fn add(&mut self, other: Self) {
        self.matched += other.matched;
        self.only_newer += other.only_newer;
        self.only_older += other.only_older;
        self.resets += other.resets;
        self.appeared += other.appeared;
        self.vanished += other.vanished;
    }
}

/// All of a flow but its traffic.
type FlowKey<'a> = (
    (Direction, &'a Party, &'a Party),
    [&'a Option<Text>; 3],
    (&'a Security, bool),
);

impl Flow {
    fn key(&self) -> FlowKey<'_> {
        let Self {
            direction,
            source,
            destination,
            port,
            route,
            server,
            security,
            own,
            traffic: _,
        } = self;
        (
            (*direction, source, destination),
            [port, route, server],
            (security, *own),
        )
    }
}

impl Traffic {
    /// Adds what somebody else counted.
    pub fn merge(&mut self, other: &Self) {
        self.merge_calls(other);
        self.latency_ms.merge(&other.latency_ms);
        self.tcp.merge(other.tcp);
    }

    /// Adds the calls that somebody else counted, and nothing of latency and connections.
    pub fn merge_calls(&mut self, other: &Self) {
        self.requests += other.requests;
        self.counts_requests |= other.counts_requests;
        for (outcome, count) in &other.responses {
            self.add_responses(outcome, *count);
        }
    }

    /// Gives back what was reserved beyond what is held.
    fn shrink_to_fit(&mut self) {
        self.responses.shrink_to_fit();
        self.latency_ms.shrink_to_fit();
    }

    /// Adds responses that ended alike.
    pub fn add_responses(&mut self, outcome: &Outcome, count: u64) {
        match self
            .responses
            .binary_search_by(|(known, _)| known.cmp(outcome))
        {
            Ok(at) => self.responses[at].1 += count,
            Err(at) => self.responses.insert(at, (outcome.clone(), count)),
        }
    }

    /// What broke calls off, as the proxy has it, and how often.
    pub fn errors(&self) -> BTreeMap<&Text, u64> {
        let mut errors = BTreeMap::new();
        for (outcome, count) in &self.responses {
            if let Some(error) = &outcome.error {
                *errors.entry(error).or_default() += count;
            }
        }
        errors
    }

    /// All responses.
    pub fn calls(&self) -> u64 {
        self.responses.iter().map(|(_, count)| count).sum()
    }

    /// Calls that everybody who may see it calls a success, as a part of all; `None` without calls.
    pub fn success_rate(&self) -> Option<f64> {
        let good = self
            .responses
            .iter()
            .filter(|(outcome, _)| outcome.succeeds());
        let good: u64 = good.map(|(_, count)| count).sum();
        let calls = self.calls();
        (calls > 0).then(|| good as f64 / calls as f64)
    }

    /// Whether anything was counted at all.
    pub fn is_empty(&self) -> bool {
        let Tcp {
            counted: _,
            opened,
            closed,
            open,
            received_bytes,
            sent_bytes,
        } = self.tcp;
        let tcp = opened + closed + open + received_bytes + sent_bytes;
        self.calls() + self.requests + tcp == 0
    }
}

impl Tcp {
    fn merge(&mut self, other: Self) {
        self.counted |= other.counted;
        self.opened += other.opened;
        self.closed += other.closed;
        self.open += other.open;
        self.received_bytes += other.received_bytes;
        self.sent_bytes += other.sent_bytes;
    }
}

impl Outcome {
    /// A status from 200 to 299.
    pub fn is_2xx(&self) -> bool {
        self.http.is_some_and(|status| (200..300).contains(&status))
    }

    /// What an HTTP dashboard calls it: a failure from 500 on; `None` where there is no status.
    pub fn succeeds_by_http(&self) -> Option<bool> {
        self.http.map(|status| (100..500).contains(&status))
    }

    /// What the mesh calls it.
    pub fn succeeds_by_mesh(&self) -> Option<bool> {
        self.class.map(|class| class == Class::Success)
    }

    /// What gRPC calls it.
    pub fn succeeds_by_grpc(&self) -> Option<bool> {
        self.grpc.as_ref().map(Code::is_ok)
    }

    /// What it was in truth: nobody who may see it calls it a failure.
    pub fn succeeds(&self) -> bool {
        let all = [
            self.succeeds_by_http(),
            self.succeeds_by_mesh(),
            self.succeeds_by_grpc(),
        ];
        !all.contains(&Some(false)) && self.error.is_none()
    }

    /// Tier 1: 2xx, and yet both the mesh and gRPC call it a failure. A mesh that classifies nothing is of no mind.
    pub fn is_hidden_from_http(&self) -> bool {
        let fails = self.succeeds_by_grpc() == Some(false);
        self.is_2xx() && fails && self.class != Some(Class::Success)
    }

    /// Tier 2: gRPC calls it a failure, the mesh a success.
    pub fn is_hidden_from_mesh(&self) -> bool {
        self.succeeds_by_grpc() == Some(false) && self.class == Some(Class::Success)
    }

    /// Of either tier.
    pub fn is_hidden(&self) -> bool {
        self.is_hidden_from_http() || self.is_hidden_from_mesh()
    }

    /// Counted as a success with code 2, which is how Linkerd writes a gRPC call that ended without a status
    /// (`linkerd/app/core/src/classify.rs`: an `UNKNOWN` that was received is a failure).
    pub fn ended_without_status(&self) -> bool {
        self.grpc == Some(Code::Number(2)) && self.class == Some(Class::Success)
    }
}

/// What discovery knows of the pod that a target belongs to.
fn party_of(target: &Target) -> Party {
    let text = |text: &Option<String>| text.as_deref().map(Text::from);
    let workload = target.workload.as_deref();
    // `deployment/web`: the kind is not said by everyone who names the workload, so it is left out everywhere.
    let workload = workload.map(|full| full.split_once('/').map_or(full, |(_, name)| name));
    Party {
        namespace: text(&target.namespace),
        workload: workload.map(Text::from),
        pod: text(&target.pod),
        ..Party::default()
    }
}

/// The host that a target was read from; `None` for this machine itself, where ports may lead to any pod.
fn host_of(target: &Target) -> Option<Text> {
    let url = || {
        let (_, behind) = target.origin.split_once("://")?;
        behind.split(['/', '?', '#']).next()
    };
    let authority = target.address.as_deref().or_else(url)?;
    let host = match authority.rsplit_once(':') {
        // A colon in brackets is one of an IPv6 address.
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_this_machine = host == "localhost" || host == "::1" || host.starts_with("127.");
    (!host.is_empty() && !is_this_machine).then(|| host.into())
}
