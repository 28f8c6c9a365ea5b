//! Who visits: the pass in the cookie becomes a [`Visit`], or a page that says how to go on.

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

use super::cookies::{cookies, entered, pass};
use super::language::localization;
use super::layout::PageContext;
use super::link_form::link_form;
use super::messages::{closed, message_with, too_fast};
use crate::http::claimant::Claimant;
use crate::http::context::RequestContext;
use crate::http::problem::Problem;
use crate::http::state::App;

/// A browser in an open form.
pub struct Visit {
    /// The browser.
    pub visitor: Visitor,
    /// The customer as it was when the request came.
    pub customer: Box<Customer>,
    /// What stands around the content of its pages.
    pub page: PageContext,
    /// Whether a script asks for a part of a page.
    pub is_script: bool,
    /// What was entered last into a form that is shown again.
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

    /// What could not be saved. If the form was closed in this very moment, its page says so, which a script loads as a
    /// whole.
    pub(super) fn refused(&self, error: UpdateError) -> Result<Response, Problem> {
        match error {
            UpdateError::Conflict(_) if self.is_script => Ok(StatusCode::CONFLICT.into_response()),
            UpdateError::Conflict(_) => Ok(Redirect::to(&self.page.base).into_response()),
            other => Err(other.into()),
        }
    }
}

/// Passes of earlier links that a browser may show.
const MAX_PASSES: usize = 8;

/// A browser that shows a pass of an earlier link of the same customer goes on as the one that it was: what it typed is
/// shown to it.
pub async fn recognise(app: &App, headers: &HeaderMap, new: &Visitor) -> Result<(), StoreError> {
    for shown in passes(headers) {
        let Caller { address, request_id, .. } = new.caller.clone();
        if let Some((old, _)) = visitor(&app.services, shown, address, request_id).await?
            && (old.scope(), old.customer) == (new.scope(), new.customer)
        {
            // A form that was closed meanwhile says so itself.
            let _ = save_edit(&app.services, new, Edit::Adopt(old.device)).await;
        }
    }
    Ok(())
}

/// The form that a browser may go on with: one for which it shows a pass, and which is open.
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

/// What a browser shows as passes, whatever their sessions.
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
            // A script that is told to wait tries again, and its pass has ended for good.
            Err(limited) if !is_script => too_fast(&l10n, limited),
            _ => message_with(&l10n, StatusCode::FORBIDDEN, "no-pass", &link_form(&l10n, None)),
        };
        let session = session.ok_or_else(unknown)?;
        let pass = pass(&app.public_url, &parts.headers, session).ok_or_else(unknown)?;
        let (address, request_id) = (Some(context.address), context.request_id.to_string());
        let failed = |error: StoreError| Problem::from(error).into_response();
        let found = visitor(&app.services, pass, address, request_id).await.map_err(failed)?;
        let (visitor, landing) = found.filter(|(visitor, _)| visitor.session == session).ok_or_else(unknown)?;
        let known = context.identify(Claimant::Session(session), visitor.scope().account);
        known.map_err(|full| Problem::from(full).into_response())?;
        // Each file is counted besides, when it comes.
        if parts.method == Method::POST {
            let spent = app.limiters.form_writes.spend(Claimant::Session(session), context.began);
            spent.map_err(|limited| too_fast(&l10n, limited))?;
        }
        let account = app.services.store.account(visitor.scope().account).await.map_err(failed)?;
        let page = PageContext::new(l10n, account, Some(session));
        match landing {
            Landing::Open(customer) if customer.kyc.state.takes_input() => {
                let entered = entered(&app.public_url, &parts.headers, session);
                Ok(Self { visitor, customer, page, is_script, entered })
            }
            other => {
                let mut response = closed(&page, &other);
                if is_script {
                    // A script does not put a page beside a field: it loads it.
                    *response.status_mut() = StatusCode::CONFLICT;
                }
                Err(response)
            }
        }
    }
}
