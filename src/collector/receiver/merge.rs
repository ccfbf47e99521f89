//! Scraped labels meet those of the target (`mutateSampleLabels` in Prometheus' `scrape/scrape.go`).

use crate::collector::relabel::Labels;
use crate::collector::text::Text;

/// Puts the labels of the target onto those of a sample.
///
/// With `honor` the scraped ones win, else they are renamed.
pub(in crate::collector) fn merge(labels: &mut Labels, target: &[(Text, Text)], honor: bool) {
    if honor {
        for (name, value) in target {
            if labels.get(name).is_none() {
                labels.set(name.clone(), value.clone());
            }
        }
        return;
    }
    let mut displaced: Vec<(Text, Text)> = Vec::new();
    for (name, value) in target {
        if let Some(scraped) = labels.get(name) {
            displaced.push((name.clone(), scraped.clone()));
        }
        labels.set(name.clone(), value.clone());
    }
    // The shortest name first, so that `exported_job` makes way for `job` (`resolveConflictingExposedLabels`).
    displaced.sort_by_key(|(name, _)| name.len());
    for (name, value) in displaced {
        let mut name = name.to_string();
        loop {
            name.insert_str(0, "exported_");
            if labels.get(&name).is_none() {
                break;
            }
        }
        labels.set(Text::from(name), value);
    }
}
