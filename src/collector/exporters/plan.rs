//! Which attribute, constant or join of both becomes which label.
//!
//! That depends on the names of the attributes alone, unless names collide, and points with the same
//! names come in long runs. So it is worked out once for each list of names and then only followed:
//! a point costs one comparison of its names with the last plan's, and one copy per label.

use std::hash::BuildHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::rc::Rc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::super::text::Text;
use super::super::value::Value;
use super::labels::LabelNamer;
use super::series::Label;
use super::value_text::value_text;

/// What sets a label besides the attributes of the point, in the order in which it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Layer {
    /// An attribute of the resource, put among those of the point; wins over one of the same key.
    Attribute,
    /// `job` and `instance`: set whatever was there.
    Identity,
    /// A label of the configuration: set if there is none of its name.
    External,
    /// What is told of the instrumentation scope: set whatever was there.
    Scope,
}

/// Labels that are the same for all points of a resource and scope.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Constants {
    /// (layer, name, value); an attribute's name is its key, the others are final.
    pub list: Vec<(Layer, Text, Text)>,
}

/// What makes label names and what they are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Of label names.
    pub namer: LabelNamer,
    /// Whether an attribute without a value is not there at all: from 0.151.0 on
    /// (`createAttributes` of `prometheusremotewrite/helper.go`).
    pub skips_empty: bool,
    /// Whether equal values of colliding names are joined too: up to 0.117.0 (same place).
    pub joins_equal: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Point(usize),
    Constant(usize),
}

#[derive(Debug)]
enum Slot {
    /// One value, set for certain.
    One(Source),
    /// Several attributes, and a configured label that is used if none of them is there.
    Several(Vec<Source>, Option<usize>),
}

#[derive(Debug)]
struct Plan {
    hash: u64,
    keys: Vec<Text>,
    /// In the order of the final names.
    slots: Vec<(Text, Slot)>,
    /// Attributes whose names can't be made legal, in the order in which they are looked at.
    illegal: Vec<(Source, String)>,
}

/// Plans by the names of attributes, for one list of constants' names.
#[derive(Debug)]
struct Shelf {
    names: Vec<(Layer, Text)>,
    plans: HashTable<Rc<Plan>>,
}

/// All plans made so far.
#[derive(Debug)]
pub(super) struct Plans {
    rules: Rules,
    shelves: Vec<Shelf>,
    /// The shelf of the constants set last.
    shelf: usize,
    last: Option<Rc<Plan>>,
    hasher: RandomState,
}

/// Where hostile input would make plans without end, all are forgotten and made anew.
const MOST_PLANS: usize = 1 << 14;
const MOST_SHELVES: usize = 64;

impl Plans {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            shelves: Vec::new(),
            shelf: 0,
            last: None,
            hasher: RandomState::default(),
        }
    }

    /// Says which constants go with the points that follow.
    pub(super) fn set_constants(&mut self, constants: &Constants) {
        let is_for = |shelf: &Shelf| {
            let wanted = constants.list.iter().map(|(layer, name, _)| (layer, name));
            let names = shelf.names.iter();
            names.map(|(layer, name)| (layer, name)).eq(wanted)
        };
        let known = self.shelves.iter().position(is_for);
        let number = known.unwrap_or_else(|| {
            if self.shelves.len() >= MOST_SHELVES {
                self.shelves.clear();
            }
            let names = constants
                .list
                .iter()
                .map(|(layer, name, _)| (*layer, name.clone()));
            self.shelves.push(Shelf {
                names: names.collect(),
                plans: HashTable::new(),
            });
            self.shelves.len() - 1
        });
        // A shelf may have been cleared and made anew under the same number.
        if known.is_none() || number != self.shelf {
            self.last = None;
        }
        self.shelf = number;
    }

    /// Makes `labels` those of one point, sorted by name. Empty ones are among them where the release
    /// sends them.
    ///
    /// # Errors
    /// A name can't be made legal; the text says which.
    pub(super) fn apply(
        &mut self,
        attributes: &[(Text, Value)],
        constants: &Constants,
        labels: &mut Vec<Label>,
    ) -> Result<(), String> {
        let plan = self.plan_for(attributes);
        let rules = self.rules;
        let value = |source: Source| match source {
            Source::Point(index) => value_text(&attributes[index].1),
            Source::Constant(index) => constants.list[index].2.clone(),
        };
        for (source, message) in &plan.illegal {
            if !rules.skips_empty || !value(*source).is_empty() {
                labels.clear();
                return Err(message.clone());
            }
        }
        let mut count = 0;
        let mut put = |name: &Text, value: &Text| {
            if !value.is_empty() || !rules.skips_empty {
                put_at(labels, count, name, value);
                count += 1;
            }
        };
        for (name, slot) in &plan.slots {
            match slot {
                Slot::One(Source::Point(index)) => match &attributes[*index].1 {
                    Value::Str(text) => put(name, text),
                    other => put(name, &value_text(other)),
                },
                Slot::One(Source::Constant(index)) => put(name, &constants.list[*index].2),
                Slot::Several(sources, external) => {
                    let values = sources.iter().map(|source| value(*source));
                    match (joined(values, rules), external) {
                        (Some(value), _) => put(name, &value),
                        (None, Some(index)) => put(name, &constants.list[*index].2),
                        (None, None) => {}
                    }
                }
            }
        }
        labels.truncate(count);
        Ok(())
    }

    fn plan_for(&mut self, attributes: &[(Text, Value)]) -> Rc<Plan> {
        let is_for = |plan: &Plan| {
            plan.keys.len() == attributes.len()
                && plan
                    .keys
                    .iter()
                    .zip(attributes)
                    .all(|(key, (own, _))| key == own)
        };
        if let Some(last) = self.last.as_ref().filter(|plan| is_for(plan)) {
            return Rc::clone(last);
        }
        let mut state = self.hasher.build_hasher();
        for (key, _) in attributes {
            key.hash(&mut state);
        }
        let hash = state.finish();
        let home = &mut self.shelves[self.shelf];
        let known = home.plans.find(hash, |plan| is_for(plan)).cloned();
        let plan = known.unwrap_or_else(|| {
            let plan = Rc::new(make(attributes, &home.names, self.rules.namer, hash));
            if home.plans.len() >= MOST_PLANS {
                home.plans.clear();
            }
            home.plans
                .insert_unique(hash, Rc::clone(&plan), |plan| plan.hash);
            plan
        });
        self.last = Some(Rc::clone(&plan));
        plan
    }
}

/// Sets the label at a place. Most labels are those of the point before, and stay.
fn put_at(labels: &mut Vec<Label>, at: usize, name: &Text, value: &Text) {
    let Some(label) = labels.get_mut(at) else {
        labels.push(Label {
            name: name.clone(),
            value: value.clone(),
        });
        return;
    };
    if !label.name.is_clone_of(name) {
        label.name = name.clone();
    }
    if !label.value.is_clone_of(value) {
        label.value = value.clone();
    }
}

/// The value of a label that several attributes share.
fn joined(values: impl Iterator<Item = Text>, rules: Rules) -> Option<Text> {
    let mut first: Option<Text> = None;
    let mut joined = String::new();
    for value in values.filter(|value| !(rules.skips_empty && value.is_empty())) {
        let Some(first) = &first else {
            first = Some(value);
            continue;
        };
        let so_far = if joined.is_empty() {
            first
        } else {
            joined.as_str()
        };
        if rules.joins_equal || so_far != value.as_str() {
            if joined.is_empty() {
                joined.push_str(first);
            }
            joined.push(';');
            joined.push_str(&value);
        }
    }
    if joined.is_empty() {
        first
    } else {
        Some(Text::from(joined))
    }
}

/// What wants to be the label of a name; sorted, the one that is set later comes later.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    Attribute(usize),
    External(usize),
    Overwrites(usize),
}

/// Works out a plan, as `createAttributes` of `prometheusremotewrite/helper.go` would go through the labels.
fn make(
    attributes: &[(Text, Value)],
    constants: &[(Layer, Text)],
    namer: LabelNamer,
    hash: u64,
) -> Plan {
    let constant = |wanted: fn(Layer) -> bool| {
        let numbered = constants.iter().enumerate();
        numbered.filter_map(move |(index, (layer, name))| wanted(*layer).then_some((index, name)))
    };
    let keys: Vec<Text> = attributes.iter().map(|(key, _)| key.clone()).collect();
    let mut overridden: Vec<&Text> = constant(|layer| layer == Layer::Attribute)
        .map(|(_, key)| key)
        .collect();
    overridden.sort_unstable();
    let own = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| overridden.binary_search(key).is_err());
    let mut sources: Vec<(&Text, Source)> = own
        .map(|(index, key)| (key, Source::Point(index)))
        .collect();
    let resource = constant(|layer| layer == Layer::Attribute);
    sources.extend(resource.map(|(index, key)| (key, Source::Constant(index))));
    sources.sort_by_key(|(key, _)| *key);

    let mut illegal = Vec::new();
    let mut claims: Vec<(Text, Claim)> = Vec::new();
    for (number, (key, source)) in sources.iter().enumerate() {
        match namer.build(key) {
            Ok(name) if name == key.as_str() => {
                claims.push(((*key).clone(), Claim::Attribute(number)));
            }
            Ok(name) => claims.push((Text::from(name), Claim::Attribute(number))),
            Err(error) => illegal.push((*source, error.to_string())),
        }
    }
    let external = constant(|layer| layer == Layer::External);
    claims.extend(external.map(|(index, name)| (name.clone(), Claim::External(index))));
    // The scope's constants stand after those of the identity, so their numbers order them.
    let overwriting = constant(|layer| matches!(layer, Layer::Identity | Layer::Scope));
    claims.extend(overwriting.map(|(index, name)| (name.clone(), Claim::Overwrites(index))));
    claims.sort();

    let mut slots = Vec::new();
    for group in claims.chunk_by(|(left, _), (right, _)| left == right) {
        let mut several = Vec::new();
        let mut external = None;
        let mut last = None;
        for (_, claim) in group {
            match claim {
                Claim::Attribute(number) => several.push(sources[*number].1),
                Claim::External(index) => external = Some(*index),
                Claim::Overwrites(index) => last = Some(Source::Constant(*index)),
            }
        }
        let slot = match (last, several.as_slice(), external) {
            (Some(last), _, _) => Slot::One(last),
            (None, [only], None) => Slot::One(*only),
            (None, [], Some(index)) => Slot::One(Source::Constant(index)),
            (None, _, external) => Slot::Several(several, external),
        };
        if let Some((name, _)) = group.first() {
            slots.push((name.clone(), slot));
        }
    }
    Plan {
        hash,
        keys,
        slots,
        illegal,
    }
}
