//! Feeds every parser of registry responses with texts near real ones. Verifies that none panics and that invariants
//! hold.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bowline::endpoint::Endpoint;
use bowline_fuzz::{fuzz, near};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{LINK, WWW_AUTHENTICATE},
};

use crate::{
    challenge::{Login, challenges, login},
    digest::Digest,
    image::{Image, Repository, Tag},
    listing::link::{self, NextLink},
    manifest::{self, Manifest},
    redact::{self, Secrets},
    scope::{Claims, Grant},
};

#[test]
fn challenges_of_registries() {
    let seen = [
        r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull""#,
        "Bearer realm=https://cp.icr.io/oauth/token, service=registry, scope=repository:a/b:pull",
        r#"BASIC realm="Sonatype Nexus Repository Manager""#,
        r#"Basic realm=openshift, Negotiate, Bearer realm="https://r.example/token",error="insufficient_scope""#,
        r#"Basic realm="a \"quoted\" realm" charset=UTF-8"#,
    ];
    fuzz(near(seen), |text| {
        let Some(headers) = headers(WWW_AUTHENTICATE, &text) else {
            return;
        };
        for challenge in challenges(&headers) {
            assert!(!challenge.scheme.is_empty());
            assert_eq!(challenge.scheme, challenge.scheme.to_lowercase());
        }
        if let Ok(Login::Bearer { realm, service }) = login(&headers, true) {
            assert!(realm.has_host() && service.as_deref() != Some(""));
        }
    });
}

#[test]
fn links_to_the_next_page() {
    let seen = [
        r#"</v2/_catalog?last=b&n=2&orderby=>; rel="next""#,
        r#"<https://r.example/v2/a/tags/list?last=1,2>; title="x"; rel="prev next", </other>; rel=last"#,
    ];
    fuzz(near(seen), |text| {
        let Some(NextLink::To(target)) = headers(LINK, &text).map(|headers| link::next(&headers))
        else {
            return;
        };
        assert!(text.contains(&target) && !target.contains('>'));
        let alone = headers(LINK, &format!("<{target}>; rel=\"next\"")).unwrap();
        assert_eq!(link::next(&alone), NextLink::To(target));
    });
}

#[test]
fn scopes_of_token_answers() {
    let repository = Repository::parse("team/api").unwrap();
    let seen = [
        "repository:team/api:pull,push registry:catalog:*",
        "repository:host:5000/team/api:*",
        "repository(plugin):a:pull",
    ];
    fuzz(near(seen), |text| {
        let grant = Grant::of_scope(&text);
        assert_eq!(
            grant.is_known(),
            grant.allows(&repository, "pull").is_some()
        );
        if grant.allows(&repository, "push") == Some(true) {
            assert!(text.contains("team/api"));
        }
    });
}

#[test]
fn claims_of_tokens() {
    let repository = Repository::parse("team/api").unwrap();
    let claims = [
        r#"{"access":[{"type":"repository","name":"team/api","actions":["pull","push"]}],"exp":1700000000.5,"iss":"x"}"#,
        r#"{"access":null,"exp":1e300,"aud":["a"]}"#,
    ];
    fuzz(near(claims), |text| {
        let token = format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(&text));
        if let Some(claims) = Claims::read(&token) {
            let _ = claims.expires_at();
            let _ = claims.grant().allows(&repository, "pull");
        }
    });
    fuzz(
        near([
            "e30.eyJleHAiOjE3MDAwMDAwMDB9.c2ln",
            "eyJhbGciOiJSUzI1NiJ9.e30=",
        ]),
        |token| {
            let _ = Claims::read(&token).is_some_and(|claims| claims.expires_at().is_some());
        },
    );
}

#[test]
fn manifests() {
    let digest = Digest::of(b"");
    let seen = [
        format!(
            r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{digest}","size":7}},"layers":[]}}"#
        ),
        format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"mediaType":"x","digest":"{digest}","size":1,"platform":{{"architecture":"amd64","os":"linux"}}}}]}}"#
        ),
        format!(
            r#"{{"schemaVersion":1,"fsLayers":[{{"blobSum":"{digest}"}}],"signatures":[{{"protected":"eyJmb3JtYXRMZW5ndGgiOjksImZvcm1hdFRhaWwiOiJmUSJ9"}}]}}"#
        ),
    ];
    let types = [
        "application/vnd.oci.image.index.v1+json; charset=utf-8",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
    ];
    fuzz((near(seen), near(types)), |(body, media_type)| {
        let named = match Manifest::parse(&media_type, body.as_bytes()) {
            Ok(Manifest::Index(digest)) => Some(digest),
            Ok(Manifest::Content(content)) => Some(content.blob),
            Err(_) => None,
        };
        assert!(named.is_none_or(|digest| body.contains(&digest.to_string())));
        let _ = manifest::content(body.as_bytes());
    });
}

#[test]
fn names_that_enter_urls() {
    let endpoint = Endpoint::parse("registry.example.com:5000").unwrap();
    let digest = Digest::of(b"");
    let seen = [
        "registry.example.com:5000/team/api:1.0".to_owned(),
        format!("team/api@{digest}"),
        digest.to_string(),
        "alpine:3".to_owned(),
    ];
    fuzz(near(seen), |text| {
        let sound = |name: &str| {
            name.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-/:".contains(&b))
                && !name.contains("..")
        };
        if let Some(repository) = Repository::parse(&text) {
            assert!(repository.as_str() == text && sound(&text));
        }
        if let Some(tag) = Tag::parse(&text) {
            assert_eq!(tag.to_string(), text);
        }
        if let Some(digest) = Digest::parse(&text) {
            assert_eq!(digest.to_string(), text);
        }
        if let Ok(image) = Image::parse(&text, &endpoint) {
            assert!(sound(image.repository.as_str()), "{image:?}");
        }
    });
}

#[test]
fn words_of_servers() {
    let mut secrets = Secrets::default();
    secrets.add_login("scanner", &"correct-horse".into());
    let seen = [
        r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[1]}]}"#,
        r#"{"error":"invalid_grant","error_description":"no such user: scanner:correct-horse"}"#,
        r#"{"details":"c2Nhbm5lcjpjb3JyZWN0LWhvcnNl","message":null}"#,
    ];
    fuzz(near(seen), |body| {
        for shown in [
            redact::error(body.as_bytes(), &secrets),
            redact::shown(&body, &secrets),
        ]
        .into_iter()
        .flatten()
        {
            assert!(shown.chars().count() <= 200 && !shown.chars().any(char::is_control));
            assert!(
                !shown.contains("correct-horse") && !shown.contains("c2Nhbm5lcjpjb3JyZWN0LWhvcnNl"),
                "{shown}"
            );
        }
    });
}

fn headers(name: HeaderName, text: &str) -> Option<HeaderMap> {
    let value = HeaderValue::from_bytes(text.as_bytes()).ok()?;
    Some(HeaderMap::from_iter([(name, value)]))
}
