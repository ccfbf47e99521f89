//! Literals and lists: what a value is before anything is reckoned with it.

use std::num::IntErrorKind;

use super::Parser;
use crate::collector::ottl::ast::Expr;
use crate::collector::ottl::ast::ExprKind;
use crate::collector::ottl::lexer::Fault;
use crate::collector::ottl::lexer::NIL_TOKEN;
use crate::collector::ottl::lexer::Token;
use crate::collector::ottl::lexer::unquote;
use crate::collector::text::Text;

impl Parser<'_> {
    pub(super) fn value(&mut self) -> Result<Expr, Fault> {
        self.deeper()?;
        let value = self.value_inside();
        self.depth -= 1;
        value
    }

    fn value_inside(&mut self) -> Result<Expr, Fault> {
        let start = self.start();
        let kind = match self.token() {
            Token::Nil => self.taken(ExprKind::Nil),
            Token::Lowercase if self.text() == "nil" => self.taken(ExprKind::Nil),
            Token::String => match self.string()? {
                // The grammar asks for a token that reads `nil`, which a text in quotes does too.
                text if text == "nil" && !self.version.is_from(NIL_TOKEN) => ExprKind::Nil,
                text => ExprKind::Str(text),
            },
            Token::Bytes => ExprKind::Bytes(self.bytes()?),
            Token::Boolean => {
                let value = self.text() == "true";
                self.taken(ExprKind::Bool(value))
            }
            Token::Punct if self.is_punct("[") => self.list()?,
            Token::Punct if self.is_punct("{") => self.map()?,
            Token::Uppercase if !self.begins_call() => {
                if self.token_after(1) == Token::Lowercase {
                    return Err(self.unexpected("a value"));
                }
                let name = self.text().to_owned();
                self.taken(ExprKind::Enum(name))
            }
            _ => {
                self.refuse_lambda()?;
                return self.math();
            }
        };
        Ok(self.expr_from(start, kind))
    }

    pub(super) fn expr_from(&self, start: usize, kind: ExprKind) -> Expr {
        let span = start..self.previous_end();
        Expr { span, kind }
    }

    /// `(x) => …`: behind a feature gate that is off, so that every use of it is refused at start.
    fn refuse_lambda(&self) -> Result<(), Fault> {
        if !self.is_punct("(") {
            return Ok(());
        }
        let words = self.lexemes[self.at + 1..].iter().take_while(|lexeme| {
            matches!(lexeme.token, Token::Lowercase | Token::Underscore)
                || &self.source[lexeme.start..lexeme.end] == ","
        });
        let after = self.at + 1 + words.count();
        let token = |at: usize| self.lexemes.get(at).map(|lexeme| lexeme.token);
        if token(after) == Some(Token::Punct) && token(after + 1) == Some(Token::Arrow) {
            let message = "lambda expressions require the `ottl.functions.enableLambda` \
                           feature gate, which is not simulated";
            return Err(Fault::new(self.start(), message));
        }
        Ok(())
    }

    /// Values may follow each other without a comma up to the first one; upstream's grammar says so.
    fn list(&mut self) -> Result<ExprKind, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.is_punct("]") && !self.is_punct(",") {
            items.push(self.value()?);
        }
        while self.is_punct(",") {
            self.at += 1;
            items.push(self.value()?);
        }
        self.punct("]")?;
        Ok(ExprKind::List(items))
    }

    /// Commas between the entries may be left out; upstream's grammar says so.
    fn map(&mut self) -> Result<ExprKind, Fault> {
        self.at += 1;
        let mut entries = Vec::new();
        while self.token() == Token::String {
            let key = self.string()?;
            self.punct(":")?;
            entries.push((key, self.value()?));
            if self.is_punct(",") {
                self.at += 1;
            }
        }
        self.punct("}")?;
        Ok(ExprKind::Map(entries))
    }

    pub(super) fn string(&mut self) -> Result<Text, Fault> {
        let literal = self.text();
        let Some(text) = unquote(literal) else {
            let message = format!("invalid quoted string {literal}");
            return Err(Fault::new(self.start(), message));
        };
        self.at += 1;
        Ok(text)
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Fault> {
        let digits = &self.text().as_bytes()[2..];
        if digits.len() % 2 == 1 {
            return Err(Fault::new(self.start(), "odd length hex string"));
        }
        let nibble = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default();
        let byte = |pair: &[u8]| (nibble(pair[0]) * 16 + nibble(pair[1])) as u8;
        let bytes = digits.chunks_exact(2).map(byte).collect();
        self.at += 1;
        Ok(bytes)
    }

    /// A leading zero makes it octal, as Go's `strconv.ParseInt` with base 0.
    pub(super) fn int(&self) -> Result<i64, Fault> {
        let text = self.text();
        let unsigned = text.trim_start_matches(['+', '-']);
        let octal = unsigned.len() > 1 && unsigned.starts_with('0');
        let radix = if octal { 8 } else { 10 };
        i64::from_str_radix(text, radix).map_err(|error| {
            let why = match error.kind() {
                IntErrorKind::InvalidDigit => "invalid syntax",
                _ => "value out of range",
            };
            let message = format!("strconv.ParseInt: parsing \"{text}\": {why}");
            Fault::new(self.start(), message)
        })
    }

    pub(super) fn float(&self) -> Result<f64, Fault> {
        let text = self.text();
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => {
                let message = format!("strconv.ParseFloat: parsing \"{text}\": value out of range");
                Err(Fault::new(self.start(), message))
            }
        }
    }

    pub(super) fn taken(&mut self, kind: ExprKind) -> ExprKind {
        self.at += 1;
        kind
    }
}
