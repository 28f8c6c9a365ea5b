//! Sign-in through the identity provider: the way there and the way back.

use axum::extract::{RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use dossier_core::caller::Caller;
use dossier_core::desk::Member;
use dossier_core::store::StoreError;
use dossier_core::use_cases::members::{self, DeskError, is_same_address};
use dossier_core::use_cases::own_settings::{OwnChange, set_own};
use dossier_core::use_cases::sign_in::Proof;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use maud::html;
use serde::{Deserialize, Serialize};

use super::challenge::Purpose;
use super::enter::{challenges, enter, failed};
use super::oidc::{Callback, Oidc, OidcError, Person, ProviderSignIn};
use super::pages::outside;
use super::place;
use super::sign_in::Aim;
use super::text::{say, say_with};
use crate::http::context::RequestContext;
use crate::http::problem::Problem;
use crate::http::state::App;

/// What a browser keeps while its user signs in at the provider.
#[derive(Serialize, Deserialize)]
struct PendingSignIn {
    sign_in: ProviderSignIn,
    /// Where it goes afterwards.
    to: String,
}

/// `GET /desk/oidc`: sends the browser to the provider.
pub async fn begin(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let provider = app.ways.provider.as_ref().ok_or_else(Problem::not_found)?;
    let aim = Aim::read(query.as_deref());
    let (challenges, now) = challenges(&app);
    match provider.begin(&*app.services.random, aim.is_fresh(), now).await {
        Ok((url, sign_in)) => {
            let pending = PendingSignIn { sign_in, to: aim.to().to_owned() };
            let cookie = challenges.begin(Purpose::Provider, &pending, now);
            Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(url.as_str())).into_response())
        }
        Err(error) => {
            tracing::warn!(%error, "a sign-in through the identity provider could not begin");
            Ok(refused(&error))
        }
    }
}

/// `GET /desk/oidc/back`: the browser comes back from the provider.
pub async fn back(State(app): State<App>, RawQuery(query): RawQuery, parts: Parts) -> Result<Response, Problem> {
    let provider = app.ways.provider.as_ref().ok_or_else(Problem::not_found)?;
    let callback = Callback::read(query.as_deref().unwrap_or_default());
    let (challenges, now) = challenges(&app);
    let pending: Option<PendingSignIn> = challenges.take(Purpose::Provider, &parts.headers, now);
    let end = challenges.end(Purpose::Provider);
    let mut response = match finish(&app, provider, &parts, pending.as_ref(), &callback).await {
        Ok(session) => {
            let to = pending.as_ref().map_or(place::HOME, |pending| place::checked(&pending.to));
            (AppendHeaders([(header::SET_COOKIE, session)]), Redirect::to(to)).into_response()
        }
        Err(Refusal::Store(error)) => return Err(error.into()),
        Err(Refusal::Provider(error)) => {
            tracing::warn!(%error, "a sign-in through the identity provider failed");
            failed(&app, &parts, None, why(&error)).await?;
            refused(&error)
        }
        Err(Refusal::Stranger(person)) => {
            failed(&app, &parts, None, "oidc: no member has this identity or address").await?;
            stranger(person.email.as_deref())
        }
        Err(Refusal::WithoutRoles(member)) => {
            failed(&app, &parts, Some(member.account), "oidc: the identity provider gives the member no role").await?;
            let text = say("provider-no-roles-text");
            outside(StatusCode::FORBIDDEN, &say("provider-no-roles-title"), &html! { p { (text) } })
        }
    };
    response.headers_mut().append(header::SET_COOKIE, end);
    Ok(response)
}

/// Why a sign-in failed.
enum Refusal {
    Provider(OidcError),
    /// The person whom the provider names is not a member.
    Stranger(Box<Person>),
    /// The claims of the member give no role at all.
    WithoutRoles(Box<Member>),
    Store(StoreError),
}

impl From<OidcError> for Refusal {
    fn from(error: OidcError) -> Self {
        Self::Provider(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn finish(
    app: &App,
    provider: &Oidc,
    parts: &Parts,
    pending: Option<&PendingSignIn>,
    callback: &Callback,
) -> Result<HeaderValue, Refusal> {
    let pending = pending.ok_or(OidcError::OtherSignIn)?;
    // Waits for the provider, so others may use the slot.
    RequestContext::of(parts).leave_slot();
    let person = provider.finish(&pending.sign_in, callback, app.services.clock.now()).await?;
    let stranger = || Refusal::Stranger(Box::new(person.clone()));
    let known = find(app, &person).await?.ok_or_else(stranger)?;
    let change = OwnChange::Identity(person.identity.clone(), person.roles.clone());
    let caller = Caller::system(Member::home(known.account), &RequestContext::of(parts).request_id.to_string());
    let member = match set_own(&app.services, &caller, known.account, known.id, &change).await {
        Ok(member) => member,
        Err(DeskError::Store(error)) => return Err(error.into()),
        // The member was removed in the meantime.
        Err(_) => return Err(stranger()),
    };
    if member.details.roles.is_empty() {
        return Err(Refusal::WithoutRoles(Box::new(member)));
    }
    enter(app, parts, &member, Proof::Provider).await.map_err(|error| match error {
        DeskError::Store(error) => error.into(),
        _ => stranger(),
    })
}

/// The member with a person's identity. Otherwise the member with the person's address, unless another person of the
/// same provider has signed in as that member: addresses are given to others when people leave.
async fn find(app: &App, person: &Person) -> Result<Option<Member>, StoreError> {
    let mut members = Vec::new();
    for account in app.services.store.accounts().await? {
        if !app.services.closed.contains(account.account_id) {
            members.extend(members::list(&app.services, account.account_id).await?);
        }
    }
    let is_same = |member: &Member| member.details.identity.as_ref() == Some(&person.identity);
    if let Some(member) = members.iter().find(|member| is_same(member)) {
        return Ok(Some(member.clone()));
    }
    let Some(email) = &person.email else { return Ok(None) };
    let is_free = |member: &Member| {
        member.details.identity.as_ref().is_none_or(|identity| identity.issuer != person.identity.issuer)
    };
    Ok(members.into_iter().find(|member| is_free(member) && is_same_address(&member.details.email, email)))
}

/// The page after a sign-in at the provider failed.
fn refused(error: &OidcError) -> Response {
    let (status, key) = match error {
        OidcError::Unreachable | OidcError::Unexpected(_) => (StatusCode::BAD_GATEWAY, "provider-unreachable"),
        OidcError::Refused(_) => (StatusCode::FORBIDDEN, "provider-refused"),
        OidcError::OtherSignIn => (StatusCode::BAD_REQUEST, "provider-other"),
        OidcError::Token(_) => (StatusCode::BAD_GATEWAY, "provider-token"),
    };
    let content = html! {
        p { (say(key)) }
        p { a.button href="/desk/sign-in" { (say("sign-in-again")) } }
    };
    outside(status, &say("provider-title"), &content)
}

/// The page for a person whom the provider knows, and the desk does not.
fn stranger(email: Option<&str>) -> Response {
    let text = match email {
        Some(email) => say_with("stranger-text", &[("email", email.into())]),
        None => say("stranger-no-email"),
    };
    let content = html! {
        p { (text) }
        p { (say("stranger-help")) }
        p { a.button href="/desk/sign-in" { (say("sign-in-again")) } }
    };
    outside(StatusCode::FORBIDDEN, &say("stranger-title"), &content)
}

/// The reason of a failure in the audit trail.
const fn why(error: &OidcError) -> &'static str {
    match error {
        OidcError::Unreachable => "oidc: the identity provider could not be reached",
        OidcError::Unexpected(_) => "oidc: unexpected response of the identity provider",
        OidcError::Refused(_) => "oidc: the identity provider refused",
        OidcError::OtherSignIn => "oidc: the response belongs to another sign-in",
        OidcError::Token(_) => "oidc: the ID token is not valid",
    }
}
