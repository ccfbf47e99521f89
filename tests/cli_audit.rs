//! The commands that count, on small bodies: exit codes, standard error, and what each flag changes.

#![cfg(test)]

mod harness;

use std::fs;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::process::Child;
use std::process::Command;

use harness::Cli;
use harness::code;
use harness::text;

/// Two series, nothing wrong.
const CLEAN: &str = "# TYPE up gauge\nup{job=\"a\"} 1\nup{job=\"b\"} 1\n";

/// One of three lines holds an unescaped quote.
const UNESCAPED: &str = "# TYPE route_request_total counter\n\
    route_request_total{rt_route=\"a\"} 1\n\
    route_request_total{rt_route=\"/hello \"world\"\"} 3\n\
    route_request_total{rt_route=\"b\"} 2\n";

/// Starts like gzip and ends at once.
const TRUNCATED_GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00";

#[test]
fn a_clean_scrape_exits_zero() {
    let cli = Cli::new().file("web.prom", CLEAN);
    for command in ["audit", "families", "labels"] {
        let output = cli.output(&[command, "web.prom", "--quiet"]);
        assert_eq!(
            (code(&output), text(&output.stderr)),
            (0, String::new()),
            "{command}"
        );
        assert_ne!(output.stdout, b"", "{command}");
    }
}

#[test]
fn the_next_command_is_said_for_tables_only() {
    let cli = Cli::new().file("web.prom", CLEAN);
    insta::assert_snapshot!(cli.verdict(&["audit", "web.prom"]), @"
    exit: 0
    --- stderr
    next: meshctl labels web.prom --family up
    ");
    for format in ["json", "jsonl", "csv", "markdown"] {
        assert_eq!(
            cli.verdict(&["audit", "web.prom", "-o", format]),
            "exit: 0\n--- stderr\n",
            "{format}"
        );
    }
    assert_eq!(
        cli.verdict(&["audit", "web.prom", "-q"]),
        "exit: 0\n--- stderr\n"
    );
}

#[test]
fn standard_input_is_a_source() {
    let cli = Cli::new().stdin(CLEAN);
    let output = cli.output(&["audit", "-", "-o", "json"]);
    assert_eq!(code(&output), 0);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["series"], 2);
}

#[test]
fn the_scrape_interval_makes_the_rate() {
    let cli = Cli::new().file("web.prom", CLEAN);
    let output = cli.output(&[
        "audit",
        "web.prom",
        "-o",
        "json",
        "--scrape-interval",
        "500ms",
    ]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["scrape_interval_seconds"], 0.5);
    assert_eq!(report["totals"]["samples_per_second"], 4.0);
}

#[test]
fn flags_can_be_set_in_the_environment_and_typed_ones_go_first() {
    let cli = Cli::new()
        .file("web.prom", CLEAN)
        .env("MESHCTL_OUTPUT", "json");
    assert_eq!(cli.output(&["audit", "web.prom"]).stdout[0], b'{');
    let table = Cli::new()
        .file("web.prom", CLEAN)
        .run(&["audit", "web.prom"]);
    assert_eq!(cli.run(&["audit", "web.prom", "-o", "table"]), table);
}

#[test]
fn findings_change_the_exit_code_only_when_asked_to() {
    let cli = Cli::new().file("web.prom", UNESCAPED);
    insta::assert_snapshot!(cli.verdict(&["audit", "web.prom", "-q"]), @"
    exit: 0
    --- stderr
    ");
    insta::assert_snapshot!(cli.verdict(&["audit", "web.prom", "-q", "--fail-on", "high"]), @"
    exit: 1
    --- stderr
    error: 1 finding at or above high (--fail-on)
    ");
}

#[test]
fn a_family_filter_shortens_the_list_and_not_the_judgement() {
    let lines = (0..40).map(|n| format!("peer_total{{target_ip=\"10.0.0.{n}\"}} 1\n"));
    let addresses = lines.collect::<Vec<_>>().concat();
    let cli = Cli::new().file("web.prom", format!("{CLEAN}{addresses}"));
    let read = |arguments: &[&str]| -> (i32, serde_json::Value) {
        let output = cli.output(&[&["audit", "web.prom", "-o", "json"], arguments].concat());
        (
            code(&output),
            serde_json::from_slice(&output.stdout).unwrap(),
        )
    };
    let gate = ["--fail-on", "medium"];
    let (all_code, all) = read(&gate);
    let (code, filtered) = read(&[&gate[..], &["--family", "up"]].concat());
    assert_eq!((all_code, code), (1, 1));
    assert_eq!(filtered["family_filter"], "up");
    assert_eq!(filtered["families"].as_array().unwrap().len(), 1);
    for key in ["findings", "labels", "totals"] {
        assert_eq!(filtered[key], all[key], "{key}");
    }
    assert_eq!(all["findings"][0]["id"], "labels/unbounded");
}

#[test]
fn a_family_filter_that_nothing_matches_is_warned_of() {
    let cli = Cli::new().file("web.prom", CLEAN);
    for (command, said) in [
        ("audit", "FAMILIES  0 of 1 like nosuch"),
        ("families", "FAMILIES  0 of 1 like nosuch"),
        ("labels", "LABELS  0 of 1 in nosuch"),
    ] {
        let output = cli.output(&[command, "web.prom", "--family", "nosuch"]);
        assert_eq!(code(&output), 0);
        let warned = text(&output.stderr);
        let warning = "warning: no family matches --family 'nosuch'";
        assert_eq!(warned.lines().next(), Some(warning), "{command}");
        let report = text(&output.stdout);
        assert!(report.contains(said), "{report}");
    }
}

#[test]
fn the_exit_code_does_not_depend_on_the_format() {
    let cli = Cli::new().file("web.prom", UNESCAPED);
    for format in ["table", "wide", "json", "jsonl", "csv", "markdown"] {
        let output = cli.output(&["audit", "web.prom", "-q", "--fail-on", "high", "-o", format]);
        assert_eq!(code(&output), 1, "{format}");
        let output = cli.output(&[
            "labels",
            "web.prom",
            "-q",
            "--fail-on",
            "high",
            "-o",
            format,
        ]);
        assert_eq!(code(&output), 1, "{format}");
    }
}

#[test]
fn strict_refuses_one_bad_line_and_says_where_it_is() {
    let cli = Cli::new().file("web.prom", UNESCAPED);
    insta::assert_snapshot!(cli.verdict(&["audit", "web.prom", "-q", "--strict"]), @"
    exit: 2
    --- stderr
    error: 1 line refused (--strict); first: web.prom, line 3, column 38: a quote inside the label value is not escaped
    ");
    let clean = Cli::new().file("web.prom", CLEAN);
    assert_eq!(
        clean.verdict(&["audit", "web.prom", "-q", "--strict"]),
        "exit: 0\n--- stderr\n"
    );
}

#[test]
fn a_source_that_fails_beside_one_that_is_read_is_partial() {
    let cli = Cli::new()
        .file("web.prom", CLEAN)
        .file("api.prom.gz", TRUNCATED_GZIP);
    insta::assert_snapshot!(cli.verdict(&["audit", "web.prom", "api.prom.gz", "-o", "json"]), @"
    exit: 3
    --- stderr
    warning: cannot read api.prom.gz: gzip stream ends early: the file is truncated
    ");
}

#[test]
fn a_missing_file_beside_one_that_is_read_is_partial() {
    let cli = Cli::new().file("web.prom", CLEAN);
    insta::assert_snapshot!(cli.verdict(&["audit", "web.prom", "api.prom", "-o", "json"]), @"
    exit: 3
    --- stderr
    warning: cannot read api.prom: no such file
    ");
    assert_eq!(
        cli.verdict(&["audit", "web.prom", "api.prom", "-o", "json", "-q"]),
        "exit: 3\n--- stderr\n"
    );
}

#[test]
fn nothing_readable_prints_no_report() {
    insta::assert_snapshot!(Cli::new().run(&["audit", "api.prom"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: cannot read api.prom: no such file
    ");
}

#[test]
fn many_failures_are_counted_and_named_when_asked_for() {
    let names: Vec<String> = (0..12).map(|n| format!("pod-{n:02}.prom")).collect();
    let mut arguments = vec!["audit"];
    arguments.extend(names.iter().map(String::as_str));
    let brief = text(&Cli::new().output(&arguments).stderr);
    assert_eq!(
        brief.lines().last(),
        Some("error: cannot read 2 more; --verbose names them all")
    );
    assert_eq!(brief.lines().count(), 11);
}

#[test]
fn a_target_that_nothing_matches_is_nothing_to_read() {
    let cli = Cli::new().file("web.prom", CLEAN);
    insta::assert_snapshot!(cli.run(&["audit", "web.prom", "--target", "api*"]), @"
    exit: 2
    --- stdout
    --- stderr
    error: nothing to read: 1 source passed over; first: web.prom: does not match --target
    ");
}

#[test]
fn what_was_passed_over_counts_when_asked_for() {
    let cli = Cli::new()
        .file("dumps/web.prom", CLEAN)
        .file("dumps/notes.txt", "lunch at noon\n");
    assert_eq!(
        cli.verdict(&["audit", "dumps", "-q"]),
        "exit: 0\n--- stderr\n"
    );
    insta::assert_snapshot!(cli.verdict(&["audit", "dumps", "-q", "--fail-if-partial"]), @"
    exit: 3
    --- stderr
    error: 1 source passed over (--fail-if-partial); first: dumps/notes.txt: not an exposition
    ");
}

#[test]
fn names_cannot_write_on_the_terminal() {
    insta::assert_snapshot!(Cli::new().verdict(&["audit", "a\u{1b}c\nb.prom"]), @r"
    exit: 2
    --- stderr
    error: cannot read a\u{1b}c\u{a}b.prom: no such file
    ");
}

#[test]
fn color_is_for_terminals_unless_forced() {
    let cli = || Cli::new().file("web.prom", UNESCAPED);
    let plain = cli().run(&["audit", "web.prom"]);
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(
        cli()
            .env("CLICOLOR_FORCE", "1")
            .env("NO_COLOR", "1")
            .run(&["audit", "web.prom"]),
        plain
    );
    assert_eq!(cli().env("TERM", "dumb").run(&["audit", "web.prom"]), plain);
    let forced = cli().env("CLICOLOR_FORCE", "1").run(&["audit", "web.prom"]);
    assert!(forced.contains('\u{1b}'));
    assert_eq!(
        cli()
            .env("NO_COLOR", "1")
            .run(&["audit", "web.prom", "--color", "always"]),
        forced
    );
}

#[test]
fn ascii_suffices_where_the_locale_says_no_more() {
    let cli = || Cli::new().file("web.prom", UNESCAPED);
    assert!(cli().run(&["audit", "web.prom"]).is_ascii());
    assert!(
        !cli()
            .env("LC_ALL", "C.UTF-8")
            .run(&["audit", "web.prom"])
            .is_ascii()
    );
}

#[test]
fn a_reader_that_has_seen_enough_keeps_the_exit_code() {
    let cli = Cli::new().file("web.prom", UNESCAPED);
    for (fail_on, expected) in [("none", 0), ("high", 1)] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = cli.command(&["audit", "web.prom", "-o", "json", "--fail-on", fail_on]);
        command.stdout(writer);
        assert_eq!(code(&cli.finish(command)), expected, "--fail-on {fail_on}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error_whatever_was_found() {
    let cli = Cli::new().file("web.prom", UNESCAPED);
    let mut command = cli.command(&["audit", "web.prom", "--fail-on", "high"]);
    command.stdout(
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap(),
    );
    let output = cli.finish(command);
    assert_eq!(code(&output), 2);
    assert_eq!(
        text(&output.stderr),
        "error: cannot write to standard output: No space left on device (os error 28)\n"
    );
}

#[test]
fn a_line_over_the_limit_is_refused_alone() {
    let long = format!("{CLEAN}up{{job=\"{}\"}} 1\n", "x".repeat(4096));
    let cli = Cli::new().file("web.prom", long);
    assert_eq!(
        cli.verdict(&["audit", "web.prom", "-q", "--strict"]),
        "exit: 0\n--- stderr\n"
    );
    let output = cli.output(&[
        "audit",
        "web.prom",
        "--max-line-bytes",
        "1KiB",
        "-o",
        "json",
    ]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["rejects"], 1);
    assert_eq!(report["totals"]["series"], 2);
}

#[test]
fn one_thread_and_many_count_the_same() {
    let mut cli = Cli::new();
    for pod in 0..8 {
        cli = cli.file(&format!("dumps/pod-{pod}.prom"), CLEAN);
    }
    let one = cli.run(&["audit", "dumps", "-o", "json", "--threads", "1"]);
    assert_eq!(
        cli.run(&["audit", "dumps", "-o", "json", "--threads", "8"]),
        one
    );
}

#[test]
fn a_file_named_twice_is_read_once_and_nothing_is_missing() {
    let cli = Cli::new().file("web.prom", CLEAN);
    let full = cli.path().join("web.prom");
    let arguments = [
        "audit",
        "web.prom",
        full.to_str().unwrap(),
        "-o",
        "json",
        "--fail-if-partial",
    ];
    let output = cli.output(&arguments);
    assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["series"], 2);
}

/// Larger than a pipe holds, so that writing it ends only when the program reads, long after it listens.
#[cfg(unix)]
fn start_reading(cli: &Cli) -> Child {
    let mut child = cli.command(&["audit", "-", "-o", "json"]).spawn().unwrap();
    let body = CLEAN.repeat(20_000);
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(body.as_bytes())
        .unwrap();
    child
}

/// Reads from a pipe that nothing comes out of. Opening the other end waits for the program to open its own, which it
/// does long after it listens.
#[cfg(unix)]
fn start_waiting(cli: &Cli) -> (Child, fs::File) {
    let pipe = cli.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let child = cli
        .command(&["audit", "pipe", "-o", "json"])
        .spawn()
        .unwrap();
    let other_end = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    (child, other_end)
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let kill = format!("kill -INT {}", child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

#[cfg(unix)]
fn next_message(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    line
}

#[test]
#[cfg(unix)]
fn an_interrupt_is_followed_by_a_report_of_what_was_read() {
    let mut child = start_reading(&Cli::new());
    interrupt(&child);
    let message = next_message(&mut child);
    assert_eq!(
        message,
        "interrupted: reporting what was read; once more to leave at once\n"
    );
    // A read that waits for the pipe does not see the interrupt before something comes; the program may
    // well be gone before all of this is written.
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(CLEAN.repeat(20_000).as_bytes());
    drop(stdin);
    let mut report = Vec::new();
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_to_end(&mut report)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["totals"]["targets"], 0);
    assert_eq!(report["findings"][0]["id"], "coverage/partial");
}

#[test]
#[cfg(unix)]
fn an_interrupt_ends_a_sweep_at_once() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/metrics", server.local_addr().unwrap());
    let cli = Cli::new().file("web.prom", CLEAN);
    let arguments = ["audit", "web.prom", &url, "-o", "json", "--timeout", "10m"];
    let child = cli.command(&arguments).spawn().unwrap();
    let _answers_nothing = server.accept().unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["series"], 2);
    let failed = &report["coverage"]["failed"];
    assert_eq!(failed.as_array().unwrap().len(), 1);
    assert_eq!(
        failed[0]["reason"],
        "interrupted before it was read to the end"
    );
}

#[test]
#[cfg(unix)]
fn a_second_interrupt_does_not_wait_for_a_stuck_read() {
    let cli = Cli::new();
    let (mut child, _writes_nothing) = start_waiting(&cli);
    interrupt(&child);
    next_message(&mut child);
    interrupt(&child);
    let mut report = Vec::new();
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_to_end(&mut report)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), report),
        (Some(130), Vec::new())
    );
}
