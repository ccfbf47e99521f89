//! Mistakes in which targets are found, and who scrapes them.

mod copies;
mod grants;
mod image;
mod jobs;
mod pods;

use super::Linted;
use crate::findings::Finding;
use crate::findings::catalogue::Rule;
use crate::findings::catalogue::rule;

/// The rules of this group.
pub(super) const RULES: &[Rule] = &[
    rule!(
        "discovery/doubled-ports",
        Medium,
        "one endpoint is scraped for every port"
    ),
    rule!(
        "discovery/every-collector",
        Medium,
        "several Collectors scrape the same targets"
    ),
    rule!(
        "discovery/native-sidecars",
        Medium,
        "proxies that are native sidecars fall out"
    ),
    rule!(
        "discovery/no-phase-filter",
        Low,
        "pods that have ended are still scraped"
    ),
    rule!(
        "discovery/rbac",
        High,
        "discovery may not list what it asks for"
    ),
    rule!(
        "discovery/two-jobs",
        Medium,
        "two jobs scrape the same endpoint"
    ),
    rule!(
        "discovery/unpinned-image",
        Low,
        "the Collector's release is not pinned"
    ),
    rule!(
        "discovery/wrong-port",
        Medium,
        "a proxy is asked where it has no metrics"
    ),
];

pub(super) fn inspect(linted: &Linted<'_>, findings: &mut Vec<Finding>) {
    image::inspect(linted, findings);
    let Some(config) = linted.readable() else {
        return;
    };
    copies::inspect(linted, config, findings);
    grants::inspect(linted, config, findings);
    jobs::inspect(linted, config, findings);
    pods::inspect(linted, config, findings);
}
