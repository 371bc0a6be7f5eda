//! Decides which literal addresses are on the public internet.
//!
//! Sources: the IANA special-purpose registries for IPv4 and IPv6, and the cloud platforms' own addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the public internet.
const SPECIAL_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),        // "this network"; Linux takes 0.0.0.0 for loopback
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // carrier-grade NAT, and Alibaba's metadata service
    ([127, 0, 0, 0], 8),      // loopback
    ([168, 63, 129, 16], 32), // Azure's host
    ([169, 254, 0, 0], 16),   // link-local, and most metadata services
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments, and Oracle's metadata service
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 88, 99, 0], 24),   // 6to4 relays
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // benchmarks
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // multicast
    ([240, 0, 0, 0], 4),      // reserved, and broadcast
];

/// Networks within 2000::/3, the only part of IPv6 that is global unicast, that are not the public internet.
const SPECIAL_V6: &[([u16; 3], u32)] = &[
    ([0x2001, 0, 0], 23),     // protocol assignments: Teredo, benchmarks, ORCHID
    ([0x2001, 0xdb8, 0], 32), // documentation
    ([0x2002, 0, 0], 16),     // 6to4, which carries an IPv4 address
    ([0x3fff, 0, 0], 20),     // documentation
];

/// Returns true if an address is on the public internet, and not private, loopback, link-local, multicast, reserved, or
/// a cloud's metadata service. An [`HttpClient`](crate::HttpClient) calls this for every address before it connects.
///
/// ```
/// # use bowline_registry::is_public_address;
/// assert!(is_public_address("1.1.1.1".parse().unwrap()));
/// assert!(!is_public_address("169.254.169.254".parse().unwrap()));
/// assert!(!is_public_address("::ffff:127.0.0.1".parse().unwrap()));
/// ```
pub fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

pub(super) fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(network, length)| {
        shares_prefix(
            address.to_bits().into(),
            Ipv4Addr::from(*network).to_bits().into(),
            32,
            *length,
        )
    })
}

pub(super) fn is_public_v6(address: Ipv6Addr) -> bool {
    let network = |[a, b, c]: [u16; 3]| Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).to_bits();
    shares_prefix(address.to_bits(), network([0x2000, 0, 0]), 128, 3)
        && !SPECIAL_V6.iter().any(|(special, length)| {
            shares_prefix(address.to_bits(), network(*special), 128, *length)
        })
}

/// Tells whether the first `length` of `width` bits are the same.
fn shares_prefix(one: u128, other: u128, width: u32, length: u32) -> bool {
    (one ^ other)
        .checked_shr(width.saturating_sub(length))
        .is_none_or(|rest| rest == 0)
}
