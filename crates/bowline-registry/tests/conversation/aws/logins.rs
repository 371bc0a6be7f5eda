//! How AWS identities log in, and which registry that is.

use bowline_registry::{
    ExternalId, Operator, Proved, WarningCode, pull_credentials, resolve_endpoint,
};

use super::*;
use crate::double::{Reply, world};

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
            8,
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
async fn a_role_that_needs_no_external_id_is_warned_of() {
    let warned = vec![WarningCode::RoleExternalIdOptional];
    let issued = || operator(Some(EXTERNAL_ID));
    for (name, open_role, operator, spec, expected, asked) in [
        (
            "delegated, as it should be",
            false,
            issued(),
            delegated_role(),
            vec![],
            2,
        ),
        (
            "delegated, open",
            true,
            issued(),
            delegated_role(),
            warned,
            2,
        ),
        // With keys of their own nobody else takes it on.
        (
            "own keys",
            true,
            Operator::default(),
            own_role("any"),
            vec![],
            1,
        ),
    ] {
        let aws = Aws {
            open_role,
            ..Aws::default()
        };
        let world = aws.world();
        let check = run_aws(&world, &operator, &spec).await;
        let warnings: Vec<_> = check.warnings.iter().map(|it| it.code).collect();
        assert_eq!((check.ok, warnings), (true, expected), "{name}");
        let lines = world.http.lines();
        let sts = lines.iter().filter(|line| line.contains("/sts.")).count();
        assert_eq!(sts, asked, "{name}: {lines:?}");
    }
    // Where STS cannot tell, nothing is warned of, and the check is as good.
    let aws = Aws::default();
    let mut asked = 0;
    let world = world(move |sent| {
        asked += usize::from(sent.url.as_str().starts_with(STS));
        match asked {
            0 | 1 => aws.answer(sent),
            _ if sent.url.as_str().starts_with(STS) => Reply::status(500),
            _ => aws.answer(sent),
        }
    });
    world.http.trust_only(&[REGISTRY, ECR, STS]);
    let check = run_aws(&world, &issued(), &delegated_role()).await;
    assert_eq!((check.ok, check.warnings), (true, vec![]));
}

#[tokio::test]
async fn other_work_does_not_ask_what_only_a_check_wants_to_know() {
    let world = Aws::default().world();
    let operator = operator(Some(EXTERNAL_ID));
    pull_credentials(&world, &operator, &delegated_role())
        .await
        .unwrap();
    let lines = world.http.lines();
    assert_eq!(lines, [format!("POST {STS}/"), format!("POST {ECR}/")]);
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
