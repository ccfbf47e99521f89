//! How converters and editors are described, called and built.
//!
//! A [`Function`] says its parameters as upstream's `Arguments` struct does; the compiler checks the
//! arguments written, coerces them, and hands them to the function's builder as [`Args`]. A builder
//! sees literals, so that what is wrong with one (a pattern, say) is an error at start.

use std::fmt;

use crate::collector::attributes::Attributes;
use crate::collector::text::Text;
use crate::collector::version::Version;

use super::paths::Root;
use super::scene::Scene;
use super::val::Val;

/// Something that has a value for each item.
pub trait Getter {
    /// The value for the item of `scene`.
    ///
    /// # Errors
    /// It cannot be had, in the Collector's words where they are known.
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String>;

    /// The value, if it is the same for all items and known at start.
    fn literal(&self) -> Option<&Val> {
        None
    }

    /// The map that it is a path to, if it is one without keys: two of them may be the same map.
    fn whole_map(&self) -> Option<Root> {
        None
    }

    /// The map and the key that it is a path to, if it has one literal key.
    fn entry(&self) -> Option<(Root, &Text)> {
        None
    }
}

/// A path: something that can be read and written.
pub trait Place: Getter {
    /// Writes `value`. A value of a type that the field does not take is left unwritten or an error, as upstream.
    ///
    /// # Errors
    /// In the Collector's words where they are known.
    fn set(&self, scene: &mut Scene<'_>, value: Val) -> Result<(), String>;

    /// The map that it is, to change it in place; `None` where it is none now, or is a field that is no map.
    fn map_mut<'s>(&self, scene: &'s mut Scene<'_>) -> Option<&'s mut Attributes> {
        let _ = scene;
        None
    }
}

/// A call that changes something.
pub trait Editor {
    /// Does it to the item of `scene`.
    ///
    /// # Errors
    /// In the Collector's words where they are known.
    fn run(&self, scene: &mut Scene<'_>) -> Result<(), String>;
}

/// Which OTTL context a condition or statement is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    /// A resource.
    Resource,
    /// An instrumentation scope.
    Scope,
    /// A metric.
    Metric,
    /// A data point.
    Datapoint,
}

/// Which processor it is in: that decides which functions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// The filter processor: all standard converters.
    Filter,
    /// The transform processor: standard converters and editors, and its own.
    Transform,
}

/// Where a call is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// Wherever calls of its sort are.
    Everywhere,
    /// In these contexts of one processor.
    Only(Host, &'static [Context]),
}

/// What an argument is taken as. The names are those of upstream's getters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `Getter`: anything.
    Any,
    /// `StringGetter`: a text, or an error.
    Str,
    /// `StringLikeGetter`: made a text; nil stays nil.
    StrLike,
    /// `IntGetter`.
    Int,
    /// `IntLikeGetter`: nil stays nil, and so does a text that is no number.
    IntLike,
    /// `FloatGetter`.
    Float,
    /// `FloatLikeGetter`.
    FloatLike,
    /// `BoolGetter`.
    Bool,
    /// `BoolLikeGetter`.
    BoolLike,
    /// `ByteSliceLikeGetter`: made bytes; nil stays nil.
    BytesLike,
    /// `PMapGetter`.
    Map,
    /// `PSliceGetter`: a list of kind [`super::val::ListKind::Slice`].
    List,
    /// `TimeGetter`.
    Time,
    /// `DurationGetter`.
    Duration,
    /// A getter that is only asked whether it succeeds, as `IsInt` does: the value comes as it is, but a
    /// literal of another kind is refused at start by releases that check literals.
    Probe(&'static Kind),
    /// `string`: a literal.
    LitStr,
    /// `int64`: a literal.
    LitInt,
    /// `float64`: a literal, written with a point.
    LitFloat,
    /// `bool`: a literal.
    LitBool,
    /// `[]byte`: a literal.
    LitBytes,
    /// `Enum`: the name of one; arrives as its number.
    Enum,
    /// `Setter` or `GetSetter`: a path.
    Place,
    /// `PMapGetSetter`: a path to a map.
    MapPlace,
    /// `PSliceGetSetter`: a path to a list.
    ListPlace,
    /// A list literal of such elements.
    ListOf(&'static Kind),
    /// `FunctionGetter`: the bare name of a converter.
    Function,
}

/// One parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// The name of the field in upstream's `Arguments` struct, as there: `IgnoreOrder`.
    pub name: &'static str,
    /// What it is taken as.
    pub kind: Kind,
    /// Whether it is an `Optional`.
    pub optional: bool,
}

/// Makes a call of its checked arguments.
#[derive(Clone, Copy)]
pub enum Build {
    /// A function with a value.
    Converter(fn(Args) -> Result<Box<dyn Getter>, String>),
    /// A function that changes something.
    Editor(fn(Args) -> Result<Box<dyn Editor>, String>),
}

/// A converter or editor, as it was in some releases. Others of the same name may stand beside it.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Its name in OTTL.
    pub name: &'static str,
    /// Its parameters in order.
    pub params: &'static [Param],
    /// The first release `0.since` that has it in this form.
    pub since: u16,
    /// The first release that no longer has it in this form; `u16::MAX` while it does.
    pub until: u16,
    /// Where it may be called.
    pub home: Home,
    /// Makes a call.
    pub build: Build,
}

/// One argument, checked and coerced.
pub enum Arg {
    /// A value; literal kinds and enumerations are literals here too.
    Getter(Box<dyn Getter>),
    /// A path.
    Place(Box<dyn Place>),
    /// The elements of a list literal.
    List(Vec<Arg>),
    /// A converter to call.
    Function(Callee),
}

/// The arguments of one call, by parameter; the missing optional ones are `None`.
pub struct Args {
    /// The release it is compiled for.
    pub version: Version,
    params: &'static [Param],
    values: Vec<Option<Arg>>,
}

/// A converter that was handed over by name.
#[derive(Debug, Clone, Copy)]
pub struct Callee {
    /// The converter.
    pub function: &'static Function,
    /// The release it is compiled for.
    pub version: Version,
}

/// A value that is the same for all items.
#[derive(Debug, Clone)]
pub struct Literal(pub Val);

impl Getter for Literal {
    fn get(&self, _: &Scene<'_>) -> Result<Val, String> {
        Ok(self.0.clone())
    }

    fn literal(&self) -> Option<&Val> {
        Some(&self.0)
    }
}

impl Param {
    /// A parameter that must be given.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            optional: false,
        }
    }

    /// A parameter that may be left out.
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            optional: true,
        }
    }
}

impl Function {
    /// A converter that every release has.
    pub const fn converter(
        name: &'static str,
        params: &'static [Param],
        build: fn(Args) -> Result<Box<dyn Getter>, String>,
    ) -> Self {
        Self {
            name,
            params,
            since: 0,
            until: u16::MAX,
            home: Home::Everywhere,
            build: Build::Converter(build),
        }
    }

    /// An editor that every release has.
    pub const fn editor(
        name: &'static str,
        params: &'static [Param],
        build: fn(Args) -> Result<Box<dyn Editor>, String>,
    ) -> Self {
        Self {
            name,
            params,
            since: 0,
            until: u16::MAX,
            home: Home::Everywhere,
            build: Build::Editor(build),
        }
    }

    /// The same from `0.minor` on.
    #[must_use]
    pub const fn since(mut self, minor: u16) -> Self {
        self.since = minor;
        self
    }

    /// The same before `0.minor`.
    #[must_use]
    pub const fn until(mut self, minor: u16) -> Self {
        self.until = minor;
        self
    }

    /// The same in some contexts of one processor.
    #[must_use]
    pub const fn only(mut self, host: Host, contexts: &'static [Context]) -> Self {
        self.home = Home::Only(host, contexts);
        self
    }

    /// Whether a release has it in this form.
    pub fn is_in(&self, version: Version) -> bool {
        version.is_from(self.since) && !version.is_from(self.until)
    }

    /// Whether it may be called there.
    pub fn fits(&self, host: Host, context: Context) -> bool {
        match self.home {
            Home::Everywhere => true,
            Home::Only(own, contexts) => own == host && contexts.contains(&context),
        }
    }
}

impl Args {
    /// The arguments of a call; `values` is as long as `params`.
    pub fn new(version: Version, params: &'static [Param], values: Vec<Option<Arg>>) -> Self {
        Self {
            version,
            params,
            values,
        }
    }

    /// The argument of `name`, taken out; `None` if it was not given.
    pub fn take(&mut self, name: &str) -> Option<Arg> {
        let at = self.params.iter().position(|param| param.name == name)?;
        self.values.get_mut(at)?.take()
    }

    /// A value that may be missing. A path counts as one.
    pub fn optional(&mut self, name: &str) -> Option<Box<dyn Getter>> {
        match self.take(name)? {
            Arg::Getter(getter) => Some(getter),
            Arg::Place(place) => Some(Box::new(Reading(place))),
            Arg::List(_) | Arg::Function(_) => None,
        }
    }

    /// A value.
    ///
    /// # Errors
    /// It was not given; the compiler lets this happen for no required parameter.
    pub fn getter(&mut self, name: &str) -> Result<Box<dyn Getter>, String> {
        self.optional(name).ok_or_else(|| missing(name))
    }

    /// A path.
    ///
    /// # Errors
    /// As [`Args::getter`].
    pub fn place(&mut self, name: &str) -> Result<Box<dyn Place>, String> {
        match self.take(name) {
            Some(Arg::Place(place)) => Ok(place),
            _ => Err(missing(name)),
        }
    }

    /// A map that an editor changes: a path, or the result of a call, of which the change is lost.
    ///
    /// # Errors
    /// As [`Args::getter`].
    pub fn map_target(&mut self, name: &str) -> Result<MapTarget, String> {
        match self.take(name) {
            Some(Arg::Place(place)) => Ok(MapTarget::Place(place)),
            Some(Arg::Getter(getter)) => Ok(MapTarget::Value(getter)),
            _ => Err(missing(name)),
        }
    }

    /// The elements of a list literal, as values; `None` if it was not given.
    pub fn getters(&mut self, name: &str) -> Option<Vec<Box<dyn Getter>>> {
        let Arg::List(items) = self.take(name)? else {
            return None;
        };
        let getter = |item| match item {
            Arg::Getter(getter) => Some(getter),
            _ => None,
        };
        Some(items.into_iter().filter_map(getter).collect())
    }

    /// The elements of a list of literal texts; `None` if it was not given.
    pub fn texts(&mut self, name: &str) -> Option<Vec<Text>> {
        let text = |getter: Box<dyn Getter>| match getter.literal() {
            Some(Val::Str(text)) => Some(text.clone()),
            _ => None,
        };
        let getters = self.getters(name)?;
        Some(getters.into_iter().filter_map(text).collect())
    }

    /// A literal that may be missing: kinds that begin with `Lit`, and enumerations.
    pub fn literal(&mut self, name: &str) -> Option<Val> {
        self.optional(name)?.literal().cloned()
    }

    /// A literal text; `None` if it was not given.
    pub fn text(&mut self, name: &str) -> Option<Text> {
        match self.literal(name) {
            Some(Val::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// A literal whole number; `None` if it was not given.
    pub fn int(&mut self, name: &str) -> Option<i64> {
        match self.literal(name) {
            Some(Val::Int(value)) => Some(value),
            _ => None,
        }
    }

    /// A literal floating-point number; `None` if it was not given.
    pub fn float(&mut self, name: &str) -> Option<f64> {
        match self.literal(name) {
            Some(Val::Float(value)) => Some(value),
            _ => None,
        }
    }

    /// A literal truth value; `None` if it was not given.
    pub fn bool(&mut self, name: &str) -> Option<bool> {
        match self.literal(name) {
            Some(Val::Bool(value)) => Some(value),
            _ => None,
        }
    }

    /// A converter handed over by name; `None` if it was not given.
    pub fn callee(&mut self, name: &str) -> Option<Callee> {
        match self.take(name) {
            Some(Arg::Function(callee)) => Some(callee),
            _ => None,
        }
    }
}

/// The message of an argument that is not there.
fn missing(name: &str) -> String {
    format!("argument {name} is missing")
}

/// A map that an editor changes.
pub enum MapTarget {
    /// A path to it.
    Place(Box<dyn Place>),
    /// Another value; what is done to it is lost, as upstream.
    Value(Box<dyn Getter>),
}

impl MapTarget {
    /// As [`Getter::whole_map`].
    pub fn whole_map(&self) -> Option<Root> {
        match self {
            Self::Place(place) => place.whole_map(),
            Self::Value(getter) => getter.whole_map(),
        }
    }

    /// Changes the map of the item.
    ///
    /// # Errors
    /// There is no map, or `change` fails.
    pub fn edit(
        &self,
        scene: &mut Scene<'_>,
        change: impl FnOnce(&mut Attributes) -> Result<(), String>,
    ) -> Result<(), String> {
        let getter: &dyn Getter = match self {
            Self::Place(place) => {
                if let Some(map) = place.map_mut(scene) {
                    return change(map);
                }
                place.as_ref()
            }
            Self::Value(getter) => getter.as_ref(),
        };
        match getter.get(scene)? {
            Val::Map(mut map) => change(&mut map),
            Val::Nil => Err("expected pcommon.Map but got nil".to_owned()),
            other => Err(format!("expected pcommon.Map but got {}", other.go_type())),
        }
    }
}

/// A path that is only read.
struct Reading(Box<dyn Place>);

impl Getter for Reading {
    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        self.0.get(scene)
    }

    fn whole_map(&self) -> Option<Root> {
        self.0.whole_map()
    }
}

impl Callee {
    /// A call of it with these arguments, one for each parameter, given by position and uncoerced.
    ///
    /// # Errors
    /// It takes another number of arguments, is no converter, or refuses them.
    pub fn call(&self, arguments: Vec<Box<dyn Getter>>) -> Result<Box<dyn Getter>, String> {
        let params = self.function.params;
        if params.len() != arguments.len() {
            let (expected, received) = (params.len(), arguments.len());
            return Err(format!(
                "incorrect number of arguments. Expected: {expected} Received: {received}"
            ));
        }
        let Build::Converter(build) = self.function.build else {
            return Err(format!("{} is no converter", self.function.name));
        };
        let values = arguments
            .into_iter()
            .map(|getter| Some(Arg::Getter(getter)));
        build(Args::new(self.version, params, values.collect()))
            .map_err(|error| format!("couldn't create function: {error}"))
    }
}

impl fmt::Debug for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Converter(_) => "Converter",
            Self::Editor(_) => "Editor",
        })
    }
}
