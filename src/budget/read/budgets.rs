//! The limits of a budget file.

use globset::Glob;

use super::finish;
use super::limits::limit;
use super::limits::whole;
use super::optional_glob;
use super::required;
use crate::budget::Scope;
use crate::budget::Unit;
use crate::budget::policy::Budget;
use crate::budget::policy::Matching;
use crate::budget::policy::Rule;
use crate::budget::policy::Stage;
use crate::collector::decode::Fields;
use crate::collector::position::ConfigError;
use crate::collector::position::Position;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;

/// More limits than this are no file that somebody keeps: globs stand for many names.
const MOST_BUDGETS: usize = 5000;

/// Units of whatever has series.
const COSTS: [Unit; 3] = [Unit::Series, Unit::BodyBytes, Unit::SamplesPerSecond];

pub(super) fn budgets(node: &Node) -> Result<Vec<Budget>, ConfigError> {
    let mut fields = Fields::of(node, "`budgets`")?;
    let mut budgets = Vec::new();
    for (key, scope) in [
        ("total", Scope::Total),
        ("families", Scope::Family),
        ("labels", Scope::Label),
        ("targets", Scope::Target),
        ("namespaces", Scope::Namespace),
        ("workloads", Scope::Workload),
        ("names", Scope::Names),
        ("edges", Scope::Edge),
    ] {
        let Some(node) = fields.take(key) else {
            continue;
        };
        // One entry may stand there without a list around it.
        let entries = match &node.kind {
            Kind::List(items) => &items[..],
            Kind::Null => &[],
            _ => std::slice::from_ref(node),
        };
        for entry in entries {
            let mut fields = Fields::of(entry, format!("an entry of `{key}`"))?;
            let at = fields.at();
            let matching = matching(scope, &mut fields)?;
            let stage = stage(scope, &mut fields)?;
            let mut rules = Vec::new();
            match scope {
                Scope::Total => {
                    rules.extend(limits(&mut fields, &COSTS)?);
                    rules.extend(limits(&mut fields, &[Unit::LabelsPerSeries])?);
                }
                Scope::Family | Scope::Target | Scope::Namespace | Scope::Workload => {
                    rules.extend(limits(&mut fields, &COSTS)?);
                }
                Scope::Label => {
                    rules.extend(limits(&mut fields, &[Unit::Values])?);
                    if fields.bool("forbidden")? == Some(true) {
                        rules.push((Rule::Forbidden, at));
                    }
                }
                Scope::Names => {
                    let names = fields.texts("exactly")?;
                    if !names.is_empty() {
                        rules.push((Rule::Exactly(names), at));
                    }
                }
                Scope::Edge => rules.extend(limits(&mut fields, &[Unit::HiddenFailureRatio])?),
            }
            let known: Vec<&str> = fields.known().to_vec();
            finish(fields)?;
            if rules.is_empty() {
                let message = format!("an entry of `{key}` that limits nothing");
                let limits = known.iter().filter(|key| {
                    !["match", "at", "families", "from", "to", "min_calls"].contains(key)
                });
                let limits: Vec<&str> = limits.copied().collect();
                return Err(ConfigError::new(at, message)
                    .with_help(format!("give it one of: {}", limits.join(", "))));
            }
            if budgets.len() + rules.len() > MOST_BUDGETS {
                let message = format!("more than {MOST_BUDGETS} limits");
                return Err(
                    ConfigError::new(at, message).with_help("let globs stand for many names")
                );
            }
            budgets.extend(rules.into_iter().map(|(rule, at)| Budget {
                scope,
                matching: matching.clone(),
                stage: stage.clone(),
                rule,
                at,
            }));
        }
    }
    finish(fields)?;
    Ok(budgets)
}

fn matching(scope: Scope, fields: &mut Fields<'_>) -> Result<Matching, ConfigError> {
    let everything = || Glob::new("*").expect("a star is a glob").compile_matcher();
    let at = fields.at();
    Ok(match scope {
        Scope::Total | Scope::Names => Matching::Everything,
        Scope::Edge => Matching::Edge {
            from: optional_glob(fields, "from")?.unwrap_or_else(everything),
            to: optional_glob(fields, "to")?.unwrap_or_else(everything),
            min_calls: match fields.take("min_calls") {
                Some(node) => whole(node, "`min_calls`")?,
                None => 0,
            },
        },
        Scope::Family | Scope::Label | Scope::Target | Scope::Namespace | Scope::Workload => {
            let Some(own) = optional_glob(fields, "match")? else {
                let message = format!("which {} is it about?", scope.as_str());
                return Err(ConfigError::new(at, message)
                    .with_help("write `match: NAME`; `*` stands for any text"));
            };
            let families = match scope {
                Scope::Label => optional_glob(fields, "families")?,
                _ => None,
            };
            match families {
                Some(families) => Matching::LabelOf(own, families),
                None => Matching::Each(own),
            }
        }
    })
}

fn stage(scope: Scope, fields: &mut Fields<'_>) -> Result<Stage, ConfigError> {
    if scope == Scope::Edge {
        return Ok(Stage::Scrape);
    }
    let Some(node) = fields.take("at") else {
        return Ok(Stage::Scrape);
    };
    Ok(match required(node, "at")?.as_str() {
        "scrape" => Stage::Scrape,
        "arrives" => Stage::Arrives,
        id => Stage::Behind(id.to_owned(), node.at),
    })
}

fn limits(fields: &mut Fields<'_>, units: &[Unit]) -> Result<Vec<(Rule, Position)>, ConfigError> {
    let mut rules = Vec::new();
    for &unit in units {
        let key = key_of(unit);
        if let Some(node) = fields.take(key) {
            let (warn, fail) = limit(node, unit)?;
            rules.push((Rule::Limit { unit, warn, fail }, node.at));
        }
    }
    Ok(rules)
}

/// The key under which a unit is limited.
fn key_of(unit: Unit) -> &'static str {
    match unit {
        Unit::Series => "series",
        Unit::BodyBytes => "bytes",
        Unit::SamplesPerSecond => "samples_per_second",
        Unit::Values => "values",
        Unit::LabelsPerSeries => "labels_per_series",
        Unit::Names => "exactly",
        Unit::HiddenFailureRatio => "hidden_failures",
    }
}
