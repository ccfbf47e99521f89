//! Shows on standard error how far reading has come, once it takes long enough to wonder.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crossbeam_channel::Receiver;
use crossbeam_channel::RecvTimeoutError;
use indicatif::BinaryBytes;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use crate::findings::numbers::plural;
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
    let bar = ProgressBar::hidden().with_elapsed(DELAY);
    update(&bar, control, unicode);
    bar.set_draw_target(ProgressDrawTarget::stderr());
    while is_working(stopped, TICK) {
        update(&bar, control, unicode);
    }
    bar.finish_and_clear();
}

fn update(bar: &ProgressBar, control: &Control, unicode: bool) {
    let read = load(&control.progress.read_bytes);
    // A pipe among the sources adds to what is read, and not to what is expected.
    let expected = match load(&control.progress.expected_bytes) {
        0 => None,
        expected => Some(expected.max(read)),
    };
    if bar.length().is_none() {
        bar.set_style(style(expected.is_some(), unicode));
    }
    if let Some(expected) = expected {
        bar.set_length(expected);
    }
    bar.set_message(describe(control, read, expected, bar.elapsed()));
    bar.set_position(read);
}

fn is_working(stopped: &Receiver<()>, patience: Duration) -> bool {
    stopped.recv_timeout(patience) == Err(RecvTimeoutError::Timeout)
}

/// `1.17 GiB/s  2s left  12 targets, 1 failed`: the mean rate since the start, and what that leaves.
fn describe(control: &Control, read: u64, expected: Option<u64>, elapsed: Duration) -> String {
    let rate = u128::from(read) * 1000 / elapsed.as_millis().max(1);
    let done = load(&control.targets_done);
    let failed = load(&control.targets_failed);
    let mut text = String::new();
    if rate > 0 {
        let _ = write!(text, "{}/s  ", BinaryBytes(rate as u64));
        if let Some(expected) = expected {
            let left = u128::from(expected.saturating_sub(read)).div_ceil(rate);
            let _ = write!(text, "{left}s left  ");
        }
    }
    text.push_str(&plural(done, "target"));
    if failed > 0 {
        let _ = write!(text, ", {failed} failed");
    }
    text
}

/// With a bar where the amount of work is known; never wider than the terminal.
fn style(sized: bool, unicode: bool) -> ProgressStyle {
    let template = if sized {
        "reading {bar:12} {binary_bytes}/{binary_total_bytes}  {wide_msg}"
    } else {
        "reading {binary_bytes}  {wide_msg}"
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
    fn says_how_fast_how_long_and_how_many() {
        let control = Control::default();
        let second = Duration::from_secs(1);
        assert_eq!(describe(&control, 0, None, second), "0 targets");
        control.targets_done.store(1, Ordering::Relaxed);
        assert_eq!(
            describe(&control, 2048, None, second),
            "2.00 KiB/s  1 target"
        );
        control.targets_done.store(12, Ordering::Relaxed);
        control.targets_failed.store(1, Ordering::Relaxed);
        assert_eq!(
            describe(&control, 2048, Some(10240), second),
            "2.00 KiB/s  4s left  12 targets, 1 failed"
        );
    }

    #[test]
    fn the_first_look_settles_the_style() {
        let control = Control::default();
        control.progress.read_bytes.store(10, Ordering::Relaxed);
        control.progress.expected_bytes.store(4, Ordering::Relaxed);
        let bar = ProgressBar::hidden();
        update(&bar, &control, true);
        assert_eq!((bar.length(), bar.position()), (Some(10), 10));
    }

    #[test]
    fn templates_are_valid() {
        for sized in [false, true] {
            let _ = style(sized, true);
        }
        assert_eq!(watch(&Control::default(), true, || 7), 7);
    }
}
