//! A Collector configuration as a typed model with positions.
