//! Which target of the newer reading is which of the older one.
//!
//! The same name is the same target. Saved files that tell no pod are named by their path, and that is another one
//! for another reading: they are matched by the end of it, as far as it is the only one on either side. Where either
//! side has but one target, and not both are pods by name, the two are compared whatever they are called. The answer
//! for two sides in the other order is the mirror of this.

use std::collections::BTreeMap;

/// Parts of a path that are compared at most; further in front nobody tells files apart.
const DEEPEST: usize = 16;

/// Names of one side, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named<'a> {
    /// `Target::name`.
    pub name: &'a str,
    /// `Target::origin`; of one of its bodies, where there are several.
    pub origin: &'a str,
}

impl Named<'_> {
    /// It is called by where it was read from: nothing tells a pod.
    fn is_unnamed(&self) -> bool {
        self.name == self.origin
    }

    /// A file, or a member of an archive, that tells no pod.
    pub(super) fn is_file(&self) -> bool {
        self.is_unnamed() && !self.name.contains("://")
    }

    /// The last `parts` of its path, without how it is packed; `None` where there are not so many.
    fn tail(&self, parts: usize) -> Option<&str> {
        let path = self.name;
        let path = [".gz", ".zst"]
            .iter()
            .find_map(|ending| path.strip_suffix(ending))
            .unwrap_or(path);
        let mut at = path.len();
        for _ in 0..parts {
            at = path[..at]
                .rfind(['/', '\\', ':'])
                .or(Some(0).filter(|_| at > 0))?;
            if at == 0 {
                break;
            }
        }
        let tail = path[at..].trim_start_matches(['/', '\\', ':']);
        (tail.split(['/', '\\', ':']).count() == parts).then_some(tail)
    }
}

/// By what two targets were found to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchedBy {
    /// Both have the same name.
    Name,
    /// The paths of both files end alike, and no others do.
    File,
    /// There is but one on either side.
    Only,
}

impl MatchedBy {
    /// Stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::File => "file",
            Self::Only => "only",
        }
    }
}

/// Places of two targets in their lists, and by what they were found to be one.
pub type Pair = (usize, usize, MatchedBy);

/// Finds the targets that are on both sides, by their place in the older list.
pub fn pair(older: &[Named<'_>], newer: &[Named<'_>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut taken = [vec![false; older.len()], vec![false; newer.len()]];
    let by_name: BTreeMap<&str, usize> = newer
        .iter()
        .enumerate()
        .map(|(at, named)| (named.name, at))
        .collect();
    for (at, named) in older.iter().enumerate() {
        if let Some(&other) = by_name.get(named.name) {
            pairs.push((at, other, MatchedBy::Name));
            taken[0][at] = true;
            taken[1][other] = true;
        }
    }
    if let ([old], [new], true) = (older, newer, pairs.is_empty()) {
        if old.is_unnamed() || new.is_unnamed() {
            pairs.push((0, 0, MatchedBy::Only));
        }
        return pairs;
    }
    for parts in (1..=DEEPEST).rev() {
        let mut tails: BTreeMap<&str, [Vec<usize>; 2]> = BTreeMap::new();
        for (side, all) in [older, newer].into_iter().enumerate() {
            for (at, named) in all.iter().enumerate() {
                if !taken[side][at]
                    && named.is_file()
                    && let Some(tail) = named.tail(parts)
                {
                    tails.entry(tail).or_default()[side].push(at);
                }
            }
        }
        for alike in tails.into_values() {
            if let [[old], [new]] = alike.each_ref().map(Vec::as_slice) {
                pairs.push((*old, *new, MatchedBy::File));
                taken[0][*old] = true;
                taken[1][*new] = true;
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(older: &[&'static str], newer: &[&'static str]) -> Vec<(usize, usize, &'static str)> {
        let files = |names: &[&'static str]| -> Vec<Named<'static>> {
            let named = names.iter().map(|name| match name.strip_prefix("pod ") {
                Some(name) => Named { name, origin: "" },
                None => Named { name, origin: name },
            });
            named.collect()
        };
        let pairs = pair(&files(older), &files(newer));
        let mirrored = pair(&files(newer), &files(older));
        let mut mirrored: Vec<_> = mirrored.into_iter().map(|(a, b, by)| (b, a, by)).collect();
        mirrored.sort_unstable();
        assert_eq!(pairs, mirrored);
        let named = pairs.into_iter().map(|(a, b, by)| (a, b, by.as_str()));
        named.collect()
    }

    #[test]
    fn the_same_name_is_the_same_target() {
        let pairs = paired(&["pod a/x", "pod a/y"], &["pod a/y", "pod a/z"]);
        assert_eq!(pairs, [(1, 0, "name")]);
    }

    #[test]
    fn files_are_matched_by_as_much_of_their_path_as_is_alike() {
        let older = ["old/a/web.prom", "old/b/web.prom", "old/b/db.prom"];
        let newer = [
            "x/new/b/web.prom.gz",
            "x/new/a/web.prom.gz",
            "new.tar:c/db.prom",
        ];
        assert_eq!(
            paired(&older, &newer),
            [(0, 1, "file"), (1, 0, "file"), (2, 2, "file")]
        );
    }

    #[test]
    fn files_of_one_name_in_several_places_are_not_guessed() {
        assert_eq!(
            paired(&["a/web.prom", "b/web.prom"], &["c/web.prom", "d/x.prom"]),
            []
        );
    }

    #[test]
    fn one_file_is_held_against_one_file_and_a_pod_only_against_itself() {
        assert_eq!(paired(&["t0.prom"], &["t1.prom"]), [(0, 0, "only")]);
        assert_eq!(paired(&["pod a/x"], &["t1.prom"]), [(0, 0, "only")]);
        assert_eq!(paired(&["pod a/x"], &["pod a/y"]), []);
        assert_eq!(paired(&["t0.prom"], &["t1.prom", "t2.prom"]), []);
        assert_eq!(paired(&[], &["t1.prom"]), []);
    }

    #[test]
    fn addresses_that_differ_are_other_targets() {
        let older = [
            "http://10.0.0.1:4191/metrics",
            "http://10.0.0.2:4191/metrics",
        ];
        let newer = [
            "http://10.0.0.1:4191/metrics",
            "http://10.0.0.3:4191/metrics",
        ];
        assert_eq!(paired(&older, &newer), [(0, 0, "name")]);
    }
}
