use super::*;
use crate::runtime_config::RuntimeConfig;
use std::path::Path;

/// The networks of the repository's own runtime configuration.
fn shipped() -> BlockedNetworks {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime-config.toml");
    RuntimeConfig::load(&path).unwrap().blocked
}

#[test]
fn addresses() {
    let blocked = shipped();
    let cases = [
        ("unspecified", "0.0.0.0", true),
        ("this network", "0.1.2.3", true),
        ("loopback", "127.0.0.1", true),
        ("loopback's end", "127.255.255.255", true),
        ("after loopback", "128.0.0.1", false),
        ("private A", "10.0.0.1", true),
        ("private B", "172.16.0.1", true),
        ("private B's end", "172.31.255.255", true),
        ("after private B", "172.32.0.1", false),
        ("private C", "192.168.1.1", true),
        ("carrier-grade NAT", "100.64.0.1", true),
        ("before carrier-grade NAT", "100.63.255.255", false),
        ("link-local metadata", "169.254.169.254", true),
        ("container metadata", "169.254.170.2", true),
        ("Azure's metadata", "168.63.129.16", true),
        ("beside Azure's metadata", "168.63.129.17", false),
        ("protocol assignments", "192.0.0.8", true),
        ("documentation", "203.0.113.5", true),
        ("benchmarking", "198.18.0.1", true),
        ("relay anycast", "192.88.99.1", true),
        ("multicast", "224.0.0.1", true),
        ("reserved", "240.0.0.1", true),
        ("broadcast", "255.255.255.255", true),
        ("public", "8.8.8.8", false),
        ("IPv6 unspecified", "::", true),
        ("IPv6 loopback", "::1", true),
        ("mapped loopback", "::ffff:127.0.0.1", true),
        ("mapped metadata", "::ffff:169.254.169.254", true),
        ("mapped public", "::ffff:8.8.8.8", false),
        ("compatible private", "::10.0.0.1", true),
        ("unique local", "fd00::1", true),
        ("AWS metadata", "fd00:ec2::254", true),
        ("IPv6 link-local", "fe80::1", true),
        ("site-local", "fec0::1", true),
        ("IPv6 multicast", "ff02::1", true),
        ("IPv6 documentation", "2001:db8::1", true),
        ("IPv6 documentation since 2024", "3fff::1", true),
        ("after it", "3fff:1000::1", false),
        ("segment routing", "5f00::1", true),
        ("SIIT loopback", "::ffff:0:127.0.0.1", true),
        ("SIIT public", "::ffff:0:8.8.8.8", true),
        ("NAT64", "64:ff9b::7f00:1", true),
        ("local NAT64", "64:ff9b:1::1", true),
        ("6to4", "2002:7f00:1::1", true),
        ("Teredo", "2001:0:1::1", true),
        ("IPv6 public", "2606:4700::1111", false),
    ];
    for (name, address, expected) in cases {
        assert_eq!(
            blocked.contains(address.parse().unwrap()),
            expected,
            "{name}: {address}"
        );
    }
}

#[test]
fn entries() {
    let single = BlockedNetworks::parse(["1.1.1.1"]).unwrap();
    assert!(single.contains("1.1.1.1".parse().unwrap()));
    assert!(!single.contains("1.1.1.2".parse().unwrap()));
    assert!(!BlockedNetworks::default().contains("127.0.0.1".parse().unwrap()));
    for wrong in ["", "public", "10.0.0.0/33", "10.0.0/8", "example.com"] {
        assert_eq!(
            BlockedNetworks::parse([wrong]).err(),
            Some(NetworkError(wrong.to_owned())),
            "{wrong}"
        );
    }
}

#[test]
fn exemptions() {
    let exempt = Exemptions::parse(
        "registry.test, Team.Test:5000 10.1.0.0/16,127.0.0.1:5001,[::1]:5002,fd00::7",
    );
    let cases = [
        ("host, any port", "registry.test", 443, "10.0.0.1", true),
        (
            "host in other letters",
            "REGISTRY.test.",
            80,
            "127.0.0.1",
            true,
        ),
        ("below the host", "a.registry.test", 443, "10.0.0.1", false),
        ("host and port", "team.test", 5000, "10.0.0.1", true),
        ("host, other port", "team.test", 5001, "10.0.0.1", false),
        ("network", "10.1.2.3", 80, "10.1.2.3", true),
        ("name into the network", "other.test", 80, "10.1.2.3", true),
        (
            "mapped into the network",
            "other.test",
            80,
            "::ffff:10.1.2.3",
            true,
        ),
        ("beside the network", "other.test", 80, "10.2.0.1", false),
        ("address and port", "127.0.0.1", 5001, "127.0.0.1", true),
        ("address, other port", "127.0.0.1", 5002, "127.0.0.1", false),
        (
            "name to that address is not named",
            "rebind.test",
            5001,
            "127.0.0.1",
            false,
        ),
        ("IPv6 and port", "::1", 5002, "::1", true),
        ("IPv6, other port", "::1", 5001, "::1", false),
        ("IPv6 address", "fd00::7", 1, "fd00::7", true),
        ("not named", "example.com", 443, "10.0.0.1", false),
    ];
    for (name, host, port, address, expected) in cases {
        let address = SocketAddr::new(address.parse().unwrap(), port);
        assert_eq!(exempt.allow(host, port, address), expected, "{name}");
    }
}

#[test]
fn nothing_is_exempt_by_default() {
    for empty in ["", " ", ",,"] {
        let exempt = Exemptions::parse(empty);
        assert!(
            !exempt.allow("", 0, "127.0.0.1:0".parse().unwrap()),
            "{empty:?}"
        );
    }
}
