//! Hidden failures for a comment on a pull request.

use super::Block;
use super::Sheet;
use super::seen_by;
use crate::report::markdown::code_in;
use crate::report::markdown::coverage;
use crate::report::markdown::heading;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers::grouped;
use crate::report::summary;
use crate::report::traffic;
use crate::report::traffic::Names;
use crate::report::traffic::end_entry;
use crate::report::traffic::percent;

/// Rows of each table; a comment has a size limit.
const SHOWN: usize = 20;

pub(super) fn lines(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let totals = sheet.grpc.totals;
    let mut lines = vec!["### meshctl grpc".to_owned(), String::new()];
    let counts = [
        summary::coverage(sheet.page),
        traffic::calls(totals.calls),
        format!("{} with a gRPC status", grouped(totals.grpc_calls)),
    ];
    lines.push(counts.join(style.dot()));
    let hidden = totals.hidden_from_http + totals.hidden_from_mesh;
    let verdict = if traffic::speaking(sheet.page.survey.mesh.as_ref()) == 0 {
        traffic::silence()
    } else if hidden > 0 {
        format!("{}.", super::three_answers(sheet).join(", "))
    } else if totals.grpc_calls > 0 {
        "Nothing hides: HTTP, the mesh and gRPC agree on every failure.".to_owned()
    } else {
        "No call carries a gRPC status.".to_owned()
    };
    lines.extend([String::new(), prose_in(style, &verdict)]);
    for (count, text) in super::tiers(sheet) {
        lines.push(format!(
            "- **{}** {}",
            grouped(count),
            prose_in(style, &text)
        ));
    }
    let warnings = [super::no_responses(sheet), super::stripped(sheet)];
    for warning in warnings.into_iter().flatten() {
        lines.push(format!("- **not seen** {}", prose_in(style, &warning)));
    }
    let names = sheet.names();
    let blocks = sheet.blocks();
    let hides: Vec<&Block<'_>> = blocks.iter().filter(|block| block.hides()).collect();
    lines.extend(edges_table("Hidden failures", &hides, &names, sheet));
    if sheet.lists_http() {
        let rest: Vec<&Block<'_>> = blocks.iter().filter(|block| !block.hides()).collect();
        lines.extend(edges_table("Other edges", &rest, &names, sheet));
    }
    lines.extend(blind(sheet));
    lines.extend(lost(sheet, &names));
    lines.extend(absent(sheet));
    lines.extend(coverage(sheet.page));
    lines
}

fn edges_table(
    title: &str,
    blocks: &[&Block<'_>],
    names: &Names<'_>,
    sheet: Sheet<'_>,
) -> Vec<String> {
    let style = sheet.page.style;
    if blocks.is_empty() {
        return Vec::new();
    }
    let shown = sheet.rows(SHOWN).min(blocks.len());
    let mut lines = heading(title, shown, blocks.len());
    if let Some(only) = names.only {
        lines.extend([format!("In {}.", code_in(style, only)), String::new()]);
    }
    lines.push("| Edge | Seen by | Hidden | Calls | HTTP | Mesh | gRPC | Not OK |".to_owned());
    lines.push("|:--|:--|--:|--:|--:|--:|--:|:--|".to_owned());
    for edge in blocks[..shown].iter().flat_map(|block| &block.edges) {
        let rates = edge.success_rate();
        let [source, destination] = [
            names.end(end_entry(&edge.source), None),
            names.end(end_entry(&edge.destination), edge.service.as_deref()),
        ];
        lines.push(row(&[
            format!(
                "{} {} {}",
                code_in(style, &source),
                style.arrow().replace('>', "&gt;"),
                code_in(style, &destination)
            ),
            seen_by(edge.direction).to_owned(),
            grouped(edge.hidden()),
            grouped(edge.traffic.calls()),
            rate_of(rates.http, sheet),
            rate_of(rates.mesh, sheet),
            rate_of(rates.grpc, sheet),
            prose_in(style, &super::codes(edge, |_| true)),
        ]));
    }
    lines
}

fn blind(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let all = &sheet.grpc.blind;
    if all.is_empty() {
        return Vec::new();
    }
    let shown = sheet.rows(SHOWN).min(all.len());
    let mut lines = heading("Blind families", shown, all.len());
    lines.push("| Family | Calls to | Reported | True | Hidden |".to_owned());
    lines.push("|:--|:--|--:|--:|--:|".to_owned());
    lines.extend(all[..shown].iter().map(|blind| {
        row(&[
            code_in(style, blind.family),
            code_in(style, &blind.destination.shown()),
            rate_of(Some(blind.reported_success_rate), sheet),
            rate_of(Some(blind.true_success_rate), sheet),
            grouped(blind.hidden),
        ])
    }));
    lines
}

fn rate_of(rate: Option<f64>, sheet: Sheet<'_>) -> String {
    prose_in(sheet.page.style, &percent(rate, sheet.page.style))
}

fn lost(sheet: Sheet<'_>, names: &Names<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let (unanswered, refused) = (&sheet.grpc.unanswered, &sheet.grpc.refused);
    let mut rows: Vec<String> = Vec::new();
    for edge in unanswered {
        let ends = [&edge.source, &edge.destination].map(end_entry);
        let [source, destination] = ends.map(|end| names.end(end, None));
        rows.push(row(&[
            code_in(style, &format!("{source} to {destination}")),
            grouped(edge.requests - edge.responses),
            code_in(style, "request_total"),
            "without a response".to_owned(),
        ]));
    }
    for lost in refused {
        rows.push(row(&[
            code_in(style, &lost.proxy),
            grouped(lost.what.count),
            code_in(style, lost.what.family),
            prose_in(style, &super::lost_text(lost)),
        ]));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let shown = sheet.rows(SHOWN).min(rows.len());
    let mut lines = heading("Not in response_total", shown, rows.len());
    lines.push("| Where | Count | Family | What |".to_owned());
    lines.push("|:--|--:|:--|:--|".to_owned());
    rows.truncate(shown);
    lines.extend(rows);
    lines
}

fn absent(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let reasons = super::why_absent(sheet);
    if reasons.is_empty() {
        return Vec::new();
    }
    let mut lines = heading("No gRPC family", 1, 1);
    for (why, services) in reasons {
        let shown = sheet.rows(SHOWN).min(services.len());
        let mut texts: Vec<String> = services[..shown]
            .iter()
            .map(|service| code_in(style, service))
            .collect();
        if shown < services.len() {
            texts.push(format!("{} more", grouped((services.len() - shown) as u64)));
        }
        lines.push(format!("- {}: {}", prose_in(style, why), texts.join(", ")));
    }
    lines
}
