//! One Prometheus text body for the whole mesh, as a federation endpoint gives it.
//!
//! Each family is described once, under the name its samples have; `namespace`, `pod`, `node` and `workload`
//! come first in every label set and keep series of different pods apart. No `# UNIT`, no `# EOF`.

use std::io::{self, Write};

use super::catalogue::families;
use super::model::Pod;
use super::render::{describe, sample_suffix, samples};
use super::scale::Scale;
use super::scenario::Scenario;

/// `uid="",`: the least a padded prefix adds.
const PADDING_FLOOR: u64 = 7;

/// How many bytes of a `uid` label to put into every sample, to reach a file size.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Padding {
    /// Characters of the id in every pod; `None` leaves the label out.
    characters: Option<u64>,
    /// Pods, counted from the last, whose id is one character longer.
    longer: u64,
}

/// Size of a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    pub(crate) samples: u64,
}

/// Writes the body.
pub(crate) fn merged(scenario: &Scenario, padding: Padding, mut out: impl Write) -> io::Result<()> {
    let pods: Vec<_> = scenario.pods().collect();
    let first_longer = pods.len() as u64 - padding.longer.min(pods.len() as u64);
    let prefixes: Vec<String> = (0_u64..)
        .zip(&pods)
        .map(|(index, pod)| {
            let longer = u64::from(index >= first_longer);
            prefix(
                pod,
                padding.characters.map(|characters| characters + longer),
            )
        })
        .collect();
    let mut text = Vec::new();
    for (block, family) in families() {
        text.clear();
        let suffix = sample_suffix(block, family.kind);
        describe(
            &format!("{}{suffix}", family.name),
            family.kind,
            family.help,
            &mut text,
        );
        let described = text.len();
        let mut empty = true;
        for (pod, prefix) in pods.iter().zip(&prefixes) {
            samples(block, family, pod, prefix, &mut text);
            empty &= text.len() == described;
            if text.len() > 1 << 20 {
                out.write_all(&text)?;
                text.clear();
            }
        }
        if !empty {
            out.write_all(&text)?;
        }
    }
    out.flush()
}

fn prefix(pod: &Pod, characters: Option<u64>) -> String {
    let place = &pod.place;
    let mut prefix = format!(
        "namespace=\"{}\",pod=\"{}\",node=\"{}\",workload=\"{}\",",
        place.namespace, place.pod, place.node, place.workload
    );
    if let Some(characters) = characters {
        let id: String = format!("{:016x}", pod.seed)
            .chars()
            .cycle()
            .take(characters as usize)
            .collect();
        prefix.push_str("uid=\"");
        prefix.push_str(&id);
        prefix.push_str("\",");
    }
    prefix
}

/// Counts what [`merged`] would write.
pub(crate) fn measure(scenario: &Scenario, padding: Padding) -> io::Result<Size> {
    let mut counter = Counter::default();
    merged(scenario, padding, &mut counter)?;
    Ok(counter.0)
}

#[derive(Default)]
struct Counter(Size);

impl Write for Counter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut lines = text.split_inclusive(|byte| *byte == b'\n');
        let comments = lines.clone().filter(|line| line.starts_with(b"#")).count();
        let lines = lines.by_ref().count();
        self.0.bytes += text.len() as u64;
        self.0.lines += lines as u64;
        self.0.samples += (lines - comments) as u64;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A mesh whose merged body has exactly `lines` lines: as many pods as fit, then one-line rows.
pub(crate) fn fit_lines(mut scale: Scale, lines: u64) -> io::Result<Scale> {
    let size = |scale: &Scale| measure(&Scenario::Scale(scale.clone()), Padding::default());
    let smallest = scale.edges + 1;
    scale.pods = smallest;
    let mut fitted = size(&scale)?.lines;
    while scale.pods * lines / fitted > scale.pods {
        scale.pods = scale.pods * lines / fitted;
        fitted = size(&scale)?.lines;
    }
    while fitted > lines {
        if scale.pods == smallest {
            return Err(io::Error::other(format!(
                "{lines} lines are fewer than the {fitted} of the smallest mesh; lower --edges"
            )));
        }
        scale.pods -= 1;
        fitted = size(&scale)?.lines;
    }
    scale.extra_rows = lines - fitted;
    Ok(scale)
}

/// Padding that brings the merged body as near to `bytes` as one character in all samples of a pod allows.
pub(crate) fn fit_bytes(scenario: &Scenario, bytes: u64) -> io::Result<Padding> {
    let bare = measure(scenario, Padding::default())?;
    let missing = bytes.saturating_sub(bare.bytes);
    let Some(characters) = (missing / bare.samples).checked_sub(PADDING_FLOOR) else {
        return Err(io::Error::other(format!(
            "{bytes} bytes are too few: without padding there are {}; lower --edges or --lines",
            bare.bytes
        )));
    };
    let longer = missing % bare.samples * scenario.len() / bare.samples;
    Ok(Padding {
        characters: Some(characters),
        longer,
    })
}
