//! Puts the document together.

use super::Edges;
use crate::mesh::Doubled;
use crate::mesh::Quantile;
use crate::mesh::edges::Edge;
use crate::mesh::edges::View;
use crate::mesh::grpc::SuccessRate;
use crate::report::assemble;
use crate::report::document::DoubledEntry;
use crate::report::document::EdgeEntry;
use crate::report::document::EdgeViewEntry;
use crate::report::document::EdgesDocument;
use crate::report::document::EdgesHeader;
use crate::report::document::LatencyEntry;
use crate::report::document::QuantileEntry;
use crate::report::document::SCHEMA_VERSION;
use crate::report::document::SaturationEntry;
use crate::report::document::SinceEntry;
use crate::report::document::TcpEntry;
use crate::report::document::WindowEntry;
use crate::report::traffic;

impl<'a> Edges<'a> {
    /// The whole document, in the order that was asked for.
    pub(super) fn document(&self) -> EdgesDocument<'a> {
        let mut edges: Vec<&Edge> = self.edges.iter().collect();
        self.order.sort(&mut edges);
        EdgesDocument {
            header: EdgesHeader {
                schema_version: SCHEMA_VERSION,
                meshctl_version: env!("CARGO_PKG_VERSION"),
                inputs: &self.survey.inputs,
                coverage: assemble::coverage(&self.survey.coverage),
                interrupted: self.survey.interrupted,
                mesh_targets: traffic::speaking(self.survey.mesh.as_ref()),
                by: self.by.as_str(),
                window: self.window(),
                since: self.since(),
            },
            edges: edges.into_iter().map(edge).collect(),
            saturation: self.saturation(),
            doubled: self.doubled(),
        }
    }

    fn saturation(&self) -> Vec<SaturationEntry<'a>> {
        let targets = self.survey.mesh.iter().flat_map(|mesh| &mesh.targets);
        let mut all: Vec<SaturationEntry<'a>> = targets
            .flat_map(|target| {
                target.saturation.iter().map(|told| SaturationEntry {
                    target: &target.name,
                    cluster: &told.cluster,
                    active_connections: told.active,
                    overflows: told.overflows,
                })
            })
            .collect();
        // Stable: by target, then cluster, where as full.
        all.sort_by_key(|told| std::cmp::Reverse((told.overflows, told.active_connections)));
        all
    }

    fn doubled(&self) -> Vec<DoubledEntry<'a>> {
        let doubled = self.survey.mesh.iter().flat_map(|mesh| &mesh.doubled);
        let entry = |doubled: &'a Doubled| DoubledEntry {
            target: &doubled.name,
            counted_target: &doubled.counted_name,
        };
        doubled.map(entry).collect()
    }

    fn window(&self) -> WindowEntry {
        let targets = self.survey.mesh.iter().flat_map(|mesh| &mesh.targets);
        let speaking = targets.filter(|target| target.proxy.is_some());
        let windows: Vec<Option<f64>> = speaking.map(|target| target.window_seconds).collect();
        let known = || windows.iter().flatten().copied();
        WindowEntry {
            shortest_seconds: known().min_by(f64::total_cmp),
            longest_seconds: known().max_by(f64::total_cmp),
            unknown_targets: windows.iter().filter(|window| window.is_none()).count() as u64,
        }
    }

    fn since(&self) -> Option<SinceEntry<'a>> {
        let older = self.older?;
        let since = self.survey.mesh.as_ref()?.since?;
        Some(SinceEntry {
            inputs: &older.inputs,
            coverage: assemble::coverage(&older.coverage),
            matched_targets: since.matched,
            only_newer_targets: since.only_newer,
            only_older_targets: since.only_older,
            reset_series: since.resets,
            appeared_series: since.appeared,
            vanished_series: since.vanished,
        })
    }
}

/// One edge, as JSON has it.
pub(in crate::report) fn edge(edge: &Edge) -> EdgeEntry<'_> {
    let views = || edge.outbound.iter().chain(&edge.inbound);
    EdgeEntry {
        source: traffic::end_entry(&edge.source),
        destination: traffic::end_entry(&edge.destination),
        services: edge.services.iter().map(|service| &**service).collect(),
        mutual_tls: mutual_tls(
            views().any(|view| view.has_mutual_tls),
            views().any(|view| !view.plain.is_empty()),
        ),
        outbound: edge.outbound.as_ref().map(view),
        inbound: edge.inbound.as_ref().map(view),
    }
}

fn mutual_tls(some: bool, plain: bool) -> &'static str {
    match (some, plain) {
        (true, false) => "yes",
        (true, true) => "partly",
        (false, true) => "no",
        (false, false) => "unknown",
    }
}

fn view(view: &View) -> EdgeViewEntry<'_> {
    let traffic = &view.traffic;
    let calls = traffic.calls();
    let latency = &traffic.latency_ms;
    let quantile = |q: f64| latency.quantile(q).map(quantile);
    EdgeViewEntry {
        targets: view.targets,
        calls,
        calls_per_second: view.calls_per_second.filter(|_| calls > 0),
        success_rate: traffic.success_rate(),
        success_rates: traffic::success_entry(SuccessRate::of(traffic)),
        errors: traffic::error_entries(traffic),
        latency_ms: (latency.count() > 0.0).then(|| LatencyEntry {
            observations: latency.count(),
            mean: latency.mean(),
            p50: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
        }),
        tcp: traffic.tcp.counted.then_some(TcpEntry {
            open_connections: traffic.tcp.open,
            opened: traffic.tcp.opened,
            closed: traffic.tcp.closed,
            received_bytes: traffic.tcp.received_bytes,
            sent_bytes: traffic.tcp.sent_bytes,
            bytes_per_second: view.bytes_per_second,
        }),
        mutual_tls: mutual_tls(view.has_mutual_tls, !view.plain.is_empty()),
        plain_reasons: view.plain.iter().map(|text| &**text).collect(),
        client_identities: view.client_identities.iter().map(|text| &**text).collect(),
        server_identities: view.server_identities.iter().map(|text| &**text).collect(),
        names_concluded: view.concluded,
    }
}

fn quantile(quantile: Quantile) -> QuantileEntry {
    let bound = |bound: f64| bound.is_finite().then_some(bound);
    QuantileEntry {
        value: quantile.value,
        lower: bound(quantile.lower),
        upper: bound(quantile.upper),
    }
}
