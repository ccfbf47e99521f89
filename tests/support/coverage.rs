//! What one run of the program read, failed to read and passed over, and what roles it prints.

use serde_json::Value;

use crate::harness::Cli;
use crate::harness::code;
use crate::harness::text;

/// What came of the targets of one run.
pub(crate) struct Coverage {
    pub(crate) scraped: u64,
    /// Target and reason.
    pub(crate) failed: Vec<String>,
    /// Origin and reason.
    pub(crate) skipped: Vec<String>,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// Audits and takes the coverage out of the document; nothing where there is none.
pub(crate) fn coverage(cli: &Cli, arguments: &[&str]) -> Coverage {
    let mut all = vec!["audit", "-o", "json", "--retries", "0"];
    all.extend(arguments);
    let output = cli.output(&all);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let found = &document["coverage"];
    let list = |of: &str, name: &str| -> Vec<String> {
        let entries = found[of].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| {
                format!(
                    "{}: {}",
                    entry[name].as_str().unwrap(),
                    entry["reason"].as_str().unwrap()
                )
            })
            .collect()
    };
    Coverage {
        scraped: found["scraped"].as_u64().unwrap_or_default(),
        failed: list("failed", "target"),
        skipped: list("skipped", "origin"),
        stderr: text(&output.stderr),
        code: code(&output),
    }
}

/// API group, resource and verb of each rule of the roles in `yaml`, as the program writes them.
pub(crate) fn rules(yaml: &str) -> Vec<(String, String, String)> {
    let listed = |line: &str, key: &str| -> Option<Vec<String>> {
        let list = line
            .trim_start_matches("- ")
            .trim_start()
            .strip_prefix(key)?;
        let list = list.strip_prefix(": [")?.strip_suffix(']')?;
        let words = list
            .split(", ")
            .map(|word| word.trim_matches('"').to_owned());
        Some(words.collect())
    };
    let mut rules = Vec::new();
    let mut group = String::new();
    let mut resource = String::new();
    for line in yaml.lines() {
        if let Some(mut groups) = listed(line, "apiGroups") {
            group = groups.remove(0);
        }
        if let Some(mut resources) = listed(line, "resources") {
            resource = resources.remove(0);
        }
        for verb in listed(line, "verbs").unwrap_or_default() {
            rules.push((group.clone(), resource.clone(), verb));
        }
    }
    rules
}
