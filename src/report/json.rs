//! Writes the document as JSON, whole or one object a line, and tells its schema.

use std::io;
use std::io::Write;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use crate::report::Page;
use crate::report::Style;
use crate::report::document::CheckDocument;
use crate::report::document::ComparisonDocument;
use crate::report::document::DifferenceDocument;
use crate::report::document::Document;
use crate::report::document::EdgeEntry;
use crate::report::document::EdgesDocument;
use crate::report::document::ExplanationDocument;
use crate::report::document::FamilyEntry;
use crate::report::document::FindingEntry;
use crate::report::document::GrpcDocument;
use crate::report::document::Header;
use crate::report::document::HiddenFailuresEntry;
use crate::report::document::LabelEntry;
use crate::report::document::LatencyDocument;
use crate::report::document::NoticeEntry;
use crate::report::document::PipelineEntry;
use crate::report::document::RejectEntry;
use crate::report::document::TargetEntry;
use crate::report::text::is_hostile;

/// JSON Schema (draft 2020-12) of what `-o json` writes; committed as `docs/schema/audit.schema.json`.
pub fn schema() -> Value {
    schema_of::<Document<'_>>()
}

/// The same of what `check` and `lint` write; committed as `docs/schema/check.schema.json`.
pub fn check_schema() -> Value {
    schema_of::<CheckDocument<'_>>()
}

/// The same of what `diff` writes; committed as `docs/schema/diff.schema.json`.
pub fn difference_schema() -> Value {
    schema_of::<DifferenceDocument<'_>>()
}

/// The same of what `filter --explain` writes; committed as `docs/schema/explain.schema.json`.
pub fn explanation_schema() -> Value {
    schema_of::<ExplanationDocument<'_>>()
}

/// The same of what `grpc` writes; committed as `docs/schema/grpc.schema.json`.
pub fn grpc_schema() -> Value {
    schema_of::<GrpcDocument<'_>>()
}

/// The same of what `edges` writes; committed as `docs/schema/edges.schema.json`.
pub fn edges_schema() -> Value {
    schema_of::<EdgesDocument<'_>>()
}

/// The same of what `latency` writes; committed as `docs/schema/latency.schema.json`.
pub fn latency_schema() -> Value {
    schema_of::<LatencyDocument<'_>>()
}

/// The same of what `compare` writes; committed as `docs/schema/compare.schema.json`.
pub fn comparison_schema() -> Value {
    schema_of::<ComparisonDocument<'_>>()
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// One pretty-printed document and a newline.
pub(super) fn write_document(page: Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_pretty(&page.document(), page.style, out)
}

/// Any document, pretty-printed, and a newline.
pub(super) fn write_pretty(
    document: &impl Serialize,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if style.escape {
        let text = serde_json::to_string_pretty(document)?;
        out.write_all(ascii_escaped(&text).as_bytes())?;
    } else {
        serde_json::to_writer_pretty(&mut *out, document)?;
    }
    writeln!(out)
}

/// Anything on a line of its own.
pub(super) fn write_line(
    line: &impl Serialize,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = serde_json::to_string(line)?;
    if style.escape {
        writeln!(out, "{}", ascii_escaped(&text))
    } else {
        writeln!(out, "{text}")
    }
}

/// A line of the document: its own keys, and `kind` before them.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a, 'b> {
    Audit(&'b Header<'a>),
    Target(&'b TargetEntry<'a>),
    Family(&'b FamilyEntry<'a>),
    Label(&'b LabelEntry<'a>),
    Rejects(&'b RejectEntry<'a>),
    HiddenFailures(&'b HiddenFailuresEntry<'a>),
    Edge(&'b EdgeEntry<'a>),
    Finding(&'b FindingEntry<'a>),
    Pipeline(&'b PipelineEntry<'a>),
    Notice(&'b NoticeEntry<'a>),
}

/// The same content: a line for everything but the lists, then one for each of their entries.
pub(super) fn write_lines(page: Page<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Document {
        header,
        targets,
        families,
        labels,
        rejects,
        hidden_failures,
        edges,
        findings,
        pipeline,
        more_pipelines,
        notices,
    } = page.document();
    let lines = std::iter::once(Line::Audit(&header))
        .chain(targets.iter().map(Line::Target))
        .chain(families.iter().map(Line::Family))
        .chain(labels.iter().map(Line::Label))
        .chain(rejects.iter().map(Line::Rejects))
        .chain(hidden_failures.iter().map(Line::HiddenFailures))
        .chain(edges.iter().map(Line::Edge))
        .chain(findings.iter().map(Line::Finding))
        .chain(pipeline.iter().chain(&more_pipelines).map(Line::Pipeline))
        .chain(notices.iter().map(Line::Notice));
    for line in lines {
        write_line(&line, page.style, out)?;
    }
    Ok(())
}

/// Escapes what a terminal would obey or hide, as JSON does: the value stays the same. Beyond ASCII,
/// characters occur only within strings, and within ASCII only DEL is left over by the serializer.
pub(super) fn ascii_escaped(json: &str) -> String {
    use std::fmt::Write as _;
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c >= '\u{7f}' && is_hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_for_a_terminal_keeps_the_value() {
        let value = Value::String("a\u{9b}31m\u{7f}\u{202e}b\u{e0041}ü東\n".to_owned());
        let safe = ascii_escaped(&value.to_string());
        assert_eq!(safe, r#""a\u009b31m\u007f\u202eb\udb40\udc41ü東\n""#);
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), value);
    }
}
