//! What a configuration scrapes, as one JSON document or one object a line.

use std::io;
use std::io::Write;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::Fallen;
use super::Sheet;
use super::no_target;
use super::outside;
use super::state;
use crate::collector::position::Position;
use crate::collector::targets::Active;
use crate::collector::targets::Double;
use crate::collector::targets::JobTargets;
use crate::collector::targets::Mode;
use crate::collector::targets::Origin;
use crate::collector::targets::Reach;
use crate::collector::targets::Seen;
use crate::collector::targets::Sidecar;
use crate::report::document::SCHEMA_VERSION;
use crate::report::json::ascii_escaped;

/// One pretty-printed document and a newline.
pub(super) fn write_document(sheet: Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = header(sheet);
    let jobs = sheet.targets.jobs.iter().map(|job| {
        let mut entry = job_entry(sheet, job);
        let limit = sheet.limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        let targets = job.targets.iter().take(limit).map(target);
        entry.insert("targets".to_owned(), targets.collect());
        let dropped = dropped(sheet, job).take(limit);
        entry.insert("dropped_targets".to_owned(), dropped.collect());
        entry.insert("refused_targets".to_owned(), refused(job).collect());
        entry.insert("not_discovered".to_owned(), not_discovered(job).collect());
        Value::Object(entry)
    });
    document.insert("jobs".to_owned(), jobs.collect());
    document.insert("doubles".to_owned(), doubles(sheet).collect());
    let proxies = sheet.targets.sidecars.iter();
    let proxies = proxies.map(|sidecar| proxy(sheet, sidecar));
    document.insert("proxies".to_owned(), proxies.collect());
    document.insert("findings".to_owned(), findings(sheet)?);
    document.insert("notices".to_owned(), notices(sheet).collect());
    let text = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", safe(sheet, text))
}

/// The same content, an object a line.
pub(super) fn write_lines(sheet: Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = vec![line("targets", Value::Object(header(sheet)))];
    for job in &sheet.targets.jobs {
        lines.push(line("job", Value::Object(job_entry(sheet, job))));
        let of_job = |value: Value| {
            let mut value = value;
            if let Value::Object(entry) = &mut value {
                entry.insert("job".to_owned(), json!(job.name));
            }
            value
        };
        let active = job.targets.iter().map(target);
        lines.extend(active.map(|entry| line("target", of_job(entry))));
        lines.extend(dropped(sheet, job).map(|entry| line("dropped_target", of_job(entry))));
        lines.extend(refused(job).map(|entry| line("refused_target", of_job(entry))));
        lines.extend(not_discovered(job).map(|entry| line("not_discovered", of_job(entry))));
    }
    lines.extend(doubles(sheet).map(|entry| line("double", entry)));
    let proxies = sheet.targets.sidecars.iter();
    lines.extend(proxies.map(|sidecar| line("proxy", proxy(sheet, sidecar))));
    if let Value::Array(findings) = findings(sheet)? {
        lines.extend(findings.into_iter().map(|entry| line("finding", entry)));
    }
    lines.extend(notices(sheet).map(|entry| line("notice", entry)));
    for one in lines {
        writeln!(out, "{}", safe(sheet, one.to_string()))?;
    }
    Ok(())
}

fn safe(sheet: Sheet<'_>, text: String) -> String {
    if sheet.page.style.escape {
        ascii_escaped(&text)
    } else {
        text
    }
}

/// An entry with its kind before its own keys.
fn line(kind: &str, entry: Value) -> Value {
    let mut all = Map::new();
    all.insert("kind".to_owned(), json!(kind));
    if let Value::Object(entry) = entry {
        for (key, value) in entry {
            // An object of a cluster has a kind of its own.
            let key = if key == "kind" {
                "object_kind".to_owned()
            } else {
                key
            };
            all.insert(key, value);
        }
    }
    Value::Object(all)
}

fn header(sheet: Sheet<'_>) -> Map<String, Value> {
    let targets = sheet.targets;
    let objects: Map<String, Value> = targets
        .objects
        .iter()
        .map(|(many, count)| ((*many).to_owned(), json!(count)))
        .collect();
    let count = |count: fn(&JobTargets) -> u64| targets.jobs.iter().map(count).sum::<u64>();
    let (scraped, running) = sheet.scraped_sidecars();
    let pairs = [
        ("schema_version", json!(SCHEMA_VERSION)),
        ("meshctl_version", json!(env!("CARGO_PKG_VERSION"))),
        ("inputs", json!(targets.inputs)),
        ("collector", json!(targets.name)),
        ("mode", json!(targets.setting.mode.map(Mode::as_str))),
        ("objects", Value::Object(objects)),
        ("objects_passed_over", json!(targets.passed_over)),
        ("objects_repeated", json!(targets.repeated)),
        ("nodes", json!(targets.nodes)),
        ("discovered", json!(count(|job| job.discovered))),
        ("scraped", json!(count(|job| job.targets.len() as u64))),
        ("dropped", json!(count(|job| job.dropped.len() as u64))),
        ("refused", json!(count(|job| job.refused.len() as u64))),
        ("proxies_running", json!(running)),
        ("proxies_scraped", json!(scraped)),
    ];
    pairs
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

fn job_entry(sheet: Sheet<'_>, job: &JobTargets) -> Map<String, Value> {
    let (reach, reach_at) = match job.reach {
        Reach::Fixed => ("fixed", None),
        Reach::Cluster => ("cluster", None),
        Reach::Node(at) => ("node", Some(at)),
        Reach::Share(at) => ("share", Some(at)),
        Reach::Allocated => ("allocator", None),
    };
    let unjudged = job.unjudged.iter().map(|((rule, label), count)| {
        let at = job.rules.get(*rule).map(|rule| rule.at);
        json!({"label": label, "raw_targets": count, "position": at.map(|at| position(sheet, at))})
    });
    let pairs = [
        ("name", json!(job.name)),
        ("receiver", json!(job.receiver)),
        ("position", position(sheet, job.at)),
        ("scrape_interval_seconds", json!(job.interval_seconds)),
        ("discovered", json!(job.discovered)),
        ("scraped", json!(job.targets.len())),
        ("target_limit", json!(job.target_limit)),
        ("over_target_limit", json!(job.is_over_limit())),
        ("shared_by", json!(reach)),
        (
            "shared_at",
            reach_at.map_or(Value::Null, |at| position(sheet, at)),
        ),
        ("not_simulated", json!(job.not_simulated)),
        (
            "rules",
            super::fallen(job)
                .iter()
                .map(|fallen| rule(sheet, fallen))
                .collect(),
        ),
        ("unjudged", unjudged.collect()),
    ];
    pairs
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

/// A rule that dropped something.
fn rule(sheet: Sheet<'_>, fallen: &Fallen<'_>) -> Value {
    let saw = fallen.saw.iter();
    let saw = saw.map(|(value, count)| json!({"value": value, "raw_targets": count}));
    json!({
        "action": fallen.rule.action,
        "rule": fallen.rule.text,
        "position": position(sheet, fallen.rule.at),
        "dropped": fallen.count,
        "objects": fallen.objects,
        "values": fallen.values,
        "saw": saw.collect::<Vec<Value>>(),
    })
}

fn target(target: &Active) -> Value {
    let labels: Map<String, Value> = target
        .shown_labels()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let origins = target.origins.iter().map(origin);
    json!({
        "url": target.url(),
        "scheme": target.scheme,
        "path": target.path,
        "labels": labels,
        "origins": origins.map(Value::Object).collect::<Vec<Value>>(),
    })
}

fn origin(origin: &Origin) -> Map<String, Value> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let kind = if origin.kind.is_empty() {
        "static"
    } else {
        origin.kind
    };
    let pairs = [
        ("kind", json!(kind)),
        ("namespace", json!(some(&origin.namespace))),
        ("name", json!(origin.name)),
        ("container", json!(some(&origin.container))),
        ("port", json!(some(&origin.port))),
    ];
    pairs
        .map(|(key, value)| (key.to_owned(), value))
        .into_iter()
        .collect()
}

fn dropped<'a>(sheet: Sheet<'a>, job: &'a JobTargets) -> impl Iterator<Item = Value> + use<'a> {
    job.dropped.iter().map(move |dropped| {
        let mut entry = origin(&dropped.origin);
        if let Some(rule) = job.rules.get(dropped.rule) {
            entry.insert("action".to_owned(), json!(rule.action));
            entry.insert("position".to_owned(), position(sheet, rule.at));
        }
        entry.insert("saw".to_owned(), json!(dropped.value));
        Value::Object(entry)
    })
}

fn refused(job: &JobTargets) -> impl Iterator<Item = Value> {
    job.refused.iter().map(|refused| {
        let mut entry = origin(&refused.origin);
        entry.insert("reason".to_owned(), json!(refused.reason));
        Value::Object(entry)
    })
}

fn not_discovered(job: &JobTargets) -> impl Iterator<Item = Value> {
    let without = job.without.iter().map(|(own, why)| (own, no_target(*why)));
    let outside = job.outside.iter().map(|(own, why)| (own, outside(*why)));
    without.chain(outside).map(|(own, why)| {
        let mut entry = origin(own);
        entry.insert("reason".to_owned(), json!(why));
        Value::Object(entry)
    })
}

fn doubles(sheet: Sheet<'_>) -> impl Iterator<Item = Value> {
    sheet.targets.doubles.iter().map(move |double: &Double| {
        let first = double.targets.first();
        let url = first.map(|(job, number)| sheet.targets.jobs[*job].targets[*number].url());
        let jobs = double.targets.iter();
        let jobs: Vec<&str> = jobs
            .map(|(job, _)| sheet.targets.jobs[*job].name.as_str())
            .collect();
        json!({
            "url": url,
            "targets": double.targets.len(),
            "jobs": jobs,
            "differing_labels": double.differing,
            "repeats_series": double.repeats_series(),
        })
    })
}

fn proxy(sheet: Sheet<'_>, sidecar: &Sidecar) -> Value {
    let Sidecar {
        origin,
        proxy,
        is_native,
        node,
        seen,
        at_other_ports,
    } = sidecar;
    let (targets, why) = match seen {
        Seen::By(targets) => (targets.len(), None),
        Seen::NotRunning(phase) => (0, Some(phase.clone())),
        Seen::ByAnother => (0, None),
        Seen::ByNobody(why) => (0, Some(sheet.way(why))),
    };
    json!({
        "namespace": origin.namespace,
        "pod": origin.name,
        "container": proxy.container(),
        "native_sidecar": is_native,
        "node": node,
        "state": state(seen),
        "targets": targets,
        "targets_at_other_ports": at_other_ports.len(),
        "why": why,
    })
}

fn findings(sheet: Sheet<'_>) -> io::Result<Value> {
    Ok(serde_json::to_value(sheet.page.document().findings)?)
}

fn notices(sheet: Sheet<'_>) -> impl Iterator<Item = Value> {
    sheet.targets.notices.iter().map(move |notice| {
        json!({
            "subject": notice.subject,
            "message": notice.message,
            "position": position(sheet, notice.at),
        })
    })
}

fn position(sheet: Sheet<'_>, at: Position) -> Value {
    match sheet.targets.files.get(at.file as usize) {
        Some(file) if at.line > 0 => json!({"file": file, "line": at.line, "column": at.column}),
        _ => Value::Null,
    }
}
