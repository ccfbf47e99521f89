//! Holds README and the pages beside it to the program: every run shown in them is run again and compared,
//! every table that repeats the code is compared with the code, every link leads somewhere.
//!
//! A `console` block is a transcript: lines that begin with `$ ` are commands, run in the root of the
//! repository without colour, 80 columns wide; what stands below them is what a terminal shows: warnings,
//! the report, then errors and `next:`. `$ echo $?` shows the exit code of the run before. Other commands
//! than these two stand in `sh` blocks, which are not run.
//!
//! `MESHCTL_UPDATE=1 cargo test --test readme` writes outputs and tables anew instead of comparing them.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use meshctl::cli::ExitCode;
use serde_json::Value;

/// Set to write the pages instead of comparing them.
const UPDATE: &str = "MESHCTL_UPDATE";

/// The command that tests everything, for a newcomer and for CI.
const TEST_COMMAND: &str = "cargo test --locked";

/// The scrape of the examples.
const SCRAPE: &str = "fixtures/scrapes/busy-client.prom";

#[test]
fn every_run_shown_gives_what_is_shown() {
    let _alone = alone();
    let mut runs = 0;
    for page in ["README.md", "docs/json.md"] {
        let mut made = String::new();
        for part in parts(&read(page)) {
            match part {
                Part::Block { kind, text } if kind == "console" => {
                    let transcript = transcript(&text);
                    runs += transcript.matches("$ meshctl ").count();
                    let _ = write!(made, "```console\n{transcript}```\n");
                }
                Part::Block { kind, text } => {
                    let _ = write!(made, "```{kind}\n{text}```\n");
                }
                Part::Prose(line) => {
                    made.push_str(&line);
                    made.push('\n');
                }
            }
        }
        compare(page, &made);
    }
    assert!(runs >= 3, "only {runs} runs were found to compare");
}

#[test]
fn the_exit_codes_are_those_of_the_program() {
    let _alone = alone();
    let mut table = String::from("| code | meaning |\n|---:|---|\n");
    for code in ExitCode::ALL {
        let _ = writeln!(table, "| {} | {} |", code.number(), code.meaning());
    }
    let page = read("README.md");
    let start = page.find("| code | meaning |").expect("a table of codes");
    let end = start + page[start..].find("\n\n").expect("an end of it") + 1;
    let made = format!("{}{table}{}", &page[..start], &page[end..]);
    compare("README.md", &made);
}

#[test]
fn the_jq_example_gives_what_is_shown() {
    let _alone = alone();
    let document = audit(SCRAPE);
    let labels = document["labels"].as_array().expect("labels");
    let costly = labels.iter().filter(|label| label["structural"] == false);
    let mut shown = String::new();
    for label in costly.take(3) {
        let name = label["name"].as_str().expect("a name");
        let _ = writeln!(shown, "{} {name}", label["marginal_saving_series"]);
    }
    let page = read("README.md");
    let start = page.find("```text\n").expect("the output of jq") + "```text\n".len();
    let end = start + page[start..].find("```").expect("an end of it");
    let made = format!("{}{shown}{}", &page[..start], &page[end..]);
    compare("README.md", &made);
}

#[test]
fn commands_and_shells_are_all_listed() {
    let page = read("README.md");
    let command = meshctl::cli::command();
    let mut checked = 0;
    for subcommand in command.get_subcommands() {
        let row = format!("| `{}` |", subcommand.get_name());
        assert!(page.contains(&row), "README.md lists no {row}");
        checked += 1;
    }
    let rows = section(&page, "## Commands")
        .lines()
        .filter(|line| line.starts_with("| `"))
        .count();
    assert_eq!(rows, checked, "README.md lists a command that is not there");
    let completions = command.find_subcommand("completions").expect("completions");
    for shell in completions
        .get_positionals()
        .flat_map(clap::Arg::get_possible_values)
    {
        let name = shell.get_name();
        assert!(page.contains(name), "README.md does not name {name}");
    }
}

#[test]
fn ci_runs_the_commands_of_the_readme() {
    let page = read("README.md");
    let block = parts(&page)
        .into_iter()
        .find_map(|part| match part {
            Part::Block { kind, text } if kind == "sh" => Some(text),
            _ => None,
        })
        .expect("the two commands");
    let commands: Vec<_> = block.lines().collect();
    assert_eq!(commands.len(), 2);
    assert_eq!(commands[1], TEST_COMMAND);
    let script = read(".ci/run");
    for command in commands {
        assert!(script.contains(command), ".ci/run does not run `{command}`");
    }
    assert!(read("CONTRIBUTING.md").contains(TEST_COMMAND));
}

/// Tables between `<!-- keys: NAME -->` and `<!-- /keys -->` are those of the schema.
#[test]
fn json_keys_are_those_of_the_schema() {
    const OPEN: &str = "<!-- keys: ";
    const CLOSE: &str = "<!-- /keys -->\n";
    let _alone = alone();
    let schema = meshctl::report::schema();
    let page = read("docs/json.md");
    let mut made = String::new();
    let mut rest = page.as_str();
    let mut described = BTreeSet::new();
    while let Some(at) = rest.find(OPEN) {
        let behind = &rest[at + OPEN.len()..];
        let (name, _) = behind.split_once(" -->").expect("an end of the mark");
        let (_, after) = behind.split_once(CLOSE).expect("an end of the table");
        let _ = write!(made, "{}{OPEN}{name} -->\n\n", &rest[..at]);
        let part = if name == "Document" {
            &schema
        } else {
            &schema["$defs"][name]
        };
        made.push_str(&key_table(part));
        let _ = write!(made, "\n{CLOSE}");
        described.insert(name.to_owned());
        rest = after;
    }
    made.push_str(rest);
    compare("docs/json.md", &made);
    let mut known: BTreeSet<String> = schema["$defs"]
        .as_object()
        .expect("definitions")
        .keys()
        .cloned()
        .collect();
    known.insert("Document".to_owned());
    assert_eq!(described, known);
}

#[test]
fn csv_headers_are_those_described() {
    let page = read("docs/json.md");
    for arguments in [
        &["families"][..],
        &["labels"],
        &["labels", "--family", "up"],
        &["filter", "--keep-regex", "up"],
    ] {
        let mut arguments = arguments.to_vec();
        arguments.extend([SCRAPE, "-o", "csv"]);
        let table = text(&meshctl(&arguments).stdout);
        let header = table.lines().next().expect("a header");
        assert!(!header.is_empty());
        for column in header.split(',') {
            let named = format!("`{column}`");
            assert!(page.contains(&named), "docs/json.md does not name {named}");
        }
    }
}

#[test]
fn links_lead_to_files() {
    let mut checked = 0;
    for page in pages() {
        let folder = Path::new(&page).parent().expect("a folder");
        for target in links(&read(&page)) {
            let (path, _) = target.split_once('#').unwrap_or((&target, ""));
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let path = root().join(folder).join(path);
            assert!(
                path.exists(),
                "{page} links to {target}, which is not there"
            );
            checked += 1;
        }
    }
    assert!(checked > 0, "no link was found to check");
}

/// Files named in code spans of the pages for contributors exist; `<placeholders>` and globs aside.
#[test]
fn files_named_in_the_architecture_exist() {
    let mut checked = 0;
    for page in ["docs/architecture.md", "CONTRIBUTING.md"] {
        for span in read(page).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "docs/", "fixtures/", "examples/", ".ci/"]
                .iter()
                .any(|folder| span.starts_with(folder));
            if is_path && !span.contains(['<', '*', ' ', 'N', '…']) {
                assert!(root().join(span).exists(), "{page} names {span}");
                checked += 1;
            }
        }
    }
    assert!(checked > 0, "no file was found to check");
}

enum Part {
    Prose(String),
    Block { kind: String, text: String },
}

/// A page as lines and fenced blocks. Writing all of it again gives the same page.
fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else {
            parts.push(Part::Prose(line.to_owned()));
            continue;
        };
        let mut text = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            text.push_str(line);
            text.push('\n');
        }
        let kind = kind.to_owned();
        parts.push(Part::Block { kind, text });
    }
    parts
}

/// The block as it is when its commands are run now.
fn transcript(shown: &str) -> String {
    let mut made = String::new();
    let mut code = None;
    for command in shown.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let _ = writeln!(made, "$ {command}");
        if command == "echo $?" {
            let _ = writeln!(made, "{}", code.expect("a run before"));
            continue;
        }
        let words: Vec<_> = command.split(' ').collect();
        assert_eq!(words[0], "meshctl", "only meshctl is run: {command}");
        assert!(!command.contains(['\'', '"', '|', '>']), "plain words only");
        let output = meshctl(&words[1..]);
        code = output.status.code();
        let messages = text(&output.stderr);
        let is_early = |line: &&str| line.starts_with("warning: ");
        for line in messages.lines().filter(is_early) {
            let _ = writeln!(made, "{line}");
        }
        made.push_str(&text(&output.stdout));
        for line in messages.lines().filter(|line| !is_early(line)) {
            let _ = writeln!(made, "{line}");
        }
    }
    assert!(!made.is_empty(), "a console block without a command");
    made
}

fn meshctl(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_meshctl"))
        .args(arguments)
        .current_dir(root())
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("COLUMNS", "80")
        .output()
        .unwrap()
}

fn audit(source: &str) -> Value {
    let output = meshctl(&["audit", source, "-o", "json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// One row for each property, in the order of the document.
fn key_table(part: &Value) -> String {
    let mut table = String::from("| key | type | meaning |\n|---|---|---|\n");
    let order = part["required"].as_array().expect("all keys are required");
    let properties = part["properties"].as_object().expect("properties");
    assert_eq!(order.len(), properties.len());
    for name in order.iter().filter_map(Value::as_str) {
        let property = &properties[name];
        let meaning = property["description"].as_str().unwrap_or_default();
        let meaning = meaning.replace('\n', " ").replace('|', "\\|");
        let _ = writeln!(table, "| `{name}` | {} | {meaning} |", type_of(property));
    }
    table
}

/// A property's type in words.
fn type_of(property: &Value) -> String {
    let reference = |value: &Value| {
        let name = value["$ref"].as_str()?.rsplit('/').next()?;
        Some(name.to_owned())
    };
    if let Some(name) = reference(property) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(either) = property["anyOf"].as_array() {
        let types: Vec<_> = either.iter().map(type_of).collect();
        return types.join(" or ");
    }
    let one = |name: &str| match name {
        "array" => format!("list of {}", type_of(&property["items"])),
        other => other.to_owned(),
    };
    match &property["type"] {
        Value::String(name) => one(name),
        Value::Array(names) => {
            let names: Vec<_> = names.iter().filter_map(Value::as_str).map(one).collect();
            names.join(" or ")
        }
        other => panic!("no type: {other}"),
    }
}

/// From a heading to the next one.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(heading).expect("the heading");
    rest.split_once("\n## ")
        .map_or(rest, |(section, _)| section)
}

/// Targets of inline links.
fn links(page: &str) -> Vec<String> {
    let targets = page.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The pages at the top and those under `docs`.
fn pages() -> Vec<String> {
    let mut pages: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .map(str::to_owned)
        .into();
    pages.extend(["docs/architecture.md", "docs/json.md"].map(str::to_owned));
    pages.extend(["docs/findings/README.md", "fixtures/README.md"].map(str::to_owned));
    pages
}

/// Held by each test that may write a page, from reading it on.
fn alone() -> MutexGuard<'static, ()> {
    static PAGES: Mutex<()> = Mutex::new(());
    PAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

fn compare(page: &str, made: &str) {
    if is_updating() {
        fs::write(root().join(page), made).unwrap();
    }
    let kept = read(page);
    let differs = kept.lines().zip(made.lines()).find(|(a, b)| a != b);
    assert!(
        kept == made,
        "{page} is not what the program makes of it; run `{UPDATE}=1 cargo test --test readme` and look at the \
         difference; first: {differs:?}"
    );
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page))
        .unwrap_or_else(|error| panic!("{page}: {error}"))
        .replace("\r\n", "\n")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
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
