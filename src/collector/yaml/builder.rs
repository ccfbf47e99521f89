//! From events to nodes: aliases and merge keys are resolved here, and what multiplies out is refused.

use std::collections::HashMap;
use std::collections::HashSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use saphyr_parser::Span;
use saphyr_parser::Tag;

use super::super::position::ConfigError;
use super::super::position::Position;
use super::Entry;
use super::Kind;
use super::Node;
use super::origin::Origin;
use super::scalar;

/// How deep lists and maps may stand in one another. Real configurations stay below thirty.
pub const MAX_DEPTH: usize = 256;

/// How much the aliases of one text may stand for, in nodes; long texts count as several: about what `yaml.v3` allows (`decode.go`).
const MAX_ALIASED: usize = 400_000;

/// A list or map that is not yet complete.
struct Open {
    node: Node,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<(String, Position, bool)>,
    /// Keys that were there, to find those that stand twice.
    seen: HashSet<String>,
    merges: Vec<Node>,
    height: usize,
}

/// A finished node that aliases may name.
struct Anchored {
    node: Node,
    weight: usize,
    height: usize,
}

pub(super) struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    origin: Origin,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    aliased: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(text: &'a str, origin: Origin) -> Self {
        Self {
            parser: Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text)),
            origin,
            open: Vec::new(),
            anchors: HashMap::new(),
            aliased: 0,
        }
    }

    fn at(&self, span: Span) -> Position {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        self.origin.position(line as u32, column as u32)
    }

    /// The next document; `None` after the last.
    pub(super) fn document(&mut self) -> Result<Option<Node>, ConfigError> {
        self.anchors.clear();
        let mut root = None;
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let (line, column) = (error.marker().line(), error.marker().col() + 1);
                let at = self.origin.position(line.max(1) as u32, column as u32);
                ConfigError::new(at, format!("not valid YAML: {}", error.info()))
            })?;
            let at = self.at(span);
            let done = match event {
                Event::Scalar(text, style, anchor, tag) => {
                    let kind = typed(&text, style, tag.as_deref(), at)?;
                    let merge = style == ScalarStyle::Plain && text == "<<";
                    self.finish(
                        Node { kind, at },
                        anchor,
                        0,
                        Some((text.into_owned(), merge)),
                    )?
                }
                Event::SequenceStart(anchor, _) => {
                    self.start(Kind::List(Vec::new()), anchor, at)?
                }
                Event::MappingStart(anchor, _) => self.start(Kind::Map(Vec::new()), anchor, at)?,
                Event::SequenceEnd | Event::MappingEnd => self.end()?,
                Event::Alias(anchor) => self.alias(anchor, at)?,
                Event::DocumentEnd => return Ok(root),
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_) => None,
            };
            root = done.or(root);
        }
        Ok(None)
    }

    fn start(
        &mut self,
        kind: Kind,
        anchor: usize,
        at: Position,
    ) -> Result<Option<Node>, ConfigError> {
        self.ensure_depth(0, at)?;
        self.open.push(Open {
            node: Node { kind, at },
            anchor,
            key: None,
            seen: HashSet::new(),
            merges: Vec::new(),
            height: 0,
        });
        Ok(None)
    }

    fn ensure_depth(&self, height: usize, at: Position) -> Result<(), ConfigError> {
        if self.open.len() + height < MAX_DEPTH {
            return Ok(());
        }
        let message = format!("lists and maps stand in one another more than {MAX_DEPTH} deep");
        Err(ConfigError::new(at, message))
    }

    fn end(&mut self) -> Result<Option<Node>, ConfigError> {
        let Some(mut open) = self.open.pop() else {
            return Ok(None);
        };
        for merge in std::mem::take(&mut open.merges) {
            merge_into(&mut open, merge)?;
        }
        self.finish(open.node, open.anchor, open.height + 1, None)
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<Option<Node>, ConfigError> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(ConfigError::new(
                at,
                "this alias stands inside of what it names",
            ));
        };
        self.aliased += anchored.weight;
        if self.aliased > MAX_ALIASED {
            return Err(ConfigError::new(
                at,
                "aliases multiply this document out to too much",
            ));
        }
        self.ensure_depth(anchored.height, at)?;
        let (node, height) = (anchored.node.clone(), anchored.height);
        let key = node.scalar().map(|text| (text.to_owned(), false));
        self.finish(node, 0, height, key)
    }

    /// Puts a complete node where it belongs; gives it back if it is the root. `key`: its text, and whether
    /// it is a merge key, should it stand where a key does.
    fn finish(
        &mut self,
        node: Node,
        anchor: usize,
        height: usize,
        key: Option<(String, bool)>,
    ) -> Result<Option<Node>, ConfigError> {
        if anchor > 0 {
            let weight = node.weight();
            // Anchors nested in anchors would otherwise be copied once for each level.
            self.aliased += weight;
            if self.aliased > MAX_ALIASED {
                let message = "anchors and aliases multiply this document out to too much";
                return Err(ConfigError::new(node.at, message));
            }
            let node = node.clone();
            let anchored = Anchored {
                node,
                weight,
                height,
            };
            self.anchors.insert(anchor, anchored);
        }
        let Some(open) = self.open.last_mut() else {
            return Ok(Some(node));
        };
        open.height = open.height.max(height);
        match (&mut open.node.kind, open.key.take()) {
            (Kind::Map(entries), Some((key, key_at, merge))) => {
                if merge {
                    open.merges.push(node);
                } else {
                    let value = node;
                    entries.push(Entry { key, key_at, value });
                }
            }
            (Kind::Map(_), None) => {
                let Some((key, merge)) = key else {
                    let found = node.kind_name();
                    return Err(ConfigError::new(
                        node.at,
                        format!("a key cannot be {found}"),
                    ));
                };
                if !open.seen.insert(key.clone()) {
                    let mut error =
                        ConfigError::new(node.at, format!("the key `{key}` stands here twice"));
                    error.length = key.chars().count() as u32;
                    return Err(error);
                }
                open.key = Some((key, node.at, merge));
            }
            (Kind::List(items), _) => items.push(node),
            _ => {}
        }
        Ok(None)
    }
}

/// Adds the entries of a merge key's value (`<<`): those whose key is not there yet.
fn merge_into(open: &mut Open, merge: Node) -> Result<(), ConfigError> {
    let maps = match merge.kind {
        Kind::List(items) => items,
        _ => vec![merge],
    };
    for map in maps {
        let Kind::Map(merged) = map.kind else {
            return Err(ConfigError::new(
                map.at,
                "a merge key (`<<`) needs a map, or a list of maps",
            ));
        };
        let Kind::Map(entries) = &mut open.node.kind else {
            continue;
        };
        for entry in merged {
            if open.seen.insert(entry.key.clone()) {
                entries.push(entry);
            }
        }
    }
    Ok(())
}

fn typed(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    at: Position,
) -> Result<Kind, ConfigError> {
    // A lone `!` says nothing that the text does not say itself.
    let tag = tag.filter(|tag| {
        let parts = (tag.handle.as_str(), tag.suffix.as_str());
        !matches!(parts, ("", "!") | ("!" | "", ""))
    });
    let core = tag.filter(|tag| tag.is_yaml_core_schema());
    let wrong = |tag: &Tag| {
        let message = format!("`{text}` is tagged as `!!{}`, which it is not", tag.suffix);
        ConfigError::new(at, message)
    };
    match (core, tag) {
        (Some(tag), _) if tag.suffix == "binary" => {
            let bytes = BASE64_STANDARD.decode(text).map_err(|_| wrong(tag))?;
            Ok(Kind::String(String::from_utf8_lossy(&bytes).into_owned()))
        }
        (Some(tag), _) => scalar::tagged(&tag.suffix, text).ok_or_else(|| wrong(tag)),
        (None, None) if style == ScalarStyle::Plain => Ok(scalar::plain(text)),
        _ => Ok(Kind::String(text.to_owned())),
    }
}
