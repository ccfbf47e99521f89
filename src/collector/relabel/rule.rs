//! One rule, read and checked as Prometheus does when it starts (`model/relabel/relabel.go`).

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::super::decode::Fields;
use super::super::decode::nearest;
use super::super::decode::text as text_of;
use super::super::expand::Template;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::regex::GoRegex;
use super::super::trace;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::names::Names;
use super::written::written;

/// What a rule does where it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Sets a label from a template.
    Replace,
    /// Drops what does not match.
    Keep,
    /// Drops what matches.
    Drop,
    /// Drops where the value is not that of the target label.
    KeepEqual,
    /// Drops where the value is that of the target label.
    DropEqual,
    /// Sets a label to a hash of the value, modulo a number.
    HashMod,
    /// Copies labels under names made of theirs.
    LabelMap,
    /// Takes out labels by their names.
    LabelDrop,
    /// Keeps labels by their names.
    LabelKeep,
    /// Sets a label to the value in small letters.
    Lowercase,
    /// Sets a label to the value in capitals.
    Uppercase,
}

const ACTIONS: [(&str, Action); 11] = [
    ("replace", Action::Replace),
    ("keep", Action::Keep),
    ("drop", Action::Drop),
    ("keepequal", Action::KeepEqual),
    ("dropequal", Action::DropEqual),
    ("hashmod", Action::HashMod),
    ("labelmap", Action::LabelMap),
    ("labeldrop", Action::LabelDrop),
    ("labelkeep", Action::LabelKeep),
    ("lowercase", Action::Lowercase),
    ("uppercase", Action::Uppercase),
];

impl Action {
    /// As it is written in a configuration.
    pub fn word(self) -> &'static str {
        let word = ACTIONS.iter().find(|(_, action)| *action == self);
        word.map_or("", |(word, _)| word)
    }

    /// Whether it can do no more than drop the whole set.
    pub fn only_filters(self) -> bool {
        matches!(
            self,
            Self::Keep | Self::Drop | Self::KeepEqual | Self::DropEqual
        )
    }

    fn is_equal(self) -> bool {
        matches!(self, Self::KeepEqual | Self::DropEqual)
    }

    fn maps_case(self) -> bool {
        matches!(self, Self::Lowercase | Self::Uppercase)
    }

    fn reads_names(self) -> bool {
        matches!(self, Self::LabelDrop | Self::LabelKeep)
    }

    fn needs_target(self) -> bool {
        let sets = matches!(self, Self::Replace | Self::HashMod);
        sets || self.is_equal() || self.maps_case()
    }
}

/// One rule, ready to be applied.
#[derive(Debug, Clone)]
pub struct Rule {
    /// As written, on one line, and where.
    pub shown: trace::Rule,
    /// What it does.
    pub action: Action,
    /// Labels whose values are joined; may be empty.
    pub source_labels: Vec<String>,
    /// Stands between the values.
    pub separator: String,
    /// What the joined value, or the name of a label, has to match.
    pub regex: GoRegex,
    /// The label that is set or compared; a template for `replace`. Empty where there is none.
    pub target_label: String,
    /// The template of the new value, or of the new name for `labelmap`.
    pub replacement: String,
    pub(super) modulus: u64,
    pub(super) target: Template,
    pub(super) value: Template,
}

/// A template of a label name under the legacy scheme.
static LEGACY_TEMPLATE: LazyLock<Option<GoRegex>> =
    LazyLock::new(|| GoRegex::new(r"^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$").ok());

const DEFAULT_SEPARATOR: &str = ";";
const DEFAULT_REGEX: &str = "(.*)";
const DEFAULT_REPLACEMENT: &str = "$1";

/// The fields of a rule as they were written, with their places.
pub(super) struct Raw {
    at: Position,
    action: Action,
    source_labels: Option<Vec<String>>,
    separator: String,
    regex: GoRegex,
    regex_is_written: bool,
    modulus: u64,
    modulus_at: Position,
    target_label: String,
    target_at: Position,
    replacement: String,
    replacement_at: Position,
}

impl Rule {
    /// Makes a rule of fields that were checked.
    pub(super) fn new(node: &Node, raw: Raw) -> Self {
        Self {
            shown: trace::Rule {
                text: written(node),
                at: raw.at,
            },
            action: raw.action,
            source_labels: raw.source_labels.unwrap_or_default(),
            separator: raw.separator,
            target: Template::new(&raw.target_label, &raw.regex),
            value: Template::new(&raw.replacement, &raw.regex),
            regex: raw.regex,
            target_label: raw.target_label,
            replacement: raw.replacement,
            modulus: raw.modulus,
        }
    }
}

/// Why a field cannot be read. The reader of YAML (`yaml.v2`, `decoder.callUnmarshaler`) stops at a text that is
/// refused, but goes on after a value of the wrong kind or an unknown key, and tells of those only at the end.
pub(super) enum Unreadable {
    Text(ConfigError),
    Kind(ConfigError),
}

impl Unreadable {
    fn rank(&self) -> (bool, Position) {
        match self {
            Self::Text(error) => (false, error.at),
            Self::Kind(error) => (true, error.at),
        }
    }
}

impl Raw {
    /// Reads the fields; what they have to do with each other is for [`Raw::check`].
    ///
    /// # Errors
    /// A field cannot be read: the first one whose text is refused, else one of the wrong kind.
    pub(super) fn decode(node: &Node, version: Version) -> Result<Self, Unreadable> {
        let mut fields = Fields::of(node, "relabeling rule").map_err(Unreadable::Kind)?;
        let at = fields.at();
        let mut kinds = Vec::new();
        let mut text = |key: &'static str, default: &str| match fields
            .take(key)
            .map(|node| (text_of(node), node))
        {
            None => (default.to_owned(), at),
            // Nothing is the empty text, not the default.
            Some((Ok(text), node)) => (text.unwrap_or_default(), node.at),
            Some((Err(error), _)) => {
                kinds.push(error);
                (default.to_owned(), at)
            }
        };
        let (action, action_at) = text("action", "replace");
        let (separator, _) = text("separator", DEFAULT_SEPARATOR);
        let (target_label, target_at) = text("target_label", "");
        let (replacement, replacement_at) = text("replacement", DEFAULT_REPLACEMENT);
        let (pattern, regex_at) = text("regex", DEFAULT_REGEX);
        let regex_is_written = node.get("regex").is_some();
        let source_labels = match fields.take("source_labels") {
            None => Ok(None),
            Some(node) => source_labels(node, version, &fields),
        };
        let (modulus, modulus_at) = match fields.take("modulus") {
            None => (0, at),
            Some(node) => {
                let number = modulus(node, &fields).map_err(|error| kinds.push(error));
                (number.unwrap_or(0), node.at)
            }
        };
        kinds.extend(fields.finish().err());
        let action = read_action(&action, action_at).map_err(Unreadable::Text);
        let regex = GoRegex::relabel(&pattern, version)
            .map_err(|error| Unreadable::Text(ConfigError::new(regex_at, error.to_string())));
        match (action, regex, source_labels) {
            (Ok(action), Ok(regex), Ok(source_labels)) if kinds.is_empty() => Ok(Self {
                at,
                action,
                source_labels,
                separator,
                regex,
                regex_is_written,
                modulus,
                modulus_at,
                target_label,
                target_at,
                replacement,
                replacement_at,
            }),
            (action, regex, source_labels) => {
                let errors = [action.err(), regex.err(), source_labels.err()];
                let kinds = kinds.into_iter().map(Unreadable::Kind);
                let errors = errors.into_iter().flatten().chain(kinds);
                let first = errors.min_by_key(Unreadable::rank);
                Err(first.unwrap_or_else(|| {
                    Unreadable::Kind(ConfigError::new(at, "unreadable relabeling rule"))
                }))
            }
        }
    }

    /// In Prometheus' order and words.
    pub(super) fn check(&self, names: Names) -> Result<(), ConfigError> {
        let action = self.action;
        let word = action.word();
        let wrong = |at, message: String| Err(ConfigError::new(at, message));
        if action == Action::HashMod && self.modulus == 0 {
            let message = "relabel configuration for hashmod requires non-zero modulus";
            return wrong(self.modulus_at, message.to_owned());
        }
        if action.needs_target() && self.target_label.is_empty() {
            let message =
                format!("relabel configuration for {word} action requires 'target_label' value");
            return wrong(self.target_at, message);
        }
        let templated = action == Action::Replace && self.target_label.contains('$');
        let target_is_fine = match (action.needs_target(), templated) {
            (false, _) => true,
            (true, false) => names.is_valid(&self.target_label),
            (true, true) => is_template(&self.target_label, names),
        };
        if !target_is_fine {
            let label = quoted(&self.target_label);
            let message = format!("{label} is invalid 'target_label' for {word} action");
            return wrong(self.target_at, message);
        }
        let replaced = self.replacement != DEFAULT_REPLACEMENT;
        if replaced && (action.is_equal() || action.maps_case()) {
            let message = format!("'replacement' can not be set for {word} action");
            return wrong(self.replacement_at, message);
        }
        if action == Action::LabelMap && !is_template(&self.replacement, names) {
            let label = quoted(&self.replacement);
            let message = format!("{label} is invalid 'replacement' for {word} action");
            return wrong(self.replacement_at, message);
        }
        let others = self.modulus != 0 || self.separator != DEFAULT_SEPARATOR || replaced;
        // Written at all is enough for the pattern to differ from the default one.
        if action.is_equal() && (self.regex_is_written || others) {
            let message = format!(
                "{word} action requires only 'source_labels' and `target_label`, and no other fields"
            );
            return wrong(self.at, message);
        }
        let labels = self.source_labels.is_some() || !self.target_label.is_empty();
        if action.reads_names() && (labels || others) {
            let message = format!("{word} action requires only 'regex', and no other fields");
            return wrong(self.at, message);
        }
        Ok(())
    }
}

fn is_template(text: &str, names: Names) -> bool {
    if names.utf8_templates() {
        names.is_valid(text)
    } else {
        LEGACY_TEMPLATE
            .as_ref()
            .is_some_and(|template| template.is_match(text))
    }
}

fn read_action(text: &str, at: Position) -> Result<Action, ConfigError> {
    let lower = text.to_lowercase();
    let known = ACTIONS.iter().find(|(word, _)| *word == lower);
    if let Some((_, action)) = known {
        return Ok(*action);
    }
    if text.is_empty() {
        return Err(ConfigError::new(at, "relabel action cannot be empty"));
    }
    let words: Vec<&str> = ACTIONS.iter().map(|(word, _)| *word).collect();
    let error = ConfigError::new(at, format!("unknown relabel action {}", quoted(text)));
    Err(match nearest(&lower, &words) {
        Some(word) => error.with_help(format!("did you mean `{word}`?")),
        None => error,
    })
}

fn source_labels(
    node: &Node,
    version: Version,
    fields: &Fields<'_>,
) -> Result<Option<Vec<String>>, Unreadable> {
    let items = match &node.kind {
        Kind::Null => return Ok(None),
        Kind::List(items) => items,
        _ => {
            return Err(Unreadable::Kind(fields.wrong(
                node,
                "source_labels",
                "a list",
            )));
        }
    };
    // Read before the scheme of the configuration is known: the release's own counts.
    let names = Names::of_release(version);
    let name = |item: &Node| {
        // Nothing skips the check (`yaml.v2`, `decoder.prepare`).
        let Some(name) = text_of(item).map_err(Unreadable::Kind)? else {
            return Ok(String::new());
        };
        if names.is_valid(&name) {
            Ok(name)
        } else {
            let message = format!("{} is not a valid label name", quoted(&name));
            Err(Unreadable::Text(ConfigError::new(item.at, message)))
        }
    };
    items.iter().map(name).collect::<Result<_, _>>().map(Some)
}

fn modulus(node: &Node, fields: &Fields<'_>) -> Result<u64, ConfigError> {
    let number = match &node.kind {
        Kind::Null => Some(0),
        Kind::Int(number, _) => u64::try_from(*number).ok(),
        // Numbers beyond those of 64 bits with a sign.
        Kind::Float(number, text) => text.parse().ok().or_else(|| truncated(*number)),
        _ => None,
    };
    number.ok_or_else(|| fields.wrong(node, "modulus", "a whole number that is not negative"))
}

/// A fraction is cut off, as `yaml.v2` does.
#[expect(clippy::cast_sign_loss, reason = "negative numbers are left out")]
fn truncated(number: f64) -> Option<u64> {
    (number >= 0.0 && number <= u64::MAX as f64).then_some(number as u64)
}

/// As Go's `%q` for what is printable.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            // Writing to a string cannot fail.
            c if c.is_ascii_control() => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
