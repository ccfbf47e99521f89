//! Which series are meant: a vector selector as `PromQL` has it.
//!
//! In comes text, `response_latency_ms{direction="inbound", dst!~"cart.*"}`; out goes what tells whether a name and its
//! labels fit. Patterns are Go's and have to match the whole value; a label that is not there is an empty one.

mod lexer;

use std::borrow::Cow;

use crate::collector::regex::GoRegex;
use lexer::Lexer;
use lexer::Token;

/// The label that stands for the name.
const NAME: &str = "__name__";

/// A selector that was read.
#[derive(Debug, Clone)]
pub struct Matchers {
    text: String,
    names: Vec<Matcher>,
    labels: Vec<Matcher>,
}

/// One condition on one label.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The label; `__name__` is the name of the series.
    pub label: String,
    /// What is asked of it.
    pub test: Test,
}

/// What is asked of a value.
#[derive(Debug, Clone)]
pub enum Test {
    /// `=`
    Is(String),
    /// `!=`
    IsNot(String),
    /// `=~`
    Matches(Pattern),
    /// `!~`
    MatchesNot(Pattern),
}

/// A regular expression, and how it was written.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written.
    pub text: String,
    regex: GoRegex,
}

/// Why a text is no selector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct SelectorError {
    /// In characters, counts from 1.
    pub column: usize,
    /// What is wrong, and what to write.
    pub message: String,
}

impl SelectorError {
    fn new(column: usize, message: impl Into<String>) -> Self {
        Self {
            column,
            message: message.into(),
        }
    }
}

impl Test {
    /// Whether a value passes.
    pub fn fits(&self, value: &str) -> bool {
        match self {
            Self::Is(wanted) => value == wanted,
            Self::IsNot(other) => value != other,
            Self::Matches(pattern) => pattern.regex.is_match(value),
            Self::MatchesNot(pattern) => !pattern.regex.is_match(value),
        }
    }
}

impl Matcher {
    /// As it would be typed.
    pub fn text(&self) -> String {
        let (sign, value) = match &self.test {
            Test::Is(value) => ("=", value),
            Test::IsNot(value) => ("!=", value),
            Test::Matches(pattern) => ("=~", &pattern.text),
            Test::MatchesNot(pattern) => ("!~", &pattern.text),
        };
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        format!("{}{sign}\"{value}\"", self.label)
    }
}

impl Matchers {
    /// Reads a selector.
    ///
    /// # Errors
    /// It is none, it names no family, or it is more than a selector: a range, a function, an expression.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut matchers = Self {
            text: text.trim().to_owned(),
            names: Vec::new(),
            labels: Vec::new(),
        };
        let mut lexer = Lexer::new(text);
        let mut next = lexer.next()?;
        if let Token::Word(name) = &next.token {
            let name = name.clone();
            let column = next.column;
            next = lexer.next()?;
            if next.token == Token::Other('(') {
                return Err(SelectorError::new(
                    column,
                    format!(
                        "{name}(…) is a function; write the selector alone: family{{label=\"value\"}}"
                    ),
                ));
            }
            if name.starts_with(|first: char| first.is_ascii_digit()) {
                return Err(SelectorError::new(
                    column,
                    "a name does not begin with a digit; write family{label=\"value\"}",
                ));
            }
            matchers.put(NAME.to_owned(), Test::Is(name), column)?;
        }
        if next.token == Token::Open {
            matchers.read_braces(&mut lexer)?;
            next = lexer.next()?;
        }
        let column = next.column;
        let message = match next.token {
            Token::End => return matchers.finish(column),
            Token::Other('[') => {
                "one scrape is read, which has no range; leave [...] out".to_owned()
            }
            Token::Word(word) if word == "offset" => {
                "one scrape is read, there is no other time; leave offset out".to_owned()
            }
            Token::Other('@') => {
                "one scrape is read, there is no other time; leave @ out".to_owned()
            }
            found => format!(
                "a selector ends before {found}; write one selector, family{{label=\"value\"}}, without functions and operators"
            ),
        };
        Err(SelectorError::new(column, message))
    }

    fn read_braces(&mut self, lexer: &mut Lexer<'_>) -> Result<(), SelectorError> {
        loop {
            let label = lexer.next()?;
            let (name, is_quoted) = match label.token {
                Token::Close => return Ok(()),
                Token::Word(name) if !name.contains(':') => (name, false),
                Token::Text(name) => (name, true),
                found => {
                    let message =
                        format!("a label is wanted here, not {found}; write label=\"value\"");
                    return Err(SelectorError::new(label.column, message));
                }
            };
            if name.is_empty()
                || name.starts_with(|first: char| first.is_ascii_digit()) && !is_quoted
            {
                let message = "a label does not begin with a digit, and is not empty";
                return Err(SelectorError::new(label.column, message));
            }
            let mut next = lexer.next()?;
            if let Token::Operator(operator) = next.token {
                let value = lexer.next()?;
                let Token::Text(text) = value.token else {
                    let found = value.token;
                    let message = format!(
                        "a value in quotes is wanted here, not {found}; write {name}{operator}\"...\""
                    );
                    return Err(SelectorError::new(value.column, message));
                };
                let asked = test(operator, text, value.column)?;
                self.put(name, asked, label.column)?;
                next = lexer.next()?;
            } else if is_quoted {
                // `{"a.name"}`: names that need quotes stand here.
                self.put(NAME.to_owned(), Test::Is(name), label.column)?;
            } else {
                let found = next.token;
                let message = format!("one of = != =~ !~ is wanted behind {name}, not {found}");
                return Err(SelectorError::new(next.column, message));
            }
            match next.token {
                Token::Comma => {}
                Token::Close => return Ok(()),
                found => {
                    let message = format!("a comma or }} is wanted here, not {found}");
                    return Err(SelectorError::new(next.column, message));
                }
            }
        }
    }

    fn put(&mut self, label: String, test: Test, column: usize) -> Result<(), SelectorError> {
        if label == "le" {
            let message = "le tells the buckets apart, all of which are read; leave it out";
            return Err(SelectorError::new(column, message));
        }
        if label != NAME {
            self.labels.push(Matcher { label, test });
            return Ok(());
        }
        let is_set = |matcher: &Matcher| matches!(matcher.test, Test::Is(_));
        if matches!(test, Test::Is(_)) && self.names.iter().any(is_set) {
            let message = "the name is said twice; leave one of the two out";
            return Err(SelectorError::new(column, message));
        }
        self.names.push(Matcher { label, test });
        Ok(())
    }

    fn finish(self, column: usize) -> Result<Self, SelectorError> {
        let says_which = |matcher: &Matcher| !matcher.test.fits("");
        if self.names.iter().any(says_which) {
            return Ok(self);
        }
        let message = "no family is named; write one, like response_latency_ms{...}";
        Err(SelectorError::new(column, message))
    }

    /// As typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name that is asked for, where it is one.
    pub fn name(&self) -> Option<&str> {
        self.names.iter().find_map(|matcher| match &matcher.test {
            Test::Is(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Conditions on the name.
    pub fn names(&self) -> &[Matcher] {
        &self.names
    }

    /// Conditions on the other labels.
    pub fn labels(&self) -> &[Matcher] {
        &self.labels
    }

    /// Whether the name is meant.
    pub fn name_fits(&self, name: &str) -> bool {
        self.names.iter().all(|matcher| matcher.test.fits(name))
    }

    /// Whether labels are meant; `value` gives that of a label, or nothing.
    pub fn labels_fit<'a>(&self, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> bool {
        self.labels.iter().all(|matcher| {
            let value = value(&matcher.label);
            matcher.test.fits(value.as_deref().unwrap_or_default())
        })
    }
}

fn test(operator: &str, text: String, column: usize) -> Result<Test, SelectorError> {
    Ok(match operator {
        "=" => Test::Is(text),
        "!=" => Test::IsNot(text),
        "=~" => Test::Matches(Pattern::new(text, column)?),
        _ => Test::MatchesNot(Pattern::new(text, column)?),
    })
}

impl Pattern {
    /// Between anchors and with dots that match line breaks, as in Prometheus 3 (`model/labels/regexp.go`).
    fn new(text: String, column: usize) -> Result<Self, SelectorError> {
        let compiled = GoRegex::new(&format!("^(?s:{text})$"));
        let regex = compiled.map_err(|error| SelectorError::new(column, error.to_string()))?;
        Ok(Self { text, regex })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(selector: &str, name: &str, labels: &[(&str, &str)]) -> bool {
        let matchers = Matchers::parse(selector).unwrap();
        let value = |wanted: &str| {
            let label = labels.iter().find(|(own, _)| *own == wanted);
            label.map(|(_, value)| Cow::Borrowed(*value))
        };
        matchers.name_fits(name) && matchers.labels_fit(value)
    }

    fn refused(selector: &str) -> String {
        Matchers::parse(selector).unwrap_err().to_string()
    }

    #[test]
    fn selects_as_promql_does() {
        let labels = [("a", "x"), ("b", "line\nbreak")];
        for selector in [
            "m",
            " m { } ",
            "m{a=\"x\"}",
            "m{a='x',}",
            "m{a=`x`, c=\"\"}",
            "m{a!=\"y\", c!=\"y\"}",
            "m{a=~\"x|y\", b=~\"line.break\"}",
            "m{a!~\"\", c!~\".+\"}",
            "m{c=~\".*\"}",
            "{__name__=\"m\"}",
            "{__name__=~\"m|n\", a=\"x\"}",
            "{\"m\", \"a\"=\"x\"}",
            r#"m{b="line\nbreak"}"#,
            r#"m{b="line\u000abreak", a="\x78"}"#,
        ] {
            assert!(fits(selector, "m", &labels), "{selector}");
        }
        for selector in [
            "n",
            "m{a=\"y\"}",
            "m{a=~\"X\"}",
            "m{b=~\"line\"}",
            "m{a!=\"x\"}",
            "m{c=~\".+\"}",
            "m{a!~\"x|z\"}",
            "{__name__=~\"m.+\"}",
            r"m{b=`line\nbreak`}",
        ] {
            assert!(!fits(selector, "m", &labels), "{selector}");
        }
    }

    #[test]
    fn says_where_it_stops_to_be_a_selector() {
        let cases = [
            ("", "column 1: no family is named"),
            ("{a=\"b\"}", "column 8: no family is named"),
            ("{__name__!=\"b\"}", "column 16: no family is named"),
            ("m{__name__=\"b\"}", "column 3: the name is said twice"),
            ("rate(m[5m])", "column 1: rate(…) is a function"),
            ("m[5m]", "column 2: one scrape is read, which has no range"),
            ("m offset 5m", "column 3: one scrape is read"),
            ("m @ 5", "column 3: one scrape is read"),
            ("m > 5", "column 3: a selector ends before `>`"),
            (
                "m{a=b}",
                "column 5: a value in quotes is wanted here, not `b`",
            ),
            (
                "m{a}",
                "column 4: one of = != =~ !~ is wanted behind a, not `}`",
            ),
            (
                "m{a=\"b\"",
                "column 8: a comma or } is wanted here, not the end",
            ),
            (
                "m{a=\"b\" c=\"d\"}",
                "column 9: a comma or } is wanted here",
            ),
            ("m{é=\"b\"}", "column 3: a label is wanted here, not `é`"),
            ("m{a=\"b}", "column 5: the quote is not closed"),
            ("m{a=\"\\q\"}", "column 6: \\q is no escape"),
            ("m{a=\"\\xff\"}", "column 5: the value is not UTF-8"),
            (
                "m{a=~\"(\"}",
                "column 6: error parsing regexp: missing closing )",
            ),
            ("m{le=\"1\"}", "column 3: le tells the buckets apart"),
            ("5m", "column 1: a name does not begin with a digit"),
            ("größe", "column 3: a selector ends before `ö`"),
        ];
        for (selector, expected) in cases {
            let said = refused(selector);
            assert!(said.starts_with(expected), "{selector}: {said}");
        }
    }

    #[test]
    fn a_matcher_is_told_as_it_would_be_typed() {
        let matchers = Matchers::parse(r#"m{a=~"b\\.c", d!="e\"f"}"#).unwrap();
        let told: Vec<String> = matchers.labels().iter().map(Matcher::text).collect();
        assert_eq!(told, [r#"a=~"b\\.c""#, r#"d!="e\"f""#]);
        assert_eq!(matchers.name(), Some("m"));
    }
}
