//! Go's regular expressions against recorded answers of Go.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use meshctl::collector::regex::GoRegex;
use meshctl::collector::regex::RegexError;
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    pattern: String,
    inputs: Vec<String>,
    /// By release; `both` is all of them.
    #[serde(flatten)]
    answers: BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
struct Answer {
    is_match: Option<Vec<bool>>,
    is_match_error: Option<String>,
    relabel: Option<Vec<bool>>,
    relabel_error: Option<String>,
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

type Outcome = Result<Vec<bool>, String>;

fn ours(regex: Result<GoRegex, RegexError>, inputs: &[String]) -> Outcome {
    let regex = regex.map_err(|error| error.to_string())?;
    let captured = inputs.iter().map(|input| regex.captures(input).is_some());
    let matched: Vec<bool> = inputs.iter().map(|input| regex.is_match(input)).collect();
    assert!(
        captured.eq(matched.iter().copied()),
        "{regex:?} finds other captures than matches"
    );
    Ok(matched)
}

fn theirs(matched: Option<Vec<bool>>, error: Option<String>) -> Outcome {
    match (matched, error) {
        (Some(matched), None) => Ok(matched),
        (None, Some(error)) => Err(error),
        _ => panic!("an answer is either matches or an error"),
    }
}

#[test]
fn go_gives_the_same_answers() {
    let files = recordings("regex");
    assert!(!files.is_empty());
    let (mut compared, mut faults) = (0, Vec::new());
    for file in files {
        let recorded: Recorded = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert!(!recorded.cases.is_empty(), "{}", file.display());
        for case in recorded.cases {
            assert!(!case.answers.is_empty(), "{}", case.id);
            for (release, answer) in case.answers {
                let releases = match release.as_str() {
                    "both" => vec!["0.117.0", "0.118.0", "0.156.0"],
                    release => vec![release],
                };
                let bare = theirs(answer.is_match, answer.is_match_error);
                let relabel = theirs(answer.relabel, answer.relabel_error);
                for release in releases {
                    let version = release.parse().unwrap();
                    let wrapped = GoRegex::relabel(&case.pattern, version);
                    let pairs = [
                        (
                            "bare",
                            ours(GoRegex::new(&case.pattern), &case.inputs),
                            &bare,
                        ),
                        ("relabel", ours(wrapped, &case.inputs), &relabel),
                    ];
                    for (how, ours, theirs) in pairs {
                        compared += 1;
                        if &ours != theirs {
                            let (id, pattern) = (&case.id, &case.pattern);
                            faults.push(format!(
                                "{id} {release} {how} {pattern:?}: {ours:?}, recorded {theirs:?}"
                            ));
                        }
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
