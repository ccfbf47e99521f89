//! From tokens to a tree, as `pkg/ottl/grammar.go` has it.
//!
//! Upstream's parser tries alternatives in order and goes back; this one decides at once and accepts the
//! same texts. Nesting is limited, so that no text can exhaust the stack.

mod cursor;
mod math;
mod paths;
mod values;

use super::ast::Bool;
use super::ast::BoolKind;
use super::ast::Compare;
use super::ast::ExprKind;
use super::ast::Statement;
use super::lexer::Fault;
use super::lexer::Lexeme;
use super::lexer::Token;
use super::lexer::tokens;
use crate::collector::version::Version;

/// Reads a condition.
///
/// # Errors
/// It breaks the grammar.
pub fn condition(source: &str, version: Version) -> Result<Bool, Fault> {
    let mut parser = Parser::new(source, version)?;
    let condition = parser.or()?;
    parser.end()?;
    Ok(condition)
}

/// Reads a statement.
///
/// # Errors
/// It breaks the grammar.
pub fn statement(source: &str, version: Version) -> Result<Statement, Fault> {
    let mut parser = Parser::new(source, version)?;
    let start = parser.start();
    let Some(name) = parser.function_name(Token::Lowercase) else {
        if let Some(name) = parser.function_name(Token::Uppercase) {
            let message =
                format!("editor names must start with a lowercase letter but got '{name}'");
            return Err(Fault::new(start, message));
        }
        return Err(parser.unexpected("an editor"));
    };
    let editor = parser.call(name, start)?;
    if !editor.keys.is_empty() {
        let message = "only paths and converters may be indexed, not editors";
        return Err(Fault::new(start, message));
    }
    let condition = if parser.is_word("where") {
        parser.at += 1;
        Some(parser.or()?)
    } else {
        None
    };
    parser.end()?;
    Ok(Statement { editor, condition })
}

struct Parser<'a> {
    source: &'a str,
    version: Version,
    lexemes: Vec<Lexeme>,
    /// For each token, the first one from there on that is no part of a function's name.
    name_ends: Vec<usize>,
    at: usize,
    depth: usize,
    /// The fault that was met furthest to the right while trying.
    furthest: Option<Fault>,
}

impl<'a> Parser<'a> {
    fn new(source: &'a str, version: Version) -> Result<Self, Fault> {
        let lexemes = tokens(source, version)?;
        let mut name_ends = vec![0; lexemes.len()];
        let mut end = lexemes.len();
        for (at, lexeme) in lexemes.iter().enumerate().rev() {
            if !matches!(lexeme.token, Token::Uppercase | Token::Lowercase) {
                end = at;
            }
            name_ends[at] = end;
        }
        Ok(Self {
            source,
            version,
            lexemes,
            name_ends,
            at: 0,
            depth: 0,
            furthest: None,
        })
    }

    fn or(&mut self) -> Result<Bool, Fault> {
        let start = self.start();
        let mut parts = vec![self.and()?];
        while self.eat(Token::Or) {
            parts.push(self.and()?);
        }
        Ok(self.joined(start, parts, BoolKind::Or))
    }

    fn and(&mut self) -> Result<Bool, Fault> {
        let start = self.start();
        let mut parts = vec![self.bool_value()?];
        while self.eat(Token::And) {
            parts.push(self.bool_value()?);
        }
        Ok(self.joined(start, parts, BoolKind::And))
    }

    fn joined(&self, start: usize, mut parts: Vec<Bool>, join: fn(Vec<Bool>) -> BoolKind) -> Bool {
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                parts.extend(last);
                self.bool_from(start, join(parts))
            }
        }
    }

    fn bool_from(&self, start: usize, kind: BoolKind) -> Bool {
        let span = start..self.previous_end();
        Bool { span, kind }
    }

    fn bool_value(&mut self) -> Result<Bool, Fault> {
        let start = self.start();
        if self.eat(Token::Not) {
            let positive = self.unnegated()?;
            return Ok(self.bool_from(start, BoolKind::Not(Box::new(positive))));
        }
        self.unnegated()
    }

    fn unnegated(&mut self) -> Result<Bool, Fault> {
        let (start, before, depth) = (self.start(), self.at, self.depth);
        let tried = self.compared(start);
        self.depth = depth;
        match tried {
            Err(fault) if self.lexeme_is(before, "(") => {
                self.at = before;
                self.group(start, fault)
            }
            tried => tried,
        }
    }

    /// A comparison, a converter or a truth value.
    fn compared(&mut self, start: usize) -> Result<Bool, Fault> {
        let left = self.value()?;
        if self.token() == Token::Comparison {
            let op = self.comparison();
            let right = self.value()?;
            return Ok(self.bool_from(start, BoolKind::Compare { left, op, right }));
        }
        match left.kind {
            ExprKind::Bool(value) => Ok(self.bool_from(start, BoolKind::Literal(value))),
            ExprKind::Call(call) => Ok(self.bool_from(start, BoolKind::Call(call))),
            _ => Err(self.unexpected("a comparison")),
        }
    }

    /// A condition in parentheses; `tried` is why it is no value in parentheses.
    fn group(&mut self, start: usize, tried: Fault) -> Result<Bool, Fault> {
        self.remember(tried);
        self.deeper()?;
        self.at += 1;
        let inner = self.or()?;
        self.punct(")")?;
        self.depth -= 1;
        Ok(self.bool_from(start, BoolKind::Group(Box::new(inner))))
    }

    fn comparison(&mut self) -> Compare {
        let op = match self.text() {
            "==" => Compare::Eq,
            "!=" => Compare::Ne,
            "<" => Compare::Lt,
            "<=" => Compare::Lte,
            ">" => Compare::Gt,
            _ => Compare::Gte,
        };
        self.at += 1;
        op
    }
}
