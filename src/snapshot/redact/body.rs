//! One body, line by line: label values replaced, everything else byte for byte.

use std::collections::HashMap;
use std::io;
use std::io::BufRead;
use std::io::Write;
use std::sync::atomic::Ordering;

use memchr::memchr;

use super::Redactor;
use crate::exposition::Label;
use crate::exposition::Metadata;
use crate::exposition::Reader;
use crate::exposition::Reject;
use crate::exposition::Sample;
use crate::exposition::Visitor;

/// Distinct labels whose answers are kept; beyond that they are worked out again.
const KEPT_ANSWERS: usize = 1 << 18;

/// Why a body came to no good end.
#[derive(Debug)]
pub(in crate::snapshot) enum Halt {
    /// It could not be read.
    Read(io::Error),
    /// What was made of it could not be written.
    Write(io::Error),
}

/// Rewrites bodies, one after the other.
pub(in crate::snapshot) struct Rewriter<'r> {
    redactor: &'r Redactor,
    reader: Reader,
    max_line_bytes: usize,
    line: Vec<u8>,
    answers: Answers,
}

/// For each label as written, with the sample's name where that matters, the value in its place.
type Answers = HashMap<Vec<u8>, Option<Vec<u8>>, foldhash::fast::RandomState>;

impl<'r> Rewriter<'r> {
    pub(in crate::snapshot) fn new(redactor: &'r Redactor, max_line_bytes: usize) -> Self {
        Self {
            redactor,
            reader: Reader::new(max_line_bytes),
            max_line_bytes,
            line: Vec::new(),
            answers: Answers::default(),
        }
    }

    /// Writes what may be shown of `body` to `out`.
    pub(in crate::snapshot) fn rewrite(
        &mut self,
        body: &mut dyn BufRead,
        out: &mut impl Write,
    ) -> Result<(), Halt> {
        loop {
            self.line.clear();
            let fits = self.next_line(body).map_err(Halt::Read)?;
            if self.line.is_empty() {
                return Ok(());
            }
            let written = if fits {
                self.write_line(out)
            } else {
                self.refuse("line-too-long", out)
            };
            written.map_err(Halt::Write)?;
        }
    }

    /// Reads one line with its end; `false` where it is too long, and then only part of it is kept.
    fn next_line(&mut self, body: &mut dyn BufRead) -> io::Result<bool> {
        let mut fits = true;
        loop {
            let chunk = match body.fill_buf() {
                Ok([]) => return Ok(fits),
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let end = memchr(b'\n', chunk);
            let length = end.map_or(chunk.len(), |end| end + 1);
            // Two more for the line's end, which does not count.
            fits = fits && self.line.len() + length <= self.max_line_bytes + 2;
            if fits || self.line.is_empty() {
                let kept = length.min(self.max_line_bytes + 2);
                self.line.extend_from_slice(&chunk[..kept]);
            }
            body.consume(length);
            if end.is_some() {
                return Ok(fits);
            }
        }
    }

    fn refuse(&self, what: &str, out: &mut impl Write) -> io::Result<()> {
        self.redactor.refused_lines.fetch_add(1, Ordering::Relaxed);
        writeln!(out, "# redacted: a line that cannot be read ({what})")
    }

    fn write_line(&mut self, out: &mut impl Write) -> io::Result<()> {
        let whole = self.line.ends_with(b"\n");
        if !whole {
            self.line.push(b'\n');
        }
        let mut edit = Edit {
            redactor: self.redactor,
            answers: &mut self.answers,
            start: self.line.as_ptr().addr(),
            done: 0,
            line: &self.line,
            made: Vec::new(),
            kind: Line::Other,
        };
        // A slice is read without error, and a line of it is taken where it lies.
        let mut line = &self.line[..];
        self.reader.read(&mut line, &mut edit)?;
        let Edit {
            made, done, kind, ..
        } = edit;
        let length = self.line.len() - usize::from(!whole);
        match kind {
            Line::Sample => {
                out.write_all(&made)?;
                out.write_all(&self.line[done..length])
            }
            Line::Metadata => out.write_all(&self.line[..length]),
            Line::Refused(what) => self.refuse(what, out),
            Line::Other => {
                let text = self.line.trim_ascii();
                if text.is_empty() || text == b"# EOF" {
                    return out.write_all(&self.line[..length]);
                }
                self.redactor.comments.fetch_add(1, Ordering::Relaxed);
                out.write_all(b"# redacted: a comment\n")
            }
        }
    }
}

/// What a line turned out to be.
enum Line {
    Sample,
    Metadata,
    Refused(&'static str),
    /// Blank or a comment.
    Other,
}

/// Builds the new text of one line.
struct Edit<'e> {
    redactor: &'e Redactor,
    answers: &'e mut Answers,
    /// Address of the line, which tells where in it a part lies.
    start: usize,
    line: &'e [u8],
    /// The new text up to `done`.
    made: Vec<u8>,
    done: usize,
    kind: Line,
}

impl Edit<'_> {
    /// Puts `text` in the place of `old`, which lies in the line.
    fn replace(&mut self, old: &[u8], text: &[u8]) {
        let from = old.as_ptr().addr() - self.start;
        self.made.extend_from_slice(&self.line[self.done..from]);
        self.made.extend_from_slice(text);
        self.done = from + old.len();
    }

    /// The value to write for `label`; `None` where it stays.
    fn answer(&mut self, family: &str, label: &Label<'_>) -> Option<Vec<u8>> {
        let mut key = Vec::with_capacity(family.len() + 1 + label.text.len());
        key.extend_from_slice(family.as_bytes());
        key.push(b'{');
        key.extend_from_slice(label.text);
        if let Some(known) = self.answers.get(&key) {
            return known.clone();
        }
        let (name, value) = (label.name(), label.value());
        let (name, value) = (
            String::from_utf8_lossy(&name),
            String::from_utf8_lossy(&value),
        );
        let made = self.redactor.label(family, &name, &value);
        let answer = (made != value).then(|| escaped(&made));
        if self.answers.len() >= KEPT_ANSWERS {
            self.answers.clear();
        }
        self.answers.insert(key, answer.clone());
        answer
    }
}

impl Visitor for Edit<'_> {
    fn sample(&mut self, sample: &Sample<'_>) {
        self.kind = Line::Sample;
        let name = sample.name();
        let family = String::from_utf8_lossy(&name);
        for label in sample.labels() {
            if let Some(value) = self.answer(&family, &label) {
                self.replace(label.value_text(), &value);
            }
        }
        if let Some(exemplar) = sample.exemplar()
            && let Some(end) = exemplar.iter().rposition(|byte| *byte == b'}')
        {
            let labels = &exemplar[1..end];
            let hidden = self.redactor.text(
                &String::from_utf8_lossy(labels).replace(|c: char| !c.is_alphanumeric(), "-"),
            );
            if !labels.is_empty() {
                self.replace(labels, format!("redacted=\"{hidden}\"").as_bytes());
            }
        }
    }

    fn metadata(&mut self, _: &Metadata<'_>) {
        self.kind = Line::Metadata;
    }

    fn reject(&mut self, reject: &Reject<'_>) {
        self.kind = Line::Refused(reject.kind.as_str());
    }
}

/// As a label value is written.
fn escaped(value: &str) -> Vec<u8> {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
    value.replace('\n', "\\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::redact::Key;

    fn rewrite(body: &str) -> String {
        let redactor = Redactor::new(&Key::of(b"0123456789abcdef"));
        let mut out = Vec::new();
        let mut rewriter = Rewriter::new(&redactor, 60);
        rewriter.rewrite(&mut body.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_values_change_and_lines_stay_where_they_are() {
        let body = "# HELP x Of web.\n# TYPE x counter\nx{a=\"web\" , le = \"1\"}\t5 17\nx 1\r\n\n\
                    # a comment on web\nx{a=\"b\"c\"} 1\nx{a=\"\"} 1 # {id=\"web\"} 1\n# EOF\n\
                    x{a=\"w\\\\b\"} 2";
        let pseudonym = regex::Regex::new("x[a-z2-7]{12}").unwrap();
        let shown = "# HELP x Of web.\n# TYPE x counter\nx{a=\"NAME\" , le = \"1\"}\t5 17\nx 1\r\n\n\
                     # redacted: a comment\n# redacted: a line that cannot be read (unescaped-label)\n\
                     x{a=\"\"} 1 # {redacted=\"NAME\"} 1\n# EOF\nx{a=\"NAME\\\\NAME\"} 2";
        assert_eq!(pseudonym.replace_all(&rewrite(body), "NAME"), shown);
    }

    #[test]
    fn a_line_that_is_too_long_is_not_shown() {
        let long = format!("x{{a=\"{}\"}} 1\nx 1\n", "web".repeat(50));
        insta::assert_snapshot!(rewrite(&long), @r"
        # redacted: a line that cannot be read (line-too-long)
        x 1
        ");
    }
}
