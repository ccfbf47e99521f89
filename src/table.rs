//! One scrape as a table of numbers: each name, label pair and label set once.
//!
//! In come the samples of one target at a time; out goes a [`Table`], which whoever counts or judges samples
//! reads instead of the lines. Nothing is counted here beyond lines and bytes, and nothing is refused.

mod body;
mod combos;
mod dictionary;
mod entries;
mod fingerprints;
mod lines;
mod measures;
mod rows;

pub use body::Body;
pub use body::Declared;
pub use body::NameLines;
pub use body::OddBound;
pub use combos::Bounds;
pub use combos::Combo;
pub use combos::ComboId;
pub use combos::Combos;
pub use combos::NO_BOUND;
pub use dictionary::KeyId;
pub use dictionary::LE;
pub use dictionary::Pair;
pub use dictionary::PairId;
pub use dictionary::Pairs;
pub use dictionary::QUANTILE;
pub use dictionary::TextId;
pub use dictionary::Texts;
pub use entries::Entries;
pub use entries::Entry;
pub use fingerprints::Fingerprints;
pub use lines::Declaration;
pub use lines::Declares;
pub use lines::Keep;
pub use lines::Lines;
pub use measures::Measure;
pub use measures::Measures;
pub use measures::Wanted;
pub use rows::RowId;
pub use rows::Rows;

use crate::exposition::Delta;
use crate::exposition::Fact;
use crate::exposition::Metadata;
use crate::exposition::Sample;

/// The samples of the target being read, and the dictionaries that all targets of a worker share.
///
/// Per series it keeps eight bytes of the target being read, plus four for each label of a label set not
/// seen before in this target.
#[derive(Debug, Default)]
pub struct Table {
    /// Label pairs.
    pub pairs: Pairs,
    /// Sample names, as written between quotes or bare.
    pub names: Texts,
    /// Names on metadata lines, escapes undone.
    pub family_names: Texts,
    /// Names and bounds that occur together, over all targets.
    pub combos: Combos,
    /// The target being read.
    pub body: Body,
    /// The sample before, so that the next one is looked up only where it differs.
    last: Last,
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
    /// Values under this name are kept.
    measured: bool,
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
            measured: false,
        }
    }
}

impl Table {
    /// Takes one sample of the target being read.
    pub fn sample(&mut self, sample: &Sample<'_>) {
        let before = (!self.body.entries.is_empty()).then_some(self.last.combo);
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
        if name != self.last.name || before.is_none() {
            self.last.name = name;
            self.last.measured = self.body.measures.wants(self.names.text(name));
        }
        self.last.combo = combo;
        let entry = Entry::new(self.last.row, combo);
        if self.last.measured {
            let value = sample.value();
            self.body.measures.push(Measure { entry, value });
        }
        if self.body.lines.kept() == Keep::Nothing {
            self.body.entries.push(entry);
        } else {
            self.body.entries.push_line(entry);
            self.body.lines.push(sample);
        }
        self.body.count_line(name, sample.line_bytes());
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
        last.row = self.body.rows.intern(&last.row_pairs, &self.pairs);
    }

    /// The plainest spelling of a bound. What it is longer by as written is kept for the bytes.
    fn plain_bound(&mut self, name: TextId, written: PairId) -> PairId {
        if written == NO_BOUND {
            return NO_BOUND;
        }
        let entry = self.pairs.entry(written);
        if entry.canonical != written {
            let plain = self.pairs.entry(entry.canonical);
            self.body.odd_bounds.push(OddBound {
                name,
                key: entry.key,
                longer_by: i64::from(entry.body_bytes) - i64::from(plain.body_bytes),
            });
        }
        entry.canonical
    }

    /// Takes one metadata line of the target being read.
    pub fn metadata(&mut self, metadata: &Metadata<'_>) {
        let name = crate::exposition::unescape(metadata.family);
        let (family, _) = self.family_names.intern(&name);
        match metadata.fact {
            Fact::Help(help) => self.body.lines.declare(family, Declares::Help(help.into())),
            Fact::Type(word) => self.body.lines.declare(family, Declares::Type(word)),
            Fact::Unit(_) => {}
        }
        let declared = self.body.declare(family);
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

    /// Says how much to keep of each line, from the next target on.
    ///
    /// Where anything is kept, memory follows the lines of a target instead of its series.
    pub fn keep(&mut self, keep: Keep) {
        self.body.lines.keep(keep);
    }

    /// Says of which names to keep the values, from the next target on.
    pub fn measure(&mut self, wanted: Wanted) {
        self.body.measures.want(wanted);
    }

    /// Forgets the target being read. The dictionaries stay.
    pub fn clear(&mut self) {
        self.body.clear();
        self.last.pairs.clear();
    }
}
