//! A synthetic mesh: what linkerd2-proxies would answer to scrapes, from a seed.
//!
//! In: a scenario and a seed. Out: bytes in one of four forms. Everything is integer arithmetic on a
//! generator documented in [`random`], so the same arguments give the same bytes on every machine. The tests
//! include this file too, which is why modules are siblings and not children.

pub(crate) mod astronomy_shop;
pub(crate) mod balancer_rows;
pub(crate) mod catalogue;
pub(crate) mod control_rows;
pub(crate) mod family;
pub(crate) mod forms;
pub(crate) mod histogram;
pub(crate) mod inbound_rows;
pub(crate) mod labels;
pub(crate) mod legacy_rows;
pub(crate) mod merged;
pub(crate) mod model;
pub(crate) mod outbound_rows;
pub(crate) mod random;
pub(crate) mod render;
pub(crate) mod rows;
pub(crate) mod scale;
pub(crate) mod scenario;
pub(crate) mod shop_graph;
