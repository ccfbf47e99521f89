//! Lists of targets as Prometheus' `file_sd` reads them, in JSON or YAML.

use std::path::Path;

use serde::de::IgnoredAny;

use crate::cli::simulation::files;
use crate::collector::position::ConfigError;
use crate::collector::yaml;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;
use crate::collector::yaml::Origin;
use crate::source::Listed;

/// The targets in a file.
///
/// # Errors
/// It cannot be read, or holds something else; says where, without what stands there.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Listed>> {
    let text = files::text(&path.to_string_lossy())?;
    parse(&text).map_err(|error| {
        let place = format!("{}:{}:{}", path.display(), error.at.line, error.at.column);
        match error.help {
            Some(help) => anyhow::anyhow!("{place}: {}: {help}", error.message),
            None => anyhow::anyhow!("{place}: {}", error.message),
        }
    })
}

const SHAPE: &str = "write a list of groups, each with `targets` and maybe `labels`";

fn parse(text: &str) -> Result<Vec<Listed>, ConfigError> {
    // YAML takes JSON, but for tabs. In JSON these stand between tokens only.
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    let spaced = is_json.then(|| text.replace('\t', " "));
    let root = yaml::parse(spaced.as_deref().unwrap_or(text), Origin::File(0))?;
    let mut listed = Vec::new();
    for group in list(&root, "the file").map_err(|error| error.with_help(SHAPE))? {
        read_group(group, &mut listed)?;
    }
    Ok(listed)
}

fn read_group(group: &Node, listed: &mut Vec<Listed>) -> Result<(), ConfigError> {
    if !matches!(group.kind, Kind::Map(_)) {
        return Err(wrong(group, "a group", "a map").with_help(SHAPE));
    }
    let mut targets: &[Node] = &[];
    let mut labels = Vec::new();
    for entry in group.entries() {
        match entry.key.as_str() {
            "targets" => targets = list(&entry.value, "`targets`")?,
            "labels" => labels = read_labels(&entry.value)?,
            _ => {
                let message = "a group has `targets` and `labels` and nothing else";
                return Err(ConfigError::new(entry.key_at, message));
            }
        }
    }
    for target in targets {
        let address = target.scalar();
        let address = address.ok_or_else(|| wrong(target, "a target", "a text"))?;
        let one = Listed::new(address, &labels);
        listed.push(one.map_err(|error| ConfigError::new(target.at, error.to_string()))?);
    }
    Ok(())
}

fn read_labels(node: &Node) -> Result<Vec<(String, String)>, ConfigError> {
    match &node.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::Map(entries) => entries
            .iter()
            .map(|entry| match &entry.value {
                value if value.is_null() => Ok((entry.key.clone(), String::new())),
                value => match value.scalar() {
                    Some(text) => Ok((entry.key.clone(), text.to_owned())),
                    None => Err(wrong(value, "the value of a label", "a text")),
                },
            })
            .collect(),
        _ => Err(wrong(node, "`labels`", "a map")),
    }
}

fn list<'n>(node: &'n Node, what: &str) -> Result<&'n [Node], ConfigError> {
    match &node.kind {
        Kind::List(items) => Ok(items),
        Kind::Null => Ok(&[]),
        _ => Err(wrong(node, what, "a list")),
    }
}

fn wrong(node: &Node, what: &str, wanted: &str) -> ConfigError {
    let found = node.kind_name();
    ConfigError::new(node.at, format!("{what} must be {wanted}, not {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line for each target, or the place of the error and what it says.
    fn listed(text: &str) -> String {
        match parse(text) {
            Ok(listed) => {
                let lines: Vec<String> = listed.iter().map(|one| format!("{one:?}")).collect();
                lines.join("\n")
            }
            Err(error) => format!("{}:{}: {}", error.at.line, error.at.column, error.message),
        }
    }

    #[test]
    fn json_and_yaml_say_the_same() {
        let json = "[\n\t{\"targets\": [\"10.0.0.1:4191\", \"h:1\"],\n\t \"labels\": {\"team\": \"a\\tb\"}}\n]\n";
        let yaml = "- targets:\n  - 10.0.0.1:4191\n  - 'h:1'\n  labels: {team: \"a\\tb\"}\n";
        assert_eq!(listed(json), listed(yaml));
        assert_eq!(parse(json).unwrap().len(), 2);
    }

    #[test]
    fn scalars_are_texts_and_nothing_is_no_target() {
        let typed = listed("- targets: [h:1]\n  labels: {shard: 7, canary: true, empty: }\n");
        for label in ["\"7\"", "\"true\"", "\"\""] {
            assert!(typed.contains(label), "{typed}");
        }
        for nothing in ["", "[]", "- targets: []", "- labels: {a: b}"] {
            assert_eq!(listed(nothing), "", "{nothing}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let wrong = [
            "targets: [h:1]",
            "- h:1",
            "- targets: h:1",
            "- targets:\n  - h:1\n  - http://me:s3cret@h/metrics",
            "- targets: [[h]]",
            "- targets: [h:1]\n  labels: [a]",
            "- targets: [h:1]\n  labels: {a: {b: c}}",
            "- targets: [h:1]\n  label: {a: b}",
            "- targets: [h:1]\n  labels: {__scheme__: ftp}",
            "[{\"targets\": [\"h:1\"}]",
        ];
        let said: Vec<String> = wrong.iter().map(|text| listed(text)).collect();
        insta::assert_snapshot!(said.join("\n"), @"");
    }
}
