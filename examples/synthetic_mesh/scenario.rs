//! What is generated: pods by index, so that a mesh of thousands never has to be in memory at once.

use std::borrow::Cow;

use super::astronomy_shop;
use super::model::Pod;
use super::scale::Scale;

/// One mesh.
#[derive(Debug)]
pub(crate) enum Scenario {
    /// Pods held in memory, sorted by namespace and name.
    Fixed(Vec<Pod>),
    /// Pods made when asked for, sorted likewise.
    Scale(Scale),
}

impl Scenario {
    pub(crate) fn astronomy_shop(seed: u64) -> Self {
        Self::Fixed(astronomy_shop::pods(seed))
    }

    /// Number of pods.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Fixed(pods) => pods.len() as u64,
            Self::Scale(scale) => scale.pods,
        }
    }

    pub(crate) fn pod(&self, index: u64) -> Cow<'_, Pod> {
        match self {
            Self::Fixed(pods) => Cow::Borrowed(&pods[index as usize]),
            Self::Scale(scale) => Cow::Owned(scale.pod(index)),
        }
    }

    pub(crate) fn pods(&self) -> impl Iterator<Item = Cow<'_, Pod>> {
        (0..self.len()).map(|index| self.pod(index))
    }

    /// Indexes of the pods sorted by name alone, whatever the namespace.
    pub(crate) fn by_name(&self) -> Vec<u64> {
        let mut order: Vec<u64> = (0..self.len()).collect();
        if let Self::Fixed(pods) = self {
            order.sort_by_key(|index| &pods[*index as usize].place.pod);
        }
        order
    }
}
