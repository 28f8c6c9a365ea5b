//! The passkeys of a member: listed, added, renamed and removed.

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use dossier_core::desk::{Member, Passkey};
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::own_settings::{OwnChange, set_own};
use http::request::Parts;
use http::{StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::challenge::Purpose;
use super::device;
use super::enter::challenges;
use super::fields::Fields;
use super::pages;
use super::passkeys::{self, PasskeyError, Registration};
use super::seat::{Fresh, SignedIn, refusal};
use super::sign_in::{passkey_button, refused};
use super::text::{say, say_with};
use crate::http::body::{Expected, WholeBody};
use crate::http::problem::Problem;
use crate::http::state::App;
use crate::pages::assets;
use crate::readable::moment;

/// `GET /desk/passkeys`
pub async fn page(State(app): State<App>, RawQuery(query): RawQuery, parts: Parts, signed_in: SignedIn) -> Response {
    // Whether the member comes from a one-time link.
    let is_new = Fields::read(query.unwrap_or_default().as_bytes()).get("new") == "1";
    let passkeys = &signed_in.member.details.passkeys;
    let is_fresh = signed_in.sign_in.is_fresh(app.services.clock.now());
    let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let next = if is_new { "/desk" } else { "/desk/passkeys" };
    let content = html! {
        p { (say("passkeys-text")) }
        @if is_new { p.hint { (say("passkeys-new")) } }
        (list(passkeys))
        section aria-labelledby="add-title" {
            h2 #add-title { (say("passkey-add-title")) }
            @if is_fresh {
                label for="passkey-name" { (say("passkey-name")) }
                input #passkey-name type="text" maxlength="64" value=(device::name(agent).unwrap_or_default())
                    autocomplete="off";
                (passkey_button("create", "passkey-add", "/desk/passkeys", next))
                script src=(assets::url("passkey.js")) defer {}
            } @else {
                p { (say("passkey-fresh")) }
                p { a.button href="/desk/sign-in?to=%2Fdesk%2Fpasskeys&fresh=1" { (say("fresh-title")) } }
            }
        }
        @if is_new { p { a href="/desk" { (say("passkeys-later")) } } }
    };
    pages::page(&signed_in, &say("passkeys-title"), "narrow", &content)
}

fn list(passkeys: &[Passkey]) -> Markup {
    html! {
        @if passkeys.is_empty() {
            p.empty { (say("passkeys-none")) }
        } @else {
            ul.cards {
                @for passkey in passkeys {
                    li.card {
                        h2 { bdi { (passkey.name) } }
                        p.hint {
                            (say_with("passkey-added", &[("time", time(passkey.added_at).into())]))
                            @if let Some(used) = passkey.used_at {
                                " · " (say_with("last-used", &[("time", time(used).into())]))
                            }
                        }
                        details {
                            summary { (say("passkey-change")) span.sr { " " (passkey.name) } }
                            form method="post" action="/desk/passkeys/rename" {
                                input type="hidden" name="id" value=(passkey.id);
                                label for={ "name-" (passkey.id) } { (say("passkey-name")) }
                                input id={ "name-" (passkey.id) } type="text" name="name" value=(passkey.name)
                                    maxlength="64" required autocomplete="off";
                                p { button type="submit" { (say("passkey-rename")) } }
                            }
                            form method="post" action="/desk/passkeys/remove" {
                                input type="hidden" name="id" value=(passkey.id);
                                p { (say("passkey-remove-text")) }
                                p { button.danger type="submit" { (say("passkey-remove")) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn time(at: dossier_core::clock::Timestamp) -> String {
    moment(&at.to_string()).unwrap_or_default()
}

/// `POST /desk/passkeys/begin`: the options for a new passkey.
pub async fn begin(State(app): State<App>, Fresh(signed_in): Fresh) -> Result<Response, Problem> {
    let member = &signed_in.member;
    let (name, email) = (member.details.name.as_str(), &member.details.email);
    let begun = app.ways.passkeys.begin_registration(member.id, name, email, &credentials(member));
    let (options, registration) = begun.map_err(|_| Problem::internal())?;
    let (challenges, now) = challenges(&app);
    let cookie = challenges.begin(Purpose::NewPasskey, &registration, now);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(options)).into_response())
}

/// A new passkey, as a script sends it.
#[derive(Deserialize)]
struct NewPasskey {
    #[serde(default)]
    name: String,
    credential: Value,
}

/// `POST /desk/passkeys/finish`
pub async fn finish(
    State(app): State<App>,
    Fresh(signed_in): Fresh,
    parts: Parts,
    body: Body,
) -> Result<Response, Problem> {
    let body = WholeBody::read(&app, &parts, body, Expected::JSON).await?;
    let (challenges, now) = challenges(&app);
    let member = &signed_in.member;
    let registration: Option<Registration> = challenges.take(Purpose::NewPasskey, &parts.headers, now);
    let end = challenges.end(Purpose::NewPasskey);
    let own = registration.filter(|registration| registration.member == member.id);
    let (new, registration) = match (serde_json::from_slice::<NewPasskey>(&body), own) {
        (Ok(new), Some(registration)) => (new, registration),
        _ => return Ok(refused(StatusCode::BAD_REQUEST, PasskeyError::Malformed, end)),
    };
    let response = new.credential.to_string();
    let credential = match app.ways.passkeys.finish_registration(&registration, &credentials(member), &response) {
        Ok(credential) => credential,
        Err(error) => return Ok(refused(StatusCode::BAD_REQUEST, error, end)),
    };
    let id = passkeys::id(&credential).unwrap_or_default().to_owned();
    let name = if new.name.trim().is_empty() { say("passkey") } else { new.name };
    let passkey = Passkey { id, name, credential, added_at: now, used_at: None };
    let change = OwnChange::AddPasskey(passkey);
    let cookies = AppendHeaders([(header::SET_COOKIE, end)]);
    match set_own(&app.services, &signed_in.caller, member.account, member.id, &change).await {
        Ok(_) => Ok((cookies, Json(json!({}))).into_response()),
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(DeskError::Invalid(violations)) => {
            let texts: Vec<_> = violations.0.iter().map(|one| &*one.message).collect();
            Ok((StatusCode::BAD_REQUEST, cookies, Json(json!({ "text": texts.join(" · ") }))).into_response())
        }
        Err(_) => Err(Problem::not_found()),
    }
}

fn credentials(member: &Member) -> Vec<Value> {
    member.details.passkeys.iter().map(|known| known.credential.clone()).collect()
}

/// `POST /desk/passkeys/rename`
pub async fn rename(State(app): State<App>, signed_in: SignedIn, fields: Fields) -> Result<Response, Problem> {
    let change = OwnChange::RenamePasskey(fields.get("id").to_owned(), fields.get("name").to_owned());
    changed(&app, &signed_in, &change).await
}

/// `POST /desk/passkeys/remove`
pub async fn remove(State(app): State<App>, Fresh(signed_in): Fresh, fields: Fields) -> Result<Response, Problem> {
    changed(&app, &signed_in, &OwnChange::RemovePasskey(fields.get("id").to_owned())).await
}

async fn changed(app: &App, signed_in: &SignedIn, change: &OwnChange) -> Result<Response, Problem> {
    let SignedIn { member, caller, .. } = signed_in;
    match set_own(&app.services, caller, member.account, member.id, change).await {
        Ok(_) => Ok(Redirect::to("/desk/passkeys").into_response()),
        Err(error) => refusal(signed_in, error),
    }
}
