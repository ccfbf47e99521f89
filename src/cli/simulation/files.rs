//! The files that a simulation reads beside the scrapes.

use std::fs::File;
use std::io::Read;

use anyhow::Context;
use anyhow::bail;

/// Longest file that is read; a list of all pods of a large cluster is the longest there is.
const LONGEST: u64 = 256 << 20;

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// It cannot be read, is too long or not UTF-8.
pub(in crate::cli) fn text(name: &str) -> anyhow::Result<String> {
    let cannot = || format!("cannot read {name}");
    if name == "-" {
        return limited(&mut std::io::stdin().lock()).with_context(cannot);
    }
    let mut file = File::open(name).with_context(cannot)?;
    limited(&mut file).with_context(cannot)
}

fn limited(from: &mut dyn Read) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        bail!("it is longer than {} MiB", LONGEST >> 20);
    }
    String::from_utf8(bytes).context("it is not UTF-8")
}

/// The text of a file that a configuration refers to; `None` also for what is no file, such as a device.
pub(super) fn regular(name: &str) -> Option<String> {
    let mut file = File::open(name).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    limited(&mut file).ok()
}

/// `NAME=VALUE` on each line; `#` begins a comment, and values are taken as they are.
///
/// # Errors
/// A line is neither.
pub(super) fn variables(text: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match super::values::variable(line) {
            Ok(variable) => all.push(variable),
            Err(error) => bail!("line {}: {error}", at + 1),
        }
    }
    Ok(all)
}
