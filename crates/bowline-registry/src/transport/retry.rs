//! Retries: when they can help, and how long to wait.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use crate::world::{Clock, Random, World};

/// How often one request is sent at most.
pub(super) const ATTEMPTS: u32 = 3;
/// The first pause before a request is sent again; each further one is twice as long. Up to as much again is added at
/// random, so that many checks do not come back at the same moment.
const PAUSE: Duration = Duration::from_millis(200);

/// Returns the wait before the next attempt within the remaining time; `None` if there is not enough time or a retry is
/// hopeless: a server that limits requests without a duration wants none soon.
pub(super) fn pause<W: World>(
    world: &W,
    remaining: Duration,
    attempt: u32,
    status: StatusCode,
    headers: &HeaderMap,
) -> Option<Duration> {
    let doubled = PAUSE.saturating_mul(
        1_u32
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX),
    );
    let spread = u64::try_from(doubled.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let jitter = world.random().next_u64().checked_rem(spread).unwrap_or(0);
    let pause = match retry_after(headers, world.clock().epoch_ms()) {
        Some(asked) => asked.saturating_add(Duration::from_millis(jitter.min(100))),
        None if status == StatusCode::TOO_MANY_REQUESTS => return None,
        None => doubled.saturating_add(Duration::from_millis(jitter)),
    };
    (pause < remaining).then_some(pause)
}

/// Tells whether sending again may help.
pub(super) fn may_pass(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502..=504)
}

/// How long a server asks to wait: `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), or Docker Hub's
/// `X-Retry-After`, a time in seconds since 1970. `now` is in milliseconds since 1970.
fn retry_after(headers: &HeaderMap, now: i64) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let until = |at: i64| Duration::from_millis(u64::try_from(at.saturating_sub(now)).unwrap_or(0));
    match text(RETRY_AFTER.as_str()) {
        Some(asked) => match asked.parse::<u32>() {
            Ok(seconds) => Some(Duration::from_secs(seconds.into())),
            Err(_) => {
                let at = httpdate::parse_http_date(asked)
                    .ok()?
                    .duration_since(std::time::UNIX_EPOCH)
                    .ok()?;
                Some(until(i64::try_from(at.as_millis()).ok()?))
            }
        },
        None => text("x-retry-after")?
            .parse::<i64>()
            .ok()
            .map(|at| until(at.saturating_mul(1000))),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_server_says_in_three_ways_how_long_to_wait() {
        let now = 1_700_000_000_000; // 2023-11-14T22:13:20Z
        let cases = [
            ("retry-after", "3", Some(3_000)),
            ("retry-after", " 0 ", Some(0)),
            ("retry-after", "Tue, 14 Nov 2023 22:13:25 GMT", Some(5_000)),
            ("retry-after", "Tue, 14 Nov 2023 22:13:15 GMT", Some(0)),
            ("retry-after", "soon", None),
            ("retry-after", "-1", None),
            ("x-retry-after", "1700000007", Some(7_000)),
            ("x-retry-after", "1600000000", Some(0)),
            ("x-other", "3", None),
        ];
        for (name, value, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(
                retry_after(&headers, now).map(|wait| wait.as_millis()),
                expected,
                "{name}: {value}"
            );
        }
    }
}
