//! Rows of the families both directions share: requests, responses, latency, connections.

use super::family::Tcp;
use super::histogram::{Histogram, LATENCY_MS};
use super::labels::{ADMIN_PORT, Labels};
use super::model::{Client, Inbound, Outbound, Outcome, Pod, Protocol, Traffic};
use super::random::Random;
use super::rows::Sink;

/// Calls `each` with the labels and the traffic of every HTTP edge, outbound first.
fn http_edges(pod: &Pod, mut each: impl FnMut(&dyn Fn() -> Labels, &Traffic)) {
    for edge in pod.outbound.iter().filter(|edge| edge.protocol.is_http()) {
        let labels = || {
            let labels = Labels::new().with("direction", "outbound");
            labels.endpoint(&pod.place, edge)
        };
        each(&labels, &edge.traffic);
    }
    for edge in pod.inbound.iter().filter(|edge| edge.protocol.is_http()) {
        each(&|| inbound(pod, edge), &edge.traffic);
    }
    let admin = admin(pod);
    each(&|| inbound(pod, &admin), &admin.traffic);
}

fn inbound(pod: &Pod, edge: &Inbound) -> Labels {
    let server = edge.server.as_deref();
    Labels::new()
        .with("direction", "inbound")
        .inbound_target(&pod.place.ip, edge)
        .inbound_tls(edge)
        .server("srv", server, edge.port)
        .inbound_route(server)
        .authorization(server)
}

/// The scrapes themselves, from a scraper whose traffic to this port is not meshed.
pub(crate) fn admin(pod: &Pod) -> Inbound {
    Inbound {
        client: Client::Unmeshed,
        port: ADMIN_PORT,
        protocol: Protocol::Http1,
        server: None,
        denied: 0,
        terminated: 0,
        traffic: Traffic {
            outcomes: vec![Outcome::http(200, pod.scrapes)],
            in_flight: 1,
            latency_ms: 3,
            opened: 2,
            open: 1,
            sent: pod.scrapes * 186,
            received: pod.scrapes * 61_017,
        },
    }
}

/// `request_total`.
pub(crate) fn requests(pod: &Pod, sink: &mut Sink<'_>) {
    http_edges(pod, |labels, traffic| {
        if traffic.requests() > 0 {
            sink(&labels(), traffic.requests().into());
        }
    });
}

/// `response_latency_ms`: by status code, without classification.
pub(crate) fn latency(pod: &Pod, sink: &mut Sink<'_>) {
    http_edges(pod, |labels, traffic| {
        for (status, count) in traffic.statuses() {
            let histogram = Histogram::new(&LATENCY_MS, count, traffic.latency_ms);
            sink(&with_status(labels(), status), histogram.into());
        }
    });
}

/// `response_total`.
pub(crate) fn responses(pod: &Pod, sink: &mut Sink<'_>) {
    http_edges(pod, |labels, traffic| {
        for outcome in &traffic.outcomes {
            sink(&with_outcome(labels(), outcome), outcome.count.into());
        }
    });
}

fn with_status(labels: Labels, status: Option<u16>) -> Labels {
    match status {
        Some(status) => labels.number("status_code", status.into()),
        None => labels,
    }
}

/// Adds `status_code`, `classification`, `grpc_status`, `error`.
pub(crate) fn with_outcome(labels: Labels, outcome: &Outcome) -> Labels {
    let Outcome {
        status,
        grpc,
        failure,
        count: _,
    } = outcome;
    let labels = with_status(labels, *status).with(
        "classification",
        if *failure { "failure" } else { "success" },
    );
    let labels = match grpc {
        Some(code) => labels.number("grpc_status", (*code).into()),
        None => labels.with("grpc_status", ""),
    };
    labels.with("error", if status.is_none() { "unclassified" } else { "" })
}

/// `tcp_*`: the application's and the network's side of each edge, in one order for all five families.
pub(crate) fn tcp(pod: &Pod, what: Tcp, sink: &mut Sink<'_>) {
    let errno = |labels: Labels| {
        if what == Tcp::Closed {
            labels.with("errno", "")
        } else {
            labels
        }
    };
    let side = |peer| {
        Labels::new()
            .with("direction", "outbound")
            .with("peer", peer)
    };
    for edge in &pod.outbound {
        let Outbound { traffic, .. } = edge;
        let dst = errno(side("dst").endpoint(&pod.place, edge));
        sink(
            &dst,
            measured(what, traffic, traffic.received, traffic.sent).into(),
        );
        let src = errno(side("src").original_destination(edge));
        sink(
            &src,
            measured(what, traffic, traffic.sent, traffic.received).into(),
        );
    }
    let side = |peer| {
        Labels::new()
            .with("direction", "inbound")
            .with("peer", peer)
    };
    for edge in pod.inbound.iter().chain([&admin(pod)]) {
        let Inbound { traffic, .. } = edge;
        let labels = side("src")
            .inbound_target(&pod.place.ip, edge)
            .inbound_tls(edge)
            .server("srv", edge.server.as_deref(), edge.port);
        sink(
            &errno(labels),
            measured(what, traffic, traffic.sent, traffic.received).into(),
        );
    }
    if !pod.inbound.is_empty() {
        let total =
            |part: fn(&Traffic) -> u64| pod.inbound.iter().map(|edge| part(&edge.traffic)).sum();
        let loopback = side("dst")
            .with("tls", "no_identity")
            .with("no_tls_reason", "loopback");
        let all = Traffic {
            opened: total(|traffic| traffic.opened),
            open: total(|traffic| traffic.open),
            sent: total(|traffic| traffic.sent),
            received: total(|traffic| traffic.received),
            ..Traffic::new(Vec::new(), 0, &mut Random::new(0))
        };
        sink(
            &errno(loopback),
            measured(what, &all, all.received, all.sent).into(),
        );
    }
}

fn measured(what: Tcp, traffic: &Traffic, read: u64, written: u64) -> u64 {
    match what {
        Tcp::Opened => traffic.opened,
        Tcp::Open => traffic.open,
        Tcp::Closed => traffic.opened - traffic.open,
        Tcp::Read => read,
        Tcp::Written => written,
    }
}
