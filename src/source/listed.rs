//! One target of a list that a service discovery wrote: an address and labels, as in Prometheus' `file_sd`.

use std::fmt::Write as _;

use url::Url;
use url::form_urlencoded::Serializer;

use crate::source::Target;
use crate::source::address::{Address, is_secret};
use crate::source::secrets::HIDDEN;

/// A target with all that a scraper of Prometheus needs of it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub(super) target: Target,
    pub(super) address: Address,
}

/// Why there is nothing to scrape at an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListedError {
    /// Anything but a host and maybe a port.
    #[error("not an address: write host:port, such as 10.1.2.3:4191")]
    NotAnAddress,
    /// Some other way to get at metrics.
    #[error("the scheme must be http or https")]
    Scheme,
}

const PARAMETER: &str = "__param_";

impl Listed {
    /// The target at `address`, with the `labels` of its group. Scheme, path and parameters are what
    /// `__scheme__`, `__metrics_path__` and `__param_…` say, else `http`, `/metrics` and none.
    ///
    /// # Errors
    /// What of it makes no URL. No text holds any part of it.
    pub fn new(address: &str, labels: &[(String, String)]) -> Result<Self, ListedError> {
        let label = |name: &str| {
            let mut labels = labels.iter();
            let found = labels.find(|(known, value)| known == name && !value.is_empty());
            found.map(|(_, value)| value.as_str())
        };
        let scheme = label("__scheme__").unwrap_or("http");
        if !matches!(scheme, "http" | "https") {
            return Err(ListedError::Scheme);
        }
        let is_foreign = |c: char| "/?#@\\".contains(c) || c.is_whitespace() || c.is_control();
        if address.is_empty() || address.contains(is_foreign) {
            return Err(ListedError::NotAnAddress);
        }
        let path = label("__metrics_path__").unwrap_or("/metrics");
        let slash = if path.starts_with('/') { "" } else { "/" };
        let url = format!("{scheme}://{address}");
        let mut url = Url::parse(&url).map_err(|_| ListedError::NotAnAddress)?;
        url.set_path("");
        // A path may bring parameters of its own, as it may for Prometheus.
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        url.set_path(&format!("{slash}{path}"));
        let mut parameters = Serializer::new(query.to_owned());
        for (name, value) in labels {
            if let Some(name) = name.strip_prefix(PARAMETER) {
                parameters.append_pair(name, value);
            }
        }
        let query = parameters.finish();
        url.set_query((!query.is_empty()).then_some(&query));
        let address = Address::of(url);
        Ok(Self {
            target: target(&address, labels),
            address,
        })
    }
}

/// Who is scraped at `address`.
fn target(address: &Address, labels: &[(String, String)]) -> Target {
    let first = |names: [&str; 3]| {
        names.iter().find_map(|name| {
            let found = labels.iter().find(|(known, _)| known == name);
            found
                .map(|(_, value)| value.clone())
                .filter(|value| !value.is_empty())
        })
    };
    let namespace = first([
        "__meta_kubernetes_namespace",
        "namespace",
        "kubernetes_namespace",
    ]);
    let pod = first(["__meta_kubernetes_pod_name", "pod", "kubernetes_pod_name"]);
    let container = first([
        "__meta_kubernetes_pod_container_name",
        "container",
        "kubernetes_container_name",
    ]);
    let at = address.host_and_port();
    let name = match &pod {
        Some(pod) => {
            let mut name = String::new();
            if let Some(namespace) = &namespace {
                let _ = write!(name, "{namespace}/");
            }
            name.push_str(pod);
            if let Some(container) = &container {
                let _ = write!(name, "/{container}");
            }
            name
        }
        None => format!(
            "{}{}",
            at.as_deref().unwrap_or_default(),
            address.url().path()
        ),
    };
    let mut labels: Vec<(String, String)> = labels.iter().map(|label| shown(label)).collect();
    labels.sort_unstable();
    Target {
        name,
        namespace,
        pod,
        container,
        origin: address.shown().to_owned(),
        address: at,
        labels,
    }
}

/// A label as it may be shown and saved.
fn shown((name, value): &(String, String)) -> (String, String) {
    let is_hidden = name.strip_prefix(PARAMETER).is_some_and(is_secret);
    let value = if is_hidden { HIDDEN } else { value };
    (name.clone(), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(address: &str, labels: &[(&str, &str)]) -> Result<Listed, ListedError> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let labels: Vec<(String, String)> = labels.iter().map(own).collect();
        Listed::new(address, &labels)
    }

    #[test]
    fn an_address_alone_is_scraped_as_prometheus_would() {
        let listed = listed("10.1.2.3:4191", &[]).unwrap();
        assert_eq!(
            listed.address.url().as_str(),
            "http://10.1.2.3:4191/metrics"
        );
        assert_eq!(listed.target.name, "10.1.2.3:4191/metrics");
        assert_eq!(listed.target.address.as_deref(), Some("10.1.2.3:4191"));
    }

    #[test]
    fn labels_say_how_it_is_reached_and_whose_it_is() {
        let labels = [
            ("__scheme__", "https"),
            ("__metrics_path__", "stats/prometheus?usedonly"),
            ("__param_filter", "a b"),
            ("__param_token", "s3cret"),
            ("pod", "web-1"),
            ("namespace", "emojivoto"),
            ("team", "a"),
        ];
        let listed = listed("[::1]:15090", &labels).unwrap();
        assert_eq!(
            listed.address.url().as_str(),
            "https://[::1]:15090/stats/prometheus?usedonly&filter=a+b&token=s3cret"
        );
        assert_eq!(listed.target.name, "emojivoto/web-1");
        assert!(listed.target.labels.is_sorted());
        assert_eq!(listed.target.labels.len(), labels.len());
        let shown = format!("{listed:?}");
        assert!(
            shown.contains("team") && !shown.contains("s3cret"),
            "{shown}"
        );
    }

    #[test]
    fn what_makes_no_url_is_refused() {
        for address in ["", "http://h", "h/metrics", "h:port", "me@h", "h:1 ", "h?x"] {
            assert_eq!(
                listed(address, &[]).unwrap_err(),
                ListedError::NotAnAddress,
                "{address}"
            );
        }
        let scheme = listed("h:1", &[("__scheme__", "ftp")]);
        assert_eq!(scheme.unwrap_err(), ListedError::Scheme);
    }
}
