//! The orders in which families and labels can be listed; each is total, as names break ties.

use std::cmp::Ordering;
use std::str::FromStr;

use crate::census::FamilyCount;

/// What families are ordered by: numbers descending, then name ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FamilyOrder {
    /// Distinct series.
    #[default]
    Series,
    /// Name alone, ascending.
    Name,
    /// Distinct sample names.
    Names,
    /// Lines read as samples.
    Samples,
    /// Bytes in the bodies.
    Bytes,
    /// Data points a Collector makes of it.
    DataPoints,
}

impl FamilyOrder {
    /// All orders, the default first.
    pub const ALL: [Self; 6] = [
        Self::Series,
        Self::Name,
        Self::Names,
        Self::Samples,
        Self::Bytes,
        Self::DataPoints,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Name => "name",
            Self::Names => "names",
            Self::Samples => "samples",
            Self::Bytes => "bytes",
            Self::DataPoints => "data-points",
        }
    }

    pub(super) fn compare(self, a: &FamilyCount, b: &FamilyCount) -> Ordering {
        let by_count = |count: fn(&FamilyCount) -> u64| count(b).cmp(&count(a));
        match self {
            Self::Series => by_count(|family| family.series),
            Self::Name => Ordering::Equal,
            Self::Names => by_count(|family| family.sample_names.len() as u64),
            Self::Samples => by_count(|family| family.samples),
            Self::Bytes => by_count(|family| family.body_bytes),
            Self::DataPoints => by_count(|family| family.otlp_data_points),
        }
        .then_with(|| a.name.cmp(&b.name))
    }
}

/// What labels are ordered by: numbers descending, then name ascending, then family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LabelOrder {
    /// Series that vanish without the label.
    #[default]
    Saves,
    /// Distinct values.
    Values,
    /// Bytes in the bodies.
    Bytes,
    /// Families that have it.
    Families,
    /// Name alone, ascending.
    Name,
}

impl LabelOrder {
    /// All orders, the default first.
    pub const ALL: [Self; 5] = [
        Self::Saves,
        Self::Values,
        Self::Bytes,
        Self::Families,
        Self::Name,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saves => "saves",
            Self::Values => "values",
            Self::Bytes => "bytes",
            Self::Families => "families",
            Self::Name => "name",
        }
    }
}

/// An order that does not exist, with those that do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot sort by `{given}`; sort by one of: {}", known.join(", "))]
pub struct UnknownOrder {
    given: String,
    known: Vec<&'static str>,
}

impl FromStr for FamilyOrder {
    type Err = UnknownOrder;

    fn from_str(given: &str) -> Result<Self, UnknownOrder> {
        find(given, &Self::ALL, Self::as_str)
    }
}

impl FromStr for LabelOrder {
    type Err = UnknownOrder;

    fn from_str(given: &str) -> Result<Self, UnknownOrder> {
        find(given, &Self::ALL, Self::as_str)
    }
}

fn find<T: Copy>(given: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, UnknownOrder> {
    let found = all.iter().copied().find(|order| name(*order) == given);
    found.ok_or_else(|| UnknownOrder {
        given: given.to_owned(),
        known: all.iter().copied().map(name).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_found_by_its_name() {
        for order in FamilyOrder::ALL {
            assert_eq!(order.as_str().parse(), Ok(order));
        }
        for order in LabelOrder::ALL {
            assert_eq!(order.as_str().parse(), Ok(order));
        }
    }

    #[test]
    fn an_unknown_order_names_the_known_ones() {
        let error = "size".parse::<LabelOrder>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot sort by `size`; sort by one of: saves, values, bytes, families, name"
        );
    }
}
