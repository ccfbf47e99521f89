//! The JSON of what was simulated: one entry for each way through a pipeline to an exporter.

use std::collections::BTreeSet;

use crate::collector::plan::StageKind;
use crate::collector::position::Position;
use crate::collector::trace::Rule;
use crate::report::Page;
use crate::report::document::ArrivingEntry;
use crate::report::document::ArrivingLabelEntry;
use crate::report::document::DroppedEntry;
use crate::report::document::DroppedTargetsEntry;
use crate::report::document::FailedEntry;
use crate::report::document::LabelSpreadEntry;
use crate::report::document::LostEntry;
use crate::report::document::NoticeEntry;
use crate::report::document::PipelineEntry;
use crate::report::document::PipelineTotalsEntry;
use crate::report::document::PositionEntry;
use crate::report::document::RenamedEntry;
use crate::report::document::StageEntry;
use crate::report::document::UnjudgedEntry;
use crate::report::numbers;
use crate::survey::Simulated;
use crate::waterfall::Arriving;
use crate::waterfall::StageFlow;

impl<'a> Page<'a> {
    /// What was simulated: for each pipeline an entry for each of its exporters.
    pub(in crate::report) fn pipeline_entries(&self) -> Vec<PipelineEntry<'a>> {
        let mut entries = Vec::new();
        for simulated in self.pipelines() {
            for arriving in &simulated.flow.arriving {
                entries.push(self.pipeline_entry(simulated, Some(arriving)));
            }
            if simulated.flow.arriving.is_empty() {
                entries.push(self.pipeline_entry(simulated, None));
            }
        }
        entries
    }

    /// What could make a difference, each once.
    pub(in crate::report) fn notice_entries(&self) -> Vec<NoticeEntry<'a>> {
        let mut seen = BTreeSet::new();
        let mut entries = Vec::new();
        for simulated in self.pipelines() {
            for notice in &simulated.layout.notices {
                if !seen.insert((notice.at, &notice.subject, &notice.message)) {
                    continue;
                }
                entries.push(NoticeEntry {
                    subject: &notice.subject,
                    message: &notice.message,
                    position: position(simulated, notice.at),
                });
            }
        }
        entries
    }

    fn pipeline_entry(
        &self,
        simulated: &'a Simulated,
        arriving: Option<&'a Arriving>,
    ) -> PipelineEntry<'a> {
        let interval = simulated.interval(self.view);
        let per_second = |series| numbers::samples_per_second(series, interval);
        let sent = arriving.and_then(|arriving| simulated.flow.stages.get(arriving.stage));
        let on_the_way = |(at, stage): &(usize, &StageFlow)| {
            stage.kind != StageKind::Exporter
                || arriving.is_some_and(|arriving| arriving.stage == *at)
        };
        let stages = simulated.stages().filter(on_the_way);
        let first = simulated.flow.stages.first();
        let names = arriving.map(|arriving| simulated.names(arriving, self.view));
        let names = names.unwrap_or_default().into_iter();
        let mut labels: Vec<_> = arriving
            .map_or(&[][..], |arriving| &arriving.labels)
            .iter()
            .collect();
        labels.sort_by(|a, b| (b.values, &a.name).cmp(&(a.values, &b.name)));
        PipelineEntry {
            name: &simulated.flow.name,
            config: &simulated.plan,
            exporter: sent.map(|stage| stage.id.as_str()),
            scrape_interval_seconds: interval.as_secs_f64(),
            targets: simulated.flow.targets,
            stages: stages
                .map(|(at, stage)| self.stage_entry(simulated, at, stage))
                .collect(),
            arriving: names
                .map(|(name, count)| ArrivingEntry {
                    name,
                    series: count.series,
                    data_points: count.data_points,
                    samples_per_second: per_second(count.series),
                })
                .collect(),
            arriving_labels: labels
                .into_iter()
                .map(|label| ArrivingLabelEntry {
                    name: &label.name,
                    series: label.series,
                    values: label.values,
                })
                .collect(),
            totals: PipelineTotalsEntry {
                scraped_names: first.map_or(0, |stage| stage.names),
                scraped_series: first.map_or(0, |stage| stage.totals.series),
                names: sent.map_or(0, |stage| stage.names),
                series: sent.map_or(0, |stage| stage.totals.series),
                samples: arriving.map_or(0, |arriving| arriving.samples),
                samples_per_second: per_second(sent.map_or(0, |stage| stage.totals.series)),
            },
            lost: lost(simulated),
            dropped_targets: dropped_targets(simulated),
            unjudged: unjudged(simulated),
        }
    }

    fn stage_entry(
        &self,
        simulated: &'a Simulated,
        at: usize,
        stage: &'a StageFlow,
    ) -> StageEntry<'a> {
        let defined = simulated.layout.stages.get(at);
        let interval = simulated.interval(self.view);
        let dropped = simulated.dropped(at, stage, self.view);
        let dropped = dropped.into_iter().flat_map(|group| {
            let rule = group.rule;
            group.names.into_iter().map(move |dropped| DroppedEntry {
                name: &dropped.name,
                series: dropped.series,
                data_points: dropped.data_points,
                reason: &dropped.reason,
                rule: text(rule),
                position: rule_position(simulated, rule),
            })
        });
        let renamed = stage.renamed.iter().map(|renamed| {
            let rule = simulated.renaming_rule(at, renamed.rule);
            RenamedEntry {
                from: &renamed.from,
                to: &renamed.to,
                times: renamed.times,
                rule: text(rule),
                position: rule_position(simulated, rule),
            }
        });
        let failed = stage.failed.iter().map(|failed| {
            let rule = simulated.rule(at, failed.rule);
            FailedEntry {
                times: failed.times,
                message: &failed.message,
                rule: text(rule),
                position: rule_position(simulated, rule),
            }
        });
        StageEntry {
            name: &stage.id,
            kind: stage.kind.as_str(),
            position: defined
                .filter(|_| stage.kind != StageKind::Scrape)
                .and_then(|defined| position(simulated, defined.at)),
            names: stage.names,
            series: stage.totals.series,
            data_points: Simulated::has_points(stage).then_some(stage.totals.data_points),
            samples_per_second: numbers::samples_per_second(stage.totals.series, interval),
            body_bytes: Simulated::bytes(stage),
            labels_per_series: stage.labels_per_series.map(|spread| LabelSpreadEntry {
                min: spread.min,
                median: spread.median,
                max: spread.max,
            }),
            dropped: dropped.collect(),
            renamed: renamed.collect(),
            failed: failed.collect(),
        }
    }
}

fn lost(simulated: &Simulated) -> Vec<LostEntry<'_>> {
    let lost = simulated.flow.lost.iter().map(|lost| LostEntry {
        target: &lost.target,
        origin: &lost.origin,
        stage: simulated
            .flow
            .stages
            .get(lost.stage)
            .map_or("", |stage| &stage.id),
        reason: &lost.reason,
        series: lost.series,
    });
    lost.collect()
}

fn dropped_targets(simulated: &Simulated) -> Vec<DroppedTargetsEntry<'_>> {
    let dropped = simulated.flow.dropped_targets.iter().map(|dropped| {
        let rule = simulated.target_rule(dropped.rule).map(|(_, rule)| rule);
        DroppedTargetsEntry {
            job: &dropped.job,
            targets: dropped.targets,
            rule: text(rule),
            position: rule_position(simulated, rule),
        }
    });
    dropped.collect()
}

fn unjudged(simulated: &Simulated) -> Vec<UnjudgedEntry<'_>> {
    let unjudged = simulated.unjudged.iter().map(|((rule, label), targets)| {
        let found = simulated.target_rule(*rule);
        let rule = found.map(|(_, rule)| rule);
        UnjudgedEntry {
            job: found.map(|(job, _)| job),
            label,
            targets: *targets,
            rule: text(rule),
            position: rule_position(simulated, rule),
        }
    });
    unjudged.collect()
}

fn text(rule: Option<&Rule>) -> Option<&str> {
    rule.map(|rule| rule.text.as_str())
}

fn rule_position<'a>(simulated: &'a Simulated, rule: Option<&Rule>) -> Option<PositionEntry<'a>> {
    position(simulated, rule?.at)
}

fn position(simulated: &Simulated, at: Position) -> Option<PositionEntry<'_>> {
    let file = simulated.files.get(at.file as usize);
    file.filter(|_| at.line > 0).map(|file| PositionEntry {
        file,
        line: at.line,
        column: at.column,
    })
}
