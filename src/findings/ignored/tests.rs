use globset::Glob;

use super::*;
use crate::budget::policy;

fn glob(text: &str) -> globset::GlobMatcher {
    Glob::new(text).unwrap().compile_matcher()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn unbounded(label: &str) -> Finding {
    Finding::new(
        "labels/unbounded",
        Severity::Medium,
        format!("{label} grows"),
    )
    .about(Subject {
        label: Some(label.to_owned()),
        ..Subject::default()
    })
}

fn ignore(finding: &str, label: Option<&str>, until: Option<&str>) -> Ignore {
    Ignore {
        finding: glob(finding),
        subject: SubjectGlobs {
            label: label.map(glob),
            ..SubjectGlobs::default()
        },
        reason: "TICKET-41".to_owned(),
        until: until.map(day),
        at: Position {
            file: 0,
            line: 7,
            column: 5,
        },
    }
}

fn settle_with(findings: Vec<Finding>, policy: &Policy) -> Settled {
    settle(findings, policy, Some("meshctl.yaml"), day("2026-11-29"))
}

fn ids(settled: &Settled) -> Vec<&str> {
    settled.findings.iter().map(|finding| finding.id).collect()
}

#[test]
fn an_ignore_takes_out_what_it_fits_and_nothing_else() {
    let policy = Policy {
        ignores: vec![ignore("labels/*", Some("target_*"), None)],
        ..Policy::default()
    };
    let settled = settle_with(
        vec![unbounded("target_ip"), unbounded("authority")],
        &policy,
    );
    assert_eq!(ids(&settled), ["labels/unbounded"]);
    assert_eq!(
        settled.findings[0].subject.label.as_deref(),
        Some("authority")
    );
    assert_eq!(settled.ignored.len(), 1);
    // What a finding is not about matches no glob, not even one that matches everything.
    let about_nothing = Finding::new("labels/redundant", Severity::Low, "");
    let policy = Policy {
        ignores: vec![ignore("labels/*", Some("*"), None)],
        ..Policy::default()
    };
    assert_eq!(
        ids(&settle_with(vec![about_nothing], &policy)),
        ["ignore/unused", "labels/redundant"]
    );
}

#[test]
fn the_last_day_is_still_ignored_and_the_next_is_not() {
    for (until, left) in [
        ("2026-11-29", &[][..]),
        ("2026-11-28", &["ignore/expired", "labels/unbounded"]),
    ] {
        let policy = Policy {
            ignores: vec![ignore("labels/unbounded", None, Some(until))],
            ..Policy::default()
        };
        let settled = settle_with(vec![unbounded("target_ip")], &policy);
        assert_eq!(ids(&settled), left, "{until}");
    }
}

#[test]
fn an_expired_ignore_that_another_one_covers_is_a_finding_all_the_same() {
    let policy = Policy {
        ignores: vec![
            ignore("labels/unbounded", None, Some("2026-01-01")),
            ignore("labels/*", None, None),
        ],
        ..Policy::default()
    };
    let settled = settle_with(vec![unbounded("target_ip")], &policy);
    assert_eq!(ids(&settled), ["ignore/expired"]);
    assert_eq!(settled.ignored.len(), 1);
    let place = &settled.findings[0].marks.places[0];
    assert_eq!(
        (place.file.as_str(), place.line, place.column),
        ("meshctl.yaml", 7, 5)
    );
}

#[test]
fn the_last_severity_that_fits_counts() {
    let severity = |finding: &str, level| policy::Severity {
        finding: glob(finding),
        level,
        at: Position::default(),
    };
    let policy = Policy {
        severities: vec![
            severity("labels/*", Level::Off),
            severity("labels/unbounded", Level::High),
        ],
        ..Policy::default()
    };
    let findings = vec![
        unbounded("a"),
        Finding::new("labels/redundant", Severity::Low, ""),
    ];
    let settled = settle_with(findings, &policy);
    assert_eq!(ids(&settled), ["labels/unbounded"]);
    assert_eq!(settled.findings[0].severity, Severity::High);
}
