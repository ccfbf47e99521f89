//! The bounds of histograms and summaries as labels: how many bytes they have.

use foldhash::HashMap;

use crate::collector::pdata::Data;
use crate::collector::shape::PointSeries;

/// Where hostile input would make bounds without end, all are forgotten.
const MOST_BOUNDS: usize = 1 << 16;

/// Series of data points, and the bytes of their bounds.
#[derive(Debug, Default)]
pub(super) struct BoundBytes {
    /// Digits of each bound, by its bits.
    digits: HashMap<u64, u64>,
    /// Address and length of the bounds looked at last.
    place: (usize, usize),
    /// How many buckets they make, and their bytes as labels.
    last: (u64, u64),
}

impl BoundBytes {
    /// What stands at an address may be something else from now on.
    pub(super) fn forget_place(&mut self) {
        self.place = (0, 0);
    }

    /// The series of a point, and the bytes of all its bounds as labels. Neighbouring points share their bounds.
    pub(super) fn series(&mut self, data: &Data, point: usize) -> (PointSeries, u64) {
        match data {
            Data::Histogram { points, .. } => {
                let histogram = &points[point];
                let bounds = &histogram.bounds;
                let place = (bounds.as_ptr() as usize, bounds.len());
                if self.place != place || bounds.is_empty() {
                    self.place = place;
                    let digits = bounds.iter().map(|&bound| self.digits(bound) + 6);
                    let bytes = digits.sum::<u64>() + 10;
                    self.last = (data.series(point).buckets, bytes);
                }
                let (buckets, bytes) = self.last;
                let series = PointSeries {
                    values: 0,
                    buckets,
                    counts: 1,
                    sums: histogram.sum.is_some().into(),
                };
                (series, bytes)
            }
            Data::Summary(points) => {
                let quantiles = points[point].quantiles.iter();
                let bytes = quantiles.map(|&(quantile, _)| self.digits(quantile) + 12);
                let bytes = bytes.sum();
                (data.series(point), bytes)
            }
            _ => (data.series(point), 0),
        }
    }

    fn digits(&mut self, bound: f64) -> u64 {
        if self.digits.len() >= MOST_BOUNDS {
            self.digits.clear();
        }
        let digits = self.digits.entry(bound.to_bits());
        *digits.or_insert_with(|| bound.to_string().len() as u64)
    }
}
