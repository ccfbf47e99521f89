//! Shows on standard error how far reading has come, once it takes long enough to wonder.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crossbeam_channel::Receiver;
use crossbeam_channel::RecvTimeoutError;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use crate::survey::Control;

/// Work shorter than this shows nothing.
const DELAY: Duration = Duration::from_millis(500);

/// Time between two looks at the counters.
const TICK: Duration = Duration::from_millis(100);

/// Does `work` while a second thread draws what `control` says of it; drawn lines are gone when this
/// returns.
pub(super) fn watch<T>(control: &Control, unicode: bool, work: impl FnOnce() -> T) -> T {
    let (working, stopped) = crossbeam_channel::bounded::<()>(0);
    thread::scope(|scope| {
        // Moved in here, so that a panic in `work` ends the drawing too.
        let working = working;
        scope.spawn(move || draw(control, unicode, &stopped));
        let result = work();
        drop(working);
        result
    })
}

fn draw(control: &Control, unicode: bool, stopped: &Receiver<()>) {
    if !is_working(stopped, DELAY) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let mut sized = false;
    bar.set_style(style(sized, unicode));
    while is_working(stopped, TICK) {
        let expected = load(&control.progress.expected_bytes);
        if (expected > 0) != sized {
            sized = expected > 0;
            bar.set_style(style(sized, unicode));
        }
        if sized {
            // A pipe among the sources adds to what is read, and not to what is expected.
            bar.set_length(expected.max(load(&control.progress.read_bytes)));
        }
        bar.set_position(load(&control.progress.read_bytes));
        bar.set_message(describe(control));
    }
    bar.finish_and_clear();
}

fn is_working(stopped: &Receiver<()>, patience: Duration) -> bool {
    stopped.recv_timeout(patience) == Err(RecvTimeoutError::Timeout)
}

/// `12 targets, 1 failed`
fn describe(control: &Control) -> String {
    let done = load(&control.targets_done);
    let failed = load(&control.targets_failed);
    let mut text = format!("{done} target{}", if done == 1 { "" } else { "s" });
    if failed > 0 {
        let _ = write!(text, ", {failed} failed");
    }
    text
}

/// With a bar and the time left where the amount of work is known.
fn style(sized: bool, unicode: bool) -> ProgressStyle {
    let template = if sized {
        "reading {bar:24} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left  {msg}"
    } else {
        "reading {bytes}  {bytes_per_sec}  {msg}"
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars(if unicode { "█▌ " } else { "#> " })
}

fn load(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_many_targets_and_what_is_lost() {
        let control = Control::default();
        control.targets_done.store(1, Ordering::Relaxed);
        assert_eq!(describe(&control), "1 target");
        control.targets_done.store(12, Ordering::Relaxed);
        control.targets_failed.store(1, Ordering::Relaxed);
        assert_eq!(describe(&control), "12 targets, 1 failed");
    }

    #[test]
    fn templates_are_valid() {
        for sized in [false, true] {
            let _ = style(sized, true);
        }
        assert_eq!(watch(&Control::default(), true, || 7), 7);
    }
}
