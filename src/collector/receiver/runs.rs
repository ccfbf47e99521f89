//! Lines of a histogram that make one data point and stand one behind the other, as they nearly always do.
//!
//! All points of a histogram have the same names and bounds in the same order: a run, which is learned from the
//! first of them. A point that follows a run that is known is taken in as a whole; what is out of the ordinary
//! goes line by line.

use std::rc::Rc;

use super::families::Kind;
use super::families::Part;
use super::intake::Intake;
use super::job::Job;
use crate::table::Bounds;
use crate::table::ComboId;
use crate::table::Entry;
use crate::table::Keep;
use crate::table::Lines;
use crate::table::Table;
use crate::table::TextId;

/// How many runs are learned, or tried to, for what begins with the same line.
const MOST_ATTEMPTS: u8 = 8;

/// The lines of a histogram's data point.
#[derive(Debug, PartialEq)]
pub(super) struct Run {
    /// Names and bounds.
    pub(super) combos: Box<[ComboId]>,
    /// For each name the first combo, and the number of lines.
    pub(super) names: Box<[(ComboId, u64)]>,
    /// The finite bounds, ascending.
    pub(super) bounds: Rc<[f64]>,
    /// Which lines the finite buckets are, in the order of their bounds.
    pub(super) buckets: Box<[u32]>,
    /// Which line is the `_count`.
    pub(super) count: u32,
    /// Which line is the `_sum`, if there is one.
    pub(super) sum: Option<u32>,
}

/// The values of a data point.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Values {
    pub(super) count: f64,
    pub(super) sum: Option<f64>,
    /// Cumulated, of each finite bucket.
    pub(super) buckets: Vec<f64>,
}

/// A run, and what is known of it in the scrape at hand.
#[derive(Debug)]
struct KnownRun {
    run: Rc<Run>,
    /// Where its points go.
    metric: u32,
    /// When this was found out.
    epoch: u64,
    /// Another run that begins with the same line.
    next: Option<u32>,
}

/// All runs so far.
#[derive(Debug, Default)]
pub(super) struct Runs {
    all: Vec<KnownRun>,
    /// By the first combo: the run learned last, and the number of attempts.
    by_first: Vec<(Option<u32>, u8)>,
}

impl Run {
    pub(super) fn len(&self) -> usize {
        self.combos.len()
    }

    /// What a line of it is to its histogram.
    pub(super) fn part(&self, line: u32) -> Part {
        if line == self.count {
            Part::Count
        } else if Some(line) == self.sum {
            Part::Sum
        } else {
            Part::Bound
        }
    }

    /// Whether the lines from here on are such a run.
    fn is_at(&self, entries: &[Entry]) -> bool {
        let Some(entries) = entries.get(..self.combos.len()) else {
            return false;
        };
        let row = entries.first().map_or(0, |entry| entry.row());
        let expected = self.combos.iter().map(|&combo| Entry::new(row, combo));
        entries.iter().copied().eq(expected)
    }

    /// The values of the point that begins at a line; `NaN` where values are not kept.
    pub(super) fn values(&self, lines: &Lines, line: u32) -> Values {
        let value = |at: u32| lines.value((line + at) as usize);
        Values {
            count: value(self.count),
            sum: self.sum.map(value),
            buckets: self.buckets.iter().map(|&at| value(at)).collect(),
        }
    }
}

impl Runs {
    /// The run that stands at the beginning of these lines, if it is known.
    fn at(&self, entries: &[Entry]) -> Option<u32> {
        let first = entries.first()?.combo();
        let (mut next, _) = *self.by_first.get(first as usize)?;
        while let Some(id) = next {
            let known = &self.all[id as usize];
            if known.run.is_at(entries) {
                return Some(id);
            }
            next = known.next;
        }
        None
    }

    /// Whether a run that begins with this combo is to be looked for. To be asked once for each attempt.
    fn wants(&mut self, first: ComboId) -> bool {
        let longer = self.by_first.len().max(first as usize + 1);
        self.by_first.resize(longer, (None, 0));
        let (_, attempts) = &mut self.by_first[first as usize];
        *attempts = attempts.saturating_add(1);
        *attempts <= MOST_ATTEMPTS
    }

    /// Remembers the lines of a point, if they are as those of histograms are: ascending bounds, a count,
    /// perhaps a sum, and nothing else. True if so.
    fn add_lines(
        &mut self,
        lines: &[(ComboId, Part, Option<f64>)],
        name: impl Fn(ComboId) -> TextId,
    ) -> bool {
        let (mut count, mut sum) = (None, None);
        let mut bounds: Vec<f64> = Vec::new();
        let mut buckets = Vec::new();
        let mut names: Vec<(ComboId, u64)> = Vec::new();
        for (&(combo, part, bound), at) in lines.iter().zip(0..) {
            match (part, bound) {
                (Part::Count, _) if count.is_none() => count = Some(at),
                (Part::Sum, _) if sum.is_none() => sum = Some(at),
                (Part::Bound, Some(bound)) if bounds.last().is_none_or(|last| *last < bound) => {
                    bounds.push(bound);
                    buckets.push(at);
                }
                _ => return false,
            }
            match names
                .iter_mut()
                .find(|(known, _)| name(*known) == name(combo))
            {
                Some((_, lines)) => *lines += 1,
                None => names.push((combo, 1)),
            }
        }
        if bounds.iter().any(|bound| bound.is_nan()) {
            return false;
        }
        if bounds.last() == Some(&f64::INFINITY) {
            bounds.pop();
            buckets.pop();
        }
        let Some(count) = count else {
            return false;
        };
        let Some((last, _)) = lines
            .first()
            .and_then(|&(first, ..)| self.by_first.get_mut(first as usize))
        else {
            return false;
        };
        let next = last.replace(self.all.len() as u32);
        let run = Run {
            combos: lines.iter().map(|(combo, ..)| *combo).collect(),
            names: names.into(),
            bounds: bounds.into(),
            buckets: buckets.into(),
            count,
            sum,
        };
        self.all.push(KnownRun {
            run: Rc::new(run),
            metric: 0,
            epoch: 0,
            next,
        });
        true
    }
}

impl Intake {
    /// The run that stands at `line`, if it is known. What stands from `end` on is not looked at.
    pub(super) fn run_at(&self, line: usize, end: usize, table: &Table) -> Option<(u32, Rc<Run>)> {
        let end = end.min(self.next_news(table));
        let entries = table.body.entries.all();
        let id = self.runs.at(entries.get(line..end)?)?;
        Some((id, Rc::clone(&self.runs.all[id as usize].run)))
    }

    /// Adds the run that stands at `line` as one point; false if it has to be taken line by line.
    pub(super) fn add_run(&mut self, id: u32, line: usize, table: &Table, job: &Job) -> bool {
        let known = &self.runs.all[id as usize];
        if known.epoch != self.epoch && !self.place_run(id, table, job) {
            return false;
        }
        let KnownRun { run, metric, .. } = &self.runs.all[id as usize];
        let row = table.body.entries.all()[line].row();
        let row = table.body.rows.canonical(row);
        let value_bytes = table.body.lines.value_bytes_of(line..line + run.len());
        let points = &mut self.groups[0].points[*metric as usize];
        points.add_run(row, run, line as u32, value_bytes as u32)
    }

    /// Finds out where the points of a run go, which depends on its names alone.
    fn place_run(&mut self, id: u32, table: &Table, job: &Job) -> bool {
        let run = Rc::clone(&self.runs.all[id as usize].run);
        let before = self.epoch;
        let mut metric = None;
        for &(combo, _) in &run.names {
            let placed = self.placed(combo, table, job);
            let is_histogram = self.kind_of(placed) == Kind::Histogram;
            let at = run.combos.iter().position(|&known| known == combo);
            let part = at.map(|at| run.part(at as u32));
            if !is_histogram
                || part != Some(placed.part)
                || *metric.get_or_insert(placed.metric) != placed.metric
            {
                return false;
            }
        }
        // A metric that was begun on the way may have taken the place of one that was found before.
        if before != self.epoch {
            return false;
        }
        let known = &mut self.runs.all[id as usize];
        known.metric = metric.unwrap_or_default();
        known.epoch = self.epoch;
        true
    }

    /// Whether a run that begins with this combo is to be looked for. To be asked once for each attempt.
    pub(super) fn wants_run(&mut self, first: ComboId) -> bool {
        self.runs.wants(first)
    }

    /// Learns the run that begins at `line`, if one does and all of its lines stand before `end`; true if so.
    pub(super) fn learn_run(&mut self, line: usize, end: usize, table: &Table, job: &Job) -> bool {
        let entries = table.body.entries.all();
        let end = end.min(self.next_news(table));
        let Some(entries) = entries.get(line..end) else {
            return false;
        };
        let Some(first) = entries.first() else {
            return false;
        };
        let before = self.epoch;
        let metric = self.placed(first.combo(), table, job).metric;
        let mut lines: Vec<(ComboId, Part, Option<f64>)> = Vec::new();
        for entry in entries
            .iter()
            .take_while(|entry| entry.row() == first.row())
        {
            let placed = self.placed(entry.combo(), table, job);
            if placed.metric != metric {
                break;
            }
            if self.kind_of(placed) != Kind::Histogram || placed.labels != Bounds::NONE {
                return false;
            }
            lines.push((entry.combo(), placed.part, placed.bound));
        }
        let name = |combo: ComboId| table.combos.all[combo as usize].name;
        self.epoch == before && self.runs.add_lines(&lines, name)
    }
}

/// Whether all a line has to tell is kept somewhere else, so that lines may be passed over.
pub(super) fn may_run(lines: &Lines) -> bool {
    lines.kept() != Keep::Nothing && !lines.has_timestamps()
}
