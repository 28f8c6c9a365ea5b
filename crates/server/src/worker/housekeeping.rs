//! Regular work for the installation as a whole.

use std::sync::Arc;
use std::time::Duration;

use dossier_core::caller::Environment;
use dossier_core::idempotency::KEPT_SECONDS;
use dossier_core::services::Services;
use dossier_core::store::{Collected, StoreError};
use dossier_core::webhook::LOG_SECONDS;
use dossier_store::Engine;

use crate::http::state::App;
use crate::memory;

/// Records which keys were used, and deletes what is old.
pub(super) async fn run_housekeeping(app: App) {
    let mut ticks = 0_u64;
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
        app.note_keys_used().await;
        ticks += 1;
        if ticks.is_multiple_of(120) {
            delete_old(&app.services).await;
        }
    }
}

/// Deletes what is kept for a time only, and what belongs to nothing.
pub async fn delete_old(services: &Services) {
    let (store, now) = (&services.store, services.clock.now());
    forget("answers", || store.forget_answers(now.plus_seconds(-KEPT_SECONDS))).await;
    forget("deliveries", || store.forget_deliveries(now.plus_seconds(-LOG_SECONDS))).await;
    // Sessions and links that have expired open nothing, whether they are stored or not.
    if let Err(error) = store.delete_expired_sign_ins(now).await {
        tracing::warn!(%error, "failed to delete expired sign-ins");
    }
    match store.collect_files(now).await {
        Ok(collected) if collected == Collected::default() => {}
        Ok(Collected { expired, orphans }) => tracing::info!(expired, orphans, "deleted unreferenced files"),
        Err(error) => tracing::warn!(%error, "failed to delete unreferenced files"),
    }
}

/// Deletes portion by portion, until nothing is left to delete.
async fn forget<F: Future<Output = Result<u64, StoreError>>>(what: &str, portion: impl Fn() -> F) {
    loop {
        match portion().await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return tracing::warn!(%error, what, "failed to delete expired rows"),
        }
    }
}

/// Counts what is stored and what waits, for the metrics.
pub(super) async fn count(app: App, store: Arc<dyn Engine>) {
    loop {
        for environment in [Environment::Sandbox, Environment::Production] {
            let now = app.services.clock.now();
            match store.totals(environment, now).await {
                Ok(totals) => app.metrics.counted(environment, &totals, now),
                Err(error) => tracing::warn!(%error, "failed to read the totals for the metrics"),
            }
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

pub(super) async fn give_memory_back() {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        memory::give_back().await;
    }
}
