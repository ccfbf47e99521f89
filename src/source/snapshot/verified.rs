//! A saved body that is held against its manifest while it is read, by whoever reads it.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read};

use sha2::Digest;
use sha2::Sha256;

use crate::source::manifest::SavedTarget;
use crate::source::snapshot::damaged;

/// Ends with an error where the body is not the one that was saved.
pub(super) struct Verified<B> {
    body: B,
    hasher: Sha256,
    /// Where the body lies, as shown.
    place: String,
    left: u64,
    expected: String,
    /// What the end came to, once it was reached.
    verdict: Option<Result<(), &'static str>>,
}

impl<B: BufRead> Verified<B> {
    pub(super) fn new(body: B, place: String, saved: &SavedTarget) -> Self {
        Self {
            body,
            hasher: Sha256::new(),
            place,
            left: saved.body_bytes,
            expected: saved.body_sha256.clone(),
            verdict: None,
        }
    }

    /// What is wrong with a body that has ended.
    fn judge(&mut self) -> Result<(), &'static str> {
        let verdict = self.verdict.get_or_insert_with(|| {
            if self.left > 0 {
                return Err("shorter than its manifest says: it was cut off");
            }
            let digest = std::mem::take(&mut self.hasher).finalize();
            let mut digits = String::with_capacity(64);
            for byte in digest {
                // Writing to a string cannot fail.
                let _ = write!(digits, "{byte:02x}");
            }
            if digits == self.expected {
                Ok(())
            } else {
                Err("not what its manifest says (SHA-256): it was changed or damaged")
            }
        });
        *verdict
    }
}

impl<B: BufRead> Read for Verified<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<B: BufRead> BufRead for Verified<B> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let available = self.body.fill_buf()?.len();
        let wrong = if available as u64 > self.left {
            Some("longer than its manifest says: it was changed")
        } else if available == 0 {
            self.judge().err()
        } else {
            None
        };
        match wrong {
            Some(what) => Err(damaged(&self.place, what)),
            None => self.body.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        // What was just shown is still there, so this neither waits nor fails.
        if let Ok(shown) = self.body.fill_buf() {
            self.hasher.update(&shown[..count.min(shown.len())]);
        }
        self.left = self.left.saturating_sub(count as u64);
        self.body.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::manifest::SavedTarget;

    const BODY: &[u8] = b"up 1\n";

    fn saved(bytes: u64) -> SavedTarget {
        let json = serde_json::json!({
            "path": "sweep-1/0001.prom", "name": "web", "origin": "web", "labels": {}, "headers": [],
            "body_bytes": bytes,
            "body_sha256": "7a9e08eda5cc2c7db19b3fe8b4e4ff0c9b6c92ec7ad1a7f5ab24a8f3cf2a7e7b",
        });
        serde_json::from_value(json).unwrap()
    }

    fn end(body: &'static [u8], saved: &SavedTarget) -> Result<Vec<u8>, String> {
        let mut read = Vec::new();
        let mut body = Verified::new(body, "a.tar.zst:sweep-1/0001.prom".to_owned(), saved);
        match body.read_to_end(&mut read) {
            Ok(_) => Ok(read),
            // Asked again it says the same again.
            Err(error) => {
                assert!(body.read(&mut [0; 1]).is_err());
                Err(error.to_string())
            }
        }
    }

    #[test]
    fn only_the_saved_body_comes_to_a_good_end() {
        let mut right = saved(5);
        right.body_sha256 = Sha256::digest(BODY)
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        assert_eq!(end(BODY, &right).unwrap(), BODY);
        let errors = [
            end(b"up 2\n", &right),
            end(b"up 1", &right),
            end(b"up 1\n\n", &right),
            end(BODY, &saved(5)),
        ]
        .map(Result::unwrap_err);
        insta::assert_snapshot!(errors.join("\n"), @r"
        the snapshot's body a.tar.zst:sweep-1/0001.prom: not what its manifest says (SHA-256): it was changed or damaged
        the snapshot's body a.tar.zst:sweep-1/0001.prom: shorter than its manifest says: it was cut off
        the snapshot's body a.tar.zst:sweep-1/0001.prom: longer than its manifest says: it was changed
        the snapshot's body a.tar.zst:sweep-1/0001.prom: not what its manifest says (SHA-256): it was changed or damaged
        ");
    }
}
