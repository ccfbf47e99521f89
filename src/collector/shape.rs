//! Which series a data point is, told before any exporter has named it.

use super::pdata::Data;

/// The series of one data point under the names that the exposition has for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PointSeries {
    /// Series of the metric's own name: the value, or the quantiles.
    pub values: u64,
    /// Series of `_bucket`, the infinite one included.
    pub buckets: u64,
    /// Series of `_count`.
    pub counts: u64,
    /// Series of `_sum`.
    pub sums: u64,
}

impl PointSeries {
    /// How many series in all.
    pub fn total(self) -> u64 {
        self.values + self.buckets + self.counts + self.sums
    }
}

impl Data {
    /// The series of the data point at `index`. Equal bounds are one series.
    pub fn series(&self, index: usize) -> PointSeries {
        match self {
            Self::None => PointSeries::default(),
            Self::Gauge(_) | Self::Sum { .. } | Self::ExponentialHistogram { .. } => PointSeries {
                values: 1,
                ..PointSeries::default()
            },
            Self::Histogram { points, .. } => {
                let point = &points[index];
                let repeated = point
                    .bounds
                    .windows(2)
                    .filter(|pair| pair[0].to_bits() == pair[1].to_bits())
                    .count();
                PointSeries {
                    buckets: (point.bounds.len() - repeated) as u64 + 1,
                    counts: 1,
                    sums: point.sum.is_some().into(),
                    ..PointSeries::default()
                }
            }
            Self::Summary(points) => PointSeries {
                values: points[index].quantiles.len() as u64,
                counts: 1,
                sums: 1,
                ..PointSeries::default()
            },
        }
    }
}
