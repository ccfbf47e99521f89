//! Writes what mends findings for certain into their files, or shows what that would change.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context;
use similar::TextDiff;
use tempfile::NamedTempFile;

use super::inputs::Inputs;
use crate::cli::messages::Messages;
use crate::collector::config;
use crate::collector::config::File;
use crate::findings::Finding;
use crate::findings::lint;
use crate::findings::numbers::plural;

/// How many lines are shown around a change.
const CONTEXT: usize = 3;

/// Mends what can be mended for certain; whether anything was.
///
/// # Errors
/// A file cannot be written.
pub(super) fn write(
    inputs: &mut Inputs,
    findings: &[Finding],
    messages: Messages,
) -> anyhow::Result<bool> {
    let mut any = false;
    for (name, text) in &mut inputs.texts {
        let Some((changed, mended)) = mended(name, text, findings, messages) else {
            continue;
        };
        replace(Path::new(name), &changed).with_context(|| format!("cannot write {name}"))?;
        let mut ids: Vec<&str> = mended.iter().map(|finding| finding.id).collect();
        ids.sort_unstable();
        ids.dedup();
        messages.note(&format!(
            "mended {} in {name}: {}",
            plural(mended.len() as u64, "finding"),
            ids.join(", ")
        ));
        *text = changed;
        any = true;
    }
    if !any {
        messages.note("nothing to mend for certain");
    }
    Ok(any)
}

/// What [`write()`] would change, as a unified diff.
pub(super) fn diff(inputs: &Inputs, findings: &[Finding], messages: Messages) -> String {
    let mut all = String::new();
    for (name, text) in &inputs.texts {
        let Some((changed, _)) = mended(name, text, findings, messages) else {
            continue;
        };
        let (text, changed) = (lint::masked(text), lint::masked(&changed));
        let diff = TextDiff::from_lines(&*text, &*changed);
        let mut diff = diff.unified_diff();
        let diff = diff.context_radius(CONTEXT);
        let (old, new) = if name == "-" || Path::new(name).is_absolute() {
            (name.clone(), name.clone())
        } else {
            (format!("a/{name}"), format!("b/{name}"))
        };
        all.push_str(&diff.header(&old, &new).to_string());
    }
    if all.is_empty() {
        messages.note("nothing to mend for certain");
    }
    all
}

/// The text of a file after mending, and what was mended; none where nothing is.
fn mended<'a>(
    name: &str,
    text: &str,
    findings: &'a [Finding],
    messages: Messages,
) -> Option<(String, Vec<&'a Finding>)> {
    let applied = lint::apply(name, text, findings);
    for index in &applied.refused {
        let finding = findings.get(*index)?;
        messages.warning(&format!(
            "{name}: {} is not mended, as another change touches the same place; run it again",
            finding.id
        ));
    }
    if applied.mended.is_empty() {
        return None;
    }
    let file = |text| File { name, text };
    let holds = |text| {
        let contents = config::contents(0, file(text), false, None, &mut Vec::new());
        contents.is_ok_and(|contents| contents.found.iter().all(|found| found.root.is_ok()))
    };
    if holds(text) && !holds(&applied.text) {
        messages.error(&format!(
            "{name}: the changes would break the file, and are left out; this is a bug"
        ));
        return None;
    }
    let mended = applied.mended.iter();
    let mended = mended.filter_map(|index| findings.get(*index)).collect();
    Some((applied.text, mended))
}

/// Puts a text in the place of a file's, all at once: whoever reads it sees the old one or the new.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    // The file that a link leads to is changed, not the link.
    let path = fs::canonicalize(path)?;
    let parent = path.parent().unwrap_or(Path::new("/"));
    let mut file = NamedTempFile::new_in(parent)?;
    file.write_all(text.as_bytes())?;
    file.as_file()
        .set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
