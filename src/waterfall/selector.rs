//! One series as somebody names it: a sample name, and labels that it has.
//!
//! In comes text as it stands in a scrape, `response_total{direction="outbound"}`; out goes what to look for.

use crate::exposition::Metadata;
use crate::exposition::Reader;
use crate::exposition::Reject;
use crate::exposition::Sample;
use crate::exposition::Visitor;

/// Longest selector that is read.
const MAX_BYTES: usize = 1 << 20;

/// Which series are meant: those of this name that have all of these labels, whatever others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The sample name: that of a bucket ends in `_bucket`.
    pub name: String,
    /// Names and values.
    pub labels: Vec<(String, String)>,
}

impl Selector {
    /// Reads a selector, by the rules of a sample line. What stands behind the braces is not looked at.
    ///
    /// # Errors
    /// It is no name with labels; the text says where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains(['\n', '\r']) {
            return Err("it has more than one line".to_owned());
        }
        let line = format!("{text} 1\n");
        let mut found = Found::default();
        let read = Reader::new(MAX_BYTES).read(&mut line.as_bytes(), &mut found);
        read.map_err(|error| error.to_string())?;
        match (found.selector, found.refused) {
            (Some(selector), _) => Ok(selector),
            (None, Some(refused)) => Err(refused),
            (None, None) => Err("it names no series".to_owned()),
        }
    }

    /// Whether a series with these labels is meant, its name being the right one. A label that is to be empty
    /// is one that is not there.
    pub fn fits(&self, labels: &[(String, String)]) -> bool {
        let has = |name: &str, value: &str| {
            let own = labels.iter().find(|(own, _)| own == name);
            own.map_or("", |(_, own)| own) == value
        };
        self.labels.iter().all(|(name, value)| has(name, value))
    }
}

#[derive(Default)]
struct Found {
    selector: Option<Selector>,
    refused: Option<String>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Visitor for Found {
    fn sample(&mut self, sample: &Sample<'_>) {
        let labels = sample.labels();
        self.selector = Some(Selector {
            name: text(&sample.name()),
            labels: labels
                .map(|label| (text(&label.name()), text(&label.value())))
                .collect(),
        });
    }

    fn metadata(&mut self, _: &Metadata<'_>) {}

    fn reject(&mut self, reject: &Reject<'_>) {
        let refused = format!("column {}: {}", reject.column, reject.kind.message());
        self.refused.get_or_insert(refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_read_as_it_stands_in_a_scrape() {
        let selector = Selector::parse(r#"a_total{b="c, \"}\"",d=""} 5"#).unwrap();
        assert_eq!(selector.name, "a_total");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(selector.labels, [pair("b", "c, \"}\""), pair("d", "")]);
        assert!(selector.fits(&[pair("b", "c, \"}\""), pair("x", "y")]));
        assert!(!selector.fits(&[pair("b", "c, \"}\""), pair("d", "y")]));
        assert_eq!(Selector::parse("a{}").unwrap().labels, []);
    }

    #[test]
    fn what_is_no_selector_is_told() {
        for wrong in [
            "",
            "a{b=c}",
            "a{b=\"c\"",
            "{}",
            "a\nb",
            "# TYPE a gauge",
            "a{b=~\"c\"}",
        ] {
            assert!(Selector::parse(wrong).is_err(), "{wrong}");
        }
    }
}
