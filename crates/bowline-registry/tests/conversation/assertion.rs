//! Assertions that a service account's key signs.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bowline_registry::Operator;
use rsa::{
    BoxedUint, RsaPrivateKey,
    pkcs1v15::{Signature, VerifyingKey},
    pkcs8::{EncodePrivateKey, LineEnding},
    signature::Verifier,
};
use sha2::Sha256;

use crate::{
    double::{Reply, world},
    registry::*,
};

/// The example key of RFC 7515 appendix A.2.
fn key() -> RsaPrivateKey {
    let example: serde_json::Value =
        serde_json::from_str(include_str!("../rfc7515-a2.json")).unwrap();
    let number = |name: &str| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(example["key"][name].as_str().unwrap());
        BoxedUint::from_be_slice_vartime(&bytes.unwrap())
    };
    let primes = vec![number("p"), number("q")];
    RsaPrivateKey::from_components(number("n"), number("e"), number("d"), primes).unwrap()
}

/// The example key in the form that key files have.
pub fn pem() -> String {
    key().to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
}

#[tokio::test]
async fn googles_token_service_gets_an_assertion_that_the_key_signed() {
    let file = serde_json::json!({
        "type": "service_account",
        "private_key_id": "id-of-the-key",
        "private_key": pem(),
        "client_email": "scanner@my-project.iam.gserviceaccount.com",
        "token_uri": "https://evil.example.net/token",
    });
    let values = [
        ("region", "europe-west3"),
        ("serviceAccountKey", &file.to_string()),
    ];
    let spec = spec("google", "service-account-key", &values, &[]);
    let world = world(|sent| match sent.url.path() {
        "/v2/" => Reply::status(401).with(
            "www-authenticate",
            r#"Bearer realm="https://europe-west3-docker.pkg.dev/v2/token""#,
        ),
        _ => Reply::status(401),
    });
    world.http.trust(&["https://oauth2.googleapis.com"]);
    run(&world, &Operator::default(), &spec, Some("a/b/c:1")).await;

    let sent = &world.http.sent()[1];
    assert_eq!(sent.line(), "POST https://oauth2.googleapis.com/token");
    let assertion = url::form_urlencoded::parse(sent.body.as_bytes())
        .find(|(name, _)| name == "assertion")
        .unwrap()
        .1
        .into_owned();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    VerifyingKey::<Sha256>::new(key().to_public_key())
        .verify(
            signed.as_bytes(),
            &Signature::try_from(signature.as_slice()).unwrap(),
        )
        .unwrap();
    let part = |part: &str| -> serde_json::Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, claims) = signed.split_once('.').unwrap();
    assert_eq!(
        part(header),
        serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": "id-of-the-key" })
    );
    assert_eq!(
        part(claims),
        serde_json::json!({
            "iss": "scanner@my-project.iam.gserviceaccount.com",
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "aud": "https://oauth2.googleapis.com/token",
            "iat": 1_700_000_000,
            "exp": 1_700_003_600,
        })
    );
}
