//! What becomes of a metric on the page, and from which release on.

use std::cmp::Ordering;

use super::super::super::pdata::Data;
use super::super::super::pdata::HistogramPoint;
use super::super::super::pdata::SummaryPoint;
use super::super::super::pdata::Temporality;
use super::super::super::version::Version;
use super::super::series::Shape;

/// From this release on every series tells its scope (`collector.go`); 0.121.0 to 0.127.0 were not at hand.
pub(super) fn has_scope_labels(version: Version) -> bool {
    version.is_from(128)
}

/// From this release on native histograms are on the page; 0.140.0 and 0.141.0 were not at hand.
pub(super) fn has_native(version: Version) -> bool {
    version.is_from(142)
}

/// Up to this release letters of other scripts pass the translator, but not the library that serves the page
/// (`prometheus/common` 0.62.0, in 0.119.0, allows them).
pub(super) fn is_ascii_only(version: Version) -> bool {
    !version.is_from(119)
}

/// From this release on attributes can't take the place of the scope's name. It is not so in 0.150.0 and so in
/// 0.152.0; the one between, in which remote write changed, was not at hand.
pub(super) fn reserves_scope_names(version: Version) -> bool {
    version.is_from(151)
}

/// Types as the page has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageType {
    Gauge,
    Counter,
    Histogram,
    Summary,
}

/// The type of a metric, or why the accumulator refuses it.
pub(super) fn page_type(data: &Data, version: Version) -> Result<PageType, &'static str> {
    match data {
        Data::None => Err("failed to translate metric"),
        Data::Sum {
            temporality: Temporality::Unspecified,
            ..
        } => Err("sum with unspecified aggregation temporality"),
        Data::Sum {
            temporality: Temporality::Delta,
            monotonic: false,
            ..
        } => Err("non-monotonic sum with delta aggregation temporality is not supported"),
        Data::Sum {
            monotonic: true, ..
        } => Ok(PageType::Counter),
        Data::Gauge(_) | Data::Sum { .. } => Ok(PageType::Gauge),
        Data::Histogram { .. } => Ok(PageType::Histogram),
        Data::ExponentialHistogram { .. } if has_native(version) => Ok(PageType::Histogram),
        Data::ExponentialHistogram { .. } => Err("unknown metric type"),
        Data::Summary(_) => Ok(PageType::Summary),
    }
}

/// Bounds in order and once each, whether they have a count or not (`convertDoubleHistogram`).
pub(super) fn histogram<'a>(point: Option<&HistogramPoint>, bounds: &'a mut Vec<f64>) -> Shape<'a> {
    bounds.clear();
    bounds.extend(point.iter().flat_map(|point| point.bounds.iter()));
    bounds.sort_unstable_by(f64::total_cmp);
    bounds.dedup();
    // The page has this bucket once.
    bounds.retain(|bound| *bound != f64::INFINITY);
    Shape::Histogram {
        bounds,
        has_sum: true,
    }
}

/// Quantiles in order and once each, the last value winning (`convertSummary`).
pub(super) fn summary<'a>(
    point: Option<&SummaryPoint>,
    quantiles: &'a mut Vec<(f64, f64)>,
) -> Shape<'a> {
    quantiles.clear();
    quantiles.extend(point.iter().flat_map(|point| point.quantiles.iter()));
    quantiles.reverse();
    quantiles.sort_by(|left, right| left.0.total_cmp(&right.0));
    quantiles.dedup_by(|left, right| left.0.partial_cmp(&right.0) == Some(Ordering::Equal));
    Shape::Summary { quantiles }
}
