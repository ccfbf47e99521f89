//! From what was counted and recorded to the document.

use super::instead;
use super::stage;
use crate::report::document::ExplainedPipelineEntry;
use crate::report::document::ExplanationDocument;
use crate::report::document::FollowedSeriesEntry;
use crate::report::document::NotScrapedEntry;
use crate::report::document::SCHEMA_VERSION;
use crate::survey::First;
use crate::survey::Simulated;
use crate::survey::Watch;

pub(super) fn document<'a>(
    simulated: &'a [Simulated],
    asked: &'a str,
    watch: &'a Watch,
) -> ExplanationDocument<'a> {
    let name = match watch {
        Watch::Name(name) => name,
        Watch::Series(selector) => &selector.name,
    };
    let followed = simulated
        .first()
        .and_then(|simulated| simulated.followed.as_ref());
    let first = followed.and_then(|followed| followed.first.as_ref());
    let instead = match (watch, followed) {
        (Watch::Series(selector), Some(followed)) if first.is_none() => {
            instead::of_series(selector, &followed.instead)
        }
        (Watch::Series(_), _) => Vec::new(),
        (Watch::Name(name), _) => instead::of_name(name, simulated),
    };
    let pipelines = simulated.iter();
    let pipelines = pipelines.filter(|_| first.is_some() || matches!(watch, Watch::Name(_)));
    ExplanationDocument {
        schema_version: SCHEMA_VERSION,
        meshctl_version: env!("CARGO_PKG_VERSION"),
        asked,
        name,
        matching_series: followed.map(|followed| followed.matching),
        series: first.map(|first| FollowedSeriesEntry {
            target: &first.target,
            origin: &first.origin,
            labels: stage::map(&first.labels),
        }),
        instead,
        pipelines: pipelines
            .map(|simulated| pipeline(simulated, name))
            .collect(),
    }
}

fn pipeline<'a>(simulated: &'a Simulated, name: &'a str) -> ExplainedPipelineEntry<'a> {
    let followed = simulated.followed.as_ref();
    let first = followed.and_then(|followed| followed.first.as_ref());
    let not_scraped = first.map_or(&[][..], |first| &first.way.not_scraped[..]);
    let not_scraped = not_scraped.iter().map(|(job, rule)| {
        let rule = simulated.target_rule(*rule).map(|(_, rule)| rule);
        NotScrapedEntry {
            job,
            rule: stage::text(rule),
            position: stage::position(simulated, rule),
        }
    });
    ExplainedPipelineEntry {
        name: &simulated.flow.name,
        config: &simulated.plan,
        not_scraped: not_scraped.collect(),
        stages: match first {
            Some(First { way, target, .. }) => stage::of_series(simulated, way, target),
            None => stage::of_name(simulated, name),
        },
    }
}
