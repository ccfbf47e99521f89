//! The `resourcedetection` processor: attributes of the place where the Collector runs.
//!
//! In come metrics; out go the same with attributes of the Collector's own machine on every resource. What
//! the machine would answer is not known here: such an attribute is there with an unknown value, and a
//! notice says so. The `env` detector reads the environment it is given. Detectors whose attributes depend
//! on a cloud are named in a notice and add nothing.

use std::collections::BTreeMap;

use super::super::attributes::Attributes;
use super::super::decode::Fields;
use super::super::pdata::Metrics;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::text::Text;
use super::super::trace::Processor;
use super::super::trace::Refused;
use super::super::trace::Rule;
use super::super::trace::Trace;
use super::super::version::Version;
use super::super::yaml::Kind;
use super::super::yaml::Node;
use super::BuildContext;
use super::Notice;
use super::UNKNOWN;
use super::settings;

/// A detector, its aliases' settings, and the attributes it adds by default.
struct Detector {
    name: &'static str,
    /// Attributes that are there wherever it succeeds.
    adds: &'static [&'static str],
    /// Only the cloud knows what it adds.
    is_cloud: bool,
    /// First release that has it; `None` where it is older than all that are simulated.
    since: Option<u16>,
}

const fn known(name: &'static str, adds: &'static [&'static str]) -> Detector {
    Detector {
        name,
        adds,
        is_cloud: false,
        since: None,
    }
}

const fn cloud(name: &'static str, since: Option<u16>) -> Detector {
    Detector {
        name,
        adds: &[],
        is_cloud: true,
        since,
    }
}

/// All detectors of 0.156; a release is given where the detector is not in 0.118.
const DETECTORS: &[Detector] = &[
    known("env", &[]),
    known("system", &["host.name", "os.type"]),
    known("docker", &["host.name", "os.type"]),
    known("k8snode", &["k8s.node.name", "k8s.node.uid"]),
    Detector {
        since: Some(155),
        ..known("k8s_api", &["k8s.node.name", "k8s.node.uid"])
    },
    known("kubeadm", &["k8s.cluster.name"]),
    cloud("aks", None),
    cloud("akamai", Some(144)),
    cloud("alibaba_ecs", Some(151)),
    cloud("azure", None),
    cloud("consul", None),
    cloud("digitalocean", Some(144)),
    cloud("dynatrace", Some(133)),
    cloud("ec2", None),
    cloud("ecs", None),
    cloud("eks", None),
    cloud("elastic_beanstalk", None),
    cloud("gcp", None),
    cloud("gke", None),
    cloud("gce", None),
    cloud("heroku", None),
    cloud("hetzner", Some(144)),
    cloud("ibmcloud_classic", Some(151)),
    cloud("ibmcloud_vpc", Some(151)),
    cloud("lambda", None),
    cloud("nova", Some(144)),
    cloud("openshift", None),
    cloud("oraclecloud", Some(144)),
    cloud("scaleway", Some(144)),
    cloud("tencent_cvm", Some(151)),
    cloud("upcloud", Some(144)),
    cloud("vultr", Some(144)),
];

/// Release from which a detector that fails keeps the Collector from starting (gate `propagateerrors`: alpha
/// in 0.133, beta in 0.144; the releases between were not at hand).
const ERRORS_FROM: u16 = 144;

/// Keys of the detectors' settings; whose own keys are read for the two that are simulated.
const SECTIONS: &[&str] = &[
    "akamai",
    "aks",
    "alibaba_ecs",
    "azure",
    "consul",
    "digitalocean",
    "docker",
    "ec2",
    "ecs",
    "eks",
    "elasticbeanstalk",
    "gcp",
    "heroku",
    "hetzner",
    "ibmcloud_classic",
    "ibmcloud_vpc",
    "k8s_api",
    "k8snode",
    "kubeadm",
    "lambda",
    "nova",
    "openshift",
    "oraclecloud",
    "scaleway",
    "system",
    "tencent_cvm",
    "upcloud",
    "vultr",
];

/// Keys of the HTTP client, which changes nothing of what is detected.
const CLIENT: &[&str] = &[
    "auth",
    "compression",
    "compression_params",
    "cookies",
    "disable_keep_alives",
    "endpoint",
    "force_attempt_http2",
    "headers",
    "http2_ping_timeout",
    "http2_read_idle_timeout",
    "idle_conn_timeout",
    "max_conns_per_host",
    "max_idle_conns",
    "max_idle_conns_per_host",
    "middlewares",
    "proxy_url",
    "read_buffer_size",
    "timeout",
    "tls",
    "write_buffer_size",
];

/// The deprecated list `attributes` goes after 0.133 and by 0.144.
fn has_attributes_list(version: Version) -> bool {
    !version.is_from(144)
}

/// The processor.
#[derive(Debug)]
pub struct ResourceDetection {
    detected: Attributes,
    overrides: bool,
    rules: Vec<Rule>,
}

impl ResourceDetection {
    /// From its settings.
    ///
    /// # Errors
    /// They are not valid.
    pub fn new(node: &Node, context: &BuildContext) -> Result<(Self, Vec<Notice>), ConfigError> {
        let mut fields = Fields::of(node, "processor resourcedetection")?;
        let detectors = fields.take("detectors");
        let overrides = fields.bool("override")?.unwrap_or(true);
        settings::duration(&mut fields, "refresh_interval")?;
        for key in CLIENT {
            fields.take(key);
        }
        let mut sections = BTreeMap::new();
        for key in SECTIONS {
            if let Some(section) = fields.take(key) {
                sections.insert(*key, enabled(section)?);
            }
        }
        let allowed = if has_attributes_list(context.version) {
            fields.texts("attributes")?
        } else {
            Vec::new()
        };
        fields.finish()?;
        let mut found = Found::default();
        for (name, at) in names(detectors)? {
            found.run(&name, at, &sections, context)?;
        }
        let mut detected = found.attributes;
        if !allowed.is_empty() {
            detected.retain(|key, _| allowed.iter().any(|(allowed, _)| allowed == key.as_str()));
        }
        let keys: Vec<&str> = detected.iter().map(|(key, _)| key.as_str()).collect();
        let rules = vec![Rule {
            text: format!("adds {}", keys.join(", ")),
            at: node.at,
        }];
        let this = Self {
            detected,
            overrides,
            rules,
        };
        Ok((this, found.notices))
    }
}

fn names(node: Option<&Node>) -> Result<Vec<(String, Position)>, ConfigError> {
    let items = match node.map(|node| (&node.kind, node)) {
        None | Some((Kind::Null, _)) => return Ok(vec![("env".to_owned(), Position::default())]),
        Some((Kind::List(items), _)) => items,
        Some((_, node)) => {
            return Err(ConfigError::new(node.at, "`detectors` must be a list"));
        }
    };
    items
        .iter()
        .map(|item| {
            Ok((
                super::super::decode::text(item)?.unwrap_or_default(),
                item.at,
            ))
        })
        .collect()
}

/// Attributes that the settings of a detector turn on or off.
fn enabled(section: &Node) -> Result<BTreeMap<String, bool>, ConfigError> {
    let mut out = BTreeMap::new();
    let Some(attributes) = section.get("resource_attributes") else {
        return Ok(out);
    };
    let Kind::Map(entries) = &attributes.kind else {
        return Ok(out);
    };
    for entry in entries {
        let mut fields = Fields::of(&entry.value, format!("`{}`", entry.key))?;
        if let Some(enabled) = fields.bool("enabled")? {
            out.insert(entry.key.clone(), enabled);
        }
        fields.finish()?;
    }
    Ok(out)
}

#[derive(Default)]
struct Found {
    attributes: Attributes,
    notices: Vec<Notice>,
}

impl Found {
    fn run(
        &mut self,
        name: &str,
        at: Position,
        sections: &BTreeMap<&str, BTreeMap<String, bool>>,
        context: &BuildContext,
    ) -> Result<(), ConfigError> {
        let release = context.version;
        let exists = |detector: &&Detector| {
            detector.name == name && detector.since.is_none_or(|since| release.is_from(since))
        };
        let Some(detector) = DETECTORS.iter().find(exists) else {
            let message = format!("there is no detector `{name}` in release {release}");
            return Err(ConfigError::new(at, message));
        };
        if name == "env" {
            return self.read_environment(at, context);
        }
        if detector.is_cloud {
            let message = format!(
                "what the detector `{name}` finds is not known here; its attributes are left out"
            );
            self.notices.push(Notice { message, at });
            return Ok(());
        }
        let settings = sections.get(name);
        let mut keys: Vec<&str> = detector.adds.to_vec();
        let switches = settings.into_iter().flatten();
        for (key, on) in switches {
            keys.retain(|known| known != key);
            if *on {
                keys.push(key);
            }
        }
        for key in &keys {
            // Among detectors, the first to find an attribute wins.
            if self.attributes.get(key).is_none() {
                self.attributes.insert(*key, UNKNOWN);
            }
        }
        let list = keys.join(", ");
        let message = format!(
            "the detector `{name}` describes the machine of the Collector: {list} are there with an \
             unknown value"
        );
        self.notices.push(Notice { message, at });
        Ok(())
    }

    /// Reads `OTEL_RESOURCE_ATTRIBUTES` (`internal/env/env.go`). What is not valid text of that form is nothing
    /// to older releases, and an error to later ones.
    fn read_environment(
        &mut self,
        at: Position,
        context: &BuildContext,
    ) -> Result<(), ConfigError> {
        let variable = |name: &str| {
            let value = context.environment.get(name)?.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let Some(text) = variable("OTEL_RESOURCE_ATTRIBUTES").or_else(|| variable("OTEL_RESOURCE"))
        else {
            return Ok(());
        };
        let Some(pairs) = pairs(&text) else {
            let message = "OTEL_RESOURCE_ATTRIBUTES is not of the form key=value,key=value";
            if context.version.is_from(ERRORS_FROM) {
                return Err(ConfigError::new(at, message));
            }
            let message = message.to_owned();
            self.notices.push(Notice { message, at });
            return Ok(());
        };
        let mut own = Attributes::default();
        for (key, value) in pairs {
            own.insert(Text::from(key), Text::from(value));
        }
        for (key, value) in own.iter() {
            if self.attributes.get(key).is_none() {
                self.attributes.insert(key.clone(), value.clone());
            }
        }
        Ok(())
    }
}

fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let text = text.strip_suffix(',').unwrap_or(text);
    let pair = |part: &str| {
        let (key, value) = part.split_once('=')?;
        let (key, value) = (key.trim_ascii(), value.trim_ascii());
        let fits = !key.is_empty() && key.len() <= 256 && value.len() <= 256 && part.is_ascii();
        let value = unescaped(value)?;
        fits.then(|| (key.to_owned(), value))
    };
    text.split(',').map(pair).collect()
}

/// Go's `url.QueryUnescape`.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
                let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| plain)?);
                rest = tail.get(2..)?;
            }
            other => bytes.push(*other),
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

impl Processor for ResourceDetection {
    fn touches_points(&self) -> bool {
        false
    }

    fn reads_values(&self) -> bool {
        false
    }

    fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn process(&mut self, metrics: &mut Metrics, _: &mut dyn Trace) -> Result<(), Refused> {
        for resource in &mut metrics.resources {
            for (key, value) in self.detected.iter() {
                if self.overrides || resource.attributes.get(key).is_none() {
                    resource.attributes.insert(key.clone(), value.clone());
                }
            }
        }
        Ok(())
    }
}
