//! Sample names with the bounds of their bucket or quantile.

use foldhash::HashMap;

use super::dictionary::PairId;
use super::dictionary::TextId;

/// Number of a [`Combo`].
pub type ComboId = u32;

/// No bound.
pub const NO_BOUND: PairId = PairId::MAX;

/// A sample name with the `le` and `quantile` that stand beside it: what tells the lines of one histogram
/// or summary apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Combo {
    /// The name.
    pub name: TextId,
    /// The bounds.
    pub bounds: Bounds,
}

/// The `le` and `quantile` of a sample; `NO_BOUND` where there is none or it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The label `le`.
    pub le: PairId,
    /// The label `quantile`.
    pub quantile: PairId,
}

impl Bounds {
    /// No bound at all.
    pub const NONE: Self = Self {
        le: NO_BOUND,
        quantile: NO_BOUND,
    };

    /// Those that are there.
    pub fn iter(self) -> impl Iterator<Item = PairId> {
        let both = [self.le, self.quantile].into_iter();
        both.filter(|&bound| bound != NO_BOUND)
    }
}

/// All combos, and for each the one that came after it last time: lines come in the same order for every
/// label set, so that guess is nearly always right.
#[derive(Debug, Default)]
pub struct Combos {
    /// By number.
    pub all: Vec<Combo>,
    index: HashMap<Combo, ComboId>,
    next: Vec<ComboId>,
}

impl Combos {
    /// What came after `before` last time.
    pub(super) fn guess_after(&self, before: ComboId) -> Option<(ComboId, Combo)> {
        let next = *self.next.get(before as usize)?;
        Some((next, self.all[next as usize]))
    }

    /// The number of `combo`, which from now on is the guess after `before`.
    pub(super) fn intern(&mut self, combo: Combo, before: Option<ComboId>) -> ComboId {
        let Self { all, index, next } = self;
        let id = *index.entry(combo).or_insert_with(|| {
            all.push(combo);
            next.push(0);
            all.len() as ComboId - 1
        });
        if let Some(before) = before {
            next[before as usize] = id;
        }
        id
    }
}
