//! The mark of this engine; see `crate::transfer::mark`.

use super::PostgresStore;
use super::database::{Database, Session};
use super::rows::{Columns, statements};
use super::transfer::MIGRATIONS;
use crate::OpenError;
use crate::transfer::mark::{DatabaseState, Mark};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS transfer_mark (
    one SMALLINT PRIMARY KEY, kind TEXT NOT NULL, place TEXT NOT NULL, at BIGINT NOT NULL)";
const NO_TABLE: &str = "DROP TABLE IF EXISTS transfer_mark";
// The mark table rarely exists, so these are not prepared with the others.
const READ: &str = "SELECT kind, place, at FROM transfer_mark";
const WRITE: &str = "INSERT INTO transfer_mark (one, kind, place, at) VALUES (1, $1, $2, $3)
    ON CONFLICT (one) DO UPDATE SET kind = excluded.kind, place = excluded.place, at = excluded.at";

statements! {
    HAS = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1";
}

impl PostgresStore {
    pub(crate) async fn read_state(url: &str) -> Result<DatabaseState, OpenError> {
        let database = Database::new(url)?;
        let connection = database.first_connection().await?;
        let session = database.session(&connection);
        let mut state = DatabaseState::default();
        if has(session, "migrations").await? {
            for row in &session.query(MIGRATIONS, &[]).await? {
                state.migrations = u32::try_from(Columns::of(row).count()?).unwrap_or(u32::MAX);
            }
        }
        if has(session, "transfer_mark").await? {
            for row in &session.query(READ, &[]).await? {
                let mut columns = Columns::of(row);
                let (kind, place, at): (String, String, i64) = (columns.next()?, columns.next()?, columns.next()?);
                state.mark = Some(Mark::read(&kind, place, at)?);
            }
        }
        Ok(state)
    }

    pub(crate) async fn set_mark(url: &str, mark: Option<&Mark>) -> Result<(), OpenError> {
        let database = Database::new(url)?;
        let connection = database.first_connection().await?;
        let session = database.session(&connection);
        match mark {
            Some(mark) => {
                let (kind, place, at) = mark.columns();
                session.run(TABLE).await?;
                session.query(WRITE, &[&kind, &place, &at]).await?;
            }
            None => session.run(NO_TABLE).await?,
        }
        Ok(())
    }

    /// The hosts and the name of the database in a URL, and nothing else of it.
    pub(crate) fn location_of(url: &str) -> String {
        Database::new(url).map_or_else(|_| "PostgreSQL".to_owned(), |database| database.location().to_owned())
    }
}

async fn has(session: Session<'_>, table: &str) -> Result<bool, OpenError> {
    let rows = session.query(HAS, &[&table]).await?;
    let count = rows.first().map(|row| Columns::of(row).count()).transpose()?;
    Ok(count.unwrap_or(0) > 0)
}
