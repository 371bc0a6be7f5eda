//! Registries that speak TLS.

use bowline_tests::hostile;

use super::*;

const USERS: &[(&str, &str)] = &[("alice", "s3cret")];

#[test]
fn an_authority_that_the_operator_adds_is_trusted() {
    let registry = Registry::start_tls(&Access::Basic(USERS));
    registry.push(&Image::new("tls"), "team/app:v1");
    let app = App::start_with(Setup {
        authorities: vec![registry.certificate().unwrap().authority.clone()],
        ..Setup::default()
    });
    let check = check(
        &app.client(&["acme"]),
        &with_password(&registry.url(), "alice", "s3cret"),
        None,
    );
    passed(&check, "pull");
}

#[test]
fn handshakes_that_fail_are_named() {
    let start = |certificate| Registry::start_as(certificate, &Access::Basic(USERS));
    let (unknown, expired, foreign, mutual) = (
        start(Certificate::for_host("127.0.0.1")),
        start(Certificate::expired("127.0.0.1")),
        start(Certificate::for_host("registry.example.com")),
        start(Certificate::mutual("127.0.0.1")),
    );
    let plain = Registry::start(&Access::Basic(USERS));
    let hangs_up = hostile::babbling();
    let trusted = [&expired, &foreign, &mutual];
    let app = App::start_with(Setup {
        authorities: trusted
            .map(|registry| registry.certificate().unwrap().authority.clone())
            .to_vec(),
        ..Setup::default()
    });
    let cases = [
        ("unknown authority", unknown.authority(), "tls.certificate"),
        ("expired", expired.authority(), "tls.certificate"),
        ("for another name", foreign.authority(), "tls.certificate"),
        (
            "wants a client's certificate",
            mutual.authority(),
            "tls.failed",
        ),
        ("hangs up", &hangs_up.authority(), "tls.failed"),
        ("plain HTTP", plain.authority(), "tls.plain_http"),
    ];
    for (name, authority, code) in cases {
        println!("{name}");
        let form = with_password(&format!("https://{authority}"), "alice", "s3cret");
        let check = check(&app.client(&["acme"]), &form, None);
        assert_eq!(problem(&check, code, "none")["field"], "values.url");
    }
}
