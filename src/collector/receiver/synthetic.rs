//! The series that the scrape loop adds to every scrape (`scrapeLoop.report` in Prometheus' `scrape.go`).

use super::job::Job;
use crate::collector::text::Text;

/// What the scrape loop reports of a scrape.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Report {
    /// The scrape was taken.
    pub up: bool,
    /// Samples read, up to the line that was refused.
    pub scraped: u64,
    /// Of these, samples that metric relabeling left.
    pub post_relabeling: u64,
    /// Series that are new.
    pub added: u64,
    /// Bytes of the body.
    pub body_bytes: u64,
}

/// How long a scrape is taken to have lasted, in seconds: it is not known, and never zero.
const DURATION: f64 = 0.001;

/// Names and values of the synthetic series.
pub(super) fn series(report: Report, job: &Job) -> Vec<(Text, f64)> {
    let mut series = vec![
        ("up", f64::from(u8::from(report.up))),
        ("scrape_duration_seconds", DURATION),
        ("scrape_samples_scraped", report.scraped as f64),
        (
            "scrape_samples_post_metric_relabeling",
            report.post_relabeling as f64,
        ),
        ("scrape_series_added", report.added as f64),
    ];
    if job.extra_metrics {
        let limit = job.limits.samples.unwrap_or(0);
        series.extend([
            ("scrape_timeout_seconds", job.timeout_seconds),
            ("scrape_sample_limit", limit as f64),
            ("scrape_body_size_bytes", report.body_bytes as f64),
        ]);
    }
    series
        .into_iter()
        .map(|(name, value)| (Text::from(name), value))
        .collect()
}
