//! Where something stands in a configuration, and errors that say so.

/// A place in one of the files of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Index into the list of files of the configuration.
    pub file: u32,
    /// Counts from 1; 0 where the place is in no file, as for a default.
    pub line: u32,
    /// In characters, counts from 1.
    pub column: u32,
}

/// A configuration that cannot be used, and the place that makes it so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// Where it stands.
    pub at: Position,
    /// How many characters from there on are meant; 0 where only the place is known.
    pub length: u32,
    /// What is wrong, in words; lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl ConfigError {
    /// An error at a place.
    pub fn new(at: Position, message: impl Into<String>) -> Self {
        Self {
            at,
            length: 0,
            message: message.into(),
            help: None,
        }
    }

    /// The same error with a remedy.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
