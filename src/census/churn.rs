//! Which series stayed between two readings, which disappeared and which appeared.
//!
//! In come the tables of both readings, target by target, the older reading first; out goes a [`Churn`] in a total
//! order. Of the older reading 20 bytes are kept for each series: its fingerprint, and which family it is of. The newer
//! one is counted against it as it is read. It is kept likewise only where it is not yet known which older target it
//! belongs to: files that were saved under another name.

mod listing;
mod pairing;
mod series;

use std::sync::Arc;

pub use pairing::MatchedBy;
pub use pairing::Named;
pub use pairing::Pair;
pub use pairing::pair;
pub use series::Keeper;
pub use series::Kept;
pub use series::Watcher;

/// How the series of two readings relate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Churn {
    /// By name of the older target, then of the newer one; those without an older one last.
    pub targets: Vec<TargetChurn>,
}

/// A target of both readings, or of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetChurn {
    /// In the older reading.
    pub older: Option<Readings>,
    /// In the newer reading.
    pub newer: Option<Readings>,
    /// By what the two were found to be one; `None` where there is but one.
    pub matched_by: Option<MatchedBy>,
    /// Its families, by name.
    pub families: Vec<FamilyChurn>,
    /// Series that are of another family than before, by both families.
    pub moved: Vec<Moved>,
}

/// Whatever was read under one name: mostly one body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Readings {
    /// `Target::name`.
    pub name: String,
    /// `Target::origin` of each body, sorted.
    pub origins: Vec<String>,
}

/// One family of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyChurn {
    /// Its name.
    pub family: Arc<str>,
    /// Its series.
    pub turnover: Turnover,
}

/// Series before and after, and how many of them are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turnover {
    /// In the older reading.
    pub before: u64,
    /// In the newer reading.
    pub after: u64,
    /// In both, in this family.
    pub stayed: u64,
    /// In both, and of another family in the newer reading: its `# TYPE` line is another one.
    pub moved_out: u64,
    /// In both, and of another family in the older reading.
    pub moved_in: u64,
}

impl Turnover {
    /// In the older reading only.
    pub fn disappeared(&self) -> u64 {
        self.before - self.stayed - self.moved_out
    }

    /// In the newer reading only.
    pub fn appeared(&self) -> u64 {
        self.after - self.stayed - self.moved_in
    }

    /// Adds another count.
    pub fn add(&mut self, other: &Self) {
        let Self {
            before,
            after,
            stayed,
            moved_out,
            moved_in,
        } = other;
        self.before += before;
        self.after += after;
        self.stayed += stayed;
        self.moved_out += moved_out;
        self.moved_in += moved_in;
    }
}

/// Series that went from one family to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// Family in the older reading.
    pub from: Arc<str>,
    /// Family in the newer reading.
    pub to: Arc<str>,
    /// How many.
    pub series: u64,
}

impl TargetChurn {
    /// Over all families.
    pub fn total(&self) -> Turnover {
        let mut all = Turnover::default();
        for family in &self.families {
            all.add(&family.turnover);
        }
        all
    }
}
