//! Every rule with its page: what it means, why it matters, how to fix it, when to ignore it.
//!
//! The pages are the Markdown files under `docs/findings/`, built into the program, so that the command
//! line explains offline exactly what the documentation says.

use super::Severity;

/// One kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// `group/name`, as in [`Finding::id`](super::Finding::id).
    pub id: &'static str,
    /// What is wrong, in a few words without a full stop.
    pub title: &'static str,
    /// The worst severity it is reported with.
    pub severity: Severity,
    /// Its page in Markdown, wrapped at 80 columns.
    pub page: &'static str,
}

/// Pairs an id with its page, so that the two cannot differ.
macro_rules! rule {
    ($id:literal, $severity:ident, $title:literal) => {
        Rule {
            id: $id,
            title: $title,
            severity: Severity::$severity,
            page: include_str!(concat!("../../docs/findings/", $id, ".md")),
        }
    };
}

/// All rules, by id.
pub static RULES: &[Rule] = &[
    rule!(
        "coverage/partial",
        High,
        "some targets are missing from every total"
    ),
    rule!(
        "exposition/duplicate-series",
        Medium,
        "a target exposes the same series more than once"
    ),
    rule!(
        "exposition/rejected-lines",
        High,
        "malformed lines make a scraper drop the whole target"
    ),
    rule!(
        "exposition/unescaped-label",
        High,
        "an unescaped label value makes a scraper drop the whole target"
    ),
    rule!(
        "families/dominant",
        Medium,
        "one family holds more than half of all series"
    ),
    rule!(
        "labels/redundant",
        Low,
        "labels that say nothing new take a large share of the bytes"
    ),
    rule!(
        "labels/unbounded",
        Medium,
        "a label that keeps growing multiplies series"
    ),
    rule!(
        "targets/outlier",
        Low,
        "a target has many times the series of its peers"
    ),
];

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sorted_without_doubles() {
        assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
    }

    #[test]
    fn every_page_opens_with_its_id_title_and_severity() {
        for rule in RULES {
            let head = format!(
                "# {}\n\n{}.\n\nSeverity: {}",
                rule.id,
                capitalised(rule.title),
                rule.severity.as_str()
            );
            assert!(
                rule.page.starts_with(&head),
                "{} should start with:\n{head}",
                rule.id
            );
        }
    }

    #[test]
    fn every_page_answers_the_same_questions() {
        let questions = [
            "Example",
            "Why it matters",
            "How to confirm",
            "How to fix",
            "When to ignore",
            "How to silence",
        ];
        for rule in RULES {
            let headings: Vec<_> = rule
                .page
                .lines()
                .filter_map(|line| line.strip_prefix("## "))
                .collect();
            assert_eq!(headings, questions, "{}", rule.id);
        }
    }

    #[test]
    fn every_page_fits_a_terminal() {
        for rule in RULES {
            for (index, line) in rule.page.lines().enumerate() {
                assert!(
                    line.chars().count() <= 80,
                    "{} line {}: {line}",
                    rule.id,
                    index + 1
                );
            }
        }
    }

    fn capitalised(title: &str) -> String {
        let mut letters = title.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    }
}
