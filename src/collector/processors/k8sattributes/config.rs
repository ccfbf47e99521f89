//! The settings of `k8sattributes`, checked as upstream checks them (`config.go`).

use super::super::super::decode::Fields;
use super::super::super::position::ConfigError;
use super::super::super::position::Position;
use super::super::super::version::Version;
use super::super::super::yaml::Kind;
use super::super::super::yaml::Node;
use super::super::Notice;
use super::super::kubernetes::Pod;
use super::super::pattern::Pattern;
use super::super::settings;
use super::association::Association;
use super::association::Source;
use super::extraction::FieldRule;
use super::extraction::From;

/// Attributes that are there by default.
const DEFAULTS: [&str; 8] = [
    "container.image.name",
    "container.image.tag",
    "k8s.deployment.name",
    "k8s.namespace.name",
    "k8s.node.name",
    "k8s.pod.name",
    "k8s.pod.start_time",
    "k8s.pod.uid",
];

/// Attributes that can be asked for; those of a later release with the first in which they were seen.
const METADATA: [(&str, u16); 31] = [
    ("container.id", 0),
    ("container.image.name", 0),
    ("container.image.repo_digests", 0),
    ("container.image.tag", 0),
    ("container.image.tags", 156),
    ("k8s.cluster.uid", 0),
    ("k8s.container.name", 0),
    ("k8s.cronjob.name", 0),
    ("k8s.cronjob.uid", 144),
    ("k8s.daemonset.name", 0),
    ("k8s.daemonset.uid", 0),
    ("k8s.deployment.name", 0),
    ("k8s.deployment.uid", 0),
    ("k8s.job.name", 0),
    ("k8s.job.uid", 0),
    ("k8s.namespace.name", 0),
    ("k8s.node.name", 0),
    ("k8s.node.uid", 0),
    ("k8s.pod.hostname", 0),
    ("k8s.pod.ip", 0),
    ("k8s.pod.name", 0),
    ("k8s.pod.start_time", 0),
    ("k8s.pod.uid", 0),
    ("k8s.replicaset.name", 0),
    ("k8s.replicaset.uid", 0),
    ("k8s.statefulset.name", 0),
    ("k8s.statefulset.uid", 0),
    ("service.instance.id", 133),
    ("service.name", 133),
    ("service.namespace", 133),
    ("service.version", 133),
];

/// Whether labels of an owner can be asked for: some by 0.133, the others after it and by 0.144.
fn has_owner_fields(kind: &str, version: Version) -> bool {
    match kind {
        "deployment" | "statefulset" => version.is_from(133),
        _ => version.is_from(144),
    }
}

/// The most sources an association can have.
const MOST_SOURCES: usize = 4;

/// A condition on a label of the pods that are watched.
#[derive(Debug, Clone)]
struct LabelFilter {
    key: String,
    value: String,
    operator: Operator,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Equals,
    NotEquals,
    Exists,
    DoesNotExist,
}

/// The settings.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the configuration"
)]
#[derive(Debug, Clone, Default)]
pub(super) struct Config {
    pub(super) passthrough: bool,
    pub(super) metadata: Vec<String>,
    pub(super) labels: Vec<FieldRule>,
    pub(super) annotations: Vec<FieldRule>,
    pub(super) otel_annotations: bool,
    pub(super) associations: Vec<Association>,
    pub(super) notices: Vec<Notice>,
    node: String,
    namespace: String,
    label_filters: Vec<LabelFilter>,
    excluded: Vec<Pattern>,
    sets_ip: bool,
    /// An image named by its digest alone counts as the latest.
    pub(super) tags_digests: bool,
}

impl Config {
    pub(super) fn read(node: &Node, version: Version) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(node, "processor k8sattributes")?;
        for key in ["auth_type", "context", "wait_for_metadata_timeout"] {
            fields.text(key)?;
        }
        fields.bool("wait_for_metadata")?;
        if version.is_from(156) {
            // Seen in 0.156, not in 0.151: how often the cluster is asked.
            for key in [
                "kube_api_qps",
                "kube_api_burst",
                "watch_sync_period",
                "pod_delete_grace_period",
            ] {
                fields.text(key)?;
            }
        }
        let mut config = Self {
            passthrough: fields.bool("passthrough")?.unwrap_or(false),
            // After 0.133 and by 0.144 the address of the connection is no longer set unasked.
            sets_ip: !version.is_from(144),
            // Seen in 0.133, not in 0.119 (`parseNameAndTagFromImage`).
            tags_digests: version.is_from(133),
            ..Self::default()
        };
        let extract = fields.take("extract");
        let filter = fields.take("filter");
        let associations = fields.list("pod_association")?;
        let exclude = fields.take("exclude");
        fields.finish()?;
        config.read_extract(extract, version)?;
        config.read_filter(filter)?;
        config.associations = associations
            .iter()
            .map(read_association)
            .collect::<Result<_, _>>()?;
        config.read_exclude(exclude)?;
        Ok(config)
    }

    /// Whether an attribute is asked for.
    pub(super) fn wants(&self, key: &str) -> bool {
        self.metadata.iter().any(|wanted| wanted == key)
    }

    /// Whether nodes are looked at (`client.go`, the node informer).
    pub(super) fn watches_nodes(&self) -> bool {
        let rules = self.labels.iter().chain(&self.annotations);
        self.wants("k8s.node.uid") || rules.into_iter().any(|rule| rule.from == From::Node)
    }

    /// Whether the address of a connection is set although nobody asks for it.
    pub(super) fn always_sets_ip(&self) -> bool {
        self.sets_ip
    }

    /// Whether anything of an image is asked for.
    pub(super) fn wants_images(&self) -> bool {
        let keys = [
            "container.image.name",
            "container.image.tag",
            "service.version",
        ];
        keys.iter().any(|key| self.wants(key)) || self.wants("service.instance.id")
    }

    /// Whether anything of a container is asked for.
    pub(super) fn wants_containers(&self) -> bool {
        self.wants_images()
            || self.wants("container.id")
            || self.wants("container.image.repo_digests")
            || self.wants("k8s.container.name")
    }

    /// Whether the processor gets to know of a pod.
    pub(super) fn watches(&self, pod: &Pod) -> bool {
        (self.node.is_empty() || self.node == pod.node)
            && (self.namespace.is_empty() || self.namespace == pod.namespace)
            && self.label_filters.iter().all(|filter| {
                let value = pod.labels.get(&filter.key);
                match filter.operator {
                    Operator::Equals => value == Some(&filter.value),
                    Operator::NotEquals => value != Some(&filter.value),
                    Operator::Exists => value.is_some(),
                    Operator::DoesNotExist => value.is_none(),
                }
            })
    }

    /// Whether a pod asks to be ignored, or is by its name.
    pub(super) fn ignores(&self, pod: &Pod) -> bool {
        let asked = pod.annotations.get("opentelemetry.io/k8s-processor/ignore");
        asked.is_some_and(|asked| asked.trim().eq_ignore_ascii_case("true"))
            || self
                .excluded
                .iter()
                .any(|pattern| pattern.is_match(&pod.name))
    }

    fn notice(&mut self, at: Position, message: impl Into<String>) {
        let message = message.into();
        self.notices.push(Notice { message, at });
    }

    fn read_extract(&mut self, node: Option<&Node>, version: Version) -> Result<(), ConfigError> {
        self.metadata = DEFAULTS.iter().map(ToString::to_string).collect();
        let Some(node) = node else {
            return Ok(());
        };
        let mut fields = Fields::of(node, "extract")?;
        if let Some(node) = fields.take("metadata").filter(|node| !node.is_null()) {
            let Kind::List(items) = &node.kind else {
                return Err(fields.wrong(node, "metadata", "a list"));
            };
            self.metadata.clear();
            for item in items {
                self.read_metadata(item, version)?;
            }
        }
        let labels = fields.list("labels")?;
        let annotations = fields.list("annotations")?;
        if version.is_from(133) {
            self.otel_annotations = fields.bool("otel_annotations")?.unwrap_or(false);
        }
        if version.is_from(144) {
            fields.bool("deployment_name_from_replicaset")?;
        }
        fields.finish()?;
        for node in labels {
            let rule = self.read_field(node, "labels", version)?;
            self.labels.push(rule);
        }
        for node in annotations {
            let rule = self.read_field(node, "annotations", version)?;
            self.annotations.push(rule);
        }
        Ok(())
    }

    fn read_metadata(&mut self, node: &Node, version: Version) -> Result<(), ConfigError> {
        let key = node.scalar().unwrap_or_default();
        let known = METADATA
            .iter()
            .any(|(known, since)| *known == key && version.is_from(*since));
        if !known {
            let message = format!("release {version} cannot extract `{key}`");
            return Err(ConfigError::new(node.at, message));
        }
        match key {
            // Only with the gate EmitV1K8sConventions, which is off by default.
            "container.image.tags" => {
                self.notice(
                    node.at,
                    "`container.image.tags` is added only under a feature gate",
                );
            }
            _ => self.metadata.push(key.to_owned()),
        }
        Ok(())
    }

    fn read_field(
        &mut self,
        node: &Node,
        what: &'static str,
        version: Version,
    ) -> Result<FieldRule, ConfigError> {
        let mut fields = Fields::of(node, format!("an entry of extract.{what}"))?;
        let tag_name = fields.text("tag_name")?.unwrap_or_default();
        let key = fields.text("key")?.unwrap_or_default();
        let (key_regex, regex_at) = settings::text_at(&mut fields, "key_regex")?;
        let (from, from_at) = settings::text_at(&mut fields, "from")?;
        fields.finish()?;
        if !key.is_empty() && !key_regex.is_empty() {
            let message = "only one of `key` and `key_regex` can be set";
            return Err(ConfigError::new(regex_at, message));
        }
        let from = match from.as_str() {
            "" | "pod" => From::Pod,
            "namespace" => From::Namespace,
            "node" => From::Node,
            "deployment" | "statefulset" | "daemonset" | "job"
                if has_owner_fields(&from, version) =>
            {
                let message = format!("{what} of a {from} are not simulated");
                self.notice(from_at, message);
                From::Other
            }
            other => {
                let message = format!("`from` cannot be `{other}` in release {version}");
                return Err(ConfigError::new(from_at, message));
            }
        };
        let key_regex = if key_regex.is_empty() {
            None
        } else {
            Some(settings::pattern(&format!("^(?:{key_regex})$"), regex_at)?)
        };
        Ok(FieldRule {
            from,
            what,
            tag_name,
            key,
            key_regex,
        })
    }

    fn read_filter(&mut self, node: Option<&Node>) -> Result<(), ConfigError> {
        let Some(node) = node else {
            return Ok(());
        };
        let mut fields = Fields::of(node, "filter")?;
        self.node = fields.text("node")?.unwrap_or_default();
        if let Some(node) = fields
            .take("node_from_env_var")
            .filter(|node| !node.is_null())
        {
            // Each Collector of a daemon set sees the pods of its node; together they see all.
            self.node = String::new();
            self.notice(
                node.at,
                "`node_from_env_var` is taken to be the node of each target",
            );
        }
        self.namespace = fields.text("namespace")?.unwrap_or_default();
        let list = fields.list("fields")?;
        let labels = fields.list("labels")?;
        fields.finish()?;
        if let Some(first) = list.first() {
            self.notice(first.at, "`filter.fields` is not simulated");
        }
        let operators = [
            ("equals", Operator::Equals),
            ("not-equals", Operator::NotEquals),
            ("exists", Operator::Exists),
            ("does-not-exist", Operator::DoesNotExist),
        ];
        for node in labels {
            let mut fields = Fields::of(node, "an entry of filter.labels")?;
            let filter = LabelFilter {
                key: fields.text("key")?.unwrap_or_default(),
                value: fields.text("value")?.unwrap_or_default(),
                operator: settings::word(&mut fields, "op", &operators)?
                    .unwrap_or(Operator::Equals),
            };
            fields.finish()?;
            self.label_filters.push(filter);
        }
        Ok(())
    }

    fn read_exclude(&mut self, node: Option<&Node>) -> Result<(), ConfigError> {
        let mut names = Vec::new();
        if let Some(node) = node {
            let mut fields = Fields::of(node, "exclude")?;
            let pods = fields.list("pods")?;
            fields.finish()?;
            for pod in pods {
                let mut fields = Fields::of(pod, "an entry of exclude.pods")?;
                names.push(settings::text_at(&mut fields, "name")?);
                fields.finish()?;
            }
        }
        if names.is_empty() {
            for name in ["jaeger-agent", "jaeger-collector"] {
                names.push((name.to_owned(), Position::default()));
            }
        }
        for (name, at) in names {
            self.excluded.push(settings::pattern(&name, at)?);
        }
        Ok(())
    }
}

fn read_association(node: &Node) -> Result<Association, ConfigError> {
    let mut fields = Fields::of(node, "an entry of pod_association")?;
    let list = fields.list("sources")?;
    fields.finish()?;
    if list.len() > MOST_SOURCES {
        let message = format!("an association takes no more than {MOST_SOURCES} sources");
        return Err(ConfigError::new(node.at, message));
    }
    let source = |node: &Node| {
        let mut fields = Fields::of(node, "a source")?;
        let from = fields.text("from")?.unwrap_or_default();
        let name = fields.text("name")?.unwrap_or_default();
        fields.finish()?;
        Ok(match from.as_str() {
            "connection" => Source::Connection,
            "resource_attribute" => Source::Attribute(name),
            _ => Source::Unknown,
        })
    };
    let sources = list.iter().map(source).collect::<Result<_, _>>()?;
    Ok(Association { sources })
}
