//! Notifications of registries.

use http::Method;

use super::{
    operation::{Operation, PublicOperation},
    response::{Response, Schema, gone, ok, success},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{
    caller::Permission,
    problem::ProblemType::{NotFound, ProviderUnknown, RateLimited},
};

/// The address's secret says who sends it.
const RECEIVE: Authorization = Authorization::Public(|path| {
    Some(PublicOperation::ReceiveEvents {
        id: path.text("id")?,
        secret: path.secret(),
    })
});

const RECEIVED: Response = success(
    202,
    "How much of the notification was processed.",
    Schema::Named("ReceivedEvents"),
);

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "readEventAddress",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/events",
        summary: "Get the webhook URL for a connection's registry",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadEventAddress(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok(
            "The webhook, without its secret.",
            Schema::Named("EventAddress"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "renewEventSecret",
        method: Method::POST,
        path: "/v1/projects/{project}/connections/{id}/events",
        summary: "Create a new webhook secret, which is shown only once",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::RenewEventSecret(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok(
            "The webhook, with the secret in `authorization` or at the end of `url`.",
            Schema::Named("EventAddress"),
        )],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "endEvents",
        method: Method::DELETE,
        path: "/v1/projects/{project}/connections/{id}/events",
        summary: "Turn off the webhook",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::EndEvents(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[gone("The webhook's secret no longer works.")],
        failures: &[],
        asks_registry: false,
        counted: Counted::Change,
    },
    Row {
        id: "receiveEvents",
        method: Method::POST,
        path: "/v1/events/{id}",
        summary: "Receive a registry's notifications, with the webhook's secret in a header: `Authorization`, `X-GitLab-Token`, or \
                  `X-JFrog-Event-Auth`",
        authorization: RECEIVE,
        parameters: &[],
        body: RequestBody::Notification,
        responses: &[RECEIVED],
        failures: &[NotFound, RateLimited, ProviderUnknown],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "receiveEventsOfPath",
        method: Method::POST,
        path: "/v1/events/{id}/{secret}",
        summary: "Receive notifications from a registry that can't send a header",
        authorization: RECEIVE,
        parameters: &[],
        body: RequestBody::Notification,
        responses: &[RECEIVED],
        failures: &[NotFound, RateLimited, ProviderUnknown],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
