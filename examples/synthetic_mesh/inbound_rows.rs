//! Rows of the inbound families: authorisation, protocol detection, transport headers, routes.
//!
//! Route and detection families know a port and its policy, not the client, so edges are joined by port.

use std::collections::BTreeMap;

use super::family::{Inbound as Measure, Proto, Verdict};
use super::histogram::{COARSE, DETECT, FINE, FRAME, Histogram};
use super::labels::Labels;
use super::legacy_rows::admin;
use super::model::{Client, Inbound, Pod, Protocol};
use super::rows::Sink;

/// `inbound_http_authz_allow_total`.
pub(crate) fn authorized_http(pod: &Pod, sink: &mut Sink<'_>) {
    for edge in pod.inbound.iter().chain([&admin(pod)]) {
        if edge.protocol.is_http() {
            let server = edge.server.as_deref();
            let labels = Labels::new()
                .inbound_target(&pod.place.ip, edge)
                .server("srv", server, edge.port)
                .inbound_route(server)
                .authorization(server)
                .inbound_tls(edge);
            sink(&labels, edge.traffic.requests().into());
        }
    }
}

/// `inbound_tcp_authz_*_total`.
pub(crate) fn authorized_tcp(pod: &Pod, verdict: Verdict, sink: &mut Sink<'_>) {
    for edge in pod.inbound.iter().filter(|edge| !edge.protocol.is_http()) {
        let count = match verdict {
            Verdict::Allow => edge.traffic.opened - edge.denied,
            Verdict::Deny => edge.denied,
            Verdict::Terminate => edge.terminated,
        };
        if count == 0 {
            continue;
        }
        let server = edge.server.as_deref();
        let labels = Labels::new()
            .inbound_target(&pod.place.ip, edge)
            .server("srv", server, edge.port);
        let labels = match verdict {
            Verdict::Allow => labels.authorization(server),
            Verdict::Deny | Verdict::Terminate => labels,
        };
        sink(&labels.inbound_tls(edge), count.into());
    }
}

/// `inbound_tcp_errors_total`: connections that named no protocol in time.
pub(crate) fn tcp_errors(pod: &Pod, sink: &mut Sink<'_>) {
    if let (Some(edge), 1..) = (pod.inbound.first(), pod.detect_timeouts) {
        let labels = Labels::new()
            .with("error", "tls detection timeout")
            .address(&pod.place.ip, edge.port);
        sink(&labels, pod.detect_timeouts.into());
    }
}

/// Connections from outside the mesh, by port; only those need the HTTP protocol to be detected.
fn detected(pod: &Pod) -> BTreeMap<u16, (Option<String>, u64, u64)> {
    let mut ports = BTreeMap::new();
    for edge in pod.inbound.iter().chain([&admin(pod)]) {
        if edge.client == Client::Unmeshed && edge.server.is_none() {
            let (_, http, other) = ports
                .entry(edge.port)
                .or_insert((edge.server.clone(), 0, 0));
            *(if edge.protocol.is_http() { http } else { other }) += edge.traffic.opened;
        }
    }
    ports
}

/// `inbound_tcp_detect_http_duration_seconds`.
pub(crate) fn detect_duration(pod: &Pod, sink: &mut Sink<'_>) {
    for (port, (server, http, other)) in detected(pod) {
        let labels = Labels::new().server("srv", server.as_deref(), port);
        sink(&labels, Histogram::new(&DETECT, http + other, 60).into());
    }
}

/// `inbound_tcp_detect_http_results_total`.
pub(crate) fn detect_results(pod: &Pod, sink: &mut Sink<'_>) {
    for (port, (server, http, other)) in detected(pod) {
        let results = [
            ("http/1", http),
            ("http/2", 0),
            ("not_http", other),
            ("read_timeout", 0),
            ("error", 0),
        ];
        for (result, count) in results {
            let labels = Labels::new().with("result", result);
            sink(&labels.server("srv", server.as_deref(), port), count.into());
        }
    }
}

/// `inbound_tcp_transport_header_connections_total`.
pub(crate) fn transport_headers(pod: &Pod, sink: &mut Sink<'_>) {
    for edge in &pod.inbound {
        if let Client::Meshed(identity) = &edge.client {
            let session = if edge.protocol.is_http() {
                "http/2"
            } else {
                ""
            };
            let labels = Labels::new()
                .with("session_protocol", session)
                .number("target_port", edge.port.into())
                .with("target_name", "")
                .with("client_id", identity);
            sink(&labels, edge.traffic.opened.into());
        }
    }
}

/// `inbound_http_*` and `inbound_grpc_*`; the latter only where a policy has a `GRPCRoute`.
pub(crate) fn route(pod: &Pod, proto: Proto, what: Measure, sink: &mut Sink<'_>) {
    let mut ports: BTreeMap<u16, Vec<&Inbound>> = BTreeMap::new();
    for edge in pod.inbound.iter().filter(|edge| edge.protocol.is_http()) {
        let grpc = edge.protocol == Protocol::Grpc && edge.server.is_some();
        if grpc == (proto == Proto::Grpc) {
            ports.entry(edge.port).or_default().push(edge);
        }
    }
    for (port, edges) in ports {
        let server = edges[0].server.as_deref();
        let labels = || {
            Labels::new()
                .server("parent", server, port)
                .inbound_route(server)
        };
        let responses: u64 = edges.iter().map(|edge| edge.traffic.responses()).sum();
        let micros = edges[0].traffic.latency_ms * 1_000;
        match what {
            Measure::Requests => {
                let requests: u64 = edges.iter().map(|edge| edge.traffic.requests()).sum();
                sink(&labels(), requests.into());
            }
            Measure::RequestFrame => sink(&labels(), Histogram::new(&FRAME, responses, 90).into()),
            Measure::RequestDuration => {
                sink(&labels(), Histogram::new(&FINE, responses, micros).into());
            }
            Measure::ResponseFrame => {
                sink(&labels(), Histogram::new(&FRAME, responses, 700).into());
            }
            Measure::ResponseDuration => {
                sink(&labels(), Histogram::new(&COARSE, responses, micros).into());
            }
            Measure::Statuses => {
                for (status, count) in statuses(&edges, proto) {
                    sink(&labels().number("status", status), count.into());
                }
            }
        }
    }
}

/// HTTP statuses, or numeric gRPC ones; a reset stream has neither.
fn statuses(edges: &[&Inbound], proto: Proto) -> BTreeMap<u64, u64> {
    let mut statuses = BTreeMap::new();
    for outcome in edges.iter().flat_map(|edge| &edge.traffic.outcomes) {
        let status = match proto {
            Proto::Http => outcome.status.map(u64::from),
            Proto::Grpc => outcome.grpc.map(u64::from),
        };
        if let Some(status) = status {
            *statuses.entry(status).or_default() += outcome.count;
        }
    }
    statuses
}
