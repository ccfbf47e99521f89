use proptest::prelude::*;

use super::*;

fn written(baseline: &Baseline) -> String {
    let mut out = Vec::new();
    baseline.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn baseline(names: &[(String, u64)]) -> Baseline {
    let mut baseline = Baseline {
        schema_version: SCHEMA_VERSION,
        meshctl_version: "0.1.0".to_owned(),
        ..Baseline::default()
    };
    for (name, series) in names {
        let family = Family {
            series: *series,
            labels: [name.clone()].into(),
        };
        baseline.families.insert(name.clone(), family);
        baseline
            .labels
            .insert(name.clone(), Label { values: *series });
        let workload = Workload {
            targets: 1,
            series: *series,
        };
        baseline.workloads.insert(name.clone(), workload);
        let arrived = Arrived {
            series: *series,
            body_bytes: 7,
            families: [(name.clone(), *series)].into(),
        };
        baseline.arrives.insert(name.clone(), arrived);
        baseline.series = baseline.series.saturating_add(*series);
    }
    baseline
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(names: Vec<(String, u64)>) {
        let baseline = baseline(&names);
        prop_assert_eq!(Baseline::read(&written(&baseline)), Ok(baseline));
    }

    #[test]
    fn no_text_makes_it_panic(text: String) {
        let _ = Baseline::read(&text);
    }
}

#[test]
fn a_change_shows_as_the_line_that_changed() {
    let names = |series| {
        [
            ("a".to_owned(), 1),
            ("b".to_owned(), series),
            ("c".to_owned(), 3),
        ]
    };
    let (older, newer) = (written(&baseline(&names(2))), written(&baseline(&names(9))));
    let lines = older.lines().zip(newer.lines()).filter(|(a, b)| a != b);
    // The total, and the family, label, workload and exporter.
    assert_eq!(lines.count(), 5);
}

#[test]
fn another_version_and_broken_text_are_told_apart() {
    assert_eq!(
        Baseline::read("{\"schema_version\": 2}"),
        Err(BaselineError::Version(2))
    );
    let broken = Baseline::read("{\"schema_version\": 1}")
        .unwrap_err()
        .to_string();
    assert!(
        broken.contains("missing field `meshctl_version`"),
        "{broken}"
    );
    let broken = Baseline::read("{\n  nope").unwrap_err().to_string();
    assert!(
        broken.starts_with("line 2, column 3: key must be a string"),
        "{broken}"
    );
}

#[test]
fn the_program_that_wrote_it_makes_no_difference() {
    let older = baseline(&[("a".to_owned(), 1)]);
    let newer = Baseline {
        meshctl_version: "9.9.9".to_owned(),
        ..older.clone()
    };
    assert_eq!(older.changes(&newer), None);
    let newer = baseline(&[("b".to_owned(), 4)]);
    assert_eq!(
        older.changes(&newer).as_deref(),
        Some("series 1 → 4 (+3), 1 family new, 1 family gone")
    );
}
