//! `collector/scrape-lost`: what a simulated pipeline would never see.

use std::collections::BTreeMap;

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::grouped;
use super::numbers::plural;
use crate::collector::plan::StageKind;
use crate::survey::Simulated;
use crate::survey::Survey;
use crate::waterfall::Lost;

/// One finding for each configuration whose scrapes are lost at the receiver, which takes all or nothing.
pub(super) fn inspect(survey: &Survey, findings: &mut Vec<Finding>) {
    for pipelines in &survey.simulated {
        // What several pipelines share is scraped, and lost, only once.
        let mut lost: BTreeMap<(&str, &str), &Lost> = BTreeMap::new();
        for simulated in pipelines {
            for (target, loss) in at_receiver(simulated) {
                lost.entry(target).or_insert(loss);
            }
        }
        let plan = pipelines.first().map_or("", |simulated| &simulated.plan);
        findings.extend(finding(plan, &lost));
    }
}

fn at_receiver(simulated: &Simulated) -> impl Iterator<Item = ((&str, &str), &Lost)> {
    let takes_scrapes = |lost: &&Lost| {
        let stage = simulated.flow.stages.get(lost.stage);
        stage.is_some_and(|stage| matches!(stage.kind, StageKind::Receiver | StageKind::Storage))
    };
    let lost = simulated.flow.lost.iter().filter(takes_scrapes);
    lost.map(|lost| ((lost.target.as_str(), lost.origin.as_str()), lost))
}

fn finding(plan: &str, lost: &BTreeMap<(&str, &str), &Lost>) -> Option<Finding> {
    let first = lost
        .values()
        .max_by_key(|lost| (lost.series, std::cmp::Reverse(*lost)))?;
    let targets = lost.len() as u64;
    let series: u64 = lost.values().map(|lost| lost.series).sum();
    let only = (targets == 1).then(|| first.target.clone());
    let more = if targets == 1 { "" } else { ", and others" };
    Some(Finding {
        id: "collector/scrape-lost",
        severity: Severity::High,
        subject: Subject {
            target: only,
            ..Subject::default()
        },
        message: format!(
            "{plan} loses the whole scrape of {}, {} series: {}: {}{more}",
            plural(targets, "target"),
            grouped(series),
            first.target,
            first.reason,
        ),
        evidence: evidence([
            ("targets", json!(targets)),
            ("lost_series", json!(series)),
            ("target", json!(first.target)),
            ("origin", json!(first.origin)),
            ("reason", json!(first.reason)),
        ]),
        marks: Marks::default(),
        remedy: "mend what the target writes, or raise the limit that refuses it; `up` is 0 for it until then"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::waterfall::StageFlow;

    fn losing(stage: usize, targets: &[&str]) -> Simulated {
        let mut simulated = Simulated::default();
        for kind in [StageKind::Receiver, StageKind::Processor] {
            simulated.flow.stages.push(StageFlow {
                kind,
                ..StageFlow::default()
            });
        }
        simulated.flow.lost = targets
            .iter()
            .map(|target| Lost {
                target: (*target).to_owned(),
                origin: "dump".to_owned(),
                stage,
                reason: "line 7".to_owned(),
                series: 10,
            })
            .collect();
        simulated
    }

    fn found(simulated: Vec<Vec<Simulated>>) -> Vec<Finding> {
        let survey = Survey {
            simulated,
            ..Survey::default()
        };
        let mut findings = Vec::new();
        inspect(&survey, &mut findings);
        findings
    }

    #[test]
    fn a_scrape_that_two_pipelines_lose_is_one_scrape() {
        let findings = found(vec![vec![losing(0, &["a", "b"]), losing(0, &["b"])]]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].evidence["targets"], 2);
        assert_eq!(findings[0].evidence["lost_series"], 20);
        assert_eq!(findings[0].subject.target, None);
    }

    #[test]
    fn what_a_processor_refuses_is_no_lost_scrape() {
        assert_eq!(
            found(vec![vec![losing(1, &["a"])], vec![losing(0, &[])]]),
            []
        );
    }
}
