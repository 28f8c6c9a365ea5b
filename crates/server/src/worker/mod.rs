//! What runs in the background.

pub(crate) mod anchoring;
mod backups;
mod deliver;
mod disk;
mod erasures;
pub mod housekeeping;
mod looks;
pub(crate) mod requests;
mod retention;
mod rules;
mod verification;

use std::sync::Arc;

use dossier_store::Engine;
use dossier_store::anchor::AnchorKey;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::http::state::App;

/// Starts everything that runs until it is aborted.
pub(crate) fn start(app: &App, store: &Arc<dyn Engine>, key: AnchorKey, config: &Config) -> Vec<JoinHandle<()>> {
    let (app, store) = (|| Arc::clone(app), || Arc::clone(store));
    let mut tasks = vec![
        tokio::spawn(backups::run(app(), store(), key, config.clone())),
        tokio::spawn(disk::watch(app(), config)),
        tokio::spawn(housekeeping::give_memory_back()),
        tokio::spawn(housekeeping::run_housekeeping(app())),
        tokio::spawn(looks::record(app())),
        tokio::spawn(requests::record(app())),
        tokio::spawn(verification::end_sessions(app())),
        tokio::spawn(verification::ask_providers(app())),
        tokio::spawn(erasures::run_due(app())),
        tokio::spawn(erasures::rotate(app(), store(), config.clone())),
        tokio::spawn(retention::run(app(), store())),
        tokio::spawn(rules::follow_new_rules(app(), store())),
        tokio::spawn(deliver::run(app(), config.webhooks.schedule.clone())),
    ];
    if config.listening.metrics.is_some() {
        tasks.push(tokio::spawn(housekeeping::count(app(), store())));
    }
    tasks
}
