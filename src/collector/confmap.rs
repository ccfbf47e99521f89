//! What the Collector makes of its configuration files before any component sees them.
//!
//! In come the YAML documents in the order in which the Collector is given them, what `${…}` may refer to, and
//! the release. Out comes one tree: files merged, references replaced, `$$` undone, by the rules of that
//! release. A node that came out of a reference stands at the place of the reference. Refused, in the
//! Collector's own words: names, schemes and spellings of `$` that the release does not take. A variable that
//! is not set is no error for the Collector; it is one of the [`Notice`]s.

mod converter;
mod merge;
mod references;
mod resolver;
mod retrieved;

pub use merge::merge;

use super::decode::Notice;
use super::position::ConfigError;
use super::version::Version;
use super::yaml::Node;

/// The release from which names of variables are checked (`confmap/internal/envvar`).
const CHECKED_NAMES_FROM: u16 = 102;
/// The release from which `${X}` is `${env:X}` for the resolver, and `$X` is refused by the converter
/// (gate `confmap.unifyEnvVarExpansion` in beta).
const UNIFIED_FROM: u16 = 104;
/// The release from which the resolver leaves `$${…}` alone, and from which a reference inside a text becomes
/// the text that was written (gate `confmap.strictlyTypedInput` in beta).
const ESCAPES_FROM: u16 = 105;
/// The release that undoes `$$` twice in texts that are direct values of a map (`confmap/resolver.go`).
const DOUBLE_UNESCAPE: u16 = 105;
/// The release from which a text from a reference keeps its quotes, and a thousand steps are allowed.
const ORIGINAL_TEXT_FROM: u16 = 106;
/// The release from which the resolver undoes `$$`, and no converter runs after it.
const RESOLVER_ONLY_FROM: u16 = 107;
/// The release from which `${env:X:-default}` is known (`confmap/provider/envprovider`).
const DEFAULTS_FROM: u16 = 110;

/// How a variable or a file is looked up; `None`: there is none of that name.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What `${…}` may refer to.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The environment of the Collector.
    pub env: &'a Lookup<'a>,
    /// The text of a file (`${file:path}`); `None` where files are not to be read at all.
    pub read_file: Option<&'a Lookup<'a>>,
}

/// Replaces all references in a merged configuration.
///
/// # Errors
/// The release does not start with this configuration.
pub fn resolve(
    root: &Node,
    sources: Sources<'_>,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<Node, ConfigError> {
    let resolved = resolver::resolve(root, sources, version, notices)?;
    if version.is_from(RESOLVER_ONLY_FROM) {
        return Ok(resolved);
    }
    converter::convert(resolved, sources, version, notices)
}
