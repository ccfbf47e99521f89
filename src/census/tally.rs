//! One worker's count: takes the samples of one target after the other and folds each target in.

use super::combos::Bounds;
use super::combos::Combo;
use super::combos::ComboId;
use super::combos::Combos;
use super::combos::NO_BOUND;
use super::dictionary::LE;
use super::dictionary::PairId;
use super::dictionary::Pairs;
use super::dictionary::QUANTILE;
use super::dictionary::TextId;
use super::dictionary::Texts;
use super::entries::Entry;
use super::family::FamilyTally;
use super::fold;
use super::rows::RowId;
use super::target::OddBound;
use super::target::Target;
use crate::exposition::Delta;
use crate::exposition::Fact;
use crate::exposition::LineCounts;
use crate::exposition::Metadata;
use crate::exposition::Sample;

/// Counts the samples of any number of targets.
///
/// Per series it keeps eight bytes of the target being read, plus four for each label of a label set not
/// seen before in this target. A target is forgotten once it is folded in; what stays is the distinct
/// label values of each family.
#[derive(Debug, Default)]
pub struct Tally {
    pub(super) pairs: Pairs,
    /// Sample names.
    pub(super) names: Texts,
    pub(super) families: Families,
    pub(super) targets: Vec<TargetTally>,
    pub(super) target: Target,
    /// Names and bounds that occur together, over all targets.
    pub(super) combos: Combos,
    /// The sample before, so that the next one is looked up only where it differs.
    last: Last,
    scratch: fold::Scratch,
}

/// What is counted of one target as a whole.
#[derive(Debug, Clone)]
pub(super) struct TargetTally {
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) series: u64,
    pub(super) lines: LineCounts,
}

/// Families by name.
#[derive(Debug, Default)]
pub(super) struct Families {
    pub(super) names: Texts,
    pub(super) tallies: Vec<FamilyTally>,
}

impl Families {
    pub(super) fn intern(&mut self, name: &[u8]) -> TextId {
        let (id, new) = self.names.intern(name);
        if new {
            self.tallies.push(FamilyTally::default());
        }
        id
    }
}

#[derive(Debug)]
struct Last {
    /// Pair of each label, by its index in the line.
    pairs: Vec<PairId>,
    /// Where the bound stands among them, if there is exactly one.
    bound_at: Option<usize>,
    bounds: Bounds,
    /// Pairs without the bounds.
    row_pairs: Vec<PairId>,
    row: RowId,
    combo: ComboId,
    name: TextId,
}

impl Default for Last {
    fn default() -> Self {
        Self {
            pairs: Vec::new(),
            bound_at: None,
            bounds: Bounds::NONE,
            row_pairs: Vec::new(),
            row: 0,
            combo: 0,
            name: 0,
        }
    }
}

impl Tally {
    /// An empty count that may use `threads` threads to fold a very large target.
    pub fn with_threads(threads: usize) -> Self {
        Self {
            scratch: fold::Scratch::with_threads(threads),
            ..Self::default()
        }
    }

    /// Counts one sample of the target being read.
    pub fn sample(&mut self, sample: &Sample<'_>) {
        let before = (!self.target.entries.is_empty()).then_some(self.last.combo);
        let guess = before.and_then(|before| self.combos.guess_after(before));
        let name = self.name(sample, guess.map(|(_, combo)| combo.name));
        self.labels(sample, guess.map(|(_, combo)| combo.bounds));
        let Bounds { le, quantile } = self.last.bounds;
        let bounds = Bounds {
            le: self.plain_bound(name, le),
            quantile: self.plain_bound(name, quantile),
        };
        let combo = match guess {
            Some((id, guess)) if guess == (Combo { name, bounds }) => id,
            _ => self.combos.intern(Combo { name, bounds }, before),
        };
        self.last.name = name;
        self.last.combo = combo;
        self.target.entries.push(Entry::new(self.last.row, combo));
        self.target.count_line(name, sample.line_bytes());
    }

    fn name(&mut self, sample: &Sample<'_>, guess: Option<TextId>) -> TextId {
        if sample.same_name() {
            return self.last.name;
        }
        let text = sample.name_text();
        match guess {
            Some(guess) if self.names.text(guess) == text => guess,
            _ => self.names.intern(text).0,
        }
    }

    /// Finds the sample's label set and bounds, as written, into `last`.
    fn labels(&mut self, sample: &Sample<'_>, guess: Option<Bounds>) {
        match (sample.delta(), self.last.bound_at) {
            (Delta::Same, _) => {}
            (Delta::One(at), Some(bound_at)) if at == bound_at => {
                if !self.only_bound(sample, at, guess) {
                    self.look_up(sample);
                }
            }
            _ => self.look_up(sample),
        }
    }

    /// Takes over a sample that differs from the one before in its only bound; `false` where something
    /// else stands in that place.
    fn only_bound(&mut self, sample: &Sample<'_>, at: usize, guess: Option<Bounds>) -> bool {
        let label = sample.label(at);
        let before = self.pairs.entry(self.last.pairs[at]).key;
        let guess = guess.map_or(NO_BOUND, |guess| match before {
            LE => guess.le,
            _ => guess.quantile,
        });
        let pair = if guess != NO_BOUND && self.pairs.text(guess) == label.text {
            guess
        } else {
            self.pairs.intern(&label)
        };
        let entry = self.pairs.entry(pair);
        if entry.key != before || entry.empty {
            return false;
        }
        self.last.pairs[at] = pair;
        match before {
            LE => self.last.bounds.le = pair,
            _ => self.last.bounds.quantile = pair,
        }
        true
    }

    /// Looks up every label that is not the one at its place in the sample before.
    fn look_up(&mut self, sample: &Sample<'_>) {
        let last = &mut self.last;
        last.pairs.resize(sample.label_count(), NO_BOUND);
        for (label, pair) in sample.labels().zip(&mut last.pairs) {
            if !label.same {
                *pair = self.pairs.intern(&label);
            }
        }
        last.bounds = Bounds::NONE;
        last.bound_at = None;
        last.row_pairs.clear();
        for (at, &pair) in last.pairs.iter().enumerate() {
            let entry = self.pairs.entry(pair);
            match entry.key {
                LE if !entry.empty => last.bounds.le = pair,
                QUANTILE if !entry.empty => last.bounds.quantile = pair,
                _ => {
                    last.row_pairs.push(pair);
                    continue;
                }
            }
            last.bound_at = Some(at);
        }
        if last.bounds.iter().count() > 1 {
            last.bound_at = None;
        }
        last.row = self.target.rows.intern(&last.row_pairs, &self.pairs);
    }

    /// The plainest spelling of a bound. What it is longer by as written is kept for the bytes.
    fn plain_bound(&mut self, name: TextId, written: PairId) -> PairId {
        if written == NO_BOUND {
            return NO_BOUND;
        }
        let entry = self.pairs.entry(written);
        if entry.canonical != written {
            let plain = self.pairs.entry(entry.canonical);
            self.target.odd_bounds.push(OddBound {
                name,
                key: entry.key,
                longer_by: i64::from(entry.body_bytes) - i64::from(plain.body_bytes),
            });
        }
        entry.canonical
    }

    /// Takes one metadata line of the target being read.
    pub fn metadata(&mut self, metadata: &Metadata<'_>) {
        let family = self
            .families
            .intern(&crate::exposition::unescape(metadata.family));
        let declared = self.target.declare(family);
        declared.body_bytes += metadata.line_bytes as u64;
        match metadata.fact {
            Fact::Help(_) => {}
            // The first one counts, as in a Collector (prometheusreceiver, metadata cache of a scrape).
            Fact::Type(family_type) => {
                declared.family_type.get_or_insert(family_type);
            }
            Fact::Unit(unit) => {
                declared.unit.get_or_insert_with(|| unit.into());
            }
        }
    }

    /// Ends the target being read and adds it to the count.
    pub fn end_target(&mut self, name: String, origin: String, lines: LineCounts) {
        let series = fold::fold(self);
        self.targets.push(TargetTally {
            name,
            origin,
            series,
            lines,
        });
        self.drop_target();
    }

    /// Forgets the target being read: its body could not be read to the end.
    pub fn drop_target(&mut self) {
        self.target.clear();
        self.last.pairs.clear();
    }

    /// Splits the borrow: everything that folding reads, and what it writes.
    pub(super) fn fold_parts(&mut self) -> (fold::Input<'_>, &mut Families, &mut fold::Scratch) {
        let input = fold::Input {
            pairs: &self.pairs,
            names: &self.names,
            combos: &self.combos.all,
            target: &self.target,
            target_index: self.targets.len() as u32,
        };
        (input, &mut self.families, &mut self.scratch)
    }
}
