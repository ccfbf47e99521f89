//! Maps cut down, merged, flattened.

use std::collections::HashMap;

use crate::collector::attributes::Attributes;
use crate::collector::ottl::function::Args;
use crate::collector::ottl::function::Function;
use crate::collector::ottl::function::Kind;
use crate::collector::ottl::function::Param;
use crate::collector::ottl::functions::arguments::Term;
use crate::collector::ottl::functions::arguments::map;
use crate::collector::ottl::functions::arguments::text;
use crate::collector::ottl::functions::arguments::text_of_bytes;
use crate::collector::ottl::functions::pattern::Pattern;
use crate::collector::ottl::val::Val;
use crate::collector::text::Text;
use crate::collector::value::Value;

use super::work::Built;
use super::work::work;

/// From this release on, the map that is changed has to be a path. Before, it could be any map.
pub const PLACE: u16 = 130;

/// From this release on, keys and patterns may be any expression that is a text.
pub const DYNAMIC: u16 = 139;

const MAP: Param = Param::new("Target", Kind::Map);
const TARGET: Param = Param::new("Target", Kind::MapPlace);

/// The editors of this file.
pub static TABLE: &[Function] = &[
    Function::editor(
        "delete_key",
        &[MAP, Param::new("Key", Kind::LitStr)],
        delete_key,
    )
    .until(PLACE),
    Function::editor(
        "delete_key",
        &[TARGET, Param::new("Key", Kind::LitStr)],
        delete_key,
    )
    .since(PLACE)
    .until(DYNAMIC),
    Function::editor(
        "delete_key",
        &[TARGET, Param::new("Key", Kind::Str)],
        delete_key,
    )
    .since(DYNAMIC),
    Function::editor("delete_matching_keys", &[MAP, PATTERN], delete_matching).until(PLACE),
    Function::editor("delete_matching_keys", &[TARGET, PATTERN], delete_matching)
        .since(PLACE)
        .until(DYNAMIC),
    Function::editor(
        "delete_matching_keys",
        &[TARGET, ANY_PATTERN],
        delete_matching,
    )
    .since(DYNAMIC),
    Function::editor("keep_matching_keys", &[MAP, PATTERN], keep_matching)
        .since(103)
        .until(PLACE),
    Function::editor("keep_matching_keys", &[TARGET, PATTERN], keep_matching)
        .since(PLACE)
        .until(DYNAMIC),
    Function::editor("keep_matching_keys", &[TARGET, ANY_PATTERN], keep_matching).since(DYNAMIC),
    Function::editor("keep_keys", &[MAP, KEYS], keep_keys).until(PLACE),
    Function::editor("keep_keys", &[TARGET, KEYS], keep_keys)
        .since(PLACE)
        .until(DYNAMIC),
    Function::editor(
        "keep_keys",
        &[TARGET, Param::new("Keys", Kind::ListOf(&Kind::Str))],
        keep_keys,
    )
    .since(DYNAMIC),
    Function::editor("flatten", &[MAP, PREFIX, DEPTH], flatten).until(125),
    Function::editor("flatten", &[MAP, PREFIX, DEPTH, CONFLICTS], flatten)
        .since(125)
        .until(PLACE),
    Function::editor("flatten", &[TARGET, PREFIX, DEPTH, CONFLICTS], flatten).since(PLACE),
    Function::editor("limit", &[MAP, LIMIT, PRIORITY], limit).until(PLACE),
    Function::editor("limit", &[TARGET, LIMIT, PRIORITY], limit).since(PLACE),
    Function::editor("merge_maps", &[MAP, SOURCE, STRATEGY], merge_maps).until(PLACE),
    Function::editor("merge_maps", &[TARGET, SOURCE, STRATEGY], merge_maps).since(PLACE),
    Function::editor("truncate_all", &[MAP, LIMIT], truncate_all).until(PLACE),
    Function::editor("truncate_all", &[TARGET, LIMIT], truncate_all)
        .since(PLACE)
        .until(SAFE_CUT),
    Function::editor(
        "truncate_all",
        &[TARGET, LIMIT, Param::optional("Utf8Safe", Kind::LitBool)],
        truncate_all,
    )
    .since(SAFE_CUT),
    Function::editor("stringify_all", &[TARGET], stringify_all).since(155),
];

/// From this release on, `truncate_all` cuts no character in two, unless told to.
const SAFE_CUT: u16 = 148;

const PATTERN: Param = Param::new("Pattern", Kind::LitStr);
const ANY_PATTERN: Param = Param::new("Pattern", Kind::Str);
const KEYS: Param = Param::new("Keys", Kind::ListOf(&Kind::LitStr));
const PREFIX: Param = Param::optional("Prefix", Kind::LitStr);
const DEPTH: Param = Param::optional("Depth", Kind::LitInt);
const CONFLICTS: Param = Param::optional("ResolveConflicts", Kind::LitBool);
const LIMIT: Param = Param::new("Limit", Kind::LitInt);
const PRIORITY: Param = Param::new("PriorityKeys", Kind::ListOf(&Kind::LitStr));
const SOURCE: Param = Param::new("Source", Kind::Map);
const STRATEGY: Param = Param::new("Strategy", Kind::LitStr);

fn delete_key(mut args: Args) -> Built {
    let (target, key) = (args.map_target("Target")?, args.getter("Key")?);
    work(move |scene| {
        let key = text(key.as_ref(), scene)?;
        target.edit(scene, |map| {
            map.remove(&key);
            Ok(())
        })
    })
}

fn delete_matching(args: Args) -> Built {
    by_pattern(args, "delete_matching_keys", false)
}

fn keep_matching(args: Args) -> Built {
    by_pattern(args, "keep_matching_keys", true)
}

/// Keeps the keys that match, or those that do not.
fn by_pattern(mut args: Args, name: &'static str, kept: bool) -> Built {
    let target = args.map_target("Target")?;
    let pattern = Pattern::new(name, args.getter("Pattern")?)?;
    work(move |scene| {
        let regex = pattern.get(scene)?;
        target.edit(scene, |map| {
            map.retain(|key, _| regex.is_match(key) == kept);
            Ok(())
        })
    })
}

fn keep_keys(mut args: Args) -> Built {
    let target = args.map_target("Target")?;
    let keys = args.getters("Keys").unwrap_or_default();
    let literal = |term: &Term| -> Option<Text> {
        match term.literal() {
            Some(Val::Str(key)) => Some(key.clone()),
            _ => None,
        }
    };
    let known: Option<Vec<Text>> = keys.iter().map(literal).collect();
    work(move |scene| {
        let dynamic: Vec<Text>;
        let keys = if let Some(known) = &known {
            known
        } else {
            let found: Result<Vec<Text>, String> =
                keys.iter().map(|key| text(key.as_ref(), scene)).collect();
            dynamic = found?;
            &dynamic
        };
        target.edit(scene, |map| {
            map.retain(|key, _| keys.contains(key));
            Ok(())
        })
    })
}

fn limit(mut args: Args) -> Built {
    let target = args.map_target("Target")?;
    let limit = args.int("Limit").unwrap_or_default();
    let priority = args.texts("PriorityKeys").unwrap_or_default();
    let limit = usize::try_from(limit)
        .map_err(|_| format!("invalid limit for limit function, {limit} cannot be negative"))?;
    if limit < priority.len() {
        return Err(format!(
            "invalid limit for limit function, {limit} cannot be less than number of priority \
             attributes {}",
            priority.len()
        ));
    }
    work(move |scene| {
        target.edit(scene, |map| {
            if map.len() <= limit {
                return Ok(());
            }
            let mut count = priority.iter().filter(|key| map.get(key).is_some()).count();
            let mut kept = Vec::new();
            for (key, _) in map.iter() {
                let first = priority.contains(key);
                let keep = first || count < limit;
                if keep && !first {
                    count += 1;
                }
                kept.push(keep);
            }
            let mut at = 0;
            let pairs: Attributes = map
                .iter()
                .filter(|_| {
                    at += 1;
                    kept[at - 1]
                })
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            *map = pairs;
            Ok(())
        })
    })
}

fn merge_maps(mut args: Args) -> Built {
    let (target, source) = (args.map_target("Target")?, args.getter("Source")?);
    let strategy = args.text("Strategy").unwrap_or_default();
    let (inserts, updates) = match strategy.as_str() {
        "insert" => (true, false),
        "update" => (false, true),
        "upsert" => (true, true),
        other => {
            return Err(format!(
                "invalid value for strategy, {other}, must be 'insert', 'update' or 'upsert'"
            ));
        }
    };
    // Upstream empties each value before it copies it: onto itself, nothing is left.
    let emptied = inserts
        && updates
        && source
            .whole_map()
            .is_some_and(|map| target.whole_map() == Some(map));
    work(move |scene| {
        let source = map(source.as_ref(), scene)?;
        target.edit(scene, |map| {
            if emptied {
                *map = source
                    .iter()
                    .map(|(key, _)| (key.clone(), Value::Empty))
                    .collect();
                return Ok(());
            }
            for (key, value) in source.iter() {
                let wanted = if map.get(key).is_some() {
                    updates
                } else {
                    inserts
                };
                if wanted {
                    map.insert(key.clone(), value.clone());
                }
            }
            Ok(())
        })
    })
}

fn truncate_all(mut args: Args) -> Built {
    let safe = args.version.is_from(SAFE_CUT) && args.bool("Utf8Safe").unwrap_or(true);
    let limit = args.int("Limit").unwrap_or_default();
    let limit = usize::try_from(limit).map_err(|_| {
        format!("invalid limit for truncate_all function, {limit} cannot be negative")
    })?;
    let target = args.map_target("Target")?;
    work(move |scene| {
        target.edit(scene, |map| {
            let long: Vec<(Text, Text)> = map
                .iter()
                .filter_map(|(key, value)| Some((key, value.as_text()?)))
                .filter(|(_, text)| text.len() > limit)
                .map(|(key, text)| (key.clone(), text.clone()))
                .collect();
            for (key, text) in long {
                let end = if safe {
                    text.floor_char_boundary(limit)
                } else {
                    limit
                };
                if let Val::Str(cut) = text_of_bytes(&text.as_bytes()[..end]) {
                    map.insert(key, cut);
                }
            }
            Ok(())
        })
    })
}

fn stringify_all(mut args: Args) -> Built {
    let target = args.map_target("Target")?;
    work(move |scene| {
        target.edit(scene, |map| {
            if map.iter().all(|(_, value)| value.as_text().is_some()) {
                return Ok(());
            }
            *map = map
                .iter()
                .map(|(key, value)| match value {
                    Value::Str(_) => (key.clone(), value.clone()),
                    other => (key.clone(), Value::Str(other.to_string().into())),
                })
                .collect();
            Ok(())
        })
    })
}

fn flatten(mut args: Args) -> Built {
    let target = args.map_target("Target")?;
    let depth = args.int("Depth").unwrap_or(i64::MAX);
    if depth < 1 {
        return Err(format!(
            "invalid depth '{depth}' for flatten function, must be greater than 0"
        ));
    }
    let prefix = args.text("Prefix").unwrap_or_default();
    let resolve = args.bool("ResolveConflicts").unwrap_or(false);
    work(move |scene| {
        target.edit(scene, |map| {
            let mut flat = Flat {
                result: Attributes::default(),
                seen: resolve.then(HashMap::new),
                depth,
            };
            flat.map(map, &prefix, 0);
            *map = flat.result;
            Ok(())
        })
    })
}

/// A map on its way to being flat.
struct Flat {
    result: Attributes,
    /// How often a key was taken, where taken ones are numbered.
    seen: Option<HashMap<String, u64>>,
    depth: i64,
}

impl Flat {
    fn map(&mut self, map: &Attributes, prefix: &str, depth: i64) {
        for (key, value) in map.iter() {
            let key = if prefix.is_empty() {
                key.to_string()
            } else {
                format!("{prefix}.{key}")
            };
            self.value(key, value, depth);
        }
    }

    fn value(&mut self, key: String, value: &Value, depth: i64) {
        match value {
            Value::Map(map) if depth < self.depth => self.map(map, &key, depth + 1),
            Value::List(items) if depth < self.depth => {
                for (at, item) in items.iter().enumerate() {
                    let inner = format!("{key}.{at}");
                    match item {
                        Value::Map(map) if depth + 1 < self.depth => {
                            self.map(map, &inner, depth + 2);
                        }
                        // Upstream forgets the dot between a list's key and a place in the list inside it.
                        Value::List(items) if depth + 1 < self.depth => {
                            for (at, item) in items.iter().enumerate() {
                                self.value(format!("{inner}{at}"), item, depth + 3);
                            }
                        }
                        _ if self.seen.is_some() => self.put(key.clone(), item),
                        _ => self.put(inner, item),
                    }
                }
            }
            _ => self.put(key, value),
        }
    }

    fn put(&mut self, key: String, value: &Value) {
        let Some(seen) = &mut self.seen else {
            self.result.insert(key, value.clone());
            return;
        };
        if self.result.get(&key).is_some() {
            let times = seen.entry(key.clone()).or_default();
            let numbered = format!("{key}.{times}");
            *times += 1;
            self.result.insert(numbered, value.clone());
        } else {
            seen.insert(key.clone(), 0);
            self.result.insert(key, value.clone());
        }
    }
}
