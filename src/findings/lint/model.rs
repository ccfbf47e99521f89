//! What a job makes of pods as they are in a cluster with a mesh, where no cluster is known.
//!
//! Two pods stand for all: one of an application with a proxy of Linkerd, and one with two ports and the
//! annotations by which Prometheus is commonly told to scrape. What the rules read of them and is not said here,
//! their namespace, other labels and annotations, is unknown; a rule that reads it lets a target pass.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::collector::config::Discovery;
use crate::collector::config::KubernetesDiscovery;
use crate::collector::config::NameValidation;
use crate::collector::config::ScrapeJob;
use crate::collector::relabel::Labels;
use crate::collector::relabel::Outcome;
use crate::collector::relabel::Rules;
use crate::collector::relabel::Scheme;
use crate::collector::text::Text;
use crate::collector::version::Version;

/// A raw target: a port of a container, or a container without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Raw {
    /// Number of its pod.
    pub(super) pod: u8,
    /// Name of the container.
    pub(super) container: &'static str,
    /// `init` of the container.
    pub(super) is_init: bool,
    /// Name and number of the port.
    pub(super) port: Option<(&'static str, &'static str)>,
}

const fn port(pod: u8, container: &'static str, name: &'static str, number: &'static str) -> Raw {
    Raw {
        pod,
        container,
        is_init: false,
        port: Some((name, number)),
    }
}

/// The port on which Linkerd's proxy shows its metrics.
pub(super) const LINKERD_ADMIN: Raw = port(1, "linkerd-proxy", "linkerd-admin", "4191");
/// The port on which it takes calls.
pub(super) const LINKERD_INBOUND: Raw = port(1, "linkerd-proxy", "linkerd-proxy", "4143");
/// The port on which Istio's proxy shows its metrics.
pub(super) const ISTIO_METRICS: Raw = port(1, "istio-proxy", "http-envoy-prom", "15090");
/// An application in a pod with a proxy.
pub(super) const MESHED_APP: Raw = port(1, "app", "http", "8080");

/// The raw targets of the pod with Linkerd's proxy.
pub(super) const MESHED: [Raw; 4] = [
    MESHED_APP,
    Raw {
        pod: 1,
        container: "linkerd-init",
        is_init: true,
        port: None,
    },
    LINKERD_INBOUND,
    LINKERD_ADMIN,
];

/// The raw targets of the pod with annotations.
pub(super) const ANNOTATED: [Raw; 3] = [
    port(2, "app", "http", "8080"),
    port(2, "app", "metrics", "9102"),
    Raw {
        pod: 2,
        container: "helper",
        is_init: false,
        port: None,
    },
];

/// A target that a job would scrape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    /// What it was made of.
    pub(super) raw: Raw,
    /// `http` or `https`.
    pub(super) scheme: String,
    /// Host and port.
    pub(super) address: String,
    /// Path of the URL.
    pub(super) path: String,
    /// Labels of its samples, by name.
    pub(super) labels: BTreeMap<String, String>,
    /// Labels that tell targets apart and are on no sample (`__…`).
    pub(super) hidden: BTreeMap<String, String>,
    /// Rules that read what is not known, by their numbers.
    pub(super) unjudged: BTreeSet<usize>,
}

/// A job's rules, ready for such pods.
#[derive(Debug)]
pub(super) struct Model<'a> {
    job: &'a ScrapeJob,
    /// The rules, to look at.
    pub(super) rules: Rules,
}

impl<'a> Model<'a> {
    /// Of a job; `None` where its rules cannot be read.
    pub(super) fn new(job: &'a ScrapeJob, version: Version) -> Option<Self> {
        let scheme = match job.validation {
            NameValidation::Legacy => Scheme::Legacy,
            NameValidation::Utf8 => Scheme::Utf8,
        };
        let rules = Rules::compile(&job.relabel, version, scheme).ok()?;
        Some(Self { job, rules })
    }

    /// What becomes of a raw target of a pod in this phase, or the rule that drops it.
    pub(super) fn scraped(&self, raw: Raw, phase: &str) -> Result<Kept, usize> {
        let mut labels = Labels::default();
        for (name, value) in self.discovered(raw, phase) {
            labels.set(Text::from(name.as_str()), Text::from(value.as_str()));
        }
        labels.settle();
        self.relabeled(raw, labels)
    }

    /// What becomes of a fixed target with these labels.
    pub(super) fn fixed(&self, address: &str, own: &[(String, String)]) -> Option<Kept> {
        let mut labels = Labels::default();
        let own = own
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let defaults = self.defaults();
        let defaults = defaults.iter().map(|(name, value)| (*name, value.as_str()));
        for (name, value) in defaults.chain(own).chain([("__address__", address)]) {
            labels.set(Text::from(name), Text::from(value));
        }
        labels.settle();
        self.relabeled(MESHED_APP, labels).ok()
    }

    fn relabeled(&self, raw: Raw, mut labels: Labels) -> Result<Kept, usize> {
        let partly = self.rules.process_partly(&mut labels, &is_unknown);
        if let Outcome::Dropped { rule } = partly.outcome {
            return Err(rule);
        }
        let of = |name: &str| labels.get(name).map_or("", Text::as_str).to_owned();
        let (mut visible, mut hidden) = (BTreeMap::new(), BTreeMap::new());
        for (name, value) in labels.iter() {
            let pair = (name.to_string(), value.to_string());
            if name.starts_with("__meta_") {
                continue;
            }
            if name.starts_with("__") {
                hidden.extend([pair]);
            } else {
                visible.extend([pair]);
            }
        }
        let address = of("__address__");
        visible
            .entry("instance".to_owned())
            .or_insert_with(|| address.clone());
        Ok(Kept {
            raw,
            scheme: of("__scheme__"),
            address,
            path: of("__metrics_path__"),
            labels: visible,
            hidden,
            unjudged: partly
                .unjudged
                .iter()
                .map(|unjudged| unjudged.rule)
                .collect(),
        })
    }

    /// Of these, the first that a rule drops because of what it reads of it, and the number of that rule.
    pub(super) fn reads(&self, rule: usize, is_meant: impl Fn(&str) -> bool) -> bool {
        let rule = self.rules.rules().get(rule);
        rule.is_some_and(|rule| rule.source_labels.iter().any(|label| is_meant(label)))
    }

    /// Whether a rule that cannot be judged reads one of these labels.
    pub(super) fn is_doubtful(&self, kept: &Kept, is_meant: impl Fn(&str) -> bool) -> bool {
        let mut unjudged = kept.unjudged.iter();
        unjudged.any(|rule| self.reads(*rule, &is_meant))
    }

    fn defaults(&self) -> Vec<(&'static str, String)> {
        vec![
            ("job", self.job.name.clone()),
            ("__scheme__", self.job.scheme.clone()),
            ("__metrics_path__", self.job.metrics_path.clone()),
        ]
    }

    fn discovered(&self, raw: Raw, phase: &str) -> Vec<(String, String)> {
        let ip = if raw.pod == 1 {
            "10.42.0.7"
        } else {
            "10.42.0.8"
        };
        let pod =
            |name: &str, value: &str| (format!("__meta_kubernetes_pod_{name}"), value.to_owned());
        let mut labels = vec![
            pod("ip", ip),
            pod("phase", phase),
            pod("ready", if phase == "Running" { "true" } else { "false" }),
            pod("container_name", raw.container),
            pod("container_init", if raw.is_init { "true" } else { "false" }),
        ];
        let address = match raw.port {
            None => ip.to_owned(),
            Some((name, number)) => {
                labels.push(pod("container_port_name", name));
                labels.push(pod("container_port_number", number));
                labels.push(pod("container_port_protocol", "TCP"));
                format!("{ip}:{number}")
            }
        };
        labels.push(("__address__".to_owned(), address));
        if raw.pod == 1 {
            labels.push(pod("label_linkerd_io_control_plane_ns", "linkerd"));
            labels.push(pod("labelpresent_linkerd_io_control_plane_ns", "true"));
        } else {
            for (name, value) in [
                ("scrape", "true"),
                ("port", "9102"),
                ("path", "/metrics"),
                ("scheme", "http"),
            ] {
                labels.push(pod(&format!("annotation_prometheus_io_{name}"), value));
                let present = format!("annotationpresent_prometheus_io_{name}");
                labels.push(pod(&present, "true"));
            }
        }
        let defaults = self.defaults().into_iter();
        labels.extend(defaults.map(|(name, value)| (name.to_owned(), value)));
        labels
    }
}

/// Whether a label may exist with a value that nobody knows. What is said of containers is all there is.
fn is_unknown(name: &str) -> bool {
    name.starts_with("__meta_")
        && !name.starts_with("__meta_kubernetes_pod_container_")
        && name != "__meta_kubernetes_pod_phase"
}

/// Whether a label tells the ports and containers of a pod apart.
pub(super) fn tells_ports(label: &str) -> bool {
    label.starts_with("__meta_kubernetes_pod_container_") || label == "__address__"
}

/// The discoveries of pods of a job; empty where it has none, or others beside them.
pub(super) fn pod_discoveries(job: &ScrapeJob) -> Vec<&KubernetesDiscovery> {
    let all: Option<Vec<_>> = job
        .discovery
        .iter()
        .map(|discovery| match discovery {
            Discovery::Kubernetes(discovery) if discovery.role == "pod" => Some(discovery),
            _ => None,
        })
        .collect();
    all.unwrap_or_default()
}
