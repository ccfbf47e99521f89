//! Words of an expression (`parser/lexer` of expr-lang).

use super::Dialect;
use super::Fault;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name.
    Identifier,
    /// A number, not read yet.
    Number,
    /// A text without its quotes, escapes undone.
    Text,
    /// An operator, a comma or a semicolon.
    Operator,
    /// A bracket of any form.
    Bracket,
    /// The end.
    End,
}

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub text: String,
    /// Which character it starts with, from 1.
    pub column: usize,
}

impl Token {
    /// Whether it is this word.
    pub(super) fn is(&self, kind: Kind, text: &str) -> bool {
        self.kind == kind && self.text == text
    }
}

/// The words of a text, the end last.
///
/// # Errors
/// It has what is no word.
pub(super) fn lex(text: &str, dialect: Dialect) -> Result<Vec<Token>, Fault> {
    let mut lexer = Lexer {
        source: text.chars().collect(),
        at: 0,
        start: 0,
        tokens: Vec::new(),
        dialect,
    };
    while lexer.word()? {}
    Ok(lexer.tokens)
}

struct Lexer {
    source: Vec<char>,
    at: usize,
    start: usize,
    tokens: Vec<Token>,
    dialect: Dialect,
}

fn is_alphabetic(one: char) -> bool {
    one == '_' || one == '$' || one.is_ascii_alphabetic()
}

fn is_alphanumeric(one: char) -> bool {
    is_alphabetic(one) || one.is_ascii_digit()
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let one = self.peek();
        self.at += usize::from(one.is_some());
        one
    }

    fn accept(&mut self, set: &str) -> bool {
        let hit = self.peek().is_some_and(|one| set.contains(one));
        self.at += usize::from(hit);
        hit
    }

    fn accept_run(&mut self, set: &str) {
        while self.accept(set) {}
    }

    fn written(&self) -> String {
        self.source[self.start..self.at].iter().collect()
    }

    fn wrong(&self, what: &str) -> Fault {
        Fault::Wrong(format!("{what} at character {}", self.at))
    }

    fn emit_text(&mut self, kind: Kind, text: String) {
        self.tokens.push(Token {
            kind,
            text,
            column: self.start + 1,
        });
        self.start = self.at;
    }

    fn emit(&mut self, kind: Kind) {
        let text = self.written();
        self.emit_text(kind, text);
    }

    /// Reads one word, a comment or white space; false at the end.
    fn word(&mut self) -> Result<bool, Fault> {
        self.start = self.at;
        let Some(one) = self.next() else {
            self.emit(Kind::End);
            return Ok(false);
        };
        match one {
            _ if one.is_whitespace() => {}
            '\'' | '"' => {
                let text = self.quoted(one)?;
                self.emit_text(Kind::Text, text);
            }
            '`' => {
                let text = self.raw()?;
                self.emit_text(Kind::Text, text);
            }
            'b' | 'B'
                if self.dialect.is_new()
                    && self.peek().is_some_and(|next| "'\"".contains(next)) =>
            {
                return Err(Fault::NotSimulated("a literal of bytes (`b\"…\"`)".into()));
            }
            '0'..='9' => {
                self.at -= 1;
                self.number()?;
            }
            '?' => {
                self.accept(".?");
                self.emit(Kind::Operator);
            }
            '/' => self.slash()?,
            '#' => {
                self.accept("#");
                self.emit(Kind::Operator);
                while self.peek().is_some_and(is_alphanumeric) {
                    self.at += 1;
                }
                if self.at > self.start {
                    self.emit(Kind::Identifier);
                }
            }
            '|' | ':' => {
                self.accept(if one == '|' { "|" } else { ":" });
                self.emit(Kind::Operator);
            }
            '(' | '[' | '{' | ')' | ']' | '}' => self.emit(Kind::Bracket),
            ',' | ';' | '%' | '+' | '-' | '^' => self.emit(Kind::Operator),
            '&' | '!' | '=' | '*' | '<' | '>' => {
                self.accept("&=*");
                self.emit(Kind::Operator);
            }
            '.' => {
                if self.peek().is_some_and(|next| next.is_ascii_digit()) {
                    self.at -= 1;
                    self.number()?;
                } else {
                    self.accept(".");
                    self.emit(Kind::Operator);
                }
            }
            _ if is_alphabetic(one) => {
                while self.peek().is_some_and(is_alphanumeric) {
                    self.at += 1;
                }
                if self.peek().is_some_and(char::is_alphanumeric) {
                    return Err(foreign());
                }
                self.emit(word_kind(&self.written(), self.dialect));
            }
            _ if one.is_alphanumeric() => return Err(foreign()),
            _ => return Err(self.wrong(&format!("unrecognized character `{one}`"))),
        }
        Ok(true)
    }

    fn slash(&mut self) -> Result<(), Fault> {
        if self.accept("/") {
            while self.next().is_some_and(|one| one != '\n') {}
        } else if self.accept("*") {
            loop {
                match self.next() {
                    None => return Err(self.wrong("unclosed comment")),
                    Some('*') if self.accept("/") => break,
                    Some(_) => {}
                }
            }
        } else {
            self.emit(Kind::Operator);
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        let end = self.at;
        if self.accept(".") {
            // Two points are the operator of ranges.
            if self.peek() == Some('.') {
                self.at = end;
                self.emit(Kind::Number);
                return Ok(());
            }
            self.accept_run(digits);
        }
        if self.accept("eE") {
            self.accept("+-");
            self.accept_run(digits);
        }
        if self
            .peek()
            .is_some_and(|one| is_alphanumeric(one) || one.is_alphanumeric())
        {
            return Err(self.wrong("bad number syntax"));
        }
        self.emit(Kind::Number);
        Ok(())
    }

    /// What stands between backticks.
    fn raw(&mut self) -> Result<String, Fault> {
        let mut out = String::new();
        loop {
            match self.next() {
                None => return Err(self.wrong("literal not terminated")),
                Some('`') if self.dialect.is_new() && self.accept("`") => out.push('`'),
                Some('`') => return Ok(out),
                Some(one) => out.push(one),
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Fault> {
        let mut out = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return Err(self.wrong("literal not terminated")),
                Some(one) if one == quote => return Ok(out),
                Some('\\') => out.push(self.escape(quote)?),
                Some('\r') => out.push('\n'),
                Some(one) => out.push(one),
            }
        }
    }

    fn escape(&mut self, quote: char) -> Result<char, Fault> {
        let invalid = |lexer: &Self| lexer.wrong("invalid char escape");
        let code = match self.next() {
            Some('a') => 0x07,
            Some('b') => 0x08,
            Some('f') => 0x0c,
            Some('n') => 0x0a,
            Some('r') => 0x0d,
            Some('t') => 0x09,
            Some('v') => 0x0b,
            Some('\\') => 0x5c,
            Some(one) if one == quote => return Ok(one),
            Some('0'..='3') => {
                self.at -= 1;
                self.digits(3, 8)?
            }
            Some('x') => self.digits(2, 16)?,
            Some('u') if self.dialect.is_new() && self.peek() == Some('{') => {
                return Err(Fault::NotSimulated(r"the escape `\u{…}`".into()));
            }
            Some('u') => self.digits(4, 16)?,
            Some('U') => self.digits(8, 16)?,
            _ => return Err(invalid(self)),
        };
        match code {
            0x11_0000.. => Err(invalid(self)),
            // As Go writes what is no character.
            code => Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn digits(&mut self, count: usize, base: u32) -> Result<u32, Fault> {
        let mut value: u32 = 0;
        for _ in 0..count {
            let digit = self.next().and_then(|one| one.to_digit(base));
            let digit = digit.ok_or_else(|| self.wrong("invalid char escape"))?;
            value = value
                .checked_mul(base)
                .map_or(u32::MAX, |value| value + digit);
        }
        Ok(value)
    }
}

fn foreign() -> Fault {
    Fault::NotSimulated("a name with letters beyond ASCII".into())
}

fn word_kind(word: &str, dialect: Dialect) -> Kind {
    match word {
        "not" | "in" | "or" | "and" | "matches" | "contains" | "startsWith" | "endsWith"
        | "let" => Kind::Operator,
        "if" | "else" if dialect.is_new() => Kind::Operator,
        _ => Kind::Identifier,
    }
}
