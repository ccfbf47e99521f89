//! `collector/failures-lost`: what arrives no longer tells which gRPC calls failed.

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::counted;
use crate::mesh::grpc::Totals;
use crate::survey::Simulated;
use crate::survey::Survey;
use crate::waterfall::Arriving;

/// Sample names that tell the gRPC status of calls, each with the label that does.
const TELLING: [(&str, &str); 6] = [
    ("response_total", "grpc_status"),
    ("route_response_total", "grpc_status"),
    ("outbound_grpc_route_request_statuses_total", "grpc_status"),
    (
        "outbound_grpc_route_backend_response_statuses_total",
        "grpc_status",
    ),
    ("inbound_grpc_statuses_total", "status"),
    ("istio_requests_total", "grpc_response_status"),
];

/// One finding for each configuration none of whose exporters sends what tells gRPC failures.
pub(super) fn inspect(survey: &Survey, findings: &mut Vec<Finding>) {
    let Some(mesh) = &survey.mesh else {
        return;
    };
    if survey.simulated.is_empty() {
        return;
    }
    let totals = mesh.grpc().totals;
    if totals.grpc_calls == 0 {
        return;
    }
    for pipelines in &survey.simulated {
        let exits: Vec<_> = pipelines.iter().flat_map(exits).collect();
        let told = |(simulated, arriving): &(&Simulated, &Arriving)| tells(simulated, arriving);
        if !exits.is_empty() && !exits.iter().any(told) {
            findings.extend(finding(pipelines, &exits, totals));
        }
    }
}

fn exits(simulated: &Simulated) -> impl Iterator<Item = (&Simulated, &Arriving)> {
    let arriving = simulated.flow.arriving.iter();
    arriving.map(move |arriving| (simulated, arriving))
}

fn arrives(simulated: &Simulated, arriving: &Arriving, name: &str) -> bool {
    let stage = simulated.flow.stages.get(arriving.stage);
    stage.is_some_and(|stage| {
        let found = stage
            .by_name
            .binary_search_by(|(known, _)| known.as_str().cmp(name));
        found.is_ok_and(|at| stage.by_name[at].1.series > 0)
    })
}

/// Whether a name arrives that tells the gRPC status, and its label too.
fn tells(simulated: &Simulated, arriving: &Arriving) -> bool {
    TELLING.iter().any(|(name, label)| {
        let carried = arriving
            .labels
            .iter()
            .any(|known| known.name == *label && known.series > 0);
        carried && arrives(simulated, arriving, name)
    })
}

fn finding(
    pipelines: &[Simulated],
    exits: &[(&Simulated, &Arriving)],
    totals: Totals,
) -> Option<Finding> {
    let plan = &pipelines.first()?.plan;
    let without_label: Vec<&str> = TELLING
        .iter()
        .filter(|(name, _)| {
            exits
                .iter()
                .any(|(simulated, arriving)| arrives(simulated, arriving, name))
        })
        .map(|(name, _)| *name)
        .collect();
    let hidden = totals.hidden_from_http + totals.hidden_from_mesh;
    let why = if without_label.is_empty() {
        "no family arrives that tells the gRPC status".to_owned()
    } else {
        format!(
            "{} arrives without its gRPC status",
            without_label.join(", ")
        )
    };
    Some(Finding {
        id: "collector/failures-lost",
        severity: if hidden > 0 { Severity::High } else { Severity::Medium },
        subject: Subject::default(),
        message: format!(
            "behind {plan} nobody sees which of {} fail: {why}; {} now",
            counted(totals.grpc_calls, "gRPC call", "gRPC calls"),
            counted(hidden, "does so behind HTTP 200", "do so behind HTTP 200"),
        ),
        evidence: evidence([
            ("grpc_calls", json!(totals.grpc_calls)),
            ("hidden_from_http", json!(totals.hidden_from_http)),
            ("hidden_from_mesh", json!(totals.hidden_from_mesh)),
            ("names_without_label", json!(without_label)),
        ]),
        marks: Marks::default(),
        remedy: "keep response_total with its labels classification and grpc_status: it costs few series and is the \
                 one family that tells"
            .to_owned(),
    })
}
