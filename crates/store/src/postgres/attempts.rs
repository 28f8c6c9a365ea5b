//! The attempts of deliveries, one row for each.

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::requests::Step;
use dossier_core::store::StoreError;
use dossier_core::webhook::{Attempt, AttemptCount, FinishedAttempt, Verdict};
use tokio_postgres::Row;

use super::PostgresStore;
use super::database::{Error, Session};
use super::rows::{Columns, number, scope_values, statements};

statements! {
    ADD = "INSERT INTO attempts VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    ATTEMPTS = "SELECT delivery, at, accepted, result, duration FROM attempts
        WHERE account_id = $1 AND environment = $2 AND delivery = ANY($3) ORDER BY delivery, at";
    COUNTS = "SELECT at - at % $4, accepted, count(*) FROM attempts
        WHERE account_id = $1 AND environment = $2 AND at >= $3 GROUP BY 1, 2 ORDER BY 1, 2";
    FORGET = "DELETE FROM attempts WHERE (account_id, environment, delivery, at) IN (
        SELECT a.account_id, a.environment, a.delivery, a.at FROM scope_keys s JOIN attempts a
            ON a.account_id = s.account_id AND a.environment = s.environment AND a.at < $1
        LIMIT 1000)";
}

pub(super) async fn insert(session: Session<'_>, finished: &FinishedAttempt) -> Result<(), Error> {
    let FinishedAttempt { due, at: _, made_at, duration_us, result, verdict } = finished;
    let (account, environment) = scope_values(due.scope);
    let (delivery, at, duration) = (number(due.delivery), made_at.as_micros(), number(*duration_us));
    let (accepted, result) = (i16::from(matches!(verdict, Verdict::Delivered)), result.word());
    session.execute(ADD, &[&account, &environment, &delivery, &at, &accepted, &result, &duration]).await.map(drop)
}

impl PostgresStore {
    pub(super) async fn attempts_of(&self, scope: Scope, deliveries: &[u64]) -> Result<Vec<Attempt>, StoreError> {
        let (account, environment) = scope_values(scope);
        let deliveries: Vec<_> = deliveries.iter().map(|delivery| number(*delivery)).collect();
        let rows = self.database.query(ATTEMPTS, &[&account, &environment, &deliveries]).await?;
        let read = |row: &Row| {
            let mut columns = Columns::of(row);
            let (delivery, at, accepted) = (columns.count()?, columns.moment()?, columns.small()? != 0);
            Ok(Attempt { delivery, at, accepted, result: columns.next()?, duration_us: columns.count()? })
        };
        rows.iter().map(read).collect()
    }

    pub(super) async fn count_attempts(&self, scope: Scope, from: Timestamp) -> Result<Vec<AttemptCount>, StoreError> {
        let ((account, environment), hour) = (scope_values(scope), Step::Hour.seconds() * 1_000_000);
        let rows = self.database.query(COUNTS, &[&account, &environment, &from.as_micros(), &hour]).await?;
        let read = |row: &Row| {
            let mut columns = Columns::of(row);
            let (start, accepted) = (columns.moment()?, columns.small()? != 0);
            Ok(AttemptCount { start, accepted, count: columns.count()? })
        };
        rows.iter().map(read).collect()
    }

    /// Deletes the attempts before a moment.
    pub(super) async fn forget_attempts(&self, before: Timestamp) -> Result<(), StoreError> {
        while self.delete_portion(FORGET, before).await? > 0 {}
        Ok(())
    }
}
