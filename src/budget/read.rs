//! Reads a budget file.
//!
//! In comes its text; out comes a [`Policy`]. A key that is not known, a limit that is no number and a glob that
//! is none are errors at their place.

mod budgets;
mod limits;

use globset::GlobMatcher;
use jiff::civil::Date;

use super::policy::Growth;
use super::policy::Ignore;
use super::policy::Level;
use super::policy::Pipeline;
use super::policy::Policy;
use super::policy::Severity;
use super::policy::SubjectGlobs;
use super::policy::Verdict;
use crate::collector::decode::Fields;
use crate::collector::decode::nearest;
use crate::collector::decode::text;
use crate::collector::position::ConfigError;
use crate::collector::position::Position;
use crate::collector::yaml;
use crate::collector::yaml::Kind;
use crate::collector::yaml::Node;
use crate::collector::yaml::Origin;
use crate::source;
use crate::source::GlobError;
use budgets::budgets;
use limits::allowed;
use limits::whole;

/// The version of the format that is read.
const VERSION: &str = "1";

/// Reads a budget file. `findings` are the ids that there are.
///
/// # Errors
/// It is no YAML, or says something that is not known.
pub fn read(file_text: &str, findings: &[&str]) -> Result<Policy, ConfigError> {
    let root = yaml::parse(file_text, Origin::File(0))?;
    let mut fields = Fields::of(&root, "a budget file")?;
    let mut policy = Policy::default();
    match fields.take("version") {
        None => {
            let message = "a budget file says which version of its format it is written in";
            let error = ConfigError::new(start(), message);
            return Err(error.with_help(format!("write `version: {VERSION}` in its first line")));
        }
        Some(node) if node.scalar() == Some(VERSION) => {}
        Some(node) => {
            let message = format!(
                "version {} is not known",
                node.scalar().unwrap_or("of that kind")
            );
            return Err(ConfigError::new(node.at, message)
                .with_help(format!("this program reads version {VERSION}")));
        }
    }
    policy.sources = texts(fields.take("sources"), "sources")?;
    policy.collector = fields
        .take("collector")
        .map(collector)
        .transpose()?
        .flatten();
    if let Some(node) = fields.take("scrape_interval") {
        policy.scrape_interval = Some(duration(node)?);
    }
    if let Some(node) = fields.take("baseline").filter(|node| !node.is_null()) {
        policy.baseline = Some(required(node, "baseline")?);
    }
    if let Some(node) = fields.take("min_targets") {
        policy.min_targets = Some(whole(node, "`min_targets`")?);
    }
    if let Some(node) = fields.take("fail_on") {
        policy.fail_on = Some(word(node, &Level::ALL[1..], "a severity")?);
    }
    if let Some(node) = fields.take("budgets") {
        policy.budgets = budgets(node)?;
    }
    if let Some(node) = fields.take("growth") {
        policy.growth = growth(node)?;
    }
    if let Some(node) = fields.take("severities") {
        policy.severities = severities(node, findings)?;
    }
    for node in fields.list("ignore")? {
        policy.ignores.push(ignore(node, findings)?);
    }
    finish(fields)?;
    Ok(policy)
}

fn start() -> Position {
    Position {
        file: 0,
        line: 1,
        column: 1,
    }
}

/// Ends the reading of a map; where no known key is close to an unknown one, all that are known are named.
fn finish(fields: Fields<'_>) -> Result<(), ConfigError> {
    let known = fields.known().join(", ");
    fields.finish().map_err(|error| match error.help {
        Some(_) => error,
        None => error.with_help(format!("its keys are: {known}")),
    })
}

/// One text, or a list of them.
fn texts(node: Option<&Node>, what: &str) -> Result<Vec<String>, ConfigError> {
    let Some(node) = node else {
        return Ok(Vec::new());
    };
    match &node.kind {
        Kind::Null => Ok(Vec::new()),
        Kind::List(items) => items.iter().map(|item| required(item, what)).collect(),
        _ => Ok(vec![required(node, what)?]),
    }
}

/// A text that is there.
fn required(node: &Node, what: &str) -> Result<String, ConfigError> {
    match text(node)? {
        Some(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(ConfigError::new(
            node.at,
            format!("{what} must not be empty"),
        )),
    }
}

fn word<T: Copy>(node: &Node, words: &[(&'static str, T)], what: &str) -> Result<T, ConfigError> {
    let typed = required(node, what)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == typed) {
        return Ok(*value);
    }
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let mut error = ConfigError::new(node.at, format!("`{typed}` is not {what}"));
    error.length = typed.chars().count() as u32;
    Err(error.with_help(match nearest(&typed, &names) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are: {}", names.join(", ")),
    }))
}

fn duration(node: &Node) -> Result<std::time::Duration, ConfigError> {
    let typed = required(node, "a duration")?;
    match humantime::parse_duration(&typed) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        Ok(_) => Err(ConfigError::new(
            node.at,
            "a scrape interval must be longer than nothing",
        )),
        Err(error) => Err(ConfigError::new(
            node.at,
            format!("`{typed}` is not a duration: {error}"),
        )
        .with_help("write it like 30s, 1m or 500ms")),
    }
}

fn glob(node: &Node, what: &str) -> Result<GlobMatcher, ConfigError> {
    let typed = required(node, what)?;
    source::glob(&typed).map_err(|error| unusable(&typed, &error, node.at))
}

/// The error of a glob that cannot be used.
fn unusable(typed: &str, error: &GlobError, at: Position) -> ConfigError {
    match error {
        GlobError::Wrong(why) => ConfigError::new(at, format!("`{typed}` is not a glob: {why}"))
            .with_help("`*` stands for any text, `?` for one character, `{a,b}` for either"),
        GlobError::TooLarge => ConfigError::new(at, error.to_string())
            .with_help("write several entries with smaller ones"),
    }
}

fn optional_glob(
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Result<Option<GlobMatcher>, ConfigError> {
    let node = fields.take(key).filter(|node| !node.is_null());
    node.map(|node| glob(node, key)).transpose()
}

/// A file, several of them, or a map that says more.
fn collector(node: &Node) -> Result<Option<Pipeline>, ConfigError> {
    if node.is_null() {
        return Ok(None);
    }
    if !matches!(node.kind, Kind::Map(_)) {
        let files = texts(Some(node), "collector")?;
        return Ok(Some(Pipeline {
            files,
            ..Pipeline::default()
        }));
    }
    let mut fields = Fields::of(node, "`collector`")?;
    let mut pipeline = Pipeline {
        files: texts(fields.take("files"), "files")?,
        pipelines: texts(fields.take("pipelines"), "pipelines")?,
        ..Pipeline::default()
    };
    if let Some(node) = fields.take("version") {
        pipeline.version = Some((required(node, "version")?, node.at));
    }
    let mut optional = |key: &'static str| match fields.take(key) {
        Some(node) => required(node, key).map(Some),
        None => Ok(None),
    };
    pipeline.job = optional("job")?;
    pipeline.key = optional("key")?;
    pipeline.pods = optional("pods")?;
    if let Some(node) = fields.take("environment") {
        if !matches!(node.kind, Kind::Map(_) | Kind::Null) {
            return Err(ConfigError::new(
                node.at,
                "`environment` must be a map of names and values",
            ));
        }
        for entry in node.entries() {
            let value = text(&entry.value)?.unwrap_or_default();
            pipeline.environment.push((entry.key.clone(), value));
        }
    }
    let at = fields.at();
    finish(fields)?;
    if pipeline.files.is_empty() {
        return Err(
            ConfigError::new(at, "`collector` names no file").with_help("write `files: otel.yaml`")
        );
    }
    Ok(Some(pipeline))
}

fn growth(node: &Node) -> Result<Growth, ConfigError> {
    const VERDICTS: [(&str, Verdict); 3] = [
        ("allow", Verdict::Allow),
        ("warn", Verdict::Warn),
        ("fail", Verdict::Fail),
    ];
    let mut fields = Fields::of(node, "`growth`")?;
    let mut limit = |key: &'static str, counted: &'static str| {
        let node = fields.take(key).filter(|node| !node.is_null());
        node.map(|node| allowed(node, counted)).transpose()
    };
    let mut growth = Growth {
        total: limit("total", "series")?,
        families: limit("families", "series")?,
        labels: limit("labels", "values")?,
        workloads: limit("workloads", "series")?,
        ..Growth::default()
    };
    if let Some(node) = fields.take("new_families") {
        growth.new_families = word(node, &VERDICTS, "a verdict")?;
    }
    if let Some(node) = fields.take("new_labels") {
        growth.new_labels = word(node, &VERDICTS, "a verdict")?;
    }
    growth.ratchet = fields.bool("ratchet")?.unwrap_or(false);
    finish(fields)?;
    Ok(growth)
}

/// A glob on ids of findings that fits at least one.
fn finding(
    node: &Node,
    written: &str,
    at: Position,
    findings: &[&str],
) -> Result<GlobMatcher, ConfigError> {
    let unknown = |help: String| {
        let mut error = ConfigError::new(at, format!("there is no finding `{written}`"));
        error.length = written.chars().count() as u32;
        error.with_help(help)
    };
    let matcher = source::glob(written).map_err(|error| unusable(written, &error, node.at))?;
    if findings.iter().any(|id| matcher.is_match(id)) {
        return Ok(matcher);
    }
    Err(unknown(match nearest(written, findings) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "`meshctl explain` lists them all".to_owned(),
    }))
}

fn severities(node: &Node, findings: &[&str]) -> Result<Vec<Severity>, ConfigError> {
    if !matches!(node.kind, Kind::Map(_) | Kind::Null) {
        return Err(ConfigError::new(
            node.at,
            "`severities` must be a map of findings and severities",
        ));
    }
    let entries = node.entries().iter();
    let severities = entries.map(|entry| {
        Ok(Severity {
            finding: finding(&entry.value, &entry.key, entry.key_at, findings)?,
            level: word(&entry.value, &Level::ALL, "a severity")?,
            at: entry.key_at,
        })
    });
    severities.collect()
}

fn ignore(node: &Node, findings: &[&str]) -> Result<Ignore, ConfigError> {
    let mut fields = Fields::of(node, "an entry of `ignore`")?;
    let at = fields.at();
    let Some(id) = fields.take("finding") else {
        return Err(ConfigError::new(at, "which finding is to be ignored?")
            .with_help("write `finding: labels/unbounded`"));
    };
    let written = required(id, "finding")?;
    let finding = finding(id, &written, id.at, findings)?;
    let subject = SubjectGlobs {
        family: optional_glob(&mut fields, "family")?,
        label: optional_glob(&mut fields, "label")?,
        target: optional_glob(&mut fields, "target")?,
        edge: optional_glob(&mut fields, "edge")?,
        part: optional_glob(&mut fields, "part")?,
    };
    let reason = match fields.take("reason") {
        Some(node) => required(node, "reason")?,
        None => {
            return Err(
                ConfigError::new(at, format!("why is {written} to be ignored?"))
                    .with_help("write `reason: …`, best with the number of a ticket"),
            );
        }
    };
    let until = fields
        .take("until")
        .filter(|node| !node.is_null())
        .map(date)
        .transpose()?;
    finish(fields)?;
    Ok(Ignore {
        finding,
        subject,
        reason,
        until,
        at,
    })
}

fn date(node: &Node) -> Result<Date, ConfigError> {
    let typed = required(node, "until")?;
    typed.parse().map_err(|_| {
        ConfigError::new(node.at, format!("`{typed}` is not a day"))
            .with_help("write it like 2026-12-31: the last day that it is ignored")
    })
}

#[cfg(test)]
mod tests;
