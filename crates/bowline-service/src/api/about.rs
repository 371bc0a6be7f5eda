//! Facts about the service that a form shows before the first test.

use bowline_registry::Clock;
use bowline_store::{Database, Quotas};
use http::StatusCode;
use serde::Serialize;

use super::service::{Random, Service};
use crate::{
    client::Outbound,
    problem::Problem,
    rate::Limits,
    response::{self, Response},
};

/// The answer of `GET /v1/service`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "ServiceFacts"))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts<'a> {
    /// The addresses and networks that requests to registries come from, for customers with a firewall; empty if the
    /// operator did not set them.
    egress_addresses: &'a [String],
    /// The AWS account of the identity that assumes customers' roles, for their trust policies; `None` if there is
    /// none.
    aws_account_id: Option<&'a str>,
    /// The OpenID Connect issuer of the tokens with which the service logs in without a secret; `None` if it has none.
    issuer: Option<&'a str>,
    /// The limits on callers.
    limits: Limits,
    /// How much a project may keep.
    quotas: ProjectQuotas,
}

/// How much a project may keep.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ProjectQuotas {
    /// The most connections.
    connections: i64,
    /// The most patterns in the pull policies of all connections together.
    patterns: i64,
    /// The most images that wait for their scan or are being scanned.
    queued_scans: i64,
}

impl<D, O, C, R> Service<D, O, C, R>
where
    D: Database + 'static,
    O: Outbound,
    C: Clock,
    R: Random + Clone + 'static,
{
    /// The operator's settings that a form shows.
    pub(super) fn facts(&self) -> Result<Response, Problem> {
        let ready = self.ready.as_ref()?;
        let access = &ready.access;
        let Quotas {
            connections,
            patterns,
            queued_scans,
        } = ready.quotas;
        let facts = Facts {
            egress_addresses: &access.egress_addresses,
            aws_account_id: access.aws_account_id.as_deref(),
            issuer: None,
            limits: access.limits,
            quotas: ProjectQuotas {
                connections,
                patterns,
                queued_scans,
            },
        };
        response::json(StatusCode::OK, &facts)
    }
}
