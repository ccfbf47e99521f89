//! `include` and `exclude` of the `filter` processor: names or expressions, and attributes of the resource.
//!
//! A metric is taken as a whole, by any of its data points that an expression matches. An expression that
//! fails makes the processor refuse the payload, whatever its error mode
//! (`internal/filter/filtermetric`, `internal/filter/filterexpr`).

use super::super::super::decode::Fields;
use super::super::super::pdata::At;
use super::super::super::pdata::Data;
use super::super::super::pdata::Metric;
use super::super::super::pdata::Metrics;
use super::super::super::position::ConfigError;
use super::super::super::position::Position;
use super::super::super::trace::Refused;
use super::super::super::trace::RuleId;
use super::super::super::trace::Trace;
use super::super::super::version::Version;
use super::super::super::yaml::Node;
use super::super::includes::AttributesMatcher;
use super::super::includes::NameSet;
use super::super::includes::take_cache;
use super::super::settings;
use super::expr::Environment;
use super::expr::Program;
use super::retain;
use super::scope_dropped;

/// Both sides, `include` first.
pub(super) struct Legacy(Vec<Side>);

struct Side {
    /// Whether what matches stays, rather than goes.
    include: bool,
    rule: RuleId,
    /// Attributes of the resource; `None` where any will do.
    resource: Option<AttributesMatcher>,
    /// Metrics; `None` where any will do.
    metrics: Option<Meant>,
}

/// Which metrics are meant.
enum Meant {
    /// Those of these names.
    Names(NameSet),
    /// Those of which a data point matches any of these, each with its rule.
    Expressions(Vec<(Program, RuleId)>),
}

impl Legacy {
    /// From its settings; `rule` numbers the rules.
    ///
    /// # Errors
    /// A key is unknown, a type of match, a pattern or an expression is wrong, or an expression is not simulated.
    pub(super) fn new(
        include: Option<&Node>,
        exclude: Option<&Node>,
        version: Version,
        mut rule: impl FnMut(&str, Position) -> RuleId,
    ) -> Result<Self, ConfigError> {
        let mut sides = Vec::new();
        if let Some(node) = include {
            sides.extend(Side::new(node, true, version, &mut rule)?);
        }
        if let Some(node) = exclude {
            sides.extend(Side::new(node, false, version, &mut rule)?);
        }
        Ok(Self(sides))
    }

    /// Whether nothing is ever dropped.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether nothing but names and resources is looked at.
    pub(super) fn by_header_only(&self) -> bool {
        let by_points = |side: &Side| matches!(side.metrics, Some(Meant::Expressions(_)));
        !self.0.iter().any(by_points)
    }

    /// Drops what goes.
    ///
    /// # Errors
    /// An expression fails.
    pub(super) fn run(&self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        let mut keep_resources = Vec::with_capacity(metrics.resources.len());
        for resource in 0..metrics.resources.len() {
            let at = At {
                resource,
                ..At::default()
            };
            keep_resources.push(self.resource(metrics, at, trace)?);
        }
        retain(&mut metrics.resources, keep_resources);
        Ok(())
    }

    /// Whether a resource stays, after what goes of it is gone.
    fn resource(
        &self,
        metrics: &mut Metrics,
        at: At,
        trace: &mut dyn Trace,
    ) -> Result<bool, Refused> {
        let own = &metrics.resources[at.resource];
        let skips = |side: &Side| {
            let resource = side.resource.as_ref()?;
            (resource.matches(&own.attributes) != side.include).then_some(side.rule)
        };
        if let Some(rule) = self.0.iter().find_map(skips) {
            for scope in 0..own.scopes.len() {
                scope_dropped(metrics, At { scope, ..at }, rule, trace);
            }
            return Ok(false);
        }
        for scope in 0..own.scopes.len() {
            let own = &metrics.resources[at.resource].scopes[scope];
            let mut keep = Vec::with_capacity(own.metrics.len());
            for (metric, data) in own.metrics.iter().enumerate() {
                let rule = self.skipped(data)?;
                if let Some(rule) = rule {
                    let at = At {
                        scope,
                        metric,
                        ..at
                    };
                    trace.metric_dropped(metrics, at, rule);
                }
                keep.push(rule.is_none());
            }
            let own = &mut metrics.resources[at.resource].scopes[scope].metrics;
            retain(own, keep);
        }
        let scopes = &mut metrics.resources[at.resource].scopes;
        scopes.retain(|scope| !scope.metrics.is_empty());
        Ok(!scopes.is_empty())
    }

    /// The rule by which a metric goes.
    fn skipped(&self, metric: &Metric) -> Result<Option<RuleId>, Refused> {
        for side in &self.0 {
            let Some(meant) = &side.metrics else {
                continue;
            };
            let hit = match meant {
                Meant::Names(names) => names.matches(&metric.name).then_some(side.rule),
                Meant::Expressions(programs) => first_match(programs, metric)?,
            };
            if hit.is_some() != side.include {
                return Ok(hit.or(Some(side.rule)));
            }
        }
        Ok(None)
    }
}

impl Side {
    /// One side; `None` where it asks for nothing.
    fn new(
        node: &Node,
        include: bool,
        version: Version,
        rule: &mut impl FnMut(&str, Position) -> RuleId,
    ) -> Result<Option<Self>, ConfigError> {
        let what = if include { "include" } else { "exclude" };
        let mut fields = Fields::of(node, what)?;
        let (match_type, type_at) = settings::text_at(&mut fields, "match_type")?;
        take_cache(&mut fields)?;
        let names = fields.texts("metric_names")?;
        let expressions = fields.texts("expressions")?;
        let resource = fields.list("resource_attributes")?;
        fields.finish()?;
        let resource = AttributesMatcher::new(&match_type, type_at, resource)?;
        let by_expression = match_type == "expr";
        let nothing = if by_expression {
            expressions.is_empty()
        } else {
            names.is_empty()
        };
        if nothing && resource.is_none() {
            return Ok(None);
        }
        // What expressions exclude goes by the expression; what they do not include goes by none of them.
        let whole = rule_of_side(include, by_expression, resource.is_some());
        let side = whole.then(|| rule(what, node.at));
        let mut programs = Vec::new();
        if by_expression {
            for (text, at) in &expressions {
                let program = Program::compile(text, version)
                    .map_err(|message| ConfigError::new(*at, format!("expression: {message}")))?;
                let own = match side.filter(|_| include) {
                    Some(side) => side,
                    None => rule(text, *at),
                };
                programs.push((program, own));
            }
        }
        let first = programs.first().map(|(_, rule)| *rule);
        Ok(Some(Self {
            include,
            rule: side.or(first).unwrap_or_default(),
            resource,
            metrics: match (nothing, by_expression) {
                (true, _) => None,
                (false, true) => Some(Meant::Expressions(programs)),
                (false, false) => Some(Meant::Names(NameSet::new(&match_type, type_at, &names)?)),
            },
        }))
    }
}

/// Whether something can go by the side as a whole.
fn rule_of_side(include: bool, by_expression: bool, has_resource: bool) -> bool {
    include || !by_expression || has_resource
}

/// The rule of the first expression that matches any data point.
fn first_match(programs: &[(Program, RuleId)], metric: &Metric) -> Result<Option<RuleId>, Refused> {
    let kind = match &metric.data {
        Data::None => return Ok(None),
        Data::Gauge(_) => "Gauge",
        Data::Sum { .. } => "Sum",
        Data::Histogram { .. } => "Histogram",
        Data::ExponentialHistogram { .. } => "ExponentialHistogram",
        Data::Summary(_) => "Summary",
    };
    for (program, rule) in programs {
        for point in 0..metric.data.len() {
            let Some(common) = metric.data.common(point) else {
                continue;
            };
            let environment = Environment {
                name: &metric.name,
                kind,
                attributes: &common.attributes,
            };
            match program.matches(&environment) {
                Ok(true) => return Ok(Some(*rule)),
                Ok(false) => {}
                Err(error) => {
                    let text = program.text();
                    return Err(Refused {
                        rule: *rule,
                        message: format!(
                            "expression `{text}` on metric {}: {error}",
                            &*metric.name
                        ),
                    });
                }
            }
        }
    }
    Ok(None)
}
