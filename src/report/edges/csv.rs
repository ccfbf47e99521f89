//! Edges as CSV: a row for each edge as one end counts it.

use std::io;
use std::io::Write;

use csv::Writer;

use crate::report::Style;
use crate::report::csv::cell;
use crate::report::document::EdgesDocument;
use crate::report::document::QuantileEntry;

const HEADER: [&str; 24] = [
    "source_namespace",
    "source",
    "destination_namespace",
    "destination",
    "services",
    "seen_by",
    "targets",
    "calls",
    "calls_per_second",
    "success_rate",
    "success_http",
    "success_mesh",
    "success_grpc",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "open_connections",
    "received_bytes",
    "sent_bytes",
    "bytes_per_second",
    "mutual_tls",
    "plain_reasons",
    "client_identities",
    "server_identities",
];

pub(super) fn write(
    document: &EdgesDocument<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = |text: Option<&str>| cell(style, text.unwrap_or_default());
    let joined = |texts: &[&str]| cell(style, &texts.join(";"));
    let part = |rate: Option<f64>| rate.map_or_else(String::new, |rate| format!("{rate:.4}"));
    let number = |rate: Option<f64>| rate.map_or_else(String::new, |rate| format!("{rate:.3}"));
    let count = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    let value = |quantile: Option<QuantileEntry>| number(quantile.map(|quantile| quantile.value));
    let mut rows = Writer::from_writer(out);
    rows.write_record(HEADER)?;
    for edge in &document.edges {
        for (seen_by, view) in edge.views() {
            let latency = view.latency_ms;
            let tcp = view.tcp;
            rows.write_record([
                text(edge.source.namespace),
                text(edge.source.name),
                text(edge.destination.namespace),
                text(edge.destination.name),
                joined(&edge.services),
                seen_by.to_owned(),
                view.targets.to_string(),
                view.calls.to_string(),
                number(view.calls_per_second),
                part(view.success_rate),
                part(view.success_rates.http),
                part(view.success_rates.mesh),
                part(view.success_rates.grpc),
                value(latency.and_then(|latency| latency.p50)),
                value(latency.and_then(|latency| latency.p95)),
                value(latency.and_then(|latency| latency.p99)),
                count(tcp.map(|tcp| tcp.open_connections)),
                count(tcp.map(|tcp| tcp.received_bytes)),
                count(tcp.map(|tcp| tcp.sent_bytes)),
                number(tcp.and_then(|tcp| tcp.bytes_per_second)),
                view.mutual_tls.to_owned(),
                joined(&view.plain_reasons),
                joined(&view.client_identities),
                joined(&view.server_identities),
            ])?;
        }
    }
    rows.flush()
}
