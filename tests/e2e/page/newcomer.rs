//! Somebody who has never seen the page connects Docker Hub, a registry of their own and Amazon ECR, and makes the usual
//! mistakes. Only what the page says is used: labels, findings, problems and their hints, and the buttons that fix.
//!
//! The registries have their own names, and are what the other tests take for them: no address of a vendor is contacted.

use bowline_tests::{
    app::{App, Setup},
    browser::Browser,
    certificate::Certificate,
    image::Image,
    moto::{ACCOUNT, Moto},
    registry::{Access, Registry},
    server::{Answer, Server},
    token_service::{TokenService, User},
};
use serde_json::json;

use super::{choose_registry, id, look, open, row};

const HUB_TOKEN: &str = "dckr_pat_0123456789abcdefghijABCDEFG";
const OWN: &str = "registry.example.com";
const FOREIGN: &str = "sign-in.example.net";

/// The application, with these names found at these places and their certificates trusted.
fn app(places: &[(&str, &Certificate, String)]) -> App {
    App::start_with(Setup {
        authorities: places
            .iter()
            .map(|(_, certificate, _)| certificate.authority.clone())
            .collect(),
        resolve: places
            .iter()
            .map(|(host, _, authority)| format!("{host}:443:{authority}"))
            .collect(),
        ..Setup::default().public()
    })
}

/// From the printed address to the form of a type of registry.
fn start(browser: &Browser, provider: &str) {
    browser.click("[data-testid='empty'] [data-testid='add-button']");
    choose_registry(browser, provider);
}

fn fill(browser: &Browser, fields: &[(&str, &str)]) {
    for (field, text) in fields {
        browser.fill(&id(&format!("field-{field}")), text);
    }
}

/// What the page says of a test that failed; the field to fix has the focus.
fn problem(browser: &Browser, code: &str, field: &str) -> String {
    browser.click(&id("test-button"));
    let said = browser.see(&format!("[data-testid='problem'][data-code='{code}']"));
    assert_eq!(browser.focused(), format!("field-{field}"), "{said}");
    said
}

/// Tests and saves what is right now.
fn connect(browser: &Browser, name: &str) {
    browser.click(&id("test-button"));
    browser.see("[data-testid='check-outcome'][data-ok='true']");
    browser.click(&id("save-button"));
    browser.see(&row(name));
    browser.see("[data-testid='connection-state'][data-state='good']");
    assert_eq!(browser.complaints(), [""; 0]);
}

fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "nothing of “{word}” in: {said}");
    }
}

#[test]
fn docker_hub_is_connected() {
    let certificates =
        ["registry-1.docker.io", "auth.docker.io", "hub.docker.com"].map(Certificate::for_host);
    let [registry, auth, hub] = &certificates;
    let service = TokenService::start_tls(auth, [User::new("acme", HUB_TOKEN).pulls("*")]);
    let images = Registry::start(&Access::Open);
    images.push(&Image::new("hub"), "acme/app:1.4");
    let served = images.serve_as(
        Certificate::for_host(&registry.host),
        &Access::Token(&service),
    );
    // Docker Hub lists with an API of its own.
    let api = Server::start_tls(hub, |request| match request.path() {
        "/v2/auth/token" => Answer::json(200, &json!({ "access_token": "of-the-listing" })),
        "/v2/namespaces/acme/repositories" => Answer::json(
            200,
            &json!({ "next": null, "results": [{ "name": "app" }] }),
        ),
        "/v2/namespaces/acme/repositories/app/tags" => Answer::json(
            200,
            &json!({ "next": null, "results": [{ "name": "1.4" }] }),
        ),
        _ => Answer::json(404, &json!({})),
    });
    let app = app(&[
        (
            &registry.host,
            served.certificate().expect("it speaks TLS"),
            served.authority().to_owned(),
        ),
        (&auth.host, auth, service.authority()),
        (&hub.host, hub, api.authority()),
    ]);
    let browser = open(&app);
    start(&browser, "docker-hub");

    // The name that Docker Hub signs in with on its site is not the one for images.
    fill(&browser, &[("username", "me@example.com")]);
    says(
        &browser.see("[data-testid='finding-username'][data-severity='error']"),
        &["email address"],
    );
    fill(&browser, &[("username", "acme")]);
    // … nor is the password a token.
    fill(&browser, &[("password", "correct horse battery staple")]);
    let said = problem(&browser, "auth.rejected", "password");
    says(
        &said,
        &["rejected the username or password", "access token"],
    );
    look(&browser, "newcomer-docker-hub");
    fill(&browser, &[("password", HUB_TOKEN)]);
    connect(&browser, "Docker Hub");
}

#[test]
fn a_registry_of_ones_own_is_connected_whose_sign_in_is_elsewhere() {
    let certificate = Certificate::for_host(FOREIGN);
    let service = TokenService::start_tls(
        &certificate,
        [User::new("scanner", "s3cret").pulls("*").lists()],
    );
    let images = Registry::start(&Access::Open);
    images.push(&Image::new("own"), "team/app:v1");
    let registry = images.serve_as(Certificate::for_host(OWN), &Access::Token(&service));
    let app = app(&[
        (
            OWN,
            registry.certificate().expect("it speaks TLS"),
            registry.authority().to_owned(),
        ),
        (FOREIGN, &certificate, service.authority()),
    ]);
    let browser = open(&app);
    start(&browser, "docker-registry");
    fill(
        &browser,
        &[
            ("url", OWN),
            ("username", "scanner"),
            ("password", "s3cret"),
        ],
    );

    // Nothing is sent to a host that nobody has named, and the page says which one it is about.
    browser.click(&id("test-button"));
    let said = browser.see("[data-testid='problem'][data-code='realm.not_trusted']");
    says(&said, &[FOREIGN, "trust", "Your credentials will be sent"]);
    assert!(
        service
            .requests()
            .iter()
            .all(|request| !request.headers.contains_key("authorization"))
    );
    look(&browser, "newcomer-foreign-realm");
    browser.click(&id("trust-button"));
    browser.see("[data-testid='check-outcome'][data-ok='true']");

    fill(&browser, &[("password", "not-the-password")]);
    let said = problem(&browser, "auth.rejected", "password");
    says(&said, &["rejected the username or password"]);
    fill(&browser, &[("password", "s3cret")]);
    connect(&browser, OWN);
}

#[test]
fn amazon_ecr_is_connected() {
    let moto = Moto::start();
    let key = moto.user("scanner", &["ecr:*"]);
    moto.verify();
    // What moto hands out for everybody opens the registries, as AWS's tokens open those of the account.
    let password = format!("{ACCOUNT}-auth-token");
    let access = Access::Basic(&[("AWS", &password)]);
    let images = Registry::start(&Access::Open);
    images.push(&Image::new("ecr"), "team/app:v1");
    let (right, wrong) = ("eu-west-1", "us-east-1");
    let host = |region: &str| format!("{ACCOUNT}.dkr.ecr.{region}.amazonaws.com");
    let ours = images.serve_as(Certificate::for_host(&host(right)), &access);
    // The account has a registry in each region; the others hold nothing.
    let empty = Registry::start_as(Certificate::for_host(&host(wrong)), &access);
    let apis = [right, wrong]
        .map(|region| Certificate::for_host(&format!("api.ecr.{region}.amazonaws.com")));
    let fronts = apis.each_ref().map(|certificate| moto.front(certificate));
    let app = app(&[
        (
            &host(right),
            ours.certificate().expect("it speaks TLS"),
            ours.authority().to_owned(),
        ),
        (
            &host(wrong),
            empty.certificate().expect("it speaks TLS"),
            empty.authority().to_owned(),
        ),
        (&apis[0].host, &apis[0], fronts[0].authority()),
        (&apis[1].host, &apis[1], fronts[1].authority()),
    ]);
    let browser = open(&app);
    start(&browser, "amazon-ecr");
    browser.choose(&id("field-region"), wrong);
    fill(
        &browser,
        &[
            ("accountId", ACCOUNT),
            ("accessKeyId", &key.id),
            ("secretAccessKey", &key.secret),
        ],
    );
    browser.click(&id("test-button"));
    let said = browser.see("[data-testid='check-warning'][data-code='catalog.empty']");
    says(&said, &["region"]);
    says(&browser.see(&id("endpoint")), &[wrong]);
    look(&browser, "newcomer-wrong-region");

    browser.choose(&id("field-region"), right);
    fill(
        &browser,
        &[(
            "secretAccessKey",
            &key.secret.chars().rev().collect::<String>(),
        )],
    );
    let said = problem(&browser, "auth.rejected", "secretAccessKey");
    says(&said, &["rejected"]);
    // moto lists no images of its own, so one is named.
    browser.click("[data-testid='more-options'] summary");
    fill(
        &browser,
        &[("image", "team/app:v1"), ("secretAccessKey", &key.secret)],
    );
    browser.click(&id("test-button"));
    browser.see("[data-testid='check-step-pull'][data-status='passed']");
    connect(&browser, "Amazon ECR");
}
