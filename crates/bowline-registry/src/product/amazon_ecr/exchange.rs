//! Amazon ECR: AWS keys are exchanged for a registry password that lives for 12 hours (`GetAuthorizationToken`).
//!
//! The requests: `AssumeRole` at STS if there is a role, then `GetAuthorizationToken` at ECR, both at hosts built from
//! the form's region. No URL in a response is followed: the registry's host is built from the account id.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bowline::{
    aws::{AwsAccount, AwsRegion, registry_host},
    credential::{Credentials, Username},
    endpoint::Endpoint,
    form::ConnectionSpec,
    secret::Secret,
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use url::Url;
use zeroize::Zeroizing;

use super::{
    api::{Aws, EcrApi, GET_TOKEN, malformed},
    sts::{self, Identity},
};
use crate::{
    login::{Minted, RegistryLogin},
    operator::Operator,
    problem::{Code, Failure},
    product::distribution,
    transport::Transport,
    world::World,
};

/// The response of `GetAuthorizationToken`. ECR Public has one object instead of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenResponse {
    #[serde(deserialize_with = "one_or_first")]
    authorization_data: AuthorizationData,
}

/// What `GetAuthorizationToken` is asked with: nothing.
#[derive(Serialize)]
struct NoArguments {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizationData {
    /// Base64 of `AWS:<password>`.
    authorization_token: String,
    /// In seconds since 1970.
    expires_at: Option<f64>,
    /// `https://123456789012.dkr.ecr.eu-west-1.amazonaws.com`
    proxy_endpoint: Option<String>,
}

/// Makes what the registry takes of a connection's credentials.
pub(in crate::product) async fn exchange<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
) -> Result<Minted, Failure> {
    let Credentials::Aws {
        service,
        region,
        account: _,
        keys,
        role,
    } = &spec.credentials
    else {
        return distribution::exchange(transport, operator, spec).await;
    };
    let aws = Aws {
        service: *service,
        region: *region,
        keys: keys.as_ref(),
        role: role.as_ref(),
    };
    password_of(transport, operator, spec, &aws).await
}

/// Gets a registry password for an AWS identity.
async fn password_of<W: World>(
    transport: &mut Transport<'_, W>,
    operator: &Operator,
    spec: &ConnectionSpec,
    aws: &Aws<'_>,
) -> Result<Minted, Failure> {
    let Identity { keys, ends, doubt } = sts::identity(transport, operator, aws).await?;
    let api = EcrApi {
        service: aws.service,
        region: aws.region,
        keys: &keys,
    };
    let operation = GET_TOKEN;
    let denied = Code::PermissionPullMissing;
    let answer: TokenResponse = api
        .ask(transport, operation, &NoArguments {}, denied)
        .await?;
    let data = answer.authorization_data;
    let password = password(&data.authorization_token)
        .ok_or_else(|| malformed("ECR's authorization token contains no username and password."))?;
    let token_ends = data.expires_at.map(|seconds| (seconds * 1000.0) as i64);
    Ok(Minted {
        // A token ends with the temporary keys that it was got with.
        expires_at: token_ends.into_iter().chain(ends).min(),
        endpoint: data
            .proxy_endpoint
            .and_then(|url| endpoint(&url, aws.region, spec)),
        login: RegistryLogin::Password {
            username: Username::parse("AWS")
                .ok_or_else(|| malformed("The username is missing."))?,
            password,
        },
        signing_keys: Some(keys),
        doubt,
    })
}

/// The password of an authorization token.
fn password(token: &str) -> Option<Secret> {
    let pair = Zeroizing::new(BASE64_STANDARD.decode(token).ok()?);
    let password = std::str::from_utf8(&pair).ok()?.strip_prefix("AWS:")?;
    (!password.is_empty()).then(|| Secret::new(password))
}

/// Returns the registry in a response. Only its account id is used, and only if the host is in this region.
fn endpoint(proxy: &str, region: AwsRegion, spec: &ConnectionSpec) -> Option<Endpoint> {
    let named = Url::parse(proxy).ok()?;
    let account = AwsAccount::of_registry(named.host_str()?, region)?;
    let host = registry_host(&account, region);
    let namespace = spec.values.get("namespace").map_or("", String::as_str);
    Endpoint::parse(&[&host, "/", namespace.trim_matches('/')].concat()).ok()
}

/// Reads an object, or the one object of a list.
fn one_or_first<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AuthorizationData, D::Error> {
    struct OneOrFirst;

    impl<'de> Visitor<'de> for OneOrFirst {
        type Value = AuthorizationData;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or a list of one")
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<AuthorizationData, A::Error> {
            AuthorizationData::deserialize(MapAccessDeserializer::new(members))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<AuthorizationData, A::Error> {
            let first = list.next_element()?;
            if list.next_element::<IgnoredAny>()?.is_some() {
                return Err(A::Error::custom("there are several"));
            }
            first.ok_or_else(|| A::Error::custom("the list is empty"))
        }
    }

    deserializer.deserialize_any(OneOrFirst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_what_follows_the_username() {
        let of = |text: &str| password(text).map(|secret| secret.expose().to_owned());
        let token = |pair: &str| BASE64_STANDARD.encode(pair);
        assert_eq!(of(&token("AWS:a:b")), Some("a:b".to_owned()));
        assert_eq!(of(&token("AWS:")), None);
        assert_eq!(of(&token("aws:a")), None);
        assert_eq!(of("not base64"), None);
        assert_eq!(of(&BASE64_STANDARD.encode([0x41, 0xff])), None);
    }
}
