//! Classic histograms: buckets of many series added up, and what quantiles they give.
//!
//! A quantile is what Prometheus' `histogram_quantile` gives for the same buckets, and beside it the bucket that it lies in:
//! within that bucket the value is a guess. Held against recorded answers in `tests/conformance_quantiles.rs`.

/// Neighbouring counts that differ by less than this part of their sum are taken as equal, as Prometheus does since 2.45:
/// such differences come from adding floats up in different orders.
const SMALL_DELTA: f64 = 1e-12;

/// A classic histogram as exposed: cumulative counts by upper bound.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// Upper bound and cumulative count, by bound.
    buckets: Vec<(f64, f64)>,
    sum: f64,
    count: f64,
    /// Where the next bound is looked for first: they come in the same order, series by series.
    cursor: usize,
}

/// A quantile, and the bucket that it lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// As `histogram_quantile` gives it: counted out within the bucket as if observations lay evenly there. In the last
    /// bucket, which has no upper bound, its lower bound.
    pub value: f64,
    /// Above this; 0 in a first bucket with a bound above 0, else minus infinity there.
    pub lower: f64,
    /// At most this; infinite in the last bucket.
    pub upper: f64,
}

/// What is counted, wherever the next bound will be looked for.
impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            buckets,
            sum,
            count,
            cursor: _,
        } = self;
        *buckets == other.buckets && *sum == other.sum && *count == other.count
    }
}

impl Histogram {
    /// Adds a cumulative count to the bucket with that upper bound: over many series, what `sum by (le)` gives.
    ///
    /// Constant time where bounds come in ascending order again and again. A bound that is not a number is left out: no
    /// observation can be said to lie below it.
    pub fn add_bucket(&mut self, upper: f64, cumulative: f64) {
        if upper.is_nan() {
            return;
        }
        // Zero is one bound, whatever its sign.
        let upper = upper + 0.0;
        let is_next = |bucket: &(f64, f64)| bucket.0.total_cmp(&upper).is_eq();
        let at = if self.buckets.get(self.cursor).is_some_and(is_next) {
            self.buckets[self.cursor].1 += cumulative;
            self.cursor
        } else {
            let by_bound = |bucket: &(f64, f64)| bucket.0.total_cmp(&upper);
            match self.buckets.binary_search_by(by_bound) {
                Ok(at) => {
                    self.buckets[at].1 += cumulative;
                    at
                }
                Err(at) => {
                    self.buckets.insert(at, (upper, cumulative));
                    at
                }
            }
        };
        let next = at + 1;
        self.cursor = if next < self.buckets.len() { next } else { 0 };
    }

    /// Gives back what was reserved beyond what is held.
    pub fn shrink_to_fit(&mut self) {
        self.buckets.shrink_to_fit();
    }

    /// Adds the sum of a series' observations.
    pub fn add_sum(&mut self, sum: f64) {
        self.sum += sum;
    }

    /// Adds the number of a series' observations.
    pub fn add_count(&mut self, count: f64) {
        self.count += count;
    }

    /// Adds all of another histogram, bound by bound. A bound that only one of them has counts that one's observations
    /// alone, as it does in `sum by (le)`.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            buckets,
            sum,
            count,
            cursor: _,
        } = other;
        for &(upper, cumulative) in buckets {
            self.add_bucket(upper, cumulative);
        }
        self.add_sum(*sum);
        self.add_count(*count);
    }

    /// Multiplies bounds and sum, as from milliseconds to seconds; `factor` is above 0.
    pub fn scale(&mut self, factor: f64) {
        // 9 × 0.001 is not 0.009, but 9 ÷ 1000 is: bounds of families in different units have to meet.
        let divisor = 1.0 / factor;
        let scaled = |value: f64| {
            if divisor > 1.0 && divisor.fract() == 0.0 {
                value / divisor
            } else {
                value * factor
            }
        };
        for (upper, _) in &mut self.buckets {
            *upper = scaled(*upper);
        }
        self.sum = scaled(self.sum);
    }

    /// How many observations there are, as added.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The sum of all observations, as added.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The mean of all observations; `None` without any.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }

    /// Upper bounds with their cumulative counts as added, by bound.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, f64)> {
        self.buckets.iter().copied()
    }

    /// The quantile `q`, from 0 to 1, as `histogram_quantile` gives it.
    ///
    /// `None` where that gives no number: `q` is out of range, there is no observation, no bucket without a limit (`+Inf`), or
    /// no other than that one.
    pub fn quantile(&self, q: f64) -> Option<Quantile> {
        let (bounded, last) = match &*self.buckets {
            [bounded @ .., (upper, _)] if *upper == f64::INFINITY => (bounded, bounded.len()),
            _ => return None,
        };
        if bounded.is_empty() || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let counts = self.monotonic();
        let observations = counts[last];
        if observations == 0.0 {
            return None;
        }
        let rank = q * observations;
        let at = first_at_least(&counts[..last], rank);
        let quantile = match at {
            _ if at == last => Quantile {
                value: bounded[last - 1].0,
                lower: bounded[last - 1].0,
                upper: f64::INFINITY,
            },
            0 if bounded[0].0 <= 0.0 => Quantile {
                value: bounded[0].0,
                lower: f64::NEG_INFINITY,
                upper: bounded[0].0,
            },
            _ => {
                let (lower, below) = match at {
                    0 => (0.0, 0.0),
                    _ => (bounded[at - 1].0, counts[at - 1]),
                };
                let upper = bounded[at].0;
                let part = (rank - below) / (counts[at] - below);
                Quantile {
                    value: lower + (upper - lower) * part,
                    lower,
                    upper,
                }
            }
        };
        (!quantile.value.is_nan()).then_some(quantile)
    }

    /// The cumulative counts without what makes them fall, which they cannot: series may have been read at different
    /// moments, or lack a bound that others have.
    fn monotonic(&self) -> Vec<f64> {
        let mut highest = f64::NAN;
        let counts = self.buckets.iter().map(|&(_, count)| {
            let stays = count < highest || is_almost(count, highest);
            if !stays {
                highest = count;
            }
            highest
        });
        counts.collect()
    }
}

/// The first count that reaches the rank, halving as Go's `sort.Search` does: where a count is no number, that decides.
fn first_at_least(counts: &[f64], rank: f64) -> usize {
    let (mut from, mut to) = (0, counts.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        if counts[middle] >= rank {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

/// Whether two counts differ by no more than adding floats up in different orders makes them.
fn is_almost(a: f64, b: f64) -> bool {
    if a.total_cmp(&b).is_eq() {
        return true;
    }
    let (sum, apart) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        apart < SMALL_DELTA * f64::MIN_POSITIVE
    } else {
        apart / sum.min(f64::MAX) < SMALL_DELTA
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn histogram(buckets: &[(f64, f64)]) -> Histogram {
        let mut histogram = Histogram::default();
        for &(upper, cumulative) in buckets {
            histogram.add_bucket(upper, cumulative);
        }
        histogram
    }

    #[test]
    fn counts_within_the_bucket_from_its_lower_bound() {
        let histogram = histogram(&[(1.0, 10.0), (2.0, 30.0), (f64::INFINITY, 40.0)]);
        let median = Quantile {
            value: 1.5,
            lower: 1.0,
            upper: 2.0,
        };
        assert_eq!(histogram.quantile(0.5), Some(median));
    }

    #[test]
    fn the_first_bucket_starts_at_zero() {
        let histogram = histogram(&[(1.0, 10.0), (f64::INFINITY, 10.0)]);
        let tenth = Quantile {
            value: 0.1,
            lower: 0.0,
            upper: 1.0,
        };
        assert_eq!(histogram.quantile(0.1), Some(tenth));
    }

    #[test]
    fn a_first_bucket_below_zero_has_no_start() {
        let histogram = histogram(&[(-1.0, 10.0), (1.0, 10.0), (f64::INFINITY, 10.0)]);
        let median = Quantile {
            value: -1.0,
            lower: f64::NEG_INFINITY,
            upper: -1.0,
        };
        assert_eq!(histogram.quantile(0.5), Some(median));
    }

    #[test]
    fn the_last_bucket_gives_the_last_bound_there_is() {
        let histogram = histogram(&[(1.0, 1.0), (f64::INFINITY, 10.0)]);
        let high = Quantile {
            value: 1.0,
            lower: 1.0,
            upper: f64::INFINITY,
        };
        assert_eq!(histogram.quantile(0.99), Some(high));
    }

    #[test]
    fn what_says_nothing_gives_nothing() {
        let whole = histogram(&[(1.0, 5.0), (f64::INFINITY, 10.0)]);
        for q in [-0.1, 1.1, f64::NAN] {
            assert_eq!(whole.quantile(q), None, "{q}");
        }
        for buckets in [
            &[][..],
            &[(1.0, 5.0), (2.0, 10.0)],
            &[(f64::INFINITY, 10.0)],
            &[(1.0, 0.0), (f64::INFINITY, 0.0)],
        ] {
            assert_eq!(histogram(buckets).quantile(0.5), None, "{buckets:?}");
        }
    }

    #[test]
    fn counts_that_fall_are_held() {
        let histogram = histogram(&[(1.0, 10.0), (2.0, 4.0), (4.0, 20.0), (f64::INFINITY, 20.0)]);
        let high = histogram.quantile(0.75).unwrap();
        assert_eq!((high.value, high.lower, high.upper), (3.0, 2.0, 4.0));
    }

    #[test]
    fn differences_of_rounding_are_none() {
        let more = 10.0 + 1e-12;
        let histogram = histogram(&[(1.0, 10.0), (2.0, more), (f64::INFINITY, more)]);
        let quantile = histogram.quantile(1.0).unwrap();
        assert_eq!(quantile.value.total_cmp(&1.0), std::cmp::Ordering::Equal);
    }

    #[test]
    fn a_bound_is_one_however_it_comes() {
        let mut histogram = histogram(&[(2.0, 2.0), (f64::INFINITY, 3.0), (0.0, 1.0)]);
        histogram.add_bucket(-0.0, 1.0);
        histogram.add_bucket(f64::NAN, 7.0);
        let buckets: Vec<_> = histogram.buckets().collect();
        assert_eq!(buckets, [(0.0, 2.0), (2.0, 2.0), (f64::INFINITY, 3.0)]);
    }

    #[test]
    fn scaling_keeps_the_counts() {
        let mut histogram = histogram(&[(9.0, 10.0), (f64::INFINITY, 10.0)]);
        histogram.add_sum(2000.0);
        histogram.add_count(10.0);
        histogram.scale(0.001);
        assert_eq!(histogram.mean(), Some(0.2));
        assert_eq!((histogram.sum(), histogram.count()), (2.0, 10.0));
        let buckets: Vec<_> = histogram.buckets().collect();
        assert_eq!(buckets, [(0.009, 10.0), (f64::INFINITY, 10.0)]);
    }

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!(Histogram::default().mean(), None);
    }

    fn series() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let bound = prop_oneof![
            (0..20_u8).prop_map(f64::from),
            Just(f64::INFINITY),
            Just(-1.0)
        ];
        prop::collection::vec((bound, (0..1000_u16).prop_map(f64::from)), 0..30)
    }

    proptest! {
        #[test]
        fn merging_equals_adding_in_any_order(one in series(), other in series()) {
            let mut merged = histogram(&one);
            merged.merge(&histogram(&other));
            let mut all = [one, other].concat();
            all.reverse();
            prop_assert_eq!(merged, histogram(&all));
        }

        #[test]
        fn a_quantile_lies_in_its_bucket_and_grows_with_q(buckets in series(), a in 0.0..=1.0, b in 0.0..=1.0) {
            let histogram = histogram(&buckets);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            if let (Some(low), Some(high)) = (histogram.quantile(low), histogram.quantile(high)) {
                prop_assert!(low.lower <= low.value && low.value <= low.upper, "{:?}", low);
                prop_assert!(low.value <= high.value, "{:?} {:?}", low, high);
            }
        }
    }
}
