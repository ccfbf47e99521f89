//! Releases of the Collector, and those from which on names and series change.

use std::fmt;
use std::str::FromStr;

/// A release of the Collector and its contrib components, which are numbered together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Zero until a 1.0 comes.
    pub major: u16,
    /// What is called the release in everyday words.
    pub minor: u16,
    /// Fixes within a release.
    pub patch: u16,
}

/// The release that is assumed where none is named: that of the published reference pipeline.
pub const DEFAULT: Version = Version::new(0, 118, 0);

/// The first release whose behaviour is known.
pub const OLDEST: Version = Version::new(0, 100, 0);

/// The last release whose behaviour was recorded. Later ones are taken to behave like it.
pub const NEWEST: Version = Version::new(0, 156, 0);

impl Version {
    /// The release `major.minor.patch`.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Whether this is the release `0.minor.0` or a later one.
    pub const fn is_from(self, minor: u16) -> bool {
        self.major > 0 || self.minor >= minor
    }
}

impl Default for Version {
    fn default() -> Self {
        DEFAULT
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            major,
            minor,
            patch,
        } = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// A text that names no release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no Collector release; write it like 0.118.0 or 0.156")]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.strip_prefix('v').unwrap_or(text);
        let mut parts = numbers.split('.').map(str::parse::<u16>);
        let mut next = |default: Option<u16>| match (parts.next(), default) {
            (Some(Ok(number)), _) => Ok(number),
            (None, Some(default)) => Ok(default),
            _ => Err(NotAVersion(text.to_owned())),
        };
        let version = Self::new(next(None)?, next(None)?, next(Some(0))?);
        match parts.next() {
            None => Ok(version),
            Some(_) => Err(NotAVersion(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_may_be_written_short() {
        let version = |text: &str| text.parse::<Version>();
        assert_eq!(version("0.118.0"), Ok(DEFAULT));
        assert_eq!(version("v0.118"), Ok(DEFAULT));
        for wrong in ["", "118", "0.x", "0.118.0.1", "0.118-rc"] {
            assert!(version(wrong).is_err(), "{wrong}");
        }
    }
}
