//! The label block of a sample line: from behind its `{` to its `}`.

use memchr::memchr;
use memchr::memchr3;

use super::escape::unescape;
use super::mismatch::mismatch;
use super::reject::Fault;
use super::reject::RejectKind;
use super::sample::Delta;
use super::sample::Span;

/// The label block of the sample before, to compare with.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    /// From behind its `{` to behind its `}`; empty where it had no braces.
    pub(super) block: &'a [u8],
}

/// What a label block came to.
pub(super) struct Block {
    /// Bytes up to behind the `}`.
    pub(super) length: usize,
    pub(super) delta: Delta,
    /// A name given as the first, quoted element, as a range of the block without its quotes.
    pub(super) name: Option<(usize, usize)>,
}

/// Reads the block at the start of `line` into `spans`.
///
/// `spans` holds the labels of `before` and is overwritten label by label, so that each one can be compared
/// with the one at the same index first: that comparison is cheaper than reading it again. `line` reaches
/// behind its newline, which nothing here reads across.
pub(super) fn read(
    line: &[u8],
    before: Option<Before<'_>>,
    spans: &mut Vec<Span>,
) -> Result<Block, Fault> {
    let Some(before) = before else {
        spans.clear();
        return Scan::new(line, &[], spans).run(0, 0);
    };
    let agree = mismatch(line, before.block);
    if agree == before.block.len() && agree > 0 {
        mark_same(spans);
        return Ok(Block {
            length: agree,
            delta: Delta::Same,
            name: None,
        });
    }
    let (kept, at) = unchanged_front(spans, agree);
    mark_same(&mut spans[..kept]);
    Scan::new(line, before.block, spans).run(kept, at)
}

fn mark_same(spans: &mut [Span]) {
    for span in spans {
        span.same = true;
    }
}

/// How many labels end before the first difference, and where the last of them ends.
///
/// The first and the last label are tried first: `le` stands in one of these places.
fn unchanged_front(spans: &[Span], agree: usize) -> (usize, usize) {
    let kept = match spans {
        [] => 0,
        [first, ..] if first.end as usize > agree => 0,
        [.., last] if last.end as usize <= agree => spans.len(),
        [front @ .., last] if last.start as usize <= agree => front.len(),
        _ => spans.partition_point(|span| span.end as usize <= agree),
    };
    (
        kept,
        kept.checked_sub(1)
            .map_or(0, |last| spans[last].end as usize),
    )
}

/// Reading one block, label by label.
struct Scan<'a, 'b> {
    line: &'a [u8],
    /// Block of the sample before; empty where there is none.
    before: &'b [u8],
    spans: &'b mut Vec<Span>,
    /// Labels of the sample before.
    before_count: usize,
    changed: usize,
    last_changed: usize,
    /// Some label name differs from the one at its index in the sample before.
    names_differ: bool,
    /// Bytes that were not in the sample before, for the UTF-8 check.
    fresh: (usize, usize),
    name: Option<(usize, usize)>,
}

impl<'a, 'b> Scan<'a, 'b> {
    fn new(line: &'a [u8], before: &'b [u8], spans: &'b mut Vec<Span>) -> Self {
        Self {
            line,
            before,
            before_count: spans.len(),
            spans,
            changed: 0,
            last_changed: 0,
            names_differ: false,
            fresh: (usize::MAX, 0),
            name: None,
        }
    }

    /// Goes on behind label `index - 1`, which ends at `at`.
    fn run(mut self, mut index: usize, mut at: usize) -> Result<Block, Fault> {
        while let Some(start) = self.next_label(index, at)? {
            let span = self.read_label(start)?;
            at = span.end as usize;
            let Some(span) = self.quoted_name_or_label(index, span)? else {
                continue;
            };
            let old = self.put(index, span);
            index += 1;
            if let Some(old) = old {
                let agree = mismatch(&self.line[at..], &self.before[old.end as usize..]);
                let behind = self.repeat(index, at, old, agree);
                if old.end as usize + agree == self.before.len() {
                    return self.finish(self.before_count, at + agree);
                }
                (index, at) = behind;
            }
        }
        at = self.behind_brace(at);
        self.spans.truncate(index);
        self.finish(index, at)
    }

    fn finish(&self, count: usize, length: usize) -> Result<Block, Fault> {
        let same_count = count == self.before_count;
        if self.names_differ || !same_count {
            ensure_distinct_names(self.line, self.spans)?;
        }
        let (from, to) = self.fresh;
        if from < to
            && !self.line[from..to].is_ascii()
            && let Err(error) = std::str::from_utf8(&self.line[from..to])
        {
            return Err(Fault::new(
                from + error.valid_up_to(),
                RejectKind::InvalidUtf8,
            ));
        }
        let delta = match self.changed {
            _ if !same_count || self.before.is_empty() || self.name.is_some() => Delta::Many,
            0 => Delta::Same,
            1 => Delta::One(self.last_changed),
            _ => Delta::Many,
        };
        Ok(Block {
            length,
            delta,
            name: self.name,
        })
    }

    /// Where the next label starts; `None` at the closing brace.
    fn next_label(&self, index: usize, at: usize) -> Result<Option<usize>, Fault> {
        let at = skip_blanks(self.line, at);
        let first = index == 0 && self.name.is_none();
        match self.line[at] {
            b'}' => Ok(None),
            b',' if !first => {
                let at = skip_blanks(self.line, at + 1);
                Ok((self.line[at] != b'}').then_some(at))
            }
            _ if first || self.is_label(at) => Ok(Some(at)),
            _ => Err(self.behind_value(at)),
        }
    }

    fn behind_brace(&self, at: usize) -> usize {
        let at = skip_blanks(self.line, at);
        if self.line[at] == b',' {
            return skip_blanks(self.line, at + 1) + 1;
        }
        at + 1
    }

    /// Whether a label name and `=` stand at `at`. Behind a label without a comma that is the next one, as
    /// for Prometheus.
    fn is_label(&self, at: usize) -> bool {
        let length = label_name_length(&self.line[at..]);
        length > 0 && self.line[skip_blanks(self.line, at + length)] == b'='
    }

    /// What to make of other text behind a closing quote: the rest of a value whose own quote was taken for
    /// the end.
    fn behind_value(&self, at: usize) -> Fault {
        let quote = self.line[..at]
            .iter()
            .rposition(|&byte| byte == b'"')
            .unwrap_or(at);
        Fault::new(quote, RejectKind::UnescapedLabel)
    }

    /// Takes over the labels from `index` on that lie within the next `agree` bytes, which are the same as
    /// those behind `old`, the label before `index` in the sample before. Comes back with the index and
    /// the place behind them.
    fn repeat(&mut self, index: usize, at: usize, old: Span, agree: usize) -> (usize, usize) {
        let by = (at as u32).wrapping_sub(old.end);
        let same_until = old.end as usize + agree;
        let rest = &mut self.spans[index..self.before_count];
        let mut behind = (index, at);
        for span in rest
            .iter_mut()
            .take_while(|span| span.end as usize <= same_until)
        {
            *span = span.shifted(by);
            behind = (behind.0 + 1, span.end as usize);
        }
        behind
    }

    /// Stores a label that was read anew; the one it replaces comes back.
    fn put(&mut self, index: usize, span: Span) -> Option<Span> {
        self.changed += 1;
        self.last_changed = index;
        self.fresh.0 = self.fresh.0.min(span.start as usize);
        self.fresh.1 = self.fresh.1.max(span.end as usize);
        if index >= self.before_count {
            self.spans.truncate(index);
            self.spans.push(span);
            return None;
        }
        let old = std::mem::replace(&mut self.spans[index], span);
        let old_name = &self.before[old.start as usize..old.name_end as usize];
        let new_name = &self.line[span.start as usize..span.name_end as usize];
        self.names_differ |= old_name != new_name;
        Some(old)
    }

    /// Reads `name="value"` at `start`. A quoted text that no `=` follows comes back with an empty value
    /// part: `value_start == end`.
    fn read_label(&self, start: usize) -> Result<Span, Fault> {
        let line = self.line;
        let quoted = line[start] == b'"';
        let name_end = if quoted {
            let length = quoted_length(&line[start + 1..])
                .ok_or(Fault::new(start, RejectKind::UnterminatedValue))?;
            start + length + 2
        } else {
            start + label_name_length(&line[start..])
        };
        if name_end == start || (quoted && name_end == start + 2) {
            return Err(Fault::new(start, RejectKind::LabelName));
        }
        let mut at = name_end;
        if line[at] != b'=' {
            at = skip_blanks(line, at);
            if quoted && matches!(line[at], b',' | b'}') {
                return Ok(span(start, name_end, name_end, name_end));
            }
            if line[at] != b'=' {
                return Err(Fault::new(at, no_equals(line[at])));
            }
        }
        at += 1;
        if line[at] != b'"' {
            at = skip_blanks(line, at);
            if line[at] != b'"' {
                return Err(Fault::new(at, RejectKind::UnquotedValue));
            }
        }
        let value_start = at + 1;
        let length = quoted_length(&line[value_start..])
            .ok_or(Fault::new(at, RejectKind::UnterminatedValue))?;
        Ok(span(start, name_end, value_start, value_start + length + 1))
    }

    /// Sorts out a quoted element without value: the metric name, once, in the first place.
    fn quoted_name_or_label(&mut self, index: usize, span: Span) -> Result<Option<Span>, Fault> {
        if span.value_start != span.end {
            return Ok(Some(span));
        }
        if index > 0 || self.name.is_some() {
            return Err(Fault::new(span.end as usize, RejectKind::MissingEquals));
        }
        let text = &self.line[span.start as usize..span.end as usize];
        if std::str::from_utf8(text).is_err() {
            return Err(Fault::new(span.start as usize, RejectKind::InvalidUtf8));
        }
        self.name = Some((span.start as usize + 1, span.end as usize - 1));
        Ok(None)
    }
}

/// A quote right behind a name is the end of a value that held a quote and a comma.
fn no_equals(found: u8) -> RejectKind {
    match found {
        b'"' => RejectKind::UnescapedLabel,
        _ => RejectKind::MissingEquals,
    }
}

fn span(start: usize, name_end: usize, value_start: usize, end: usize) -> Span {
    let [start, name_end, value_start, end] =
        [start, name_end, value_start, end].map(|at| at as u32);
    Span {
        start,
        name_end,
        value_start,
        end,
        same: false,
    }
}

/// Labels up to which names are compared one by one.
const FEW_LABELS: usize = 32;

/// Refuses a label name that stands twice.
fn ensure_distinct_names(line: &[u8], spans: &[Span]) -> Result<(), Fault> {
    let name = |span: &Span| {
        let text = &line[span.start as usize..span.name_end as usize];
        match text {
            [b'"', inner @ .., b'"'] => inner,
            text => text,
        }
    };
    let again = if spans.len() <= FEW_LABELS {
        repeated_among_few(spans, name)
    } else {
        let mut seen = foldhash::HashSet::default();
        spans.iter().find(|span| !seen.insert(unescape(name(span))))
    };
    again.map_or(Ok(()), |span| {
        Err(Fault::new(span.start as usize, RejectKind::DuplicateLabel))
    })
}

/// A bit for each name's length and ends tells most sets of names apart without comparing any two. A name
/// with a backslash may be spelled in several ways, so it is compared with all.
fn repeated_among_few<'l>(spans: &[Span], name: impl Fn(&Span) -> &'l [u8]) -> Option<&Span> {
    let mut seen = 0_u128;
    for (index, span) in spans.iter().enumerate() {
        let this = name(span);
        let ends = usize::from(this[0]) * 31 + usize::from(this[this.len() - 1]) * 7;
        let bit = 1_u128 << ((ends + this.len()) % 128);
        let escaped = this.contains(&b'\\');
        let equal = |other: &Span| {
            name(other) == this || (escaped && unescape(name(other)) == unescape(this))
        };
        if (escaped || seen & bit != 0) && spans[..index].iter().any(equal) {
            return Some(span);
        }
        seen |= bit;
    }
    None
}

/// Length of the text up to its closing quote; `None` where the line ends first.
pub(super) fn quoted_length(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr3(b'"', b'\\', b'\n', &text[at..])?;
        match text[at] {
            b'"' => return Some(at),
            b'\n' => return None,
            _ if matches!(text.get(at + 1), None | Some(b'\n')) => return None,
            _ => at += 2,
        }
    }
}

/// Length of the metric name that `text` begins with: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub(super) fn metric_name_length(text: &[u8]) -> usize {
    name_length(text, |byte| byte == b':')
}

/// Length of the label name that `text` begins with: `[a-zA-Z_][a-zA-Z0-9_]*`.
fn label_name_length(text: &[u8]) -> usize {
    name_length(text, |_| false)
}

fn name_length(text: &[u8], also: impl Fn(u8) -> bool) -> usize {
    if text.first().is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    text.iter()
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_' || also(byte))
        .count()
}

pub(super) fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while matches!(text[at], b' ' | b'\t') {
        at += 1;
    }
    at
}

/// Whether `text` is `{labels} value [timestamp]`, an exemplar behind its `#`.
///
/// `text` ends with a newline.
pub(super) fn is_exemplar(text: &[u8]) -> bool {
    if text[0] != b'{' {
        return false;
    }
    let Ok(block) = read(&text[1..], None, &mut Vec::new()) else {
        return false;
    };
    let rest = text[1 + block.length..].trim_ascii();
    let end = memchr(b' ', rest).unwrap_or(rest.len());
    let timestamp = rest[end..].trim_ascii();
    block.name.is_none()
        && super::number::value(&rest[..end]).is_some()
        && (timestamp.is_empty() || super::number::is_timestamp(timestamp))
}
