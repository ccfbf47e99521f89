//! Two readings held against each other: against a slow, obvious counter, and against themselves and their mirror.
#![cfg(test)]

#[expect(dead_code, reason = "other tests need the rest")]
mod support;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use meshctl::census::churn::MatchedBy;
use meshctl::census::churn::Turnover;
use meshctl::compare;
use meshctl::compare::Change;
use meshctl::compare::Comparison;
use meshctl::compare::FamilyChange;
use meshctl::compare::Found;
use meshctl::compare::LabelChange;
use meshctl::compare::MovedSeries;
use meshctl::compare::Side;
use meshctl::compare::Status;
use meshctl::compare::TargetChange;
use meshctl::compare::TotalsChange;
use meshctl::compare::Untold;
use meshctl::compare::audit;
use meshctl::report;
use meshctl::report::Command;
use meshctl::report::Format;
use meshctl::report::Style;
use meshctl::report::View;
use meshctl::source;
use meshctl::survey;
use meshctl::survey::Survey;
use meshctl::survey::Tracked;
use meshctl::survey::Tracking;
use proptest::prelude::*;

use support::slow_counter::target;

type Bodies = BTreeMap<String, Vec<u8>>;

fn plan(path: &str, workers: usize) -> survey::Plan {
    survey::Plan {
        sources: source::Options {
            sources: vec![path.to_owned()],
            ..source::Options::default()
        },
        workers,
        max_line_bytes: 1 << 20,
        simulate: Vec::new(),
        traffic: survey::Traffic::Read,
        watch: None,
        latency: None,
        detail: survey::Detail::default(),
        now_ns: 0,
    }
}

/// Compares two sources.
fn compared(old: &str, new: &str, workers: usize) -> Comparison {
    let control = survey::Control::default();
    let (before, tracked) = survey::run_tracking(&plan(old, workers), &control, &Tracking::Keep(7));
    let Tracked::Kept(kept) = tracked else {
        panic!("nothing was kept");
    };
    let tracking = Tracking::Against(Arc::new(kept));
    let (after, tracked) = survey::run_tracking(&plan(new, workers), &control, &tracking);
    let Tracked::Held(churn, pods) = tracked else {
        panic!("nothing was held");
    };
    let found = Found {
        churn: &churn,
        pods: &pods,
    };
    let (before, after) = (Side::of_survey(before), Side::of_survey(after));
    compare::compare(&before, &after, Some(found))
}

/// Writes both sides into directories and compares these; a file of the same name is the same target.
fn of_bodies(old: &Bodies, new: &Bodies, workers: usize) -> Comparison {
    let dir = tempfile::tempdir().unwrap();
    for (side, bodies) in [("old", old), ("new", new)] {
        for (name, body) in bodies {
            let path = dir.path().join(side).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, body).unwrap();
        }
    }
    let path = |side| dir.path().join(side).to_str().unwrap().to_owned();
    let mut comparison = compared(&path("old"), &path("new"), workers);
    let root = format!("{}/", dir.path().to_str().unwrap());
    for target in &mut comparison.targets {
        for name in [&mut target.before, &mut target.after]
            .into_iter()
            .flatten()
        {
            *name = name.replace(&root, "");
        }
    }
    comparison
}

/// Series of one body with the family of each.
fn series_of(body: &[u8]) -> BTreeMap<(String, BTreeMap<String, String>), String> {
    let families = target(body).families.into_iter();
    let series = families.flat_map(|(family, slow)| {
        let series = slow.series().into_iter();
        series.map(move |series| (series, family.clone()))
    });
    series.collect()
}

/// What the fast counter should come to: for each family, and over all.
fn slow(old: &Bodies, new: &Bodies) -> (BTreeMap<String, Turnover>, [u64; 6]) {
    let mut families: BTreeMap<String, Turnover> = BTreeMap::new();
    let mut totals = [0; 6];
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let read = |side: &Bodies| {
            side.get(name)
                .map_or_else(BTreeMap::new, |body| series_of(body))
        };
        let (before, after) = (read(old), read(new));
        let is_lone = !old.contains_key(name) || !new.contains_key(name);
        for (series, family) in &before {
            let turnover = families.entry(family.clone()).or_default();
            turnover.before += 1;
            match after.get(series) {
                Some(other) if other == family => {
                    turnover.stayed += 1;
                    totals[0] += 1;
                }
                Some(_) => {
                    turnover.moved_out += 1;
                    totals[0] += 1;
                    totals[1] += 1;
                }
                None if is_lone => totals[4] += 1,
                None => totals[2] += 1,
            }
        }
        for (series, family) in &after {
            let turnover = families.entry(family.clone()).or_default();
            turnover.after += 1;
            match before.get(series) {
                Some(other) if other == family => {}
                Some(_) => turnover.moved_in += 1,
                None if is_lone => totals[5] += 1,
                None => totals[3] += 1,
            }
        }
    }
    (families, totals)
}

fn ensure_equal(comparison: &Comparison, old: &Bodies, new: &Bodies) {
    let (families, totals) = slow(old, new);
    for family in &comparison.families {
        let turnover = families.get(&family.name).copied().unwrap_or_default();
        assert_eq!(family.churn, Some(turnover), "{}", family.name);
        let series = Change {
            before: turnover.before,
            after: turnover.after,
        };
        assert_eq!(family.series, series, "{}", family.name);
    }
    let named: BTreeSet<&String> = comparison
        .families
        .iter()
        .map(|family| &family.name)
        .collect();
    assert!(families.keys().all(|family| named.contains(family)));
    let churn = comparison.churn.unwrap();
    let counted = [
        churn.stayed,
        churn.moved,
        churn.disappeared,
        churn.appeared,
        churn.disappeared_with_targets,
        churn.appeared_with_targets,
    ];
    assert_eq!(counted, totals);
    ensure_sums(comparison);
}

/// Sums over families, targets and workloads are the totals.
fn ensure_sums(comparison: &Comparison) {
    let total = comparison.totals.series;
    let sum = |all: &mut dyn Iterator<Item = Change>| {
        all.fold(Change::default(), |sum, one| Change {
            before: sum.before + one.before,
            after: sum.after + one.after,
        })
    };
    let families = &comparison.families;
    assert_eq!(sum(&mut families.iter().map(|one| one.series)), total);
    let targets = &comparison.targets;
    assert_eq!(sum(&mut targets.iter().map(|one| one.series)), total);
    let Some(churn) = comparison.churn else {
        return;
    };
    let gone = churn.disappeared + churn.disappeared_with_targets;
    let new = churn.appeared + churn.appeared_with_targets;
    assert_eq!(churn.stayed + gone, total.before);
    assert_eq!(churn.stayed + new, total.after);
    let workloads = comparison.workloads.as_ref().unwrap();
    assert_eq!(sum(&mut workloads.iter().map(|one| one.series)), total);
    assert_eq!(
        sum(&mut workloads.iter().map(|one| one.targets)),
        comparison.totals.targets
    );
    assert_eq!(
        workloads.iter().map(|one| one.disappeared).sum::<u64>(),
        gone
    );
    assert_eq!(workloads.iter().map(|one| one.appeared).sum::<u64>(), new);
    for family in families {
        let turnover = family.churn.unwrap();
        assert_eq!(turnover.before, family.series.before);
        assert_eq!(turnover.after, family.series.after);
        let known = family.workloads.as_ref().unwrap();
        let growth: i64 = known.iter().map(|one| one.series.growth()).sum();
        assert_eq!(growth, family.series.growth(), "{}", family.name);
    }
    let versions = comparison.versions.as_ref().unwrap();
    assert_eq!(
        sum(&mut versions.iter().map(|one| one.targets)),
        comparison.totals.targets
    );
}

fn ensure_nothing_differs(comparison: &Comparison) {
    let changed = comparison
        .families
        .iter()
        .find(|family| family.is_changed());
    assert_eq!(changed, None);
    assert!(!comparison.labels.iter().any(LabelChange::is_changed));
    let churn = comparison.churn.unwrap();
    assert_eq!(churn.stayed, comparison.totals.series.after);
    assert_eq!(churn.appeared + churn.disappeared, 0);
    for target in &comparison.targets {
        assert_eq!(target.status(), Status::Both);
        assert!(target.series.is_none());
    }
    let workloads = comparison.workloads.as_ref().unwrap();
    let moved = workloads.iter().find(|one| one.came + one.went > 0);
    assert_eq!(moved, None);
    assert_eq!(comparison.pods.as_ref().unwrap().gone, []);
}

fn swap(change: Change) -> Change {
    Change {
        before: change.after,
        after: change.before,
    }
}

fn turn(status: Status) -> Status {
    match status {
        Status::Both => Status::Both,
        Status::Came => Status::Went,
        Status::Went => Status::Came,
    }
}

fn turnover(churn: Turnover) -> Turnover {
    Turnover {
        before: churn.after,
        after: churn.before,
        stayed: churn.stayed,
        moved_out: churn.moved_in,
        moved_in: churn.moved_out,
    }
}

fn label(label: &LabelChange) -> LabelChange {
    LabelChange {
        status: turn(label.status),
        families: swap(label.families),
        series: swap(label.series),
        values: swap(label.values),
        marginal_saving: swap(label.marginal_saving),
        ..label.clone()
    }
}

fn turn_family(family: &mut FamilyChange) {
    let FamilyChange {
        name: _,
        status,
        type_before,
        type_after,
        series,
        body_bytes,
        churn,
        names_came,
        names_went,
        labels,
        workloads,
        moved,
    } = family;
    *status = turn(*status);
    std::mem::swap(type_before, type_after);
    *series = swap(*series);
    *body_bytes = swap(*body_bytes);
    *churn = churn.map(turnover);
    std::mem::swap(names_came, names_went);
    *labels = labels.iter().map(label).collect();
    for one in workloads.iter_mut().flatten() {
        one.series = swap(one.series);
    }
    *moved = moved
        .iter()
        .map(|moved| MovedSeries {
            from: moved.to.clone(),
            to: moved.from.clone(),
            series: moved.series,
        })
        .collect();
    moved.sort();
}

/// The comparison in the other order, as it should be.
fn mirrored(comparison: &Comparison) -> Comparison {
    let mut mirror = comparison.clone();
    let TotalsChange {
        targets,
        families,
        names,
        labels,
        series,
        body_bytes,
        otlp_data_points,
    } = &mut mirror.totals;
    for change in [
        targets,
        families,
        names,
        labels,
        series,
        body_bytes,
        otlp_data_points,
    ] {
        *change = swap(*change);
    }
    if let Some(churn) = &mut mirror.churn {
        std::mem::swap(&mut churn.disappeared, &mut churn.appeared);
        std::mem::swap(
            &mut churn.disappeared_with_targets,
            &mut churn.appeared_with_targets,
        );
    }
    mirror.families.iter_mut().for_each(turn_family);
    mirror.labels = mirror.labels.iter().map(label).collect();
    for one in mirror.workloads.iter_mut().flatten() {
        one.targets = swap(one.targets);
        one.series = swap(one.series);
        std::mem::swap(&mut one.came, &mut one.went);
        std::mem::swap(&mut one.disappeared, &mut one.appeared);
    }
    for one in &mut mirror.targets {
        let TargetChange {
            before,
            after,
            matched_by: _,
            series,
            churn,
        } = one;
        std::mem::swap(before, after);
        *series = swap(*series);
        *churn = churn.map(turnover);
    }
    mirror.targets.sort_by_key(|target| {
        let name = target.before.clone().or_else(|| target.after.clone());
        (target.before.is_none(), name)
    });
    for one in mirror.versions.iter_mut().flatten() {
        one.targets = swap(one.targets);
    }
    // Those that are gone are those of the newer side.
    mirror.pods = None;
    mirror
}

fn without_pods(mut comparison: Comparison) -> Comparison {
    comparison.pods = None;
    comparison
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    path.join(name).to_str().unwrap().to_owned()
}

fn body_of(name: &str) -> Vec<u8> {
    let bytes = fs::read(fixture(name)).unwrap();
    let is_packed = Path::new(name).extension().is_some_and(|end| end == "zst");
    if is_packed {
        zstd::decode_all(&bytes[..]).unwrap()
    } else {
        bytes
    }
}

/// Both readings of a fixture, as the only target of either side.
fn one(body: Vec<u8>) -> Bodies {
    BTreeMap::from([("pod.prom".to_owned(), body)])
}

#[test]
fn two_scrapes_of_a_busy_client_are_what_the_slow_counter_makes_of_them() {
    let names = [
        "scrapes/busy-client-t0.prom.zst",
        "scrapes/busy-client-t1.prom.zst",
    ];
    let [old, new] = names.map(|name| one(body_of(name)));
    let comparison = compared(&fixture(names[0]), &fixture(names[1]), 2);
    ensure_equal(&comparison, &old, &new);
    assert_eq!(comparison.totals.series.before, 2909);
    assert_eq!(comparison.totals.series.after, 2910);
    let churn = comparison.churn.unwrap();
    assert_eq!(
        (churn.stayed, churn.disappeared, churn.appeared),
        (2909, 0, 1)
    );
    let target = &comparison.targets[0];
    assert_eq!(target.matched_by.map(MatchedBy::as_str), Some("only"));
}

#[test]
fn other_scrapes_are_what_the_slow_counter_makes_of_them_and_mirrors() {
    let names = [
        "scrapes/idle.prom",
        "scrapes/first-scrape.prom",
        "scrapes/grpc-failures-inbound.prom",
        "scrapes/grpc-failures-outbound.prom",
        "istio/client.prom",
    ];
    for pair in names.windows(2) {
        let [old, new] = [pair[0], pair[1]].map(|name| one(body_of(name)));
        let comparison = of_bodies(&old, &new, 2);
        ensure_equal(&comparison, &old, &new);
        let back = of_bodies(&new, &old, 1);
        // Directories have other names in the other order.
        let mut mirror = mirrored(&comparison);
        for (one, other) in mirror.targets.iter_mut().zip(&back.targets) {
            one.before.clone_from(&other.before);
            one.after.clone_from(&other.after);
        }
        assert_eq!(mirror, without_pods(back), "{pair:?}");
    }
}

#[test]
fn nothing_differs_from_itself() {
    for name in [
        "astronomy-shop.tar.zst",
        "scrapes/busy-client.prom",
        "scrapes/joined.txt",
        "scrapes/two-proxies.tar.zst",
        "istio",
    ] {
        let comparison = compared(&fixture(name), &fixture(name), 2);
        ensure_nothing_differs(&comparison);
        ensure_sums(&comparison);
    }
}

#[test]
fn workloads_and_versions_are_known_from_scrapes() {
    let comparison = compared(
        &fixture("scrapes/two-proxies.tar.zst"),
        &fixture("astronomy-shop.tar.zst"),
        2,
    );
    ensure_sums(&comparison);
    let workloads = comparison.workloads.unwrap();
    let frontend = workloads
        .iter()
        .find(|one| one.workload.as_deref() == Some("frontend"));
    let frontend = frontend.unwrap();
    assert_eq!((frontend.targets.before, frontend.targets.after), (0, 1));
    assert_eq!((frontend.came, frontend.disappeared), (1, 0));
    let versions = comparison.versions.unwrap();
    assert!(
        versions
            .iter()
            .any(|one| one.version.as_deref() == Some("2.366.0"))
    );
}

const POD: &str = "#\n# POD web-5f6d8c9b7d-x2k4q (1 of 1)\n#\n";

/// Both sides of one name with several bodies: what both have counts as often as it is there.
#[test]
fn targets_of_one_name_are_compared_as_one() {
    let body = |series: &[&str]| -> Vec<u8> {
        let lines: Vec<String> = series
            .iter()
            .map(|one| format!("up{{a=\"{one}\"}} 1\n"))
            .collect();
        format!("{POD}{}", lines.concat()).into_bytes()
    };
    let old = BTreeMap::from([
        ("1.txt".to_owned(), body(&["x", "y"])),
        ("2.txt".to_owned(), body(&["x", "z"])),
    ]);
    let new = BTreeMap::from([
        ("1.txt".to_owned(), body(&["x", "z"])),
        ("2.txt".to_owned(), body(&["z"])),
        ("3.txt".to_owned(), body(&["w"])),
    ]);
    let comparison = of_bodies(&old, &new, 1);
    let churn = comparison.churn.unwrap();
    assert_eq!((churn.stayed, churn.disappeared, churn.appeared), (2, 2, 2));
    assert_eq!(comparison.targets.len(), 1);
    ensure_sums(&comparison);
    for workers in [2, 4] {
        assert_eq!(comparison, of_bodies(&old, &new, workers));
    }
    assert_eq!(
        mirrored(&comparison),
        without_pods(of_bodies(&new, &old, 3))
    );
}

#[test]
fn a_family_that_is_declared_anew_takes_its_series_along() {
    let old = one(
        b"# TYPE calls_total counter\ncalls_total{a=\"1\"} 1\ncalls_total{a=\"2\"} 1\n".to_vec(),
    );
    let new =
        one(b"# TYPE calls counter\ncalls_total{a=\"1\"} 1\ncalls_total{a=\"3\"} 1\n".to_vec());
    let comparison = of_bodies(&old, &new, 1);
    ensure_equal(&comparison, &old, &new);
    let churn = comparison.churn.unwrap();
    assert_eq!((churn.stayed, churn.moved), (1, 1));
    let family = comparison
        .families
        .iter()
        .find(|one| one.name == "calls")
        .unwrap();
    assert_eq!(family.status, Status::Came);
    assert_eq!(
        family.moved,
        [MovedSeries {
            from: "calls_total".to_owned(),
            to: "calls".to_owned(),
            series: 1,
        }]
    );
}

#[test]
fn pods_are_gone_only_where_they_were_targets_and_all_was_read() {
    let joined = |pods: &[&str]| -> Vec<u8> {
        let all = pods.len();
        let bodies = pods.iter().enumerate().map(|(at, pod)| {
            format!(
                "#\n# POD {pod} ({} of {all})\n#\n\
                 tcp_open_total{{dst_pod=\"api-1\",dst_namespace=\"shop\"}} 1\n\
                 tcp_open_total{{dst_pod=\"db-0\",dst_namespace=\"shop\"}} 1\n\
                 tcp_open_total{{dst_pod=\"web-0\",dst_namespace=\"shop\"}} 1\n\
                 tcp_open_total{{dst_pod=\"\",dst_namespace=\"shop\"}} 1\n",
                at + 1
            )
        });
        bodies.collect::<String>().into_bytes()
    };
    let side = |text: Vec<u8>| BTreeMap::from([("dump.txt".to_owned(), text)]);
    let old = side(joined(&["web-0", "api-1"]));
    let new = side(joined(&["web-0", "api-2"]));
    let pods = of_bodies(&old, &new, 2).pods.unwrap();
    let told = |pods: &[compare::PodNamed]| -> Vec<(String, u64, Option<&'static str>)> {
        let pods = pods.iter();
        let pods = pods.map(|pod| (pod.pod.clone(), pod.series, pod.why.map(Untold::as_str)));
        pods.collect()
    };
    assert_eq!(told(&pods.gone), [("api-1".to_owned(), 2, None)]);
    assert_eq!(
        told(&pods.untold),
        [("db-0".to_owned(), 2, Some("never-a-target"))]
    );
    assert_eq!(pods.there, (1, 2));
    // A dump that was cut short says nothing of those that it lacks.
    let cut = String::from_utf8(joined(&["web-0", "api-2"]))
        .unwrap()
        .replace("of 2", "of 3");
    let pods = of_bodies(&old, &side(cut.into_bytes()), 2).pods.unwrap();
    assert_eq!(told(&pods.gone), []);
    assert_eq!(
        told(&pods.untold),
        [
            ("api-1".to_owned(), 2, Some("not-all-read")),
            ("db-0".to_owned(), 2, Some("never-a-target"))
        ]
    );
}

fn audit_of(survey: &Survey, command: Command) -> Vec<u8> {
    let style = Style {
        width: 80,
        color: false,
        unicode: true,
        escape: false,
    };
    let mut text = Vec::new();
    let view = View::new(command);
    report::write(survey, &[], &view, &style, Format::Json, &mut text).unwrap();
    text
}

/// What the real writer writes is what is read back.
#[test]
fn a_saved_audit_tells_the_same_as_the_survey_it_was_made_of() {
    assert_eq!(audit::SCHEMA_VERSION, report::document::SCHEMA_VERSION);
    for name in ["astronomy-shop.tar.zst", "scrapes", "istio"] {
        let survey = survey::run(&plan(&fixture(name), 2), &survey::Control::default());
        for command in [Command::Audit, Command::Families, Command::Labels] {
            let text = audit_of(&survey, command);
            assert!(audit::is_document(&text));
            let read = audit::read(&text).unwrap();
            let mut expected = Side::of_survey(survey.clone());
            expected.who = None;
            expected.kind = compare::Kind::Audit(env!("CARGO_PKG_VERSION").to_owned());
            assert_eq!(read, expected, "{name}");
        }
    }
}

#[test]
fn of_audits_all_is_known_but_the_series() {
    let names = ["scrapes/first-scrape.prom", "scrapes/busy-client.prom"];
    let scraped = compared(&fixture(names[0]), &fixture(names[1]), 1);
    let sides = names.map(|name| {
        let survey = survey::run(&plan(&fixture(name), 1), &survey::Control::default());
        audit::read(&audit_of(&survey, Command::Audit)).unwrap()
    });
    let told = compare::compare(&sides[0], &sides[1], None);
    ensure_sums(&told);
    let mut expected = scraped.clone();
    expected.churn = None;
    expected.workloads = None;
    expected.versions = None;
    expected.pods = None;
    for family in &mut expected.families {
        family.churn = None;
        family.workloads = None;
        family.moved = Vec::new();
    }
    for target in &mut expected.targets {
        target.churn = None;
    }
    assert_eq!(told, expected);
}

/// Lines of few names and labels, so that sides share many; some are declared, some not everywhere.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let declared = prop::sample::select(vec![
        "# TYPE a counter\n",
        "# TYPE a_total counter\n",
        "# TYPE h histogram\n",
        "# TYPE h_bucket counter\n",
        "# TYPE g gauge\n",
        "",
    ]);
    let name = prop::sample::select(vec!["a_total", "a", "h_bucket", "h_count", "g", "\"x.y\""]);
    let label = prop::sample::select(vec![
        "p=\"1\"",
        "p=\"2\"",
        "q=\"1\"",
        "q=\"\"",
        "le=\"1\"",
        "dst_pod=\"w-0\"",
        "dst_pod=\"v-0\"",
    ]);
    let line = (name, prop::collection::btree_set(label, 0..3)).prop_map(|(name, labels)| {
        let mut keys = BTreeSet::new();
        let labels: Vec<&str> = labels
            .into_iter()
            .filter(|label| keys.insert(label.split('=').next().unwrap()))
            .collect();
        if name.starts_with('"') {
            let all = [&[name][..], &labels].concat();
            format!("{{{}}} 1\n", all.join(","))
        } else {
            format!("{name}{{{}}} 1\n", labels.join(","))
        }
    });
    let declared = prop::collection::vec(declared, 0..3);
    let lines = prop::collection::vec(line, 1..12);
    (declared, lines).prop_map(|(declared, lines)| {
        [declared.concat(), lines.concat(), "up 1\n".to_owned()]
            .concat()
            .into_bytes()
    })
}

fn any_side() -> impl Strategy<Value = Bodies> {
    // Always one on both sides, or two that are alone would be compared whatever they are called.
    let others =
        prop::sample::subsequence(vec!["v-0.prom", "w-0.prom", "n/w-0.prom", "x.prom"], 0..4);
    others.prop_flat_map(|names| {
        let names: Vec<String> = std::iter::once("always.prom")
            .chain(names)
            .map(str::to_owned)
            .collect();
        let bodies = prop::collection::vec(any_body(), names.len());
        bodies.prop_map(move |bodies| names.iter().cloned().zip(bodies).collect())
    })
}

/// Without one of two files that are called alike in several places: which is which may depend on the rest.
fn plain(mut side: Bodies) -> Bodies {
    side.remove("n/w-0.prom");
    side
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_slow_counter_on_any_sides(old in any_side(), new in any_side()) {
        let (old, new) = (plain(old), plain(new));
        ensure_equal(&of_bodies(&old, &new, 2), &old, &new);
    }

    #[test]
    fn the_other_order_is_the_mirror_and_workers_make_no_difference(old in any_side(), new in any_side()) {
        let there = of_bodies(&old, &new, 1);
        prop_assert_eq!(&there, &of_bodies(&old, &new, 3));
        let back = of_bodies(&new, &old, 2);
        let mut mirror = mirrored(&there);
        // The sides are directories `old` and `new` in either order.
        for target in &mut mirror.targets {
            let turned = |name: &mut Option<String>, from: &str, to: &str| {
                if let Some(name) = name {
                    *name = name.replacen(from, to, 1);
                }
            };
            turned(&mut target.before, "new/", "old/");
            turned(&mut target.after, "old/", "new/");
        }
        prop_assert_eq!(mirror, without_pods(back));
    }

    #[test]
    fn any_side_is_the_same_as_itself(side in any_side()) {
        ensure_nothing_differs(&of_bodies(&side, &side, 2));
    }
}
