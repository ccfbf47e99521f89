//! Who asks, for what, and whether they may.

use std::fmt;

use http::HeaderMap;
use http::Request;
use http::StatusCode;
use hyper::body::Incoming;
use serde_json::json;

use super::Answer;
use super::Cluster;
use super::detailed;
use super::status;

/// Something that a user or group may do. Empty means all.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) who: String,
    pub(crate) verb: String,
    /// With its subresource: `pods/proxy`.
    pub(crate) resource: String,
    /// Empty: in all namespaces, as a `ClusterRole`.
    pub(crate) namespace: String,
}

impl Rule {
    pub(crate) fn everything(who: &str) -> Self {
        Self::new(who, "", "", "")
    }

    pub(crate) fn new(who: &str, verb: &str, resource: &str, namespace: &str) -> Self {
        Self {
            who: who.to_owned(),
            verb: verb.to_owned(),
            resource: resource.to_owned(),
            namespace: namespace.to_owned(),
        }
    }

    fn allows(&self, caller: &Caller, verb: &str, resource: &str, namespace: &str) -> bool {
        let fits = |rule: &str, asked: &str| rule.is_empty() || rule == asked;
        (self.who == caller.user || caller.groups.contains(&self.who))
            && fits(&self.verb, verb)
            && fits(&self.resource, resource)
            && fits(&self.namespace, namespace)
    }
}

/// Who asks.
pub(super) struct Caller {
    user: String,
    groups: Vec<String>,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.user)?;
        for group in &self.groups {
            write!(f, "+{group}")?;
        }
        Ok(())
    }
}

impl Caller {
    /// The owner of the token, or whom they act as to do what is `asked`.
    pub(super) fn of(
        cluster: &Cluster,
        request: &Request<Incoming>,
        asked: Option<&Asked>,
    ) -> Result<Self, Answer> {
        let headers = request.headers();
        let token =
            header(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
        let user = token.and_then(|token| cluster.tokens.get(token));
        let Some(user) = user else {
            return Err(status(
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
                "Unauthorized",
            ));
        };
        let owner = Self {
            user: user.clone(),
            groups: Vec::new(),
        };
        let groups = headers.get_all("impersonate-group").iter();
        let groups: Vec<String> = groups
            .map(|group| group.to_str().unwrap().to_owned())
            .collect();
        let Some(user) = header(headers, "impersonate-user") else {
            return Ok(owner);
        };
        for (resource, name) in [("users", user)]
            .into_iter()
            .chain(groups.iter().map(|group| ("groups", &**group)))
        {
            let denied = owner.authorized(cluster, "impersonate", "", resource, name, "");
            if denied.is_err()
                && cluster.constrained_impersonation
                && let Some(asked) = asked
            {
                let verb = format!("impersonate-on:user-info:{}", asked.verb);
                owner.authorize(cluster, asked, &verb)?;
            }
            denied?;
        }
        Ok(Self {
            user: user.to_owned(),
            groups,
        })
    }

    pub(super) fn authorize(
        &self,
        cluster: &Cluster,
        asked: &Asked,
        verb: &str,
    ) -> Result<(), Answer> {
        let resource = if asked.subresource.is_empty() {
            asked.plural.clone()
        } else {
            format!("{}/{}", asked.plural, asked.subresource)
        };
        self.authorized(
            cluster,
            verb,
            &asked.group,
            &resource,
            &asked.name,
            &asked.namespace,
        )
    }

    fn authorized(
        &self,
        cluster: &Cluster,
        verb: &str,
        group: &str,
        resource: &str,
        name: &str,
        namespace: &str,
    ) -> Result<(), Answer> {
        let mut rules = cluster.rules.iter();
        if rules.any(|rule| rule.allows(self, verb, resource, namespace)) {
            return Ok(());
        }
        let plural = resource.split('/').next().unwrap();
        let mut what = plural.to_owned();
        let mut details = json!({"kind": plural});
        if !group.is_empty() {
            what = format!("{what}.{group}");
            details["group"] = json!(group);
        }
        if !name.is_empty() {
            what = format!("{what} \"{name}\"");
            details["name"] = json!(name);
        }
        let scope = if namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace \"{namespace}\"")
        };
        let message = format!(
            "{what} is forbidden: User \"{}\" cannot {verb} resource \"{resource}\" in API group \"{group}\" {scope}",
            self.user
        );
        let code = StatusCode::FORBIDDEN;
        Err(detailed(code, "Forbidden", &message, details))
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

/// What a request is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) verb: &'static str,
    pub(super) group: String,
    pub(super) namespace: String,
    pub(super) plural: String,
    /// As the path has it: with a port behind a colon where it is proxied to.
    pub(super) name: String,
    pub(super) subresource: String,
    /// What follows the subresource.
    pub(super) rest: String,
}

impl Asked {
    /// Reads a path of the API; `None` where it is none that is served.
    pub(super) fn of(request: &Request<Incoming>) -> Option<Self> {
        let path = request.uri().path();
        let (group, path) = if let Some(path) = path.strip_prefix("/api/v1/") {
            ("", path)
        } else {
            let (group, path) = path.strip_prefix("/apis/")?.split_once('/')?;
            (group, path.strip_prefix("v1/")?)
        };
        let mut parts = path.splitn(6, '/');
        let mut plural = parts.next()?;
        let mut namespace = "";
        let mut further: Vec<&str> = Vec::new();
        let rest: Vec<&str> = parts.collect();
        if plural == "namespaces" && rest.len() >= 2 {
            namespace = rest[0];
            plural = rest[1];
            further.extend(&rest[2..]);
        } else {
            further.extend(&rest);
        }
        let part = |at: usize| further.get(at).copied().unwrap_or_default().to_owned();
        Some(Self {
            verb: if further.is_empty() { "list" } else { "get" },
            group: group.to_owned(),
            namespace: namespace.to_owned(),
            plural: plural.to_owned(),
            name: part(0),
            subresource: part(1),
            rest: part(2),
        })
    }
}
