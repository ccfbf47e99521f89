//! Where an endpoint leads: to this machine, into the cluster, or away.

use std::net::IpAddr;

/// How far data goes; the farther, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Distance {
    /// This machine, or a socket in its file system.
    Loopback,
    /// A service of the cluster.
    Cluster,
    /// A private network.
    Private,
    /// Anywhere.
    Away,
}

/// An endpoint, taken apart. Credentials and paths are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host<'a> {
    /// `http`, `https`, `dns`; none where only host and port are written.
    pub(super) scheme: Option<&'a str>,
    /// Name or address, without brackets.
    pub(super) name: &'a str,
    /// The port, where there is one.
    pub(super) port: Option<&'a str>,
}

impl<'a> Host<'a> {
    /// Of an endpoint or URL; `None` where no host can be told.
    pub(super) fn of(endpoint: &'a str) -> Option<Self> {
        let (scheme, rest) = match endpoint.split_once("://") {
            Some((scheme, rest)) => (Some(scheme), rest),
            None => (None, endpoint),
        };
        // `dns:///host:port` names no server to ask.
        let rest = rest.trim_start_matches('/');
        let authority = rest.split(['/', '?', '#']).next()?;
        let authority = authority.rsplit('@').next()?;
        let (name, port) = match authority.strip_prefix('[') {
            Some(bracketed) => {
                let (name, port) = bracketed.split_once(']')?;
                (name, port.strip_prefix(':'))
            }
            None => match authority.rsplit_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (authority, None),
            },
        };
        let is_name = name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || ".-_:".contains(character));
        (!name.is_empty() && is_name).then_some(Self { scheme, name, port })
    }

    /// How far it is, as far as its name tells.
    pub(super) fn distance(&self) -> Distance {
        if self.scheme == Some("unix") || self.name == "localhost" {
            return Distance::Loopback;
        }
        let Ok(address) = self.name.parse::<IpAddr>() else {
            return if is_of_cluster(self.name) {
                Distance::Cluster
            } else {
                Distance::Away
            };
        };
        let is_private = match address {
            IpAddr::V4(address) => address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => address.is_unique_local(),
        };
        if address.is_loopback() || address.is_unspecified() {
            Distance::Loopback
        } else if is_private {
            Distance::Private
        } else {
            Distance::Away
        }
    }
}

/// Names that only the DNS of a cluster knows: `name`, `name.namespace.svc`, and these with its domain.
fn is_of_cluster(name: &str) -> bool {
    let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    labels.len() == 1 || labels.contains(&"svc") || labels.ends_with(&["cluster", "local"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_how_far_data_goes() {
        let distance = |endpoint: &str| Host::of(endpoint).map(|host| host.distance());
        for (endpoint, expected) in [
            ("localhost:4317", Distance::Loopback),
            ("http://[::1]:4318/v1", Distance::Loopback),
            ("collector:4317", Distance::Cluster),
            ("http://vm.monitoring.svc:8428/api", Distance::Cluster),
            ("https://user:x@10.1.2.3/write", Distance::Private),
            ("otlp.example.com:443", Distance::Away),
            ("dns:///otlp.example.com:443", Distance::Away),
        ] {
            assert_eq!(distance(endpoint), Some(expected), "{endpoint}");
        }
        for none in ["", ":4317", "${env:HOST}:4317", "http://"] {
            assert_eq!(Host::of(none), None, "{none}");
        }
    }
}
