#![doc = include_str!("../README.md")]
//!
//! ## How it works
//!
//! - Every change, and every hand-out of credentials, is one statement; triggers write the audit with it. Names and
//!   endpoints are unique in a project by an index, so nothing is looked up first.
//! - [`Store::open`] says what the sealed value is bound to. Several sealing keys live at once: [`Store::reseal`] moves
//!   connections to the first one in bounded steps.
//! - Most statements are the same for SQLite and PostgreSQL. Those that decide about something that another session could
//!   change meanwhile differ: `src/store/statements` has both texts of each.
//! - Times are parameters, in milliseconds since 1970.
//! - What the service does for a connection by itself is claimed, counted and set aside: [`Store::set_aside`].
//!
//! ## Where the tests are
//!
//! `tests/store` has the behavior, one file a concept, over any database: `tests/sqlite` runs it on SQLite,
//! `tests/postgres` on PostgreSQL, and the end-to-end tests run it on libSQL's server. `tests/postgres/race.rs` has what two
//! sessions do at once. `tests/store/plans.rs` holds every statement to an index,
//! `tests/store/interruption.rs` kills the store after each statement, and `tests/sqlite/send.rs` names every public
//! async function. Tests of private parts stand at the end of their files; those of sealing in `src/seal/tests.rs`.

mod audit;
mod connection;
mod copy;
mod database;
mod error;
mod fingerprint;
mod id;
mod inventory;
mod keys;
mod notice;
mod page;
mod policy;
pub mod postgres;
mod quotas;
mod random;
mod row;
#[cfg(feature = "rusqlite")]
pub mod rusqlite;
mod scan;
mod schema;
mod seal;
mod set_aside;
mod settings;
mod store;
mod sync;
mod timestamp;
mod within;

pub use self::{
    audit::{AuditEntry, AuditExport, AuditFault, AuditHead, AuditVerification, NumberedEntry},
    connection::{Connection, LastCheck, Opened, Use, UseKind},
    copy::copy,
    database::{Database, DatabaseError, Dialect, Row, Value},
    error::StoreError,
    id::{ConnectionId, ScanId, SyncId},
    inventory::{
        Decided, ImageState, InventoryImage, KnownImage, ManifestDetails, Removed, SeenImage,
        ShownScan,
    },
    keys::{SealingKeys, SealingKeysError},
    notice::{Delivery, DueNotice, NoticeEndpoint, NoticeKind},
    page::{Cursor, Page, PageSize},
    policy::{DailyPull, KeptPolicy},
    quotas::{Quota, Quotas},
    random::Random,
    scan::{
        Lapsed, LeaseRequest, Leased, Origin, Outcome, PendingRelease, Release, Scan, ScanResult,
        ScanState, Scanner, WantedScan,
    },
    set_aside::{BackgroundWork, SetAside},
    settings::{Defaults, Settings},
    store::{
        Change, Edit, Query, Store,
        events::{EventAddress, PendingEvent, TakenEvent},
        inventory::ImageQuery,
        key_set::{FetchedKeySet, KeptKeySet},
        read::READ_CONNECTION,
        requests::{Claim, KeptAnswer, Lease, MOST_REQUESTS, RequestKey},
        reseal::{Resealing, Unsealable},
        schedule::{Expiring, Scheduled, StreamWatch},
        uses::MOST_USES,
    },
    sync::{
        HeldSync, ImageCounts, KnownTag, ListedTo, RepositoryCounts, RepositoryOutcome, Skipped,
        Sync, SyncOrigin, SyncOutcome, SyncPhase, SyncProblem, SyncState, Syncs, UnreadRepository,
    },
    timestamp::Timestamp,
    within::Within,
};
