//! Lines that are refused, and why.

/// Why a line was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RejectKind {
    /// The line does not begin with a metric name.
    MetricName,
    /// Braces without a metric name before or in them.
    MissingName,
    /// Something that is no label name stands where one is due.
    LabelName,
    /// No `=` after a label name.
    MissingEquals,
    /// A label value that does not begin with a quote.
    UnquotedValue,
    /// A quote inside a label value that its writer did not escape.
    UnescapedLabel,
    /// A label value or quoted name that does not end on its line.
    UnterminatedValue,
    /// The same label name twice.
    DuplicateLabel,
    /// A name or label that is not valid UTF-8.
    InvalidUtf8,
    /// No value after name and labels.
    MissingValue,
    /// A value that is no number.
    BadValue,
    /// A timestamp that is no number.
    BadTimestamp,
    /// An exemplar that is not `# {labels} value [timestamp]`.
    BadExemplar,
    /// A `# TYPE`, `# HELP` or `# UNIT` line without a valid name, or a type that does not exist.
    BadMetadata,
    /// Longer than the limit; it was not read.
    LineTooLong,
}

impl RejectKind {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MetricName => "metric-name",
            Self::MissingName => "missing-name",
            Self::LabelName => "label-name",
            Self::MissingEquals => "missing-equals",
            Self::UnquotedValue => "unquoted-value",
            Self::UnescapedLabel => "unescaped-label",
            Self::UnterminatedValue => "unterminated-value",
            Self::DuplicateLabel => "duplicate-label",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::MissingValue => "missing-value",
            Self::BadValue => "bad-value",
            Self::BadTimestamp => "bad-timestamp",
            Self::BadExemplar => "bad-exemplar",
            Self::BadMetadata => "bad-metadata",
            Self::LineTooLong => "line-too-long",
        }
    }

    /// What is wrong, as the end of a sentence that began with the place.
    pub fn message(self) -> &'static str {
        match self {
            Self::MetricName => "expected a metric name",
            Self::MissingName => "the labels belong to no metric name",
            Self::LabelName => "expected a label name",
            Self::MissingEquals => "expected `=` after the label name",
            Self::UnquotedValue => "expected a quoted label value",
            Self::UnescapedLabel => "a quote inside the label value is not escaped",
            Self::UnterminatedValue => "the quoted text does not end on this line",
            Self::DuplicateLabel => "the label name stands twice in this sample",
            Self::InvalidUtf8 => "not valid UTF-8",
            Self::MissingValue => "expected a value",
            Self::BadValue => "the value is no number",
            Self::BadTimestamp => "the timestamp is no number",
            Self::BadExemplar => "expected an exemplar like `# {trace_id=\"…\"} 0.5`",
            Self::BadMetadata => "expected a metric name and, after TYPE, a known type",
            Self::LineTooLong => "the line is longer than the limit and was not read",
        }
    }
}

/// One refused line. Positions count from 1; `column` counts bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reject<'a> {
    /// Line in the body.
    pub line: u64,
    /// Byte in the line at which reading stopped making sense.
    pub column: u64,
    /// What was wrong there.
    pub kind: RejectKind,
    /// The line without its end; of a line that is too long, its beginning.
    pub text: &'a [u8],
}

/// A refusal while its line is still being read: byte offset within the line, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) kind: RejectKind,
}

impl Fault {
    pub(super) fn new(at: usize, kind: RejectKind) -> Self {
        Self { at, kind }
    }
}
