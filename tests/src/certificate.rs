//! Keys and certificates made for one test.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};

/// A certificate and its key, in PEM.
pub struct Certificate {
    /// The host that it is for.
    pub host: String,
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
    /// The certificate of the authority that signed it.
    pub authority: String,
    /// Whether who connects must show a certificate of that authority, too.
    pub mutual: bool,
}

impl Certificate {
    /// A certificate for `name` (a host name or an IP address) from an authority that nobody knows yet.
    pub fn for_host(name: &str) -> Self {
        Self::made(name, |_| {})
    }

    /// The same, but it has expired.
    pub fn expired(name: &str) -> Self {
        Self::made(name, |parameters| {
            parameters.not_before = date_time_ymd(2020, 1, 1);
            parameters.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    /// The same, on a server that wants certificates of its clients.
    pub fn mutual(name: &str) -> Self {
        Self {
            mutual: true,
            ..Self::for_host(name)
        }
    }

    fn made(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut authority = CertificateParams::new([]).expect("no names are fine");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Without a name of its own, verifiers take the two certificates for one that signed itself.
        authority
            .distinguished_name
            .push(DnType::CommonName, "an authority of the tests");
        let authority =
            CertifiedIssuer::self_signed(authority, new_key()).expect("parameters are sound");
        let key = new_key();
        let certificate = CertificateParams::new([name.to_owned()])
            .and_then(|mut parameters| {
                change(&mut parameters);
                parameters.signed_by(&key, &authority)
            })
            .expect("the host's name is sound");
        Self {
            host: name.to_owned(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            authority: authority.pem(),
            mutual: false,
        }
    }
}

/// What a token service signs with: an ES256 key and the certificate that registries trust it by.
pub struct Signer {
    key: EcdsaKeyPair,
    certificate: rcgen::Certificate,
    random: SystemRandom,
}

impl Signer {
    /// A new key.
    pub fn new() -> Self {
        let key = new_key();
        let mut parameters = CertificateParams::new([]).expect("no names are fine");
        parameters
            .distinguished_name
            .push(DnType::CommonName, "a token service of the tests");
        let certificate = parameters.self_signed(&key).expect("parameters are sound");
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            key.serialized_der(),
            &random,
        )
        .expect("rcgen makes P-256 keys");
        Self {
            key,
            certificate,
            random,
        }
    }

    /// The certificate in PEM: a registry's `rootcertbundle`.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// The certificate in DER: what a token's `x5c` carries.
    pub fn der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// The ES256 signature (RFC 7518 §3.4) of `message`.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key
            .sign(&self.random, message)
            .expect("the system has randomness")
            .as_ref()
            .to_vec()
    }
}

impl Default for Signer {
    fn default() -> Self {
        Self::new()
    }
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("the system has randomness")
}
