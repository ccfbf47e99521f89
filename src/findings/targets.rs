//! `targets/outlier`: a target with many times the series of its peers.

use std::cmp::Reverse;

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::Thresholds;
use super::evidence;
use super::numbers::grouped;
use super::numbers::plural;
use crate::census::TargetCount;
use crate::survey::Survey;

/// One finding for each of the largest outliers.
pub(super) fn inspect(survey: &Survey, thresholds: &Thresholds, findings: &mut Vec<Finding>) {
    let targets = &survey.census.targets;
    if targets.len() < thresholds.outlier_min_targets {
        return;
    }
    let median = median(targets);
    let mut outliers: Vec<(usize, &TargetCount)> = targets
        .iter()
        .enumerate()
        .filter(|(_, target)| {
            let series = target.series as f64;
            series >= median * thresholds.outlier_times
                && series - median >= thresholds.outlier_min_excess as f64
        })
        .collect();
    outliers.sort_by_key(|(index, target)| (Reverse(target.series), *index));
    let all = outliers.len();
    for (index, target) in outliers.into_iter().take(thresholds.outlier_limit) {
        findings.push(outlier(survey, index, target, median, all));
    }
}

fn outlier(
    survey: &Survey,
    index: usize,
    target: &TargetCount,
    median: f64,
    all: usize,
) -> Finding {
    let times = target.series as f64 / median.max(1.0);
    let leading = leading_family(survey, index);
    let most = leading.map_or_else(String::new, |(family, series)| {
        format!(
            "; it leads all others in {family} with {} series",
            grouped(series)
        )
    });
    Finding {
        id: "targets/outlier",
        severity: Severity::Low,
        subject: Subject { target: Some(target.name.clone()), ..Subject::default() },
        message: format!(
            "{} has {} series, {times:.1} times the median of {} ({median:.0}){most}",
            target.name,
            grouped(target.series),
            plural(survey.census.targets.len() as u64, "target"),
        ),
        evidence: evidence([
            ("series", json!(target.series)),
            ("median_series", json!(median)),
            ("times_median", json!((times * 10.0).round() / 10.0)),
            ("targets", json!(survey.census.targets.len())),
            ("outliers", json!(all)),
            ("leading_family", json!(leading.map(|(family, _)| family))),
            ("leading_family_series", json!(leading.map(|(_, series)| series))),
            ("origin", json!(target.origin)),
        ]),
        marks: Marks::default(),
        remedy: "audit it alone with --target and compare its labels with a peer's: more peers, routes or \
                 ports than others, or a label that only grows there until the proxy restarts"
            .to_owned(),
    }
}

/// The family in which this target has the most series of all targets, by how far it is ahead.
fn leading_family(survey: &Survey, target: usize) -> Option<(&str, u64)> {
    survey
        .census
        .families
        .iter()
        .filter_map(|family| Some((family.name.as_str(), family.series_per_target.as_ref()?)))
        .filter(|(_, spread)| spread.max_target == target && spread.targets > 1)
        .max_by(|(a_name, a), (b_name, b)| {
            let ahead = (a.max as f64 - a.median).total_cmp(&(b.max as f64 - b.median));
            ahead.then_with(|| b_name.cmp(a_name))
        })
        .map(|(name, spread)| (name, spread.max))
}

fn median(targets: &[TargetCount]) -> f64 {
    let mut series: Vec<u64> = targets.iter().map(|target| target.series).collect();
    series.sort_unstable();
    let middle = series.len() / 2;
    if series.len().is_multiple_of(2) {
        f64::midpoint(series[middle - 1] as f64, series[middle] as f64)
    } else {
        series[middle] as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census::Census;
    use crate::census::FamilyCount;
    use crate::census::Spread;
    use crate::exposition::FamilyType;

    fn survey(series: &[u64]) -> Survey {
        let target = |(index, &series): (usize, &u64)| TargetCount {
            name: format!("pod-{index}"),
            origin: "dump.txt".to_owned(),
            series,
            samples: series,
            rejects: 0,
            duplicates: 0,
            body_bytes: 0,
            ..TargetCount::default()
        };
        let targets = series.iter().enumerate().map(target).collect();
        Survey {
            census: Census {
                targets,
                ..Census::default()
            },
            ..Survey::default()
        }
    }

    fn found(survey: &Survey) -> Vec<Finding> {
        let mut findings = Vec::new();
        inspect(survey, &Thresholds::default(), &mut findings);
        findings
    }

    #[test]
    fn five_times_the_median_fires_and_less_does_not() {
        assert_eq!(found(&survey(&[300, 300, 300, 300, 1_499])), []);
        let findings = found(&survey(&[300, 300, 300, 300, 1_500]));
        assert_eq!(findings[0].subject.target.as_deref(), Some("pod-4"));
        assert_eq!(
            findings[0].message,
            "pod-4 has 1,500 series, 5.0 times the median of 5 targets (300)"
        );
    }

    #[test]
    fn four_targets_have_no_outlier() {
        assert_eq!(found(&survey(&[300, 300, 300, 9_000])), []);
    }

    #[test]
    fn many_times_very_little_is_no_outlier() {
        assert_eq!(found(&survey(&[10, 10, 10, 10, 1_009])), []);
        assert_eq!(found(&survey(&[10, 10, 10, 10, 1_010])).len(), 1);
    }

    #[test]
    fn only_the_largest_are_named() {
        let mut series = vec![100; 20];
        series.extend([2_000, 9_000, 3_000, 4_000, 5_000, 6_000]);
        let findings = found(&survey(&series));
        let named: Vec<_> = findings
            .iter()
            .filter_map(|found| found.subject.target.as_deref())
            .collect();
        assert_eq!(named, ["pod-21", "pod-25", "pod-24", "pod-23", "pod-22"]);
        assert_eq!(findings[0].evidence["outliers"], 6);
    }

    #[test]
    fn names_the_family_in_which_it_is_furthest_ahead() {
        let family = |name: &str, median, max, max_target| FamilyCount {
            name: name.to_owned(),
            family_type: FamilyType::Counter,
            unit: None,
            sample_names: Vec::new(),
            series: 0,
            samples: 0,
            body_bytes: 0,
            otlp_data_points: 0,
            series_per_target: Some(Spread {
                targets: 5,
                min: 0,
                median,
                max,
                max_target,
            }),
            labels: Vec::new(),
        };
        let mut survey = survey(&[300, 300, 300, 300, 2_000]);
        survey.census.families = vec![
            family("a", 10.0, 20, 4),
            family("b", 10.0, 900, 4),
            family("c", 0.0, 999, 0),
        ];
        assert_eq!(found(&survey)[0].evidence["leading_family"], "b");
    }
}
