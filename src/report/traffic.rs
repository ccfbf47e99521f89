//! What reports on traffic have in common: how ends and rates read, and what is said where there is no traffic.

use std::collections::BTreeSet;

use crate::mesh;
use crate::mesh::Mesh;
use crate::mesh::Traffic;
use crate::mesh::edges::End;
use crate::mesh::edges::EndKind;
use crate::mesh::flags;
use crate::mesh::grpc::SuccessRate;
use crate::report::Page;
use crate::report::Style;
use crate::report::document::EndEntry;
use crate::report::document::ErrorEntry;
use crate::report::document::SuccessRateEntry;
use crate::report::numbers;
use crate::report::paint::Tone;
use crate::report::summary;
use crate::report::text;

/// Families that tell of calls, of whatever mesh; those that are not read are not looked for.
const TELLING: [&str; 4] = [
    "response_total",
    "request_total",
    "tcp_open_total",
    "istio_requests_total",
];

/// Sentences longer than this are hard to read, however wide the terminal.
const LONGEST_LINE: usize = 110;

/// The name of a row that stands under the callers' view of the same calls.
pub(super) const SEEN_BY_CALLEE: &str = "seen by the callee";

/// How ends are called: a namespace that all of them share is said once, and not with each; a saved scrape of which
/// nothing says whose it is by its file's name alone, as long as that is enough.
pub(super) struct Names<'a> {
    pub(super) only: Option<&'a str>,
    /// Two files in different places have the same name.
    whole_paths: bool,
}

impl<'a> Names<'a> {
    pub(super) fn of(ends: impl Iterator<Item = EndEntry<'a>>) -> Self {
        let (mut namespaces, mut paths) = (BTreeSet::new(), BTreeSet::new());
        for end in ends {
            namespaces.extend(end.namespace);
            paths.extend(end.name.filter(|_| is_file(end)));
        }
        let files: BTreeSet<&str> = paths.iter().map(|path| file(path)).collect();
        Self {
            only: namespaces
                .first()
                .copied()
                .filter(|_| namespaces.len() == 1),
            whole_paths: files.len() < paths.len(),
        }
    }

    /// `namespace/name`, not made safe yet; `called` goes before its own name.
    pub(super) fn end(&self, end: EndEntry<'_>, called: Option<&str>) -> String {
        let Some(name) = called.or(end.name) else {
            return "(unknown)".to_owned();
        };
        if is_file(end) && called.is_none() && !self.whole_paths {
            return file(name).to_owned();
        }
        match end.namespace {
            Some(namespace) if self.only != Some(namespace) => format!("{namespace}/{name}"),
            _ => name.to_owned(),
        }
    }

    /// `caller → callee`, safe. `service` is what the callee is called by.
    pub(super) fn edge(
        &self,
        source: EndEntry<'_>,
        destination: EndEntry<'_>,
        service: Option<&str>,
        style: &Style,
    ) -> String {
        let mut destination = destination;
        if source.namespace == destination.namespace {
            // Said once, with the caller.
            destination.namespace = None;
        }
        let names = [self.end(source, None), self.end(destination, service)];
        let [source, destination] = names.map(|name| style.safe(&name).into_owned());
        format!("{source} {} {destination}", style.arrow())
    }

    /// `in shop`, safe; empty where there is more than one namespace.
    pub(super) fn shared(&self, style: &Style) -> String {
        self.only
            .map_or_else(String::new, |only| format!("in {}", style.safe(only)))
    }
}

fn is_file(end: EndEntry<'_>) -> bool {
    end.kind == EndKind::Target.as_str()
}

/// The last part of a path, an archive's member or a URL.
fn file(path: &str) -> &str {
    let parts = path.rsplit(['/', '\\']).find(|part| !part.is_empty());
    parts.unwrap_or(path)
}

/// `100%`, `99.9%`, `57%`, `–`; what is not all of it is never 100%, and what is more than nothing never 0%.
pub(super) fn percent(rate: Option<f64>, style: &Style) -> String {
    let Some(rate) = rate else {
        return style.dash().to_owned();
    };
    if rate <= 0.0 || rate >= 1.0 {
        format!("{:.0}%", rate * 100.0)
    } else if rate > 0.9995 {
        ">99.9%".to_owned()
    } else if rate < 0.0005 {
        "<0.1%".to_owned()
    } else if (0.1..0.99).contains(&rate) {
        format!("{:.0}%", rate * 100.0)
    } else {
        format!("{:.1}%", rate * 100.0)
    }
}

/// An end for JSON.
pub(super) fn end_entry(end: &End) -> EndEntry<'_> {
    EndEntry {
        namespace: end.namespace.as_deref(),
        name: (end.kind != EndKind::Unknown).then_some(&*end.name),
        kind: end.kind.as_str(),
    }
}

/// What broke calls off, for JSON.
pub(super) fn error_entries(traffic: &Traffic) -> Vec<ErrorEntry<'_>> {
    let errors = traffic.errors().into_iter();
    errors
        .map(|(error, responses)| {
            let meaning = flags::explain(error);
            ErrorEntry {
                error,
                meaning: (meaning != **error).then_some(meaning),
                responses,
            }
        })
        .collect()
}

/// Three answers for JSON.
pub(super) fn success_entry(rate: SuccessRate) -> SuccessRateEntry {
    let SuccessRate { http, mesh, grpc } = rate;
    SuccessRateEntry { http, mesh, grpc }
}

/// Targets that say something of traffic.
pub(super) fn speaking(mesh: Option<&Mesh>) -> u64 {
    let targets = mesh.into_iter().flat_map(|mesh| &mesh.targets);
    targets.filter(|target| target.proxy.is_some()).count() as u64
}

/// What a report begins with: which targets, what is amiss with them, and some numbers.
pub(super) fn head(page: Page<'_>, items: &[String]) -> Vec<String> {
    let coverage = summary::coverage(page);
    let amiss = summary::amiss(page);
    if amiss.is_empty() {
        let mut all = vec![coverage];
        all.extend_from_slice(items);
        return summary::flowed(&all, page.style);
    }
    let mut lines = vec![format!(" {}", page.style.paint(Tone::Caution, &coverage))];
    lines.extend(amiss);
    lines.extend(summary::flowed(items, page.style));
    lines
}

/// What was read and is in no number; not made safe.
pub(super) fn uncounted(mesh: Option<&Mesh>) -> Vec<String> {
    let Some(mesh) = mesh else {
        return Vec::new();
    };
    let mut said = Vec::new();
    if let Some(first) = mesh.doubled.first() {
        said.push(format!(
            "{} what another target of the same pod says and is not counted, first {} beside {}",
            numbers::counted(
                mesh.doubled.len() as u64,
                "target repeats",
                "targets repeat"
            ),
            first.name,
            first.counted_name,
        ));
    }
    let without: u64 = mesh
        .targets
        .iter()
        .map(|target| target.without_reporter)
        .sum();
    if without > 0 {
        said.push(format!(
            "{} of Istio's traffic lack the label reporter and are not counted: a filter or relabeling took it away",
            numbers::counted_series(without),
        ));
    }
    let unusable: u64 = mesh.targets.iter().map(|target| target.unusable).sum();
    if unusable > 0 {
        said.push(format!(
            "{} no count (negative, infinite or NaN) and left out",
            numbers::counted(unusable, "value of a counter is", "values of counters are"),
        ));
    }
    said
}

/// Where no target says anything of traffic.
pub(super) fn silence() -> String {
    let known = TELLING
        .iter()
        .filter(|name| mesh::measured(name.as_bytes()));
    let names: Vec<&str> = known.copied().collect();
    format!("No mesh metrics: none of {} was read.", names.join(", "))
}

/// A sentence, safe, wrapped and indented.
pub(super) fn wrapped(
    sentence: &str,
    indent: usize,
    tone: Tone,
    style: &Style,
    wide: bool,
) -> Vec<String> {
    let columns = if wide {
        usize::MAX
    } else {
        style.columns().saturating_sub(indent).min(LONGEST_LINE)
    };
    let lines = text::wrap(&style.safe(sentence), columns, columns).into_iter();
    lines
        .map(|line| format!("{}{}", " ".repeat(indent), style.paint(tone, &line)))
        .collect()
}

/// `12 calls`.
pub(super) fn calls(count: u64) -> String {
    numbers::counted(count, "call", "calls")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style() -> Style {
        Style {
            width: 80,
            color: false,
            unicode: true,
            escape: true,
        }
    }

    #[test]
    fn only_all_is_a_hundred_percent_and_only_nothing_is_none() {
        let texts = [0.0, 1e-9, 0.004, 0.345, 0.571, 0.9985, 0.999_999, 1.0]
            .map(|rate| percent(Some(rate), &style()));
        let expected = [
            "0%", "<0.1%", "0.4%", "34%", "57%", "99.9%", ">99.9%", "100%",
        ];
        assert_eq!(texts, expected);
        assert_eq!(percent(None, &style()), "–");
    }

    #[test]
    fn a_namespace_that_all_share_is_not_repeated() {
        fn end<'a>(namespace: Option<&'a str>, name: &'a str) -> EndEntry<'a> {
            EndEntry {
                namespace,
                name: Some(name),
                kind: "workload",
            }
        }
        let (web, api) = (end(Some("shop"), "web"), end(Some("shop"), "api"));
        let file = end(None, "web.prom");
        let names = Names::of([web, api, file].into_iter());
        assert_eq!(names.edge(web, api, None, &style()), "web → api");
        let other = end(Some("bank"), "api");
        let names = Names::of([web, api, other].into_iter());
        assert_eq!(names.edge(web, api, None, &style()), "shop/web → api");
        let names = Names::of([web, other].into_iter());
        assert_eq!(
            names.edge(web, other, None, &style()),
            "shop/web → bank/api"
        );
        assert_eq!(
            names.edge(file, other, Some("svc"), &style()),
            "web.prom → bank/svc"
        );
    }
}
