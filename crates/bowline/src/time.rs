//! Times as text (RFC 3339) and as milliseconds since 1970.

use crate::text::{concat, decimal};

/// Milliseconds since 1970 of a time as RFC 3339 writes it; a leap second counts as the one before it.
/// `None` for any other text.
///
/// ```
/// assert_eq!(bowline::time::parse_rfc3339("1970-01-01T00:00:01.5Z"), Some(1500));
/// assert_eq!(bowline::time::parse_rfc3339("1970-02-30T00:00:00Z"), None);
/// ```
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (
        number(parts.next()?, 4)?,
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
    );
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = time.split_at_checked(zone)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.splitn(3, ':');
    let (hour, minute, second) = (
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
    );
    if hour > 23
        || minute > 59
        || second > 60
        || fraction.is_empty()
        || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let offset_minutes = match zone.strip_prefix(['+', '-']) {
        None => (zone.len() == 1).then_some(0)?,
        Some(offset) => {
            let (hours, minutes) = offset.split_once(':')?;
            let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
            if zone.starts_with('-') {
                minutes.checked_neg()?
            } else {
                minutes
            }
        }
    };
    let thousandths = concat(&[fraction, "00"]);
    let minutes = hour
        .checked_mul(60)?
        .checked_add(minute)?
        .checked_sub(offset_minutes)?;
    days_since_1970(year, month, day)?
        .checked_mul(86_400)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(second.min(59))?
        .checked_mul(1000)?
        .checked_add(number(thousandths.get(..3)?, 3)?)
}

/// `2027-01-31T12:00:00Z`, to the second. Years beyond 9999 are written in full.
pub fn format_rfc3339(milliseconds: i64) -> String {
    let seconds = milliseconds.div_euclid(1000);
    let (year, month, day) = date_of(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (
        of_day.div_euclid(3600),
        of_day.div_euclid(60).rem_euclid(60),
        of_day.rem_euclid(60),
    );
    concat(&[
        &padded(year, 4),
        "-",
        &padded(month, 2),
        "-",
        &padded(day, 2),
        "T",
        &padded(hour, 2),
        ":",
        &padded(minute, 2),
        ":",
        &padded(second, 2),
        "Z",
    ])
}

/// A number with zeros before it, of so many digits at least; four at most.
fn padded(number: i64, digits: usize) -> String {
    let text = number.to_string();
    concat(&["0000".get(text.len()..digits).unwrap_or(""), &text])
}

/// The same time of day so many months of the calendar before; on the month's last day where the month is shorter.
pub(crate) fn months_before(milliseconds: i64, months: i64) -> i64 {
    const DAY: i64 = 86_400_000;
    let (year, month, day) = date_of(milliseconds.div_euclid(DAY));
    let since_year_0 = year
        .saturating_mul(12)
        .saturating_add(month)
        .saturating_sub(1)
        .saturating_sub(months);
    let (year, month) = (
        since_year_0.div_euclid(12),
        since_year_0.rem_euclid(12).saturating_add(1),
    );
    let days = days_since_1970(year, month, day.min(days_in_month(year, month)));
    days.unwrap_or(i64::MIN)
        .saturating_mul(DAY)
        .saturating_add(milliseconds.rem_euclid(DAY))
}

/// The number that a text of just so many digits is.
fn number(text: &str, digits: usize) -> Option<i64> {
    let number = decimal(text).filter(|_| text.len() == digits)?;
    Some(number.into())
}

fn is_leap(year: i64) -> bool {
    let divides = |by| year.checked_rem(by) == Some(0);
    divides(4) && (!divides(100) || divides(400))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years are counted from March, so that the leap day is
/// the last of its year, and in cycles of 400 years, which all have 146 097 days.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let year = if month <= 2 {
        year.checked_sub(1)?
    } else {
        year
    };
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = month.checked_add(9)?.rem_euclid(12);
    // March to January have 153 days in every five months.
    let in_year = month
        .checked_mul(153)?
        .checked_add(2)?
        .div_euclid(5)
        .checked_add(day)?
        .checked_sub(1)?;
    let in_cycle = year
        .checked_mul(365)?
        .checked_add(year.div_euclid(4))?
        .checked_sub(year.div_euclid(100))?;
    cycle
        .checked_mul(146_097)?
        .checked_add(in_cycle)?
        .checked_add(in_year)?
        .checked_sub(719_468)
}

/// Year, month and day of a day since 1970-01-01: the inverse of [`days_since_1970`].
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (cycle, in_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    // Leap days taken out, every year has 365 days.
    let leap_days = in_cycle
        .div_euclid(1460)
        .saturating_sub(in_cycle.div_euclid(36_524))
        .saturating_add(in_cycle.div_euclid(146_096));
    let year = in_cycle.saturating_sub(leap_days).div_euclid(365);
    let before = year
        .saturating_mul(365)
        .saturating_add(year.div_euclid(4))
        .saturating_sub(year.div_euclid(100));
    let in_year = in_cycle.saturating_sub(before);
    let month = in_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let day = in_year
        .saturating_sub(month.saturating_mul(153).saturating_add(2).div_euclid(5))
        .saturating_add(1);
    let month = month.saturating_add(2).rem_euclid(12).saturating_add(1);
    let year = cycle
        .saturating_mul(400)
        .saturating_add(year)
        .saturating_add(i64::from(month <= 2));
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{format_rfc3339, parse_rfc3339};

    #[test]
    fn times_are_milliseconds() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T23:59:59Z", Some(951_868_799_000)),
            ("2024-02-29t12:00:00.5z", Some(1_709_208_000_500)),
            ("2026-11-21T06:35:05+02:00", Some(1_795_235_705_000)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("2016-12-31T23:59:60Z", Some(1_483_228_799_000)),
            ("2023-02-29T00:00:00Z", None),
            ("2023-13-01T00:00:00Z", None),
            ("2023-01-01T24:00:00Z", None),
            ("2023-01-01T00:00:00", None),
            ("2023-01-01", None),
            ("2023-01-01T00:00Z", None),
            ("2023-1-1T00:00:00Z", None),
            ("2023-01-01T00:00:00+2:00", None),
            ("2023-01-01T00:00:00.Z", None),
            ("", None),
        ];
        for (text, time) in cases {
            assert_eq!(parse_rfc3339(text), time, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_seconds_come_back(seconds in -62_135_596_800_i64..253_402_300_800) {
            prop_assert_eq!(parse_rfc3339(&format_rfc3339(seconds.saturating_mul(1000))), Some(seconds.saturating_mul(1000)));
        }
    }
}
