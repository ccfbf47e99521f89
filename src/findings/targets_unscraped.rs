//! `targets/unscraped`: proxies that nobody scrapes.

use std::collections::BTreeMap;

use serde_json::json;

use super::Finding;
use super::Marks;
use super::Severity;
use super::Subject;
use super::evidence;
use super::numbers::counted;
use super::numbers::grouped;
use super::targets_found::place;
use crate::collector::targets::Proxy;
use crate::collector::targets::Seen;
use crate::collector::targets::Sidecar;
use crate::collector::targets::Targets;
use crate::collector::targets::Why;

/// Proxies that got lost in the same way.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Dropped(usize, usize),
    Refused(usize),
    Elsewhere(usize),
    NotLookedAt,
}

/// One finding for all proxies of one kind that got lost in the same way.
pub(super) fn inspect(targets: &Targets, findings: &mut Vec<Finding>) {
    let mut lost: BTreeMap<(Proxy, Way), Vec<(&Sidecar, &Why)>> = BTreeMap::new();
    for sidecar in &targets.sidecars {
        let Seen::ByNobody(why) = &sidecar.seen else {
            continue;
        };
        let way = match why {
            Why::Dropped(job, rule, _) => Way::Dropped(*job, *rule),
            Why::Refused(job, _) => Way::Refused(*job),
            Why::Elsewhere(job, _) => Way::Elsewhere(*job),
            Why::NotLookedAt => Way::NotLookedAt,
        };
        lost.entry((sidecar.proxy, way))
            .or_default()
            .push((sidecar, why));
    }
    for ((proxy, _), sidecars) in &lost {
        findings.extend(unscraped(targets, *proxy, sidecars));
    }
}

fn unscraped(targets: &Targets, proxy: Proxy, sidecars: &[(&Sidecar, &Why)]) -> Option<Finding> {
    let (first, why) = sidecars.first()?;
    let running = targets
        .sidecars
        .iter()
        .filter(|sidecar| sidecar.proxy == proxy && !matches!(sidecar.seen, Seen::NotRunning(_)));
    let running = running.count() as u64;
    let is_seen = |sidecar: &Sidecar| matches!(sidecar.seen, Seen::By(_) | Seen::ByAnother);
    let some_seen = targets.sidecars.iter().any(is_seen);
    let job = |job: usize| targets.jobs[job].name.as_str();
    let way = match why {
        Why::Dropped(number, rule, value) => {
            let rule = &targets.jobs[*number].rules[*rule];
            format!(
                "dropped by job {} at {} ({}, which saw {value:?})",
                job(*number),
                place(targets, rule.at),
                rule.action,
            )
        }
        Why::Refused(number, reason) => format!("refused in job {}: {reason}", job(*number)),
        Why::Elsewhere(number, address) => format!(
            "job {} asks its pod at {address}, where the proxy shows no metrics",
            job(*number)
        ),
        Why::NotLookedAt => "no job looks at its pod".to_owned(),
    };
    let count = sidecars.len() as u64;
    let native = sidecars
        .iter()
        .filter(|(sidecar, _)| sidecar.is_native)
        .count();
    let name = first.origin.object();
    let message = format!(
        "{} of {} {} scraped by nobody; first: {name}, {way}",
        grouped(count),
        counted(running, "running proxy", "running proxies"),
        super::numbers::either(count, "is", "are"),
    );
    Some(Finding {
        id: "targets/unscraped",
        // Where some are there, nobody misses the others.
        severity: if some_seen {
            Severity::High
        } else {
            Severity::Medium
        },
        subject: Subject {
            target: Some(name),
            ..Subject::default()
        },
        message,
        evidence: evidence([
            ("proxy", json!(proxy.container())),
            ("unscraped", json!(count)),
            ("native_sidecars", json!(native)),
            ("running", json!(running)),
            ("way", json!(way)),
        ]),
        marks: Marks::default(),
        remedy: "let a job keep the proxy's container and the port with its metrics (linkerd-admin 4191, \
                 http-envoy-prom 15090) in every namespace, init containers included: native sidecars are some"
            .to_owned(),
    })
}
