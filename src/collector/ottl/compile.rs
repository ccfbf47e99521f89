//! From a tree to something that runs: every name is looked up, every argument checked.

use crate::collector::attributes::Attributes;
use crate::collector::decode::nearest;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::collector::version::Version;

use super::ast;
use super::ast::Expr;
use super::ast::ExprKind;
use super::ast::Operator;
use super::call::Called;
use super::call::LITERALS_CHECKED;
use super::datapoints;
use super::editors;
use super::enums;
use super::function::Build;
use super::function::Context;
use super::function::Function;
use super::function::Getter;
use super::function::Host;
use super::function::Literal;
use super::functions;
use super::keys::Key;
use super::lexer::Fault;
use super::math::Chain;
use super::math::Negated;
use super::paths::Field;
use super::paths::FieldPath;
use super::paths::OWN_PREFIX;
use super::paths::Root;
use super::scene::Scene;
use super::val::List;
use super::val::ListKind;
use super::val::Val;

/// The first release that knows `otelcol.` paths.
const OTELCOL: u16 = 147;

/// Where and for which release something is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The processor.
    pub host: Host,
    /// The context.
    pub context: Context,
    /// The release.
    pub version: Version,
    /// Whether every path must begin with the name of a context.
    pub prefixed: bool,
}

/// What a condition or statement looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reads {
    /// Anything of data points: attributes, values, how many there are.
    pub points: bool,
    /// Values, counts or times of data points.
    pub values: bool,
    /// Something that is not the same each time: the clock, a random number, the scratch map.
    pub moving: bool,
}

/// Compiles the parts of one condition or statement.
pub struct Compiler {
    /// Where it is.
    pub setting: Setting,
    /// What was found to be read so far.
    pub reads: Reads,
}

impl Compiler {
    /// Begins.
    pub fn new(setting: Setting) -> Self {
        Self {
            setting,
            reads: Reads::default(),
        }
    }

    /// A value.
    ///
    /// # Errors
    /// A name in it is unknown, or a call is wrong.
    pub fn getter(&mut self, expr: &Expr) -> Result<Box<dyn Getter>, Fault> {
        Ok(match &expr.kind {
            ExprKind::Nil => literal(Val::Nil),
            ExprKind::Int(value) => literal(Val::Int(*value)),
            ExprKind::Float(value) => literal(Val::Float(*value)),
            ExprKind::Str(text) => literal(Val::Str(text.clone())),
            ExprKind::Bytes(bytes) => literal(Val::Bytes(bytes.as_slice().into())),
            ExprKind::Bool(value) => literal(Val::Bool(*value)),
            ExprKind::Enum(name) => literal(Val::Int(self.enumeration(name, expr)?)),
            ExprKind::Path(path) => Box::new(self.path(path)?),
            ExprKind::Call(call) => Box::new(self.converter(call)?),
            ExprKind::Math(math) => self.math(math)?,
            ExprKind::List(items) => self.list(items)?,
            ExprKind::Map(entries) => self.map(entries)?,
        })
    }

    /// The number of an enumeration.
    ///
    /// # Errors
    /// It is unknown here.
    pub fn enumeration(&self, name: &str, expr: &Expr) -> Result<i64, Fault> {
        enums::number(name, self.setting.context).ok_or_else(|| {
            let names = enums::names(self.setting.context);
            let help = nearest(name, &names).map(|name| format!("did you mean `{name}`?"));
            Fault::of(&expr.span, format!("enum symbol `{name}` is not known")).with_help(help)
        })
    }

    fn list(&mut self, items: &[Expr]) -> Result<Box<dyn Getter>, Fault> {
        let items: Result<Vec<_>, Fault> = items.iter().map(|item| self.getter(item)).collect();
        let items = items?;
        let literals: Option<Vec<Val>> = items.iter().map(|item| item.literal().cloned()).collect();
        Ok(match literals {
            Some(items) => literal(Val::List(List::new(items, ListKind::Any))),
            None => Box::new(Items(items)),
        })
    }

    fn map(&mut self, entries: &[(Text, Expr)]) -> Result<Box<dyn Getter>, Fault> {
        let mut getters = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            getters.push((key.clone(), self.getter(value)?));
        }
        let literals = getters.iter().map(|(key, getter)| {
            let value = getter.literal()?;
            Some(entry(value, self.setting.version).map(|value| (key.clone(), value)))
        });
        let literals: Option<Result<Vec<_>, String>> = literals.collect();
        match literals {
            Some(Ok(pairs)) => Ok(literal(Val::Map(pairs.into_iter().collect()))),
            Some(Err(error)) if self.setting.version.is_from(LITERALS_CHECKED) => {
                Err(Fault::new(0, error))
            }
            _ => Ok(Box::new(Entries {
                getters,
                version: self.setting.version,
            })),
        }
    }

    fn math(&mut self, math: &ast::Math) -> Result<Box<dyn Getter>, Fault> {
        let first = self.term(&math.first)?;
        let mut rest = Vec::with_capacity(math.rest.len());
        for (operator, term) in &math.rest {
            rest.push((*operator, self.term(term)?));
        }
        Ok(chain(first, rest))
    }

    fn term(&mut self, term: &ast::Term) -> Result<Box<dyn Getter>, Fault> {
        let first = self.factor(&term.first)?;
        let mut rest = Vec::with_capacity(term.rest.len());
        for (operator, factor) in &term.rest {
            rest.push((*operator, self.factor(factor)?));
        }
        Ok(chain(first, rest))
    }

    fn factor(&mut self, factor: &ast::Factor) -> Result<Box<dyn Getter>, Fault> {
        let value = self.getter(&factor.value)?;
        if factor.sign != Some(Operator::Sub) {
            return Ok(value);
        }
        // Only the sign of a number as written belongs to it; all others are reckoned each time.
        Ok(match factor.value.kind {
            ExprKind::Int(value) => literal(Val::Int(value.wrapping_neg())),
            ExprKind::Float(value) => literal(Val::Float(-value)),
            _ => Box::new(Negated(value)),
        })
    }

    /// A converter.
    fn converter(&mut self, call: &ast::Call) -> Result<Called, Fault> {
        let function = self.function(&call.name, &call.span)?;
        let arguments = self.arguments(function, call)?;
        let Build::Converter(build) = function.build else {
            let message = format!("`{}` is an editor and has no value", call.name);
            return Err(Fault::of(&call.span, message));
        };
        let inner = build(arguments).map_err(|error| {
            let message = format!("`{}` cannot be used like this: {error}", call.name);
            Fault::of(&call.span, message)
        })?;
        if matches!(call.name.as_str(), "Now" | "UUID" | "UUIDv7") {
            self.reads.moving = true;
        }
        // Functions of the filter processor look at all points of a metric.
        if call.name.ends_with("OnDatapoint") {
            self.reads.points = true;
        }
        Ok(Called {
            inner,
            keys: self.keys(&call.keys)?,
            version: self.setting.version,
        })
    }

    /// The function of a name, if this release has it here.
    ///
    /// # Errors
    /// It has not.
    pub fn function(&self, name: &str, span: &ast::Span) -> Result<&'static Function, Fault> {
        let Setting {
            host,
            context,
            version,
            ..
        } = self.setting;
        let all = || every(host).filter(|function| function.name == name);
        let fitting =
            |function: &&Function| function.is_in(version) && function.fits(host, context);
        if let Some(function) = all().find(fitting) {
            return Ok(function);
        }
        let here = |function: &&Function| function.fits(host, context);
        if let Some(function) = all().find(here) {
            let message = if version.is_from(function.until) {
                let until = function.until;
                format!("function `{name}` is not in {version}: it went with 0.{until}.0")
            } else {
                let since = function.since;
                format!("function `{name}` is not in {version}: it came with 0.{since}.0")
            };
            return Err(Fault::of(span, message));
        }
        if all().next().is_some() {
            let message = format!("function `{name}` cannot be used in this context");
            return Err(Fault::of(span, message));
        }
        let usable = every(host).filter(fitting).map(|function| function.name);
        let names: Vec<&str> = usable.collect();
        let help = nearest(name, &names).map(|name| format!("did you mean `{name}`?"));
        let message = format!("undefined function `{name}`");
        Err(Fault::of(span, message).with_help(help))
    }

    /// A path.
    ///
    /// # Errors
    /// It leads nowhere in this context and release.
    pub fn path(&mut self, path: &ast::Path) -> Result<FieldPath, Fault> {
        let version = self.setting.version;
        let bare = |name: &String| ast::Field {
            name: name.clone(),
            keys: Vec::new(),
        };
        let (root, fields) = if self.setting.prefixed {
            (self.prefix(path)?, path.fields.clone())
        } else {
            let mut fields: Vec<ast::Field> = path.context.iter().map(bare).collect();
            fields.extend(path.fields.iter().cloned());
            let named = fields
                .first()
                .and_then(|field| Root::named(&field.name, self.setting.context, version));
            match named {
                Some(root) if fields.len() > 1 => {
                    let named = fields.remove(0);
                    refuse_keys(&named, path)?;
                    (root, fields)
                }
                _ => (Root::of(self.setting.context), fields),
            }
        };
        let Some((first, mut rest)) = fields.split_first() else {
            return Err(Fault::of(&path.span, "a path needs a field"));
        };
        let own = root == Root::of(self.setting.context);
        let mut keyed = first;
        let field = match root.field(&first.name, version) {
            _ if first.name == "cache" && own => Field::Map(Root::Cache),
            Some(Field::Buckets) if !rest.is_empty() => {
                refuse_keys(first, path)?;
                keyed = &rest[0];
                rest = &rest[1..];
                Field::bucket(&first.name, &keyed.name)
                    .ok_or_else(|| self.unknown(path, root, &keyed.name))?
            }
            Some(field) => field,
            None => return Err(self.unknown(path, root, &first.name)),
        };
        if let Some(extra) = rest.first() {
            let message = format!(
                "`{}` of `{}` has no field `{}`",
                keyed.name,
                shown(path),
                extra.name
            );
            let help = match field {
                Field::Map(_) => Some(format!("write `{}[\"{}\"]`", keyed.name, extra.name)),
                _ => None,
            };
            return Err(Fault::of(&path.span, message).with_help(help));
        }
        if !matches!(field, Field::Map(_)) {
            refuse_keys(keyed, path)?;
        }
        self.reads.points |= field.is_of_point();
        self.reads.values |= field.is_value();
        self.reads.moving |= field == Field::Map(Root::Cache);
        let keys = self.keys(&keyed.keys)?.into_boxed_slice();
        Ok(FieldPath {
            field,
            keys,
            version,
        })
    }

    /// What a path begins at, where its first word must say so.
    fn prefix(&self, path: &ast::Path) -> Result<Root, Fault> {
        let Setting {
            context, version, ..
        } = self.setting;
        let Some(name) = &path.context else {
            let own = super::infer::name(context);
            let message = format!("missing context name for path `{}`", shown(path));
            let help = Some(format!("write `{own}.{}`", shown(path)));
            return Err(Fault::of(&path.span, message).with_help(help));
        };
        if name == super::infer::name(context) {
            return Ok(Root::of(context));
        }
        Root::named(name, context, version).ok_or_else(|| {
            let message = format!(
                "context `{name}` of path `{}` is not valid here",
                shown(path)
            );
            Fault::of(&path.span, message)
        })
    }

    fn unknown(&self, path: &ast::Path, root: Root, name: &str) -> Fault {
        let message = format!("`{name}` of path `{}` is not known here", shown(path));
        let version = self.setting.version;
        let words = root.words();
        let help = match name {
            "otelcol" if version.is_from(OTELCOL) => {
                Some("`otelcol.` paths are not simulated".to_owned())
            }
            "scope" if !version.is_from(OWN_PREFIX) => {
                Some(format!("{version} calls it `instrumentation_scope`"))
            }
            "metric" if self.setting.context == Context::Metric => Some(format!(
                "in {version} a path in the metric context has no `metric.`"
            )),
            "name" | "unit" | "description" | "type" if root == Root::Point => {
                Some(format!("write `metric.{name}`"))
            }
            "attributes" if root == Root::Metric => Some(
                "a metric has no attributes: use a datapoint condition, \
                 or `resource.attributes`"
                    .to_owned(),
            ),
            _ => nearest(name, &words).map(|word| format!("did you mean `{word}`?")),
        };
        Fault::of(&path.span, message).with_help(help)
    }

    fn keys(&mut self, keys: &[ast::Key]) -> Result<Vec<Key>, Fault> {
        keys.iter()
            .map(|key| {
                Ok(match key {
                    ast::Key::Str(text) => Key::Str(text.clone()),
                    ast::Key::Int(index) => Key::Int(*index),
                    ast::Key::Expr(expr) => Key::Expr(self.getter(expr)?),
                })
            })
            .collect()
    }
}

/// All functions that the host has in some release or context.
fn every(host: Host) -> impl Iterator<Item = &'static Function> {
    let editors = match host {
        Host::Filter => &[],
        Host::Transform => editors::tables(),
    };
    let tables = functions::tables().iter().chain(editors);
    tables
        .flat_map(|table| table.iter())
        .chain(datapoints::TABLE)
}

fn refuse_keys(field: &ast::Field, path: &ast::Path) -> Result<(), Fault> {
    if field.keys.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` cannot be indexed", field.name);
    Err(Fault::of(&path.span, message))
}

/// A path without its keys, for messages.
fn shown(path: &ast::Path) -> String {
    let names = path.context.iter().map(String::as_str);
    let fields = path.fields.iter().map(|field| field.name.as_str());
    let names: Vec<&str> = names.chain(fields).collect();
    names.join(".")
}

fn literal(value: Val) -> Box<dyn Getter> {
    Box::new(Literal(value))
}

fn chain(first: Box<dyn Getter>, rest: Vec<(Operator, Box<dyn Getter>)>) -> Box<dyn Getter> {
    if rest.is_empty() {
        first
    } else {
        Box::new(Chain { first, rest })
    }
}

/// A list literal of which something is known only at run time.
struct Items(Vec<Box<dyn Getter>>);

impl Getter for Items {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        let items: Result<Vec<Val>, String> = self.0.iter().map(|item| item.get(scene)).collect();
        Ok(Val::List(List::new(items?, ListKind::Any)))
    }
}

/// A map literal of which something is known only at run time.
struct Entries {
    getters: Vec<(Text, Box<dyn Getter>)>,
    version: Version,
}

impl Getter for Entries {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        let mut map = Attributes::default();
        for (key, getter) in &self.getters {
            map.insert(key.clone(), entry(&getter.get(scene)?, self.version)?);
        }
        Ok(Val::Map(map))
    }
}

/// The first release in which a list inside a map literal may hold maps.
const MAPS_IN_LISTS: u16 = 124;

/// A value of a map literal (`mapGetter`).
fn entry(value: &Val, version: Version) -> Result<Value, String> {
    let item = |item: &Val| match item {
        Val::Map(map) if version.is_from(MAPS_IN_LISTS) => Ok(Value::Map(map.clone())),
        other => other.from_raw(),
    };
    match value {
        Val::Map(map) => Ok(Value::Map(map.clone())),
        Val::List(list) if list.kind == ListKind::Any => {
            let items: Result<Vec<Value>, String> = list.items.iter().map(item).collect();
            Ok(Value::List(items?))
        }
        other => other.from_raw(),
    }
}
