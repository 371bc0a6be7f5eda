//! Base64 (RFC 4648), read strictly. The crate `base64`, which the tests hold it against, would be 2 KiB of the browser
//! module.

/// What a text in the standard alphabet, with padding, stands for.
pub(crate) fn standard(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('='));
    decode(digits.unwrap_or(text), *b"-_")
}

/// What a text in the alphabet for URLs, without padding, stands for.
pub(crate) fn for_urls(text: &str) -> Option<Vec<u8>> {
    decode(text, *b"+/")
}

/// What each character of ASCII counts as a digit in either alphabet; [`NO_DIGIT`] for most.
#[allow(clippy::indexing_slicing, reason = "the compiler evaluates it")]
static DIGITS: [u8; 128] = {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digits = [NO_DIGIT; 128];
    let mut value = 0;
    while value < letters.len() {
        digits[letters[value] as usize] = value as u8;
        value += 1;
    }
    digits[b'-' as usize] = 62;
    digits[b'_' as usize] = 63;
    digits
};

const NO_DIGIT: u8 = 0xff;

/// What a text stands for that has none of `others`, the last two digits of the other alphabet.
fn decode(text: &str, others: [u8; 2]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len().saturating_mul(3) / 4];
    let mut places = bytes.iter_mut();
    // Bits that make no byte yet, and how many.
    let (mut rest, mut bits) = (0_u32, 0_u32);
    for digit in text.bytes() {
        let value = *DIGITS.get(usize::from(digit))?;
        // The other alphabet's are the only digits above 61 that can be wrong.
        if value > 61 && (value == NO_DIGIT || others.contains(&digit)) {
            return None;
        }
        rest = (rest << 6) | u32::from(value);
        bits = bits.wrapping_add(6);
        if bits >= 8 {
            bits = bits.wrapping_sub(8);
            let [.., byte] = rest.wrapping_shr(bits).to_be_bytes();
            *places.next()? = byte;
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
