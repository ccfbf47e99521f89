//! Parts of a pattern with what Go measures of them: how deep they nest, how long the program gets.

use regex_syntax::hir::Hir;

use super::error::Fault;
use super::error::RegexError;

/// Levels of a tree that Go allows (`regexp/syntax/parse.go`, `maxHeight`).
const MAX_HEIGHT: usize = 1000;

/// Instructions of a program that Go allows (`maxSize`).
const MAX_SIZE: u64 = (128 << 20) / 40;

/// A part of a pattern.
pub(super) struct Item {
    pub(super) tree: Hir,
    kind: Kind,
    /// Levels.
    height: usize,
    /// Instructions.
    size: u64,
    /// How often the innermost thing is repeated by counts.
    repeats: u32,
}

#[derive(PartialEq, Eq)]
enum Kind {
    Literal,
    Concat,
    Alternation,
    Other,
}

impl Item {
    pub(super) fn leaf(tree: Hir) -> Self {
        let kind = Kind::Other;
        Self {
            tree,
            kind,
            height: 1,
            size: 1,
            repeats: 1,
        }
    }

    pub(super) fn literal(tree: Hir) -> Self {
        let mut item = Self::leaf(tree);
        item.kind = Kind::Literal;
        item
    }

    pub(super) fn concat(items: Vec<Self>) -> Self {
        // A run of literals is one node for Go.
        let all_literal = items.iter().all(|item| item.kind == Kind::Literal);
        let mut all = Self::all(items, Kind::Concat, Hir::concat);
        if all.kind == Kind::Concat && all_literal {
            (all.kind, all.height) = (Kind::Literal, 1);
        }
        all
    }

    pub(super) fn alternation(items: Vec<Self>) -> Self {
        let bars = items.len().saturating_sub(1) as u64;
        let mut all = Self::all(items, Kind::Alternation, Hir::alternation);
        all.size = all.size.saturating_add(bars);
        all
    }

    /// Go keeps no list within a list of the same kind, so these do not add to the height.
    fn all(mut items: Vec<Self>, kind: Kind, join: fn(Vec<Hir>) -> Hir) -> Self {
        if items.len() == 1
            && let Some(item) = items.pop()
        {
            return item;
        }
        let height = |item: &Self| item.height - usize::from(item.kind == kind);
        let inner = items.iter().map(height).max().unwrap_or(0);
        let size = items.iter().map(|item| item.size);
        let size = size.fold(0, u64::saturating_add).max(1);
        let repeats = items.iter().map(|item| item.repeats).max().unwrap_or(1);
        let tree = join(items.into_iter().map(|item| item.tree).collect());
        Self {
            tree,
            kind,
            height: inner + 1,
            size,
            repeats,
        }
    }

    /// One level and some instructions more.
    pub(super) fn wrapped(self, instructions: u64, wrap: impl FnOnce(Hir) -> Hir) -> Self {
        Self {
            tree: wrap(self.tree),
            kind: Kind::Other,
            height: self.height + 1,
            size: self.size.saturating_add(instructions),
            repeats: self.repeats,
        }
    }

    pub(super) fn repetition(
        self,
        min: u32,
        max: Option<u32>,
        wrap: impl FnOnce(Hir) -> Hir,
    ) -> Self {
        let size = self.size;
        let mut item = self.wrapped(0, wrap);
        let copies = size.saturating_mul(u64::from(max.unwrap_or(min)));
        item.size = match max {
            None if min == 0 => size.saturating_add(2),
            None => copies.saturating_add(1),
            Some(max) => copies.saturating_add(u64::from(max - min)).max(1),
        };
        item
    }

    /// Counts a repetition by numbers; false where the nested numbers make too many (`repeatIsValid`).
    pub(super) fn repeated(&mut self, min: u32, max: Option<u32>, most: u32) -> bool {
        self.repeats = match (max, min) {
            (Some(0), _) => 1,
            (None, 0) => self.repeats,
            (Some(times), _) | (None, times) => self.repeats.saturating_mul(times),
        };
        let checked = min >= 2 || max.is_some_and(|max| max >= 2);
        !checked || self.repeats <= most
    }

    pub(super) fn check(&self, pattern: &str) -> Result<(), RegexError> {
        if self.size > MAX_SIZE {
            return Err(RegexError::syntax(Fault::TooLarge, pattern));
        }
        if self.height > MAX_HEIGHT {
            return Err(RegexError::syntax(Fault::TooDeep, pattern));
        }
        Ok(())
    }
}
