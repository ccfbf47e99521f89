//! Mistakes about what exporters make of names and labels, and how they reach a store.

mod external;
mod names;
mod otlp;
mod scope;
mod temporality;

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "exporter/delta",
        High,
        "remote write drops what became a delta"
    ),
    rule!(
        "exporter/external-labels",
        Low,
        "an external label does not replace one"
    ),
    rule!("exporter/info-name", Low, "an info metric loses its _info"),
    rule!("exporter/merged-names", Medium, "two metrics get one name"),
    rule!(
        "exporter/no-suffixes",
        Low,
        "names are stored without unit and _total"
    ),
    rule!(
        "exporter/otlp-names",
        Low,
        "OTLP is stored otherwise than Prometheus"
    ),
    rule!(
        "exporter/scope-labels",
        Medium,
        "every series is renamed by an upgrade"
    ),
    rule!(
        "exporter/target-info",
        Info,
        "target_info passes every keep list"
    ),
    rule!(
        "exporter/tls-expected",
        Medium,
        "TLS is expected where none may be"
    ),
    rule!(
        "exporter/total-added",
        Low,
        "a counter is stored under another name"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    let Some(config) = linted.readable() else {
        return;
    };
    let flows = super::flow::flows(config);
    external::inspect(linted, &flows, findings);
    names::inspect(linted, &flows, findings);
    otlp::inspect(linted, config, &flows, findings);
    scope::inspect(linted, &flows, findings);
    temporality::inspect(linted, &flows, findings);
}
