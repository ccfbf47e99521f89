//! From a configuration as written to what is wrong with it.

use super::Exposed;
use super::Linted;
use super::all_releases;
use crate::collector::config::File;
use crate::collector::config::Image;
use crate::collector::config::Shape;
use crate::collector::config::images;
use crate::collector::targets::Objects;
use crate::collector::trial;
use crate::collector::version;
use crate::collector::version::Version;
use crate::collector::yaml::Node;
use crate::findings::Finding;

/// A configuration and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Names and texts; positions index them.
    pub files: &'a [File<'a>],
    /// What the first file is.
    pub shape: &'a Shape,
    /// The configuration as written.
    pub written: &'a Node,
    /// Every document of its files.
    pub documents: &'a [Node],
}

/// What is known beside it.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'a> {
    /// The release it is meant for, if that was said.
    pub release: Option<Version>,
    /// What proxies expose.
    pub exposed: &'a Exposed,
    /// The objects of its cluster.
    pub objects: Option<&'a Objects>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    /// What is wrong, in the order of [`super::super::inspect`].
    pub findings: Vec<Finding>,
    /// The releases it was judged for, oldest first.
    pub releases: Vec<Version>,
    /// What the reader should know before believing it.
    pub remarks: Vec<String>,
}

/// Judges a configuration.
pub fn judge(subject: &Subject<'_>, knowledge: &Knowledge<'_>) -> Judgement {
    let images = images(subject.documents);
    let mut remarks = Vec::new();
    let tagged = tagged(subject.shape, &images, &mut remarks);
    let (releases, is_meant) = match (knowledge.release, tagged.is_empty()) {
        (Some(release), _) => (vec![release], true),
        (None, false) => (tagged, true),
        (None, true) => (all_releases(), false),
    };
    if let Some(newer) = releases.iter().find(|release| **release > version::NEWEST) {
        remarks.push(format!(
            "what releases after {} do is not known: {newer} is taken to behave like it",
            version::NEWEST
        ));
    }
    let Subject {
        files,
        shape,
        written,
        documents,
    } = *subject;
    let trials: Vec<_> = releases
        .iter()
        .map(|release| trial::start(shape, written, *release))
        .collect();
    let newest = releases.last().copied().unwrap_or_default();
    let read = trial::texts(shape, written, newest);
    let linted = Linted {
        files,
        shape,
        written,
        read: &read,
        documents,
        images: &images,
        config: trials.last().and_then(|trial| trial.config.as_ref()),
        releases: &releases,
        trials: &trials,
        is_meant,
        exposed: knowledge.exposed,
        objects: knowledge.objects,
    };
    Judgement {
        findings: super::inspect(&linted),
        releases,
        remarks,
    }
}

/// The releases that the tags of the images say which run this configuration.
fn tagged(shape: &Shape, images: &[Image], remarks: &mut Vec<String>) -> Vec<Version> {
    let runs_it = |image: &&Image| match shape {
        Shape::Manifest(name) if name.starts_with("OpenTelemetryCollector/") => {
            let own = name.rsplit('/').next().unwrap_or_default();
            image.owner == format!("OpenTelemetryCollector/{own}")
        }
        Shape::Helm(_) => image.owner == "image",
        Shape::Manifest(_) | Shape::Collector => {
            !image.owner.starts_with("OpenTelemetryCollector/") && image.owner != "image"
        }
        Shape::Prometheus => false,
    };
    let mut releases: Vec<Version> = Vec::new();
    for image in images.iter().filter(runs_it) {
        let Some(release) = image.release else {
            continue;
        };
        if release < version::OLDEST {
            remarks.push(format!(
                "{} runs {release}, and what releases before {} do is not known",
                image.owner,
                version::OLDEST
            ));
        } else {
            releases.push(release);
        }
    }
    releases.sort_unstable();
    releases.dedup();
    releases
}
