//! From text to nodes, document by document.

use super::super::position::ConfigError;
use super::super::position::Position;
use super::Kind;
use super::Node;
use super::builder::Builder;
use super::origin::Origin;
use super::origin::block_origin;

/// The documents of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Documents {
    /// In order. A text without any has one, which holds nothing.
    pub documents: Vec<Node>,
    /// Why the text after the last of them could not be read; `None` if they are all.
    pub broken: Option<ConfigError>,
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
