//! Mesh against application latency for the same operation, as a panel of quantiles draws both.
//!
//! In come a [`Question`], which is two selectors, and samples; out goes a [`Found`], which is what fits each of them over
//! all targets, and of that a [`Comparison`]. A histogram tells in which bucket a quantile lies and no more, so every
//! quantile carries its bucket, and every gap the range that follows from both.

mod compare;
mod exemplar;
mod found;
mod meaning;
mod probe;
mod rows;
mod unit;

use crate::mesh::matchers::Matchers;

pub use compare::Compared;
pub use compare::Comparison;
pub use compare::Gap;
pub use compare::Layer;
pub use compare::Slowest;
pub use compare::Trouble;
pub use compare::compare;
pub use exemplar::Exemplar;
pub use found::Found;
pub use found::FoundFamily;
pub use found::FoundLayer;
pub use found::Misfit;
pub use found::Views;
pub use meaning::Meaning;
pub use probe::Probe;
pub use unit::Unit;
pub use unit::UnitFrom;

/// What is to be compared.
#[derive(Debug, Clone)]
pub struct Question {
    /// What the mesh measures.
    pub mesh: Asked,
    /// What the application measures.
    pub app: Asked,
    /// From 0 to 1, ascending.
    pub quantiles: Vec<f64>,
}

/// One side of the question.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which series.
    pub matchers: Matchers,
    /// Their unit, where it was typed: it goes before what they say themselves.
    pub unit: Option<Unit>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What the mesh measures.
    Mesh,
    /// What the application measures.
    App,
}

impl Side {
    /// Both, in the order in which they are shown.
    pub const BOTH: [Self; 2] = [Self::Mesh, Self::App];

    /// Stable name, as in JSON and in flags.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::App => "app",
        }
    }
}

impl Question {
    /// One side of it.
    pub fn asked(&self, side: Side) -> &Asked {
        match side {
            Side::Mesh => &self.mesh,
            Side::App => &self.app,
        }
    }
}
