//! Two filters over the same scrapes: what both let arrive, what only one does, and why.

use std::collections::BTreeMap;

use super::Count;
use super::Flow;
use crate::collector::plan::Layout;
use crate::collector::plan::StageKind;
use crate::collector::regex::Captures;
use crate::collector::regex::GoRegex;
use crate::collector::trace::Rule;

/// How two filters differ.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference {
    /// Names that arrive on both sides, sorted.
    pub both: Vec<Shared>,
    /// Names that arrive on the left only.
    pub only_left: Vec<Lone>,
    /// Names that arrive on the right only.
    pub only_right: Vec<Lone>,
}

/// A name that arrives on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The name.
    pub name: String,
    /// What arrives of it on the left.
    pub left: Count,
    /// What arrives of it on the right.
    pub right: Count,
    /// The very same series arrive.
    pub same_series: bool,
}

/// A name that arrives on one side only.
#[derive(Debug, Clone, PartialEq)]
pub struct Lone {
    /// The name.
    pub name: String,
    /// What arrives of it.
    pub count: Count,
    /// Why on this side and not on the other, in one line.
    pub reason: String,
}

/// One side: what the pipeline consists of and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its stages and rules.
    pub layout: &'a Layout,
    /// Its counts.
    pub flow: &'a Flow,
}

/// Series that no target exposes: the scrape loop adds them.
pub(super) const SYNTHETIC: [&str; 8] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
];

impl Difference {
    /// Whether the very same series arrive.
    pub fn is_empty(&self) -> bool {
        self.only_left.is_empty()
            && self.only_right.is_empty()
            && self.both.iter().all(|name| name.same_series)
    }
}

/// Compares what arrives at the first real exporter of each side.
pub fn compare(left: Side<'_>, right: Side<'_>) -> Difference {
    let (ours, theirs) = (left.arriving(), right.arriving());
    let mut difference = Difference::default();
    for (name, (count, mark)) in &ours {
        match theirs.get(name) {
            Some((other, theirs)) => difference.both.push(Shared {
                name: (*name).to_owned(),
                left: *count,
                right: *other,
                same_series: count.series == other.series && mark == theirs,
            }),
            None => difference.only_left.push(lone(name, *count, left, right)),
        }
    }
    for (name, (count, _)) in &theirs {
        if !ours.contains_key(name) {
            difference.only_right.push(lone(name, *count, right, left));
        }
    }
    difference
}

fn lone(name: &str, count: Count, here: Side<'_>, there: Side<'_>) -> Lone {
    Lone {
        name: name.to_owned(),
        count,
        reason: reason(name, here, there),
    }
}

/// Exporters that show data to somebody rather than store it.
const SHOWS: [&str; 3] = ["debug", "logging", "nop"];

impl<'a> Side<'a> {
    /// Index into `Flow::arriving` of the exporter that counts: the first that stores anything.
    pub fn counting_exporter(self) -> usize {
        let stores = |arriving: &super::Arriving| {
            let stage = self.layout.stages.get(arriving.stage);
            stage.is_some_and(|stage| !SHOWS.contains(&stage.component.as_str()))
        };
        self.flow.arriving.iter().position(stores).unwrap_or(0)
    }

    /// What arrives by name, with the mark of the very series.
    pub fn arriving(self) -> BTreeMap<&'a str, (Count, u128)> {
        let Some(arriving) = self.flow.arriving.get(self.counting_exporter()) else {
            return BTreeMap::new();
        };
        let names = self.flow.stages[arriving.stage].by_name.iter();
        names
            .zip(&arriving.fingerprints)
            .map(|((name, count), mark)| (name.as_str(), (*count, *mark)))
            .collect()
    }

    /// Where and by which rule a name was dropped first.
    fn dropped(self, name: &str) -> Option<(&'a str, Option<&'a Rule>, &'a str)> {
        for (flow, stage) in self.flow.stages.iter().zip(&self.layout.stages) {
            let dropped = flow.dropped.iter().find(|dropped| dropped.name == name);
            if let Some(dropped) = dropped {
                let rule = dropped.rule.and_then(|rule| stage.rules.get(rule as usize));
                return Some((&stage.id, rule, &dropped.reason));
            }
        }
        None
    }

    fn was_scraped(self, name: &str) -> bool {
        let scrape = self.flow.stages.first();
        scrape.is_some_and(|stage| stage.by_name.iter().any(|(own, _)| own == name))
    }

    /// Regexes of relabeling rules that keep by name.
    fn keep_regexes(self) -> Vec<String> {
        let relabeling = self.layout.stages.iter();
        let relabeling = relabeling.filter(|stage| stage.kind == StageKind::Relabeling);
        let rules = relabeling.flat_map(|stage| &stage.rules);
        rules.filter_map(|rule| keep_regex(&rule.text)).collect()
    }

    /// Patterns that the conditions of filters look for in names.
    fn name_patterns(self) -> Vec<String> {
        let filters = self.layout.stages.iter();
        let filters = filters.filter(|stage| stage.component == "filter");
        let rules = filters.flat_map(|stage| &stage.rules);
        rules.flat_map(|rule| name_patterns(&rule.text)).collect()
    }
}

/// The regex of a relabeling rule that keeps by the metric name alone, from its text.
pub fn keep_regex(rule: &str) -> Option<String> {
    let by_name = "source_labels: [__name__]";
    if !rule.contains(by_name) || !rule.contains("action: keep") {
        return None;
    }
    let (_, after) = rule.split_once("regex: ")?;
    match after.strip_prefix('\'') {
        Some(quoted) => {
            let mut text = String::new();
            let mut chars = quoted.chars().peekable();
            while let Some(char) = chars.next() {
                if char == '\'' && chars.next_if_eq(&'\'').is_none() {
                    break;
                }
                text.push(char);
            }
            Some(text)
        }
        None => Some(after.split(", ").next()?.to_owned()),
    }
}

/// The literal patterns of `IsMatch(name, "…")` in a condition.
pub fn name_patterns(condition: &str) -> Vec<String> {
    let call = GoRegex::new(r#"IsMatch\(\s*(?:metric\.)?name\s*,\s*"((?:\\.|[^"\\])*)"\s*\)"#);
    let Ok(call) = call else {
        return Vec::new();
    };
    let pattern = |captures: Captures| {
        let literal = condition.get(captures.get(1)?)?;
        Some(literal.replace("\\\\", "\\"))
    };
    call.captures_iter(condition).filter_map(pattern).collect()
}

/// Why a name arrives here and not there.
fn reason(name: &str, here: Side<'_>, there: Side<'_>) -> String {
    let kept = why_kept(name, here);
    let gone = why_gone(name, there);
    match kept {
        Some(kept) => format!("{kept}; {gone}"),
        None => gone,
    }
}

fn why_kept(name: &str, here: Side<'_>) -> Option<String> {
    if name == "target_info" || name.ends_with("_target_info") && !here.was_scraped(name) {
        return Some("made by the exporter, behind every filter".to_owned());
    }
    if SYNTHETIC.contains(&name) && !here.was_scraped(name) {
        return Some("added by the scrape itself, which metric relabeling never sees".to_owned());
    }
    for regex in here.keep_regexes() {
        let alternative = alternatives(&regex).into_iter().find(|alternative| {
            let anchored = format!("^(?s:{alternative})$");
            GoRegex::new(&anchored).is_ok_and(|regex| regex.is_match(name))
        });
        if let Some(alternative) = alternative {
            return Some(format!("`{alternative}` matches the whole name"));
        }
    }
    let metric = family(name);
    for pattern in here.name_patterns() {
        let Ok(regex) = GoRegex::new(&pattern) else {
            continue;
        };
        let Some(found) = [name, metric].into_iter().find(|text| regex.is_match(text)) else {
            continue;
        };
        let anchored = GoRegex::new(&format!("^(?:{pattern})$"));
        if anchored.is_ok_and(|regex| !regex.is_match(found)) {
            return Some(format!(
                "IsMatch is not anchored and finds `{pattern}` inside `{found}`"
            ));
        }
        if found != name {
            return Some(format!(
                "one histogram to the filter, as `{found}`, which `{pattern}` matches"
            ));
        }
    }
    None
}

fn why_gone(name: &str, there: Side<'_>) -> String {
    match there.dropped(name) {
        Some((stage, Some(rule), _)) if keep_regex(&rule.text).is_some() => {
            let regex = keep_regex(&rule.text).unwrap_or_default();
            format!("{stage} keeps whole names that match `{regex}` only")
        }
        Some((stage, Some(rule), _))
            if !name_patterns(&rule.text).is_empty() || rule.text.contains("name ==") =>
        {
            format!("the condition of {stage} does not name it")
        }
        Some((stage, Some(rule), _)) => format!("dropped by {stage}: {}", rule.text),
        Some((stage, None, reason)) => format!("lost in {stage}: {reason}"),
        None if name == "target_info" => "there is no exporter that makes it".to_owned(),
        None => "never there on the other side".to_owned(),
    }
}

/// The name of the metric that a sample name belongs to, as a filter sees it.
pub fn family(name: &str) -> &str {
    for suffix in ["_bucket", "_count", "_sum"] {
        if let Some(stem) = name.strip_suffix(suffix) {
            return stem;
        }
    }
    name
}

/// The alternatives of a regex at its top level.
fn alternatives(regex: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut in_class, mut escaped) = (0_u32, false, false);
    for char in regex.chars() {
        let plain = !escaped;
        escaped = plain && char == '\\';
        match char {
            '[' if plain => in_class = true,
            ']' if plain => in_class = false,
            '(' if plain && !in_class => depth += 1,
            ')' if plain && !in_class => depth = depth.saturating_sub(1),
            '|' if plain && !in_class && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(char);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_split_outside_of_groups_only() {
        assert_eq!(alternatives("a|b(c|d)|[|]"), ["a", "b(c|d)", "[|]"]);
        assert_eq!(alternatives(r"a\|b"), [r"a\|b"]);
    }

    #[test]
    fn patterns_are_found_in_conditions() {
        let condition = r#"not(name == "a" or IsMatch(name, "b.*") or IsMatch(metric.name,"\\d"))"#;
        assert_eq!(name_patterns(condition), ["b.*", r"\d"]);
    }

    #[test]
    fn the_regex_of_a_rule_is_read_from_its_text() {
        let rule = "source_labels: [__name__], regex: a|b.*, action: keep";
        assert_eq!(keep_regex(rule).as_deref(), Some("a|b.*"));
        let rule = "source_labels: [__name__], regex: 'it''s, x', action: keep";
        assert_eq!(keep_regex(rule).as_deref(), Some("it's, x"));
        assert_eq!(keep_regex("regex: a, action: labeldrop"), None);
    }
}
