//! Holds the pipelines of `docs/ci` to the program: their files are read, and their commands are run.

#![cfg(test)]

use std::fs;
use std::path::Path;
use std::process::Command;

use meshctl::collector::yaml;
use meshctl::collector::yaml::Kind;
use meshctl::collector::yaml::Node;
use meshctl::collector::yaml::Origin;

/// What the commands read, beside what is in `docs/ci`.
const FIXTURES: [&str; 2] = [
    "fixtures/astronomy-shop.tar.zst",
    "fixtures/collector/otel-mesh.yaml",
];

/// The pipelines, and the files that each hands on.
const PIPELINES: [(&str, &[&str]); 2] = [
    ("docs/ci/github.yml", &["meshctl.sarif"]),
    (
        "docs/ci/gitlab.yml",
        &["gl-code-quality-report.json", "meshctl-junit.xml"],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pipeline(name: &str) -> Node {
    let text = fs::read_to_string(root().join(name)).unwrap();
    yaml::parse(&text, Origin::File(0)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every text of a tree, in order.
fn texts(node: &Node) -> Vec<&str> {
    match &node.kind {
        Kind::List(items) => items.iter().flat_map(texts).collect(),
        Kind::Map(entries) => entries
            .iter()
            .flat_map(|entry| texts(&entry.value))
            .collect(),
        Kind::String(text) => vec![text],
        Kind::Null | Kind::Bool(..) | Kind::Int(..) | Kind::Float(..) => Vec::new(),
    }
}

/// The command lines of a pipeline that run meshctl, in words.
fn commands(node: &Node) -> Vec<Vec<&str>> {
    let lines = texts(node).into_iter().flat_map(str::lines);
    let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines
        .filter(|words| words.len() > 1 && words[0] == "meshctl")
        .collect()
}

#[test]
fn the_pipelines_hand_on_the_files_that_their_commands_write() {
    for (name, handed_on) in PIPELINES {
        let pipeline = pipeline(name);
        let commands = commands(&pipeline);
        assert!(!commands.is_empty(), "{name} runs no meshctl");
        let texts = texts(&pipeline);
        for file in handed_on {
            assert!(texts.contains(file), "{name} does not hand on {file}");
            let written = format!("={file}");
            let is_written = |word: &&str| word.ends_with(&written);
            assert!(
                commands.iter().flatten().any(is_written),
                "{name} does not write {file}"
            );
        }
        for command in commands {
            let plain = |word: &&str| !word.contains(['\'', '"', '$', '|', '>', '&', ';', '\\']);
            assert!(command.iter().all(plain), "{name}: plain words only");
        }
    }
}

#[test]
fn the_commands_of_the_pipelines_run_and_write_what_they_name() {
    for (name, handed_on) in PIPELINES {
        let pipeline = pipeline(name);
        let dir = tempfile::tempdir().unwrap();
        let copied = fs::read_dir(root().join("docs/ci")).unwrap();
        let copied = copied.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let copied = copied.map(|file| format!("docs/ci/{file}"));
        for file in copied.chain(FIXTURES.map(str::to_owned)) {
            let to = dir.path().join(&file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root().join(&file), to).unwrap();
        }
        for words in commands(&pipeline) {
            let line = words.join(" ");
            let known = meshctl::cli::command();
            assert!(
                known.find_subcommand(words[1]).is_some(),
                "{name}: there is no command {}: {line}",
                words[1]
            );
            let output = Command::new(env!("CARGO_BIN_EXE_meshctl"))
                .args(&words[1..])
                .current_dir(dir.path())
                .env_clear()
                .env("GITHUB_STEP_SUMMARY", dir.path().join("summary.md"))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let code = output.status.code();
            assert!(
                code == Some(0) || code == Some(1),
                "{name}: {line} exits with {code:?}: {said}"
            );
            if words.contains(&"github-summary") {
                let summary = fs::read_to_string(dir.path().join("summary.md")).unwrap();
                assert!(summary.starts_with("### meshctl check: "), "{summary}");
            }
        }
        for file in handed_on {
            let written = fs::metadata(dir.path().join(file));
            assert!(
                written.is_ok_and(|written| written.len() > 0),
                "{name}: {file} was not written"
            );
        }
    }
}
