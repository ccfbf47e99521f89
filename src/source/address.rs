//! The URL of a metrics endpoint, and the part of it that may be shown.

use std::fmt;

use url::Url;

use crate::source::secrets::{HIDDEN, Secrets};

/// A query parameter is taken for a secret when its name holds one of these.
const SECRET_NAMES: [&str; 9] = [
    "token", "key", "pass", "pwd", "secret", "auth", "sig", "cred", "session",
];

/// Whether `source` is a URL and not the name of a file.
pub(super) fn is_url(source: &str) -> bool {
    let begins = |scheme: &str| {
        let start = source.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    begins("http://") || begins("https://")
}

/// `source` as it may be shown: a URL without its credentials, what exists as typed, and anything else
/// without what would be credentials if it was meant for a URL.
pub(super) fn without_credentials(source: &str) -> String {
    if is_url(source) {
        let address = Address::parse(source);
        return address.map_or_else(|_| without_secrets(source), |address| address.shown);
    }
    if std::fs::symlink_metadata(source).is_ok() {
        return source.to_owned();
    }
    mistyped(source)
}

/// `source`, which names nothing, without what would be secret if it was a URL typed wrongly:
/// `htps://me:pass@host`, ` http://me:pass@host`, `me:pass@host:4191/metrics`, `host/metrics?token=abc`.
fn mistyped(source: &str) -> String {
    let (place, query) = source.split_once('?').unwrap_or((source, ""));
    let mut shown = match place.rsplit_once('@') {
        Some((front, host)) => match scheme(front) {
            (Some(scheme), _) => format!("{scheme}{HIDDEN}@{host}"),
            (None, user) if user.contains(':') && !user.contains('/') => format!("{HIDDEN}@{host}"),
            (None, _) => place.to_owned(),
        },
        None => place.to_owned(),
    };
    if source.len() > place.len() {
        shown.push('?');
        push_parameters(query, &mut shown);
    }
    shown
}

/// Whether `source`, which names nothing, may have been meant for a URL.
pub(super) fn is_nearly_url(source: &str) -> bool {
    source.contains(':') && (scheme(source).0.is_some() || mistyped(source) != source)
}

/// The scheme that `text` begins with, blanks and slashes around it included, and what follows it. Two
/// slashes alone are one too.
fn scheme(text: &str) -> (Option<&str>, &str) {
    let is_slash = |c: char| matches!(c, '/' | '\\');
    let rest = text.trim_start();
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let bare = rest.trim_start_matches(is_slash);
    let word = text[..text.len() - rest.len()].trim_start();
    let slashes = rest.len() - bare.len();
    let is_http = word.eq_ignore_ascii_case("http:") || word.eq_ignore_ascii_case("https:");
    let is_scheme = slashes >= 2 && (word.is_empty() || word.ends_with(':'));
    if is_http || is_scheme {
        (Some(&text[..text.len() - bare.len()]), bare)
    } else {
        (None, text)
    }
}

/// Writes the parameters of a query behind its `?`, the values of secret ones hidden.
fn push_parameters(query: &str, shown: &mut String) {
    for (index, parameter) in query.split('&').enumerate() {
        if index > 0 {
            shown.push('&');
        }
        match parameter.split_once('=') {
            Some((name, _)) if is_secret(&decoded(name)) => {
                shown.push_str(name);
                shown.push('=');
                shown.push_str(HIDDEN);
            }
            _ => shown.push_str(parameter),
        }
    }
}

/// Where to fetch a body from.
#[derive(Clone)]
pub(super) struct Address {
    url: Url,
    shown: String,
    secrets: Secrets,
}

impl fmt::Debug for Address {
    /// Without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.shown)
    }
}

impl Address {
    /// # Errors
    /// Says what is wrong with `source`, without repeating any of it.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let url = Url::parse(source).map_err(|error| format!("not a URL: {error}"))?;
        Ok(Self::of(url))
    }

    pub(super) fn of(url: Url) -> Self {
        Self {
            shown: shown(&url),
            secrets: secrets(&url),
            url,
        }
    }

    /// The URL to ask, credentials included.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The URL without credentials and fragment.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Host and port that are connected to.
    pub(super) fn host_and_port(&self) -> Option<String> {
        let host = self.url.host_str()?;
        let port = self.url.port_or_known_default()?;
        Some(format!("{host}:{port}"))
    }

    /// What of this URL must not be shown.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}

/// Whether the value of a parameter of this name is to be hidden.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

fn shown(url: &Url) -> String {
    let mut bare = url.clone();
    // Neither can fail for http and https, which have a host.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.set_fragment(None);
    bare.set_query(None);
    let mut shown = bare.to_string();
    if let Some(query) = url.query().filter(|query| !query.is_empty()) {
        shown.push('?');
        push_parameters(query, &mut shown);
    }
    shown
}

/// Everything in `url` that must not be shown, as written and as meant.
fn secrets(url: &Url) -> Secrets {
    let mut secrets = vec![url.username().to_owned()];
    secrets.extend(url.password().map(str::to_owned));
    for parameter in url.query().unwrap_or_default().split('&') {
        if let Some((name, value)) = parameter.split_once('=')
            && is_secret(&decoded(name))
        {
            secrets.push(value.to_owned());
        }
    }
    let meant: Vec<String> = secrets.iter().map(|secret| decoded(secret)).collect();
    Secrets::new(secrets.into_iter().chain(meant))
}

/// `text` with its percent signs resolved.
fn decoded(text: &str) -> String {
    // Forms give these three a meaning that they do not have inside a name or a value.
    let text = text
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    let (text, _) = url::form_urlencoded::parse(text.as_bytes())
        .next()
        .unwrap_or_default();
    text.into_owned()
}

/// What can be shown of a `source` that is no URL: nothing of it is certain, so little is left.
pub(super) fn without_secrets(source: &str) -> String {
    let (scheme, rest) = source.split_once("://").unwrap_or(("", source));
    let rest = match rest.rsplit_once('@') {
        Some((_, host)) => format!("{HIDDEN}@{host}"),
        None => rest.to_owned(),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}://{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_url_from_a_file() {
        assert!(is_url("http://localhost:4191/metrics"));
        assert!(is_url("HTTPS://example.org"));
        assert!(!is_url("http:/x"));
        assert!(!is_url("https"));
        assert!(!is_url("ä"));
        assert!(!is_url("./http://x"));
    }

    #[test]
    fn shows_no_secret_of_a_url() {
        let shown = |source| Address::parse(source).unwrap().shown().to_owned();
        let all = [
            shown("http://localhost:4191/metrics"),
            shown("http://me:s3cret@localhost:4191/metrics#top"),
            shown("https://h/m?a=1&access_token=abc&apiKey=def&b=%20&PASSWORD=&key"),
            shown("https://h/m?%74oken=abc"),
        ];
        insta::assert_snapshot!(all.join("\n"), @"
        http://localhost:4191/metrics
        http://localhost:4191/metrics
        https://h/m?a=1&access_token=…&apiKey=…&b=%20&PASSWORD=…&key
        https://h/m?%74oken=…
        ");
    }

    #[test]
    fn tells_where_to_connect_and_hides_secrets_from_debuggers_too() {
        let at = |source| Address::parse(source).unwrap().host_and_port().unwrap();
        assert_eq!(
            at("http://me:s3cret@localhost:4191/metrics"),
            "localhost:4191"
        );
        assert_eq!(at("https://[::1]/metrics"), "[::1]:443");
        let address = Address::parse("http://me:s3cret@h/").unwrap();
        assert_eq!(format!("{address:?}"), "Address(http://h/)");
    }

    #[test]
    fn shows_little_of_what_is_no_url() {
        assert!(Address::parse("http://me:pa/ss@host/").is_err());
        assert_eq!(
            without_secrets("http://me:pa/ss@host/?token=1"),
            "http://…@host/"
        );
        assert_eq!(without_secrets("http://[::1"), "http://[::1");
    }

    #[test]
    fn removes_secrets_from_what_a_server_says() {
        let address = Address::parse("http://me:p%40ss@h/?token=p%40ss-long").unwrap();
        let said = address.secrets().hide("p@ss-long p@ss p%40ss of me");
        assert_eq!(said, "… … … of …");
    }

    #[test]
    fn a_short_secret_does_not_mangle_ordinary_words() {
        let address = Address::parse("http://a:no@h/").unwrap();
        let said = address.secrets().hide("cannot connect: a:no, user a");
        assert_eq!(said, "cannot connect: …:…, user …");
    }

    #[test]
    fn hides_the_credentials_of_a_url_typed_wrongly() {
        let shown = [
            "htps://me:s3cret@localhost/x",
            " http://me:s3cret@localhost/x",
            "http:/me:s3cret@localhost/x",
            r"http:\\me:s3cret@localhost/x",
            "http:me:s3cret@localhost",
            "//me:s3cret@localhost/x",
            "ftp://s3cret@localhost/x",
            "me:s3cret@localhost:4191/metrics",
            "localhost:4191/metrics?a=1&token=s3cret",
            "http://me:s3cret@[::1/x",
        ]
        .map(without_credentials);
        insta::assert_snapshot!(shown.join("\n"), @r"
        htps://…@localhost/x
         http://…@localhost/x
        http:/…@localhost/x
        http:\\…@localhost/x
        http:…@localhost
        //…@localhost/x
        ftp://…@localhost/x
        …@localhost:4191/metrics
        localhost:4191/metrics?a=1&token=…
        http://…@[::1/x
        ");
    }

    #[test]
    fn leaves_the_names_of_files_alone() {
        for name in [
            "dumps/web@2026.prom",
            "dumps/10:30/web@2026.prom",
            "/dumps/10:30/web@2026.prom",
            "web-?.prom",
            "C:/dumps/*.prom",
            "-",
            "",
        ] {
            assert_eq!(without_credentials(name), name);
        }
    }
}
