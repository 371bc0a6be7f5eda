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
        summary: "List the images found by syncs and notifications, by repository and tag",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ListImages(path.connection()?))
        }),
        parameters: &[
            text(
                "search",
                "Part of `repository:tag`, or the start of the digest.",
            ),
            state(
                &["new", "replaced", "unchanged", "gone"],
                "new, replaced, unchanged, or gone",
            ),
            LIMIT,
            CURSOR,
        ],
        body: RequestBody::None,
        responses: &[ok("A page of images.", Schema::Named("InventoryImagePage"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "sync",
        method: Method::POST,
        path: "/v1/projects/{project}/connections/{id}/sync",
        summary: "Start or continue a sync of the registry into the inventory, for about ten seconds",
        authorization: Authorization::Token(Need::InProject(Permission::Write), |path| {
            Some(Operation::Sync(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[
            ok("The sync has ended.", Schema::Named("Sync")),
            success(
                202,
                "The sync hasn't ended. Call again, or wait for the scheduled work to continue it.",
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
        summary: "Get the running sync, the last one that ended, and when the next one starts",
        authorization: Authorization::Token(Need::InProject(Permission::Read), |path| {
            Some(Operation::ReadSync(path.connection()?))
        }),
        parameters: &[],
        body: RequestBody::None,
        responses: &[ok("The sync's status.", Schema::Named("SyncStatus"))],
        failures: &[],
        asks_registry: false,
        counted: Counted::Nothing,
    },
    Row {
        id: "doDue",
        method: Method::POST,
        path: "/v1/sync/due",
        summary: "Run the scheduled work: daily pulls and checks. Call again while `more` is true",
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
