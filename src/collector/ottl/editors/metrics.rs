//! Editors of whole metrics, which the transform processor has beside the standard ones
//! (`processor/transformprocessor/internal/metrics`).

pub mod aggregate;
pub mod buckets;
pub mod convert;
pub mod exponential;
pub mod extract;
pub mod percentile;
pub mod whole;

use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Context;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Host;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;

use super::work::Built;

/// The releases from which on editors take a suffix.
const SUFFIXES: u16 = 129;

const SUFFIX: Param = Param::optional("Suffix", Kind::LitStr);
const MONOTONIC: Param = Param::new("Monotonic", Kind::LitBool);
const TEMPORALITY: Param = Param::new("StringAggTemp", Kind::LitStr);
const UNIT: Param = Param::optional("Unit", Kind::Str);
const AGGREGATION: Param = Param::new("AggregationFunction", Kind::LitStr);
const TEXTS: Kind = Kind::ListOf(&Kind::LitStr);

/// An editor of metrics.
const fn of_metrics(
    name: &'static str,
    params: &'static [Param],
    build: fn(Args) -> Built,
) -> Function {
    Function::editor(name, params, build).only(Host::Transform, &[Context::Metric])
}

/// An editor of data points.
const fn of_points(
    name: &'static str,
    params: &'static [Param],
    build: fn(Args) -> Built,
) -> Function {
    Function::editor(name, params, build).only(Host::Transform, &[Context::Datapoint])
}

/// The editors of this file and those below it.
pub static TABLE: &[Function] = &[
    // Until a feature gate became beta, these two were of data points (`functions.go`).
    of_points("convert_sum_to_gauge", &[], convert::sum_to_gauge).until(108),
    of_metrics("convert_sum_to_gauge", &[], convert::sum_to_gauge).since(108),
    of_points(
        "convert_gauge_to_sum",
        &[TEMPORALITY, MONOTONIC],
        convert::gauge_to_sum,
    )
    .until(108),
    of_metrics(
        "convert_gauge_to_sum",
        &[TEMPORALITY, MONOTONIC],
        convert::gauge_to_sum,
    )
    .since(108),
    of_points(
        "convert_summary_sum_val_to_sum",
        &[TEMPORALITY, MONOTONIC],
        convert::summary_sum,
    )
    .until(SUFFIXES),
    of_points(
        "convert_summary_sum_val_to_sum",
        &[TEMPORALITY, MONOTONIC, SUFFIX],
        convert::summary_sum,
    )
    .since(SUFFIXES),
    of_points(
        "convert_summary_count_val_to_sum",
        &[TEMPORALITY, MONOTONIC],
        convert::summary_count,
    )
    .until(SUFFIXES),
    of_points(
        "convert_summary_count_val_to_sum",
        &[TEMPORALITY, MONOTONIC, SUFFIX],
        convert::summary_count,
    )
    .since(SUFFIXES),
    of_metrics(
        "convert_summary_quantile_val_to_gauge",
        &[Param::optional("AttributeKey", Kind::LitStr), SUFFIX],
        convert::summary_quantiles,
    )
    .since(132),
    of_metrics("extract_sum_metric", &[MONOTONIC], extract::sum).until(SUFFIXES),
    of_metrics("extract_sum_metric", &[MONOTONIC, SUFFIX], extract::sum).since(SUFFIXES),
    of_metrics("extract_count_metric", &[MONOTONIC], extract::count).until(SUFFIXES),
    of_metrics("extract_count_metric", &[MONOTONIC, SUFFIX], extract::count).since(SUFFIXES),
    of_metrics(
        "extract_percentile_metric",
        &[Param::new("Percentile", Kind::LitFloat), SUFFIX],
        percentile::extract,
    )
    .since(151),
    of_metrics(
        "copy_metric",
        &[
            Param::optional("Name", Kind::Str),
            Param::optional("Description", Kind::Str),
            UNIT,
        ],
        whole::copy,
    ),
    of_metrics(
        "scale_metric",
        &[Param::new("Multiplier", Kind::LitFloat), UNIT],
        whole::scale,
    )
    .since(108),
    of_metrics(
        "aggregate_on_attributes",
        &[AGGREGATION, Param::optional("Attributes", TEXTS)],
        aggregate::on_attributes,
    )
    .since(108),
    of_metrics(
        "aggregate_on_attribute_value",
        &[
            AGGREGATION,
            Param::new("Attribute", Kind::LitStr),
            Param::new("Values", TEXTS),
            Param::new("NewValue", Kind::LitStr),
        ],
        aggregate::on_attribute_value,
    )
    .since(109),
    of_metrics(
        "convert_exponential_histogram_to_histogram",
        &[
            Param::new("DistributionFn", Kind::LitStr),
            Param::new("ExplicitBounds", Kind::ListOf(&Kind::LitFloat)),
        ],
        exponential::convert,
    )
    .since(110),
    of_points(
        "merge_histogram_buckets",
        &[Param::new("Bound", Kind::LitFloat)],
        buckets::merge,
    )
    .since(136)
    .until(154),
    of_points(
        "merge_histogram_buckets",
        &[
            Param::new("TargetValue", Kind::FloatLike),
            Param::optional("Method", Kind::LitStr),
        ],
        buckets::merge,
    )
    .since(154),
];
