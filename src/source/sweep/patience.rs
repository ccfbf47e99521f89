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

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(work)
    }

    #[test]
    fn only_the_time_of_waiting_is_used_up() {
        run(async {
            let mut patience = Patience::new(ms(20), Deadline::new(Duration::MAX));
            assert_eq!(patience.wait(time::sleep(ms(5))).await, Ok(()));
            let left = patience.left;
            assert!(left <= ms(15), "{left:?}");
            // Somebody else's time.
            time::sleep(ms(20)).await;
            assert_eq!(patience.wait(pending::<()>()).await, Err(Missed::Timeout));
            assert!(patience.last >= left && patience.left.is_zero());
        });
    }

    #[test]
    fn the_deadline_comes_first_where_it_is_nearer() {
        run(async {
            let deadline = Deadline::new(ms(10));
            let mut patience = Patience::new(Duration::MAX, deadline);
            assert_eq!(patience.wait(pending::<()>()).await, Err(Missed::Deadline));
            assert_eq!(deadline.bound(pending::<()>()).await, Err(Missed::Deadline));
            assert!(deadline.is_within(Duration::ZERO) && deadline.is_within(Duration::MAX));
            assert!(!Deadline::new(Duration::MAX).is_within(ms(10)));
        });
    }
}
