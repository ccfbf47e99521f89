//! From a scrape somebody saved to the target that discovery would have found.
//!
//! A saved scrape knows little of its target. What it does know stands as discovery labels; a rule that asks
//! for more cannot be judged and is told to the user.

use super::receiver::Endpoint;
use super::relabel::Labels;
use super::relabel::Outcome;
use super::relabel::Rules;
use super::text::Text;

/// What is known of a target before any relabeling.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Host and port, or whatever else names it.
    pub address: String,
    /// Discovery labels, `__meta_…`.
    pub labels: Vec<(String, String)>,
}

/// Only discovery itself knows it: whoever has it has all labels of the pod, and those not there are empty.
const WHOLE_POD: &str = "__meta_kubernetes_pod_uid";

/// Whether `name` is a label of a pod. Those of its port are known only where the port is declared.
fn is_of_pod(name: &str) -> bool {
    let of_pod = name.strip_prefix("__meta_kubernetes_pod_");
    of_pod.is_some_and(|of| !of.starts_with("container_port_"))
}

/// How a job finds its targets, as far as that is simulated.
#[derive(Debug)]
pub(super) struct Discover {
    /// Labels of every target that are there before discovery's: `job`, `__scheme__` and the like.
    pub(super) defaults: Vec<(Text, Text)>,
    pub(super) rules: Rules,
    /// An address without a port gets that of its scheme (`PopulateLabels` before Prometheus 3).
    pub(super) adds_ports: bool,
    /// Its discovery finds labels that a saved scrape may not carry.
    pub(super) has_hidden_labels: bool,
}

/// What target relabeling made of a target.
pub(super) enum Decision {
    Scraped(Endpoint),
    Dropped(usize),
}

impl Discover {
    /// Relabels one target; `unjudged` takes the index of each rule that could not be judged, and the label
    /// that it asks for.
    pub(super) fn decide(&self, found: &Found, unjudged: &mut dyn FnMut(usize, &str)) -> Decision {
        let mut labels = Labels::default();
        for (name, value) in &self.defaults {
            labels.set(name.clone(), value.clone());
        }
        labels.set("__address__".into(), Text::from(&*found.address));
        for (name, value) in &found.labels {
            labels.set(Text::from(&**name), Text::from(&**value));
        }
        let discovered: Vec<(Text, Text)> = labels
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let has = |name: &str| found.labels.iter().any(|(known, _)| known == name);
        let is_whole = has(WHOLE_POD);
        let unknown = |name: &str| {
            self.has_hidden_labels
                && name.starts_with("__meta_")
                && !has(name)
                && !(is_whole && is_of_pod(name))
        };
        let partly = self.rules.process_partly(&mut labels, &unknown);
        for rule in &partly.unjudged {
            unjudged(rule.rule, &rule.label);
        }
        if let Outcome::Dropped { rule } = partly.outcome {
            return Decision::Dropped(rule);
        }
        self.complete_address(&mut labels, &found.address);
        if labels.get("instance").is_none() {
            let address = labels.get("__address__").cloned().unwrap_or_default();
            labels.set("instance".into(), address);
        }
        let visible = labels.iter().filter(|(name, _)| !name.starts_with("__"));
        Decision::Scraped(Endpoint {
            labels: visible
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            discovered,
        })
    }

    fn complete_address(&self, labels: &mut Labels, found: &str) {
        let Some(address) = labels.get("__address__").cloned() else {
            return;
        };
        // What stands in for an unknown address is no address.
        if !self.adds_ports || address.as_str() == found || has_port(&address) {
            return;
        }
        let port = match labels.get("__scheme__").map(Text::as_str) {
            Some("https") => 443,
            _ => 80,
        };
        labels.set(
            "__address__".into(),
            Text::from(format!("{address}:{port}")),
        );
    }
}

fn has_port(address: &str) -> bool {
    let behind_brackets = address.rsplit(']').next().unwrap_or(address);
    behind_brackets.contains(':')
}
