//! The API keys of an environment. To create, roll or revoke one, a member proves again who they are.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::api_key::{ApiKey, KeyRecord, KeyState};
use dossier_core::clock::Timestamp;
use dossier_core::ids::KeyId;
use dossier_core::use_cases::api_keys::{self, KeyError, NewKey};
use maud::{Markup, html};

use super::frame::{self, Console, FreshConsole, FreshForm, base, short_time, unprocessable};
use super::key_form::{Entered, addresses_field, overlap, overlap_field, read_addresses};
use crate::desk::queue::visible;
use crate::desk::seat::Desk;
use crate::desk::text::{say, say_with, time};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /console/{environment}/keys`
pub async fn page(State(app): State<App>, Console(desk): Console) -> Result<Response, Problem> {
    let mut keys = app.services.store.api_keys(desk.scope()).await?;
    let now = app.services.clock.now();
    // Those that work come first, the newest before older ones.
    keys.reverse();
    keys.sort_by_key(|key| key.state(now) != KeyState::Active);
    let content = html! {
        p.hint { (say("keys-text")) }
        @if keys.is_empty() { p.empty { (say("keys-empty")) } } @else { (table(&desk, &keys, now)) }
        (frame::given(&desk, &html! { a.button.primary href={ (base(&desk)) "/keys/new" } { (say("key-new")) } }))
    };
    Ok(frame::page(&desk, "keys", &say("keys-title"), &content))
}

fn table(desk: &Desk, keys: &[KeyRecord], now: Timestamp) -> Markup {
    let label = |column: &str| say(&format!("keys-{column}"));
    html! {
        div.scroll tabindex="0" role="region" aria-label=(say("keys-title")) {
            table.lines {
                thead {
                    tr {
                        @for column in ["name", "hint", "scopes", "state", "used", "created", "do"] {
                            th scope="col" { (label(column)) }
                        }
                    }
                }
                tbody { @for key in keys { (row(desk, keys, key, now)) } }
            }
        }
    }
}

fn row(desk: &Desk, keys: &[KeyRecord], key: &KeyRecord, now: Timestamp) -> Markup {
    let label = |column: &str| say(&format!("keys-{column}"));
    let state = key.state(now);
    let is_rolled = keys.iter().any(|one| one.predecessor == Some(key.key_id));
    html! {
        tr data-state=(state) {
            th scope="row" { bdi { (visible(&key.name)) } br; code { (key.key_id) } }
            td.hint-of data-label=(label("hint")) { code { (key.hint) } }
            td.scopes data-label=(label("scopes")) { @for scope in &key.scopes { code { (scope) } " " } }
            td data-label=(label("state")) {
                span.state data-state=(if state == KeyState::Active { "approved" } else { "rejected" }) {
                    (say(&format!("key-{state}")))
                }
                @if let Some(end) = key.expires_at.filter(|_| state == KeyState::Active) {
                    " " small { (say("key-ends")) " " (time(end)) }
                }
                @if let Some(at) = key.revoked_at { " " small { (time(at)) } }
                @if !key.addresses.is_empty() { " " small { (say("key-from")) " " (addresses(key)) } }
            }
            td data-label=(label("used")) {
                @match key.last_used_at { Some(at) => (short_time(at)), None => (say("key-never")) }
            }
            td data-label=(label("created")) { (short_time(key.created_at)) }
            td data-label=(label("do")) { @if state == KeyState::Active { (actions(desk, key, is_rolled)) } }
        }
    }
}

/// What can be done with a key that works.
fn actions(desk: &Desk, key: &KeyRecord, is_rolled: bool) -> Markup {
    let path = format!("{}/keys/{}", base(desk), key.key_id);
    let action = |name: &str| {
        let text = say(&format!("key-{name}-do"));
        html! {
            a.button href={ (path) "/" (name) } aria-label={ (text) " " (visible(&key.name)) } { (text) }
        }
    };
    html! {
        div.actions {
            @if !is_rolled && frame::gives_access(desk) { (action("roll")) }
            (action("addresses"))
            (action("revoke"))
        }
    }
}

/// The addresses from which a key may be used, as text.
fn addresses(key: &KeyRecord) -> String {
    key.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// `GET /console/{environment}/keys/new`
pub async fn form(State(app): State<App>, FreshConsole(desk): FreshConsole) -> Response {
    shown(&app, &desk, &Entered::new(desk.environment()))
}

fn shown(app: &App, desk: &Desk, entered: &Entered) -> Response {
    let content = html! {
        form.narrow method="post" {
            (frame::form_number(app))
            (entered.fields())
            p.actions { button.primary type="submit" { (say("key-create")) } }
        }
        p { a href={ (base(desk)) "/keys" } { (say("keys-back")) } }
    };
    let response = frame::page(desk, "keys", &say("key-new"), &content);
    if entered.wrong.is_empty() { response } else { unprocessable(response) }
}

/// `POST /console/{environment}/keys/new`: creates a key, and shows it.
pub async fn create(State(app): State<App>, FreshForm(desk, fields): FreshForm) -> Result<Response, Problem> {
    let entered = Entered::read(&fields);
    if !entered.wrong.is_empty() {
        return Ok(shown(&app, &desk, &entered));
    }
    let list = format!("{}/keys", base(&desk));
    if let Some(sent) = frame::first_time(&app, &desk, &fields, ("keys", &list, &say("keys-back"))).await? {
        return Ok(sent);
    }
    let expires_at = entered.days().map(|days| app.services.clock.now().plus_days(days));
    let addresses = read_addresses(&entered.addresses).unwrap_or_default();
    let new = NewKey { name: entered.name, scopes: entered.scopes, expires_at, addresses };
    match api_keys::create(&app.services, &desk.seat.caller, new).await {
        Ok((key, record)) => Ok(with_key(&desk, &key, &record)),
        Err(error) => refused(&desk, error),
    }
}

/// The page that shows a new key, this once.
fn with_key(desk: &Desk, key: &ApiKey, record: &KeyRecord) -> Response {
    let content = html! {
        p { (say("key-new-text")) }
        label for="new-key" { (say("key-key")) }
        input #new-key type="text" readonly value=(key.expose()) autocomplete="off" spellcheck="false";
        button type="button" data-copies="new-key" data-needs-script hidden { (say("copy")) }
        p.hint { (say("key-once")) }
        p { a.button href={ (base(desk)) "/keys" } { (say("key-stored")) } }
    };
    frame::page(desk, "keys", &say_with("key-new-title", &[("name", visible(&record.name).into())]), &content)
}

fn refused(desk: &Desk, error: KeyError) -> Result<Response, Problem> {
    match error {
        KeyError::NotFound => Err(Problem::not_found()),
        KeyError::Store(error) => Err(error.into()),
        KeyError::Ended => {
            let link = html! { a.button href={ (base(desk)) "/keys" } { (say("keys-back")) } };
            Ok(frame::refused(desk, "keys", (&say("key-ended-title"), &say("key-ended-text")), &link))
        }
    }
}

async fn find(app: &App, desk: &Desk, id: &str) -> Result<KeyRecord, Problem> {
    let keys = app.services.store.api_keys(desk.scope()).await?;
    let id = KeyId::parse(id).ok_or_else(Problem::not_found)?;
    keys.into_iter().find(|key| key.key_id == id).ok_or_else(Problem::not_found)
}

/// A page that asks whether it is meant.
fn ask(desk: &Desk, key: &KeyRecord, action: &str, fields: &Markup) -> Response {
    let name = [("name", visible(&key.name).into())];
    let content = html! {
        p { code { (key.hint) } " " small { code { (key.key_id) } } }
        p { (say(&format!("key-{action}-text"))) }
        form.narrow method="post" {
            (fields)
            p.actions { button.danger[action == "revoke"] type="submit" { (say(&format!("key-{action}-do"))) } }
        }
        p { a href={ (base(desk)) "/keys" } { (say("keys-back")) } }
    };
    frame::page(desk, "keys", &say_with(&format!("key-{action}-title"), &name), &content)
}

/// `GET /console/{environment}/keys/{id}/roll`
pub async fn ask_roll(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshConsole(desk): FreshConsole,
) -> Result<Response, Problem> {
    Ok(ask(&desk, &find(&app, &desk, &id).await?, "roll", &overlap_field(&say("key-overlap"), false)))
}

/// `POST /console/{environment}/keys/{id}/roll`: replaces a key, and shows the new one.
pub async fn roll(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshForm(desk, fields): FreshForm,
) -> Result<Response, Problem> {
    let old = find(&app, &desk, &id).await?;
    let Some(overlap) = overlap(&fields) else {
        return Ok(unprocessable(ask(&desk, &old, "roll", &overlap_field(&say("key-overlap"), true))));
    };
    match api_keys::roll(&app.services, &desk.seat.caller, old.key_id, overlap).await {
        Ok((key, record)) => Ok(with_key(&desk, &key, &record)),
        Err(error) => refused(&desk, error),
    }
}

/// `GET /console/{environment}/keys/{id}/revoke`
pub async fn ask_revocation(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshConsole(desk): FreshConsole,
) -> Result<Response, Problem> {
    Ok(ask(&desk, &find(&app, &desk, &id).await?, "revoke", &html! {}))
}

/// `POST /console/{environment}/keys/{id}/revoke`
pub async fn revoke(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshForm(desk, _): FreshForm,
) -> Result<Response, Problem> {
    let key = find(&app, &desk, &id).await?;
    match api_keys::revoke(&app.services, &desk.seat.caller, key.key_id).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/keys", base(&desk))).into_response()),
        Err(error) => refused(&desk, error),
    }
}

/// `GET /console/{environment}/keys/{id}/addresses`
pub async fn ask_addresses(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshConsole(desk): FreshConsole,
) -> Result<Response, Problem> {
    let key = find(&app, &desk, &id).await?;
    Ok(ask(&desk, &key, "addresses", &addresses_field(&addresses(&key), false)))
}

/// `POST /console/{environment}/keys/{id}/addresses`: from where the key may be used.
pub async fn restrict(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    FreshForm(desk, fields): FreshForm,
) -> Result<Response, Problem> {
    let (key, text) = (find(&app, &desk, &id).await?, fields.get("addresses"));
    let Some(addresses) = read_addresses(text) else {
        return Ok(unprocessable(ask(&desk, &key, "addresses", &addresses_field(text, true))));
    };
    match api_keys::restrict(&app.services, &desk.seat.caller, key.key_id, addresses).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/keys", base(&desk))).into_response()),
        Err(error) => refused(&desk, error),
    }
}
