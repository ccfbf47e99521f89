//! `families/dominant`: one family holds more series than all others together.

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::Thresholds;
use super::evidence;
use super::numbers::grouped;
use super::numbers::percent;
use super::numbers::rounded;
use super::numbers::share;
use super::samples;
use crate::census::FamilyCount;
use crate::census::FamilyLabel;
use crate::survey::Survey;

/// At most one finding: only one family can hold more than half.
pub(super) fn inspect(survey: &Survey, thresholds: &Thresholds, findings: &mut Vec<Finding>) {
    let series = survey.census.totals.series;
    if series < thresholds.dominant_min_series {
        return;
    }
    for family in &survey.census.families {
        let part = share(family.series, series);
        if part > thresholds.dominant_share {
            findings.push(Finding {
                id: "families/dominant",
                severity: Severity::Medium,
                subject: Subject {
                    family: Some(family.name.clone()),
                    ..Subject::default()
                },
                message: format!(
                    "{} ({}) holds {} of {} series ({}){}",
                    family.name,
                    family.family_type.as_str(),
                    grouped(family.series),
                    grouped(series),
                    percent(part),
                    others(survey),
                ),
                evidence: evidence([
                    ("type", json!(family.family_type.as_str())),
                    ("series", json!(family.series)),
                    ("total_series", json!(series)),
                    ("series_share", json!(rounded(part))),
                    ("otlp_data_points", json!(family.otlp_data_points)),
                ]),
                marks: Marks::default(),
                remedy: remedy(family),
            });
        }
    }
}

/// What that means for the other families, where there are some.
fn others(survey: &Survey) -> String {
    match survey.census.totals.families.saturating_sub(1) {
        0 => String::new(),
        1 => ": nothing done to the other family saves as much".to_owned(),
        others => format!(
            ": nothing done to the other {} families saves as much",
            grouped(others)
        ),
    }
}

/// Fewer buckets where it has buckets, else its costliest label, else the whole family.
fn remedy(family: &FamilyCount) -> String {
    if let Some((bounds, saved)) = family.labels.iter().find_map(thinned) {
        return format!(
            "thin its buckets, which keeps every count and sum right: metric_relabel_configs \
             `- {{source_labels: [__name__, le], regex: '{}_bucket;({})', action: drop}}` saves {} series",
            samples::escaped(&family.name),
            bounds.join("|"),
            grouped(saved),
        );
    }
    let costliest = family
        .labels
        .iter()
        .filter(|label| !label.structural && label.marginal_saving > 0)
        .max_by(|a, b| {
            a.marginal_saving
                .cmp(&b.marginal_saving)
                .then_with(|| b.name.cmp(&a.name))
        });
    match costliest {
        Some(label) => format!(
            "sum away its costliest label with a recording rule `sum without ({}) ({})`, which leaves {} \
             fewer series, and drop the raw family",
            label.name,
            samples::summed(family),
            grouped(label.marginal_saving),
        ),
        None => format!(
            "if nothing queries it, drop it: metric_relabel_configs \
             `- {{source_labels: [__name__], regex: '{}', action: drop}}`",
            samples::pattern(family),
        ),
    }
}

/// Every second finite bound among the known values of a structural `le`, as relabeling's regex needs
/// them, and the series that go with them. Any bucket but `+Inf` can go: buckets are cumulative.
fn thinned(label: &FamilyLabel) -> Option<(Vec<String>, u64)> {
    if !label.structural || label.name != "le" {
        return None;
    }
    let mut bounds: Vec<(f64, &str, u64)> = label
        .top_values
        .iter()
        .filter_map(|known| {
            Some((
                known.value.parse().ok()?,
                known.value.as_str(),
                known.series,
            ))
        })
        .filter(|(bound, _, _)| f64::is_finite(*bound))
        .collect();
    bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: Vec<_> = bounds.into_iter().skip(1).step_by(2).collect();
    let saved = half.iter().map(|(_, _, series)| series).sum();
    let texts: Vec<String> = half
        .iter()
        .map(|(_, text, _)| samples::escaped(text))
        .collect();
    (!texts.is_empty()).then_some((texts, saved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census::Census;
    use crate::census::Redundancy;
    use crate::census::Totals;
    use crate::census::ValueCount;
    use crate::exposition::FamilyType;

    fn label(name: &str, saving: u64, values: &[(&str, u64)]) -> FamilyLabel {
        let value = |&(value, series): &(&str, u64)| ValueCount {
            value: value.to_owned(),
            series,
        };
        FamilyLabel {
            name: name.to_owned(),
            series: 0,
            values: values.len() as u64,
            top_values: values.iter().map(value).collect(),
            marginal_saving: saving,
            redundancy: Redundancy::None,
            structural: name == "le",
            body_bytes: 0,
            class: None,
        }
    }

    fn family(name: &str, series: u64, labels: Vec<FamilyLabel>) -> FamilyCount {
        FamilyCount {
            name: name.to_owned(),
            family_type: FamilyType::Histogram,
            unit: None,
            sample_names: ["_bucket", "_count", "_sum"]
                .map(|suffix| format!("{name}{suffix}"))
                .into(),
            series,
            samples: series,
            body_bytes: 0,
            otlp_data_points: series,
            series_per_target: None,
            labels,
        }
    }

    fn found(series: u64, of: u64, labels: Vec<FamilyLabel>) -> Vec<Finding> {
        let census = Census {
            totals: Totals {
                families: 2,
                series: of,
                ..Totals::default()
            },
            families: vec![
                family("response_latency_ms", series, labels),
                family("other", of - series, Vec::new()),
            ],
            ..Census::default()
        };
        let mut findings = Vec::new();
        let survey = Survey {
            census,
            ..Survey::default()
        };
        inspect(&survey, &Thresholds::default(), &mut findings);
        findings
    }

    #[test]
    fn more_than_half_fires_and_half_does_not() {
        assert_eq!(found(500, 1_000, Vec::new()), []);
        let findings = found(501, 1_000, Vec::new());
        assert_eq!(
            findings[0].message,
            "response_latency_ms (histogram) holds 501 of 1,000 series (50.1%): nothing done to the other \
             family saves as much"
        );
    }

    #[test]
    fn a_small_audit_has_nothing_to_dominate() {
        assert_eq!(found(999, 999, Vec::new()), []);
    }

    #[test]
    fn a_histogram_is_told_to_thin_its_buckets() {
        let le = label(
            "le",
            0,
            &[("+Inf", 9), ("10", 9), ("0.5", 9), ("1", 7), ("5", 9)],
        );
        assert_eq!(
            found(900, 1_000, vec![le])[0].remedy,
            "thin its buckets, which keeps every count and sum right: metric_relabel_configs \
             `- {source_labels: [__name__, le], regex: 'response_latency_ms_bucket;(1|10)', action: drop}` \
             saves 16 series"
        );
    }

    #[test]
    fn any_other_family_is_told_its_costliest_label() {
        let labels = vec![label("a", 5, &[]), label("b", 70, &[]), label("c", 70, &[])];
        assert_eq!(
            found(900, 1_000, labels)[0].remedy,
            "sum away its costliest label with a recording rule `sum without (b) \
             (response_latency_ms_bucket)`, which leaves 70 fewer series, and drop the raw family"
        );
    }

    #[test]
    fn a_family_without_labels_is_dropped_and_no_other_with_it() {
        assert_eq!(
            found(900, 1_000, Vec::new())[0].remedy,
            "if nothing queries it, drop it: metric_relabel_configs `- {source_labels: [__name__], regex: \
             'response_latency_ms_bucket|response_latency_ms_count|response_latency_ms_sum', action: drop}`"
        );
    }

    #[test]
    fn a_bound_is_escaped_for_the_regex() {
        let le = label("le", 0, &[("0.25", 2), ("0.5", 3), ("1", 3), ("1e+06", 3)]);
        let bounds = [r"0\.5", r"1e\+06"].map(str::to_owned).to_vec();
        assert_eq!(thinned(&le), Some((bounds, 6)));
    }
}
