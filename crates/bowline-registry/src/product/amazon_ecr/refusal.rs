//! What AWS's errors mean for a connection.
//!
//! Codes: ECR's and STS's "Common Errors". ECR responds in JSON, STS in XML. Both formats are parsed from either.

use bowline::credential::AwsKeys;
use http::header::DATE;
use roxmltree::Document;
use serde::Deserialize;

use crate::{
    problem::{Code, Failure},
    transport::{Response, Transport},
    world::{Clock, World},
};

/// An error of AWS in its own words.
#[derive(Debug, PartialEq, Eq)]
struct AwsError {
    code: String,
    message: String,
}

/// AWS's JSON 1.1 errors.
#[derive(Deserialize)]
struct JsonError {
    /// `UnrecognizedClientException`, perhaps with a name space and `#` in front.
    #[serde(rename = "__type")]
    kind: String,
    #[serde(alias = "Message")]
    message: Option<String>,
}

/// Whose keys signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signer {
    /// The form's long-lived keys.
    Keys,
    /// The form's keys with a session token.
    Session,
    /// The operator's.
    Operator,
}

impl Signer {
    fn of(keys: Option<&AwsKeys>) -> Self {
        match keys {
            None => Self::Operator,
            Some(keys) if keys.session_token.is_some() => Self::Session,
            Some(_) => Self::Keys,
        }
    }
}

/// Why ECR refused an operation; IAM's actions of this service begin with `prefix`, and `denied` is what it is called if
/// the identity may not.
pub(super) fn of_ecr<W: World>(
    transport: &Transport<'_, W>,
    prefix: &str,
    keys: &AwsKeys,
    answer: &Response,
    operation: &str,
    denied: Code,
) -> Failure {
    let failure = Refusal::read(transport, answer, Signer::of(Some(keys)));
    failure.explain(|error| {
        let action = error
            .action()
            .unwrap_or_else(|| format!("{prefix}:{operation}"));
        Failure::new(denied, format!("The IAM policy doesn't allow {action}"))
            .at("values.accessKeyId")
    })
}

/// Explains why STS did not return the role's keys. `keys` are the form's.
pub(super) fn of_sts<W: World>(
    transport: &Transport<'_, W>,
    keys: Option<&AwsKeys>,
    answer: &Response,
) -> Failure {
    let signer = Signer::of(keys);
    Refusal::read(transport, answer, signer).explain(|_| {
        let whose = match signer {
            Signer::Operator => {
                "this service's identity, with the external ID issued to the project,"
            }
            Signer::Keys | Signer::Session => "this key, with this external ID,",
        };
        Failure::new(
            Code::AuthRejected,
            format!("The role's trust policy doesn't allow {whose} to assume it (sts:AssumeRole)"),
        )
        .at("values.roleArn")
    })
}

/// An error with what is needed to explain it.
struct Refusal {
    error: Option<AwsError>,
    signer: Signer,
    status: u16,
    seen: String,
    /// How many minutes this service's clock is ahead of AWS's, if the response shows it.
    ahead: Option<i64>,
}

impl Refusal {
    fn read<W: World>(transport: &Transport<'_, W>, answer: &Response, signer: Signer) -> Self {
        let error = AwsError::read(&answer.body);
        let status = answer.status.as_u16();
        let words = error
            .as_ref()
            .and_then(|error| transport.shown(&format!("{}: {}", error.code, error.message)));
        let now = transport.world().clock().epoch_ms();
        Self {
            seen: match words {
                Some(words) => format!("HTTP {status} ({words})"),
                None => format!("HTTP {status}"),
            },
            ahead: answer.header(DATE.as_str()).and_then(|date| {
                let date = httpdate::parse_http_date(date).ok()?;
                let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
                let theirs = i64::try_from(since.as_millis()).ok()?;
                now.saturating_sub(theirs).checked_div(60_000)
            }),
            error,
            signer,
            status,
        }
    }

    /// The failure; `denied` explains that the identity is known but may not.
    fn explain(self, denied: impl FnOnce(&AwsError) -> Failure) -> Failure {
        let none = AwsError {
            code: String::new(),
            message: String::new(),
        };
        let error = self.error.as_ref().unwrap_or(&none);
        let mut failure = match error.code.as_str() {
            _ if error.is_about_the_clock() => Failure::new(Code::ServerError, self.clock()),
            "UnrecognizedClientException" | "InvalidClientTokenId" => self.of_keys(
                Code::AuthRejected,
                "AWS doesn't know this access key in this region",
            ),
            "InvalidSignatureException" | "SignatureDoesNotMatch" | "IncompleteSignature" => {
                let failure = self.of_keys(
                    Code::AuthRejected,
                    "The secret access key doesn't belong to this access key ID",
                );
                match self.signer {
                    Signer::Keys | Signer::Session => failure.at("values.secretAccessKey"),
                    Signer::Operator => failure,
                }
            }
            "ExpiredTokenException" | "ExpiredToken" => {
                self.of_keys(Code::AuthExpired, "The session token has expired")
            }
            "RegionDisabledException" | "OptInRequired" => Failure::new(
                Code::AuthRejected,
                "The AWS account hasn't enabled this region",
            )
            .at("values.region"),
            "AccessDeniedException" | "AccessDenied" => denied(error),
            "ThrottlingException" | "Throttling" | "TooManyRequestsException" => {
                Failure::new(Code::RateLimited, "AWS received too many requests")
            }
            _ => {
                let code = match self.status {
                    401 | 403 => Code::AuthRejected,
                    429 => Code::RateLimited,
                    408 | 500.. => Code::ServerError,
                    _ => Code::AnswerMalformed,
                };
                Failure::new(code, "AWS refused the request")
            }
        };
        failure.detail = format!("{}: {}", failure.detail, self.seen);
        failure
    }

    /// A failure of the keys that signed: the customer's to fix, or the operator's.
    fn of_keys(&self, code: Code, detail: &str) -> Failure {
        match self.signer {
            Signer::Keys => Failure::new(code, detail).at("values.accessKeyId"),
            Signer::Session => Failure::new(code, detail).at("values.sessionToken"),
            Signer::Operator => Failure::new(
                Code::ServerError,
                format!("This service's own AWS identity failed. {detail}"),
            ),
        }
    }

    fn clock(&self) -> String {
        match self.ahead {
            Some(minutes) if minutes > 0 => {
                format!("This service's clock is {minutes} minutes ahead of AWS's")
            }
            Some(minutes) if minutes < 0 => format!(
                "This service's clock is {} minutes behind AWS's",
                minutes.saturating_abs()
            ),
            _ => "This service's clock differs too much from AWS's".to_owned(),
        }
    }
}

impl AwsError {
    fn read(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        if let Ok(error) = serde_json::from_str::<JsonError>(text) {
            let code = error.kind.rsplit('#').next().unwrap_or_default();
            return Some(Self {
                code: code.to_owned(),
                message: error.message.unwrap_or_default(),
            });
        }
        let document = Document::parse(text).ok()?;
        let text = |name: &str| {
            let node = document
                .descendants()
                .find(|node| node.tag_name().name() == name)?;
            node.text().map(str::to_owned)
        };
        Some(Self {
            code: text("Code")?.trim().to_owned(),
            message: text("Message").unwrap_or_default(),
        })
    }

    /// AWS takes a signature for 5 minutes before and 15 after its time.
    fn is_about_the_clock(&self) -> bool {
        matches!(
            self.code.as_str(),
            "RequestExpired" | "RequestTimeTooSkewed"
        ) || ["Signature expired", "Signature not yet current"]
            .iter()
            .any(|words| self.message.starts_with(words))
    }

    /// The IAM action that a denial names: `… is not authorized to perform: ecr:GetAuthorizationToken on resource: *`.
    fn action(&self) -> Option<String> {
        let (_, after) = self.message.split_once("to perform: ")?;
        let action = after.split_whitespace().next()?;
        let sound = action.contains(':')
            && action
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b":-".contains(&b));
        sound.then(|| action.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_in_both_forms() {
        let error = |code: &str, message: &str| {
            Some(AwsError {
                code: code.to_owned(),
                message: message.to_owned(),
            })
        };
        let cases = [
            (
                r#"{"__type":"UnrecognizedClientException","message":"m"}"#,
                error("UnrecognizedClientException", "m"),
            ),
            (
                r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"m"}"#,
                error("AccessDeniedException", "m"),
            ),
            (r#"{"__type":"X"}"#, error("X", "")),
            (
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                 <Code>AccessDenied</Code><Message>a &amp; b</Message></Error></ErrorResponse>",
                error("AccessDenied", "a & b"),
            ),
            (
                "<Response><Errors><Error><Code>X</Code></Error></Errors></Response>",
                error("X", ""),
            ),
            ("<a/>", None),
            (
                "<!DOCTYPE a [<!ENTITY b \"c\">]><a><Code>&b;</Code></a>",
                None,
            ),
            ("Not Authorized", None),
            ("{}", None),
        ];
        for (body, expected) in cases {
            assert_eq!(AwsError::read(body.as_bytes()), expected, "{body}");
        }
        assert_eq!(AwsError::read(&[0xff]), None);
    }

    #[test]
    fn the_missing_action_is_read_of_a_denial() {
        let action = |message: &str| {
            AwsError {
                code: String::new(),
                message: message.to_owned(),
            }
            .action()
        };
        assert_eq!(
            action(
                "User: arn:aws:iam::123456789012:user/x is not authorized to perform: ecr:GetAuthorizationToken on resource: * because"
            ),
            Some("ecr:GetAuthorizationToken".to_owned())
        );
        assert_eq!(
            action("not authorized to perform: sts:GetServiceBearerToken"),
            Some("sts:GetServiceBearerToken".to_owned())
        );
        assert_eq!(action("to perform: <b>"), None);
        assert_eq!(action("no"), None);
    }
}
