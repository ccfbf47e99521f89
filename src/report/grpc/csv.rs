//! Hidden failures as CSV: a row for each edge as one end counts it, in the order of the document.

use std::io;
use std::io::Write;

use csv::Writer;

use super::Sheet;
use crate::report::csv::cell;
use crate::report::document::CodeEntry;

const HEADER: [&str; 20] = [
    "direction",
    "source_namespace",
    "source",
    "destination_namespace",
    "destination",
    "service",
    "route",
    "in_totals",
    "calls",
    "grpc_calls",
    "hidden_from_http",
    "hidden_from_mesh",
    "without_status",
    "hidden_ratio",
    "client_fault",
    "server_fault",
    "success_http",
    "success_mesh",
    "success_grpc",
    "codes",
];

pub(super) fn write(sheet: Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = sheet.page.style;
    let text = |text: Option<&str>| cell(style, text.unwrap_or_default());
    let rate = |rate: Option<f64>| rate.map_or_else(String::new, |rate| format!("{rate:.4}"));
    let document = sheet.document();
    let mut rows = Writer::from_writer(out);
    rows.write_record(HEADER)?;
    for edge in &document.edges {
        let codes: Vec<String> = edge.codes.iter().map(code).collect();
        rows.write_record([
            edge.direction.to_owned(),
            text(edge.source.namespace),
            text(edge.source.name),
            text(edge.destination.namespace),
            text(edge.destination.name),
            text(edge.service),
            text(edge.route),
            edge.in_totals.to_string(),
            edge.calls.to_string(),
            edge.grpc_calls.to_string(),
            edge.hidden_from_http.to_string(),
            edge.hidden_from_mesh.to_string(),
            edge.without_status.to_string(),
            rate(edge.hidden_ratio),
            edge.client_fault.to_string(),
            edge.server_fault.to_string(),
            rate(edge.success_rate.http),
            rate(edge.success_rate.mesh),
            rate(edge.success_rate.grpc),
            text(Some(&codes.join(";"))),
        ])?;
    }
    rows.flush()
}

/// `14 UNAVAILABLE failure 6`.
fn code(code: &CodeEntry) -> String {
    let number = code
        .code
        .map_or_else(|| "?".to_owned(), |code| code.to_string());
    let class = code.classification.unwrap_or("unclassified");
    format!("{number} {} {class} {}", code.name, code.responses)
}
