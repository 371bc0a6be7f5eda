//! Domains under which strangers can get names: hosting, tunnels, wildcard DNS, hosted registries.

/// One a line, with the day of its entry and a source.
const LIST: &str = include_str!("shared_domains.tsv");

/// Tells whether strangers get names beside this host: it is under a listed domain, or is one.
pub(super) fn is_shared(host: &str) -> bool {
    domains().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// Tells whether this host is a listed domain itself, under one name for all.
pub(super) fn is_listed(host: &str) -> bool {
    domains().any(|domain| domain == host)
}

fn domains() -> impl Iterator<Item = &'static str> {
    rows().filter_map(|row| row.split('\t').next())
}

fn rows() -> impl Iterator<Item = &'static str> {
    LIST.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_domain_has_a_day_and_a_source() {
        let mut seen = HashSet::new();
        for row in rows() {
            let columns: Vec<_> = row.split('\t').collect();
            let [domain, day, source] = columns[..] else {
                panic!("{row}");
            };
            assert!(psl::domain_str(domain).is_some(), "{domain} is a suffix");
            assert_eq!(domain, domain.to_ascii_lowercase());
            assert!(seen.insert(domain), "{domain} is listed twice");
            assert!(day.len() == 10 && day.starts_with("20"), "{row}");
            assert!(source.starts_with("https://"), "{row}");
        }
        assert!(seen.len() > 50);
    }

    #[test]
    fn a_host_is_shared_under_a_whole_listed_domain() {
        for (host, shared) in [
            ("reg.nip.io", true),
            ("registry.10.0.0.1.nip.io", true),
            ("nip.io", true),
            ("catnip.io", false),
            ("nip.io.example.com", false),
            ("reg.westeurope.cloudapp.azure.com", true),
            ("portal.azure.com", false),
        ] {
            assert_eq!(is_shared(host), shared, "{host}");
        }
    }
}
