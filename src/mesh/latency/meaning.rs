//! What a gap usually means, and what limits what can be said of it.

use super::Compared;
use super::Layer;
use super::Misfit;
use super::Side;
use super::Views;

/// Counts that differ by more than this part of the larger are not of the same calls. Below, probes, calls under way and
/// the moments at which two endpoints were scraped account for it.
const COUNTS_DIFFER: f64 = 0.05;

/// Something to know about a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// There is no observation on this side.
    NoCalls {
        /// Of this side.
        side: Side,
    },
    /// The unit of this side is unknown, so there is no gap.
    UnitUnknown {
        /// Of this side.
        side: Side,
        /// The first family.
        family: String,
    },
    /// The mesh took longer, whatever the values within the buckets are.
    MeshSlower {
        /// Where.
        quantiles: Vec<f64>,
        /// Where the proxy stood.
        views: Views,
    },
    /// The application took longer, whatever the values within the buckets are.
    AppSlower {
        /// Where.
        quantiles: Vec<f64>,
    },
    /// The buckets overlap: the sides cannot be told apart.
    NotTold {
        /// Where.
        quantiles: Vec<f64>,
    },
    /// The sides did not count the same calls.
    CountsDiffer {
        /// Observations of the mesh.
        mesh: f64,
        /// Observations of the application.
        app: f64,
    },
    /// Quantiles lie in the last bucket, which has no upper bound.
    BeyondLastBucket {
        /// Of this side.
        side: Side,
        /// Which.
        quantiles: Vec<f64>,
        /// The last bound, in the unit of the layer.
        bound: f64,
    },
    /// Series with other bounds than others were added up.
    BoundsDiffer {
        /// Of this side.
        side: Side,
    },
    /// Bucket lines whose `le` is no number were left out.
    UnreadableBounds {
        /// Of this side.
        side: Side,
        /// How many.
        lines: u64,
    },
    /// The mesh counted calls on both of their sides.
    BothViews,
    /// A family that the name fits could not be counted.
    LeftOut {
        /// Of this side.
        side: Side,
        /// The family.
        family: String,
        /// What it is.
        misfit: Misfit,
    },
    /// Counts are those since each process started.
    SinceStart,
}

impl Meaning {
    /// Stable name, as in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoCalls { .. } => "no-calls",
            Self::UnitUnknown { .. } => "unit-unknown",
            Self::MeshSlower { .. } => "mesh-slower",
            Self::AppSlower { .. } => "app-slower",
            Self::NotTold { .. } => "not-told",
            Self::CountsDiffer { .. } => "counts-differ",
            Self::BeyondLastBucket { .. } => "beyond-last-bucket",
            Self::BoundsDiffer { .. } => "bounds-differ",
            Self::UnreadableBounds { .. } => "unreadable-bounds",
            Self::BothViews => "both-views",
            Self::LeftOut { .. } => "left-out",
            Self::SinceStart => "since-start",
        }
    }
}

/// What is to be said of a comparison: the gap first, then what makes it doubtful.
pub(super) fn of(mesh: &Layer, app: &Layer, quantiles: &[Compared]) -> Vec<Meaning> {
    let layers = [(Side::Mesh, mesh), (Side::App, app)];
    let mut meanings = Vec::new();
    for (side, layer) in layers {
        if layer.count == 0.0 {
            meanings.push(Meaning::NoCalls { side });
        }
        if layer.unit.is_none() {
            let family = layer.families.first().cloned().unwrap_or_default();
            meanings.push(Meaning::UnitUnknown { side, family });
        }
    }
    meanings.extend(of_gaps(quantiles, mesh.views));
    if mesh.views.client && mesh.views.server {
        meanings.push(Meaning::BothViews);
    }
    let (less, more) = if mesh.count < app.count {
        (mesh.count, app.count)
    } else {
        (app.count, mesh.count)
    };
    if less > 0.0 && more - less > more * COUNTS_DIFFER {
        meanings.push(Meaning::CountsDiffer {
            mesh: mesh.count,
            app: app.count,
        });
    }
    for (side, layer) in layers {
        meanings.extend(of_layer(side, layer, quantiles));
    }
    meanings.push(Meaning::SinceStart);
    meanings
}

fn of_gaps(quantiles: &[Compared], views: Views) -> Vec<Meaning> {
    let (mut above, mut below, mut not_told) = (Vec::new(), Vec::new(), Vec::new());
    for compared in quantiles {
        let Some(gap) = compared.gap else {
            continue;
        };
        let list = match gap {
            gap if !gap.is_told() => &mut not_told,
            gap if gap.lower >= 0.0 => &mut above,
            _ => &mut below,
        };
        list.push(compared.q);
    }
    let all = [
        Meaning::MeshSlower {
            quantiles: above,
            views,
        },
        Meaning::AppSlower { quantiles: below },
        Meaning::NotTold {
            quantiles: not_told,
        },
    ];
    let some = all.into_iter().filter(|meaning| match meaning {
        Meaning::MeshSlower { quantiles, .. }
        | Meaning::AppSlower { quantiles }
        | Meaning::NotTold { quantiles } => !quantiles.is_empty(),
        _ => true,
    });
    some.collect()
}

fn of_layer(side: Side, layer: &Layer, quantiles: &[Compared]) -> Vec<Meaning> {
    let mut meanings = Vec::new();
    let mut bound = None;
    let beyond = quantiles.iter().filter(|compared| {
        let quantile = match side {
            Side::Mesh => compared.mesh,
            Side::App => compared.app,
        };
        let quantile = quantile.filter(|quantile| quantile.upper == f64::INFINITY);
        bound = bound.or(quantile.map(|quantile| quantile.lower));
        quantile.is_some()
    });
    let beyond: Vec<f64> = beyond.map(|compared| compared.q).collect();
    if let Some(bound) = bound {
        meanings.push(Meaning::BeyondLastBucket {
            side,
            quantiles: beyond,
            bound,
        });
    }
    if layer.bounds_differ {
        meanings.push(Meaning::BoundsDiffer { side });
    }
    if layer.unreadable_bounds > 0 {
        meanings.push(Meaning::UnreadableBounds {
            side,
            lines: layer.unreadable_bounds,
        });
    }
    let left_out = layer.left_out.iter();
    meanings.extend(left_out.map(|(family, &misfit)| Meaning::LeftOut {
        side,
        family: family.clone(),
        misfit,
    }));
    meanings
}
