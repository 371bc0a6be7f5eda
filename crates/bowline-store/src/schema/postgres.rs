//! The tables of PostgreSQL.
//!
//! A step is one statement, so it is taken in full or not at all. Instances that start at once take it one after the other:
//! unlike SQLite, PostgreSQL may fail where two create the same thing.

use crate::{database::Database, error::StoreError};

/// Steps are only ever added, at the end, and an older instance can live with each.
pub(super) const STEPS: [&str; 1] = [concat!(
    include_str!("postgres/functions.sql"),
    include_str!("postgres/tables.sql"),
    include_str!("postgres/triggers.sql")
)];

const BEGIN: &str = "DO $migration$ BEGIN
    PERFORM pg_advisory_xact_lock(7301);
    CREATE TABLE IF NOT EXISTS migrations (step bigint PRIMARY KEY, taken_at bigint NOT NULL);
END $migration$";

const HAS_MIGRATIONS: &str = "SELECT to_regclass('migrations') IS NOT NULL";

pub(super) async fn migrate(database: &impl Database) -> Result<(), StoreError> {
    let has_migrations = database.query(HAS_MIGRATIONS, Vec::new()).await?;
    if has_migrations
        .first()
        .is_none_or(|row| row.0 != [1_i64.into()])
    {
        database.query(BEGIN, Vec::new()).await?;
    }
    let taken = super::taken::last_step(database).await?;
    for (step, number) in STEPS.iter().zip(1_i64..) {
        if number > taken {
            database.query(&statement(step, number), Vec::new()).await?;
        }
    }
    Ok(())
}

/// A step that is taken unless it was. Its time is the database's: such a statement has no parameters.
fn statement(step: &str, number: i64) -> String {
    format!(
        "DO $migration$ BEGIN
            PERFORM pg_advisory_xact_lock(7301);
            IF EXISTS (SELECT 1 FROM migrations WHERE step = {number}) THEN
                RETURN;
            END IF;
            {step}
            INSERT INTO migrations (step, taken_at)
            VALUES ({number}, (extract(epoch FROM clock_timestamp()) * 1000)::bigint);
        END $migration$"
    )
}
