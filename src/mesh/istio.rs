//! How Envoy under Istio, and Istio's ztunnel, name what they count.
//!
//! Source: istio.io, "Istio Standard Metrics", 1.5 to 1.2x; istio/proxy,
//! `source/extensions/filters/http/istio_stats/istio_stats.cc`; ztunnel, `src/proxy/metrics.rs`; Envoy, statistics
//! of clusters.

use std::collections::BTreeSet;

use super::Code;
use super::Direction;
use super::Flow;
use super::Outcome;
use super::Parent;
use super::Party;
use super::Proxy;
use super::Refused;
use super::RefusedKind;
use super::Saturation;
use super::Security;
use super::StatusCount;
use super::TargetTraffic;
use super::Text;
use super::Traffic;
use super::dialect::Ended;
use super::dialect::Meaning;
use super::dialect::Measured;
use super::flags;
use super::naming::account;
use super::roles::Labels;

/// What is told beside the measures of flows. All of it is of Envoy's clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Connections that are open.
    Active,
    /// Connections that were refused because there were too many.
    Overflows,
    /// Responses by HTTP status.
    Statuses,
}

impl Told {
    pub(super) fn is_gauge(self) -> bool {
        self == Self::Active
    }
}

const CLOSED: &str = "istio_tcp_connections_closed_total";

/// Sample names of measures of flows. A call is counted when it has ended, so what is called requests are responses.
const FLOWS: [(&str, Measured); 8] = [
    ("istio_requests_total", Measured::Responses),
    (
        "istio_request_duration_milliseconds_bucket",
        Measured::LatencyBucket,
    ),
    (
        "istio_request_duration_milliseconds_count",
        Measured::LatencyCount,
    ),
    (
        "istio_request_duration_milliseconds_sum",
        Measured::LatencySum,
    ),
    ("istio_tcp_connections_opened_total", Measured::TcpOpened),
    (CLOSED, Measured::TcpClosed),
    // Those of the request and those of the response, whoever reports them.
    ("istio_tcp_received_bytes_total", Measured::Received),
    ("istio_tcp_sent_bytes_total", Measured::Sent),
];

const STATUSES: &str = "envoy_cluster_upstream_rq";

/// What a sample name means; `None` where nothing is made of it.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    if let Some((_, measured)) = FLOWS.iter().find(|(known, _)| *known == name) {
        return Some(Meaning::Flow(Proxy::Istio, *measured));
    }
    let told = match name {
        "envoy_cluster_upstream_cx_active" => Told::Active,
        "envoy_cluster_upstream_cx_overflow" => Told::Overflows,
        STATUSES => Told::Statuses,
        _ => return None,
    };
    Some(Meaning::Istio(told))
}

/// Labels that matter; the places below count these.
pub(super) const ROLES: &[&str] = &[
    "reporter",
    "source_workload",
    "source_workload_namespace",
    "source_canonical_service",
    "source_app",
    "source_principal",
    "destination_workload",
    "destination_workload_namespace",
    "destination_canonical_service",
    "destination_app",
    "destination_principal",
    "destination_service",
    "destination_service_name",
    "destination_service_namespace",
    "connection_security_policy",
    "cluster_name",
    "response_code_class",
    // These say how a call ended; they are no part of a flow.
    "response_code",
    "grpc_response_status",
    "response_flags",
    "request_protocol",
];

const REPORTER: usize = 0;
const SOURCE: Side = Side {
    workload: 1,
    namespace: 2,
    canonical_service: 3,
    app: 4,
    principal: 5,
};
const DESTINATION: Side = Side {
    workload: 6,
    namespace: 7,
    canonical_service: 8,
    app: 9,
    principal: 10,
};
const SERVICE: usize = 11;
const SERVICE_NAME: usize = 12;
const SERVICE_NAMESPACE: usize = 13;
const SECURITY_POLICY: usize = 14;
const CLUSTER_NAME: usize = 15;
const RESPONSE_CODE_CLASS: usize = 16;
const RESPONSE_CODE: usize = 17;
const GRPC_STATUS: usize = 18;
const RESPONSE_FLAGS: usize = 19;
const REQUEST_PROTOCOL: usize = 20;

/// The places that say how a call ended.
pub(super) const OUTCOME: std::ops::Range<usize> = RESPONSE_CODE..REQUEST_PROTOCOL + 1;

/// The places of one end of a call.
struct Side {
    workload: usize,
    namespace: usize,
    canonical_service: usize,
    app: usize,
    principal: usize,
}

/// What stands where nothing is known.
const UNKNOWN: &str = "unknown";

fn known(labels: &mut Labels<'_>, place: usize) -> Option<Text> {
    labels.get(place).filter(|value| &**value != UNKNOWN)
}

/// The flow that a label set belongs to; `None` where it does not say which end counts.
pub(super) fn flow(labels: &mut Labels<'_>) -> Option<Flow> {
    let direction = match &*labels.get(REPORTER)? {
        "source" => Direction::Outbound,
        // A waypoint stands in front of its servers and takes calls in their name, with the checks that are theirs:
        // what it counts is what a sidecar beside them would.
        "destination" | "waypoint" => Direction::Inbound,
        _ => return None,
    };
    let source = side(labels, &SOURCE);
    let destination = callee(labels);
    Some(Flow {
        direction,
        security: security(labels, &source, &destination),
        source,
        destination,
        port: None,
        route: None,
        server: None,
        own: false,
        traffic: Traffic::default(),
    })
}

/// Who stands at one end. A workload has its name from its owner; what its pods' labels call it is the next best.
fn side(labels: &mut Labels<'_>, side: &Side) -> Party {
    let workload = known(labels, side.workload);
    let concluded = workload.is_none();
    let workload = workload
        .or_else(|| known(labels, side.canonical_service))
        .or_else(|| known(labels, side.app));
    let identity = known(labels, side.principal);
    let namespace = known(labels, side.namespace).or_else(|| {
        let (_, namespace) = account(identity.as_ref()?)?;
        Some(namespace.into())
    });
    Party {
        namespace,
        concluded: concluded && workload.is_some(),
        workload,
        identity,
        ..Party::default()
    }
}

/// Who is called. The service is known even where no endpoint was there to be called.
fn callee(labels: &mut Labels<'_>) -> Party {
    let mut party = side(labels, &DESTINATION);
    let host = known(labels, SERVICE);
    let name = known(labels, SERVICE_NAME);
    let of_host = host.as_deref().and_then(namespace_of);
    if party.workload.is_none() {
        // A source that found no endpoint knows no namespace of it, and a waypoint gives its own.
        let of_service = of_host.map(Text::from);
        let of_service = of_service.or_else(|| known(labels, SERVICE_NAMESPACE));
        party.namespace = of_service.or(party.namespace);
    } else if party.namespace.is_none() {
        party.namespace = of_host.map(Text::from);
    }
    party.service = name.clone().filter(|name| is_service(name));
    if party.workload.is_none() && party.service.is_none() {
        party.address = host.or(name);
    }
    party
}

/// Whether it names a service, rather than a host outside of the mesh or a cluster that catches whatever is left over.
fn is_service(name: &str) -> bool {
    let is_left_over = name.contains("PassthroughCluster") || name == "BlackHoleCluster";
    !is_left_over && !name.contains(['.', ':'])
}

/// Namespace of a service's host: `web.shop.svc.cluster.local`.
fn namespace_of(host: &str) -> Option<&str> {
    let mut parts = host.split('.');
    let (_, namespace) = (parts.next()?, parts.next()?);
    (parts.next()? == "svc").then_some(namespace)
}

/// How the connection is secured. A source never says, but it shows identities where it has seen certificates.
fn security(labels: &mut Labels<'_>, source: &Party, destination: &Party) -> Security {
    match labels.get(SECURITY_POLICY).as_deref() {
        Some("mutual_tls") => Security::Mutual,
        Some("none") => Security::None(None),
        _ if source.identity.is_some() && destination.identity.is_some() => Security::Mutual,
        _ => Security::Unknown,
    }
}

/// How the calls of a label set ended.
pub(super) fn ended(labels: &mut Labels<'_>) -> Ended {
    let code = labels.get(RESPONSE_CODE);
    let status = labels.get(GRPC_STATUS);
    let protocol = labels.get(REQUEST_PROTOCOL);
    let is_grpc = protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case("grpc"));
    let is_labelled = labels.has(GRPC_STATUS);
    let missing = (is_grpc && is_labelled).then_some(Code::Missing);
    let flags = labels.get(RESPONSE_FLAGS);
    Ended {
        outcome: Outcome {
            // 0 where no response came.
            http: code
                .and_then(|code| code.parse().ok())
                .filter(|&code| code != 0),
            grpc: status.as_ref().and_then(Code::read).or(missing),
            class: None,
            error: flags.filter(|flags| flags::is_failure(flags)),
        },
        unclassified: false,
        without_grpc_label: is_grpc && !is_labelled,
    }
}

/// Connections that were broken off.
pub(super) fn lost(flow: &Flow, flags: &Text, count: u64) -> Refused {
    let party = |party: &Party| {
        let Party {
            namespace,
            workload,
            service,
            identity,
            address,
            ..
        } = party;
        let named = workload.as_ref().or(service.as_ref());
        match (namespace, named) {
            (Some(namespace), Some(name)) => Some(format!("{namespace}/{name}").into()),
            _ => named.or(identity.as_ref()).or(address.as_ref()).cloned(),
        }
    };
    let is_denied = flags.split(',').any(|flag| matches!(flag, "DENY" | "UAEX"));
    Refused {
        family: CLOSED,
        direction: flow.direction,
        kind: if is_denied {
            RefusedKind::DeniedConnection
        } else {
            RefusedKind::ConnectionError
        },
        reason: Some(Text::clone(flags)),
        destination: party(&flow.destination),
        client: party(&flow.source),
        count,
    }
}

/// Takes a sample of one of Envoy's clusters. An Envoy that is not Istio's calls the label something else.
pub(super) fn take(told: Told, labels: &mut Labels<'_>, count: u64, target: &mut TargetTraffic) {
    let Some(cluster) = labels.get(CLUSTER_NAME) else {
        return;
    };
    target.speaks(Proxy::Istio);
    if count == 0 {
        return;
    }
    let saturation = Saturation {
        cluster: Text::clone(&cluster),
        active: 0,
        overflows: 0,
    };
    match told {
        Told::Active if is_traffic(&cluster) => target.saturation.push(Saturation {
            active: count,
            ..saturation
        }),
        Told::Overflows if is_traffic(&cluster) => target.saturation.push(Saturation {
            overflows: count,
            ..saturation
        }),
        Told::Active | Told::Overflows => {}
        Told::Statuses => {
            let class = labels.get(RESPONSE_CODE_CLASS);
            let status = class.or_else(|| labels.get(RESPONSE_CODE));
            if let (Some(parent), Some(status)) = (parent(&cluster), status) {
                target.statuses.push(StatusCount {
                    family: STATUSES,
                    direction: Direction::Outbound,
                    knows_grpc: false,
                    parent,
                    route: None,
                    status: Some(status),
                    error: None,
                    count,
                });
            }
        }
    }
}

/// Whether a cluster carries traffic of the pod, rather than of the proxy itself (`xds-grpc`, `agent`, …).
fn is_traffic(cluster: &str) -> bool {
    cluster.contains('|') || cluster.contains("PassthroughCluster")
}

/// The service of a cluster: `outbound|8080|v1|web.shop.svc.cluster.local`. The port is left out: flows do not know
/// theirs, and so a family can only be held against all calls of the service.
fn parent(cluster: &str) -> Option<Parent> {
    let mut parts = cluster.split('|');
    let (direction, _port, _subset, host) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if direction != "outbound" || parts.next().is_some() {
        return None;
    }
    let namespace = namespace_of(host)?;
    let (name, _) = host.split_once('.')?;
    Some(Parent {
        kind: Some("Service".into()),
        namespace: Some(namespace.into()),
        name: Some(name.into()),
        port: None,
    })
}

/// Leaves one of two counts of the same responses: Istio's family has each response by its code and once more by the
/// class of that.
pub(super) fn count_once(statuses: &mut Vec<StatusCount>) {
    let is_class = |status: &StatusCount| {
        let status = status.status.as_deref();
        status.is_some_and(|status| status.ends_with("xx"))
    };
    let by_class = statuses.iter().filter(|status| is_class(status));
    let by_class: BTreeSet<_> = by_class
        .map(|status| (status.family, status.parent.clone()))
        .collect();
    if !by_class.is_empty() {
        statuses.retain(|status| {
            is_class(status) || !by_class.contains(&(status.family, status.parent.clone()))
        });
    }
}

/// Takes what a component of Istio says of its build.
pub(super) fn build(component: &str, tag: Option<Text>, target: &mut TargetTraffic) {
    // The control plane has the family too.
    if matches!(component, "proxy" | "ztunnel") {
        target.speaks(Proxy::Istio);
        target.version = tag.filter(|tag| &**tag != UNKNOWN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_tells_its_service() {
        let shown = |cluster| parent(cluster).map(|parent| parent.shown().to_string());
        let of_service = "outbound|8080|v1|web.shop.svc.cluster.local";
        assert_eq!(shown(of_service).as_deref(), Some("shop/web"));
        for other in [
            "inbound|8080||",
            "outbound|443||api.example.org",
            "xds-grpc",
            "PassthroughCluster",
            "outbound|8080|v1|web.shop.svc.cluster.local|more",
            "outbound|8080|v1|",
        ] {
            assert_eq!(shown(other), None, "{other}");
        }
    }

    #[test]
    fn hosts_and_left_over_clusters_are_no_services() {
        assert!(is_service("web"));
        for other in [
            "api.example.org",
            "10.0.0.1:80",
            "PassthroughCluster",
            "InboundPassthroughClusterIpv4",
            "BlackHoleCluster",
        ] {
            assert!(!is_service(other), "{other}");
        }
    }
}
