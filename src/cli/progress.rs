//! Shows on standard error how far reading has come, once it takes long enough to wonder.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use crossbeam_channel::Receiver;
use crossbeam_channel::RecvTimeoutError;
use indicatif::BinaryBytes;
use indicatif::HumanCount;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;

use super::messages::Messages;
use super::terminal::now;
use crate::findings::numbers::plural;
use crate::survey::Control;

/// Work shorter than this shows nothing.
const DELAY: Duration = Duration::from_millis(500);

/// Time between two looks at the counters.
const TICK: Duration = Duration::from_millis(100);

/// Time between two lines where nothing can be drawn.
const LINES: Duration = Duration::from_secs(5);

/// How progress is shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner {
    /// Not at all.
    Hidden,
    /// As a bar that is gone in the end, in Unicode or not.
    Drawn(bool),
    /// As a line every few seconds.
    Told(Messages),
}

/// Does `work` while a second thread shows what `control` says of it; drawn lines are gone when this
/// returns.
pub(super) fn watch<T>(control: &Control, manner: Manner, work: impl FnOnce() -> T) -> T {
    let (working, stopped) = crossbeam_channel::bounded::<()>(0);
    thread::scope(|scope| {
        // Moved in here, so that a panic in `work` ends the drawing too.
        let working = working;
        match manner {
            Manner::Hidden => {}
            Manner::Drawn(unicode) => {
                scope.spawn(move || draw(control, unicode, &stopped));
            }
            Manner::Told(messages) => {
                scope.spawn(move || tell(control, messages, &stopped));
            }
        }
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
    let mut amount = Amount::of(control);
    bar.set_style(style(&amount, unicode));
    update(&bar, control, &amount);
    bar.set_draw_target(ProgressDrawTarget::stderr());
    while is_working(stopped, TICK) {
        let before = amount;
        amount = Amount::of(control);
        // Live targets come behind all files, so what is counted may change on the way.
        if before.is_like(&amount) {
            update(&bar, control, &amount);
        } else {
            bar.set_style(style(&amount, unicode));
            update(&bar, control, &amount);
        }
    }
    bar.finish_and_clear();
}

fn tell(control: &Control, messages: Messages, stopped: &Receiver<()>) {
    let start = now();
    while is_working(stopped, LINES) {
        let amount = Amount::of(control);
        let done = match amount {
            Amount::Targets { done, of } => format!("{done} of {of} live targets done"),
            Amount::Bytes { read, of } => {
                format!("{} of {} read", BinaryBytes(read), BinaryBytes(of))
            }
            Amount::Unknown { read } => format!("{} read", BinaryBytes(read)),
        };
        let text = describe(control, &amount, now().duration_since(start));
        messages.detail(&format!("{done}  {text}"));
    }
}

fn update(bar: &ProgressBar, control: &Control, amount: &Amount) {
    match *amount {
        Amount::Targets { done, of } | Amount::Bytes { read: done, of } => {
            bar.set_length(of);
            bar.set_position(done);
        }
        Amount::Unknown { read } => bar.set_position(read),
    }
    bar.set_message(describe(control, amount, bar.elapsed()));
}

fn is_working(stopped: &Receiver<()>, patience: Duration) -> bool {
    stopped.recv_timeout(patience) == Err(RecvTimeoutError::Timeout)
}

/// How much is done, in whatever the rest can be told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Amount {
    /// Live targets: nobody knows how long their bodies are.
    Targets { done: u64, of: u64 },
    /// Files.
    Bytes { read: u64, of: u64 },
    /// A pipe.
    Unknown { read: u64 },
}

impl Amount {
    fn of(control: &Control) -> Self {
        let progress = &control.progress;
        let targets = load(&progress.targets);
        let read = load(&progress.read_bytes);
        match load(&progress.expected_bytes) {
            _ if targets > 0 => Self::Targets {
                done: load(&progress.targets_done).min(targets),
                of: targets,
            },
            0 => Self::Unknown { read },
            // A pipe among the sources adds to what is read, and not to what is expected.
            expected => Self::Bytes {
                read,
                of: expected.max(read),
            },
        }
    }

    /// Whether both are told in the same.
    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// `1.17 GiB/s  2s left  12 targets, 1 failed`: the mean rate since the start, and what that leaves. Of live
/// targets `3 failed  1.17 GiB  123,456 series  2s left`.
fn describe(control: &Control, amount: &Amount, elapsed: Duration) -> String {
    let failed = load(&control.targets_failed);
    let millis = elapsed.as_millis().max(1);
    let mut text = String::new();
    match *amount {
        Amount::Targets { done, of } => {
            if failed > 0 {
                let _ = write!(text, "{failed} failed  ");
            }
            let bytes = BinaryBytes(load(&control.body_bytes));
            let series = HumanCount(load(&control.series));
            let _ = write!(text, "{bytes}  {series} series");
            if done > 0 {
                let left = u128::from(of - done) * millis;
                let left = left.div_ceil(u128::from(done) * 1000);
                let _ = write!(text, "  {left}s left");
            }
            return text;
        }
        Amount::Bytes { read, .. } | Amount::Unknown { read } => {
            let rate = u128::from(read) * 1000 / millis;
            if rate > 0 {
                let _ = write!(text, "{}/s  ", BinaryBytes(rate as u64));
                if let Amount::Bytes { of, .. } = *amount {
                    let left = u128::from(of.saturating_sub(read)).div_ceil(rate);
                    let _ = write!(text, "{left}s left  ");
                }
            }
        }
    }
    text.push_str(&plural(load(&control.targets_done), "target"));
    if failed > 0 {
        let _ = write!(text, ", {failed} failed");
    }
    text
}

/// With a bar where the amount of work is known; never wider than the terminal.
fn style(amount: &Amount, unicode: bool) -> ProgressStyle {
    let template = match amount {
        Amount::Targets { .. } => "reading {bar:12} {pos}/{len} targets  {wide_msg}",
        Amount::Bytes { .. } => "reading {bar:12} {binary_bytes}/{binary_total_bytes}  {wide_msg}",
        Amount::Unknown { .. } => "reading {binary_bytes}  {wide_msg}",
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

    const SECOND: Duration = Duration::from_secs(1);

    fn described(control: &Control) -> String {
        describe(control, &Amount::of(control), SECOND)
    }

    #[test]
    fn says_how_fast_how_long_and_how_many() {
        let control = Control::default();
        assert_eq!(described(&control), "0 targets");
        control.targets_done.store(1, Ordering::Relaxed);
        control.progress.read_bytes.store(2048, Ordering::Relaxed);
        assert_eq!(described(&control), "2.00 KiB/s  1 target");
        control.targets_done.store(12, Ordering::Relaxed);
        control.targets_failed.store(1, Ordering::Relaxed);
        control
            .progress
            .expected_bytes
            .store(10240, Ordering::Relaxed);
        assert_eq!(
            described(&control),
            "2.00 KiB/s  4s left  12 targets, 1 failed"
        );
    }

    #[test]
    fn says_of_live_targets_what_they_came_to() {
        let control = Control::default();
        control.progress.targets.store(10, Ordering::Relaxed);
        assert_eq!(described(&control), "0 B  0 series");
        control.progress.targets_done.store(4, Ordering::Relaxed);
        control.targets_failed.store(1, Ordering::Relaxed);
        control.body_bytes.store(2048, Ordering::Relaxed);
        control.series.store(12_345, Ordering::Relaxed);
        assert_eq!(
            described(&control),
            "1 failed  2.00 KiB  12,345 series  2s left"
        );
    }

    #[test]
    fn what_is_read_is_never_more_than_what_is_expected() {
        let control = Control::default();
        control.progress.read_bytes.store(10, Ordering::Relaxed);
        control.progress.expected_bytes.store(4, Ordering::Relaxed);
        assert_eq!(Amount::of(&control), Amount::Bytes { read: 10, of: 10 });
        control.progress.targets.store(3, Ordering::Relaxed);
        control.progress.targets_done.store(5, Ordering::Relaxed);
        assert_eq!(Amount::of(&control), Amount::Targets { done: 3, of: 3 });
    }

    #[test]
    fn templates_are_valid() {
        let amounts = [
            Amount::Targets { done: 1, of: 2 },
            Amount::Bytes { read: 1, of: 2 },
            Amount::Unknown { read: 1 },
        ];
        for amount in amounts {
            let _ = style(&amount, true);
        }
        assert_eq!(watch(&Control::default(), Manner::Drawn(true), || 7), 7);
        assert_eq!(watch(&Control::default(), Manner::Hidden, || 8), 8);
    }
}
