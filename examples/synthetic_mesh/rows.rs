//! From a family and a pod to the family's rows; one arm for each shape of label set.

use super::family::{Family, Rows};
use super::histogram::Histogram;
use super::labels::Labels;
use super::model::Pod;
use super::render::Number;
use super::{balancer_rows, control_rows, inbound_rows, legacy_rows, outbound_rows};

/// What one row holds.
#[derive(Debug)]
pub(crate) enum Cell {
    Number(Number),
    Histogram(Histogram),
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Self::Number(Number::Whole(count))
    }
}

impl From<Histogram> for Cell {
    fn from(histogram: Histogram) -> Self {
        Self::Histogram(histogram)
    }
}

/// Takes the rows of one family, in order.
pub(crate) type Sink<'a> = dyn FnMut(&Labels, Cell) + 'a;

/// Hands each row of `family` in `pod` to `sink`; none when the pod has nothing to say.
pub(crate) fn rows(pod: &Pod, family: &Family, sink: &mut Sink<'_>) {
    match family.rows {
        Rows::AuthzHttp => inbound_rows::authorized_http(pod, sink),
        Rows::AuthzTcp(verdict) => inbound_rows::authorized_tcp(pod, verdict, sink),
        Rows::InboundTcpErrors => inbound_rows::tcp_errors(pod, sink),
        Rows::OutboundHttpErrors => outbound_rows::http_errors(pod, sink),
        Rows::OutboundTcpErrors => outbound_rows::tcp_errors(pod, sink),
        Rows::Requests => legacy_rows::requests(pod, sink),
        Rows::Latency => legacy_rows::latency(pod, sink),
        Rows::Responses => legacy_rows::responses(pod, sink),
        Rows::ControlRequests => control_rows::requests(pod, sink),
        Rows::ControlLatency => control_rows::latency(pod, sink),
        Rows::ControlResponses => control_rows::responses(pod, sink),
        Rows::Tcp(what) => legacy_rows::tcp(pod, what, sink),
        Rows::Stack(what) => control_rows::stacks(pod, what, sink),
        Rows::Scalar => control_rows::scalar(pod, family.name, sink),
        Rows::BuildInfo => control_rows::build_info(sink),
        Rows::TlsInfo => control_rows::tls_info(sink),
        Rows::Dns => control_rows::dns(pod, sink),
        Rows::CertRefreshes => control_rows::cert_refreshes(sink),
        Rows::Balancer(target, measure) => balancer_rows::balancer(pod, target, measure, sink),
        Rows::InboundDetectDuration => inbound_rows::detect_duration(pod, sink),
        Rows::InboundDetectResults => inbound_rows::detect_results(pod, sink),
        Rows::TransportHeaders => inbound_rows::transport_headers(pod, sink),
        Rows::InboundRoute(proto, what) => inbound_rows::route(pod, proto, what, sink),
        Rows::OutboundProtocols => outbound_rows::protocols(pod, sink),
        Rows::OutboundDetectDuration => outbound_rows::detect_duration(pod, sink),
        Rows::OutboundDetectResults => outbound_rows::detect_results(pod, sink),
        Rows::OutboundRoute(proto, what) => outbound_rows::route(pod, proto, what, sink),
        Rows::ConnectionRoute(target, what) => {
            outbound_rows::connections(pod, target, what, sink);
        }
        Rows::TransferCost => outbound_rows::transfer_cost(pod, sink),
    }
}
