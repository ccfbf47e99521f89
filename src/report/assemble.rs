//! Puts the JSON document together from the survey and the findings, borrowing all text.

use crate::census::FamilyCount;
use crate::census::Spread;
use crate::census::ValueCount;
use crate::census::class::ValueClass;
use crate::findings::Finding;
use crate::report::Page;
use crate::report::document::CoverageEntry;
use crate::report::document::Document;
use crate::report::document::FailureEntry;
use crate::report::document::FamilyEntry;
use crate::report::document::FamilyLabelEntry;
use crate::report::document::FindingEntry;
use crate::report::document::FixEntry;
use crate::report::document::Header;
use crate::report::document::LabelCost;
use crate::report::document::LabelEntry;
use crate::report::document::PlaceEntry;
use crate::report::document::RejectEntry;
use crate::report::document::RejectedLineEntry;
use crate::report::document::SCHEMA_VERSION;
use crate::report::document::SkipEntry;
use crate::report::document::SpreadEntry;
use crate::report::document::SubjectEntry;
use crate::report::document::TargetEntry;
use crate::report::document::TotalsEntry;
use crate::report::document::ValueEntry;
use crate::report::edges;
use crate::report::grpc::assemble::hidden_failures;
use crate::report::numbers;
use crate::report::select::LabelRow;
use crate::survey::Coverage;
use crate::survey::TargetRejects;

impl<'a> Page<'a> {
    /// The whole document.
    pub(super) fn document(&self) -> Document<'a> {
        let families = self.families(None).shown.into_iter();
        let labels = self.survey_labels(None).shown.into_iter();
        let mut pipelines = self.pipeline_entries().into_iter();
        let mesh = self.survey.mesh.as_ref();
        Document {
            header: self.header(),
            targets: self.targets().collect(),
            families: families.map(|family| self.family(family)).collect(),
            labels: labels.map(|label| survey_label(&label)).collect(),
            rejects: self.survey.rejects.iter().map(rejects).collect(),
            hidden_failures: mesh.map(|mesh| hidden_failures(mesh.grpc())),
            edges: mesh.map_or_else(Vec::new, |mesh| {
                let edges = mesh.workload_edges().iter();
                edges.map(edges::assemble::edge).collect()
            }),
            findings: self.findings(None).shown.into_iter().map(finding).collect(),
            pipeline: pipelines.next(),
            more_pipelines: pipelines.collect(),
            notices: self.notice_entries(),
        }
    }

    fn header(&self) -> Header<'a> {
        Header {
            schema_version: SCHEMA_VERSION,
            meshctl_version: env!("CARGO_PKG_VERSION"),
            inputs: &self.survey.inputs,
            coverage: coverage(&self.survey.coverage),
            interrupted: self.survey.interrupted,
            family_filter: self.view.family.as_ref().map(|filter| filter.glob().glob()),
            scrape_interval_seconds: self.view.scrape_interval.as_secs_f64(),
            totals: self.totals(),
        }
    }

    fn totals(&self) -> TotalsEntry {
        let totals = &self.survey.census.totals;
        TotalsEntry {
            targets: totals.targets,
            families: totals.families,
            names: totals.names,
            series: totals.series,
            samples: totals.samples,
            rejects: totals.rejects,
            duplicates: totals.duplicates,
            body_bytes: totals.body_bytes,
            samples_per_second: self.samples_per_second(totals.series),
            otlp_data_points: totals.otlp_data_points,
        }
    }

    fn samples_per_second(&self, series: u64) -> f64 {
        numbers::samples_per_second(series, self.view.scrape_interval)
    }

    fn targets(&self) -> impl Iterator<Item = TargetEntry<'a>> {
        self.survey.census.targets.iter().map(|target| TargetEntry {
            name: &target.name,
            origin: &target.origin,
            series: target.series,
            samples: target.samples,
            rejects: target.rejects,
            duplicates: target.duplicates,
            body_bytes: target.body_bytes,
        })
    }

    fn family(&self, family: &'a FamilyCount) -> FamilyEntry<'a> {
        let labels = self.labels_of(family).into_iter();
        FamilyEntry {
            name: &family.name,
            family_type: family.family_type.as_str(),
            unit: family.unit.as_deref(),
            names: family.sample_names.len() as u64,
            sample_names: &family.sample_names,
            series: family.series,
            samples: family.samples,
            samples_per_second: self.samples_per_second(family.series),
            body_bytes: family.body_bytes,
            otlp_data_points: family.otlp_data_points,
            series_per_target: family
                .series_per_target
                .as_ref()
                .map(|spread| self.spread(spread)),
            labels: labels.map(|label| family_label(&label)).collect(),
        }
    }

    fn spread(&self, spread: &Spread) -> SpreadEntry<'a> {
        SpreadEntry {
            targets: spread.targets,
            min: spread.min,
            median: spread.median,
            max: spread.max,
            outlier: self.outlier(spread),
        }
    }
}

pub(super) fn coverage(coverage: &Coverage) -> CoverageEntry<'_> {
    let failed = coverage.failed.iter().map(|failure| FailureEntry {
        target: &failure.target,
        origin: &failure.origin,
        reason: &failure.reason,
    });
    let skipped = coverage.skipped.iter().map(|skip| SkipEntry {
        origin: &skip.origin,
        reason: &skip.reason,
    });
    CoverageEntry {
        expected: coverage.expected,
        scraped: coverage.scraped,
        failed: failed.collect(),
        skipped: skipped.collect(),
    }
}

fn family_label<'a>(label: &LabelRow<'a>) -> FamilyLabelEntry<'a> {
    FamilyLabelEntry {
        name: label.name,
        series: label.series,
        cost: cost(label),
    }
}

fn survey_label<'a>(label: &LabelRow<'a>) -> LabelEntry<'a> {
    LabelEntry {
        name: label.name,
        families: label.families,
        series: label.series,
        cost: cost(label),
    }
}

fn cost<'a>(label: &LabelRow<'a>) -> LabelCost<'a> {
    LabelCost {
        values: label.values,
        marginal_saving_series: label.saves,
        redundant: label.is_redundant(),
        determined_by: label.determined_by(),
        structural: label.structural,
        body_bytes: label.body_bytes,
        class: label.class.map(ValueClass::as_str),
        top_values: label.top_values.iter().map(value).collect(),
    }
}

fn value(top: &ValueCount) -> ValueEntry<'_> {
    ValueEntry {
        value: &top.value,
        series: top.series,
    }
}

fn rejects(rejects: &TargetRejects) -> RejectEntry<'_> {
    let first = rejects.first.iter().map(|line| RejectedLineEntry {
        line: line.line,
        column: line.column,
        kind: &line.kind,
        message: &line.message,
        excerpt: &line.excerpt,
    });
    RejectEntry {
        target: &rejects.target,
        origin: &rejects.origin,
        count: rejects.count,
        unescaped: rejects.unescaped,
        first: first.collect(),
    }
}

/// A finding, with everything that is known of it.
pub(super) fn finding(finding: &Finding) -> FindingEntry<'_> {
    let places = finding.marks.places.iter().map(|place| PlaceEntry {
        file: &place.file,
        line: place.line,
        column: place.column,
        length: place.length,
        note: Some(place.note.as_str()).filter(|note| !note.is_empty()),
    });
    let fix = finding.marks.fix.iter().map(|edit| FixEntry {
        file: &edit.file,
        start_byte: edit.start as u64,
        end_byte: edit.end as u64,
        text: &edit.text,
    });
    FindingEntry {
        id: finding.id,
        severity: finding.severity.as_str(),
        subject: SubjectEntry {
            target: finding.subject.target.as_deref(),
            family: finding.subject.family.as_deref(),
            label: finding.subject.label.as_deref(),
            edge: finding.subject.edge.as_deref(),
            part: finding.subject.part.as_deref(),
        },
        message: &finding.message,
        evidence: &finding.evidence,
        remedy: &finding.remedy,
        places: places.collect(),
        fix: fix.collect(),
    }
}
