//! The operator's sealing keys.

use std::{error::Error, fmt};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The length of a key, in bytes.
const LENGTH: usize = 32;

/// The longest id of a key, in bytes.
const LONGEST_ID: usize = 32;

/// Base64 as it is pasted: with its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The keys that secrets are sealed with: the first seals, all open. Erased when dropped, never shown.
pub struct SealingKeys {
    sealing: SealingKey,
    others: Vec<SealingKey>,
}

/// One key.
pub(crate) struct SealingKey {
    /// Its id, which sealed values name; 1-32 characters.
    pub(crate) id: String,
    pub(crate) bytes: Zeroizing<[u8; LENGTH]>,
}

impl SealingKeys {
    /// The keys of the variable `sealing_keys`: `id:base64,id:base64`, 32 bytes each.
    ///
    /// An id is 1-32 letters, digits, `.`, `_` or `-`. White space around a key means nothing.
    ///
    /// # Errors
    /// The number of the key and what is wrong with it. No error carries anything of the text.
    pub fn parse(text: &str) -> Result<Self, SealingKeysError> {
        if text.trim().is_empty() {
            return Err(SealingKeysError::Missing);
        }
        let mut keys: Vec<SealingKey> = Vec::new();
        for (entry, number) in text.split(',').zip(1..) {
            let key = SealingKey::parse(entry.trim(), number)?;
            if keys
                .iter()
                .any(|other| other.id == key.id || *other.bytes == *key.bytes)
            {
                return Err(SealingKeysError::Duplicate(number));
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let sealing = keys.next().ok_or(SealingKeysError::Missing)?;
        Ok(Self {
            sealing,
            others: keys.collect(),
        })
    }

    /// The key that seals.
    pub(crate) fn sealing(&self) -> &SealingKey {
        &self.sealing
    }

    /// All keys, the one that seals first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &SealingKey> {
        std::iter::once(&self.sealing).chain(&self.others)
    }

    /// The keys that only open.
    pub(crate) fn others(&self) -> &[SealingKey] {
        &self.others
    }

    /// The key of this id.
    pub(crate) fn named(&self, id: &str) -> Option<&SealingKey> {
        self.all().find(|key| key.id == id)
    }
}

/// A purpose of a derived key. Each has a key of its own, so that nothing that one key makes says anything about
/// another or about what is sealed. Those that name a project have another key in each project.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// To see that two secrets are one, whatever their projects.
    Fingerprint,
    /// To see that two requests are one.
    Request,
    /// To seal the secrets of a project.
    Seal(&'a str),
    /// To link the rows of a project's audit.
    AuditLink(&'a str),
    /// To tag the point up to which a project's audit was forgotten.
    AuditCheckpoint(&'a str),
    /// To tag the external id that was issued to a project.
    ExternalId(&'a str),
    /// To tag the hashes of a project's event addresses.
    EventAddress(&'a str),
}

impl Purpose<'_> {
    /// The label, and the project: no label begins another with a zero byte.
    fn info(&self) -> [&[u8]; 3] {
        let (label, project): (&str, Option<&str>) = match *self {
            Self::Fingerprint => ("bowline fingerprint", None),
            Self::Request => ("bowline request", None),
            Self::Seal(project) => ("bowline seal", Some(project)),
            Self::AuditLink(project) => ("bowline audit link", Some(project)),
            Self::AuditCheckpoint(project) => ("bowline audit checkpoint", Some(project)),
            Self::ExternalId(project) => ("bowline external id", Some(project)),
            Self::EventAddress(project) => ("bowline event address", Some(project)),
        };
        let separator: &[u8] = if project.is_some() { &[0] } else { &[] };
        [
            label.as_bytes(),
            separator,
            project.unwrap_or_default().as_bytes(),
        ]
    }
}

impl SealingKey {
    /// The key for a purpose: HKDF-Expand with SHA-256 (RFC 5869 §2.3). Nothing is extracted first, because a sealing key
    /// is uniform already.
    pub(crate) fn derive(&self, purpose: Purpose<'_>) -> Option<Zeroizing<[u8; LENGTH]>> {
        let mut derived = Zeroizing::new([0; LENGTH]);
        Hkdf::<Sha256>::from_prk(&*self.bytes)
            .ok()?
            .expand_multi_info(&purpose.info(), &mut *derived)
            .ok()?;
        Some(derived)
    }

    /// A keyed hash (HMAC-SHA-256) of `parts`, each after its length, in base64.
    pub(crate) fn hash<'a>(
        &self,
        purpose: Purpose<'_>,
        parts: impl IntoIterator<Item = &'a [u8]>,
    ) -> Option<String> {
        let mut hash = Hmac::<Sha256>::new_from_slice(&*self.derive(purpose)?).ok()?;
        for part in parts {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Some(BASE64.encode(hash.finalize().into_bytes()))
    }

    /// True if `tag` is the keyed hash of `parts`. The time that it takes does not depend on how much of it is right.
    pub(crate) fn verifies<'a>(
        &self,
        purpose: Purpose<'_>,
        parts: impl IntoIterator<Item = &'a [u8]>,
        tag: &str,
    ) -> bool {
        self.hash(purpose, parts)
            .is_some_and(|hash| hash.as_bytes().ct_eq(tag.as_bytes()).into())
    }
}

impl SealingKey {
    fn parse(entry: &str, number: usize) -> Result<Self, SealingKeysError> {
        let (id, encoded) = entry
            .split_once(':')
            .ok_or(SealingKeysError::Form(number))?;
        let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(sound) {
            return Err(SealingKeysError::Id(number));
        }
        // Room for one byte more than a key has, and for what the decoder writes ahead: a longer key is an error.
        let mut decoded = Zeroizing::new([0; LENGTH + 4]);
        let length = match BASE64.decode_slice(encoded, decoded.as_mut_slice()) {
            Ok(length) => length,
            Err(base64::DecodeSliceError::OutputSliceTooSmall) => {
                return Err(SealingKeysError::Length(number));
            }
            Err(base64::DecodeSliceError::DecodeError(_)) => {
                return Err(SealingKeysError::Encoding(number));
            }
        };
        let mut bytes = Zeroizing::new([0; LENGTH]);
        match decoded
            .get(..length)
            .filter(|decoded| decoded.len() == LENGTH)
        {
            Some(decoded) => bytes.copy_from_slice(decoded),
            None => return Err(SealingKeysError::Length(number)),
        }
        Ok(Self {
            id: id.to_owned(),
            bytes,
        })
    }
}

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKeys(…)")
    }
}

/// An error in the variable `sealing_keys`. The number is that of the key, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealingKeysError {
    /// There is no key.
    Missing,
    /// It is not `id:base64`.
    Form(usize),
    /// Its id is not 1-32 letters, digits, `.`, `_` or `-`.
    Id(usize),
    /// It is not base64.
    Encoding(usize),
    /// It has not 32 bytes.
    Length(usize),
    /// Its id or its bytes are those of an earlier one.
    Duplicate(usize),
}

impl fmt::Display for SealingKeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, text) = match self {
            Self::Missing => return f.write_str("there is no sealing key"),
            Self::Form(number) => (number, "is not “id:base64”"),
            Self::Id(number) => (
                number,
                "has an id that is not 1-32 letters, digits, “.”, “_” or “-”",
            ),
            Self::Encoding(number) => (number, "is not base64"),
            Self::Length(number) => (number, "has not 32 bytes"),
            Self::Duplicate(number) => (number, "has the id or the bytes of an earlier one"),
        };
        write!(f, "sealing key {number} {text}")
    }
}

impl Error for SealingKeysError {}

#[cfg(test)]
mod tests {
    use super::{Purpose, SealingKeys, SealingKeysError};

    const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const B: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    #[test]
    fn the_first_seals_and_all_open() {
        let keys =
            SealingKeys::parse(&format!(" 2026-11:{A} , old:{}", B.trim_end_matches('='))).unwrap();
        assert_eq!(keys.sealing().id, "2026-11");
        assert_eq!(*keys.named("old").unwrap().bytes, [1; 32]);
        assert!(keys.named("older").is_none());
        assert_eq!(format!("{keys:?}"), "SealingKeys(…)");
    }

    #[test]
    fn what_is_no_key_is_named_by_its_number() {
        let cases = [
            (String::new(), SealingKeysError::Missing),
            (" ".to_owned(), SealingKeysError::Missing),
            (A.to_owned(), SealingKeysError::Form(1)),
            (format!("a:{A},"), SealingKeysError::Form(2)),
            (format!(":{A}"), SealingKeysError::Id(1)),
            (format!("a b:{A}"), SealingKeysError::Id(1)),
            (format!("{}:{A}", "a".repeat(33)), SealingKeysError::Id(1)),
            ("a:*".to_owned(), SealingKeysError::Encoding(1)),
            ("a:AAAA:".to_owned(), SealingKeysError::Encoding(1)),
            ("a:".to_owned(), SealingKeysError::Length(1)),
            (format!("a:{A},b:AAAA"), SealingKeysError::Length(2)),
            (format!("a:{}", "A".repeat(44)), SealingKeysError::Length(1)),
            (
                format!("a:{}", "A".repeat(4000)),
                SealingKeysError::Length(1),
            ),
            (format!("a:{A},a:{B}"), SealingKeysError::Duplicate(2)),
            (format!("a:{A},b:{A}"), SealingKeysError::Duplicate(2)),
        ];
        for (text, expected) in cases {
            let error = SealingKeys::parse(&text).err();
            assert_eq!(error, Some(expected), "{text}");
            assert!(!expected.to_string().contains("AAAA"));
        }
    }

    #[test]
    fn each_purpose_and_project_has_a_key_of_its_own() {
        let keys = SealingKeys::parse(&format!("a:{A},b:{B}")).unwrap();
        let purposes = [
            Purpose::Fingerprint,
            Purpose::Request,
            Purpose::Seal("acme"),
            Purpose::Seal("beta"),
            Purpose::Seal(""),
            Purpose::AuditLink("acme"),
            Purpose::AuditCheckpoint("acme"),
            Purpose::ExternalId("acme"),
            Purpose::EventAddress("acme"),
        ];
        let mut derived: Vec<_> = keys
            .all()
            .flat_map(|key| purposes.map(|purpose| *key.derive(purpose).unwrap()))
            .chain(keys.all().map(|key| *key.bytes))
            .collect();
        let number = derived.len();
        derived.sort_unstable();
        derived.dedup();
        assert_eq!(derived.len(), number);
    }

    /// Fingerprints that are kept must stay comparable.
    #[test]
    fn a_derived_key_is_one_block_of_hkdf_expand() {
        use hmac::{Hmac, KeyInit, Mac};
        let keys = SealingKeys::parse(&format!("a:{A}")).unwrap();
        let mut block = Hmac::<sha2::Sha256>::new_from_slice(&[0; 32]).unwrap();
        block.update(b"bowline fingerprint\x01");
        let derived = keys.sealing().derive(Purpose::Fingerprint).unwrap();
        assert_eq!(derived[..], block.finalize().into_bytes()[..]);
    }

    #[test]
    fn a_tag_holds_for_its_parts_only() {
        let keys = SealingKeys::parse(&format!("a:{A},b:{B}")).unwrap();
        let (key, other) = (keys.sealing(), keys.named("b").unwrap());
        let purpose = Purpose::ExternalId("acme");
        let tag = key.hash(purpose, [b"one".as_slice(), b"two"]).unwrap();
        assert!(key.verifies(purpose, [b"one".as_slice(), b"two"], &tag));
        assert!(!key.verifies(purpose, [b"onetwo".as_slice()], &tag));
        assert!(!key.verifies(purpose, [b"onet".as_slice(), b"wo"], &tag));
        assert!(!key.verifies(
            Purpose::ExternalId("beta"),
            [b"one".as_slice(), b"two"],
            &tag
        ));
        assert!(!other.verifies(purpose, [b"one".as_slice(), b"two"], &tag));
        assert!(!key.verifies(purpose, [b"one".as_slice(), b"two"], ""));
    }
}
