//! Applies what mends findings for certain to a text.

use super::Edit;
use super::Finding;

/// A text after its findings were mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The text; as it was where nothing could be mended.
    pub text: String,
    /// Which findings were mended, by their index, in the order given.
    pub mended: Vec<usize>,
    /// Which could not be, as their edits overlap with those of one before.
    pub refused: Vec<usize>,
}

/// Applies the edits of findings to the text of `file`. The edits of one finding are applied together or not at
/// all; all bytes around them stay.
pub fn apply(file: &str, text: &str, findings: &[Finding]) -> Applied {
    let mut chosen: Vec<&Edit> = Vec::new();
    let (mut mended, mut refused) = (Vec::new(), Vec::new());
    for (index, finding) in findings.iter().enumerate() {
        let mut own = finding.marks.fix.iter().filter(|edit| edit.file == file);
        let edits: Vec<&Edit> = own.by_ref().collect();
        if edits.is_empty() {
            continue;
        }
        let fits = |edit: &&Edit| {
            let is_inside = text.get(edit.start..edit.end).is_some();
            let clashes = |other: &&Edit| *other != *edit && overlap(other, edit);
            is_inside && !chosen.iter().any(clashes)
        };
        if edits.iter().all(fits) {
            // Two findings may ask for the same change.
            let new: Vec<&Edit> = edits
                .into_iter()
                .filter(|edit| !chosen.contains(edit))
                .collect();
            chosen.extend(new);
            mended.push(index);
        } else {
            refused.push(index);
        }
    }
    chosen.sort_by_key(|edit| (edit.start, edit.end));
    let mut changed = String::with_capacity(text.len() + 64);
    let mut copied = 0;
    for edit in chosen {
        changed.push_str(text.get(copied..edit.start).unwrap_or_default());
        changed.push_str(&edit.text);
        copied = edit.end;
    }
    changed.push_str(text.get(copied..).unwrap_or_default());
    Applied {
        text: changed,
        mended,
        refused,
    }
}

/// Whether two changes touch the same bytes; insertions at one place do.
fn overlap(left: &Edit, right: &Edit) -> bool {
    left.start == right.start || (left.start < right.end && right.start < left.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Severity;

    fn finding(edits: &[(usize, usize, &str)]) -> Finding {
        let finding = Finding::new("config/refused", Severity::High, "");
        edits.iter().fold(finding, |finding, (start, end, text)| {
            finding.fixed_by(Edit {
                file: "a.yaml".to_owned(),
                start: *start,
                end: *end,
                text: (*text).to_owned(),
            })
        })
    }

    #[test]
    fn edits_of_all_findings_are_applied_and_the_rest_stays() {
        let findings = [
            finding(&[(4, 5, "XY")]),
            finding(&[(0, 1, ""), (2, 2, "+")]),
        ];
        let applied = apply("a.yaml", "abcdefé", &findings);
        assert_eq!(applied.text, "b+cdXYfé");
        assert_eq!((applied.mended, applied.refused), (vec![0, 1], vec![]));
    }

    #[test]
    fn what_overlaps_is_left_and_told() {
        let findings = [
            finding(&[(1, 3, "x")]),
            finding(&[(0, 1, "y"), (2, 4, "z")]),
            finding(&[(1, 3, "x")]),
        ];
        let applied = apply("a.yaml", "abcdef", &findings);
        assert_eq!(applied.text, "axdef");
        assert_eq!((applied.mended, applied.refused), (vec![0, 2], vec![1]));
        assert_eq!(apply("b.yaml", "abcdef", &findings).text, "abcdef");
    }

    #[test]
    fn edits_outside_of_the_text_are_refused() {
        let applied = apply(
            "a.yaml",
            "é",
            &[finding(&[(1, 2, "")]), finding(&[(5, 9, "")])],
        );
        assert_eq!((applied.text.as_str(), applied.refused), ("é", vec![0, 1]));
    }
}
