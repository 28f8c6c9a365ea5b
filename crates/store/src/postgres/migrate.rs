//! Migrations: numbered SQL files in the binary, with the same names as those of the embedded engine. Some engines take
//! only one schema change per transaction, so each statement is one, and can be repeated if the process dies. The
//! process that migrates holds a lease row; the others wait.

use std::time::Duration;

use dossier_core::clock::Timestamp;
use uuid::Uuid;

use super::database::{Error, Session};
use super::rows::{Columns, random_id, statements};
use super::shards::ALIVE;
use crate::OpenError;

/// Name and SQL; the number is the position, from 1. Never change one that was released: add another.
const MIGRATIONS: &[(&str, &str)] = &[
    ("records", include_str!("../../migrations/postgres/0001_records.sql")),
    ("files", include_str!("../../migrations/postgres/0002_files.sql")),
    ("kyc", include_str!("../../migrations/postgres/0003_kyc.sql")),
    ("form", include_str!("../../migrations/postgres/0004_form.sql")),
    ("numbering", include_str!("../../migrations/postgres/0005_numbering.sql")),
    ("scopes", include_str!("../../migrations/postgres/0006_scopes.sql")),
    ("row_seals", include_str!("../../migrations/postgres/0007_row_seals.sql")),
    ("usage", include_str!("../../migrations/postgres/0008_usage.sql")),
    ("audit_records", include_str!("../../migrations/postgres/0009_audit_records.sql")),
    ("file_uses", include_str!("../../migrations/postgres/0010_file_uses.sql")),
    ("uses_and_fingerprints", include_str!("../../migrations/postgres/0011_uses_and_fingerprints.sql")),
    ("chores", include_str!("../../migrations/postgres/0012_chores.sql")),
    ("decisions_and_settings", include_str!("../../migrations/postgres/0013_decisions_and_settings.sql")),
    ("erasures", include_str!("../../migrations/postgres/0014_erasures.sql")),
    ("looks", include_str!("../../migrations/postgres/0015_looks.sql")),
    ("ends", include_str!("../../migrations/postgres/0016_ends.sql")),
    ("holds", include_str!("../../migrations/postgres/0018_holds.sql")),
    ("desk", include_str!("../../migrations/postgres/0019_desk.sql")),
    ("announced", include_str!("../../migrations/postgres/0020_announced.sql")),
    ("requests", include_str!("../../migrations/postgres/0021_requests.sql")),
];

/// The migrations after which rows must be sealed, each with the number of the step that seals them.
pub(super) const SEALING: [(u32, &str); 2] = [(1, "row_seals"), (2, "uses_and_fingerprints")];

/// The number of the migration that created the table of processes.
const PROCESSES: usize = 3;

pub(crate) const NEWEST: usize = MIGRATIONS.len();

/// Settings that an engine with another storage may refuse. Sealed cells do not compress, and a record is read whole. A
/// page with free space takes the next version of a record without an index update.
const TUNING: &[&str] = &[
    "ALTER TABLE customers SET (toast_tuple_target = 8160, fillfactor = 50)",
    "ALTER TABLE events SET (toast_tuple_target = 8160)",
    "ALTER TABLE audit SET (toast_tuple_target = 8160)",
    "ALTER TABLE customers ALTER COLUMN names SET STORAGE EXTERNAL",
    "ALTER TABLE customers ALTER COLUMN profile SET STORAGE EXTERNAL",
    "ALTER TABLE customers ALTER COLUMN secret SET STORAGE EXTERNAL",
    "ALTER TABLE customers ALTER COLUMN kyc SET STORAGE EXTERNAL",
    "ALTER TABLE persons ALTER COLUMN cells SET STORAGE EXTERNAL",
    "ALTER TABLE events ALTER COLUMN body SET STORAGE EXTERNAL",
    "ALTER TABLE audit ALTER COLUMN detail SET STORAGE EXTERNAL",
    // The end of a chain is written with every change, so its page keeps room for many versions.
    "ALTER TABLE audit_heads SET (fillfactor = 10)",
];

const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS migrations (
        number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BIGINT NOT NULL, applied_at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS migration_lease (one SMALLINT PRIMARY KEY, owner UUID NOT NULL, until TIMESTAMPTZ NOT \
        NULL)",
];

/// How often to ask for the lease, a second apart. A migration that takes longer is not waited for.
const PATIENCE: u32 = 120;

statements! {
    APPLIED = "SELECT number, name, checksum FROM migrations WHERE number > 0 ORDER BY number";
    /// A row that older versions do not know, so that none of them starts during an upgrade.
    BEGIN = "INSERT INTO migrations (number, name, checksum, applied_at) VALUES (0, 'an upgrade has begun', 0, $1)
        ON CONFLICT DO NOTHING";
    END = "DELETE FROM migrations WHERE number = 0";
    NOTE = "INSERT INTO migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    LEASE = "INSERT INTO migration_lease (one, owner, until) VALUES (1, $1, now() + INTERVAL '60 seconds')
        ON CONFLICT (one) DO UPDATE SET owner = excluded.owner, until = excluded.until
        WHERE migration_lease.until <= now() OR migration_lease.owner = excluded.owner RETURNING one";
    RELEASE = "UPDATE migration_lease SET until = now() WHERE owner = $1";
}

/// How often to check whether the other processes have ended, a second apart. The lease of a process lasts ten seconds.
const EXIT_CHECKS: u32 = 15;

/// Brings the schema up to date. Fails with [`OpenError::Database`], without a change, if the database comes from a
/// newer Dossier or from another program.
pub(super) async fn up(session: Session<'_>, now: Timestamp) -> Result<(), OpenError> {
    up_to(session, u32::MAX, now).await
}

/// Brings the schema to the state after `number` migrations, for records of that state.
pub(super) async fn up_to(session: Session<'_>, number: u32, now: Timestamp) -> Result<(), OpenError> {
    let number = usize::try_from(number).unwrap_or(usize::MAX).min(MIGRATIONS.len());
    for table in TABLES {
        // If two processes create the same table at once, one is refused. The table exists then.
        if session.run(table).await.is_err() {
            session.run(table).await?;
        }
    }
    if applied(session).await? >= number {
        // An upgrade that died at its very end has left its row.
        session.query(END, &[]).await?;
        return Ok(());
    }
    let me = random_id();
    lease(session, me).await?;
    let first = applied(session).await?;
    let pending = MIGRATIONS.iter().enumerate().take(number).skip(first);
    if first > 0 {
        session.query(BEGIN, &[&now.as_micros()]).await?;
    }
    let seals = pending.clone().any(|(_, (name, _))| SEALING.iter().any(|(_, sealing)| sealing == name));
    if first >= PROCESSES
        && seals
        && let Err(error) = wait_until_alone(session).await
    {
        // Nothing was changed: the others continue, and more of their version may start.
        session.query(END, &[]).await?;
        release(session, me).await?;
        return Err(error);
    }
    for (place, (name, sql)) in pending {
        for statement in split(sql) {
            session.run(statement).await?;
            lease(session, me).await?;
        }
        let (number, checksum) = (i32::try_from(place + 1).expect("few"), i64::from(crc(sql)));
        session.query(NOTE, &[&number, name, &checksum, &now.as_micros()]).await?;
    }
    if first > 0 {
        session.query(END, &[]).await?;
    }
    if first == 0 {
        for tuning in TUNING {
            if let Err(error) = session.run(tuning).await {
                tracing::debug!(%error, tuning, "the engine does not support a storage setting");
            }
        }
    }
    release(session, me).await
}

pub(super) async fn release(session: Session<'_>, me: Uuid) -> Result<(), OpenError> {
    session.query(RELEASE, &[&me]).await?;
    Ok(())
}

/// The number of applied migrations. Fails if one is unknown.
async fn applied(session: Session<'_>) -> Result<usize, OpenError> {
    let rows = session.query(APPLIED, &[]).await?;
    for (place, row) in rows.iter().enumerate() {
        let mut columns = Columns::of(row);
        let number: i32 = columns.next()?;
        let name: String = columns.next()?;
        let checksum: i64 = columns.next()?;
        let Some((known, sql)) = MIGRATIONS.get(place) else {
            let text = format!("it was made by a newer version (migration {number} {name}); use that version");
            return Err(OpenError::Database(text));
        };
        if usize::try_from(number) != Ok(place + 1) || *known != name || checksum != i64::from(crc(sql)) {
            let text = format!("migration {number} {name} differs from the one that this version knows");
            return Err(OpenError::Database(text));
        }
    }
    Ok(rows.len())
}

/// Takes or renews the lease for changing the schema, or all rows.
pub(super) async fn lease(session: Session<'_>, me: Uuid) -> Result<(), OpenError> {
    for _ in 0..PATIENCE {
        match session.query(LEASE, &[&me]).await {
            Ok(rows) if !rows.is_empty() => return Ok(()),
            Ok(_) | Err(Error::Conflict(_)) => tokio::time::sleep(Duration::from_secs(1)).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(OpenError::Database("another process is changing its schema; start again when it has finished".into()))
}

/// Waits until no other process uses the database. A process of an older version would continue to write rows without
/// seals, and keys where a migration has already read.
pub(super) async fn wait_until_alone(session: Session<'_>) -> Result<(), OpenError> {
    for check in 0.. {
        let rows = session.query(ALIVE, &[]).await?;
        match rows.first().map_or(Ok(0), |row| Columns::of(row).count())? {
            0 => break,
            others if check == EXIT_CHECKS => {
                return Err(OpenError::Database(format!(
                    "{others} other processes still use it, but an upgrade that seals rows must run alone. Stop the \
                        others, start one, then start the rest"
                )));
            }
            _ => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }
    Ok(())
}

/// The statements of a file. Each ends with a semicolon at the end of a line. A file may consist of comments only.
fn split(sql: &str) -> impl Iterator<Item = &str> {
    let is_code = |line: &str| !line.trim().is_empty() && !line.starts_with("--");
    sql.split(";\n").filter(move |statement| statement.lines().any(is_code))
}

fn crc(sql: &str) -> u32 {
    crc32fast::hash(sql.as_bytes())
}

/// The statements of all migrations, for the lint.
pub fn migrations() -> impl Iterator<Item = &'static str> {
    MIGRATIONS.iter().flat_map(|(_, sql)| split(sql)).chain(TABLES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_of_a_migration_can_be_repeated() {
        for statement in migrations() {
            let code =
                statement.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n");
            // An update names the value that it leaves behind, and skips the rows that have it.
            let guards =
                ["IF NOT EXISTS", "ON CONFLICT DO NOTHING", "NOT LIKE", "IF EXISTS", "IS NOT NULL", "DROP NOT NULL"];
            assert!(guards.iter().any(|guard| code.contains(guard)), "{code}");
            assert!(!code.contains(';'), "one statement: {code}");
        }
    }
}
