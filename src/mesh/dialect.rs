//! The words of each mesh: what a sample name means, and who knows its labels.
//!
//! A dialect is a file of constants and functions ([`linkerd`], [`istio`]); what both have in common is here. None of
//! it runs for each sample: a name is asked once for each target's combo, a label set once.

use std::ops::Range;

use super::Flow;
use super::Outcome;
use super::Party;
use super::Proxy;
use super::TargetTraffic;
use super::istio;
use super::linkerd;
use super::roles::Labels;
use super::roles::Roles;

/// A measure of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measured {
    Requests,
    Responses,
    LatencyBucket,
    LatencyCount,
    LatencySum,
    TcpOpened,
    TcpClosed,
    TcpOpen,
    Received,
    Sent,
}

/// What a process says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    /// Seconds that it has been up.
    Uptime,
    /// Seconds that Envoy has been up.
    EnvoyUptime,
    /// Seconds since 1970 when it was started.
    Started,
    /// Seconds since 1970 now.
    Clock,
    /// Its version is in a label.
    Build,
}

/// What a sample name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Something of the process.
    Process(Process),
    /// A measure of a flow, in the words of a dialect.
    Flow(Proxy, Measured),
    /// Something else that Linkerd tells.
    Linkerd(linkerd::Told),
    /// Something else that Istio tells.
    Istio(istio::Told),
}

impl Meaning {
    /// What a sample name means; `None` where nothing is made of it.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        let name = std::str::from_utf8(name).ok()?;
        let process = match name {
            "process_uptime_seconds_total" => Process::Uptime,
            "envoy_server_uptime" => Process::EnvoyUptime,
            "process_start_time_seconds" => Process::Started,
            "process_clock_time_seconds" => Process::Clock,
            "proxy_build_info" | "istio_build" => Process::Build,
            _ => return linkerd::meaning(name).or_else(|| istio::meaning(name)),
        };
        Some(Self::Process(process))
    }

    /// It stands at some value, and so gains nothing.
    pub(super) fn is_gauge(self) -> bool {
        match self {
            Self::Flow(_, measured) => measured == Measured::TcpOpen,
            Self::Istio(told) => told.is_gauge(),
            Self::Process(_) | Self::Linkerd(_) => false,
        }
    }

    /// What it adds to the connections that are open, where no gauge tells: those of Istio are what was opened less
    /// what was closed.
    pub(super) fn opens(self) -> Option<i64> {
        match self {
            Self::Flow(Proxy::Istio, Measured::TcpOpened) => Some(1),
            Self::Flow(Proxy::Istio, Measured::TcpClosed) => Some(-1),
            _ => None,
        }
    }
}

/// How the calls of a label set ended, and what it does not tell of that.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    /// The label for what the mesh calls it is not there, and should be.
    pub(super) unclassified: bool,
    /// The label for the gRPC status is not there, and should be.
    pub(super) without_grpc_label: bool,
}

/// How many labels say how a call ended.
pub(super) const ENDINGS: usize = 4;

impl Proxy {
    /// The labels that matter.
    pub(super) fn roles(self) -> Roles {
        Roles::new(match self {
            Self::Linkerd => linkerd::ROLES,
            Self::Istio => istio::ROLES,
        })
    }

    /// The places of those that say how a call ended: [`ENDINGS`] of them.
    pub(super) fn endings(self) -> Range<usize> {
        match self {
            Self::Linkerd => linkerd::OUTCOME,
            Self::Istio => istio::OUTCOME,
        }
    }

    /// How the calls of a label set ended.
    pub(super) fn ended(self, labels: &mut Labels<'_>) -> Ended {
        match self {
            Self::Linkerd => linkerd::ended(labels),
            Self::Istio => istio::ended(labels),
        }
    }

    /// The flow that a label set belongs to; `None` where it is none of an edge.
    pub(super) fn flow(self, labels: &mut Labels<'_>, local: &Party) -> Option<Flow> {
        match self {
            Self::Linkerd => linkerd::flow(labels, local),
            Self::Istio => istio::flow(labels),
        }
    }
}

impl TargetTraffic {
    /// Notes whose words were read; of both, in whatever order, the one that is named last in [`Proxy`].
    pub(super) fn speaks(&mut self, proxy: Proxy) {
        self.proxy = self.proxy.max(Some(proxy));
    }
}
