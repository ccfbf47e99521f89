//! Which images of a Collector the manifests and values around a configuration name.
//!
//! In come the documents of a file; out come the images, each with its place and the release that its tag says.

use super::super::position::Position;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;

/// An image of a Collector, as a file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// What it belongs to: `OpenTelemetryCollector/mesh`, `DaemonSet/otel`, `image` in Helm values.
    pub owner: String,
    /// `otel/opentelemetry-collector-contrib`; empty where only a tag is said.
    pub repository: String,
    /// `0.118.0`; `None` where there is none.
    pub tag: Option<String>,
    /// It is pinned by its digest.
    pub has_digest: bool,
    /// The release that the tag says, if it is one of the community's numbers.
    pub release: Option<Version>,
    /// Where it stands; for Helm values, the tag or else the repository.
    pub at: Position,
}

/// How deep Helm values are searched for `image`.
const HELM_DEPTH: usize = 3;

/// Distributions with numbers of their own.
const OWN_NUMBERS: [&str; 2] = ["aws-otel-collector", "nrdot-collector"];

/// All images of a Collector that these documents name, in their order.
pub fn images(documents: &[Node]) -> Vec<Image> {
    let mut found = Vec::new();
    for document in documents {
        match document.get("kind").and_then(Node::scalar) {
            Some(kind) if document.get("apiVersion").is_some() => {
                manifest(document, kind, &mut found);
            }
            _ => values(document, 0, &mut found),
        }
    }
    found
}

fn manifest(node: &Node, kind: &str, found: &mut Vec<Image>) {
    if let Some(Kind::List(items)) = node.get("items").map(|items| &items.kind) {
        for item in items.iter().filter(|item| item.get("items").is_none()) {
            if let Some(kind) = item.get("kind").and_then(Node::scalar) {
                manifest(item, kind, found);
            }
        }
        return;
    }
    let name = node
        .get("metadata")
        .and_then(|metadata| metadata.get("name"));
    let name = name.and_then(Node::scalar).unwrap_or("?");
    let owner = format!("{kind}/{name}");
    let Some(spec) = node.get("spec") else {
        return;
    };
    if kind == "OpenTelemetryCollector" {
        let image = spec.get("image").filter(|image| image.scalar().is_some());
        found.extend(image.map(|image| read(&owner, image)));
        return;
    }
    // Of a CronJob, a workload, and a pod by itself.
    let spec = descend(spec, "jobTemplate").unwrap_or(spec);
    let spec = descend(spec, "template").unwrap_or(spec);
    let containers = spec.get("containers").map(|containers| &containers.kind);
    if let Some(Kind::List(containers)) = containers {
        let images = containers
            .iter()
            .filter_map(|container| container.get("image"));
        let images = images.map(|image| read(&owner, image));
        found.extend(images.filter(|image| is_collector(&image.repository)));
    }
}

fn descend<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key)?.get("spec")
}

/// `image: {repository: …, tag: …}` beside or around a `config`.
fn values(node: &Node, depth: usize, found: &mut Vec<Image>) {
    if depth >= HELM_DEPTH {
        return;
    }
    for entry in node.entries() {
        if entry.key != "image" {
            values(&entry.value, depth + 1, found);
            continue;
        }
        let part = |key: &str| {
            let part = entry.value.get(key);
            part.filter(|part| part.scalar().is_some_and(|text| !text.is_empty()))
        };
        let repository = part("repository")
            .and_then(Node::scalar)
            .unwrap_or_default();
        let holds_config = node.get("config").is_some() || is_collector(repository);
        let Some(at) = part("tag").or(part("repository")).filter(|_| holds_config) else {
            continue;
        };
        let tag = part("tag").and_then(Node::scalar).map(str::to_owned);
        found.push(Image {
            owner: "image".to_owned(),
            repository: repository.to_owned(),
            has_digest: part("digest").is_some(),
            release: release(repository, tag.as_deref()),
            tag,
            at: at.at,
        });
    }
}

fn read(owner: &str, node: &Node) -> Image {
    let text = node.scalar().unwrap_or_default();
    let (name, digest) = match text.split_once('@') {
        Some((name, _)) => (name, true),
        None => (text, false),
    };
    // A colon before the last slash is that of a registry's port.
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    };
    Image {
        owner: owner.to_owned(),
        repository: repository.to_owned(),
        tag: tag.map(str::to_owned),
        has_digest: digest,
        release: release(repository, tag),
        at: node.at,
    }
}

fn is_collector(repository: &str) -> bool {
    let name = repository.rsplit('/').next().unwrap_or_default();
    ["opentelemetry-collector", "otel-collector", "otelcol"]
        .iter()
        .any(|known| name.contains(known))
}

/// `0.118.0`, `v0.118.0`, `0.118.0-amd64`.
fn release(repository: &str, tag: Option<&str>) -> Option<Version> {
    if OWN_NUMBERS.iter().any(|own| repository.ends_with(own)) {
        return None;
    }
    let number = tag?.split(['-', '+', '_']).next()?;
    number.contains('.').then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::super::yaml::Origin;
    use super::super::super::yaml::parse_all;
    use super::*;

    fn tags(text: &str) -> Vec<(String, Option<String>)> {
        let read = parse_all(text, Origin::File(0)).unwrap();
        let images = images(&read.documents).into_iter();
        let release = |image: &Image| image.release.map(|release| release.to_string());
        images
            .map(|image| (image.repository.clone(), release(&image)))
            .collect()
    }

    fn one(repository: &str, release: Option<&str>) -> Vec<(String, Option<String>)> {
        vec![(repository.to_owned(), release.map(str::to_owned))]
    }

    #[test]
    fn a_collector_of_the_operator_names_its_image() {
        let text = "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nspec:\n  image: reg:5000/x:v0.118.0-amd64\n";
        assert_eq!(tags(text), one("reg:5000/x", Some("0.118.0")));
    }

    #[test]
    fn a_workload_names_the_images_of_its_containers() {
        let text = "a: 1\n---\napiVersion: apps/v1\nkind: DaemonSet\nspec:\n  template:\n    spec:\n      containers:\n\
                    \x20       - image: nginx:1.2.3\n        - image: otel/opentelemetry-collector-contrib@sha256:ab\n";
        assert_eq!(
            tags(text),
            one("otel/opentelemetry-collector-contrib", None)
        );
    }

    #[test]
    fn values_of_a_chart_name_an_image_beside_their_configuration() {
        let text = "otel:\n  image:\n    tag: 0.156.0\n  config: {}\nother:\n  image: {repository: nginx, tag: 1.2.3}\n";
        assert_eq!(tags(text), one("", Some("0.156.0")));
    }

    #[test]
    fn numbers_of_other_distributions_are_no_releases() {
        let text = "kind: Pod\napiVersion: v1\nspec: {containers: [{image: aws/aws-otel-collector:v0.40.0}, {image: a/otelcol:latest}]}\n";
        let found: Vec<_> = tags(text).into_iter().map(|(_, release)| release).collect();
        assert_eq!(found, [None, None]);
    }
}
