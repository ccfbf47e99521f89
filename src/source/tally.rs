//! Notices when a joined dump holds fewer bodies than its headers say.

use crate::source::header::Header;

/// Compares how many bodies come with how many the headers say. Dumps that were put one behind the
/// other are counted each for itself.
#[derive(Default)]
pub(super) struct Tally {
    of: u64,
    last: u64,
    seen: u64,
}

/// What a dump that ended too early comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// How many bodies its headers speak of.
    pub(super) of: u64,
    /// How many came.
    pub(super) seen: u64,
}

impl Tally {
    /// Counts one more header; returns what the dump before it lacks, if this one begins another.
    pub(super) fn count(&mut self, header: &Header) -> Option<Missing> {
        let begins_another = header.of != self.of || header.index <= self.last;
        let missing = if begins_another { self.close() } else { None };
        self.of = header.of;
        self.last = header.index;
        self.seen += 1;
        missing
    }

    /// Ends the count; returns what the dump lacks, if anything.
    pub(super) fn close(&mut self) -> Option<Missing> {
        let Self { of, last: _, seen } = std::mem::take(self);
        (seen < of).then_some(Missing { of, seen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is missing after each header and at the end.
    fn count(headers: &[(u64, u64)]) -> Vec<Missing> {
        let mut tally = Tally::default();
        let mut missing = Vec::new();
        for (index, of) in headers {
            let header = Header {
                pod: "web-1".to_owned(),
                container: None,
                index: *index,
                of: *of,
                length: 0,
            };
            missing.extend(tally.count(&header));
        }
        missing.extend(tally.close());
        missing
    }

    #[test]
    fn a_whole_dump_lacks_nothing_and_neither_do_two() {
        assert_eq!(count(&[(1, 2), (2, 2)]), []);
        assert_eq!(count(&[(1, 2), (2, 2), (1, 2), (2, 2), (1, 1)]), []);
        assert_eq!(count(&[]), []);
    }

    #[test]
    fn each_dump_is_counted_for_itself() {
        let missing = |of, seen| Missing { of, seen };
        assert_eq!(count(&[(1, 3), (3, 3)]), [missing(3, 2)]);
        assert_eq!(count(&[(1, 3), (1, 3)]), [missing(3, 1), missing(3, 1)]);
        assert_eq!(count(&[(2, 3), (3, 4)]), [missing(3, 1), missing(4, 1)]);
    }
}
