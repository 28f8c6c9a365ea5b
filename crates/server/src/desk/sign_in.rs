//! The page for signing in, and sign-in with a passkey.

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use dossier_core::ids::AccountId;
use dossier_core::use_cases::members::{self, DeskError};
use dossier_core::use_cases::sign_in::{Proof, UsedPasskey};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use maud::html;
use serde_json::json;

use super::challenge::Purpose;
use super::enter::{challenges, enter, failed};
use super::fields::Fields;
use super::pages::outside;
use super::passkeys::{self, PasskeyError, PasskeySignIn, Passkeys};
use super::place;
use super::seat::SignedIn;
use super::text::say;
use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::pages::assets;

/// Where a sign-in leads, and whether the member must prove again who they are.
pub struct Aim(Fields);

impl Aim {
    /// Reads a query.
    #[must_use]
    pub fn read(query: Option<&str>) -> Self {
        Self(Fields::read(query.unwrap_or_default().as_bytes()))
    }

    /// The place to return to.
    #[must_use]
    pub fn to(&self) -> &str {
        place::checked(self.0.get("to"))
    }

    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.0.get("fresh") == "1"
    }
}

/// `GET /desk/sign-in`
pub async fn page(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    signed_in: Result<SignedIn, Response>,
) -> Response {
    let aim = Aim::read(query.as_deref());
    let to = aim.to();
    let member = signed_in.ok();
    let is_fresh = |one: &SignedIn| !aim.is_fresh() || one.sign_in.is_fresh(app.services.clock.now());
    if member.as_ref().is_some_and(is_fresh) {
        return Redirect::to(to).into_response();
    }
    let content = html! {
        @if let Some(signed_in) = &member {
            p { (say("fresh-text")) " " bdi { strong { (signed_in.member.details.name.as_str()) } } }
        }
        (passkey_button("get", "sign-in-passkey", "/desk/sign-in", to))
        @if app.ways.provider.is_some() {
            p { a.button href=(place::query("/desk/oidc", to, member.is_some())) { (say("sign-in-provider")) } }
        }
        details {
            summary { (say("sign-in-help")) }
            p { (say("sign-in-help-admin")) }
            p { (say("sign-in-help-operator")) " " code { "dossier members link" } }
        }
        script src=(assets::url("passkey.js")) defer {}
    };
    outside(StatusCode::OK, &say(if member.is_some() { "fresh-title" } else { "sign-in-title" }), &content)
}

/// A button with which a script asks the browser for a passkey. It begins and finishes at paths below `base`, and then
/// goes to a place.
#[must_use]
pub fn passkey_button(ceremony: &str, text: &str, base: &str, to: &str) -> maud::Markup {
    html! {
        div.passkey {
            p {
                button.primary #passkey type="button" hidden data-ceremony=(ceremony) data-base=(base) data-to=(to) {
                    (say(text))
                }
            }
            p.problem #passkey-problem role="alert" hidden data-cancelled=(say("passkey-cancelled"))
                data-duplicate=(say("passkey-duplicate")) data-failed=(say("failed-text"))
                data-unsupported=(say("passkey-unsupported")) {}
            noscript { p { (say("passkey-needs-script")) } }
        }
    }
}

/// `POST /desk/sign-in/begin`: the options for the browser's passkeys.
pub async fn begin(State(app): State<App>) -> Result<Response, Problem> {
    let (options, state) = app.ways.passkeys.begin_sign_in().map_err(|_| Problem::internal())?;
    let (challenges, now) = challenges(&app);
    let cookie = challenges.begin(Purpose::SignIn, &state, now);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(options)).into_response())
}

/// `POST /desk/sign-in/finish`: what a passkey answered.
pub async fn finish(State(app): State<App>, parts: Parts, body: Body) -> Result<Response, Problem> {
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let (challenges, now) = challenges(&app);
    let state = challenges.take(Purpose::SignIn, &parts.headers, now);
    let end = challenges.end(Purpose::SignIn);
    let entered = match state {
        Some(state) => authenticate(&app, &parts, state, &String::from_utf8_lossy(&body)).await,
        None => Err(Refusal::of(PasskeyError::Invalid, None)),
    };
    let cookies = match entered {
        Ok(session) => [session, end],
        Err(Refusal::Passkey { error, account }) => {
            failed(&app, &parts, account, why(error)).await?;
            return Ok(refused(StatusCode::FORBIDDEN, error, end));
        }
        Err(Refusal::Store(error)) => return Err(error.into()),
    };
    let cookies = cookies.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookies), Json(json!({}))).into_response())
}

/// The response to a script whose passkey is not accepted.
#[must_use]
pub fn refused(status: StatusCode, error: PasskeyError, end: HeaderValue) -> Response {
    let text = say(match error {
        PasskeyError::Unknown => "passkey-unknown",
        PasskeyError::Duplicate => "passkey-duplicate",
        PasskeyError::NotStored => "passkey-not-stored",
        PasskeyError::NotVerified => "passkey-not-verified",
        PasskeyError::Copied => "passkey-copied",
        PasskeyError::Malformed | PasskeyError::Invalid => "passkey-invalid",
    });
    (status, AppendHeaders([(header::SET_COOKIE, end)]), Json(json!({ "text": text }))).into_response()
}

/// Why a sign-in failed.
enum Refusal {
    /// The passkey was not accepted. The account is that of the member whom it names.
    Passkey {
        error: PasskeyError,
        account: Option<AccountId>,
    },
    Store(dossier_core::store::StoreError),
}

impl Refusal {
    const fn of(error: PasskeyError, account: Option<AccountId>) -> Self {
        Self::Passkey { error, account }
    }
}

impl From<dossier_core::store::StoreError> for Refusal {
    fn from(error: dossier_core::store::StoreError) -> Self {
        Self::Store(error)
    }
}

/// Checks the response of a passkey and opens a session. Returns the header that gives it to the browser.
async fn authenticate(app: &App, parts: &Parts, state: PasskeySignIn, response: &str) -> Result<HeaderValue, Refusal> {
    let response = Passkeys::read_sign_in(response).map_err(|error| Refusal::of(error, None))?;
    let member = members::find(&app.services, response.member).await?;
    let member = member.ok_or(Refusal::of(PasskeyError::Unknown, None))?;
    let refused = |error| Refusal::of(error, Some(member.account));
    let known: Vec<_> = member.details.passkeys.iter().map(|known| known.credential.clone()).collect();
    let used = app.ways.passkeys.finish_sign_in(state, &response, &known).map_err(refused)?;
    let verified_by = known.into_iter().find(|known| passkeys::id(known) == Some(&used.id));
    let verified_by = verified_by.ok_or(refused(PasskeyError::Unknown))?;
    let proof = Proof::Passkey(UsedPasskey { id: used.id, verified_by, credential: used.credential });
    enter(app, parts, &member, proof).await.map_err(|error| match error {
        DeskError::Store(error) => error.into(),
        // The member was removed in the meantime, or the account is closed.
        _ => refused(PasskeyError::Unknown),
    })
}

/// The reason of a failure in the audit trail.
const fn why(error: PasskeyError) -> &'static str {
    match error {
        PasskeyError::Malformed => "passkey: malformed response",
        PasskeyError::Unknown => "passkey: unknown",
        PasskeyError::NotVerified => "passkey: the device did not verify its user",
        PasskeyError::Copied => "passkey: its counter went back, so it may have been copied",
        PasskeyError::Duplicate | PasskeyError::NotStored | PasskeyError::Invalid => "passkey: not valid",
    }
}
