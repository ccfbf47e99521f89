//! Where in which files a finding can be seen, and what to write there instead.

/// What of which files a finding is about. Empty where it is about numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// The places, the one to look at first in front.
    pub places: Vec<Place>,
    /// What to write instead, where that is certain; no two overlap.
    pub fix: Vec<Edit>,
}

/// A part of one line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user named it.
    pub file: String,
    /// Counts from 1.
    pub line: u32,
    /// In characters, counts from 1.
    pub column: u32,
    /// In characters, from the column on; 0 where only the place is known.
    pub length: u32,
    /// What there is to see, in a few words; the message says it where this is empty.
    pub note: String,
}

/// One change to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file, as the user named it.
    pub file: String,
    /// First byte that goes.
    pub start: usize,
    /// The byte behind the last one that goes; `start` where nothing does.
    pub end: usize,
    /// What comes there.
    pub text: String,
}
