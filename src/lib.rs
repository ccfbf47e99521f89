//! Counts, checks and explains the metrics that service-mesh proxies expose.
//!
//! Data flows one way through the modules below, each of which imports only from those before it:
//! [`source`] finds and opens scrapes, [`exposition`] reads one body into samples, [`snapshot`] saves
//! bodies to be read again, [`census`] counts them, [`mesh`] knows what they mean, [`survey`] does so for every target in parallel, [`budget`] holds that
//! against limits, [`compare`] two readings against each other, [`findings`] judges the result, [`report`]
//! writes it, and [`cli`] ties a command line to all of that.

pub mod budget;
pub mod census;
pub mod cli;
pub mod collector;
pub mod compare;
pub mod exposition;
pub mod findings;
pub mod mesh;
pub mod report;
pub mod snapshot;
pub mod source;
pub mod survey;
pub mod table;
pub mod waterfall;
