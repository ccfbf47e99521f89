//! The `filter` processor: drops resources, scopes, metrics and data points for which a condition holds.
//!
//! Three forms of settings: lists of conditions by context (`metrics: {metric: …}`), the older `include`
//! and `exclude`, and `metric_conditions`, whose contexts are inferred. What is said of other signals is
//! read and not looked at. Semantics: `processor/filterprocessor/metrics.go`.

pub mod expr;
mod legacy;

use super::super::decode::Fields;
use super::super::ottl::Condition;
use super::super::ottl::Context;
use super::super::ottl::Scene;
use super::super::ottl::compile::Setting;
use super::super::ottl::function::Host;
use super::super::ottl::groups;
use super::super::ottl::groups::Group;
use super::super::ottl::groups::Placed;
use super::super::ottl::groups::Texts;
use super::super::ottl::infer::Hints;
use super::super::ottl::mode::ErrorMode;
use super::super::pdata::At;
use super::super::pdata::Data;
use super::super::pdata::Metrics;
use super::super::position::ConfigError;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::RuleId;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Node;
use legacy::Legacy;

/// The first release with conditions on resources (`metrics.resource`).
const RESOURCE_CONDITIONS: u16 = 139;

/// The first release with `metric_conditions`.
const INFERRED: u16 = 146;

/// The first release that knows profiles.
const PROFILES: u16 = 138;

/// The processor.
pub struct Filter {
    rules: Vec<Rule>,
    kind: Kind,
}

enum Kind {
    /// Nothing is said about metrics.
    Nothing,
    /// `include` and `exclude`.
    Legacy(Legacy),
    /// Conditions, group by group.
    Conditions(Vec<Pass>),
}

/// One pass over a payload.
#[derive(Default)]
struct Pass {
    resource: Option<Vec<Numbered>>,
    scope: Option<Vec<Numbered>>,
    metric: Option<Vec<Numbered>>,
    point: Option<Vec<Numbered>>,
    strict: bool,
}

/// A condition and the number of its rule.
struct Numbered {
    rule: RuleId,
    condition: Condition,
}

impl Filter {
    /// From its settings.
    ///
    /// # Errors
    /// The Collector would not start with them, or they use what is not simulated.
    pub fn new(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor filter")?;
        let mode = ErrorMode::read(&mut fields)?.unwrap_or(ErrorMode::default_of(version));
        for other in ["spans", "traces", "logs"] {
            fields.take(other);
        }
        if version.is_from(PROFILES) {
            fields.take("profiles");
        }
        let mut inferred = None;
        if version.is_from(INFERRED) {
            for other in ["trace_conditions", "log_conditions", "profile_conditions"] {
                fields.take(other);
            }
            inferred = fields
                .take("metric_conditions")
                .filter(|node| !node.is_null());
        }
        let metrics = fields.take("metrics");
        fields.finish()?;
        let mut reader = Reader {
            version,
            rules: Vec::new(),
        };
        let by_context = match metrics {
            Some(metrics) => reader.metrics(metrics, mode)?,
            None => Kind::Nothing,
        };
        let kind = match inferred {
            None => by_context,
            Some(inferred) => {
                if !matches!(by_context, Kind::Nothing) {
                    let message = "`metric_conditions` cannot stand beside `metrics`";
                    return Err(ConfigError::new(inferred.at, message));
                }
                reader.inferred(inferred, mode)?
            }
        };
        let rules = reader.rules;
        Ok(Self { rules, kind })
    }

    /// Whether its answer depends on nothing but the metric's name, type and the like, its scope and
    /// resource: then it is the same for all points of a metric, and for every scrape.
    pub fn by_header_only(&self) -> bool {
        match &self.kind {
            Kind::Nothing => true,
            Kind::Legacy(legacy) => legacy.by_header_only(),
            Kind::Conditions(passes) => passes.iter().all(|pass| {
                pass.lists()
                    .into_iter()
                    .flatten()
                    .flatten()
                    .all(|numbered| numbered.condition.names_only())
            }),
        }
    }

    /// Whether its answer depends on values, counts or times of data points.
    pub fn reads_values(&self) -> bool {
        self.conditions().any(Condition::reads_values)
    }

    /// Its conditions, in the order of their rules; none for `include` and `exclude`.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let passes: &[Pass] = match &self.kind {
            Kind::Conditions(passes) => passes,
            Kind::Nothing | Kind::Legacy(_) => &[],
        };
        let mut all: Vec<&Numbered> = passes
            .iter()
            .flat_map(Pass::lists)
            .flatten()
            .flatten()
            .collect();
        all.sort_by_key(|numbered| numbered.rule);
        all.into_iter().map(|numbered| &numbered.condition)
    }
}

/// Reads settings and numbers the rules.
struct Reader {
    version: Version,
    rules: Vec<Rule>,
}

impl Reader {
    fn metrics(&mut self, node: &Node, mode: ErrorMode) -> Result<Kind, ConfigError> {
        let mut fields = Fields::of(node, "`metrics` of processor filter")?;
        let include = fields.take("include").filter(|node| !node.is_null());
        let exclude = fields.take("exclude").filter(|node| !node.is_null());
        fields.take("regexp");
        let mut list = |key| -> Result<Option<Vec<Placed>>, ConfigError> {
            match fields.take(key) {
                Some(node) if !node.is_null() => Ok(Some(fields.texts(key)?)),
                _ => Ok(None),
            }
        };
        let resource = if self.version.is_from(RESOURCE_CONDITIONS) {
            list("resource")?
        } else {
            None
        };
        let (metric, point) = (list("metric")?, list("datapoint")?);
        fields.finish()?;
        let conditions = resource.is_some() || metric.is_some() || point.is_some();
        if conditions && (include.is_some() || exclude.is_some()) {
            let message = "conditions cannot stand beside `include` and `exclude`";
            return Err(ConfigError::new(node.at, message));
        }
        if conditions {
            return Ok(Kind::Conditions(vec![Pass {
                resource: self.given(resource, Context::Resource)?,
                scope: None,
                metric: self.given(metric, Context::Metric)?,
                point: self.given(point, Context::Datapoint)?,
                strict: mode == ErrorMode::Propagate,
            }]));
        }
        let legacy = Legacy::new(include, exclude, self.version, |text, at| {
            self.rule(text, at)
        })?;
        Ok(if legacy.is_empty() {
            Kind::Nothing
        } else {
            Kind::Legacy(legacy)
        })
    }

    fn rule(&mut self, text: &str, at: super::super::position::Position) -> RuleId {
        let rule = self.rules.len() as RuleId;
        let text = text.to_owned();
        self.rules.push(Rule { text, at });
        rule
    }

    /// Conditions of a context that is given.
    fn given(
        &mut self,
        texts: Option<Vec<Placed>>,
        context: Context,
    ) -> Result<Option<Vec<Numbered>>, ConfigError> {
        let Some(texts) = texts else {
            return Ok(None);
        };
        let conditions = texts
            .iter()
            .map(|placed| self.condition(placed, context, false));
        conditions.collect::<Result<_, _>>().map(Some)
    }

    fn condition(
        &mut self,
        (text, at): &Placed,
        context: Context,
        prefixed: bool,
    ) -> Result<Numbered, ConfigError> {
        let setting = Setting {
            host: Host::Filter,
            context,
            version: self.version,
            prefixed,
        };
        let condition = Condition::compile_in(text, *at, setting)?;
        let rule = self.rule(text, *at);
        Ok(Numbered { rule, condition })
    }

    fn inferred(&mut self, node: &Node, mode: ErrorMode) -> Result<Kind, ConfigError> {
        let groups = groups::read(node, "metric_conditions", Texts::Conditions)?;
        let passes: Result<Vec<Pass>, ConfigError> =
            groups.iter().map(|group| self.pass(group, mode)).collect();
        let passes = passes?;
        Ok(if passes.is_empty() {
            Kind::Nothing
        } else {
            Kind::Conditions(passes)
        })
    }

    /// A group: every condition of it has a context of its own, unless one is given.
    fn pass(&mut self, group: &Group, mode: ErrorMode) -> Result<Pass, ConfigError> {
        let mut pass = Pass {
            strict: group.mode.unwrap_or(mode) == ErrorMode::Propagate,
            ..Pass::default()
        };
        for placed in &group.conditions {
            let (context, prefixed) = match group.context {
                Some(context) => (context, false),
                None => (self.context(placed)?, true),
            };
            let numbered = self.condition(placed, context, prefixed)?;
            let list = match context {
                Context::Resource => &mut pass.resource,
                Context::Scope => &mut pass.scope,
                Context::Metric => &mut pass.metric,
                Context::Datapoint => &mut pass.point,
            };
            list.get_or_insert_default().push(numbered);
        }
        Ok(pass)
    }

    fn context(&self, (text, at): &Placed) -> Result<Context, ConfigError> {
        let mut hints = Hints::default();
        hints
            .condition(text, self.version)
            .map_err(|fault| fault.at(*at, "condition", text))?;
        hints
            .context(Host::Filter, self.version)
            .map_err(|message| ConfigError::new(*at, message))
    }
}

impl Processor for Filter {
    fn reads_values(&self) -> bool {
        Self::reads_values(self)
    }

    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        match &self.kind {
            Kind::Nothing => Ok(()),
            Kind::Legacy(legacy) => legacy.run(metrics, trace),
            Kind::Conditions(passes) => passes.iter().try_for_each(|pass| pass.run(metrics, trace)),
        }
    }

    fn is_transparent(&self) -> bool {
        matches!(self.kind, Kind::Nothing)
    }
}

impl Pass {
    fn lists(&self) -> [Option<&Vec<Numbered>>; 4] {
        [
            self.resource.as_ref(),
            self.scope.as_ref(),
            self.metric.as_ref(),
            self.point.as_ref(),
        ]
    }

    fn run(&self, metrics: &mut Metrics, trace: &mut dyn Trace) -> Result<(), Refused> {
        let now_ns = now(metrics);
        let mut keep_resources = Vec::with_capacity(metrics.resources.len());
        for resource in 0..metrics.resources.len() {
            let at = At {
                resource,
                ..At::default()
            };
            keep_resources.push(self.resource(metrics, at, now_ns, trace)?);
        }
        retain(&mut metrics.resources, keep_resources);
        Ok(())
    }

    /// Whether a resource stays, after what goes of it is gone.
    fn resource(
        &self,
        metrics: &mut Metrics,
        at: At,
        now_ns: i64,
        trace: &mut dyn Trace,
    ) -> Result<bool, Refused> {
        let hit = self.hit(self.resource.as_ref(), metrics, at, now_ns, trace)?;
        if let Some(rule) = hit {
            for scope in 0..metrics.resources[at.resource].scopes.len() {
                scope_dropped(metrics, At { scope, ..at }, rule, trace);
            }
            return Ok(false);
        }
        if self.scope.is_some() || self.metric.is_some() || self.point.is_some() {
            let scopes = metrics.resources[at.resource].scopes.len();
            let mut keep = Vec::with_capacity(scopes);
            for scope in 0..scopes {
                keep.push(self.scope(metrics, At { scope, ..at }, now_ns, trace)?);
            }
            retain(&mut metrics.resources[at.resource].scopes, keep);
        }
        Ok(!metrics.resources[at.resource].scopes.is_empty())
    }

    fn scope(
        &self,
        metrics: &mut Metrics,
        at: At,
        now_ns: i64,
        trace: &mut dyn Trace,
    ) -> Result<bool, Refused> {
        let hit = self.hit(self.scope.as_ref(), metrics, at, now_ns, trace)?;
        if let Some(rule) = hit {
            scope_dropped(metrics, at, rule, trace);
            return Ok(false);
        }
        let scope = |metrics: &Metrics| {
            metrics.resources[at.resource].scopes[at.scope]
                .metrics
                .len()
        };
        if self.metric.is_some() || self.point.is_some() {
            let mut keep = Vec::with_capacity(scope(metrics));
            for metric in 0..scope(metrics) {
                keep.push(self.metric(metrics, At { metric, ..at }, now_ns, trace)?);
            }
            let own = &mut metrics.resources[at.resource].scopes[at.scope].metrics;
            retain(own, keep);
        }
        Ok(scope(metrics) > 0)
    }

    fn metric(
        &self,
        metrics: &mut Metrics,
        at: At,
        now_ns: i64,
        trace: &mut dyn Trace,
    ) -> Result<bool, Refused> {
        let hit = self.hit(self.metric.as_ref(), metrics, at, now_ns, trace)?;
        if let Some(rule) = hit {
            trace.metric_dropped(metrics, at, rule);
            return Ok(false);
        }
        if self.point.is_none() {
            return Ok(true);
        }
        let points = data(metrics, at).len();
        let mut kept: Option<Vec<bool>> = None;
        for point in 0..points {
            let at = At { point, ..at };
            let hit = self.hit(self.point.as_ref(), metrics, at, now_ns, trace)?;
            if let Some(rule) = hit {
                trace.point_dropped(metrics, at, rule);
                kept.get_or_insert_with(|| vec![true; points])[point] = false;
            }
        }
        let data = data(metrics, at);
        if let Some(kept) = kept {
            data.retain(|index| kept[index]);
        }
        // A metric without a type has no points to lose.
        Ok(!data.is_empty() || *data == Data::None)
    }

    /// The rule of the first condition that holds.
    fn hit(
        &self,
        conditions: Option<&Vec<Numbered>>,
        metrics: &mut Metrics,
        at: At,
        now_ns: i64,
        trace: &mut dyn Trace,
    ) -> Result<Option<RuleId>, Refused> {
        let Some(conditions) = conditions else {
            return Ok(None);
        };
        let scene = Scene::new(metrics, at, now_ns);
        for Numbered { rule, condition } in conditions {
            match condition.eval(&scene) {
                Ok(true) => return Ok(Some(*rule)),
                Ok(false) => {}
                Err(error) if self.strict => {
                    let text = condition.text();
                    return Err(Refused {
                        rule: *rule,
                        message: format!("failed to eval condition: {text}, {error}"),
                    });
                }
                Err(error) => trace.failed(*rule, &error),
            }
        }
        Ok(None)
    }
}

/// The time of a payload, taken from its first data point: there is no clock here.
pub fn now(metrics: &Metrics) -> i64 {
    let scopes = metrics
        .resources
        .iter()
        .flat_map(|resource| &resource.scopes);
    let mut points = scopes
        .flat_map(|scope| &scope.metrics)
        .filter_map(|metric| metric.data.common(0));
    points
        .next()
        .map_or(0, |common| common.time_ns.cast_signed())
}

fn data(metrics: &mut Metrics, at: At) -> &mut Data {
    &mut metrics.resources[at.resource].scopes[at.scope].metrics[at.metric].data
}

fn scope_dropped(metrics: &Metrics, at: At, rule: RuleId, trace: &mut dyn Trace) {
    let scope = &metrics.resources[at.resource].scopes[at.scope];
    for metric in 0..scope.metrics.len() {
        trace.metric_dropped(metrics, At { metric, ..at }, rule);
    }
}

fn retain<T>(items: &mut Vec<T>, keep: Vec<bool>) {
    let mut keep = keep.into_iter();
    items.retain(|_| keep.next().unwrap_or(true));
}
