//! From what was found to the document.

use serde_json::Map;
use serde_json::Value;

use super::LatencyReport;
use super::words;
use crate::mesh::histogram::Quantile;
use crate::mesh::latency::Asked;
use crate::mesh::latency::Compared;
use crate::mesh::latency::Exemplar;
use crate::mesh::latency::Gap;
use crate::mesh::latency::Layer;
use crate::mesh::latency::Slowest;
use crate::mesh::latency::Unit;
use crate::report::assemble::coverage;
use crate::report::document::BucketEntry;
use crate::report::document::ExemplarEntry;
use crate::report::document::GapEntry;
use crate::report::document::LatencyDocument;
use crate::report::document::LatencyHeader;
use crate::report::document::LatencyMeanEntry;
use crate::report::document::LatencyQuantileEntry;
use crate::report::document::LayerEntry;
use crate::report::document::MeaningEntry;
use crate::report::document::MeasuredEntry;
use crate::report::document::SCHEMA_VERSION;
use crate::report::document::SlowestEntry;

pub(super) fn document<'a>(report: &LatencyReport<'a>) -> LatencyDocument<'a> {
    let LatencyReport {
        question,
        comparison,
        survey,
    } = *report;
    let meanings = comparison.meanings.iter().map(|meaning| MeaningEntry {
        kind: meaning.kind(),
        message: words::message(meaning, comparison),
    });
    let quantiles = comparison.quantiles.iter();
    let units = [comparison.mesh.unit, comparison.app.unit];
    let mean = |layer: &Layer| Some(layer.histogram.mean()? / layer.unit?.per_second());
    LatencyDocument {
        header: LatencyHeader {
            schema_version: SCHEMA_VERSION,
            meshctl_version: env!("CARGO_PKG_VERSION"),
            inputs: &survey.inputs,
            coverage: coverage(&survey.coverage),
            interrupted: survey.interrupted,
        },
        mesh: layer(&question.mesh, &comparison.mesh),
        app: layer(&question.app, &comparison.app),
        quantiles: quantiles
            .map(|compared| quantile(compared, units))
            .collect(),
        mean: LatencyMeanEntry {
            mesh_seconds: mean(&comparison.mesh),
            app_seconds: mean(&comparison.app),
            gap_seconds: comparison.mean_gap.map(|gap| gap.value),
            share: comparison.mean_gap.and_then(|gap| gap.share),
        },
        meanings: meanings.collect(),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn layer<'a>(asked: &'a Asked, layer: &'a Layer) -> LayerEntry<'a> {
    let buckets = layer.histogram.buckets();
    let views = [
        (layer.views.client, "client"),
        (layer.views.server, "server"),
    ];
    let views = views.into_iter().filter(|(is_there, _)| *is_there);
    LayerEntry {
        selector: asked.matchers.text(),
        families: layer.families.iter().map(String::as_str).collect(),
        targets: layer.targets,
        series: layer.series,
        count: layer.count,
        sum: layer.histogram.sum(),
        unit: layer.unit.map(Unit::as_str),
        unit_from: layer.unit_from.as_str(),
        measured_at: views.map(|(_, view)| view).collect(),
        buckets: buckets
            .map(|(upper, cumulative_count)| BucketEntry {
                upper: finite(upper),
                cumulative_count,
            })
            .collect(),
        slowest: layer.slowest.as_ref().map(|of| slowest(of, layer.unit)),
    }
}

fn quantile(compared: &Compared, [mesh, app]: [Option<Unit>; 2]) -> LatencyQuantileEntry {
    LatencyQuantileEntry {
        quantile: compared.q,
        mesh: compared.mesh.map(|quantile| measured(quantile, mesh)),
        app: compared.app.map(|quantile| measured(quantile, app)),
        gap: compared.gap.map(gap),
    }
}

fn measured(quantile: Quantile, unit: Option<Unit>) -> MeasuredEntry {
    let Quantile {
        value,
        lower,
        upper,
    } = quantile;
    let seconds = |value: f64| finite(value / unit?.per_second());
    MeasuredEntry {
        value,
        lower: finite(lower),
        upper: finite(upper),
        value_seconds: seconds(value),
        lower_seconds: seconds(lower),
        upper_seconds: seconds(upper),
    }
}

fn gap(gap: Gap) -> GapEntry {
    GapEntry {
        seconds: gap.value,
        share: gap.share,
        lower_seconds: finite(gap.lower),
        upper_seconds: finite(gap.upper),
        told_apart: gap.is_told(),
    }
}

fn slowest(slowest: &Slowest, unit: Option<Unit>) -> SlowestEntry<'_> {
    let exemplar = |exemplar: &'_ Exemplar| -> Map<String, Value> {
        let labels = exemplar.labels.iter();
        labels
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect()
    };
    let exemplars = slowest.exemplars.iter().map(|own| ExemplarEntry {
        trace_id: own.trace_id(),
        value: own.value,
        value_seconds: unit.and_then(|unit| finite(own.value / unit.per_second())),
        timestamp: own.timestamp.as_deref(),
        labels: exemplar(own),
        target: &own.target,
    });
    SlowestEntry {
        lower: finite(slowest.lower),
        upper: finite(slowest.upper),
        is_slowest_bucket: slowest.is_last,
        exemplars: exemplars.collect(),
    }
}
