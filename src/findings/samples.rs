//! What a family's samples are called, as queries and relabeling rules need to name them.

use crate::census::FamilyCount;

/// The sample name that a query over the family sums: the family's own where it has such samples, the
/// buckets of a histogram, the `_total` of a counter, else the first.
pub(super) fn summed(family: &FamilyCount) -> &str {
    let names = &family.sample_names;
    let is_own = |name: &&String| **name == family.name;
    let has_suffix = |suffix: &str| names.iter().find(|name| name.ends_with(suffix));
    let found = names.iter().find(is_own);
    found
        .or_else(|| has_suffix("_bucket"))
        .or_else(|| has_suffix("_total"))
        .or_else(|| names.first())
        .map_or(&family.name, String::as_str)
}

/// A relabeling regex for all samples of the family and for no others: `a_bucket|a_count|a_sum`.
pub(super) fn pattern(family: &FamilyCount) -> String {
    if family.sample_names.is_empty() {
        return escaped(&family.name);
    }
    let names = family.sample_names.iter().map(|name| escaped(name));
    names.collect::<Vec<_>>().join("|")
}

/// `text` as a regex that matches it alone.
pub(super) fn escaped(text: &str) -> String {
    let mut regex = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_punctuation() && !matches!(character, '_' | ':') {
            regex.push('\\');
        }
        regex.push(character);
    }
    regex
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::FamilyType;

    fn family(name: &str, sample_names: &[&str]) -> FamilyCount {
        FamilyCount {
            name: name.to_owned(),
            family_type: FamilyType::Unknown,
            unit: None,
            sample_names: sample_names.iter().map(|&name| name.to_owned()).collect(),
            series: 0,
            samples: 0,
            body_bytes: 0,
            otlp_data_points: 0,
            series_per_target: None,
            labels: Vec::new(),
        }
    }

    #[test]
    fn names_samples_that_exist() {
        let histogram = family("a_ms", &["a_ms_bucket", "a_ms_count", "a_ms_sum"]);
        assert_eq!(summed(&histogram), "a_ms_bucket");
        assert_eq!(summed(&family("b", &["b_created", "b_total"])), "b_total");
        assert_eq!(summed(&family("c", &["c", "c_count", "c_sum"])), "c");
        assert_eq!(summed(&family("d", &[])), "d");
    }

    #[test]
    fn a_pattern_matches_no_family_with_a_longer_name() {
        let histogram = family("a_ms", &["a_ms_bucket", "a_ms_count", "a_ms_sum"]);
        assert_eq!(pattern(&histogram), "a_ms_bucket|a_ms_count|a_ms_sum");
        assert_eq!(pattern(&family("my.metric", &["my.metric"])), r"my\.metric");
    }
}
