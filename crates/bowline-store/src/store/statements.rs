//! The statements that differ between the databases, in a file each. All others are shared.

mod postgres;
mod sqlite;

use super::Store;
use crate::{
    database::{Database, Dialect},
    random::Random,
};

/// What is said to a database about the changes that it has to decide about.
pub(super) struct Statements {
    pub(super) create: &'static str,
    pub(super) update: &'static str,
    pub(super) replace_credentials: &'static str,
    pub(super) delete: &'static str,
    pub(super) reseal: &'static str,
    pub(super) declare_use: &'static str,
    pub(super) hand_out: &'static str,
    pub(super) keep_pending: &'static str,
    pub(super) queue_scans: &'static str,
    pub(super) request_scans: &'static str,
    pub(super) lease_scans: &'static str,
    pub(super) record_refusal: &'static str,
    pub(super) tell_expiring: &'static str,
    pub(super) tell_old: &'static str,
}

impl<D: Database, R: Random> Store<D, R> {
    /// Those of the store's database.
    pub(super) fn statements(&self) -> &'static Statements {
        match D::DIALECT {
            Dialect::Sqlite => &sqlite::STATEMENTS,
            Dialect::Postgres => &postgres::STATEMENTS,
        }
    }
}
