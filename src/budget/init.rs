//! Writes a budget file from what there is, with headroom.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::policy::Stage;
use super::view::Context;
use super::view::View;
use crate::survey::Survey;

/// How many families get a budget of their own.
const OWN_FAMILIES: usize = 5;

/// How many labels do.
const OWN_LABELS: usize = 5;

/// Edges of fewer calls say little.
const MIN_CALLS: u64 = 10;

/// More findings of a kind than this are ignored by one entry.
const OWN_IGNORES: usize = 5;

/// More names than this are no list that somebody keeps.
const MOST_NAMES: usize = 100;

/// What a new file is to be made from.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// What was read.
    pub survey: &'a Survey,
    /// How rates follow from it.
    pub context: Context,
    /// What the sources are, as they are to be written.
    pub sources: &'a [String],
    /// Files of the Collector's configuration, as they are to be written.
    pub collector: &'a [String],
    /// Its release.
    pub collector_version: Option<&'a str>,
    /// How much more than there is, as a share.
    pub headroom: f64,
    /// Findings that would fail already.
    pub known: &'a [Known],
    /// The last day on which these are ignored.
    pub until: Date,
}

/// A finding that is there, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// Keys of an ignore (`family`, `edge`) with names.
    pub subject: Vec<(&'static str, String)>,
}

/// The text of a budget file that holds for what there is.
pub fn init(start: &Start<'_>) -> String {
    let mut text = String::new();
    let scrape = View::of_scrape(start.survey, start.context);
    head(start, &mut text);
    text.push_str("budgets:\n");
    totals(start, &scrape, &mut text);
    families(start, &scrape, &mut text);
    labels(start, &mut text);
    let targets = scrape.by_target();
    let most = |all: &[(String, super::view::Cost)]| {
        all.iter().map(|(_, cost)| cost.series).max().unwrap_or(0)
    };
    let _ = writeln!(
        text,
        "\n  # Each target.\n  targets:\n    - match: \"*\"\n      series: {}",
        start.limit(most(&targets))
    );
    let namespaces = scrape.by_namespace();
    if !namespaces.is_empty() {
        let _ = writeln!(
            text,
            "\n  # All targets of each namespace; there is `workloads` likewise.\n  namespaces:"
        );
        for (name, cost) in &namespaces {
            let _ = writeln!(
                text,
                "    - match: {}\n      series: {}",
                exact(name),
                start.limit(cost.series)
            );
        }
    }
    names(start, &mut text);
    edges(start, &mut text);
    text.push_str(GROWTH);
    ignores(start, &mut text);
    text
}

const GROWTH: &str = "
# How much more there may be than in the baseline, which `meshctl check --update-baseline` writes.
# baseline: meshctl-baseline.json
# growth:
#   total: 5%
#   families: {percent: 20%, at_least: 100}
#   new_families: warn
#   new_labels: warn

# Other severities, by finding; `off` takes it out. `meshctl explain` lists the findings.
# severities:
#   labels/redundant: off
";

impl Start<'_> {
    /// With headroom, rounded up to two digits.
    fn with_headroom(&self, value: u64) -> u64 {
        let wanted = (value as f64 * (1.0 + self.headroom)).ceil() as u64;
        let digits = wanted.max(1).ilog10();
        let step = 10_u64.pow(digits.saturating_sub(1));
        wanted.max(1).div_ceil(step) * step
    }

    /// A limit that fails, and one half way that warns.
    fn limit(&self, value: u64) -> String {
        let fail = self.with_headroom(value);
        let half = value.midpoint(fail);
        let step = 10_u64.pow(half.max(1).ilog10().saturating_sub(2));
        let warn = half.div_ceil(step) * step;
        if warn > value && warn < fail {
            format!("{{warn: {warn}, fail: {fail}}}")
        } else {
            fail.to_string()
        }
    }
}

/// A text that YAML takes for nothing but this text.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A glob that matches nothing but this name.
fn exact(name: &str) -> String {
    quoted(&globset::escape(name))
}

fn head(start: &Start<'_>, text: &mut String) {
    let totals = &start.survey.census.totals;
    let _ = writeln!(
        text,
        "# What these metrics may cost: `meshctl check` fails where they cost more.\n\
         # Made from {} targets with {} series, and {:.0}% more.\nversion: 1\n",
        totals.targets,
        totals.series,
        start.headroom * 100.0
    );
    if !start.sources.is_empty() {
        text.push_str("# What is read where the command line names nothing.\nsources:\n");
        for source in start.sources {
            let _ = writeln!(text, "  - {}", quoted(source));
        }
        text.push('\n');
    }
    if !start.collector.is_empty() {
        text.push_str("# The pipelines that the metrics go through, for budgets with `at:`.\ncollector:\n  files:\n");
        for file in start.collector {
            let _ = writeln!(text, "    - {}", quoted(file));
        }
        if let Some(version) = start.collector_version {
            let _ = writeln!(text, "  version: {}", quoted(version));
        }
        text.push('\n');
    }
    text.push_str(
        "# Findings of this severity or worse fail: info, low, medium, high. A budget over its limit is high, one\n\
         # that warns is medium.\nfail_on: high\n\n\
         # Fewer targets than this are incomplete data, and fail.\n",
    );
    // Pods come and go; a fifth that is missing is an outage or a mistake.
    let least = (totals.targets * 4).div_ceil(5);
    let _ = writeln!(text, "min_targets: {least}\n");
}

fn totals(start: &Start<'_>, scrape: &View<'_>, text: &mut String) {
    text.push_str("  # Everything together; `at: scrape` is what targets expose, and the default.\n  total:\n");
    let mut total = |view: &View<'_>, at: &str| {
        let cost = view.total();
        let _ = writeln!(
            text,
            "    - at: {at}\n      series: {}\n      bytes: {}",
            start.limit(cost.series),
            start.with_headroom(cost.body_bytes)
        );
    };
    total(scrape, "scrape");
    let arriving = View::all(start.survey, &Stage::Arrives, start.context);
    let largest = arriving.iter().max_by_key(|view| view.total().series);
    if let Some(view) = largest {
        total(view, "arrives");
    }
}

fn families(start: &Start<'_>, scrape: &View<'_>, text: &mut String) {
    let mut families: Vec<_> = scrape.families().iter().collect();
    families.sort_by(|a, b| b.1.series.cmp(&a.1.series).then_with(|| a.0.cmp(b.0)));
    if families.is_empty() {
        return;
    }
    text.push_str("\n  # Each family that matches; every budget counts for itself.\n  families:\n");
    for (name, cost) in families.iter().take(OWN_FAMILIES) {
        let _ = writeln!(
            text,
            "    - match: {}\n      series: {}",
            exact(name),
            start.limit(cost.series)
        );
    }
    if let Some((_, largest)) = families.first() {
        let _ = writeln!(
            text,
            "    - match: \"*\"\n      series: {}",
            start.with_headroom(largest.series)
        );
    }
}

fn labels(start: &Start<'_>, text: &mut String) {
    let mut labels: Vec<_> = start.survey.census.labels.iter().collect();
    labels.retain(|label| !label.structural && label.marginal_saving > 0);
    labels.sort_by(|a, b| {
        b.marginal_saving
            .cmp(&a.marginal_saving)
            .then_with(|| a.name.cmp(&b.name))
    });
    if labels.is_empty() {
        return;
    }
    text.push_str(
        "\n  # Distinct values of the labels that cost most; `forbidden: true` allows none, `families:` limits it to\n  # some.\n  labels:\n",
    );
    for label in labels.into_iter().take(OWN_LABELS) {
        let _ = writeln!(
            text,
            "    - match: {}\n      values: {}",
            exact(&label.name),
            start.limit(label.values)
        );
    }
}

fn names(start: &Start<'_>, text: &mut String) {
    let arriving = View::all(start.survey, &Stage::Arrives, start.context);
    let [view] = &arriving[..] else {
        return;
    };
    let names = view.names();
    if names.is_empty() || names.len() > MOST_NAMES {
        return;
    }
    text.push_str("\n  # Exactly these names arrive: one more fails, one that is missing warns.\n  names:\n    - at: arrives\n      exactly:\n");
    for name in names.keys() {
        let _ = writeln!(text, "        - {}", quoted(name));
    }
}

fn edges(start: &Start<'_>, text: &mut String) {
    let Some(mesh) = start.survey.mesh.as_ref().filter(|mesh| mesh.speaks()) else {
        return;
    };
    let edges = mesh.grpc().by_ends();
    let busy = edges.iter().filter(|edge| edge.grpc_calls() >= MIN_CALLS);
    let ratios = busy.filter_map(crate::mesh::grpc::Edge::told_hidden_ratio);
    let worst = ratios.fold(0.0, f64::max);
    let percent = ((worst * (1.0 + start.headroom) * 100.0).ceil()).clamp(1.0, 100.0);
    let _ = writeln!(
        text,
        "\n  # Calls that fail with a gRPC status behind HTTP 200, or that the mesh calls a success: as a part of all\n  \
         # gRPC calls of each edge.\n  edges:\n    - from: \"*\"\n      to: \"*\"\n      min_calls: {MIN_CALLS}\n      hidden_failures: {percent}%"
    );
}

fn ignores(start: &Start<'_>, text: &mut String) {
    text.push_str(
        "\n# Findings that are left out, each with a reason and best with a last day: by id or glob, and by family, label,\n\
         # target, edge and part.\n",
    );
    let mut by_id: BTreeMap<&str, BTreeSet<&Known>> = BTreeMap::new();
    for known in start.known {
        by_id.entry(&known.id).or_default().insert(known);
    }
    if by_id.is_empty() {
        text.push_str("# ignore:\n#   - finding: labels/unbounded\n#     label: target_ip\n#     reason: TICKET-41\n");
        let _ = writeln!(text, "#     until: {}", start.until);
        return;
    }
    text.push_str("ignore:\n");
    let mut entry = |id: &str, subject: &[(&'static str, String)]| {
        let _ = writeln!(text, "  - finding: {id}");
        for (key, name) in subject {
            let _ = writeln!(text, "    {key}: {}", exact(name));
        }
        let _ = writeln!(
            text,
            "    reason: there when this file was written, to be mended by then\n    until: {}",
            start.until
        );
    };
    for (id, of_it) in by_id {
        if of_it.len() > OWN_IGNORES {
            entry(id, &[]);
        } else {
            for known in of_it {
                entry(id, &known.subject);
            }
        }
    }
}
