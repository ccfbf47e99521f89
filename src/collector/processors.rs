//! The processors that are simulated, and those known to change nothing.
