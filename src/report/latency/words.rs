//! What a gap usually means, in sentences.

use super::figures;
use crate::mesh::latency::Comparison;
use crate::mesh::latency::Layer;
use crate::mesh::latency::Meaning;
use crate::mesh::latency::Misfit;
use crate::mesh::latency::Side;
use crate::mesh::latency::Views;

pub(super) fn message(meaning: &Meaning, comparison: &Comparison) -> String {
    match meaning {
        Meaning::NoCalls { side } => {
            format!("{} counted no call, so there are no quantiles", whole(*side))
        }
        Meaning::UnitUnknown { side, family } => format!(
            "the unit of {family} is unknown, so there is no gap: say it with --{}-unit ms, or whatever it is",
            side.as_str()
        ),
        Meaning::MeshSlower { quantiles, views } => mesh_slower(quantiles, *views),
        Meaning::AppSlower { quantiles } => format!(
            "at {} the application says more than the mesh measured, which cannot be for the same calls: others are \
             counted (another selector, calls past the mesh, work in the background), or its timer runs on after the \
             response is sent",
            figures::quantiles(quantiles)
        ),
        Meaning::NotTold { quantiles } => not_told(quantiles, comparison),
        Meaning::CountsDiffer { mesh, app } => format!(
            "the mesh counted {} calls, the application {}: not the same ones. Usual: a selector that is too wide or too \
             narrow, probes, calls past the mesh, retries that are counted each, a replica or caller that was not \
             scraped, or one of the two began at zero later",
            figures::count(*mesh),
            figures::count(*app)
        ),
        Meaning::BeyondLastBucket {
            side,
            quantiles,
            bound,
        } => format!(
            "{} of {} {} beyond the last bound, {}: that bound is shown, the true time is longer",
            figures::quantiles(quantiles),
            whole(*side),
            if quantiles.len() == 1 { "lies" } else { "lie" },
            in_unit(*bound, layer(*side, comparison)),
        ),
        Meaning::BoundsDiffer { side } => format!(
            "series of {} with different buckets are added up, so quantiles mislead: narrow --{} to those with the same",
            whole(*side),
            side.as_str()
        ),
        Meaning::UnreadableBounds { side, lines } => format!(
            "{lines} bucket lines of {} have a le that is no number and are left out",
            whole(*side)
        ),
        Meaning::BothViews => "the mesh counts a call between two of its pods twice, at the caller and at the called: add \
                               direction=\"inbound\" or \"outbound\" (Istio: reporter) to --mesh"
            .to_owned(),
        Meaning::LeftOut {
            family,
            misfit: Misfit::Summary,
            ..
        } => format!(
            "{family} is a summary on some targets; quantiles of a summary cannot be added up, so these are left out"
        ),
        Meaning::LeftOut {
            family,
            misfit: Misfit::Scalar,
            ..
        } => format!("{family} is no histogram on some targets; these are left out"),
        Meaning::SinceStart => "all calls since each process started are counted; a panel draws rate() over its last \
                                minutes, which can look otherwise"
            .to_owned(),
    }
}

/// A side in a sentence.
pub(super) fn whole(side: Side) -> &'static str {
    match side {
        Side::Mesh => "the mesh",
        Side::App => "the application",
    }
}

fn layer(side: Side, comparison: &Comparison) -> &Layer {
    match side {
        Side::Mesh => &comparison.mesh,
        Side::App => &comparison.app,
    }
}

fn in_unit(bound: f64, layer: &Layer) -> String {
    match layer.unit {
        Some(unit) => figures::bound(bound / unit.per_second()),
        None => figures::six_digits(bound),
    }
}

fn mesh_slower(quantiles: &[f64], views: Views) -> String {
    let at = figures::quantiles(quantiles);
    let server = "waiting before the handler (accept queue, thread pool, middleware, the application's own TLS), the body \
                  of the request, and the response up to its last byte, where the application mostly times its handler \
                  alone";
    let client = "the network and TLS between the proxies, the balancer's queue and connection pool, and retries where \
                  the family counts a call with them";
    match views {
        Views {
            client: false,
            server: true,
        } => format!(
            "at {at} the mesh takes longer. The proxy beside the application measured, so no network is in it: usually \
             {server}"
        ),
        Views {
            client: true,
            server: false,
        } => format!(
            "at {at} the mesh takes longer. The caller's proxy measured: usually {client}; and what the called one's \
             side adds: {server}. The same family with direction=\"inbound\" tells these two apart"
        ),
        _ => format!(
            "at {at} the mesh takes longer. Usually {server}; where the caller's proxy measured, also {client}"
        ),
    }
}

fn not_told(quantiles: &[f64], comparison: &Comparison) -> String {
    let lie = if quantiles.len() == 1 {
        "lies in a bucket of the mesh that overlaps that of the application"
    } else {
        "lie in buckets of the mesh that overlap those of the application"
    };
    let means = comparison.mean_gap.map_or_else(String::new, |gap| {
        format!(
            ". Means need no buckets: there the gap is {}",
            figures::time(gap.value)
        )
    });
    format!(
        "{} {lie}: the gap shown there is between two guesses, and may be none. Only finer buckets tell{means}",
        figures::quantiles(quantiles)
    )
}
