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
    /// The text that stands at the place, and what of it is meant, where it is a language of its own.
    pub inside: Option<Box<Inside>>,
}

/// A place inside of a text that stands in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// The whole text, as the component got it: quotes, escapes and variables undone.
    pub text: String,
    /// First byte of it that is meant.
    pub offset: usize,
    /// How many bytes from there on; 0 where only the place is known.
    pub length: usize,
    /// The message without words for this place: for whoever can show it.
    pub message: String,
}

impl Inside {
    /// Line and column within the text, both from 1, in characters.
    pub fn place(&self) -> (u32, u32) {
        let before = self.text.get(..self.offset).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or_default();
        (line as u32, last.chars().count() as u32 + 1)
    }

    /// How many characters are meant.
    pub fn characters(&self) -> u32 {
        let end = self.offset.saturating_add(self.length);
        let part = self.text.get(self.offset..end).unwrap_or_default();
        part.chars().count() as u32
    }
}

impl ConfigError {
    /// An error at a place.
    pub fn new(at: Position, message: impl Into<String>) -> Self {
        Self {
            at,
            length: 0,
            message: message.into(),
            help: None,
            inside: None,
        }
    }

    /// The same error at the exact place, which is known.
    #[must_use]
    pub fn pinned(mut self, at: Position) -> Self {
        if let Some(inside) = self.inside.take() {
            self.at = at;
            self.length = inside.characters();
            self.message = inside.message;
        }
        self
    }

    /// The same error with a remedy.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
