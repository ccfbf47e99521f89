//! Reads one scrape body: Prometheus text, OpenMetrics, or the mixture of both that Linkerd's proxy sends.
//!
//! In comes a stream of bytes; out go family metadata, samples borrowed from the body, and rejects. Each
//! line ends as exactly one of: blank, comment, metadata, sample, reject. Nothing is allocated per sample
//! or label, and a body never fails as a whole.
//!
//! The grammar is the union of the two formats, as lenient as the more lenient of them at each point:
//! blanks around tokens, a trailing comma, timestamps in either unit, exemplars, quoted UTF-8 names and
//! CRLF are taken. What Prometheus' text parser refuses in a sample line is refused here too
//! (`model/textparse/promparse.go`), because there it costs the whole scrape.

mod escape;
mod labels;
mod metadata;
mod mismatch;
mod number;
mod reader;
mod reject;
mod sample;
mod tolerated;

pub use escape::unescape;
pub use metadata::Fact;
pub use metadata::FamilyType;
pub use metadata::Metadata;
pub use reader::LineCounts;
pub use reader::Reader;
pub use reject::Reject;
pub use reject::RejectKind;
pub use sample::Delta;
pub use sample::Label;
pub use sample::Sample;
pub use tolerated::Tolerated;

/// Takes what a [`Reader`] finds, in body order.
pub trait Visitor {
    /// A line that is a sample.
    fn sample(&mut self, sample: &Sample<'_>);
    /// A `# HELP`, `# TYPE` or `# UNIT` line.
    fn metadata(&mut self, metadata: &Metadata<'_>);
    /// A line that was refused.
    fn reject(&mut self, reject: &Reject<'_>);
    /// A line that was taken although a scraper refuses it. Comes after the line itself; whoever only
    /// counts has no use for it.
    fn tolerated(&mut self, line: u64, what: Tolerated) {
        let _ = (line, what);
    }
}
