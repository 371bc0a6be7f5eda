//! The hosts of every partition, and of the public registry.

use bowline_registry::{Operator, Proved};

use super::*;
use crate::double::{Reply, world};

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
