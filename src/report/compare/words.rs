//! Numbers and sentences that tables and Markdown share.

use crate::report::Style;
use crate::report::document::ComparedSideEntry;
use crate::report::document::ComparisonDocument;
use crate::report::document::CountChangeEntry;
use crate::report::document::FamilyChangeEntry;
use crate::report::document::LabelChangeEntry;
use crate::report::document::PodsNamedEntry;
use crate::report::document::WorkloadSeriesEntry;
use crate::report::numbers::bytes;
use crate::report::numbers::counted;
use crate::report::numbers::counted_series;
use crate::report::numbers::grouped;
use crate::report::numbers::whole;

/// Failed targets that are named; the rest are counted.
const NAMED_FAILURES: usize = 3;

/// `+1,200`, `-3`, `0`.
pub(super) fn signed(growth: i64) -> String {
    let count = grouped(growth.unsigned_abs());
    match growth {
        0 => count,
        1.. => format!("+{count}"),
        _ => format!("-{count}"),
    }
}

/// `+1.20 MiB`.
pub(super) fn signed_bytes(growth: i64) -> String {
    let sign = match growth {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", bytes(growth.unsigned_abs()))
}

/// `+18.5%`; `new` of nothing, `gone` to nothing; what is more than nothing and less than the last digit is `+<0.1%`.
pub(super) fn percent(count: CountChangeEntry) -> String {
    let sign = if count.growth < 0 { "-" } else { "+" };
    match count.growth_percent {
        _ if count.growth == 0 => "0%".to_owned(),
        None => "new".to_owned(),
        Some(_) if count.after == 0 => "gone".to_owned(),
        Some(percent) if percent.abs() < 0.05 => format!("{sign}<0.1%"),
        Some(percent) if percent.abs() >= 999.95 => {
            format!("{sign}{}%", grouped(whole(percent.abs().round())))
        }
        Some(percent) => format!("{sign}{:.1}%", percent.abs()),
    }
}

/// `7 → 9`; one number where both are the same.
pub(super) fn from_to(count: CountChangeEntry, style: &Style) -> String {
    if count.growth == 0 {
        return grouped(count.after);
    }
    let (before, after) = (grouped(count.before), grouped(count.after));
    format!("{before} {} {after}", style.arrow())
}

/// `shop/web`, `web`, `(unknown)`.
pub(super) fn workload(namespace: Option<&str>, workload: Option<&str>) -> String {
    match (namespace, workload) {
        (Some(namespace), Some(workload)) => format!("{namespace}/{workload}"),
        (None, Some(workload)) => workload.to_owned(),
        (_, None) => "(unknown)".to_owned(),
    }
}

/// `new`, `gone` or nothing.
pub(super) fn status(status: &str) -> &'static str {
    match status {
        "came" => "new",
        "went" => "gone",
        _ => "",
    }
}

/// Whether anything but its bytes is another than before.
pub(super) fn is_changed(family: &FamilyChangeEntry<'_>) -> bool {
    let churned = family.churn.is_some_and(|churn| {
        churn.disappeared_series > 0
            || churn.appeared_series > 0
            || churn.moved_in_series > 0
            || churn.moved_out_series > 0
    });
    family.status != "both"
        || family.series.growth != 0
        || churned
        || family.type_before != family.type_after
        || !family.names_came.is_empty()
        || !family.names_went.is_empty()
        || !family.labels.is_empty()
}

/// Labels of which more is another than in how many series they stand.
pub(super) fn labels_told<'a, 'b>(
    document: &'b ComparisonDocument<'a>,
) -> Vec<&'b LabelChangeEntry<'a>> {
    let labels = document.labels.iter();
    let told = labels.filter(|label| {
        label.status != "both"
            || label.values.growth != 0
            || label.marginal_saving_series.growth != 0
    });
    told.collect()
}

/// The label that more series would vanish without than before, else one with more values; of several the most.
pub(super) fn label_grown<'a, 'b>(
    family: &'b FamilyChangeEntry<'a>,
) -> Option<&'b LabelChangeEntry<'a>> {
    strongest(family, |count| count.growth)
}

fn strongest<'a, 'b>(
    family: &'b FamilyChangeEntry<'a>,
    weight: fn(CountChangeEntry) -> i64,
) -> Option<&'b LabelChangeEntry<'a>> {
    let labels = family.labels.iter().filter(|label| !label.structural);
    let weigh = |label: &&LabelChangeEntry<'a>| {
        let (saving, values) = (weight(label.marginal_saving_series), weight(label.values));
        (saving, values)
    };
    let some = labels.filter(|label| weigh(label) > (0, 0));
    some.max_by(|a, b| weigh(a).cmp(&weigh(b)).then_with(|| b.name.cmp(a.name)))
}

/// The workload with the most series that are new to the family.
pub(super) fn workload_grown<'a, 'b>(
    family: &'b FamilyChangeEntry<'a>,
) -> Option<&'b WorkloadSeriesEntry<'a>> {
    let workloads = family.workloads.iter().flatten();
    let mut known = workloads.filter(|one| one.workload.is_some());
    known.find(|one| one.series.growth > 0)
}

/// What of a family changed most: the label and the workload that it grew or shrank by, in a few words.
pub(super) fn cause(family: &FamilyChangeEntry<'_>, style: &Style) -> Vec<String> {
    let shrank = family.series.growth < 0;
    let mut told = Vec::new();
    for moved in &family.moved {
        let series = grouped(moved.series);
        told.push(if moved.from == family.name {
            format!("{series} now of {}", moved.to)
        } else {
            format!("{series} were of {}", moved.from)
        });
    }
    if family.status == "both" && family.type_before != family.type_after {
        let types = [family.type_before, family.type_after].map(Option::unwrap_or_default);
        told.push(format!("{} {} {}", types[0], style.arrow(), types[1]));
    }
    // Of a family that came or went every label did.
    let label = match (family.status, shrank) {
        ("both", false) => label_grown(family),
        ("both", true) => strongest(family, |count| -count.growth),
        _ => None,
    };
    if let Some(label) = label {
        let name = label.name;
        let what = status(label.status);
        told.push(if what.is_empty() {
            let values = from_to(label.values, style);
            format!("{name}: {values} values")
        } else {
            format!("label {name} is {what}")
        });
    }
    let workloads = family.workloads.iter().flatten();
    let mut known = workloads.filter(|one| one.workload.is_some());
    let one = if shrank {
        known.rfind(|one| one.series.growth < 0)
    } else {
        known.find(|one| one.series.growth > 0)
    };
    if let Some(one) = one {
        let name = workload(one.namespace, one.workload);
        told.push(format!("{name} {}", signed(one.series.growth)));
    }
    told
}

/// What one side was made from.
pub(super) fn side(side: &ComparedSideEntry<'_>) -> String {
    match side.file {
        Some(file) => format!("{file} (audit of {})", side.inputs.join(", ")),
        None => side.inputs.join(", "),
    }
}

/// What keeps the numbers from being the whole truth.
pub(super) fn cautions(document: &ComparisonDocument<'_>) -> Vec<String> {
    let header = &document.header;
    let mut told = Vec::new();
    let sides = [
        ("before", &header.before, "what came"),
        ("after", &header.after, "what went"),
    ];
    for (name, side, doubtful) in sides {
        let failed = &side.coverage.failed;
        if failed.is_empty() && !side.interrupted {
            continue;
        }
        let what = if side.interrupted {
            "interrupted".to_owned()
        } else {
            let targets = counted(failed.len() as u64, "target", "targets");
            format!("{targets} could not be read")
        };
        told.push(format!(
            "{name}: {what}, so {doubtful} may only not have been read"
        ));
        for failure in failed.iter().take(NAMED_FAILURES) {
            told.push(format!(
                "{name}: failed {}: {}",
                failure.target, failure.reason
            ));
        }
        let more = failed.len().saturating_sub(NAMED_FAILURES);
        if more > 0 {
            told.push(format!("{name}: failed {} more", grouped(more as u64)));
        }
    }
    let unknown = header.unknown.iter().map(|key| match *key {
        "churn" => "which series stayed",
        "workloads" => "workloads",
        "versions" => "versions of proxies",
        _ => "pods that are gone",
    });
    let unknown: Vec<&str> = unknown.collect();
    if !unknown.is_empty() {
        told.push(format!("not known from an audit: {}", unknown.join(", ")));
    }
    let has = |of: fn(&ComparisonDocument<'_>) -> u64| of(document) > 0;
    let matched = document
        .targets
        .iter()
        .any(|target| target.status == "both");
    if !matched
        && has(|document| document.header.totals.targets.before)
        && has(|document| document.header.totals.targets.after)
    {
        let text = "no target is on both sides: they are matched by name; saved files by the end of their path, or \
                    because there is but one on either side";
        told.push(text.to_owned());
    }
    told
}

/// What is known of pods that labels name.
pub(super) fn pods(named: PodsNamedEntry) -> Option<String> {
    let PodsNamedEntry {
        there,
        there_series: _,
        gone,
        gone_series,
        untold,
        untold_series,
    } = named;
    if gone + untold == 0 {
        return None;
    }
    let of = |pods, series| {
        let pods = counted(pods, "pod", "pods");
        format!("{pods} in {}", counted_series(series))
    };
    let mut told = vec![if gone > 0 {
        of(gone, gone_series)
    } else {
        "none".to_owned()
    }];
    if untold > 0 {
        let untold = of(untold, untold_series);
        told.push(format!("of {untold} it cannot be told"));
    }
    if there > 0 {
        told.push(format!("{} there", counted(there, "pod", "pods")));
    }
    Some(told.join("; "))
}

/// Why it is said that a pod is gone, or not.
pub(super) fn why_of_pod(why_untold: Option<&str>) -> &'static str {
    match why_untold {
        None => "was a target, is none now",
        Some("never-a-target") => "cannot be told: a target on neither side",
        Some(_) => "cannot be told: not all targets could be read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: u64, after: u64) -> CountChangeEntry {
        let growth = after as i64 - before as i64;
        let growth_percent = (before > 0).then(|| growth as f64 * 100.0 / before as f64);
        CountChangeEntry {
            before,
            after,
            growth,
            growth_percent,
        }
    }

    #[test]
    fn growth_is_told_with_its_sign_and_what_is_new_without_a_percentage() {
        assert_eq!([1200, -3, 0].map(signed), ["+1,200", "-3", "0"]);
        let percents = [
            change(100, 118),
            change(100_000, 100_001),
            change(10, 5),
            change(0, 5),
            change(5, 0),
            change(0, 0),
            change(2, 359),
        ];
        assert_eq!(
            percents.map(percent),
            [
                "+18.0%", "+<0.1%", "-50.0%", "new", "gone", "0%", "+17,850%"
            ]
        );
    }
}
