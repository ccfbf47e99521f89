//! Which metric a sample belongs to: by its name, the types declared so far, and the metrics begun before.
//!
//! Follows `internal/transaction.go` (`getOrCreateMetricFamily`) and `internal/metadata.go` of the
//! Prometheus receiver.

use foldhash::HashMap;
use foldhash::HashSet;

use crate::collector::text::Text;
use crate::collector::version::Version;
use crate::exposition::FamilyType;

/// Suffixes that are taken off a sample name, the first that fits.
const TRIMMED: [&str; 6] = ["_bucket", "_count", "_sum", "_total", "_info", "_created"];

/// Series that the scrape loop adds, which have a type without a `# TYPE` line.
const SYNTHETIC: [&str; 5] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_series_added",
    "scrape_samples_post_metric_relabeling",
];

/// What becomes of a family's samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One number each.
    Gauge,
    /// One number each, counted up.
    Sum {
        /// It only grows.
        monotonic: bool,
    },
    /// Buckets, count and sum together.
    Histogram,
    /// Quantiles, count and sum together.
    Summary,
}

/// What a metadata line said of a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Declared {
    pub(super) family_type: FamilyType,
    pub(super) help: Text,
}

/// Looks up what was declared of a name up to now.
pub(super) trait Metadata {
    fn declared(&self, name: &str) -> Option<Declared>;
}

/// A metric that has been begun.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// What OTTL sees.
    pub(super) name: Text,
    pub(super) kind: Kind,
    pub(super) declared_type: FamilyType,
    pub(super) help: Text,
    /// The unit as a word.
    pub(super) unit_word: &'static str,
    /// The name under which it was declared.
    declared_as: Text,
}

/// Part of its metric that a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Value,
    Bound,
    Count,
    Sum,
    Created,
}

/// The metrics of one resource and scope, in the order in which they were begun.
#[derive(Debug, Default)]
pub(super) struct Families {
    pub(super) all: Vec<Family>,
    by_name: HashMap<Text, usize>,
    /// Every name under which a metric was looked for.
    asked_for: HashSet<Text>,
}

/// The metric of a sample name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) metric: usize,
    /// It was begun by this very call, under a name that was looked for before: what was found out then may
    /// be otherwise now.
    pub(super) displaces: bool,
}

impl Families {
    pub(super) fn clear(&mut self) {
        let Self {
            all,
            by_name,
            asked_for,
        } = self;
        all.clear();
        by_name.clear();
        asked_for.clear();
    }

    /// Whether a metric was looked for under this name.
    pub(super) fn was_asked_for(&self, name: &str) -> bool {
        self.asked_for.contains(name)
    }

    /// Metrics that a later one of the same name has not replaced.
    pub(super) fn standing(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.all.len()).filter(|&at| self.by_name.get(&self.all[at].name) == Some(&at))
    }

    /// The metric of a sample name, which is begun where there is none.
    pub(super) fn find_or_begin(
        &mut self,
        name: &Text,
        metadata: &dyn Metadata,
        version: Version,
    ) -> Found {
        let found = |metric: usize| Found {
            metric,
            displaces: false,
        };
        if let Some(&at) = self.by_name.get(name) {
            self.asked_for.insert(name.clone());
            return found(at);
        }
        let family_name = Text::from(family_name(name, metadata, version));
        if let Some(&at) = self.by_name.get(&family_name)
            && self.all[at].includes(name, version)
        {
            self.asked_for.extend([name.clone(), family_name]);
            return found(at);
        }
        let family = begin(name, metadata, version);
        let displaces = self.asked_for.contains(&family.name);
        self.asked_for.extend([name.clone(), family_name]);
        let metric = self.all.len();
        self.by_name.insert(family.name.clone(), metric);
        self.all.push(family);
        Found { metric, displaces }
    }
}

/// Counters were told from their `_created` lines, and sums recognised by the name they were declared
/// under, between 0.118 and 0.156 (`isCounterCreatedLine`, `includesMetric`).
fn knows_created_lines(version: Version) -> bool {
    version.is_from(super::CREATED_FROM)
}

fn family_name(name: &Text, metadata: &dyn Metadata, version: Version) -> String {
    if metadata.declared(name).is_some() {
        return name.to_string();
    }
    let trimmed = trimmed(name);
    if knows_created_lines(version) && is_counter_created(name, trimmed, metadata) {
        return format!("{trimmed}_total");
    }
    trimmed.to_owned()
}

fn is_counter_created(name: &str, trimmed: &str, metadata: &dyn Metadata) -> bool {
    let is_counter = |declared: Declared| declared.family_type == FamilyType::Counter;
    name.ends_with("_created") && metadata.declared(trimmed).is_some_and(is_counter)
}

/// The name without the first suffix that fits, if anything is left.
pub(super) fn trimmed(name: &str) -> &str {
    for suffix in TRIMMED {
        if let Some(stem) = name.strip_suffix(suffix)
            && !stem.is_empty()
        {
            return stem;
        }
    }
    name
}

fn begin(name: &Text, metadata: &dyn Metadata, version: Version) -> Family {
    let (declared, metric_family, family_name) = declared_for(name, metadata, version);
    Family {
        name: family_name,
        kind: kind_of(declared.family_type),
        declared_type: declared.family_type,
        help: declared.help,
        unit_word: if name.as_str() == "scrape_duration_seconds" {
            "seconds"
        } else {
            ""
        },
        declared_as: metric_family,
    }
}

/// What is declared for a sample name, the name it is declared under, and the name of its metric.
fn declared_for(name: &Text, metadata: &dyn Metadata, version: Version) -> (Declared, Text, Text) {
    if let Some(declared) = synthetic(name) {
        return (declared, name.clone(), name.clone());
    }
    if let Some(declared) = metadata.declared(name) {
        return (declared, name.clone(), name.clone());
    }
    let trimmed = Text::from(trimmed(name));
    let Some(declared) = metadata.declared(&trimmed) else {
        return (Declared::default(), name.clone(), name.clone());
    };
    let family = if declared.family_type != FamilyType::Counter {
        trimmed.clone()
    } else if knows_created_lines(version) && name.ends_with("_created") {
        Text::from(format!("{trimmed}_total"))
    } else {
        name.clone()
    };
    (declared, trimmed, family)
}

fn synthetic(name: &str) -> Option<Declared> {
    let help = match name {
        "up" => "The scraping was successful",
        "scrape_duration_seconds" => "Duration of the scrape",
        "scrape_samples_scraped" => "The number of samples the target exposed",
        "scrape_series_added" => "The approximate number of new series in this scrape",
        "scrape_samples_post_metric_relabeling" => {
            "The number of samples remaining after metric relabeling was applied"
        }
        _ => return None,
    };
    debug_assert!(SYNTHETIC.contains(&name));
    Some(Declared {
        family_type: FamilyType::Gauge,
        help: help.into(),
    })
}

/// `convToMetricType`.
fn kind_of(family_type: FamilyType) -> Kind {
    match family_type {
        FamilyType::Counter => Kind::Sum { monotonic: true },
        FamilyType::Info | FamilyType::StateSet => Kind::Sum { monotonic: false },
        FamilyType::Histogram => Kind::Histogram,
        FamilyType::Summary => Kind::Summary,
        FamilyType::Gauge | FamilyType::GaugeHistogram | FamilyType::Unknown => Kind::Gauge,
    }
}

impl Family {
    /// Whether a sample of this name belongs to the metric.
    fn includes(&self, name: &str, version: Version) -> bool {
        match self.kind {
            // Its data type is not set: neither gauge nor sum.
            _ if self.declared_type == FamilyType::GaugeHistogram => {
                trimmed(name) == self.name.as_str()
            }
            Kind::Gauge => name == self.name.as_str(),
            Kind::Sum { .. } if knows_created_lines(version) => {
                trimmed(name) == self.declared_as.as_str()
            }
            _ => trimmed(name) == self.name.as_str(),
        }
    }

    /// What a sample of this name is to the metric (`metricFamily.addSeries`).
    pub(super) fn part(&self, name: &str) -> Part {
        let created = || name.strip_suffix("_created") == Some(self.declared_as.as_str());
        match self.kind {
            Kind::Histogram | Kind::Summary => {
                if name.ends_with("_sum") {
                    Part::Sum
                } else if name.ends_with("_count") {
                    Part::Count
                } else if created() {
                    Part::Created
                } else {
                    Part::Bound
                }
            }
            Kind::Sum { .. } if created() => Part::Created,
            Kind::Sum { .. } | Kind::Gauge => Part::Value,
        }
    }
}
