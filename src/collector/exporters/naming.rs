//! Names of OTLP metrics as a Prometheus-compatible backend stores them.
//!
//! In come a metric's name, unit and type; out goes its backend name, or the error for which the metric
//! is dropped. Follows `pkg/translator/prometheus/normalize_name.go` up to 0.130.0 and
//! `otlptranslator/metric_namer.go` from then on.

use std::sync::LazyLock;

use regex_syntax::hir::Class;
use regex_syntax::hir::ClassUnicode;
use regex_syntax::hir::HirKind;

use super::era::Era;
use super::units;

/// The types of metrics that make a difference to their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// A gauge: a ratio's name says so.
    Gauge,
    /// A sum that only grows: its name ends in `_total`.
    Counter,
    /// Everything else.
    Other,
}

/// Names metrics by one exporter's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricNamer {
    /// Of the release.
    pub era: Era,
    /// Set in front; empty for none. As written: only without suffixes, and not in every generation,
    /// is it made legal.
    pub namespace: String,
    /// Whether unit and type are added.
    pub with_suffixes: bool,
    /// Whether characters outside the classic ones are kept. Known to generations with errors only.
    pub utf8: bool,
}

/// A name of which nothing legal is left. The text is that of the Collector's log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing at all is left.
    #[error("normalization for metric {0:?} resulted in empty name")]
    Empty(String),
    /// Only underscores are left.
    #[error("normalization for metric {0:?} resulted in invalid name {1:?}")]
    Underscores(String, String),
}

impl MetricNamer {
    /// The backend name of a metric.
    ///
    /// # Errors
    /// Nothing legal is left of the name, in releases that check this; older ones send it on.
    pub fn build(&self, name: &str, unit: &str, kind: MetricKind) -> Result<String, NameError> {
        if self.utf8 && self.era >= Era::Strict {
            return Ok(self.untranslated(name, unit, kind));
        }
        let built = if self.with_suffixes {
            self.with_all_suffixes(name, unit, kind)
        } else {
            self.without_suffixes(name)
        };
        if self.era < Era::Strict {
            return Ok(built);
        }
        if built.is_empty() {
            return Err(NameError::Empty(name.to_owned()));
        }
        if built != name && built.bytes().all(|byte| byte == b'_') {
            return Err(NameError::Underscores(name.to_owned(), built));
        }
        Ok(built)
    }

    fn with_all_suffixes(&self, name: &str, unit: &str, kind: MetricKind) -> String {
        let classic = self.era == Era::Classic;
        let legal = if classic {
            is_word_character
        } else {
            is_metric_character
        };
        let words = name.split(|c| !legal(c));
        let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let (mut main, mut per) = units::parts(unit, self.era);
        if words.contains(&main.as_str()) {
            main.clear();
        }
        if classic {
            // The unit just added counts: `second/second` adds one `second` and no `per_second`.
            if !main.is_empty() {
                words.push(&main);
            }
            if !per.is_empty() && !words.contains(&per.as_str()) {
                words.extend(["per", per.as_str()]);
            }
        } else {
            if per == "per_" {
                per.clear();
            } else if per.ends_with('_') {
                per.pop();
            }
            if words.contains(&per.as_str()) {
                per.clear();
            }
            if !per.is_empty() && main.ends_with('_') {
                main.pop();
            }
            words.extend(
                [main.as_str(), per.as_str()]
                    .iter()
                    .filter(|part| !part.is_empty()),
            );
        }
        if kind == MetricKind::Counter {
            words.retain(|word| *word != "total");
            words.push("total");
        }
        if kind == MetricKind::Gauge && unit == "1" {
            words.retain(|word| *word != "ratio");
            words.push("ratio");
        }
        if !self.namespace.is_empty() {
            words.insert(0, &self.namespace);
        }
        not_a_digit_first(words.join("_"))
    }

    fn without_suffixes(&self, name: &str) -> String {
        let classic = self.era == Era::Classic;
        let legal = |c| {
            c == '_'
                || c == ':'
                || if classic {
                    is_word_character(c)
                } else {
                    is_metric_character(c)
                }
        };
        let cleaned = |text: &str| {
            let parts = text.split(|c| !legal(c)).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("_")
        };
        let name = cleaned(name);
        if self.namespace.is_empty() {
            return not_a_digit_first(name);
        }
        if self.era < Era::Strict {
            return format!("{}_{name}", self.namespace);
        }
        format!("{}_{name}", cleaned(&self.namespace))
    }

    /// Nothing is escaped; suffixes are moved to the end rather than searched for among the words.
    fn untranslated(&self, name: &str, unit: &str, kind: MetricKind) -> String {
        let mut built = match self.namespace.as_str() {
            "" => name.to_owned(),
            namespace => format!("{namespace}_{name}"),
        };
        if !self.with_suffixes {
            return built;
        }
        let is_ratio = unit == "1" && kind == MetricKind::Gauge;
        if is_ratio {
            trim_suffix_and_delimiter(&mut built, "ratio");
        }
        if kind == MetricKind::Counter {
            trim_suffix_and_delimiter(&mut built, "total");
        }
        let (main, per) = units::raw_parts(unit);
        if !per.is_empty() {
            trim_suffix_and_delimiter(&mut built, &per);
        }
        if !main.is_empty() && !built.ends_with(&main) {
            built.push('_');
            built.push_str(&main);
        }
        if !per.is_empty() {
            built.push('_');
            built.push_str(&per);
        }
        if kind == MetricKind::Counter {
            built.push_str("_total");
        }
        if is_ratio {
            built.push_str("_ratio");
        }
        built
    }
}

/// Takes a suffix away with the one byte before it, whatever that is.
///
/// The original cuts bytes and may leave half a character; such a name can't be stored, so the character
/// goes as a whole here.
fn trim_suffix_and_delimiter(name: &mut String, suffix: &str) {
    if name.ends_with(suffix) && name.len() > suffix.len() + 1 {
        let mut end = name.len() - suffix.len() - 1;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
}

fn not_a_digit_first(mut name: String) -> String {
    // The first byte is looked at, so digits of other scripts don't count.
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// A character of a word from 0.131.0 on.
pub(super) fn is_metric_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == ':'
}

/// A character of a word up to 0.130.0: Go's `unicode.IsLetter` or `unicode.IsDigit`.
pub(super) fn is_word_character(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let ranges = WORD_CHARACTERS.ranges();
    let after = ranges.partition_point(|range| range.start() <= c);
    after > 0 && c <= ranges[after - 1].end()
}

/// Rust's own `char::is_alphanumeric` is wider than Go's classes: it takes marks and `²`.
static WORD_CHARACTERS: LazyLock<ClassUnicode> = LazyLock::new(|| {
    let class = regex_syntax::parse(r"[\p{L}\p{Nd}]").ok();
    match class.map(regex_syntax::hir::Hir::into_kind) {
        Some(HirKind::Class(Class::Unicode(class))) => class,
        _ => ClassUnicode::empty(),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    fn namer(era: Era) -> MetricNamer {
        MetricNamer {
            era,
            namespace: String::new(),
            with_suffixes: true,
            utf8: false,
        }
    }

    fn both(name: &str, unit: &str, kind: MetricKind) -> (String, String) {
        let build = |era| namer(era).build(name, unit, kind).unwrap();
        (build(Era::Classic), build(Era::Collapsing))
    }

    #[test]
    fn scraped_names_change_as_recorded() {
        use MetricKind::Counter;
        use MetricKind::Gauge;
        for (name, kind, classic, current) in [
            ("foo", Counter, "foo_total", "foo_total"),
            ("nofam_total", Gauge, "nofam_total", "nofam_total"),
            ("a__b", Gauge, "a_b", "a_b"),
            ("_x", Gauge, "x", "x"),
            ("y_", Gauge, "y", "y"),
            ("a.b", Gauge, "a_b", "a_b"),
            ("a:b", Gauge, "a_b", "a:b"),
            ("total_foo_total", Counter, "foo_total", "foo_total"),
            ("a_total_b", Counter, "a_b_total", "a_b_total"),
            ("n_count", Counter, "n_count_total", "n_count_total"),
        ] {
            assert_eq!(
                both(name, "", kind),
                (classic.into(), current.into()),
                "{name}"
            );
        }
    }

    #[test]
    fn a_rate_is_repeated_by_the_newer_translators() {
        let names = both("p_bytes_per_second", "By/s", MetricKind::Gauge);
        assert_eq!(names.0, "p_bytes_per_second");
        assert_eq!(names.1, "p_bytes_per_second_per_second");
    }

    #[test]
    fn a_namespace_is_cleaned_without_suffixes_only() {
        let mut namer = namer(Era::Collapsing);
        namer.namespace = "l5d-mesh".into();
        assert_eq!(
            namer.build("up", "", MetricKind::Gauge).unwrap(),
            "l5d-mesh_up"
        );
        namer.with_suffixes = false;
        assert_eq!(
            namer.build("up", "", MetricKind::Gauge).unwrap(),
            "l5d_mesh_up"
        );
        namer.era = Era::Classic;
        assert_eq!(
            namer.build("up", "", MetricKind::Gauge).unwrap(),
            "l5d-mesh_up"
        );
    }

    #[test]
    fn a_name_of_nothing_legal_is_an_error_in_newer_releases() {
        for (name, era, expected) in [
            ("---", Era::Classic, Some("")),
            ("---", Era::Unreleased, Some("")),
            ("---", Era::Strict, None),
            ("---", Era::Collapsing, None),
        ] {
            let built = namer(era).build(name, "", MetricKind::Gauge).ok();
            assert_eq!(built.as_deref(), expected, "{era:?}");
        }
    }
}
