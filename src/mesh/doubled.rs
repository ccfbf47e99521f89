//! Finds targets that say what another one says already.
//!
//! A pod of Istio offers the counters of its Envoy twice: on a port of its own (15090), and on that of the agent
//! (15020), among those of the agent and the application. Whoever reads both counts each call twice.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Direction;
use super::FlowKey;
use super::Parent;
use super::Proxy;
use super::TargetTraffic;
use super::Text;

/// A target that says what another one says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubled {
    /// `Target::name` of the one that is left out.
    pub name: String,
    /// `Target::origin` of the one that is left out.
    pub origin: String,
    /// `Target::name` of the one that is counted.
    pub counted_name: String,
    /// `Target::origin` of the one that is counted.
    pub counted_origin: String,
}

/// What makes two targets one and the same: the pod, or where no pod is known the host.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Pod(Text, Text),
    Host(Text),
}

/// One thing that a target counts, whatever it counts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Counted<'a> {
    Flow(FlowKey<'a>),
    Status(&'static str, Direction, &'a Parent, &'a Option<Text>),
    Cluster(&'a Text),
}

/// Empties all targets but one of those that say the same, and names them. The targets are in order, and the first
/// of those that say the most is kept.
pub(super) fn take_out(targets: &mut [TargetTraffic]) -> Vec<Doubled> {
    let mut alike: BTreeMap<(Whose, Proxy), Vec<usize>> = BTreeMap::new();
    for (at, target) in targets.iter().enumerate() {
        if let (Some(whose), Some(proxy)) = (whose(target), target.proxy) {
            alike.entry((whose, proxy)).or_default().push(at);
        }
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for group in alike.into_values().filter(|group| group.len() > 1) {
        let counted = |&at: &usize| (at, counted(&targets[at]));
        let mut group: Vec<_> = group.iter().map(counted).collect();
        group.sort_by_key(|(_, counted)| std::cmp::Reverse(counted.len()));
        let mut kept: Vec<(usize, BTreeSet<Counted<'_>>)> = Vec::new();
        for (at, counted) in group {
            match kept.iter().find(|(_, known)| is_same(known, &counted)) {
                Some((first, _)) => pairs.push((*first, at)),
                None => kept.push((at, counted)),
            }
        }
    }
    pairs.sort_by_key(|&(_, at)| at);
    let doubled = pairs.iter().map(|&(kept, at)| Doubled {
        name: targets[at].name.clone(),
        origin: targets[at].origin.clone(),
        counted_name: targets[kept].name.clone(),
        counted_origin: targets[kept].origin.clone(),
    });
    let doubled = doubled.collect();
    for (_, at) in pairs {
        targets[at].say_nothing();
    }
    doubled
}

fn whose(target: &TargetTraffic) -> Option<Whose> {
    match (&target.party.namespace, &target.party.pod) {
        (Some(namespace), Some(pod)) => Some(Whose::Pod(namespace.clone(), pod.clone())),
        _ => target.host.clone().map(Whose::Host),
    }
}

fn counted(target: &TargetTraffic) -> BTreeSet<Counted<'_>> {
    let flows = target.flows.iter().map(|flow| Counted::Flow(flow.key()));
    let statuses = target.statuses.iter().map(|status| {
        Counted::Status(
            status.family,
            status.direction,
            &status.parent,
            &status.status,
        )
    });
    let clusters = target.saturation.iter();
    let clusters = clusters.map(|saturation| Counted::Cluster(&saturation.cluster));
    flows.chain(statuses).chain(clusters).collect()
}

/// Whether most of what the one says is in the other, which says no less. They are read one after the other, so
/// values differ, and what has just begun or was forgotten may be in only one of them.
fn is_same(known: &BTreeSet<Counted<'_>>, other: &BTreeSet<Counted<'_>>) -> bool {
    let both = other.intersection(known).count();
    both * 2 > other.len()
}

impl TargetTraffic {
    /// Leaves nothing to count.
    fn say_nothing(&mut self) {
        let Self {
            name,
            origin,
            proxy,
            version,
            party,
            host,
            window_seconds,
            since,
            ..
        } = std::mem::take(self);
        *self = Self {
            name,
            origin,
            proxy,
            version,
            party,
            host,
            window_seconds,
            since,
            ..Self::default()
        };
    }
}
