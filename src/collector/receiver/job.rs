//! What a scrape job asks of its targets and their samples.

use crate::collector::relabel::Labels;
use crate::collector::relabel::Rules;
use crate::collector::text::Text;
use crate::collector::version::Version;

/// One scrape job, ready to run.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the configuration"
)]
#[derive(Debug)]
pub struct Job {
    /// `job_name`.
    pub name: Text,
    /// The release it runs in.
    pub version: Version,
    /// `honor_labels`.
    pub honor_labels: bool,
    /// `honor_timestamps`.
    pub honor_timestamps: bool,
    /// `metric_relabel_configs`.
    pub metric_relabel: Rules,
    /// `external_labels` of the Prometheus part: on every sample, over scraped ones.
    pub external_labels: Vec<(Text, Text)>,
    /// `trim_metric_suffixes` of the receiver.
    pub trim_suffixes: bool,
    /// Names may hold any UTF-8 (`metric_name_validation_scheme`).
    pub utf8_names: bool,
    /// The limits that cost a scrape when they are exceeded.
    pub limits: Limits,
    /// `extra_scrape_metrics` or `report_extra_scrape_metrics`.
    pub extra_metrics: bool,
    /// `scrape_timeout`.
    pub timeout_seconds: f64,
}

/// Limits of a scrape job; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Samples, counted behind relabeling.
    pub samples: Option<u64>,
    /// Labels of one sample, its name and those of its target included.
    pub labels: Option<u64>,
    /// Bytes of a label name.
    pub label_name_bytes: Option<u64>,
    /// Bytes of a label value.
    pub label_value_bytes: Option<u64>,
    /// Bytes of a body.
    pub body_bytes: Option<u64>,
}

/// One target of a job, behind target relabeling.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Labels that every sample gets, `job` and `instance` among them, by name.
    pub labels: Vec<(Text, Text)>,
    /// Everything discovery said, before relabeling.
    pub discovered: Vec<(Text, Text)>,
}

impl Endpoint {
    /// The value of a label that every sample gets.
    pub fn label(&self, name: &str) -> Option<&Text> {
        let pair = self.labels.iter().find(|(own, _)| own.as_str() == name);
        pair.map(|(_, value)| value)
    }
}

impl Limits {
    /// Whether each sample's labels must be looked at.
    pub(super) fn look_at_labels(self) -> bool {
        self.labels.is_some() || self.label_name_bytes.is_some() || self.label_value_bytes.is_some()
    }

    /// The limit that a sample's labels exceed, in Prometheus' words (`verifyLabelLimits`).
    pub(super) fn exceeded(self, labels: &Labels) -> Option<String> {
        let count = labels.len() as u64;
        if self.labels.is_some_and(|limit| count > limit) {
            let limit = self.labels.unwrap_or_default();
            return Some(format!(
                "label_limit exceeded: {count} labels, {limit} are allowed"
            ));
        }
        for (name, value) in labels.iter() {
            if let Some(limit) = self.label_name_bytes
                && name.len() as u64 > limit
            {
                let bytes = name.len();
                return Some(format!(
                    "label_name_length_limit exceeded: `{name}` has {bytes} bytes, {limit} are allowed"
                ));
            }
            if let Some(limit) = self.label_value_bytes
                && value.len() as u64 > limit
            {
                let bytes = value.len();
                return Some(format!(
                    "label_value_length_limit exceeded: the value of `{name}` has {bytes} bytes, {limit} are allowed"
                ));
            }
        }
        None
    }
}
