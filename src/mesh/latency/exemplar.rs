//! Exemplars: single observations that a bucket's line carries, mostly with the trace they belong to.

use std::cmp::Ordering;

use crate::exposition::Metadata;
use crate::exposition::Reader;
use crate::exposition::Reject;
use crate::exposition::Sample;
use crate::exposition::Visitor;

/// Exemplars that are kept of each bucket.
pub(super) const KEPT: usize = 5;

/// The longest that is read; OpenMetrics allows 128 characters of labels.
const LONGEST: usize = 2048;

/// Labels that hold the id of a trace, the usual one first.
const TRACE_LABELS: [&str; 5] = ["trace_id", "traceID", "traceId", "TraceID", "trace-id"];

/// One observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// Upper bound of the bucket whose line it stands on, in the unit of its family.
    pub upper: f64,
    /// The observation, in the unit of its family.
    pub value: f64,
    /// Its labels, by name.
    pub labels: Vec<(String, String)>,
    /// When, as written.
    pub timestamp: Option<String>,
    /// `Target::name` of where it was scraped.
    pub target: String,
}

impl Exemplar {
    /// The id of its trace.
    pub fn trace_id(&self) -> Option<&str> {
        let of = |name: &str| self.labels.iter().find(|(own, _)| own == name);
        let label = TRACE_LABELS.into_iter().find_map(of);
        label.map(|(_, value)| value.as_str())
    }

    /// The slowest first, and then some order that does not depend on who was read first.
    fn order(&self, other: &Self) -> Ordering {
        let key = |own: &Self| {
            (
                own.labels.clone(),
                own.target.clone(),
                own.timestamp.clone(),
            )
        };
        let by_bound = self.upper.total_cmp(&other.upper);
        by_bound
            .then_with(|| other.value.total_cmp(&self.value))
            .then_with(|| key(self).cmp(&key(other)))
    }
}

/// Puts exemplars in order, by bucket and the slowest first, and leaves a few of each bucket.
pub(super) fn thin(exemplars: &mut Vec<Exemplar>) {
    exemplars.sort_by(Exemplar::order);
    exemplars.dedup();
    let (mut upper, mut kept) = (f64::NAN, 0);
    exemplars.retain(|exemplar| {
        kept = if exemplar.upper.total_cmp(&upper).is_eq() {
            kept + 1
        } else {
            1
        };
        upper = exemplar.upper;
        kept <= KEPT
    });
}

/// Reads an exemplar, as it stands in a line from its `{` on; `None` of what is none.
pub(super) fn read(reader: &mut Reader, text: &[u8], upper: f64) -> Option<Exemplar> {
    if text.len() > LONGEST {
        return None;
    }
    // It is written as a sample is, without a name.
    let line = [b"x", text, b"\n"].concat();
    let mut one = One { upper, found: None };
    // Reading from memory does not fail.
    reader.read(&mut &line[..], &mut one).ok()?;
    one.found
}

struct One {
    upper: f64,
    found: Option<Exemplar>,
}

impl Visitor for One {
    fn sample(&mut self, sample: &Sample<'_>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let labels = sample.labels();
        let mut labels: Vec<_> = labels
            .map(|label| (text(&label.name()), text(&label.value())))
            .collect();
        labels.sort_unstable();
        self.found = Some(Exemplar {
            upper: self.upper,
            value: sample.value(),
            labels,
            timestamp: sample.timestamp().map(text),
            target: String::new(),
        });
    }

    fn metadata(&mut self, _: &Metadata<'_>) {}

    fn reject(&mut self, _: &Reject<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exemplar_is_read_with_its_trace() {
        let mut reader = Reader::new(LONGEST);
        let text = br#"{span_id="s",traceID="a\"b"} 0.67 1520879607.789"#;
        let exemplar = read(&mut reader, text, 1.0).unwrap();
        assert_eq!(exemplar.trace_id(), Some("a\"b"));
        assert!((exemplar.value - 0.67).abs() < f64::EPSILON);
        assert_eq!(exemplar.timestamp.as_deref(), Some("1520879607.789"));
        let bare = read(&mut reader, b"{} 3", 1.0).unwrap();
        assert_eq!((bare.trace_id(), bare.value), (None, 3.0));
        assert_eq!(read(&mut reader, b"{a=b} 3", 1.0), None);
        assert_eq!(read(&mut reader, &[b' '; LONGEST + 1], 1.0), None);
    }

    #[test]
    fn the_slowest_of_each_bucket_stay() {
        let exemplar = |upper: f64, value: f64| Exemplar {
            upper,
            value,
            labels: Vec::new(),
            timestamp: None,
            target: String::new(),
        };
        let mut all: Vec<_> = (0..20).map(|at| exemplar(1.0, f64::from(at))).collect();
        all.push(exemplar(0.5, 0.1));
        thin(&mut all);
        let values: Vec<f64> = all.iter().map(|exemplar| exemplar.value).collect();
        assert_eq!(values, [0.1, 19.0, 18.0, 17.0, 16.0, 15.0]);
    }
}
