//! What AWS refuses, and what that means.

use bowline_registry::{Operator, SendError};

use super::*;
use crate::double::Reply;

#[tokio::test]
async fn wrong_keys_are_told_from_each_other() {
    let with = |id: &str, secret: &str| {
        ecr(
            "access-key",
            &[
                ("accountId", ACCOUNT),
                ("accessKeyId", id),
                ("secretAccessKey", secret),
            ],
        )
    };
    let other = "AKIAIOSFODNN7EXAMPLX";
    for (name, spec, field) in [
        (
            "wrong secret",
            with(KEY_ID, OPERATOR_SECRET),
            "values.secretAccessKey",
        ),
        ("unknown key", with(other, SECRET), "values.accessKeyId"),
    ] {
        let world = Aws::default().world();
        let check = run_aws(&world, &Operator::default(), &spec).await;
        assert_eq!(problem(&check), ("auth.rejected", Some(field)), "{name}");
        assert_eq!(statuses(&check), "PF----", "{name}");
        assert_eq!(trusted_with_credentials(&world.http), [ECR], "{name}");
    }
}

#[tokio::test]
async fn every_refusal_of_ecr_is_named() {
    let key = Some("values.accessKeyId");
    let denied = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecr:GetAuthorizationToken on resource: *";
    let cases = [
        (
            "unknown key",
            json_error("UnrecognizedClientException", "no"),
            "auth.rejected",
            key,
            "doesn't know this access key",
        ),
        (
            "with a name space",
            json_error("com.amazon.coral.service#UnrecognizedClientException", "no"),
            "auth.rejected",
            key,
            "doesn't know",
        ),
        (
            "wrong secret",
            json_error("InvalidSignatureException", "no"),
            "auth.rejected",
            Some("values.secretAccessKey"),
            "doesn't belong",
        ),
        (
            "expired",
            json_error("ExpiredTokenException", "no"),
            "auth.expired",
            key,
            "has expired",
        ),
        (
            "denied",
            json_error("AccessDeniedException", denied),
            "permission.pull_missing",
            key,
            "ecr:GetAuthorizationToken",
        ),
        (
            "denied without a word",
            json_error("AccessDeniedException", ""),
            "permission.pull_missing",
            key,
            "ecr:GetAuthorizationToken",
        ),
        (
            "region off",
            json_error("RegionDisabledException", "no"),
            "auth.rejected",
            Some("values.region"),
            "hasn't enabled",
        ),
        (
            "too many",
            json_error("ThrottlingException", "Rate exceeded"),
            "rate.limited",
            None,
            "too many requests",
        ),
        (
            "late",
            json_error(
                "InvalidSignatureException",
                "Signature expired: 20231114T221320Z is now earlier than x",
            ),
            "server.error",
            None,
            "clock",
        ),
        (
            "early",
            json_error("InvalidSignatureException", "Signature not yet current: x"),
            "server.error",
            None,
            "clock",
        ),
        (
            "its own failure",
            Reply::status(500),
            "server.error",
            None,
            "HTTP 500",
        ),
        (
            "in XML",
            xml_error("InvalidSignatureException", "no"),
            "auth.rejected",
            Some("values.secretAccessKey"),
            "doesn't belong",
        ),
        (
            "in no form",
            Reply::status(403).text("<html>"),
            "auth.rejected",
            Some("values.secretAccessKey"),
            "HTTP 403",
        ),
        (
            "a wrong parameter",
            json_error("InvalidParameterException", "no"),
            "answer.malformed",
            None,
            "InvalidParameterException",
        ),
        (
            "no JSON",
            Reply::json("no"),
            "answer.malformed",
            None,
            "response to GetAuthorizationToken is malformed",
        ),
        (
            "an empty list",
            Reply::json(r#"{"authorizationData":[]}"#),
            "answer.malformed",
            None,
            "response to GetAuthorizationToken is malformed",
        ),
        (
            "another username",
            Reply::json(r#"{"authorizationData":[{"authorizationToken":"eDp5"}]}"#),
            "answer.malformed",
            None,
            "no username and password",
        ),
        (
            "a redirect",
            Reply::status(307).with("location", "https://api.ecr.eu-west-1.amazonaws.com/x"),
            "redirect.not_allowed",
            None,
            "redirect",
        ),
        (
            "no answer",
            Reply::Fail(SendError::Closed),
            "answer.malformed",
            None,
            "closed",
        ),
        (
            "a compressed answer",
            Reply::json("{}").with("content-encoding", "gzip"),
            "answer.encoded",
            None,
            "compressed",
        ),
    ];
    for (name, reply, code, field, words) in cases {
        let world = Aws {
            ecr: Some(reply),
            ..Aws::default()
        }
        .world();
        let check = run_aws(&world, &Operator::default(), &access_key()).await;
        let (found, found_field) = problem(&check);
        assert_eq!(found, code, "{name}: {:?}", check.problem);
        if field.is_some() {
            assert_eq!(found_field, field, "{name}");
        }
        let detail = &check.problem.as_ref().unwrap().detail;
        assert!(detail.contains(words), "{name}: {detail}");
        assert_eq!(trusted_with_credentials(&world.http), [ECR], "{name}");
    }
}

#[tokio::test]
async fn refusals_of_sts_are_the_operators_where_its_identity_signs() {
    let unknown = xml_error("InvalidClientTokenId", "no");
    let session = ecr(
        "session-token",
        &[
            ("accountId", ACCOUNT),
            ("accessKeyId", "ASIAIOSFODNN7EXAMPLE"),
            ("secretAccessKey", SECRET),
            ("sessionToken", "not-this-token"),
        ],
    );
    let cases = [
        (
            "of a role's own keys",
            own_role(EXTERNAL_ID),
            Some(unknown.clone()),
            "auth.rejected",
            Some("values.accessKeyId"),
        ),
        (
            "of the operator's",
            delegated_role(),
            Some(unknown),
            "server.error",
            None,
        ),
        (
            "the operator's clock",
            delegated_role(),
            Some(xml_error("RequestExpired", "no")),
            "server.error",
            None,
        ),
        (
            "region off",
            own_role(EXTERNAL_ID),
            Some(xml_error("RegionDisabledException", "no")),
            "auth.rejected",
            Some("values.region"),
        ),
        (
            "an expired session",
            own_role(EXTERNAL_ID),
            Some(xml_error("ExpiredToken", "no")),
            "auth.expired",
            Some("values.accessKeyId"),
        ),
        (
            "no keys in it",
            own_role(EXTERNAL_ID),
            Some(Reply::status(200).text("<AssumeRoleResponse/>")),
            "answer.malformed",
            None,
        ),
        (
            "no XML",
            own_role(EXTERNAL_ID),
            Some(Reply::json("{}")),
            "answer.malformed",
            None,
        ),
        (
            "a wrong session token",
            session,
            None,
            "auth.rejected",
            Some("values.sessionToken"),
        ),
    ];
    for (name, spec, sts, code, field) in cases {
        let world = Aws {
            sts,
            ..Aws::default()
        }
        .world();
        let check = run_aws(&world, &operator(Some(EXTERNAL_ID)), &spec).await;
        assert_eq!(
            problem(&check),
            (code, field),
            "{name}: {:?}",
            check.problem
        );
    }
}

#[tokio::test]
async fn a_wrong_clock_is_told_with_how_wrong_it_is() {
    for (date, words) in [
        ("Tue, 14 Nov 2023 22:33:20 GMT", "20 minutes behind"),
        ("Tue, 14 Nov 2023 21:13:20 GMT", "60 minutes ahead"),
        ("soon", "too much"),
    ] {
        let late =
            json_error("InvalidSignatureException", "Signature expired: x").with("date", date);
        let world = Aws {
            ecr: Some(late),
            ..Aws::default()
        }
        .world();
        let check = run_aws(&world, &Operator::default(), &access_key()).await;
        let detail = check.problem.unwrap().detail;
        assert!(detail.contains(words), "{detail}");
    }
}
