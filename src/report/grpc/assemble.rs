//! Puts the document together.

use super::ABSENT_FAMILY;
use super::Sheet;
use crate::mesh::Class;
use crate::mesh::Code;
use crate::mesh::Fault;
use crate::mesh::Outcome;
use crate::mesh::grpc::Absent;
use crate::mesh::grpc::Blind;
use crate::mesh::grpc::Edge;
use crate::mesh::grpc::Grpc;
use crate::mesh::grpc::Lost;
use crate::mesh::grpc::Unanswered;
use crate::report::assemble;
use crate::report::document::AbsentFamilyEntry;
use crate::report::document::BlindFamilyEntry;
use crate::report::document::CodeEntry;
use crate::report::document::GrpcDocument;
use crate::report::document::GrpcEdgeEntry;
use crate::report::document::GrpcHeader;
use crate::report::document::GrpcTotalsEntry;
use crate::report::document::HiddenFailuresEntry;
use crate::report::document::RefusedEntry;
use crate::report::document::SCHEMA_VERSION;
use crate::report::document::StrippedEntry;
use crate::report::document::UnansweredEntry;
use crate::report::traffic;

impl<'a> Sheet<'a> {
    /// The whole document; of edges as many as were asked for.
    pub(super) fn document(&self) -> GrpcDocument<'a> {
        let grpc = self.grpc;
        let edges = grpc.edges.iter().take(self.rows(usize::MAX));
        GrpcDocument {
            header: self.header(),
            edges: edges.map(edge).collect(),
            blind_families: grpc.blind.iter().map(blind).collect(),
            unanswered: grpc.unanswered.iter().map(unanswered).collect(),
            refused: grpc.refused.iter().map(refused).collect(),
            absent_families: grpc.absent.iter().map(absent).collect(),
        }
    }

    fn header(&self) -> GrpcHeader<'a> {
        let (survey, grpc) = (self.page.survey, self.grpc);
        GrpcHeader {
            schema_version: SCHEMA_VERSION,
            meshctl_version: env!("CARGO_PKG_VERSION"),
            inputs: &survey.inputs,
            coverage: assemble::coverage(&survey.coverage),
            interrupted: survey.interrupted,
            mesh_targets: traffic::speaking(survey.mesh.as_ref()),
            totals: totals(grpc),
            stripped: stripped(grpc),
        }
    }
}

/// What an audit has of it.
pub(in crate::report) fn hidden_failures(grpc: &Grpc) -> HiddenFailuresEntry<'_> {
    let hide = grpc.edges.iter().filter(|edge| edge.hidden() > 0);
    HiddenFailuresEntry {
        totals: totals(grpc),
        stripped: stripped(grpc),
        edges: hide.map(edge).collect(),
        blind_families: grpc.blind.iter().map(blind).collect(),
        unanswered: grpc.unanswered.iter().map(unanswered).collect(),
        refused: grpc.refused.iter().map(refused).collect(),
        absent_families: grpc.absent.iter().map(absent).collect(),
    }
}

fn totals(grpc: &Grpc) -> GrpcTotalsEntry {
    let totals = grpc.totals;
    GrpcTotalsEntry {
        calls: totals.calls,
        grpc_calls: totals.grpc_calls,
        hidden_from_http: totals.hidden_from_http,
        hidden_from_mesh: totals.hidden_from_mesh,
        without_status: totals.without_status,
        success_rate: traffic::success_entry(grpc.success_rate),
    }
}

fn stripped(grpc: &Grpc) -> StrippedEntry {
    StrippedEntry {
        series: grpc.stripped_series,
        without_classification: grpc.unclassified_series,
        without_grpc_status: grpc.without_grpc_label,
    }
}

fn edge(edge: &Edge) -> GrpcEdgeEntry<'_> {
    let codes = edge.codes().into_iter();
    let codes = codes.map(|((code, class), responses)| CodeEntry {
        code: code.number(),
        name: code.name(),
        classification: class.map(Class::as_str),
        // Code 2 as a success is how the proxy writes that there was no status.
        fault: code
            .fault()
            .filter(|_| code != Code::Number(2) || class != Some(Class::Success))
            .map(Fault::as_str),
        responses,
    });
    GrpcEdgeEntry {
        direction: edge.direction.as_str(),
        source: traffic::end_entry(&edge.source),
        destination: traffic::end_entry(&edge.destination),
        service: edge.service.as_deref(),
        route: edge.route.as_deref(),
        in_totals: edge.in_totals,
        calls: edge.traffic.calls(),
        grpc_calls: edge.grpc_calls(),
        hidden_from_http: edge.count(Outcome::is_hidden_from_http),
        hidden_from_mesh: edge.count(Outcome::is_hidden_from_mesh),
        without_status: edge.count(Outcome::ended_without_status),
        hidden_ratio: edge.hidden_ratio(),
        client_fault: edge.at_fault(Fault::Client),
        server_fault: edge.at_fault(Fault::Server),
        success_rate: traffic::success_entry(edge.success_rate()),
        codes: codes.collect(),
        errors: traffic::error_entries(&edge.traffic),
    }
}

fn blind(blind: &Blind) -> BlindFamilyEntry<'_> {
    BlindFamilyEntry {
        family: blind.family,
        direction: blind.direction.as_str(),
        destination: blind.destination.shown().to_string(),
        calls: blind.calls,
        hidden: blind.hidden,
        without_status: blind.without_status,
        reported_success_rate: blind.reported_success_rate,
        true_success_rate: blind.true_success_rate,
    }
}

fn unanswered(edge: &Unanswered) -> UnansweredEntry<'_> {
    UnansweredEntry {
        direction: edge.direction.as_str(),
        source: traffic::end_entry(&edge.source),
        destination: traffic::end_entry(&edge.destination),
        family: "request_total",
        requests: edge.requests,
        responses: edge.responses,
        unanswered: edge.requests - edge.responses,
    }
}

fn refused(lost: &Lost) -> RefusedEntry<'_> {
    let what = &lost.what;
    RefusedEntry {
        proxy: &lost.proxy,
        family: what.family,
        direction: what.direction.as_str(),
        what: what.kind.as_str(),
        reason: what.reason.as_deref(),
        destination: what.destination.as_deref(),
        client: what.client.as_deref(),
        count: what.count,
    }
}

fn absent(absent: &Absent) -> AbsentFamilyEntry<'_> {
    AbsentFamilyEntry {
        family: ABSENT_FAMILY,
        destination: absent.destination.shown().to_string(),
        why: absent.why.as_str(),
        count: absent.count,
    }
}
