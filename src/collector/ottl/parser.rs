//! From tokens to a tree, as `pkg/ottl/grammar.go` has it.
//!
//! Upstream's parser tries alternatives in order and goes back; this one decides at once and accepts the
//! same texts. Nesting is limited, so that no text can exhaust the stack.

use std::num::IntErrorKind;

use super::ast::Argument;
use super::ast::ArgumentValue;
use super::ast::Bool;
use super::ast::BoolKind;
use super::ast::Call;
use super::ast::Compare;
use super::ast::Expr;
use super::ast::ExprKind;
use super::ast::Factor;
use super::ast::Field;
use super::ast::Key;
use super::ast::Math;
use super::ast::Operator;
use super::ast::Path;
use super::ast::Statement;
use super::ast::Term;
use super::lexer::Fault;
use super::lexer::Lexeme;
use super::lexer::NIL_TOKEN;
use super::lexer::Token;
use super::lexer::tokens;
use super::lexer::unquote;
use crate::collector::text::Text;
use crate::collector::version::Version;

/// How deep parentheses, lists and calls may be nested. Upstream has no limit; no condition in use comes near.
const DEEPEST: usize = 64;

/// The first release in which keys may be computed: `attributes[ToLowerCase(name)]`.
const COMPUTED_KEYS: u16 = 118;

/// The first release in which keys may be reckoned: `attributes["a"][(1 + 1)]`.
const MATH_KEYS: u16 = 121;

/// The first release in which a sign may stand before a path, a call or parentheses.
const SIGNS: u16 = 144;

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

    fn value(&mut self) -> Result<Expr, Fault> {
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

    fn expr_from(&self, start: usize, kind: ExprKind) -> Expr {
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

    /// Sums and products; a single literal, path or call stays what it is.
    fn math(&mut self) -> Result<Expr, Fault> {
        let start = self.start();
        let first = self.term()?;
        let mut rest = Vec::new();
        while self.token() == Token::AddSub {
            let operator = self.operator();
            rest.push((operator, self.term()?));
        }
        if rest.is_empty() && first.rest.is_empty() && first.first.sign.is_none() {
            let value = first.first.value;
            // What is in parentheses stays maths, which some arguments may not be.
            if !matches!(value.kind, ExprKind::Math(_)) {
                return Ok(*value);
            }
            let math = Math {
                first: Term {
                    first: Factor { sign: None, value },
                    rest: Vec::new(),
                },
                rest,
            };
            return Ok(self.expr_from(start, ExprKind::Math(math)));
        }
        Ok(self.expr_from(start, ExprKind::Math(Math { first, rest })))
    }

    fn term(&mut self) -> Result<Term, Fault> {
        let first = self.factor()?;
        let mut rest = Vec::new();
        while self.token() == Token::MultDiv {
            let operator = self.operator();
            rest.push((operator, self.factor()?));
        }
        Ok(Term { first, rest })
    }

    fn factor(&mut self) -> Result<Factor, Fault> {
        let signed = self.version.is_from(SIGNS) && self.token() == Token::AddSub;
        let sign = signed.then(|| self.operator());
        let start = self.start();
        let value = if self.is_punct("(") {
            self.deeper()?;
            self.at += 1;
            let inner = self.math()?;
            self.punct(")")?;
            self.depth -= 1;
            let kind = match inner.kind {
                kind @ ExprKind::Math(_) => kind,
                kind => {
                    let value = Box::new(Expr {
                        span: inner.span,
                        kind,
                    });
                    let first = Term {
                        first: Factor { sign: None, value },
                        rest: Vec::new(),
                    };
                    ExprKind::Math(Math {
                        first,
                        rest: Vec::new(),
                    })
                }
            };
            self.expr_from(start, kind)
        } else {
            self.literal()?
        };
        let value = Box::new(value);
        Ok(Factor { sign, value })
    }

    fn operator(&mut self) -> Operator {
        let operator = match self.text() {
            "+" => Operator::Add,
            "-" => Operator::Sub,
            "*" => Operator::Mult,
            _ => Operator::Div,
        };
        self.at += 1;
        operator
    }

    /// What maths is made of: numbers, paths and converters.
    fn literal(&mut self) -> Result<Expr, Fault> {
        let start = self.start();
        let kind = match self.token() {
            Token::Float => {
                let value = self.float()?;
                self.taken(ExprKind::Float(value))
            }
            Token::Int => {
                let value = self.int()?;
                self.taken(ExprKind::Int(value))
            }
            Token::Uppercase if self.begins_call() => {
                let name = self.function_name(Token::Uppercase).unwrap_or_default();
                ExprKind::Call(self.call(name, start)?)
            }
            Token::Lowercase if self.begins_call() => {
                let name = self.function_name(Token::Lowercase).unwrap_or_default();
                let message =
                    format!("converter names must start with an uppercase letter but got '{name}'");
                return Err(Fault::new(start, message));
            }
            Token::Lowercase => ExprKind::Path(self.path()?),
            _ => return Err(self.unexpected("a value")),
        };
        Ok(self.expr_from(start, kind))
    }

    fn path(&mut self) -> Result<Path, Fault> {
        let start = self.start();
        let dotted = self.token_after(1) == Token::Punct && self.text_after(1) == ".";
        let context = if dotted {
            let name = self.text().to_owned();
            self.at += 2;
            Some(name)
        } else {
            None
        };
        let mut fields = vec![self.field()?];
        while self.is_punct(".") {
            self.at += 1;
            fields.push(self.field()?);
        }
        Ok(Path {
            span: start..self.previous_end(),
            context,
            fields,
        })
    }

    fn field(&mut self) -> Result<Field, Fault> {
        if self.token() != Token::Lowercase {
            return Err(self.unexpected("a field"));
        }
        let name = self.text().to_owned();
        self.at += 1;
        let keys = self.keys()?;
        Ok(Field { name, keys })
    }

    fn keys(&mut self) -> Result<Vec<Key>, Fault> {
        let mut keys = Vec::new();
        while self.is_punct("[") {
            self.at += 1;
            let key = match self.token() {
                Token::String => Key::Str(self.string()?),
                Token::Int => {
                    let value = self.int()?;
                    self.at += 1;
                    Key::Int(value)
                }
                _ if self.version.is_from(COMPUTED_KEYS) => {
                    self.deeper()?;
                    let value = if self.version.is_from(MATH_KEYS) {
                        self.math()?
                    } else {
                        self.literal()?
                    };
                    self.depth -= 1;
                    Key::Expr(value)
                }
                _ => return Err(self.unexpected("a key")),
            };
            self.punct("]")?;
            keys.push(key);
        }
        Ok(keys)
    }

    /// Whether a function's name and an opening parenthesis follow.
    fn begins_call(&self) -> bool {
        let after = self.name_ends.get(self.at).copied().unwrap_or_default();
        after > self.at && self.lexeme_is(after, "(")
    }

    /// A name made of words, the first of which is of the kind given; blanks between them do not matter.
    fn function_name(&mut self, first: Token) -> Option<String> {
        if self.token() != first {
            return None;
        }
        let mut name = String::new();
        while matches!(self.token(), Token::Uppercase | Token::Lowercase) {
            name.push_str(self.text());
            self.at += 1;
        }
        Some(name)
    }

    /// The arguments and keys of a call whose name was read.
    fn call(&mut self, name: String, start: usize) -> Result<Call, Fault> {
        self.punct("(")?;
        let mut arguments = Vec::new();
        if !self.is_punct(")") {
            arguments.push(self.argument()?);
            while self.is_punct(",") {
                self.at += 1;
                arguments.push(self.argument()?);
            }
        }
        self.punct(")")?;
        let keys = self.keys()?;
        Ok(Call {
            span: start..self.previous_end(),
            name,
            arguments,
            keys,
        })
    }

    fn argument(&mut self) -> Result<Argument, Fault> {
        let before = self.at;
        let mut name = self.function_name(Token::Lowercase);
        if name.is_some() && !self.eat(Token::Equal) {
            self.at = before;
            name = None;
        }
        let start = self.start();
        let bare = self.token() == Token::Uppercase
            && self.token_after(1) == Token::Lowercase
            && !self.begins_call();
        let value = if bare {
            let name = self.function_name(Token::Uppercase).unwrap_or_default();
            ArgumentValue::Function(name, start..self.previous_end())
        } else {
            ArgumentValue::Expr(self.value()?)
        };
        Ok(Argument { name, value })
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

    fn string(&mut self) -> Result<Text, Fault> {
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
    fn int(&self) -> Result<i64, Fault> {
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

    fn float(&self) -> Result<f64, Fault> {
        let text = self.text();
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => {
                let message = format!("strconv.ParseFloat: parsing \"{text}\": value out of range");
                Err(Fault::new(self.start(), message))
            }
        }
    }

    fn taken(&mut self, kind: ExprKind) -> ExprKind {
        self.at += 1;
        kind
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("nested more than {DEEPEST} levels deep, which is not simulated");
            return Err(Fault::new(self.start(), message));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        match self.token() {
            Token::End => Ok(()),
            _ => Err(self.unexpected("nothing more")),
        }
    }

    fn punct(&mut self, wanted: &str) -> Result<(), Fault> {
        if self.is_punct(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(&format!("`{wanted}`")))
    }

    fn eat(&mut self, token: Token) -> bool {
        let found = self.token() == token;
        self.at += usize::from(found);
        found
    }

    fn is_punct(&self, wanted: &str) -> bool {
        self.token() == Token::Punct && self.text() == wanted
    }

    fn lexeme_is(&self, at: usize, wanted: &str) -> bool {
        let lexeme = self.lexemes.get(at);
        lexeme.is_some_and(|lexeme| &self.source[lexeme.start..lexeme.end] == wanted)
    }

    fn is_word(&self, wanted: &str) -> bool {
        self.token() == Token::Lowercase && self.text() == wanted
    }

    fn token(&self) -> Token {
        self.token_after(0)
    }

    fn text(&self) -> &'a str {
        self.text_after(0)
    }

    fn token_after(&self, count: usize) -> Token {
        let lexeme = self.lexemes.get(self.at + count);
        lexeme.map_or(Token::End, |lexeme| lexeme.token)
    }

    fn text_after(&self, count: usize) -> &'a str {
        let lexeme = self.lexemes.get(self.at + count);
        lexeme.map_or("", |lexeme| &self.source[lexeme.start..lexeme.end])
    }

    fn start(&self) -> usize {
        let lexeme = self.lexemes.get(self.at);
        lexeme.map_or(self.source.len(), |lexeme| lexeme.start)
    }

    fn previous_end(&self) -> usize {
        let previous = self.at.checked_sub(1);
        let lexeme = previous.and_then(|at| self.lexemes.get(at));
        lexeme.map_or(0, |lexeme| lexeme.end)
    }

    /// The fault of a token that does not fit here, or an earlier one further to the right.
    fn unexpected(&mut self, wanted: &str) -> Fault {
        let found = match self.token() {
            Token::End => "the end".to_owned(),
            _ => format!("`{}`", self.text()),
        };
        let message = format!("expected {wanted}, found {found}");
        let fault = Fault::new(self.start(), message);
        match &self.furthest {
            Some(further) if further.offset > fault.offset => further.clone(),
            _ => fault,
        }
    }

    fn remember(&mut self, fault: Fault) {
        let further = |own: &Fault| own.offset < fault.offset;
        if self.furthest.as_ref().is_none_or(further) {
            self.furthest = Some(fault);
        }
    }
}
