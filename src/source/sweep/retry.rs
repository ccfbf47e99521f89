//! Which answers may be others a moment later, and when to ask again.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// The pause before the second try; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Longer pauses than this help nobody who waits for a report, unless the server asks for them.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Whether a server that answers so may well answer another way when asked again.
pub(super) fn may_pass(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// How long to wait after `tries` tries: about as long for each target, and never the same for all, so that
/// they do not all come back at once.
pub(super) fn pause(tries: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << (tries.saturating_sub(1)).min(16));
    let whole = doubled.min(LONGEST_PAUSE);
    // Each new state is seeded at random.
    let random = RandomState::new().build_hasher().finish();
    let half = whole / 2;
    half + half.mul_f64(random as f64 / u64::MAX as f64)
}

/// How long the server wants to be left alone, in seconds or until a date.
pub(super) fn wanted(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        for (tries, most) in [
            (1, 250),
            (2, 500),
            (3, 1000),
            (20, 10_000),
            (u32::MAX, 10_000),
        ] {
            let pause = pause(tries).as_millis();
            assert!((most / 2..=most).contains(&pause), "{tries}: {pause}");
        }
    }

    #[test]
    fn a_server_says_when_in_seconds_or_by_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let wanted = |text: &str| {
            let value = HeaderValue::from_str(text).unwrap();
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value)]);
            wanted(&headers, now).map(|wanted| wanted.as_secs())
        };
        assert_eq!(wanted("120"), Some(120));
        assert_eq!(wanted("Sun, 06 Nov 1994 08:49:37 GMT"), Some(37));
        assert_eq!(wanted("Sun, 06 Nov 1994 08:48:37 GMT"), Some(0));
        assert_eq!(wanted("soon"), None);
    }
}
