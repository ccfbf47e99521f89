//! The orders in which edges can be listed; each is total, as the ends break ties.

use std::cmp::Ordering;
use std::cmp::Reverse;

use crate::mesh::edges::Edge;
use crate::mesh::edges::View;

/// What edges are ordered by; an edge of which that is not known comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EdgeOrder {
    /// Responses, the most first.
    #[default]
    Calls,
    /// Success, the worst first.
    Success,
    /// Responses a second, the most first.
    Rate,
    /// 99th percentile of latency, the slowest first.
    P99,
    /// Bytes over connections, the most first.
    Bytes,
    /// Names of the ends.
    Name,
}

impl EdgeOrder {
    /// Sorts edges by what the end that says the most of them has.
    pub(super) fn sort(self, edges: &mut [&Edge]) {
        edges.sort_by(|a, b| {
            let views = [a.main_view(), b.main_view()];
            self.compare(views)
                .then_with(|| (&a.source, &a.destination).cmp(&(&b.source, &b.destination)))
        });
    }

    fn compare(self, views: [Option<&View>; 2]) -> Ordering {
        let most = |number: fn(&View) -> Option<f64>| {
            let [a, b] = views.map(|view| view.and_then(number));
            // `None` is last either way.
            match (a, b) {
                (Some(a), Some(b)) => b.total_cmp(&a),
                (a, b) => Reverse(a.is_some()).cmp(&Reverse(b.is_some())),
            }
        };
        match self {
            Self::Calls => most(|view| Some(view.traffic.calls() as f64)),
            Self::Success => most(|view| view.traffic.success_rate().map(|rate| -rate)),
            Self::Rate => most(|view| view.calls_per_second),
            Self::P99 => most(|view| Some(view.traffic.latency_ms.quantile(0.99)?.value)),
            Self::Bytes => most(|view| {
                let tcp = view.traffic.tcp;
                tcp.counted
                    .then(|| (tcp.received_bytes + tcp.sent_bytes) as f64)
            }),
            Self::Name => Ordering::Equal,
        }
    }
}
