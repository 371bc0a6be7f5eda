//! Amazon ECR: Basic with the user AWS, errors in plain text, layers on another host, and passwords that AWS gives out for
//! signed requests.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline_registry::Code;

use super::{Case, Expected::Problem, Expected::Pulled, case, fake::*};
use crate::{
    double::Reply,
    registry::{CONFIG, PASSWORD, digest},
};

const API: &str = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const ECR: &str = "https://api.ecr.eu-west-1.amazonaws.com";
const STS: &str = "https://sts.eu-west-1.amazonaws.com";
const LAYERS: &str = "https://layers.s3.eu-west-1.amazonaws.com/config?signature=x";
const ROLE: &str = "arn:aws:iam::123456789012:role/registry-reader";

/// The keys that AWS's documentation has for examples.
pub const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub const TEMPORARY_KEY: &str = "ASIAIOSFODNN7EXAMPLE";
pub const OTHER_KEY: &str = "AKIAI44QH8DHBEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// What ECR gives out.
pub fn password() -> String {
    BASE64_STANDARD.encode(format!("AWS:{PASSWORD}"))
}

/// An error of AWS's JSON protocol.
pub fn refused(code: &str) -> Reply {
    Reply::status(400).text(format!(
        r#"{{"__type":"{code}","message":"in AWS's words"}}"#
    ))
}

/// A registry that takes what ECR gives out to the example keys.
fn fake() -> Fake {
    let blob = format!("GET {API}/v2/team/app/blobs/{}", digest(CONFIG));
    let not_authorized = Reply::status(401)
        .with("content-type", "text/plain; charset=utf-8")
        .text("Not Authorized\n");
    let given = Reply::json(format!(
        r#"{{"authorizationData":[{{"authorizationToken":"{}","expiresAt":1700043200.0,"proxyEndpoint":"{API}"}}]}}"#,
        password()
    ));
    let role = Reply::status(200).text(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{TEMPORARY_KEY}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
         <SessionToken>not-a-real-session-token</SessionToken><Expiration>2023-11-14T23:13:20Z</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ));
    let no_role = Reply::status(403).text(
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>no</Message></Error>\
         </ErrorResponse>",
    );
    Fake::new(&[API, ECR, STS])
        .on(format!("POST {ECR}/"), Signed(KEY), given.clone())
        .on(format!("POST {ECR}/"), Signed(TEMPORARY_KEY), given)
        .on(
            format!("POST {ECR}/"),
            Anyone,
            refused("UnrecognizedClientException"),
        )
        .on(format!("POST {STS}/"), Signed(KEY), role)
        .on(format!("POST {STS}/"), Anyone, no_role)
        .on(
            blob,
            basic("AWS", PASSWORD),
            Reply::status(307).with("location", LAYERS),
        )
        .on(
            format!("GET {LAYERS}"),
            Nobody,
            Reply::status(200).text(CONFIG),
        )
        .serves(API, basic("AWS", PASSWORD))
        .on(
            format!("GET {API}/v2/*"),
            Nobody,
            challenge(format!(
                r#"Basic realm="{API}/",service="ecr.amazonaws.com""#
            )),
        )
        .on(
            format!("GET {API}/v2/secret/*"),
            basic("AWS", PASSWORD),
            error(403, "DENIED"),
        )
        .on(
            format!("GET {API}/v2/*"),
            basic("AWS", PASSWORD),
            error(404, "NAME_UNKNOWN"),
        )
        .on(format!("GET {API}/v2/*"), Anyone, not_authorized)
}

pub fn cases() -> Vec<Case> {
    const PLACE: [(&str, &str); 2] = [("region", "eu-west-1"), ("accountId", "123456789012")];
    let with = |password| [("url", API), ("username", "AWS"), ("password", password)];
    let keys = |id| {
        [
            PLACE[0],
            PLACE[1],
            ("accessKeyId", id),
            ("secretAccessKey", SECRET),
        ]
    };
    let session = |id| {
        let [region, account, id, secret] = keys(id);
        [
            region,
            account,
            id,
            secret,
            ("sessionToken", "not-a-real-session-token"),
        ]
    };
    let role = |id| {
        let [region, account, id, secret] = keys(id);
        [region, account, id, secret, ("roleArn", ROLE)]
    };
    let denied = Code::PermissionPullMissing;
    let forbidden = || {
        fake().instead(
            format!("POST {ECR}/"),
            Anyone,
            refused("AccessDeniedException"),
        )
    };
    vec![
        case("right", fake(), "password", &with(PASSWORD), Pulled(5)),
        case(
            "a token that has ended",
            fake(),
            "password",
            &with("ended"),
            Problem(Code::AuthRejected),
        ),
        case(
            "a repository of others",
            fake(),
            "password",
            &with(PASSWORD),
            Problem(denied),
        )
        .image("secret/app:1"),
        case(
            "a repository that does not exist",
            fake(),
            "password",
            &with(PASSWORD),
            Problem(Code::ImageUnknown),
        )
        .image("team/none:1"),
        case("right", fake(), "access-key", &keys(KEY), Pulled(6)),
        case(
            "wrong",
            fake(),
            "access-key",
            &keys(OTHER_KEY),
            Problem(Code::AuthRejected),
        ),
        case(
            "a repository of others",
            fake(),
            "access-key",
            &keys(KEY),
            Problem(denied),
        )
        .image("secret/app:1"),
        case(
            "no GetAuthorizationToken",
            forbidden(),
            "access-key",
            &keys(KEY),
            Problem(denied),
        ),
        case(
            "right",
            fake(),
            "session-token",
            &session(TEMPORARY_KEY),
            Pulled(6),
        ),
        case(
            "wrong",
            fake(),
            "session-token",
            &session("ASIAI44QH8DHBEXAMPLE"),
            Problem(Code::AuthRejected),
        ),
        case(
            "a repository of others",
            fake(),
            "session-token",
            &session(TEMPORARY_KEY),
            Problem(denied),
        )
        .image("secret/app:1"),
        case("right", fake(), "assume-role", &role(KEY), Pulled(7)),
        case(
            "wrong",
            fake(),
            "assume-role",
            &role(OTHER_KEY),
            Problem(Code::AuthRejected),
        ),
        case(
            "a repository of others",
            fake(),
            "assume-role",
            &role(KEY),
            Problem(denied),
        )
        .image("secret/app:1"),
    ]
}
