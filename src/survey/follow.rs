//! Finds one series among all targets and sends it through the pipelines alone.
//!
//! Each worker keeps the first series that fits, by target and labels, as a scrape of its own; when all is read,
//! the first of all is followed. What does not fit is remembered as far as it helps to name one that does.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use foldhash::HashSet;

use crate::collector::plan;
use crate::collector::receiver::Body;
use crate::exposition::FamilyType;
use crate::exposition::Metadata;
use crate::exposition::Reader;
use crate::exposition::Reject;
use crate::exposition::Sample;
use crate::exposition::Visitor;
use crate::exposition::unescape;
use crate::source::Target;
use crate::table::Declares;
use crate::table::Entry;
use crate::table::Keep;
use crate::table::RowId;
use crate::table::Table;
use crate::table::TextId;
use crate::waterfall;
use crate::waterfall::Pairs;
use crate::waterfall::Selector;
use crate::waterfall::Sought;
use crate::waterfall::Way;
use crate::waterfall::family;

/// Values of a label that are remembered to name one that exists; the first by their text.
const KEPT_VALUES: usize = 1000;

/// What was found of the series that is to be followed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Followed {
    /// Series that fit, over all targets.
    pub matching: u64,
    /// The first of them, by target and labels.
    pub first: Option<First>,
    /// What there is instead, to say so where nothing fits.
    pub instead: Instead,
}

/// The series that is followed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct First {
    /// `Target::name`.
    pub target: String,
    /// `Target::origin`.
    pub origin: String,
    /// Its labels, sorted.
    pub labels: Pairs,
    /// Its way through this pipeline.
    pub way: Way,
}

/// Names and labels that are there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instead {
    /// Every sample name.
    pub names: BTreeSet<String>,
    /// Labels of the series of the name that was asked for, with their values, the first thousand of each.
    pub values: BTreeMap<String, BTreeSet<String>>,
}

/// One worker's search.
#[derive(Debug, Default)]
pub(super) struct Search {
    matching: u64,
    first: Option<Candidate>,
    instead: Instead,
}

/// A series that fits, and all that is needed to follow it.
#[derive(Debug)]
struct Candidate {
    target: Target,
    labels: Pairs,
    /// The scrape without everything else.
    text: Vec<u8>,
    bytes: u64,
    refused: Option<(String, u64)>,
    time_ns: u64,
}

impl Search {
    /// Looks at one scrape.
    pub(super) fn look(&mut self, selector: &Selector, target: &Target, body: Body<'_>) {
        let Body { table, .. } = body;
        let named = self.learn_names(selector, table);
        let mut seen: HashSet<(RowId, u32)> = HashSet::default();
        let mut first: Option<(Pairs, Entry)> = None;
        for &entry in table.body.entries.all() {
            let combo = table.combos.all[entry.combo() as usize];
            let row = table.body.rows.canonical(entry.row());
            if !named.contains(&combo.name) || !seen.insert((row, entry.combo())) {
                continue;
            }
            let labels = labels_of(entry, table);
            for (name, value) in &labels {
                let values = self.instead.values.entry(name.clone()).or_default();
                keep(values, value);
            }
            if !selector.fits(&labels) {
                continue;
            }
            self.matching += 1;
            if first.as_ref().is_none_or(|(known, _)| labels < *known) {
                first = Some((labels, entry));
            }
        }
        let Some((labels, entry)) = first else {
            return;
        };
        let is_earlier = |known: &Candidate| {
            let known = (&known.target.name, &known.target.origin);
            (&target.name, &target.origin) < known
        };
        if self.first.as_ref().is_none_or(is_earlier) {
            self.first = Some(Candidate {
                target: target.clone(),
                labels,
                text: alone(selector, entry, table),
                bytes: body.bytes,
                refused: body
                    .refused
                    .map(|(reason, samples)| (reason.to_owned(), samples)),
                time_ns: body.time_ns,
            });
        }
    }

    /// The numbers of the name that is asked for; all names are remembered.
    fn learn_names(&mut self, selector: &Selector, table: &Table) -> Vec<TextId> {
        let mut numbers = Vec::new();
        for lines in &table.body.names {
            let name = unescape(table.names.text(lines.name));
            let name = String::from_utf8_lossy(&name);
            if *name == *selector.name {
                numbers.push(lines.name);
            }
            if !self.instead.names.contains(&*name) {
                self.instead.names.insert(name.into_owned());
            }
        }
        numbers
    }

    /// Puts the searches of all workers together.
    pub(super) fn merge(searches: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for search in searches {
            let Self {
                matching,
                first,
                instead,
            } = search;
            all.matching += matching;
            all.instead.names.extend(instead.names);
            for (name, values) in instead.values {
                let known = all.instead.values.entry(name).or_default();
                for value in &values {
                    keep(known, value);
                }
            }
            let key = |candidate: &Candidate| {
                let Target { name, origin, .. } = &candidate.target;
                (name.clone(), origin.clone())
            };
            let earlier = match (&all.first, &first) {
                (Some(known), Some(other)) => key(other) < key(known),
                (None, _) => true,
                (Some(_), None) => false,
            };
            if earlier {
                all.first = first;
            }
        }
        all
    }

    /// Follows what was found through the pipelines of one plan.
    pub(super) fn follow(&self, selector: &Selector, plan: &plan::Plan) -> Vec<Followed> {
        let built = plan.build().unwrap_or_default();
        let followed = built.into_iter().map(|(layout, mut pipeline)| {
            let first = self.first.as_ref().map(|candidate| {
                let mut only = Only::default();
                only.0.keep(Keep::Values);
                // Reading from memory does not fail.
                let _ = Reader::new(usize::MAX).read(&mut candidate.text.as_slice(), &mut only);
                let refused = candidate.refused.as_ref();
                let body = Body {
                    table: &only.0,
                    bytes: candidate.bytes,
                    refused: refused.map(|(reason, samples)| (&**reason, *samples)),
                    has_repeats: false,
                    time_ns: candidate.time_ns,
                };
                let sought = Sought {
                    name: &selector.name,
                    labels: &candidate.labels,
                };
                let found = plan::found(&candidate.target);
                let version = plan.config.version;
                First {
                    target: candidate.target.name.clone(),
                    origin: candidate.target.origin.clone(),
                    labels: candidate.labels.clone(),
                    way: waterfall::follow(&layout, version, &mut pipeline, body, &found, &sought),
                }
            });
            Followed {
                matching: self.matching,
                first,
                instead: self.instead.clone(),
            }
        });
        followed.collect()
    }
}

fn keep(values: &mut BTreeSet<String>, value: &str) {
    if values.contains(value) {
        return;
    }
    values.insert(value.to_owned());
    if values.len() > KEPT_VALUES {
        values.pop_last();
    }
}

/// Labels of a series, `le` and `quantile` among them, sorted; empty ones are none.
fn labels_of(entry: Entry, table: &Table) -> Pairs {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let bounds = table.combos.all[entry.combo() as usize].bounds.iter();
    let own = table.body.rows.pairs(entry.row()).iter().copied();
    let mut labels: Pairs = own
        .chain(bounds)
        .map(|pair| table.pairs.entry(pair))
        .filter(|pair| !pair.empty)
        .map(|pair| {
            let name = text(table.pairs.key_name(pair.key));
            (name, text(&table.pairs.value(pair.canonical)))
        })
        .collect();
    labels.sort_unstable();
    labels
}

/// A scrape of one series: its family's metadata, and for one of a histogram or summary what belongs to the same
/// data point. `target_info` stays, as its labels are put around all others.
fn alone(selector: &Selector, chosen: Entry, table: &Table) -> Vec<u8> {
    let stem = family(&selector.name);
    let is_composite = [stem, selector.name.as_str()].into_iter().any(|name| {
        let family = table.family_names.find(name.as_bytes());
        let declared = family.and_then(|family| table.body.declared_type(family));
        matches!(
            declared,
            Some(FamilyType::Histogram | FamilyType::GaugeHistogram | FamilyType::Summary)
        )
    });
    let stem = if is_composite {
        stem
    } else {
        selector
            .name
            .strip_suffix("_total")
            .unwrap_or(&selector.name)
    };
    let belongs = |name: &str| {
        let rest = name.strip_prefix(stem);
        name == selector.name
            || match rest {
                Some("" | "_bucket" | "_count" | "_sum") => is_composite,
                Some("_created") => true,
                _ => false,
            }
    };
    let mut text = Vec::new();
    for declaration in table.body.lines.declarations() {
        let name = table.family_names.text(declaration.family);
        let name = String::from_utf8_lossy(name);
        let is_own = selector.name.starts_with(&*name) || belongs(&name);
        if !is_own && name != "target_info" && name != "target" {
            continue;
        }
        let quoted = quoted(&name);
        let line = match &declaration.what {
            Declares::Type(word) => format!("# TYPE {quoted} {}\n", word.as_str()).into_bytes(),
            Declares::Help(help) => [
                format!("# HELP {quoted} ").as_bytes(),
                &help[..],
                &b"\n"[..],
            ]
            .concat(),
        };
        text.extend(line);
    }
    let row = table.body.rows.canonical(chosen.row());
    for (line, &entry) in table.body.entries.all().iter().enumerate() {
        let combo = table.combos.all[entry.combo() as usize];
        let written = table.names.text(combo.name);
        let name = unescape(written);
        let name = String::from_utf8_lossy(&name);
        let is_same_row = table.body.rows.canonical(entry.row()) == row;
        let is_ours = is_same_row
            && belongs(&name)
            && (is_composite || name != selector.name || entry.combo() == chosen.combo());
        if !is_ours && name != "target_info" {
            continue;
        }
        let pairs = table.body.rows.pairs(entry.row()).iter().copied();
        let pairs = pairs.chain(combo.bounds.iter());
        let pairs = pairs.map(|pair| table.pairs.text(pair));
        let mut braces: Vec<&[u8]> = pairs.collect();
        let quoted = [&b"\""[..], written, &b"\""[..]].concat();
        if is_bare(&name) {
            text.extend(written);
        } else {
            braces.insert(0, &quoted);
        }
        text.push(b'{');
        text.extend(braces.join(&b','));
        let value = number(table.body.lines.value(line));
        text.extend(format!("}} {value}").bytes());
        if let Some(timestamp) = table.body.lines.timestamp(line) {
            text.extend(format!(" {timestamp}").bytes());
        }
        text.push(b'\n');
    }
    text
}

/// Whether a name needs no quotes.
fn is_bare(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// A family's name as metadata has it: quoted where it has to be.
fn quoted(name: &str) -> String {
    if is_bare(name) {
        return name.to_owned();
    }
    let escaped = name
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        let sign = if value > 0.0 { "+" } else { "-" };
        format!("{sign}Inf")
    } else {
        value.to_string()
    }
}

/// Takes a scrape into a table of its own.
#[derive(Debug, Default)]
struct Only(Table);

impl Visitor for Only {
    fn sample(&mut self, sample: &Sample<'_>) {
        self.0.sample(sample);
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) {
        self.0.metadata(metadata);
    }

    fn reject(&mut self, _: &Reject<'_>) {}
}
