//! Lines that are read here although Prometheus' text parser refuses them.

/// What is read here and costs a scraper of `text/plain` the whole scrape
/// (`model/textparse/promlex.l`, `promparse.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tolerated {
    /// The line ends with a carriage return before its newline.
    CarriageReturn,
    /// Blanks before a sample.
    Indented,
    /// More than the one blank around the type on a `# TYPE` line.
    BlankAroundType,
    /// A type that only OpenMetrics has: `info`, `stateset`, `gaugehistogram`, `unknown`.
    OpenMetricsType,
    /// An exemplar, which only OpenMetrics has.
    Exemplar,
    /// A timestamp in seconds with a fraction, which only OpenMetrics has.
    FractionalTimestamp,
}

impl Tolerated {
    /// What is wrong with it, as the end of a sentence that began with the place.
    pub fn message(self) -> &'static str {
        match self {
            Self::CarriageReturn => "the line ends with a carriage return",
            Self::Indented => "blanks stand before the metric name",
            Self::BlankAroundType => "superfluous blanks around the type",
            Self::OpenMetricsType => "a type that `text/plain` does not know",
            Self::Exemplar => "an exemplar, which `text/plain` does not know",
            Self::FractionalTimestamp => "the timestamp is no whole number of milliseconds",
        }
    }
}
