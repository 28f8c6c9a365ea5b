//! Stores the log of requests, and deletes what is old or too much.

use std::time::Duration;

use dossier_core::account::Account;
use dossier_core::requests::{MAX_KEPT, Step};
use dossier_core::store::StoreError;

use crate::http::state::App;

const PERIOD: Duration = Duration::from_secs(1);
/// After how many periods old requests are deleted.
const FORGOTTEN_EVERY: u32 = 600;

/// Stores what was counted, once a second.
pub(super) async fn record(app: App) {
    let Some(age) = app.request_log else { return };
    let mut periods = 0_u32;
    loop {
        tokio::time::sleep(PERIOD).await;
        store(&app).await;
        periods = periods.wrapping_add(1);
        if periods.is_multiple_of(FORGOTTEN_EVERY)
            && let Err(error) = forget(&app, age).await
        {
            tracing::warn!(%error, "failed to delete old lines of the request log");
        }
    }
}

/// Stores what was counted. What cannot be stored is lost: it is a log, and must not fill the memory.
pub(crate) async fn store(app: &App) {
    let batch = app.requests.take();
    if batch.is_empty() {
        return;
    }
    if let Err(error) = app.services.store.record_requests(batch).await {
        tracing::warn!(%error, "failed to store a second of the request log; it is lost");
    }
}

/// Deletes what is older than `age` seconds, and single requests beyond the number that is kept.
async fn forget(app: &App, age: i64) -> Result<(), StoreError> {
    let (store, now) = (&app.services.store, app.services.clock.now());
    let (before, minutes_before) = (now.plus_seconds(-age), now.plus_days(-Step::MINUTE_DAYS));
    for scope in store.accounts().await?.iter().flat_map(Account::scopes) {
        while store.forget_requests(scope, before, minutes_before, MAX_KEPT).await? > 0 {}
    }
    Ok(())
}
