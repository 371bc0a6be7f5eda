//! Host names and addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{
    Split,
    address::{parse_v4, parse_v6, v4_text, v6_text},
    punycode,
};
use crate::{
    finding::Issue,
    message::Code,
    text::{concat, contains, replace, replaced, span},
};

/// What a label that stands for other letters starts with (RFC 5890 §2.3.2.1).
const PUNYCODE: &str = "xn--";

/// The host of a URL: lower case, an IPv6 address in brackets and in its shortest form.
pub(super) fn parse(url: &Split<'_>) -> Result<String, Issue> {
    let issue = |code| Issue::new(code).at(span(url.text, url.host));
    let instead = |host: &str| replaced(url.text.trim(), url.host, host);
    let host = url.host;
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(parse_v6);
        let invalid = || issue(Code::UrlAddressInvalid).with("host", host);
        let address = address.ok_or_else(invalid)?;
        return match address.to_ipv4_mapped() {
            // The same host has a plainer name; two names for it would be two endpoints.
            Some(plain) => Err(invalid().suggest(instead(&v4_text(plain)))),
            None => Ok(concat(&["[", &v6_text(address), "]"])),
        };
    }
    if !host.is_ascii()
        && let Some(character) = host.chars().find(|c| !c.is_ascii())
    {
        let ascii: String = host.chars().map(ascii_form).collect();
        let fix = ascii.is_ascii().then(|| instead(&ascii));
        return Err(issue(Code::UrlNotAscii)
            .with("character", character.to_string())
            .suggest_some(fix));
    }
    if let Some(bare) = host.strip_suffix('.') {
        let fix = is_name(bare).then(|| instead(bare));
        return Err(issue(Code::UrlTrailingDot).suggest_some(fix));
    }
    let host = host.to_ascii_lowercase();
    if ends_in_number(&host) {
        return match parse_v4(&host) {
            Some(address) => Ok(v4_text(address)),
            None => Err(issue(Code::UrlAddressInvalid).with("host", host)),
        };
    }
    if !is_name(&host) {
        let hyphened = replace(&host, "_", "-");
        let fix = (hyphened != host && is_name(&hyphened)).then(|| instead(&hyphened));
        return Err(issue(Code::UrlHostInvalid)
            .with("host", host)
            .suggest_some(fix));
    }
    let is_encoded = |label: &str| label.strip_prefix(PUNYCODE).is_none_or(punycode::is_sound);
    if contains(&host, PUNYCODE) && !host.split('.').all(is_encoded) {
        return Err(issue(Code::UrlPunycodeInvalid).with("host", host));
    }
    Ok(host)
}

/// Whether a text is a host name (RFC 1123 §2.1): labels of 1-63 letters, digits and inner hyphens, 253 in all.
pub(crate) fn is_name(host: &str) -> bool {
    let label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || *b == b'-')
            && label.first() != Some(&b'-')
            && label.last() != Some(&b'-')
    };
    host.len() <= 253 && host.as_bytes().split(|b| *b == b'.').all(label)
}

/// Whether `host` is `suffix` or ends in `.` and `suffix`, in any case of letters: at a label's border, so that no
/// look-alike passes.
pub(crate) fn has_suffix(host: &str, suffix: &str) -> bool {
    label_before(host, suffix).is_some()
}

/// What stands before `suffix` and the dot before it; `None` where the host does not end so.
pub(crate) fn label_before<'a>(host: &'a str, suffix: &str) -> Option<&'a str> {
    let (before, end) = host.split_at_checked(host.len().checked_sub(suffix.len())?)?;
    if !end.eq_ignore_ascii_case(suffix) {
        return None;
    }
    if before.is_empty() {
        Some(before)
    } else {
        before.strip_suffix('.')
    }
}

/// Whether a host is shown with other letters than it is written with.
pub(super) fn is_encoded(host: &str) -> bool {
    contains(host, PUNYCODE) && host.split('.').any(|label| label.starts_with(PUNYCODE))
}

/// Whether a host is, by its look, not on the public internet. The guard decides; this only forewarns.
pub(super) fn is_private(host: &str) -> bool {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        return parse_v6(address).is_some_and(is_private_v6);
    }
    match parse_v4(host) {
        Some(address) => is_private_v4(address),
        None => is_private_name(host),
    }
}

/// Single labels, special-use names (RFC 6761, 6762, 8375, ICANN's `internal`) and the cluster's own.
fn is_private_name(host: &str) -> bool {
    let mut labels = host.rsplit('.');
    match (labels.next().unwrap_or(""), labels.next()) {
        (_, None) | ("arpa", Some("home")) | ("alt", Some("self")) => true,
        (last, _) => matches!(
            last,
            "localhost"
                | "local"
                | "internal"
                | "lan"
                | "intranet"
                | "private"
                | "corp"
                | "home"
                | "test"
                | "svc"
        ),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || address == Ipv4Addr::new(168, 63, 129, 16)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || a == 0x2002
        || (a == 0x2001 && b == 0)
        || (a == 0x64 && b == 0xff9b && c <= 1)
}

/// Whether the URL standard reads a host as an IPv4 address: its last part is a number.
fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or("");
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    hexadecimal || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()))
}

/// The ASCII character that an input method's full-width one stands for.
fn ascii_form(c: char) -> char {
    match c {
        '\u{3002}' | '\u{ff61}' => '.',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c)
            .to_ascii_lowercase(),
        _ => c,
    }
}
