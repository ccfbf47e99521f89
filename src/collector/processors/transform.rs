//! The `transform` processor: statements that change metrics and data points.
//!
//! In come groups of statements, with a context that is given or inferred; out goes the payload, changed.
//! All statements of a group are applied to one item before the next; metrics that a statement appends are
//! items too. What is said of other signals is read and not looked at.
//! Semantics: `processor/transformprocessor/internal/common`.

use super::super::attributes::Attributes;
use super::super::decode::Fields;
use super::super::ottl::Condition;
use super::super::ottl::Context;
use super::super::ottl::Scene;
use super::super::ottl::Statement;
use super::super::ottl::compile::Setting;
use super::super::ottl::function::Host;
use super::super::ottl::groups;
use super::super::ottl::groups::Texts;
use super::super::ottl::infer::Hints;
use super::super::ottl::mode::ErrorMode;
use super::super::pdata::At;
use super::super::pdata::Metrics;
use super::super::position::ConfigError;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::RuleId;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Node;
use super::filter::now;

/// The first release in which statements may stand alone, their context inferred.
const INFERRED: u16 = 119;

/// The first release in which a group may have an error mode of its own.
const OWN_MODE: u16 = 121;

/// The first release in which statements that stand alone are one group. Before, each was a group of its own,
/// and these shared one scratch map for the whole payload (`SharedCache`).
const ONE_GROUP: u16 = 124;

/// The first release in which the conditions of a group help to infer its context.
const INFERRED_FROM_CONDITIONS: u16 = 125;

/// The first release that knows profiles.
const PROFILES: u16 = 132;

/// How many metrics a statement may append to a scope. Upstream has no limit and does not come back from
/// `copy_metric` without a condition, which copies its own copies.
const MOST_APPENDED: usize = 20_000;

/// The processor.
pub struct Transform {
    rules: Vec<Rule>,
    groups: Vec<Group>,
}

struct Group {
    context: Context,
    /// Any of these must hold; none means always.
    conditions: Vec<(RuleId, Condition)>,
    statements: Vec<(RuleId, Statement)>,
    mode: ErrorMode,
    /// Whether the scratch map outlives an item.
    shares_cache: bool,
}

impl Transform {
    /// From its settings.
    ///
    /// # Errors
    /// The Collector would not start with them, or they use what is not simulated.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor transform")?;
        let mode = ErrorMode::read(&mut fields)?.unwrap_or(ErrorMode::default_of(version));
        for other in ["trace_statements", "log_statements", "flatten_data"] {
            fields.take(other);
        }
        if version.is_from(PROFILES) {
            fields.take("profile_statements");
        }
        let metrics = fields.take("metric_statements");
        fields.finish()?;
        let mut rules = Vec::new();
        let mut own = Vec::new();
        if let Some(metrics) = metrics {
            let texts = Texts::Statements {
                own_mode: version.is_from(OWN_MODE),
                one_group: version.is_from(ONE_GROUP),
            };
            for group in groups::read(metrics, "metric_statements", texts)? {
                own.push(compiled(&group, mode, version, &mut rules)?);
            }
        }
        let groups = own;
        Ok(Self { rules, groups })
    }

    /// Its statements, in the order of their rules.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        let groups = self.groups.iter();
        groups.flat_map(|group| group.statements.iter().map(|(_, statement)| statement))
    }
}

fn compiled(
    group: &groups::Group,
    mode: ErrorMode,
    version: Version,
    rules: &mut Vec<Rule>,
) -> Result<Group, ConfigError> {
    let context = match group.context {
        Some(context) => context,
        None if version.is_from(INFERRED) => inferred(group, version)?,
        None => {
            let message = format!("{version} needs the context of statements");
            let help = "write a group with `context` and `statements`";
            return Err(ConfigError::new(group.at, message).with_help(help));
        }
    };
    let prefixed = group.context.is_none();
    // The conditions of a group have the functions of the filter processor.
    let setting = |host| Setting {
        host,
        context,
        version,
        prefixed,
    };
    let mut rule = |text: &str, at| {
        let text = text.to_owned();
        rules.push(Rule { text, at });
        (rules.len() - 1) as RuleId
    };
    let mut conditions = Vec::with_capacity(group.conditions.len());
    for (text, at) in &group.conditions {
        let condition = Condition::compile_in(text, *at, setting(Host::Filter))?;
        conditions.push((rule(text, *at), condition));
    }
    let mut statements = Vec::with_capacity(group.statements.len());
    for (text, at) in &group.statements {
        let statement = Statement::compile(text, *at, setting(Host::Transform))?;
        statements.push((rule(text, *at), statement));
    }
    Ok(Group {
        context,
        conditions,
        statements,
        mode: group.mode.unwrap_or(mode),
        shares_cache: group.shares_cache,
    })
}

fn inferred(group: &groups::Group, version: Version) -> Result<Context, ConfigError> {
    let mut hints = Hints::default();
    for (text, at) in &group.statements {
        hints
            .statement(text, version)
            .map_err(|fault| fault.at(*at, "statement", text))?;
    }
    if version.is_from(INFERRED_FROM_CONDITIONS) {
        for (text, at) in &group.conditions {
            hints
                .condition(text, version)
                .map_err(|fault| fault.at(*at, "condition", text))?;
        }
    }
    hints
        .context(Host::Transform, version)
        .map_err(|message| ConfigError::new(group.at, message))
}

impl Processor for Transform {
    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        let now_ns = now(metrics);
        let mut shared: Vec<(Context, Attributes)> = Vec::new();
        for group in &self.groups {
            let mut run = Run {
                group,
                scene: Scene::new(metrics, At::default(), now_ns),
                trace,
            };
            if !group.shares_cache {
                run.resources()?;
                continue;
            }
            let own = shared
                .iter()
                .position(|(context, _)| *context == group.context);
            let own = own.unwrap_or_else(|| {
                shared.push((group.context, Attributes::default()));
                shared.len() - 1
            });
            run.scene.cache = std::mem::take(&mut shared[own].1);
            run.resources()?;
            shared[own].1 = run.scene.cache;
        }
        Ok(())
    }

    fn is_transparent(&self) -> bool {
        let mut groups = self.groups.iter();
        groups.all(|group| group.statements.is_empty() && group.conditions.is_empty())
    }
}

/// One group on its way through a payload.
struct Run<'a, 'm, 't> {
    group: &'a Group,
    scene: Scene<'m>,
    trace: &'t mut dyn Trace,
}

impl Run<'_, '_, '_> {
    fn resources(&mut self) -> Result<(), Refused> {
        for resource in 0..self.scene.metrics.resources.len() {
            let at = At {
                resource,
                ..At::default()
            };
            if self.group.context == Context::Resource {
                self.item(at)?;
                continue;
            }
            for scope in 0..self.scene.metrics.resources[resource].scopes.len() {
                let at = At { scope, ..at };
                if self.group.context == Context::Scope {
                    self.item(at)?;
                } else {
                    self.metrics(at)?;
                }
            }
        }
        Ok(())
    }

    /// The metrics of a scope, with those that are appended on the way.
    fn metrics(&mut self, at: At) -> Result<(), Refused> {
        let mut metric = 0;
        let before = self.count(at);
        while metric < self.count(at) {
            let at = At { metric, ..at };
            if self.group.context == Context::Metric {
                self.item(at)?;
            } else {
                let mut point = 0;
                while point < self.points(at) {
                    self.item(At { point, ..at })?;
                    point += 1;
                }
            }
            metric += 1;
            if self.count(at) > before + MOST_APPENDED {
                let rule = self.group.statements.first().map_or(0, |(rule, _)| *rule);
                return Err(Refused {
                    rule,
                    message:
                        "a statement appends metrics to which it is applied again, without end: \
                              the Collector runs out of memory here"
                            .to_owned(),
                });
            }
        }
        Ok(())
    }

    fn count(&self, at: At) -> usize {
        self.scene.metrics.resources[at.resource].scopes[at.scope]
            .metrics
            .len()
    }

    fn points(&self, at: At) -> usize {
        let scope = &self.scene.metrics.resources[at.resource].scopes[at.scope];
        let metric = scope.metrics.get(at.metric);
        metric.map_or(0, |metric| metric.data.len())
    }

    /// All statements, for one item.
    fn item(&mut self, at: At) -> Result<(), Refused> {
        if self.group.shares_cache {
            self.scene.at = at;
        } else {
            self.scene.move_to(at);
        }
        if !self.holds()? {
            return Ok(());
        }
        for (rule, statement) in &self.group.statements {
            let before = self.scene.metric().map(|metric| metric.name.clone());
            let done = statement.execute(&mut self.scene);
            let after = self.scene.metric().map(|metric| &metric.name);
            if let (Some(before), Some(after)) = (&before, after)
                && before != after
            {
                self.trace.renamed(before, after, *rule);
            }
            match done {
                Ok(_) => {}
                Err(error) if self.group.mode == ErrorMode::Propagate => {
                    let text = statement.text();
                    return Err(Refused {
                        rule: *rule,
                        message: format!("failed to execute statement: {text}, {error}"),
                    });
                }
                Err(error) => self.trace.failed(*rule, &error),
            }
        }
        Ok(())
    }

    /// Whether the conditions of the group let the item pass.
    fn holds(&mut self) -> Result<bool, Refused> {
        for (rule, condition) in &self.group.conditions {
            match condition.eval(&self.scene) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(error) if self.group.mode == ErrorMode::Propagate => {
                    let text = condition.text();
                    return Err(Refused {
                        rule: *rule,
                        message: format!("failed to eval condition: {text}, {error}"),
                    });
                }
                Err(error) => self.trace.failed(*rule, &error),
            }
        }
        Ok(self.group.conditions.is_empty())
    }
}
