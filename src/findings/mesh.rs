//! `mesh/no-mtls`: traffic between workloads that the mesh does not secure.

use serde_json::json;

use super::Finding;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::either;
use super::numbers::grouped;
use super::numbers::plural;
use crate::mesh;
use crate::mesh::Text;
use crate::mesh::edges::By;
use crate::mesh::edges::Edge;
use crate::mesh::edges::EndKind;
use crate::survey::Survey;

/// Edges that the evidence lists.
const LISTED: usize = 10;

/// One finding for all edges without mutual TLS.
pub(super) fn inspect(survey: &Survey, findings: &mut Vec<Finding>) {
    let Some(mesh) = &survey.mesh else {
        return;
    };
    let edges = mesh::edges(mesh, By::Workload);
    let plain: Vec<(&Edge, &Text)> = edges
        .iter()
        .filter_map(|edge| Some((edge, reason(edge)?)))
        .collect();
    let Some((worst, reason)) = plain.iter().max_by_key(|(edge, _)| weight(edge)) else {
        return;
    };
    let listed: Vec<_> = plain
        .iter()
        .take(LISTED)
        .map(|(edge, _)| arrow(edge))
        .collect();
    findings.push(Finding {
        id: "mesh/no-mtls",
        severity: Severity::Medium,
        subject: Subject::default(),
        message: format!(
            "{} of {} {} traffic without the mesh's mutual TLS, most of it {} ({reason})",
            grouped(plain.len() as u64),
            plural(edges.len() as u64, "edge"),
            either(plain.len() as u64, "carries", "carry"),
            arrow(worst),
        ),
        evidence: evidence([
            ("edges", json!(edges.len())),
            ("edges_without_mtls", json!(plain.len())),
            ("first_edges", json!(listed)),
            ("reason", json!(reason.to_string())),
        ]),
        remedy:
            "mesh the other end, or name the port where TLS of the application's own is meant; \
                 `meshctl edges -o wide` names the reason for each"
                .to_owned(),
    });
}

fn weight(edge: &Edge) -> (u64, u64) {
    let traffic = edge.main_view().map(|view| &view.traffic);
    traffic.map_or((0, 0), |traffic| (traffic.calls(), traffic.tcp.opened))
}

/// Why an edge between two workloads has no mutual TLS. One that an unknown client or an address is the end of
/// is known to be outside.
fn reason(edge: &Edge) -> Option<&Text> {
    let outside = |kind| matches!(kind, EndKind::Unknown | EndKind::Address);
    if outside(edge.source.kind) || outside(edge.destination.kind) {
        return None;
    }
    let views = [&edge.outbound, &edge.inbound].into_iter().flatten();
    let mut plain = views.flat_map(|view| &view.plain);
    plain.find(|reason| &***reason != "loopback")
}

fn arrow(edge: &Edge) -> String {
    let end = |end: &mesh::edges::End| match &end.namespace {
        Some(namespace) => format!("{namespace}/{}", end.name),
        None => end.name.to_string(),
    };
    format!("{} → {}", end(&edge.source), end(&edge.destination))
}
