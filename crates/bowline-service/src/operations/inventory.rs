//! Operations of the inventory: a registry's images, and syncs.

use http::Method;

use super::{
    operation::Operation,
    parameter::{CURSOR, LIMIT, state, text},
    response::{Schema, ok, success},
    row::{Authorization, Counted, Need, RequestBody, Row},
};
use crate::{caller::Permission, problem::ProblemType::ProviderUnknown};

pub(super) static ROWS: &[Row] = &[
    Row {
        id: "listImages",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/images",
        summary: "A page of the images that syncs and events told of, by repository and tag",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListImages(path.connection()?))
        }),
        parameters: &[
            text(
                "search",
                "A part of `repository:tag`, or what the digest begins with.",
            ),
            state(
                &["new", "replaced", "unchanged", "gone"],
                "new, replaced, unchanged or gone",
            ),
            LIMIT,
            CURSOR,
        ],
        body: RequestBody::None,
        responses: &[ok("The page.", Schema::Named("InventoryImagePage"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "sync",
        method: Method::POST,
        path: "/v1/projects/{project}/connections/{id}/sync",
        summary: "Read the registry into the inventory, or go on with it, for some ten seconds",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::Sync(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[
            ok("It has ended.", Schema::Named("Sync")),
            success(
                202,
                "It has not ended: call again, or wait for the clock to go on with it.",
                Schema::Named("Sync"),
            ),
        ],
        failures: &[ProviderUnknown],
        asks_registry: false,
        counted: Counted::RegistryRequest,
    },
    Row {
        id: "readSync",
        method: Method::GET,
        path: "/v1/projects/{project}/connections/{id}/sync",
        summary: "The sync that is running, the last that ended, and when the next begins",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadSync(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("How it stands.", Schema::Named("SyncStatus"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "doDue",
        method: Method::POST,
        path: "/v1/sync/due",
        summary: "Do what is due: daily pulls and checks; again while there is `more`",
        authorization: Authorization::Token(
            Need::InOwnOrAll(Permission::Sync, Permission::SyncOfAll),
            |_| Some(Operation::DoDue),
        ),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("What was done.", Schema::Named("Due"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
];
