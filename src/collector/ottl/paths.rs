//! Paths: which there are in which context and release, and what they read and write.
//!
//! Names are those of `pkg/ottl/contexts/internal/ctx*`.

mod reading;
mod writing;

use crate::collector::attributes::Attributes;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::collector::version::Version;

use super::function::Context;
use super::function::Getter;
use super::function::Place;
use super::keys;
use super::keys::Key;
use super::keys::read;
use super::keys::resolve;
use super::keys::write;
use super::scene::Scene;
use super::val::Val;

/// The first release in which a path may begin with the name of its own context, and in which all
/// enclosing contexts are known by `scope` too (`ctxcommon.PathExpressionParser`).
pub const OWN_PREFIX: u16 = 124;

/// The first release with `metric.metadata`.
const METADATA: u16 = 128;

/// What a path begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// The resource.
    Resource,
    /// The instrumentation scope.
    Scope,
    /// The metric.
    Metric,
    /// The data point.
    Point,
    /// The scratch map.
    Cache,
}

/// A field of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A map: attributes, metadata, the cache.
    Map(Root),
    /// How many attributes were dropped by whoever made the telemetry: 0 for a scrape.
    Dropped,
    /// Schema URL: none for a scrape.
    SchemaUrl,
    /// `scope.name`
    ScopeName,
    /// `scope.version`
    ScopeVersion,
    /// `metric.name`
    Name,
    /// `metric.description`
    Description,
    /// `metric.unit`
    Unit,
    /// `metric.type`
    Type,
    /// `metric.aggregation_temporality`
    Temporality,
    /// `metric.is_monotonic`
    Monotonic,
    /// `metric.data_points`
    DataPoints,
    /// `start_time_unix_nano`
    StartUnix,
    /// `time_unix_nano`
    TimeUnix,
    /// `start_time`
    Start,
    /// `time`
    Time,
    /// `value_double`
    ValueDouble,
    /// `value_int`
    ValueInt,
    /// `exemplars`
    Exemplars,
    /// `flags`
    Flags,
    /// `count`
    Count,
    /// `sum`
    Sum,
    /// `bucket_counts`
    BucketCounts,
    /// `explicit_bounds`
    Bounds,
    /// `scale`
    Scale,
    /// `zero_count`
    ZeroCount,
    /// `positive`, `negative`
    Buckets,
    /// `positive.offset`
    PositiveOffset,
    /// `positive.bucket_counts`
    PositiveCounts,
    /// `negative.offset`
    NegativeOffset,
    /// `negative.bucket_counts`
    NegativeCounts,
    /// `quantile_values`
    Quantiles,
}

/// The fields of a context that are one word and take no key.
const RESOURCE: &[(&str, Field)] = &[
    ("dropped_attributes_count", Field::Dropped),
    ("schema_url", Field::SchemaUrl),
];
const SCOPE: &[(&str, Field)] = &[
    ("name", Field::ScopeName),
    ("version", Field::ScopeVersion),
    ("dropped_attributes_count", Field::Dropped),
    ("schema_url", Field::SchemaUrl),
];
const METRIC: &[(&str, Field)] = &[
    ("name", Field::Name),
    ("description", Field::Description),
    ("unit", Field::Unit),
    ("type", Field::Type),
    ("aggregation_temporality", Field::Temporality),
    ("is_monotonic", Field::Monotonic),
    ("data_points", Field::DataPoints),
];
const POINT: &[(&str, Field)] = &[
    ("start_time_unix_nano", Field::StartUnix),
    ("time_unix_nano", Field::TimeUnix),
    ("start_time", Field::Start),
    ("time", Field::Time),
    ("value_double", Field::ValueDouble),
    ("value_int", Field::ValueInt),
    ("exemplars", Field::Exemplars),
    ("flags", Field::Flags),
    ("count", Field::Count),
    ("sum", Field::Sum),
    ("bucket_counts", Field::BucketCounts),
    ("explicit_bounds", Field::Bounds),
    ("scale", Field::Scale),
    ("zero_count", Field::ZeroCount),
    ("quantile_values", Field::Quantiles),
];

impl Root {
    /// The context of a name before a dot, if a path in `context` may begin with it.
    pub fn named(name: &str, context: Context, version: Version) -> Option<Self> {
        let own_prefix = version.is_from(OWN_PREFIX);
        let encloses = |own: Context| own < context || (own == context && own_prefix);
        match name {
            "resource" if encloses(Context::Resource) => Some(Self::Resource),
            "instrumentation_scope" if encloses(Context::Scope) => Some(Self::Scope),
            "scope" if own_prefix && encloses(Context::Scope) => Some(Self::Scope),
            "metric" if encloses(Context::Metric) => Some(Self::Metric),
            "datapoint" if encloses(Context::Datapoint) => Some(Self::Point),
            _ => None,
        }
    }

    /// What a path without such a name begins at.
    pub fn of(context: Context) -> Self {
        match context {
            Context::Resource => Self::Resource,
            Context::Scope => Self::Scope,
            Context::Metric => Self::Metric,
            Context::Datapoint => Self::Point,
        }
    }

    /// The field that a word means here, before anything that follows a dot.
    pub fn field(self, name: &str, version: Version) -> Option<Field> {
        let table = match (self, name) {
            (Self::Resource | Self::Scope | Self::Point, "attributes") => {
                return Some(Field::Map(self));
            }
            (Self::Metric, "metadata") if version.is_from(METADATA) => {
                return Some(Field::Map(self));
            }
            (Self::Point, "positive" | "negative") => return Some(Field::Buckets),
            (Self::Cache, _) => return None,
            (Self::Resource, _) => RESOURCE,
            (Self::Scope, _) => SCOPE,
            (Self::Metric, _) => METRIC,
            (Self::Point, _) => POINT,
        };
        let found = table.iter().find(|(own, _)| *own == name);
        found.map(|(_, field)| *field)
    }

    /// All words that mean something here, for suggestions.
    pub fn words(self) -> Vec<&'static str> {
        let (table, more): (_, &[&str]) = match self {
            Self::Resource => (RESOURCE, &["attributes"]),
            Self::Scope => (SCOPE, &["attributes"]),
            Self::Metric => (METRIC, &["metadata"]),
            Self::Point => (POINT, &["attributes", "positive", "negative"]),
            Self::Cache => return Vec::new(),
        };
        let words = table.iter().map(|(word, _)| *word);
        words.chain(more.iter().copied()).collect()
    }
}

impl Field {
    /// The field of `positive` or `negative` that a word means.
    pub fn bucket(side: &str, name: &str) -> Option<Self> {
        match (side, name) {
            ("positive", "offset") => Some(Self::PositiveOffset),
            ("positive", "bucket_counts") => Some(Self::PositiveCounts),
            ("negative", "offset") => Some(Self::NegativeOffset),
            ("negative", "bucket_counts") => Some(Self::NegativeCounts),
            _ => None,
        }
    }

    /// Whether writing it is simulated.
    pub fn is_writable(self) -> bool {
        !matches!(self, Self::Dropped | Self::SchemaUrl)
    }

    /// What pdata calls its type, where it is one that nothing but itself has.
    fn own_type(self) -> Option<&'static str> {
        Some(match self {
            Self::DataPoints => "pmetric.DataPointSlice",
            Self::Exemplars => "pmetric.ExemplarSlice",
            Self::Buckets => "pmetric.ExponentialHistogramDataPointBuckets",
            Self::Quantiles => "pmetric.SummaryDataPointValueAtQuantileSlice",
            _ => return None,
        })
    }

    /// Whether it belongs to a data point.
    pub fn is_of_point(self) -> bool {
        match self {
            Self::Map(root) => root == Root::Point,
            Self::DataPoints => true,
            _ => self.is_value(),
        }
    }

    /// Whether it is a value, count or time of a data point.
    pub fn is_value(self) -> bool {
        self == Self::DataPoints || POINT.iter().any(|(_, field)| *field == self) || {
            matches!(
                self,
                Self::Buckets
                    | Self::PositiveOffset
                    | Self::PositiveCounts
                    | Self::NegativeOffset
                    | Self::NegativeCounts
            )
        }
    }
}

/// A path, ready to be read and written.
pub struct FieldPath {
    /// The field.
    pub field: Field,
    /// What a map is indexed by.
    pub keys: Box<[Key]>,
    /// The release, which decides how writing goes.
    pub version: Version,
}

impl Getter for FieldPath {
    fn entry(&self) -> Option<(Root, &Text)> {
        match (self.field, &self.keys[..]) {
            (Field::Map(root), [Key::Str(key)]) => Some((root, key)),
            _ => None,
        }
    }

    fn whole_map(&self) -> Option<Root> {
        match self.field {
            Field::Map(root) if self.keys.is_empty() => Some(root),
            _ => None,
        }
    }

    fn get(&self, scene: &Scene<'_>) -> Result<Val, String> {
        if let Field::Map(root) = self.field {
            let Some(map) = map_of(root, scene) else {
                return Ok(Val::Nil);
            };
            if self.keys.is_empty() {
                return Ok(Val::Map(map.clone()));
            }
            return read(map, &self.keys, scene, self.version);
        }
        Ok(reading::plain(self.field, scene).unwrap_or_default())
    }
}

impl Place for FieldPath {
    fn set(&self, scene: &mut Scene<'_>, value: Val) -> Result<(), String> {
        let Field::Map(_) = self.field else {
            return writing::set_plain(self.field, scene, &value, self.version);
        };
        if self.keys.is_empty() {
            return self.set_map(scene, value);
        }
        let keys = resolve(&self.keys, scene);
        match self.root_map(scene) {
            Some(map) => write(map, &keys, &value, self.version),
            None => Ok(()),
        }
    }

    fn map_mut<'s>(&self, scene: &'s mut Scene<'_>) -> Option<&'s mut Attributes> {
        if !matches!(self.field, Field::Map(_)) {
            return None;
        }
        let mut keys = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            match key {
                Key::Str(text) => keys.push(text.clone()),
                _ => return None,
            }
        }
        let mut map = self.root_map(scene)?;
        for key in keys {
            match map.get_mut(&key) {
                Some(Value::Map(inner)) => map = inner,
                _ => return None,
            }
        }
        Some(map)
    }
}

impl FieldPath {
    fn root_map<'s>(&self, scene: &'s mut Scene<'_>) -> Option<&'s mut Attributes> {
        match self.field {
            Field::Map(Root::Resource) => scene.resource_mut().map(|item| &mut item.attributes),
            Field::Map(Root::Scope) => scene.scope_mut().map(|item| &mut item.attributes),
            Field::Map(Root::Metric) => scene.metric_mut().map(|item| &mut item.metadata),
            Field::Map(Root::Point) => scene.point_mut().map(|item| &mut item.attributes),
            Field::Map(Root::Cache) => Some(&mut scene.cache),
            _ => None,
        }
    }

    fn set_map(&self, scene: &mut Scene<'_>, value: Val) -> Result<(), String> {
        let map = match value {
            Val::Map(map) => map,
            // `ctxutil.SetMap`, which is asked since then.
            Val::Nil if self.version.is_from(keys::NIL_IS_LEFT) => return Ok(()),
            _ if !self.version.is_from(SET_MAP) => return Ok(()),
            other => return Err(cannot_be_map(&other, self.version)),
        };
        if let Some(own) = self.root_map(scene) {
            *own = map;
        }
        Ok(())
    }
}

/// The first release in which writing something else over a map is an error (`SetMap`).
const SET_MAP: u16 = 124;

fn cannot_be_map(value: &Val, version: Version) -> String {
    let go_type = match value {
        Val::Nil => "<nil>",
        _ => value.go_type(),
    };
    if version.is_from(keys::NIL_IS_LEFT) {
        format!("unsupported type provided for setting a pcommon.Map: {go_type}")
    } else {
        format!("failed to convert type {go_type} into pcommon.Map")
    }
}

/// A map of the item.
pub fn map_of<'s>(root: Root, scene: &'s Scene<'_>) -> Option<&'s Attributes> {
    match root {
        Root::Resource => scene.resource().map(|item| &item.attributes),
        Root::Scope => scene.scope().map(|item| &item.attributes),
        Root::Metric => scene.metric().map(|item| &item.metadata),
        Root::Point => scene.point().map(|item| &item.attributes),
        Root::Cache => Some(&scene.cache),
    }
}

/// A text field of the item, without a copy.
pub fn text_of<'s>(field: Field, scene: &'s Scene<'_>) -> Option<&'s Text> {
    match field {
        Field::Name => scene.metric().map(|metric| &metric.name),
        Field::Description => scene.metric().map(|metric| &metric.description),
        Field::Unit => scene.metric().map(|metric| &metric.unit),
        Field::ScopeName => scene.scope().map(|scope| &scope.name),
        Field::ScopeVersion => scene.scope().map(|scope| &scope.version),
        _ => None,
    }
}
