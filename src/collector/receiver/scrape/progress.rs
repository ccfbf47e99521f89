//! How far the samples of one scrape got.

use foldhash::HashSet;

use super::Body;
use super::Relabeled;
use crate::collector::receiver::REFERENCES_FROM;
use crate::collector::receiver::job::Job;
use crate::collector::receiver::synthetic::Report;
use crate::collector::text::Text;
use crate::table::Entry;

/// How far the samples of a scrape got.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) report: Report,
    pub(super) relabeled: Relabeled,
    /// Series counted in `relabeled`, where some come more than once.
    pub(super) seen: HashSet<(Text, Vec<(Text, Text)>)>,
    /// Samples handed to the receiver, which is what the limit of samples counts.
    pub(super) appended: u64,
    pub(super) repeats: HashSet<Entry>,
    /// Of these, what relabeling dropped.
    pub(super) dropped: HashSet<Entry>,
}

impl Progress {
    /// Counts a sample that relabeling left. Beyond the limit of samples nothing is added any more.
    /// `known`: the series has come before, which the scrape loop knows by its reference.
    pub(super) fn append(&mut self, job: &Job, known: bool) {
        self.appended += 1;
        self.report.post_relabeling += 1;
        let within = job
            .limits
            .samples
            .is_none_or(|limit| self.appended <= limit);
        let is_new = !known || !job.version.is_from(REFERENCES_FROM);
        self.report.added += u64::from(within && is_new);
    }

    /// Counts samples of series that have not come before, as [`Progress::append`] does; and that they were
    /// read.
    pub(super) fn append_new(&mut self, job: &Job, samples: u64) {
        let limit = job.limits.samples.unwrap_or(u64::MAX);
        let before = self.appended.min(limit);
        self.appended += samples;
        self.report.scraped += samples;
        self.report.post_relabeling += samples;
        self.report.added += self.appended.min(limit) - before;
    }

    /// Counts series of a name that relabeling left.
    pub(super) fn keep(&mut self, name: &Text, series: u64) {
        match self.relabeled.kept.get_mut(&**name) {
            Some(kept) => *kept += series,
            None => {
                self.relabeled.kept.insert(name.clone(), series);
            }
        }
    }

    pub(super) fn note_dropped(&mut self, entry: Entry, body: Body<'_>) {
        if body.has_repeats {
            self.dropped.insert(entry);
        }
    }
}
