//! How registries ask for a login, and what is made of it.

use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn headers(values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(
            WWW_AUTHENTICATE,
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    headers
}

/// `scheme name=value name=value; scheme …`
fn shown(values: &[&str]) -> String {
    let one = |challenge: &Challenge| {
        let parameters = challenge
            .parameters
            .iter()
            .map(|(name, value)| format!(" {name}={value}"));
        format!("{}{}", challenge.scheme, parameters.collect::<String>())
    };
    challenges(&headers(values))
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn challenges_are_read_in_every_form_that_registries_send() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("nothing", &[], ""),
        ("an empty header", &[""], ""),
        ("a scheme alone", &["Negotiate"], "negotiate"),
        (
            "the usual",
            &[r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io""#],
            "bearer realm=https://auth.docker.io/token service=registry.docker.io",
        ),
        (
            "spaces after commas",
            &[r#"Bearer realm="r",  service="s""#],
            "bearer realm=r service=s",
        ),
        (
            "spaces around equals",
            &[r#"Bearer realm = "r" , service ="s""#],
            "bearer realm=r service=s",
        ),
        (
            "tabs",
            &["Bearer\trealm=\"r\",\tservice=\"s\""],
            "bearer realm=r service=s",
        ),
        (
            "unquoted values (IBM)",
            &["Bearer realm=https://us.icr.io/oauth/token,service=registry,scope=x"],
            "bearer realm=https://us.icr.io/oauth/token service=registry scope=x",
        ),
        (
            "unquoted and separated by spaces (IBM)",
            &["Bearer realm=https://icr.io/oauth/token service=registry"],
            "bearer realm=https://icr.io/oauth/token service=registry",
        ),
        (
            "quoted and separated by spaces",
            &[r#"Bearer realm="r" service="s""#],
            "bearer realm=r service=s",
        ),
        (
            "an unquoted realm (OpenShift)",
            &["Basic realm=openshift"],
            "basic realm=openshift",
        ),
        (
            "scheme in capitals (Nexus)",
            &[r#"BASIC realm="Nexus""#],
            "basic realm=Nexus",
        ),
        (
            "scheme and names in capitals",
            &[r#"BEARER REALM="R",Service="S""#],
            "bearer realm=R service=S",
        ),
        (
            "a realm that is no URL (Artifactory)",
            &[r#"Basic realm="Artifactory Realm""#],
            "basic realm=Artifactory Realm",
        ),
        (
            "two schemes in one header (Codeberg)",
            &[
                r#"Bearer realm="https://codeberg.org/v2/token",service="container_registry",scope="*",Basic realm="https://codeberg.org/v2",service="container_registry""#,
            ],
            "bearer realm=https://codeberg.org/v2/token service=container_registry scope=*; basic realm=https://codeberg.org/v2 service=container_registry",
        ),
        (
            "two headers",
            &["Negotiate", r#"Basic realm="x""#],
            "negotiate; basic realm=x",
        ),
        (
            "a token68 and another scheme",
            &[r#"Negotiate YII=, Basic realm="x""#],
            "negotiate yii=; basic realm=x",
        ),
        (
            "a comma in quotes",
            &[r#"Bearer realm="r",scope="repository:a:pull,push""#],
            "bearer realm=r scope=repository:a:pull,push",
        ),
        (
            "a quoted pair",
            &[r#"Basic realm="say \"hi\" \\ bye""#],
            r#"basic realm=say "hi" \ bye"#,
        ),
        (
            "an equals sign in quotes",
            &[r#"Bearer realm="https://a/t?x=1&y=2""#],
            "bearer realm=https://a/t?x=1&y=2",
        ),
        (
            "an equals sign without quotes",
            &["Bearer realm=https://a/t?x=1,service=s"],
            "bearer realm=https://a/t?x=1 service=s",
        ),
        (
            "an empty value",
            &[r#"Bearer realm="",service="#],
            "bearer realm= service=",
        ),
        (
            "no closing quote",
            &[r#"Basic realm="open"#],
            "basic realm=open",
        ),
        (
            "a backslash at the end",
            &[r#"Basic realm="open\"#],
            "basic realm=open",
        ),
        (
            "commas in front and in between",
            &[r#",, Basic ,, realm="x",,"#],
            "basic realm=x",
        ),
        (
            "a parameter before any scheme",
            &[r#"realm="x", Basic realm="y""#],
            "basic realm=y",
        ),
        (
            "a quoted text on its own",
            &[r#""x" Basic realm="y""#],
            "basic realm=y",
        ),
        (
            "a value without a name",
            &[r#"Basic realm="y", ="x""#],
            "basic realm=y",
        ),
        (
            "not ASCII",
            &[r#"Basic realm="Régistre""#],
            "basic realm=Régistre",
        ),
    ];
    for (case, values, expected) in cases {
        assert_eq!(shown(values), *expected, "{case}");
    }
    assert_eq!(
        shown(&[r#"Basic realm="first",realm="second""#]),
        "basic realm=first realm=second"
    );
    let repeated = challenges(&headers(&[r#"Basic realm="first",realm="second""#]));
    assert_eq!(repeated[0].parameter("realm"), Some("first"));
}

/// The examples that the standards and the token specification print.
#[test]
fn challenges_are_read_as_the_standards_write_them() {
    let cases = [
        (
            "RFC 9110 section 11.6.1",
            r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
            r#"basic realm=simple; newauth realm=apps type=1 title=Login to "apps""#,
        ),
        (
            "RFC 7235 section 4.1",
            r#"Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple""#,
            r#"newauth realm=apps type=1 title=Login to "apps"; basic realm=simple"#,
        ),
        (
            "RFC 7617 section 2",
            r#"Basic realm="WallyWorld""#,
            "basic realm=WallyWorld",
        ),
        (
            "RFC 7617 section 2.1",
            r#"Basic realm="foo", charset="UTF-8""#,
            "basic realm=foo charset=UTF-8",
        ),
        (
            "RFC 6750 section 3",
            r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#,
            "bearer realm=example error=invalid_token error_description=The access token expired",
        ),
        (
            "distribution, token authentication",
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push""#,
            "bearer realm=https://auth.docker.io/token service=registry.docker.io scope=repository:samalba/my-app:pull,push",
        ),
    ];
    for (source, header, expected) in cases {
        assert_eq!(shown(&[header]), expected, "{source}");
    }
}

#[test]
fn the_first_login_that_can_be_answered_is_taken() {
    let bearer = |realm: &str, service: Option<&str>| {
        Ok(Login::Bearer {
            realm: Url::parse(realm).unwrap(),
            service: service.map(str::to_owned),
        })
    };
    let cases: &[(&[&str], bool, Result<Login, NoLogin>)] = &[
        (&[], false, Err(NoLogin::Missing)),
        (&["Negotiate"], false, Err(NoLogin::Unsupported)),
        (&["Negotiate", "Basic realm=x"], false, Ok(Login::Basic)),
        (
            &["Bearer error=\"invalid_token\""],
            false,
            Err(NoLogin::Unsupported),
        ),
        (
            &["Bearer realm=\"not a url\""],
            false,
            Err(NoLogin::Unsupported),
        ),
        (
            &["Bearer realm=\"/token\""],
            false,
            Err(NoLogin::Unsupported),
        ),
        (
            &["Bearer realm=\"mailto:a@b\""],
            false,
            Err(NoLogin::Unsupported),
        ),
        (
            &["Bearer realm=\"/token\", Basic realm=x"],
            false,
            Ok(Login::Basic),
        ),
        (
            &["Bearer realm=\"https://a/t\",service=\"\""],
            false,
            bearer("https://a/t", None),
        ),
        (
            &["Basic realm=x, Bearer realm=https://a/t service=s"],
            false,
            Ok(Login::Basic),
        ),
        (
            &["Basic realm=x, Bearer realm=https://a/t service=s"],
            true,
            bearer("https://a/t", Some("s")),
        ),
        (&["Basic realm=x"], true, Ok(Login::Basic)),
    ];
    for (values, prefer_bearer, expected) in cases {
        assert_eq!(
            login(&headers(values), *prefer_bearer),
            *expected,
            "{values:?} {prefer_bearer}"
        );
    }
}

#[test]
fn an_endless_header_is_not_read() {
    let long = format!("Basic realm=\"{}\"", "x".repeat(MAX_BYTES));
    assert_eq!(login(&headers(&[&long]), false), Err(NoLogin::Missing));
}

proptest! {
    #[test]
    fn no_header_makes_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            headers.append(WWW_AUTHENTICATE, value);
        }
        let _ = login(&headers, true);
    }

    #[test]
    fn no_text_of_the_grammars_own_signs_makes_it_fail(text in "[Bb=,\" \\\\a-c]{0,80}") {
        let parsed = challenges(&headers(&[&text]));
        prop_assert!(parsed.iter().all(|challenge| !challenge.scheme.is_empty()));
    }

    #[test]
    fn what_is_written_is_read(
        schemes in proptest::collection::vec(
            ("[a-z]{1,8}", proptest::collection::vec(("[a-z]{1,6}", "[ -~]{0,20}"), 1..4)), 1..4),
    ) {
        let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let written = schemes.iter().map(|(scheme, parameters)| {
            let parameters: Vec<String> =
                parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", quote(value))).collect();
            format!("{scheme} {}", parameters.join(", "))
        }).collect::<Vec<_>>().join(", ");
        let read: Vec<_> = challenges(&headers(&[&written]))
            .into_iter().map(|challenge| (challenge.scheme, challenge.parameters)).collect();
        prop_assert_eq!(read, schemes);
    }
}
