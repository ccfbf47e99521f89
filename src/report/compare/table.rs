//! The comparison for a reader in a terminal.

use super::shown;
use super::words;
use super::words::from_to;
use super::words::percent;
use super::words::signed;
use super::words::workload;
use crate::report::Style;
use crate::report::columns::Cell;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::columns::title;
use crate::report::document::ComparedSideEntry;
use crate::report::document::ComparisonDocument;
use crate::report::document::FamilyChangeEntry;
use crate::report::document::WorkloadChangeEntry;
use crate::report::numbers;
use crate::report::numbers::counted;
use crate::report::numbers::grouped;
use crate::report::numbers::of;
use crate::report::paint::Tone;
use crate::report::text::truncate;
use crate::report::traffic::wrapped;

/// Families that are shown.
const FAMILIES: usize = 15;
/// Rows of the other lists.
const OTHERS: usize = 8;

/// How lists are drawn.
#[derive(Clone, Copy)]
struct Drawing<'a> {
    style: &'a Style,
    wide: bool,
    limit: Option<usize>,
}

/// The whole table; lists without rows are left out.
pub(super) fn lines(
    document: &ComparisonDocument<'_>,
    limit: Option<usize>,
    style: &Style,
    wide: bool,
) -> Vec<String> {
    let draw = Drawing { style, wide, limit };
    let sections = [
        head(document, draw),
        churn(document, draw),
        families(document, draw),
        labels(document, draw),
        workloads(document, draw),
        targets(document, draw),
        versions(document, draw),
        pods(document, draw),
    ];
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}

impl Drawing<'_> {
    /// How many of `all` rows are shown.
    fn rows(self, usual: usize, all: usize) -> usize {
        shown(self.limit, if self.wide { usize::MAX } else { usual }, all)
    }

    /// `8 of 57`, `57`.
    fn about(rows: usize, all: usize) -> String {
        if rows < all {
            of(rows, all)
        } else {
            grouped(all as u64)
        }
    }

    fn list(
        self,
        title: &'static str,
        about: String,
        rows: Vec<Vec<Cell>>,
        columns: Vec<Column>,
    ) -> Vec<String> {
        let mut list = List {
            title,
            about,
            columns,
            rows,
        };
        list.drop_empty();
        list.lines(self.style, self.wide)
    }
}

fn head(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let (style, header) = (draw.style, &document.header);
    let totals = &header.totals;
    let counts = [
        totals.families,
        totals.names,
        totals.labels,
        totals.series,
        totals.otlp_data_points,
    ];
    let side = |name: &str, side: &ComparedSideEntry<'_>, is_after: bool| -> Vec<Cell> {
        let pick = |count: crate::report::document::CountChangeEntry| {
            if is_after { count.after } else { count.before }
        };
        let coverage = &side.coverage;
        let read = format!(
            "{} of {}",
            grouped(coverage.scraped),
            grouped(coverage.expected)
        );
        let mut cells: Vec<Cell> = vec![name.to_owned().into(), read.into()];
        cells.extend(counts.map(|count| grouped(pick(count)).into()));
        cells.push(numbers::bytes(pick(totals.body_bytes)).into());
        cells
    };
    let mut growth: Vec<Cell> = vec![
        "growth".to_owned().into(),
        signed(totals.targets.growth).into(),
    ];
    growth.extend(counts.map(|count| signed(count.growth).into()));
    growth.push(words::signed_bytes(totals.body_bytes.growth).into());
    let mut percents: Vec<Cell> = vec![String::new().into(), String::new().into()];
    percents.extend(counts.map(|count| percent(count).into()));
    percents.push(percent(totals.body_bytes).into());
    let rows = vec![
        side("before", &header.before, false),
        side("after", &header.after, true),
        growth,
        percents,
    ];
    // What is to be read first gives way last.
    let columns = vec![
        Column::name(""),
        Column::right("targets"),
        Column::right("families").yields_below(6),
        Column::right("names").yields_below(9),
        Column::right("labels").yields_below(8),
        Column::right("series"),
        Column::right("points").yields_below(10),
        Column::right("bytes").yields_below(7),
    ];
    let mut lines = Vec::new();
    for (name, side) in [("before", &header.before), ("after ", &header.after)] {
        let named = format!("{name}  {}", style.safe(&words::side(side)));
        let room = if draw.wide {
            usize::MAX
        } else {
            style.columns() - 1
        };
        let named = truncate(&named, room, style.ellipsis());
        lines.push(format!(" {named}"));
    }
    lines.push(String::new());
    lines.extend(draw.list("READ", String::new(), rows, columns));
    for told in words::cautions(document) {
        lines.extend(wrapped(&told, 3, Tone::Caution, style, draw.wide));
    }
    if header.equal {
        lines.push(String::new());
        let text = if header.unknown.is_empty() {
            "Nothing differs: the very same families, labels, series and targets."
        } else {
            "Nothing differs of what is known: the same families, labels, targets and numbers of series."
        };
        lines.extend(wrapped(text, 1, Tone::Plain, style, draw.wide));
    }
    lines
}

/// Which series stayed.
fn churn(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let Some(churn) = &document.header.churn else {
        return Vec::new();
    };
    if document.header.equal {
        return Vec::new();
    }
    let targets = |status: &str| {
        let targets = document.targets.iter();
        targets.filter(|target| target.status == status).count() as u64
    };
    let said = |status, what: &str| {
        let targets = counted(targets(status), "target", "targets");
        format!("{targets} {what}")
    };
    let none = || Cell::from(String::new());
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if targets("both") > 0 {
        rows.push(vec![
            said("both", "on both sides").into(),
            grouped(churn.stayed_series).into(),
            grouped(churn.disappeared_series).into(),
            grouped(churn.appeared_series).into(),
        ]);
    }
    if targets("went") > 0 {
        let went = grouped(churn.disappeared_with_targets_series);
        rows.push(vec![
            said("went", "gone").into(),
            none(),
            went.into(),
            none(),
        ]);
    }
    if targets("came") > 0 {
        let came = grouped(churn.appeared_with_targets_series);
        rows.push(vec![
            said("came", "new").into(),
            none(),
            none(),
            came.into(),
        ]);
    }
    let columns = vec![
        Column::name("").enough(24),
        Column::right("stayed"),
        Column::right("gone"),
        Column::right("new"),
    ];
    let about = if churn.moved_series > 0 {
        let moved = grouped(churn.moved_series);
        format!("{moved} of them now of another family")
    } else {
        String::new()
    };
    draw.list("SERIES", about, rows, columns)
}

fn families(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let families = document.families.iter();
    let changed: Vec<&FamilyChangeEntry<'_>> = families
        .filter(|family| words::is_changed(family))
        .collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let style = draw.style;
    let count = draw.rows(FAMILIES, changed.len());
    let rows = changed.iter().take(count).map(|family| -> Vec<Cell> {
        let churn = family.churn;
        let churned = |count: u64| {
            if count == 0 {
                String::new()
            } else {
                grouped(count)
            }
        };
        let cause = words::cause(family, style).join(style.dot());
        vec![
            style.safe(family.name).into_owned().into(),
            grouped(family.series.before).into(),
            grouped(family.series.after).into(),
            signed(family.series.growth).into(),
            match words::status(family.status) {
                "" => percent(family.series),
                status => status.to_owned(),
            }
            .into(),
            churn
                .map_or_else(String::new, |churn| churned(churn.disappeared_series))
                .into(),
            churn
                .map_or_else(String::new, |churn| churned(churn.appeared_series))
                .into(),
            style.safe(&cause).into_owned().into(),
        ]
    });
    let columns = vec![
        Column::name("").enough(34),
        Column::right("before").yields_below(30),
        Column::right("after"),
        Column::right("growth"),
        Column::right("%").yields_below(18),
        Column::right("gone").yields_below(26),
        Column::right("new").yields_below(26),
        Column::note("by").yields_below(16),
    ];
    let about = format!("{} that changed", Drawing::about(count, changed.len()));
    draw.list("FAMILIES", about, rows.collect(), columns)
}

fn labels(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let told = words::labels_told(document);
    let all = told.len();
    if all == 0 {
        return Vec::new();
    }
    let style = draw.style;
    let count = draw.rows(OTHERS, all);
    let rows = told.iter().take(count).map(|label| -> Vec<Cell> {
        let saves = if label.structural {
            style.dash().to_owned()
        } else {
            from_to(label.marginal_saving_series, style)
        };
        vec![
            style.safe(label.name).into_owned().into(),
            words::status(label.status).to_owned().into(),
            from_to(label.values, style).into(),
            saves.into(),
            from_to(label.series, style).into(),
            from_to(label.families, style).into(),
        ]
    });
    let columns = vec![
        Column::name("").enough(34),
        Column::left(""),
        Column::right("values"),
        Column::right("saves"),
        Column::right("series").yields_below(20),
        Column::right("families").yields_below(24),
    ];
    let about = format!("{} that changed", Drawing::about(count, all));
    draw.list("LABELS", about, rows.collect(), columns)
}

fn workloads(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let all = document.workloads.iter().flatten();
    let changed = all.filter(|one| {
        one.disappeared_series > 0
            || one.appeared_series > 0
            || one.targets_came > 0
            || one.targets_went > 0
            || one.series.growth != 0
    });
    let changed: Vec<&WorkloadChangeEntry<'_>> = changed.collect();
    // Where nobody's workload is known, its row would be that of all.
    if !changed.iter().any(|one| one.workload.is_some()) {
        return Vec::new();
    }
    let style = draw.style;
    let count = draw.rows(OTHERS, changed.len());
    let rows = changed.iter().take(count).map(|one| -> Vec<Cell> {
        let replaced = one.targets_came.min(one.targets_went);
        let replaced = if replaced > 0 {
            format!("{} replaced", grouped(replaced))
        } else {
            String::new()
        };
        vec![
            style
                .safe(&workload(one.namespace, one.workload))
                .into_owned()
                .into(),
            from_to(one.targets, style).into(),
            grouped(one.series.before).into(),
            grouped(one.series.after).into(),
            signed(one.series.growth).into(),
            percent(one.series).into(),
            grouped(one.disappeared_series).into(),
            grouped(one.appeared_series).into(),
            replaced.into(),
        ]
    });
    let columns = vec![
        Column::name("").enough(34),
        Column::right("pods"),
        Column::right("before").yields_below(20),
        Column::right("after"),
        Column::right("growth"),
        Column::right("%").yields_below(18),
        Column::right("gone").yields_below(22),
        Column::right("new").yields_below(22),
        Column::note("").yields_below(24),
    ];
    let about = format!("{} that changed", Drawing::about(count, changed.len()));
    draw.list("WORKLOADS", about, rows.collect(), columns)
}

/// Those that came and went; wide also those that changed.
fn targets(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let style = draw.style;
    let mut listed: Vec<_> = document
        .targets
        .iter()
        .filter(|target| target.status != "both" || (draw.wide && target.series.growth != 0))
        .collect();
    if listed.is_empty() {
        return Vec::new();
    }
    listed.sort_by_key(|target| {
        let name = target.after.or(target.before);
        (target.status == "both", target.status == "came", name)
    });
    let (all, count) = (listed.len(), draw.rows(OTHERS, listed.len()));
    let rows = listed.iter().take(count).map(|target| -> Vec<Cell> {
        let name = target.after.or(target.before).unwrap_or_default();
        vec![
            style.safe(name).into_owned().into(),
            words::status(target.status).to_owned().into(),
            grouped(target.series.before).into(),
            grouped(target.series.after).into(),
        ]
    });
    let columns = vec![
        Column::name("").enough(44),
        Column::left(""),
        Column::right("before"),
        Column::right("after"),
    ];
    let number = |status: &str| {
        let some = document.targets.iter();
        some.filter(|target| target.status == status).count() as u64
    };
    let mut about = vec![
        format!("{} gone", grouped(number("went"))),
        format!("{} new", grouped(number("came"))),
    ];
    if count < all {
        about.push(format!("{} shown", of(count, all)));
    }
    let about = about.join(style.dot());
    draw.list("TARGETS", about, rows.collect(), columns)
}

fn versions(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let all = document.versions.iter().flatten();
    let known: Vec<_> = all.filter(|version| version.proxy.is_some()).collect();
    if known.is_empty() || document.header.equal {
        return Vec::new();
    }
    let style = draw.style;
    let rows = known.iter().map(|version| -> Vec<Cell> {
        let name = version.version.unwrap_or("(does not tell)");
        let proxy = version.proxy.unwrap_or_default();
        vec![
            style.safe(&format!("{proxy} {name}")).into_owned().into(),
            grouped(version.targets.before).into(),
            grouped(version.targets.after).into(),
            signed(version.targets.growth).into(),
        ]
    });
    let columns = vec![
        Column::name("").enough(34),
        Column::right("before"),
        Column::right("after"),
        Column::right("growth"),
    ];
    let about = "targets of each".to_owned();
    draw.list("PROXY VERSIONS", about, rows.collect(), columns)
}

/// Those that are gone; wide also those of which that cannot be told.
fn pods(document: &ComparisonDocument<'_>, draw: Drawing<'_>) -> Vec<String> {
    let style = draw.style;
    let Some(about) = document.header.pods_named.and_then(words::pods) else {
        return Vec::new();
    };
    if document.header.equal {
        return Vec::new();
    }
    if document.header.equal
        && document
            .header
            .pods_named
            .is_some_and(|named| named.gone == 0)
    {
        return Vec::new();
    }
    let pods = document.pods.iter().flatten();
    let listed: Vec<_> = pods.filter(|pod| pod.gone || draw.wide).collect();
    if listed.is_empty() {
        return title("GONE PODS", &about, style);
    }
    let count = draw.rows(OTHERS, listed.len());
    let rows = listed.iter().take(count).map(|pod| -> Vec<Cell> {
        let name = workload(pod.namespace, Some(pod.pod));
        vec![
            style.safe(&name).into_owned().into(),
            style.safe(pod.label).into_owned().into(),
            grouped(pod.series).into(),
            words::why_of_pod(pod.why_untold).to_owned().into(),
        ]
    });
    let columns = vec![
        Column::name("").enough(44),
        Column::left("named by").yields_below(24),
        Column::right("series"),
        Column::note("").yields_below(30),
    ];
    draw.list("GONE PODS", about, rows.collect(), columns)
}
