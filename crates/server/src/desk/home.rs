//! The way into the desk, and what members set for themselves.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::Environment;
use dossier_core::company::Completeness;
use dossier_core::desk::Permission;
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::own_settings::{OwnChange, set_own};
use http::HeaderMap;

use super::fields::Fields;
use super::pages;
use super::place;
use super::seat::{SignedIn, refusal};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /desk`: leads to the queue, or to the members or the console if the member only manages those.
pub async fn home(State(app): State<App>, signed_in: SignedIn) -> Result<Response, Problem> {
    let member = &signed_in.member;
    let account = app.services.store.account(member.account).await?;
    // An account that is not ready for production is still being tried out in its sandbox.
    let is_incomplete = account.is_none_or(|account| {
        matches!(account.form.company.completeness(app.services.clock.now()), Completeness::Incomplete(_))
    });
    let mut order = [Environment::Production, Environment::Sandbox];
    if is_incomplete {
        order.reverse();
    }
    let first = order.into_iter().find(|environment| member.may(Permission::View, *environment));
    let console = Environment::ALL.iter().any(|environment| member.may(Permission::ManageKeys, *environment));
    Ok(match first {
        Some(environment) => Redirect::to(&format!("/desk/{environment}/queue")).into_response(),
        None if member.details.roles.is_admin() => Redirect::to("/desk/members").into_response(),
        None if console => Redirect::to("/console").into_response(),
        None => pages::refused(&signed_in, &DeskError::Forbidden(Permission::View, Environment::Production)),
    })
}

/// `POST /desk/shortcuts`: turns them on or off, and returns to the page from which it came.
pub async fn shortcuts(
    State(app): State<App>,
    headers: HeaderMap,
    signed_in: SignedIn,
    fields: Fields,
) -> Result<Response, Problem> {
    let SignedIn { member, caller, .. } = &signed_in;
    let change = OwnChange::Shortcuts(fields.get("on") == "yes");
    match set_own(&app.services, caller, member.account, member.id, &change).await {
        Ok(_) => Ok(Redirect::to(place::referrer(&headers)).into_response()),
        Err(error) => refusal(&signed_in, error),
    }
}
