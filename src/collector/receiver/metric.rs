//! One metric while its samples come in, point by point.
//!
//! Follows `metricGroup` and `metricFamily` in `internal/metricfamily.go` of the Prometheus receiver.

use std::rc::Rc;

use foldhash::HashMap;

use super::families::Kind;
use super::families::Part;
use super::runs::Run;
use crate::collector::pdata::Common;
use crate::collector::pdata::Data;
use crate::collector::pdata::HistogramPoint;
use crate::collector::pdata::Number;
use crate::collector::pdata::NumberPoint;
use crate::collector::pdata::SummaryPoint;
use crate::collector::pdata::Temporality;
use crate::table::Keep;
use crate::table::Lines;

/// The data points of one metric, each known by the number of its label set.
#[derive(Debug, Default)]
pub(super) struct Points {
    all: Vec<Point>,
    /// Some of them are runs of lines.
    has_runs: bool,
    /// Index of each label set, once they did not come in ascending order.
    index: Option<HashMap<u32, u32>>,
}

#[derive(Debug)]
struct Point {
    row: u32,
    time_ms: Option<i64>,
    value: Option<f64>,
    count: Option<f64>,
    sum: Option<f64>,
    /// Bound and value of each bucket or quantile.
    bounds: Vec<(f64, f64)>,
    value_bytes: u32,
    exemplars: u32,
    /// What its `_created` line says, in seconds since 1970.
    created: f64,
    /// A sample was the mark that its series has ended.
    ended: bool,
    /// The lines that have its values, from which on, if they are a run.
    run: Option<(Rc<Run>, u32)>,
}

/// What one sample brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    pub(super) part: Part,
    /// The parsed `le` or `quantile`; `None` where there is none, or none that is a number.
    pub(super) bound: Option<f64>,
    pub(super) value: f64,
    pub(super) value_bytes: u64,
    pub(super) time_ms: Option<i64>,
    /// It is the mark that the series has ended (`StaleNaN`).
    pub(super) ended: bool,
}

/// What only some releases do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odd {
    /// A point without a value is there with zero.
    pub(super) phantoms: bool,
    /// A point without a start begins at its own time.
    pub(super) starts: bool,
}

/// Why a sample is not in its metric's points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unplaced {
    /// It has another timestamp than the samples before it.
    Timestamp,
    /// A bucket or quantile without a bound, or with one that is no number.
    Bound,
}

impl Points {
    pub(super) fn clear(&mut self) {
        let Self {
            all,
            has_runs,
            index,
        } = self;
        all.clear();
        *has_runs = false;
        *index = None;
    }

    /// Adds a sample to the point of its label set.
    pub(super) fn add(&mut self, row: u32, sample: Brought) -> Result<(), Unplaced> {
        let at = self.find_or_begin(row, sample.time_ms);
        let room = at.checked_sub(1).map_or(0, |at| self.all[at].bounds.len());
        let point = &mut self.all[at];
        if point.time_ms != sample.time_ms {
            return Err(Unplaced::Timestamp);
        }
        let Brought {
            part,
            bound,
            value,
            value_bytes,
            time_ms: _,
            ended,
        } = sample;
        // The buckets and quantiles of a point do not tell whether it has ended.
        point.ended |= ended && part != Part::Bound;
        match part {
            Part::Value => point.value = Some(value),
            Part::Count => point.count = Some(value),
            Part::Sum => point.sum = Some(value),
            Part::Created => {
                point.created = value;
                return Ok(());
            }
            Part::Bound => {
                let bound = bound.ok_or(Unplaced::Bound)?;
                if point.bounds.is_empty() {
                    point.bounds.reserve_exact(room);
                }
                point.bounds.push((bound, value));
            }
        }
        point.value_bytes += value_bytes as u32;
        Ok(())
    }

    /// Adds a whole point; false if there are samples of its label set already.
    pub(super) fn add_run(&mut self, row: u32, run: &Rc<Run>, line: u32, value_bytes: u32) -> bool {
        if self.find(row).is_some() {
            return false;
        }
        let at = self.begin(row, None);
        self.has_runs = true;
        let point = &mut self.all[at];
        point.value_bytes = value_bytes;
        point.run = Some((Rc::clone(run), line));
        true
    }

    /// Makes a point whose lines are a run one that more samples can be added to.
    pub(super) fn unfold(&mut self, row: u32, lines: &Lines) {
        if !self.has_runs {
            return;
        }
        let at = self.find(row);
        if let Some(point) = at.and_then(|at| self.all.get_mut(at))
            && let Some((run, line)) = point.run.take()
        {
            let values = run.values(lines, line);
            point.count = Some(values.count);
            point.sum = values.sum;
            point.bounds = run.bounds.iter().copied().zip(values.buckets).collect();
        }
    }

    fn find_or_begin(&mut self, row: u32, time_ms: Option<i64>) -> usize {
        match self.find(row) {
            Some(at) => at,
            None => self.begin(row, time_ms),
        }
    }

    fn find(&mut self, row: u32) -> Option<usize> {
        let last = self.all.last()?;
        if last.row == row {
            return Some(self.all.len() - 1);
        }
        if self.index.is_none() {
            if last.row < row {
                // They have come in ascending order so far.
                return None;
            }
            let rows = self.all.iter().zip(0..);
            self.index = Some(rows.map(|(point, at)| (point.row, at)).collect());
        }
        let at = self.index.as_ref()?.get(&row)?;
        Some(*at as usize)
    }

    /// Begins a point for a label set that has none.
    fn begin(&mut self, row: u32, time_ms: Option<i64>) -> usize {
        let at = self.all.len();
        if let Some(index) = &mut self.index {
            index.insert(row, at as u32);
        }
        self.all.push(Point {
            row,
            time_ms,
            value: None,
            count: None,
            sum: None,
            bounds: Vec::new(),
            value_bytes: 0,
            exemplars: 0,
            created: 0.0,
            ended: false,
            run: None,
        });
        at
    }

    /// The points as data of their kind; `common` gives a label set its attributes and times. Points that
    /// are not whole are left out and handed to `lost` as their label set and number of samples.
    pub(super) fn finish(
        &mut self,
        kind: Kind,
        odd: Odd,
        lines: &Lines,
        mut common: impl FnMut(u32, Option<i64>) -> Common,
        mut lost: impl FnMut(u64),
    ) -> Data {
        let Odd { phantoms, starts } = odd;
        let has_start = !matches!(kind, Kind::Gauge);
        let mut common = |point: &Point| {
            let mut common = common(point.row, point.time_ms);
            common.value_bytes = point.value_bytes;
            common.exemplars = point.exemplars;
            common.flags = u32::from(point.ended);
            if has_start && point.created != 0.0 {
                common.start_ns = nanoseconds(point.created);
            } else if has_start && starts {
                common.start_ns = common.time_ns;
            }
            common
        };
        match kind {
            Kind::Gauge => Data::Gauge(self.numbers(phantoms, &mut common)),
            Kind::Sum { monotonic } => Data::Sum {
                temporality: Temporality::Cumulative,
                monotonic,
                points: self.numbers(phantoms, &mut common),
            },
            Kind::Histogram => Data::Histogram {
                temporality: Temporality::Cumulative,
                points: self.histograms(lines, &mut common, &mut lost),
            },
            Kind::Summary => Data::Summary(self.summaries(&mut common, &mut lost)),
        }
    }

    fn numbers(
        &mut self,
        phantoms: bool,
        common: &mut impl FnMut(&Point) -> Common,
    ) -> Vec<NumberPoint> {
        let mut numbers = Vec::with_capacity(self.all.len());
        for point in self.all.drain(..) {
            let Some(value) = point.value.or(phantoms.then_some(0.0)) else {
                continue;
            };
            numbers.push(NumberPoint {
                common: common(&point),
                value: if point.ended {
                    Number::None
                } else {
                    Number::Double(value)
                },
            });
        }
        numbers
    }

    fn histograms(
        &mut self,
        lines: &Lines,
        common: &mut impl FnMut(&Point) -> Common,
        lost: &mut impl FnMut(u64),
    ) -> Vec<HistogramPoint> {
        let mut histograms: Vec<HistogramPoint> = Vec::with_capacity(self.all.len());
        for mut point in self.all.drain(..) {
            if let Some((run, line)) = &point.run {
                histograms.push(histogram_of(run, *line, lines, common(&point)));
                continue;
            }
            let Some(count) = point.count else {
                lost(point.samples());
                continue;
            };
            sort(&mut point.bounds);
            if point
                .bounds
                .last()
                .is_some_and(|(bound, _)| *bound == f64::INFINITY)
            {
                point.bounds.pop();
            }
            let bounds = match histograms.last() {
                Some(before) if same_bounds(&before.bounds, &point.bounds) => {
                    Rc::clone(&before.bounds)
                }
                _ => point.bounds.iter().map(|(bound, _)| *bound).collect(),
            };
            let counts = if point.ended {
                vec![0; point.bounds.len() + 1]
            } else {
                bucket_counts(&point.bounds, count)
            };
            histograms.push(HistogramPoint {
                common: common(&point),
                count: if point.ended { 0 } else { whole(count) },
                sum: point.sum.filter(|_| !point.ended),
                min: None,
                max: None,
                bounds,
                bucket_counts: counts,
            });
        }
        histograms
    }

    fn summaries(
        &mut self,
        common: &mut impl FnMut(&Point) -> Common,
        lost: &mut impl FnMut(u64),
    ) -> Vec<SummaryPoint> {
        let mut summaries = Vec::with_capacity(self.all.len());
        for mut point in self.all.drain(..) {
            if point.count.is_none() {
                lost(point.samples());
                continue;
            }
            sort(&mut point.bounds);
            if point.ended {
                point.count = Some(0.0);
                point.sum = None;
                point.bounds.iter_mut().for_each(|(_, value)| *value = 0.0);
            }
            summaries.push(SummaryPoint {
                common: common(&point),
                count: point.count.map_or(0, whole),
                sum: point.sum.unwrap_or(0.0),
                quantiles: std::mem::take(&mut point.bounds),
            });
        }
        summaries
    }
}

impl Point {
    fn samples(&self) -> u64 {
        self.bounds.len() as u64 + u64::from(self.sum.is_some())
    }
}

/// The point whose lines are a run.
fn histogram_of(run: &Run, line: u32, lines: &Lines, common: Common) -> HistogramPoint {
    let (count, sum, bucket_counts) = if lines.kept() == Keep::Values {
        let values = run.values(lines, line);
        let cumulated = run.bounds.iter().copied().zip(values.buckets);
        let cumulated: Vec<(f64, f64)> = cumulated.collect();
        let counts = bucket_counts(&cumulated, values.count);
        (whole(values.count), values.sum, counts)
    } else {
        // Nobody asks for values: only what is there counts.
        (0, run.sum.map(|_| f64::NAN), vec![0; run.bounds.len() + 1])
    };
    HistogramPoint {
        common,
        count,
        sum,
        min: None,
        max: None,
        bounds: Rc::clone(&run.bounds),
        bucket_counts,
    }
}

/// Ascending, as `sort.Slice` leaves them; equal bounds stay as they came.
fn sort(bounds: &mut [(f64, f64)]) {
    if !bounds.is_sorted_by(|a, b| a.0 <= b.0) {
        bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
}

#[expect(
    clippy::float_cmp,
    reason = "bounds are shared where they are the same"
)]
fn same_bounds(known: &[f64], bounds: &[(f64, f64)]) -> bool {
    known.len() == bounds.len() && known.iter().zip(bounds).all(|(a, (b, _))| a == b)
}

/// Counts of the single buckets from cumulated ones; the last is what the total count leaves.
fn bucket_counts(bounds: &[(f64, f64)], count: f64) -> Vec<u64> {
    let mut counts = Vec::with_capacity(bounds.len() + 1);
    let mut before = 0.0;
    for &(_, cumulated) in bounds {
        counts.push(whole(cumulated - before));
        before = cumulated;
    }
    counts.push(whole(count - before));
    counts
}

/// `timestampFromFloat64`; a time before 1970 wraps around.
fn nanoseconds(seconds: f64) -> u64 {
    let whole = seconds as i64;
    let nanos = ((seconds - whole as f64) * 1e9) as i64;
    whole
        .wrapping_mul(1_000_000_000)
        .wrapping_add(nanos)
        .cast_unsigned()
}

/// `uint64(number)` as Go converts on amd64: a negative number wraps around.
fn whole(number: f64) -> u64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    let signed = |number: f64| {
        if (-HALF..HALF).contains(&number) {
            number as i64
        } else {
            i64::MIN
        }
    };
    if number < HALF {
        signed(number).cast_unsigned()
    } else {
        signed(number - HALF).cast_unsigned() ^ (1 << 63)
    }
}
