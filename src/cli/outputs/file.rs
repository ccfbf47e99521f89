//! Files that outputs go to: replaced as a whole, or written behind what is there.

use std::fs;
use std::fs::OpenOptions;
use std::io;
use std::io::BufWriter;
use std::io::Write;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context;
use anyhow::bail;

/// Whether a file can be put there, as far as that is seen without doing it.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let directory = directory(path);
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => bail!(
            "cannot write {}: {} is no directory",
            path.display(),
            directory.display()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(
            "cannot write {}: there is no directory {}; create it first",
            path.display(),
            directory.display()
        ),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot write {}", path.display()));
        }
    }
    if fs::metadata(path).is_ok_and(|found| found.is_dir()) {
        bail!("cannot write {}: it is a directory", path.display());
    }
    Ok(())
}

/// Writes a file beside its place and puts it there when it is whole: whoever reads it meanwhile sees the old one.
/// What is no regular file, such as a pipe, is written to.
pub(in crate::cli) fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let written = match fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            let opened = OpenOptions::new().write(true).open(path);
            opened.and_then(|file| fill(file, write))
        }
        found => exchanged(path, found.ok(), write),
    };
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Writes behind what is in a file, which need not exist.
pub(super) fn append(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let opened = OpenOptions::new().append(true).create(true).open(path);
    let written = opened.and_then(|file| fill(file, write));
    written.with_context(|| format!("cannot write to {}", path.display()))
}

fn exchanged(
    path: &Path,
    old: Option<fs::Metadata>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    // Behind a symbolic link it is the file that is replaced, not the link.
    let place = match &old {
        Some(_) => fs::canonicalize(path)?,
        None => PathBuf::from(path),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".meshctl-").suffix(".partial");
    let permissions = old.map(|old| old.permissions());
    // What anybody may read, as far as the umask lets them: reports are for others.
    #[cfg(unix)]
    let permissions = permissions.or_else(|| Some(fs::Permissions::from_mode(0o666)));
    if let Some(permissions) = &permissions {
        builder.permissions(permissions.clone());
    }
    let mut temporary = builder.tempfile_in(directory(&place))?;
    fill(temporary.as_file_mut(), write)?;
    temporary.persist(&place).map_err(|error| error.error)?;
    Ok(())
}

fn fill(file: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    write(&mut out)?;
    out.flush()
}

fn directory(path: &Path) -> &Path {
    let parent = path.parent();
    let parent = parent.filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}
