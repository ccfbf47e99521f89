//! Paths with their keys, and calls with their arguments.

use super::Parser;
use crate::collector::ottl::ast::Argument;
use crate::collector::ottl::ast::ArgumentValue;
use crate::collector::ottl::ast::Call;
use crate::collector::ottl::ast::Field;
use crate::collector::ottl::ast::Key;
use crate::collector::ottl::ast::Path;
use crate::collector::ottl::lexer::Fault;
use crate::collector::ottl::lexer::Token;

/// The first release in which keys may be computed: `attributes[ToLowerCase(name)]`.
const COMPUTED_KEYS: u16 = 118;

/// The first release in which keys may be reckoned: `attributes["a"][(1 + 1)]`.
const MATH_KEYS: u16 = 121;

impl Parser<'_> {
    pub(super) fn path(&mut self) -> Result<Path, Fault> {
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
    pub(super) fn begins_call(&self) -> bool {
        let after = self.name_ends.get(self.at).copied().unwrap_or_default();
        after > self.at && self.lexeme_is(after, "(")
    }

    /// A name made of words, the first of which is of the kind given; blanks between them do not matter.
    pub(super) fn function_name(&mut self, first: Token) -> Option<String> {
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
    pub(super) fn call(&mut self, name: String, start: usize) -> Result<Call, Fault> {
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
}
