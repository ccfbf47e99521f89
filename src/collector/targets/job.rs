//! One scrape job: raw targets through its rules, and what is left of them when equal ones are taken together.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use super::super::config::Config;
use super::super::config::Discovery;
use super::super::config::KubernetesDiscovery;
use super::super::config::PrometheusReceiver;
use super::super::config::ScrapeJob;
use super::super::config::StaticGroup;
use super::super::decode::Notice;
use super::super::discover::Discover;
use super::super::plan;
use super::super::position::ConfigError;
use super::super::position::Position;
use super::super::relabel::Labels;
use super::super::relabel::Outcome;
use super::super::text::Text;
use super::Objects;
use super::Reach;
use super::Setting;
use super::missing;
use super::needs;
use super::pods::NoTarget;
use super::raw::ADDRESS;
use super::raw::Origin;
use super::raw::Raw;
use super::raw::Set;
use super::reach;
use super::roles;
use super::view::Outside;
use super::view::View;

/// What a job makes of a cluster.
#[derive(Debug, Clone, Default)]
pub struct JobTargets {
    /// The receiver that it belongs to.
    pub receiver: String,
    /// `job_name`.
    pub name: String,
    /// Where it begins.
    pub at: Position,
    /// Between two scrapes.
    pub interval_seconds: f64,
    /// The rules of `relabel_configs`, in their order.
    pub rules: Vec<TargetRule>,
    /// How many raw targets discovery found.
    pub discovered: u64,
    /// What is scraped, by origin and address; each once.
    pub targets: Vec<Active>,
    /// Raw targets that a rule dropped, in the order of discovery.
    pub dropped: Vec<Dropped>,
    /// Raw targets that Prometheus makes no target of.
    pub refused: Vec<Refused>,
    /// Objects without a raw target.
    pub without: BTreeMap<Origin, NoTarget>,
    /// Objects that the job does not look at.
    pub outside: BTreeMap<Origin, Outside>,
    /// Rules that could not be judged, by the label that is not known, with the number of raw targets. They
    /// let these pass.
    pub unjudged: BTreeMap<(usize, String), u64>,
    /// Kinds of discovery that are not simulated: `consul_sd_configs`.
    pub not_simulated: Vec<String>,
    /// Something that its discovery looks at was not given or is not known.
    pub is_incomplete: bool,
    /// More targets than this, and none is scraped.
    pub target_limit: Option<u64>,
    /// How several Collectors would share its targets.
    pub reach: Reach,
}

/// A rule of target relabeling, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRule {
    /// `keep`, `replace`, …
    pub action: &'static str,
    /// As written, on one line.
    pub text: String,
    /// Where it stands.
    pub at: Position,
}

/// A target that is scraped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    /// `http` or `https`.
    pub scheme: String,
    /// Host and port, or the host alone.
    pub address: String,
    /// Path of the URL.
    pub path: String,
    /// Parameters of the URL, in the order of their names; values may be secrets.
    pub parameters: Vec<(String, Vec<String>)>,
    /// Labels that every sample gets, by name.
    pub labels: Vec<(String, String)>,
    /// Labels that only tell targets apart (`__…`), by name; values may be secrets.
    pub hidden: Vec<(String, String)>,
    /// The raw targets that it was made of, at least one: their labels had become equal.
    pub origins: Vec<Origin>,
}

/// A raw target that fell out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// What it was made of.
    pub origin: Origin,
    /// Number of the rule; counts from 0.
    pub rule: usize,
    /// The value that the rule saw.
    pub value: String,
}

/// A raw target that got through the rules and cannot be scraped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it was made of.
    pub origin: Origin,
    /// Why, in Prometheus' words.
    pub reason: String,
}

impl Active {
    /// Its URL as it may be shown: without credentials and without what may be secret in its parameters.
    pub fn url(&self) -> String {
        let Self {
            scheme,
            address,
            path,
            ..
        } = self;
        let mut url = format!("{scheme}://{address}{path}");
        if self.parameters.is_empty() && !address.contains('@') {
            return url;
        }
        let pairs = self.parameters.iter();
        let pairs = pairs.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs);
        let query = query.finish();
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query);
        }
        crate::source::shown(&url)
    }

    /// Its labels as they may be shown: an instance that is the address has no credentials.
    pub fn shown_labels(&self) -> impl Iterator<Item = (&str, String)> {
        self.labels.iter().map(|(name, value)| {
            let shown = if *value == self.address {
                without_credentials(value)
            } else {
                value.clone()
            };
            (name.as_str(), shown)
        })
    }

    /// The value of a label of its samples.
    pub fn label(&self, name: &str) -> Option<&str> {
        let mut labels = self.labels.iter();
        let (_, value) = labels.find(|(own, _)| own == name)?;
        Some(value)
    }
}

impl JobTargets {
    /// Whether there are more targets than the job allows itself, so that none is scraped.
    pub fn is_over_limit(&self) -> bool {
        let count = self.targets.len() as u64;
        self.target_limit.is_some_and(|limit| count > limit)
    }
}

/// Evaluates a job.
pub(super) fn evaluate(
    config: &Config,
    receiver: &PrometheusReceiver,
    job: &ScrapeJob,
    objects: &Objects,
    setting: &Setting,
    notices: &mut Vec<Notice>,
) -> Result<JobTargets, ConfigError> {
    let rules = plan::compile(config, job, &job.relabel)?;
    let mut found = JobTargets {
        receiver: receiver.id.clone(),
        name: job.name.clone(),
        at: job.at,
        interval_seconds: job.interval.as_secs_f64(),
        target_limit: Some(job.limits.targets).filter(|limit| *limit > 0),
        ..JobTargets::default()
    };
    let (raws, views) = gather(config, job, objects, setting, &mut found)?;
    for (discovery, view) in &views {
        let unknown = unknown(job, discovery, view, objects, setting);
        found.is_incomplete |= !unknown.is_empty() && !view.on_own_node;
        notices.extend(unknown);
    }
    let views: Vec<View<'_>> = views.into_iter().map(|(_, view)| view).collect();
    found.reach = reach::of(receiver, job, &views, &rules, setting);
    let unknown: Vec<&str> = views
        .iter()
        .flat_map(View::unknown)
        .map(|(label, _)| label)
        .collect();
    found.rules = rules
        .rules()
        .iter()
        .map(|rule| TargetRule {
            action: rule.action.word(),
            text: rule.shown.text.clone(),
            at: rule.shown.at,
        })
        .collect();
    let discover = plan::discover(job, rules, config.version, Vec::new());
    found.discovered = raws.len() as u64;
    relabel(raws, &discover, job, &unknown, &mut found);
    Ok(found)
}

/// Raw targets, and the view of each discovery that looked at a cluster.
type Gathered<'a> = (Vec<Raw>, Vec<(&'a KubernetesDiscovery, View<'a>)>);

/// All raw targets of a job; what it does not look at or makes no target of is told to `found`.
pub(super) fn gather<'a>(
    config: &Config,
    job: &'a ScrapeJob,
    objects: &'a Objects,
    setting: &'a Setting,
    found: &mut JobTargets,
) -> Result<Gathered<'a>, ConfigError> {
    let mut views = Vec::new();
    let mut raws = Vec::new();
    let mut seen: BTreeSet<Origin> = BTreeSet::new();
    for discovery in &job.discovery {
        match discovery {
            Discovery::Static(group) => raws.extend(fixed(group)),
            Discovery::Other { key, .. } => found.not_simulated.push(key.clone()),
            Discovery::Kubernetes(discovery) => {
                let own = setting.namespace.as_deref();
                let view = View::new(objects, discovery, own, config.version)?;
                let of = roles::discover(discovery, &view)?;
                seen.extend(of.raws.iter().map(|raw| whole(&raw.origin)));
                found.without.extend(of.without);
                found.outside.extend(of.outside);
                raws.extend(of.raws);
                views.push((discovery, view));
            }
        }
    }
    // One entry of several that sees an object is enough.
    found.without.retain(|origin, _| !seen.contains(origin));
    let without = &found.without;
    let outside = &mut found.outside;
    outside.retain(|origin, _| !seen.contains(origin) && !without.contains_key(origin));
    Ok((raws, views))
}

/// What is not known of what a discovery looks at.
fn unknown(
    job: &ScrapeJob,
    discovery: &KubernetesDiscovery,
    view: &View<'_>,
    objects: &Objects,
    setting: &Setting,
) -> Vec<Notice> {
    let notice = |message: &str| Notice {
        at: discovery.at,
        subject: format!("job {}", job.name),
        message: message.to_owned(),
    };
    let mut notices = Vec::new();
    if discovery.own_namespace && setting.namespace.is_none() {
        notices.push(notice(
            "looks at the Collector's own namespace, which is not known: its targets are missing here \
             (--collector-namespace names it)",
        ));
    }
    if view.on_own_node {
        notices.push(notice(
            "selects pods by a node that is empty here: shown is what the Collectors of all nodes scrape together",
        ));
    }
    if let Some(only) = objects.only_namespace()
        && needs::looks_beyond(discovery, only, setting)
    {
        notices.push(notice(&format!(
            "looks at other namespaces than {only} too, which were not listed: their targets are missing here"
        )));
    }
    for resource in needs::of(discovery) {
        let kind = resource.kind();
        if let Some(gap) = objects.gap(kind) {
            let listed = objects.are_listed();
            notices.push(missing(&job.name, discovery.at, kind, &gap, listed));
        }
    }
    notices
}

/// The object of an origin, whichever port it was.
fn whole(origin: &Origin) -> Origin {
    Origin {
        container: String::new(),
        port: String::new(),
        ..origin.clone()
    }
}

/// An address as it may be shown.
fn without_credentials(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => address.to_owned(),
    }
}

/// Entries of `static_configs`.
fn fixed(group: &StaticGroup) -> impl Iterator<Item = Raw> {
    let shared: Set = group.labels.iter().cloned().collect();
    group.targets.iter().map(move |(address, _)| {
        let own = Set::from([(ADDRESS.to_owned(), address.clone())]);
        let origin = Origin {
            name: without_credentials(address),
            ..Origin::default()
        };
        Raw::new(own, &shared, origin)
    })
}

/// Lets raw targets through the rules. Those that come out with the same labels are one: Prometheus goes by a
/// hash of all of them and of the URL, which follows from them within one job.
fn relabel(
    raws: Vec<Raw>,
    discover: &Discover,
    job: &ScrapeJob,
    unknown: &[&str],
    found: &mut JobTargets,
) {
    let mut by_labels: HashMap<Vec<(Text, Text)>, usize> = HashMap::new();
    for raw in raws {
        let pairs = raw.labels.iter();
        let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
        let mut labels = discover.populated(pairs);
        let outcome = if unknown.is_empty() {
            discover.rules.process(&mut labels)
        } else {
            let is_unknown = |name: &str| {
                let missing = unknown.iter().any(|label| name.starts_with(label));
                missing && !raw.labels.contains_key(name)
            };
            let partly = discover.rules.process_partly(&mut labels, &is_unknown);
            for rule in partly.unjudged {
                *found.unjudged.entry((rule.rule, rule.label)).or_default() += 1;
            }
            partly.outcome
        };
        if let Outcome::Dropped { rule } = outcome {
            found.dropped.push(Dropped {
                origin: raw.origin,
                rule,
                value: discover.rules.seen(rule, &labels),
            });
            continue;
        }
        if let Err(reason) = discover.concluded(&mut labels) {
            found.refused.push(Refused {
                origin: raw.origin,
                reason,
            });
            continue;
        }
        let key: Vec<(Text, Text)> = labels
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(at) = by_labels.get(&key) {
            found.targets[*at].origins.push(raw.origin);
        } else {
            by_labels.insert(key, found.targets.len());
            found.targets.push(active(&labels, job, raw.origin));
        }
    }
    found.targets.sort_by(|a, b| {
        let order = a.origins.first().cmp(&b.origins.first());
        order
            .then_with(|| a.address.cmp(&b.address))
            .then_with(|| a.labels.cmp(&b.labels))
    });
}

fn active(labels: &Labels, job: &ScrapeJob, origin: Origin) -> Active {
    let of = |name: &str| labels.get(name).map_or("", Text::as_str).to_owned();
    let mut parameters: BTreeMap<String, Vec<String>> = job.params.iter().cloned().collect();
    let (mut visible, mut hidden) = (Vec::new(), Vec::new());
    for (name, value) in labels.iter() {
        let pair = (name.to_string(), value.to_string());
        if let Some(parameter) = name.strip_prefix("__param_") {
            let values = parameters.entry(parameter.to_owned()).or_default();
            match values.first_mut() {
                Some(first) => first.clone_from(&pair.1),
                None => values.push(pair.1.clone()),
            }
        }
        if name.starts_with("__") {
            hidden.push(pair);
        } else {
            visible.push(pair);
        }
    }
    Active {
        scheme: of("__scheme__"),
        address: of(ADDRESS),
        path: of("__metrics_path__"),
        parameters: parameters.into_iter().collect(),
        labels: visible,
        hidden,
        origins: vec![origin],
    }
}
