//! The editors: functions that change something.
//!
//! In come checked arguments, out comes something that changes the item of a scene, or what is
//! around it. Those of `metrics` belong to the transform processor.

pub mod glob;
pub mod maps;
pub mod metrics;
pub mod replace;
pub mod set;
pub mod work;

use super::function::Function;

/// All of them, by topic; a name may occur more than once for different releases or contexts.
pub fn tables() -> &'static [&'static [Function]] {
    TABLES
}

static TABLES: &[&[Function]] = &[maps::TABLE, metrics::TABLE, replace::TABLE, set::TABLE];

/// Whether what an editor does is another thing each time.
pub fn is_nondeterministic(name: &str) -> bool {
    name == "convert_exponential_histogram_to_histogram"
}
