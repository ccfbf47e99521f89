//! How Linkerd's proxy names what it counts.
//!
//! Source: linkerd2-proxy v2.366.0, `linkerd/app/core/src/metrics.rs` (labels of endpoints),
//! `linkerd/app/core/src/classify.rs` (classification), `linkerd/app/{inbound,outbound}/src/**/metrics*`.

use super::Class;
use super::Code;
use super::Direction;
use super::Flow;
use super::Outcome;
use super::Parent;
use super::Party;
use super::Protocol;
use super::Proxy;
use super::Refused;
use super::RefusedKind;
use super::Security;
use super::StatusCount;
use super::TargetTraffic;
use super::Text;
use super::Traffic;
use super::dialect::Ended;
use super::dialect::Meaning;
use super::dialect::Measured;
use super::naming;
use super::roles::Labels;

/// What is told beside the measures of flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Statuses of a route.
    Statuses(&'static Statuses),
    /// What was turned away.
    Refused(&'static Refusal),
    /// Connections by protocol.
    Protocols,
}

/// A family that counts statuses of routes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statuses {
    name: &'static str,
    direction: Direction,
    knows_grpc: bool,
}

/// A family of what was turned away.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    name: &'static str,
    direction: Direction,
    kind: RefusedKind,
}

const fn statuses(name: &'static str, direction: Direction, knows_grpc: bool) -> Statuses {
    Statuses {
        name,
        direction,
        knows_grpc,
    }
}

const fn refusal(name: &'static str, direction: Direction, kind: RefusedKind) -> Refusal {
    Refusal {
        name,
        direction,
        kind,
    }
}

/// Sample names of measures of flows.
const FLOWS: [(&str, Measured); 10] = [
    ("request_total", Measured::Requests),
    ("response_total", Measured::Responses),
    ("response_latency_ms_bucket", Measured::LatencyBucket),
    ("response_latency_ms_count", Measured::LatencyCount),
    ("response_latency_ms_sum", Measured::LatencySum),
    ("tcp_open_total", Measured::TcpOpened),
    ("tcp_close_total", Measured::TcpClosed),
    ("tcp_open_connections", Measured::TcpOpen),
    ("tcp_read_bytes_total", Measured::Received),
    ("tcp_write_bytes_total", Measured::Sent),
];

static STATUSES: [Statuses; 6] = [
    statuses(
        "outbound_http_route_request_statuses_total",
        Direction::Outbound,
        false,
    ),
    statuses(
        "outbound_http_route_backend_response_statuses_total",
        Direction::Outbound,
        false,
    ),
    statuses(
        "outbound_grpc_route_request_statuses_total",
        Direction::Outbound,
        true,
    ),
    statuses(
        "outbound_grpc_route_backend_response_statuses_total",
        Direction::Outbound,
        true,
    ),
    statuses("inbound_http_statuses_total", Direction::Inbound, false),
    statuses("inbound_grpc_statuses_total", Direction::Inbound, true),
];

static REFUSALS: [Refusal; 9] = [
    refusal(
        "inbound_http_authz_deny_total",
        Direction::Inbound,
        RefusedKind::Denied,
    ),
    refusal(
        "inbound_http_route_not_found_total",
        Direction::Inbound,
        RefusedKind::NoRoute,
    ),
    refusal(
        "inbound_http_local_ratelimit_total",
        Direction::Inbound,
        RefusedKind::RateLimited,
    ),
    refusal(
        "inbound_tcp_authz_deny_total",
        Direction::Inbound,
        RefusedKind::DeniedConnection,
    ),
    refusal(
        "inbound_tcp_authz_terminate_total",
        Direction::Inbound,
        RefusedKind::DeniedConnection,
    ),
    refusal(
        "inbound_http_errors_total",
        Direction::Inbound,
        RefusedKind::ProxyError,
    ),
    refusal(
        "outbound_http_errors_total",
        Direction::Outbound,
        RefusedKind::ProxyError,
    ),
    refusal(
        "inbound_tcp_errors_total",
        Direction::Inbound,
        RefusedKind::ConnectionError,
    ),
    refusal(
        "outbound_tcp_errors_total",
        Direction::Outbound,
        RefusedKind::ConnectionError,
    ),
];

const PROTOCOLS: &str = "outbound_tcp_protocol_connections_total";

/// What a sample name means; `None` where nothing is made of it.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    if let Some((_, measured)) = FLOWS.iter().find(|(known, _)| *known == name) {
        return Some(Meaning::Flow(Proxy::Linkerd, *measured));
    }
    let statuses = STATUSES.iter().find(|family| family.name == name);
    let refusal = || REFUSALS.iter().find(|family| family.name == name);
    let protocols = || (name == PROTOCOLS).then_some(Told::Protocols);
    let told = statuses.map(Told::Statuses);
    let told = told.or_else(|| refusal().map(Told::Refused));
    told.or_else(protocols).map(Meaning::Linkerd)
}

/// Labels that matter; the places below count these.
pub(super) const ROLES: &[&str] = &[
    "direction",
    "peer",
    "tls",
    "no_tls_reason",
    "client_id",
    "server_id",
    "authority",
    "target_addr",
    "target_port",
    "dst_namespace",
    "dst_service",
    "dst_pod",
    "dst_deployment",
    "dst_statefulset",
    "dst_daemonset",
    "dst_job",
    "dst_cronjob",
    "dst_replicaset",
    "dst_replicationcontroller",
    "srv_kind",
    "srv_name",
    "srv_port",
    "route_kind",
    "route_namespace",
    "route_name",
    "parent_kind",
    "parent_namespace",
    "parent_name",
    "parent_port",
    "ratelimit_scope",
    "protocol",
    "http_status",
    "status",
    // These say how a call ended; they are no part of a flow.
    "status_code",
    "classification",
    "grpc_status",
    "error",
];

const DIRECTION: usize = 0;
const PEER: usize = 1;
const TLS: usize = 2;
const NO_TLS_REASON: usize = 3;
const CLIENT_ID: usize = 4;
const SERVER_ID: usize = 5;
const AUTHORITY: usize = 6;
const TARGET_ADDR: usize = 7;
const TARGET_PORT: usize = 8;
const DST_NAMESPACE: usize = 9;
const DST_SERVICE: usize = 10;
const DST_POD: usize = 11;
const DST_WORKLOADS: std::ops::Range<usize> = 12..19;
const SRV_KIND: usize = 19;
const SRV_NAME: usize = 20;
const SRV_PORT: usize = 21;
const ROUTE_KIND: usize = 22;
const ROUTE_NAME: usize = 24;
const PARENT_KIND: usize = 25;
const PARENT_NAMESPACE: usize = 26;
const PARENT_NAME: usize = 27;
const PARENT_PORT: usize = 28;
const RATELIMIT_SCOPE: usize = 29;
const PROTOCOL: usize = 30;
const HTTP_STATUS: usize = 31;
const STATUS: usize = 32;
const STATUS_CODE: usize = 33;
const CLASSIFICATION: usize = 34;
const GRPC_STATUS: usize = 35;
const ERROR: usize = 36;

/// The places that say how a call ended.
pub(super) const OUTCOME: std::ops::Range<usize> = STATUS_CODE..ERROR + 1;

/// Ports of the proxy itself: its admin server, and the one that only tells whether it is up
/// (`LINKERD2_PROXY_ADMIN_LISTEN_ADDR`; linkerd-init leaves both alone).
const OWN_PORTS: [&str; 2] = ["4191", "4190"];

/// The flow that a label set belongs to; `None` for connections within a pod, which are no edge.
pub(super) fn flow(labels: &mut Labels<'_>, local: &Party) -> Option<Flow> {
    let direction = match &*labels.get(DIRECTION)? {
        "inbound" => Direction::Inbound,
        "outbound" => Direction::Outbound,
        _ => return None,
    };
    // Each connection is counted at both of its ends; that to the application itself is no edge.
    let away = match direction {
        Direction::Inbound => "src",
        Direction::Outbound => "dst",
    };
    if labels.get(PEER).is_some_and(|peer| &*peer != away) {
        return None;
    }
    let security = match labels.get(TLS).as_deref() {
        Some("true") => Security::Mutual,
        Some("opaque") => Security::None(Some("the application's own TLS".into())),
        Some(other) => {
            let reason = labels.get(NO_TLS_REASON);
            Security::None(reason.or_else(|| Some(other.into())))
        }
        None => Security::Unknown,
    };
    let mut port = labels.get(TARGET_PORT);
    if port.is_none() {
        port = labels.get(SRV_PORT);
    }
    let flow = match direction {
        Direction::Inbound => Flow {
            direction,
            source: Party {
                identity: labels.get(CLIENT_ID),
                ..Party::default()
            },
            destination: local.clone(),
            own: port
                .as_deref()
                .is_some_and(|port| OWN_PORTS.contains(&port)),
            port,
            route: route(labels).or_else(|| labels.get(AUTHORITY)),
            server: server(labels),
            security,
            traffic: Traffic::default(),
        },
        Direction::Outbound => Flow {
            direction,
            source: local.clone(),
            destination: callee(labels),
            own: false,
            port,
            route: labels.get(AUTHORITY),
            server: None,
            security,
            traffic: Traffic::default(),
        },
    };
    Some(flow)
}

/// Whom an outbound flow goes to.
fn callee(labels: &mut Labels<'_>) -> Party {
    let mut party = Party {
        namespace: labels.get(DST_NAMESPACE),
        workload: labels.first(DST_WORKLOADS),
        pod: labels.get(DST_POD),
        service: labels.get(DST_SERVICE),
        identity: labels.get(SERVER_ID),
        ..Party::default()
    };
    if party.namespace.is_none() && party.pod.is_some() {
        // A pod is in the namespace of its service account.
        let account = party.identity.as_deref().and_then(naming::account);
        party.namespace = account.map(|(_, namespace)| namespace.into());
    }
    if party.workload.is_none() && party.service.is_none() && party.pod.is_none() {
        let address = labels.get(TARGET_ADDR);
        party.address = address.or_else(|| labels.get(AUTHORITY));
    }
    party
}

/// `kind/name` of a route that somebody wrote.
fn route(labels: &mut Labels<'_>) -> Option<Text> {
    let kind = labels.get(ROUTE_KIND)?;
    let name = labels.get(ROUTE_NAME)?;
    (&*kind != "default").then(|| format!("{kind}/{name}").into())
}

/// `kind/name:port` of the inbound policy's server.
fn server(labels: &mut Labels<'_>) -> Option<Text> {
    let kind = labels.get(SRV_KIND)?;
    let name = labels.get(SRV_NAME)?;
    Some(joined(&kind, &name, labels.get(SRV_PORT).as_deref()))
}

fn joined(kind: &str, name: &str, port: Option<&str>) -> Text {
    match port {
        Some(port) => format!("{kind}/{name}:{port}").into(),
        None => format!("{kind}/{name}").into(),
    }
}

/// How the calls of a label set ended.
pub(super) fn ended(labels: &mut Labels<'_>) -> Ended {
    let class = labels.get(CLASSIFICATION);
    let outcome = Outcome {
        http: labels
            .get(STATUS_CODE)
            .and_then(|status| status.parse().ok()),
        grpc: labels.get(GRPC_STATUS).as_ref().and_then(Code::read),
        class: match class.as_deref() {
            Some("success") => Some(Class::Success),
            Some("failure") => Some(Class::Failure),
            _ => None,
        },
        error: labels.get(ERROR),
    };
    Ended {
        outcome,
        unclassified: !labels.has(CLASSIFICATION),
        without_grpc_label: !labels.has(GRPC_STATUS),
    }
}

/// Takes a sample that is no measure of a flow.
pub(super) fn take(told: Told, labels: &mut Labels<'_>, count: u64, target: &mut TargetTraffic) {
    target.speaks(Proxy::Linkerd);
    if count == 0 && told != Told::Protocols {
        return;
    }
    match told {
        Told::Statuses(family) => target.statuses.push(StatusCount {
            family: family.name,
            direction: family.direction,
            knows_grpc: family.knows_grpc,
            parent: parent(labels),
            route: route(labels),
            status: status(labels),
            error: labels.get(ERROR),
            count,
        }),
        Told::Refused(family) => target.refused.push(refused(family, labels, count)),
        Told::Protocols => {
            if let Some(protocol) = labels.get(PROTOCOL) {
                target.protocols.push(Protocol {
                    parent: parent(labels),
                    protocol,
                    connections: count,
                });
            }
        }
    }
}

fn parent(labels: &mut Labels<'_>) -> Parent {
    Parent {
        kind: labels.get(PARENT_KIND),
        namespace: labels.get(PARENT_NAMESPACE),
        name: labels.get(PARENT_NAME),
        port: labels.get(PARENT_PORT),
    }
}

/// Each family has a name of its own for it.
fn status(labels: &mut Labels<'_>) -> Option<Text> {
    let places = [HTTP_STATUS, STATUS, GRPC_STATUS];
    places.into_iter().find_map(|place| labels.get(place))
}

fn refused(family: &Refusal, labels: &mut Labels<'_>, count: u64) -> Refused {
    let client = labels.get(CLIENT_ID);
    let client = client.or_else(|| labels.get(NO_TLS_REASON).or_else(|| labels.get(TLS)));
    let destination = server(labels).or_else(|| {
        let name = labels.get(PARENT_NAME)?;
        let kind = labels.get(PARENT_KIND).unwrap_or_default();
        Some(joined(&kind, &name, labels.get(PARENT_PORT).as_deref()))
    });
    Refused {
        family: family.name,
        direction: family.direction,
        kind: family.kind,
        reason: labels.get(ERROR).or_else(|| labels.get(RATELIMIT_SCOPE)),
        destination: destination.or_else(|| labels.get(TARGET_ADDR)),
        client,
        count,
    }
}
