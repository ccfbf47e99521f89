//! Data flows one way: a module may use those before it, never those after it.

#![cfg(test)]

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// In the order in which data flows.
const ROOMS: [&str; 14] = [
    "source",
    "exposition",
    "snapshot",
    "table",
    "collector",
    "census",
    "mesh",
    "waterfall",
    "survey",
    "budget",
    "compare",
    "findings",
    "report",
    "cli",
];

/// Files that may use everything: the list of modules and the edge of the process.
const EDGE: [&str; 2] = ["lib.rs", "main.rs"];

#[test]
fn no_module_uses_a_later_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&root);
    let mut checked = Vec::new();
    let mut faults = Vec::new();
    for file in &files {
        let relative = file.strip_prefix(&root).unwrap();
        let name = relative.to_string_lossy().replace('\\', "/");
        if EDGE.contains(&name.as_str()) {
            continue;
        }
        let Some(home) = room_of(&name) else {
            faults.push(format!(
                "src/{name}: belongs to no room; add it to ROOMS where it stands in the flow"
            ));
            continue;
        };
        checked.push(home);
        let text = fs::read_to_string(file).unwrap();
        faults.extend(violations(home, &text).map(|fault| format!("src/{name}:{fault}")));
    }
    for room in [
        "source",
        "exposition",
        "census",
        "findings",
        "report",
        "cli",
    ] {
        let index = ROOMS
            .iter()
            .position(|candidate| *candidate == room)
            .unwrap();
        assert!(
            checked.contains(&index),
            "no file of {room} was found to check"
        );
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_use_of_a_later_module_is_seen_however_it_is_written() {
    let census = room_of("census/class.rs").unwrap();
    for line in [
        "use crate::report::Style;",
        "    let x = crate::findings::inspect(survey);",
        "use super::super::cli::ExitCode;",
        "use crate :: survey;",
        "use crate::{exposition::Sample, report};",
        "pub(super) use crate::{",
    ] {
        assert_eq!(violations(census, line).count(), 1, "{line}");
    }
}

#[test]
fn earlier_modules_and_comments_are_left_alone() {
    let census = room_of("census.rs").unwrap();
    for line in [
        "use crate::exposition::FamilyType;",
        "use crate::census::class::ValueClass;",
        "use super::class;",
        "//! Counted for [`report`](crate::report).",
        "let crate_count = 1; // see crate::report",
        "use crate::source_text::X;",
    ] {
        assert_eq!(violations(census, line).count(), 0, "{line}");
    }
}

/// `census.rs`, `census/class.rs` → the place of `census` in the flow.
fn room_of(name: &str) -> Option<usize> {
    let top = name.split('/').next()?;
    let top = top.strip_suffix(".rs").unwrap_or(top);
    ROOMS.iter().position(|room| *room == top)
}

/// Lines that reach to the right, as `line: what`.
fn violations(room: usize, text: &str) -> impl Iterator<Item = String> {
    text.lines().enumerate().filter_map(move |(index, line)| {
        let code = line.split("//").next()?;
        let dense: String = code.split_whitespace().collect();
        if dense.contains("usecrate::{") {
            return Some(format!(
                "{}: one `use crate::room::…` line for each room, no group",
                index + 1
            ));
        }
        let later = ROOMS
            .iter()
            .skip(room + 1)
            .find(|later| reaches(&dense, later))?;
        Some(format!(
            "{}: {} uses {later}, which comes after it",
            index + 1,
            ROOMS[room]
        ))
    })
}

/// Whether `code` names `crate::room`, or climbs to it by `super::`.
fn reaches(code: &str, room: &str) -> bool {
    ["crate::", "super::"].iter().any(|start| {
        let path = format!("{start}{room}");
        code.match_indices(&path).any(|(at, _)| {
            let after = code[at + path.len()..].chars().next();
            after.is_none_or(|next| !next.is_alphanumeric() && next != '_')
        })
    })
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
