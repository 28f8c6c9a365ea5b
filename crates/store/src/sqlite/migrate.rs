//! Migrations: numbered SQL files in the binary, each applied once, whole and in order.

use dossier_core::clock::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use crate::OpenError;

/// Name and SQL; the number is the position, from 1. Never change one that was released: add another.
const MIGRATIONS: &[(&str, &str)] = &[
    ("records", include_str!("../../migrations/sqlite/0001_records.sql")),
    ("files", include_str!("../../migrations/sqlite/0002_files.sql")),
    ("kyc", include_str!("../../migrations/sqlite/0003_kyc.sql")),
    ("form", include_str!("../../migrations/sqlite/0004_form.sql")),
    ("numbering", include_str!("../../migrations/sqlite/0005_numbering.sql")),
    ("scopes", include_str!("../../migrations/sqlite/0006_scopes.sql")),
    ("row_seals", include_str!("../../migrations/sqlite/0007_row_seals.sql")),
    ("usage", include_str!("../../migrations/sqlite/0008_usage.sql")),
    ("audit_records", include_str!("../../migrations/sqlite/0009_audit_records.sql")),
    ("file_uses", include_str!("../../migrations/sqlite/0010_file_uses.sql")),
    ("uses_and_fingerprints", include_str!("../../migrations/sqlite/0011_uses_and_fingerprints.sql")),
    ("chores", include_str!("../../migrations/sqlite/0012_chores.sql")),
    ("decisions_and_settings", include_str!("../../migrations/sqlite/0013_decisions_and_settings.sql")),
    ("erasures", include_str!("../../migrations/sqlite/0014_erasures.sql")),
    ("looks", include_str!("../../migrations/sqlite/0015_looks.sql")),
    ("ends", include_str!("../../migrations/sqlite/0016_ends.sql")),
    ("holds", include_str!("../../migrations/sqlite/0018_holds.sql")),
    ("desk", include_str!("../../migrations/sqlite/0019_desk.sql")),
    ("announced", include_str!("../../migrations/sqlite/0020_announced.sql")),
    ("requests", include_str!("../../migrations/sqlite/0021_requests.sql")),
];

pub(crate) const NEWEST: usize = MIGRATIONS.len();

/// The migrations after which rows must be sealed, each with the number of the step that seals them.
pub(super) const SEALING: [(u32, &str); 2] = [(1, "row_seals"), (2, "uses_and_fingerprints")];

/// The schema in which all rows have today's seals.
pub(crate) fn sealed_schema() -> usize {
    let newest = SEALING[SEALING.len() - 1].1;
    MIGRATIONS.iter().position(|(name, _)| *name == newest).map_or(usize::MAX, |place| place + 1)
}

/// The last sealing step whose migration the database has had.
pub(super) fn sealing_step(connection: &Connection) -> Result<u32, rusqlite::Error> {
    let mut newest = 0;
    for (step, name) in SEALING {
        if has(connection, name)? {
            newest = step;
        }
    }
    Ok(newest)
}

/// The schema since which audit entries name the rows they wrote, and backups have an anchor.
pub(crate) fn anchored_schema() -> usize {
    MIGRATIONS.iter().position(|(name, _)| *name == "audit_records").map_or(usize::MAX, |place| place + 1)
}

/// Whether the database has had the named migration.
pub(super) fn has(connection: &Connection, name: &str) -> Result<bool, rusqlite::Error> {
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'";
    if connection.query_row(tables, [], |row| row.get::<_, u64>(0))? == 0 {
        return Ok(false);
    }
    let applied = "SELECT count(*) FROM migrations WHERE name = ?1";
    Ok(connection.query_row(applied, [name], |row| row.get::<_, u64>(0))? > 0)
}

/// The number of migrations that the database has had.
pub(super) const APPLIED: &str = "SELECT count(*) FROM migrations";

/// Brings the schema up to date. Fails with [`OpenError::Database`], without a change, if the database comes from a
/// newer Dossier or from another program.
pub(super) fn up(connection: &mut Connection, now: Timestamp) -> Result<(), OpenError> {
    up_to(connection, u32::MAX, now)
}

/// Brings the schema to the state after `number` migrations, for records of that state.
pub(super) fn up_to(connection: &mut Connection, number: u32, now: Timestamp) -> Result<(), OpenError> {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (
            number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL, applied_at INTEGER NOT NULL
        ) STRICT",
    )?;
    let applied = connection
        .prepare("SELECT number, name, checksum FROM migrations ORDER BY number")?
        .query_map([], |row| Ok((row.get::<_, usize>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?)))?
        .collect::<Result<Vec<_>, _>>()?;
    for (place, (number, name, checksum)) in applied.iter().enumerate() {
        let Some((known, sql)) = MIGRATIONS.get(place) else {
            let text = format!("it was made by a newer version (migration {number} {name}); use that version");
            return Err(OpenError::Database(text));
        };
        if *number != place + 1 || known != name || *checksum != crc(sql) {
            return Err(OpenError::Database(format!(
                "migration {number} {name} differs from the one that this version knows"
            )));
        }
    }
    for (place, (name, sql)) in MIGRATIONS.iter().enumerate().take(number).skip(applied.len()) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.execute(
            "INSERT INTO migrations (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)",
            (place + 1, name, crc(sql), now.as_micros()),
        )?;
        transaction.commit()?;
    }
    Ok(())
}

fn crc(sql: &str) -> u32 {
    crc32fast::hash(sql.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Connection {
        let mut connection = Connection::open_in_memory().expect("a database");
        up(&mut connection, Timestamp::from_micros(0)).expect("the schema");
        connection
    }

    #[test]
    fn migrating_again_changes_nothing() {
        let mut connection = open();
        up(&mut connection, Timestamp::from_micros(1)).expect("nothing to do");
        let times: i64 =
            connection.query_row("SELECT sum(applied_at) FROM migrations", [], |row| row.get(0)).expect("a sum");
        assert_eq!(times, 0);
    }

    #[test]
    fn a_newer_or_foreign_schema_is_refused() {
        for (sql, message) in [
            ("INSERT INTO migrations VALUES (99, 'later', 0, 0)", "newer version"),
            ("UPDATE migrations SET checksum = checksum + 1", "differs"),
        ] {
            let mut connection = open();
            connection.execute_batch(sql).expect("a change");
            let error = up(&mut connection, Timestamp::from_micros(1)).expect_err("a refusal");
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
