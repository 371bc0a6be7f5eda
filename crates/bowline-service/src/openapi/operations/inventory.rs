//! What is known of a registry's images, and how it becomes known.

use bowline_store::{InventoryImage, Page, Sync};

use super::{
    Need::{Anywhere, InProject},
    Operation,
    Permission::{self, Write},
    Types, get, ok, post, success,
};
use crate::{
    api::{SyncStatus, due::Due},
    openapi::{
        parameters::{cursor, limit, query},
        schemas,
    },
};

pub(super) fn all(of: &mut Types<'_>) -> Vec<Operation> {
    vec![
        get(
            "/v1/projects/{project}/connections/{id}/images",
            "listImages",
            "A page of the images that syncs and events told of, by repository and tag",
        )
        .with(query(
            "search",
            schemas::text(),
            "A part of `repository:tag`, or what the digest begins with.",
        ))
        .with(query(
            "state",
            schemas::image_state(),
            "Only those in this state.",
        ))
        .with(limit())
        .with(cursor())
        .answering(ok("The page.", of.schema::<Page<InventoryImage>>())),
        post(
            "/v1/projects/{project}/connections/{id}/sync",
            "sync",
            "Read the registry into the inventory, or go on with it, for some ten seconds",
        )
        .needing(InProject(Write))
        .answering(ok("It has ended.", of.schema::<Sync>()))
        .answering(success(
            202,
            "It has not ended: call again, or wait for the clock to go on with it.",
            of.schema::<Sync>(),
        )),
        get(
            "/v1/projects/{project}/connections/{id}/sync",
            "readSync",
            "The sync that is running, the last that ended, and when the next begins",
        )
        .answering(ok("How it stands.", of.schema::<SyncStatus>())),
        post(
            "/v1/sync/due",
            "doDue",
            "Do what is due: daily pulls and checks; again while there is `more`",
        )
        .needing(Anywhere(Permission::Sync))
        .answering(ok("What was done.", of.schema::<Due>())),
    ]
}
