//! Rows of the outbound families: protocol detection, routes, errors, cost.

use super::balancer_rows::balanced_by;
use super::family::{Outbound as Route, Proto, Target, Tcp};
use super::histogram::{COARSE, DETECT, FINE, FRAME, Histogram};
use super::labels::Labels;
use super::model::{Outbound, Pod, Protocol};
use super::rows::Sink;

/// `outbound_http_errors_total`.
pub(crate) fn http_errors(pod: &Pod, sink: &mut Sink<'_>) {
    if pod.failfast > 0 {
        sink(
            &Labels::new().with("error", "failfast"),
            pod.failfast.into(),
        );
    }
}

/// `outbound_tcp_errors_total`: one row for each address that refused.
pub(crate) fn tcp_errors(pod: &Pod, sink: &mut Sink<'_>) {
    for index in 0..pod.refused {
        let ip = format!("10.43.{}.{}", 200 + index / 250 % 50, 1 + index % 250);
        let port = 9_000 + (index / 12_500) as u16;
        let labels = Labels::new().address(&ip, port).with("error", "i/o");
        sink(&labels, (1 + index % 3).into());
    }
}

/// The protocol the control plane announced for an edge.
fn announced(edge: &Outbound) -> &'static str {
    match (edge.protocol, edge.route) {
        (Protocol::Grpc, Some(_)) => "http/2",
        (Protocol::Http1 | Protocol::Grpc, _) => "detect",
        (Protocol::Opaque, _) => "opaq",
        (Protocol::Tls, _) => "tls",
    }
}

/// `outbound_tcp_protocol_connections_total`.
pub(crate) fn protocols(pod: &Pod, sink: &mut Sink<'_>) {
    for edge in &pod.outbound {
        let labels = Labels::new().with("protocol", announced(edge)).parent(edge);
        sink(&labels, edge.traffic.opened.into());
    }
}

fn detected(pod: &Pod) -> impl Iterator<Item = &Outbound> {
    pod.outbound
        .iter()
        .filter(|edge| announced(edge) == "detect")
}

/// `outbound_tcp_detect_http_duration_seconds`.
pub(crate) fn detect_duration(pod: &Pod, sink: &mut Sink<'_>) {
    for edge in detected(pod) {
        let histogram = Histogram::new(&DETECT, edge.traffic.opened, 90);
        sink(&Labels::new().parent(edge), histogram.into());
    }
}

/// `outbound_tcp_detect_http_results_total`.
pub(crate) fn detect_results(pod: &Pod, sink: &mut Sink<'_>) {
    for edge in detected(pod) {
        let found = if edge.protocol == Protocol::Grpc {
            "http/2"
        } else {
            "http/1"
        };
        for result in ["http/1", "http/2", "not_http", "read_timeout", "error"] {
            let count = if result == found {
                edge.traffic.opened
            } else {
                0
            };
            sink(
                &Labels::new().with("result", result).parent(edge),
                count.into(),
            );
        }
    }
}

/// `outbound_http_route_*` and `outbound_grpc_route_*`.
pub(crate) fn route(pod: &Pod, proto: Proto, what: Route, sink: &mut Sink<'_>) {
    for edge in &pod.outbound {
        let grpc = edge.protocol == Protocol::Grpc && edge.route.is_some();
        if !edge.protocol.is_http() || grpc != (proto == Proto::Grpc) {
            continue;
        }
        let responses = edge.traffic.responses();
        let micros = edge.traffic.latency_ms * 1_000;
        let request = || Labels::new().parent(edge).route(edge).with("hostname", "");
        let backend = || Labels::new().parent(edge).route(edge).backend(edge);
        match what {
            Route::RequestDuration => sink(
                &request(),
                Histogram::new(&COARSE, responses, micros).into(),
            ),
            Route::RequestFrame => sink(&request(), Histogram::new(&FRAME, responses, 90).into()),
            Route::RequestStatuses => statuses(edge, proto, &request, sink),
            Route::BackendRequests => sink(&backend(), edge.traffic.requests().into()),
            Route::BackendResponseDuration => {
                sink(&backend(), Histogram::new(&FINE, responses, micros).into());
            }
            Route::BackendResponseFrame => {
                sink(&backend(), Histogram::new(&FRAME, responses, 700).into());
            }
            Route::BackendResponseStatuses => statuses(edge, proto, &backend, sink),
            Route::RetryRequests if edge.retries > 0 => sink(&request(), edge.retries.into()),
            Route::RetrySuccesses if edge.retries > 0 => {
                sink(&request(), (edge.retries - 1).into());
            }
            Route::RetryLimitExceeded if edge.retries > 0 => sink(&request(), 1.into()),
            Route::RetryOverflow if edge.retries > 0 => sink(&request(), 0.into()),
            Route::RetryRequests
            | Route::RetrySuccesses
            | Route::RetryLimitExceeded
            | Route::RetryOverflow => {}
        }
    }
}

/// Under an HTTP route a gRPC failure counts as `http_status="200"`: the trap a reader has to know.
fn statuses(edge: &Outbound, proto: Proto, labels: &dyn Fn() -> Labels, sink: &mut Sink<'_>) {
    let error = |status: Option<u16>| if status.is_none() { "RESET" } else { "" };
    match proto {
        Proto::Http => {
            for (status, count) in edge.traffic.statuses() {
                let code = status.map(|status| status.to_string()).unwrap_or_default();
                let labels = labels()
                    .with("http_status", &code)
                    .with("error", error(status));
                sink(&labels, count.into());
            }
        }
        Proto::Grpc => {
            for outcome in &edge.traffic.outcomes {
                let name = outcome.grpc.map_or("UNKNOWN", code_name);
                let labels = labels()
                    .with("grpc_status", name)
                    .with("error", error(outcome.status));
                sink(&labels, outcome.count.into());
            }
        }
    }
}

fn code_name(code: u8) -> &'static str {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    NAMES.get(usize::from(code)).copied().unwrap_or("UNKNOWN")
}

/// `outbound_tcp_route_*` and `outbound_tls_route_*`.
pub(crate) fn connections(pod: &Pod, target: Target, what: Tcp, sink: &mut Sink<'_>) {
    for edge in pod
        .outbound
        .iter()
        .filter(|edge| balanced_by(edge.protocol) == target)
    {
        let labels = || match target {
            Target::Tls => Labels::new()
                .parent(edge)
                .default_route("tls")
                .with("hostname", ""),
            _ => Labels::new()
                .parent(edge)
                .default_route("opaque")
                .with("target_ip", "")
                .number("target_port", edge.port.into()),
        };
        if what == Tcp::Opened {
            sink(&labels(), edge.traffic.opened.into());
            continue;
        }
        for error in [
            "",
            "forbidden",
            "invalid_backend",
            "invalid_policy",
            "unexpected",
        ] {
            let closed = edge.traffic.opened - edge.traffic.open;
            let count = if error.is_empty() { closed } else { 0 };
            sink(&labels().with("error", error), count.into());
        }
    }
}

/// `outbound_tcp_transfer_cost_bytes_total`.
pub(crate) fn transfer_cost(pod: &Pod, sink: &mut Sink<'_>) {
    for locality in ["Unknown", "Local", "Remote"] {
        let edges = || {
            pod.outbound.iter().filter(move |edge| {
                locality
                    == match (edge.meshed, edge.to.zone == pod.place.zone) {
                        (false, _) => "Unknown",
                        (true, true) => "Local",
                        (true, false) => "Remote",
                    }
            })
        };
        if edges().next().is_none() {
            continue;
        }
        let sent: u64 = edges().map(|edge| edge.traffic.sent).sum();
        let received: u64 = edges().map(|edge| edge.traffic.received).sum();
        for (op, bytes) in [("Send", sent), ("Recv", received)] {
            let labels = Labels::new().with("op", op).with("zone_locality", locality);
            sink(&labels, bytes.into());
        }
    }
}
