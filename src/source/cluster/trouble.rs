//! What the API server refuses, and what keeps it from answering, in words without secrets.
//!
//! Errors of the client are never shown as they are: some carry tokens, lines of the kubeconfig, or the password
//! of a proxy.

use std::io;

use kube::client::AuthError;
use kube::core::Status;

use super::permission::Permission;
use super::tls;
use crate::source::fault::Fault;

/// Of a message from elsewhere, so much is shown.
const MESSAGE_CHARS: usize = 300;

/// Why the API server did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// 403, and whose permission it was, where the server tells.
    #[error("not allowed to {permission} (403{})", said(.message))]
    Denied {
        permission: Permission,
        user: Option<String>,
        message: String,
    },
    /// 401
    #[error(
        "the API server does not accept these credentials (401): log in again, or choose another --context"
    )]
    Unauthorized,
    /// 410: a list that was begun has been forgotten.
    #[error("the list kept expiring while it was read (410): try again")]
    Gone,
    #[error("HTTP {code}{}", said(.message))]
    Refused { code: u16, message: String },
    /// No answer at all.
    #[error("{0}")]
    Lost(String),
}

impl Trouble {
    /// What an error answer to a request that needed `asked` means.
    pub(super) fn of_status(status: &Status, code: u16, asked: &Permission) -> Self {
        let message = one_line(&status.message);
        match code {
            401 => Self::Unauthorized,
            403 => {
                let told = Told::in_message(&status.message);
                Self::Denied {
                    permission: told
                        .as_ref()
                        .map_or_else(|| asked.clone(), |told| told.permission.clone()),
                    user: told.map(|told| told.user),
                    message,
                }
            }
            410 => Self::Gone,
            code => Self::Refused { code, message },
        }
    }

    /// What an error of the client means.
    pub(super) fn of(error: &kube::Error, asked: &Permission) -> Self {
        match error {
            kube::Error::Api(status) => Self::of_status(status, status.code, asked),
            error => Self::Lost(describe(error)),
        }
    }
}

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

/// The part of a 403 that says who may not do what, as the API server writes it.
struct Told {
    user: String,
    permission: Permission,
}

impl Told {
    /// Reads `… User "U" cannot VERB resource "R" in API group "G" in the namespace "N"`.
    fn in_message(message: &str) -> Option<Self> {
        let (_, rest) = message.split_once("User ")?;
        let (user, rest) = quoted(rest)?;
        let rest = rest.strip_prefix(" cannot ")?;
        let (verb, rest) = rest.split_once(" resource ")?;
        let (resource, rest) = quoted(rest)?;
        let rest = rest.strip_prefix(" in API group ")?;
        let (group, rest) = quoted(rest)?;
        let namespace = match rest.strip_prefix(" in the namespace ") {
            Some(rest) => Some(quoted(rest)?.0),
            None => None,
        };
        let mode = verb.strip_prefix("impersonate-on:");
        let permission = match mode.or_else(|| verb.strip_prefix("impersonate:")) {
            Some(mode) => impersonation(mode),
            None => Permission::new(verb, group, resource, namespace),
        };
        Some(Self {
            user: user.to_owned(),
            permission,
        })
    }
}

/// Since 1.36 who may not act as another is told the narrowest of two permissions that are missing: `MODE:VERB` on
/// what was asked for, or where that is given, `MODE` on whom they would be. What every release accepts is wider and
/// one.
fn impersonation(mode: &str) -> Permission {
    let resource = match mode.split(':').next() {
        Some("serviceaccount") => "serviceaccounts",
        _ => "users",
    };
    Permission::new("impersonate", "", resource, None)
}

/// The text between the quotes at the start, and what follows. What Go escapes is not undone: such a name is
/// shown as it was sent.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

/// A message on one line, cut where it gets long.
pub(super) fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MESSAGE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Words for an error of the client that is no answer of the server.
pub(super) fn describe(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => one_line(&status.message),
        kube::Error::Service(error) => match error.downcast_ref::<AuthError>() {
            Some(error) => credentials(error),
            None => tls::reason(error.as_ref()).unwrap_or_else(|| innermost(error.as_ref())),
        },
        kube::Error::HyperError(error) => tls::reason(error).unwrap_or_else(|| innermost(error)),
        kube::Error::Auth(error) => credentials(error),
        kube::Error::ProxyProtocolUnsupported { .. }
        | kube::Error::ProxyProtocolDisabled { .. } => {
            "the proxy's URL is of no kind that is known: use http, https or socks5".to_owned()
        }
        // The text of these shows what was read.
        kube::Error::SerdeError(error) => format!(
            "the answer is not what was asked for (line {}, column {}): is this an API server?",
            error.line(),
            error.column()
        ),
        kube::Error::FromUtf8(_) => "the answer is no UTF-8: is this an API server?".to_owned(),
        kube::Error::RustlsTls(error) => format!("cannot set up TLS: {error}"),
        kube::Error::UpgradeConnection(error) => format!("no WebSocket: {error}"),
        kube::Error::BuildRequest(error) => format!("cannot be asked for: {error}"),
        error => format!("the client failed: {}", innermost(error)),
    }
}

/// What an error comes down to: the outer layers only say that a request failed.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => Fault::of(error).to_string(),
        None => one_line(&error.to_string()),
    }
}

/// Words for what went wrong with credentials. Output and arguments of plugins may hold tokens: only how they
/// ended is told, and what they said on standard error stands there already.
fn credentials(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecStart(error) => format!(
            "the kubeconfig's credential plugin cannot be started: {}",
            Fault::of(error)
        ),
        AuthError::AuthExecRun { out, .. } => format!(
            "the kubeconfig's credential plugin failed ({}): run it by hand, or log in again",
            out.status
        ),
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed | AuthError::ParseTokenKey(_) => {
            "the kubeconfig's credential plugin answered with no credential: run it by hand"
                .to_owned()
        }
        AuthError::ReadTokenFile(error, path) => format!(
            "cannot read the token file {}: {}",
            path.display(),
            Fault::of(error)
        ),
        AuthError::MissingCommand => "the kubeconfig's credential plugin has no command".to_owned(),
        AuthError::InvalidBasicAuth(_) | AuthError::InvalidBearerToken(_) => {
            "the kubeconfig's token or password holds a character that no header may".to_owned()
        }
        AuthError::MalformedTokenExpirationDate(_) => {
            "the credential says no time at which it expires that can be read".to_owned()
        }
        AuthError::OAuth(error) => format!("no token by OAuth: {}", outermost(error)),
        AuthError::Oidc(error) => format!("no token by OIDC: {}", outermost(error)),
        AuthError::AuthExec(_) => {
            "the kubeconfig's auth-provider is not supported: use a credential plugin".to_owned()
        }
        _ => "the kubeconfig's credentials cannot be used".to_owned(),
    }
}

/// The first layer alone: deeper ones may show what was read.
fn outermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = one_line(&error.to_string());
    if let Some(source) = error.source() {
        let inner = one_line(&source.to_string());
        // Where the first layer repeats its source, the source is cut off.
        if let Some(cut) = text.strip_suffix(&inner) {
            text = cut.trim_end_matches([' ', ':']).to_owned();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_is_taken_from_the_servers_words() {
        let asked = Permission::new("list", "", "pods", Some("shop"));
        let status = |message: &str| Status::failure(message, "Forbidden").with_code(403);
        let told = status(
            "users \"root\" is forbidden: User \"alice\" cannot impersonate resource \"users\" \
             in API group \"\" at the cluster scope",
        );
        let Trouble::Denied {
            permission, user, ..
        } = Trouble::of_status(&told, 403, &asked)
        else {
            panic!("denied")
        };
        assert_eq!(user.as_deref(), Some("alice"));
        assert_eq!(
            permission,
            Permission::new("impersonate", "", "users", None)
        );
        // Since 1.36 in these words, whatever the user was to be.
        for (mode, resource) in [
            ("-on:user-info:list", "users"),
            ("-on:serviceaccount:list", "serviceaccounts"),
            ("-on:arbitrary-node:list", "users"),
            (":user-info", "users"),
            (":serviceaccount", "serviceaccounts"),
        ] {
            let constrained = status(&format!(
                "pods is forbidden: User \"alice\" cannot impersonate{mode} resource \"pods\" \
                 in API group \"\" in the namespace \"shop\""
            ));
            let Trouble::Denied { permission, .. } = Trouble::of_status(&constrained, 403, &asked)
            else {
                panic!("denied")
            };
            let needed = Permission::new("impersonate", "", resource, None);
            assert_eq!(permission, needed);
        }
        // Since 1.35 a WebSocket is refused in these words.
        let untold = status("pods \"web\" is forbidden: ");
        let denied = Trouble::of_status(&untold, 403, &asked);
        assert_eq!(
            denied.to_string(),
            "not allowed to list pods in namespace shop (403: pods \"web\" is forbidden:)"
        );
    }

    #[test]
    fn a_plugin_that_fails_shows_neither_its_arguments_nor_what_it_printed() {
        let failed = AuthError::AuthExecRun {
            cmd: "plugin --token s3cret".to_owned(),
            out: Box::new(std::process::Output {
                status: std::process::ExitStatus::default(),
                stdout: b"s3cret".to_vec(),
                stderr: b"s3cret".to_vec(),
            }),
        };
        let text = describe(&kube::Error::Auth(failed));
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("credential plugin failed"), "{text}");
    }
}
