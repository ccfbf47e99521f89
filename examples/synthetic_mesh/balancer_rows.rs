//! Rows of the balancers: eleven families each, in front of three control services and of every edge.

use super::control_rows::{SERVICES, Service, started_micros};
use super::family::{Measure, Target};
use super::histogram::{Histogram, QUEUE};
use super::labels::Labels;
use super::model::{Pod, Protocol};
use super::render::Number;
use super::rows::{Cell, Sink};

/// `*_balancer_*` of one target.
pub(crate) fn balancer(pod: &Pod, target: Target, measure: Measure, sink: &mut Sink<'_>) {
    let control = |service: &Service, sink: &mut Sink<'_>| {
        let requests = service.requests(pod);
        balance(
            pod,
            measure,
            requests,
            30,
            &|labels| labels.with("addr", service.addr),
            sink,
        );
    };
    match target {
        Target::Identity => control(&SERVICES[0], sink),
        Target::Destination => control(&SERVICES[1], sink),
        Target::Policy => control(&SERVICES[2], sink),
        Target::Http | Target::Tcp | Target::Tls => {
            for edge in pod
                .outbound
                .iter()
                .filter(|edge| balanced_by(edge.protocol) == target)
            {
                let authority = format!(
                    "{}.{}.svc.cluster.local:{}",
                    edge.service, edge.to.namespace, edge.port
                );
                let labels = |labels: Labels| match target {
                    Target::Tls => labels.with("concrete", &authority),
                    Target::Tcp => labels
                        .parent(edge)
                        .backend(edge)
                        .with("logical", &authority)
                        .with("concrete", &authority),
                    _ => labels.parent(edge).backend(edge),
                };
                let requests = match target {
                    Target::Http => edge.traffic.requests(),
                    _ => edge.traffic.opened,
                };
                balance(pod, measure, requests, 3, &labels, sink);
            }
        }
    }
}

/// The balancer in front of connections of this protocol.
pub(crate) fn balanced_by(protocol: Protocol) -> Target {
    match protocol {
        Protocol::Http1 | Protocol::Grpc => Target::Http,
        Protocol::Opaque => Target::Tcp,
        Protocol::Tls => Target::Tls,
    }
}

/// One balancer with one ready endpoint and a queue that never shut.
fn balance(
    pod: &Pod,
    measure: Measure,
    requests: u64,
    timeout_seconds: u64,
    labels: &dyn Fn(Labels) -> Labels,
    sink: &mut Sink<'_>,
) {
    let rest = || labels(Labels::new());
    let micros = |value| Cell::Number(Number::Micros(value));
    match measure {
        Measure::Endpoints => {
            for (state, count) in [("ready", 1), ("pending", 0)] {
                sink(
                    &labels(Labels::new().with("endpoint_state", state)),
                    Cell::from(count),
                );
            }
        }
        Measure::P2cUpdates => {
            for (op, count) in [("Remove", 0), ("Reset", 1), ("Add", 0)] {
                sink(&labels(Labels::new().with("op", op)), Cell::from(count));
            }
        }
        Measure::P2cEndpoints | Measure::QueueGateOpen => sink(&rest(), 1.into()),
        Measure::QueueLength | Measure::QueueGateShut => sink(&rest(), 0.into()),
        Measure::QueueRequests => sink(&rest(), requests.into()),
        Measure::QueueLatency => sink(&rest(), Histogram::new(&QUEUE, requests, 240).into()),
        Measure::QueueGateOpenTime => sink(&rest(), micros(started_micros(pod) + 21_873)),
        Measure::QueueGateShutTime => sink(&rest(), micros(0)),
        Measure::QueueGateTimeout => sink(&rest(), micros(timeout_seconds * 1_000_000)),
    }
}
