//! The words of a selector, with the columns at which they stand.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use super::SelectorError;

/// Cuts a text into tokens.
pub(super) struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
    /// Of the next character.
    column: usize,
}

/// A token, and where it begins.
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) column: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Letters, digits, `_` and `:`.
    Word(String),
    /// Quoted, the escapes undone.
    Text(String),
    Open,
    Close,
    Comma,
    /// `=`, `!=`, `=~` or `!~`.
    Operator(&'static str),
    Other(char),
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(out, "`{word}`"),
            Self::Text(_) => out.write_str("a text in quotes"),
            Self::Open => out.write_str("`{`"),
            Self::Close => out.write_str("`}`"),
            Self::Comma => out.write_str("a comma"),
            Self::Operator(operator) => write!(out, "`{operator}`"),
            Self::Other(other) => write!(out, "`{other}`"),
            Self::End => out.write_str("the end"),
        }
    }
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars().peekable(),
            column: 1,
        }
    }

    fn take(&mut self) -> Option<char> {
        let taken = self.rest.next()?;
        self.column += 1;
        Some(taken)
    }

    fn take_if(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        if self.rest.peek().copied().is_some_and(wanted) {
            self.take()
        } else {
            None
        }
    }

    pub(super) fn next(&mut self) -> Result<Placed, SelectorError> {
        while self
            .take_if(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
            .is_some()
        {}
        let column = self.column;
        let token = match self.take() {
            None => Token::End,
            Some('{') => Token::Open,
            Some('}') => Token::Close,
            Some(',') => Token::Comma,
            Some('=') if self.take_if(|c| c == '~').is_some() => Token::Operator("=~"),
            Some('=') => Token::Operator("="),
            Some('!') if self.take_if(|c| c == '=').is_some() => Token::Operator("!="),
            Some('!') if self.take_if(|c| c == '~').is_some() => Token::Operator("!~"),
            Some('`') => Token::Text(self.raw(column)?),
            Some(quote @ ('"' | '\'')) => Token::Text(self.quoted(quote, column)?),
            Some(first) if is_of_word(first) => {
                let mut word = String::from(first);
                while let Some(more) = self.take_if(is_of_word) {
                    word.push(more);
                }
                Token::Word(word)
            }
            Some(other) => Token::Other(other),
        };
        Ok(Placed { token, column })
    }

    /// Between backticks everything stands for itself.
    fn raw(&mut self, start: usize) -> Result<String, SelectorError> {
        let mut text = String::new();
        loop {
            match self.take() {
                Some('`') => return Ok(text),
                Some(c) => text.push(c),
                None => return Err(not_closed(start)),
            }
        }
    }

    /// Between quotes, with the escapes of Go. Those that name a byte may together make a character.
    fn quoted(&mut self, quote: char, start: usize) -> Result<String, SelectorError> {
        let mut bytes = Vec::new();
        loop {
            let column = self.column;
            match self.take() {
                Some('\n') | None => return Err(not_closed(start)),
                Some('\\') => self.escape(quote, column, &mut bytes)?,
                Some(c) if c == quote => break,
                Some(c) => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        String::from_utf8(bytes).map_err(|_| SelectorError::new(start, "the value is not UTF-8"))
    }

    fn escape(
        &mut self,
        quote: char,
        column: usize,
        bytes: &mut Vec<u8>,
    ) -> Result<(), SelectorError> {
        let Some(kind) = self.take() else {
            return Err(SelectorError::new(
                column,
                "nothing stands behind the backslash",
            ));
        };
        let wrong = |shown: String| {
            let message =
                format!("\\{shown} is no escape; write \\\\ for a backslash, or use backticks");
            SelectorError::new(column, message)
        };
        let byte = match kind {
            'a' => 0x07,
            'b' => 0x08,
            'f' => 0x0c,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 0x0b,
            '\\' => b'\\',
            c if c == quote => c as u8,
            'x' => {
                let code = self.digits(16, 2, 0);
                let code = code.and_then(|code| u8::try_from(code).ok());
                code.ok_or_else(|| wrong("x".to_owned()))?
            }
            '0'..='7' => {
                let first = kind.to_digit(8).unwrap_or_default();
                let code = self.digits(8, 2, first);
                let code = code.and_then(|code| u8::try_from(code).ok());
                code.ok_or_else(|| wrong(kind.to_string()))?
            }
            'u' | 'U' => {
                let code = self.digits(16, if kind == 'u' { 4 } else { 8 }, 0);
                let c = code.and_then(char::from_u32);
                let c = c.ok_or_else(|| wrong(kind.to_string()))?;
                bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                return Ok(());
            }
            other => return Err(wrong(other.to_string())),
        };
        bytes.push(byte);
        Ok(())
    }

    /// Exactly `count` digits behind those that `code` stands for.
    fn digits(&mut self, radix: u32, count: usize, mut code: u32) -> Option<u32> {
        for _ in 0..count {
            let digit = self.take_if(|c| c.is_digit(radix))?.to_digit(radix)?;
            code = code.checked_mul(radix)?.checked_add(digit)?;
        }
        Some(code)
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

fn not_closed(start: usize) -> SelectorError {
    SelectorError::new(start, "the quote is not closed")
}
