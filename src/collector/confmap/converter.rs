//! The converter of old releases, which ran after the resolver over every text (`expandconverter/expand.go`),
//! by the rules of Go's `os.Expand`.

use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::CHECKED_NAMES_FROM;
use super::Notice;
use super::Sources;
use super::UNIFIED_FROM;
use super::Version;
use super::resolver::invalid_name;
use super::resolver::is_name;
use super::resolver::unset;

/// How many bytes all variables together may stand for.
const MAX_GROWN: usize = 16 * super::resolver::MAX_TEXT;

/// Replaces `$X`, `${X}` and `$$` in every text.
pub(super) fn convert(
    mut root: Node,
    sources: Sources<'_>,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<Node, ConfigError> {
    let mut converter = Converter {
        sources,
        version,
        notices,
        grown: 0,
    };
    converter.node(&mut root)?;
    Ok(root)
}

struct Converter<'a, 'b> {
    sources: Sources<'a>,
    version: Version,
    notices: &'b mut Vec<Notice>,
    /// Bytes that variables stood for so far.
    grown: usize,
}

impl Converter<'_, '_> {
    fn node(&mut self, node: &mut Node) -> Result<(), ConfigError> {
        match &mut node.kind {
            Kind::String(text) if text.contains('$') => *text = self.text(text, node.at)?,
            Kind::List(items) => items.iter_mut().try_for_each(|item| self.node(item))?,
            Kind::Map(entries) => {
                entries
                    .iter_mut()
                    .try_for_each(|entry| self.node(&mut entry.value))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str, at: Position) -> Result<String, ConfigError> {
        let mut out = String::with_capacity(text.len());
        // Of several errors the Collector tells the last.
        let mut error = None;
        let unbraced = Unbraced::of(text);
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            out.push_str(&rest[..dollar]);
            let after = &rest[dollar + 1..];
            let (name, length) = shell_name(after);
            rest = match name {
                Name::Nothing if length == 0 => {
                    // A `$` before anything else stays.
                    out.push('$');
                    after
                }
                Name::Nothing => &after[length..],
                Name::Variable(name) => {
                    match self.value(name, &unbraced, at) {
                        Ok(value) => {
                            self.grown += value.len();
                            if self.grown > MAX_GROWN {
                                let message = "variables make this configuration too large";
                                return Err(ConfigError::new(at, message));
                            }
                            out.push_str(&value);
                        }
                        Err(message) => error = Some((name, message)),
                    }
                    &after[length..]
                }
            };
        }
        out.push_str(rest);
        match error {
            None => Ok(out),
            Some((name, message)) => {
                let message = format!("cannot convert the confmap.Conf: {message}");
                let error = ConfigError::new(at, message);
                Err(error.with_help(format!("write `$${name}` for a `$` that is meant as such")))
            }
        }
    }

    fn value(
        &mut self,
        name: &str,
        unbraced: &Unbraced<'_>,
        at: Position,
    ) -> Result<String, String> {
        if name == "$" {
            return Ok("$".to_owned());
        }
        if self.version.is_from(UNIFIED_FROM) && unbraced.has(name) {
            return Err(format!(
                "variable substitution using $VAR has been deprecated in favor of ${{VAR}} and ${{env:VAR}} - \
                 please update ${name} or temporarily disable the confmap.unifyEnvVarExpansion feature gate"
            ));
        }
        if self.version.is_from(CHECKED_NAMES_FROM) && !is_name(name) {
            return Err(invalid_name(name));
        }
        Ok((self.sources.env)(name).unwrap_or_else(|| {
            self.notices.push(unset(name, at));
            String::new()
        }))
    }
}

/// What stands after the `$` of a text, cut to a length and sorted: a text may hold many.
struct Unbraced<'a>(Vec<&'a [u8]>);

impl<'a> Unbraced<'a> {
    /// Longer names than this are not told from one another.
    const LONGEST: usize = 128;

    fn of(text: &'a str) -> Self {
        let ends = text.match_indices('$').map(|(at, _)| {
            let rest = &text.as_bytes()[at + 1..];
            &rest[..rest.len().min(Self::LONGEST)]
        });
        let mut ends: Vec<&[u8]> = ends.collect();
        ends.sort_unstable();
        Self(ends)
    }

    /// Whether `$name` stands in the text.
    fn has(&self, name: &str) -> bool {
        let name = &name.as_bytes()[..name.len().min(Self::LONGEST)];
        let first = self.0.partition_point(|end| *end < name);
        self.0.get(first).is_some_and(|end| end.starts_with(name))
    }
}

enum Name<'a> {
    /// There is none; what was bad syntax is eaten.
    Nothing,
    Variable(&'a str),
}

/// The name at the beginning of what follows a `$`, and how many bytes it takes, braces included
/// (`getShellName` of Go's `os/env.go`).
fn shell_name(text: &str) -> (Name<'_>, usize) {
    let bytes = text.as_bytes();
    match bytes.first() {
        None => (Name::Nothing, 0),
        Some(b'{') => {
            if bytes.len() > 2 && is_special(bytes[1]) && bytes[2] == b'}' {
                return (Name::Variable(&text[1..2]), 3);
            }
            match text.find('}') {
                Some(1) => (Name::Nothing, 2),
                Some(close) => (Name::Variable(&text[1..close]), close + 1),
                None => (Name::Nothing, 1),
            }
        }
        Some(first) if is_special(*first) => (Name::Variable(&text[..1]), 1),
        Some(_) => {
            let length = bytes
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                .count();
            match length {
                0 => (Name::Nothing, 0),
                _ => (Name::Variable(&text[..length]), length),
            }
        }
    }
}

/// The names of one character (`isShellSpecialVar`).
fn is_special(byte: u8) -> bool {
    b"*#$@!?-".contains(&byte) || byte.is_ascii_digit()
}
