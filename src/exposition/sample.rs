//! One sample, borrowed from the body, and its labels.

use std::borrow::Cow;

use super::escape::unescape;
use super::number;

/// One sample line. Borrows the body; nothing in it is copied.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The name as written, quotes removed, escapes left in.
    pub(super) name: &'a [u8],
    /// The line from its first label on.
    pub(super) block: &'a [u8],
    pub(super) spans: &'a [Span],
    pub(super) value: &'a [u8],
    pub(super) timestamp: Option<&'a [u8]>,
    pub(super) exemplar: Option<&'a [u8]>,
    pub(super) line_bytes: usize,
    pub(super) same_name: bool,
    pub(super) delta: Delta,
}

/// Where one label stands in its line's label block, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) name_end: u32,
    pub(super) value_start: u32,
    /// Behind the closing quote.
    pub(super) end: u32,
    /// The label at this position of the sample before had the very same text.
    pub(super) same: bool,
}

/// How a sample's labels differ from those of the sample handed out before it, text by text.
///
/// Neighbouring lines share most of their labels, so whoever looks labels up can keep the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delta {
    /// In nothing.
    Same,
    /// In the label at this index at most: it was read anew.
    One(usize),
    /// In more than one, in their number, or there is nothing to compare with.
    Many,
}

/// One label of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// The whole text, `name="value"`, as it stands in the line.
    pub text: &'a [u8],
    /// The name as written; may be quoted.
    name: &'a [u8],
    /// The value as written, without its quotes.
    value: &'a [u8],
    /// The label at this index of the sample before had the very same text.
    pub same: bool,
}

impl<'a> Sample<'a> {
    /// The sample name, escapes undone.
    pub fn name(&self) -> Cow<'a, [u8]> {
        unescape(self.name)
    }

    /// The sample name as written, without quotes: equal bytes are equal names.
    pub fn name_text(&self) -> &'a [u8] {
        self.name
    }

    /// The sample before had the same name.
    pub fn same_name(&self) -> bool {
        self.same_name
    }

    /// How the labels differ from those of the sample before.
    pub fn delta(&self) -> Delta {
        self.delta
    }

    /// How many labels the line has, empty ones included.
    pub fn label_count(&self) -> usize {
        self.spans.len()
    }

    /// The label at `index`, in line order.
    pub fn label(&self, index: usize) -> Label<'a> {
        self.spans[index].label(self.block)
    }

    /// The labels in line order; their names are distinct.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = Label<'a>> + use<'a> {
        let block = self.block;
        self.spans.iter().map(move |span| span.label(block))
    }

    /// The value.
    pub fn value(&self) -> f64 {
        number::value(self.value).unwrap_or(f64::NAN)
    }

    /// Length of the value as written.
    pub fn value_bytes(&self) -> usize {
        self.value.len()
    }

    /// The timestamp as written: milliseconds in Prometheus text, seconds in OpenMetrics.
    pub fn timestamp(&self) -> Option<&'a [u8]> {
        self.timestamp
    }

    /// The exemplar as written, from its `{` on.
    pub fn exemplar(&self) -> Option<&'a [u8]> {
        self.exemplar
    }

    /// Length of the line with its end.
    pub fn line_bytes(&self) -> usize {
        self.line_bytes
    }
}

impl Span {
    fn label(self, block: &[u8]) -> Label<'_> {
        let [start, name_end, value_start, end] =
            [self.start, self.name_end, self.value_start, self.end].map(|at| at as usize);
        Label {
            text: &block[start..end],
            name: &block[start..name_end],
            value: &block[value_start..end - 1],
            same: self.same,
        }
    }

    /// The same label in a line in which it stands `by` bytes further on.
    pub(super) fn shifted(self, by: u32) -> Self {
        Self {
            start: self.start.wrapping_add(by),
            name_end: self.name_end.wrapping_add(by),
            value_start: self.value_start.wrapping_add(by),
            end: self.end.wrapping_add(by),
            same: true,
        }
    }
}

impl<'a> Label<'a> {
    /// The name, without quotes and escapes.
    pub fn name(&self) -> Cow<'a, [u8]> {
        match self.name {
            [b'"', name @ .., b'"'] => unescape(name),
            name => Cow::Borrowed(name),
        }
    }

    /// The value, escapes undone.
    pub fn value(&self) -> Cow<'a, [u8]> {
        unescape(self.value)
    }

    /// The value as written, without its quotes: part of the line that was read.
    pub fn value_text(&self) -> &'a [u8] {
        self.value
    }
}
