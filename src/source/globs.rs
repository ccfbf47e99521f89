//! Globs over names: of targets, families, labels and whatever else is chosen by name.

use globset::Glob;
use globset::GlobMatcher;
use globset::GlobSetBuilder;

/// A glob that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// It is none.
    #[error("{0}")]
    Wrong(String),
    /// It is one that cannot be made ready to match.
    #[error("this glob is too large or nested too deep")]
    TooLarge,
}

/// A glob, ready to match: `*` also matches `/` and `.`.
///
/// # Errors
/// It is none, or too large: making such a one ready by itself would panic.
pub fn glob(text: &str) -> Result<GlobMatcher, GlobError> {
    let glob = Glob::new(text).map_err(|error| GlobError::Wrong(error.kind().to_string()))?;
    let mut alone = GlobSetBuilder::new();
    alone.add(glob.clone());
    match alone.build() {
        Ok(_) => Ok(glob.compile_matcher()),
        Err(_) => Err(GlobError::TooLarge),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_to_be_made_ready_is_an_error() {
        let nested = format!("{}b{}", "{a,".repeat(2000), "}".repeat(2000));
        assert_eq!(glob(&nested).err(), Some(GlobError::TooLarge));
        assert!(matches!(glob("["), Err(GlobError::Wrong(_))));
        assert!(glob("{a,b}*").unwrap().is_match("b/c.d"));
    }
}
