//! Every rule with its page: what it means, why it matters, how to fix it, when to ignore it.
//!
//! The pages are the Markdown files under `docs/findings/`, built into the program, so that the command
//! line explains offline exactly what the documentation says.

use std::sync::LazyLock;

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
        $crate::findings::catalogue::Rule {
            id: $id,
            title: $title,
            severity: $crate::findings::Severity::$severity,
            page: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/docs/findings/",
                $id,
                ".md"
            )),
        }
    };
}
pub(super) use rule;

/// All rules, by id.
pub static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let parts = [OF_SURVEYS, super::budget::RULES].into_iter();
    let mut rules: Vec<Rule> = parts
        .chain(super::lint::rules())
        .flatten()
        .copied()
        .collect();
    rules.sort_unstable_by_key(|rule| rule.id);
    rules
});

/// The rules about what was read from targets, by id.
pub static OF_SURVEYS: &[Rule] = &[
    rule!(
        "collector/failures-lost",
        High,
        "what arrives tells no gRPC failure"
    ),
    rule!(
        "collector/scrape-lost",
        High,
        "the pipeline loses whole scrapes"
    ),
    rule!(
        "coverage/partial",
        High,
        "some targets are missing from every total"
    ),
    rule!(
        "exposition/duplicate-series",
        Medium,
        "a target repeats a series in one scrape"
    ),
    rule!(
        "exposition/rejected-lines",
        High,
        "malformed lines make a target invisible"
    ),
    rule!(
        "exposition/unescaped-label",
        High,
        "an unescaped quote makes a target invisible"
    ),
    rule!(
        "families/dominant",
        Medium,
        "one family holds over half of all series"
    ),
    rule!(
        "grpc/blind-family",
        Medium,
        "a family reports failed calls as success"
    ),
    rule!("grpc/hidden-from-http", High, "calls fail behind HTTP 200"),
    rule!(
        "grpc/hidden-from-mesh",
        Medium,
        "the mesh counts failed calls as success"
    ),
    rule!(
        "grpc/no-family",
        Low,
        "no gRPC family counts a service's calls"
    ),
    rule!(
        "grpc/stripped-labels",
        High,
        "the labels that tell failures were removed"
    ),
    rule!(
        "labels/redundant",
        Low,
        "labels that repeat others take many bytes"
    ),
    rule!(
        "labels/unbounded",
        Medium,
        "a label that keeps growing adds series"
    ),
    rule!(
        "mesh/double-reporter",
        Medium,
        "calls are counted more than once"
    ),
    rule!("mesh/no-mtls", Medium, "workloads talk without mutual TLS"),
    rule!(
        "targets/doubled",
        High,
        "an endpoint is scraped more than once"
    ),
    rule!(
        "targets/every-node",
        High,
        "every node's Collector scrapes everything"
    ),
    rule!("targets/none", Medium, "a job scrapes nothing"),
    rule!(
        "targets/not-running",
        Low,
        "targets belong to pods that do not run"
    ),
    rule!(
        "targets/outlier",
        Low,
        "a target has many times its peers' series"
    ),
    rule!("targets/refused", High, "targets that cannot be scraped"),
    rule!("targets/unscraped", High, "proxies that nobody scrapes"),
    rule!(
        "targets/wrong-port",
        Medium,
        "a proxy is asked where it shows no metrics"
    ),
];

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Thresholds;
    use crate::findings::numbers::grouped;

    #[test]
    fn is_sorted_without_doubles() {
        assert!(RULES.is_sorted_by(|a, b| a.id < b.id));
    }

    #[test]
    fn every_page_opens_with_its_id_title_and_severity() {
        for rule in &*RULES {
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
        for rule in &*RULES {
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
        for rule in &*RULES {
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

    #[test]
    fn pages_name_the_default_thresholds() {
        let Thresholds {
            coverage_high_share,
            dominant_share,
            dominant_min_series,
            unbounded_share,
            unbounded_medium_share,
            unbounded_min_values,
            unbounded_min_numbers,
            redundant_share,
            redundant_min_bytes,
            redundant_low_share,
            outlier_min_targets,
            outlier_times,
            outlier_min_excess,
            outlier_limit,
        } = Thresholds::default();
        let percent = |share: f64| format!("{:.0}%", share * 100.0);
        assert_eq!(
            percent(dominant_share),
            "50%",
            "its page says: more than half"
        );
        let said = [
            (
                "coverage/partial",
                format!("less than {}", percent(coverage_high_share)),
            ),
            (
                "families/dominant",
                format!("from {} series in all", grouped(dominant_min_series)),
            ),
            (
                "labels/unbounded",
                format!("low from {} on", percent(unbounded_share)),
            ),
            (
                "labels/unbounded",
                format!("medium from {} of all", percent(unbounded_medium_share)),
            ),
            (
                "labels/unbounded",
                format!("at least {unbounded_min_values} of them"),
            ),
            (
                "labels/unbounded",
                format!("need {unbounded_min_numbers} values"),
            ),
            (
                "labels/redundant",
                format!("info from {} on", percent(redundant_share)),
            ),
            (
                "labels/redundant",
                format!("never below {} KiB", redundant_min_bytes >> 10),
            ),
            (
                "labels/redundant",
                format!("low from {} of all", percent(redundant_low_share)),
            ),
            (
                "targets/outlier",
                format!("at least {outlier_min_targets} targets"),
            ),
            (
                "targets/outlier",
                format!("{outlier_times} times the median"),
            ),
            (
                "targets/outlier",
                format!("at least {} more", grouped(outlier_min_excess)),
            ),
            ("targets/outlier", format!("largest {outlier_limit} are")),
        ];
        for (id, words) in said {
            let page = find(id).map(|rule| rule.page.replace('\n', " "));
            assert!(
                page.is_some_and(|page| page.contains(&words)),
                "{id} should say `{words}`"
            );
        }
    }

    #[test]
    fn titles_fit_a_line_of_the_list() {
        for rule in &*RULES {
            assert!(rule.title.len() <= 43, "{}", rule.title);
        }
    }

    fn capitalised(title: &str) -> String {
        let mut letters = title.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    }
}
