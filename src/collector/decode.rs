//! From YAML to typed settings: every key is known, or it is an error at its place.

use super::position::ConfigError;
use super::position::Position;
use super::yaml::Entry;
use super::yaml::Kind;
use super::yaml::Node;

/// Something that may make a difference and is not simulated, or that the Collector only warns of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Where it stands.
    pub at: Position,
    /// The component, option or variable it is about.
    pub subject: String,
    /// What it could change, or what becomes of it; lower case, no full stop.
    pub message: String,
}

/// The keys of one map, taken one by one. What is left at the end is unknown.
#[derive(Debug)]
pub struct Fields<'a> {
    /// What the map is, for messages: `processor filter`.
    what: String,
    at: Position,
    entries: Vec<(&'a Entry, bool)>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The keys of `node`, which must be a map or nothing.
    ///
    /// # Errors
    /// It is something else.
    pub fn of(node: &'a Node, what: impl Into<String>) -> Result<Self, ConfigError> {
        let what = what.into();
        let entries: &[Entry] = match &node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            _ => {
                let found = node.kind_name();
                let message = format!("{what} must be a map, not {found}");
                return Err(ConfigError::new(node.at, message));
            }
        };
        Ok(Self {
            what,
            at: node.at,
            entries: entries.iter().map(|entry| (entry, false)).collect(),
            known: Vec::new(),
        })
    }

    /// Where the map stands.
    pub fn at(&self) -> Position {
        self.at
    }

    /// The keys that were asked for so far.
    pub fn known(&self) -> &[&'static str] {
        &self.known
    }

    /// The value of a known key, nothing (`null`) included.
    pub fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        let (entry, taken) = self
            .entries
            .iter_mut()
            .find(|(entry, _)| entry.key == key)?;
        *taken = true;
        Some(&entry.value)
    }

    /// A text; numbers and truth values are taken as written.
    ///
    /// # Errors
    /// It is a list or a map.
    pub fn text(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        self.take(key).map_or(Ok(None), text)
    }

    /// A truth value.
    ///
    /// # Errors
    /// It is something else.
    pub fn bool(&mut self, key: &'static str) -> Result<Option<bool>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(node) => match &node.kind {
                Kind::Null => Ok(None),
                Kind::Bool(value, _) => Ok(Some(*value)),
                _ => Err(self.wrong(node, key, "true or false")),
            },
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// It is something else.
    pub fn int(&mut self, key: &'static str) -> Result<Option<i64>, ConfigError> {
        match self.take(key) {
            None => Ok(None),
            Some(node) => match &node.kind {
                Kind::Null => Ok(None),
                Kind::Int(value, _) => Ok(Some(*value)),
                _ => Err(self.wrong(node, key, "a whole number")),
            },
        }
    }

    /// A list; a missing one is empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn list(&mut self, key: &'static str) -> Result<&'a [Node], ConfigError> {
        match self.take(key) {
            None => Ok(&[]),
            Some(node) => match &node.kind {
                Kind::Null => Ok(&[]),
                Kind::List(items) => Ok(items),
                _ => Err(self.wrong(node, key, "a list")),
            },
        }
    }

    /// A list of texts with their places; a missing one is empty.
    ///
    /// # Errors
    /// It is something else.
    pub fn texts(&mut self, key: &'static str) -> Result<Vec<(String, Position)>, ConfigError> {
        self.list(key)?
            .iter()
            .map(|item| Ok((text(item)?.unwrap_or_default(), item.at)))
            .collect()
    }

    /// The error of a value of the wrong kind.
    pub fn wrong(&self, node: &Node, key: &str, wanted: &str) -> ConfigError {
        let (what, found) = (&self.what, node.kind_name());
        let message = format!("`{key}` of {what} must be {wanted}, not {found}");
        ConfigError::new(node.at, message)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// A key was not taken: it is unknown.
    pub fn finish(self) -> Result<(), ConfigError> {
        let Some((entry, _)) = self.entries.iter().find(|(_, taken)| !taken) else {
            return Ok(());
        };
        let mut error = ConfigError::new(
            entry.key_at,
            format!("{} has no key `{}`", self.what, entry.key),
        );
        error.length = entry.key.chars().count() as u32;
        error.help = nearest(&entry.key, &self.known).map(|key| format!("did you mean `{key}`?"));
        Err(error)
    }
}

/// The text of a scalar; `None` where there is nothing.
///
/// # Errors
/// It is a list or a map.
pub fn text(node: &Node) -> Result<Option<String>, ConfigError> {
    match (node.scalar(), node.is_null()) {
        (Some(text), _) => Ok(Some(text.to_owned())),
        (None, true) => Ok(None),
        (None, false) => {
            let found = node.kind_name();
            let message = format!("a text is wanted here, not {found}");
            Err(ConfigError::new(node.at, message))
        }
    }
}

/// The known word that is closest to a mistyped one, if any is close.
pub fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    // Nobody mistypes so much, and comparing takes time that is the product of both lengths.
    if typed.len() > 100 || known.len() > 1000 {
        return None;
    }
    let known: Vec<&'a str> = known
        .iter()
        .copied()
        .filter(|word| word.len() <= 200)
        .collect();
    let close = |word: &&&str| distance(typed, word) <= 1 + typed.len() / 4;
    let candidates = known.iter().filter(close);
    candidates.min_by_key(|word| distance(typed, word)).copied()
}

/// Levenshtein's distance, in bytes.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::yaml::Origin;
    use crate::collector::yaml::parse;

    #[test]
    fn what_is_not_taken_is_unknown() {
        let node = parse("name: x\nmetrcs: {}\n", Origin::File(0)).unwrap();
        let mut fields = Fields::of(&node, "processor filter").unwrap();
        assert_eq!(fields.text("name"), Ok(Some("x".to_owned())));
        assert_eq!(fields.list("metrics"), Ok(&[][..]));
        let error = fields.finish().unwrap_err();
        assert_eq!(error.message, "processor filter has no key `metrcs`");
        assert_eq!((error.at.line, error.at.column, error.length), (2, 1, 6));
        assert_eq!(error.help.unwrap(), "did you mean `metrics`?");
    }

    #[test]
    fn only_what_is_close_is_offered() {
        let known = ["batch", "filter", "resource"];
        assert_eq!(nearest("fliter", &known), Some("filter"));
        assert_eq!(nearest("linkerd", &known), None);
        assert_eq!(nearest(&"x".repeat(1 << 20), &known), None);
    }
}
