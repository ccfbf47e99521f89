//! Runs what one worker reads through the pipelines that are to be simulated.

use std::collections::BTreeMap;

use super::Followed;
use super::Watch;
use crate::collector::plan;
use crate::collector::plan::Layout;
use crate::collector::plan::Plan;
use crate::collector::receiver::Body;
use crate::collector::simulator::Pipeline;
use crate::source::Target;
use crate::table::Keep;
use crate::waterfall;
use crate::waterfall::Counter;
use crate::waterfall::Flow;

/// The pipelines of one worker, each with its count.
pub(super) struct Simulation {
    plans: Vec<Vec<Running>>,
}

struct Running {
    pipeline: Pipeline,
    counter: Counter,
    unjudged: Unjudged,
}

/// Rules of target relabeling that could not be judged, by number, with the label that they ask for, and
/// for how many targets.
pub type Unjudged = BTreeMap<(u32, String), u64>;

/// What one pipeline made of all targets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Simulated {
    /// What the plan is called: the file as named, or the filter as typed.
    pub plan: String,
    /// The files of the plan; positions of the layout index them.
    pub files: Vec<String>,
    /// What the pipeline consists of.
    pub layout: Layout,
    /// The counts.
    pub flow: Flow,
    /// Rules of target relabeling that could not be judged.
    pub unjudged: Unjudged,
    /// The way of one series, where one was to be followed.
    pub followed: Option<Followed>,
}

/// One worker's counts, by plan and pipeline.
pub(super) type Parts = Vec<Vec<(waterfall::Part, Unjudged)>>;

impl Simulation {
    /// Builds the pipelines of all plans. One that does not build has been refused before the survey began.
    pub(super) fn new(survey: &super::Plan) -> Self {
        let super::Plan {
            simulate: plans,
            watch,
            detail,
            ..
        } = survey;
        let running = |plan: &Plan| {
            let pipelines = plan.build().unwrap_or_default();
            pipelines
                .into_iter()
                .map(|(layout, mut pipeline)| {
                    let mut counter = Counter::new(&layout.stages);
                    if let Some(Watch::Name(name)) = watch {
                        counter.watch(name, plan.config.version, &layout.stages);
                    }
                    if detail.by_target {
                        counter.count_targets();
                    }
                    counter.count_labels(&detail.labels_at);
                    if counter.looks_at_relabeled() {
                        pipeline.tell_relabeled();
                    }
                    Running {
                        counter,
                        pipeline,
                        unjudged: Unjudged::new(),
                    }
                })
                .collect()
        };
        Self {
            plans: plans.iter().map(running).collect(),
        }
    }

    /// How much has to be kept of each line.
    pub(super) fn keeps(&self) -> Keep {
        let mut running = self.plans.iter().flatten();
        if self.is_empty() {
            Keep::Nothing
        } else if running.any(|running| running.pipeline.reads_values()) {
            Keep::Values
        } else {
            Keep::Lengths
        }
    }

    /// Whether there is nothing to simulate.
    pub(super) fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Lets one scrape through all pipelines.
    pub(super) fn run(&mut self, target: &Target, body: Body<'_>) {
        let found = plan::found(target);
        for running in self.plans.iter_mut().flatten() {
            let Running {
                pipeline,
                counter,
                unjudged,
            } = running;
            counter.begin_target(&target.name, &target.origin);
            pipeline.run(body, &found, counter, &mut |rule, label| {
                *unjudged.entry((rule, label.to_owned())).or_default() += 1;
            });
        }
    }

    pub(super) fn finish(self) -> Parts {
        let part = |running: Running| (running.counter.finish(), running.unjudged);
        self.plans
            .into_iter()
            .map(|running| running.into_iter().map(part).collect())
            .collect()
    }
}

/// Puts the workers' counts together, by plan and pipeline.
pub(super) fn merge(plans: &[Plan], workers: Vec<Parts>) -> Vec<Vec<Simulated>> {
    let mut by_plan: Vec<Vec<(Vec<waterfall::Part>, Unjudged)>> = plans
        .iter()
        .map(|plan| plan.pipelines.iter().map(|_| Default::default()).collect())
        .collect();
    for parts in workers {
        for (plan, parts) in by_plan.iter_mut().zip(parts) {
            for ((all, unjudged), (part, found)) in plan.iter_mut().zip(parts) {
                all.push(part);
                for (rule, targets) in found {
                    *unjudged.entry(rule).or_default() += targets;
                }
            }
        }
    }
    let named = |plan: &Plan, merged: Vec<(Vec<waterfall::Part>, Unjudged)>| {
        let built = plan.build().unwrap_or_default();
        let layouts = built.into_iter().map(|(layout, _)| layout);
        let pipelines = plan.pipelines.iter().zip(layouts).zip(merged);
        pipelines
            .map(|((name, layout), (parts, unjudged))| Simulated {
                plan: plan.name.clone(),
                files: plan.files.clone(),
                layout,
                flow: waterfall::merge(name, parts),
                unjudged,
                followed: None,
            })
            .collect()
    };
    plans
        .iter()
        .zip(by_plan)
        .map(|(plan, merged)| named(plan, merged))
        .collect()
}
