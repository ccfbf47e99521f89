//! One worker's count: takes the samples of one target after the other and folds each target in.

use foldhash::HashMap;

use super::dictionary::KeyId;
use super::dictionary::LE;
use super::dictionary::PairId;
use super::dictionary::Pairs;
use super::dictionary::QUANTILE;
use super::dictionary::TextId;
use super::dictionary::Texts;
use super::family::FamilyTally;
use super::fold;
use super::rows::RowId;
use super::rows::Rows;
use crate::exposition::Delta;
use crate::exposition::Fact;
use crate::exposition::FamilyType;
use crate::exposition::LineCounts;
use crate::exposition::Metadata;
use crate::exposition::Sample;

/// Counts the samples of any number of targets.
///
/// Per sample it appends eight bytes to the target being read, plus four for each label of a label set not
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

/// The target being read.
#[derive(Debug, Default)]
pub(super) struct Target {
    pub(super) rows: Rows,
    /// One entry for each sample, in body order.
    pub(super) entries: Vec<Entry>,
    /// Declared families, in order of their first metadata line.
    pub(super) declared: Vec<Declared>,
    declared_index: HashMap<TextId, usize>,
    /// Sample names, with their lines and bytes.
    pub(super) names: Vec<NameLines>,
    name_index: Vec<u32>,
}

/// A sample: its label set in the upper half, its combo in the lower one, so that sorting groups by label
/// set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry(u64);

impl Entry {
    pub(super) fn new(row: RowId, combo: ComboId) -> Self {
        Self(u64::from(row) << 32 | u64::from(combo))
    }

    pub(super) fn row(self) -> RowId {
        (self.0 >> 32) as RowId
    }

    pub(super) fn combo(self) -> ComboId {
        self.0 as ComboId
    }
}

/// What a target declares of one family.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) family: TextId,
    pub(super) family_type: Option<FamilyType>,
    pub(super) unit: Option<Box<[u8]>>,
    pub(super) body_bytes: u64,
}

/// Lines of one sample name in the target being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameLines {
    pub(super) name: TextId,
    pub(super) samples: u64,
    pub(super) body_bytes: u64,
}

/// Number of a [`Combo`].
pub(super) type ComboId = u32;

/// No bound.
pub(super) const NO_BOUND: PairId = PairId::MAX;

/// A sample name with the `le` or `quantile` that stands beside it: what tells the lines of one histogram
/// or summary apart. A line with both keeps `quantile` as an ordinary label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Combo {
    pub(super) name: TextId,
    /// In its plainest spelling; `NO_BOUND` where there is none or it is empty.
    pub(super) bound: PairId,
}

/// All combos, and for each the one that came after it last time: lines come in the same order for every
/// label set, so that guess is nearly always right.
#[derive(Debug, Default)]
pub(super) struct Combos {
    pub(super) all: Vec<Combo>,
    index: HashMap<(TextId, PairId), ComboId>,
    next: Vec<ComboId>,
}

#[derive(Debug, Default)]
struct Last {
    /// Pair of each label, by its index in the line.
    pairs: Vec<PairId>,
    /// Where the bound stands among them.
    bound_at: Option<usize>,
    /// Pairs without the bound.
    row_pairs: Vec<PairId>,
    row: RowId,
    combo: ComboId,
    name: TextId,
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
        let guess = self.combos.next.get(self.last.combo as usize).copied();
        let guess = guess.map(|combo| (combo, self.combos.all[combo as usize]));
        let name = self.name(sample, guess.map(|(_, combo)| combo.name));
        let bound = self.labels(sample, guess.map(|(_, combo)| combo.bound));
        let combo = match guess {
            Some((id, guess)) if guess == (Combo { name, bound }) => id,
            _ => self.combo(Combo { name, bound }),
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

    /// Finds the sample's label set, into `last.row`, and its bound.
    fn labels(&mut self, sample: &Sample<'_>, guess: Option<PairId>) -> PairId {
        match (sample.delta(), self.last.bound_at) {
            (Delta::Same, bound_at) => {
                return bound_at.map_or(NO_BOUND, |at| self.canonical(self.last.pairs[at]));
            }
            (Delta::One(at), Some(bound_at)) if at == bound_at => {
                let label = sample.label(at);
                let pair = match guess {
                    Some(guess) if guess != NO_BOUND && self.pairs.text(guess) == label.text => {
                        guess
                    }
                    _ => self.pairs.intern(&label),
                };
                let before = self.pairs.entry(self.last.pairs[at]).key;
                let entry = self.pairs.entry(pair);
                if entry.key == before && !entry.empty {
                    self.last.pairs[at] = pair;
                    return entry.canonical;
                }
            }
            _ => {}
        }
        self.look_up(sample)
    }

    /// Looks up every label that is not the one at its place in the sample before.
    fn look_up(&mut self, sample: &Sample<'_>) -> PairId {
        let last = &mut self.last;
        last.pairs.resize(sample.label_count(), NO_BOUND);
        for (label, pair) in sample.labels().zip(&mut last.pairs) {
            if !label.same {
                *pair = self.pairs.intern(&label);
            }
        }
        last.bound_at = bound_position(&self.pairs, &last.pairs);
        last.row_pairs.clear();
        for (at, &pair) in last.pairs.iter().enumerate() {
            if Some(at) != last.bound_at {
                last.row_pairs.push(pair);
            }
        }
        last.row = self.target.rows.intern(&last.row_pairs, &self.pairs);
        let bound_at = last.bound_at;
        bound_at.map_or(NO_BOUND, |at| self.canonical(self.last.pairs[at]))
    }

    fn canonical(&self, pair: PairId) -> PairId {
        self.pairs.entry(pair).canonical
    }

    fn combo(&mut self, combo: Combo) -> ComboId {
        let combos = &mut self.combos;
        let all = &mut combos.all;
        let next = &mut combos.next;
        let id = *combos
            .index
            .entry((combo.name, combo.bound))
            .or_insert_with(|| {
                all.push(combo);
                next.push(0);
                all.len() as ComboId - 1
            });
        if !self.target.entries.is_empty() {
            next[self.last.combo as usize] = id;
        }
        id
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

/// Where the bound stands: `le`, or else `quantile`, with a value.
fn bound_position(pairs: &Pairs, labels: &[PairId]) -> Option<usize> {
    let position = |key: KeyId| {
        labels.iter().position(|&pair| {
            let entry = pairs.entry(pair);
            entry.key == key && !entry.empty
        })
    };
    position(LE).or_else(|| position(QUANTILE))
}

impl Target {
    fn count_line(&mut self, name: TextId, bytes: usize) {
        let index = self.name_index.get(name as usize).copied().unwrap_or(0);
        if index == 0 {
            self.name_index
                .resize(self.name_index.len().max(name as usize + 1), 0);
            self.names.push(NameLines {
                name,
                samples: 0,
                body_bytes: 0,
            });
            self.name_index[name as usize] = self.names.len() as u32;
        }
        let lines = &mut self.names[self.name_index[name as usize] as usize - 1];
        lines.samples += 1;
        lines.body_bytes += bytes as u64;
    }

    fn declare(&mut self, family: TextId) -> &mut Declared {
        let declared = &mut self.declared;
        let index = *self.declared_index.entry(family).or_insert_with(|| {
            declared.push(Declared {
                family,
                family_type: None,
                unit: None,
                body_bytes: 0,
            });
            declared.len() - 1
        });
        &mut declared[index]
    }

    /// The type that this target declares for a family.
    pub(super) fn declared_type(&self, family: TextId) -> Option<FamilyType> {
        let index = *self.declared_index.get(&family)?;
        self.declared[index].family_type
    }

    fn clear(&mut self) {
        let Self {
            rows,
            entries,
            declared,
            declared_index,
            names,
            name_index,
        } = self;
        rows.clear();
        entries.clear();
        declared.clear();
        declared_index.clear();
        for lines in names.drain(..) {
            name_index[lines.name as usize] = 0;
        }
    }
}
