//! The landing page of a link. A GET changes nothing and reveals no personal data, because programs that preview links
//! send one too. A POST exchanges the link's token for a pass and a URL without the token. Every link, even a broken
//! one, leads to a page with a way on.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::Scope;
use dossier_core::customer::{Customer, CustomerType};
use dossier_core::form::Device;
use dossier_core::form::sheet::Sheet;
use dossier_core::kyc::State as KycState;
use dossier_core::store::StoreError;
use dossier_core::use_cases::enter_form::issue_pass;
use dossier_core::use_cases::session::{self, Landing};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use maud::html;

use super::company::who_asks;
use super::cookies::set_cookie;
use super::language::localization;
use super::layout::PageContext;
use super::lost::{Lost, lost_page, repaired};
use super::messages::{closed, respond, too_fast};
use super::ready::{documents, minutes};
use super::visit::recognise;
use crate::http::claimant::Claimant;
use crate::http::context::RequestContext;
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /kyc/{token}`
pub async fn page(State(app): State<App>, parts: Parts) -> Result<Response, Problem> {
    let l10n = localization(&parts.headers, &parts.uri);
    let Some((scope, landing)) = follow_link(&app, &parts).await? else {
        return Ok(private(match repaired(&parts.uri) {
            Some(link) => link,
            None => match app.limiters.failed(RequestContext::of(&parts)) {
                Ok(()) => lost_page(&app, &parts, Lost::CutOff).await,
                Err(limited) => too_fast(&l10n, limited),
            },
        }));
    };
    let page = PageContext::new(l10n, app.services.store.account(scope.account).await?, None);
    Ok(private(match &landing {
        Landing::Open(customer) if customer.kyc.state.takes_input() => {
            let title = page.say(&format!("welcome-{}", kind(customer)));
            let again = customer.kyc.state == KycState::ResubmissionRequired;
            let until = customer.kyc.session.as_ref().map(|session| session.expires_at.to_string());
            let until = until.map(|until| page.l10n.date(&until).into_owned());
            let device = Device::none();
            let now = app.services.now(scope);
            let sheet = Sheet::new(&app.services.policy.rules, customer, &device, now);
            let ready = documents(&sheet, &page.l10n);
            let content = html! {
                p { (page.say(if again { "welcome-again" } else { "welcome-text" })) }
                @if !ready.is_empty() {
                    h2 { (page.l10n.say("ready-title")) }
                    ul.plain { @for document in &ready { li { (document) } } }
                }
                ul.plain {
                    li { (page.l10n.say_with("welcome-minutes", &[("minutes", minutes(&sheet).into())])) }
                    li { (page.l10n.say("welcome-saved")) }
                    @if let Some(until) = &until {
                        li { (page.l10n.say_with("welcome-until", &[("date", until.as_str().into())])) }
                    }
                }
                (who_asks(&page))
                form method="post" { button.primary type="submit" { (page.l10n.say("welcome-go")) } }
            };
            respond(StatusCode::OK, page.plain(&title, &content))
        }
        closed_one => closed(&page, closed_one),
    }))
}

/// `POST /kyc/{token}`: exchanges the token for a pass, and redirects to a URL without it.
pub async fn enter(State(app): State<App>, parts: Parts) -> Result<Response, Problem> {
    let context = RequestContext::of(&parts);
    let (address, request_id) = (Some(context.address), context.request_id.to_string());
    let mut pass = None;
    if let Some((scope, Landing::Open(customer))) = follow_link(&app, &parts).await? {
        let session = customer.kyc.session.as_ref().map(|open| open.id);
        let spend = |session| app.limiters.form_writes.spend(Claimant::Session(session), context.began);
        if let Some(Err(limited)) = session.map(spend) {
            return Ok(private(too_fast(&localization(&parts.headers, &parts.uri), limited)));
        }
        pass = issue_pass(&app.services, scope, &customer, address, request_id).await?;
    }
    // A link that does not open the form shows its own page.
    let Some(pass) = pass else { return page(State(app), parts).await };
    recognise(&app, &parts.headers, &pass.visitor).await?;
    let session = pass.visitor.session;
    let mut response = Redirect::to(&format!("/form/{session}")).into_response();
    let cookie = set_cookie(&app.form_url, session, &pass.secret, pass.seconds);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(private(response))
}

async fn follow_link(app: &App, parts: &Parts) -> Result<Option<(Scope, Landing)>, StoreError> {
    let token = parts.uri.path().rsplit('/').next().and_then(session::token);
    match token {
        Some(token) => session::follow_link(&app.services, &token).await,
        None => Ok(None),
    }
}

/// Keeps the token in the URL from other sites.
fn private(mut response: Response) -> Response {
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn kind(customer: &Customer) -> &'static str {
    match customer.profile.kind() {
        CustomerType::Individual => "individual",
        CustomerType::Corporate => "corporate",
    }
}
