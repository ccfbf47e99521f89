//! Which of several Collectors that run one job a target belongs to, as far as the job says.

use super::super::config::Discovery;
use super::super::config::PrometheusReceiver;
use super::super::config::ScrapeJob;
use super::super::position::Position;
use super::super::relabel::Action;
use super::super::relabel::Rule;
use super::super::relabel::Rules;
use super::setting::Setting;
use super::view::View;

/// How the targets of a job are shared out among the Collectors that run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Its targets are all written down.
    #[default]
    Fixed,
    /// Each Collector takes all that is in the cluster.
    Cluster,
    /// Each takes what is on its own node, by a selector or rule at this place.
    Node(Position),
    /// Each takes a share, by a rule at this place that looks at a hash.
    Share(Position),
    /// An allocator hands them out.
    Allocated,
}

/// How this job shares its targets out.
pub(super) fn of(
    receiver: &PrometheusReceiver,
    job: &ScrapeJob,
    views: &[View<'_>],
    rules: &Rules,
    setting: &Setting,
) -> Reach {
    if setting.has_allocator || receiver.target_allocator.is_some() {
        return Reach::Allocated;
    }
    if views.is_empty() {
        return Reach::Fixed;
    }
    // Only if each of its discoveries looks at one node.
    if views
        .iter()
        .all(|view| view.on_own_node || view.on_node.is_some())
    {
        let mut selectors = job
            .discovery
            .iter()
            .filter_map(|discovery| match discovery {
                Discovery::Kubernetes(discovery) => discovery.selectors.first(),
                _ => None,
            });
        return Reach::Node(selectors.next().map_or(job.at, |selector| selector.at));
    }
    let mut hashed: Vec<&str> = Vec::new();
    for rule in rules.rules() {
        if rule.action == Action::HashMod {
            hashed.push(&rule.target_label);
        }
        if chooses(rule, &tells_node) {
            return Reach::Node(rule.shown.at);
        }
        if chooses(rule, &|label| hashed.contains(&label)) {
            return Reach::Share(rule.shown.at);
        }
    }
    Reach::Cluster
}

/// Whether a label tells which node a target is on.
fn tells_node(label: &str) -> bool {
    label.ends_with("node_name")
        || label == "__meta_kubernetes_pod_host_ip"
        || label.starts_with("__meta_kubernetes_node_")
}

/// Whether a rule keeps by the value of such a label, and not whatever it is.
fn chooses(rule: &Rule, is_meant: &dyn Fn(&str) -> bool) -> bool {
    let mut reads = rule.source_labels.iter();
    match rule.action {
        Action::Keep => {
            let other: Vec<&str> = rule.source_labels.iter().map(|_| "no-such-value").collect();
            reads.any(|label| is_meant(label)) && !rule.regex.is_match(&other.join(&rule.separator))
        }
        Action::KeepEqual => is_meant(&rule.target_label) || reads.any(|label| is_meant(label)),
        _ => false,
    }
}
