//! What can go wrong while bytes are read, in words for the person who named the source.

use std::error::Error;
use std::io;
use std::iter;
use std::time::Duration;

/// Why reading stopped. Kept apart from [`io::Error`] because it can be repeated: whoever reads on
/// after an error gets the same answer, not a body that seems to end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("gzip stream ends early: the file is truncated")]
    GzipTruncated,
    #[error("gzip stream is damaged ({0}): fetch or compress it again")]
    GzipDamaged(String),
    #[error("zstd stream ends early: the file is truncated")]
    ZstdTruncated,
    #[error("zstd stream is damaged ({0}): fetch or compress it again")]
    ZstdDamaged(String),
    #[error("zstd stream needs a window above 128 MiB: compress it again without `--long`")]
    ZstdWindow,
    #[error("tar archive ends early: the file is truncated")]
    TarTruncated,
    #[error("tar archive is damaged ({0}): fetch or pack it again")]
    TarDamaged(String),
    #[error("the snapshot's body {0}")]
    SnapshotDamaged(String),
    #[error("no end of the body within {}: the server stalled after {}", seconds(*.0), bytes(*.1))]
    Stalled(Duration, u64),
    #[error("no end of the body within {}: only {} came; a longer --timeout may help", seconds(*.0), bytes(*.1))]
    Slow(Duration, u64),
    #[error("the sweep's deadline of {} came before the end of the body; a longer --deadline may help", seconds(*.0))]
    Deadline(Duration),
    #[error("the body holds more than {}: given up; a larger --max-body-bytes may help", bytes(*.0))]
    TooLarge(u64),
    #[error("connection lost in the middle of the body ({0})")]
    ConnectionLost(String),
    #[error("reading was stopped before the body ended")]
    Abandoned,
    #[error("{text}")]
    Io { kind: io::ErrorKind, text: String },
}

impl Fault {
    /// Takes over an error of some reader: one of ours is unwrapped, another is put in words.
    pub(super) fn of(error: &io::Error) -> Self {
        Self::within(error).unwrap_or_else(|| Self::Io {
            kind: error.kind(),
            text: describe(error),
        })
    }

    /// The fault that `error` carries, where a reader further in has already explained itself.
    pub(super) fn within(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<Self>().cloned()
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        let kind = match &fault {
            Fault::GzipTruncated | Fault::ZstdTruncated | Fault::TarTruncated => {
                io::ErrorKind::UnexpectedEof
            }
            Fault::GzipDamaged(_)
            | Fault::ZstdDamaged(_)
            | Fault::ZstdWindow
            | Fault::TarDamaged(_)
            | Fault::SnapshotDamaged(_) => io::ErrorKind::InvalidData,
            Fault::Stalled(..) | Fault::Slow(..) | Fault::Deadline(_) => io::ErrorKind::TimedOut,
            Fault::TooLarge(_) => io::ErrorKind::FileTooLarge,
            Fault::ConnectionLost(_) => io::ErrorKind::ConnectionReset,
            Fault::Abandoned => io::ErrorKind::BrokenPipe,
            Fault::Io { kind, .. } => *kind,
        };
        Self::new(kind, fault)
    }
}

/// Words for an error of the operating system, with the remedy where there is one.
pub(super) fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "permission denied: this user may not read it".to_owned()
        }
        _ => {
            let text = error.to_string();
            // The number helps nobody who reads the words before it.
            match text.split_once(" (os error ") {
                Some((words, _)) => words.to_lowercase(),
                None => text,
            }
        }
    }
}

fn bytes(count: u64) -> String {
    match count {
        1 => "1 byte".to_owned(),
        _ => format!("{count} bytes"),
    }
}

/// A duration as typed on a command line: `5s`, `250ms`.
pub(super) fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{}s", duration.as_secs())
    } else {
        format!("{}ms", duration.as_millis())
    }
}

/// `error` and all that it came from, which for errors of reading and writing includes what they carry.
pub(super) fn layers<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| cause(error))
}

fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let carried = error.downcast_ref::<io::Error>();
    match carried.and_then(io::Error::get_ref) {
        Some(carried) => Some(carried),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_way_through_an_io_error() {
        let error = io::Error::from(Fault::GzipTruncated);
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(Fault::of(&error), Fault::GzipTruncated);
    }

    #[test]
    fn says_what_the_system_said_without_its_number() {
        let error = io::Error::from_raw_os_error(5);
        let described = describe(&error);
        assert!(!described.contains("os error"), "{described}");
        assert!(!described.is_empty());
    }

    #[test]
    fn shows_whole_seconds_as_seconds() {
        assert_eq!(seconds(Duration::from_secs(5)), "5s");
        assert_eq!(seconds(Duration::from_millis(250)), "250ms");
    }
}
