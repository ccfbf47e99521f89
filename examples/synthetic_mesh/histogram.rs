//! Histograms with the proxy's own bucket bounds, filled from a count and a median.
//!
//! The share of observations at or below `b` is `b² / (b² + median²)`: a long-tailed curve that needs no
//! floating point, so buckets are cumulative by construction and equal on every machine.

use super::render::Number;

/// Bucket bounds as printed, and the same bounds as numbers.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// `le` values without `+Inf`.
    pub(crate) printed: &'static [&'static str],
    /// Milliseconds, microseconds or bytes.
    values: &'static [u64],
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Milliseconds,
    Microseconds,
    Bytes,
}

/// `response_latency_ms` and `control_response_latency_ms`.
pub(crate) static LATENCY_MS: Bounds = Bounds {
    printed: &[
        "1", "2", "3", "4", "5", "10", "20", "30", "40", "50", "100", "200", "300", "400", "500",
        "1000", "2000", "3000", "4000", "5000", "10000", "20000", "30000", "40000", "50000",
    ],
    values: &[
        1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500, 1_000, 2_000, 3_000, 4_000,
        5_000, 10_000, 20_000, 30_000, 40_000, 50_000,
    ],
    unit: Unit::Milliseconds,
};

/// `*_balancer_queue_latency_seconds`.
pub(crate) static QUEUE: Bounds = Bounds {
    printed: &["0.0005", "0.005", "0.05", "0.5", "1.0", "3.0"],
    values: &[500, 5_000, 50_000, 500_000, 1_000_000, 3_000_000],
    unit: Unit::Microseconds,
};

/// `*_tcp_detect_http_duration_seconds`.
pub(crate) static DETECT: Bounds = Bounds {
    printed: &["0.001", "0.1"],
    values: &[1_000, 100_000],
    unit: Unit::Microseconds,
};

/// `*_frame_size_bytes`.
pub(crate) static FRAME: Bounds = Bounds {
    printed: &["128.0", "1024.0", "10240.0"],
    values: &[128, 1_024, 10_240],
    unit: Unit::Bytes,
};

/// Inbound request durations and outbound backend response durations.
pub(crate) static FINE: Bounds = Bounds {
    printed: &["0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "10.0"],
    values: &[
        25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 10_000_000,
    ],
    unit: Unit::Microseconds,
};

/// Inbound response durations and outbound request durations.
pub(crate) static COARSE: Bounds = Bounds {
    printed: &["0.05", "0.5", "1.0", "10.0"],
    values: &[50_000, 500_000, 1_000_000, 10_000_000],
    unit: Unit::Microseconds,
};

/// One filled histogram.
#[derive(Debug)]
pub(crate) struct Histogram {
    pub(crate) bounds: &'static Bounds,
    /// One per bound, without `+Inf`.
    pub(crate) cumulative: Vec<u64>,
    /// Also the `+Inf` bucket.
    pub(crate) count: u64,
    pub(crate) sum: Number,
}

impl Histogram {
    /// `median` is in the unit of the bounds.
    pub(crate) fn new(bounds: &'static Bounds, count: u64, median: u64) -> Self {
        let middle = u128::from(median.max(1)).pow(2);
        let below = |bound: u64| {
            let square = u128::from(bound).pow(2);
            let whole = square + middle;
            ((u128::from(count) * square + whole / 2) / whole) as u64
        };
        let cumulative: Vec<u64> = bounds.values.iter().map(|bound| below(*bound)).collect();
        let (mut sum, mut seen, mut low) = (0, 0, 0);
        for (upto, bound) in cumulative.iter().zip(bounds.values) {
            sum += (upto - seen) * u64::midpoint(low, *bound);
            (seen, low) = (*upto, *bound);
        }
        sum += (count - seen) * low;
        let sum = match bounds.unit {
            Unit::Milliseconds => Number::Whole(sum),
            Unit::Microseconds => Number::Micros(sum),
            Unit::Bytes => Number::Micros(sum * 1_000_000),
        };
        Self {
            bounds,
            cumulative,
            count,
            sum,
        }
    }
}
