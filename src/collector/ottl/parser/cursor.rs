//! Where the parser stands among the tokens, and what it says of one that does not fit.

use super::Parser;
use crate::collector::ottl::lexer::Fault;
use crate::collector::ottl::lexer::Token;

/// How deep parentheses, lists and calls may be nested. Upstream has no limit; no condition in use comes near.
const DEEPEST: usize = 64;

impl<'a> Parser<'a> {
    pub(super) fn deeper(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("nested more than {DEEPEST} levels deep, which is not simulated");
            return Err(Fault::new(self.start(), message));
        }
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), Fault> {
        match self.token() {
            Token::End => Ok(()),
            _ => Err(self.unexpected("nothing more")),
        }
    }

    pub(super) fn punct(&mut self, wanted: &str) -> Result<(), Fault> {
        if self.is_punct(wanted) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(&format!("`{wanted}`")))
    }

    pub(super) fn eat(&mut self, token: Token) -> bool {
        let found = self.token() == token;
        self.at += usize::from(found);
        found
    }

    pub(super) fn is_punct(&self, wanted: &str) -> bool {
        self.token() == Token::Punct && self.text() == wanted
    }

    pub(super) fn lexeme_is(&self, at: usize, wanted: &str) -> bool {
        let lexeme = self.lexemes.get(at);
        lexeme.is_some_and(|lexeme| &self.source[lexeme.start..lexeme.end] == wanted)
    }

    pub(super) fn is_word(&self, wanted: &str) -> bool {
        self.token() == Token::Lowercase && self.text() == wanted
    }

    pub(super) fn token(&self) -> Token {
        self.token_after(0)
    }

    pub(super) fn text(&self) -> &'a str {
        self.text_after(0)
    }

    pub(super) fn token_after(&self, count: usize) -> Token {
        let lexeme = self.lexemes.get(self.at + count);
        lexeme.map_or(Token::End, |lexeme| lexeme.token)
    }

    pub(super) fn text_after(&self, count: usize) -> &'a str {
        let lexeme = self.lexemes.get(self.at + count);
        lexeme.map_or("", |lexeme| &self.source[lexeme.start..lexeme.end])
    }

    pub(super) fn start(&self) -> usize {
        let lexeme = self.lexemes.get(self.at);
        lexeme.map_or(self.source.len(), |lexeme| lexeme.start)
    }

    pub(super) fn previous_end(&self) -> usize {
        let previous = self.at.checked_sub(1);
        let lexeme = previous.and_then(|at| self.lexemes.get(at));
        lexeme.map_or(0, |lexeme| lexeme.end)
    }

    /// The fault of a token that does not fit here, or an earlier one further to the right.
    pub(super) fn unexpected(&mut self, wanted: &str) -> Fault {
        let found = match self.token() {
            Token::End => "the end".to_owned(),
            _ => format!("`{}`", self.text()),
        };
        let message = format!("expected {wanted}, found {found}");
        let lexeme = self.lexemes.get(self.at);
        let span = lexeme.map_or(self.start()..self.start(), |lexeme| {
            lexeme.start..lexeme.end
        });
        let fault = Fault::of(&span, message);
        match &self.furthest {
            Some(further) if further.offset > fault.offset => further.clone(),
            _ => fault,
        }
    }

    pub(super) fn remember(&mut self, fault: Fault) {
        let further = |own: &Fault| own.offset < fault.offset;
        if self.furthest.as_ref().is_none_or(further) {
            self.furthest = Some(fault);
        }
    }
}
