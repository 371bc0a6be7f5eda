//! The start times of a connection's daily pull.
//!
//! A policy has a time of day and an IANA time zone. The pull starts once on each calendar day of the zone. If clocks
//! skip the time, the pull starts later by the size of the skip. If clocks repeat the time, it starts at the first
//! occurrence (RFC 5545 section 3.3.5 has the same rules).

use bowline_store::DailyPull;
use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

/// The beginning of a daily pull.
#[derive(Debug)]
pub(crate) struct Daily {
    at: Time,
    zone: TimeZone,
}

impl Daily {
    /// Reads the schedule of a stored policy. An unknown time zone counts as UTC; a checked policy has none.
    pub(crate) fn of(pull: &DailyPull) -> Option<Self> {
        let (hour, minute) = (pull.at.div_euclid(60), pull.at.rem_euclid(60));
        let at = Time::new(hour.try_into().ok()?, minute.try_into().ok()?, 0, 0).ok()?;
        let zone = zone(&pull.timezone).unwrap_or(TimeZone::UTC);
        Some(Self { at, zone })
    }

    /// The first beginning after a time; both in milliseconds since 1970. `None` at the end of the calendar.
    pub(crate) fn after(&self, time: i64) -> Option<i64> {
        let today = self
            .zone
            .to_datetime(Timestamp::from_millisecond(time).ok()?)
            .date();
        // Clocks that are put forward at midnight bring yesterday's beginning into today.
        let yesterday = today.yesterday().ok();
        let days = today.series(jiff::Span::new().days(1)).take(3);
        yesterday
            .into_iter()
            .chain(days)
            .filter_map(|date| self.on(date))
            .filter(|&beginning| beginning > time)
            .min()
    }

    fn on(&self, date: Date) -> Option<i64> {
        let local = date.to_datetime(self.at);
        let instant = self.zone.to_ambiguous_timestamp(local).compatible();
        Some(instant.ok()?.as_millisecond())
    }
}

fn zone(name: &str) -> Option<TimeZone> {
    match name {
        "" => Some(TimeZone::UTC),
        name => TimeZone::get(name).ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::*;

    /// In milliseconds.
    const QUARTER: i64 = 15 * 60 * 1000;

    fn daily(at: &str, timezone: &str) -> Daily {
        let (hour, minute) = at.split_once(':').unwrap();
        Daily::of(&DailyPull {
            at: hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap(),
            timezone: timezone.to_owned(),
        })
        .unwrap()
    }

    fn ms(time: &str) -> i64 {
        time.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn beginnings() {
        for (name, at, timezone, after, expected) in [
            (
                "later today",
                "02:30",
                "UTC",
                "2026-03-01T00:00:00Z",
                "2026-03-01T02:30:00Z",
            ),
            (
                "not the one that is now",
                "02:30",
                "UTC",
                "2026-03-01T02:30:00Z",
                "2026-03-02T02:30:00Z",
            ),
            (
                "no zone",
                "02:30",
                "",
                "2026-03-01T02:31:00Z",
                "2026-03-02T02:30:00Z",
            ),
            (
                "an unknown zone",
                "02:30",
                "Mars/Phobos",
                "2026-03-01T00:00:00Z",
                "2026-03-01T02:30:00Z",
            ),
            (
                "a zone",
                "02:30",
                "Europe/Vienna",
                "2026-03-01T00:00:00Z",
                "2026-03-01T01:30:00Z",
            ),
            (
                "across the date line",
                "00:15",
                "Pacific/Kiritimati",
                "2026-03-01T10:20:00Z",
                "2026-03-02T10:15:00Z",
            ),
            (
                "clocks put forward over it",
                "02:30",
                "Europe/Vienna",
                "2026-03-29T00:00:00Z",
                "2026-03-29T01:30:00Z",
            ),
            (
                "the day after that",
                "02:30",
                "Europe/Vienna",
                "2026-03-29T01:30:00Z",
                "2026-03-30T00:30:00Z",
            ),
            (
                "clocks put back over it",
                "02:30",
                "Europe/Vienna",
                "2026-10-24T22:00:00Z",
                "2026-10-25T00:30:00Z",
            ),
            (
                "not the second time",
                "02:30",
                "Europe/Vienna",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
            ),
            (
                "between the two",
                "02:30",
                "Europe/Vienna",
                "2026-10-25T01:10:00Z",
                "2026-10-26T01:30:00Z",
            ),
            (
                "put forward by half an hour",
                "02:15",
                "Australia/Lord_Howe",
                "2026-10-03T00:00:00Z",
                "2026-10-03T15:45:00Z",
            ),
            (
                "put forward at midnight",
                "00:30",
                "Africa/Cairo",
                "2026-04-23T12:00:00Z",
                "2026-04-23T22:30:00Z",
            ),
            (
                "a day that a zone left out",
                "02:30",
                "Pacific/Apia",
                "2011-12-29T12:30:00Z",
                "2011-12-30T12:30:00Z",
            ),
        ] {
            assert_eq!(
                daily(at, timezone).after(ms(after)),
                Some(ms(expected)),
                "{name}"
            );
        }
    }

    #[test]
    fn the_database_is_part_of_the_program() {
        assert!(jiff::tz::db().available().count() > 400);
        for (name, known) in [("Europe/Vienna", true), ("", true), ("Mars/Phobos", false)] {
            assert_eq!(zone(name).is_some(), known, "{name}");
        }
    }

    /// In every zone, at hours at which clocks are changed somewhere: once on each day of its calendar, and when somebody
    /// says who looks at the clock on the wall every quarter of an hour. All clocks of that year differ by quarters.
    #[test]
    fn once_on_every_day_of_a_year_in_every_zone() {
        let (begin, end) = (ms("2025-12-31T00:00:00Z"), ms("2027-01-02T00:00:00Z"));
        let mut changes = 0;
        for name in jiff::tz::db().available() {
            let zone = TimeZone::get(name.as_str()).unwrap();
            let wall = |time| zone.to_datetime(Timestamp::from_millisecond(time).unwrap());
            let clock: Vec<_> = (begin..end)
                .step_by(QUARTER as usize)
                .map(|time| (time, wall(time)))
                .collect();
            let offset = |time| zone.to_offset(Timestamp::from_millisecond(time).unwrap());
            changes += usize::from(offset(begin) != offset(begin + (end - begin) / 2));
            for at in ["00:00", "00:30", "02:30", "23:30"] {
                let daily = daily(at, name.as_str());
                let beginnings = std::iter::successors(daily.after(begin), |&it| daily.after(it));
                let beginnings: BTreeSet<_> = beginnings.take_while(|&it| it < end).collect();
                let mut expected = BTreeSet::new();
                let mut next = 0;
                for day in date(2026, 1, 1).series(jiff::Span::new().days(1)).take(365) {
                    let due = day.to_datetime(daily.at);
                    while clock[next].1 < due {
                        next += 1;
                    }
                    // Where clocks jump over it, it is when the clock before would have shown it.
                    let (time, wall) = clock[next];
                    let before = clock[next - 1].1;
                    let late = if wall == due {
                        0
                    } else {
                        due.duration_since(before).as_millis() as i64 - QUARTER
                    };
                    expected.insert(time + late);
                }
                let year = expected.first().unwrap()..=expected.last().unwrap();
                let of_year: BTreeSet<_> = beginnings.range(year).copied().collect();
                assert_eq!(of_year, expected, "{name} {at}");
                assert_eq!(of_year.len(), 365, "{name} {at}");
            }
        }
        assert!(changes > 100, "{changes} zones change their clocks");
    }

    /// However late or often it is looked, the next beginning is the same.
    #[test]
    fn looking_again_changes_nothing() {
        let daily = daily("02:30", "Europe/Vienna");
        let begin = ms("2026-03-27T00:00:00Z");
        for minute in 0..5 * 24 * 60 {
            let time = begin + minute * 60_000;
            let next = daily.after(time).unwrap();
            assert!(next > time && next - time <= 25 * 3_600_000);
            assert_eq!(daily.after(next - 1), Some(next));
        }
    }
}
