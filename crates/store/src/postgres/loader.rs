//! Point reads of customers: those that are asked for at the same time are read together, in one statement. A statement
//! costs several times as much as a row, and no read waits for another: what waits is what came while others were read.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::Row;

use super::database::{Database, copy};
use super::rows::{Columns, place, uuid};

const MAX_BATCH: usize = 256;

struct Ask {
    scope: Scope,
    id: CustomerId,
    reply: oneshot::Sender<Result<Option<Row>, StoreError>>,
}

/// One statement, which reads many customers by their keys; its first column is their place among those asked for. It
/// is in flight once at a time: two would be half as large each, and cost twice as much.
pub(super) struct Loader(mpsc::UnboundedSender<Ask>);

impl Loader {
    /// Must be called within a runtime.
    pub(super) fn start(database: &Arc<Database>, sql: &'static str) -> Self {
        let (asks, waiting) = mpsc::unbounded_channel();
        tokio::spawn(run(Arc::clone(database), sql, waiting));
        Self(asks)
    }

    /// The row of one customer as it was when this was called, or later.
    pub(super) async fn load(&self, scope: Scope, id: CustomerId) -> Result<Option<Row>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let ended = || StoreError::Unavailable("the reader has ended".into());
        self.0.send(Ask { scope, id, reply }).map_err(|_| ended())?;
        answer.await.unwrap_or_else(|_| Err(ended()))
    }
}

async fn run(database: Arc<Database>, sql: &'static str, mut waiting: mpsc::UnboundedReceiver<Ask>) {
    let mut asks = Vec::with_capacity(MAX_BATCH);
    while waiting.recv_many(&mut asks, MAX_BATCH).await > 0 {
        let (accounts, environments): (Vec<_>, Vec<_>) = asks.iter().map(|ask| place(ask.scope)).unzip();
        let ids: Vec<_> = asks.iter().map(|ask| uuid(ask.id.as_bytes())).collect();
        match database.query(sql, &[&accounts, &environments, &ids]).await {
            Ok(rows) => {
                let mut found: Vec<Option<Row>> = asks.iter().map(|_| None).collect();
                for row in rows {
                    let at = Columns::of(&row).count().ok().and_then(|place| usize::try_from(place).ok());
                    if let Some(slot) = at.and_then(|place| found.get_mut(place.wrapping_sub(1))) {
                        *slot = Some(row);
                    }
                }
                for (ask, row) in asks.drain(..).zip(found) {
                    let _ = ask.reply.send(Ok(row));
                }
            }
            Err(error) => asks.drain(..).for_each(|ask| drop(ask.reply.send(Err(copy(&error))))),
        }
    }
}
