//! Reads every target in parallel and folds them into one census, with the coverage that goes with it.
//!
//! In come sources; out goes a [`Survey`]. Each worker folds into a count of its own, and these merge.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;

use crate::census::Census;
use crate::source;
use crate::source::Failure;
use crate::source::Skip;

/// What was counted, and of how much of what was expected.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survey {
    /// The sources as typed, without credentials.
    pub inputs: Vec<String>,
    /// Targets expected, read, lost and passed over.
    pub coverage: Coverage,
    /// The counts, over the targets read to their end.
    pub census: Census,
    /// Where lines were refused, by target name; targets without rejects are absent.
    pub rejects: Vec<TargetRejects>,
    /// Stopped by the user before all was read.
    pub interrupted: bool,
}

/// Which targets the numbers stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Targets that should have been read: `scraped + failed.len()`.
    pub expected: u64,
    /// Targets read to their end.
    pub scraped: u64,
    /// Targets lost, and why.
    pub failed: Vec<Failure>,
    /// What was found and deliberately not read.
    pub skipped: Vec<Skip>,
}

/// The lines of one target that were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRejects {
    /// `Target::name`.
    pub target: String,
    /// `Target::origin`.
    pub origin: String,
    /// How many in all.
    pub count: u64,
    /// How many of them hold an unescaped quote in a label value.
    pub unescaped: u64,
    /// The first few, in body order.
    pub first: Vec<RejectedLine>,
}

/// One refused line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedLine {
    /// Counts from 1.
    pub line: u64,
    /// In bytes, counts from 1.
    pub column: u64,
    /// Stable name of the reason: `unescaped-label`, `bad-value`, …
    pub kind: String,
    /// What is wrong, in words.
    pub message: String,
    /// The part of the line around the column, raw bytes made valid UTF-8; not yet safe for a terminal.
    pub excerpt: String,
}

/// How to count.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What to read.
    pub sources: source::Options,
    /// Worker threads; at least 1.
    pub workers: usize,
    /// Longest line that is read, in bytes; a longer one is a reject.
    pub max_line_bytes: usize,
}

/// The strings between a running survey and whoever started it. All of it may be read at any time.
#[derive(Debug, Default)]
pub struct Control {
    /// Set to true to stop: targets being read are dropped, and the survey comes back interrupted.
    pub cancel: AtomicBool,
    /// Bytes as stored, expected and read.
    pub progress: Arc<source::Progress>,
    /// Targets read to their end so far.
    pub targets_done: AtomicU64,
    /// Targets lost so far.
    pub targets_failed: AtomicU64,
    /// Decompressed bytes read so far.
    pub body_bytes: AtomicU64,
}

/// Reads everything the plan names and counts it. Never fails: what cannot be read is in the coverage.
pub fn run(plan: &Plan, control: &Control) -> Survey {
    let _ = (plan, control);
    Survey::default()
}
