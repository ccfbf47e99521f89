//! For which releases something holds, in words.

use super::Linted;
use crate::collector::version;
use crate::collector::version::Version;

/// Every release that is judged where none is named.
pub fn all_releases() -> Vec<Version> {
    (version::OLDEST.minor..=version::NEWEST.minor)
        .map(|minor| Version::new(0, minor, 0))
        .collect()
}

impl Linted<'_> {
    /// The judged releases for which something holds.
    pub fn held(&self, holds: impl Fn(Version) -> bool) -> Vec<Version> {
        let releases = self.releases.iter().copied();
        releases.filter(|version| holds(*version)).collect()
    }

    /// These of the judged releases in words, as in `refused by 0.102 to 0.106`; the whole of them is `every
    /// release`, or the only one by its number.
    pub fn spelled(&self, held: &[Version]) -> String {
        match self.releases {
            [only] if held == [*only] => only.to_string(),
            all if held.len() == all.len() => "every release".to_owned(),
            _ => self.runs(held),
        }
    }

    /// The same with what one of them does, and what many do: `0.102 to 0.106 take it`, `every release takes it`.
    pub fn said(&self, held: &[Version], one: &str, many: &str) -> String {
        let is_one = held.len() == 1 || held.len() == self.releases.len();
        format!("{} {}", self.spelled(held), if is_one { one } else { many })
    }

    /// The same where it would add nothing for the whole: ` in 0.102 to 0.106`, or nothing.
    pub fn in_some(&self, held: &[Version]) -> String {
        if held.len() == self.releases.len() {
            String::new()
        } else {
            format!(" in {}", self.runs(held))
        }
    }

    /// That these do not start: `no release starts with it`, `0.102 to 0.106 do not start with it`.
    pub fn not_started(&self, held: &[Version]) -> String {
        if held.len() == self.releases.len() && held.len() > 1 {
            return "no release starts with it".to_owned();
        }
        self.said(held, "does not start with it", "do not start with it")
    }

    fn runs(&self, held: &[Version]) -> String {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (index, release) in self.releases.iter().enumerate() {
            if !held.contains(release) {
                continue;
            }
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => runs.push((index, index)),
            }
        }
        let words = runs.iter().map(|(first, last)| {
            let name = |index: &usize| {
                self.releases
                    .get(*index)
                    .copied()
                    .map_or_else(String::new, short)
            };
            let is_newest = *last + 1 == self.releases.len() && !self.is_meant;
            match (first == last, is_newest) {
                (true, _) => name(first),
                (_, true) => format!("{} and later", name(first)),
                _ if *first + 1 == *last => format!("{} and {}", name(first), name(last)),
                _ => format!("{} to {}", name(first), name(last)),
            }
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// `0.102`, as patches change nothing here.
fn short(release: Version) -> String {
    match release.patch {
        0 => format!("{}.{}", release.major, release.minor),
        _ => release.to_string(),
    }
}
