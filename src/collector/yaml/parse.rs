//! From text to nodes, event by event.

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
use super::scalar;

/// How deep lists and maps may stand in one another. Real configurations stay below thirty.
pub const MAX_DEPTH: usize = 256;

/// How much the aliases of one text may stand for, in nodes; long texts count as several: about what `yaml.v3` allows (`decode.go`).
const MAX_ALIASED: usize = 400_000;

/// The documents of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Documents {
    /// In order. A text without any has one, which holds nothing.
    pub documents: Vec<Node>,
    /// Why the text after the last of them could not be read; `None` if they are all.
    pub broken: Option<ConfigError>,
}

/// Where the text to be read stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It is the file of this index.
    File(u32),
    /// It is a literal block in a file: line 1, column 1 of the text stand after this place's line and column.
    Block(Position),
    /// It came from elsewhere, for example out of the environment: all of it is said to stand here.
    Place(Position),
}

impl Origin {
    /// The place in a file of a line and column (both from 1) of the text.
    fn position(self, line: u32, column: u32) -> Position {
        match self {
            Self::File(file) => Position { file, line, column },
            Self::Block(before) => Position {
                file: before.file,
                line: before.line.saturating_add(line),
                column: before.column.saturating_add(column),
            },
            Self::Place(place) => place,
        }
    }
}

/// The text of a file, which must be UTF-8.
///
/// # Errors
/// It is not; the error says where.
pub fn decode(bytes: &[u8], file: u32) -> Result<&str, ConfigError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line_start = valid.rfind('\n').map_or(0, |newline| newline + 1);
        let line = valid.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = valid[line_start..].chars().count() + 1;
        let at = Origin::File(file).position(line as u32, column as u32);
        ConfigError::new(at, "not valid UTF-8").with_help("save the file as UTF-8")
    })
}

/// The first document of a text, as `yaml.v3` reads it: what follows is not looked at.
///
/// # Errors
/// It is no YAML, or no YAML that the Collector would take.
pub fn parse(text: &str, origin: Origin) -> Result<Node, ConfigError> {
    Builder::new(text, origin).document().map(|document| {
        document.unwrap_or(Node {
            kind: Kind::Null,
            at: origin.position(1, 1),
        })
    })
}

/// All documents of a text.
///
/// # Errors
/// The first document cannot be read; see [`parse`].
pub fn parse_all(text: &str, origin: Origin) -> Result<Documents, ConfigError> {
    let mut builder = Builder::new(text, origin);
    let mut documents = Vec::new();
    let broken = loop {
        match builder.document() {
            Ok(Some(document)) => documents.push(document),
            Ok(None) => break None,
            Err(error) if documents.is_empty() => return Err(error),
            Err(error) => break Some(error),
        }
    };
    if documents.is_empty() {
        let at = origin.position(1, 1);
        let kind = Kind::Null;
        documents.push(Node { kind, at });
    }
    Ok(Documents { documents, broken })
}

/// The first document of the text in a scalar of `outer`, with positions in `outer` where that is possible:
/// in a literal block (`|`).
///
/// # Errors
/// As [`parse`].
pub fn parse_embedded(text: &str, at: Position, outer: &str) -> Result<Node, ConfigError> {
    parse(
        text,
        block_origin(text, at, outer).unwrap_or(Origin::Place(at)),
    )
}

/// Where the text of a literal block begins whose first line that is not blank stands at `at`.
fn block_origin(text: &str, at: Position, outer: &str) -> Option<Origin> {
    let outer = outer.strip_prefix('\u{feff}').unwrap_or(outer);
    let blank = text
        .lines()
        .take_while(|line| line.trim().is_empty())
        .count() as u32;
    let header = at.line.checked_sub(blank + 1).filter(|line| *line > 0)?;
    let mut lines = outer.lines().skip(header as usize - 1);
    if !is_literal_header(lines.next()?) {
        return None;
    }
    let first = lines.nth(blank as usize)?;
    let indent = at.column.checked_sub(1)?;
    if !first
        .chars()
        .take(indent as usize)
        .all(|character| character == ' ')
    {
        return None;
    }
    // An indentation that is spelled out may leave blanks at the front of the text.
    let own = text.lines().nth(blank as usize)?;
    let kept = own.len() - own.trim_start_matches(' ').len();
    let blanks = first.len() - first.trim_start_matches(' ').len();
    Some(Origin::Block(Position {
        file: at.file,
        line: header,
        column: blanks.checked_sub(kept)? as u32,
    }))
}

/// Whether a line ends in `|`, with or without its indicators and a comment.
fn is_literal_header(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default();
    let last = line.split_whitespace().next_back().unwrap_or_default();
    let indicators = last.strip_prefix('|');
    indicators.is_some_and(|rest| {
        rest.len() <= 2 && rest.bytes().all(|byte| b"+-123456789".contains(&byte))
    })
}

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

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    origin: Origin,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    aliased: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str, origin: Origin) -> Self {
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
    fn document(&mut self) -> Result<Option<Node>, ConfigError> {
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

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Node, ConfigError> {
        parse(text, Origin::File(0))
    }

    fn place(at: Position) -> (u32, u32) {
        (at.line, at.column)
    }

    #[test]
    fn every_node_knows_its_place() {
        let root = read("a:\n  b: [1, x]\n  'c': |\n    text\n").unwrap();
        let a = root.get("a").unwrap();
        assert_eq!(place(a.at), (2, 3));
        assert_eq!(place(a.entries()[1].key_at), (3, 3));
        let Kind::List(items) = &a.get("b").unwrap().kind else {
            panic!("a list")
        };
        assert_eq!(place(items[1].at), (2, 10));
        assert_eq!(a.get("c").unwrap().scalar(), Some("text\n"));
        assert_eq!(place(a.get("c").unwrap().at), (4, 5));
    }

    #[test]
    fn a_block_string_is_read_at_its_place() {
        let outer = "data:\n  relay: |\n\n    a: 1\n    b:\n      c: 2\n";
        let root = read(outer).unwrap();
        let relay = root.get("data").unwrap().get("relay").unwrap();
        let inner = parse_embedded(relay.scalar().unwrap(), relay.at, outer).unwrap();
        assert_eq!(place(inner.get("a").unwrap().at), (4, 8));
        assert_eq!(place(inner.get("b").unwrap().get("c").unwrap().at), (6, 10));
        let wrong = parse_embedded("\nb: *x", relay.at, outer).unwrap_err();
        assert_eq!(place(wrong.at), (4, 8));
        let outer = "a: |2- # spelled out\n    b: 1\n";
        let root = read(outer).unwrap();
        let a = root.get("a").unwrap();
        assert_eq!(a.scalar(), Some("  b: 1"));
        let inner = parse_embedded(a.scalar().unwrap(), a.at, outer).unwrap();
        assert_eq!(place(inner.get("b").unwrap().at), (2, 8));
        let root = read("a: \"b: 1\"\n").unwrap();
        let a = root.get("a").unwrap();
        let inner = parse_embedded("b: 1", a.at, "a: \"b: 1\"\n").unwrap();
        assert_eq!(place(inner.get("b").unwrap().at), (1, 4));
    }

    #[test]
    fn merge_keys_yield_to_what_is_written() {
        let text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nmap:\n  <<: [*b, *m]\n  x: 0\n";
        let root = read(text).unwrap();
        let map = root.get("map").unwrap();
        let value = |key: &str| map.get(key).unwrap().scalar().unwrap().to_owned();
        assert_eq!(["x", "y", "z"].map(value), ["0", "2", "4"]);
        assert_eq!(map.entries().len(), 3);
    }

    #[test]
    fn what_the_collector_would_refuse_is_refused() {
        for (text, line, column) in [
            ("a: 1\na: 2\n", 2, 1),
            ("a: &x [*x]\n", 1, 8),
            ("? [a]\n: b\n", 1, 3),
            ("<<: 1\n", 1, 5),
            ("a: !!int x\n", 1, 4),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(place(error.at), (line, column), "{text:?}: {error}");
        }
        assert!(read("a: [1\n").is_err());
        assert!(read("a:\n\t- 1\n").is_err());
        assert!(read("a: *nothing\n").is_err());
    }

    #[test]
    fn a_file_that_is_no_utf8_is_refused_at_its_place() {
        assert_eq!(decode("ä: 1".as_bytes(), 0), Ok("ä: 1"));
        let error = decode(b"a: 1\n\xc3\xa4: \xff", 3).unwrap_err();
        assert_eq!((error.at.file, place(error.at)), (3, (2, 4)));
    }

    #[test]
    fn only_the_first_document_counts() {
        assert_eq!(read("a\n---\nb: [\n").unwrap().scalar(), Some("a"));
        let all = parse_all("a\n---\nb\n", Origin::File(0)).unwrap();
        assert_eq!((all.documents.len(), all.broken), (2, None));
        assert!(
            parse_all("a\n---\nb: [\n", Origin::File(0))
                .unwrap()
                .broken
                .is_some()
        );
        assert!(read("").unwrap().is_null());
        assert!(read("\u{feff}# only a comment\n").unwrap().is_null());
        assert_eq!(place(read("\u{feff}a: 1\n").unwrap().at), (1, 1));
    }

    #[test]
    fn hostile_texts_end_soon() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let list = vec![format!("*a{before}"); 9].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{list}]").unwrap();
        }
        assert!(read(&bomb).is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"- ".repeat(100_000)).is_err());
        assert!(read(&"{a: ".repeat(100_000)).is_err());
        let _ = read(&"&a ".repeat(10_000));
        let mut nested = String::new();
        for level in 0..2000 {
            write!(nested, "&a{level} [").unwrap();
        }
        assert!(read(&nested).is_err());
        let mut deep = "a0: &a0 x\n".to_owned();
        for level in 1..200 {
            writeln!(deep, "a{level}: &a{level} [[[*a{}]]]", level - 1).unwrap();
        }
        assert!(read(&deep).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = parse_all(&text, Origin::File(0));
        }

        #[test]
        fn no_yaml_panics(text in "([-:?&*!|>%@`'\"{}\\[\\], \n\ta-c#~<0-9.]){0,60}") {
            let _ = parse_all(&text, Origin::File(0));
        }
    }
}
