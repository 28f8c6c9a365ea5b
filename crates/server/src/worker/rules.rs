//! Evaluates every customer once after the rules, the days of reminders or the version of Dossier changed.

use std::sync::Arc;
use std::time::Duration;

use dossier_core::account::Account;
use dossier_core::kyc::{Policy, Reminders};
use dossier_core::store::StoreError;
use dossier_core::use_cases::evaluate::{self, EvaluationResult};
use dossier_store::Engine;
use dossier_store::chores::Chore;

use crate::http::state::App;

/// Recorded while processes on one database have different rules or reminders. Each of them may have evaluated some
/// customers, so the next start evaluates every customer again.
const MIXED_RULES: &str = "mixed";

pub(super) async fn follow_new_rules(app: App, store: Arc<dyn Engine>) {
    let Policy { rules, reminders: Reminders { days, abandon_after }, .. } = &app.services.policy;
    let current_rules = format!("{} {} {days:?} {abandon_after:?}", env!("CARGO_PKG_VERSION"), rules.hash);
    let mut is_done = false;
    loop {
        let followed = match is_done {
            false => evaluate_by(&app, &*store, &current_rules).await,
            true => note_other_rules(&*store, &current_rules).await.map(|()| true),
        };
        let wait = match followed {
            Ok(done) => {
                is_done = done;
                // Until then another process may do it.
                Duration::from_secs(if done { 5 } else { 1 })
            }
            Err(error) => {
                tracing::warn!(%error, "failed to evaluate customers by the active rules");
                Duration::from_secs(30)
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// Records that another process has other rules, once that process has evaluated customers by them.
async fn note_other_rules(store: &dyn Engine, current_rules: &str) -> Result<(), StoreError> {
    match store.done(Chore::Rules).await? {
        Some(done) if done != current_rules && done != MIXED_RULES => {
            tracing::warn!(
                "another process has other rules or reminders, or another version; the next start evaluates every \
                    customer again"
            );
            store.set_done(Chore::Rules, MIXED_RULES).await
        }
        _ => Ok(()),
    }
}

/// Whether every customer was evaluated by the current rules.
async fn evaluate_by(app: &App, store: &dyn Engine, current_rules: &str) -> Result<bool, StoreError> {
    if store.done(Chore::Rules).await?.is_some_and(|done| done == current_rules) {
        return Ok(true);
    }
    if !store.is_leader().await? {
        return Ok(false);
    }
    for scope in store.accounts().await?.iter().flat_map(Account::scopes) {
        let EvaluationResult { submitted, damaged } = evaluate::evaluate_all(&app.services, scope).await?;
        if submitted > 0 {
            tracing::info!(account = %scope.account, environment = scope.environment.as_str(), submitted,
                "customers were complete under the new rules and were submitted");
        }
        if damaged > 0 {
            tracing::error!(account = %scope.account, environment = scope.environment.as_str(), damaged,
                "failed to read customers, which were not evaluated; dossier audit verify names them");
        }
    }
    store.set_done(Chore::Rules, current_rules).await?;
    Ok(true)
}
