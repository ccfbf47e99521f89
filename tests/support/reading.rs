//! What the reader tells of a body, kept, and what must hold of it whatever the bytes.

use std::io;
use std::io::BufRead;
use std::io::Read;

use meshctl::exposition::Delta;
use meshctl::exposition::Fact;
use meshctl::exposition::LineCounts;
use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::RejectKind;
use meshctl::exposition::Sample;
use meshctl::exposition::Visitor;

/// All that was told of one body, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) told: Vec<Told>,
    pub(crate) counts: LineCounts,
}

/// One call of the visitor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    Sample(SampleTold),
    Metadata {
        family: Vec<u8>,
        fact: String,
        line_bytes: usize,
    },
    Reject {
        line: u64,
        column: u64,
        kind: RejectKind,
        text: Vec<u8>,
    },
}

/// One sample.
#[derive(Debug, Clone)]
pub(crate) struct SampleTold {
    pub(crate) name: Vec<u8>,
    pub(crate) name_text: Vec<u8>,
    pub(crate) labels: Vec<LabelTold>,
    pub(crate) value: f64,
    pub(crate) timestamp: Option<Vec<u8>>,
    pub(crate) exemplar: Option<Vec<u8>>,
    pub(crate) line_bytes: usize,
    pub(crate) same_name: bool,
    pub(crate) delta: Delta,
}

/// One label.
#[derive(Debug, Clone)]
pub(crate) struct LabelTold {
    pub(crate) text: Vec<u8>,
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) same: bool,
}

/// Equal where the lines say the same. How a line compares with the one before is not part of that: it
/// may be unknown, and is whatever the reader had at hand.
impl PartialEq for SampleTold {
    fn eq(&self, other: &Self) -> bool {
        let plain = |sample: &Self| {
            (
                sample.name.clone(),
                sample.name_text.clone(),
                sample.labels.clone(),
                sample.value.to_bits(),
                sample.timestamp.clone(),
                sample.exemplar.clone(),
                sample.line_bytes,
            )
        };
        plain(self) == plain(other)
    }
}

impl PartialEq for LabelTold {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.name == other.name && self.value == other.value
    }
}

#[derive(Default)]
struct Recorder(Vec<Told>);

impl Visitor for Recorder {
    fn sample(&mut self, sample: &Sample<'_>) {
        let labels: Vec<LabelTold> = sample
            .labels()
            .map(|label| LabelTold {
                text: label.text.to_vec(),
                name: label.name().into_owned(),
                value: label.value().into_owned(),
                same: label.same,
            })
            .collect();
        assert_eq!(labels.len(), sample.label_count());
        self.0.push(Told::Sample(SampleTold {
            name: sample.name().into_owned(),
            name_text: sample.name_text().to_vec(),
            labels,
            value: sample.value(),
            timestamp: sample.timestamp().map(<[u8]>::to_vec),
            exemplar: sample.exemplar().map(<[u8]>::to_vec),
            line_bytes: sample.line_bytes(),
            same_name: sample.same_name(),
            delta: sample.delta(),
        }));
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) {
        let fact = match metadata.fact {
            Fact::Help(text) => format!("HELP {}", text.escape_ascii()),
            Fact::Unit(text) => format!("UNIT {}", text.escape_ascii()),
            Fact::Type(family_type) => format!("TYPE {}", family_type.as_str()),
        };
        self.0.push(Told::Metadata {
            family: metadata.family.to_vec(),
            fact,
            line_bytes: metadata.line_bytes,
        });
    }

    fn reject(&mut self, reject: &Reject<'_>) {
        self.0.push(Told::Reject {
            line: reject.line,
            column: reject.column,
            kind: reject.kind,
            text: reject.text.to_vec(),
        });
    }
}

/// Reads a body that comes in one piece.
pub(crate) fn read_with(reader: &mut Reader, mut body: &[u8]) -> Reading {
    let mut recorder = Recorder::default();
    let counts = reader.read(&mut body, &mut recorder).unwrap();
    Reading {
        told: recorder.0,
        counts,
    }
}

/// The same with a reader of its own.
pub(crate) fn read(body: &[u8], max_line_bytes: usize) -> Reading {
    read_with(&mut Reader::new(max_line_bytes), body)
}

/// Reads a body that comes in pieces of these sizes, over and over; a zero is an interruption.
pub(crate) fn read_in_pieces(body: &[u8], sizes: &[usize], max_line_bytes: usize) -> Reading {
    let mut sizes = sizes.iter().copied().cycle();
    let mut pieces = Pieces {
        rest: body,
        size: sizes.next().unwrap(),
        sizes,
    };
    let mut recorder = Recorder::default();
    let counts = Reader::new(max_line_bytes)
        .read(&mut pieces, &mut recorder)
        .unwrap();
    Reading {
        told: recorder.0,
        counts,
    }
}

struct Pieces<'a, S> {
    rest: &'a [u8],
    /// Of the piece at hand.
    size: usize,
    sizes: S,
}

impl<S: Iterator<Item = usize>> BufRead for Pieces<'_, S> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.size == 0 {
            self.size = self.sizes.next().unwrap();
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(&self.rest[..self.size.min(self.rest.len())])
    }

    fn consume(&mut self, taken: usize) {
        assert!(taken <= self.size);
        self.rest = &self.rest[taken..];
        self.size -= taken;
        if self.size == 0 {
            self.size = self.sizes.next().unwrap();
        }
    }
}

impl<S: Iterator<Item = usize>> Read for Pieces<'_, S> {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        unimplemented!("the reader takes buffers as they are")
    }
}

/// Each line is exactly one of the five kinds, and each call of the visitor is one line's.
pub(crate) fn ensure_every_line_counts(body: &[u8], reading: &Reading) {
    let counts = reading.counts;
    let LineCounts {
        blank,
        comments,
        metadata,
        samples,
        rejects,
        bytes,
    } = counts;
    let lines = body.split_inclusive(|&byte| byte == b'\n').count();
    assert_eq!(
        samples + rejects + comments + metadata + blank,
        lines as u64
    );
    assert_eq!(bytes, body.len() as u64);
    let told = |of: fn(&Told) -> bool| reading.told.iter().filter(|told| of(told)).count() as u64;
    assert_eq!(told(|told| matches!(told, Told::Sample(_))), samples);
    assert_eq!(told(|told| matches!(told, Told::Metadata { .. })), metadata);
    assert_eq!(told(|told| matches!(told, Told::Reject { .. })), rejects);
}

/// Rejects come in order, and each points into its own line or right behind it.
pub(crate) fn ensure_rejects_point_into_their_lines(body: &[u8], reading: &Reading) {
    let lines: Vec<&[u8]> = body.split_inclusive(|&byte| byte == b'\n').collect();
    let mut before = 0;
    for told in &reading.told {
        let Told::Reject {
            line,
            column,
            kind,
            text,
        } = told
        else {
            continue;
        };
        assert!(*line > before, "line {line} after line {before}");
        before = *line;
        let whole = lines[*line as usize - 1];
        assert!(whole.starts_with(text), "{told:?}");
        assert!(*column >= 1, "{told:?}");
        if *kind != RejectKind::LineTooLong {
            assert!(without_end(whole) == text, "{told:?}");
            assert!(*column as usize <= text.len() + 1, "{told:?}");
        }
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What a sample says of the one before it is true.
pub(crate) fn ensure_comparisons_are_true(reading: &Reading) {
    let mut before: Option<&SampleTold> = None;
    for told in &reading.told {
        let Told::Sample(sample) = told else { continue };
        ensure_comparison_is_true(sample, before);
        before = Some(sample);
    }
}

fn ensure_comparison_is_true(sample: &SampleTold, before: Option<&SampleTold>) {
    let text_before = |at: usize| Some(&before?.labels.get(at)?.text);
    if sample.same_name {
        assert_eq!(
            Some(&sample.name_text),
            before.map(|before| &before.name_text)
        );
    }
    for (at, label) in sample.labels.iter().enumerate() {
        assert!(
            !label.same || text_before(at) == Some(&label.text),
            "label {at} of {sample:?} after {before:?}"
        );
    }
    let different = match sample.delta {
        Delta::Many => return,
        Delta::Same => None,
        Delta::One(at) => Some(at),
    };
    assert_eq!(
        Some(sample.labels.len()),
        before.map(|before| before.labels.len())
    );
    for (at, label) in sample.labels.iter().enumerate() {
        assert_eq!(
            label.same,
            Some(at) != different,
            "label {at} of {sample:?}"
        );
    }
}

/// Every line, read alone, says what it says among the others.
pub(crate) fn ensure_lines_stand_alone(
    body: &[u8],
    reading: &Reading,
    mut read_line: impl FnMut(&[u8]) -> Reading,
) {
    let mut alone = Vec::new();
    for (index, text) in body.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let told = read_line(text).told;
        assert!(told.len() <= 1, "{told:?}");
        if let Some(
            Told::Sample(SampleTold { line_bytes, .. }) | Told::Metadata { line_bytes, .. },
        ) = told.first()
        {
            assert_eq!(*line_bytes, text.len());
        }
        alone.extend(told.into_iter().map(|told| at_line(told, index as u64 + 1)));
    }
    for (alone, together) in alone.iter().zip(&reading.told) {
        assert_eq!(alone, together);
    }
    assert_eq!(alone.len(), reading.told.len());
}

fn at_line(told: Told, at: u64) -> Told {
    match told {
        Told::Reject {
            column, kind, text, ..
        } => Told::Reject {
            line: at,
            column,
            kind,
            text,
        },
        told => told,
    }
}
