//! One stage: what became of a name there, or of a series.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::collector::plan::StageKind;
use crate::collector::position::Position;
use crate::collector::trace::Rule;
use crate::report::document::ChangeEntry;
use crate::report::document::ClauseEntry;
use crate::report::document::ExplainedDropEntry;
use crate::report::document::ExplainedFailureEntry;
use crate::report::document::ExplainedRenameEntry;
use crate::report::document::ExplainedStageEntry;
use crate::report::document::HereEntry;
use crate::report::document::PositionEntry;
use crate::report::document::RelabelingEntry;
use crate::survey::Simulated;
use crate::waterfall::Clause;
use crate::waterfall::Here;
use crate::waterfall::Passage;
use crate::waterfall::StageFlow;
use crate::waterfall::Way;
use crate::waterfall::family;

/// Parts that the names of a histogram or summary have.
const PARTS: [&str; 4] = ["", "_bucket", "_count", "_sum"];

/// The stages as one name passes them, under whatever names it gets.
pub(super) fn of_name<'a>(simulated: &'a Simulated, name: &'a str) -> Vec<ExplainedStageEntry<'a>> {
    let mut names: BTreeSet<String> = [name.to_owned()].into();
    let mut is_known = false;
    let mut came = 0;
    let mut entries = Vec::new();
    for (at, flow) in simulated.stages() {
        let before = names.clone();
        let renamed: Vec<_> = flow
            .renamed
            .iter()
            .filter(|renamed| is_renamed(&renamed.from, &before))
            .collect();
        for renamed in &renamed {
            names.extend(new_names(&renamed.from, &renamed.to, &before));
        }
        let own = flow.by_name.iter();
        let own: Vec<_> = own
            .filter(|(own, count)| names.contains(own) && count.series > 0)
            .collect();
        let series: u64 = own.iter().map(|(_, count)| count.series).sum();
        let dropped = flow
            .dropped
            .iter()
            .filter(|dropped| before.contains(&dropped.name));
        let dropped: Vec<ExplainedDropEntry<'a>> = dropped
            .map(|dropped| {
                let rule = dropped.rule.and_then(|rule| simulated.rule(at, rule));
                ExplainedDropEntry {
                    series: Some(dropped.series),
                    reason: &dropped.reason,
                    rule: text(rule),
                    position: position(simulated, rule),
                }
            })
            .collect();
        let outcome = match (series > 0, dropped.is_empty()) {
            (true, true) => "kept",
            (true, false) => "reduced",
            (false, false) => "dropped",
            // What an exporter calls it is not told by names alone.
            (false, true) if is_exit(flow) && came > 0 => "unknown",
            (false, true) if is_known => "gone",
            (false, true) => "absent",
        };
        is_known |= outcome != "absent";
        if !is_exit(flow) {
            came = series;
        }
        let explained = simulated.flow.explained.iter();
        let explained = explained
            .filter(|explained| explained.stage == at)
            .min_by_key(|explained| &explained.target);
        entries.push(ExplainedStageEntry {
            outcome,
            series,
            names: own.iter().map(|(name, _)| name.clone()).collect(),
            dropped,
            renamed: renamed
                .into_iter()
                .map(|renamed| {
                    let rule = simulated.renaming_rule(at, renamed.rule);
                    ExplainedRenameEntry {
                        from: &renamed.from,
                        to: &renamed.to,
                        rule: text(rule),
                        position: position(simulated, rule),
                    }
                })
                .collect(),
            judged_metric: explained.map(|explained| explained.metric.as_str()),
            judged_target: explained.map(|explained| explained.target.as_str()),
            clauses: clauses(
                simulated,
                at,
                explained.map_or(&[][..], |explained| &explained.clauses[..]),
            ),
            ..empty(simulated, at, flow)
        });
    }
    entries
}

/// Whether a metric of this name is one of those: a histogram has one name where it is renamed.
fn is_renamed(from: &str, names: &BTreeSet<String>) -> bool {
    names.contains(from) || names.iter().any(|name| family(name) == from)
}

/// What a renamed metric is called from there on, part by part.
fn new_names<'a>(
    from: &'a str,
    to: &'a str,
    names: &'a BTreeSet<String>,
) -> impl Iterator<Item = String> + 'a {
    let parts = PARTS.into_iter();
    let parts = parts.filter(move |part| names.contains(&format!("{from}{part}")));
    parts.map(move |part| format!("{to}{part}"))
}

/// The stages as one series passes them.
pub(super) fn of_series<'a>(
    simulated: &'a Simulated,
    way: &'a Way,
    target: &'a str,
) -> Vec<ExplainedStageEntry<'a>> {
    let mut before: Option<&'a Passage> = None;
    let mut entries = Vec::new();
    let lost = simulated.flow.lost.iter();
    let lost = lost.filter(|lost| lost.target == target).min();
    for ((at, flow), passage) in simulated.stages().zip(&way.stages) {
        // Whatever a whole scrape is lost for, such as its size, does not show in a part of it.
        let is_lost = lost.is_some_and(|lost| at >= lost.stage);
        let is_exit = is_exit(flow);
        let has_come = before.is_none_or(|before| !before.here.is_empty());
        let here: &[Here] = if is_lost { &[] } else { &passage.here };
        let mut dropped: Vec<ExplainedDropEntry<'a>> = passage
            .dropped
            .iter()
            .map(|gone| {
                let rule = gone.rule.and_then(|rule| simulated.rule(at, rule));
                ExplainedDropEntry {
                    series: None,
                    reason: &gone.reason,
                    rule: text(rule),
                    position: position(simulated, rule),
                }
            })
            .collect();
        if let Some(lost) = lost.filter(|lost| lost.stage == at && dropped.is_empty()) {
            dropped.push(ExplainedDropEntry {
                series: None,
                reason: &lost.reason,
                rule: None,
                position: None,
            });
        }
        let outcome = match (here.is_empty(), dropped.is_empty()) {
            (false, true) => "kept",
            (false, false) => "reduced",
            (true, false) => "dropped",
            (true, true) if has_come && !is_lost && before.is_some() => "dropped",
            (true, true) if before.is_some() => "gone",
            (true, true) => "absent",
        };
        let own = simulated.flow.stages[at].by_name.iter();
        let names: Vec<String> = here
            .iter()
            .map(|here| here.name.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let stems: Vec<String> = names
            .iter()
            .flat_map(|name| PARTS.map(|part| format!("{name}{part}")))
            .collect();
        let is_inside = here.iter().any(|here| !here.kind.is_empty());
        let series = own.filter(|(own, _)| names.contains(own) || is_inside && stems.contains(own));
        let changes = match (before.map(|before| &before.here[..]), here) {
            (Some([before]), [here]) if !is_exit || !has_resource(before) => {
                changes(before, here, true)
            }
            (Some([before]), [here]) => changes(before, here, false),
            _ => Vec::new(),
        };
        let is_judged = !is_lost && has_come;
        entries.push(ExplainedStageEntry {
            outcome,
            series: series.map(|(_, count)| count.series).sum(),
            names,
            here: here.iter().map(here_entry).collect(),
            changes,
            dropped,
            failed: passage
                .failed
                .iter()
                .map(|(rule, message)| {
                    let rule = simulated.rule(at, *rule);
                    ExplainedFailureEntry {
                        message,
                        rule: text(rule),
                        position: position(simulated, rule),
                    }
                })
                .collect(),
            relabeling: relabeling(simulated, at, passage),
            judged_metric: passage.metric.as_deref().filter(|_| is_judged),
            clauses: clauses(
                simulated,
                at,
                if is_judged { &passage.clauses } else { &[] },
            ),
            ..empty(simulated, at, flow)
        });
        // Exporters stand side by side; a stage that was not reached changes nothing.
        if !is_exit && (passage.reached || is_lost) {
            before = Some(passage);
        }
    }
    entries
}

fn is_exit(flow: &StageFlow) -> bool {
    matches!(flow.kind, StageKind::Exporter | StageKind::Storage)
}

fn has_resource(here: &Here) -> bool {
    !here.resource.is_empty()
}

fn empty<'a>(simulated: &'a Simulated, at: usize, flow: &'a StageFlow) -> ExplainedStageEntry<'a> {
    let defined = simulated.layout.stages.get(at);
    let defined = defined.filter(|_| flow.kind != StageKind::Scrape);
    ExplainedStageEntry {
        name: &flow.id,
        kind: flow.kind.as_str(),
        position: defined.and_then(|defined| position_at(simulated, defined.at)),
        outcome: "absent",
        series: 0,
        names: Vec::new(),
        here: Vec::new(),
        changes: Vec::new(),
        dropped: Vec::new(),
        renamed: Vec::new(),
        failed: Vec::new(),
        relabeling: Vec::new(),
        judged_metric: None,
        judged_target: None,
        clauses: Vec::new(),
    }
}

fn here_entry(here: &Here) -> HereEntry<'_> {
    HereEntry {
        name: &here.name,
        data_type: (!here.kind.is_empty()).then_some(here.kind),
        labels: map(&here.labels),
        resource: map(&here.resource),
    }
}

pub(super) fn map(pairs: &[(String, String)]) -> BTreeMap<&str, &str> {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// What is different, by name: first the name, then labels, then the resource.
fn changes<'a>(before: &'a Here, here: &'a Here, with_resource: bool) -> Vec<ChangeEntry<'a>> {
    let mut changes = Vec::new();
    if before.name != here.name {
        changes.push(ChangeEntry {
            what: "name",
            name: None,
            before: Some(&before.name),
            after: Some(&here.name),
        });
    }
    let mut compare =
        |what: &'static str, before: &'a [(String, String)], here: &'a [(String, String)]| {
            let (before, here) = (map(before), map(here));
            let names: BTreeSet<&str> = before.keys().chain(here.keys()).copied().collect();
            for name in names {
                let (before, after) = (before.get(name).copied(), here.get(name).copied());
                if before != after {
                    changes.push(ChangeEntry {
                        what,
                        name: Some(name),
                        before,
                        after,
                    });
                }
            }
        };
    compare("label", &before.labels, &here.labels);
    if with_resource {
        compare("resource", &before.resource, &here.resource);
    }
    changes
}

fn relabeling<'a>(
    simulated: &'a Simulated,
    at: usize,
    passage: &'a Passage,
) -> Vec<RelabelingEntry<'a>> {
    let steps = passage.relabeling.iter().map(|step| {
        let rule = simulated.rule(at, step.rule);
        let changes = step.changes.iter();
        RelabelingEntry {
            rule: text(rule),
            position: position(simulated, rule),
            value: &step.value,
            matched: step.matched,
            changes: changes
                .map(|(name, before, after)| ChangeEntry {
                    what: "label",
                    name: Some(name),
                    before: before.as_deref(),
                    after: after.as_deref(),
                })
                .collect(),
            dropped: step.dropped,
        }
    });
    steps.collect()
}

fn clauses<'a>(simulated: &'a Simulated, at: usize, clauses: &'a [Clause]) -> Vec<ClauseEntry<'a>> {
    let clauses = clauses.iter().map(|clause| ClauseEntry {
        position: position(simulated, simulated.rule(at, clause.rule)),
        depth: clause.depth,
        text: &clause.text,
        outcome: &clause.outcome,
        reached: clause.reached,
        why: clause.why.as_deref(),
    });
    clauses.collect()
}

pub(super) fn text(rule: Option<&Rule>) -> Option<&str> {
    rule.map(|rule| rule.text.as_str())
}

pub(super) fn position<'a>(
    simulated: &'a Simulated,
    rule: Option<&Rule>,
) -> Option<PositionEntry<'a>> {
    position_at(simulated, rule?.at)
}

fn position_at(simulated: &Simulated, at: Position) -> Option<PositionEntry<'_>> {
    let file = simulated.files.get(at.file as usize);
    file.filter(|_| at.line > 0).map(|file| PositionEntry {
        file,
        line: at.line,
        column: at.column,
    })
}
