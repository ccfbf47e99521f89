//! Slow, obvious engines that the fast ones are held against.

pub(crate) mod slow_counter;
pub(crate) mod slow_reader;
