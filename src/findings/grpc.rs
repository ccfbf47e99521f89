//! `grpc/…`: calls that fail where nobody looks, and families that say otherwise.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::counted;
use super::numbers::grouped;
use super::numbers::percent;
use super::numbers::plural;
use super::numbers::rounded;
use super::numbers::share;
use crate::mesh;
use crate::mesh::Mesh;
use crate::mesh::Outcome;
use crate::mesh::edges::arrow;
use crate::mesh::grpc::Absent;
use crate::mesh::grpc::Blind;
use crate::mesh::grpc::Edge;
use crate::mesh::grpc::Why;
use crate::survey::Survey;

/// How many codes or services a sentence names.
const NAMED: usize = 3;

/// From this share of its calls on, an edge's hidden failures are of the worst severity.
const HIGH_SHARE: f64 = 0.01;

/// One finding for each edge with hidden failures, one for each blind family, one for each reason why a service
/// has no gRPC family.
pub(super) fn inspect(survey: &Survey, findings: &mut Vec<Finding>) {
    let Some(mesh) = &survey.mesh else {
        return;
    };
    let grpc = mesh.grpc();
    for edge in grpc.by_ends() {
        findings.extend(hidden_from_http(&edge));
        findings.extend(hidden_from_mesh(&edge));
    }
    findings.extend(blind_families(&grpc.blind));
    findings.extend(absent_families(&grpc.absent));
    findings.extend(stripped(mesh));
}

/// `UNAVAILABLE 6, INTERNAL 2 and 2 more codes`, the most frequent first.
fn codes(edge: &Edge, fits: fn(&Outcome) -> bool) -> Vec<(String, u64)> {
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    for (outcome, count) in &edge.traffic.responses {
        if let Some(code) = outcome.grpc.as_ref().filter(|_| fits(outcome)) {
            *codes.entry(code.name()).or_default() += count;
        }
    }
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    codes
}

fn said(codes: &[(String, u64)]) -> String {
    let named = codes.iter().take(NAMED);
    let named = named.map(|(name, count)| format!("{name} {}", grouped(*count)));
    let mut said = named.collect::<Vec<_>>().join(", ");
    if codes.len() > NAMED {
        let more = plural((codes.len() - NAMED) as u64, "more code");
        let _ = write!(said, " and {more}");
    }
    said
}

fn hidden_from_http(edge: &Edge) -> Option<Finding> {
    let hidden = edge.count(Outcome::is_hidden_from_http);
    if hidden == 0 {
        return None;
    }
    let calls = edge.traffic.calls();
    let failing = share(hidden, calls);
    let codes = codes(edge, Outcome::is_hidden_from_http);
    Some(Finding {
        id: "grpc/hidden-from-http",
        severity: if failing >= HIGH_SHARE {
            Severity::High
        } else {
            Severity::Medium
        },
        subject: Subject {
            edge: Some(arrow(&edge.source, &edge.destination)),
            ..Subject::default()
        },
        message: format!(
            "{} fails {} of {} calls ({}) behind HTTP 200: {}",
            arrow(&edge.source, &edge.destination),
            grouped(hidden),
            grouped(calls),
            percent(failing),
            said(&codes),
        ),
        evidence: evidence([
            ("source", json!(edge.source.called())),
            ("destination", json!(edge.destination.called())),
            ("direction", json!(edge.direction.as_str())),
            ("calls", json!(calls)),
            ("hidden", json!(hidden)),
            ("hidden_share", json!(rounded(failing))),
            ("codes", json!(codes.into_iter().collect::<BTreeMap<_, _>>())),
        ]),
        marks: Marks::default(),
        remedy: "alert on the gRPC status or the mesh's classification, not on the HTTP status: \
                 response_total{classification=\"failure\"} or grpc_status; under Istio grpc_response_status"
            .to_owned(),
    })
}

fn hidden_from_mesh(edge: &Edge) -> Option<Finding> {
    let hidden = edge.count(Outcome::is_hidden_from_mesh);
    if hidden == 0 {
        return None;
    }
    let calls = edge.traffic.calls();
    let failing = share(hidden, calls);
    let without_status = edge.count(Outcome::ended_without_status);
    let codes = codes(edge, Outcome::is_hidden_from_mesh);
    let cut = match without_status {
        0 => String::new(),
        count => format!("; {} ended without a gRPC status", grouped(count)),
    };
    Some(Finding {
        id: "grpc/hidden-from-mesh",
        severity: if failing >= HIGH_SHARE {
            Severity::Medium
        } else {
            Severity::Low
        },
        subject: Subject {
            edge: Some(arrow(&edge.source, &edge.destination)),
            ..Subject::default()
        },
        message: format!(
            "{}: the mesh counts {} of {} calls ({}) as success that gRPC does not: {}{cut}",
            arrow(&edge.source, &edge.destination),
            grouped(hidden),
            grouped(calls),
            percent(failing),
            said(&codes),
        ),
        evidence: evidence([
            ("source", json!(edge.source.called())),
            ("destination", json!(edge.destination.called())),
            ("direction", json!(edge.direction.as_str())),
            ("calls", json!(calls)),
            ("hidden", json!(hidden)),
            ("hidden_share", json!(rounded(failing))),
            ("without_status", json!(without_status)),
            (
                "codes",
                json!(codes.into_iter().collect::<BTreeMap<_, _>>()),
            ),
        ]),
        marks: Marks::default(),
        remedy: "count response_total{grpc_status!~\"|0\"} where these codes are failures to you; \
                 classification follows the proxy's own list of codes"
            .to_owned(),
    })
}

fn blind_families(blind: &[Blind]) -> Vec<Finding> {
    let mut families: BTreeMap<&str, Vec<&Blind>> = BTreeMap::new();
    for blind in blind {
        families.entry(blind.family).or_default().push(blind);
    }
    families
        .into_iter()
        .filter_map(|(family, blind)| blind_family(family, &blind))
        .collect()
}

fn blind_family(family: &str, blind: &[&Blind]) -> Option<Finding> {
    // They come furthest off first.
    let worst = blind.first()?;
    let hidden: u64 = blind.iter().map(|blind| blind.hidden).sum();
    let destination = worst.destination.shown();
    let more = match blind.len() - 1 {
        0 => String::new(),
        more => format!(", and likewise of {}", plural(more as u64, "more callee")),
    };
    Some(Finding {
        id: "grpc/blind-family",
        severity: Severity::Medium,
        subject: Subject {
            family: Some(family.to_owned()),
            ..Subject::default()
        },
        message: format!(
            "{family} reports {} success of {destination}, where {} is true{more}: it knows no gRPC status",
            percent(worst.reported_success_rate),
            percent(worst.true_success_rate),
        ),
        evidence: evidence([
            ("destination", json!(&*destination)),
            ("reported_success_rate", json!(rounded(worst.reported_success_rate))),
            ("true_success_rate", json!(rounded(worst.true_success_rate))),
            ("destinations", json!(blind.len())),
            ("hidden", json!(hidden)),
        ]),
        marks: Marks::default(),
        remedy: "build no dashboard, alert or SLO of gRPC calls on it; a GRPCRoute for the service makes the proxy \
                 count them by gRPC status"
            .to_owned(),
    })
}

fn absent_families(absent: &[Absent]) -> Vec<Finding> {
    let finding = |why: Why| {
        let of_it: Vec<_> = absent.iter().filter(|absent| absent.why == why).collect();
        let first = of_it.iter().max_by_key(|absent| absent.count)?;
        let services = counted(of_it.len() as u64, "callee has", "callees have");
        let destination = first.destination.shown();
        let (what, remedy) = match why {
            Why::Opaque => (
                format!(
                    "{services} an opaque port, first {destination} with {}: no family counts its calls",
                    plural(first.count, "connection"),
                ),
                "if it speaks gRPC or HTTP, take the port off the opaque ones and let appProtocol be \
                 kubernetes.io/h2c or nothing: `grpc` is no such protocol and makes it opaque",
            ),
            Why::NoRoute => (
                format!(
                    "{services} gRPC calls that are counted as HTTP, first {destination} with {}: it has no GRPCRoute",
                    plural(first.count, "call"),
                ),
                "attach a GRPCRoute to the service, so that outbound_grpc_route_* counts its calls by gRPC status",
            ),
        };
        Some(Finding {
            id: "grpc/no-family",
            severity: Severity::Low,
            subject: Subject::default(),
            message: what,
            evidence: evidence([
                ("why", json!(why.as_str())),
                ("destinations", json!(of_it.len())),
                ("destination", json!(&*destination)),
                ("count", json!(first.count)),
            ]),
            marks: Marks::default(),
            remedy: remedy.to_owned(),
        })
    };
    // An opaque port is often meant, such as that of a database; it is a finding where nothing else is known.
    [finding(Why::NoRoute), finding(Why::Opaque)]
        .into_iter()
        .flatten()
        .collect()
}

/// Somebody took away the labels that tell failures.
fn stripped(mesh: &Mesh) -> Option<Finding> {
    let lacks = |target: &&mesh::TargetTraffic| {
        target.unclassified_series.max(target.without_grpc_label) > 0
    };
    let lacking: Vec<_> = mesh.targets.iter().filter(lacks).collect();
    let first = lacking.first()?;
    let of = |count: fn(&mesh::TargetTraffic) -> u64| -> u64 {
        lacking.iter().map(|target| count(target)).sum()
    };
    let unclassified = of(|target| target.unclassified_series);
    let without_grpc = of(|target| target.without_grpc_label);
    let missing = match (unclassified, without_grpc) {
        (0, _) => "grpc_status",
        (_, 0) => "classification",
        _ => "classification and grpc_status",
    };
    Some(Finding {
        id: "grpc/stripped-labels",
        severity: Severity::High,
        subject: Subject {
            family: Some("response_total".to_owned()),
            target: (lacking.len() == 1).then(|| first.name.clone()),
            ..Subject::default()
        },
        message: format!(
            "response_total lacks {missing} in {} of {}: failures behind HTTP 200 cannot be seen there",
            counted(unclassified.max(without_grpc), "series", "series"),
            plural(lacking.len() as u64, "target"),
        ),
        evidence: evidence([
            ("targets", json!(lacking.len())),
            ("without_classification", json!(unclassified)),
            ("without_grpc_status", json!(without_grpc)),
        ]),
        marks: Marks::default(),
        remedy: "let the filter that made this scrape keep classification and grpc_status; they multiply \
                 response_total alone, which is small"
            .to_owned(),
    })
}
