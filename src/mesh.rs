//! What the numbers mean.

pub mod histogram;
pub mod matchers;
