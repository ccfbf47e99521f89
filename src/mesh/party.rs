//! Who takes part in a call, and how the connection between them is secured.

use super::Text;

/// One end of a call, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Party {
    /// Namespace.
    pub namespace: Option<Text>,
    /// Name of what runs the pod, without its kind.
    pub workload: Option<Text>,
    /// Pod.
    pub pod: Option<Text>,
    /// Service that is called.
    pub service: Option<Text>,
    /// Identity of its certificate.
    pub identity: Option<Text>,
    /// Where it is, where nothing else is known: an address, an authority.
    pub address: Option<Text>,
    /// The name was concluded from other series, or from that of the pod, and not read.
    pub concluded: bool,
}

impl Party {
    /// Whether nothing at all is known.
    pub fn is_unknown(&self) -> bool {
        let Self {
            namespace: _,
            workload,
            pod,
            service,
            identity,
            address,
            concluded: _,
        } = self;
        let all = [workload, pod, service, identity, address];
        all.into_iter().all(Option::is_none)
    }
}

/// How a connection is secured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Security {
    /// Nothing tells.
    #[default]
    Unknown,
    /// Mutual TLS: each end has shown who it is.
    Mutual,
    /// None by the mesh, and why, where the proxy tells; what the application does itself is not known.
    None(Option<Text>),
}
