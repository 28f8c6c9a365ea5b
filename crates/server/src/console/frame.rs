//! The frame of the console's pages, and who may open them.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Redirect, Response};
use dossier_core::api_key::KeyRecord;
use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::desk::{FRESH_SECONDS, Permission, Role};
use dossier_core::ids::KeyId;
use dossier_core::store::StoreError;
use dossier_core::use_cases::api_keys;
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::send_once;
use http::StatusCode;
use http::request::Parts;
use maud::{Markup, html};

use crate::desk::fields::Fields;
use crate::desk::pages::{self, Viewer};
use crate::desk::place;
use crate::desk::queue::visible;
use crate::desk::seat::{Desk, SignedIn, fresh};
use crate::desk::text::{say, say_with};
use crate::http::state::App;

/// The field with the number of a form.
const FORM_NUMBER: &str = "form_number";

/// A member who may manage keys and webhooks, in the environment that the path names.
pub struct Console(pub Desk);

/// The same, who proved a short time ago who they are.
pub struct FreshConsole(pub Desk);

impl FromRequestParts<App> for Console {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let desk = Desk::from_request_parts(parts, app).await?;
        match desk.seat.require(Permission::ManageKeys) {
            Ok(()) => Ok(Self(desk)),
            Err(error) => Err(pages::refused(viewer(&desk), &error)),
        }
    }
}

/// A member who may make keys, and say where webhooks are sent.
pub struct Giver;

impl FromRequestParts<App> for Giver {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Console(desk) = Console::from_request_parts(parts, app).await?;
        match desk.seat.require(Permission::GiveAccess) {
            Ok(()) => Ok(Self),
            Err(error) => Err(pages::refused(viewer(&desk), &error)),
        }
    }
}

/// Whether the pages show what only a [`Giver`] may do.
pub fn gives_access(desk: &Desk) -> bool {
    desk.seat.require(Permission::GiveAccess).is_ok()
}

/// A link to something that only a [`Giver`] may do, or a sentence that says so.
pub fn given(desk: &Desk, link: &Markup) -> Markup {
    html! { @if gives_access(desk) { p.actions { (link) } } @else { p.hint { (say("admins-give")) } } }
}

impl FromRequestParts<App> for FreshConsole {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Console(desk) = Console::from_request_parts(parts, app).await?;
        fresh(parts, app, &desk.signed_in)?;
        Ok(Self(desk))
    }
}

/// The form of a member who proved a short time ago who they are. If that was too long ago, a page keeps what they
/// entered until they have signed in again.
pub struct FreshForm(pub Desk, pub Fields);

impl FromRequest<App> for FreshForm {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Console(desk) = Console::from_request_parts(&mut parts, app).await?;
        let is_fresh = fresh(&parts, app, &desk.signed_in).is_ok();
        let path = parts.uri.path().to_owned();
        let fields = Fields::from_request(Request::from_parts(parts, body), app).await;
        let fields = fields.map_err(IntoResponse::into_response)?;
        if is_fresh { Ok(Self(desk, fields)) } else { Err(sign_in_again(&desk, &path, &fields)) }
    }
}

/// Keeps a form while its member signs in again in another tab.
fn sign_in_again(desk: &Desk, path: &str, fields: &Fields) -> Response {
    let content = html! {
        p { (say_with("again-text", &[("minutes", (FRESH_SECONDS / 60).into())])) }
        p {
            a.button.primary href=(place::sign_in(&base(desk), true)) target="_blank" rel="noopener" {
                (say("again-sign-in"))
            }
        }
        form method="post" action=(path) {
            @for (name, value) in fields.iter() { input type="hidden" name=(name) value=(value); }
            button type="submit" { (say("again-send")) }
        }
    };
    let mut response = pages::page_within(viewer(desk), &html! {}, &say("again-title"), "console", &content);
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// `GET /console`: leads to the environment in which the member may manage keys, first to the sandbox.
pub async fn home(signed_in: SignedIn) -> Response {
    let member = &signed_in.member;
    let first = Environment::ALL.iter().find(|one| member.may(Permission::ManageKeys, **one));
    match first {
        Some(environment) => Redirect::to(&format!("/console/{environment}")).into_response(),
        None => {
            let error = DeskError::Forbidden(Permission::ManageKeys, Environment::Sandbox);
            pages::refused(&signed_in, &error)
        }
    }
}

fn viewer(desk: &Desk) -> Viewer<'_> {
    Viewer { is_console: true, ..desk.into() }
}

/// The path of the environment's pages, without a slash at the end.
#[must_use]
pub fn base(desk: &Desk) -> String {
    format!("/console/{}", desk.environment())
}

/// Whether the member may see the settings of the installation.
#[must_use]
pub fn sees_settings(desk: &Desk) -> bool {
    desk.seat.member.details.roles.of(desk.environment()).contains(&Role::Admin)
}

/// A page of the console, in the part that its navigation marks.
pub fn page(desk: &Desk, part: &str, title: &str, content: &Markup) -> Response {
    let base = base(desk);
    let is_sandbox = desk.environment() == Environment::Sandbox;
    let parts = ["overview", "requests", "events", "webhooks", "keys"].into_iter();
    let parts = parts.chain(is_sandbox.then_some("sandbox")).chain(sees_settings(desk).then_some("settings"));
    let navigation = html! {
        nav.parts aria-label=(say("console-nav")) {
            @for one in parts {
                @let path = if one == "overview" { String::new() } else { format!("/{one}") };
                a href={ (base) (path) } aria-current=[(one == part).then_some("page")] {
                    (say(&format!("console-{one}")))
                }
            }
        }
    };
    pages::page_within(viewer(desk), &navigation, title, "console", content)
}

/// A page that says why something was not done, with what to do instead.
pub fn refused(desk: &Desk, part: &str, (title, text): (&str, &str), link: &Markup) -> Response {
    let mut response = page(desk, part, title, &html! { p { (text) } p { (link) } });
    *response.status_mut() = StatusCode::CONFLICT;
    response
}

/// A form that is shown again, because something in it is wrong.
#[must_use]
pub fn unprocessable(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// The hidden number of a form whose result is shown once. A browser that sends the form again sends the same number.
pub fn form_number(app: &App) -> Markup {
    html! { input type="hidden" name=(FORM_NUMBER) value=(send_once::form_number(&app.services)); }
}

/// A page that says that this form was sent before, unless it is the first time. `to` and `text` lead to the list that
/// has what it made.
pub async fn first_time(
    app: &App,
    desk: &Desk,
    fields: &Fields,
    (part, path, text): (&str, &str, &str),
) -> Result<Option<Response>, StoreError> {
    if send_once::is_first(&app.services, &desk.seat.caller, fields.get(FORM_NUMBER)).await? {
        return Ok(None);
    }
    let link = html! { a.button href=(path) { (text) } };
    Ok(Some(refused(desk, part, (&say("sent-title"), &say("sent-text")), &link)))
}

/// The names of the scope's keys.
pub struct KeyNames(BTreeMap<KeyId, String>);

impl KeyNames {
    pub async fn read(app: &App, desk: &Desk) -> Result<Self, StoreError> {
        Ok(Self(api_keys::names(&app.services, desk.scope()).await?))
    }

    #[must_use]
    pub fn of(keys: &[KeyRecord]) -> Self {
        Self(keys.iter().map(|key| (key.key_id, key.name.clone())).collect())
    }

    /// The name of a key, or its id if it has none any more.
    #[must_use]
    pub fn name(&self, key: KeyId) -> String {
        self.0.get(&key).map_or_else(|| key.to_string(), |name| visible(name))
    }

    pub fn iter(&self) -> impl Iterator<Item = (KeyId, String)> {
        self.0.iter().map(|(key, name)| (*key, visible(name)))
    }
}

/// A count with thin groups of thousands: `12,480`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration in microseconds: `0.9 ms`, `12 ms` or `1.2 s`.
#[must_use]
pub fn duration(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

/// A moment in a list, short and in UTC: `30 Nov 15:40:05`. The whole moment is in the attribute.
pub fn short_time(at: Timestamp) -> Markup {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.to_string();
    let month = text.get(5..7).and_then(|month| month.parse::<usize>().ok()).unwrap_or(1);
    let day = text.get(8..10).unwrap_or_default().trim_start_matches('0');
    html! {
        time datetime=(text) title=(text) {
            (day) " " (MONTHS[(month - 1) % 12]) " " (text.get(11..19).unwrap_or_default())
        }
    }
}

/// A choice in a form that a GET sends.
pub fn select(name: &str, label: &str, options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for (value, text) in options {
                    option value=(value) selected[value == chosen] { (text) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_in_a_list_is_short() {
        let at = Timestamp::parse("2026-03-05T04:05:06.789Z").expect("a moment");
        let text = short_time(at).into_string();
        assert!(text.contains("datetime=\"2026-03-05T04:05:06.789Z\"") && text.contains(">5 Mar 04:05:06<"), "{text}");
    }

    #[test]
    fn counts_and_durations_are_short() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_480_001, "12,480,001")] {
            assert_eq!(count(number), text);
        }
        for (micros, text) in
            [(0, "0.0 ms"), (950, "0.9 ms"), (1_100, "1.1 ms"), (12_345, "12 ms"), (1_250_000, "1.2 s")]
        {
            assert_eq!(duration(micros), text);
        }
    }
}
