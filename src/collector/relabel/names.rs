//! Which label names are valid, by scheme and release.

use super::super::version::Version;

/// The scheme of label names that a configuration asks for (`metric_name_validation_scheme`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheme {
    /// Any text that is not empty.
    #[default]
    Utf8,
    /// ASCII letters, digits and `_`, no digit first.
    Legacy,
}

/// The first release that takes any text for a label name: contrib 0.118.0 is on `prometheus/common` v0.62.0,
/// which made it the default (`model/metric.go`, `NameValidationScheme`); 0.117.0 is on v0.61.0.
const UTF8_NAMES: u16 = 118;

/// The first release that takes any text for a template of a label name: contrib 0.127.0 is on Prometheus
/// v0.302.1; v0.300.1 and before hold templates to the legacy characters (`model/relabel/relabel.go`).
const UTF8_TEMPLATES: u16 = 127;

/// What counts as a label name while rules are checked and applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    utf8: bool,
    utf8_templates: bool,
}

impl Names {
    /// Those of a release, under the scheme that the configuration asks for.
    pub fn new(version: Version, scheme: Scheme) -> Self {
        let release = Self::of_release(version);
        let wanted = scheme == Scheme::Utf8;
        Self {
            utf8: release.utf8 && wanted,
            utf8_templates: release.utf8_templates && wanted,
        }
    }

    /// Those of a release whose configuration asks for nothing.
    pub fn of_release(version: Version) -> Self {
        Self {
            utf8: version.is_from(UTF8_NAMES),
            utf8_templates: version.is_from(UTF8_TEMPLATES),
        }
    }

    /// Whether a text is a label name.
    pub fn is_valid(self, name: &str) -> bool {
        let legacy = || {
            let letters = name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
            letters && !name.as_bytes()[0].is_ascii_digit()
        };
        !name.is_empty() && (self.utf8 || legacy())
    }

    pub(super) fn utf8_templates(self) -> bool {
        self.utf8_templates
    }
}
