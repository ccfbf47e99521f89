//! What the API server has to allow, and the Role that allows just that.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;

/// One thing that is asked of the API server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// `list`, `get`, `create`.
    pub verb: String,
    /// API group; empty for the core.
    pub group: String,
    /// Resource, with its subresource: `pods/portforward`.
    pub resource: String,
    /// `None`: in all namespaces.
    pub namespace: Option<String>,
}

impl Permission {
    pub(super) fn new(verb: &str, group: &str, resource: &str, namespace: Option<&str>) -> Self {
        Self {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            namespace: namespace.map(str::to_owned),
        }
    }
}

/// `list replicasets.apps in namespace shop`.
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in namespace {namespace}"),
            None => f.write_str(" in all namespaces"),
        }
    }
}

/// Who gets a Role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A user, as the API server calls them.
    User(String),
    /// A group of users.
    Group(String),
    /// A service account: its namespace and name.
    ServiceAccount(String, String),
}

impl Subject {
    /// Service accounts are users with a name of a certain form.
    pub fn of_user(name: &str) -> Self {
        let account = name.strip_prefix("system:serviceaccount:");
        match account.and_then(|account| account.split_once(':')) {
            Some((namespace, name)) => Self::ServiceAccount(namespace.to_owned(), name.to_owned()),
            None => Self::User(name.to_owned()),
        }
    }

    fn flag(&self) -> String {
        match self {
            Self::User(name) => format!("--user={}", shell(name)),
            Self::Group(name) => format!("--group={}", shell(name)),
            Self::ServiceAccount(namespace, name) => {
                format!("--serviceaccount={}", shell(&format!("{namespace}:{name}")))
            }
        }
    }
}

/// Permissions as they are given: a Role in each namespace, a `ClusterRole` where all namespaces are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    name: String,
    /// By namespace; `None` is the `ClusterRole`.
    by_scope: BTreeMap<Option<String>, Rules>,
}

/// Verbs by API group and resource.
type Rules = BTreeMap<(String, String), BTreeSet<String>>;

impl Roles {
    /// The least that gives all of `permissions`, under one name.
    pub fn new(name: &str, permissions: impl IntoIterator<Item = Permission>) -> Self {
        let mut by_scope: BTreeMap<Option<String>, Rules> = BTreeMap::new();
        for permission in permissions {
            let rules = by_scope.entry(permission.namespace).or_default();
            let verbs = rules.entry((permission.group, permission.resource));
            verbs.or_default().insert(permission.verb);
        }
        Self {
            name: name.to_owned(),
            by_scope,
        }
    }

    /// The roles as YAML documents, each with its binding where `subject` is given.
    pub fn yaml(&self, subject: Option<&Subject>) -> String {
        let mut text = String::new();
        for (scope, rules) in &self.by_scope {
            self.role(&mut text, scope.as_deref(), rules);
            if let Some(subject) = subject {
                self.binding(&mut text, scope.as_deref(), subject);
            }
        }
        text
    }

    /// The commands that bind the roles to `subject`.
    pub fn commands(&self, subject: &Subject) -> Vec<String> {
        let name = shell(&self.name);
        let to = subject.flag();
        let commands = self.by_scope.keys().map(|scope| match scope {
            None => {
                format!("kubectl create clusterrolebinding {name} --clusterrole={name} {to}")
            }
            Some(namespace) => {
                let namespace = shell(namespace);
                format!("kubectl create rolebinding {name} --role={name} {to} -n {namespace}")
            }
        });
        commands.collect()
    }

    fn role(&self, text: &mut String, scope: Option<&str>, rules: &Rules) {
        self.head(text, scope, "Role");
        let _ = writeln!(text, "rules:");
        for ((group, resource), verbs) in rules {
            let verbs: Vec<String> = verbs.iter().map(|verb| scalar(verb)).collect();
            let _ = write!(
                text,
                "- apiGroups: [{}]\n  resources: [{}]\n  verbs: [{}]\n",
                scalar(group),
                scalar(resource),
                verbs.join(", ")
            );
        }
    }

    fn binding(&self, text: &mut String, scope: Option<&str>, subject: &Subject) {
        self.head(text, scope, "RoleBinding");
        let kind = if scope.is_some() {
            "Role"
        } else {
            "ClusterRole"
        };
        let _ = write!(
            text,
            "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {kind}\n  name: {}\nsubjects:\n",
            scalar(&self.name)
        );
        let _ = match subject {
            Subject::User(name) => write!(
                text,
                "- kind: User\n  apiGroup: rbac.authorization.k8s.io\n  name: {}\n",
                scalar(name)
            ),
            Subject::Group(name) => write!(
                text,
                "- kind: Group\n  apiGroup: rbac.authorization.k8s.io\n  name: {}\n",
                scalar(name)
            ),
            Subject::ServiceAccount(namespace, name) => write!(
                text,
                "- kind: ServiceAccount\n  name: {}\n  namespace: {}\n",
                scalar(name),
                scalar(namespace)
            ),
        };
    }

    fn head(&self, text: &mut String, scope: Option<&str>, kind: &str) {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        let cluster = if scope.is_none() { "Cluster" } else { "" };
        let _ = write!(
            text,
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {cluster}{kind}\nmetadata:\n  name: {}\n",
            scalar(&self.name)
        );
        if let Some(namespace) = scope {
            let _ = writeln!(text, "  namespace: {}", scalar(namespace));
        }
    }
}

/// `text` as a YAML string: plain where no reader can take it for anything else.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '/' | '.'))
        && !matches!(
            text,
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain {
        return text.to_owned();
    }
    // A JSON string is a YAML string; what a terminal could act on is escaped too.
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            ' '..='~' => quoted.push(c),
            _ if u32::from(c) <= 0xffff => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            _ => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// `text` as one word of a shell.
fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [Permission; 3] {
        [
            Permission::new("list", "", "pods", Some("shop")),
            Permission::new("get", "", "pods/portforward", Some("shop")),
            Permission::new("create", "", "pods/portforward", Some("shop")),
        ]
    }

    #[test]
    fn says_what_is_asked_in_the_words_of_kubectl() {
        let list = Permission::new("list", "apps", "replicasets", Some("shop"));
        assert_eq!(list.to_string(), "list replicasets.apps in namespace shop");
        let all = Permission::new("list", "", "pods", None);
        assert_eq!(all.to_string(), "list pods in all namespaces");
    }

    #[test]
    fn a_role_has_one_rule_for_each_resource() {
        let roles = Roles::new("meshctl", all());
        let subject = Subject::of_user("system:serviceaccount:ops:audit");
        assert_eq!(
            roles.yaml(Some(&subject)),
            "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: meshctl
  namespace: shop
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [list]
- apiGroups: [\"\"]
  resources: [pods/portforward]
  verbs: [create, get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: meshctl
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: meshctl
subjects:
- kind: ServiceAccount
  name: audit
  namespace: ops
"
        );
    }

    #[test]
    fn all_namespaces_take_a_cluster_role() {
        let roles = Roles::new("meshctl", [Permission::new("list", "", "pods", None)]);
        let yaml = roles.yaml(Some(&Subject::User("alice".to_owned())));
        assert!(yaml.contains("kind: ClusterRole\n"), "{yaml}");
        assert!(yaml.contains("kind: ClusterRoleBinding\n"), "{yaml}");
        assert!(!yaml.contains("namespace:"), "{yaml}");
        assert_eq!(
            roles.commands(&Subject::User("alice".to_owned())),
            ["kubectl create clusterrolebinding meshctl --clusterrole=meshctl --user=alice"]
        );
    }

    #[test]
    fn hostile_names_stay_strings() {
        for (name, written) in [
            ("alice", "alice"),
            ("a: b", "\"a: b\""),
            ("yes", "\"yes\""),
            ("1e3", "\"1e3\""),
            ("a\"\\\n\u{1b}", "\"a\\\"\\\\\\u000a\\u001b\""),
            ("\u{202e}", "\"\\u202e\""),
            ("\u{1f600}", "\"\\U0001f600\""),
        ] {
            assert_eq!(scalar(name), written);
        }
        assert_eq!(shell("a'; rm x"), r"'a'\''; rm x'");
    }
}
