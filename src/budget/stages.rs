//! Which stages of which pipelines budgets are about, and what has to be counted there.

use super::Scope;
use super::Unit;
use super::policy::Budget;
use super::policy::Matching;
use super::policy::Policy;
use super::policy::Rule;
use super::policy::Stage;
use crate::collector::decode::nearest;
use crate::collector::plan::Layout;
use crate::collector::plan::StageKind;
use crate::collector::position::ConfigError;
use crate::survey::Detail;
use crate::waterfall::LabelsAt;

/// Refuses budgets for stages that there are not.
///
/// # Errors
/// A budget is for a stage that none of the pipelines has or that does not count it, or there is no pipeline.
pub fn check_stages(policy: &Policy, layouts: &[Layout]) -> Result<(), ConfigError> {
    for Budget {
        scope,
        stage,
        rule,
        at: budget_at,
        ..
    } in &policy.budgets
    {
        let at = budget_at;
        let (id, at) = match stage {
            Stage::Scrape => continue,
            Stage::Arrives => ("arrives", *at),
            Stage::Behind(id, at) => (id.as_str(), *at),
        };
        if layouts.is_empty() {
            let error = ConfigError::new(
                at,
                format!("`at: {id}` without a pipeline: no Collector is named"),
            );
            return Err(error.with_help(
                "write `collector: otel.yaml` in this file, or name it with --collector",
            ));
        }
        let mut known: Vec<&str> = Vec::new();
        for stage in layouts.iter().flat_map(|layout| &layout.stages) {
            if !known.contains(&stage.id.as_str()) {
                known.push(&stage.id);
            }
        }
        if *stage == Stage::Arrives {
            let mut stages = layouts.iter().flat_map(|layout| &layout.stages);
            if stages.any(|stage| is_end(stage.kind)) {
                continue;
            }
            return Err(ConfigError::new(
                at,
                "nothing arrives anywhere: the pipelines have no exporter",
            ));
        }
        if !known.contains(&id) {
            let mut error = ConfigError::new(at, format!("no pipeline has a stage `{id}`"));
            error.length = id.chars().count() as u32;
            return Err(error.with_help(match nearest(id, &known) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("there are: {}, arrives", known.join(", ")),
            }));
        }
        let limits_bytes = matches!(
            rule,
            Rule::Limit {
                unit: Unit::BodyBytes,
                ..
            }
        );
        let mut behind = layouts.iter().flat_map(|layout| &layout.stages);
        if limits_bytes && behind.any(|known| known.id == id && !knows_bytes(known.kind, *scope)) {
            let of = match scope {
                Scope::Family => " of families",
                _ => "",
            };
            let message = format!("bytes{of} are not counted behind `{id}`");
            return Err(ConfigError::new(*budget_at, message)
                .with_help("limit them at `scrape` or `arrives`, or limit `series` here"));
        }
    }
    Ok(())
}

impl Stage {
    /// Whether a stage of a pipeline is meant.
    pub(super) fn is_it(&self, kind: StageKind, id: &str) -> bool {
        match self {
            Self::Scrape => false,
            Self::Arrives => is_end(kind),
            Self::Behind(known, _) => known == id,
        }
    }
}

/// Whether bytes of a scope are counted behind a stage: relabeling counts series alone, and within a Collector a
/// data point has bytes for all of its names together.
pub(super) fn knows_bytes(kind: StageKind, scope: Scope) -> bool {
    match kind {
        StageKind::Relabeling => false,
        StageKind::Receiver | StageKind::Processor => scope != Scope::Family,
        StageKind::Scrape | StageKind::Exporter | StageKind::Storage => true,
    }
}

pub(super) fn is_end(kind: StageKind) -> bool {
    matches!(kind, StageKind::Exporter | StageKind::Storage)
}

/// What has to be counted beyond the usual for these budgets.
pub fn detail(policy: &Policy, layouts: &[Layout]) -> Detail {
    let mut detail = Detail::default();
    for Budget {
        scope,
        matching,
        stage,
        rule,
        ..
    } in &policy.budgets
    {
        let is_scrape = *stage == Stage::Scrape;
        match scope {
            Scope::Target | Scope::Namespace | Scope::Workload => detail.by_target |= !is_scrape,
            Scope::Total => {
                let is_width = matches!(
                    rule,
                    Rule::Limit {
                        unit: Unit::LabelsPerSeries,
                        ..
                    }
                );
                detail.labels_per_series |= is_width && is_scrape;
            }
            Scope::Label if !is_scrape => {
                let (Matching::Each(label) | Matching::LabelOf(label, _)) = matching else {
                    continue;
                };
                let stages = layouts.iter().flat_map(|layout| &layout.stages);
                for known in stages.filter(|known| stage.is_it(known.kind, &known.id)) {
                    detail.labels_at.push(LabelsAt {
                        stage: known.id.clone(),
                        labels: Some(label.clone()),
                    });
                }
            }
            Scope::Names => detail.names |= is_scrape,
            Scope::Label | Scope::Family | Scope::Edge => {}
        }
    }
    detail
}
