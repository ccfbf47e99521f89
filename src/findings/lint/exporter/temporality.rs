//! `exporter/delta`: sums that count anew each time, in front of an exporter that sends none of them.

use serde_json::json;

use super::super::Linted;
use super::super::flow;
use super::super::flow::Flow;
use super::super::seek;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, flows: &[Flow<'_>], findings: &mut Vec<Finding>) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for flow in flows
        .iter()
        .filter(|flow| flow.exporter.kind == flow::REMOTE_WRITE)
    {
        let kinds = flow.processors.iter().rposition(|(processor, _)| {
            ["cumulativetodelta", "deltatocumulative"].contains(&processor.kind.as_str())
        });
        let Some((processor, at)) = kinds.and_then(|index| flow.processors.get(index)) else {
            continue;
        };
        let key = (processor.id.as_str(), flow.exporter.id.as_str());
        if processor.kind != "cumulativetodelta" || seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let some = ["include", "exclude"]
            .iter()
            .any(|key| processor.node.get(key).is_some());
        let what = if some {
            "the counters and histograms that it names are"
        } else {
            "every counter and histogram is"
        };
        findings.push(
            Finding::new(
                "exporter/delta",
                Severity::High,
                format!(
                    "processor {} makes deltas in front of exporter {}: {what} dropped with \"invalid temporality and type \
                     combination\", and only gauges arrive",
                    processor.id, flow.exporter.id
                ),
            )
            .about(seek::component(flow.exporter))
            .with_evidence([
                ("processor", json!(processor.id)),
                ("exporter", json!(flow.exporter.id)),
                ("pipeline", json!(flow.pipeline.id)),
            ])
            .seen(linted.word(*at, &processor.id, "makes deltas"))
            .seen(linted.id(flow.exporter, "sends no deltas"))
            .with_remedy(format!(
                "take {} out of this pipeline, and give whoever wants deltas a pipeline of its own",
                processor.id
            )),
        );
    }
}
