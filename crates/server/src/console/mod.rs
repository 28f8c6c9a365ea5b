//! The console: the pages for developers. It shares sessions, frame and texts with the desk.

pub mod charts;
pub mod curl;
pub mod events;
pub mod frame;
pub mod key_form;
pub mod keys;
pub mod overview;
pub mod request;
pub mod requests;
pub mod sandbox;
pub mod settings;
pub mod webhook;
pub mod webhook_actions;
pub mod webhook_form;
pub mod webhooks;

use axum::Router;
use axum::middleware::{from_extractor_with_state, from_fn_with_state};
use axum::routing::{get, post};

use self::frame::Giver;
use crate::desk::around::around;
use crate::http::state::App;

/// The routes of the console.
pub fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/console", get(frame::home))
        .route("/console/{environment}", get(overview::page))
        .route("/console/{environment}/requests", get(requests::page))
        .route("/console/{environment}/requests/{id}", get(request::page))
        .route("/console/{environment}/events", get(events::page))
        .route("/console/{environment}/webhooks", get(webhooks::page))
        .route("/console/{environment}/webhooks/{id}", get(webhook::page))
        .route("/console/{environment}/webhooks/{id}/test", post(webhook_actions::test))
        .route(
            "/console/{environment}/webhooks/{id}/secret",
            get(webhook_actions::ask_rotation).post(webhook_actions::rotate),
        )
        .route("/console/{environment}/webhooks/{id}/enable", post(webhook_actions::enable))
        .route("/console/{environment}/webhooks/{id}/resend", post(webhook::resend))
        .route(
            "/console/{environment}/webhooks/{id}/delete",
            get(webhook_actions::ask_deletion).post(webhook_actions::delete),
        )
        .route("/console/{environment}/keys", get(keys::page))
        .route("/console/{environment}/keys/{id}/addresses", get(keys::ask_addresses).post(keys::restrict))
        .route("/console/{environment}/keys/{id}/revoke", get(keys::ask_revocation).post(keys::revoke))
        .route("/console/{environment}/sandbox", get(sandbox::page))
        .route("/console/{environment}/sandbox/simulate", post(sandbox::simulate))
        .route("/console/{environment}/sandbox/clock", post(sandbox::clock))
        .route("/console/{environment}/sandbox/empty", post(sandbox::empty))
        .route("/console/{environment}/settings", get(settings::page))
        .merge(giving(app))
        .route_layer(from_fn_with_state(app.clone(), around))
}

/// Whoever makes a key or says where a webhook is sent can read customers with it, so this takes a permission of its
/// own.
fn giving(app: &App) -> Router<App> {
    Router::new()
        .route("/console/{environment}/keys/new", get(keys::form).post(keys::create))
        .route("/console/{environment}/keys/{id}/roll", get(keys::ask_roll).post(keys::roll))
        .route("/console/{environment}/webhooks/new", get(webhooks::form).post(webhooks::register))
        .route("/console/{environment}/webhooks/{id}/edit", get(webhook_actions::form).post(webhook_actions::edit))
        .route_layer(from_extractor_with_state::<Giver, _>(app.clone()))
}
