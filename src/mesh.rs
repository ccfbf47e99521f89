//! What the numbers mean.

pub mod histogram;
pub mod latency;
pub mod matchers;
