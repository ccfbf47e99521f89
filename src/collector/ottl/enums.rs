//! Names of numbers (`ctxmetric/symbols.go`, `ctxdatapoint/symbols.go`).

use super::function::Context;

const METRIC: &[(&str, i64)] = &[
    ("AGGREGATION_TEMPORALITY_UNSPECIFIED", 0),
    ("AGGREGATION_TEMPORALITY_DELTA", 1),
    ("AGGREGATION_TEMPORALITY_CUMULATIVE", 2),
    ("METRIC_DATA_TYPE_NONE", 0),
    ("METRIC_DATA_TYPE_GAUGE", 1),
    ("METRIC_DATA_TYPE_SUM", 2),
    ("METRIC_DATA_TYPE_HISTOGRAM", 3),
    ("METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM", 4),
    ("METRIC_DATA_TYPE_SUMMARY", 5),
];

const POINT: &[(&str, i64)] = &[("FLAG_NONE", 0), ("FLAG_NO_RECORDED_VALUE", 1)];

/// The number of a name that is known in a context.
pub fn number(name: &str, context: Context) -> Option<i64> {
    let found = symbols(context).find(|(own, _)| *own == name);
    found.map(|(_, number)| *number)
}

/// All names that are known in a context.
pub fn names(context: Context) -> Vec<&'static str> {
    symbols(context).map(|(name, _)| *name).collect()
}

fn symbols(context: Context) -> impl Iterator<Item = &'static (&'static str, i64)> {
    let metric = if context >= Context::Metric {
        METRIC
    } else {
        &[]
    };
    let point = if context == Context::Datapoint {
        POINT
    } else {
        &[]
    };
    metric.iter().chain(point)
}
