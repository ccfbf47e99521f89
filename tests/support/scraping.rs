//! A body as a simulation reads it: into a table, with the line that a scraper would refuse.

use std::fmt::Write;

use meshctl::census::Tally;
use meshctl::collector::receiver::Body;
use meshctl::exposition::Metadata;
use meshctl::exposition::Reader;
use meshctl::exposition::Reject;
use meshctl::exposition::RejectKind;
use meshctl::exposition::Sample;
use meshctl::exposition::Tolerated;
use meshctl::exposition::Visitor;
use meshctl::source::Target;
use sha2::Digest;
use sha2::Sha256;

struct Reading<'a> {
    tally: &'a mut Tally,
    samples: u64,
    refused: Option<(String, u64)>,
}

impl Reading<'_> {
    fn refuse(&mut self, line: u64, message: &str) {
        let samples = self.samples;
        self.refused
            .get_or_insert_with(|| (format!("line {line}: {message}"), samples));
    }
}

impl Visitor for Reading<'_> {
    fn sample(&mut self, sample: &Sample<'_>) {
        self.samples += 1;
        self.tally.sample(sample);
    }

    fn metadata(&mut self, metadata: &Metadata<'_>) {
        self.tally.metadata(metadata);
    }

    fn reject(&mut self, reject: &Reject<'_>) {
        // Prometheus text knows no `# UNIT`.
        let is_unit = reject.text.trim_ascii_start().starts_with(b"# UNIT");
        if !is_unit && reject.kind != RejectKind::LineTooLong {
            self.refuse(reject.line, reject.kind.message());
        }
    }

    fn tolerated(&mut self, line: u64, what: Tolerated) {
        // The lexer of Prometheus passes over blanks before a name.
        if what != Tolerated::Indented {
            self.refuse(line, what.message());
        }
    }
}

/// Hands `run` what was read of `bytes`; `None` is an answer that is no page at all.
pub(crate) fn scraped(
    tally: &mut Tally,
    name: &str,
    bytes: Option<&[u8]>,
    time_ns: u64,
    run: impl FnOnce(Body<'_>),
) {
    let mut reading = Reading {
        tally,
        samples: 0,
        refused: None,
    };
    let mut unread = bytes.unwrap_or_default();
    let lines = Reader::new(1 << 20)
        .read(&mut unread, &mut reading)
        .unwrap();
    let refused = match bytes {
        Some(_) => reading.refused.take(),
        None => Some(("server returned HTTP status 500".to_owned(), 0)),
    };
    let target = Target {
        name: name.to_owned(),
        ..Target::default()
    };
    let series = tally.fold_target(&target, lines);
    run(Body {
        table: tally.table(),
        bytes: lines.bytes,
        refused: refused
            .as_ref()
            .map(|(reason, samples)| (&**reason, *samples)),
        has_repeats: series < lines.samples,
        time_ns,
    });
    tally.drop_target();
}

/// SHA-256 over lines with a newline each, in their order.
pub(crate) fn hash<'a>(lines: impl IntoIterator<Item = &'a String>) -> String {
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    let bytes = hasher.finalize();
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
