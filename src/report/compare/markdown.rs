//! The comparison for a comment on a pull request: the verdict and sums first, long lists folded away.

use super::shown;
use super::words;
use super::words::from_to;
use super::words::percent;
use super::words::signed;
use super::words::workload;
use crate::report::Style;
use crate::report::document::ComparisonDocument;
use crate::report::document::CountChangeEntry;
use crate::report::document::FamilyChangeEntry;
use crate::report::markdown::code_in;
use crate::report::markdown::heading;
use crate::report::markdown::prose_in;
use crate::report::markdown::row;
use crate::report::numbers::bytes;
use crate::report::numbers::counted;
use crate::report::numbers::counted_series;
use crate::report::numbers::grouped;

/// Rows of each table; a comment has a size limit.
const SHOWN: usize = 20;

pub(super) fn lines(
    document: &ComparisonDocument<'_>,
    limit: Option<usize>,
    style: &Style,
) -> Vec<String> {
    let page = Page {
        document,
        limit,
        style,
    };
    let mut lines = vec!["### meshctl compare".to_owned(), String::new()];
    lines.push(page.verdict());
    lines.extend(page.totals());
    lines.extend(page.cautions());
    lines.extend(page.families());
    lines.extend(page.labels());
    lines.extend(page.workloads());
    lines.extend(page.targets());
    lines.extend(page.versions());
    lines.extend(page.pods());
    lines
}

#[derive(Clone, Copy)]
struct Page<'a, 'b> {
    document: &'b ComparisonDocument<'a>,
    limit: Option<usize>,
    style: &'b Style,
}

impl Page<'_, '_> {
    fn code(self, text: &str) -> String {
        code_in(self.style, text)
    }

    fn rows(self, all: usize) -> usize {
        shown(self.limit, SHOWN, all)
    }

    /// The most important in one line.
    fn verdict(self) -> String {
        let header = &self.document.header;
        if header.equal {
            let of = if header.unknown.is_empty() {
                ""
            } else {
                " of what is known"
            };
            return format!("**Nothing differs{of}.**");
        }
        let series = header.totals.series;
        let mut told = vec![format!(
            "**{} series ({})**",
            signed(series.growth),
            plain(&percent(series))
        )];
        let number = |status: &str| {
            let families = self.document.families.iter();
            families.filter(|family| family.status == status).count() as u64
        };
        if number("came") > 0 {
            told.push(counted(number("came"), "new family", "new families"));
        }
        if number("went") > 0 {
            told.push(counted(number("went"), "family gone", "families gone"));
        }
        if let Some(churn) = &header.churn {
            let gone = churn.disappeared_series + churn.disappeared_with_targets_series;
            let new = churn.appeared_series + churn.appeared_with_targets_series;
            told.push(format!(
                "{} stayed, {} gone, {} new",
                counted_series(churn.stayed_series),
                grouped(gone),
                grouped(new)
            ));
        }
        told.join(self.style.dot())
    }

    fn totals(self) -> Vec<String> {
        let header = &self.document.header;
        let totals = &header.totals;
        let mut lines = vec![
            String::new(),
            format!(
                "| | {} | {} | Growth | |",
                self.code(&words::side(&header.before)),
                self.code(&words::side(&header.after))
            ),
            "|:--|--:|--:|--:|--:|".to_owned(),
        ];
        let read = |coverage: &crate::report::document::CoverageEntry<'_>| {
            let (scraped, expected) = (grouped(coverage.scraped), grouped(coverage.expected));
            format!("{scraped} of {expected}")
        };
        lines.push(row(&[
            "Targets read".to_owned(),
            read(&header.before.coverage),
            read(&header.after.coverage),
            signed(totals.targets.growth),
            plain(&percent(totals.targets)),
        ]));
        let counts = [
            ("Series", totals.series),
            ("Families", totals.families),
            ("Names", totals.names),
            ("Labels", totals.labels),
            ("Data points", totals.otlp_data_points),
        ];
        lines.extend(counts.map(|(name, count)| {
            row(&[
                name.to_owned(),
                grouped(count.before),
                grouped(count.after),
                signed(count.growth),
                plain(&percent(count)),
            ])
        }));
        lines.push(row(&[
            "Bytes a scrape".to_owned(),
            bytes(totals.body_bytes.before),
            bytes(totals.body_bytes.after),
            words::signed_bytes(totals.body_bytes.growth),
            plain(&percent(totals.body_bytes)),
        ]));
        lines
    }

    fn cautions(self) -> Vec<String> {
        let told = words::cautions(self.document);
        if told.is_empty() {
            return Vec::new();
        }
        let told = told
            .iter()
            .map(|told| format!("- {}", prose_in(self.style, told)));
        std::iter::once(String::new()).chain(told).collect()
    }

    fn families(self) -> Vec<String> {
        let families = self.document.families.iter();
        let changed: Vec<&FamilyChangeEntry<'_>> = families
            .filter(|family| words::is_changed(family))
            .collect();
        if changed.is_empty() {
            return Vec::new();
        }
        let count = self.rows(changed.len());
        let mut lines = heading("Families", count, changed.len());
        lines.push("| Family | Before | After | Growth | | Gone | New | By |".to_owned());
        lines.push("|:--|--:|--:|--:|--:|--:|--:|:--|".to_owned());
        lines.extend(changed.iter().take(count).map(|family| {
            let dash = || self.style.dash().to_owned();
            let churn = family.churn;
            let cause = words::cause(family, self.style);
            let cause: Vec<String> = cause
                .iter()
                .map(|cause| prose_in(self.style, cause))
                .collect();
            let of = match words::status(family.status) {
                "" => plain(&percent(family.series)),
                status => format!("**{status}**"),
            };
            row(&[
                self.code(family.name),
                grouped(family.series.before),
                grouped(family.series.after),
                signed(family.series.growth),
                of,
                churn.map_or_else(dash, |churn| grouped(churn.disappeared_series)),
                churn.map_or_else(dash, |churn| grouped(churn.appeared_series)),
                cause.join(self.style.dot()),
            ])
        }));
        lines
    }

    fn labels(self) -> Vec<String> {
        let told = words::labels_told(self.document);
        let all = told.len();
        let count = self.rows(all);
        let rows = told.iter().take(count).map(|label| {
            let saves = if label.structural {
                self.style.dash().to_owned()
            } else {
                self.change(label.marginal_saving_series)
            };
            row(&[
                self.code(label.name),
                bold(words::status(label.status)),
                self.change(label.values),
                saves,
                self.change(label.series),
                self.change(label.families),
            ])
        });
        let head = [
            "| Label | | Values | Saves | Series | Families |",
            "|:--|:--|--:|--:|--:|--:|",
        ];
        folded("Labels that changed", count, all, head, rows)
    }

    fn workloads(self) -> Vec<String> {
        let all = self.document.workloads.iter().flatten();
        let changed = all.filter(|one| {
            one.disappeared_series > 0
                || one.appeared_series > 0
                || one.targets_came > 0
                || one.targets_went > 0
                || one.series.growth != 0
        });
        let changed: Vec<_> = changed.collect();
        if !changed.iter().any(|one| one.workload.is_some()) {
            return Vec::new();
        }
        let count = self.rows(changed.len());
        let rows = changed.iter().take(count).map(|one| {
            row(&[
                self.code(&workload(one.namespace, one.workload)),
                self.change(one.targets),
                grouped(one.targets_came.min(one.targets_went)),
                grouped(one.series.before),
                grouped(one.series.after),
                signed(one.series.growth),
                plain(&percent(one.series)),
                grouped(one.disappeared_series),
                grouped(one.appeared_series),
            ])
        });
        let head = [
            "| Workload | Pods | Replaced | Before | After | Growth | | Gone | New |",
            "|:--|--:|--:|--:|--:|--:|--:|--:|--:|",
        ];
        folded("Workloads that changed", count, changed.len(), head, rows)
    }

    fn targets(self) -> Vec<String> {
        let targets = self.document.targets.iter();
        let lone: Vec<_> = targets.filter(|target| target.status != "both").collect();
        let count = self.rows(lone.len());
        let rows = lone.iter().take(count).map(|target| {
            row(&[
                self.code(target.after.or(target.before).unwrap_or_default()),
                bold(words::status(target.status)),
                grouped(target.series.before.max(target.series.after)),
            ])
        });
        let head = ["| Target | | Series |", "|:--|:--|--:|"];
        folded("Targets that came or went", count, lone.len(), head, rows)
    }

    fn versions(self) -> Vec<String> {
        let all = self.document.versions.iter().flatten();
        let known: Vec<_> = all.filter(|version| version.proxy.is_some()).collect();
        if self.document.header.equal {
            return Vec::new();
        }
        let rows = known.iter().map(|version| {
            let name = version.version.unwrap_or("(does not tell)");
            let proxy = version.proxy.unwrap_or_default();
            row(&[
                self.code(&format!("{proxy} {name}")),
                grouped(version.targets.before),
                grouped(version.targets.after),
            ])
        });
        let head = ["| Proxy | Targets before | After |", "|:--|--:|--:|"];
        let all = known.len();
        folded("Versions of proxies", all, all, head, rows)
    }

    fn pods(self) -> Vec<String> {
        let named = self.document.header.pods_named;
        let Some(about) = named.and_then(words::pods) else {
            return Vec::new();
        };
        if self.document.header.equal {
            return Vec::new();
        }
        let pods = self.document.pods.iter().flatten();
        let all: Vec<_> = pods.collect();
        let count = self.rows(all.len());
        let rows = all.iter().take(count).map(|pod| {
            row(&[
                self.code(&workload(pod.namespace, Some(pod.pod))),
                self.code(pod.label),
                grouped(pod.series),
                words::why_of_pod(pod.why_untold).to_owned(),
            ])
        });
        let head = ["| Pod | Named by | Series | |", "|:--|:--|--:|:--|"];
        let title = format!("Pods that are gone: {about}");
        if all.is_empty() {
            return vec![String::new(), title];
        }
        folded(&title, count, all.len(), head, rows)
    }

    fn change(self, count: CountChangeEntry) -> String {
        from_to(count, self.style).replace('>', "&gt;")
    }
}

/// A table that is folded away; nothing where there are no rows.
fn folded(
    title: &str,
    count: usize,
    all: usize,
    head: [&str; 2],
    rows: impl Iterator<Item = String>,
) -> Vec<String> {
    if all == 0 {
        return Vec::new();
    }
    let number = if count < all {
        format!("{} of {}", grouped(count as u64), grouped(all as u64))
    } else {
        grouped(all as u64)
    };
    let mut lines = vec![
        String::new(),
        format!("<details><summary>{title} ({number})</summary>"),
        String::new(),
    ];
    lines.extend(head.map(str::to_owned));
    lines.extend(rows);
    lines.extend([String::new(), "</details>".to_owned()]);
    lines
}

/// `+<0.1%` would begin a tag.
fn plain(percent: &str) -> String {
    percent.replace('<', "&lt;")
}

fn bold(word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        format!("**{word}**")
    }
}
