//! Point reads of customers. Reads that are requested at the same time share one statement, because a statement costs
//! several times as much as a row. No read waits for another to arrive: a batch holds what arrived while the previous
//! one was read.

use std::sync::Arc;

use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::store::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::Row;

use super::database::{Database, copy};
use super::rows::{Columns, scope_values, uuid};

const MAX_BATCH: usize = 256;

struct LoadRequest {
    scope: Scope,
    id: CustomerId,
    reply: oneshot::Sender<Result<Option<Row>, StoreError>>,
}

/// A statement that reads many customers by their keys. Its first column is the position in the request. Only one is in
/// flight at a time: two would be half as large each, and cost twice as much.
pub(super) struct Loader(mpsc::UnboundedSender<LoadRequest>);

impl Loader {
    /// Must be called within a runtime.
    pub(super) fn start(database: &Arc<Database>, sql: &'static str) -> Self {
        let (asks, waiting) = mpsc::unbounded_channel();
        tokio::spawn(run(Arc::clone(database), sql, waiting));
        Self(asks)
    }

    /// The row of a customer, at least as new as at the time of the call.
    pub(super) async fn load(&self, scope: Scope, id: CustomerId) -> Result<Option<Row>, StoreError> {
        let (reply, response) = oneshot::channel();
        let ended = || StoreError::Unavailable("the reader has ended".into());
        self.0.send(LoadRequest { scope, id, reply }).map_err(|_| ended())?;
        response.await.unwrap_or_else(|_| Err(ended()))
    }
}

async fn run(database: Arc<Database>, sql: &'static str, mut waiting: mpsc::UnboundedReceiver<LoadRequest>) {
    let mut asks = Vec::with_capacity(MAX_BATCH);
    while waiting.recv_many(&mut asks, MAX_BATCH).await > 0 {
        let (accounts, environments): (Vec<_>, Vec<_>) = asks.iter().map(|ask| scope_values(ask.scope)).unzip();
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
