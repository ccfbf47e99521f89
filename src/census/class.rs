//! What a label's values look like: the reason why a label grows.

/// A plain shape that most of a label's values share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueClass {
    /// `10.42.0.11`, `fd00::1`.
    Ip,
    /// `10.42.0.11:4191`, `[fd00::1]:4191`.
    IpPort,
    /// `123e4567-e89b-12d3-a456-426614174000`.
    Uuid,
    /// Hexadecimal digests and pod template hashes.
    Hash,
    /// `web-6f5c8d7b9d-abcde`, `db-0`.
    PodName,
    /// `emoji-svc.emojivoto.svc.cluster.local`, with or without a port.
    Hostname,
    /// `/api/v1/items`, `GET /status/{code}`.
    UrlPath,
    /// `8080`, `0.005`.
    Number,
}

impl ValueClass {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::IpPort => "ip_port",
            Self::Uuid => "uuid",
            Self::Hash => "hash",
            Self::PodName => "pod_name",
            Self::Hostname => "hostname",
            Self::UrlPath => "url_path",
            Self::Number => "number",
        }
    }
}

/// The class that at least nine of ten distinct values share, if there is one.
pub(super) fn classify(values: impl Iterator<Item = Vec<u8>>) -> Option<ValueClass> {
    let _ = values;
    None
}
