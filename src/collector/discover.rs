//! From what discovery says of a target to the target that is scraped: defaults, rules, and what Prometheus
//! asks of the result (`PopulateLabels` in `scrape/target.go`).
//!
//! A saved scrape knows little of its target. What it does know stands as discovery labels; a rule that asks
//! for more cannot be judged and is told to the user.

use super::config::parse_duration;
use super::receiver::Endpoint;
use super::relabel::Labels;
use super::relabel::Outcome;
use super::relabel::Rules;
use super::text::Text;

/// Labels of discovery, which are gone behind the rules.
pub(super) const META: &str = "__meta_";

/// What is known of a target before any relabeling.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Host and port, where they are known.
    pub address: Option<String>,
    /// What stands for an address that is not known.
    pub name: String,
    /// Discovery labels, `__meta_…`.
    pub labels: Vec<(String, String)>,
    /// These are all that its discovery gives: what is not among them does not exist.
    pub is_complete: bool,
}

/// How a job finds its targets, as far as that is simulated.
#[derive(Debug)]
pub(super) struct Discover {
    /// What targets have where discovery says nothing else: `job`, `__scheme__` and the like.
    pub(super) defaults: Vec<(Text, Text)>,
    /// Labels that all targets of the job's `static_configs` share.
    pub(super) shared: Vec<(Text, Text)>,
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

/// A target that no scrape could be made of, in Prometheus' words.
pub(super) type Refusal = String;

impl Discover {
    /// Relabels one target; `unjudged` takes the index of each rule that could not be judged, and the label
    /// that it asks for.
    pub(super) fn decide(&self, found: &Found, unjudged: &mut dyn FnMut(usize, &str)) -> Decision {
        let address = found.address.as_ref().unwrap_or(&found.name);
        let own = found.labels.iter();
        let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let address = std::iter::once(("__address__", address.as_str()));
        let mut labels = self.populated(address.chain(own));
        let discovered: Vec<(Text, Text)> = labels
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let unknown = |name: &str| {
            self.has_hidden_labels
                && !found.is_complete
                && name.starts_with(META)
                && !found.labels.iter().any(|(known, _)| known == name)
        };
        let partly = self.rules.process_partly(&mut labels, &unknown);
        for rule in &partly.unjudged {
            unjudged(rule.rule, &rule.label);
        }
        if let Outcome::Dropped { rule } = partly.outcome {
            return Decision::Dropped(rule);
        }
        // What stands for an unknown address is no address, as long as no rule made one of it.
        let stands_in = found.address.is_none()
            && labels.get("__address__").map(Text::as_str) == Some(found.name.as_str());
        if !stands_in {
            // The scrape is there, so a scheme that makes no address was of somebody else's making.
            let _ = self.complete_address(&mut labels);
        }
        set_instance(&mut labels);
        let visible = labels.iter().filter(|(name, _)| !name.starts_with("__"));
        Decision::Scraped(Endpoint {
            labels: visible
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            discovered,
        })
    }

    /// A target's labels as its rules see them: what discovery says, then the defaults for what it does not.
    pub(super) fn populated<'a>(&self, found: impl Iterator<Item = (&'a str, &'a str)>) -> Labels {
        let mut labels = Labels::default();
        for (name, value) in found {
            labels.set(Text::from(name), Text::from(value));
        }
        for (name, value) in self.shared.iter().chain(&self.defaults) {
            if labels.get(name).is_none() {
                labels.set(name.clone(), value.clone());
            }
        }
        labels.settle();
        labels
    }

    /// Checks what the rules left, and makes it what identifies the target: discovery's labels go, `instance`
    /// is there.
    ///
    /// # Errors
    /// Prometheus would make no target of it.
    pub(super) fn concluded(&self, labels: &mut Labels) -> Result<(), Refusal> {
        if labels.get("__address__").is_none() {
            return Err("no address".to_owned());
        }
        self.complete_address(labels)?;
        let of = |name: &str| labels.get(name).map_or("", Text::as_str);
        let address = of("__address__");
        if address.contains('/') {
            return Err(format!("{address:?} is not a valid hostname"));
        }
        let duration = |name: &str, what: &str| {
            let parsed = parse_duration(of(name))
                .map_err(|error| format!("error parsing scrape {what}: {error}"))?;
            if parsed.is_zero() {
                return Err(format!("scrape {what} cannot be 0"));
            }
            Ok(parsed)
        };
        let interval = duration("__scrape_interval__", "interval")?;
        let timeout = duration("__scrape_timeout__", "timeout")?;
        if timeout > interval {
            return Err(format!(
                "scrape timeout cannot be greater than scrape interval ({:?} > {:?})",
                of("__scrape_timeout__"),
                of("__scrape_interval__")
            ));
        }
        labels.retain(|name, _| !name.starts_with(META));
        set_instance(labels);
        Ok(())
    }

    fn complete_address(&self, labels: &mut Labels) -> Result<(), Refusal> {
        let Some(address) = labels.get("__address__").cloned() else {
            return Ok(());
        };
        if !self.adds_ports || has_port(&address) {
            return Ok(());
        }
        let port = match labels.get("__scheme__").map_or("", Text::as_str) {
            "https" => 443,
            "http" | "" => 80,
            other => return Err(format!("invalid scheme: {other:?}")),
        };
        labels.set(
            "__address__".into(),
            Text::from(format!("{address}:{port}")),
        );
        Ok(())
    }
}

fn set_instance(labels: &mut Labels) {
    if labels.get("instance").is_none() {
        let address = labels.get("__address__").cloned().unwrap_or_default();
        labels.set("instance".into(), address);
    }
}

fn has_port(address: &str) -> bool {
    let behind_brackets = address.rsplit(']').next().unwrap_or(address);
    behind_brackets.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::relabel::Scheme;
    use crate::collector::version::Version;
    use crate::collector::yaml::Kind;
    use crate::collector::yaml::Origin;
    use crate::collector::yaml::parse;

    fn job(rules: &str, adds_ports: bool) -> Discover {
        let rules = parse(rules, Origin::File(0)).unwrap();
        let Kind::List(rules) = rules.kind else {
            panic!("a list of rules")
        };
        let version = Version::new(0, 118, 0);
        let defaults = [
            ("job", "mesh"),
            ("__scheme__", "http"),
            ("__scrape_interval__", "30s"),
            ("__scrape_timeout__", "10s"),
        ];
        Discover {
            defaults: defaults
                .map(|(name, value)| (name.into(), value.into()))
                .into(),
            shared: Vec::new(),
            rules: Rules::compile(&rules, version, Scheme::Legacy).unwrap(),
            adds_ports,
            has_hidden_labels: true,
        }
    }

    fn instance(job: &Discover, found: &Found) -> String {
        match job.decide(found, &mut |_, _| {}) {
            Decision::Scraped(endpoint) => endpoint.label("instance").unwrap().to_string(),
            Decision::Dropped(rule) => format!("dropped by {rule}"),
        }
    }

    #[test]
    fn a_known_address_gets_a_port_and_a_name_in_its_place_does_not() {
        let known = Found {
            address: Some("10.0.0.1".to_owned()),
            ..Found::default()
        };
        let unknown = Found {
            name: "web.prom".to_owned(),
            ..Found::default()
        };
        let old = job("[]", true);
        assert_eq!(instance(&old, &known), "10.0.0.1:80");
        assert_eq!(instance(&old, &unknown), "web.prom");
        assert_eq!(instance(&job("[]", false), &known), "10.0.0.1");
        let encrypted = job("[{target_label: __scheme__, replacement: https}]", true);
        assert_eq!(instance(&encrypted, &known), "10.0.0.1:443");
        let made = job("[{target_label: __address__, replacement: web}]", true);
        assert_eq!(instance(&made, &unknown), "web:80");
    }

    #[test]
    fn a_label_that_a_complete_target_lacks_is_absent_and_not_unknown() {
        let keep = "[{action: keep, source_labels: [__meta_kubernetes_pod_label_app], regex: web}]";
        let mut found = Found {
            address: Some("10.0.0.1:4191".to_owned()),
            labels: vec![("__meta_kubernetes_pod_name".to_owned(), "web".to_owned())],
            ..Found::default()
        };
        let judge = |found: &Found| {
            let mut unjudged = Vec::new();
            let decision = job(keep, false).decide(found, &mut |_, label| {
                unjudged.push(label.to_owned());
            });
            (matches!(decision, Decision::Dropped(0)), unjudged)
        };
        let unknown = vec!["__meta_kubernetes_pod_label_app".to_owned()];
        assert_eq!(judge(&found), (false, unknown));
        found.is_complete = true;
        assert_eq!(judge(&found), (true, Vec::new()));
    }

    #[test]
    fn what_prometheus_refuses_is_refused_in_its_words() {
        let concluded = |pairs: &[(&str, &str)]| {
            let job = job("[]", true);
            let mut labels = job.populated(pairs.iter().copied());
            job.concluded(&mut labels)
        };
        assert_eq!(concluded(&[("__address__", "a:1")]), Ok(()));
        assert_eq!(concluded(&[]), Err("no address".to_owned()));
        let path = concluded(&[("__address__", "a:1/metrics")]);
        assert_eq!(
            path,
            Err("\"a:1/metrics\" is not a valid hostname".to_owned())
        );
        let slow = concluded(&[("__address__", "a:1"), ("__scrape_timeout__", "1m")]);
        assert!(slow.unwrap_err().contains("greater than scrape interval"));
        let scheme = concluded(&[("__address__", "a"), ("__scheme__", "ftp")]);
        assert_eq!(scheme, Err("invalid scheme: \"ftp\"".to_owned()));
    }
}
