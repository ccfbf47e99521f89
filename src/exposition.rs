//! Reads one scrape body: Prometheus text, OpenMetrics, or the mixture of both that Linkerd's proxy sends.
//!
//! In comes a stream of bytes; out go family metadata, samples borrowed from the body, and rejects. Each
//! line ends as exactly one of: blank, comment, metadata, sample, reject. Nothing is allocated per sample
//! or label, and a body never fails as a whole.

/// Type on a `# TYPE` line; the union of Prometheus text and OpenMetrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FamilyType {
    /// `counter`
    Counter,
    /// `gauge`
    Gauge,
    /// `histogram`
    Histogram,
    /// `gaugehistogram`
    GaugeHistogram,
    /// `summary`
    Summary,
    /// `info`
    Info,
    /// `stateset`
    StateSet,
    /// `untyped`, `unknown`, or no TYPE line.
    Unknown,
}

impl FamilyType {
    /// The type's word, as OpenMetrics spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
            Self::Unknown => "unknown",
        }
    }
}
