//! Why a pattern is no regular expression, in Go's words.

/// What is wrong with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A range whose end comes before its start, or a class that has no such name.
    #[error("invalid character class range")]
    CharRange,
    /// A backslash before something that has no meaning.
    #[error("invalid escape sequence")]
    Escape,
    /// The name of a group is empty, unfinished or has other characters than letters, digits and `_`.
    #[error("invalid named capture")]
    NamedCapture,
    /// A flag or group of other dialects, lookaround for one.
    #[error("invalid or unsupported Perl syntax")]
    PerlSyntax,
    /// `a**` and its kin.
    #[error("invalid nested repetition operator")]
    NestedRepetition,
    /// More than 1000 repetitions, also by nesting, or the bounds in the wrong order.
    #[error("invalid repeat count")]
    RepeatCount,
    /// `[` without `]`.
    #[error("missing closing ]")]
    MissingBracket,
    /// `(` without `)`.
    #[error("missing closing )")]
    MissingParen,
    /// Nothing stands before the operator.
    #[error("missing argument to repetition operator")]
    MissingArgument,
    /// The pattern ends with a backslash.
    #[error("trailing backslash at end of expression")]
    TrailingBackslash,
    /// `)` without `(`.
    #[error("unexpected )")]
    UnexpectedParen,
    /// More than 1000 levels.
    #[error("expression nests too deeply")]
    TooDeep,
    /// More than Go is ready to hold.
    #[error("expression too large")]
    TooLarge,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegexError {
    /// Go refuses it.
    #[error("error parsing regexp: {fault}: `{excerpt}`")]
    Syntax {
        /// What is wrong.
        fault: Fault,
        /// The part of the pattern that is.
        excerpt: String,
    },
    /// Go takes it, but the automaton would not fit in the memory it may have here.
    #[error("regular expression is too large to be simulated: it needs more than {limit_mib} MiB")]
    TooLarge {
        /// What it may have.
        limit_mib: usize,
    },
}

impl RegexError {
    pub(super) fn syntax(fault: Fault, excerpt: &str) -> Self {
        let excerpt = excerpt.to_owned();
        Self::Syntax { fault, excerpt }
    }
}
