//! What follows from an authentication: a session and its cookie, or a record of what failed.

use dossier_core::caller::{Actor, Caller, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::desk::Member;
use dossier_core::desk::sign_in::SESSION_SECONDS;
use dossier_core::ids::AccountId;
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::sign_in::{self, Authentication, Proof};
use http::request::Parts;
use http::{HeaderValue, header};

use super::challenge::Challenges;
use super::seat::{cookie_name, token};
use crate::http::context::RequestContext;
use crate::http::cookie::set;
use crate::http::problem::Problem;
use crate::http::state::App;

/// Opens a session for a member who has authenticated. Returns the header that gives it to the browser. A session that
/// the browser had ends.
pub async fn enter(app: &App, parts: &Parts, member: &Member, proof: Proof) -> Result<HeaderValue, DeskError> {
    let caller = caller(parts, member);
    let had = match token(&app.desk_url, &parts.headers) {
        Some(token) => sign_in::session(&app.services, token, false).await?,
        None => None,
    };
    let (own, of_other): (Vec<_>, Vec<_>) = had.into_iter().partition(|(had, _)| had.id == member.id);
    let device = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let authentication =
        Authentication { proof, device: device.to_owned(), replaces: own.first().map(|(_, session)| session.id) };
    let token = sign_in::open(&app.services, &caller, member, &authentication).await?;
    for (other, session) in &of_other {
        match sign_in::end(&app.services, &self::caller(parts, other), other, vec![session.id]).await {
            // It has ended in the meantime.
            Ok(()) | Err(DeskError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(set(&app.desk_url, &cookie_name(&app.desk_url), &token, SESSION_SECONDS))
}

/// The header that takes the session from the browser.
#[must_use]
pub fn without_session(app: &App) -> HeaderValue {
    set(&app.desk_url, &cookie_name(&app.desk_url), "", 0)
}

/// Records a sign-in that failed: in the account of the member, or where entries about the installation are. Strangers
/// can fail as often as they like, so it fails once they have failed too often.
pub async fn failed(app: &App, parts: &Parts, account: Option<AccountId>, why: &'static str) -> Result<(), Problem> {
    let context = RequestContext::of(parts);
    app.limiters.failed(context)?;
    let account = match account {
        Some(account) => Some(account),
        None => app.services.store.accounts().await?.first().map(|oldest| oldest.account_id),
    };
    let Some(account) = account else { return Ok(()) };
    let caller = stranger(parts, Member::home(account));
    Ok(sign_in::failed(&app.services, &caller, account, why).await?)
}

fn stranger(parts: &Parts, scope: Scope) -> Caller {
    let context = RequestContext::of(parts);
    let (request_id, address) = (context.request_id.to_string(), Some(context.address));
    Caller { scope, actor: Actor::System, request_id, address }
}

/// A member as the author of what a request does.
#[must_use]
pub fn caller(parts: &Parts, member: &Member) -> Caller {
    Caller { actor: member.actor(), ..stranger(parts, Member::home(member.account)) }
}

/// What browsers keep while they sign in, and the time by which it counts.
#[must_use]
pub fn challenges(app: &App) -> (Challenges<'_>, Timestamp) {
    (Challenges { tickets: app.engine.tickets(), desk_url: &app.desk_url }, app.services.clock.now())
}
