//! Which cluster to read from, and how: kubectl's flags, and a few of our own.

use std::path::Path;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::terminal::variable;
use crate::collector::targets::Scope;
use crate::source::cluster;
use crate::source::cluster::Access;
use crate::source::cluster::Mesh;
use crate::source::cluster::Port;
use crate::source::cluster::Proxies;
use crate::source::cluster::Via;

/// Where in a cluster to look.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(super) struct ScopeArgs {
    /// Namespace to look in [default: that of the context]
    #[arg(
        short,
        long,
        value_name = "NAME",
        env = "MESHCTL_NAMESPACE",
        hide_env_values = true
    )]
    pub(super) namespace: Option<String>,
    /// All namespaces
    #[arg(
        short = 'A',
        long,
        env = "MESHCTL_ALL_NAMESPACES",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    pub(super) all_namespaces: bool,
}

/// Which cluster, and as whom.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(super) struct AccessArgs {
    /// Context of the kubeconfig [default: the current one]
    #[arg(
        long,
        value_name = "NAME",
        env = "MESHCTL_CONTEXT",
        hide_env_values = true
    )]
    context: Option<String>,
    /// Kubeconfig to use [default: those of KUBECONFIG, else ~/.kube/config, else a pod's service account]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "FILE",
        env = "MESHCTL_KUBECONFIG",
        hide_env_values = true
    )]
    kubeconfig: Option<PathBuf>,
    /// User to act as; `system:serviceaccount:NAMESPACE:NAME` for a service account
    #[arg(
        long = "as",
        id = "as",
        hide_short_help = true,
        value_name = "USER",
        env = "MESHCTL_AS",
        hide_env_values = true
    )]
    as_user: Option<String>,
    /// Group to act as; may be repeated
    #[arg(
        long,
        hide_short_help = true,
        value_name = "GROUP",
        requires = "as",
        value_delimiter = ',',
        env = "MESHCTL_AS_GROUP",
        hide_env_values = true
    )]
    as_group: Vec<String>,
}

/// Which cluster, which pods, which way.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(super) struct ClusterArgs {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Only pods with these labels, such as 'app=web,tier!=db'
    #[arg(
        short = 'l',
        long,
        value_name = "SELECTOR",
        env = "MESHCTL_SELECTOR",
        hide_env_values = true
    )]
    selector: Option<String>,
    /// Only pods with these fields, such as 'spec.nodeName=node-1'
    #[arg(
        long,
        hide_short_help = true,
        value_name = "SELECTOR",
        env = "MESHCTL_FIELD_SELECTOR",
        hide_env_values = true
    )]
    field_selector: Option<String>,
    #[command(flatten)]
    access: AccessArgs,
    /// Whose proxies to look for
    #[arg(
        long,
        hide_short_help = true,
        value_name = "MESH",
        value_enum,
        default_value = "auto",
        env = "MESHCTL_MESH",
        hide_env_values = true
    )]
    mesh: MeshName,
    /// Containers of this name, instead of proxies
    #[arg(
        long,
        hide_short_help = true,
        value_name = "NAME",
        env = "MESHCTL_CONTAINER",
        hide_env_values = true
    )]
    container: Option<String>,
    /// Port with the metrics, by number or name [default: what the container declares, else 4191 or 15020]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "PORT",
        env = "MESHCTL_PORT",
        hide_env_values = true
    )]
    port: Option<Port>,
    /// Path of the metrics [default: /metrics, of Istio's proxies /stats/prometheus]
    #[arg(
        long,
        hide_short_help = true,
        value_name = "PATH",
        value_parser = path,
        env = "MESHCTL_PATH",
        hide_env_values = true
    )]
    path: Option<String>,
    /// The way to a pod
    ///
    /// `auto` takes the first that works: inside the cluster the pod's address, then a port that the API server
    /// forwards, then the API server's proxy. With --verbose it says which.
    #[arg(
        long,
        hide_short_help = true,
        value_name = "WAY",
        value_enum,
        default_value = "auto",
        env = "MESHCTL_VIA",
        hide_env_values = true
    )]
    via: ViaName,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum MeshName {
    /// All that are known
    Auto,
    /// Linkerd's
    Linkerd,
    /// Istio's: sidecars, gateways, waypoints, ztunnels
    Istio,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ViaName {
    /// The first that works
    Auto,
    /// A port that the API server forwards
    Portforward,
    /// The API server's proxy
    Apiproxy,
    /// The pod's address
    Direct,
}

/// A flag as it is typed, the variable that stands in for it, and its value.
type Standing = (&'static str, &'static str, Option<String>);

impl ScopeArgs {
    fn typed(&self) -> [Standing; 2] {
        let all = self.all_namespaces.then(|| "true".to_owned());
        [
            ("-n", "MESHCTL_NAMESPACE", self.namespace.clone()),
            ("-A", "MESHCTL_ALL_NAMESPACES", all),
        ]
    }

    /// Those of these flags that were typed: what a variable says holds wherever it matters.
    pub(super) fn given(&self) -> Vec<&'static str> {
        given(self.typed())
    }

    /// Where objects are looked for that a configuration asks for.
    pub(super) fn scope(&self) -> Scope {
        match &self.namespace {
            _ if self.all_namespaces => Scope::All,
            Some(name) => Scope::One(name.clone()),
            None => Scope::Configured,
        }
    }
}

/// Flags as a sentence names them: `-n`, `-n and -l`, `-n, -A and -l`.
pub(super) fn listed(flags: &[&str]) -> String {
    match flags {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

impl AccessArgs {
    fn typed(&self) -> [Standing; 4] {
        let kubeconfig = self.kubeconfig.as_ref();
        let kubeconfig = kubeconfig.map(|path| path.to_string_lossy().into_owned());
        let groups = (!self.as_group.is_empty()).then(|| self.as_group.join(","));
        [
            ("--context", "MESHCTL_CONTEXT", self.context.clone()),
            ("--kubeconfig", "MESHCTL_KUBECONFIG", kubeconfig),
            ("--as", "MESHCTL_AS", self.as_user.clone()),
            ("--as-group", "MESHCTL_AS_GROUP", groups),
        ]
    }

    /// Those of these flags that were typed.
    pub(super) fn given(&self) -> Vec<&'static str> {
        given(self.typed())
    }

    /// How the API server is reached, with what the environment says of it.
    pub(super) fn plan(self) -> Access {
        let (kubeconfig, kubeconfig_named) = match self.kubeconfig {
            Some(path) => (vec![path], true),
            None => (kubeconfigs(), false),
        };
        Access {
            kubeconfig,
            kubeconfig_named,
            context: self.context,
            impersonate: self.as_user,
            impersonate_groups: self.as_group,
            // Kubernetes sets it in every container.
            in_cluster: variable("KUBERNETES_SERVICE_HOST").is_some(),
            proxies: proxies(),
        }
    }
}

/// The flags of which neither nothing nor the value of their variable is there.
fn given<const N: usize>(flags: [Standing; N]) -> Vec<&'static str> {
    let is_typed = |(_, name, value): &Standing| {
        let standing = variable(name);
        value.is_some() && standing.is_none_or(|standing| !says(&standing, value.as_deref()))
    };
    let typed = flags.into_iter().filter(is_typed);
    typed.map(|(flag, ..)| flag).collect()
}

/// Whether a variable says what a flag came to; that of a switch says it in many words.
fn says(standing: &str, value: Option<&str>) -> bool {
    value == Some(standing) || value == Some("true")
}

impl ClusterArgs {
    /// Where objects are looked for that a configuration asks for.
    pub(super) fn scope(&self) -> Scope {
        self.scope.scope()
    }

    /// Flags that choose pods and were typed.
    pub(super) fn given(&self) -> Vec<&'static str> {
        let mut flags = self.scope.given();
        flags.extend(given([
            ("-l", "MESHCTL_SELECTOR", self.selector.clone()),
            (
                "--field-selector",
                "MESHCTL_FIELD_SELECTOR",
                self.field_selector.clone(),
            ),
        ]));
        flags
    }

    /// What was asked for, with what the environment says of the cluster.
    pub(super) fn plan(self) -> cluster::Options {
        cluster::Options {
            access: self.access.plan(),
            namespace: self.scope.namespace,
            all_namespaces: self.scope.all_namespaces,
            everything: false,
            selector: self.selector,
            field_selector: self.field_selector,
            mesh: match self.mesh {
                MeshName::Auto => Mesh::Any,
                MeshName::Linkerd => Mesh::Linkerd,
                MeshName::Istio => Mesh::Istio,
            },
            container: self.container,
            port: self.port,
            path: self.path,
            via: match self.via {
                ViaName::Auto => Via::Auto,
                ViaName::Portforward => Via::Portforward,
                ViaName::Apiproxy => Via::ApiProxy,
                ViaName::Direct => Via::Direct,
            },
        }
    }
}

/// Where kubectl looks: at all files of `KUBECONFIG`, or at the one at home.
fn kubeconfigs() -> Vec<PathBuf> {
    if let Some(list) = variable("KUBECONFIG") {
        let paths = std::env::split_paths(&list);
        return paths.filter(|path| !path.as_os_str().is_empty()).collect();
    }
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let home = home.map(|home| Path::new(&home).join(".kube").join("config"));
    home.into_iter().collect()
}

fn proxies() -> Proxies {
    let either = |name: &str| {
        let found = variable(name).or_else(|| variable(&name.to_lowercase()));
        found.unwrap_or_default()
    };
    Proxies {
        http: either("HTTP_PROXY"),
        https: either("HTTPS_PROXY"),
        no: either("NO_PROXY"),
    }
}

/// A path that a request can ask for.
fn path(typed: &str) -> Result<String, String> {
    if !typed.starts_with('/') {
        return Err("a path begins with /, for example /metrics".to_owned());
    }
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if typed.bytes().all(plain) {
        Ok(typed.to_owned())
    } else {
        Err("not a path; write blanks and other letters as %20".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_that_can_be_asked_for() {
        assert_eq!(
            path("/stats?format=prometheus"),
            Ok("/stats?format=prometheus".to_owned())
        );
        for wrong in ["", "metrics", "/a b", "/ä", "/a#b", "/a\r\nHost: x"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }
}
