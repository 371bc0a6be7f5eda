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
    api::{Aws, Question, host, malformed},
    refusal,
};
use crate::{
    check::WarningCode,
    login::Doubt,
    operator::Operator,
    problem::{Code, Failure},
    transport::Transport,
    urlencoded,
    world::World,
};

/// What the role's log of sessions names.
const SESSION_NAME: &str = "bowline";

/// Where a role's trust policy lets the operator's identity in whatever external id it names.
const OPEN_ROLE: &str = "AWS let this service assume the role without an external ID. Anyone who enters the role's ARN in another project could read your registry. Add the condition StringEquals sts:ExternalId to the role's trust policy, with this project's external ID.";

/// An identity of AWS.
pub(super) struct Identity {
    pub(super) keys: AwsKeys,
    /// When the keys end, in milliseconds since 1970.
    pub(super) ends: Option<i64>,
    pub(super) doubt: Option<Doubt>,
}

/// Returns the keys for ECR: the form's, or those of the role that they assume. Without keys in the form, the
/// operator's identity assumes the role with the external id that was issued to the project, never with a typed one: a
/// customer who could choose it could use another customer's role.
pub(super) async fn identity<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    aws: &Aws<'_>,
) -> Result<Identity, Failure> {
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
    let Some(role) = aws.role else {
        return Ok(Identity {
            keys: keys.clone(),
            ends: None,
            doubt: None,
        });
    };
    let (role_keys, ends) = assume_role(transport, aws, keys, role, external_id).await?;
    // Who signs with the customer's own keys can use the role for nobody else.
    let doubt = match aws.keys {
        Some(_) => None,
        None => Some(Doubt {
            request: question(aws, role, None).sign(transport, aws.region, keys)?,
            code: WarningCode::RoleExternalIdOptional,
            detail: OPEN_ROLE,
        }),
    };
    Ok(Identity {
        keys: role_keys,
        ends,
        doubt,
    })
}

/// Asks for temporary keys of a role.
fn question(aws: &Aws<'_>, role: &AwsRole, external_id: Option<&str>) -> Question {
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
    Question {
        what: "STS",
        host: host("sts", aws.region),
        service: "sts",
        headers,
        body: Bytes::from(form),
        logs_in: true,
    }
}

async fn assume_role<W: World>(
    transport: &mut Transport<'_, W>,
    aws: &Aws<'_>,
    keys: &AwsKeys,
    role: &AwsRole,
    external_id: Option<&str>,
) -> Result<(AwsKeys, Option<i64>), Failure> {
    let question = question(aws, role, external_id);
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
