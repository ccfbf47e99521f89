//! What each rule saw and did, for one set of labels.

use super::super::text::Text;
use super::Rules;
use super::labels::Labels;
use super::rule::Action;

/// One rule and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Number of the rule; counts from 0.
    pub rule: usize,
    /// The values of its source labels, joined.
    pub value: String,
    /// Whether the pattern matched, or for `keepequal` and `dropequal` the values were equal. For rules that
    /// look at names: whether some name matched. `None` where nothing is compared.
    pub matched: Option<bool>,
    /// Labels that it changed, by name.
    pub changes: Vec<Change>,
    /// Whether it dropped the set. No rule comes after it then.
    pub dropped: bool,
}

/// A label before and after a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub name: Text,
    /// `None` where there was none.
    pub before: Option<Text>,
    /// `None` where there is none any more.
    pub after: Option<Text>,
}

impl Rules {
    /// What a rule compares in a set of labels: the values of its source labels, joined.
    pub fn seen(&self, rule: usize, labels: &Labels) -> String {
        let mut buffer = String::new();
        let rule = self.list.get(rule);
        rule.map_or_else(String::new, |rule| {
            rule.joined(labels, &mut buffer).to_owned()
        })
    }

    /// Applies the rules and tells what each did, up to the one that drops the set.
    pub fn explain(&self, labels: &mut Labels) -> Vec<Step> {
        let mut scratch = self.scratch.borrow_mut();
        let mut steps = Vec::new();
        for (index, rule) in self.list.iter().enumerate() {
            let value = rule.joined(labels, &mut scratch.value).to_owned();
            let matched = match rule.action {
                Action::Replace | Action::Keep | Action::Drop => Some(rule.regex.is_match(&value)),
                Action::KeepEqual | Action::DropEqual => {
                    let target = labels.get(&rule.target_label);
                    Some(target.map_or("", |target| target.as_str()) == value)
                }
                Action::LabelMap | Action::LabelDrop | Action::LabelKeep => {
                    Some(labels.iter().any(|(name, _)| rule.regex.is_match(name)))
                }
                Action::HashMod | Action::Lowercase | Action::Uppercase => None,
            };
            let before = labels.clone();
            let kept = rule.apply(labels, self.names, &mut scratch);
            steps.push(Step {
                rule: index,
                value,
                matched,
                changes: changes(&before, labels),
                dropped: !kept,
            });
            if !kept {
                break;
            }
        }
        steps
    }
}

fn changes(before: &Labels, after: &Labels) -> Vec<Change> {
    let gone = before.iter().map(|(name, _)| name);
    let new = after.iter().map(|(name, _)| name);
    let mut names: Vec<&Text> = gone.chain(new).collect();
    names.sort_unstable();
    names.dedup();
    let change = |name: &Text| Change {
        name: name.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    };
    let all = names.into_iter().map(change);
    all.filter(|change| change.before != change.after).collect()
}
