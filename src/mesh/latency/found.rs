//! What fits the two selectors, over all targets.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Side;
use super::exemplar;
use super::exemplar::Exemplar;
use crate::mesh::histogram::Histogram;

/// Values of a label that are remembered to name one that exists; the first by their text.
const KEPT_VALUES: usize = 1000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Of the mesh.
    pub mesh: FoundLayer,
    /// Of the application.
    pub app: FoundLayer,
    /// All histograms that there are, to name one where nothing fits.
    pub histograms: BTreeSet<String>,
}

/// What fits one selector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FoundLayer {
    /// Histograms, by name.
    pub families: Vec<FoundFamily>,
    /// Families of another type that the name fits, by name.
    pub misfits: BTreeMap<String, Misfit>,
    /// Labels of the series whose name fits, with their values, the first thousand of each; complete where nothing fits.
    pub labels: BTreeMap<String, BTreeSet<String>>,
}

/// Why a family gives no quantiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// It is a summary: its quantiles were made by the process and cannot be added up.
    Summary,
    /// It is a counter, a gauge or the like.
    Scalar,
}

/// A histogram, over all targets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FoundFamily {
    /// Its name, without the `_bucket` of its samples.
    pub name: String,
    /// Its `# UNIT`: the first by target.
    pub unit: Option<String>,
    /// All series added up, as exposed.
    pub histogram: Histogram,
    /// Label sets.
    pub series: u64,
    /// Targets that have any.
    pub targets: u64,
    /// Some series have other bounds than others.
    pub bounds_differ: bool,
    /// Bucket lines whose `le` is no number.
    pub unreadable_bounds: u64,
    /// The slowest few of each bucket.
    pub exemplars: Vec<Exemplar>,
    /// From where it was measured.
    pub views: Views,
}

/// On which side of the call a proxy measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Views {
    /// That of the caller: `direction="outbound"`, `reporter="source"`, or a name with `outbound_` in front.
    pub client: bool,
    /// That of the called: `direction="inbound"`, `reporter="destination"`, or a name with `inbound_` in front.
    pub server: bool,
}

impl Views {
    /// Either has it.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            client: self.client || other.client,
            server: self.server || other.server,
        }
    }
}

/// What one target has of one family.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) side: Side,
    /// `Target::name` and `Target::origin`.
    pub(super) target: (String, String),
    pub(super) family: FoundFamily,
}

/// What a worker found.
#[derive(Debug, Default)]
pub(super) struct Share {
    pub(super) parts: Vec<Part>,
    pub(super) layers: [LayerShare; 2],
    pub(super) histograms: BTreeSet<String>,
}

/// What a worker found of one side that needs no order.
#[derive(Debug, Default)]
pub(super) struct LayerShare {
    pub(super) misfits: BTreeMap<String, Misfit>,
    pub(super) labels: BTreeMap<String, BTreeSet<String>>,
}

/// Remembers a value.
pub(super) fn keep(values: &mut BTreeSet<String>, value: &str) {
    if !values.contains(value) {
        values.insert(value.to_owned());
        if values.len() > KEPT_VALUES {
            values.pop_last();
        }
    }
}

impl Found {
    /// Puts together what all workers found. Sums are floats, whose result depends on the order in which they are added:
    /// so that is the order of targets.
    pub(super) fn of(shares: impl IntoIterator<Item = Share>) -> Self {
        let mut found = Self::default();
        let mut parts = Vec::new();
        for share in shares {
            let Share {
                parts: own,
                layers,
                histograms,
            } = share;
            parts.extend(own);
            found.histograms.extend(histograms);
            for (side, share) in Side::BOTH.into_iter().zip(layers) {
                let layer = found.layer_mut(side);
                for (name, misfit) in share.misfits {
                    let known = layer.misfits.entry(name).or_insert(misfit);
                    *known = misfit.min(*known);
                }
                for (name, values) in share.labels {
                    let known = layer.labels.entry(name).or_default();
                    for value in &values {
                        keep(known, value);
                    }
                }
            }
        }
        // Of two targets with one name and place the sums decide, so that the order is total.
        parts.sort_by(|a, b| {
            let key = |part: &Part| (part.side, part.family.name.clone(), part.target.clone());
            let sum = |part: &Part| part.family.histogram.sum();
            key(a).cmp(&key(b)).then_with(|| sum(a).total_cmp(&sum(b)))
        });
        for part in parts {
            let families = &mut found.layer_mut(part.side).families;
            match families.last_mut() {
                Some(family) if family.name == part.family.name => family.add(part.family),
                _ => families.push(part.family),
            }
        }
        for side in Side::BOTH {
            for family in &mut found.layer_mut(side).families {
                exemplar::thin(&mut family.exemplars);
            }
        }
        found
    }

    /// One side of it.
    pub fn layer(&self, side: Side) -> &FoundLayer {
        match side {
            Side::Mesh => &self.mesh,
            Side::App => &self.app,
        }
    }

    fn layer_mut(&mut self, side: Side) -> &mut FoundLayer {
        match side {
            Side::Mesh => &mut self.mesh,
            Side::App => &mut self.app,
        }
    }
}

impl FoundFamily {
    /// Adds what another target has of the family.
    fn add(&mut self, other: Self) {
        let Self {
            name: _,
            unit,
            histogram,
            series,
            targets,
            bounds_differ,
            unreadable_bounds,
            exemplars,
            views,
        } = other;
        let bounds = |histogram: &Histogram| -> Vec<f64> {
            histogram.buckets().map(|(upper, _)| upper).collect()
        };
        self.bounds_differ |= bounds_differ || bounds(&self.histogram) != bounds(&histogram);
        self.histogram.merge(&histogram);
        self.unit = self.unit.take().or(unit);
        self.series += series;
        self.targets += targets;
        self.unreadable_bounds += unreadable_bounds;
        self.exemplars.extend(exemplars);
        self.views = self.views.or(views);
    }
}
