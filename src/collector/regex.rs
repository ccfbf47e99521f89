//! Go's regular expressions.
//!
//! In comes a pattern as Go's `regexp` reads it; out goes a matcher that answers as Go's would, the text of
//! the error where Go refuses the pattern included. The dialect is that of Go 1.26. What Go would take but
//! cannot be held in memory here is an error of its own.

mod error;
mod escape;
mod item;
mod parse;
pub(super) mod unicode;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use regex_automata::Anchored;
use regex_automata::Input;
use regex_automata::meta;
use regex_automata::util::primitives::NonMaxUsize;

use super::expand::Template;
use super::version::Version;

pub use error::Fault;
pub use error::RegexError;

/// What the automaton of one pattern may take, in MiB: room for `\pL{1000}`.
const NFA_MIB: usize = 64;

/// The release from which on a dot of a relabeling rule matches a line break: contrib 0.120.0 is the first on
/// Prometheus 3 (`model/relabel/relabel.go`, `NewRegexp`).
const DOT_MATCHES_NEWLINE: u16 = 120;

/// A compiled pattern. Cloning it is cheap.
#[derive(Clone)]
pub struct GoRegex {
    pattern: Arc<str>,
    engine: meta::Regex,
    names: Arc<[String]>,
}

impl GoRegex {
    /// Compiles a pattern that matches anywhere in a text.
    ///
    /// # Errors
    /// Go refuses the pattern, or it is too large.
    pub fn new(pattern: &str) -> Result<Self, RegexError> {
        let parsed = parse::parse(pattern)?;
        let config = meta::Config::new().nfa_size_limit(Some(NFA_MIB << 20));
        let mut builder = meta::Builder::new();
        let engine = builder
            .configure(config)
            .build_from_hir(&parsed.tree)
            .map_err(|_| RegexError::TooLarge { limit_mib: NFA_MIB })?;
        Ok(Self {
            pattern: pattern.into(),
            engine,
            names: parsed.names.into(),
        })
    }

    /// Compiles the pattern of a relabeling rule, which has to match the whole text.
    ///
    /// It is put between anchors as a text, so that `a)|(b` escapes them, as it does in Prometheus.
    ///
    /// # Errors
    /// As for [`GoRegex::new`]; what is quoted has the anchors.
    pub fn relabel(pattern: &str, version: Version) -> Result<Self, RegexError> {
        if version.is_from(DOT_MATCHES_NEWLINE) {
            Self::new(&format!("^(?s:{pattern})$"))
        } else {
            Self::new(&format!("^(?:{pattern})$"))
        }
    }

    /// The pattern, with its anchors if it is that of a relabeling rule.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Whether some part of `text` matches: Go's `MatchString`.
    pub fn is_match(&self, text: &str) -> bool {
        self.engine.is_match(text)
    }

    /// Names of the groups by number; the first stands for the whole match. Groups without a name have an
    /// empty one, and a name may occur more than once.
    pub fn group_names(&self) -> &[String] {
        &self.names
    }

    /// Number of groups, the whole match not counted: Go's `NumSubexp`.
    pub fn group_count(&self) -> usize {
        self.names.len() - 1
    }

    /// The first match with its groups: Go's `FindStringSubmatchIndex`.
    pub fn captures(&self, text: &str) -> Option<Captures> {
        let mut captures = Captures::default();
        self.captures_from(text, 0, &mut captures)
            .then_some(captures)
    }

    /// Finds the first match from the byte `start` on, which must be at a character. What stands before is
    /// seen by `^` and `\b`. `captures` is overwritten: memory is used again.
    pub fn captures_from(&self, text: &str, start: usize, captures: &mut Captures) -> bool {
        captures.slots.clear();
        captures.slots.resize(self.names.len() * 2, None);
        let input = Input::new(text).range(start..).anchored(Anchored::No);
        self.engine
            .search_slots(&input, &mut captures.slots)
            .is_some()
    }

    /// All matches that do not overlap, with their groups: Go's `FindAllStringSubmatchIndex`.
    pub fn captures_iter<'a>(&'a self, text: &'a str) -> Matches<'a> {
        Matches {
            regex: self,
            text,
            next: Some(0),
            last_end: None,
        }
    }

    /// The text with all matches replaced by an expanded template: Go's `ReplaceAllString`.
    pub fn replace_all(&self, text: &str, template: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.replace_all_into(text, &Template::new(template, self), &mut out);
        out
    }

    /// As [`GoRegex::replace_all`], with a template that was read before; adds to `out`.
    pub fn replace_all_into(&self, text: &str, template: &Template, out: &mut String) {
        let mut copied = 0;
        for captures in self.captures_iter(text) {
            let whole = captures.whole();
            out.push_str(&text[copied..whole.start]);
            template.expand(text, &captures, out);
            copied = whole.end;
        }
        out.push_str(&text[copied..]);
    }
}

impl fmt::Debug for GoRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GoRegex").field(&self.pattern).finish()
    }
}

/// Where a pattern and its groups matched.
#[derive(Debug, Clone, Default)]
pub struct Captures {
    slots: Vec<Option<NonMaxUsize>>,
}

impl Captures {
    /// Bytes of a group; 0 is the whole match. `None` where it took no part or there is no such group.
    pub fn get(&self, group: usize) -> Option<Range<usize>> {
        let slot = |index: usize| self.slots.get(index).copied().flatten();
        let first = group.checked_mul(2)?;
        let start = slot(first)?;
        let end = slot(first + 1)?;
        Some(start.get()..end.get())
    }

    /// Bytes of the whole match.
    pub fn whole(&self) -> Range<usize> {
        self.get(0).unwrap_or(0..0)
    }
}

/// Matches of a text, from left to right.
#[derive(Debug, Clone)]
pub struct Matches<'a> {
    regex: &'a GoRegex,
    text: &'a str,
    /// Where to search from; `None` at the end.
    next: Option<usize>,
    /// End of the last match.
    last_end: Option<usize>,
}

impl Iterator for Matches<'_> {
    type Item = Captures;

    // As `regexp.go`, `allMatches`: an empty match right behind another one does not count.
    fn next(&mut self) -> Option<Captures> {
        let mut captures = Captures::default();
        while let Some(from) = self.next {
            if !self.regex.captures_from(self.text, from, &mut captures) {
                self.next = None;
                return None;
            }
            let whole = captures.whole();
            let mut counts = true;
            self.next = Some(whole.end);
            if whole.end == from {
                counts = self.last_end != Some(whole.start);
                let step = self.text[from..].chars().next().map(char::len_utf8);
                self.next = step.map(|step| from + step);
            }
            self.last_end = Some(whole.end);
            if counts {
                return Some(captures);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn regex(pattern: &str) -> GoRegex {
        GoRegex::new(pattern).unwrap()
    }

    fn error(pattern: &str) -> String {
        GoRegex::new(pattern).unwrap_err().to_string()
    }

    #[test]
    fn groups_of_one_name_are_told_apart_by_number() {
        let regex = regex("(?P<n>a)|(?P<n>b)|(c)");
        assert_eq!(regex.group_names(), ["", "n", "n", ""]);
        let captures = regex.captures("xb").unwrap();
        assert_eq!(captures.get(1), None);
        assert_eq!(captures.get(2), Some(1..2));
        assert_eq!(regex.replace_all("abc", "<$n>"), "<a><b><>");
    }

    #[test]
    fn a_group_that_is_never_repeated_still_counts() {
        let regex = regex("(a){0}(b)");
        assert_eq!(regex.group_count(), 2);
        assert_eq!(regex.captures("b").unwrap().get(2), Some(0..1));
        assert_eq!(GoRegex::new("b(a){0}").unwrap().group_count(), 1);
    }

    #[test]
    fn empty_matches_behind_others_do_not_count() {
        assert_eq!(regex("a*").replace_all("baac", "-"), "-b-c-");
        assert_eq!(regex("").replace_all("é", "-"), "-é-");
        assert_eq!(regex("x*").captures_iter("").count(), 1);
    }

    #[test]
    fn an_operator_after_flags_repeats_what_stands_before_them() {
        assert!(regex("^a(?i)*$").is_match("aa"));
        assert!(regex("^a*(?i)*$").is_match("aa"));
        assert_eq!(
            error("(?i)*"),
            "error parsing regexp: missing argument to repetition operator: `*`"
        );
    }

    #[test]
    fn a_pattern_that_does_not_fit_is_refused_by_name() {
        let ours = "regular expression is too large to be simulated: it needs more than 64 MiB";
        assert_eq!(
            error(r"(?:\pL\pN){500}(?:\pL\pN){500}(?:\pL\pN){500}"),
            ours
        );
        let go = error("((a{100}){10}b{1000}){3}");
        assert_eq!(go, "error parsing regexp: invalid repeat count: `{3}`");
    }

    #[test]
    fn depth_is_bounded_as_in_go() {
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(regex(&nested(999)).is_match("a"));
        let deep = GoRegex::new(&nested(1000)).unwrap_err().to_string();
        assert!(deep.starts_with("error parsing regexp: expression nests too deeply: `((("));
        assert!(GoRegex::new(&nested(100_000)).is_err());
        assert!(GoRegex::new(&"(?:".repeat(100_000)).is_err());
        assert!(GoRegex::new(&"[[:".repeat(100_000)).is_err());
        assert!(GoRegex::new(&format!("[{}]", r"\pL".repeat(100_000))).is_err());
    }

    proptest! {
        #[test]
        fn any_pattern_compiles_or_is_refused(pattern in r"[\PC\n]{0,40}", text in ".{0,20}") {
            if let Ok(regex) = GoRegex::new(&pattern) {
                let found = regex.captures(&text);
                prop_assert_eq!(regex.is_match(&text), found.is_some());
            }
        }

        #[test]
        fn any_arrangement_of_the_dialect_compiles_or_is_refused(
            pattern in r"(?:[ab(|)*+?.^$\[\]\-{},0-3]|\\[dDwWsSbBAzQEpx]|\(\?[imsU:]|\(\?P<n>|\{[0-9],?[0-9]?\}|[[:^alpha:]]){0,30}",
            text in "[ab0 \n]{0,12}",
        ) {
            if let Ok(regex) = GoRegex::new(&pattern) {
                let replaced = regex.replace_all(&text, "$0");
                prop_assert_eq!(replaced, text);
            }
        }
    }
}
