//! The desk: the pages for members, and how they sign in.

pub(crate) mod around;
pub mod challenge;
pub mod claims;
pub mod customer;
pub mod customer_actions;
pub mod decide;
pub mod decide_form;
pub mod device;
pub mod enter;
pub mod entered;
pub mod evidence;
pub mod fields;
pub mod filter;
pub mod focus;
pub mod home;
pub mod link;
pub mod member_form;
pub mod member_page;
pub mod members;
pub mod mrz;
pub mod oidc;
pub mod pages;
pub mod passkey_pages;
pub mod passkeys;
pub mod pdf;
pub mod place;
pub mod provider;
pub mod queue;
pub mod queue_view;
pub mod search;
pub mod seat;
pub mod sessions;
pub mod sign_in;
pub mod text;
pub mod timeline;
pub mod trail;
pub mod ways;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::http::state::App;

/// The routes of the desk.
pub fn routes(app: &App) -> Router<App> {
    cases().merge(sign_ins()).merge(managed()).route_layer(from_fn_with_state(app.clone(), around::around))
}

/// Signing in and out, and what members set for themselves.
fn sign_ins() -> Router<App> {
    Router::new()
        .route("/desk", get(home::home))
        .route("/desk/sign-in", get(sign_in::page))
        .route("/desk/sign-in/begin", post(sign_in::begin))
        .route("/desk/sign-in/finish", post(sign_in::finish))
        .route("/desk/link/{token}", get(link::page).post(link::use_up))
        .route("/desk/oidc", get(provider::begin))
        .route(oidc::BACK, get(provider::back))
        .route("/desk/passkeys", get(passkey_pages::page))
        .route("/desk/passkeys/begin", post(passkey_pages::begin))
        .route("/desk/passkeys/finish", post(passkey_pages::finish))
        .route("/desk/passkeys/rename", post(passkey_pages::rename))
        .route("/desk/passkeys/remove", post(passkey_pages::remove))
        .route("/desk/sessions", get(sessions::page))
        .route("/desk/sessions/end-others", post(sessions::end_others))
        .route("/desk/sessions/{id}/end", post(sessions::end))
        .route("/desk/sign-out", post(sessions::sign_out))
        .route("/desk/shortcuts", post(home::shortcuts))
}

/// What admins do with members.
fn managed() -> Router<App> {
    Router::new()
        .route("/desk/members", get(members::page).post(members::invite))
        .route("/desk/members/{id}", get(member_page::page).post(member_page::set))
        .route("/desk/members/{id}/link", get(member_page::back).post(member_page::link))
        .route("/desk/members/{id}/sessions/end", post(member_page::end_sessions))
        .route("/desk/members/{id}/sessions/{session}/end", post(member_page::end_session))
        .route("/desk/members/{id}/remove", get(member_page::ask_removal).post(member_page::remove))
}

/// The queue and the customers.
fn cases() -> Router<App> {
    Router::new()
        .route("/desk/{environment}/queue", get(queue::page))
        .route("/desk/{environment}/search", get(search::page).post(search::find))
        .route("/desk/{environment}/trail", get(trail::page))
        .route("/desk/{environment}/next", post(queue::next))
        .route("/desk/{environment}/customers/{id}", get(customer::page))
        .route("/desk/{environment}/customers/{id}/take", post(customer_actions::take))
        .route("/desk/{environment}/customers/{id}/give-back", post(customer_actions::give_back))
        .route("/desk/{environment}/customers/{id}/renew", post(customer_actions::renew))
        .route("/desk/{environment}/customers/{id}/verdicts", post(customer_actions::verdict))
        .route("/desk/{environment}/customers/{id}/notes", post(customer_actions::add_note))
        .route("/desk/{environment}/customers/{id}/reveal", post(customer_actions::reveal))
        .route("/desk/{environment}/customers/{id}/link", post(customer_actions::link))
        .route("/desk/{environment}/customers/{id}/mrz", post(mrz::check))
        .route("/desk/{environment}/customers/{id}/files/{file_id}", get(customer_actions::file))
        .route("/desk/{environment}/customers/{id}/files/{file_id}/pages", get(pdf::page))
        .route("/desk/{environment}/customers/{id}/decide", get(decide::page).post(decide::decide))
        .route("/desk/{environment}/customers/{id}/confirm", post(decide::confirm))
        .route("/desk/{environment}/customers/{id}/withdraw", post(decide::withdraw))
}
