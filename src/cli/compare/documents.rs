//! A side that is a saved audit is read here; whatever else it is, is left to the sources.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use flate2::read::MultiGzDecoder;

use crate::compare::audit;
use crate::source;

/// Bytes by which a document is known.
const HEAD: u64 = 4096;

/// Longest document that is read; an audit of a million families would be shorter.
const LONGEST: u64 = 4 << 30;

/// The document that is named, decompressed; `None` where it is none.
///
/// # Errors
/// It is one and cannot be read to its end.
pub(super) fn read(typed: &str) -> anyhow::Result<Option<Vec<u8>>> {
    if typed == "-" {
        let mut stdin = io::stdin().lock();
        // What is looked at stays there for whoever reads it.
        let head = stdin.fill_buf().unwrap_or_default();
        if !audit::is_document(head) {
            return Ok(None);
        }
        return whole(&mut stdin, "standard input").map(Some);
    }
    let path = Path::new(typed);
    // A pipe can be read only once, and whatever is amiss is told by who reads scrapes.
    if !path.metadata().is_ok_and(|known| known.is_file()) {
        return Ok(None);
    }
    let Ok(mut text) = open(path) else {
        return Ok(None);
    };
    let mut head = Vec::new();
    if text.by_ref().take(HEAD).read_to_end(&mut head).is_err() || !audit::is_document(&head) {
        return Ok(None);
    }
    let name = source::shown(typed);
    let mut rest = io::Cursor::new(head).chain(text);
    whole(&mut rest, &name).map(Some)
}

/// The file's text, decompressed by what it begins with.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    let mut magic = Vec::new();
    file.by_ref().take(4).read_to_end(&mut magic)?;
    let file = io::Cursor::new(magic.clone()).chain(file);
    Ok(match &magic[..] {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(file)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(file),
    })
}

fn whole(text: &mut dyn Read, name: &str) -> anyhow::Result<Vec<u8>> {
    let mut all = Vec::new();
    let read = text.take(LONGEST).read_to_end(&mut all);
    read.with_context(|| format!("cannot read {name}"))?;
    Ok(all)
}
