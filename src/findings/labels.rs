//! `labels/unbounded` and `labels/redundant`: labels that multiply series, and labels that only repeat.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::Thresholds;
use super::evidence;
use super::numbers::bytes_of;
use super::numbers::either;
use super::numbers::grouped;
use super::numbers::percent;
use super::numbers::plural;
use super::numbers::rounded;
use super::numbers::share;
use super::samples;
use crate::census::LabelCount;
use crate::census::Redundancy;
use crate::census::class::ValueClass;
use crate::survey::Survey;

/// How many families or labels a sentence names.
const NAMED: usize = 3;

/// How many labels may determine another for that to be checked at a glance.
const FEW: usize = 2;

/// How many labels the evidence lists.
const LISTED: usize = 10;

/// One finding for each unbounded label, one for all redundant labels together.
pub(super) fn inspect(survey: &Survey, thresholds: &Thresholds, findings: &mut Vec<Finding>) {
    for label in &survey.census.labels {
        findings.extend(unbounded(survey, label, thresholds));
    }
    findings.extend(redundant(survey, thresholds));
}

fn unbounded(survey: &Survey, label: &LabelCount, thresholds: &Thresholds) -> Option<Finding> {
    let class = label.class?;
    let enough = match class {
        ValueClass::Number => thresholds.unbounded_min_numbers,
        _ => thresholds.unbounded_min_values,
    };
    let series = survey.census.totals.series;
    let saved = share(label.marginal_saving, series);
    if label.structural
        || label.marginal_saving == 0
        || label.values < enough
        || saved < thresholds.unbounded_share
    {
        return None;
    }
    let severe = saved >= thresholds.unbounded_medium_share;
    let worst = worst_families(survey, &label.name);
    let names: Vec<&str> = worst.iter().take(NAMED).map(|(name, _)| *name).collect();
    Some(Finding {
        id: "labels/unbounded",
        severity: if severe {
            Severity::Medium
        } else {
            Severity::Low
        },
        subject: Subject {
            label: Some(label.name.clone()),
            ..Subject::default()
        },
        message: format!(
            "{} has {} ({}), which {}; without it {} of {} series would not exist ({}), most of them in {}",
            label.name,
            plural(label.values, "value"),
            noun(class),
            growth(class),
            grouped(label.marginal_saving),
            grouped(series),
            percent(saved),
            names.join(", "),
        ),
        evidence: evidence([
            ("class", json!(class.as_str())),
            ("values", json!(label.values)),
            ("marginal_saving_series", json!(label.marginal_saving)),
            ("marginal_saving_share", json!(rounded(saved))),
            ("families", json!(label.families)),
            (
                "worst_families",
                json!(
                    worst
                        .iter()
                        .take(LISTED)
                        .map(|(name, saving)| {
                            json!({ "family": name, "marginal_saving_series": saving })
                        })
                        .collect::<Vec<_>>()
                ),
            ),
        ]),
        marks: Marks::default(),
        remedy: format!(
            "sum it away before storage, for example a recording rule `sum without ({}) ({})` and a drop \
             of the raw series; not by labeldrop, which makes {} series collide",
            label.name,
            names.first().map_or("FAMILY", |name| summed(survey, name)),
            grouped(label.marginal_saving),
        ),
    })
}

/// What a query over the family `name` sums.
fn summed<'a>(survey: &'a Survey, name: &'a str) -> &'a str {
    let mut families = survey.census.families.iter();
    let family = families.find(|family| family.name == name);
    family.map_or(name, samples::summed)
}

/// The families in which removing this label saves series, the most first.
fn worst_families<'a>(survey: &'a Survey, label: &str) -> Vec<(&'a str, u64)> {
    let mut worst: Vec<(&str, u64)> = survey
        .census
        .families
        .iter()
        .filter_map(|family| {
            let found = family
                .labels
                .iter()
                .find(|candidate| candidate.name == label)?;
            (found.marginal_saving > 0).then_some((family.name.as_str(), found.marginal_saving))
        })
        .collect();
    worst.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    worst
}

fn redundant(survey: &Survey, thresholds: &Thresholds) -> Option<Finding> {
    let census = &survey.census;
    let mut labels: Vec<&LabelCount> = census
        .labels
        .iter()
        .filter(|label| label.redundancy != Redundancy::None && !label.structural)
        .collect();
    let doubts: HashMap<&str, u8> = labels
        .iter()
        .map(|label| (label.name.as_str(), doubt(label, &labels)))
        .collect();
    labels.sort_by_key(|label| {
        let name = label.name.as_str();
        (doubts[name], Reverse(label.body_bytes), name)
    });
    let cost: u64 = labels.iter().map(|label| label.body_bytes).sum();
    let part = share(cost, census.totals.body_bytes);
    let worst = labels.first()?;
    let count = labels.len() as u64;
    if part < thresholds.redundant_share || cost < thresholds.redundant_min_bytes {
        return None;
    }
    let severe = part >= thresholds.redundant_low_share;
    Some(Finding {
        id: "labels/redundant",
        severity: if severe {
            Severity::Low
        } else {
            Severity::Info
        },
        subject: Subject::default(),
        message: format!(
            "{} of {} {} no series and {} {} ({})",
            grouped(count),
            plural(census.labels.len() as u64, "label"),
            either(count, "saves", "save"),
            either(count, "costs", "cost"),
            bytes_of(cost, census.totals.body_bytes),
            percent(part),
        ),
        evidence: evidence([
            ("redundant_labels", json!(labels.len())),
            ("labels", json!(census.labels.len())),
            ("redundant_bytes", json!(cost)),
            ("body_bytes", json!(census.totals.body_bytes)),
            ("redundant_share", json!(rounded(part))),
            (
                "worst_labels",
                json!(
                    labels
                        .iter()
                        .take(LISTED)
                        .map(|label| json!({
                            "label": label.name,
                            "body_bytes": label.body_bytes,
                            "determined_by": determined_by(label),
                        }))
                        .collect::<Vec<_>>()
                ),
            ),
        ]),
        marks: Marks::default(),
        remedy: format!(
            "start with metric_relabel_configs `- {{action: labeldrop, regex: {}}}` ({}) and \
             audit again before the next: labels that determine each other cannot all go",
            samples::escaped(&worst.name),
            reason(worst),
        ),
    })
}

/// How much speaks against starting with a label. Least where one or two others determine it that do not
/// need it themselves. Of labels that determine each other the costliest comes next and the others last:
/// they stay when it goes. Then constants, then what takes many others to determine.
fn doubt(label: &LabelCount, redundant: &[&LabelCount]) -> u8 {
    let by = determined_by(label);
    if label.redundancy == Redundancy::Constant {
        return 2;
    }
    if !(1..=FEW).contains(&by.len()) {
        return 3;
    }
    let rank = |label: &LabelCount| (label.body_bytes, Reverse(label.name.clone()));
    let mut mutual = redundant
        .iter()
        .filter(|other| by.contains(&other.name) && determined_by(other).contains(&label.name))
        .peekable();
    if mutual.peek().is_none() {
        0
    } else if mutual.all(|other| rank(other) < rank(label)) {
        1
    } else {
        4
    }
}

fn determined_by(label: &LabelCount) -> &[String] {
    match &label.redundancy {
        Redundancy::DeterminedBy(labels) => labels,
        Redundancy::None | Redundancy::Constant => &[],
    }
}

/// Why it can go.
fn reason(label: &LabelCount) -> String {
    match &label.redundancy {
        Redundancy::DeterminedBy(by) if by.is_empty() => "never differs alone".to_owned(),
        Redundancy::DeterminedBy(by) if by.len() <= NAMED => format!("given by {}", by.join(", ")),
        Redundancy::DeterminedBy(_) => "given by the others".to_owned(),
        Redundancy::Constant | Redundancy::None => "one value per target".to_owned(),
    }
}

fn noun(class: ValueClass) -> &'static str {
    match class {
        ValueClass::Ip => "IP addresses",
        ValueClass::IpPort => "addresses with ports",
        ValueClass::Uuid => "UUIDs",
        ValueClass::Hash => "hashes",
        ValueClass::PodName => "pod names",
        ValueClass::Hostname => "host names",
        ValueClass::UrlPath => "URL paths",
        ValueClass::Number => "numbers",
    }
}

fn growth(class: ValueClass) -> &'static str {
    match class {
        ValueClass::Ip | ValueClass::IpPort | ValueClass::PodName => {
            "grow with every pod and are new after every restart"
        }
        ValueClass::Uuid => "are new for whatever they identify",
        ValueClass::Hash => "are new with every rollout",
        ValueClass::Hostname => "grow with every service and every Host header let through",
        ValueClass::UrlPath => "grow with every path that a client thinks of",
        ValueClass::Number => "have no visible end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census::Census;
    use crate::census::FamilyCount;
    use crate::census::FamilyLabel;
    use crate::census::Totals;
    use crate::exposition::FamilyType;

    fn label(name: &str, values: u64, saving: u64, class: Option<ValueClass>) -> LabelCount {
        LabelCount {
            name: name.to_owned(),
            families: 1,
            series: 1_000,
            values,
            top_values: Vec::new(),
            marginal_saving: saving,
            redundancy: Redundancy::None,
            structural: false,
            body_bytes: 0,
            class,
        }
    }

    fn repeated(name: &str, body_bytes: u64, by: &[&str]) -> LabelCount {
        let redundancy = Redundancy::DeterminedBy(by.iter().map(|&by| by.to_owned()).collect());
        LabelCount {
            redundancy,
            body_bytes,
            ..label(name, 30, 0, Some(ValueClass::IpPort))
        }
    }

    fn family(name: &str, label: &LabelCount) -> FamilyCount {
        let label = FamilyLabel {
            name: label.name.clone(),
            series: label.series,
            values: label.values,
            top_values: Vec::new(),
            marginal_saving: label.marginal_saving,
            redundancy: label.redundancy.clone(),
            structural: label.structural,
            body_bytes: label.body_bytes,
            class: label.class,
        };
        FamilyCount {
            name: name.to_owned(),
            family_type: FamilyType::Counter,
            unit: None,
            sample_names: vec![name.to_owned()],
            series: 1_000,
            samples: 1_000,
            body_bytes: 0,
            otlp_data_points: 1_000,
            series_per_target: None,
            labels: vec![label],
        }
    }

    fn found(labels: Vec<LabelCount>) -> Vec<Finding> {
        let families = labels.first().map(|label| family("response_total", label));
        let census = Census {
            totals: Totals {
                series: 1_000,
                body_bytes: 1_000_000,
                ..Totals::default()
            },
            families: families.into_iter().collect(),
            labels,
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
    fn a_growing_label_fires_at_its_share_and_not_below() {
        assert_eq!(
            found(vec![label("target_ip", 8, 19, Some(ValueClass::Ip))]),
            []
        );
        let findings = found(vec![label("target_ip", 8, 20, Some(ValueClass::Ip))]);
        assert_eq!(findings[0].severity, Severity::Low);
        assert_eq!(
            findings[0].message,
            "target_ip has 8 values (IP addresses), which grow with every pod and are new after every \
             restart; without it 20 of 1,000 series would not exist (2.0%), most of them in response_total"
        );
        assert_eq!(
            findings[0].remedy,
            "sum it away before storage, for example a recording rule \
             `sum without (target_ip) (response_total)` and a drop of the raw series; not by labeldrop, \
             which makes 20 series collide"
        );
    }

    #[test]
    fn a_growing_label_is_medium_from_a_tenth_on() {
        let severities = [99, 100].map(|saving| {
            found(vec![label("target_ip", 8, saving, Some(ValueClass::Ip))])[0].severity
        });
        assert_eq!(severities, [Severity::Low, Severity::Medium]);
    }

    #[test]
    fn few_values_are_no_growth() {
        assert_eq!(
            found(vec![label("target_ip", 7, 500, Some(ValueClass::Ip))]),
            []
        );
    }

    #[test]
    fn numbers_have_to_be_many() {
        assert_eq!(
            found(vec![label("port", 99, 500, Some(ValueClass::Number))]),
            []
        );
        assert_eq!(
            found(vec![label("port", 100, 500, Some(ValueClass::Number))]).len(),
            1
        );
    }

    #[test]
    fn words_and_structural_labels_do_not_grow() {
        assert_eq!(found(vec![label("direction", 50, 500, None)]), []);
        let le = LabelCount {
            structural: true,
            ..label("le", 200, 500, Some(ValueClass::Number))
        };
        assert_eq!(found(vec![le]), []);
    }

    #[test]
    fn redundant_bytes_fire_at_their_share_and_not_below() {
        let of = |bytes| {
            found(vec![repeated(
                "target_addr",
                bytes,
                &["target_ip", "target_port"],
            )])
        };
        assert_eq!(of(249_999), []);
        assert_eq!(of(250_000)[0].severity, Severity::Info);
        assert_eq!(of(499_999)[0].severity, Severity::Info);
        assert_eq!(of(500_000)[0].severity, Severity::Low);
        assert_eq!(
            of(500_000)[0].message,
            "1 of 1 label saves no series and costs 488 KiB of 977 (50.0%)"
        );
        assert_eq!(
            of(500_000)[0].remedy,
            "start with metric_relabel_configs `- {action: labeldrop, regex: target_addr}` (given by \
             target_ip, target_port) and audit again before the next: labels that determine each other \
             cannot all go"
        );
    }

    #[test]
    fn a_large_share_of_a_small_body_is_no_finding() {
        let of = |bytes| {
            let census = Census {
                totals: Totals {
                    body_bytes: 100_000,
                    ..Totals::default()
                },
                labels: vec![repeated("target_addr", bytes, &["target_ip"])],
                ..Census::default()
            };
            let survey = Survey {
                census,
                ..Survey::default()
            };
            redundant(&survey, &Thresholds::default()).is_some()
        };
        assert_eq!([65_535, 65_536].map(of), [false, true]);
    }

    fn order(labels: Vec<LabelCount>) -> Vec<String> {
        let findings = found(labels);
        assert_eq!(findings.len(), 1);
        let worst = findings[0].evidence["worst_labels"].as_array().unwrap();
        let names = worst.iter().map(|label| label["label"].as_str().unwrap());
        names.map(str::to_owned).collect()
    }

    #[test]
    fn redundant_labels_are_one_finding_costliest_first() {
        let labels = ["a", "b", "c", "d"].iter().zip([1, 2, 300_000, 3]);
        let labels = labels.map(|(name, bytes)| repeated(name, bytes, &["x"]));
        assert_eq!(order(labels.collect()), ["c", "d", "b", "a"]);
    }

    #[test]
    fn the_plainest_case_is_named_before_the_costliest() {
        let constant = LabelCount {
            redundancy: Redundancy::Constant,
            ..repeated("tls", 90_000, &[])
        };
        let labels = vec![
            repeated("server_id", 200_000, &["a", "b", "c"]),
            repeated("kind", 100_000, &[]),
            constant,
            repeated("authority", 50_000, &["dst"]),
        ];
        assert_eq!(order(labels), ["authority", "tls", "server_id", "kind"]);
    }

    #[test]
    fn of_labels_that_determine_each_other_one_is_suggested_and_no_other_passed_over_for_it() {
        let labels = vec![
            repeated("pod", 300_000, &["target_ip"]),
            repeated("target_ip", 200_000, &["pod"]),
            repeated("authority", 50_000, &["dst"]),
        ];
        assert_eq!(order(labels), ["authority", "pod", "target_ip"]);
    }
}
