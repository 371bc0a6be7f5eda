//! IP addresses, read and written as the standard library does, which the tests hold them against. Its own would be, with
//! the formatting that they bring along, 2 KiB of the browser module.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::text::{contains, decimal, split_once};

/// Four decimal numbers.
pub(crate) fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let plain = part == "0" || !part.starts_with('0');
        let number = decimal(part).filter(|_| plain)?;
        *octet = number.try_into().ok()?;
    }
    parts.next().is_none().then(|| octets.into())
}

/// Eight hexadecimal numbers (RFC 4291 §2.2): `::` stands for zeros, the last two may be an IPv4 address.
pub(crate) fn parse_v6(text: &str) -> Option<Ipv6Addr> {
    let Some((front, back)) = split_once(text, "::") else {
        return <[u16; 8]>::try_from(groups(text, true)?)
            .ok()
            .map(Into::into);
    };
    let (front, back) = (groups(front, false)?, groups(back, true)?);
    let zeros = 8_usize.checked_sub(front.len())?.checked_sub(back.len())?;
    let mut all = front;
    all.resize(all.len().saturating_add(zeros.max(1)), 0);
    all.extend(back);
    <[u16; 8]>::try_from(all).ok().map(Into::into)
}

/// The numbers between colons; the last of them an IPv4 address perhaps.
fn groups(text: &str, last: bool) -> Option<Vec<u16>> {
    let mut groups = Vec::new();
    if text.is_empty() {
        return Some(groups);
    }
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next() {
        if last && parts.peek().is_none() && contains(part, ".") {
            let [a, b, c, d] = parse_v4(part)?.octets();
            groups.extend([u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]);
        } else {
            let sound = part.len() <= 4 && part.bytes().all(|b| b.is_ascii_hexdigit());
            let number = u32::from_str_radix(part, 16).ok().filter(|_| sound)?;
            groups.push(number.try_into().ok()?);
        }
    }
    Some(groups)
}

/// Four decimal numbers.
pub(crate) fn v4_text(address: Ipv4Addr) -> String {
    let mut text = String::new();
    for octet in address.octets() {
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&u32::from(octet).to_string());
    }
    text
}

/// The shortest form (RFC 5952), of an address that is no IPv4 one.
pub(crate) fn v6_text(address: Ipv6Addr) -> String {
    let groups = address.segments();
    let zeros_from = |at| {
        groups
            .iter()
            .skip(at)
            .take_while(|group| **group == 0)
            .count()
    };
    // The first of the longest runs of zeros, two at least.
    let mut zeros = 0..1;
    for at in 0..groups.len() {
        if zeros_from(at) > zeros.len() {
            zeros = at..at.saturating_add(zeros_from(at));
        }
    }
    let mut text = String::new();
    for (at, group) in groups.into_iter().enumerate() {
        if zeros.len() > 1 && zeros.contains(&at) {
            if at == zeros.start {
                text.push_str("::");
            }
            continue;
        }
        if !text.is_empty() && !text.ends_with("::") {
            text.push(':');
        }
        let digits = [12, 8, 4, 0].map(|shift| (u32::from(group) >> shift) & 15);
        let leading = digits
            .iter()
            .take(3)
            .take_while(|digit| **digit == 0)
            .count();
        let digits = digits.into_iter().skip(leading);
        text.extend(digits.filter_map(|digit| char::from_digit(digit, 16)));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_read_as_the_standard_library_reads_them(text in "[0-9.+]{0,15}|([0-9a-f]{0,5}:{0,2}){0,9}([0-9]{1,3}\\.){0,4}[0-9a-f]{0,3}") {
            prop_assert_eq!(parse_v4(&text), text.parse().ok(), "{}", text);
            prop_assert_eq!(parse_v6(&text), text.parse().ok(), "{}", text);
        }

        #[test]
        fn they_are_written_as_the_standard_library_writes_them(octets: [u8; 4], groups in prop::array::uniform8(prop_oneof![Just(0_u16), any::<u16>()])) {
            let (v4, v6) = (Ipv4Addr::from(octets), Ipv6Addr::from(groups));
            prop_assert_eq!(v4_text(v4), v4.to_string());
            prop_assert_eq!(parse_v4(&v4_text(v4)), Some(v4));
            if v6.to_ipv4_mapped().is_none() {
                prop_assert_eq!(v6_text(v6), v6.to_string());
            }
            prop_assert_eq!(parse_v6(&v6.to_string()), Some(v6));
        }
    }
}
