//! Ctrl-C: the first asks for a report of what was read, the second ends the process.

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Context;

use super::ExitCode;
use crate::survey::Control;

/// Listens from now on for Ctrl-C, SIGTERM and SIGHUP.
pub(super) fn listen(control: Arc<Control>) -> anyhow::Result<()> {
    let heard = move || {
        if control.cancel.swap(true, Ordering::SeqCst) {
            leave();
        }
        let _ = writeln!(
            io::stderr().lock(),
            "\ninterrupted: reporting what was read; once more to leave at once"
        );
    };
    ctrlc::set_handler(heard).context("cannot listen for Ctrl-C")
}

#[expect(
    clippy::exit,
    reason = "asked twice: whoever waits for a stuck read wants out, not a report"
)]
fn leave() {
    std::process::exit(ExitCode::Interrupted.number().into());
}
