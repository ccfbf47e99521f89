//! Which metrics and points a transform is about (`metrics_transform_processor_otlp.go`).

use super::super::super::attributes::Attributes;
use super::super::super::pdata::Common;
use super::super::super::pdata::Metric;
use super::super::super::value::Value;
use super::super::pattern::Pattern;

/// Metrics by name, points by their labels.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub(super) include: Matcher,
    pub(super) labels: Vec<(String, Matcher)>,
}

/// A text or a pattern that matches anywhere.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    Strict(String),
    Regexp(Pattern),
}

impl Matcher {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Strict(wanted) => wanted == text,
            Self::Regexp(pattern) => pattern.is_match(text),
        }
    }
}

/// The text of an attribute; anything else counts as empty, as `pcommon.Value.Str` has it.
pub(super) fn text_of(value: &Value) -> &str {
    match value {
        Value::Str(text) => text,
        _ => "",
    }
}

impl Filter {
    /// Whether the name matches and any of the points; a metric without points matches.
    pub(super) fn matches(&self, metric: &Metric) -> bool {
        let count = metric.data.len();
        self.include.matches(&metric.name)
            && (count == 0 || self.labels.is_empty() || self.matching_points(metric) > 0)
    }

    /// Whether all points match.
    pub(super) fn matches_all_points(&self, metric: &Metric) -> bool {
        self.labels.is_empty() || self.matching_points(metric) == metric.data.len()
    }

    fn matching_points(&self, metric: &Metric) -> usize {
        (0..metric.data.len())
            .filter_map(|index| metric.data.common(index))
            .filter(|common| self.matches_point(common))
            .count()
    }

    /// Whether a point has all labels. One that is missing counts as empty.
    pub(super) fn matches_point(&self, common: &Common) -> bool {
        self.matches_attributes(&common.attributes)
    }

    /// The same for attributes.
    pub(super) fn matches_attributes(&self, attributes: &Attributes) -> bool {
        self.labels
            .iter()
            .all(|(key, matcher)| matcher.matches(attributes.get(key).map_or("", text_of)))
    }

    /// A copy with the matching points; `None` if there are none, or the name does not match. A part of a
    /// metric has no metadata.
    pub(super) fn extract(&self, metric: &Metric) -> Option<Metric> {
        if !self.include.matches(&metric.name) {
            return None;
        }
        let matching = if self.labels.is_empty() {
            metric.data.len()
        } else {
            self.matching_points(metric)
        };
        if matching == metric.data.len() {
            return Some(metric.clone());
        }
        if matching == 0 {
            return None;
        }
        let mut part = Metric {
            metadata: Attributes::default(),
            ..metric.clone()
        };
        part.data.retain(|index| {
            let common = metric.data.common(index);
            common.is_some_and(|common| self.matches_point(common))
        });
        Some(part)
    }

    /// The new name that a template makes of a name; `None` if the filter is no pattern, does not match,
    /// or makes nothing of it.
    pub(super) fn expand(&self, template: &str, name: &str) -> Option<String> {
        match &self.include {
            Matcher::Strict(_) => None,
            Matcher::Regexp(pattern) => pattern
                .expand(template, name)
                .filter(|expanded| !expanded.is_empty()),
        }
    }
}
