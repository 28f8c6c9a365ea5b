//! Statistics of tables that grow quickly. Query plans are based on them, and are kept. Without statistics the planner
//! cannot distinguish the key that finds one row from the index that finds all rows of an account, and autovacuum
//! updates them after a minute at the earliest.

use std::sync::Arc;
use std::time::Duration;

use dossier_core::store::StoreError;

use super::database::Database;
use super::rows::{Columns, statements};

const PERIOD: Duration = Duration::from_secs(2);

statements! {
    /// Tables that have more than doubled since the last analysis.
    GROWN = "SELECT c.relname::text FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
        WHERE s.schemaname = current_schema() AND s.n_mod_since_analyze > 50 + greatest(c.reltuples, 0)";
    /// A rough analysis reads a tenth of the rows. Every statement finds its rows by their keys, so the planner only
    /// needs approximate counts, and a full analysis of a table that had doubled took half a second of processor time.
    ROUGHLY = "SET LOCAL default_statistics_target = 10";
    ACCOUNTS = "ANALYZE accounts";
    ANSWERS = "ANALYZE answers";
    ATTEMPTS = "ANALYZE attempts";
    AUDIT = "ANALYZE audit";
    CONTENTS = "ANALYZE contents";
    CUSTOMERS = "ANALYZE customers";
    DELIVERIES = "ANALYZE deliveries";
    ERASURES = "ANALYZE erasures";
    EVENTS = "ANALYZE events";
    FILE_USES = "ANALYZE file_uses";
    FILES = "ANALYZE files";
    HOLDS = "ANALYZE holds";
    DESK = "ANALYZE desk";
    LINKS = "ANALYZE links";
    LOOKS = "ANALYZE looks";
    NUMBERS = "ANALYZE numbers";
    PERSON_ERASURES = "ANALYZE person_erasures";
    PERSONS = "ANALYZE persons";
    REQUEST_COUNTS = "ANALYZE request_counts";
    REQUEST_ERRORS = "ANALYZE request_errors";
    REQUESTS = "ANALYZE requests";
    SUBJECT_KEYS = "ANALYZE subject_keys";
}

/// Keeps the statistics fresh for as long as the database is used. An engine without these tables maintains its own.
pub(super) fn keep_fresh(database: &Arc<Database>) {
    let database = Arc::downgrade(database);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(PERIOD).await;
            let Some(database) = database.upgrade() else { return };
            match refresh(&database).await {
                Ok(()) => {}
                Err(StoreError::Corrupt(why)) => {
                    return tracing::debug!(why, "the engine maintains its own statistics");
                }
                Err(error) => tracing::debug!(%error, "failed to refresh statistics"),
            }
        }
    });
}

async fn refresh(database: &Database) -> Result<(), StoreError> {
    for row in &database.query(GROWN, &[]).await? {
        let table: String = Columns::of(row).next()?;
        let analyse = STATEMENTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&table));
        if let Some((_, sql)) = analyse {
            database
                .write(sql, |session, sql| {
                    Box::pin(async move {
                        session.run(ROUGHLY).await?;
                        session.run(sql).await
                    })
                })
                .await?;
        }
    }
    Ok(())
}
