use super::*;
use std::{collections::HashMap, sync::Mutex};

/// Names and their answers, one list a lookup, the last one again and again.
#[derive(Default)]
struct Names(Mutex<HashMap<String, Vec<Vec<&'static str>>>>);

/// Remembers what was dialed; `refuse` and `hang` say which addresses do not answer.
#[derive(Default)]
struct Dials {
    dialed: Mutex<Vec<SocketAddr>>,
    refuse: Vec<&'static str>,
    hang: Vec<&'static str>,
}

impl Resolver for Names {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        let mut names = self.0.lock().unwrap();
        let answer = match names.get_mut(host) {
            Some(answers) if answers.len() > 1 => Ok(answers.remove(0)),
            Some(answers) => Ok(answers[0].clone()),
            None => Err(io::Error::other("no such name")),
        };
        let addresses = answer.map(|answer| {
            answer
                .iter()
                .map(|address| SocketAddr::new(address.parse().unwrap(), port))
                .collect()
        });
        Box::pin(std::future::ready(addresses))
    }
}

impl Dialer for Dials {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Connection>>> {
        self.dialed.lock().unwrap().push(address);
        let address = address.ip().to_string();
        if self.hang.contains(&address.as_str()) {
            return Box::pin(std::future::pending());
        }
        if self.refuse.contains(&address.as_str()) {
            return Box::pin(std::future::ready(Err(
                io::ErrorKind::ConnectionRefused.into()
            )));
        }
        Box::pin(std::future::ready(Ok(
            Box::new(tokio::io::empty()) as Box<dyn Connection>
        )))
    }
}

fn connector(
    names: &[(&str, &[&[&'static str]])],
    dials: Dials,
    exempt: &str,
) -> (Connector, Arc<Dials>) {
    let names = names
        .iter()
        .map(|(name, answers)| {
            (
                name.to_string(),
                answers.iter().map(|answer| answer.to_vec()).collect(),
            )
        })
        .collect();
    let dials = Arc::new(dials);
    let connector = Connector {
        blocked: Arc::new(BlockedNetworks::parse(["private", "64:ff9b::/96"]).unwrap()),
        exemptions: Arc::new(Exemptions::parse(exempt)),
        overrides: Arc::default(),
        resolver: Arc::new(Names(Mutex::new(names))),
        dialer: dials.clone(),
    };
    (connector, dials)
}

fn outcome(result: Result<Box<dyn Connection>, DialError>) -> &'static str {
    match result {
        Ok(_) => "connected",
        Err(DialError::Unresolved) => "unresolved",
        Err(DialError::Prohibited) => "prohibited",
        Err(DialError::Failed(_)) => "failed",
    }
}

fn dialed(dials: &Dials) -> Vec<String> {
    dials
        .dialed
        .lock()
        .unwrap()
        .iter()
        .map(|address| address.ip().to_string())
        .collect()
}

#[tokio::test]
async fn only_allowed_addresses_are_dialed() {
    type Case = (
        &'static str,
        &'static str,
        &'static [&'static str],
        &'static str,
        &'static [&'static str],
    );
    let cases: &[Case] = &[
        (
            "public name",
            "public.test",
            &["93.184.216.34"],
            "connected",
            &["93.184.216.34"],
        ),
        (
            "private name",
            "private.test",
            &["10.0.0.1"],
            "prohibited",
            &[],
        ),
        (
            "metadata by name",
            "metadata.test",
            &["169.254.169.254"],
            "prohibited",
            &[],
        ),
        (
            "mapped",
            "mapped.test",
            &["::ffff:127.0.0.1"],
            "prohibited",
            &[],
        ),
        (
            "through NAT64",
            "nat64.test",
            &["64:ff9b::7f00:1"],
            "prohibited",
            &[],
        ),
        (
            "several, all private",
            "many.test",
            &["10.0.0.1", "fd00::1"],
            "prohibited",
            &[],
        ),
        (
            "private first, public second",
            "mixed.test",
            &["127.0.0.1", "93.184.216.34"],
            "connected",
            &["93.184.216.34"],
        ),
        (
            "public first, private second",
            "mixed.test",
            &["93.184.216.34", "10.0.0.1"],
            "connected",
            &["93.184.216.34"],
        ),
        ("no address", "empty.test", &[], "unresolved", &[]),
    ];
    for (name, host, addresses, expected, expected_dials) in cases {
        let (connector, dials) = connector(&[(host, &[addresses])], Dials::default(), "");
        assert_eq!(
            outcome(connector.connect(host, 443).await),
            *expected,
            "{name}"
        );
        assert_eq!(dialed(&dials), *expected_dials, "{name}");
    }
}

#[tokio::test]
async fn literal_addresses_are_judged_without_the_resolver() {
    for (host, expected) in [
        ("127.0.0.1", "prohibited"),
        ("::1", "prohibited"),
        ("93.184.216.34", "connected"),
    ] {
        let (connector, _) = connector(&[], Dials::default(), "");
        assert_eq!(
            outcome(connector.connect(host, 80).await),
            expected,
            "{host}"
        );
    }
}

#[tokio::test]
async fn an_unknown_name_is_unresolved() {
    let (connector, dials) = connector(&[], Dials::default(), "");
    assert_eq!(
        outcome(connector.connect("nobody.test", 443).await),
        "unresolved"
    );
    assert!(dialed(&dials).is_empty());
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_judged_at_every_connection() {
    let answers: &[&[&str]] = &[&["93.184.216.34"], &["169.254.169.254"]];
    let (connector, dials) = connector(&[("rebind.test", answers)], Dials::default(), "");
    assert_eq!(
        outcome(connector.connect("rebind.test", 80).await),
        "connected"
    );
    assert_eq!(
        outcome(connector.connect("rebind.test", 80).await),
        "prohibited"
    );
    assert_eq!(dialed(&dials), ["93.184.216.34"]);
}

#[tokio::test]
async fn private_hosts_exempts_what_it_names() {
    let names: &[(&str, &[&[&str]])] = &[
        ("registry.test", &[&["10.0.0.1"]]),
        ("other.test", &[&["10.0.0.1"]]),
    ];
    let cases = [
        (
            "named host",
            "registry.test",
            "registry.test",
            443,
            "connected",
        ),
        (
            "named host and port",
            "registry.test:5000",
            "registry.test",
            5000,
            "connected",
        ),
        (
            "other port",
            "registry.test:5000",
            "registry.test",
            443,
            "prohibited",
        ),
        (
            "another name for the same address",
            "registry.test",
            "other.test",
            443,
            "prohibited",
        ),
        (
            "named network",
            "10.0.0.0/24",
            "other.test",
            443,
            "connected",
        ),
        (
            "named address",
            "127.0.0.1:5000",
            "127.0.0.1",
            5000,
            "connected",
        ),
        (
            "the probe's port stays closed",
            "127.0.0.1:5000",
            "127.0.0.1",
            1,
            "prohibited",
        ),
    ];
    for (name, exempt, host, port, expected) in cases {
        let (connector, _) = connector(names, Dials::default(), exempt);
        assert_eq!(
            outcome(connector.connect(host, port).await),
            expected,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_refusing_address_gives_way_to_the_next() {
    let answers: &[&[&str]] = &[&["93.184.216.34", "93.184.216.35"]];
    let dials = Dials {
        refuse: vec!["93.184.216.34"],
        ..Dials::default()
    };
    let (connector, dials) = connector(&[("two.test", answers)], dials, "");
    assert_eq!(
        outcome(connector.connect("two.test", 443).await),
        "connected"
    );
    assert_eq!(dialed(&dials), ["93.184.216.34", "93.184.216.35"]);
}

#[tokio::test]
async fn a_silent_address_gives_way_after_its_head_start() {
    let answers: &[&[&str]] = &[&["93.184.216.34", "93.184.216.35"]];
    let dials = Dials {
        hang: vec!["93.184.216.34"],
        ..Dials::default()
    };
    let (connector, _) = connector(&[("two.test", answers)], dials, "");
    let start = tokio::time::Instant::now();
    assert_eq!(
        outcome(connector.connect("two.test", 443).await),
        "connected"
    );
    assert!(start.elapsed() >= CONNECTION_ATTEMPT_DELAY);
}

#[tokio::test]
async fn when_every_address_refuses_it_failed() {
    let dials = Dials {
        refuse: vec!["93.184.216.34"],
        ..Dials::default()
    };
    let (connector, _) = connector(&[("one.test", &[&["93.184.216.34"]])], dials, "");
    assert_eq!(outcome(connector.connect("one.test", 443).await), "failed");
}

#[tokio::test]
async fn an_override_says_where_one_authority_is_and_nothing_for_others() {
    let cases = [
        (
            "public",
            "cloud.test:443:93.184.216.35",
            "connected",
            "93.184.216.35:443",
        ),
        (
            "private, though it is blocked",
            "cloud.test:443:127.0.0.1:8443",
            "connected",
            "127.0.0.1:8443",
        ),
        ("not found", "cloud.test:443:", "unresolved", ""),
        (
            "in other letters",
            "Cloud.Test:443:127.0.0.1",
            "connected",
            "127.0.0.1:443",
        ),
        ("another port", "cloud.test:80:127.0.0.1", "prohibited", ""),
        ("another host", "other.test:443:127.0.0.1", "prohibited", ""),
    ];
    for (name, entry, expected, address) in cases {
        let names: &[(&str, &[&[&str]])] = &[("cloud.test", &[&["10.0.0.1"]])];
        let (mut connector, dials) = connector(names, Dials::default(), "");
        connector.overrides = Arc::new(vec![entry.parse().unwrap()]);
        assert_eq!(
            outcome(connector.connect("cloud.test", 443).await),
            expected,
            "{name}"
        );
        let dialed: Vec<_> = dials
            .dialed
            .lock()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(dialed.join(" "), address, "{name}");
    }
}

#[test]
fn an_override_is_announced_in_words() {
    for (entry, words) in [
        (
            "cloud.test:443:127.0.0.1:8443",
            "cloud.test:443 resolves to 127.0.0.1:8443",
        ),
        ("cloud.test:443:", "cloud.test:443 doesn't resolve"),
    ] {
        assert_eq!(entry.parse::<Override>().unwrap().to_string(), words);
    }
}

#[test]
fn overrides() {
    let cases = [
        ("address", "a.test:443:127.0.0.1", Some("127.0.0.1:443")),
        (
            "address and port",
            "a.test:443:127.0.0.1:8443",
            Some("127.0.0.1:8443"),
        ),
        ("IPv6", "a.test:443:::1", Some("[::1]:443")),
        ("IPv6 and port", "a.test:443:[::1]:8443", Some("[::1]:8443")),
        ("name not found", "a.test:443:", Some("none")),
        ("no address", "a.test:443", None),
        ("no port", "a.test::127.0.0.1", None),
        ("name for an address", "a.test:443:b.test", None),
    ];
    for (name, text, expected) in cases {
        let parsed = text.parse::<Override>().ok().map(|entry| {
            entry
                .address
                .map_or("none".to_owned(), |address| address.to_string())
        });
        assert_eq!(parsed.as_deref(), expected, "{name}");
    }
}
