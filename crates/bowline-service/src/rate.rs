//! How often something may be asked for. A check sends requests to a host that the caller chooses.

use http::{HeaderValue, header};

use crate::problem::{Failure, Problem};

/// How many checks, of forms and of kept connections, a subject may start in a minute of the clock.
const PER_MINUTE: i64 = 30;

/// Lets the last of `checks` that a subject started in the minute of `now` (milliseconds since 1970) begin.
///
/// Errors: `rate.limited`, with when to go on.
pub(crate) fn admit(checks: i64, now: i64) -> Result<(), Problem> {
    within(PER_MINUTE, checks, now)
}

/// Lets the last of `requests` of the minute of `now` (milliseconds since 1970) begin, if they are not more than `most`.
///
/// Errors: `rate.limited`, with when to go on.
pub(crate) fn within(most: i64, requests: i64, now: i64) -> Result<(), Problem> {
    if requests <= most {
        return Ok(());
    }
    let left = 60_i64.saturating_sub(now.div_euclid(1000).rem_euclid(60));
    Err(Problem::from(Failure::RateLimited).header(header::RETRY_AFTER, HeaderValue::from(left)))
}
