//! What the numbers mean.

pub mod histogram;
