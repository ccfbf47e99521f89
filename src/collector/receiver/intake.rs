//! The samples of one scrape, one after the other, on their way into metrics.

use std::rc::Rc;

use foldhash::HashMap;

use super::families::Declared;
use super::families::Families;
use super::families::Found;
use super::families::Kind;
use super::families::Metadata;
use super::families::Part;
use super::job::Endpoint;
use super::job::Job;
use super::metric::Brought;
use super::metric::Points;
use super::metric::Unplaced;
use super::page::Page;
use super::page::PairTexts;
use super::runs::Runs;
use crate::collector::attributes::Attributes;
use crate::collector::attributes::Rows;
use crate::collector::text::Text;
use crate::collector::value::Value;
use crate::collector::version::Version;
use crate::exposition::FamilyType;
use crate::exposition::unescape;
use crate::table::Bounds;
use crate::table::Combo;
use crate::table::ComboId;
use crate::table::Declares;
use crate::table::LE;
use crate::table::NO_BOUND;
use crate::table::PairId;
use crate::table::QUANTILE;
use crate::table::Table;
use crate::table::TextId;

/// Job, instance and scope: what separates the metrics of one scrape.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Origin {
    pub(super) job: Text,
    pub(super) instance: Text,
    pub(super) scope: Scope,
}

/// The instrumentation scope that a sample's labels name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Scope {
    pub(super) name: Text,
    pub(super) version: Text,
    pub(super) schema_url: Text,
    /// By name.
    pub(super) attributes: Vec<(Text, Text)>,
}

/// The metrics of one origin.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) origin: Origin,
    pub(super) families: Families,
    pub(super) points: Vec<Points>,
    /// Where samples of a combo go, as found out before; by combo.
    placed: Vec<Placed>,
}

/// Where the samples of one name and bound go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    /// Serial of the scrape in which this was found out, and of what was known then.
    epoch: u64,
    pub(super) metric: u32,
    pub(super) part: Part,
    pub(super) bound: Option<f64>,
    /// `le` and `quantile` where they are labels like any others.
    pub(super) labels: Bounds,
}

/// What was declared of each name so far.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub(super) by_name: HashMap<Text, Declared>,
    /// Names that a line of this scrape spoke of, if that is asked for.
    pub(super) spoken_of: Option<Vec<Text>>,
}

impl Metadata for Declarations {
    fn declared(&self, name: &str) -> Option<Declared> {
        self.by_name.get(name).cloned()
    }
}

/// Everything that stays from sample to sample and from scrape to scrape of one worker.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) texts: Rc<PairTexts>,
    names: Vec<Text>,
    family_names: Vec<Text>,
    /// Bounds as numbers, by pair.
    bounds: Vec<Option<f64>>,
    pub(super) groups: Vec<Group>,
    pub(super) declarations: Declarations,
    /// How many metadata lines of the scrape have been taken in.
    declared_up_to: usize,
    /// The type that the last `# TYPE` line named, whatever it spoke of.
    last_type: Option<FamilyType>,
    /// Goes up with each scrape, and where what was found out before may be otherwise now.
    pub(super) epoch: u64,
    pub(super) runs: Runs,
    /// Label sets that are not as scraped, numbered from `first_own` on.
    own: Vec<Attributes>,
    own_index: HashMap<Vec<(Text, Text)>, u32>,
    with_bounds: HashMap<(u32, Bounds, Option<FamilyType>), u32>,
    first_own: u32,
    page: Option<Rc<Page>>,
}

impl Default for Placed {
    fn default() -> Self {
        Self {
            epoch: 0,
            metric: 0,
            part: Part::Value,
            bound: None,
            labels: Bounds::NONE,
        }
    }
}

impl Intake {
    /// Forgets the scrape before and learns the words of this one.
    pub(super) fn begin(&mut self, table: &Table, endpoint: &Endpoint, external: &[(Text, Text)]) {
        self.texts.learn(&table.pairs);
        let text = |bytes: &[u8]| Text::from(&*String::from_utf8_lossy(bytes));
        for name in self.names.len()..table.names.len() {
            let name = table.names.text(name as u32);
            self.names.push(text(&unescape(name)));
        }
        for name in self.family_names.len()..table.family_names.len() {
            let name = table.family_names.text(name as u32);
            self.family_names.push(text(name));
        }
        for pair in self.bounds.len()..table.pairs.len() {
            let entry = table.pairs.entry(pair as PairId);
            let is_bound = entry.key == LE || entry.key == QUANTILE;
            let number = is_bound.then(|| {
                let value = table.pairs.value(entry.canonical);
                std::str::from_utf8(&value).ok().and_then(parse_bound)
            });
            self.bounds.push(number.flatten());
        }
        for group in &mut self.groups {
            group.families.clear();
            group.points.iter_mut().for_each(Points::clear);
        }
        self.groups.truncate(1);
        self.declarations.by_name.clear();
        self.declarations.spoken_of = None;
        self.declared_up_to = 0;
        self.last_type = None;
        self.epoch += 1;
        self.own.clear();
        self.own_index.clear();
        self.with_bounds.clear();
        self.first_own = table.body.rows.len() as u32;
        let mut added: Vec<(Text, Text)> = Vec::new();
        for (name, value) in endpoint.labels.iter().chain(external) {
            if is_attribute(name) && !value.is_empty() {
                added.retain(|(known, _)| known != name);
                added.push((name.clone(), value.clone()));
            }
        }
        self.page = Some(Rc::new(Page::of(table, &self.texts, &added)));
    }

    /// The text of a sample name.
    pub(super) fn name(&self, combo: ComboId, table: &Table) -> &Text {
        &self.names[table.combos.all[combo as usize].name as usize]
    }

    /// Takes in the metadata lines that stand before the sample at `line`.
    pub(super) fn declare_up_to(&mut self, line: usize, table: &Table) {
        let declarations = table.body.lines.declarations();
        while let Some(declaration) = declarations.get(self.declared_up_to)
            && declaration.after <= line
        {
            self.declared_up_to += 1;
            let name = &self.family_names[declaration.family as usize];
            let displaces = self
                .groups
                .iter()
                .any(|group| group.families.was_asked_for(name));
            self.epoch += u64::from(displaces);
            if let Some(names) = &mut self.declarations.spoken_of {
                names.push(name.clone());
            }
            let declared = self.declarations.by_name.entry(name.clone()).or_default();
            match &declaration.what {
                Declares::Type(family_type) => {
                    declared.family_type = *family_type;
                    self.last_type = Some(*family_type);
                }
                Declares::Help(help) => {
                    let help = unescape(help);
                    declared.help = Text::from(&*String::from_utf8_lossy(&help));
                }
            }
        }
    }

    /// Whether any metadata line stands between the samples at `line` and before.
    pub(super) fn has_news(&self, line: usize, table: &Table) -> bool {
        let declarations = table.body.lines.declarations();
        declarations
            .get(self.declared_up_to)
            .is_some_and(|declaration| declaration.after <= line)
    }

    /// The group of an origin, which is begun where it is new.
    pub(super) fn group(&mut self, origin: &Origin) -> usize {
        if let Some(at) = self.groups.iter().position(|group| group.origin == *origin) {
            return at;
        }
        self.groups.push(Group {
            origin: origin.clone(),
            ..Group::default()
        });
        self.groups.len() - 1
    }

    /// The group of samples as they come: the first one.
    pub(super) fn set_first_origin(&mut self, origin: Origin) {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        self.groups[0].origin = origin;
    }

    /// Adds a sample with its labels as scraped to the first group.
    pub(super) fn add_as_scraped(
        &mut self,
        row: u32,
        combo: ComboId,
        table: &Table,
        job: &Job,
        sample: Scraped,
    ) -> Result<(), Unplaced> {
        let placed = self.placed(combo, table, job);
        let row = if placed.labels == Bounds::NONE {
            row
        } else {
            self.row_with_bounds(row, placed.labels, job.version)
        };
        let brought = sample.part(placed.part, placed.bound);
        let points = &mut self.groups[0].points[placed.metric as usize];
        points.unfold(row, &table.body.lines);
        points.add(row, brought)
    }

    /// The kind of the metric that samples go to.
    pub(super) fn kind_of(&self, placed: Placed) -> Kind {
        self.groups[0].families.all[placed.metric as usize].kind
    }

    /// How many samples stand before the next metadata line that has not been taken in.
    pub(super) fn next_news(&self, table: &Table) -> usize {
        let declarations = table.body.lines.declarations();
        declarations
            .get(self.declared_up_to)
            .map_or(usize::MAX, |declaration| declaration.after)
    }

    /// Where samples of a combo go.
    pub(super) fn placed(&mut self, combo: ComboId, table: &Table, job: &Job) -> Placed {
        match self.groups[0].placed.get(combo as usize) {
            Some(placed) if placed.epoch == self.epoch => *placed,
            _ => self.place(combo, table, job),
        }
    }

    fn place(&mut self, combo: ComboId, table: &Table, job: &Job) -> Placed {
        let Combo { bounds, .. } = table.combos.all[combo as usize];
        let name = self.name(combo, table).clone();
        let (metric, kind, part) = self.metric_of(0, &name, job);
        let mut labels = bounds;
        let bound = match kind {
            Kind::Histogram => std::mem::replace(&mut labels.le, NO_BOUND),
            Kind::Summary => std::mem::replace(&mut labels.quantile, NO_BOUND),
            Kind::Gauge | Kind::Sum { .. } => NO_BOUND,
        };
        let placed = Placed {
            epoch: self.epoch,
            metric: metric as u32,
            part,
            bound: self.bounds.get(bound as usize).copied().flatten(),
            labels,
        };
        let known = &mut self.groups[0].placed;
        known.resize(known.len().max(combo as usize + 1), Placed::default());
        known[combo as usize] = placed;
        placed
    }

    /// The metric of a sample name in a group, its kind, and what the sample is to it.
    pub(super) fn metric_of(
        &mut self,
        group: usize,
        name: &Text,
        job: &Job,
    ) -> (usize, Kind, Part) {
        let group = &mut self.groups[group];
        let families = &mut group.families;
        let Found { metric, displaces } =
            families.find_or_begin(name, &self.declarations, job.version);
        self.epoch += u64::from(displaces);
        if group.points.len() <= metric {
            group.points.resize_with(metric + 1, Points::default);
        }
        let family = &group.families.all[metric];
        (metric, family.kind, family.part(name))
    }

    /// The number of the label set `row` with bounds that are ordinary labels.
    fn row_with_bounds(&mut self, row: u32, bounds: Bounds, version: Version) -> u32 {
        let key = (row, bounds, self.last_type);
        if let Some(&own) = self.with_bounds.get(&key) {
            return own;
        }
        let page = self.page.as_ref();
        let mut pairs = page.map_or_else(Vec::new, |page| page.pairs(row).to_vec());
        for bound in bounds.iter() {
            let (key, value) = self.bound_text(bound, version);
            pairs.push((key, Value::Str(value)));
        }
        pairs.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let own = self.first_own + self.own.len() as u32;
        self.own.push(pairs.into_iter().collect());
        self.with_bounds.insert(key, own);
        own
    }

    /// The number of a label set that is not as scraped.
    pub(super) fn own_row(&mut self, labels: Vec<(Text, Text)>) -> u32 {
        if let Some(&own) = self.own_index.get(&labels) {
            return own;
        }
        let own = self.first_own + self.own.len() as u32;
        let pairs = labels.iter();
        self.own.push(
            pairs
                .map(|(name, value)| (name.clone(), Value::Str(value.clone())))
                .collect(),
        );
        self.own_index.insert(labels, own);
        own
    }

    /// The attributes of a numbered label set.
    pub(super) fn attributes(&self, row: u32) -> Attributes {
        if row >= self.first_own {
            return self.own[(row - self.first_own) as usize].clone();
        }
        match &self.page {
            Some(page) => Attributes::of_row(Rc::clone(page) as Rc<dyn Rows>, row),
            None => Attributes::default(),
        }
    }

    /// Name and value of a `le` or `quantile`. Prometheus 3 writes those of histograms and summaries in one
    /// way, and goes by the last `# TYPE` line when it does (`normalizeFloatsInLabelValues`).
    pub(super) fn bound_text(&self, pair: PairId, version: Version) -> (Text, Text) {
        let (key, value) = self.texts.pair(pair);
        let is_structural = match self.last_type {
            Some(FamilyType::Histogram) => key.as_str() == "le",
            Some(FamilyType::Summary) => key.as_str() == "quantile",
            _ => false,
        };
        match parse_bound(&value) {
            Some(number) if is_structural && version.is_from(super::PROMETHEUS_3_FROM) => {
                (key, Text::from(openmetrics_float(number)))
            }
            _ => (key, value),
        }
    }

    /// The text of a sample name.
    pub(super) fn name_of(&self, name: TextId) -> &Text {
        &self.names[name as usize]
    }

    /// Name and value of a label pair.
    pub(super) fn pair(&self, pair: PairId) -> (Text, Text) {
        self.texts.pair(pair)
    }
}

/// Value and time of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scraped {
    pub(super) value: f64,
    pub(super) value_bytes: u64,
    pub(super) time_ms: Option<i64>,
    /// It is the mark that the series has ended.
    pub(super) ended: bool,
}

impl Scraped {
    pub(super) fn part(self, part: Part, bound: Option<f64>) -> Brought {
        let Self {
            value,
            value_bytes,
            time_ms,
            ended,
        } = self;
        Brought {
            part,
            bound,
            value,
            value_bytes,
            time_ms,
            ended,
        }
    }
}

/// Labels that say where a sample comes from, and never become attributes (`notUsefulLabelsOther`).
pub(super) fn is_attribute(name: &str) -> bool {
    !matches!(
        name,
        "__name__" | "job" | "instance" | "__scheme__" | "__metrics_path__"
    )
}

/// `strconv.ParseFloat`, as far as a text can come here.
pub(super) fn parse_bound(text: &str) -> Option<f64> {
    let unsigned = text.trim_start_matches(['+', '-']);
    if unsigned.eq_ignore_ascii_case("nan") && unsigned.len() != text.len() {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let spelled_out = text.bytes().all(|byte| !byte.is_ascii_digit());
    (number.is_finite() || spelled_out).then_some(number)
}

/// A bound in the one spelling of OpenMetrics (`formatOpenMetricsFloat`): `%g`, with a fraction.
fn openmetrics_float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Where the shortest form is asked for, Go takes an exponent from 1e6 on (`strconv.FormatFloat`).
    if number != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = number.to_string();
    if plain.contains('.') {
        plain
    } else {
        format!("{plain}.0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_written_as_openmetrics_does() {
        for (number, text) in [
            (1.0, "1.0"),
            (0.0, "0.0"),
            (0.005, "0.005"),
            (100_000.0, "100000.0"),
            (1e6, "1e+06"),
            (1.5e-5, "1.5e-05"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(openmetrics_float(number), text);
        }
    }
}
