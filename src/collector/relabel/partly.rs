//! Rules applied to labels of which some are not known, as those of targets without a cluster to ask.

use super::Outcome;
use super::Rules;
use super::labels::Labels;
use super::rule::Action;
use super::rule::Rule;

/// What became of a set, and which rules could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partly {
    /// Taken as if the rules that could not be judged had let the set pass as it is.
    pub outcome: Outcome,
    /// Those rules, in their order.
    pub unjudged: Vec<Unjudged>,
}

/// A rule that reads a label that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// Number of the rule; counts from 0.
    pub rule: usize,
    /// The label that is not known. Where the rule reads what an earlier rule would have made of such a label,
    /// it is the label that this one reads.
    pub label: String,
}

impl Rules {
    /// Applies the rules as far as they can be judged.
    ///
    /// `unknown` tells of a name whether the label may exist with a value nobody knows; labels in the set are
    /// known. A rule that reads such a label is passed over and reported: `keep` and `drop` let the set pass,
    /// others set nothing. What it would have set is not known to later rules either, until one sets it.
    /// Rules that look at names act on what is there.
    pub fn process_partly(&self, labels: &mut Labels, unknown: &dyn Fn(&str) -> bool) -> Partly {
        let mut scratch = self.scratch.borrow_mut();
        let mut partly = Partly {
            outcome: Outcome::Kept,
            unjudged: Vec::new(),
        };
        // Labels that a rule would have set which was passed over.
        let mut lost: Vec<&str> = Vec::new();
        for (index, rule) in self.list.iter().enumerate() {
            let is_unknown =
                |name: &&str| lost.contains(name) || (labels.get(name).is_none() && unknown(name));
            let label = rule.reads().find(is_unknown);
            if let Some(label) = label {
                partly.unjudged.push(Unjudged {
                    rule: index,
                    label: label.to_owned(),
                });
                lost.extend(rule.sets());
                continue;
            }
            // Told before the rule changes what it reads.
            let sets_now = !matches!(rule.action, Action::Replace)
                || rule.regex.is_match(rule.joined(labels, &mut scratch.value));
            if !rule.apply(labels, self.names, &mut scratch) {
                partly.outcome = Outcome::Dropped { rule: index };
                break;
            }
            if sets_now {
                lost.retain(|lost| Some(*lost) != rule.sets());
            }
        }
        partly
    }
}

impl Rule {
    /// Labels whose values it reads.
    fn reads(&self) -> impl Iterator<Item = &str> {
        let equal = matches!(self.action, Action::KeepEqual | Action::DropEqual);
        let target = equal.then_some(self.target_label.as_str());
        let values = !matches!(
            self.action,
            Action::LabelMap | Action::LabelDrop | Action::LabelKeep
        );
        let sources = self.source_labels.iter().filter(move |_| values);
        sources.map(String::as_str).chain(target)
    }

    /// The label it sets, if its name is fixed.
    fn sets(&self) -> Option<&str> {
        let sets = matches!(
            self.action,
            Action::Replace | Action::HashMod | Action::Lowercase | Action::Uppercase
        );
        sets.then(|| self.target.as_literal()).flatten()
    }
}
