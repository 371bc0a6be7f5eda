//! Amazon ECR: keys, temporary keys and roles become a registry password, and every refusal of AWS is named.

use bowline::form::ConnectionSpec;
use bowline_registry::{
    Check, ExternalId, Operator, Proved, SendError, pull_credentials, resolve_endpoint,
};

use crate::{
    aws_double::*,
    double::{FakeWorld, Reply, world},
    registry::*,
};

const IMAGE: Option<&str> = Some("team/app:1");

fn ecr(auth: &str, values: &[(&str, &str)]) -> ConnectionSpec {
    let mut all = vec![("region", "eu-west-1")];
    all.extend(values);
    spec("amazon-ecr", auth, &all, &[])
}

fn access_key() -> ConnectionSpec {
    ecr(
        "access-key",
        &[
            ("accountId", ACCOUNT),
            ("accessKeyId", KEY_ID),
            ("secretAccessKey", SECRET),
        ],
    )
}

fn without_account() -> ConnectionSpec {
    ecr(
        "access-key",
        &[("accessKeyId", KEY_ID), ("secretAccessKey", SECRET)],
    )
}

fn own_role(external_id: &str) -> ConnectionSpec {
    ecr(
        "assume-role",
        &[
            ("roleArn", ROLE),
            ("externalId", external_id),
            ("accessKeyId", KEY_ID),
            ("secretAccessKey", SECRET),
        ],
    )
}

fn delegated_role() -> ConnectionSpec {
    ecr(
        "assume-role",
        &[("roleArn", ROLE), ("externalId", "of-another-customer")],
    )
}

/// The operator of a service that issued this external id.
fn operator(issued: Option<&str>) -> Operator {
    let operator = Operator::default()
        .with_aws_identity(OPERATOR_KEY_ID, OPERATOR_SECRET)
        .unwrap();
    match issued {
        Some(id) => operator.with_external_id(ExternalId::parse(id).unwrap()),
        None => operator,
    }
}

/// A check that must not show what was learnt on the way, either.
async fn run_aws(world: &FakeWorld, operator: &Operator, spec: &ConnectionSpec) -> Check {
    let check = run(world, operator, spec, IMAGE).await;
    let text = serde_json::to_string(&check).unwrap();
    for secret in [SECRET, OPERATOR_SECRET, REGISTRY_PASSWORD, TEMPORARY_TOKEN] {
        assert!(!text.contains(secret), "the check shows {secret}: {text}");
    }
    check
}

fn problem(check: &Check) -> (&'static str, Option<&str>) {
    let field = check
        .problem
        .as_ref()
        .and_then(|problem| problem.field.as_deref());
    (code(check), field)
}

#[tokio::test]
async fn every_login_gets_a_password_and_pulls_with_it() {
    let temporary = ecr(
        "session-token",
        &[
            ("accountId", ACCOUNT),
            ("accessKeyId", "ASIAIOSFODNN7EXAMPLE"),
            (
                "secretAccessKey",
                "temporary/FEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            ),
            ("sessionToken", TEMPORARY_TOKEN),
        ],
    );
    let noon = "2023-11-15T10:13:20Z";
    let in_an_hour = "2023-11-14T23:13:20Z";
    let cases = [
        // login, operator, where credentials go, requests, when the password ends
        (
            "access key",
            access_key(),
            Operator::default(),
            vec![REGISTRY, ECR],
            6,
            noon,
        ),
        (
            "temporary key",
            temporary,
            Operator::default(),
            vec![REGISTRY, ECR],
            6,
            noon,
        ),
        (
            "own role",
            own_role(EXTERNAL_ID),
            Operator::default(),
            vec![REGISTRY, ECR, STS],
            7,
            in_an_hour,
        ),
        (
            "delegated role",
            delegated_role(),
            operator(Some(EXTERNAL_ID)),
            vec![REGISTRY, ECR, STS],
            7,
            in_an_hour,
        ),
        (
            "no account",
            without_account(),
            Operator::default(),
            vec![REGISTRY, ECR],
            6,
            noon,
        ),
    ];
    for (name, spec, operator, origins, requests, ends) in cases {
        let world = Aws::default().world();
        let check = run_aws(&world, &operator, &spec).await;
        assert_eq!(
            (statuses(&check).as_str(), check.proved),
            ("PP--PP", Proved::Pull),
            "{name}: {:?}",
            check.problem
        );
        assert_eq!(
            check.facts.token_expires_at.as_deref(),
            Some(ends),
            "{name}"
        );
        assert_eq!(trusted_with_credentials(&world.http), origins, "{name}");
        assert!(
            world.http.lines().len() <= requests,
            "{name}: {:?}",
            world.http.lines()
        );
    }
}

#[tokio::test]
async fn a_registry_that_the_form_does_not_tell_is_asked_for_first() {
    let world = Aws::default().world();
    run_aws(&world, &Operator::default(), &without_account()).await;
    let lines = world.http.lines();
    assert_eq!(lines[0], format!("POST {ECR}/"));
    assert_eq!(lines[1], format!("GET {REGISTRY}/v2/"));
    assert_eq!(
        lines.iter().filter(|line| line.contains("api.ecr")).count(),
        1
    );

    let refused = Aws {
        ecr: Some(json_error("UnrecognizedClientException", "no")),
        ..Aws::default()
    };
    let check = run_aws(&refused.world(), &Operator::default(), &without_account()).await;
    assert_eq!(statuses(&check), "-F----", "reach could not be tried");
    assert_eq!(
        problem(&check),
        ("auth.rejected", Some("values.accessKeyId"))
    );
}

#[tokio::test]
async fn the_answers_registry_is_made_of_its_account_and_not_followed() {
    let other_regions = "https://123456789012.dkr.ecr.us-east-1.amazonaws.com";
    for hostile in [
        "https://evil.example.net",
        "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.net",
        "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com@evil.net",
        "http://169.254.169.254/latest/meta-data",
        "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com.cn",
        "https://12345678901.dkr.ecr.eu-west-1.amazonaws.com",
        other_regions,
        "",
    ] {
        let aws = Aws {
            proxy_endpoint: Some(hostile),
            ..Aws::default()
        };
        let world = aws.clone().world();
        let check = run_aws(&world, &Operator::default(), &without_account()).await;
        assert_eq!(
            (code(&check), statuses(&check).as_str()),
            ("endpoint.unresolved", "-F----"),
            "{hostile}"
        );
        assert_eq!(world.http.lines(), [format!("POST {ECR}/")], "{hostile}");
        // What the form tells, the answer does not change.
        let check = run_aws(&aws.world(), &Operator::default(), &access_key()).await;
        assert_eq!(check.proved, Proved::Pull, "{hostile}");
    }
    let odd = "https://u:p@123456789012.dkr.ecr.eu-west-1.amazonaws.com:8443/v2/x";
    let aws = Aws {
        proxy_endpoint: Some(odd),
        ..Aws::default()
    };
    let spec = ecr(
        "access-key",
        &[
            ("accessKeyId", KEY_ID),
            ("secretAccessKey", SECRET),
            ("namespace", "team"),
        ],
    );
    let endpoint = resolve_endpoint(&aws.world(), &Operator::default(), &spec)
        .await
        .unwrap();
    assert_eq!(
        endpoint.to_string(),
        format!("{REGISTRY}/team"),
        "only the account counts"
    );
}

#[tokio::test]
async fn a_delegated_role_is_taken_on_with_the_issued_external_id_only() {
    let cases = [
        (
            "issued to another",
            operator(Some("issued-to-another")),
            "values.roleArn",
            2,
        ),
        ("none issued", operator(None), "values.accessKeyId", 1),
        (
            "no identity",
            Operator::default().with_external_id(ExternalId::parse(EXTERNAL_ID).unwrap()),
            "values.accessKeyId",
            1,
        ),
    ];
    for (name, operator, field, requests) in cases {
        let world = Aws::default().world();
        let mut spec = delegated_role();
        // As if the form had guessed right: it does not count.
        if let bowline::credential::Credentials::Aws {
            role: Some(role), ..
        } = &mut spec.credentials
        {
            role.external_id = Some(EXTERNAL_ID.to_owned());
        }
        let check = run_aws(&world, &operator, &spec).await;
        assert_eq!(problem(&check), ("auth.rejected", Some(field)), "{name}");
        assert_eq!(world.http.lines().len(), requests, "{name}");
    }
    let check = run_aws(&Aws::default().world(), &operator(None), &own_role("wrong")).await;
    assert_eq!(problem(&check), ("auth.rejected", Some("values.roleArn")));
}

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
            "does not know this access key",
        ),
        (
            "with a name space",
            json_error("com.amazon.coral.service#UnrecognizedClientException", "no"),
            "auth.rejected",
            key,
            "does not know",
        ),
        (
            "wrong secret",
            json_error("InvalidSignatureException", "no"),
            "auth.rejected",
            Some("values.secretAccessKey"),
            "is not the one",
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
            "has not enabled",
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
            "is not the one",
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
            "answer to GetAuthorizationToken is none",
        ),
        (
            "an empty list",
            Reply::json(r#"{"authorizationData":[]}"#),
            "answer.malformed",
            None,
            "answer to GetAuthorizationToken is none",
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
        ("soon", "by too much"),
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

#[tokio::test]
async fn a_question_to_aws_is_asked_again() {
    let aws = Aws::default();
    let mut failures = 2;
    let world = world(move |sent| {
        if sent.url.as_str().starts_with(ECR) && failures > 0 {
            failures -= 1;
            return Reply::status(503);
        }
        aws.answer(sent)
    });
    world.http.trust_only(&[ECR, REGISTRY]);
    let check = run_aws(&world, &Operator::default(), &access_key()).await;
    assert_eq!(check.proved, Proved::Pull, "{:?}", check.problem);
}

#[tokio::test]
async fn every_partition_has_its_own_hosts() {
    for (region, origins) in [
        (
            "us-east-1",
            [
                "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
                "https://api.ecr.us-east-1.amazonaws.com",
                "https://sts.us-east-1.amazonaws.com",
            ],
        ),
        (
            "cn-north-1",
            [
                "https://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
                "https://api.ecr.cn-north-1.amazonaws.com.cn",
                "https://sts.cn-north-1.amazonaws.com.cn",
            ],
        ),
        (
            "us-gov-west-1",
            [
                "https://123456789012.dkr.ecr.us-gov-west-1.amazonaws.com",
                "https://api.ecr.us-gov-west-1.amazonaws.com",
                "https://sts.us-gov-west-1.amazonaws.com",
            ],
        ),
        (
            "us-iso-east-1",
            [
                "https://123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov",
                "https://api.ecr.us-iso-east-1.c2s.ic.gov",
                "https://sts.us-iso-east-1.c2s.ic.gov",
            ],
        ),
        (
            "us-isob-east-1",
            [
                "https://123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
                "https://api.ecr.us-isob-east-1.sc2s.sgov.gov",
                "https://sts.us-isob-east-1.sc2s.sgov.gov",
            ],
        ),
        (
            "us-isof-south-1",
            [
                "https://123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov",
                "https://api.ecr.us-isof-south-1.csp.hci.ic.gov",
                "https://sts.us-isof-south-1.csp.hci.ic.gov",
            ],
        ),
        (
            "eu-isoe-west-1",
            [
                "https://123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk",
                "https://api.ecr.eu-isoe-west-1.cloud.adc-e.uk",
                "https://sts.eu-isoe-west-1.cloud.adc-e.uk",
            ],
        ),
        (
            "eusc-de-east-1",
            [
                "https://123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu",
                "https://api.ecr.eusc-de-east-1.amazonaws.eu",
                "https://sts.eusc-de-east-1.amazonaws.eu",
            ],
        ),
    ] {
        let spec = spec(
            "amazon-ecr",
            "assume-role",
            &[
                ("region", region),
                ("roleArn", ROLE),
                ("externalId", EXTERNAL_ID),
                ("accessKeyId", KEY_ID),
                ("secretAccessKey", SECRET),
            ],
            &[],
        );
        let world = Aws::default().world();
        world.http.trust_only(&origins);
        let check = run_aws(&world, &Operator::default(), &spec).await;
        assert_eq!(check.proved, Proved::Pull, "{region}: {:?}", check.problem);
        assert_eq!(trusted_with_credentials(&world.http), origins);
    }
}

/// The public registry, whose token service takes what ECR Public gave out, or nothing at all.
fn public() -> FakeWorld {
    let aws = Aws::default();
    let world = world(move |sent| {
        match sent.url.host_str() {
        Some("api.ecr-public.us-east-1.amazonaws.com") => aws.answer(sent),
        Some("public.ecr.aws") if sent.url.path() == "/token/" => match sent.authorization() {
            Some(given) if given != basic("AWS", REGISTRY_PASSWORD) => Reply::status(401)
                .text(r#"{"errors":[{"code":"DENIED","message":"Not Authorized"}]}"#),
            _ => Reply::json(r#"{"token":"not-a-real-token"}"#),
        },
        Some("public.ecr.aws") if sent.authorization() != Some("Bearer not-a-real-token") => {
            Reply::status(401).with(
                "www-authenticate",
                r#"Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws""#,
            )
        }
        _ => {
            let mut sent = sent.clone();
            sent.url.set_host(Some("registry.example.com")).unwrap();
            Fake::new(Login::None).answer(&sent)
        }
    }
    });
    world.http.trust_only(&[
        "https://api.ecr-public.us-east-1.amazonaws.com",
        "https://public.ecr.aws",
    ]);
    world
}

#[tokio::test]
async fn ecr_public_takes_keys_and_nobody() {
    let keys = [("accessKeyId", KEY_ID), ("secretAccessKey", SECRET)];
    let signed = spec("amazon-ecr-public", "access-key", &keys, &[]);
    let world = public();
    let check = run_aws(&world, &Operator::default(), &signed).await;
    assert_eq!(check.proved, Proved::Pull, "{:?}", check.problem);
    assert_eq!(
        check.facts.token_expires_at.as_deref(),
        Some("2023-11-15T10:13:20Z")
    );
    assert_eq!(
        trusted_with_credentials(&world.http),
        [
            "https://api.ecr-public.us-east-1.amazonaws.com",
            "https://public.ecr.aws"
        ]
    );

    let world = public();
    let nobody = spec("amazon-ecr-public", "anonymous", &[], &[]);
    let check = run_aws(&world, &Operator::default(), &nobody).await;
    assert_eq!(check.proved, Proved::Pull, "{:?}", check.problem);
    assert!(world.http.sent().iter().all(|sent| sent.method == "GET"));
}

#[tokio::test]
async fn a_job_gets_a_password_of_twelve_hours() {
    let given = pull_credentials(&Aws::default().world(), &Operator::default(), &access_key())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(given.server, "123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    assert_eq!(
        (given.username.as_str(), given.password.expose()),
        ("AWS", REGISTRY_PASSWORD)
    );
    assert_eq!(given.expires_at, Some(1_700_043_200_123));
    assert!(!format!("{given:?}").contains(REGISTRY_PASSWORD));

    let refused = Aws {
        ecr: Some(json_error("ExpiredTokenException", "no")),
        ..Aws::default()
    };
    let problem = pull_credentials(&refused.world(), &Operator::default(), &access_key())
        .await
        .unwrap_err();
    assert_eq!(problem.code.as_str(), "auth.expired");
}
