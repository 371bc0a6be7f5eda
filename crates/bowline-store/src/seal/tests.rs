use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU8, Ordering::Relaxed},
};

use bowline::secret::Secret;
use proptest::prelude::*;

use super::{Binding, open, seal, seal_for_several};
use crate::{error::StoreError, id::ConnectionId, keys::SealingKeys, random::Random};

const OLD: &str = "old:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const NEW: &str = "new:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// Bytes that differ with each call.
#[derive(Default)]
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Relaxed).wrapping_add(1));
    }
}

fn keys(text: &str) -> SealingKeys {
    SealingKeys::parse(text).unwrap()
}

fn secrets(pairs: &[(&str, &str)]) -> BTreeMap<String, Secret> {
    let pair = |&(name, secret): &(&str, &str)| (name.to_owned(), Secret::new(secret));
    pairs.iter().map(pair).collect()
}

fn sealed(keys: &SealingKeys, binding: Binding<'_>, secrets: &BTreeMap<String, Secret>) -> Vec<u8> {
    let texts: Vec<_> = secrets
        .iter()
        .map(|(name, secret)| (name.as_str(), secret))
        .collect();
    seal(keys, &Counting::default(), binding, &texts)
        .unwrap()
        .value
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pair = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    pairs.iter().map(pair).collect()
}

#[test]
fn what_was_sealed_opens() {
    let keys = keys(OLD);
    let values = values(&[("username", "scanner")]);
    let binding = binding(&values, &[]);
    for secrets in [
        secrets(&[]),
        secrets(&[("password", "hunter2")]),
        secrets(&[("a", ""), ("b", "ü"), ("c", &"x".repeat(70_000))]),
    ] {
        let sealed = sealed(&keys, binding, &secrets);
        assert_eq!(open(&keys, binding, &sealed), Ok(secrets));
    }
}

#[test]
fn two_seals_of_one_secret_differ() {
    let keys = keys(OLD);
    let values = values(&[]);
    let secrets = secrets(&[("password", "hunter2")]);
    let texts: Vec<_> = secrets
        .iter()
        .map(|(name, secret)| (name.as_str(), secret))
        .collect();
    let random = Counting::default();
    let seal = || {
        seal(&keys, &random, binding(&values, &[]), &texts)
            .unwrap()
            .value
    };
    assert_ne!(seal(), seal());
}

#[test]
fn every_field_of_the_row_binds() {
    let keys = keys(OLD);
    let secrets = secrets(&[("password", "hunter2")]);
    let plain = values(&[("a", "b"), ("c", "d")]);
    let hosts = ["a.example".to_owned(), "b.example".to_owned()];
    let original = binding(&plain, &hosts);
    let sealed = sealed(&keys, original, &secrets);

    let other_value = values(&[("a", "b"), ("c", "e")]);
    let other_name = values(&[("a", "b"), ("e", "d")]);
    let fewer_values = values(&[("a", "b")]);
    let shifted = values(&[("ab", ""), ("c", "d")]);
    let joined_hosts = ["a.exampleb.example".to_owned()];
    let swapped_hosts = ["b.example".to_owned(), "a.example".to_owned()];
    let other_id = ConnectionId::parse("019aa548-1980-7fff-bfff-fffffffffffe").unwrap();
    let cases = [
        (
            "project",
            Binding {
                project: "other",
                ..original
            },
        ),
        (
            "id",
            Binding {
                id: other_id,
                ..original
            },
        ),
        (
            "provider",
            Binding {
                provider: "docker-hub",
                ..original
            },
        ),
        (
            "auth",
            Binding {
                auth: "oauth2",
                ..original
            },
        ),
        (
            "endpoint",
            Binding {
                endpoint: "https://evil.example",
                ..original
            },
        ),
        (
            "purpose",
            Binding {
                purpose: "push",
                ..original
            },
        ),
        (
            "a value",
            Binding {
                values: &other_value,
                ..original
            },
        ),
        (
            "a value's name",
            Binding {
                values: &other_name,
                ..original
            },
        ),
        (
            "a value less",
            Binding {
                values: &fewer_values,
                ..original
            },
        ),
        (
            "a value's border",
            Binding {
                values: &shifted,
                ..original
            },
        ),
        (
            "no host",
            Binding {
                trusted_auth_hosts: &[],
                ..original
            },
        ),
        (
            "joined hosts",
            Binding {
                trusted_auth_hosts: &joined_hosts,
                ..original
            },
        ),
        (
            "swapped hosts",
            Binding {
                trusted_auth_hosts: &swapped_hosts,
                ..original
            },
        ),
        (
            "an expiry",
            Binding {
                expires_at: Some(0),
                ..original
            },
        ),
        (
            "the next generation",
            Binding {
                generation: Some(8),
                ..original
            },
        ),
        (
            "no generation",
            Binding {
                generation: None,
                ..original
            },
        ),
        (
            "auth and endpoint's border",
            Binding {
                auth: "passwor",
                endpoint: "dhttps://registry.example",
                ..original
            },
        ),
    ];
    assert_eq!(open(&keys, original, &sealed), Ok(secrets));
    for (name, edited) in cases {
        assert_eq!(
            open(&keys, edited, &sealed),
            Err(StoreError::Unsealable),
            "{name}"
        );
    }
}

/// Format 1 as the first instances wrote it: the sealing key itself, and neither expiry nor generation.
#[test]
fn a_value_of_before_opens_as_one_without_a_generation() {
    use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};
    use sha2::{Digest, Sha256};
    let mut fields = Sha256::new();
    let mut text = |text: &str| {
        fields.update((text.len() as u64).to_be_bytes());
        fields.update(text);
    };
    text("acme");
    text("019aa548-1980-7fff-bfff-ffffffffffff");
    for field in ["docker-registry", "password", "https://registry.example"] {
        text(field);
    }
    text("pull");
    fields.update(1_u64.to_be_bytes());
    for field in ["username", "scanner"] {
        fields.update((field.len() as u64).to_be_bytes());
        fields.update(field);
    }
    fields.update(0_u64.to_be_bytes());
    fields.update(3_u64.to_be_bytes());
    fields.update("old");
    let mut sealed = b"\0\0\0\x08password\0\0\0\x07hunter2".to_vec();
    XChaCha20Poly1305::new(&[0; 32].into())
        .encrypt_in_place(&[9; 24].into(), &fields.finalize(), &mut sealed)
        .unwrap();
    let value = [b"\x01\x03old".as_slice(), &[9; 24], &sealed].concat();

    let values = values(&[("username", "scanner")]);
    let numbered = binding(&values, &[]);
    let unnumbered = Binding {
        generation: None,
        ..numbered
    };
    let expected = secrets(&[("password", "hunter2")]);
    assert_eq!(open(&keys(OLD), unnumbered, &value), Ok(expected));
    assert_eq!(
        open(&keys(OLD), numbered, &value),
        Err(StoreError::Unsealable),
        "where a generation is known, a value without one is an old one put back"
    );
}

#[test]
fn a_value_for_each_of_several_generations_opens_in_that_one_only() {
    let keys = keys(OLD);
    let values = values(&[]);
    let binding = binding(&values, &[]);
    for (length, number) in [(10, 32), (10_000, 6), (100_000, 4)] {
        let password = Secret::new("x".repeat(length));
        let several = [("password", &password)];
        let random = Counting::default();
        let several = seal_for_several(&keys, &random, binding, &several).unwrap();
        assert_eq!((several.first, several.number), (7, number), "{length}");
        let size = usize::try_from(several.length).unwrap();
        let parts: Vec<_> = several.values.chunks(size).collect();
        assert_eq!(parts.len(), usize::try_from(number).unwrap());
        for (part, own) in parts.into_iter().zip(7..) {
            for generation in 7..7 + number {
                let binding = Binding {
                    generation: Some(generation),
                    ..binding
                };
                let opens = open(&keys, binding, part).is_ok();
                assert_eq!(opens, generation == own, "{length}: {own} as {generation}");
            }
        }
    }
}

#[test]
fn a_rotated_key_still_opens_and_a_new_one_seals() {
    let values = values(&[]);
    let binding = binding(&values, &[]);
    let secrets = secrets(&[("password", "hunter2")]);
    let by_old = sealed(&keys(OLD), binding, &secrets);
    let rotated = keys(&format!("{NEW},{OLD}"));
    assert_eq!(open(&rotated, binding, &by_old), Ok(secrets.clone()));

    let by_new = sealed(&rotated, binding, &secrets);
    assert_eq!(open(&keys(NEW), binding, &by_new), Ok(secrets));
    assert_eq!(
        open(&keys(OLD), binding, &by_new),
        Err(StoreError::UnknownKey)
    );
}

#[test]
fn another_key_of_the_same_id_does_not_open() {
    let values = values(&[]);
    let binding = binding(&values, &[]);
    let sealed = sealed(&keys(OLD), binding, &secrets(&[("password", "hunter2")]));
    let imposter = keys(&NEW.replace("new", "old"));
    assert_eq!(
        open(&imposter, binding, &sealed),
        Err(StoreError::Unsealable)
    );
}

#[test]
fn a_value_renamed_to_another_key_does_not_open() {
    let values = values(&[]);
    let binding = binding(&values, &[]);
    let mut sealed = sealed(&keys(OLD), binding, &secrets(&[("password", "hunter2")]));
    sealed[2..5].copy_from_slice(b"new");
    assert_eq!(
        open(&keys(&format!("{NEW},{OLD}")), binding, &sealed),
        Err(StoreError::Unsealable)
    );
    // The id is bound too, not only the key.
    let same_bytes = keys(&OLD.replace("old", "new"));
    assert_eq!(
        open(&same_bytes, binding, &sealed),
        Err(StoreError::Unsealable)
    );
}

#[test]
fn no_bit_can_be_changed_and_no_byte_cut_off() {
    let keys = keys(OLD);
    let values = values(&[]);
    let binding = binding(&values, &[]);
    let sealed = sealed(&keys, binding, &secrets(&[("password", "hunter2")]));
    for at in 0..sealed.len() {
        assert!(open(&keys, binding, &sealed[..at]).is_err(), "cut at {at}");
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert!(
                open(&keys, binding, &changed).is_err(),
                "bit {bit} of byte {at}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_secrets_come_back(pairs in prop::collection::btree_map(".{0,20}", ".{0,200}", 0..5)) {
        let keys = keys(OLD);
        let values = BTreeMap::new();
        let secrets: BTreeMap<_, _> = pairs.into_iter().map(|(name, text)| (name, Secret::new(text))).collect();
        let sealed = sealed(&keys, binding(&values, &[]), &secrets);
        prop_assert_eq!(open(&keys, binding(&values, &[]), &sealed), Ok(secrets));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let values = BTreeMap::new();
        prop_assert!(open(&keys(OLD), binding(&values, &[]), &bytes).is_err());
        let _ = super::secrets(&bytes);
    }
}

fn binding<'a>(
    values: &'a BTreeMap<String, String>,
    trusted_auth_hosts: &'a [String],
) -> Binding<'a> {
    Binding {
        project: "acme",
        id: ConnectionId::parse("019aa548-1980-7fff-bfff-ffffffffffff").unwrap(),
        provider: "docker-registry",
        auth: "password",
        endpoint: "https://registry.example",
        purpose: "pull",
        values,
        trusted_auth_hosts,
        expires_at: None,
        generation: Some(7),
    }
}
