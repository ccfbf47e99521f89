//! Three ways to hand over one body per pod: a directory, an archive, one joined stream.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::model::Pod;
use super::render::body;
use super::scenario::Scenario;

/// Where a pod's body goes, in a directory and in an archive.
fn path(pod: &Pod) -> String {
    format!("{}/{}.prom", pod.place.namespace, pod.place.pod)
}

/// Writes `NAMESPACE/POD.prom` files under `root`.
pub(crate) fn directory(scenario: &Scenario, root: &Path) -> io::Result<()> {
    let mut text = Vec::new();
    for pod in scenario.pods() {
        text.clear();
        body(&pod, &mut text);
        let file = root.join(path(&pod));
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, &text)?;
    }
    Ok(())
}

/// Writes the same files as a tar archive, with nothing in it that time or machine could change.
pub(crate) fn archive(scenario: &Scenario, out: impl Write) -> io::Result<()> {
    let mut tar = tar::Builder::new(out);
    let mut text = Vec::new();
    for pod in scenario.pods() {
        text.clear();
        body(&pod, &mut text);
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, path(&pod), text.as_slice())?;
    }
    tar.into_inner()?.flush()
}

/// Writes what `linkerd diagnostics proxy-metrics` prints: pods by name, headers without a
/// namespace, bodies as they are.
pub(crate) fn joined(scenario: &Scenario, mut out: impl Write) -> io::Result<()> {
    let mut text = Vec::new();
    for (rank, index) in scenario.by_name().into_iter().enumerate() {
        text.clear();
        let pod = scenario.pod(index);
        let (name, count) = (&pod.place.pod, scenario.len());
        writeln!(text, "#\n# POD {name} ({} of {count})\n#", rank + 1)?;
        body(&pod, &mut text);
        out.write_all(&text)?;
    }
    out.flush()
}
