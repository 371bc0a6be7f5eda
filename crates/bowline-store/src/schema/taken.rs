//! The steps that a database has taken.

use crate::{
    database::{Database, Value},
    error::StoreError,
};

/// The number of the last step that was taken.
pub(super) async fn last_step(database: &impl Database) -> Result<i64, StoreError> {
    let rows = database
        .query("SELECT COALESCE(MAX(step), 0) FROM migrations", Vec::new())
        .await?;
    match rows.first().and_then(|row| row.0.first()) {
        Some(Value::Integer(step)) => Ok(*step),
        _ => Err(StoreError::Corrupt("step")),
    }
}
