//! From text to tokens, by the rules of `pkg/ottl/grammar.go` (`buildLexer`).
//!
//! The rules are tried in order at each place, the first that fits wins: `1-2` was a number and a
//! negative number before signs became tokens of their own.

use std::ops::Range;

use crate::collector::position::ConfigError;
use crate::collector::position::Inside;
use crate::collector::position::Position;
use crate::collector::text::Text;
use crate::collector::version::Version;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// `0x0a`.
    Bytes,
    /// `1.5`, `.5`, `1.5e3`.
    Float,
    /// `15`.
    Int,
    /// A text in double quotes.
    String,
    /// `nil`, where it is a token of its own.
    Nil,
    /// `not`.
    Not,
    /// `or`.
    Or,
    /// `and`.
    And,
    /// `==`, `!=`, `<`, `<=`, `>`, `>=`.
    Comparison,
    /// `=>`.
    Arrow,
    /// `+`, `-`.
    AddSub,
    /// `*`, `/`.
    MultDiv,
    /// `true`, `false`.
    Boolean,
    /// `=`.
    Equal,
    /// One of `(){}:,.[]`, which the text says.
    Punct,
    /// A word of upper-case letters, digits and underscores.
    Uppercase,
    /// A word of lower-case letters, digits and underscores.
    Lowercase,
    /// `_`.
    Underscore,
    /// The end of the text.
    End,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub token: Token,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// The first release whose numbers have no sign of their own, so that `1-2` and `-name` can be read.
/// `pkg/ottl/grammar.go`: `OpAddSub` before a value.
const UNSIGNED_NUMBERS: u16 = 144;

/// The first release in which `nil` is a token of its own.
pub const NIL_TOKEN: u16 = 141;

/// The first release in which `=>` is a token.
const LAMBDAS: u16 = 155;

/// Why a text could not be read, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Byte within the text.
    pub offset: usize,
    /// How many bytes from there on are meant; 0 where only the place is known.
    pub length: usize,
    /// In words.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Fault {
    /// A fault at a byte.
    pub fn new(offset: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            length: 0,
            message: message.into(),
            help: None,
        }
    }

    /// A fault of a part of the text.
    pub fn of(span: &Range<usize>, message: impl Into<String>) -> Self {
        let mut fault = Self::new(span.start, message);
        fault.length = span.len();
        fault
    }

    /// The same with a remedy.
    #[must_use]
    pub fn with_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// The fault as an error of the configuration: `what` stands at `at` and reads `text`.
    pub fn at(self, at: Position, what: &str, text: &str) -> ConfigError {
        let inside = Inside {
            text: text.to_owned(),
            offset: self.offset,
            length: self.length,
            message: self.message,
        };
        let (line, column) = inside.place();
        let place = if text.contains('\n') {
            format!("line {line}, column {column}")
        } else {
            format!("column {column}")
        };
        let message = format!("{} ({place} of the {what})", inside.message);
        let mut error = ConfigError::new(at, message);
        error.inside = Some(Box::new(inside));
        error.help = self.help;
        error
    }
}

/// Cuts `source` into tokens; the last one is [`Token::End`].
///
/// # Errors
/// No rule fits somewhere.
pub fn tokens(source: &str, version: Version) -> Result<Vec<Lexeme>, Fault> {
    let bytes = source.as_bytes();
    let mut lexemes = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if let Some(blank) = blank(rest) {
            at += blank;
            continue;
        }
        let Some((token, length)) = next(rest, version) else {
            let text = &source[at..];
            return Err(Fault::new(at, format!("invalid input text {text:?}")));
        };
        lexemes.push(Lexeme {
            token,
            start: at,
            end: at + length,
        });
        at += length;
    }
    lexemes.push(Lexeme {
        token: Token::End,
        start: at,
        end: at,
    });
    Ok(lexemes)
}

/// How many blanks the text begins with, if any. Go's `\s` has no vertical tab.
fn blank(rest: &[u8]) -> Option<usize> {
    let length = run(rest, |byte| {
        matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
    });
    (length > 0).then_some(length)
}

/// The token that the text begins with, and its length in bytes.
fn next(rest: &[u8], version: Version) -> Option<(Token, usize)> {
    let unsigned = version.is_from(UNSIGNED_NUMBERS);
    hex(rest)
        .map(|length| (Token::Bytes, length))
        .or_else(|| float(rest, unsigned).map(|length| (Token::Float, length)))
        .or_else(|| int(rest, unsigned).map(|length| (Token::Int, length)))
        .or_else(|| string(rest).map(|length| (Token::String, length)))
        .or_else(|| keyword(rest, version))
        .or_else(|| operator(rest, version))
        .or_else(|| word(rest))
}

fn hex(rest: &[u8]) -> Option<usize> {
    let digits = rest.strip_prefix(b"0x")?;
    let length = run(digits, |byte| byte.is_ascii_hexdigit());
    (length > 0).then_some(2 + length)
}

/// The length of a sign, where numbers have one.
fn sign(rest: &[u8], unsigned: bool) -> usize {
    usize::from(!unsigned && matches!(rest.first(), Some(b'+' | b'-')))
}

fn float(rest: &[u8], unsigned: bool) -> Option<usize> {
    let signed = sign(rest, unsigned);
    let number = &rest[signed..];
    let whole = digits(number);
    if number.get(whole) != Some(&b'.') {
        return None;
    }
    let fraction = digits(&number[whole + 1..]);
    // Newer releases take `1.`, older ones want a digit behind the point.
    if fraction == 0 && (whole == 0 || !unsigned) {
        return None;
    }
    let mut length = signed + whole + 1 + fraction;
    if matches!(rest.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(rest.get(length + 1 + sign..).unwrap_or_default());
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    Some(length)
}

fn int(rest: &[u8], unsigned: bool) -> Option<usize> {
    let signed = sign(rest, unsigned);
    let length = digits(&rest[signed..]);
    (length > 0).then_some(signed + length)
}

/// A text in quotes. A backslash takes the next character with it, unless that is a line break.
fn string(rest: &[u8]) -> Option<usize> {
    if rest.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        match rest.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' if rest.get(at + 1) == Some(&b'\n') => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn keyword(rest: &[u8], version: Version) -> Option<(Token, usize)> {
    let length = run(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let token = match &rest[..length] {
        b"nil" if version.is_from(NIL_TOKEN) => Token::Nil,
        b"not" => Token::Not,
        b"or" => Token::Or,
        b"and" => Token::And,
        b"true" | b"false" => Token::Boolean,
        _ => return None,
    };
    Some((token, length))
}

fn operator(rest: &[u8], version: Version) -> Option<(Token, usize)> {
    let two = rest.get(..2).unwrap_or_default();
    Some(match (rest.first()?, two) {
        (_, b"==" | b"!=" | b">=" | b"<=") => (Token::Comparison, 2),
        (b'>' | b'<', _) => (Token::Comparison, 1),
        (_, b"=>") if version.is_from(LAMBDAS) => (Token::Arrow, 2),
        (b'+' | b'-', _) => (Token::AddSub, 1),
        (b'*' | b'/', _) => (Token::MultDiv, 1),
        (b'=', _) => (Token::Equal, 1),
        (b'(' | b')' | b'{' | b'}' | b':' | b',' | b'.' | b'[' | b']', _) => (Token::Punct, 1),
        _ => return None,
    })
}

fn word(rest: &[u8]) -> Option<(Token, usize)> {
    let first = *rest.first()?;
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    match first {
        b'A'..=b'Z' => Some((Token::Uppercase, run(rest, upper))),
        b'a'..=b'z' => Some((Token::Lowercase, run(rest, lower))),
        b'_' if run(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'_') == 1 => {
            Some((Token::Underscore, 1))
        }
        _ => None,
    }
}

fn digits(rest: &[u8]) -> usize {
    run(rest, |byte| byte.is_ascii_digit())
}

fn run(rest: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    rest.iter().take_while(|byte| fits(**byte)).count()
}

/// The text that a literal in quotes stands for; `None` if an escape is wrong.
///
/// The escapes are those of Go (`strconv.UnquoteChar`), but a number of a byte stands for the character of
/// that number, and a line break may stand in the literal: upstream's parser puts characters together.
pub fn unquote(literal: &str) -> Option<Text> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(inner.into());
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = escape(&rest[at + 1..], &mut text)?;
    }
    text.push_str(rest);
    Some(text.into())
}

/// Decodes what stands behind a backslash; gives what follows.
fn escape<'a>(rest: &'a str, text: &mut String) -> Option<&'a str> {
    let kind = rest.chars().next()?;
    let after = &rest[kind.len_utf8()..];
    text.push(match kind {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' => '\\',
        '"' => '"',
        'x' => return number(after, 2, 16, text),
        'u' => return number(after, 4, 16, text),
        'U' => return number(after, 8, 16, text),
        '0'..='7' => return number(rest, 3, 8, text),
        _ => return None,
    });
    Some(after)
}

/// Decodes a character given by its number; three octal digits may not go beyond a byte.
fn number<'a>(rest: &'a str, digits: usize, radix: u32, text: &mut String) -> Option<&'a str> {
    let written = rest.get(..digits)?;
    if !written.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let value = u32::from_str_radix(written, radix).ok()?;
    if radix == 8 && value > 255 {
        return None;
    }
    text.push(char::from_u32(value)?);
    Some(&rest[digits..])
}
