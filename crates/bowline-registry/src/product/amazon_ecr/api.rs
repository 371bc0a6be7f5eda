//! Asking AWS: signed requests to the API of ECR and to STS.

use bowline::{
    aws::AwsRegion,
    credential::{AwsKeys, AwsRole, EcrService},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use super::{refusal, sign};
use crate::{
    login::SignedRequest,
    problem::{Code, Failure},
    transport::{Response, Transport},
    world::{Clock, World},
};

/// The largest answer that is read, in bytes.
const ANSWER_BYTES: usize = 1024 * 1024;
/// The operation of ECR that logs in.
pub(super) const GET_TOKEN: &str = "GetAuthorizationToken";

/// The parsed members of the form's AWS credentials.
pub(super) struct Aws<'a> {
    pub(super) service: EcrService,
    pub(super) region: AwsRegion,
    /// `None` is the operator's own identity.
    pub(super) keys: Option<&'a AwsKeys>,
    pub(super) role: Option<&'a AwsRole>,
}

/// The names of one of the two services.
pub(super) struct Ecr {
    /// The first labels of its API's host.
    pub(super) host: &'static str,
    /// As it is named in a signature, and as IAM's actions begin.
    pub(super) name: &'static str,
    /// The name space of its operations.
    target: &'static str,
}

impl Ecr {
    pub(super) fn of(service: EcrService) -> Self {
        match service {
            EcrService::Private => Self {
                host: "api.ecr",
                name: "ecr",
                target: "AmazonEC2ContainerRegistry_V20150921",
            },
            EcrService::Public => Self {
                host: "api.ecr-public",
                name: "ecr-public",
                target: "SpencerFrontendService",
            },
        }
    }
}

/// What can be asked of the API of ECR.
pub(super) struct EcrApi<'a> {
    pub(super) service: EcrService,
    pub(super) region: AwsRegion,
    pub(super) keys: &'a AwsKeys,
}

impl EcrApi<'_> {
    /// Asks ECR for an operation with its arguments. `denied` is what it is called if the identity may not.
    pub(super) async fn ask<W: World, T: DeserializeOwned>(
        &self,
        transport: &Transport<'_, W>,
        operation: &str,
        arguments: &impl Serialize,
        denied: Code,
    ) -> Result<T, Failure> {
        let Ecr {
            host: api,
            name,
            target,
        } = Ecr::of(self.service);
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-amz-json-1.1"),
        );
        headers.insert(
            "x-amz-target",
            HeaderValue::from_str(&format!("{target}.{operation}"))
                .map_err(|_| malformed("The operation's name isn't valid."))?,
        );
        let question = Question {
            what: "ECR's API",
            host: host(api, self.region),
            service: name,
            headers,
            body: Bytes::from(serde_json::to_vec(arguments).unwrap_or_default()),
            logs_in: operation == GET_TOKEN,
        };
        let answer = question.ask(transport, self.region, self.keys).await?;
        if !answer.status.is_success() {
            return Err(refusal::of_ecr(
                transport, name, self.keys, &answer, operation, denied,
            ));
        }
        answer
            .json()
            .map_err(|_| malformed(&format!("ECR's response to {operation} is malformed.")))
    }
}

/// A request to sign.
pub(super) struct Question {
    pub(super) what: &'static str,
    pub(super) host: String,
    /// As it is named in the signature.
    pub(super) service: &'static str,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// True if it asks for a login.
    pub(super) logs_in: bool,
}

impl Question {
    /// Signs and sends it.
    pub(super) async fn ask<W: World>(
        self,
        transport: &Transport<'_, W>,
        region: AwsRegion,
        keys: &AwsKeys,
    ) -> Result<Response, Failure> {
        self.sign(transport, region, keys)?.send(transport).await
    }

    /// Signs it as of now.
    pub(super) fn sign<W: World>(
        self,
        transport: &Transport<'_, W>,
        region: AwsRegion,
        keys: &AwsKeys,
    ) -> Result<SignedRequest, Failure> {
        let url = Url::parse(&format!("https://{}/", self.host))
            .map_err(|_| malformed("The region can't be part of a host name."))?;
        let signed = sign::Signing {
            keys,
            region: region.as_str(),
            service: self.service,
            now_ms: transport.world().clock().epoch_ms(),
        };
        let authorization = signed.sign("POST", &url, self.headers, &self.body)?;
        Ok(SignedRequest {
            what: self.what,
            url,
            // STS answers in XML unless JSON is asked for, which its documentation does not know.
            accept: &["application/x-amz-json-1.1", "text/xml"],
            authorization,
            body: self.body,
            limit: ANSWER_BYTES,
            logs_in: self.logs_in,
        })
    }
}

/// The host of a service in a region: `sts.eu-west-1.amazonaws.com`.
pub(super) fn host(service: &str, region: AwsRegion) -> String {
    format!("{service}.{}.{}", region.as_str(), region.dns_suffix())
}

pub(super) fn malformed(detail: &str) -> Failure {
    Failure::new(Code::AnswerMalformed, detail)
}
