//! Secrets as one sealed value that belongs to one row.
//!
//! A sealed value is format, key id, nonce and the ciphertext of XChaCha20-Poly1305. Its associated data is a hash of
//! all that decides where the secrets go: moved to another row, or with its row edited behind the store's back, it does
//! not open. Format 2 also binds the expiry and the generation, and its key is that of the project; format 1 is that of
//! values without a generation.

use std::collections::BTreeMap;

use bowline::secret::Secret;
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    error::StoreError,
    id::ConnectionId,
    keys::{Purpose, SealingKey, SealingKeys},
    random::Random,
};

/// The first byte of a sealed value without a generation.
const UNNUMBERED: u8 = 1;

/// The first byte of one with a generation. The schema reads it too.
const NUMBERED: u8 = 2;

const NONCE: usize = 24;

/// The number of bytes that sealing adds to the text.
const TAG: usize = 16;

/// The data that a sealed value is bound to.
#[derive(Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) project: &'a str,
    pub(crate) id: ConnectionId,
    pub(crate) provider: &'a str,
    pub(crate) auth: &'a str,
    pub(crate) endpoint: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) values: &'a BTreeMap<String, String>,
    pub(crate) trusted_auth_hosts: &'a [String],
    pub(crate) expires_at: Option<i64>,
    /// The number of the audit row that made the value; `None` where no audit row makes it, and of values of before.
    pub(crate) generation: Option<i64>,
}

impl Binding<'_> {
    fn format(&self) -> u8 {
        match self.generation {
            Some(_) => NUMBERED,
            None => UNNUMBERED,
        }
    }

    /// The cipher under the key that the format has.
    fn cipher(&self, key: &SealingKey) -> Option<XChaCha20Poly1305> {
        let derived;
        let bytes = match self.generation {
            Some(_) => {
                derived = key.derive(Purpose::Seal(self.project))?;
                &derived
            }
            None => &key.bytes,
        };
        Some(XChaCha20Poly1305::new((&**bytes).into()))
    }

    /// SHA-256 of the fields, each after its length, lists after their number: no two bindings give the same bytes.
    fn digest(&self, key_id: &str) -> [u8; 32] {
        let mut fields = Fields(Sha256::new());
        for text in [
            self.project,
            &self.id.to_string(),
            self.provider,
            self.auth,
            self.endpoint,
            self.purpose,
        ] {
            fields.text(text);
        }
        fields.number(self.values.len());
        for (name, value) in self.values {
            fields.text(name);
            fields.text(value);
        }
        fields.number(self.trusted_auth_hosts.len());
        for host in self.trusted_auth_hosts {
            fields.text(host);
        }
        fields.text(key_id);
        if let Some(generation) = self.generation {
            fields.0.update(generation.to_be_bytes());
            fields.number(usize::from(self.expires_at.is_some()));
            fields
                .0
                .update(self.expires_at.unwrap_or_default().to_be_bytes());
        }
        fields.0.finalize().into()
    }
}

struct Fields(Sha256);

impl Fields {
    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text);
    }
}

/// Seals `secrets` with the first key, for the row that `binding` describes.
pub(crate) fn seal(
    keys: &SealingKeys,
    random: &impl Random,
    binding: Binding<'_>,
    secrets: &[(&str, &Secret)],
) -> Result<Sealed, StoreError> {
    let key = keys.sealing();
    let mut nonce = XNonce::default();
    random.fill(&mut nonce);
    let mut text = plaintext(secrets);
    binding
        .cipher(key)
        .ok_or(StoreError::Unsealable)?
        .encrypt_in_place(&nonce, &binding.digest(&key.id), &mut *text)
        .map_err(|_| StoreError::Unsealable)?;

    let id_length = u8::try_from(key.id.len()).map_err(|_| StoreError::Unsealable)?;
    let value = [
        &[binding.format(), id_length],
        key.id.as_bytes(),
        nonce.as_slice(),
        text.as_slice(),
    ]
    .concat();
    Ok(Sealed {
        value,
        key_id: key.id.clone(),
    })
}

/// A sealed value, and the id of the key that sealed it.
pub(crate) struct Sealed {
    pub(crate) value: Vec<u8>,
    pub(crate) key_id: String,
}

/// Seals `secrets` for each of several generations, from that of `binding` on: as long as a statement does not run, it is
/// not known which number the audit gives. The values are of one length.
pub(crate) fn seal_for_several(
    keys: &SealingKeys,
    random: &impl Random,
    binding: Binding<'_>,
    secrets: &[(&str, &Secret)],
) -> Result<SealedForSeveral, StoreError> {
    let first = binding.generation.ok_or(StoreError::Unsealable)?;
    let Sealed { mut value, key_id } = seal(keys, random, binding, secrets)?;
    let length = value.len();
    let number = MOST_BYTES
        .checked_div(length)
        .unwrap_or_default()
        .clamp(FEWEST, MOST);
    for generation in (first..).take(number).skip(1) {
        let binding = Binding {
            generation: Some(generation),
            ..binding
        };
        let next = seal(keys, random, binding, secrets)?;
        value.extend_from_slice(&next.value);
    }
    Ok(SealedForSeveral {
        values: value,
        key_id,
        first,
        length: i64::try_from(length).map_err(|_| StoreError::Unsealable)?,
        number: i64::try_from(number).map_err(|_| StoreError::Unsealable)?,
    })
}

/// The generations that a value is sealed for at once, and the bytes that they may take together.
const MOST: usize = 32;
const FEWEST: usize = 4;
const MOST_BYTES: usize = 64 * 1024;

/// Sealed values for generations from `first` on, one after the other.
#[derive(Clone)]
pub(crate) struct SealedForSeveral {
    pub(crate) values: Vec<u8>,
    pub(crate) key_id: String,
    pub(crate) first: i64,
    /// The number of bytes of each.
    pub(crate) length: i64,
    pub(crate) number: i64,
}

/// The secrets in `sealed`, if they were sealed for the row that `binding` describes.
pub(crate) fn open(
    keys: &SealingKeys,
    binding: Binding<'_>,
    sealed: &[u8],
) -> Result<BTreeMap<String, Secret>, StoreError> {
    let envelope = Envelope::parse(sealed)
        .filter(|envelope| envelope.format == binding.format())
        .ok_or(StoreError::Unsealable)?;
    let key = keys.named(envelope.key_id).ok_or(StoreError::UnknownKey)?;
    let mut text = Zeroizing::new(envelope.ciphertext.to_vec());
    binding
        .cipher(key)
        .ok_or(StoreError::Unsealable)?
        .decrypt_in_place(&envelope.nonce, &binding.digest(&key.id), &mut *text)
        .map_err(|_| StoreError::Unsealable)?;
    secrets(&text).ok_or(StoreError::Unsealable)
}

struct Envelope<'a> {
    format: u8,
    key_id: &'a str,
    nonce: XNonce,
    ciphertext: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn parse(sealed: &'a [u8]) -> Option<Self> {
        let (&[format, id_length], rest) = sealed.split_first_chunk()?;
        let (key_id, rest) = rest.split_at_checked(id_length.into())?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>()?;
        let key_id = str::from_utf8(key_id).ok()?;
        Some(Self {
            format,
            key_id,
            nonce: (*nonce).into(),
            ciphertext,
        })
    }
}

/// Names and secrets in turn, each after its length in four bytes. Written into a buffer that is large enough from the
/// start, with room for the tag: one that grows leaves copies behind.
fn plaintext(secrets: &[(&str, &Secret)]) -> Zeroizing<Vec<u8>> {
    let texts = secrets
        .iter()
        .flat_map(|&(name, secret)| [name, secret.expose()]);
    let size = texts.clone().fold(TAG, |size, text| {
        size.saturating_add(4).saturating_add(text.len())
    });
    let mut plaintext = Zeroizing::new(Vec::with_capacity(size));
    for text in texts {
        // A form is far smaller than 4 GiB.
        plaintext.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        plaintext.extend_from_slice(text.as_bytes());
    }
    plaintext
}

fn secrets(plaintext: &[u8]) -> Option<BTreeMap<String, Secret>> {
    let mut rest = plaintext;
    let mut take = || {
        let (length, after) = rest.split_first_chunk()?;
        let (text, after) = after.split_at_checked(u32::from_be_bytes(*length).try_into().ok()?)?;
        rest = after;
        str::from_utf8(text).ok()
    };
    let mut secrets = BTreeMap::new();
    while let Some(name) = take() {
        secrets.insert(name.to_owned(), Secret::new(take()?));
    }
    rest.is_empty().then_some(secrets)
}

#[cfg(test)]
mod tests;
