//! Ctrl-C: the first asks for a report of what was read, the second ends the process.

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Context;

use super::ExitCode;
use crate::survey::Control;

/// Listens from now on for Ctrl-C, SIGTERM and SIGHUP. A terminal shows `^C` where the cursor stands, so
/// there the answer starts on a line of its own.
pub(super) fn listen(control: Arc<Control>, on_terminal: bool) -> anyhow::Result<()> {
    let heard = move || {
        if control.cancel.swap(true, Ordering::SeqCst) {
            leave();
        }
        let _ = writeln!(
            io::stderr().lock(),
            "{}interrupted: reporting what was read; once more to leave at once",
            if on_terminal { "\n" } else { "" },
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
