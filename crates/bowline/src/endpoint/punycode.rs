//! Punycode (RFC 3492): whether a label can be decoded. What it decodes to is nobody's business here.

/// Whether the rest of a label after `xn--` stands for a text that is not ASCII. The URL standard refuses a host with a
/// label that does not, so that a registry there could never be asked.
pub(super) fn is_sound(encoded: &str) -> bool {
    decode(encoded).is_some_and(|extended| extended > 0)
}

/// How many characters beyond ASCII the text has. Names and numbers are those of section 6.2.
fn decode(encoded: &str) -> Option<u32> {
    let (basic, digits) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut length = u32::try_from(basic.len()).ok()?;
    let (mut n, mut i, mut bias, mut extended) = (128_u32, 0_u32, 72_u32, 0_u32);
    let mut digits = digits.bytes();
    while digits.len() > 0 {
        let (before, mut weight, mut k) = (i, 1_u32, 36_u32);
        loop {
            let digit = value(digits.next()?)?;
            i = i.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36_u32.checked_sub(threshold)?)?;
            k = k.checked_add(36)?;
        }
        length = length.checked_add(1)?;
        extended = extended.checked_add(1)?;
        bias = adapted(i.checked_sub(before)?, length, before == 0)?;
        n = n.checked_add(i.checked_div(length)?)?;
        char::from_u32(n)?;
        i = i.checked_rem(length)?.checked_add(1)?;
    }
    Some(extended)
}

fn value(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(36).map(|value| {
        // Letters come before digits here.
        if digit.is_ascii_digit() {
            value.saturating_add(26)
        } else {
            value.saturating_sub(10)
        }
    })
}

/// The next bias (section 6.1).
fn adapted(delta: u32, length: u32, is_first: bool) -> Option<u32> {
    let mut delta = delta.checked_div(if is_first { 700 } else { 2 })?;
    delta = delta.checked_add(delta.checked_div(length)?)?;
    let mut k = 0_u32;
    while delta > 455 {
        delta = delta.checked_div(35)?;
        k = k.checked_add(36)?;
    }
    k.checked_add(delta.checked_mul(36)?.checked_div(delta.checked_add(38)?)?)
}

#[cfg(test)]
mod tests {
    use super::is_sound;

    #[test]
    fn labels_are_sound_as_the_rfc_has_them() {
        for (encoded, sound) in [
            ("bcher-kva", true),
            ("ihqwcrb4cv8a8dqg056pqjye", true),
            ("n3h", true),
            ("", false),
            ("abc-", false),
            ("b", false),
            ("kva!", false),
            ("99999999", false),
        ] {
            assert_eq!(is_sound(encoded), sound, "{encoded}");
        }
    }
}
