//! Retention: looks through every scope once a day, and deletes what is due if the setting says so.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dossier_core::account::Account;
use dossier_core::caller::Scope;
use dossier_core::kyc::Retention;
use dossier_core::store::StoreError;
use dossier_core::use_cases::delete_due::{Swept, sweep};
use dossier_store::Engine;

use crate::http::state::App;

/// How often the day is looked at. The clock of a sandbox may be advanced at any time.
const PERIOD: Duration = Duration::from_secs(10);
const SECONDS_A_DAY: i64 = 24 * 60 * 60;
const MICROS: i64 = 1_000_000;

pub(super) async fn run(app: App, store: Arc<dyn Engine>) {
    if app.services.policy.retention == Retention::Off {
        return;
    }
    let mut swept_on = HashMap::new();
    loop {
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = sweep_all(&app, &*store, &mut swept_on).await {
            tracing::warn!(%error, "failed to look for what is due for deletion; trying again");
        }
    }
}

/// Sweeps the scopes that were not swept on their present day yet. Returns the first failure, after the others.
async fn sweep_all(app: &App, store: &dyn Engine, swept_on: &mut HashMap<Scope, i64>) -> Result<(), StoreError> {
    if !store.is_leader().await? {
        return Ok(());
    }
    let mut failure = None;
    for scope in store.accounts().await?.iter().flat_map(Account::scopes) {
        let today = app.services.now(scope).as_micros() / MICROS / SECONDS_A_DAY;
        if swept_on.get(&scope) == Some(&today) {
            continue;
        }
        match sweep(&app.services, scope).await {
            Ok(swept) => {
                report(scope, swept);
                swept_on.insert(scope, today);
            }
            // It must not stop the other scopes.
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(()), Err)
}

fn report(scope: Scope, swept: Swept) {
    let (account, environment) = (scope.account, scope.environment.as_str());
    let Swept { customers, documents, reported, held, damaged } = swept;
    if customers + documents > 0 {
        tracing::info!(%account, environment, customers, documents, held, "deleted what no rule of retention keeps");
    }
    if reported > 0 {
        tracing::info!(%account, environment, due = reported, held,
            "no rule of retention keeps some records any longer; see dossier retention forecast --days 0. They are \
                deleted with the setting retention = \"on\"");
    }
    if damaged > 0 {
        tracing::error!(%account, environment, damaged,
            "failed to read customers, which retention skipped; dossier audit verify names them");
    }
}
