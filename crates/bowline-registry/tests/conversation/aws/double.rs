//! A double of AWS, written from its documented protocol: STS and ECR check the signature of every request themselves
//! (Signature Version 4, by hand), and the registries of three accounts know what ECR gave out.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::{
    double::{FakeWorld, Reply, Sent, world},
    registry::{Fake, Login, basic},
};

pub const REGISTRY: &str = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com";
pub const ECR: &str = "https://api.ecr.eu-west-1.amazonaws.com";
pub const STS: &str = "https://sts.eu-west-1.amazonaws.com";
pub const ACCOUNT: &str = "123456789012";
/// Documented as examples; AWS knows no such keys.
pub const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const OPERATOR_KEY_ID: &str = "AKIAI44QH8DHBEXAMPLE";
pub const OPERATOR_SECRET: &str = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
pub const ROLE: &str = "arn:aws:iam::123456789012:role/registry-reader";
/// What the role's trust policy asks for.
pub const EXTERNAL_ID: &str = "issued-to-acme";
/// What ECR gives out.
pub const REGISTRY_PASSWORD: &str = "eyJwYXlsb2FkIjoibm90LXJlYWwifQ";

const TEMPORARY_KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
const TEMPORARY_SECRET: &str = "temporary/FEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const TEMPORARY_TOKEN: &str = "not-a-real-session-token";

/// What one of AWS's hosts answers in place of what it should.
#[derive(Clone, Default)]
pub struct Aws {
    pub sts: Option<Reply>,
    pub ecr: Option<Reply>,
    /// True if the role's trust policy has no condition.
    pub open_role: bool,
    /// What ECR says that the registry is.
    pub proxy_endpoint: Option<&'static str>,
}

impl Aws {
    /// A world with it, in which its hosts in one region may get credentials.
    pub fn world(self) -> FakeWorld {
        let world = world(move |sent| self.answer(sent));
        world.http.trust_only(&[REGISTRY, ECR, STS]);
        world
    }

    pub fn answer(&self, sent: &Sent) -> Reply {
        let host = sent.url.host_str().unwrap().to_owned();
        let labels: Vec<&str> = host.split('.').collect();
        match labels.as_slice() {
            ["sts", region, ..] => match &self.sts {
                Some(reply) => reply.clone(),
                None => sts(sent, region, self.open_role),
            },
            ["api", service @ ("ecr" | "ecr-public"), region, ..] => match &self.ecr {
                Some(reply) => reply.clone(),
                None => self.ecr(sent, service, region),
            },
            [ACCOUNT, "dkr", "ecr", ..] => registry(sent, &format!("https://{host}")),
            _ => panic!("nobody answers {}", sent.line()),
        }
    }

    fn ecr(&self, sent: &Sent, service: &str, region: &str) -> Reply {
        if let Err(code) = signer(sent, service, region) {
            return json_error(code, "no");
        }
        let target = sent.headers["x-amz-target"].to_str().unwrap();
        assert_eq!(sent.headers["content-type"], "application/x-amz-json-1.1");
        let token = BASE64_STANDARD.encode(format!("AWS:{REGISTRY_PASSWORD}"));
        // Twelve hours after the double's clock begins.
        let data = format!(r#""authorizationToken":"{token}","expiresAt":1700043200.123"#);
        match target {
            "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken" => {
                let own = format!("https://{ACCOUNT}.dkr.ecr.{region}.amazonaws.com");
                let proxy = self.proxy_endpoint.unwrap_or(&own);
                Reply::json(format!(
                    r#"{{"authorizationData":[{{{data},"proxyEndpoint":"{proxy}"}}]}}"#
                ))
            }
            "SpencerFrontendService.GetAuthorizationToken" => {
                Reply::json(format!(r#"{{"authorizationData":{{{data}}}}}"#))
            }
            _ => json_error("InvalidAction", target),
        }
    }
}

pub fn json_error(code: &str, message: &str) -> Reply {
    Reply::status(400).text(format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
}

pub fn xml_error(code: &str, message: &str) -> Reply {
    Reply::status(403).text(format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    ))
}

/// The registry: Basic, and an answer in plain text to whoever is not known.
fn registry(sent: &Sent, origin: &str) -> Reply {
    if sent.authorization() != Some(&basic("AWS", REGISTRY_PASSWORD)) {
        let challenge = format!(r#"Basic realm="{origin}/",service="ecr.amazonaws.com""#);
        return Reply::status(401)
            .with("www-authenticate", challenge)
            .with("docker-distribution-api-version", "registry/2.0")
            .text("Not Authorized\n");
    }
    let mut sent = sent.clone();
    sent.url.set_host(Some("registry.example.com")).unwrap();
    Fake::new(Login::None).answer(&sent)
}

fn sts(sent: &Sent, region: &str, open_role: bool) -> Reply {
    let who = match signer(sent, "sts", region) {
        Ok(who) => who,
        Err("UnrecognizedClientException") => return xml_error("InvalidClientTokenId", "no"),
        Err(_) => return xml_error("SignatureDoesNotMatch", "no"),
    };
    let form: Vec<(String, String)> = url::form_urlencoded::parse(sent.body.as_bytes())
        .into_owned()
        .collect();
    let given = |name: &str| {
        let pair = form.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str())
    };
    assert_eq!(
        (given("Action"), given("Version"), given("RoleSessionName")),
        (Some("AssumeRole"), Some("2011-06-15"), Some("bowline"))
    );
    let is_let_in = open_role || given("ExternalId") == Some(EXTERNAL_ID);
    if given("RoleArn") != Some(ROLE) || !is_let_in {
        return xml_error(
            "AccessDenied",
            &format!(
                "User: {who} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
            ),
        );
    }
    // They end an hour after the double's clock begins.
    Reply::status(200).text(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials><AccessKeyId>{TEMPORARY_KEY_ID}</AccessKeyId>\
         <SecretAccessKey>{TEMPORARY_SECRET}</SecretAccessKey><SessionToken>{TEMPORARY_TOKEN}</SessionToken>\
         <Expiration>2023-11-14T23:13:20Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

/// Who signed a request, or the code of the refusal.
fn signer(sent: &Sent, service: &str, region: &str) -> Result<&'static str, &'static str> {
    let header = |name: &str| {
        sent.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    let authorization = header("authorization");
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(name).unwrap();
        rest.split([',', ' ']).next().unwrap()
    };
    let date = header("x-amz-date");
    let (day, _) = date.split_once('T').unwrap();
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let (id, credential_scope) = part("Credential=").split_once('/').unwrap();
    assert_eq!(
        (credential_scope, date),
        (scope.as_str(), "20231114T221320Z")
    );
    let (secret, token) = match id {
        KEY_ID => (SECRET, ""),
        OPERATOR_KEY_ID => (OPERATOR_SECRET, ""),
        TEMPORARY_KEY_ID => (TEMPORARY_SECRET, TEMPORARY_TOKEN),
        _ => return Err("UnrecognizedClientException"),
    };
    if header("x-amz-security-token") != token {
        return Err("UnrecognizedClientException");
    }
    let names: Vec<&str> = part("SignedHeaders=").split(';').collect();
    for needed in ["content-type", "host", "x-amz-date"] {
        assert!(names.contains(&needed), "{needed} is not signed");
    }
    assert!(token.is_empty() || names.contains(&"x-amz-security-token"));
    let headers: String = names
        .iter()
        .map(|name| match *name {
            "host" => format!("host:{}\n", sent.url.host_str().unwrap()),
            name => format!("{name}:{}\n", header(name)),
        })
        .collect();
    let canonical = format!(
        "{}\n{}\n\n{headers}\n{}\n{}",
        sent.method,
        sent.url.path(),
        names.join(";"),
        hex(&Sha256::digest(&sent.body))
    );
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    );
    let key = scope
        .split('/')
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
            mac(&key, part)
        });
    if hex(&mac(&key, &text)) == part("Signature=") {
        Ok(if id == OPERATOR_KEY_ID {
            "operator"
        } else {
            "customer"
        })
    } else {
        Err("InvalidSignatureException")
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
