//! What is taken from a pod, its containers, its namespace and its node (`internal/kube/client.go`).

use std::collections::BTreeMap;

use super::super::super::attributes::Attributes;
use super::super::super::text::Text;
use super::super::super::value::Value;
use super::super::kubernetes::Cluster;
use super::super::kubernetes::Container;
use super::super::kubernetes::Object;
use super::super::kubernetes::Pod;
use super::super::pattern::Pattern;
use super::config::Config;
use super::set;
use super::text;

/// Whose labels or annotations are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Pod,
    Namespace,
    Node,
    /// A deployment or another owner, whose labels are not known here.
    Other,
}

/// One entry of `extract.labels` or `extract.annotations`.
#[derive(Debug, Clone)]
pub(super) struct FieldRule {
    pub(super) from: From,
    /// `labels` or `annotations`.
    pub(super) what: &'static str,
    pub(super) tag_name: String,
    pub(super) key: String,
    pub(super) key_regex: Option<Pattern>,
}

impl FieldRule {
    fn default_tag(&self, key: &str) -> String {
        let of = match self.from {
            From::Pod | From::Other => "pod",
            From::Namespace => "namespace",
            From::Node => "node",
        };
        format!("k8s.{of}.{}.{key}", self.what)
    }

    /// The attribute that the rule makes, where it is known without any labels.
    pub(super) fn tag(&self) -> Option<String> {
        match (&self.key_regex, self.tag_name.is_empty()) {
            (Some(_), _) => None,
            (None, true) => Some(self.default_tag(&self.key)),
            (None, false) => Some(self.tag_name.clone()),
        }
    }

    fn extract(&self, fields: &BTreeMap<String, String>, tags: &mut BTreeMap<String, String>) {
        let Some(pattern) = &self.key_regex else {
            if let (Some(value), Some(tag)) = (fields.get(&self.key), self.tag()) {
                tags.insert(tag, value.clone());
            }
            return;
        };
        let has_groups = pattern.names().len() > 1;
        for (key, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            if !pattern.is_match(key) {
                continue;
            }
            let tag = if has_groups && !self.tag_name.is_empty() {
                pattern.expand(&self.tag_name, key).unwrap_or_default()
            } else {
                self.default_tag(key)
            };
            tags.insert(tag, value.clone());
        }
    }
}

/// Attributes of a pod.
pub(super) fn pod_attributes(
    config: &Config,
    pod: &Pod,
    cluster: &Cluster,
) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let mut put = |key: &str, value: &str| {
        if config.wants(key) {
            tags.insert(key.to_owned(), value.to_owned());
        }
    };
    put("k8s.pod.name", &pod.name);
    put("service.name", &pod.name);
    put("k8s.pod.hostname", &pod.hostname);
    put("k8s.pod.ip", &pod.ip);
    put("k8s.namespace.name", &pod.namespace);
    put("service.namespace", &pod.namespace);
    if !pod.start_time.is_empty() {
        put("k8s.pod.start_time", &pod.start_time);
    }
    put("k8s.pod.uid", &pod.uid);
    for owner in &pod.owners {
        let kind = match owner.kind.as_str() {
            "ReplicaSet" => "replicaset",
            "DaemonSet" => "daemonset",
            "StatefulSet" => "statefulset",
            "Job" => "job",
            _ => continue,
        };
        put(&format!("k8s.{kind}.uid"), &owner.uid);
        put(&format!("k8s.{kind}.name"), &owner.name);
        put("service.name", &owner.name);
        let above = match kind {
            "replicaset" => pod.deployment.as_ref().map(|above| ("deployment", above)),
            "job" => pod.cron_job.as_ref().map(|above| ("cronjob", above)),
            _ => None,
        };
        if let Some((kind, above)) = above.filter(|(_, above)| !above.name.is_empty()) {
            put(&format!("k8s.{kind}.name"), &above.name);
            put("service.name", &above.name);
            if !above.uid.is_empty() {
                put(&format!("k8s.{kind}.uid"), &above.uid);
            }
        }
    }
    put("k8s.node.name", &pod.node);
    if let Some(namespace) = cluster.namespaces.get("kube-system") {
        put("k8s.cluster.uid", &namespace.uid);
    }
    for rule in config.labels.iter().filter(|rule| rule.from == From::Pod) {
        rule.extract(&pod.labels, &mut tags);
    }
    for (label, key) in [
        ("app.kubernetes.io/name", "service.name"),
        ("app.kubernetes.io/instance", "service.name"),
        ("app.kubernetes.io/version", "service.version"),
    ] {
        if let Some(value) = pod.labels.get(label).filter(|_| config.wants(key)) {
            tags.insert(key.to_owned(), value.clone());
        }
    }
    for rule in config
        .annotations
        .iter()
        .filter(|rule| rule.from == From::Pod)
    {
        rule.extract(&pod.annotations, &mut tags);
    }
    if config.otel_annotations {
        for (key, value) in &pod.annotations {
            if let Some(tag) = key.strip_prefix("resource.opentelemetry.io/")
                && !tag.is_empty()
                && !value.is_empty()
            {
                tags.insert(tag.to_owned(), value.clone());
            }
        }
    }
    tags
}

/// Attributes of a namespace or a node.
pub(super) fn object_attributes(
    config: &Config,
    object: &Object,
    from: From,
) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for rule in config.labels.iter().filter(|rule| rule.from == from) {
        rule.extract(&object.labels, &mut tags);
    }
    for rule in config.annotations.iter().filter(|rule| rule.from == from) {
        rule.extract(&object.annotations, &mut tags);
    }
    tags
}

/// Adds what is known of the container, if it is known which of them is meant (`addContainerAttributes`).
pub(super) fn add_container(config: &Config, pod: &Pod, attributes: &mut Attributes) {
    if !config.wants_containers() {
        return;
    }
    let by_image = config.wants_images();
    let is_known = |container: &&Container| by_image || container.id.is_some();
    let containers: Vec<&Container> = pod.containers.iter().filter(is_known).collect();
    let started: Vec<&Container> = containers
        .iter()
        .copied()
        .filter(|container| container.id.is_some())
        .collect();
    let found = if let Some(name) = text(attributes, "k8s.container.name") {
        containers
            .iter()
            .find(|container| container.name == name)
            .copied()
    } else if let Some(id) = text(attributes, "container.id") {
        started
            .iter()
            .find(|container| container.id.as_deref() == Some(id))
            .copied()
    } else if let [only] = started.as_slice() {
        Some(*only)
    } else if let [only] = containers.as_slice() {
        Some(*only)
    } else {
        None
    };
    let Some(container) = found else {
        return;
    };
    let mut put = |key: &str, value: &str| {
        if config.wants(key) && !value.is_empty() {
            set(attributes, key, value);
        }
    };
    if container.id.is_some() {
        put("k8s.container.name", &container.name);
    }
    let image = Image::of(&container.image);
    put("container.image.name", image.repository);
    if !image.repository.is_empty() {
        let latest = image.digest.is_none() || config.tags_digests;
        let tag = image.tag.or_else(|| latest.then_some("latest"));
        put("container.image.tag", tag.unwrap_or_default());
        put("service.version", &image.service_version());
    }
    if container.id.is_some() {
        let instance = format!("{}.{}.{}", pod.namespace, pod.name, container.name);
        put("service.instance.id", &instance);
    }
    let is_this_run = match attributes.get("k8s.container.restart_count") {
        None => true,
        Some(Value::Int(count)) => *count == i64::from(container.restart_count),
        Some(Value::Str(count)) => count.parse() == Ok(i64::from(container.restart_count)),
        Some(_) => false,
    };
    if let Some(id) = container
        .id
        .as_deref()
        .filter(|id| is_this_run && !id.is_empty())
        && config.wants("container.id")
        && attributes.get("container.id").is_none()
    {
        attributes.insert("container.id", id);
    }
    let key = "container.image.repo_digests";
    if is_this_run
        && config.wants(key)
        && attributes.get(key).is_none()
        && let Some(digest) = repo_digest(&container.image_id)
    {
        let digest = Value::Str(Text::from(digest));
        attributes.insert(key, Value::List(vec![digest]));
    }
}

/// An image with its registry and digest in full, if that is what is named
/// (`reference.ParseAnyReference` of `distribution/reference`).
fn repo_digest(image: &str) -> Option<String> {
    let (name, digest) = image.split_once('@')?;
    let (algorithm, hash) = digest.split_once(':')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "._-/:".contains(c);
    let is_digest = hash.len() >= 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if algorithm.is_empty() || !is_digest || name.contains("//") || !name.chars().all(is_name) {
        return None;
    }
    let first = name.split_once('/');
    let is_domain = |text: &str| {
        text.contains(['.', ':'])
            || text == "localhost"
            || text.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    let (domain, path) = match first {
        Some((domain, path)) if is_domain(domain) => (domain, path),
        _ => ("docker.io", name),
    };
    if path.is_empty() || path.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Some(match domain {
        "docker.io" | "index.docker.io" if !path.contains('/') => {
            format!("docker.io/library/{path}@{digest}")
        }
        "index.docker.io" => format!("docker.io/{path}@{digest}"),
        _ => format!("{domain}/{path}@{digest}"),
    })
}

/// The parts of the name of an image.
struct Image<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    fn of(image: &'a str) -> Self {
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image, None),
        };
        let path = name.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match name[path..].find(':') {
            Some(colon) => (&name[..path + colon], Some(&name[path + colon + 1..])),
            None => (name, None),
        };
        Self {
            repository,
            tag,
            digest,
        }
    }

    fn service_version(&self) -> String {
        match (self.tag, self.digest) {
            (Some(tag), Some(digest)) => format!("{tag}@{digest}"),
            (Some(tag), None) => tag.to_owned(),
            (None, Some(digest)) => digest.to_owned(),
            (None, None) => String::new(),
        }
    }
}
