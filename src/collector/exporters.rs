//! From metrics to what the backend stores.
