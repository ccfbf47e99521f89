//! Slow, obvious engines that the fast ones are held against.

pub mod slow_counter;
pub mod slow_reader;
