//! The desk: the pages for members, and how they sign in.

mod around;
pub mod challenge;
pub mod claims;
pub mod customer;
pub mod decide;
pub mod entered;
pub mod evidence;
pub mod filter;
pub mod mrz;
pub mod oidc;
pub mod pages;
pub mod passkeys;
pub mod queue;
pub mod queue_view;
pub mod search;
pub mod seat;
pub mod text;
pub mod timeline;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::http::state::App;

/// The routes of the desk.
pub fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/desk/{environment}/queue", get(queue::page))
        .route("/desk/{environment}/search", get(search::page).post(search::find))
        .route("/desk/{environment}/next", post(queue::next))
        .route("/desk/{environment}/customers/{id}", get(customer::page))
        .route("/desk/{environment}/customers/{id}/take", post(customer::take))
        .route("/desk/{environment}/customers/{id}/give-back", post(customer::give_back))
        .route("/desk/{environment}/customers/{id}/renew", post(customer::renew))
        .route("/desk/{environment}/customers/{id}/verdicts", post(customer::verdict))
        .route("/desk/{environment}/customers/{id}/notes", post(customer::note))
        .route("/desk/{environment}/customers/{id}/reveal", post(customer::reveal))
        .route("/desk/{environment}/customers/{id}/link", post(customer::link))
        .route("/desk/{environment}/customers/{id}/mrz", post(mrz::check))
        .route("/desk/{environment}/customers/{id}/files/{file_id}", get(customer::file))
        .route("/desk/{environment}/customers/{id}/decide", get(decide::page).post(decide::decide))
        .route("/desk/{environment}/customers/{id}/confirm", post(decide::confirm))
        .route("/desk/{environment}/customers/{id}/withdraw", post(decide::withdraw))
        .route_layer(from_fn_with_state(app.clone(), around::around))
}
