//! Turns the pass in the cookie into a [`Visit`], or into a page that says what to do.

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::Caller;
use dossier_core::customer::Customer;
use dossier_core::form::edit::Edit;
use dossier_core::form::sheet::Sheet;
use dossier_core::ids::SessionId;
use dossier_core::store::StoreError;
use dossier_core::use_cases::enter_form::{Visitor, visitor};
use dossier_core::use_cases::save_form::save_edit;
use dossier_core::use_cases::session::Landing;
use dossier_core::use_cases::write_customer::UpdateError;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use super::cookies::{entered, pass};
use super::language::localization;
use super::layout::PageContext;
use super::link_form::link_form;
use super::messages::{closed, message_with, too_fast};
use crate::http::claimant::Claimant;
use crate::http::context::RequestContext;
use crate::http::cookie::cookies;
use crate::http::problem::Problem;
use crate::http::state::App;

/// A browser in an open form.
pub struct Visit {
    pub visitor: Visitor,
    /// The customer as it was when the request came.
    pub customer: Box<Customer>,
    /// The context of its pages.
    pub page: PageContext,
    /// Whether a script made the request.
    pub is_script: bool,
    /// The entered fields of a form that is shown again.
    pub(super) entered: HashMap<String, String>,
}

impl Visit {
    /// The form as it is now.
    pub fn sheet<'a>(&'a self, app: &'a App) -> Sheet<'a> {
        let now = app.services.now(self.visitor.scope());
        let reveal = self.page.account().map(|account| account.form.reveal).unwrap_or_default();
        Sheet::new(&app.services.policy.rules, &self.customer, &self.visitor.device, now).seen_under(reveal)
    }

    /// The same visit after a save.
    #[must_use]
    pub fn after(self, customer: Customer) -> Self {
        Self { customer: Box::new(customer), ..self }
    }

    /// The response to a save that failed. If the form has just been closed, the visitor is redirected to its closing
    /// page, and a script gets a 409, after which it loads that page.
    pub(super) fn refused(&self, error: UpdateError) -> Result<Response, Problem> {
        match error {
            UpdateError::Conflict(_) if self.is_script => Ok(StatusCode::CONFLICT.into_response()),
            UpdateError::Conflict(_) => Ok(Redirect::to(&self.page.base).into_response()),
            other => Err(other.into()),
        }
    }
}

/// How many passes of a browser are checked.
const MAX_PASSES: usize = 8;

/// Recognises a browser that also has a pass of an earlier link to the same customer, so that it still sees its own
/// answers.
pub async fn recognise(app: &App, headers: &HeaderMap, new: &Visitor) -> Result<(), StoreError> {
    for shown in passes(headers) {
        let Caller { address, request_id, .. } = new.caller.clone();
        if let Some((old, _)) = visitor(&app.services, shown, address, request_id).await?
            && (old.scope(), old.customer) == (new.scope(), new.customer)
        {
            // If the form has been closed in the meantime, its page says so.
            let _ = save_edit(&app.services, new, Edit::Adopt(old.device)).await;
        }
    }
    Ok(())
}

/// The open form for which a browser has a pass, if there is one.
pub(super) async fn open_form(app: &App, headers: &HeaderMap, context: &RequestContext) -> Option<SessionId> {
    for shown in passes(headers) {
        let found = visitor(&app.services, shown, Some(context.address), context.request_id.to_string()).await;
        if let Ok(Some((visitor, Landing::Open(customer)))) = found
            && customer.kyc.state.takes_input()
        {
            return Some(visitor.session);
        }
    }
    None
}

/// The passes of a browser, for any session.
fn passes(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let of_a_session = |name: &str| name.trim_start_matches("__Host-").starts_with("dossier-");
    cookies(headers).filter(move |(name, _)| of_a_session(name)).take(MAX_PASSES).map(|(_, shown)| shown)
}

impl FromRequestParts<App> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let l10n = localization(&parts.headers, &parts.uri);
        let is_script = parts.headers.contains_key("hx-request");
        let context = RequestContext::of(parts);
        let session = parts.uri.path().split('/').nth(2).and_then(SessionId::parse);
        let unknown = || match app.limiters.failed(context) {
            // A script would retry after a 429, but its pass has ended for good.
            Err(limited) if !is_script => too_fast(&l10n, limited),
            _ => message_with(&l10n, StatusCode::FORBIDDEN, "no-pass", &link_form(&l10n, None)),
        };
        let session = session.ok_or_else(unknown)?;
        let pass = pass(&app.form_url, &parts.headers, session).ok_or_else(unknown)?;
        let (address, request_id) = (Some(context.address), context.request_id.to_string());
        let failed = |error: StoreError| Problem::from(error).into_response();
        let found = visitor(&app.services, pass, address, request_id).await.map_err(failed)?;
        let (visitor, landing) = found.filter(|(visitor, _)| visitor.session == session).ok_or_else(unknown)?;
        let known = context.identify(Claimant::Session(session), visitor.scope().account);
        known.map_err(|full| Problem::from(full).into_response())?;
        // Files are also counted when they arrive.
        if parts.method == Method::POST {
            let spent = app.limiters.form_writes.spend(Claimant::Session(session), context.began);
            spent.map_err(|limited| too_fast(&l10n, limited))?;
        }
        let account = app.services.store.account(visitor.scope().account).await.map_err(failed)?;
        let page = PageContext::new(l10n, account, Some(session));
        match landing {
            Landing::Open(customer) if customer.kyc.state.takes_input() => {
                let entered = entered(&app.form_url, &parts.headers, session);
                Ok(Self { visitor, customer, page, is_script, entered })
            }
            other => {
                let mut response = closed(&page, &other);
                if is_script {
                    // A script cannot show a whole page in place of pieces. A 409 makes it load the page.
                    *response.status_mut() = StatusCode::CONFLICT;
                }
                Err(response)
            }
        }
    }
}
