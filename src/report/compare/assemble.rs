//! Puts the JSON document together, borrowing all text.

use super::ComparisonReport;
use crate::census::churn::MatchedBy;
use crate::census::churn::Turnover;
use crate::compare::Change;
use crate::compare::FamilyChange;
use crate::compare::Kind;
use crate::compare::LabelChange;
use crate::compare::PodNamed;
use crate::compare::PodsNamed;
use crate::compare::SeriesChange;
use crate::compare::Side;
use crate::compare::Status;
use crate::compare::TargetChange;
use crate::compare::TotalsChange;
use crate::compare::Untold;
use crate::compare::VersionChange;
use crate::compare::WorkloadChange;
use crate::mesh::Proxy;
use crate::report::assemble::coverage;
use crate::report::document::ChurnEntry;
use crate::report::document::ComparedSideEntry;
use crate::report::document::ComparisonDocument;
use crate::report::document::ComparisonHeader;
use crate::report::document::CountChangeEntry;
use crate::report::document::FamilyChangeEntry;
use crate::report::document::LabelChangeEntry;
use crate::report::document::MovedEntry;
use crate::report::document::PodEntry;
use crate::report::document::PodsNamedEntry;
use crate::report::document::SCHEMA_VERSION;
use crate::report::document::TargetChangeEntry;
use crate::report::document::TotalsChangeEntry;
use crate::report::document::TurnoverEntry;
use crate::report::document::VersionChangeEntry;
use crate::report::document::WorkloadChangeEntry;
use crate::report::document::WorkloadSeriesEntry;

/// The whole document.
pub(super) fn document<'a>(report: &ComparisonReport<'a>) -> ComparisonDocument<'a> {
    let ComparisonReport {
        comparison, order, ..
    } = report;
    let matches = |family: &&FamilyChange| {
        let filter = report.family;
        filter.is_none_or(|glob| glob.is_match(&family.name))
    };
    let families = comparison.families.iter().filter(matches);
    let mut families: Vec<_> = families.map(|one| family(one, report)).collect();
    families.sort_by(|a, b| order.families(a, b));
    let labels = comparison.labels.iter();
    let workloads = comparison.workloads.as_ref().map(|workloads| {
        let mut workloads: Vec<_> = workloads.iter().map(workload).collect();
        workloads.sort_by(|a, b| order.workloads(a, b));
        workloads
    });
    let versions = comparison.versions.as_ref();
    let pods = comparison.pods.as_ref().map(|pods| {
        let mut pods: Vec<_> = pods.gone.iter().chain(&pods.untold).map(pod).collect();
        pods.sort_by(|a, b| {
            let key = |pod: &PodEntry<'a>| {
                let most = std::cmp::Reverse(pod.series);
                (!pod.gone, most, pod.label, pod.namespace, pod.pod)
            };
            key(a).cmp(&key(b))
        });
        pods
    });
    ComparisonDocument {
        header: header(report),
        families,
        labels: changed_labels(labels, report),
        workloads,
        targets: comparison.targets.iter().map(target).collect(),
        versions: versions.map(|versions| versions.iter().map(version).collect()),
        pods,
    }
}

fn header<'a>(report: &ComparisonReport<'a>) -> ComparisonHeader<'a> {
    let ComparisonReport {
        before,
        after,
        files,
        comparison,
        ..
    } = report;
    let unknown = [
        ("churn", comparison.churn.is_none()),
        ("workloads", comparison.workloads.is_none()),
        ("versions", comparison.versions.is_none()),
        ("pods", comparison.pods.is_none()),
    ];
    let unknown = unknown.into_iter().filter(|(_, is_unknown)| *is_unknown);
    let is_same = |target: &TargetChange| {
        target.status() == Status::Both
            && target.series.is_none()
            && target.churn.is_none_or(|churn| churn.disappeared() == 0)
    };
    let equal = !comparison.families.iter().any(FamilyChange::is_changed)
        && !comparison.labels.iter().any(LabelChange::is_changed)
        && comparison.targets.iter().all(is_same);
    ComparisonHeader {
        schema_version: SCHEMA_VERSION,
        meshctl_version: env!("CARGO_PKG_VERSION"),
        before: side(before, files[0]),
        after: side(after, files[1]),
        family_filter: report.family.map(|filter| filter.glob().glob()),
        equal,
        unknown: unknown.map(|(name, _)| name).collect(),
        totals: totals(&comparison.totals),
        churn: comparison.churn.as_ref().map(churn),
        pods_named: comparison.pods.as_ref().map(pods_named),
    }
}

fn side<'a>(side: &'a Side, file: Option<&'a str>) -> ComparedSideEntry<'a> {
    let (kind, audit_meshctl_version) = match &side.kind {
        Kind::Scrapes => ("scrapes", None),
        Kind::Audit(version) => ("audit", Some(version.as_str())),
    };
    ComparedSideEntry {
        kind,
        audit_meshctl_version,
        inputs: &side.inputs,
        file,
        coverage: coverage(&side.coverage),
        interrupted: side.interrupted,
    }
}

fn count(change: Change) -> CountChangeEntry {
    CountChangeEntry {
        before: change.before,
        after: change.after,
        growth: change.growth(),
        growth_percent: change.percent(),
    }
}

fn totals(totals: &TotalsChange) -> TotalsChangeEntry {
    let TotalsChange {
        targets,
        families,
        names,
        labels,
        series,
        body_bytes,
        otlp_data_points,
    } = *totals;
    TotalsChangeEntry {
        targets: count(targets),
        families: count(families),
        names: count(names),
        labels: count(labels),
        series: count(series),
        body_bytes: count(body_bytes),
        otlp_data_points: count(otlp_data_points),
    }
}

fn churn(churn: &SeriesChange) -> ChurnEntry {
    let SeriesChange {
        stayed,
        moved,
        disappeared,
        appeared,
        disappeared_with_targets,
        appeared_with_targets,
    } = *churn;
    ChurnEntry {
        stayed_series: stayed,
        moved_series: moved,
        disappeared_series: disappeared,
        appeared_series: appeared,
        disappeared_with_targets_series: disappeared_with_targets,
        appeared_with_targets_series: appeared_with_targets,
    }
}

fn turnover(turnover: Turnover) -> TurnoverEntry {
    TurnoverEntry {
        stayed_series: turnover.stayed,
        disappeared_series: turnover.disappeared(),
        appeared_series: turnover.appeared(),
        moved_out_series: turnover.moved_out,
        moved_in_series: turnover.moved_in,
    }
}

fn family<'a>(family: &'a FamilyChange, report: &ComparisonReport<'a>) -> FamilyChangeEntry<'a> {
    let workloads = family.workloads.as_ref().map(|workloads| {
        let mut workloads: Vec<_> = workloads
            .iter()
            .map(|one| WorkloadSeriesEntry {
                namespace: one.namespace.as_deref(),
                workload: one.workload.as_deref(),
                series: count(one.series),
            })
            .collect();
        workloads.sort_by(|a, b| {
            let by_growth = b.series.growth.cmp(&a.series.growth);
            by_growth.then_with(|| (a.namespace, a.workload).cmp(&(b.namespace, b.workload)))
        });
        workloads
    });
    let moved = family.moved.iter().map(|moved| MovedEntry {
        from: &moved.from,
        to: &moved.to,
        series: moved.series,
    });
    FamilyChangeEntry {
        name: &family.name,
        status: family.status.as_str(),
        type_before: family.type_before.as_deref(),
        type_after: family.type_after.as_deref(),
        series: count(family.series),
        body_bytes: count(family.body_bytes),
        churn: family.churn.map(turnover),
        names_came: &family.names_came,
        names_went: &family.names_went,
        labels: changed_labels(family.labels.iter(), report),
        workloads,
        moved: moved.collect(),
    }
}

fn changed_labels<'a>(
    labels: impl Iterator<Item = &'a LabelChange>,
    report: &ComparisonReport<'a>,
) -> Vec<LabelChangeEntry<'a>> {
    let changed = labels.filter(|label| label.is_changed());
    let mut entries: Vec<_> = changed.map(label).collect();
    entries.sort_by(|a, b| report.order.labels(a, b));
    entries
}

fn label(label: &LabelChange) -> LabelChangeEntry<'_> {
    LabelChangeEntry {
        name: &label.name,
        status: label.status.as_str(),
        structural: label.structural,
        values: count(label.values),
        marginal_saving_series: count(label.marginal_saving),
        series: count(label.series),
        families: count(label.families),
    }
}

fn workload(workload: &WorkloadChange) -> WorkloadChangeEntry<'_> {
    WorkloadChangeEntry {
        namespace: workload.namespace.as_deref(),
        workload: workload.workload.as_deref(),
        targets: count(workload.targets),
        targets_came: workload.came,
        targets_went: workload.went,
        series: count(workload.series),
        disappeared_series: workload.disappeared,
        appeared_series: workload.appeared,
    }
}

fn target(target: &TargetChange) -> TargetChangeEntry<'_> {
    TargetChangeEntry {
        status: target.status().as_str(),
        before: target.before.as_deref(),
        after: target.after.as_deref(),
        matched_by: target.matched_by.map(MatchedBy::as_str),
        series: count(target.series),
        churn: target.churn.map(turnover),
    }
}

fn version(version: &VersionChange) -> VersionChangeEntry<'_> {
    VersionChangeEntry {
        proxy: version.proxy.map(Proxy::as_str),
        version: version.version.as_deref(),
        targets: count(version.targets),
    }
}

fn pods_named(pods: &PodsNamed) -> PodsNamedEntry {
    let series = |pods: &[PodNamed]| pods.iter().map(|pod| pod.series).sum();
    PodsNamedEntry {
        there: pods.there.0,
        there_series: pods.there.1,
        gone: pods.gone.len() as u64,
        gone_series: series(&pods.gone),
        untold: pods.untold.len() as u64,
        untold_series: series(&pods.untold),
    }
}

fn pod(pod: &PodNamed) -> PodEntry<'_> {
    PodEntry {
        label: &pod.label,
        namespace: pod.namespace.as_deref(),
        pod: &pod.pod,
        series: pod.series,
        gone: pod.why.is_none(),
        why_untold: pod.why.map(Untold::as_str),
    }
}
