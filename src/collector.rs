//! What a Collector pipeline, or a plain Prometheus, makes of a scrape.
//!
//! In come a configuration and the samples of one scrape at a time; out goes what each stage keeps,
//! renames, adds and drops, and why. Nothing is counted here, and nothing is guessed: what is not
//! simulated is an error or a notice that names it.

pub mod attributes;
pub mod bare;
pub mod config;
pub mod confmap;
pub mod decode;
pub mod discover;
pub mod edit;
pub mod expand;
pub mod exporters;
pub mod ledger;
pub mod ottl;
pub mod pdata;
pub mod plan;
pub mod pods;
pub mod position;
pub mod processors;
pub mod receiver;
pub mod regex;
pub mod relabel;
pub mod shape;
pub mod simulator;
pub mod targets;
pub mod text;
pub mod trace;
pub mod trial;
pub mod value;
pub mod version;
pub mod yaml;
