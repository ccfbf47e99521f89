//! A regular expression in an argument: compiled at start if it is literal, else for each item
//! (`pkg/ottl/ottlfuncs/regex_helpers.go`).

use std::cell::RefCell;

use crate::collector::ottl::scene::Scene;
use crate::collector::ottl::val::Val;
use crate::collector::regex::GoRegex;
use crate::collector::text::Text;

use super::arguments::Term;
use super::arguments::text;
use super::arguments::unexpected;

/// A pattern, known at start or not.
pub struct Pattern {
    source: Source,
}

enum Source {
    /// A literal.
    Fixed(GoRegex),
    /// Compiled when it differs from the one before.
    Moving {
        term: Term,
        last: RefCell<Option<(Text, GoRegex)>>,
    },
}

impl Pattern {
    /// The pattern of an argument of `function`.
    ///
    /// # Errors
    /// It is literal, and none.
    pub fn new(function: &str, term: Term) -> Result<Self, String> {
        let source = match term.literal() {
            Some(literal) => {
                let Val::Str(pattern) = literal else {
                    return Err(unexpected("string", literal));
                };
                let regex = GoRegex::new(pattern.as_str()).map_err(|error| {
                    format!(
                        "the regex pattern supplied to {function} '{:?}' \
                         is not a valid pattern: {error}",
                        pattern.as_str()
                    )
                })?;
                Source::Fixed(regex)
            }
            None => Source::Moving {
                term,
                last: RefCell::new(None),
            },
        };
        Ok(Self { source })
    }

    /// The pattern, if it is known at start.
    pub fn fixed(&self) -> Option<&GoRegex> {
        match &self.source {
            Source::Fixed(regex) => Some(regex),
            Source::Moving { .. } => None,
        }
    }

    /// The pattern for an item.
    ///
    /// # Errors
    /// The argument has no value, or one that is no pattern.
    pub fn get(&self, scene: &Scene<'_>) -> Result<GoRegex, String> {
        let (term, last) = match &self.source {
            Source::Fixed(regex) => return Ok(regex.clone()),
            Source::Moving { term, last } => (term, last),
        };
        let pattern = text(term.as_ref(), scene)?;
        let mut last = last.borrow_mut();
        if let Some((own, regex)) = last.as_ref()
            && *own == pattern
        {
            return Ok(regex.clone());
        }
        let regex = GoRegex::new(&pattern).map_err(|error| error.to_string())?;
        *last = Some((pattern, regex.clone()));
        Ok(regex)
    }
}
