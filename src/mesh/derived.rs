//! What is worked out of a [`Mesh`] at most once, however many ask for it.

use std::sync::OnceLock;

use super::Mesh;
use super::edges;
use super::edges::By;
use super::edges::Edge;
use super::grpc;
use super::grpc::Grpc;

#[derive(Debug, Clone, Default)]
pub(super) struct Derived {
    grpc: OnceLock<Grpc>,
    edges: OnceLock<Vec<Edge>>,
}

/// It follows from the rest.
impl PartialEq for Derived {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Mesh {
    /// The failures that something does not see, as [`grpc()`](super::grpc()) finds them.
    pub fn grpc(&self) -> &Grpc {
        self.derived.grpc.get_or_init(|| grpc::grpc(self))
    }

    /// Who calls whom by workload, as [`edges()`](super::edges()) has it.
    pub fn workload_edges(&self) -> &[Edge] {
        let find = || edges::edges(self, By::Workload);
        self.derived.edges.get_or_init(find)
    }
}
