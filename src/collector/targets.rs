//! Which targets a configuration's discovery and relabeling make of a cluster.
//!
//! In come a configuration, the objects of a cluster and what is known of where the Collector runs; out goes for
//! each scrape job what it scrapes, which raw targets fell out at which rule, and which objects it never sees;
//! then which proxies nobody scrapes. Nothing is judged here. Kinds of discovery that are not simulated are
//! named, and so is every kind of object that a job asks for and that was not given.

mod doubles;
mod endpoints;
mod job;
mod needs;
mod objects;
mod pods;
mod raw;
mod reach;
mod roles;
mod selectors;
mod setting;
mod sidecars;
mod view;

pub use doubles::Double;
pub use job::Active;
pub use job::Dropped;
pub use job::JobTargets;
pub use job::Refused;
pub use job::TargetRule;
pub use needs::Needs;
pub use needs::Scope;
pub use objects::Objects;
pub use pods::NoTarget;
pub use raw::Origin;
pub use reach::Reach;
pub use setting::Mode;
pub use setting::Setting;
pub use sidecars::Proxy;
pub use sidecars::Seen;
pub use sidecars::Sidecar;
pub use sidecars::Why;
pub use view::Outside;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::config::Config;
use super::config::PrometheusReceiver;
use super::config::Reference;
use super::config::ScrapeJob;
use super::decode::Notice;
use super::position::ConfigError;
use super::position::Position;
use objects::many;
use objects::text;

/// What a configuration scrapes in a cluster.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// What the configuration is called.
    pub name: String,
    /// What was read, as typed.
    pub inputs: Vec<String>,
    /// Its files, which positions index.
    pub files: Vec<String>,
    /// Where the Collector runs.
    pub setting: Setting,
    /// In the order of the pipelines and files; of a receiver in several pipelines, once.
    pub jobs: Vec<JobTargets>,
    /// Every proxy beside an application, by namespace and pod.
    pub sidecars: Vec<Sidecar>,
    /// Endpoints that are scraped more than once.
    pub doubles: Vec<Double>,
    /// Pods that are not running, with their phase.
    pub idle_pods: BTreeMap<(String, String), String>,
    /// How many objects of each kind were given: `pods`, 30.
    pub objects: Vec<(&'static str, u64)>,
    /// Objects of kinds that no discovery asks for.
    pub passed_over: u64,
    /// Objects that were given more than once.
    pub repeated: u64,
    /// Nodes that pods can run on: those given, else those that pods name.
    pub nodes: u64,
    /// What is not known or not simulated, and could make a difference.
    pub notices: Vec<Notice>,
}

/// Evaluates the jobs of these pipelines, or the one of this name.
///
/// # Errors
/// The Collector would not start with a rule or selector, or the API of a cluster would refuse what it asks.
pub fn evaluate(
    config: &Config,
    pipelines: &[String],
    only: Option<&str>,
    objects: &Objects,
    setting: &Setting,
) -> Result<Targets, ConfigError> {
    let mut targets = Targets {
        setting: setting.clone(),
        objects: objects.counts(),
        passed_over: objects.passed_over(),
        repeated: objects.repeated(),
        nodes: nodes(objects),
        idle_pods: idle_pods(objects),
        ..Targets::default()
    };
    for (reference, receiver) in receivers(config, pipelines) {
        let Some(receiver) = receiver else {
            targets.notices.push(Notice {
                at: reference.at,
                subject: format!("receiver {}", reference.id),
                message: "is not simulated: what it scrapes is not known".to_owned(),
            });
            continue;
        };
        for one in &receiver.jobs {
            if only.is_none_or(|only| only == one.name) {
                let evaluated = job::evaluate(
                    config,
                    receiver,
                    one,
                    objects,
                    setting,
                    &mut targets.notices,
                )?;
                targets.jobs.push(evaluated);
            }
        }
    }
    // Whoever lists objects asks for pods whatever the jobs need: proxies are among them.
    let told = |notice: &Notice| notice.message.contains("asks for pods");
    if objects.are_listed()
        && let Some(gap) = objects.gap("Pod")
        && !targets.notices.iter().any(told)
    {
        targets.notices.push(Notice {
            at: Position::default(),
            subject: "pods".to_owned(),
            message: format!("{gap}: which proxies run, and who scrapes them, is not known"),
        });
    }
    targets.doubles = doubles::all(&targets.jobs);
    targets.sidecars = sidecars::all(objects, &targets.jobs);
    Ok(targets)
}

/// The receivers of these pipelines, each once; `None` for one that scrapes nothing or is not simulated.
fn receivers<'c>(
    config: &'c Config,
    pipelines: &[String],
) -> Vec<(&'c Reference, Option<&'c PrometheusReceiver>)> {
    let mut seen = BTreeSet::new();
    let running = config.pipelines.iter();
    let running = running.filter(|pipeline| pipelines.contains(&pipeline.id));
    let references = running.flat_map(|pipeline| &pipeline.receivers);
    references
        .filter(|reference| seen.insert(reference.id.as_str()))
        .map(|reference| {
            let mut scrapes = config.scrapes.iter();
            (
                reference,
                scrapes.find(|receiver| receiver.id == reference.id),
            )
        })
        .collect()
}

/// The labels that discovery gives each raw target of a job, before the job adds its own.
///
/// # Errors
/// As for [`evaluate`].
pub fn discovered(
    config: &Config,
    job: &ScrapeJob,
    objects: &Objects,
    setting: &Setting,
) -> Result<Vec<BTreeMap<String, String>>, ConfigError> {
    let mut found = JobTargets::default();
    let (raws, _) = job::gather(config, job, objects, setting, &mut found)?;
    Ok(raws.into_iter().map(|raw| raw.labels).collect())
}

/// A notice that objects of a kind are missing, of which `gap` says why.
fn missing(job: &str, at: Position, kind: &str, gap: &str, is_listed: bool) -> Notice {
    let many = many(kind);
    let remedy = if is_listed {
        String::new()
    } else {
        format!(" (kubectl get {many} -A -o json)")
    };
    Notice {
        at,
        subject: format!("job {job}"),
        message: format!("asks for {many}, {gap}: what depends on them is not known{remedy}"),
    }
}

fn idle_pods(objects: &Objects) -> BTreeMap<(String, String), String> {
    let idle = objects.of("Pod").filter_map(|pod| {
        let of = |path: &[&str]| text(pod, path).unwrap_or_default().to_owned();
        let phase = of(&["status", "phase"]);
        let key = (of(&["metadata", "namespace"]), of(&["metadata", "name"]));
        (phase != "Running" && !phase.is_empty()).then_some((key, phase))
    });
    idle.collect()
}

fn nodes(objects: &Objects) -> u64 {
    if objects.knows("Node") {
        return objects.count("Node");
    }
    let named = objects
        .of("Pod")
        .filter_map(|pod| text(pod, &["spec", "nodeName"]));
    named.collect::<BTreeSet<_>>().len() as u64
}
