//! Writes what a configuration scrapes in a cluster: as a table, or as JSON, CSV or Markdown.
//!
//! In come [`Targets`], findings and how to show them; out go bytes. The parts that every format is written from
//! stand here: what fell out, put together by rule, and the words for why.

mod csv;
mod json;
mod markdown;
mod table;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::BufWriter;
use std::io::Write;

use super::Command;
use super::Format;
use super::Page;
use super::Style;
use super::View;
use super::numbers::counted;
use super::numbers::grouped;
use crate::collector::position::Position;
use crate::collector::targets::Active;
use crate::collector::targets::JobTargets;
use crate::collector::targets::NoTarget;
use crate::collector::targets::Origin;
use crate::collector::targets::Outside;
use crate::collector::targets::Seen;
use crate::collector::targets::Sidecar;
use crate::collector::targets::TargetRule;
use crate::collector::targets::Targets;
use crate::collector::targets::Why;
use crate::findings::Finding;
use crate::survey::Survey;

/// How many values that a rule saw are kept of each rule.
const VALUES: usize = 5;

/// What is written from.
#[derive(Clone, Copy)]
struct Sheet<'a> {
    targets: &'a Targets,
    /// Carries findings and style to the parts that all reports share.
    page: Page<'a>,
    limit: Option<usize>,
}

/// Writes what `targets` holds in `format`; `limit` is the rows of each list as typed, 0 for all.
///
/// # Errors
/// Whatever `out` says, a broken pipe included; and nothing else.
pub fn write_targets(
    targets: &Targets,
    findings: &[Finding],
    limit: Option<usize>,
    style: &Style,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    let survey = Survey::default();
    let view = View {
        limit,
        ..View::new(Command::Audit)
    };
    let sheet = Sheet {
        targets,
        page: Page {
            survey: &survey,
            findings,
            view: &view,
            style,
            wide: format == Format::Wide,
        },
        limit,
    };
    let mut out = BufWriter::new(out);
    match format {
        Format::Table | Format::Wide => super::write_lines(&table::lines(sheet), &mut out),
        Format::Json => json::write_document(sheet, &mut out),
        Format::Jsonl => json::write_lines(sheet, &mut out),
        Format::Csv => csv::write(sheet, &mut out),
        Format::Markdown => super::write_lines(&markdown::lines(sheet), &mut out),
    }?;
    out.flush()
}

/// Raw targets that one rule dropped.
struct Fallen<'a> {
    job: &'a JobTargets,
    rule: &'a TargetRule,
    /// Raw targets.
    count: u64,
    /// The objects that they were made of.
    objects: u64,
    /// The values that the rule saw most, with the raw targets that had each.
    saw: Vec<(&'a str, u64)>,
    /// How many values it saw.
    values: usize,
}

/// An object that a job makes no target of.
struct Missing<'a> {
    job: &'a JobTargets,
    object: String,
    kind: &'static str,
    why: &'static str,
}

impl<'a> Sheet<'a> {
    /// How many entries of a list to show: what was typed, else all where width is no object, else `usual`.
    fn rows(&self, usual: usize) -> usize {
        match self.limit {
            Some(0) => usize::MAX,
            Some(limit) => limit,
            None if self.page.wide => usize::MAX,
            None => usual,
        }
    }

    /// `otel.yaml:33:11`; empty for what stands in no file.
    fn place(&self, at: Position) -> String {
        let file = self.targets.files.get(at.file as usize);
        let file = file.filter(|_| at.line > 0);
        file.map_or_else(String::new, |file| {
            format!("{file}:{}:{}", at.line, at.column)
        })
    }

    /// What fell out, by job and rule in their order.
    fn fallen(&self) -> Vec<Fallen<'a>> {
        self.targets.jobs.iter().flat_map(fallen).collect()
    }

    /// Objects that no raw target was made of, and those that jobs do not look at.
    fn missing(&self) -> Vec<Missing<'a>> {
        let mut all = Vec::new();
        for job in &self.targets.jobs {
            let mut add = |origin: &Origin, why| {
                all.push(Missing {
                    job,
                    object: origin.object(),
                    kind: origin.kind,
                    why,
                });
            };
            for (origin, why) in &job.without {
                add(origin, no_target(*why));
            }
            for (origin, why) in &job.outside {
                add(origin, outside(*why));
            }
        }
        all
    }

    /// Proxies that nobody scrapes.
    fn unscraped(&self) -> impl Iterator<Item = (&'a Sidecar, &'a Why)> + use<'a> {
        let sidecars = self.targets.sidecars.iter();
        sidecars.filter_map(|sidecar| match &sidecar.seen {
            Seen::ByNobody(why) => Some((sidecar, why)),
            _ => None,
        })
    }

    /// Where a proxy that nobody scrapes got lost.
    fn way(&self, why: &Why) -> String {
        let job = |job: usize| self.targets.jobs[job].name.as_str();
        match why {
            Why::Dropped(number, rule, value) => {
                let rule = &self.targets.jobs[*number].rules[*rule];
                let (place, action) = (self.place(rule.at), rule.action);
                format!("{place}: {action} saw {value:?} (job {})", job(*number))
            }
            Why::Refused(number, reason) => format!("{reason} (job {})", job(*number)),
            Why::Elsewhere(number, address) => {
                format!(
                    "scraped at {address}, where it shows no metrics (job {})",
                    job(*number)
                )
            }
            Why::NotLookedAt => "no job looks at its pod".to_owned(),
        }
    }

    /// The numbers of the whole, each with its word.
    fn sums(&self) -> Vec<String> {
        let targets = self.targets;
        let jobs = targets.jobs.as_slice();
        let scraped: u64 = jobs.iter().map(|job| job.targets.len() as u64).sum();
        let raw: u64 = jobs.iter().map(|job| job.discovered).sum();
        let mut sums = vec![
            counted(jobs.len() as u64, "job", "jobs"),
            format!(
                "{} of {} discovered",
                counted(scraped, "target", "targets"),
                grouped(raw)
            ),
        ];
        let given = targets.objects.iter();
        // What owns pods is looked at for a name alone.
        let given = given.filter(|(many, _)| !matches!(*many, "replicasets" | "jobs"));
        sums.extend(given.map(|(many, count)| counted(*count, one_of(many), many)));
        let (by, running) = self.scraped_sidecars();
        if running > 0 {
            sums.push(format!(
                "{} of {} proxies scraped",
                grouped(by),
                grouped(running)
            ));
        }
        sums
    }

    /// Proxies that are scraped, and those that should be.
    fn scraped_sidecars(&self) -> (u64, u64) {
        let (mut by, mut running) = (0, 0);
        for sidecar in &self.targets.sidecars {
            by += u64::from(matches!(sidecar.seen, Seen::By(_) | Seen::ByAnother));
            running += u64::from(!matches!(sidecar.seen, Seen::NotRunning(_)));
        }
        (by, running)
    }
}

fn fallen(job: &JobTargets) -> Vec<Fallen<'_>> {
    /// How many fell, which objects they were of, and what the rule saw how often.
    type Fell<'j> = (u64, BTreeSet<String>, BTreeMap<&'j str, u64>);
    let mut by_rule: BTreeMap<usize, Fell<'_>> = BTreeMap::new();
    for dropped in &job.dropped {
        let (count, objects, saw) = by_rule.entry(dropped.rule).or_default();
        *count += 1;
        objects.insert(dropped.origin.object());
        *saw.entry(&dropped.value).or_default() += 1;
    }
    let rules = by_rule.into_iter();
    let rules = rules.filter_map(|(rule, (count, objects, saw))| {
        let mut values: Vec<(&str, u64)> = saw.into_iter().collect();
        values.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
        let of = values.len();
        values.truncate(VALUES);
        Some(Fallen {
            job,
            rule: job.rules.get(rule)?,
            count,
            objects: objects.len() as u64,
            saw: values,
            values: of,
        })
    });
    rules.collect()
}

/// One of what kubectl calls `many`.
fn one_of(many: &str) -> &str {
    match many {
        "endpoints" => many,
        "ingresses" => "ingress",
        _ => many.strip_suffix('s').unwrap_or(many),
    }
}

fn no_target(why: NoTarget) -> &'static str {
    match why {
        NoTarget::NoAddress => "has no address",
        NoTarget::NodeNotSelected => "is on a node that is not selected",
    }
}

fn outside(why: Outside) -> &'static str {
    match why {
        Outside::Namespace => "is in a namespace that the job does not look at",
        Outside::Selector => "is not selected",
    }
}

/// A stable word for who scrapes a proxy.
fn state(seen: &Seen) -> &'static str {
    match seen {
        Seen::By(_) => "scraped",
        Seen::NotRunning(_) => "not-running",
        Seen::ByAnother => "other-node",
        Seen::ByNobody(_) => "unscraped",
    }
}

/// `job`, `container` and so on as `name="value"`; what the address says already is left out.
fn label_text(target: &Active) -> String {
    let labels = target.shown_labels();
    let told = labels.filter(|(name, value)| {
        *name != "job" && !(*name == "instance" && *value == target.address)
    });
    let pairs: Vec<String> = told
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    pairs.join(" ")
}

/// What rules saw: `"app" 28, "linkerd-init" 20, and 3 more`.
fn saw_text(fallen: &Fallen<'_>) -> String {
    let pairs = fallen.saw.iter();
    let mut parts: Vec<String> = pairs
        .map(|(value, count)| format!("{value:?} {}", grouped(*count)))
        .collect();
    if fallen.values > fallen.saw.len() {
        parts.push(format!("and {} more", fallen.values - fallen.saw.len()));
    }
    parts.join(", ")
}
