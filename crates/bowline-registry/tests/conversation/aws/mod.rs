//! Amazon ECR: keys, temporary keys and roles become a registry password, and every refusal of AWS is named.

pub mod double;
mod hosts;
mod logins;
mod refusals;

use bowline::form::ConnectionSpec;
use bowline_registry::{Check, ExternalId, Operator};

use self::double::*;
use crate::{double::FakeWorld, registry::*};

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

/// A check that must not show what was learned on the way, either.
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
