//! What is said once a snapshot is written, and the exit code.

use std::path::Path;
use std::time::Duration;

use crate::cli::ExitCode;
use crate::cli::counting;
use crate::cli::deliver::deliver_text;
use crate::cli::messages::Messages;
use crate::cli::terminal::Terminal;
use crate::findings::numbers::bytes;
use crate::findings::numbers::counted;
use crate::findings::numbers::grouped;
use crate::findings::numbers::plural;
use crate::report;
use crate::snapshot::Destination;
use crate::snapshot::Key;
use crate::snapshot::KeyFile;
use crate::snapshot::Taken;
use crate::source::manifest::Redaction;
use crate::source::manifest::Sweep;
use crate::survey::Coverage;

/// Says what is to be said of a key's file.
pub(super) fn say_key(file: KeyFile, path: &Path, messages: Messages) -> Key {
    let path = path.display();
    if file.created {
        messages.note(&format!(
            "made a key in {path}: whoever has it can test guesses, so keep it"
        ));
    } else if file.exposed {
        messages.warning(&format!(
            "others may read the key in {path}: chmod 600 {path}"
        ));
    }
    file.key
}

/// Says what was saved and what was not.
///
/// # Errors
/// Standard output does not take it.
pub(super) fn conclude(
    taken: &Taken,
    output: &Path,
    destination: &Destination,
    spent: Duration,
    terminal: &Terminal,
    messages: Messages,
) -> anyhow::Result<ExitCode> {
    let manifest = &taken.manifest;
    let code = code(taken);
    messages.remarks(&taken.remarks);
    let Some(stored) = taken.stored_bytes else {
        let coverage = manifest.sweeps.first().map(coverage).unwrap_or_default();
        if manifest.interrupted {
            messages.error("interrupted before anything was read: nothing was saved");
        } else {
            counting::explain_nothing(&coverage, messages);
            messages.error("nothing was saved");
        }
        return Ok(code);
    };
    if let Some(worst) = worst(&manifest.sweeps) {
        counting::say_failures(&coverage(worst), messages, Messages::warning);
    }
    if let Some(redaction) = &manifest.redaction {
        say_redaction(redaction, messages);
    }
    let saved = manifest.sweeps.iter().flat_map(|sweep| &sweep.targets);
    let body_bytes: u64 = saved.clone().map(|target| target.body_bytes).sum();
    messages.detail(&format!(
        "saved {} of {} in {spent:.0?}",
        plural(body_bytes, "byte"),
        counted(saved.count() as u64, "body", "bodies"),
    ));
    let dot = if terminal.report.unicode {
        " · "
    } else {
        " | "
    };
    let mut parts: Vec<String> = Vec::new();
    if manifest.sweeps.len() > 1 {
        parts.push(plural(manifest.sweeps.len() as u64, "sweep"));
    }
    parts.push(targets(&manifest.sweeps));
    parts.extend(manifest.interrupted.then(|| "interrupted".to_owned()));
    parts.push(format!("{} in {}", bytes(body_bytes), bytes(stored)));
    let shown = output.to_string_lossy();
    match destination {
        // Standard output is the archive.
        Destination::Stdout => messages.note(&parts.join(dot)),
        Destination::File(_) | Destination::Directory(_) => {
            parts.push(made_safe(&shown, terminal));
            deliver_text(&format!(" {}\n", parts.join(dot)))?;
            if is_plain(&shown) {
                messages.next(&format!("meshctl audit {shown}"));
            }
        }
    }
    Ok(code)
}

/// The sweep that lost most; of equals the last.
fn worst(sweeps: &[Sweep]) -> Option<&Sweep> {
    sweeps.iter().max_by_key(|sweep| sweep.failed.len())
}

/// `3 of 4 targets saved`; of several sweeps that of the worst.
fn targets(sweeps: &[Sweep]) -> String {
    let worst = worst(sweeps);
    let (scraped, expected) = worst.map_or((0, 0), |sweep| {
        (sweep.scraped_targets, sweep.expected_targets)
    });
    let targets = counted(expected, "target", "targets");
    let each = if sweeps.len() > 1 && scraped == expected {
        " each"
    } else {
        ""
    };
    format!("{} of {targets} saved{each}", grouped(scraped))
}

fn code(taken: &Taken) -> ExitCode {
    if taken.manifest.interrupted {
        ExitCode::Interrupted
    } else if taken.stored_bytes.is_none() {
        ExitCode::CouldNot
    } else if taken
        .manifest
        .sweeps
        .iter()
        .any(|sweep| !sweep.failed.is_empty())
    {
        ExitCode::Partial
    } else {
        ExitCode::Clean
    }
}

fn coverage(sweep: &Sweep) -> Coverage {
    Coverage {
        expected: sweep.expected_targets,
        scraped: sweep.scraped_targets,
        failed: sweep.failed.iter().cloned().map(Into::into).collect(),
        skipped: sweep.skipped.iter().cloned().map(Into::into).collect(),
    }
}

fn say_redaction(redaction: &Redaction, messages: Messages) {
    let names: Vec<&str> = redaction
        .labels
        .iter()
        .map(|label| label.name.as_str())
        .collect();
    let labels = if names.is_empty() {
        "no label".to_owned()
    } else {
        format!(
            "{}: {}",
            plural(names.len() as u64, "label"),
            names.join(", ")
        )
    };
    messages.note(&format!("replaced values of {labels}"));
    messages.note("metric names, label names and HELP texts are as they were");
    if redaction.refused_lines > 0 {
        messages.warning(&format!(
            "left out {} that cannot be read and may hold names: the numbers lack what they say",
            plural(redaction.refused_lines, "line"),
        ));
    }
}

fn made_safe(name: &str, terminal: &Terminal) -> String {
    match (terminal.report.escape, terminal.report.unicode) {
        (true, true) => report::escape_terminal(name).into_owned(),
        (true, false) => report::escape_ascii(name).into_owned(),
        (false, _) => name.to_owned(),
    }
}

/// Whether a shell takes `name` as it stands.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+,@%".contains(c);
    !name.starts_with('-') && name.chars().all(plain)
}
