//! Files that are made from the program are made again and compared with those in the tree.

#![cfg(test)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;
use clap_complete::Generator;
use clap_complete::Shell;
use meshctl::findings::catalogue::RULES;

/// Set to write the files instead of comparing them.
const UPDATE: &str = "MESHCTL_UPDATE";

#[test]
fn completions_are_those_of_the_command_line() {
    let shells = Shell::value_variants();
    assert_eq!(shells.len(), 5, "a shell was added: list it in the README");
    for shell in shells {
        let mut script = Vec::new();
        clap_complete::generate(*shell, &mut meshctl::cli::command(), "meshctl", &mut script);
        let name = Path::new("completions").join(shell.file_name("meshctl"));
        compare(&name, &String::from_utf8(script).unwrap());
    }
}

#[test]
fn the_index_of_findings_is_that_of_the_catalogue() {
    let mut index = String::from(
        "# Findings\n\nWhat `meshctl audit`, `targets`, `check` and `lint` report, and what each finding means. The same \
         pages are\nbuilt into the program: `meshctl explain ID`.\n\n| finding | worst severity | what is wrong |\n|---|---|---|\n",
    );
    for rule in &*RULES {
        let (id, severity, title) = (rule.id, rule.severity.as_str(), rule.title);
        let _ = writeln!(index, "| [{id}]({id}.md) | {severity} | {title} |");
    }
    compare(Path::new("docs/findings/README.md"), &index);
}

#[test]
fn the_schema_of_budget_files_lists_the_findings() {
    let name = Path::new("docs/schema/meshctl.schema.json");
    let kept = fs::read_to_string(root().join(name)).unwrap();
    let mut schema: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
    schema["$defs"]["finding"]["anyOf"][0]["enum"] = ids.into();
    let made = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    compare(name, &made);
}

#[test]
fn every_page_belongs_to_a_rule() {
    let dir = root().join("docs/findings");
    let mut pages = Vec::new();
    for group in fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if group.is_dir() {
            for page in fs::read_dir(&group).unwrap() {
                let page = page.unwrap().path();
                let name = page.strip_prefix(&dir).unwrap().with_extension("");
                pages.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    pages.sort();
    let ids: Vec<_> = RULES.iter().map(|rule| rule.id).collect();
    assert!(!ids.is_empty(), "an empty catalogue has nothing to compare");
    assert_eq!(pages, ids);
}

fn compare(name: &Path, made: &str) {
    let path = root().join(name);
    if is_updating() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, made).unwrap();
    }
    let kept = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        kept == made,
        "{} is not what the program makes of it; run `{UPDATE}=1 cargo test --test drift` and commit it",
        name.display()
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a switch for whoever runs this test, not of the program"
)]
fn is_updating() -> bool {
    std::env::var_os(UPDATE).is_some()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
