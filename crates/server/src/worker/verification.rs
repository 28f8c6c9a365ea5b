//! Sessions that expire, cases at providers, and customers who owe an answer.

use std::time::Duration;

use dossier_core::caller::Scope;
use dossier_core::ids::CustomerId;
use dossier_core::kyc::case;
use dossier_core::kyc::provider::{self, Provider};
use dossier_core::use_cases::{accounts, ask_provider, session};
use futures_util::StreamExt as _;

use crate::http::state::App;

/// Cases that are worked on at the same time.
const CASES_AT_ONCE: usize = 8;

/// Ends expired sessions, about every second.
pub(super) async fn end_sessions(app: App) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        // Another process may have advanced a sandbox clock.
        match app.services.store.sandbox_clocks().await {
            Ok(clocks) => clocks.into_iter().for_each(|(account, ahead)| app.services.sandboxes.set(account, ahead)),
            Err(error) => tracing::warn!(%error, "failed to read the clocks of sandboxes"),
        }
        // Another process may have closed an account.
        if let Err(error) = accounts::read_closed(&app.services).await {
            tracing::warn!(%error, "failed to read which accounts are closed");
        }
        if let Err(error) = session::expire_due(&app.services).await {
            tracing::warn!(%error, "failed to end expired sessions");
        }
    }
}

/// Does what is due for customers, about every second, a few at a time, so that a slow provider does not delay other
/// cases for long.
pub(super) async fn ask_providers(app: App) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        work_on_cases(&app).await;
    }
}

async fn work_on_cases(app: &App) {
    let due = match app.services.store.due_cases(app.services.clock.now()).await {
        Ok(due) => due,
        Err(error) => return tracing::warn!(%error, "failed to read cases at providers"),
    };
    let work = |(scope, customer): (Scope, CustomerId)| async move {
        let provider: &dyn Provider = match app.services.policy.active_provider(scope.environment) {
            case::Name::Simulated => &provider::Simulated,
            case::Name::Manual => &provider::Manual,
            case::Name::Sumsub => match &app.sumsub {
                Some(sumsub) => sumsub.as_ref(),
                None => &provider::Manual,
            },
        };
        if let Err(error) = ask_provider::work(&app.services, provider, scope, customer).await {
            tracing::warn!(%error, "failed to process a case at a provider");
        }
    };
    futures_util::stream::iter(due).for_each_concurrent(CASES_AT_ONCE, work).await;
}
