//! How the API server is reached: kubeconfig, service account, proxies, and whom to act as.

use std::path::PathBuf;
use std::time::Duration;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use kube::Client;
use kube::Config;
use kube::config::KubeConfigOptions;
use kube::config::Kubeconfig;
use kube::config::KubeconfigError;
use tokio::task;

use super::permission::Permission;
use super::permission::Subject;
use super::trouble::describe;
use crate::source::address;
use crate::source::fault::Fault;

/// How long the connection to the API server may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Where credentials are and whom to act as. Nothing of it is read before a cluster is needed.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Kubeconfigs, of which the first to name something decides.
    pub kubeconfig: Vec<PathBuf>,
    /// The user named the kubeconfig, so that it has to be there; of several in `KUBECONFIG` some may be missing.
    pub kubeconfig_named: bool,
    /// Instead of the kubeconfig's current context.
    pub context: Option<String>,
    /// User to act as.
    pub impersonate: Option<String>,
    /// Groups to act as.
    pub impersonate_groups: Vec<String>,
    /// Whether this process runs in a pod, so that a service account may stand in for a missing kubeconfig.
    pub in_cluster: bool,
    /// Proxies of the environment.
    pub proxies: Proxies,
}

/// `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, empty where unset.
#[derive(Clone, Default)]
pub struct Proxies {
    /// For API servers without TLS.
    pub http: String,
    /// For API servers with TLS.
    pub https: String,
    /// Whom to reach directly.
    pub no: String,
}

/// Proxies carry passwords.
impl std::fmt::Debug for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proxies")
    }
}

impl Access {
    /// Whether there is anything to reach a cluster by.
    pub fn is_configured(&self) -> bool {
        self.kubeconfig_named || self.in_cluster || self.kubeconfig.iter().any(|path| path.exists())
    }

    /// The namespace that commands work in unless told otherwise, as far as a kubeconfig tells.
    pub fn namespace(&self) -> Option<String> {
        let kubeconfig = self.read().ok()??;
        let context = self.context.clone().or(kubeconfig.current_context)?;
        let contexts = &kubeconfig.contexts;
        let named = contexts.iter().find(|named| named.name == context)?;
        let namespace = named.context.as_ref()?.namespace.clone();
        namespace.filter(|namespace| !namespace.is_empty())
    }

    /// What has to be allowed to whoever acts as somebody else: in the way that every release knows, and that all
    /// of the newer ones (KEP-5284) accept too.
    pub(super) fn impersonation(&self) -> Vec<Permission> {
        let Some(user) = &self.impersonate else {
            return Vec::new();
        };
        let mut needs = vec![match Subject::of_user(user) {
            Subject::ServiceAccount(namespace, _) => {
                Permission::new("impersonate", "", "serviceaccounts", Some(&namespace))
            }
            _ => Permission::new("impersonate", "", "users", None),
        }];
        if !self.impersonate_groups.is_empty() {
            needs.push(Permission::new("impersonate", "", "groups", None));
        }
        needs
    }

    /// The kubeconfigs merged; `None` where there is none.
    fn read(&self) -> Result<Option<Kubeconfig>, String> {
        let mut merged: Option<Kubeconfig> = None;
        for path in &self.kubeconfig {
            if !self.kubeconfig_named && !path.exists() {
                continue;
            }
            let shown = path.display();
            let read = Kubeconfig::read_from(path);
            let read = read.map_err(|error| unread(&error, &shown.to_string()))?;
            merged = Some(match merged {
                None => read,
                Some(before) => before.merge(read).map_err(|_| {
                    format!("kubeconfig {shown} is of another kind than the one before it")
                })?,
            });
        }
        Ok(merged)
    }

    /// # Errors
    /// Says what is missing or wrong, and shows nothing of what is in a kubeconfig but names.
    async fn config(&self) -> Result<(Config, bool), String> {
        let (mut config, proxy, inside) = match self.read()? {
            Some(kubeconfig) if !kubeconfig.contexts.is_empty() || !self.in_cluster => {
                let options = KubeConfigOptions {
                    context: self.context.clone(),
                    ..KubeConfigOptions::default()
                };
                let proxy = cluster_proxy(&kubeconfig, self.context.as_ref());
                let config = Config::from_custom_kubeconfig(kubeconfig.clone(), &options).await;
                let config = config.map_err(|error| self.unusable(&error, &kubeconfig))?;
                (config, proxy, false)
            }
            _ if self.in_cluster => {
                if let Some(context) = &self.context {
                    return Err(format!(
                        "there is no kubeconfig to hold the context {context}"
                    ));
                }
                let config = Config::incluster();
                let config = config
                    .map_err(|error| format!("cannot use this pod's service account: {error}"))?;
                (config, None, true)
            }
            _ => {
                return Err(
                    "there is no kubeconfig: name one with --kubeconfig or KUBECONFIG, or name files \
                     to read"
                        .to_owned(),
                );
            }
        };
        config.proxy_url = match proxy {
            Some(proxy) => Some(
                proxy
                    .parse()
                    .map_err(|_| "its proxy-url is no URL".to_owned())?,
            ),
            None => self.proxies.of(&config.cluster_url),
        };
        if let Some(user) = &self.impersonate {
            config.auth_info.impersonate = Some(user.clone());
            config.auth_info.impersonate_groups = Some(self.impersonate_groups.clone());
        }
        config.connect_timeout = Some(CONNECT);
        // Whoever asks knows how long they can wait and what may be asked again.
        config.default_retry = false;
        Ok((config, inside))
    }

    fn unusable(&self, error: &KubeconfigError, kubeconfig: &Kubeconfig) -> String {
        let names: Vec<&str> = kubeconfig
            .contexts
            .iter()
            .map(|named| &*named.name)
            .collect();
        let names = if names.is_empty() {
            "it has none".to_owned()
        } else {
            format!("it has {}", names.join(", "))
        };
        match error {
            KubeconfigError::CurrentContextNotSet => {
                format!("the kubeconfig has no current context: choose one with --context; {names}")
            }
            KubeconfigError::LoadContext(context) => {
                format!("the kubeconfig has no context {context}; {names}")
            }
            KubeconfigError::LoadClusterOfContext(cluster) => {
                format!("the kubeconfig has no cluster {cluster}, which its context refers to")
            }
            error => unread(error, &self.shown()),
        }
    }

    fn shown(&self) -> String {
        let paths: Vec<String> = self
            .kubeconfig
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        paths.join(", ")
    }
}

/// Why a kubeconfig cannot be used, without a line of it.
fn unread(error: &KubeconfigError, path: &str) -> String {
    match error {
        KubeconfigError::ReadConfig(error, _) => {
            format!("cannot read kubeconfig {path}: {}", Fault::of(error))
        }
        KubeconfigError::Parse(error) => match error.location() {
            Some(at) => format!(
                "kubeconfig {path} cannot be understood at line {}, column {}",
                at.line(),
                at.column()
            ),
            None => format!("kubeconfig {path} cannot be understood"),
        },
        KubeconfigError::MissingClusterUrl => {
            format!("kubeconfig {path}: the cluster has no server")
        }
        KubeconfigError::ParseClusterUrl(_) => {
            format!("kubeconfig {path}: the cluster's server is no URL")
        }
        KubeconfigError::ParseProxyUrl(_) => format!("kubeconfig {path}: the proxy is no URL"),
        KubeconfigError::ParseCertificates(_) => {
            format!("kubeconfig {path}: the certificate authority is no PEM")
        }
        error => format!("kubeconfig {path}: {error}"),
    }
}

/// The proxy that the kubeconfig itself wants.
fn cluster_proxy(kubeconfig: &Kubeconfig, context: Option<&String>) -> Option<String> {
    let context = context.or(kubeconfig.current_context.as_ref())?;
    let mut contexts = kubeconfig.contexts.iter();
    let context = contexts
        .find(|named| named.name == *context)?
        .context
        .as_ref()?;
    let mut clusters = kubeconfig.clusters.iter();
    let cluster = clusters.find(|named| named.name == context.cluster)?;
    let proxy = cluster.cluster.as_ref()?.proxy_url.clone();
    proxy.filter(|proxy| !proxy.is_empty())
}

impl Proxies {
    /// The proxy for `server`. As for kubectl, nothing stands between this machine and itself.
    fn of(&self, server: &Uri) -> Option<Uri> {
        let host = server.host()?.trim_matches(['[', ']']);
        let address: Option<std::net::IpAddr> = host.parse().ok();
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return None;
        }
        let matcher = Matcher::builder()
            .http(self.http.clone())
            .https(self.https.clone())
            .no(self.no.clone())
            .build();
        matcher.intercept(server)?;
        // The matcher takes the password out of the URL; the client wants it there.
        let typed = match server.scheme_str() {
            Some("https") => &self.https,
            _ => &self.http,
        };
        let typed = if typed.contains("://") {
            typed.clone()
        } else {
            format!("http://{typed}")
        };
        typed.parse().ok()
    }
}

/// A cluster that can be asked.
pub(super) struct Api {
    pub(super) client: Client,
    /// Where things are looked for unless told otherwise.
    pub(super) namespace: String,
    /// This process runs in the cluster, so that pods may be reached by their addresses.
    pub(super) inside: bool,
    /// The server without credentials, for messages.
    pub(super) server: String,
}

/// Makes a client. Runs a credential plugin where the kubeconfig wants one.
///
/// # Errors
/// Says what is missing or wrong without a secret.
pub(super) async fn connect(access: &Access) -> Result<Api, String> {
    // Somebody else in this process may have installed it before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (config, inside) = access.config().await?;
    let namespace = match &*config.default_namespace {
        "" => "default".to_owned(),
        namespace => namespace.to_owned(),
    };
    let server = address::without_credentials(&config.cluster_url.to_string());
    let made = task::spawn_blocking(move || Client::try_from(config)).await;
    let client = made
        .map_err(|_| "the client could not be set up".to_owned())?
        .map_err(|error| describe(&error))?;
    Ok(Api {
        client,
        namespace,
        inside,
        server: server.trim_end_matches('/').to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acting_as_somebody_takes_what_says_who_they_are() {
        let needs = |user: &str, groups: &[&str]| {
            let access = Access {
                impersonate: Some(user.to_owned()),
                impersonate_groups: groups.iter().map(|group| (*group).to_owned()).collect(),
                ..Access::default()
            };
            let needs = access.impersonation();
            let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
            needs.join("; ")
        };
        assert_eq!(needs("bob", &[]), "impersonate users in all namespaces");
        assert_eq!(
            needs("bob", &["auditors", "others"]),
            "impersonate users in all namespaces; impersonate groups in all namespaces"
        );
        assert_eq!(
            needs("system:serviceaccount:ops:audit", &[]),
            "impersonate serviceaccounts in namespace ops"
        );
        assert!(Access::default().impersonation().is_empty());
    }

    fn proxy(server: &str, https: &str, no: &str) -> Option<String> {
        let proxies = Proxies {
            https: https.to_owned(),
            no: no.to_owned(),
            ..Proxies::default()
        };
        let found = proxies.of(&server.parse().unwrap());
        found.map(|found| found.to_string())
    }

    #[test]
    fn a_proxy_is_used_unless_the_api_server_is_excepted() {
        let through = Some("http://u:p@proxy:3128/".to_owned());
        assert_eq!(
            proxy("https://api.x:6443", "http://u:p@proxy:3128", ""),
            through
        );
        assert_eq!(
            proxy("https://api.x:6443", "http://u:p@proxy:3128", "other,.y"),
            through
        );
        assert_eq!(proxy("https://api.x:6443", "u:p@proxy:3128", ".x"), None);
        assert_eq!(
            proxy("https://10.0.0.1:6443", "http://proxy", "10.0.0.0/8"),
            None
        );
        assert_eq!(proxy("https://127.0.0.1:6443", "http://proxy", ""), None);
        assert_eq!(proxy("http://api.x", "http://proxy", ""), None);
        assert_eq!(proxy("https://api.x", "", ""), None);
    }
}
