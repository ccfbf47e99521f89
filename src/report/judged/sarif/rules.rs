//! The rules of a SARIF run, from the catalogue and its pages.

use serde_json::Value;
use serde_json::json;

use super::level;
use crate::findings::Finding;
use crate::findings::catalogue;
use crate::report::judged::cut;

/// What GitHub shows of a description.
const LONGEST_DESCRIPTION: usize = 1_024;

/// The ids that occur, sorted, each once.
pub(super) fn ids<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'static str> {
    let mut ids: Vec<&'static str> = findings.map(|finding| finding.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What a rule is about, with its whole page as help.
pub(super) fn descriptor(id: &str) -> Value {
    let group = id.split('/').next().unwrap_or_default();
    let mut descriptor = json!({
        "id": id,
        "properties": {"tags": [group]},
    });
    if let Some(rule) = catalogue::find(id) {
        descriptor["shortDescription"] = json!({"text": capitalised(rule.title)});
        descriptor["fullDescription"] = json!({"text": full(rule.page, rule.title)});
        // The page stands under its own heading wherever it is shown.
        let help = rule
            .page
            .split_once('\n')
            .map_or(rule.page, |(_, page)| page);
        let help = help.trim_start();
        descriptor["help"] = json!({"text": help, "markdown": help});
        descriptor["defaultConfiguration"] = json!({"level": level(rule.severity)});
    } else {
        descriptor["shortDescription"] = json!({"text": id});
    }
    descriptor
}

/// What stands between the severity and the first heading, or else the title.
fn full(page: &str, title: &str) -> String {
    let (head, _) = page.split_once("\n## ").unwrap_or((page, ""));
    let paragraphs = head.split("\n\n").skip(3);
    let paragraphs: Vec<String> = paragraphs
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    if paragraphs.is_empty() {
        return capitalised(title);
    }
    cut(&paragraphs.join(" "), LONGEST_DESCRIPTION).into_owned()
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
