//! What holds of every report, whatever is in it.

use std::io;
use std::io::Write;

use globset::Glob;
use serde_json::Value;

use super::plain;
use super::report;
use super::sample;
use crate::exposition::FamilyType;
use crate::report::Command;
use crate::report::Format;
use crate::report::Style;
use crate::report::View;
use crate::report::next_command;
use crate::report::text::width;
use crate::report::write;
use crate::survey::Survey;

const COMMANDS: [Command; 3] = [Command::Audit, Command::Families, Command::Labels];

fn large() -> Survey {
    let mut survey = sample::survey();
    let names = (0..1000).map(|at| format!("family_{at:04}"));
    survey.census.families = names
        .map(|name| sample::family(&name, FamilyType::GaugeHistogram, 123_456_789))
        .collect();
    survey.census.totals.families = 1000;
    survey.census.totals.series = 123_456_789_000;
    survey.census.labels = (0..300)
        .map(|at| sample::label(&format!("label_{at:03}"), 1000, 1_000_000, 123_456, 1 << 40))
        .collect();
    survey
}

fn one_target() -> Survey {
    let mut survey = sample::survey();
    survey.coverage.expected = 1;
    survey.coverage.scraped = 1;
    survey.census.targets.truncate(1);
    survey
}

fn surveys() -> [Survey; 6] {
    [
        Survey::default(),
        sample::nothing_read(),
        one_target(),
        sample::survey(),
        sample::partial(),
        large(),
    ]
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for survey in surveys() {
        for command in COMMANDS {
            for columns in [0, 1, 30, 40, 60, 79, 80, 81, 100, 120, 140, 300] {
                let mut view = View::new(command);
                for filter in [None, Some(Glob::new("*").unwrap().compile_matcher())] {
                    view.family = filter;
                    let text = report(
                        &survey,
                        &sample::findings(),
                        &view,
                        &plain(columns),
                        Format::Table,
                    );
                    for line in text.lines() {
                        assert!(
                            width(line) <= columns.clamp(30, 140),
                            "{command:?} at {columns}: {} columns in {line:?}",
                            width(line)
                        );
                        assert_eq!(line, line.trim_end());
                    }
                }
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for survey in surveys() {
        for command in COMMANDS {
            let style = Style {
                color: true,
                ..plain(80)
            };
            let view = View::new(command);
            let findings = sample::findings();
            let painted = report(&survey, &findings, &view, &style, Format::Table);
            let stripped: String = painted
                .split('\u{1b}')
                .enumerate()
                .map(|(at, part)| {
                    if at == 0 {
                        part
                    } else {
                        part.split_once('m').unwrap().1
                    }
                })
                .collect();
            assert_eq!(
                stripped,
                report(&survey, &findings, &view, &plain(80), Format::Table)
            );
        }
    }
}

#[test]
fn nothing_a_terminal_obeys_gets_through_in_any_format() {
    let formats = [
        Format::Table,
        Format::Wide,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Markdown,
    ];
    for format in formats {
        for command in COMMANDS {
            let view = View::new(command);
            let text = report(
                &sample::partial(),
                &sample::findings(),
                &view,
                &plain(80),
                format,
            );
            let hostile = |c: &char| *c != '\n' && crate::report::text::is_hostile(*c);
            assert_eq!(text.chars().find(hostile), None, "{format:?}");
        }
    }
}

#[test]
fn ascii_style_has_nothing_beyond_ascii() {
    let survey = sample::partial();
    let mut findings = sample::findings();
    findings[0].message.push_str(" größe, …");
    findings[0].remedy.push_str(" a → b");
    let style = Style {
        unicode: false,
        color: true,
        ..plain(80)
    };
    for (command, format) in COMMANDS.into_iter().flat_map(|command| {
        [Format::Table, Format::Wide, Format::Markdown].map(|format| (command, format))
    }) {
        let text = report(&survey, &findings, &View::new(command), &style, format);
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn a_pipe_gets_names_as_they_are() {
    let style = Style {
        escape: false,
        ..plain(80)
    };
    for format in [Format::Json, Format::Jsonl, Format::Csv] {
        let view = View::new(Command::Audit);
        let text = report(
            &sample::partial(),
            &sample::findings(),
            &view,
            &style,
            format,
        );
        assert!(text.contains("a\u{202e}b"), "{format:?}");
    }
}

#[test]
fn limits_are_for_the_lists_a_command_is_about() {
    let count = |command, limit| {
        let view = View {
            limit,
            ..View::new(command)
        };
        let text = report(
            &large(),
            &sample::findings(),
            &view,
            &plain(80),
            Format::Json,
        );
        let document: Value = serde_json::from_str(&text).unwrap();
        ["families", "labels", "findings"].map(|key| document[key].as_array().unwrap().len())
    };
    assert_eq!(count(Command::Audit, None), [1000, 300, 4]);
    assert_eq!(count(Command::Audit, Some(0)), [1000, 300, 4]);
    assert_eq!(count(Command::Audit, Some(2)), [2, 2, 2]);
    assert_eq!(count(Command::Families, Some(2)), [2, 300, 4]);
    assert_eq!(count(Command::Labels, Some(2)), [1000, 2, 4]);
}

#[test]
fn the_same_document_for_every_command() {
    let document = |command| {
        let view = View::new(command);
        report(
            &sample::partial(),
            &sample::findings(),
            &view,
            &plain(80),
            Format::Json,
        )
    };
    assert_eq!(document(Command::Audit), document(Command::Families));
    assert_eq!(document(Command::Audit), document(Command::Labels));
}

#[test]
fn suggests_what_can_be_run() {
    let next =
        |survey: &Survey, command| next_command(survey, &sample::findings(), &View::new(command));
    let drill_down = "meshctl labels dumps/web.prom --family response_latency_ms";
    let explain = "meshctl explain exposition/unescaped-label";
    assert_eq!(
        next(&sample::survey(), Command::Audit).as_deref(),
        Some(drill_down)
    );
    assert_eq!(
        next(&sample::survey(), Command::Labels).as_deref(),
        Some(explain)
    );
    assert_eq!(
        next(&sample::nothing_read(), Command::Audit).as_deref(),
        Some(explain)
    );
    assert_eq!(
        next_command(&Survey::default(), &[], &View::new(Command::Audit)),
        None
    );
}

#[test]
fn a_hostile_family_name_is_not_suggested_or_is_quoted() {
    let next = |name: &str| {
        let mut survey = sample::survey();
        survey.census.families = vec![sample::family(name, FamilyType::Gauge, 9)];
        next_command(&survey, &[], &View::new(Command::Audit))
    };
    assert_eq!(next("a\u{1b}b"), None);
    assert_eq!(
        next("$(reboot)*").as_deref(),
        Some("meshctl labels dumps/web.prom --family '$(reboot)[*]'")
    );
    assert_eq!(
        next("--help").as_deref(),
        Some("meshctl labels dumps/web.prom --family=--help")
    );
}

#[test]
fn a_broken_pipe_is_handed_back() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in [
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Markdown,
    ] {
        let view = View::new(Command::Audit);
        let error = write(
            &sample::survey(),
            &[],
            &view,
            &plain(80),
            format,
            &mut Closed,
        )
        .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format:?}");
    }
}
