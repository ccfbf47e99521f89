//! Sample names with the bounds of their bucket or quantile.

use foldhash::HashMap;

use super::dictionary::PairId;
use super::dictionary::TextId;

/// Number of a [`Combo`].
pub(super) type ComboId = u32;

/// No bound.
pub(super) const NO_BOUND: PairId = PairId::MAX;

/// A sample name with the `le` and `quantile` that stand beside it: what tells the lines of one histogram
/// or summary apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Combo {
    pub(super) name: TextId,
    pub(super) bounds: Bounds,
}

/// The `le` and `quantile` of a sample; `NO_BOUND` where there is none or it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Bounds {
    pub(super) le: PairId,
    pub(super) quantile: PairId,
}

impl Bounds {
    pub(super) const NONE: Self = Self {
        le: NO_BOUND,
        quantile: NO_BOUND,
    };

    /// Those that are there.
    pub(super) fn iter(self) -> impl Iterator<Item = PairId> {
        let both = [self.le, self.quantile].into_iter();
        both.filter(|&bound| bound != NO_BOUND)
    }
}

/// All combos, and for each the one that came after it last time: lines come in the same order for every
/// label set, so that guess is nearly always right.
#[derive(Debug, Default)]
pub(super) struct Combos {
    pub(super) all: Vec<Combo>,
    pub(super) index: HashMap<Combo, ComboId>,
    pub(super) next: Vec<ComboId>,
}
