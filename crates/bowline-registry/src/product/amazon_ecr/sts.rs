//! Taking on a role: temporary keys of STS (`AssumeRole`).

use bowline::{
    credential::{AwsKeys, AwsRole},
    secret::Secret,
    time,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use roxmltree::Document;

use super::{
    api::{Aws, SignedRequest, host, malformed},
    refusal,
};
use crate::{
    operator::Operator,
    problem::{Code, Failure},
    transport::Transport,
    urlencoded,
    world::World,
};

/// What the role's log of sessions names.
const SESSION_NAME: &str = "bowline";

/// The keys that ask ECR, and when they end: the form's, or those of the role that they take on. Without keys in the form
/// the operator's take it on, with the external id that was issued to the project and none that was typed: whoever could
/// choose it could use another customer's role.
pub(super) async fn identity<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    aws: &Aws<'_>,
) -> Result<(AwsKeys, Option<i64>), Failure> {
    let (keys, external_id) = match aws.keys {
        Some(keys) => (keys, aws.role.and_then(|role| role.external_id.as_deref())),
        None => {
            let (keys, issued) = operator.delegation().ok_or_else(|| {
                Failure::new(
                    Code::AuthRejected,
                    "This service has no AWS identity of its own to assume the role with, or it hasn't issued an external ID. Enter an access key.",
                )
                .at("values.accessKeyId")
            })?;
            (keys, Some(issued.as_str()))
        }
    };
    match aws.role {
        None => Ok((keys.clone(), None)),
        Some(role) => assume_role(transport, aws, keys, role, external_id).await,
    }
}

async fn assume_role<W: World>(
    transport: &mut Transport<'_, W>,
    aws: &Aws<'_>,
    keys: &AwsKeys,
    role: &AwsRole,
    external_id: Option<&str>,
) -> Result<(AwsKeys, Option<i64>), Failure> {
    let fields = [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", &role.arn),
        ("RoleSessionName", SESSION_NAME),
    ];
    let external_id = external_id.map(|id| ("ExternalId", id));
    let form = urlencoded::encode(fields.into_iter().chain(external_id));
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    let question = SignedRequest {
        what: "STS",
        host: host("sts", aws.region),
        service: "sts",
        headers,
        body: Bytes::from(form),
        logs_in: true,
    };
    let answer = question.ask(transport, aws.region, keys).await?;
    if !answer.status.is_success() {
        return Err(refusal::of_sts(transport, aws.keys, &answer));
    }
    let (keys, end) = std::str::from_utf8(&answer.body)
        .ok()
        .and_then(temporary_keys)
        .ok_or_else(|| malformed("STS's response contains no temporary keys."))?;
    transport.hide(&keys.secret_access_key);
    keys.session_token
        .iter()
        .for_each(|token| transport.hide(token));
    Ok((keys, end))
}

/// The keys of an `AssumeRoleResponse`.
fn temporary_keys(xml: &str) -> Option<(AwsKeys, Option<i64>)> {
    let document = Document::parse(xml).ok()?;
    let text = |name: &str| {
        let node = document
            .descendants()
            .find(|node| node.tag_name().name() == name)?;
        node.text().map(str::trim).filter(|text| !text.is_empty())
    };
    let keys = AwsKeys {
        access_key_id: text("AccessKeyId")?.to_owned(),
        secret_access_key: Secret::new(text("SecretAccessKey")?),
        session_token: Some(Secret::new(text("SessionToken")?)),
    };
    Some((keys, text("Expiration").and_then(time::parse_rfc3339)))
}
