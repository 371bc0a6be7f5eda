//! Base64 (RFC 4648), read strictly. The crate `base64`, which the tests hold it against, would be 2 KiB of the browser
//! module.

/// What a text in the standard alphabet, with padding, stands for.
pub(crate) fn standard(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('='));
    decode(digits.unwrap_or(text), [b'+', b'/'])
}

/// What a text in the alphabet for URLs, without padding, stands for.
pub(crate) fn for_urls(text: &str) -> Option<Vec<u8>> {
    decode(text, [b'-', b'_'])
}

fn decode(digits: &str, last_two: [u8; 2]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(digits.len());
    // Bits that make no byte yet, and how many.
    let (mut rest, mut bits) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit.wrapping_sub(b'A'),
            b'a'..=b'z' => digit.wrapping_sub(b'a' - 26),
            b'0'..=b'9' => digit.wrapping_add(52 - b'0'),
            _ if digit == last_two[0] => 62,
            _ if digit == last_two[1] => 63,
            _ => return None,
        };
        rest = (rest << 6) | u32::from(value);
        bits = bits.wrapping_add(6);
        if bits >= 8 {
            bits = bits.wrapping_sub(8);
            let [.., byte] = rest.wrapping_shr(bits).to_be_bytes();
            bytes.push(byte);
            rest &= 0xff_u32.wrapping_shr(8_u32.wrapping_sub(bits));
        }
    }
    // One digit alone is no byte, and what is left over says nothing.
    (bits < 6 && rest == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::*};
    use proptest::prelude::*;

    use super::{for_urls, standard};

    proptest! {
        #[test]
        fn what_was_encoded_is_read(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            prop_assert_eq!(standard(&BASE64_STANDARD.encode(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(for_urls(&BASE64_URL_SAFE_NO_PAD.encode(&bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_read_as_the_crate_reads_it(text in "[AQZagz09+/_=-]{0,12}|\\PC{0,8}") {
            prop_assert_eq!(standard(&text), BASE64_STANDARD.decode(&text).ok());
            prop_assert_eq!(for_urls(&text), BASE64_URL_SAFE_NO_PAD.decode(&text).ok());
        }
    }
}
