//! Relabeling against recorded answers of Prometheus.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use meshctl::collector::position::ConfigError;
use meshctl::collector::position::Position;
use meshctl::collector::relabel::Labels;
use meshctl::collector::relabel::Outcome;
use meshctl::collector::relabel::Rules;
use meshctl::collector::relabel::Scheme;
use meshctl::collector::version::Version;
use meshctl::collector::yaml::Entry;
use meshctl::collector::yaml::Kind;
use meshctl::collector::yaml::Node;
use saphyr_parser::Event;
use saphyr_parser::Parser;
use saphyr_parser::ScalarStyle;
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    label_sets: BTreeMap<String, Set>,
    cases: Vec<Case>,
}

type Set = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Case {
    id: String,
    /// YAML.
    rules: String,
    set: String,
    /// By release; `both` is all of them.
    #[serde(flatten)]
    answers: BTreeMap<String, Answer>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Answer {
    keep: Option<bool>,
    labels: Option<Changed>,
    error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Changed {
    Unchanged(String),
    Set(Set),
}

/// Files of recorded answers whose names begin with `what`.
fn recordings(what: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/conformance");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(what) && file.extension().is_some_and(|kind| kind == "json")
        })
        .collect();
    files.sort();
    files
}

/// A YAML document without anchors, enough for rules.
fn node(text: &str) -> Node {
    let mut events: Vec<(Event<'_>, Position)> = Parser::new_from_str(text)
        .map(|event| {
            let (event, span) = event.unwrap();
            let at = Position {
                file: 0,
                line: span.start.line() as u32,
                column: span.start.col() as u32 + 1,
            };
            (event, at)
        })
        .filter(|(event, _)| {
            let inside = !matches!(
                event,
                Event::Nothing | Event::StreamStart | Event::StreamEnd
            );
            inside && !matches!(event, Event::DocumentStart(_) | Event::DocumentEnd)
        })
        .collect();
    events.reverse();
    read(&mut events)
}

fn read(events: &mut Vec<(Event<'_>, Position)>) -> Node {
    let (event, at) = events.pop().unwrap();
    let kind = match event {
        Event::Scalar(text, ScalarStyle::Plain, ..) => plain(&text),
        Event::Scalar(text, ..) => Kind::String(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            while !matches!(events.last().unwrap().0, Event::SequenceEnd) {
                items.push(read(events));
            }
            events.pop();
            Kind::List(items)
        }
        Event::MappingStart(..) => {
            let mut entries = Vec::new();
            while !matches!(events.last().unwrap().0, Event::MappingEnd) {
                let key = read(events);
                let value = read(events);
                entries.push(Entry {
                    key: key.scalar().unwrap().to_owned(),
                    key_at: key.at,
                    value,
                });
            }
            events.pop();
            Kind::Map(entries)
        }
        other => panic!("{other:?}"),
    };
    Node { kind, at }
}

fn plain(text: &str) -> Kind {
    let owned = || text.to_owned();
    match text {
        "" | "~" | "null" => Kind::Null,
        "true" | "false" => Kind::Bool(text == "true", owned()),
        _ => match (text.parse(), text.parse()) {
            (Ok(int), _) => Kind::Int(int, owned()),
            (_, Ok(float)) => Kind::Float(float, owned()),
            _ => Kind::String(owned()),
        },
    }
}

fn compile(rules: &str, version: Version) -> Result<Rules, ConfigError> {
    let Kind::List(nodes) = node(rules).kind else {
        panic!("{rules} is no list");
    };
    Rules::compile(&nodes, version, Scheme::default())
}

fn labels(set: &Set) -> Labels {
    let pairs = set.iter();
    pairs
        .map(|(name, value)| (name.as_str().into(), value.as_str().into()))
        .collect()
}

fn ours(rules: &str, set: &Set, version: Version) -> Answer {
    let mut answer = Answer {
        keep: None,
        labels: None,
        error: None,
    };
    let rules = match compile(rules, version) {
        Ok(rules) => rules,
        Err(error) => {
            answer.error = Some(error.message);
            return answer;
        }
    };
    let mut labels = labels(set);
    let mut explained = labels.clone();
    let mut partly = labels.clone();
    let outcome = rules.process(&mut labels);
    let steps = rules.explain(&mut explained);
    assert_eq!(explained, labels, "explaining ends differently");
    let dropped = steps.iter().find(|step| step.dropped);
    let told = dropped.map_or(Outcome::Kept, |step| Outcome::Dropped { rule: step.rule });
    assert_eq!(told, outcome, "explaining ends differently");
    let judged = rules.process_partly(&mut partly, &|_| false);
    assert_eq!((judged.outcome, judged.unjudged.len()), (outcome, 0));
    assert_eq!(partly, labels, "everything is known");
    answer.keep = Some(outcome == Outcome::Kept);
    if outcome == Outcome::Kept {
        let after: Set = labels
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        answer.labels = Some(if &after == set {
            Changed::Unchanged("unchanged".to_owned())
        } else {
            Changed::Set(after)
        });
    }
    answer
}

/// Where the YAML library refuses a value, the words are our own.
fn is_same(ours: &Answer, theirs: &Answer) -> bool {
    match (&ours.error, &theirs.error) {
        (Some(_), Some(error)) if error.starts_with("yaml: ") => true,
        _ => ours == theirs,
    }
}

#[test]
fn prometheus_gives_the_same_answers() {
    let files = recordings("relabel");
    assert!(!files.is_empty());
    let (mut compared, mut faults) = (0, Vec::new());
    for file in files {
        let recorded: Recorded = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert!(!recorded.cases.is_empty(), "{}", file.display());
        // The generated cases were put to a later release than the written ones.
        let older = if file.file_name().unwrap() == "relabel.json" {
            "0.117.0"
        } else {
            "0.118.0"
        };
        for case in &recorded.cases {
            let set = &recorded.label_sets[&case.set];
            assert!(!case.answers.is_empty(), "{}", case.id);
            for (release, theirs) in &case.answers {
                let releases = match release.as_str() {
                    "both" => vec![older, "0.156.0"],
                    release => vec![release],
                };
                for release in releases {
                    let ours = ours(&case.rules, set, release.parse().unwrap());
                    compared += 1;
                    if !is_same(&ours, theirs) {
                        let (id, rules) = (&case.id, &case.rules);
                        faults.push(format!(
                            "{id} {release} {rules}\n  ours     {ours:?}\n  recorded {theirs:?}"
                        ));
                    }
                }
            }
        }
    }
    assert!(compared > 0);
    assert!(
        faults.is_empty(),
        "{} of {compared} differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// For a release between the recorded ones: which rules are refused.
#[test]
fn names_widen_release_by_release() {
    let refused = |rules: &str, version: &str| compile(rules, version.parse().unwrap()).is_err();
    let name = "- {target_label: a.b, replacement: v}";
    let template = "- {regex: '(.+)', replacement: 'x.$1', action: labelmap}";
    let answers = |rules: &str| {
        let releases = ["0.117.0", "0.118.0", "0.126.0", "0.127.0"];
        releases.map(|release| refused(rules, release))
    };
    assert_eq!(answers(name), [true, false, false, false]);
    assert_eq!(answers(template), [true, true, true, false]);
}

#[test]
fn an_error_stands_where_the_value_does() {
    let error = |rules: &str| {
        let error = compile(rules, Version::default()).unwrap_err();
        (error.at.line, error.at.column, error.message, error.help)
    };
    assert_eq!(
        error("- action: keep\n  regex: '('\n"),
        (
            2,
            10,
            "error parsing regexp: missing closing ): `^(?:()$`".to_owned(),
            None
        )
    );
    let help = Some("did you mean `labelmap`?".to_owned());
    let message = "unknown relabel action \"labelmao\"".to_owned();
    assert_eq!(error("- action: labelmao\n"), (1, 11, message, help));
}

#[test]
fn a_rule_on_an_unknown_label_is_passed_over_and_told() {
    let rules = "
- {source_labels: [__meta_pod], regex: web, action: keep}
- {source_labels: [__meta_ip], regex: (.+), target_label: __address__, replacement: '$1:4191'}
- {source_labels: [__address__], regex: x, action: keep}
- {source_labels: [job], target_label: __address__}
- {source_labels: [__address__], regex: mesh, action: keep}
- {source_labels: [absent], target_label: job, replacement: ''}
";
    let rules = compile(rules, Version::default()).unwrap();
    let set = Set::from([
        ("__address__".to_owned(), "y".to_owned()),
        ("job".to_owned(), "mesh".to_owned()),
    ]);
    let mut labels = labels(&set);
    let partly = rules.process_partly(&mut labels, &|name| name.starts_with("__meta_"));
    assert_eq!(partly.outcome, Outcome::Kept);
    let unjudged = partly.unjudged.iter();
    let unjudged: Vec<_> = unjudged
        .map(|unjudged| (unjudged.rule, unjudged.label.as_str()))
        .collect();
    assert_eq!(
        unjudged,
        [(0, "__meta_pod"), (1, "__meta_ip"), (2, "__address__")]
    );
    assert_eq!(labels.get("__address__").unwrap(), &"mesh");
    assert_eq!(labels.get("job"), None);
}

#[test]
fn the_name_decides_alone_where_nothing_else_is_read() {
    let compile = |rules| compile(rules, Version::default()).unwrap();
    let by_name = compile("- {source_labels: [__name__], regex: 'a|b', action: keep}");
    assert!(by_name.reads_only_name());
    assert_eq!(by_name.judge_name("a"), Outcome::Kept);
    assert_eq!(by_name.judge_name("c"), Outcome::Dropped { rule: 0 });
    let by_label = compile("- {source_labels: [__name__, le], regex: 'a;', action: drop}");
    assert!(by_label.is_keep_drop_only() && !by_label.reads_only_name());
    assert!(!compile("- {target_label: a, replacement: b}").is_keep_drop_only());
}

#[test]
fn a_rule_is_shown_as_it_was_written() {
    let rules = "- source_labels: [__name__, le]\n  regex: 'a b'\n  action: drop\n";
    let rules = compile(rules, Version::default()).unwrap();
    let shown = rules.shown().next().unwrap();
    assert_eq!(
        shown.text,
        "source_labels: [__name__, le], regex: 'a b', action: drop"
    );
    assert_eq!((shown.at.line, shown.at.column), (1, 3));
}

#[test]
fn of_labels_mapped_to_one_name_the_one_set_last_wins() {
    let rules = "
- {target_label: a_x, replacement: set}
- {regex: '[a-c]_x', replacement: to, action: labelmap}
";
    let rules = compile(rules, Version::default()).unwrap();
    let set = ["a_x", "b_x", "c_x"].map(|name| (name.to_owned(), name.to_owned()));
    let mut labels = labels(&Set::from(set));
    assert_eq!(rules.process(&mut labels), Outcome::Kept);
    assert_eq!(labels.get("to").unwrap(), &"set");
}
