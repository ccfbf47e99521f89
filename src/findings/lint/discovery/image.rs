//! `discovery/unpinned-image`: a release that changes by itself.

use serde_json::json;

use super::super::Linted;
use super::super::seek;
use super::super::workload;
use crate::collector::config::Shape;
use crate::findings::Finding;
use crate::findings::Severity;

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    for image in linted.images {
        let moving = match image.tag.as_deref() {
            // The chart has one for the tag that values leave out.
            None if image.repository.is_empty() || image.owner == "image" => continue,
            None => "no tag, which is latest",
            Some("latest") => "the tag latest",
            Some(_) => continue,
        };
        if image.has_digest || image.repository.contains("${") || image.repository.contains("{{") {
            continue;
        }
        let written = match &image.tag {
            Some(tag) => format!("{}:{tag}", image.repository),
            None => image.repository.clone(),
        };
        let length = if linted.stands_at(image.at, &written) {
            written.chars().count() as u32
        } else {
            0
        };
        let message = format!(
            "{} runs an image with {moving}: the next restart may bring another release, and releases rename series",
            image.owner
        );
        findings.push(
            about(Severity::Low, message)
                .about(seek::part("image of", &image.owner))
                .with_evidence([("image", json!(image.repository))])
                .seen(linted.place(image.at, length, "may be another release tomorrow")),
        );
    }
    findings.extend(chosen_by_operator(linted));
}

fn about(severity: Severity, message: String) -> Finding {
    Finding::new("discovery/unpinned-image", severity, message).with_remedy(
        "name the release: image: otel/opentelemetry-collector-contrib:0.156.0, and change it on purpose",
    )
}

/// The operator chooses an image where none is named, and another when it is itself renewed.
fn chosen_by_operator(linted: &Linted<'_>) -> Option<Finding> {
    let Shape::Manifest(name) = linted.shape else {
        return None;
    };
    let short = name.rsplit('/').next()?;
    let manifests = workload::manifests(linted);
    let mut collectors = manifests.into_iter().filter(|node| {
        seek::text(node, &["kind"]) == Some("OpenTelemetryCollector")
            && seek::text(node, &["metadata", "name"]).unwrap_or("?") == short
    });
    let collector = collectors.next()?;
    if !name.starts_with("OpenTelemetryCollector/")
        || seek::at(collector, &["spec", "image"]).is_some()
    {
        return None;
    }
    let entry = seek::entry(collector, "kind")?;
    Some(
        about(
            Severity::Info,
            format!(
                "OpenTelemetryCollector/{short} names no image: the operator takes the one it was built with, and another \
                 after each of its own updates"
            ),
        )
        .about(seek::part("image of", &format!("OpenTelemetryCollector/{short}")))
        .seen(linted.setting(entry, "its spec names no image")),
    )
}
