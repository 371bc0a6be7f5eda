//! Connections at rest over an injected database.
//!
//! [`Store`] keeps connections in SQLite, wherever it runs: the functions bring Spin's, the tests rusqlite. The world
//! comes in through [`Database`] and [`Random`]; the time is a parameter, in milliseconds since 1970.
//!
//! - Every change, and every hand-out of credentials, is one statement, so an instance that dies leaves no half state;
//!   triggers write the audit with it.
//! - The secrets of a connection are one sealed value, bound to everything that decides where they go: see [`Store::open`].
//! - Several sealing keys live at once; [`Store::reseal`] moves connections to the first in bounded steps.
//! - Names and endpoints are unique per project by index, not by looking first.

mod audit;
mod connection;
mod database;
mod error;
mod fingerprint;
mod id;
mod inventory;
mod keys;
mod page;
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

pub use self::{
    audit::AuditEntry,
    connection::{Connection, LastCheck, Opened, Use},
    database::{Database, DatabaseError, Row, Value},
    error::StoreError,
    id::{ConnectionId, ScanId, SyncId},
    inventory::{
        Decided, ImageState, InventoryImage, KnownImage, ManifestDetails, Removed, SeenImage,
        ShownScan,
    },
    keys::{SealingKeys, SealingKeysError},
    page::{Cursor, Page, PageSize},
    random::Random,
    scan::{
        Lapsed, LeaseRequest, Leased, Origin, Outcome, PendingRelease, Release, Scan, ScanResult,
        ScanState, Scanner, WantedScan,
    },
    set_aside::{BackgroundWork, SetAside},
    settings::{Defaults, Settings},
    store::{
        Change, Claim, Edit, Expiring, ImageQuery, KeptAnswer, Lease, MOST_REQUESTS, MOST_USES,
        Query, RequestKey, Resealing, Scheduled, Store, StreamWatch, Unsealable,
        events::{EventAddress, PendingEvent, TakenEvent},
        key_set::{FetchedKeySet, KeptKeySet},
        read::READ_CONNECTION,
    },
    sync::{
        HeldSync, ImageCounts, KnownTag, ListedTo, RepositoryCounts, RepositoryOutcome, Skipped,
        Sync, SyncOrigin, SyncOutcome, SyncPhase, SyncProblem, SyncState, Syncs, UnreadRepository,
    },
    timestamp::Timestamp,
};
