//! How reports look, kept as files beside this one.

use globset::Glob;

use super::plain;
use super::report;
use super::sample;
use crate::report::Command;
use crate::report::Format;
use crate::report::Style;
use crate::report::View;
use crate::survey::Survey;

fn table(survey: &Survey, command: Command, style: &Style) -> String {
    // Escapes are shown, so that a snapshot can be read.
    let view = View::new(command);
    report(survey, &sample::findings(), &view, style, Format::Table).replace('\u{1b}', "␛")
}

fn of_family(pattern: &str, command: Command) -> View {
    View {
        family: Some(Glob::new(pattern).unwrap().compile_matcher()),
        ..View::new(command)
    }
}

#[test]
fn audit_at_40_80_and_120_columns() {
    for width in [40, 80, 120] {
        let text = table(&sample::survey(), Command::Audit, &plain(width));
        insta::assert_snapshot!(format!("audit_{width}"), text);
    }
}

#[test]
fn audit_in_ascii() {
    let style = Style {
        unicode: false,
        ..plain(80)
    };
    insta::assert_snapshot!(table(&sample::partial(), Command::Audit, &style));
}

#[test]
fn audit_in_colour() {
    let style = Style {
        color: true,
        ..plain(80)
    };
    insta::assert_snapshot!(table(&sample::partial(), Command::Audit, &style));
}

#[test]
fn audit_of_nothing() {
    insta::assert_snapshot!(table(&sample::nothing_read(), Command::Audit, &plain(80)));
}

#[test]
fn findings_alike_are_folded_and_say_their_remedy_once() {
    let [worst, ..] = &sample::findings()[..] else {
        panic!("no findings to repeat")
    };
    let mut findings = vec![worst.clone(); 5];
    findings.extend(sample::findings().into_iter().skip(1));
    let view = View::new(Command::Audit);
    let audit = |view| {
        report(
            &sample::survey(),
            &findings,
            view,
            &plain(80),
            Format::Table,
        )
    };
    let text = audit(&view);
    let (_, text) = text.split_once(" FINDINGS").unwrap();
    insta::assert_snapshot!(text);
    let all = View {
        limit: Some(0),
        ..View::new(Command::Audit)
    };
    assert_eq!(audit(&all).matches(worst.id).count(), 5);
}

#[test]
fn families_at_40_80_and_120_columns() {
    for width in [40, 80, 120] {
        let text = table(&sample::survey(), Command::Families, &plain(width));
        insta::assert_snapshot!(format!("families_{width}"), text);
    }
}

#[test]
fn labels_at_40_80_and_120_columns() {
    for width in [40, 80, 120] {
        let text = table(&sample::survey(), Command::Labels, &plain(width));
        insta::assert_snapshot!(format!("labels_{width}"), text);
    }
}

#[test]
fn labels_of_one_family() {
    let view = of_family("response_lat*", Command::Labels);
    let text = report(&sample::survey(), &[], &view, &plain(80), Format::Table);
    insta::assert_snapshot!(text);
}

#[test]
fn labels_of_several_families() {
    let mut text = String::new();
    for command in [Command::Labels, Command::Audit] {
        let view = of_family("*response*", command);
        text += &report(&sample::survey(), &[], &view, &plain(80), Format::Table);
        text += "\n";
    }
    insta::assert_snapshot!(text);
}

#[test]
fn wide_shows_every_column() {
    let mut text = String::new();
    for command in [Command::Audit, Command::Families, Command::Labels] {
        let view = View::new(command);
        text += &report(&sample::survey(), &[], &view, &plain(80), Format::Wide);
        text += "\n";
    }
    insta::assert_snapshot!(text);
}

#[test]
fn json_document() {
    let view = of_family("response_lat*", Command::Audit);
    let text = report(
        &sample::partial(),
        &sample::findings(),
        &view,
        &plain(80),
        Format::Json,
    );
    insta::assert_snapshot!(text);
}

#[test]
fn json_lines() {
    let view = of_family("*_total", Command::Audit);
    let text = report(
        &sample::partial(),
        &sample::findings(),
        &view,
        &plain(80),
        Format::Jsonl,
    );
    insta::assert_snapshot!(text);
}

#[test]
fn csv_rows() {
    let mut text = String::new();
    for view in [
        View::new(Command::Audit),
        View::new(Command::Labels),
        of_family("response_lat*", Command::Labels),
    ] {
        text += &report(&sample::survey(), &[], &view, &plain(80), Format::Csv);
        text += "\n";
    }
    insta::assert_snapshot!(text);
}

#[test]
fn markdown_comment() {
    let mut text = String::new();
    for view in [
        View::new(Command::Audit),
        of_family("response_lat*", Command::Labels),
    ] {
        text += &report(
            &sample::partial(),
            &sample::findings(),
            &view,
            &plain(80),
            Format::Markdown,
        );
        text += "\n";
    }
    insta::assert_snapshot!(text);
}
