//! Names of OTLP attributes as names of labels.
//!
//! Follows `pkg/translator/prometheus/normalize_label.go` up to 0.130.0 and
//! `otlptranslator/label_namer.go` from then on.

use super::era::Era;
use super::naming::is_word_character;

/// Names labels by one exporter's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelNamer {
    /// Of the release.
    pub era: Era,
    /// Whether every character is kept. Known to generations with errors only.
    pub utf8: bool,
    /// Whether a leading underscore gets `key` in front. Only the last generation can do without.
    pub key_prefix: bool,
    /// Whether consecutive underscores stay as they are. Only the last generation can do otherwise.
    pub keep_underscores: bool,
}

/// A label name of which nothing legal is left. The text is that of the Collector's log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// There was nothing in the first place.
    #[error("label name is empty")]
    Empty,
    /// It holds underscores only, and names are kept as they are.
    #[error("label name {0:?} contains only underscores")]
    Underscores(String),
    /// Only underscores are left.
    #[error("normalization for label name {0:?} resulted in invalid name {1:?}")]
    Nothing(String, String),
}

impl LabelNamer {
    /// The namer of data points: of the remote-write exporter, and of its external labels.
    pub fn of_points(era: Era) -> Self {
        Self {
            era,
            utf8: false,
            key_prefix: true,
            keep_underscores: false,
        }
    }

    /// The namer of `target_info`, and of all labels of the exporter that is scraped.
    pub fn of_targets(era: Era) -> Self {
        Self {
            era,
            utf8: false,
            key_prefix: era < Era::Collapsing,
            keep_underscores: true,
        }
    }

    /// The name of a label.
    ///
    /// # Errors
    /// Nothing legal is left of it, in releases that check this; older ones send it on.
    pub fn build(self, label: &str) -> Result<String, LabelError> {
        let strict = self.era >= Era::Strict;
        if label.is_empty() {
            return if strict {
                Err(LabelError::Empty)
            } else {
                Ok(String::new())
            };
        }
        if self.utf8 && strict {
            if self.era == Era::Collapsing && only_underscores(label) {
                return Err(LabelError::Underscores(label.to_owned()));
            }
            return Ok(label.to_owned());
        }
        let mut built = if self.era == Era::Collapsing && !self.keep_underscores {
            collapsed(label)
        } else {
            let classic = self.era == Era::Classic;
            let legal = |c: char| {
                if classic {
                    is_word_character(c)
                } else {
                    c.is_ascii_alphanumeric()
                }
            };
            label
                .chars()
                .map(|c| if legal(c) { c } else { '_' })
                .collect()
        };
        let key_prefix = self.key_prefix || self.era < Era::Collapsing;
        if built.starts_with(|c: char| c.is_ascii_digit()) {
            built.insert_str(0, "key_");
        } else if key_prefix && built.starts_with('_') && !built.starts_with("__") {
            built.insert_str(0, "key");
        }
        let unchanged = self.era == Era::Strict && built == label;
        if strict && !unchanged && only_underscores(&built) {
            return Err(LabelError::Nothing(label.to_owned(), built));
        }
        Ok(built)
    }
}

/// Each run of illegal characters, underscores among them, as one underscore; the two at both ends of
/// a reserved name stay.
fn collapsed(label: &str) -> String {
    let inner = label
        .strip_prefix("__")
        .and_then(|rest| rest.strip_suffix("__"));
    let mut built = String::with_capacity(label.len());
    let mut after_underscore = false;
    if inner.is_some() {
        built.push_str("__");
    }
    for c in inner.unwrap_or(label).chars() {
        if c.is_ascii_alphanumeric() {
            built.push(c);
            after_underscore = false;
        } else if !after_underscore {
            built.push('_');
            after_underscore = true;
        }
    }
    if inner.is_some() {
        built.push_str("__");
    }
    built
}

fn only_underscores(label: &str) -> bool {
    label.bytes().all(|byte| byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sanitised_as_recorded() {
        let classic = LabelNamer::of_points(Era::Classic);
        let current = LabelNamer::of_points(Era::Collapsing);
        for (label, was, is) in [
            ("a.b-c", "a_b_c", Some("a_b_c")),
            ("a__b", "a__b", Some("a_b")),
            ("1x", "key_1x", Some("key_1x")),
            ("_x", "key_x", Some("key_x")),
            ("__foo", "__foo", Some("key_foo")),
            ("__foo__", "__foo__", Some("__foo__")),
            ("_", "key_", Some("key_")),
            ("____", "____", None),
            ("", "", None),
        ] {
            assert_eq!(classic.build(label).as_deref(), Ok(was), "{label}");
            assert_eq!(current.build(label).ok().as_deref(), is, "{label}");
        }
    }

    #[test]
    fn target_info_keeps_its_underscores() {
        let namer = LabelNamer::of_targets(Era::Collapsing);
        assert_eq!(namer.build("a__b").as_deref(), Ok("a__b"));
        assert_eq!(namer.build("_x").as_deref(), Ok("_x"));
        assert_eq!(
            LabelNamer::of_targets(Era::Classic).build("_x").as_deref(),
            Ok("key_x")
        );
    }
}
