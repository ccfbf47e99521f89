//! `mesh/no-mtls`: traffic between workloads that the mesh does not secure; `mesh/double-reporter`: calls that are
//! counted more than once.

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::counted;
use super::numbers::either;
use super::numbers::grouped;
use super::numbers::plural;
use crate::mesh::Doubled;
use crate::mesh::Proxy;
use crate::mesh::TargetTraffic;
use crate::mesh::Text;
use crate::mesh::edges::Edge;
use crate::mesh::edges::EndKind;
use crate::mesh::edges::View;
use crate::mesh::edges::arrow;
use crate::survey::Survey;

/// Edges that the evidence lists.
const LISTED: usize = 10;

/// One finding for all edges without mutual TLS, one for all targets that repeat another, one for all calls that both
/// reporters count.
pub(super) fn inspect(survey: &Survey, findings: &mut Vec<Finding>) {
    let Some(mesh) = &survey.mesh else {
        return;
    };
    let edges = mesh.workload_edges();
    no_mtls(edges, findings);
    findings.extend(doubled(&mesh.doubled));
    let is_istio = |target: &TargetTraffic| target.proxy == Some(Proxy::Istio);
    if mesh.targets.iter().any(is_istio) {
        findings.extend(both_reporters(edges));
    }
}

fn doubled(doubled: &[Doubled]) -> Option<Finding> {
    let first = doubled.first()?;
    let count = doubled.len() as u64;
    Some(Finding {
        id: "mesh/double-reporter",
        severity: Severity::Medium,
        subject: Subject {
            target: (count == 1).then(|| first.name.clone()),
            ..Subject::default()
        },
        message: format!(
            "{} what another target of the same pod says already, first {} beside {}: whoever adds them up counts \
             each call twice; here it counts once",
            counted(count, "target repeats", "targets repeat"),
            first.name,
            first.counted_name,
        ),
        evidence: evidence([
            ("targets", json!(count)),
            ("target", json!(first.name)),
            ("origin", json!(first.origin)),
            ("counted_target", json!(first.counted_name)),
            ("counted_origin", json!(first.counted_origin)),
        ]),
        marks: Marks::default(),
        remedy: "scrape one of the two ports: 15020, which has the application and the agent too, or 15090, which \
                 has Envoy alone"
            .to_owned(),
    })
}

/// Calls that source and destination both count, which is how Istio means it, and what sums must know.
fn both_reporters(edges: &[Edge]) -> Option<Finding> {
    let twice = |edge: &&Edge| {
        let calls = |view: &Option<View>| view.as_ref().map_or(0, |view| view.traffic.calls());
        calls(&edge.outbound) > 0 && calls(&edge.inbound) > 0
    };
    let twice: Vec<&Edge> = edges.iter().filter(twice).collect();
    let first = twice.iter().max_by_key(|edge| weight(edge))?;
    let count = twice.len() as u64;
    Some(Finding {
        id: "mesh/double-reporter",
        severity: Severity::Info,
        subject: Subject {
            family: Some("istio_requests_total".to_owned()),
            ..Subject::default()
        },
        message: format!(
            "{} counted at both ends, most calls {}: a sum of istio_requests_total over both reporters is twice \
             what there was",
            counted(count, "edge is", "edges are"),
            arrow(&first.source, &first.destination),
        ),
        evidence: evidence([("edges", json!(count)), ("first_edge", json!(arrow(&first.source, &first.destination)))]),
        marks: Marks::default(),
        remedy: "sum one reporter: reporter=\"destination\" sees calls that arrive, reporter=\"source\" also those \
                 that do not"
            .to_owned(),
    })
}

fn no_mtls(edges: &[Edge], findings: &mut Vec<Finding>) {
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
        .map(|(edge, _)| arrow(&edge.source, &edge.destination))
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
            arrow(&worst.source, &worst.destination),
        ),
        evidence: evidence([
            ("edges", json!(edges.len())),
            ("edges_without_mtls", json!(plain.len())),
            ("first_edges", json!(listed)),
            ("reason", json!(reason.to_string())),
        ]),
        marks: Marks::default(),
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
