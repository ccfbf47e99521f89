use std::fs;

use clap::Parser;

use super::super::messages::Volume;
use super::super::program::Program;
use super::super::terminal::ColorChoice;
use super::super::terminal::Surroundings;
use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    outputs: OutputsArgs,
}

fn parsed(arguments: &[&str]) -> Result<Vec<Request>, String> {
    let line = Line::try_parse_from([&["meshctl"], arguments].concat());
    line.map(|line| line.outputs.output)
        .map_err(|error| error.to_string())
}

fn planned(arguments: &[&str], step_summary: Option<&str>) -> Result<Outputs, String> {
    let requests = parsed(arguments)?;
    let planned = Outputs::new(&requests, step_summary);
    planned.map_err(|error| format!("{error:#}"))
}

fn judged() -> Judged<'static> {
    Judged {
        command: "check",
        inputs: &[],
        coverage: None,
        measured: &[],
        budget_file: None,
        baseline: None,
        findings: &[],
        ignored: &[],
        files: &[],
        fail_on: None,
        exit: (0, &[]),
    }
}

fn deliver(outputs: &Outputs) -> ExitCode {
    let terminal = Terminal::new(&Surroundings::default(), ColorChoice::Never);
    let messages = Messages::new(Volume::Quiet, false, false, Program::Meshctl);
    outputs.deliver(&judged(), &terminal, messages)
}

#[test]
fn every_format_is_known_by_the_name_that_help_shows() {
    use clap::ValueEnum;
    for format in Format::value_variants() {
        let shown = format.to_possible_value().unwrap();
        assert_eq!(shown.get_name(), format.as_str());
        assert!(shown.get_help().is_some(), "{format:?} says what it is");
        let requests = parsed(&["-o", format.as_str()]).unwrap();
        assert_eq!(requests[0].format, *format);
    }
}

#[test]
fn a_path_follows_the_first_equals_sign() {
    let requests = parsed(&["-o", "json=a=b.json", "--output=sarif", "-ojunit=-"]).unwrap();
    let paths: Vec<_> = requests
        .iter()
        .map(|request| request.path.clone())
        .collect();
    assert_eq!(
        paths,
        [
            Some(PathBuf::from("a=b.json")),
            None,
            Some(PathBuf::from("-"))
        ]
    );
}

#[test]
fn what_is_no_format_is_refused_with_those_there_are() {
    let error = parsed(&["-o", "jsonl"]).unwrap_err();
    insta::assert_snapshot!(error, @r"
    error: invalid value 'jsonl' for '--output <FORMAT[=PATH]>'
      [possible values: table, json, markdown, junit, sarif, github, github-summary, gitlab, prometheus]

      tip: a similar value exists: 'json'

    For more information, try '--help'.
    ");
    let error = parsed(&["-o", "sarif="]).unwrap_err();
    assert!(error.contains("'sarif=PATH'"), "{error}");
}

#[test]
fn one_goes_to_standard_output_and_each_file_is_one_formats() {
    let error = |arguments: &[&str]| planned(arguments, None).unwrap_err();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a").display().to_string();
    assert_eq!(
        error(&["-o", "json", "-o", "sarif=-"]),
        "-o sarif: another format goes to standard output already; name a file: -o sarif=PATH"
    );
    assert_eq!(
        error(&[
            "-o",
            &format!("json={file}"),
            "-o",
            &format!("sarif={file}")
        ]),
        format!("-o sarif: another format goes to {file} already")
    );
    assert_eq!(
        error(&["-o", &format!("json={file}/b")]),
        format!("-o json: cannot write {file}/b: there is no directory {file}; create it first")
    );
    let folder = dir.path().display();
    assert_eq!(
        error(&["-o", &format!("json={folder}")]),
        format!("-o json: cannot write {folder}: it is a directory")
    );
}

#[test]
fn the_table_goes_to_standard_output_where_all_else_goes_to_files() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.json");
    let table = (JudgedFormat::Table, Destination::Stdout);
    assert_eq!(
        planned(&[], None).unwrap().writes,
        std::slice::from_ref(&table)
    );
    let outputs = planned(&["-o", &format!("json={}", file.display())], None).unwrap();
    let json = (JudgedFormat::Json, Destination::File(file));
    assert_eq!(outputs.writes, [json, table]);
}

#[test]
fn a_summary_goes_behind_what_is_in_the_file_that_github_names() {
    assert_eq!(
        planned(&["-o", "github-summary"], None).unwrap_err(),
        "-o github-summary: GITHUB_STEP_SUMMARY is not set; outside of GitHub Actions name a file: \
         -o github-summary=PATH"
    );
    let dir = tempfile::tempdir().unwrap();
    let [summary, other] = ["summary.md", "other.md"].map(|name| dir.path().join(name));
    fs::write(&summary, "before\n").unwrap();
    let named = summary.display().to_string();
    let typed = format!("github-summary={}", other.display());
    let outputs = planned(
        &["-o", "github-summary", "-o", &typed, "-o", "github"],
        Some(&named),
    );
    assert_eq!(deliver(&outputs.unwrap()), ExitCode::Clean);
    let [summary, other] = [summary, other].map(|file| fs::read_to_string(file).unwrap());
    assert_eq!(summary, format!("before\n{other}"));
    assert!(other.starts_with("### meshctl check: passed\n"), "{other}");
}

#[test]
fn a_file_is_replaced_as_a_whole_and_the_link_to_it_stays() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.json");
    fs::write(&file, "old").unwrap();
    let link = dir.path().join("link.json");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&file, &link).unwrap();
    #[cfg(not(unix))]
    let link = file.clone();
    let failing = file::replace(&link, |out| {
        out.write_all(b"half")?;
        Err(std::io::Error::other("full"))
    });
    assert!(format!("{:#}", failing.unwrap_err()).ends_with("link.json: full"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    file::replace(&link, |out| out.write_all(b"new")).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink() || link == file);
    assert!(fs::read_dir(dir.path()).unwrap().count() <= 2);
}

#[test]
fn what_cannot_be_written_keeps_nothing_else_from_being_written() {
    let dir = tempfile::tempdir().unwrap();
    let [gone, kept] = ["gone", "kept"].map(|name| dir.path().join(name));
    fs::create_dir(&gone).unwrap();
    let lost = format!("json={}", gone.join("a.json").display());
    let written = format!("sarif={}", kept.display());
    let outputs = planned(&["-o", &lost, "-o", &written, "-o", "github"], None).unwrap();
    fs::remove_dir(&gone).unwrap();
    assert_eq!(deliver(&outputs), ExitCode::CouldNot);
    assert!(
        fs::read_to_string(&kept)
            .unwrap()
            .contains("\"results\": []")
    );
}
