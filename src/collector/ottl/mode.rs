//! What becomes of an item for which a condition or statement fails (`pkg/ottl/config.go`).

use crate::collector::decode::Fields;
use crate::collector::decode::nearest;
use crate::collector::decode::text;
use crate::collector::position::ConfigError;
use crate::collector::version::Version;

/// What is done about an error at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorMode {
    /// The whole payload is refused.
    Propagate,
    /// It is logged, and the condition or statement is passed over.
    Ignore,
    /// It is passed over without a word.
    Silent,
}

/// The first release that ignores errors where nothing is said: the gates
/// `processor.filter.defaultErrorModeIgnore` and `processor.transform.defaultErrorModeIgnore` are on.
const IGNORED: u16 = 153;

impl ErrorMode {
    /// What the filter and transform processors do where nothing is said.
    pub fn default_of(version: Version) -> Self {
        if version.is_from(IGNORED) {
            Self::Ignore
        } else {
            Self::Propagate
        }
    }

    /// The setting `error_mode`; `None` where it is missing.
    ///
    /// # Errors
    /// It is none of the modes.
    pub fn read(fields: &mut Fields<'_>) -> Result<Option<Self>, ConfigError> {
        let Some(node) = fields.take("error_mode") else {
            return Ok(None);
        };
        let Some(typed) = text(node)? else {
            return Ok(None);
        };
        // Upstream does not mind capitals.
        Ok(Some(match typed.to_lowercase().as_str() {
            "propagate" => Self::Propagate,
            "ignore" => Self::Ignore,
            "silent" => Self::Silent,
            _ => {
                let message = format!("`error_mode` is unknown: `{typed}`");
                let mut error = ConfigError::new(node.at, message);
                let near = nearest(&typed, &["propagate", "ignore", "silent"]);
                error.help = near.map(|mode| format!("did you mean `{mode}`?"));
                return Err(error);
            }
        }))
    }
}
