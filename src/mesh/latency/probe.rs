//! Takes the samples of one target after the other and keeps what fits either selector.

use std::borrow::Cow;
use std::mem;

use foldhash::HashMap;

use super::Asked;
use super::Question;
use super::Side;
use super::exemplar;
use super::found::Found;
use super::found::FoundFamily;
use super::found::LayerShare;
use super::found::Misfit;
use super::found::Part;
use super::found::Share;
use super::found::Views;
use super::found::keep;
use super::rows::Bounds;
use super::rows::Last;
use super::rows::Rows;
use crate::exposition::Delta;
use crate::exposition::Fact;
use crate::exposition::FamilyType;
use crate::exposition::Label;
use crate::exposition::Metadata;
use crate::exposition::Reader;
use crate::exposition::Sample;
use crate::exposition::unescape;
use crate::source::Target;

/// Names whose answers are kept. Bodies of a mesh have some hundreds; whoever makes names up gets no memory for them.
const KEPT_NAMES: usize = 1 << 16;

/// Exemplars of one family of one target that may pile up before all but a few are let go.
const PILED_EXEMPLARS: usize = 1024;

/// Labels that are those of the target where a series has none of the name.
const OF_TARGET: [&str; 3] = ["namespace", "pod", "container"];

/// One worker's look at the samples. A target counts whole or not at all.
#[derive(Debug)]
pub struct Probe<'q> {
    layers: [LayerProbe<'q>; 2],
    /// What each name is, for both sides.
    names: HashMap<Box<[u8]>, [Option<Verdict>; 2]>,
    /// That of the sample before.
    verdicts: [Option<Verdict>; 2],
    target: Target,
    share: Share,
}

/// What a sample name is to a selector that it fits.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    family: u32,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Bucket,
    Sum,
    Count,
    /// The very name of the family: no line of a histogram.
    Itself,
}

/// Ends of the names of a histogram's lines. Those of a gauge histogram are of OpenMetrics.
const ENDS: [(&str, Role); 6] = [
    ("_bucket", Role::Bucket),
    ("_sum", Role::Sum),
    ("_count", Role::Count),
    ("_gsum", Role::Sum),
    ("_gcount", Role::Count),
    ("", Role::Itself),
];

/// One side of a [`Probe`].
#[derive(Debug)]
struct LayerProbe<'q> {
    asked: &'q Asked,
    side: Side,
    /// Families whose name fits, by number.
    families: Vec<String>,
    family_ids: HashMap<String, u32>,
    bounds: Bounds,
    rows: Rows,
    /// What the target has of each family.
    parts: Vec<Option<FoundFamily>>,
    last: Option<Last>,
    /// Something fitted, so nobody will ask what there is instead.
    has_any: bool,
    reader: Reader,
    share: LayerShare,
}

impl<'q> Probe<'q> {
    /// A probe that has seen nothing.
    pub fn new(question: &'q Question) -> Self {
        Self {
            layers: Side::BOTH.map(|side| LayerProbe::new(question.asked(side), side)),
            names: HashMap::default(),
            verdicts: [None; 2],
            target: Target::default(),
            share: Share::default(),
        }
    }

    /// What follows is of this target.
    pub fn start(&mut self, target: &Target) {
        self.target = target.clone();
        self.drop_target();
    }

    /// Takes a line.
    pub fn sample(&mut self, sample: &Sample<'_>) {
        if !sample.same_name() {
            self.verdicts = self.judge(sample.name_text());
        }
        for (layer, verdict) in self.layers.iter_mut().zip(self.verdicts) {
            match verdict {
                Some(verdict) => layer.sample(verdict, sample, &self.target),
                None => layer.last = None,
            }
        }
    }

    /// Takes a `# TYPE` or `# UNIT` line.
    pub fn metadata(&mut self, metadata: &Metadata<'_>) {
        if matches!(metadata.fact, Fact::Help(_)) {
            return;
        }
        let name = unescape(metadata.family);
        let name = String::from_utf8_lossy(&name);
        if let Fact::Type(FamilyType::Histogram | FamilyType::GaugeHistogram) = metadata.fact {
            self.learn_histogram(&name);
        }
        for layer in &mut self.layers {
            layer.metadata(&name, metadata.fact);
        }
    }

    /// The target was read to its end.
    pub fn end_target(&mut self) {
        for layer in &mut self.layers {
            let target = (self.target.name.clone(), self.target.origin.clone());
            layer.end_target(&target, &mut self.share.parts);
        }
        self.drop_target();
    }

    /// The target was not read to its end.
    pub fn drop_target(&mut self) {
        self.verdicts = [None; 2];
        for layer in &mut self.layers {
            layer.drop_target();
        }
    }

    /// Puts together what the probes of all workers found.
    pub fn merge<'a>(probes: impl IntoIterator<Item = Probe<'a>>) -> Found {
        let shares = probes.into_iter().map(|probe| {
            let mut share = probe.share;
            share.layers = probe.layers.map(|layer| layer.share);
            share
        });
        Found::of(shares)
    }

    fn learn_histogram(&mut self, name: &str) {
        let known = &mut self.share.histograms;
        if known.len() < KEPT_NAMES && !known.contains(name) {
            known.insert(name.to_owned());
        }
    }

    fn judge(&mut self, written: &[u8]) -> [Option<Verdict>; 2] {
        if let Some(&known) = self.names.get(written) {
            return known;
        }
        let name = unescape(written);
        let name = String::from_utf8_lossy(&name);
        if let Some(stem) = name.strip_suffix("_bucket") {
            self.learn_histogram(stem);
        }
        let [mesh, app] = &mut self.layers;
        let verdicts = [mesh.judge(&name), app.judge(&name)];
        if self.names.len() < KEPT_NAMES {
            self.names.insert(written.into(), verdicts);
        }
        verdicts
    }
}

impl<'q> LayerProbe<'q> {
    fn new(asked: &'q Asked, side: Side) -> Self {
        Self {
            asked,
            side,
            families: Vec::new(),
            family_ids: HashMap::default(),
            bounds: Bounds::default(),
            rows: Rows::default(),
            parts: Vec::new(),
            last: None,
            has_any: false,
            reader: Reader::new(1 << 16),
            share: LayerShare::default(),
        }
    }

    /// A selector names the family, or its buckets as a query does.
    fn fits(&self, stem: &str) -> bool {
        let matchers = &self.asked.matchers;
        matchers.name_fits(stem) || matchers.name_fits(&format!("{stem}_bucket"))
    }

    fn judge(&mut self, name: &str) -> Option<Verdict> {
        let ends = ENDS.iter().filter_map(|&(end, role)| {
            let stem = name.strip_suffix(end)?;
            let fits = match role {
                Role::Itself => self.asked.matchers.name_fits(stem),
                Role::Bucket | Role::Sum | Role::Count => self.fits(stem),
            };
            fits.then_some((stem, role))
        });
        let (stem, role) = ends.into_iter().next()?;
        let family = self.family(stem);
        Some(Verdict { family, role })
    }

    fn family(&mut self, name: &str) -> u32 {
        if let Some(&family) = self.family_ids.get(name) {
            return family;
        }
        let family = self.families.len() as u32;
        self.families.push(name.to_owned());
        self.family_ids.insert(name.to_owned(), family);
        self.parts.push(None);
        family
    }

    fn part(&mut self, family: u32) -> &mut FoundFamily {
        let name = &self.families[family as usize];
        self.parts[family as usize].get_or_insert_with(|| FoundFamily {
            name: name.clone(),
            targets: 1,
            views: Views {
                client: name.starts_with("outbound_"),
                server: name.starts_with("inbound_"),
            },
            ..FoundFamily::default()
        })
    }

    fn metadata(&mut self, name: &str, fact: Fact<'_>) {
        match fact {
            Fact::Unit(unit) if self.fits(name) => {
                let unit = String::from_utf8_lossy(unit).into_owned();
                let family = self.family(name);
                // Of two declarations in one body the first counts.
                self.part(family).unit.get_or_insert(unit);
            }
            Fact::Type(FamilyType::Summary) if self.fits(name) => {
                self.share.misfits.insert(name.to_owned(), Misfit::Summary);
            }
            _ => {}
        }
    }

    fn sample(&mut self, verdict: Verdict, sample: &Sample<'_>, target: &Target) {
        let Verdict { family, role } = verdict;
        if role == Role::Itself {
            self.last = None;
            self.misfit(family, sample);
            return;
        }
        let le = match (role, sample.delta()) {
            // Mostly all but the bound is as before.
            (Role::Bucket, Delta::One(at)) if is_le(&sample.label(at)) => Some(at),
            (Role::Bucket, _) => sample.labels().position(|label| is_le(&label)),
            _ => None,
        };
        let row = match self.last {
            Some(last) if last.holds_for(family, sample, le) => last.row,
            _ => self.row(family, sample, target),
        };
        self.last = Some(Last { family, row, le });
        if let Some(row) = row {
            self.count(row, role, le, sample, target);
        }
    }

    /// The label set of a sample, if it fits.
    fn row(&mut self, family: u32, sample: &Sample<'_>, target: &Target) -> Option<u32> {
        if !self
            .asked
            .matchers
            .labels_fit(|name| value_of(name, sample, target))
        {
            if !self.has_any {
                self.learn_labels(sample, target);
            }
            return None;
        }
        self.has_any = true;
        let (row, is_new) = self.rows.find(family, sample);
        if is_new {
            let views = views(sample);
            let part = self.part(family);
            part.views = part.views.or(views);
        }
        Some(row)
    }

    fn learn_labels(&mut self, sample: &Sample<'_>, target: &Target) {
        let mut learn = |name: &str, value: &str| {
            if !value.is_empty() {
                keep(self.share.labels.entry(name.to_owned()).or_default(), value);
            }
        };
        for label in sample.labels().filter(|label| !is_le(label)) {
            let (name, value) = (label.name(), label.value());
            learn(
                &String::from_utf8_lossy(&name),
                &String::from_utf8_lossy(&value),
            );
        }
        for name in OF_TARGET {
            learn(name, &value_of(name, sample, target).unwrap_or_default());
        }
    }

    /// Counts a line, the first of its series.
    fn count(
        &mut self,
        row: u32,
        role: Role,
        le: Option<usize>,
        sample: &Sample<'_>,
        target: &Target,
    ) {
        let place = &mut self.rows.all[row as usize];
        let family = place.family;
        let value = sample.value();
        match role {
            Role::Sum => {
                if !mem::replace(&mut place.has_sum, true) {
                    self.part(family).histogram.add_sum(value);
                }
            }
            Role::Count => {
                if !mem::replace(&mut place.has_count, true) {
                    self.part(family).histogram.add_count(value);
                }
            }
            Role::Bucket => {
                let text = le.map(|at| sample.label(at).value());
                let (bound, upper) = self.bounds.find(&text.unwrap_or_default());
                if !place.bounds.insert(bound) {
                    return;
                }
                let Some(upper) = upper else {
                    self.part(family).unreadable_bounds += 1;
                    return;
                };
                self.part(family).histogram.add_bucket(upper, value);
                if let Some(text) = sample.exemplar() {
                    self.exemplar(family, text, upper, target);
                }
            }
            Role::Itself => {}
        }
    }

    fn exemplar(&mut self, family: u32, text: &[u8], upper: f64, target: &Target) {
        let Some(mut exemplar) = exemplar::read(&mut self.reader, text, upper) else {
            return;
        };
        exemplar.target.clone_from(&target.name);
        let exemplars = &mut self.part(family).exemplars;
        exemplars.push(exemplar);
        if exemplars.len() > PILED_EXEMPLARS {
            exemplar::thin(exemplars);
        }
    }

    /// A line that has the very name which is asked for.
    fn misfit(&mut self, family: u32, sample: &Sample<'_>) {
        let is_quantile = sample.labels().any(|label| *label.name() == *b"quantile");
        let misfit = if is_quantile {
            Misfit::Summary
        } else {
            Misfit::Scalar
        };
        let name = &self.families[family as usize];
        match self.share.misfits.get_mut(name) {
            Some(known) => *known = misfit.min(*known),
            None => {
                self.share.misfits.insert(name.clone(), misfit);
            }
        }
    }

    fn end_target(&mut self, target: &(String, String), parts: &mut Vec<Part>) {
        let mut shapes: Vec<Option<&super::rows::Seen>> = vec![None; self.parts.len()];
        for row in &self.rows.all {
            let Some(part) = &mut self.parts[row.family as usize] else {
                continue;
            };
            part.series += 1;
            match &mut shapes[row.family as usize] {
                Some(shape) => {
                    part.bounds_differ |= **shape != row.bounds
                        && self.bounds.uppers(shape) != self.bounds.uppers(&row.bounds);
                }
                none => *none = Some(&row.bounds),
            }
        }
        for family in self.parts.iter_mut().filter_map(Option::take) {
            // A summary has a sum and a count as well; without a bucket it is no histogram.
            if family.histogram.buckets().next().is_some() || family.unreadable_bounds > 0 {
                parts.push(Part {
                    side: self.side,
                    target: target.clone(),
                    family,
                });
            }
        }
    }

    fn drop_target(&mut self) {
        self.rows.clear();
        self.last = None;
        for part in &mut self.parts {
            *part = None;
        }
    }
}

fn is_le(label: &Label<'_>) -> bool {
    *label.name() == *b"le"
}

/// The value of a label: that in the line, else that which a scrape configuration usually adds from what is known of the
/// target.
fn value_of<'a>(name: &str, sample: &Sample<'a>, target: &'a Target) -> Option<Cow<'a, str>> {
    let mut labels = sample.labels();
    let own = labels.find(|label| *label.name() == *name.as_bytes());
    if let Some(own) = own {
        return Some(match own.value() {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        });
    }
    let of_target = match name {
        "namespace" => target.namespace.as_deref(),
        "pod" => target.pod.as_deref(),
        "container" => target.container.as_deref(),
        _ => None,
    };
    of_target.map(Cow::Borrowed)
}

/// From where a series was measured.
fn views(sample: &Sample<'_>) -> Views {
    let mut views = Views::default();
    for label in sample.labels() {
        match (&*label.name(), &*label.value()) {
            (b"direction", b"outbound") | (b"reporter", b"source") => views.client = true,
            (b"direction", b"inbound") | (b"reporter", b"destination") => views.server = true,
            _ => {}
        }
    }
    views
}
