//! Two surveys of which the newer one is held against the series of the older one.

use std::sync::Arc;

use super::Control;
use super::Plan;
use super::Survey;
use crate::census::churn::Churn;
use crate::census::churn::Keeper;
use crate::census::churn::Kept;
use crate::census::churn::Watcher;
use crate::mesh::NamedPods;
use crate::mesh::PodCounter;
use crate::source::Target;
use crate::table::Table;

/// What of each series is to be remembered.
#[derive(Debug, Clone)]
pub enum Tracking {
    /// All of the older reading. Needs a number that nobody knows beforehand.
    Keep(u64),
    /// The newer reading is held against the older one.
    Against(Arc<Kept>),
}

/// What was remembered, or found.
#[derive(Debug)]
pub enum Tracked {
    /// The older reading.
    Kept(Kept),
    /// How the newer one relates to it, and the pods that the series of the newer one name.
    Held(Churn, NamedPods),
}

/// Does what [`super::run`] does and keeps track of each series.
///
/// The result is the same for any number of workers.
pub fn run_tracking(plan: &Plan, control: &Control, tracking: &Tracking) -> (Survey, Tracked) {
    let (survey, parts) = super::run_with(plan, control, Some(tracking));
    let tracked = match tracking {
        Tracking::Keep(_) => {
            let mut kept = Kept::default();
            for part in parts {
                if let Tracker::Keeping(keeper) = part {
                    kept.merge(keeper.finish());
                }
            }
            Tracked::Kept(kept)
        }
        Tracking::Against(kept) => {
            let mut all = NamedPods::new();
            for part in parts {
                if let Tracker::Watching(_, pods) = part {
                    for (pod, series) in pods.finish() {
                        *all.entry(pod).or_default() += series;
                    }
                }
            }
            Tracked::Held(kept.churn(), all)
        }
    };
    (survey, tracked)
}

/// One worker's part.
#[derive(Debug)]
pub(super) enum Tracker {
    Keeping(Keeper),
    Watching(Watcher, PodCounter),
}

impl Tracker {
    pub(super) fn new(tracking: &Tracking) -> Self {
        match tracking {
            Tracking::Keep(seed) => Self::Keeping(Keeper::new(*seed)),
            Tracking::Against(kept) => {
                let watcher = Watcher::new(Arc::clone(kept));
                Self::Watching(watcher, PodCounter::default())
            }
        }
    }

    /// Takes the target that is in the table.
    pub(super) fn target(&mut self, target: &Target, table: &Table) {
        match self {
            Self::Keeping(keeper) => keeper.target(target, table),
            Self::Watching(watcher, pods) => {
                watcher.target(target, table, |row| pods.series(row));
                pods.end_target(table);
            }
        }
    }
}
