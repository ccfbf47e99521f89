//! Which labels of a family determine which, in every target seen.
//!
//! A label is determined by others where equal values of those always come with equal values of it. For
//! each label that has cost no series so far, this keeps the single labels and the pairs of labels that
//! have determined it in every target. Both sets only ever shrink, by intersection, so neither the order of
//! targets nor their split over workers matters.

/// Labels of a family beyond this number are not examined: one word holds a set of labels.
pub(super) const MAX_LABELS: usize = 64;

/// A set of labels, by their index in the family.
pub(super) type LabelSet = u64;

/// What is known of each label of one family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Determinants {
    count: usize,
    /// Labels that had one value (or none) within every target.
    constant: LabelSet,
    /// Labels whose removal has cost a series: nothing determines them, and nothing is kept of them.
    costly: LabelSet,
    /// For each label, the labels that determine it alone.
    single: Vec<LabelSet>,
    /// For each label and each first partner, the second partners that determine it together with that.
    pairs: Vec<Vec<LabelSet>>,
}

/// What one target shows of one label that varies in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Observation {
    /// Labels that determine it alone here.
    pub(super) single: LabelSet,
    /// Sets of two labels, as first partners and second partners, that determine it here.
    pub(super) pairs: Vec<(LabelSet, LabelSet)>,
}

/// The set of the label at `index`; empty beyond what is examined.
pub(super) fn set_of(index: usize) -> LabelSet {
    if index < MAX_LABELS { 1 << index } else { 0 }
}

impl Determinants {
    /// Adds the family's next label. It had no value in any target so far, as one that is constant.
    pub(super) fn add_label(&mut self) {
        let label = self.count;
        self.count += 1;
        if label >= MAX_LABELS {
            return;
        }
        let bit = set_of(label);
        // Constant so far, so it has told nothing apart: with another label it determines what that one
        // does alone, and alone what is constant.
        for known in 0..label {
            let before = self.single[known];
            for (partner, with) in self.pairs[known].iter_mut().enumerate() {
                if before & set_of(partner) != 0 {
                    *with |= bit;
                }
            }
            self.pairs[known].push(before);
            if self.constant & set_of(known) != 0 {
                self.single[known] |= bit;
                self.pairs[known].iter_mut().for_each(|with| *with |= bit);
            }
        }
        self.constant |= bit;
        self.single.push(LabelSet::MAX);
        self.pairs.push(vec![LabelSet::MAX; label + 1]);
    }

    /// Whether `label` may still turn out to be redundant and so has to be observed.
    pub(super) fn is_open(&self, label: usize) -> bool {
        label < MAX_LABELS && self.costly & set_of(label) == 0
    }

    /// Whether some two labels, one of each set, may still determine `label` together.
    pub(super) fn may_pair(&self, label: usize, first: LabelSet, second: LabelSet) -> bool {
        self.pairs[label]
            .iter()
            .enumerate()
            .any(|(partner, with)| first & set_of(partner) != 0 && with & second != 0)
    }

    /// `label` varied in a target, and removing it there cost a series.
    pub(super) fn cost(&mut self, label: usize) {
        self.costly |= set_of(label);
        self.constant &= !set_of(label);
    }

    /// `label` varied in a target among `varying`, and removing it there cost nothing.
    pub(super) fn observe(&mut self, label: usize, varying: LabelSet, seen: &Observation) {
        if !self.is_open(label) {
            return;
        }
        self.constant &= !set_of(label);
        self.single[label] &= seen.single;
        for (partner, with) in self.pairs[label].iter_mut().enumerate() {
            let partner = set_of(partner);
            if seen.single & partner != 0 {
                continue;
            }
            let mut holds = seen.single;
            if varying & partner != 0 {
                for &(first, second) in &seen.pairs {
                    if first & partner != 0 {
                        holds |= second;
                    }
                    if second & partner != 0 {
                        holds |= first;
                    }
                }
            }
            *with &= holds;
        }
    }

    /// Intersects with what another worker saw; `index` maps its labels to those here, all of which exist.
    pub(super) fn merge(&mut self, other: &Self, index: &[usize]) {
        let other = other.renumbered(index, self.count);
        self.constant &= other.constant;
        self.costly |= other.costly;
        for (mine, theirs) in self.single.iter_mut().zip(&other.single) {
            *mine &= theirs;
        }
        for (mine, theirs) in self.pairs.iter_mut().zip(&other.pairs) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine &= theirs;
            }
        }
    }

    /// The same with each label `at` moved to `index[at]`, among `count` labels.
    fn renumbered(&self, index: &[usize], count: usize) -> Self {
        let mut padded = self.clone();
        let mut index = index.to_vec();
        let missing = (0..count)
            .filter(|at| !index.contains(at))
            .collect::<Vec<_>>();
        for at in missing {
            padded.add_label();
            index.push(at);
        }
        let examined = padded.single.len();
        let moved = |set: LabelSet| {
            (0..examined)
                .filter(|&at| set & set_of(at) != 0)
                .fold(0, |moved, at| moved | set_of(index[at]))
        };
        let mut result = Self {
            count,
            constant: moved(padded.constant),
            costly: moved(padded.costly),
            single: vec![0; examined],
            pairs: vec![vec![0; examined]; examined],
        };
        for (at, &to) in index.iter().enumerate().take(examined) {
            if to >= examined {
                continue;
            }
            result.single[to] = moved(padded.single[at]);
            for (partner, &partner_to) in index.iter().enumerate().take(examined) {
                if partner_to < examined {
                    result.pairs[to][partner_to] = moved(padded.pairs[at][partner]);
                }
            }
        }
        result
    }

    /// Whether `label` had one value, or none, in every target.
    pub(super) fn is_constant(&self, label: usize) -> bool {
        self.constant & set_of(label) != 0
    }

    /// The labels other than itself that determine `label` alone.
    pub(super) fn singles(&self, label: usize) -> impl Iterator<Item = usize> + '_ {
        let set = self.single.get(label).copied().unwrap_or(0) & !set_of(label);
        (0..self.single.len()).filter(move |&at| set & set_of(at) != 0)
    }

    /// The pairs of other labels that determine `label`, each once.
    pub(super) fn couples(&self, label: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let rows = self.pairs.get(label).map_or(&[][..], Vec::as_slice);
        rows.iter().enumerate().flat_map(move |(first, &with)| {
            (first + 1..self.single.len())
                .filter(move |&second| with & set_of(second) != 0)
                .filter(move |&second| first != label && second != label)
                .map(move |second| (first, second))
        })
    }
}
