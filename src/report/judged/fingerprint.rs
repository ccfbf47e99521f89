//! Names for findings that stay the same from run to run, so that others can tell new ones from old.
//!
//! A fingerprint is made of what a finding is about and the file it is in, not of its line, its numbers or what
//! the file holds: it survives moved lines and grown counts, and gives away nothing. Several that are alike in all of
//! that are counted.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::Digest;
use sha2::Sha256;

use super::Judged;
use super::place;
use crate::findings::Finding;
use crate::findings::Subject;

/// Bytes of a fingerprint: enough for no two of a run to meet by chance.
const BYTES: usize = 16;

/// The version of how they are made: in the hash, so that a change makes all of them new at once.
const VERSION: &str = "meshctl/1";

/// One for each finding, in their order; no two are equal. Hexadecimal.
pub(super) fn fingerprints<'a>(
    judged: &Judged<'a>,
    findings: impl Iterator<Item = &'a Finding>,
) -> Vec<String> {
    let mut met: HashMap<String, u64> = HashMap::new();
    findings
        .map(|finding| {
            let file = place::path(place::spot(judged, finding).file);
            let alike = met.entry(hashed(finding, &file, 0)).or_default();
            *alike += 1;
            hashed(finding, &file, *alike)
        })
        .collect()
}

/// `nth` counts those that are alike, from 1.
fn hashed(finding: &Finding, file: &str, nth: u64) -> String {
    let Subject {
        target,
        family,
        label,
        edge,
        part,
    } = &finding.subject;
    let nth = nth.to_string();
    let mut hash = Sha256::new();
    for text in [VERSION, finding.id, file, &nth] {
        feed(&mut hash, Some(text));
    }
    for text in [target, family, label, edge, part] {
        feed(&mut hash, text.as_deref());
    }
    let digest = hash.finalize();
    let mut hex = String::with_capacity(2 * BYTES);
    for byte in digest.iter().take(BYTES) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// With its length, so that no two lists of texts are the same bytes.
fn feed(hash: &mut Sha256, text: Option<&str>) {
    let length = text.map_or(u64::MAX, |text| text.len() as u64);
    hash.update(length.to_le_bytes());
    hash.update(text.unwrap_or_default());
}
