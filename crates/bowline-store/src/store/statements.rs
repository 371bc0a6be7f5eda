//! The statements that differ between the databases, in a file each. All others are shared.

mod names;
mod postgres;
mod sqlite;

use self::names::Statements;
use super::Store;
use crate::{
    database::{Database, Dialect},
    random::Random,
};

impl<D: Database, R: Random> Store<D, R> {
    /// Those of the store's database.
    pub(super) fn statements(&self) -> &'static Statements {
        match D::DIALECT {
            Dialect::Sqlite => &sqlite::STATEMENTS,
            Dialect::Postgres => &postgres::STATEMENTS,
        }
    }
}
