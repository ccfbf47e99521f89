//! From a stream of bytes to lines, and from each line to what it is.

use std::io;
use std::io::BufRead;
use std::io::ErrorKind;
use std::ops::Range;

use memchr::memchr;
use memchr::memrchr;

use super::Visitor;
use super::labels;
use super::labels::Before;
use super::labels::skip_blanks;
use super::metadata;
use super::metadata::Fact;
use super::number;
use super::reject::Fault;
use super::reject::Reject;
use super::reject::RejectKind;
use super::sample::Delta;
use super::sample::Sample;
use super::sample::Span;
use super::tolerated::Tolerated;

/// How much of a line that is too long a reject shows.
const LONG_LINE_EXCERPT: usize = 256;

/// How the lines of one body were taken. Their sum is the number of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// Lines without a character, or with blanks alone.
    pub blank: u64,
    /// Comments that declare nothing, `# EOF` among them.
    pub comments: u64,
    /// `# HELP`, `# TYPE` and `# UNIT` lines.
    pub metadata: u64,
    /// Samples.
    pub samples: u64,
    /// Refused lines, malformed metadata lines among them.
    pub rejects: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// Reads bodies, one after the other, with the same buffers.
///
/// Lines are read where the body's own buffer holds them; only one that is cut by the end of that buffer is
/// copied. Memory is the longest line.
#[derive(Debug)]
pub struct Reader {
    /// The beginning of a line whose end has not come yet.
    carried: Vec<u8>,
    max_line_bytes: usize,
    spans: Vec<Span>,
}

impl Reader {
    /// A reader that refuses lines longer than `max_line_bytes`, their end not counted.
    pub fn new(max_line_bytes: usize) -> Self {
        Self {
            carried: Vec::new(),
            // Positions within a line are kept in 32 bits.
            max_line_bytes: max_line_bytes.clamp(1, u32::MAX as usize / 2),
            spans: Vec::new(),
        }
    }

    /// Reads `body` to its end, in O(bytes).
    ///
    /// # Errors
    /// Whatever `body` fails with; what came before has been handed to `visitor`.
    pub fn read(
        &mut self,
        body: &mut dyn BufRead,
        visitor: &mut impl Visitor,
    ) -> io::Result<LineCounts> {
        let Self {
            carried,
            max_line_bytes,
            spans,
        } = self;
        carried.clear();
        let mut lines = Lines {
            counts: LineCounts::default(),
            line: 0,
            spans,
            max_line_bytes: *max_line_bytes,
            unterminated: false,
        };
        let mut too_long = false;
        loop {
            let chunk = match body.fill_buf() {
                Ok([]) => break,
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let length = chunk.len();
            lines.counts.bytes += length as u64;
            let whole = lines.chunk(chunk, carried, &mut too_long, visitor);
            if !too_long {
                carried.extend_from_slice(&chunk[whole..]);
            }
            // A `\r` may turn out to belong to the line's end, which does not count.
            let end = usize::from(carried.ends_with(b"\r"));
            if carried.len() - end > *max_line_bytes {
                lines.line += 1;
                lines.reject_too_long(carried, visitor);
                carried.clear();
                too_long = true;
            }
            body.consume(length);
        }
        if !carried.is_empty() {
            carried.push(b'\n');
            lines.unterminated = true;
            lines.region(carried, visitor);
        }
        Ok(lines.counts)
    }
}

/// The sample line before, within the same region.
struct Memo {
    name: Range<usize>,
    block: Range<usize>,
}

struct Lines<'s> {
    counts: LineCounts,
    /// Lines begun so far.
    line: u64,
    /// Labels of the sample that [`Memo`] speaks of.
    spans: &'s mut Vec<Span>,
    max_line_bytes: usize,
    /// The newline of the one line that is left was added here: the body ended without one.
    unterminated: bool,
}

/// What a sample line holds behind its labels.
struct Tail {
    value: Range<usize>,
    timestamp: Option<Range<usize>>,
    exemplar: Option<Range<usize>>,
    /// Length of the line with its end.
    length: usize,
}

impl Lines<'_> {
    /// Takes the lines that end in `chunk`, the first of which began with `carried`, or was too long and
    /// has been refused already. Comes back with where the line begins that does not end here.
    fn chunk(
        &mut self,
        chunk: &[u8],
        carried: &mut Vec<u8>,
        too_long: &mut bool,
        visitor: &mut impl Visitor,
    ) -> usize {
        let mut start = 0;
        if *too_long || !carried.is_empty() {
            let Some(end) = memchr(b'\n', chunk) else {
                return 0;
            };
            start = end + 1;
            if !*too_long {
                carried.extend_from_slice(&chunk[..start]);
                self.region(carried, visitor);
            }
            *too_long = false;
            carried.clear();
        }
        let end = memrchr(b'\n', &chunk[start..]).map_or(start, |at| start + at + 1);
        self.region(&chunk[start..end], visitor);
        end
    }

    /// Takes whole lines. The last byte is a newline, so reading a line needs no bounds of its own.
    fn region(&mut self, region: &[u8], visitor: &mut impl Visitor) {
        let mut memo = None;
        let mut start = 0;
        while start < region.len() {
            self.line += 1;
            let length = match region[start] {
                b'#' | b'\n' | b'\r' | b' ' | b'\t' => {
                    self.other(&region[start..], visitor, start, region, &mut memo)
                }
                _ => self.sample_or_reject(region, start, 0, &mut memo, visitor),
            };
            start += length;
        }
    }

    /// A line that does not begin like a sample: blank, comment, metadata, or a sample behind blanks.
    fn other(
        &mut self,
        rest: &[u8],
        visitor: &mut impl Visitor,
        start: usize,
        region: &[u8],
        memo: &mut Option<Memo>,
    ) -> usize {
        let length = line_length(rest);
        let line = without_end(&rest[..length]);
        if line.len() > self.max_line_bytes {
            self.reject_too_long(line, visitor);
            return length;
        }
        let indent = skip_blanks(rest, 0);
        match line.get(indent) {
            None => {
                self.counts.blank += 1;
                self.note_carriage_return(&rest[..length], visitor);
            }
            Some(b'#') => self.comment(line, length, indent, visitor),
            Some(_) => {
                let read = self.sample_or_reject(region, start + indent, indent, memo, visitor);
                debug_assert_eq!(indent + read, length);
            }
        }
        length
    }

    fn comment(&mut self, line: &[u8], length: usize, indent: usize, visitor: &mut impl Visitor) {
        match metadata::parse(&line[indent..], length - usize::from(self.unterminated)) {
            Ok(None) => self.counts.comments += 1,
            Ok(Some(metadata)) => {
                self.counts.metadata += 1;
                visitor.metadata(&metadata);
                if matches!(metadata.fact, Fact::Type(_)) {
                    let carriage_return = line.len() + 1 < length;
                    if let Some(what) = metadata::tolerated_type(&line[indent..], carriage_return) {
                        visitor.tolerated(self.line, what);
                    }
                }
            }
            Err(fault) => self.reject(line, fault, indent, visitor),
        }
    }

    /// Reads the sample at `start`, `indent` bytes into its line; comes back with the length of the line
    /// from there.
    fn sample_or_reject(
        &mut self,
        region: &[u8],
        start: usize,
        indent: usize,
        memo: &mut Option<Memo>,
        visitor: &mut impl Visitor,
    ) -> usize {
        match self.sample(region, start, indent, memo, visitor) {
            Ok(length) => {
                self.counts.samples += 1;
                length
            }
            Err(fault) => {
                // The labels of the sample before may be overwritten in part.
                *memo = None;
                let length = line_length(&region[start..]);
                let line = without_end(&region[start - indent..start + length]);
                if line.len() > self.max_line_bytes {
                    self.reject_too_long(line, visitor);
                } else {
                    self.reject(line, fault, indent, visitor);
                }
                length
            }
        }
    }

    /// Tells what a scraper refuses of a sample line that was taken.
    fn note_tolerated(&self, line: &[u8], indent: usize, tail: &Tail, visitor: &mut impl Visitor) {
        self.note_carriage_return(line, visitor);
        if indent > 0 {
            visitor.tolerated(self.line, Tolerated::Indented);
        }
        if tail.exemplar.is_some() {
            visitor.tolerated(self.line, Tolerated::Exemplar);
        }
        if let Some(timestamp) = &tail.timestamp
            && !number::is_whole(&line[timestamp.clone()])
        {
            visitor.tolerated(self.line, Tolerated::FractionalTimestamp);
        }
    }

    fn note_carriage_return(&self, line: &[u8], visitor: &mut impl Visitor) {
        if line.len() > 1 && line[line.len() - 2] == b'\r' {
            visitor.tolerated(self.line, Tolerated::CarriageReturn);
        }
    }

    fn reject(&mut self, line: &[u8], fault: Fault, indent: usize, visitor: &mut impl Visitor) {
        self.counts.rejects += 1;
        visitor.reject(&Reject {
            line: self.line,
            column: (indent + fault.at) as u64 + 1,
            kind: fault.kind,
            text: line,
        });
    }

    /// Takes any beginning of the line that is over the limit: what is shown of it is in all of them, so
    /// that it does not depend on how the body came in.
    fn reject_too_long(&mut self, line: &[u8], visitor: &mut impl Visitor) {
        let fault = Fault::new(self.max_line_bytes, RejectKind::LineTooLong);
        let shown = LONG_LINE_EXCERPT.min(self.max_line_bytes);
        self.reject(&line[..shown], fault, 0, visitor);
    }

    fn sample(
        &mut self,
        region: &[u8],
        start: usize,
        indent: usize,
        memo: &mut Option<Memo>,
        visitor: &mut impl Visitor,
    ) -> Result<usize, Fault> {
        let line = &region[start..];
        let before_name = memo.as_ref().map(|memo| &region[memo.name.clone()]);
        let (name_length, mut same_name) = sample_name(line, before_name);
        let mut name = 0..name_length;
        let mut at = name_length;
        if matches!(line[at], b' ' | b'\t') {
            at = skip_blanks(line, at);
        }
        let (block, delta) = if line[at] == b'{' {
            let block_start = at + 1;
            let before = memo.as_ref().map(|memo| Before {
                block: &region[memo.block.clone()],
            });
            let read = labels::read(&line[block_start..], before, self.spans)
                .map_err(|fault| Fault::new(block_start + fault.at, fault.kind))?;
            at = block_start + read.length;
            if let Some((from, to)) = read.name {
                if name_length > 0 {
                    return Err(Fault::new(block_start + to + 1, RejectKind::MissingEquals));
                }
                (name, same_name) = (block_start + from..block_start + to, false);
                *memo = None;
            } else if name_length == 0 {
                return Err(Fault::new(0, RejectKind::MissingName));
            }
            (block_start..at, read.delta)
        } else if name_length == 0 {
            return Err(Fault::new(0, RejectKind::MetricName));
        } else {
            let delta = if memo.is_some() && self.spans.is_empty() {
                Delta::Same
            } else {
                Delta::Many
            };
            self.spans.clear();
            (at..at, delta)
        };
        let tail = tail(line, at)?;
        // Lines that never fit into the buffer are caught while it fills; this catches the others.
        if tail.length > self.max_line_bytes
            && without_end(&line[..tail.length]).len() > self.max_line_bytes
        {
            return Err(Fault::new(self.max_line_bytes, RejectKind::LineTooLong));
        }
        // First: a scraper that refuses the line does not count its sample.
        self.note_tolerated(&line[..tail.length], indent, &tail, visitor);
        visitor.sample(&Sample {
            name: &line[name.clone()],
            block: &line[block.clone()],
            spans: self.spans,
            value: &line[tail.value.clone()],
            timestamp: tail.timestamp.clone().map(|range| &line[range]),
            exemplar: tail.exemplar.clone().map(|range| &line[range]),
            line_bytes: indent + tail.length - usize::from(self.unterminated),
            same_name,
            delta,
        });
        let in_braces = name.start > 0;
        *memo = (!in_braces).then(|| Memo {
            name: start + name.start..start + name.end,
            block: start + block.start..start + block.end,
        });
        Ok(tail.length)
    }
}

/// Length of the name at the start of `line`, and whether it is the one of the sample before.
fn sample_name(line: &[u8], before: Option<&[u8]>) -> (usize, bool) {
    if let Some(before) = before
        && line.starts_with(before)
        && matches!(line[before.len()], b'{' | b' ')
    {
        return (before.len(), true);
    }
    (labels::metric_name_length(line), false)
}

/// Reads value, timestamp and exemplar from `at` to the line's end.
fn tail(line: &[u8], at: usize) -> Result<Tail, Fault> {
    let value_start = skip_blanks(line, at);
    let mut end = value_start;
    while line[end].is_ascii_digit() {
        end += 1;
    }
    if end > value_start && line[end] == b'\n' {
        return Ok(Tail {
            value: value_start..end,
            timestamp: None,
            exemplar: None,
            length: end + 1,
        });
    }
    end = token_end(line, end);
    let value = value_start..end;
    if number::value(&line[value.clone()]).is_none() {
        return Err(Fault::new(value_start, bad_value(&line[value])));
    }
    let mut at = skip_blanks(line, end);
    let mut timestamp = None;
    if !at_end(line, at) && line[at] != b'#' {
        let range = at..token_end(line, at);
        if !number::is_timestamp(&line[range.clone()]) {
            return Err(Fault::new(at, RejectKind::BadTimestamp));
        }
        at = skip_blanks(line, range.end);
        timestamp = Some(range);
    }
    let mut exemplar = None;
    if !at_end(line, at) {
        let from = at;
        let whole = at + line_length(&line[at..]);
        let start = skip_blanks(line, at + usize::from(line[at] == b'#'));
        if start == at || !labels::is_exemplar(&line[start..whole]) {
            return Err(Fault::new(from, RejectKind::BadExemplar));
        }
        at = start + without_end(&line[start..whole]).len();
        exemplar = Some(start..at);
    }
    Ok(Tail {
        value,
        timestamp,
        exemplar,
        length: at + line_length(&line[at..]),
    })
}

/// What is wrong with a text that is no value. A quote in it is the rest of a label value whose own quote
/// and brace were taken for the end of the labels.
fn bad_value(text: &[u8]) -> RejectKind {
    match text {
        [] => RejectKind::MissingValue,
        text if text.contains(&b'"') => RejectKind::UnescapedLabel,
        _ => RejectKind::BadValue,
    }
}

fn token_end(line: &[u8], from: usize) -> usize {
    let mut at = from;
    while !matches!(line[at], b' ' | b'\t' | b'\n') && !at_end(line, at) {
        at += 1;
    }
    at
}

/// At `\n` or `\r\n`.
fn at_end(line: &[u8], at: usize) -> bool {
    line[at] == b'\n' || (line[at] == b'\r' && line[at + 1] == b'\n')
}

/// Length of the first line with its end.
fn line_length(text: &[u8]) -> usize {
    memchr(b'\n', text).map_or(text.len(), |at| at + 1)
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
