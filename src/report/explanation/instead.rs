//! What there is instead of a name or series that is not there, in words.

use std::collections::BTreeSet;

use crate::collector::decode::nearest;
use crate::report::numbers;
use crate::survey::Instead;
use crate::survey::Simulated;
use crate::waterfall::Selector;

/// Names or values that are listed where none is close.
const LISTED: usize = 8;

/// For a name that no stage of any pipeline holds.
pub(super) fn of_name(name: &str, simulated: &[Simulated]) -> Vec<String> {
    let stages = simulated
        .iter()
        .flat_map(|simulated| &simulated.flow.stages);
    let names: BTreeSet<&str> = stages
        .flat_map(|stage| &stage.by_name)
        .map(|(name, _)| name.as_str())
        .collect();
    if names.contains(name) {
        return Vec::new();
    }
    vec![unknown_name(name, &names.into_iter().collect::<Vec<_>>())]
}

/// For labels that no series has.
pub(super) fn of_series(selector: &Selector, instead: &Instead) -> Vec<String> {
    let names: Vec<&str> = instead.names.iter().map(String::as_str).collect();
    if !instead.names.contains(&selector.name) {
        return vec![unknown_name(&selector.name, &names)];
    }
    let name = &selector.name;
    let mut said = Vec::new();
    for (label, value) in &selector.labels {
        let Some(values) = instead.values.get(label) else {
            if !value.is_empty() {
                let labels: Vec<&str> = instead.values.keys().map(String::as_str).collect();
                let there = there_is(label, &labels, "labels");
                said.push(format!("no series of {name} has a label {label}; {there}"));
            }
            continue;
        };
        if !value.is_empty() && !values.contains(value) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let there = there_is(value, &values, "values");
            said.push(format!(
                "no series of {name} has {label}=\"{value}\"; {there}"
            ));
        }
    }
    if said.is_empty() {
        said.push(format!(
            "series of {name} have each of these labels, but none has all of them"
        ));
    }
    said
}

fn unknown_name(name: &str, names: &[&str]) -> String {
    format!(
        "no target exposes {name}; {}",
        there_is(name, names, "names")
    )
}

/// The nearest, else those that begin alike, else the first of them.
pub(in crate::report) fn there_is(typed: &str, known: &[&str], what: &str) -> String {
    if let Some(near) = nearest(typed, known) {
        return format!("did you mean {near}?");
    }
    if known.is_empty() {
        return format!("there are no {what}");
    }
    let shared = |word: &str| {
        let same = word.bytes().zip(typed.bytes());
        same.take_while(|(own, other)| own == other).count()
    };
    let mut listed = known.to_vec();
    // Stable: alike they stay in the order of their text.
    listed.sort_by_key(|word| std::cmp::Reverse(shared(word)));
    let more = listed.len().saturating_sub(LISTED);
    listed.truncate(LISTED);
    let listed = listed.join(", ");
    if more == 0 {
        return format!("there are: {listed}");
    }
    let more = numbers::grouped(more as u64);
    format!("there are, among others: {listed} and {more} more")
}
