//! Prometheus relabeling: one engine for targets and for samples.
