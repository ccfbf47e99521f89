//! How long one target may keep us waiting.

use std::time::Duration;

use tokio::time::{self, Instant};

/// When a sweep has to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    /// Since the start of the sweep.
    pub(super) after: Duration,
}

impl Deadline {
    /// Starts now.
    pub(super) fn new(after: Duration) -> Self {
        // A duration beyond what the clock can tell is none: a human life is enough.
        let start = Instant::now();
        let at = start.checked_add(after);
        Self {
            at: at.unwrap_or_else(|| start + Duration::from_hours(24 * 365 * 100)),
            after,
        }
    }

    /// Does `work` unless it takes until the deadline.
    pub(super) async fn bound<F: Future>(self, work: F) -> Result<F::Output, Missed> {
        let done = time::timeout_at(self.at, work).await;
        done.map_err(|_| Missed::Deadline)
    }

    /// Whether the deadline comes before `pause` is over.
    pub(super) fn is_within(self, pause: Duration) -> bool {
        let end = Instant::now().checked_add(pause);
        end.is_none_or(|end| end >= self.at)
    }
}

/// What was not done in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missed {
    /// The target used up its time.
    Timeout,
    /// The sweep did.
    Deadline,
}

/// The time that one target has left. Only waiting for it counts.
#[derive(Debug)]
pub(super) struct Patience {
    left: Duration,
    /// How long the last wait was.
    pub(super) last: Duration,
    deadline: Deadline,
}

impl Patience {
    pub(super) fn new(whole: Duration, deadline: Deadline) -> Self {
        Self {
            left: whole,
            last: Duration::ZERO,
            deadline,
        }
    }

    /// Waits for what the target does.
    pub(super) async fn wait<F: Future>(&mut self, work: F) -> Result<F::Output, Missed> {
        let start = Instant::now();
        let own = start.checked_add(self.left);
        let (until, missed) = match own {
            Some(own) if own < self.deadline.at => (own, Missed::Timeout),
            _ => (self.deadline.at, Missed::Deadline),
        };
        let done = time::timeout_at(until, work).await;
        self.last = start.elapsed();
        self.left = self.left.saturating_sub(self.last);
        done.map_err(|_| missed)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::runtime::Builder;

    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// Runs `work` with a clock that jumps ahead whenever all wait for it.
    fn with_paused_clock<T>(work: impl Future<Output = T>) -> T {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            time::pause();
            work.await
        })
    }

    #[test]
    fn many_short_waits_use_up_the_time_as_one_long_one_does() {
        with_paused_clock(async {
            let mut patience = Patience::new(ms(100), Deadline::new(ms(1000)));
            for _ in 0..9 {
                assert_eq!(patience.wait(time::sleep(ms(10))).await, Ok(()));
            }
            // Somebody else's time.
            time::sleep(ms(500)).await;
            assert_eq!(patience.wait(pending::<()>()).await, Err(Missed::Timeout));
            assert_eq!(patience.last, ms(10));
        });
    }

    #[test]
    fn the_deadline_comes_first_where_it_is_nearer() {
        with_paused_clock(async {
            let deadline = Deadline::new(ms(50));
            let mut patience = Patience::new(Duration::MAX, deadline);
            assert!(deadline.is_within(ms(60)) && !deadline.is_within(ms(40)));
            assert_eq!(patience.wait(pending::<()>()).await, Err(Missed::Deadline));
            assert_eq!(deadline.bound(pending::<()>()).await, Err(Missed::Deadline));
        });
    }
}
