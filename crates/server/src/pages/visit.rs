//! Who visits: the pass in the cookie becomes a [`Visit`], or a page that says how to go on.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use dossier_core::caller::Caller;
use dossier_core::customer::Customer;
use dossier_core::form::edit::Edit;
use dossier_core::form::sheet::Sheet;
use dossier_core::ids::SessionId;
use dossier_core::store::StoreError;
use dossier_core::use_cases::enter_form::{Visitor, visitor};
use dossier_core::use_cases::save_form::save;
use dossier_core::use_cases::session::Landing;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::landing;
use super::layout::Surroundings;
use crate::http::App;
use crate::http::budget::Claimant;
use crate::http::context::RequestContext;
use crate::http::problem::Problem;

/// A browser in an open form.
pub struct Visit {
    /// The browser.
    pub visitor: Visitor,
    /// The customer as it was when the request came.
    pub customer: Box<Customer>,
    /// What stands around the content of its pages.
    pub around: Surroundings,
}

impl Visit {
    /// The form as it is now.
    pub fn sheet<'a>(&'a self, app: &'a App) -> Sheet<'a> {
        let now = app.services.now(self.visitor.scope());
        Sheet::new(&app.services.policy.rules, &self.customer, &self.visitor.device, now)
    }

    /// The same visit after a save.
    #[must_use]
    pub fn after(self, customer: Customer) -> Self {
        Self { customer: Box::new(customer), ..self }
    }
}

/// The cookies of a request.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// A cookie of the request.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The name of the cookie of one session: somebody may be in the forms of two customers at once.
fn cookie_name(public_url: &str, session: SessionId) -> String {
    // Browsers take `__Host-` only with Secure, and Secure only over TLS.
    let prefix = if secure(public_url).is_empty() { "" } else { "__Host-" };
    format!("{prefix}dossier-{session}")
}

/// What cookies have at their end where customers come over TLS.
#[must_use]
pub fn secure(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "; Secure" } else { "" }
}

/// The pass that a browser shows for a session.
#[must_use]
pub fn pass<'a>(public_url: &str, headers: &'a HeaderMap, session: SessionId) -> Option<&'a str> {
    cookie(headers, &cookie_name(public_url, session))
}

/// The header that gives a browser its pass; one without a life takes it away.
#[must_use]
pub fn set_cookie(public_url: &str, session: SessionId, pass: &str, seconds: i64) -> HeaderValue {
    let name = cookie_name(public_url, session);
    let text = format!("{name}={pass}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{}", secure(public_url));
    let mut value = HeaderValue::try_from(text).expect("a cookie of ASCII");
    value.set_sensitive(true);
    value
}

/// Passes of earlier links that a browser may show.
const MAX_PASSES: usize = 8;

/// A browser that shows a pass of an earlier link of the same customer goes on as the one that it was: what it typed is
/// shown to it.
///
/// # Errors
///
/// The store's.
pub async fn recognise(app: &App, headers: &HeaderMap, new: &Visitor) -> Result<(), StoreError> {
    let of_a_session = |name: &str| name.trim_start_matches("__Host-").starts_with("dossier-");
    for (_, shown) in cookies(headers).filter(|(name, _)| of_a_session(name)).take(MAX_PASSES) {
        let Caller { address, request_id, .. } = new.caller.clone();
        if let Some((old, _)) = visitor(&app.services, shown, address, request_id).await?
            && (old.scope(), old.customer) == (new.scope(), new.customer)
        {
            // A form that was closed meanwhile says so itself.
            let _ = save(&app.services, new, Edit::Adopt(old.device)).await;
        }
    }
    Ok(())
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let talk = super::talk(&parts.headers, &parts.uri);
        let context = RequestContext::of(parts);
        let session = parts.uri.path().split('/').nth(2).and_then(SessionId::parse);
        let unknown = || match app.limiters.failed(context) {
            // A script that is told to wait tries again, and its pass has ended for good.
            Err(limited) if !super::form::is_partial(&parts.headers) => super::too_fast(&talk, limited),
            _ => super::message(&talk, StatusCode::FORBIDDEN, "no-pass"),
        };
        let session = session.ok_or_else(unknown)?;
        let pass = pass(&app.public_url, &parts.headers, session).ok_or_else(unknown)?;
        let (address, request_id) = (Some(context.address), context.request_id.to_string());
        let failed = |error: StoreError| Problem::from(error).into_response();
        let found = visitor(&app.services, pass, address, request_id).await.map_err(failed)?;
        let (visitor, landing) = found.filter(|(visitor, _)| visitor.session == session).ok_or_else(unknown)?;
        let known = context.identify(Claimant::Session(session), visitor.scope().account);
        known.map_err(|full| Problem::from(full).into_response())?;
        let uploads = parts.uri.path().contains("/upload/");
        if parts.method == Method::POST {
            let limiter = if uploads { &app.limiters.form_uploads } else { &app.limiters.form_writes };
            let spent = limiter.spend(Claimant::Session(session), context.began);
            spent.map_err(|limited| super::too_fast(&talk, limited))?;
        }
        let account = app.services.store.account(visitor.scope().account).await.map_err(failed)?;
        let around = Surroundings::new(talk, account, Some(session));
        match landing {
            Landing::Open(customer) if customer.kyc.state.takes_input() => Ok(Self { visitor, customer, around }),
            other => {
                let mut response = landing::closed(&around, &other);
                if super::form::is_partial(&parts.headers) {
                    // A script does not put a page beside a field: it loads it.
                    *response.status_mut() = StatusCode::CONFLICT;
                }
                Err(response)
            }
        }
    }
}
