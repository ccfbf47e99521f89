//! Sums and products, and what they are made of.

use super::Parser;
use crate::collector::ottl::ast::Expr;
use crate::collector::ottl::ast::ExprKind;
use crate::collector::ottl::ast::Factor;
use crate::collector::ottl::ast::Math;
use crate::collector::ottl::ast::Operator;
use crate::collector::ottl::ast::Term;
use crate::collector::ottl::lexer::Fault;
use crate::collector::ottl::lexer::Token;

/// The first release in which a sign may stand before a path, a call or parentheses.
const SIGNS: u16 = 144;

impl Parser<'_> {
    /// Sums and products; a single literal, path or call stays what it is.
    pub(super) fn math(&mut self) -> Result<Expr, Fault> {
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
    pub(super) fn literal(&mut self) -> Result<Expr, Fault> {
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
}
