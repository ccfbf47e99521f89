//! The table of `targets`: what is scraped, what fell out at which rule, what is never seen.

use super::Sheet;
use super::label_text;
use super::saw_text;
use crate::report::columns;
use crate::report::columns::Column;
use crate::report::columns::List;
use crate::report::numbers::grouped;
use crate::report::numbers::of;
use crate::report::problems;
use crate::report::text::flow;

/// Targets that are shown.
const TARGETS: usize = 20;
/// Rows of the other lists.
const OTHERS: usize = 8;

/// The whole table; lists without rows are left out.
pub(super) fn lines(sheet: Sheet<'_>) -> Vec<String> {
    let sections = [
        head(sheet),
        targets(sheet),
        fallen(sheet),
        unjudged(sheet),
        missing(sheet),
        unscraped(sheet),
        problems::lines(sheet.page),
    ];
    let some = sections.into_iter().filter(|section| !section.is_empty());
    some.collect::<Vec<_>>().join(&String::new())
}

fn head(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let sums = sheet.sums();
    let room = style.columns().saturating_sub(1);
    let lines = flow(&sums, style.dot(), room, style.ellipsis()).into_iter();
    lines.map(|line| format!(" {line}")).collect()
}

fn targets(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let safe = |text: &str| style.safe(text).into_owned();
    let all = sheet.targets.jobs.iter();
    let all = all.flat_map(|job| job.targets.iter().map(move |target| (job, target)));
    let count = all.clone().count();
    if count == 0 {
        return columns::title("TARGETS", "none", style);
    }
    let limit = sheet.rows(TARGETS);
    let rows = all.take(limit).map(|(job, target)| {
        let origin = target.origins.first();
        let object = origin.map_or_else(String::new, crate::collector::targets::Origin::object);
        let container = origin.map_or("", |origin| origin.container.as_str());
        vec![
            safe(&target.url()).into(),
            safe(&object).into(),
            safe(container).into(),
            safe(&job.name).into(),
            grouped(target.origins.len() as u64).into(),
            safe(&label_text(target)).into(),
        ]
    });
    let mut list = List {
        title: "TARGETS",
        about: if count > limit {
            of(limit, count)
        } else {
            String::new()
        },
        rows: rows.collect(),
        columns: vec![
            Column::name(""),
            Column::left("object").yields_below(24),
            Column::left("container").dim().yields_below(32),
            Column::left("job").dim().yields_below(36),
            Column::right("raw").yields_below(28),
            Column::note("labels"),
        ],
    };
    list.drop_empty();
    list.lines(style, sheet.page.wide)
}

fn fallen(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let all = sheet.fallen();
    if all.is_empty() {
        return Vec::new();
    }
    let count: u64 = all.iter().map(|fallen| fallen.count).sum();
    let rows = all.iter().take(sheet.rows(OTHERS)).map(|fallen| {
        let place = sheet.place(fallen.rule.at);
        // Where room is short, the line matters more than the folder.
        let short = place.rsplit('/').next().filter(|_| !sheet.page.wide);
        vec![
            style.safe(short.unwrap_or(&place)).into_owned().into(),
            fallen.rule.action.to_owned().into(),
            grouped(fallen.count).into(),
            grouped(fallen.objects).into(),
            style.safe(&fallen.job.name).into_owned().into(),
            style.safe(&saw_text(fallen)).into_owned().into(),
            style.safe(&fallen.rule.text).into_owned().into(),
        ]
    });
    let mut list = List {
        title: "FELL OUT",
        about: format!("{} raw targets, by rule", grouped(count)),
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(60),
            Column::left(""),
            Column::right("raw"),
            Column::right("objects").yields_below(20),
            Column::left("job").dim().yields_below(20),
            Column::note("saw"),
            Column::left("rule").dim(),
        ],
    };
    if !sheet.page.wide {
        // The place says where to read it.
        list.columns.pop();
        for row in &mut list.rows {
            row.pop();
        }
    }
    list.lines(style, sheet.page.wide)
}

fn unjudged(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let all = sheet.targets.jobs.iter();
    let all = all.flat_map(|job| job.unjudged.iter().map(move |entry| (job, entry)));
    let rows: Vec<_> = all
        .take(sheet.rows(OTHERS))
        .map(|(job, ((rule, label), count))| {
            let rule = job.rules.get(*rule);
            let text = rule.map_or("", |rule| rule.text.as_str());
            let place = rule.map_or_else(String::new, |rule| sheet.place(rule.at));
            vec![
                style.safe(label).into_owned().into(),
                grouped(*count).into(),
                style.safe(&job.name).into_owned().into(),
                style.safe(&place).into_owned().into(),
                style.safe(text).into_owned().into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let list = List {
        title: "NOT JUDGED",
        about: "rules that ask for what was not given; they let targets pass".to_owned(),
        rows,
        columns: vec![
            Column::name(""),
            Column::right("raw"),
            Column::left("job").dim().yields_below(30),
            Column::left("").dim().yields_below(20),
            Column::note(""),
        ],
    };
    list.lines(style, sheet.page.wide)
}

fn missing(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let all = sheet.missing();
    if all.is_empty() {
        return Vec::new();
    }
    let limit = sheet.rows(OTHERS);
    let rows = all.iter().take(limit).map(|missing| {
        vec![
            style.safe(&missing.object).into_owned().into(),
            missing.kind.to_owned().into(),
            style.safe(&missing.job.name).into_owned().into(),
            missing.why.to_owned().into(),
        ]
    });
    let list = List {
        title: "NOT DISCOVERED",
        about: if all.len() > limit {
            of(limit, all.len())
        } else {
            grouped(all.len() as u64)
        },
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(60),
            Column::left("").yields_below(30),
            Column::left("job").dim().yields_below(30),
            Column::note(""),
        ],
    };
    list.lines(style, sheet.page.wide)
}

fn unscraped(sheet: Sheet<'_>) -> Vec<String> {
    let style = sheet.page.style;
    let count = sheet.unscraped().count();
    if count == 0 {
        return Vec::new();
    }
    let limit = sheet.rows(OTHERS);
    let rows = sheet.unscraped().take(limit).map(|(sidecar, why)| {
        let kind = if sidecar.is_native {
            "native sidecar"
        } else {
            ""
        };
        vec![
            style.safe(&sidecar.origin.object()).into_owned().into(),
            sidecar.proxy.container().to_owned().into(),
            kind.to_owned().into(),
            style.safe(&sheet.way(why)).into_owned().into(),
        ]
    });
    let mut list = List {
        title: "PROXIES NOBODY SCRAPES",
        about: if count > limit {
            of(limit, count)
        } else {
            grouped(count as u64)
        },
        rows: rows.collect(),
        columns: vec![
            Column::name("").enough(60),
            Column::left("").yields_below(30),
            Column::left("").dim().yields_below(30),
            Column::note(""),
        ],
    };
    list.drop_empty();
    list.lines(style, sheet.page.wide)
}
