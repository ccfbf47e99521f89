//! What simulated pipelines make of the scrapes: the parts that every format is written from.
//!
//! In come the flows of a survey; out go their stages with what each dropped, put together by rule, and the
//! places of rules.

pub(super) mod csv;
mod entries;
pub(super) mod markdown;
pub(super) mod overview;
mod stages;
pub(super) mod table;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::collector::decode::Notice;
use crate::collector::plan::StageKind;
use crate::collector::position::Position;
use crate::collector::trace::Rule;
use crate::report::Page;
use crate::report::View;
use crate::survey::Simulated;
use crate::waterfall::Arriving;
use crate::waterfall::Count;
use crate::waterfall::Dropped;
use crate::waterfall::StageFlow;

/// A notice in one line: where, about what, and what it says. Not yet safe for a terminal.
pub fn notice_line(notice: &Notice, files: &[String]) -> String {
    let said = format!("{}: {}", notice.subject, notice.message);
    match place(notice.at, files) {
        Some(place) => format!("{place}: {said}"),
        None => said,
    }
}

/// `otel.yaml:33:11`; nothing for what stands in no file.
fn place(at: Position, files: &[String]) -> Option<String> {
    let file = files.get(at.file as usize).filter(|_| at.line > 0)?;
    Some(format!("{file}:{}:{}", at.line, at.column))
}

/// All series of one stage that one rule or reason took away.
struct Group<'a> {
    rule: Option<&'a Rule>,
    reason: &'a str,
    totals: Count,
    /// Most series first.
    names: Vec<&'a Dropped>,
}

impl Simulated {
    /// Index and flow of each stage.
    pub(super) fn stages(&self) -> impl Iterator<Item = (usize, &StageFlow)> {
        self.flow.stages.iter().enumerate()
    }

    pub(super) fn rule(&self, stage: usize, rule: u32) -> Option<&Rule> {
        self.layout.stages.get(stage)?.rules.get(rule as usize)
    }

    /// A rule of target relabeling, with its job.
    pub(super) fn target_rule(&self, rule: u32) -> Option<(&str, &Rule)> {
        let (job, rule) = self.layout.target_rules.get(rule as usize)?;
        Some((job, rule))
    }

    fn place(&self, at: Position) -> Option<String> {
        place(at, &self.files)
    }

    /// Which rule gave a new name: in relabeling it is not known, as several may have had their part.
    pub(super) fn renaming_rule(&self, stage: usize, rule: u32) -> Option<&Rule> {
        let kind = self.flow.stages.get(stage).map(|stage| stage.kind);
        self.rule(stage, rule)
            .filter(|_| kind == Some(StageKind::Processor))
    }

    /// What a stage dropped, by rule and reason; most series first.
    fn dropped<'a>(&'a self, at: usize, stage: &'a StageFlow, view: &View) -> Vec<Group<'a>> {
        let mut groups: BTreeMap<(Option<u32>, &str), Group<'a>> = BTreeMap::new();
        for dropped in &stage.dropped {
            if !is_listed(view, &dropped.name) {
                continue;
            }
            let key = (dropped.rule, dropped.reason.as_str());
            let group = groups.entry(key).or_insert_with(|| Group {
                rule: dropped.rule.and_then(|rule| self.rule(at, rule)),
                reason: &dropped.reason,
                totals: Count::default(),
                names: Vec::new(),
            });
            group.totals.series += dropped.series;
            group.totals.data_points += dropped.data_points;
            group.names.push(dropped);
        }
        let mut groups: Vec<Group<'a>> = groups.into_values().collect();
        for group in &mut groups {
            group
                .names
                .sort_by(|a, b| (b.series, &a.name).cmp(&(a.series, &b.name)));
        }
        // Stable: of equal groups, the one whose rule comes first.
        groups.sort_by_key(|group| std::cmp::Reverse(group.totals.series));
        groups
    }

    /// Names that arrive at one exporter, most series first.
    fn names(&self, arriving: &Arriving, view: &View) -> Vec<(&str, Count)> {
        let stage = self.flow.stages.get(arriving.stage);
        let names = stage.into_iter().flat_map(|stage| &stage.by_name);
        let mut names: Vec<(&str, Count)> = names
            .filter(|(name, count)| count.series > 0 && is_listed(view, name))
            .map(|(name, count)| (name.as_str(), *count))
            .collect();
        names.sort_by(|a, b| (b.1.series, a.0).cmp(&(a.1.series, b.0)));
        names
    }

    /// How often its jobs scrape, or what was typed.
    fn interval(&self, view: &View) -> Duration {
        let own = Duration::try_from_secs_f64(self.layout.interval_seconds).ok();
        match own {
            Some(own) if !view.typed_interval && !own.is_zero() => own,
            _ => view.scrape_interval,
        }
    }

    /// Whether data points exist at this stage; before the receiver and in a Prometheus there are none.
    fn has_points(stage: &StageFlow) -> bool {
        matches!(
            stage.kind,
            StageKind::Receiver | StageKind::Processor | StageKind::Exporter
        )
    }

    /// Bytes of its series as text; `None` where they were not counted.
    fn bytes(stage: &StageFlow) -> Option<u64> {
        let is_known = stage.totals.body_bytes > 0 || stage.totals.series == 0;
        is_known.then_some(stage.totals.body_bytes)
    }
}

fn is_listed(view: &View, name: &str) -> bool {
    let filter = view.family.as_ref();
    filter.is_none_or(|filter| filter.is_match(name))
}

impl<'a> Page<'a> {
    /// Every simulated pipeline, in the order of the plans.
    fn pipelines(&self) -> impl Iterator<Item = &'a Simulated> + use<'a> {
        self.survey.simulated.iter().flatten()
    }

    /// How many entries of a list to show: what was typed, else all where width is no object, else `usual`.
    pub(super) fn rows(&self, usual: usize) -> usize {
        match self.view.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None if self.wide => usize::MAX,
            None => usual,
        }
    }
}

/// A rule in one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
