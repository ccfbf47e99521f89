//! Where targets come from: the `*_sd_configs` and `static_configs` of a job.

use super::super::decode::Fields;
use super::super::decode::Notice;
use super::super::decode::text;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::components::error_at;
use super::scrape_keys;
use super::scrape_keys::DISCOVERIES;

/// One source of targets.
#[derive(Debug, Clone, PartialEq)]
pub enum Discovery {
    /// The API of a cluster.
    Kubernetes(KubernetesDiscovery),
    /// A fixed list.
    Static(StaticGroup),
    /// Another kind, which is not simulated.
    Other {
        /// The key: `consul_sd_configs`.
        key: String,
        /// Its settings.
        node: Node,
    },
}

/// `kubernetes_sd_configs`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the configuration"
)]
pub struct KubernetesDiscovery {
    /// Where it stands.
    pub at: Position,
    /// `pod`, `service`, `endpoints`, `endpointslice`, `node` or `ingress`; in lower case.
    pub role: String,
    /// Only these namespaces; all of them if it is empty and `own_namespace` is false.
    pub namespaces: Vec<(String, Position)>,
    /// The namespace the Collector runs in, beside those named.
    pub own_namespace: bool,
    /// Only objects that these select.
    pub selectors: Vec<Selector>,
    /// Nodes' labels are added.
    pub attach_node: bool,
    /// Namespaces' labels are added.
    pub attach_namespace: bool,
    /// The name of the deployment above a pod's replica set is added.
    pub attach_deployment: bool,
    /// The name of a pod's job is added.
    pub attach_job: bool,
    /// The name of the cron job above a pod's job is added.
    pub attach_cron_job: bool,
}

/// A selection of objects by the API of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// Where it stands.
    pub at: Position,
    /// What kind of object it selects.
    pub role: String,
    /// By labels, as for `kubectl -l`; empty for all.
    pub label: String,
    /// By fields, as for `kubectl --field-selector`; empty for all.
    pub field: String,
}

/// A group of `static_configs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticGroup {
    /// Where it stands.
    pub at: Position,
    /// Addresses.
    pub targets: Vec<(String, Position)>,
    /// Labels that all of them get.
    pub labels: Vec<(String, String)>,
}

/// All sources of a job.
pub(super) fn all(
    fields: &mut Fields<'_>,
    job: &str,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Discovery>, ConfigError> {
    let mut found = Vec::new();
    for node in fields.list("kubernetes_sd_configs")? {
        found.push(Discovery::Kubernetes(kubernetes(
            node, job, version, notices,
        )?));
    }
    for node in fields.list("static_configs")? {
        found.push(Discovery::Static(static_group(node)?));
    }
    for (key, from) in DISCOVERIES {
        if !version.is_from(from) {
            continue;
        }
        for node in fields.list(key)? {
            notices.push(Notice {
                at: node.at,
                subject: format!("job {job}: {key}"),
                message: "targets from here are not known: this discovery is not simulated"
                    .to_owned(),
            });
            let (key, node) = (key.to_owned(), node.clone());
            found.push(Discovery::Other { key, node });
        }
    }
    Ok(found)
}

fn kubernetes(
    node: &Node,
    job: &str,
    version: Version,
    notices: &mut Vec<Notice>,
) -> Result<KubernetesDiscovery, ConfigError> {
    const ROLES: [&str; 6] = [
        "pod",
        "service",
        "endpoints",
        "endpointslice",
        "node",
        "ingress",
    ];
    let mut fields = Fields::of(node, "kubernetes_sd_configs")?;
    let role_at = fields.take("role").map(|node| node.at);
    let role = fields.text("role")?.unwrap_or_default().to_lowercase();
    if role.is_empty() {
        let message =
            "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)";
        return Err(ConfigError::new(node.at, message));
    }
    if !ROLES.contains(&role.as_str()) {
        let message = format!("unknown Kubernetes SD role \"{role}\"");
        let error = error_at(role_at.unwrap_or(node.at), &role, message);
        return Err(error.with_help(format!("one of: {}", ROLES.join(", "))));
    }
    let api_server = fields.text("api_server")?.is_some();
    let kubeconfig = fields.text("kubeconfig_file")?.is_some();
    if api_server || kubeconfig {
        notices.push(Notice {
            at: node.at,
            subject: format!("job {job}: kubernetes_sd_configs"),
            message:
                "this discovery asks a cluster of its own choice, which may not be the one shown"
                    .to_owned(),
        });
    }
    scrape_keys::http_client(&mut fields)?;
    let (own_namespace, namespaces) = match fields.take("namespaces") {
        None => (false, Vec::new()),
        Some(node) => {
            let mut fields = Fields::of(node, "`namespaces`")?;
            let own = fields.bool("own_namespace")?.unwrap_or_default();
            let names = fields.texts("names")?;
            fields.finish()?;
            (own, names)
        }
    };
    let selectors = fields
        .list("selectors")?
        .iter()
        .map(|node| selector(node, &role));
    let selectors = selectors.collect::<Result<_, _>>()?;
    let [
        attach_node,
        attach_namespace,
        attach_deployment,
        attach_job,
        attach_cron_job,
    ] = match fields.take("attach_metadata") {
        None => [false; 5],
        Some(node) => attached(node, version)?,
    };
    fields.finish()?;
    Ok(KubernetesDiscovery {
        at: node.at,
        role,
        namespaces,
        own_namespace,
        selectors,
        attach_node,
        attach_namespace,
        attach_deployment,
        attach_job,
        attach_cron_job,
    })
}

/// `attach_metadata`: nodes, namespaces, deployments, jobs, cron jobs.
fn attached(node: &Node, version: Version) -> Result<[bool; 5], ConfigError> {
    let mut fields = Fields::of(node, "`attach_metadata`")?;
    let of_node = fields.bool("node")?.unwrap_or_default();
    let mut of_namespace = false;
    if version.is_from(scrape_keys::V3_7) {
        of_namespace = fields.bool("namespace")?.unwrap_or_default();
    }
    let mut owners = [false; 3];
    if version.is_from(scrape_keys::POD_OWNERS_FROM) {
        for (key, attached) in ["deployment", "job", "cronjob"]
            .into_iter()
            .zip(&mut owners)
        {
            *attached = fields.bool(key)?.unwrap_or_default();
        }
    }
    fields.finish()?;
    let [deployment, job, cron_job] = owners;
    Ok([of_node, of_namespace, deployment, job, cron_job])
}

fn selector(node: &Node, discovered: &str) -> Result<Selector, ConfigError> {
    let allowed: &[&str] = match discovered {
        "pod" => &["pod", "node"],
        "endpoints" => &["pod", "service", "endpoints"],
        "endpointslice" => &["pod", "service", "endpointslice"],
        "service" => &["service"],
        "node" => &["node"],
        _ => &["ingress"],
    };
    let mut fields = Fields::of(node, "`selectors`")?;
    let role = fields.text("role")?.unwrap_or_default().to_lowercase();
    if !allowed.contains(&role.as_str()) {
        let message = format!(
            "{discovered} role supports only {} selectors",
            allowed.join(", ")
        );
        return Err(ConfigError::new(node.at, message));
    }
    let label = fields.text("label")?.unwrap_or_default();
    let field = fields.text("field")?.unwrap_or_default();
    fields.finish()?;
    Ok(Selector {
        at: node.at,
        role,
        label,
        field,
    })
}

fn static_group(node: &Node) -> Result<StaticGroup, ConfigError> {
    let mut fields = Fields::of(node, "static_configs")?;
    let targets = fields.texts("targets")?;
    let labels = match fields.take("labels") {
        None => Vec::new(),
        Some(node) => pairs(node, "`labels`")?,
    };
    fields.finish()?;
    Ok(StaticGroup {
        at: node.at,
        targets,
        labels,
    })
}

/// The texts of a map.
pub(super) fn pairs(node: &Node, what: &str) -> Result<Vec<(String, String)>, ConfigError> {
    if !matches!(node.kind, Kind::Map(_) | Kind::Null) {
        let found = node.kind_name();
        return Err(ConfigError::new(
            node.at,
            format!("{what} must be a map, not {found}"),
        ));
    }
    let entries = node.entries().iter();
    entries
        .map(|entry| Ok((entry.key.clone(), text(&entry.value)?.unwrap_or_default())))
        .collect()
}
