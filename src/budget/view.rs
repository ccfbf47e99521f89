//! What there is at one stage, in the terms of budgets.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::collections::HashMap;

use globset::GlobMatcher;

use super::Scope;
use super::measure::Item;
use super::policy::Stage;
use super::stages::is_end;
use super::stages::knows_bytes;
use crate::census::FamilyCount;
use crate::census::LabelValues;
use crate::census::TargetCount;
use crate::mesh;
use crate::mesh::Party;
use crate::mesh::grpc::Edge;
use crate::survey::Simulated;
use crate::survey::Survey;
use crate::waterfall;
use crate::waterfall::StageFlow;

/// What a measure needs beside a survey.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// Seconds between two scrapes, where the configuration does not say.
    pub interval_seconds: f64,
    /// The interval was said and goes before that of the configuration.
    pub is_typed: bool,
}

/// What there is at one stage. What takes time is worked out once, however many budgets ask for it.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) survey: &'a Survey,
    /// Where something was simulated: the pipeline and the stage in it.
    behind: Option<(&'a Simulated, usize)>,
    interval_seconds: f64,
    families: OnceCell<BTreeMap<&'a str, Cost>>,
    targets: OnceCell<Vec<(Owner, Cost)>>,
    edges: OnceCell<Vec<Edge>>,
}

/// How much of something there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cost {
    pub(super) series: u64,
    pub(super) body_bytes: u64,
}

impl Cost {
    pub(super) fn add(&mut self, other: Self) {
        self.series += other.series;
        self.body_bytes += other.body_bytes;
    }
}

/// Whose a target is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    pub(super) target: String,
    pub(super) namespace: Option<String>,
    /// `namespace/workload`; the target's name where its workload is not known.
    pub(super) workload: String,
}

impl Owner {
    /// By what the source tells, else by what the mesh concludes, as from the name of a saved file.
    fn of(target: &TargetCount, concluded: Option<&Party>) -> Self {
        let namespace = || Some(concluded?.namespace.as_deref()?.to_owned());
        let namespace = target.namespace.clone().or_else(namespace);
        // The kind tells no two apart in practice, and a name alone does not tell it.
        let said = target.workload.as_deref();
        let said = said.map(|workload| workload.split_once('/').map_or(workload, |(_, name)| name));
        let by_pod = || mesh::workload_of_pod(target.pod.as_deref()?);
        let by_mesh = || concluded?.workload.as_deref();
        let workload = said
            .or_else(by_pod)
            .or_else(by_mesh)
            .or(target.pod.as_deref());
        let workload = match (&namespace, workload) {
            (Some(namespace), Some(workload)) => format!("{namespace}/{workload}"),
            (None, Some(workload)) => workload.to_owned(),
            (_, None) => target.name.clone(),
        };
        Self {
            target: target.name.clone(),
            namespace,
            workload,
        }
    }
}

impl<'a> View<'a> {
    /// As the targets expose it.
    pub(super) fn of_scrape(survey: &'a Survey, context: Context) -> Self {
        Self::new(survey, None, context.interval_seconds)
    }

    fn new(
        survey: &'a Survey,
        behind: Option<(&'a Simulated, usize)>,
        interval_seconds: f64,
    ) -> Self {
        Self {
            survey,
            behind,
            interval_seconds,
            families: OnceCell::new(),
            targets: OnceCell::new(),
            edges: OnceCell::new(),
        }
    }

    /// Every place that a budget is about: several pipelines may have a stage, and several exporters.
    pub(super) fn all(survey: &'a Survey, stage: &Stage, context: Context) -> Vec<Self> {
        if *stage == Stage::Scrape {
            return vec![Self::of_scrape(survey, context)];
        }
        let mut views = Vec::new();
        for simulated in survey.simulated.iter().flatten() {
            let configured = simulated.layout.interval_seconds;
            let interval_seconds = if configured > 0.0 && !context.is_typed {
                configured
            } else {
                context.interval_seconds
            };
            for (at, flow) in simulated.flow.stages.iter().enumerate() {
                if stage.is_it(flow.kind, &flow.id) {
                    views.push(Self::new(survey, Some((simulated, at)), interval_seconds));
                }
            }
        }
        views
    }

    pub(super) fn flow(&self) -> Option<&'a StageFlow> {
        let (simulated, at) = self.behind?;
        simulated.flow.stages.get(at)
    }

    /// What it is called: `scrape`, `filter/mesh`; with its pipeline where there are several.
    pub(super) fn id(&self) -> String {
        match self.flow() {
            Some(flow) if self.survey.simulated.iter().flatten().count() < 2 => flow.id.clone(),
            _ => self.path(),
        }
    }

    /// The same with its pipeline always.
    pub(super) fn path(&self) -> String {
        let Some((simulated, at)) = self.behind else {
            return "scrape".to_owned();
        };
        let id = simulated
            .flow
            .stages
            .get(at)
            .map_or("", |flow| flow.id.as_str());
        format!("{} {id}", simulated.flow.name)
    }

    /// Whether it is what the targets expose.
    pub(super) fn is_scrape(&self) -> bool {
        self.behind.is_none()
    }

    /// Whether an exporter sends it.
    pub(super) fn is_end(&self) -> bool {
        self.flow().is_some_and(|flow| is_end(flow.kind))
    }

    /// So many series as samples a second.
    pub(super) fn rate(&self, series: u64) -> f64 {
        if self.interval_seconds > 0.0 {
            series as f64 / self.interval_seconds
        } else {
            0.0
        }
    }

    pub(super) fn total(&self) -> Cost {
        match self.flow() {
            None => Cost {
                series: self.survey.census.totals.series,
                body_bytes: self.survey.census.totals.body_bytes,
            },
            Some(flow) => Cost {
                series: flow.totals.series,
                body_bytes: flow.totals.body_bytes,
            },
        }
    }

    /// By family, sorted by name. A name that no target exposes, as after renaming, is of the family that its
    /// suffix leaves.
    pub(super) fn families(&self) -> &BTreeMap<&'a str, Cost> {
        self.families.get_or_init(|| self.count_families())
    }

    fn count_families(&self) -> BTreeMap<&'a str, Cost> {
        let of_census = self.survey.census.families.iter();
        let Some(flow) = self.flow() else {
            let cost = |family: &FamilyCount| Cost {
                series: family.series,
                body_bytes: family.body_bytes,
            };
            return of_census
                .map(|family| (family.name.as_str(), cost(family)))
                .collect();
        };
        let family_of: BTreeMap<&str, &str> = of_census
            .flat_map(|family| {
                family
                    .sample_names
                    .iter()
                    .map(|name| (name.as_str(), family.name.as_str()))
            })
            .collect();
        let mut families: BTreeMap<&str, Cost> = BTreeMap::new();
        for (name, count) in flow.by_name.iter().filter(|(_, count)| count.series > 0) {
            let known = family_of.get(name.as_str()).copied();
            let family = known.unwrap_or_else(|| waterfall::family(name));
            families.entry(family).or_default().add(Cost {
                series: count.series,
                body_bytes: count.body_bytes,
            });
        }
        families
    }

    /// By target, those of which nothing is left included.
    pub(super) fn targets(&self) -> &[(Owner, Cost)] {
        self.targets.get_or_init(|| self.count_targets())
    }

    /// Who calls whom by gRPC, and how that ends.
    pub(super) fn edges(&self) -> &[Edge] {
        let spoken = self.survey.mesh.as_ref();
        self.edges
            .get_or_init(|| spoken.map_or_else(Vec::new, |mesh| mesh.grpc().by_ends()))
    }

    fn count_targets(&self) -> Vec<(Owner, Cost)> {
        let flow = self.flow();
        let shares = flow.map(|flow| {
            let shares = flow.by_target.iter();
            let shares = shares.map(|share| ((&share.target, &share.origin), share.count));
            shares.collect::<HashMap<_, _>>()
        });
        let spoken = self.survey.mesh.iter().flat_map(|mesh| &mesh.targets);
        let parties: HashMap<(&str, &str), &Party> = spoken
            .map(|target| ((&*target.name, &*target.origin), &target.party))
            .collect();
        let targets = self.survey.census.targets.iter();
        let costs = targets.map(|target| {
            let cost = match &shares {
                None => Cost {
                    series: target.series,
                    body_bytes: target.body_bytes,
                },
                Some(shares) => {
                    let count = shares.get(&(&target.name, &target.origin)).copied();
                    let count = count.unwrap_or_default();
                    Cost {
                        series: count.series,
                        body_bytes: count.body_bytes,
                    }
                }
            };
            let key = (target.name.as_str(), target.origin.as_str());
            (Owner::of(target, parties.get(&key).copied()), cost)
        });
        costs.collect()
    }

    /// By the name of the target.
    pub(super) fn by_target(&self) -> Vec<(String, Cost)> {
        let targets = self.targets().iter();
        targets
            .map(|(owner, cost)| (owner.target.clone(), *cost))
            .collect()
    }

    /// By namespace; targets of which it is not known are in none.
    pub(super) fn by_namespace(&self) -> Vec<(String, Cost)> {
        self.grouped(|owner| owner.namespace.clone())
    }

    /// By workload.
    pub(super) fn by_workload(&self) -> Vec<(String, Cost)> {
        self.grouped(|owner| Some(owner.workload.clone()))
    }

    fn grouped(&self, key: fn(&Owner) -> Option<String>) -> Vec<(String, Cost)> {
        let mut groups: BTreeMap<String, Cost> = BTreeMap::new();
        for (owner, cost) in self.targets() {
            if let Some(key) = key(owner) {
                groups.entry(key).or_default().add(*cost);
            }
        }
        groups.into_iter().collect()
    }

    /// Labels of the series that has the most, and its family where that is known; `None` where nobody counts it.
    pub(super) fn labels_per_series(&self) -> Option<(u64, Option<&'a str>)> {
        let (most, widest) = match self.flow() {
            None => {
                let counted = self.survey.census.labels_per_series.as_ref();
                let most = counted.map(|labels| labels.spread.max);
                (most, counted.map(|labels| labels.widest.as_str()))
            }
            Some(flow) => {
                let most = flow.labels_per_series.map(|spread| spread.max);
                (most, flow.widest.as_deref())
            }
        };
        match most {
            Some(most) => Some((most, widest)),
            None => (self.total().series == 0).then_some((0, None)),
        }
    }

    /// Whether bytes of this scope are counted here.
    pub(super) fn knows_bytes(&self, scope: Scope) -> bool {
        self.flow().is_none_or(|flow| knows_bytes(flow.kind, scope))
    }

    /// Distinct values of labels: over all families, or in each family that matches.
    pub(super) fn labels(&self, label: &GlobMatcher, families: Option<&GlobMatcher>) -> Vec<Item> {
        let item = |name: String, values: u64| Item {
            name,
            value: values as f64,
        };
        let census = &self.survey.census;
        match (self.flow(), families) {
            (None, None) => {
                let labels = census.labels.iter();
                let labels = labels.filter(|known| known.values > 0 && label.is_match(&known.name));
                labels
                    .map(|known| item(known.name.clone(), known.values))
                    .collect()
            }
            (None, Some(families)) => {
                let matching = census
                    .families
                    .iter()
                    .filter(|family| families.is_match(&family.name));
                let items = matching.flat_map(|family| {
                    let labels = family.labels.iter();
                    let labels =
                        labels.filter(|known| known.values > 0 && label.is_match(&known.name));
                    labels.map(|known| item(in_family(&known.name, &family.name), known.values))
                });
                items.collect()
            }
            (Some(flow), None) => {
                let together = LabelValues::together(&flow.labels, |_| true).into_iter();
                let labels =
                    together.filter(|(name, (_, values))| *values > 0 && label.is_match(name));
                labels
                    .map(|(name, (_, values))| item(name.to_owned(), values))
                    .collect()
            }
            (Some(flow), Some(families)) => {
                let matching = flow.labels.iter().filter(|known| {
                    !known.values.is_empty()
                        && label.is_match(&known.label)
                        && families.is_match(&known.family)
                });
                let items = matching.map(|known| {
                    item(
                        in_family(&known.label, &known.family),
                        known.values.len() as u64,
                    )
                });
                items.collect()
            }
        }
    }

    /// Sample names with their series.
    pub(super) fn names(&self) -> BTreeMap<&'a str, u64> {
        match self.flow() {
            None => {
                let names = self.survey.census.names.iter();
                names
                    .map(|(name, series)| (name.as_str(), *series))
                    .collect()
            }
            Some(flow) => flow
                .by_name
                .iter()
                .filter(|(_, count)| count.series > 0)
                .map(|(name, count)| (name.as_str(), count.series))
                .collect(),
        }
    }
}

/// What a label of one family is called.
fn in_family(label: &str, family: &str) -> String {
    format!("{label} in {family}")
}
