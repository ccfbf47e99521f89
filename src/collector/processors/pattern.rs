//! A pattern of a processor's settings: a Go regex that matches anywhere.

use super::super::expand::Template;
use super::super::regex::GoRegex;

/// The pattern.
#[derive(Debug, Clone)]
pub struct Pattern(GoRegex);

impl Pattern {
    /// From its text.
    ///
    /// # Errors
    /// Go would not compile it; the reason.
    pub fn new(text: &str) -> Result<Self, String> {
        GoRegex::new(text)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// What the groups of the first match hold, the whole match first; `None` for a group that took no
    /// part in it.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Vec<Option<&'t str>>> {
        let captures = self.0.captures(text)?;
        let groups = 0..self.0.group_names().len();
        Some(
            groups
                .map(|group| captures.get(group).map(|bytes| &text[bytes]))
                .collect(),
        )
    }

    /// Names of the groups, the whole match first; empty for a group without.
    pub fn names(&self) -> &[String] {
        self.0.group_names()
    }

    /// A template filled in from the first match.
    pub fn expand(&self, template: &str, text: &str) -> Option<String> {
        let captures = self.0.captures(text)?;
        let mut out = String::new();
        Template::new(template, &self.0).expand(text, &captures, &mut out);
        Some(out)
    }
}
