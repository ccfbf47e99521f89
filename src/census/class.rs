//! What a label's values look like: the reason why a label grows.

use std::net::IpAddr;
use std::net::SocketAddr;

/// A plain shape that most of a label's values share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueClass {
    /// `10.42.0.11`, `fd00::1`.
    Ip,
    /// `10.42.0.11:4191`, `[fd00::1]:4191`.
    IpPort,
    /// `123e4567-e89b-12d3-a456-426614174000`.
    Uuid,
    /// Hexadecimal digests and pod template hashes.
    Hash,
    /// `web-6f5c8d7b9d-abcde`, `db-0`.
    PodName,
    /// `emoji-svc.emojivoto.svc.cluster.local`, with or without a port.
    Hostname,
    /// `/api/v1/items`, `GET /status/{code}`.
    UrlPath,
    /// `8080`, `0.005`.
    Number,
}

impl ValueClass {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::IpPort => "ip_port",
            Self::Uuid => "uuid",
            Self::Hash => "hash",
            Self::PodName => "pod_name",
            Self::Hostname => "hostname",
            Self::UrlPath => "url_path",
            Self::Number => "number",
        }
    }
}

/// Of ten distinct values, how many have to share a class for the label to have it.
const SHARE_OF_TEN: usize = 9;

/// The class that at least nine of ten distinct values share, if there is one. Each value comes as its own
/// class.
pub(super) fn shared_class(values: impl Iterator<Item = Option<ValueClass>>) -> Option<ValueClass> {
    let mut counts = [0_usize; CLASSES.len()];
    let mut all = 0;
    for class in values {
        all += 1;
        if let Some(class) = class {
            counts[class as usize] += 1;
        }
    }
    let shared =
        |class: &&ValueClass| all > 0 && counts[**class as usize] * 10 >= all * SHARE_OF_TEN;
    CLASSES.iter().find(shared).copied()
}

const CLASSES: [ValueClass; 8] = [
    ValueClass::Ip,
    ValueClass::IpPort,
    ValueClass::Uuid,
    ValueClass::Hash,
    ValueClass::PodName,
    ValueClass::Hostname,
    ValueClass::UrlPath,
    ValueClass::Number,
];

/// The one class of a value; the narrower one where two fit.
pub(super) fn class_of(value: &str) -> Option<ValueClass> {
    let is = |yes: bool, class| yes.then_some(class);
    is(value.parse::<IpAddr>().is_ok(), ValueClass::Ip)
        .or_else(|| is(value.parse::<SocketAddr>().is_ok(), ValueClass::IpPort))
        .or_else(|| is(value.parse::<f64>().is_ok(), ValueClass::Number))
        .or_else(|| is(is_uuid(value), ValueClass::Uuid))
        .or_else(|| is(is_hash(value), ValueClass::Hash))
        .or_else(|| is(is_pod_name(value), ValueClass::PodName))
        .or_else(|| is(is_hostname(value), ValueClass::Hostname))
        .or_else(|| is(is_url_path(value), ValueClass::UrlPath))
}

fn is_uuid(value: &str) -> bool {
    let parts = value.split('-').map(|part| (part.len(), is_hex(part)));
    parts.eq([8, 4, 4, 4, 12].map(|length| (length, true)))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A hexadecimal digest of seven digits (an abbreviated commit) or more, or a pod template hash; with a
/// digit and a letter in it, so that neither words nor numbers are taken for one.
fn is_hash(value: &str) -> bool {
    let length = value.len();
    let mixed = value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let digest = (7..=128).contains(&length) && is_hex(value);
    mixed && (digest || ((8..=10).contains(&length) && is_generated(value)))
}

/// Made of the characters that Kubernetes generates names from: no vowels, and no digits like them
/// (apimachinery, `util/rand`).
fn is_generated(text: &str) -> bool {
    let known = |byte: u8| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte);
    text.bytes().all(known)
}

/// `name-HASH-RANDOM` of a Deployment or `name-RANDOM` of a `DaemonSet`. A `StatefulSet`'s `name-0` looks
/// like much else, and does not grow with every rollout.
fn is_pod_name(value: &str) -> bool {
    let is_name = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_lowercase())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let Some((front, random)) = value.rsplit_once('-') else {
        return false;
    };
    random.len() == 5 && is_generated(random) && is_name(front)
}

/// Two or more DNS labels, the last one of letters, with or without a port.
fn is_hostname(value: &str) -> bool {
    let host = match value.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        Some(_) => return false,
        None => value,
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.contains('.')
        && host.split('.').all(is_label)
        && host
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// A path, or a method and a path.
fn is_url_path(value: &str) -> bool {
    let path = match value.split_once(' ') {
        Some((method, path)) if method.bytes().all(|byte| byte.is_ascii_uppercase()) => path,
        Some(_) => return false,
        None => value,
    };
    path.len() > 1 && path.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(values: &[&str]) -> Option<ValueClass> {
        shared_class(values.iter().map(|value| class_of(value)))
    }

    #[test]
    fn tells_the_plain_shapes_apart() {
        for (value, expected) in [
            ("10.42.0.11", Some(ValueClass::Ip)),
            ("fd00::1", Some(ValueClass::Ip)),
            ("10.42.0.11:4191", Some(ValueClass::IpPort)),
            ("[fd00::1]:4191", Some(ValueClass::IpPort)),
            (
                "123e4567-e89b-12d3-a456-426614174000",
                Some(ValueClass::Uuid),
            ),
            ("6f5c8d7b9d", Some(ValueClass::Hash)),
            (
                "0dcf4e17f4ac44a8d9b8a6327b055fa754482d2c",
                Some(ValueClass::Hash),
            ),
            ("web-6f5c8d7b9d-x2xzk", Some(ValueClass::PodName)),
            ("fluentd-x2xzk", Some(ValueClass::PodName)),
            (
                "emoji-svc.emojivoto.svc.cluster.local",
                Some(ValueClass::Hostname),
            ),
            ("emoji-svc.emojivoto:8080", Some(ValueClass::Hostname)),
            ("/api/v1/items", Some(ValueClass::UrlPath)),
            ("GET /status/{code}", Some(ValueClass::UrlPath)),
            ("8080", Some(ValueClass::Number)),
            ("+Inf", Some(ValueClass::Number)),
            ("linkerd-proxy", None),
            ("deadbeef", None),
            ("success", None),
            ("http/1", None),
            ("1.2.3", None),
            ("", None),
        ] {
            assert_eq!(class(&[value]), expected, "{value}");
        }
    }

    #[test]
    fn one_other_value_in_ten_is_forgiven_and_two_are_not() {
        let mut values = vec!["10.0.0.1"; 9];
        values.push("unknown");
        assert_eq!(class(&values), Some(ValueClass::Ip));
        values.push("unknown");
        assert_eq!(class(&values), None);
        assert_eq!(class(&[]), None);
    }
}
