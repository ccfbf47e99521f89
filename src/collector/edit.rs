//! Changes to a filter that may let other names pass. Whether one does is found out by running it.

use super::plan::Layout;
use super::plan::Plan;
use super::plan::StageKind;
use super::position::Position;
use super::trace::Rule;
use super::yaml::Kind;
use super::yaml::Node;

/// One change to one rule, and the plan with it.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The stage whose rule is changed.
    pub stage: String,
    /// Where the rule stands.
    pub at: Position,
    /// The rule as it is.
    pub before: String,
    /// The rule as it would be.
    pub after: String,
    /// The plan with the change.
    pub plan: Plan,
}

/// What a filter should do otherwise.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Metrics, as a filter calls them, that should pass and do not.
    pub add: Vec<String>,
    /// All metrics that should pass.
    pub metrics: Vec<String>,
    /// All sample names that should pass relabeling.
    pub samples: Vec<String>,
}

/// Changes that could fulfil a wish, the smallest first.
pub fn proposals(plan: &Plan, layout: &Layout, wish: &Wish) -> Vec<Edit> {
    let mut edits = Vec::new();
    for stage in &layout.stages {
        let mut propose = |rule: &Rule, after: String, plan: Option<Plan>| {
            if let Some(plan) = plan.filter(|_| after != rule.text) {
                edits.push(Edit {
                    stage: stage.id.clone(),
                    at: rule.at,
                    before: rule.text.clone(),
                    after,
                    plan,
                });
            }
        };
        if stage.component == "filter" && stage.rules.len() == 1 {
            let rule = &stage.rules[0];
            for after in conditions(&rule.text, wish) {
                let plan = with_condition(plan, &stage.id, rule, &after);
                propose(rule, after, plan);
            }
        }
        if stage.kind == StageKind::Relabeling && stage.rules.len() == 1 {
            let rule = &stage.rules[0];
            for regex in regexes(plan, wish) {
                let after = format!("source_labels: [__name__], regex: {regex}, action: keep");
                propose(rule, after, with_regex(plan, &regex));
            }
        }
    }
    edits
}

/// Conditions that could take the place of one.
fn conditions(condition: &str, wish: &Wish) -> Vec<String> {
    let anchored = anchored(condition);
    let mut found = vec![anchored.clone()];
    if let Some(added) = with_names(condition, &wish.add) {
        found.push(added);
    }
    if let Some(added) = with_names(&anchored, &wish.add) {
        found.push(added);
    }
    if !wish.metrics.is_empty() {
        found.push(keep_only(&wish.metrics));
    }
    found.dedup();
    found.retain(|after| after != condition);
    found
}

/// The condition with every literal pattern of `IsMatch(name, …)` anchored at both ends.
fn anchored(condition: &str) -> String {
    let mut out = String::new();
    let mut rest = condition;
    while let Some(at) = rest.find("IsMatch(") {
        let (before, call) = rest.split_at(at + "IsMatch(".len());
        out.push_str(before);
        rest = call;
        let Some((target, after)) = call.split_once('"') else {
            break;
        };
        let target_name = target.trim().trim_end_matches(',').trim_end();
        if !matches!(target_name, "name" | "metric.name") {
            continue;
        }
        let Some(end) = end_of_literal(after) else {
            break;
        };
        let (pattern, behind) = after.split_at(end);
        out.push_str(target);
        out.push('"');
        out.push_str(&anchor(pattern));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Where the closing quote of a literal stands.
fn end_of_literal(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, char)| {
        let plain = !escaped;
        escaped = plain && char == '\\';
        (plain && char == '"').then_some(at)
    })
}

fn anchor(pattern: &str) -> String {
    if pattern.contains('|') {
        return format!("^(?:{pattern})$");
    }
    let start = if pattern.starts_with('^') { "" } else { "^" };
    let end = if pattern.ends_with('$') { "" } else { "$" };
    format!("{start}{pattern}{end}")
}

/// A condition of the form `not(…)` that keeps these names too.
fn with_names(condition: &str, names: &[String]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let trimmed = condition.trim();
    let inner = trimmed.strip_prefix("not")?.trim_start();
    let inner = inner.strip_prefix('(')?.strip_suffix(')')?;
    let prefix = if inner.contains("metric.name") {
        "metric."
    } else {
        ""
    };
    let added: Vec<String> = names
        .iter()
        .map(|name| format!("{prefix}name == \"{name}\""))
        .collect();
    Some(format!("not({inner} or {})", added.join(" or ")))
}

/// The condition that keeps these metrics and no others.
fn keep_only(metrics: &[String]) -> String {
    let names: Vec<String> = metrics
        .iter()
        .map(|name| format!("name == \"{name}\""))
        .collect();
    format!("not({})", names.join(" or "))
}

/// Regexes that could take the place of the only keep rule of all jobs.
fn regexes(plan: &Plan, wish: &Wish) -> Vec<String> {
    let jobs = plan.config.scrapes.iter().flat_map(|scrape| &scrape.jobs);
    let written = jobs.flat_map(|job| &job.metric_relabel);
    let mut regexes = Vec::new();
    for rule in written {
        let is_keep = rule.get("action").and_then(Node::scalar) == Some("keep");
        if let (true, Some(regex)) = (is_keep, rule.get("regex").and_then(Node::scalar)) {
            if !wish.add.is_empty() {
                let add: Vec<&str> = wish.add.iter().map(String::as_str).collect();
                regexes.push(format!("{regex}|{}", add.join("|")));
            }
            regexes.push(wish.samples.join("|"));
        }
    }
    regexes.retain(|regex| !regex.is_empty());
    regexes
}

fn with_condition(plan: &Plan, stage: &str, rule: &Rule, after: &str) -> Option<Plan> {
    let mut plan = plan.clone();
    let mut components = plan.config.components.iter_mut();
    let component = components.find(|component| component.id == stage)?;
    replace(&mut component.node, rule, after).then_some(plan)
}

fn with_regex(plan: &Plan, regex: &str) -> Option<Plan> {
    let mut plan = plan.clone();
    let mut changed = false;
    for scrape in &mut plan.config.scrapes {
        for job in &mut scrape.jobs {
            for rule in &mut job.metric_relabel {
                let Kind::Map(entries) = &mut rule.kind else {
                    continue;
                };
                for entry in entries {
                    if entry.key == "regex" {
                        entry.value.kind = Kind::String(regex.to_owned());
                        changed = true;
                    }
                }
            }
        }
    }
    changed.then_some(plan)
}

/// Puts another text in the place of the one that a rule was read from.
fn replace(node: &mut Node, rule: &Rule, after: &str) -> bool {
    let is_it = node.at == rule.at || node.scalar().map(str::trim) == Some(rule.text.trim());
    match &mut node.kind {
        Kind::String(text) if is_it && text.trim() == rule.text.trim() => {
            after.clone_into(text);
            true
        }
        Kind::List(items) => items.iter_mut().any(|item| replace(item, rule, after)),
        Kind::Map(entries) => entries
            .iter_mut()
            .any(|entry| replace(&mut entry.value, rule, after)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_for_names_are_anchored_and_others_left_alone() {
        let condition =
            r#"not(name == "a" or IsMatch(name, "b.*") or IsMatch(attributes["x"], "c"))"#;
        assert_eq!(
            anchored(condition),
            r#"not(name == "a" or IsMatch(name, "^b.*$") or IsMatch(attributes["x"], "c"))"#
        );
        assert_eq!(
            anchored(r#"IsMatch(name, "^a|b$")"#),
            r#"IsMatch(name, "^(?:^a|b$)$")"#
        );
    }

    #[test]
    fn names_are_added_within_the_negation() {
        let names = ["up".to_owned()];
        assert_eq!(
            with_names(r#"not (name == "a")"#, &names).as_deref(),
            Some(r#"not(name == "a" or name == "up")"#)
        );
        assert_eq!(with_names(r#"name == "a""#, &names), None);
    }
}
