//! Which calls fail behind HTTP 200, and which families cannot see it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Class;
use super::Code;
use super::Direction;
use super::Fault;
use super::Flow;
use super::Mesh;
use super::Outcome;
use super::Parent;
use super::Proxy;
use super::Refused;
use super::StatusCount;
use super::TargetTraffic;
use super::Text;
use super::Traffic;
use super::edges::By;
use super::edges::End;
use super::edges::ends;

/// What there is to say of failures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grpc {
    /// Sums over all calls, each counted at one end.
    pub totals: Totals,
    /// The three answers for the same calls, as far as they have a gRPC status.
    pub success_rate: SuccessRate,
    /// Those where a callee was not there at all (hidden UNAVAILABLE) first, then by hidden failures.
    pub edges: Vec<Edge>,
    /// Families that report the same calls as better than they are, those furthest off first.
    pub blind: Vec<Blind>,
    /// Requests without a response.
    pub unanswered: Vec<Unanswered>,
    /// What was turned away or lost before it became a response.
    pub refused: Vec<Lost>,
    /// Services whose gRPC calls no gRPC family counts.
    pub absent: Vec<Absent>,
    /// Response series of proxies that classify, without the label `classification` or `grpc_status`: somebody took
    /// it away.
    pub stripped_series: u64,
    /// Of them, those without `classification`.
    pub unclassified_series: u64,
    /// Of them, those without `grpc_status`.
    pub without_grpc_label: u64,
}

/// Sums over all calls. A call that both ends count is taken from its caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Responses.
    pub calls: u64,
    /// Of them, those with a gRPC status.
    pub grpc_calls: u64,
    /// Tier 1: HTTP says success, the mesh and gRPC say failure.
    pub hidden_from_http: u64,
    /// Tier 2: gRPC says failure, the mesh says success.
    pub hidden_from_mesh: u64,
    /// Of these, calls that ended without any gRPC status.
    pub without_status: u64,
}

/// The calls of one caller to one callee, as one end counts them.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Which end counts.
    pub direction: Direction,
    /// Who calls.
    pub source: End,
    /// Who is called.
    pub destination: End,
    /// The service by which it is called.
    pub service: Option<Text>,
    /// Route, or else authority.
    pub route: Option<Text>,
    /// It is part of the totals: the other end of it does not count it too.
    pub in_totals: bool,
    /// Responses by how they ended.
    pub traffic: Traffic,
}

/// Three answers to one question; `None` where there is nothing to divide.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SuccessRate {
    /// By HTTP status: those below 500.
    pub http: Option<f64>,
    /// By the mesh's classification.
    pub mesh: Option<f64>,
    /// By gRPC status: `OK` alone.
    pub grpc: Option<f64>,
}

/// A family that cannot see failures of gRPC.
#[derive(Debug, Clone, PartialEq)]
pub struct Blind {
    /// The sample name.
    pub family: &'static str,
    /// Which end it is of.
    pub direction: Direction,
    /// What is called.
    pub destination: Parent,
    /// Calls as the family counts them.
    pub calls: u64,
    /// Success as the family has it: no status from 500 on and no error.
    pub reported_success_rate: f64,
    /// Success of the same calls, as `response_total` or `istio_requests_total` has it: HTTP, mesh and gRPC agree on it.
    pub true_success_rate: f64,
    /// Failures that the family does not see.
    pub hidden: u64,
    /// Of them, calls that ended without a gRPC status.
    pub without_status: u64,
}

/// Requests that have no response (yet).
#[derive(Debug, Clone, PartialEq)]
pub struct Unanswered {
    /// Which end counts.
    pub direction: Direction,
    /// Who calls.
    pub source: End,
    /// Who is called.
    pub destination: End,
    /// Requests.
    pub requests: u64,
    /// Responses.
    pub responses: u64,
}

/// What was turned away or lost, and whose proxy says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// Name of the workload, pod or target whose proxy counts it.
    pub proxy: Text,
    /// What was counted.
    pub what: Refused,
}

/// A service whose gRPC calls no gRPC family counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Absent {
    /// The service.
    pub destination: Parent,
    /// Why.
    pub why: Why,
    /// gRPC calls that `response_total` knows of, or connections that are opaque.
    pub count: u64,
}

/// Why the gRPC families of a service are absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its port is opaque: nothing sees calls, only connections.
    Opaque,
    /// It is called by gRPC, but no `GRPCRoute` says so: its calls are counted as HTTP.
    NoRoute,
}

impl Why {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::NoRoute => "no-grpc-route",
        }
    }
}

impl Grpc {
    /// Edges that are part of the totals, by their ends, whatever the route.
    pub fn by_ends(&self) -> Vec<Edge> {
        let mut edges: BTreeMap<(&End, &End), Edge> = BTreeMap::new();
        for edge in self.edges.iter().filter(|edge| edge.in_totals) {
            edges
                .entry((&edge.source, &edge.destination))
                .and_modify(|known| known.traffic.merge(&edge.traffic))
                .or_insert_with(|| edge.clone());
        }
        edges.into_values().collect()
    }
}

/// Looks for failures that something does not see.
pub fn grpc(mesh: &Mesh) -> Grpc {
    let mut edges = edges(mesh);
    let mut totals = Totals::default();
    let mut with_status = Traffic::default();
    for edge in edges.iter().filter(|edge| edge.in_totals) {
        for (outcome, count) in &edge.traffic.responses {
            totals.add(outcome, *count);
            if outcome.grpc.is_some() {
                with_status.add_responses(outcome, *count);
            }
        }
    }
    let unanswered = unanswered(&edges);
    edges.retain(|edge| edge.traffic.calls() > 0);
    edges.sort_by(|a, b| (b.weight().cmp(&a.weight())).then_with(|| a.key().cmp(&b.key())));
    let mut refused: Vec<Lost> = mesh.targets.iter().flat_map(lost).collect();
    refused.sort_by(|a, b| b.what.count.cmp(&a.what.count).then_with(|| a.cmp(b)));
    let series = |count: fn(&TargetTraffic) -> u64| mesh.targets.iter().map(count).sum();
    Grpc {
        totals,
        success_rate: SuccessRate::of(&with_status),
        edges,
        blind: blind(mesh),
        unanswered,
        refused,
        absent: absent(mesh),
        stripped_series: series(|target| target.unclassified_series.max(target.without_grpc_label)),
        unclassified_series: series(|target| target.unclassified_series),
        without_grpc_label: series(|target| target.without_grpc_label),
    }
}

impl Totals {
    fn add(&mut self, outcome: &Outcome, count: u64) {
        self.calls += count;
        self.grpc_calls += if outcome.grpc.is_some() { count } else { 0 };
        self.hidden_from_http += if outcome.is_hidden_from_http() {
            count
        } else {
            0
        };
        self.hidden_from_mesh += if outcome.is_hidden_from_mesh() {
            count
        } else {
            0
        };
        self.without_status += if outcome.ended_without_status() {
            count
        } else {
            0
        };
    }
}

/// All edges, by their workloads, services and routes.
fn edges(mesh: &Mesh) -> Vec<Edge> {
    type Key = (Direction, End, End, Option<Text>, Option<Text>);
    let mut edges: BTreeMap<Key, Traffic> = BTreeMap::new();
    for target in &mesh.targets {
        for flow in &target.flows {
            if flow.own || (flow.traffic.calls() == 0 && flow.traffic.requests == 0) {
                continue;
            }
            let (source, destination) = ends(flow, target, By::Workload);
            let service = flow.destination.service.clone();
            let key = (
                flow.direction,
                source,
                destination,
                service,
                flow.route.clone(),
            );
            edges.entry(key).or_default().merge_calls(&flow.traffic);
        }
    }
    let callers: BTreeSet<(End, End)> = edges
        .keys()
        .filter(|(direction, ..)| *direction == Direction::Outbound)
        .map(|(_, source, destination, ..)| (source.clone(), destination.clone()))
        .collect();
    let edge = |((direction, source, destination, service, route), traffic)| {
        let is_seen_twice = direction == Direction::Inbound
            && callers.contains(&(End::clone(&source), End::clone(&destination)));
        Edge {
            direction,
            source,
            destination,
            service,
            route,
            in_totals: !is_seen_twice,
            traffic,
        }
    };
    edges.into_iter().map(edge).collect()
}

impl Edge {
    fn key(&self) -> impl Ord + use<'_> {
        (
            // The caller's view first, as it is the one in the totals.
            std::cmp::Reverse(self.direction),
            (&self.source, &self.destination),
            (&self.service, &self.route),
        )
    }

    /// What it is ordered by: calls that found their callee unavailable, which is an outage; then hidden failures,
    /// those that ended without a status last: nobody knows how they ended.
    fn weight(&self) -> impl Ord + use<> {
        let is_unavailable = |outcome: &Outcome| outcome.grpc == Some(Code::Number(14));
        let unavailable = self.count(|outcome| is_unavailable(outcome) && outcome.is_hidden());
        let hidden = self.hidden();
        let known = hidden - self.count(Outcome::ended_without_status);
        (unavailable > 0, known, hidden)
    }

    /// Responses that fit.
    pub fn count(&self, fits: impl Fn(&Outcome) -> bool) -> u64 {
        let responses = self.traffic.responses.iter();
        responses
            .filter(|(outcome, _)| fits(outcome))
            .map(|(_, count)| count)
            .sum()
    }

    /// Responses with a gRPC status.
    pub fn grpc_calls(&self) -> u64 {
        self.count(|outcome| outcome.grpc.is_some())
    }

    /// Failures of both tiers as a part of the calls with a gRPC status, as only these can hide; `None` without any.
    pub fn hidden_ratio(&self) -> Option<f64> {
        let calls = self.grpc_calls();
        (calls > 0).then(|| self.hidden() as f64 / calls as f64)
    }

    /// Failures of both tiers that have a gRPC status, as a part of the calls that have one; `None` without any. A
    /// stream that is cut off has none: it may have been meant to go on for ever.
    pub fn told_hidden_ratio(&self) -> Option<f64> {
        let calls = self.grpc_calls();
        let cut = self.count(|outcome| outcome.ended_without_status() && outcome.is_hidden());
        (calls > 0).then(|| (self.hidden() - cut) as f64 / calls as f64)
    }

    /// Responses whose code names this as at fault. Without a status nobody is named.
    pub fn at_fault(&self, fault: Fault) -> u64 {
        let named = |outcome: &Outcome| outcome.grpc.as_ref().and_then(Code::fault);
        self.count(|outcome| named(outcome) == Some(fault) && !outcome.ended_without_status())
    }

    /// Failures of both tiers.
    pub fn hidden(&self) -> u64 {
        self.count(Outcome::is_hidden)
    }

    /// The three answers.
    pub fn success_rate(&self) -> SuccessRate {
        SuccessRate::of(&self.traffic)
    }

    /// Responses by code and classification.
    pub fn codes(&self) -> BTreeMap<(Code, Option<Class>), u64> {
        let mut codes = BTreeMap::new();
        for (outcome, count) in &self.traffic.responses {
            if let Some(code) = &outcome.grpc {
                *codes.entry((code.clone(), outcome.class)).or_default() += count;
            }
        }
        codes
    }
}

impl SuccessRate {
    /// The three answers for some responses.
    pub fn of(traffic: &Traffic) -> Self {
        let rate = |succeeds: fn(&Outcome) -> Option<bool>| {
            let (mut good, mut all) = (0, 0);
            for (outcome, count) in &traffic.responses {
                if let Some(succeeds) = succeeds(outcome) {
                    all += count;
                    good += if succeeds { *count } else { 0 };
                }
            }
            (all > 0).then(|| good as f64 / all as f64)
        };
        Self {
            http: rate(Outcome::succeeds_by_http),
            mesh: rate(Outcome::succeeds_by_mesh),
            grpc: rate(Outcome::succeeds_by_grpc),
        }
    }
}

fn unanswered(edges: &[Edge]) -> Vec<Unanswered> {
    let mut sums: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.traffic.counts_requests) {
        let key = (edge.direction, &edge.source, &edge.destination);
        let (requests, responses) = sums.entry(key).or_default();
        *requests += edge.traffic.requests;
        *responses += edge.traffic.calls();
    }
    let mut unanswered: Vec<Unanswered> = sums
        .into_iter()
        .filter(|(_, (requests, responses))| requests > responses)
        .map(
            |((direction, source, destination), (requests, responses))| Unanswered {
                direction,
                source: source.clone(),
                destination: destination.clone(),
                requests,
                responses,
            },
        )
        .collect();
    unanswered.sort_by_key(|edge| std::cmp::Reverse(edge.requests - edge.responses));
    unanswered
}

/// What one target turned away or lost; calls that failed without a status are in the families of routes.
fn lost(target: &TargetTraffic) -> Vec<Lost> {
    let party = &target.party;
    let name = party.workload.as_ref().or(party.pod.as_ref());
    let proxy = name.map_or_else(|| target.name.as_str().into(), Text::clone);
    let families = target.refused.iter().cloned();
    let statuses = target
        .statuses
        .iter()
        .filter(|status| status.status.is_none());
    let routes = statuses.filter_map(|status| {
        Some(Refused {
            family: status.family,
            direction: status.direction,
            kind: super::RefusedKind::ProxyError,
            reason: Some(status.error.clone()?),
            destination: Some(status.parent.shown()),
            client: None,
            count: status.count,
        })
    });
    let mut lost: Vec<Lost> = Vec::new();
    for what in families.chain(routes) {
        // Scrapes that a policy lets through or not are none of the application's calls, but denials are told.
        let same = lost.iter_mut().find(|known| {
            let count = what.count;
            known.what
                == Refused {
                    count: known.what.count,
                    ..what.clone()
                }
                && count > 0
        });
        match same {
            Some(known) => known.what.count += what.count,
            None => lost.push(Lost {
                proxy: Text::clone(&proxy),
                what,
            }),
        }
    }
    lost
}

impl Parent {
    /// `namespace/name:port`, with the kind in front unless it is a service.
    pub fn shown(&self) -> Text {
        let Self {
            kind,
            namespace,
            name,
            port,
        } = self;
        let mut shown = String::new();
        if let Some(kind) = kind.as_deref().filter(|kind| *kind != "Service") {
            shown.push_str(kind);
            shown.push(' ');
        }
        if let Some(namespace) = namespace {
            shown.push_str(namespace);
            shown.push('/');
        }
        shown.push_str(name.as_deref().unwrap_or("?"));
        if let Some(port) = port {
            shown.push(':');
            shown.push_str(port);
        }
        shown.into()
    }

    /// What flows to it have in common.
    fn callee(&self) -> Callee<'_> {
        let server = || {
            let (kind, name, port) = (
                self.kind.as_ref()?,
                self.name.as_ref()?,
                self.port.as_ref()?,
            );
            Some(format!("{kind}/{name}:{port}"))
        };
        Callee {
            parent: self,
            server: server(),
        }
    }
}

/// A parent, and what inbound flows call it.
struct Callee<'a> {
    parent: &'a Parent,
    server: Option<String>,
}

impl Callee<'_> {
    /// Whether a flow goes to it. Those of Istio know no port, and their parents have none.
    fn is_of(&self, flow: &Flow) -> bool {
        let Parent {
            namespace,
            name,
            port,
            ..
        } = self.parent;
        match flow.direction {
            Direction::Outbound => {
                if name.is_none()
                    || flow.destination.service != *name
                    || flow.destination.namespace != *namespace
                {
                    return false;
                }
                let authority = flow
                    .route
                    .as_deref()
                    .and_then(|route| route.rsplit_once(':'));
                let called = authority.map(|(_, port)| port);
                called.is_none() || port.is_none() || called == port.as_deref()
            }
            Direction::Inbound => {
                self.server.is_some() && flow.server.as_deref() == self.server.as_deref()
            }
        }
    }
}

/// The workload that a target belongs to, as what is called at a port.
fn here(target: &TargetTraffic, server: &Parent) -> Parent {
    let party = &target.party;
    let known = party.workload.as_ref().or(party.pod.as_ref());
    Parent {
        kind: None,
        namespace: known.and(party.namespace.clone()),
        name: Some(known.map_or_else(|| target.name.as_str().into(), Text::clone)),
        port: server.port.clone(),
    }
}

/// Families that say less than `response_total` or `istio_requests_total` does of the same calls.
fn blind(mesh: &Mesh) -> Vec<Blind> {
    #[derive(Default)]
    struct Sums {
        good: u64,
        all: u64,
        /// The same calls as the responses have them.
        calls: u64,
        succeed: u64,
        hidden: u64,
        without_status: u64,
    }
    let mut families: BTreeMap<(&'static str, Direction, Parent), Sums> = BTreeMap::new();
    for target in &mesh.targets {
        let unaware = target.statuses.iter().filter(|status| !status.knows_grpc);
        let mut unaware: Vec<&StatusCount> = unaware.collect();
        unaware.sort_by_key(|status| (status.direction, &status.parent));
        let alike = |a: &&StatusCount, b: &&StatusCount| {
            (a.direction, &a.parent) == (b.direction, &b.parent)
        };
        for statuses in unaware.chunk_by(alike) {
            let (direction, parent) = (statuses[0].direction, &statuses[0].parent);
            let callee = parent.callee();
            let flows = target.flows.iter().filter(|flow| callee.is_of(flow));
            let responses: Vec<_> = flows
                .filter(|flow| flow.direction == direction)
                .flat_map(|flow| &flow.traffic.responses)
                .collect();
            let count = |fits: fn(&Outcome) -> bool| -> u64 {
                let fitting = responses.iter().filter(|(outcome, _)| fits(outcome));
                fitting.map(|(_, count)| count).sum()
            };
            let by_family = |a: &&StatusCount, b: &&StatusCount| a.family == b.family;
            let mut statuses = statuses.to_vec();
            statuses.sort_by_key(|status| status.family);
            for statuses in statuses.chunk_by(by_family) {
                let destination = match direction {
                    Direction::Outbound => parent.clone(),
                    // A server of an inbound policy is another one at each workload.
                    Direction::Inbound => here(target, parent),
                };
                let key = (statuses[0].family, direction, destination);
                let sums = families.entry(key).or_default();
                for status in statuses {
                    sums.all += status.count;
                    let is_good = is_reported_well(status);
                    sums.good += if is_good { status.count } else { 0 };
                }
                sums.calls += count(|_| true);
                sums.without_status += count(Outcome::ended_without_status);
                sums.succeed += count(Outcome::succeeds);
                sums.hidden += count(|outcome| {
                    let by = (outcome.succeeds_by_http(), outcome.succeeds_by_grpc());
                    by == (Some(true), Some(false))
                });
            }
        }
    }
    let mut blind: Vec<Blind> = Vec::new();
    for ((family, direction, destination), sums) in families {
        let Sums {
            good,
            all,
            calls,
            succeed,
            hidden,
            without_status,
        } = sums;
        if all == 0 || calls == 0 || hidden == 0 {
            continue;
        }
        let reported = good as f64 / all as f64;
        let in_truth = succeed as f64 / calls as f64;
        if reported > in_truth {
            blind.push(Blind {
                family,
                direction,
                destination,
                calls: all,
                reported_success_rate: reported,
                true_success_rate: in_truth,
                hidden,
                without_status,
            });
        }
    }
    blind.sort_by(|a, b| {
        let off = |blind: &Blind| blind.reported_success_rate - blind.true_success_rate;
        // What failed for sure goes before what only ended without a status.
        let is_sure = |blind: &Blind| blind.hidden > blind.without_status;
        let by_certainty = is_sure(b).cmp(&is_sure(a));
        let by_distance = by_certainty.then_with(|| off(b).total_cmp(&off(a)));
        by_distance.then_with(|| {
            let key = |blind: &Blind| (blind.direction, blind.destination.clone(), blind.family);
            key(a).cmp(&key(b))
        })
    });
    blind
}

/// A call that `linkerd viz` counts as a success by this family (`viz/cmd/stat-outbound.go`), and dashboards of Envoy
/// by theirs.
fn is_reported_well(status: &StatusCount) -> bool {
    status.error.is_none()
        && !status
            .status
            .as_deref()
            .is_some_and(|status| status.starts_with('5'))
}

/// Services that are called by gRPC, or may be, and have no gRPC family.
fn absent(mesh: &Mesh) -> Vec<Absent> {
    let mut opaque: BTreeMap<&Parent, u64> = BTreeMap::new();
    let mut unrouted: BTreeMap<&Parent, u64> = BTreeMap::new();
    // Istio needs no route to see gRPC, and has no family of its own for it.
    let linkerd = |target: &&TargetTraffic| target.proxy == Some(Proxy::Linkerd);
    for target in mesh.targets.iter().filter(linkerd) {
        for protocol in target
            .protocols
            .iter()
            .filter(|known| &*known.protocol == "opaq")
        {
            if protocol.connections > 0 {
                *opaque.entry(&protocol.parent).or_default() += protocol.connections;
            }
        }
        let mut met = BTreeSet::new();
        let outbound = target
            .statuses
            .iter()
            .filter(|status| status.direction == Direction::Outbound);
        for status in outbound {
            let routed = |known: &StatusCount| known.knows_grpc && known.parent == status.parent;
            if !met.insert(&status.parent) || target.statuses.iter().any(routed) {
                continue;
            }
            let callee = status.parent.callee();
            let flows = target
                .flows
                .iter()
                .filter(|flow| flow.direction == Direction::Outbound && callee.is_of(flow));
            let responses = flows.flat_map(|flow| &flow.traffic.responses);
            let calls: u64 = responses
                .filter(|(outcome, _)| outcome.grpc.is_some())
                .map(|(_, count)| count)
                .sum();
            if calls > 0 {
                *unrouted.entry(&status.parent).or_default() += calls;
            }
        }
    }
    let absent = |why| {
        move |(parent, count): (&Parent, u64)| Absent {
            destination: parent.clone(),
            why,
            count,
        }
    };
    let opaque = opaque.into_iter().map(absent(Why::Opaque));
    opaque
        .chain(unrouted.into_iter().map(absent(Why::NoRoute)))
        .collect()
}
