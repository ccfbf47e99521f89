//! Quantiles of both sides, and how far they are apart.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Asked;
use super::Exemplar;
use super::Found;
use super::FoundFamily;
use super::FoundLayer;
use super::Meaning;
use super::Misfit;
use super::Question;
use super::Side;
use super::Unit;
use super::UnitFrom;
use super::Views;
use super::exemplar;
use super::meaning;
use super::unit;
use crate::mesh::histogram::Histogram;
use crate::mesh::histogram::Quantile;

/// Both sides of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What the mesh measured.
    pub mesh: Layer,
    /// What the application measured.
    pub app: Layer,
    /// In the order of the question.
    pub quantiles: Vec<Compared>,
    /// What is between the means. These are exact: no bucket stands between them and the observations.
    pub mean_gap: Option<Gap>,
    /// What it usually means, and what limits it.
    pub meanings: Vec<Meaning>,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Families that fit, by name.
    pub families: Vec<String>,
    /// Label sets.
    pub series: u64,
    /// Targets that have any, summed over families.
    pub targets: u64,
    /// Unit of `histogram`; `None` where it is unknown.
    pub unit: Option<Unit>,
    /// How it is known.
    pub unit_from: UnitFrom,
    /// All of it, added up.
    pub histogram: Histogram,
    /// Observations.
    pub count: f64,
    /// The slowest bucket that has exemplars.
    pub slowest: Option<Slowest>,
    /// From where it was measured.
    pub views: Views,
    /// Some series have other bounds than others.
    pub bounds_differ: bool,
    /// Bucket lines whose `le` is no number.
    pub unreadable_bounds: u64,
    /// Families that the name fits and that could not be counted.
    pub left_out: BTreeMap<String, Misfit>,
}

/// Exemplars of one bucket, the slowest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Slowest {
    /// Bounds of the bucket, in the unit of the layer.
    pub lower: f64,
    /// At most this; infinite in the last bucket.
    pub upper: f64,
    /// In the unit of the layer too.
    pub exemplars: Vec<Exemplar>,
    /// It is the slowest bucket that has observations, too.
    pub is_last: bool,
}

/// One quantile of both sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// From 0 to 1.
    pub q: f64,
    /// In the unit of its layer.
    pub mesh: Option<Quantile>,
    /// In the unit of its layer.
    pub app: Option<Quantile>,
    /// `None` where a side or its unit is unknown.
    pub gap: Option<Gap>,
}

/// What the mesh takes longer, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Mesh minus application.
    pub value: f64,
    /// Its part of the mesh's time; `None` where that is 0.
    pub share: Option<f64>,
    /// The gap is no less than this; infinite where the application's quantile has no upper bound.
    pub lower: f64,
    /// The gap is no more than this; infinite where the mesh's quantile has no upper bound.
    pub upper: f64,
}

impl Gap {
    /// Whether the sides differ whatever the values within their buckets are.
    pub fn is_told(&self) -> bool {
        self.lower >= 0.0 || self.upper <= 0.0
    }
}

/// Why there is nothing to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing fits; what there is instead.
    Nothing {
        /// Of this side.
        side: Side,
        /// All histograms there are.
        histograms: BTreeSet<String>,
        /// Labels of the series whose name fits.
        labels: BTreeMap<String, BTreeSet<String>>,
    },
    /// What fits is no histogram.
    Misfit {
        /// Of this side.
        side: Side,
        /// The family.
        family: String,
        /// What it is.
        misfit: Misfit,
    },
    /// It has no bound but `+Inf`, as a native histogram where it is written as text.
    NoBounds {
        /// Of this side.
        side: Side,
        /// The family.
        family: String,
    },
    /// It does not measure time.
    NotTime {
        /// Of this side.
        side: Side,
        /// The family.
        family: String,
        /// What it measures in.
        unit: String,
    },
    /// Of several families some have a unit and others have none that is known.
    MixedUnits {
        /// Of this side.
        side: Side,
        /// A family with a unit.
        known: String,
        /// A family without.
        unknown: String,
    },
}

/// Compares what was found.
///
/// # Errors
/// A side has nothing that can be compared.
pub fn compare(question: &Question, found: &Found) -> Result<Comparison, Trouble> {
    let mesh = layer(Side::Mesh, &question.mesh, found)?;
    let app = layer(Side::App, &question.app, found)?;
    let quantiles = question.quantiles.iter().map(|&q| {
        let [of_mesh, of_app] = [&mesh, &app].map(|layer| layer.histogram.quantile(q));
        let seconds = [(of_mesh, mesh.unit), (of_app, app.unit)].map(in_seconds);
        let gap = match seconds {
            [Some(mesh), Some(app)] => Some(Gap {
                value: mesh.value - app.value,
                share: share(mesh.value, app.value),
                lower: mesh.lower - app.upper,
                upper: mesh.upper - app.lower,
            }),
            _ => None,
        };
        Compared {
            q,
            mesh: of_mesh,
            app: of_app,
            gap,
        }
    });
    let quantiles: Vec<Compared> = quantiles.collect();
    let means = [&mesh, &app].map(|layer| Some(layer.histogram.mean()? / layer.unit?.per_second()));
    let mean_gap = match means {
        [Some(mesh), Some(app)] => Some(Gap {
            value: mesh - app,
            share: share(mesh, app),
            lower: mesh - app,
            upper: mesh - app,
        }),
        _ => None,
    };
    let meanings = meaning::of(&mesh, &app, &quantiles);
    Ok(Comparison {
        mesh,
        app,
        quantiles,
        mean_gap,
        meanings,
    })
}

fn share(mesh: f64, app: f64) -> Option<f64> {
    (mesh > 0.0).then(|| (mesh - app) / mesh)
}

fn in_seconds((quantile, unit): (Option<Quantile>, Option<Unit>)) -> Option<Quantile> {
    let (quantile, per_second) = (quantile?, unit?.per_second());
    Some(Quantile {
        value: quantile.value / per_second,
        lower: quantile.lower / per_second,
        upper: quantile.upper / per_second,
    })
}

fn layer(side: Side, asked: &Asked, found: &Found) -> Result<Layer, Trouble> {
    let FoundLayer {
        families,
        misfits,
        labels,
    } = found.layer(side);
    let some: Vec<&FoundFamily> = families.iter().filter(|family| family.series > 0).collect();
    let Some(first) = some.first() else {
        return Err(match misfits.first_key_value() {
            Some((family, &misfit)) => Trouble::Misfit {
                side,
                family: family.clone(),
                misfit,
            },
            None => Trouble::Nothing {
                side,
                histograms: found.histograms.clone(),
                labels: labels.clone(),
            },
        });
    };
    let has_bounds = |family: &&&FoundFamily| {
        let mut bounds = family.histogram.buckets();
        bounds.any(|(upper, _)| upper.is_finite())
    };
    if !some.iter().any(|family| has_bounds(&family)) {
        let family = first.name.clone();
        return Err(Trouble::NoBounds { side, family });
    }
    let (unit, unit_from) = common_unit(side, asked, &some)?;
    let mut layer = Layer {
        families: Vec::new(),
        series: 0,
        targets: 0,
        unit: unit.as_ref().map(|(unit, _)| *unit),
        unit_from,
        histogram: Histogram::default(),
        count: 0.0,
        slowest: None,
        views: Views::default(),
        bounds_differ: false,
        unreadable_bounds: 0,
        left_out: misfits.clone(),
    };
    let mut exemplars = Vec::new();
    let bounds = |histogram: &Histogram| -> Vec<f64> {
        histogram.buckets().map(|(upper, _)| upper).collect()
    };
    for (at, family) in some.iter().enumerate() {
        let mut histogram = family.histogram.clone();
        let mut own = family.exemplars.clone();
        if let Some((_, own_units)) = &unit
            && let Some(own_unit) = own_units.get(at)
            && Some(*own_unit) != layer.unit
        {
            // Only seconds are common to families that differ.
            let per_second = own_unit.per_second();
            histogram.scale(1.0 / per_second);
            for exemplar in &mut own {
                exemplar.upper /= per_second;
                exemplar.value /= per_second;
            }
        }
        layer.bounds_differ |=
            family.bounds_differ || at > 0 && bounds(&layer.histogram) != bounds(&histogram);
        layer.histogram.merge(&histogram);
        exemplars.extend(own);
        layer.families.push(family.name.clone());
        layer.series += family.series;
        layer.targets += family.targets;
        layer.views = layer.views.or(family.views);
        layer.unreadable_bounds += family.unreadable_bounds;
    }
    let last = layer.histogram.buckets().last();
    layer.count = match layer.histogram.count() {
        // Nobody wrote a count: the last bucket holds everything.
        0.0 => last.map_or(0.0, |(_, cumulative)| cumulative),
        count => count,
    };
    exemplar::thin(&mut exemplars);
    layer.slowest = slowest(&layer.histogram, &exemplars);
    Ok(layer)
}

/// The unit that all families have in common, with those of each; seconds where they differ.
type CommonUnit = Option<(Unit, Vec<Unit>)>;

fn common_unit(
    side: Side,
    asked: &Asked,
    families: &[&FoundFamily],
) -> Result<(CommonUnit, UnitFrom), Trouble> {
    if let Some(unit) = asked.unit {
        return Ok((Some((unit, vec![unit; families.len()])), UnitFrom::Flag));
    }
    let mut units = Vec::new();
    let mut known: Option<(&str, UnitFrom)> = None;
    let mut unknown = None;
    for family in families {
        let name = &family.name;
        let of_family = unit::of_family(name, family.unit.as_deref());
        match of_family.map_err(|unit| Trouble::NotTime {
            side,
            family: name.clone(),
            unit,
        })? {
            (Some(unit), from) => {
                units.push(unit);
                known.get_or_insert((name, from));
            }
            (None, _) => unknown = unknown.or(Some(name)),
        }
    }
    match (known, unknown) {
        (Some((known, _)), Some(unknown)) => Err(Trouble::MixedUnits {
            side,
            known: known.to_owned(),
            unknown: unknown.clone(),
        }),
        (Some((_, from)), None) => {
            let first = units[0];
            let is_common = units.iter().all(|unit| *unit == first);
            let common = if is_common { first } else { Unit::Seconds };
            Ok((Some((common, units)), from))
        }
        (None, _) => Ok((None, UnitFrom::Unknown)),
    }
}

/// The slowest bucket with observations that has exemplars.
fn slowest(histogram: &Histogram, exemplars: &[Exemplar]) -> Option<Slowest> {
    let mut below = (f64::NEG_INFINITY, 0.0_f64);
    let mut filled = Vec::new();
    for (upper, cumulative) in histogram.buckets() {
        if cumulative > below.1 {
            filled.push((below.0, upper));
        }
        below = (upper, below.1.max(cumulative));
    }
    let is_of = |exemplar: &Exemplar, upper: f64| exemplar.upper.total_cmp(&upper).is_eq();
    let has_any = |upper: f64| exemplars.iter().any(|exemplar| is_of(exemplar, upper));
    let at = filled.iter().rposition(|&(_, upper)| has_any(upper))?;
    let (lower, upper) = filled[at];
    let own = exemplars.iter().filter(|exemplar| is_of(exemplar, upper));
    Some(Slowest {
        lower: if lower == f64::NEG_INFINITY && upper > 0.0 {
            0.0
        } else {
            lower
        },
        upper,
        exemplars: own.cloned().collect(),
        is_last: at + 1 == filled.len(),
    })
}
