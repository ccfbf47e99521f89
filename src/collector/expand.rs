//! Templates of Go's `Regexp.Expand`: `$1`, `${1}`, `$name`, `${name}` and `$$`.
//!
//! A template is read once, for one pattern. A `$` that begins nothing of these stands for itself; a group
//! that does not exist or took no part in the match is empty.

use super::regex::Captures;
use super::regex::GoRegex;
use super::regex::unicode;

/// A template that was read for a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Groups of one number or name: the first that took part in the match is put in.
    Groups(Vec<usize>),
}

/// Numbers from here on are names (`regexp.go`, `extract`).
const NUMBERS_END: usize = 100_000_000;

impl Template {
    /// Reads a template whose groups are those of `regex`.
    pub fn new(text: &str, regex: &GoRegex) -> Self {
        let mut template = Self { parts: Vec::new() };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            template.push_text(before);
            if let Some(after) = after.strip_prefix('$') {
                template.push_text("$");
                rest = after;
            } else if let Some((name, after)) = reference(after) {
                template.parts.push(Part::Groups(groups(name, regex)));
                rest = after;
            } else {
                template.push_text("$");
                rest = after;
            }
        }
        template.push_text(rest);
        template
    }

    fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    /// Adds the template to `out`, with the groups of a match in `text`.
    pub fn expand(&self, text: &str, captures: &Captures, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(literal) => out.push_str(literal),
                Part::Groups(groups) => {
                    let found = groups.iter().find_map(|&group| captures.get(group));
                    out.push_str(found.map_or("", |bytes| &text[bytes]));
                }
            }
        }
    }

    /// The whole outcome, where it is the same for every match.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// The name after a `$`, and what follows it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (inner, braced) = match text.strip_prefix('{') {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let is_name = |c: char| c == '_' || unicode::is_letter_or_digit(c);
    let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
    let (name, after) = inner.split_at(end);
    let after = if braced {
        after.strip_prefix('}')?
    } else {
        after
    };
    (!name.is_empty()).then_some((name, after))
}

fn groups(name: &str, regex: &GoRegex) -> Vec<usize> {
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = name.len() > 1 && name.starts_with('0');
    // The last digit may take a number over the end.
    let number = name.parse::<usize>().ok();
    let number = number.filter(|number| digits && !leading_zero && number / 10 < NUMBERS_END);
    if let Some(group) = number {
        return vec![group];
    }
    let names = regex.group_names().iter().enumerate();
    let same = names.filter(|(_, group)| *group == name);
    same.map(|(group, _)| group).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expanded(pattern: &str, text: &str, template: &str) -> String {
        let regex = GoRegex::new(pattern).unwrap();
        let captures = regex.captures(text).unwrap();
        let mut out = String::new();
        Template::new(template, &regex).expand(text, &captures, &mut out);
        out
    }

    #[test]
    fn a_name_is_as_long_as_it_can_be() {
        let cases = [
            ("$1x", ""),
            ("${1}x", "ax"),
            ("$1-x", "a-x"),
            ("$1é", ""),
            ("$1_", ""),
            ("$0", "a"),
            ("$2", ""),
            ("$01", ""),
            ("$100000000000000000000", ""),
            ("$n.${n}", "a.a"),
            ("${m}", ""),
        ];
        for (template, outcome) in cases {
            assert_eq!(expanded("(?P<n>a)", "a", template), outcome, "{template}");
        }
    }

    #[test]
    fn a_dollar_that_begins_nothing_is_a_dollar() {
        let cases = [
            ("$$", "$"),
            ("$$1", "$1"),
            ("$", "$"),
            ("$.", "$."),
            ("${", "${"),
            ("${1", "${1"),
            ("${}", "${}"),
            ("${a-b}", "${a-b}"),
            ("${ 1}", "${ 1}"),
        ];
        for (template, outcome) in cases {
            assert_eq!(expanded("(a)", "a", template), outcome, "{template}");
        }
    }

    proptest! {
        #[test]
        fn any_template_can_be_read(template in "[$ {}1na\u{e9}\u{661}_-]{0,20}") {
            let out = expanded("(?P<n>a)", "a", &template);
            prop_assert!(template.contains('$') || out == template);
        }
    }
}
