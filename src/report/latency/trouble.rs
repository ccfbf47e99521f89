//! Why there is nothing to compare, and what there is instead.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::words::whole;
use crate::mesh::latency::Misfit;
use crate::mesh::latency::Question;
use crate::mesh::latency::Side;
use crate::mesh::latency::Trouble;
use crate::mesh::matchers::Matcher;
use crate::mesh::matchers::Matchers;
use crate::mesh::matchers::Test;
use crate::report::explanation::instead::there_is;

/// The trouble in words, and what helps. Names in it are as they were scraped, not yet safe for a terminal.
pub fn latency_trouble(trouble: &Trouble, question: &Question) -> (String, Vec<String>) {
    match trouble {
        Trouble::Nothing {
            side,
            histograms,
            labels,
        } => {
            let matchers = &question.asked(*side).matchers;
            let error = format!("no series fits --{} {}", side.as_str(), matchers.text());
            (error, instead(matchers, histograms, labels))
        }
        Trouble::Misfit {
            side,
            family,
            misfit,
        } => misfits(*side, family, *misfit),
        Trouble::NoBounds { side, family } => (
            format!(
                "{family} of {} has no bucket but +Inf, so there are no quantiles",
                whole(*side)
            ),
            vec![
                "a native histogram looks like this where it is scraped as text: expose classic buckets beside it"
                    .to_owned(),
            ],
        ),
        Trouble::NotTime { side, family, unit } => (
            format!("{family} of {} is in {unit}, which is no time", whole(*side)),
            vec![format!(
                "if it is one all the same, say its unit: --{}-unit ms",
                side.as_str()
            )],
        ),
        Trouble::MixedUnits {
            side,
            known,
            unknown,
        } => (
            format!(
                "the unit of {known} is known and that of {unknown} is not, so they cannot be added up"
            ),
            vec![format!("name one family in --{}", side.as_str())],
        ),
    }
}

fn misfits(side: Side, family: &str, misfit: Misfit) -> (String, Vec<String>) {
    let side = whole(side);
    match misfit {
        Misfit::Summary => (
            format!(
                "{family} of {side} is a summary: its quantiles were made by each process for itself and cannot be added \
                 up or given a range"
            ),
            vec!["expose a histogram instead".to_owned()],
        ),
        Misfit::Scalar => (
            format!("{family} of {side} is no histogram, so it has no quantiles"),
            vec!["name a family whose samples end in _bucket, _sum and _count".to_owned()],
        ),
    }
}

/// What there is instead, in words.
fn instead(
    matchers: &Matchers,
    histograms: &BTreeSet<String>,
    labels: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let known: Vec<&str> = histograms.iter().map(String::as_str).collect();
    if labels.is_empty() {
        let Some(name) = matchers.name() else {
            let there = there_is("", &known, "histograms");
            let names: Vec<String> = matchers.names().iter().map(Matcher::text).collect();
            return vec![format!("no histogram fits {}; {there}", names.join(", "))];
        };
        let stem = name.strip_suffix("_bucket").unwrap_or(name);
        if histograms.contains(stem) {
            return vec![format!(
                "{stem} is declared, but no target has a series of it"
            )];
        }
        let there = there_is(stem, &known, "histograms");
        return vec![format!("no histogram is called {stem}; {there}")];
    }
    let mut said: Vec<String> = matchers
        .labels()
        .iter()
        .filter_map(|matcher| unmet(matcher, labels))
        .collect();
    if said.is_empty() {
        said.push("some series fit each of these labels, but none fits all of them".to_owned());
    }
    said
}

/// Why a condition on a label holds for no series.
fn unmet(matcher: &Matcher, labels: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let Matcher { label, test } = matcher;
    let typed = match test {
        Test::Is(value) => value.as_str(),
        _ => "",
    };
    let Some(values) = labels.get(label) else {
        if test.fits("") {
            return None;
        }
        let names: Vec<&str> = labels.keys().map(String::as_str).collect();
        let there = there_is(label, &names, "labels");
        return Some(format!(
            "no series has a label {label}; {there}. Labels that scraping adds, job and instance for two, are not in a \
             scrape: --target picks targets by name"
        ));
    };
    if values.iter().any(|value| test.fits(value)) {
        return None;
    }
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let there = there_is(typed, &values, "values");
    Some(format!("no series has {}; {there}", matcher.text()))
}
