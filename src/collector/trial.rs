//! Whether a release starts with a configuration, whatever its environment says.
//!
//! In come a configuration as written and a release; out comes the configuration as that release reads it, or why
//! it does not start. Variables and files that a configuration refers to are not known here: guesses stand in their
//! place, and what is refused because of a guess is not known to be refused.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::config::Config;
use super::config::Role;
use super::config::Shape;
use super::confmap;
use super::confmap::Sources;
use super::plan::Plan;
use super::position::ConfigError;
use super::position::Position;
use super::version::Version;
use super::yaml::Kind;
use super::yaml::Node;

/// How a release takes a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The release.
    pub version: Version,
    /// The configuration, where it starts with one; guesses stand for what it refers to.
    pub config: Option<Config>,
    /// Why it does not start. Neither this nor a configuration: it is not known.
    pub refused: Option<ConfigError>,
}

/// What a reference may stand for: a text, a number, a duration, an address, nothing. Two of each, so that what
/// is refused with one is told from what is refused because of it.
const GUESSES: [[&str; 7]; 2] = [
    [
        "unknown",
        "1",
        "1h",
        "true",
        "http://unknown:1",
        "unknown:1",
        "",
    ],
    [
        "other",
        "2000",
        "1ms",
        "false",
        "https://other:2",
        "other:2",
        "",
    ],
];

/// What [`text`] puts in the place of a variable.
pub const GUESSED_TEXT: &str = GUESSES[0][0];

/// How often guesses are changed before it is given up.
const ATTEMPTS: usize = 200;

/// Tries to start a release with a configuration.
pub fn start(shape: &Shape, written: &Node, version: Version) -> Trial {
    let (config, refused) = match attempt(shape, written, version, &GUESSES[0]) {
        Outcome::Started(config) => (Some(*config), None),
        Outcome::Unknown => (None, None),
        Outcome::Refused(error, false) => (None, Some(error)),
        Outcome::Refused(error, true) => {
            let again = attempt(shape, written, version, &GUESSES[1]);
            let is_same =
                |other: &ConfigError| other.at == error.at && other.message == error.message;
            let refused = matches!(&again, Outcome::Refused(other, _) if is_same(other));
            (None, refused.then_some(error))
        }
    };
    Trial {
        version,
        config,
        refused,
    }
}

/// Each text of a configuration as a release reads it; one that it refuses, or that refers to what is not known,
/// stays as written.
pub fn texts(shape: &Shape, written: &Node, version: Version) -> Node {
    let mut read = written.clone();
    if *shape != Shape::Prometheus {
        read_texts(&mut read, false, version);
    }
    read
}

/// What a release makes of one text, and the names that it refers to; `in_list`: it stands in a list, or in a map
/// that does.
///
/// # Errors
/// The release refuses it.
pub fn text(
    written: &str,
    in_list: bool,
    version: Version,
) -> Result<(String, Vec<String>), ConfigError> {
    let at = Position::default();
    let scalar = Node {
        kind: Kind::String(written.to_owned()),
        at,
    };
    let kind = if in_list {
        Kind::List(vec![scalar])
    } else {
        let key = "text".to_owned();
        Kind::Map(vec![super::yaml::Entry {
            key,
            key_at: at,
            value: scalar,
        }])
    };
    let referred: RefCell<Vec<String>> = RefCell::default();
    let look = |name: &str| {
        referred.borrow_mut().push(name.to_owned());
        may_be_set(name).then(|| GUESSED_TEXT.to_owned())
    };
    let sources = Sources {
        env: &look,
        read_file: Some(&look),
    };
    let root = confmap::resolve(&Node { kind, at }, sources, version, &mut Vec::new())?;
    let read = match &root.kind {
        Kind::List(items) => items.first(),
        _ => root.get("text"),
    };
    let read = read.and_then(Node::scalar).unwrap_or_default().to_owned();
    let referred = referred.into_inner();
    Ok((read, referred))
}

fn read_texts(node: &mut Node, in_list: bool, version: Version) {
    match &mut node.kind {
        Kind::String(written) if written.contains('$') => {
            if let Ok((read, names)) = text(written, in_list, version)
                && names.is_empty()
            {
                *written = read;
            }
        }
        Kind::List(items) => items
            .iter_mut()
            .for_each(|item| read_texts(item, true, version)),
        Kind::Map(entries) => entries
            .iter_mut()
            .for_each(|entry| read_texts(&mut entry.value, in_list, version)),
        _ => {}
    }
}

/// Whether there can be such a variable or file: no environment has numbers.
fn may_be_set(name: &str) -> bool {
    !name.bytes().all(|byte| byte.is_ascii_digit())
}

enum Outcome {
    Started(Box<Config>),
    /// Whether a guess had to be made anywhere.
    Refused(ConfigError, bool),
    Unknown,
}

fn attempt(shape: &Shape, written: &Node, version: Version, guesses: &[&str]) -> Outcome {
    let tried: RefCell<BTreeMap<String, usize>> = RefCell::default();
    let look = |name: &str| {
        if !may_be_set(name) {
            return None;
        }
        let mut tried = tried.borrow_mut();
        let guess = *tried.entry(name.to_owned()).or_default();
        guesses.get(guess).map(|guess| (*guess).to_owned())
    };
    let sources = Sources {
        env: &look,
        read_file: Some(&look),
    };
    for _ in 0..ATTEMPTS {
        let read = Config::read(shape.clone(), written.clone(), sources, version, Vec::new());
        let error = match read.and_then(|config| ensure_builds(&config).map(|()| config)) {
            Ok(config) => return Outcome::Started(Box::new(config)),
            Err(error) => error,
        };
        if is_ours(&error) {
            return Outcome::Unknown;
        }
        let names: Vec<String> = {
            let tried = tried.borrow();
            let mut names = Vec::new();
            referred_at(written, error.at, &mut |text| {
                names.extend(tried.keys().filter(|name| text.contains(*name)).cloned());
            });
            names
        };
        if names.is_empty() {
            let has_guessed = !tried.borrow().is_empty();
            return Outcome::Refused(error, has_guessed);
        }
        let mut tried = tried.borrow_mut();
        for name in names {
            let guess = tried.entry(name).or_default();
            *guess += 1;
            if *guess >= guesses.len() {
                return Outcome::Unknown;
            }
        }
    }
    Outcome::Unknown
}

/// Whether components start with their settings.
fn ensure_builds(config: &Config) -> Result<(), ConfigError> {
    let metrics = config.pipelines.iter().filter(|pipeline| {
        let starts = |id: &str| config.component(Role::Connector, id).is_none();
        let receivers = pipeline.receivers.iter();
        pipeline.signal == "metrics" && receivers.into_iter().any(|from| starts(&from.id))
    });
    let plan = Plan {
        name: String::new(),
        files: Vec::new(),
        config: config.clone(),
        pipelines: metrics.map(|pipeline| pipeline.id.clone()).collect(),
        job: None,
        cluster: None,
        environment: BTreeMap::new(),
    };
    plan.build().map(|_| ())
}

/// Whether this program, and not the Collector, stops at something.
fn is_ours(error: &ConfigError) -> bool {
    let told = |text: &str| {
        ["not simulated", "to be simulated", "meshctl"]
            .iter()
            .any(|word| text.contains(word))
    };
    told(&error.message) || error.help.as_deref().is_some_and(told)
}

/// Hands on the texts at a place that refer to something.
fn referred_at(node: &Node, at: Position, found: &mut dyn FnMut(&str)) {
    match &node.kind {
        Kind::String(text) if node.at == at && text.contains('$') => found(text),
        Kind::List(items) => items.iter().for_each(|item| referred_at(item, at, found)),
        Kind::Map(entries) => entries
            .iter()
            .for_each(|entry| referred_at(&entry.value, at, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::yaml::Origin;
    use crate::collector::yaml::parse;

    const CONFIG: &str = "receivers:\n  prometheus:\n    config:\n      scrape_configs:\n        - job_name: ${env:JOB}\n\
                          \x20         scrape_interval: ${env:EVERY}\n          sample_limit: ${env:MOST}\n          relabel_configs:\n\
                          \x20           - action: ACTION\n              target_label: x\nexporters:\n  debug:\nservice:\n  pipelines:\n\
                          \x20   metrics: {receivers: [prometheus], exporters: [debug]}\n";

    fn trial(action: &str, version: Version) -> Trial {
        let text = CONFIG.replace("ACTION", action);
        let root = parse(&text, Origin::File(0)).unwrap();
        start(&Shape::Collector, &root, version)
    }

    #[test]
    fn variables_refuse_nothing() {
        for action in ["replace", "'${env:ACTION}'"] {
            let trial = trial(action, Version::new(0, 118, 0));
            assert_eq!(trial.refused, None, "{action}");
        }
        assert!(trial("replace", Version::new(0, 118, 0)).config.is_some());
    }

    #[test]
    fn what_stands_there_is_refused_beside_variables() {
        let trial = trial("replaec", Version::new(0, 118, 0));
        let error = trial.refused.unwrap();
        assert_eq!((error.at.line, error.at.column), (9, 23));
        assert!(
            error.message.starts_with("unknown relabel action"),
            "{error}"
        );
    }

    #[test]
    fn a_text_is_read_as_the_release_reads_it() {
        let read = |written: &str, minor| {
            let read = text(written, true, Version::new(0, minor, 0));
            read.map(|(text, _)| text).map_err(|error| error.message)
        };
        assert_eq!(read("$1:4191", 101), Ok(":4191".to_owned()));
        assert!(read("$1:4191", 104).unwrap_err().contains("deprecated"));
        assert_eq!(read("$1:4191", 118), Ok("$1:4191".to_owned()));
        assert_eq!(
            text("a${env:X}", true, Version::new(0, 118, 0)),
            Ok(("aunknown".to_owned(), vec!["X".to_owned()]))
        );
    }

    #[test]
    fn texts_that_refer_to_something_stay_as_written() {
        let root = parse("a: ['$$1', '${env:X}', '${1}']\n", Origin::File(0)).unwrap();
        let read = texts(&Shape::Collector, &root, Version::new(0, 118, 0));
        let Kind::List(items) = &read.get("a").unwrap().kind else {
            panic!("a list")
        };
        let texts: Vec<_> = items.iter().map(|item| item.scalar().unwrap()).collect();
        assert_eq!(texts, ["$1", "${env:X}", "${1}"]);
    }
}
