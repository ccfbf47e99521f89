//! Writes the finished report to standard output.

use std::io;
use std::io::BufWriter;
use std::io::Write;

use anyhow::Context;

/// Writes to standard output, in large pieces. A reader that has seen enough (a broken pipe) is no error:
/// writing stops, and the outcome stays what it was.
pub(super) fn deliver(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            // What is still buffered would only fail again, this time without a chance to say so.
            let _ = out.into_parts();
            Err(error).context("cannot write to standard output")
        }
        Err(_) => {
            let _ = out.into_parts();
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// The same for a text.
pub(super) fn deliver_text(text: &str) -> anyhow::Result<()> {
    deliver(|out| out.write_all(text.as_bytes()))
}
