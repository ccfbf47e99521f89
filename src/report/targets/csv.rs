//! A row for each raw target: scraped, dropped or refused. One that is scraped stands once for each raw target
//! that it was made of, all with the same number.

use std::io;
use std::io::Write;

use csv::Writer;

use super::Sheet;
use super::label_text;
use crate::collector::targets::Origin;
use crate::report::csv::text;

const HEADER: [&str; 14] = [
    "job",
    "state",
    "target",
    "url",
    "kind",
    "namespace",
    "name",
    "container",
    "port",
    "labels",
    "action",
    "saw_or_reason",
    "file",
    "line",
];

pub(super) fn write(sheet: Sheet<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Writer::from_writer(out);
    rows.write_record(HEADER)?;
    let limit = sheet.rows(usize::MAX);
    let page = sheet.page;
    for job in &sheet.targets.jobs {
        let name = text(page, &job.name);
        let of = |origin: &Origin| {
            [
                origin.kind.to_owned(),
                text(page, &origin.namespace),
                text(page, &origin.name),
                text(page, &origin.container),
                text(page, &origin.port),
            ]
        };
        let none = String::new;
        for (number, target) in job.targets.iter().enumerate().take(limit) {
            for origin in &target.origins {
                let [kind, namespace, object, container, port] = of(origin);
                let url = text(page, &target.url());
                let labels = text(page, &label_text(target));
                rows.write_record([
                    name.clone(),
                    "scraped".to_owned(),
                    (number + 1).to_string(),
                    url,
                    kind,
                    namespace,
                    object,
                    container,
                    port,
                    labels,
                    none(),
                    none(),
                    none(),
                    none(),
                ])?;
            }
        }
        for dropped in job.dropped.iter().take(limit) {
            let [kind, namespace, object, container, port] = of(&dropped.origin);
            let rule = job.rules.get(dropped.rule);
            let at = rule.map(|rule| rule.at).filter(|at| at.line > 0);
            let file = at.and_then(|at| sheet.targets.files.get(at.file as usize));
            rows.write_record([
                name.clone(),
                "dropped".to_owned(),
                none(),
                none(),
                kind,
                namespace,
                object,
                container,
                port,
                none(),
                rule.map_or("", |rule| rule.action).to_owned(),
                text(page, &dropped.value),
                text(page, file.map_or("", String::as_str)),
                at.map_or_else(String::new, |at| at.line.to_string()),
            ])?;
        }
        for refused in job.refused.iter().take(limit) {
            let [kind, namespace, object, container, port] = of(&refused.origin);
            let reason = text(page, &refused.reason);
            rows.write_record([
                name.clone(),
                "refused".to_owned(),
                none(),
                none(),
                kind,
                namespace,
                object,
                container,
                port,
                none(),
                none(),
                reason,
                none(),
                none(),
            ])?;
        }
    }
    rows.flush()
}
