//! Turns the cookie of a browser into a member who is signed in, and a page's environment into a seat.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Redirect, Response};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::desk::{Member, Permission, SignIn};
use dossier_core::ids::CustomerId;
use dossier_core::store::StoreError;
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::sign_in;
use dossier_core::use_cases::worksheet::Seat;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use super::pages::{self, Viewer};
use super::place;
use crate::http::claimant::Claimant;
use crate::http::context::RequestContext;
use crate::http::cookie::{cookie, host_name};
use crate::http::problem::Problem;
use crate::http::state::App;

/// The name of the cookie of a session.
const COOKIE: &str = "dossier-desk";

/// A member who is signed in.
pub struct SignedIn {
    pub member: Member,
    pub sign_in: SignIn,
    /// The member as the author of what the request does, in the scope in which members are audited.
    pub caller: Caller,
    pub is_script: bool,
}

impl<'a> From<&'a SignedIn> for Viewer<'a> {
    fn from(signed_in: &'a SignedIn) -> Self {
        let member = &signed_in.member;
        Self { member, environment: None, customer: None, is_script: signed_in.is_script, is_console: false }
    }
}

/// A member who proved a short time ago who they are.
pub struct Fresh(pub SignedIn);

/// An admin who proved a short time ago who they are.
pub struct Admin(pub SignedIn);

/// A member at work in one environment. The path of the page names it.
pub struct Desk {
    pub seat: Seat,
    /// The customer in the path, if there is one.
    customer: Option<CustomerId>,
    pub signed_in: SignedIn,
}

impl<'a> From<&'a Desk> for Viewer<'a> {
    fn from(desk: &'a Desk) -> Self {
        let (environment, is_script) = (Some(desk.environment()), desk.signed_in.is_script);
        Self { member: &desk.seat.member, environment, customer: desk.customer, is_script, is_console: false }
    }
}

impl Desk {
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.seat.caller.scope
    }

    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.seat.caller.scope.environment
    }

    /// The path of the environment's pages, without a slash at the end.
    #[must_use]
    pub fn base(&self) -> String {
        format!("/desk/{}", self.environment())
    }

    /// A page that says which roles are missing, unless the member may do it.
    pub fn require(&self, permission: Permission) -> Result<(), Response> {
        self.seat.require(permission).map_err(|error| pages::refused(self, &error))
    }
}

/// The name of the cookie of a session at a desk with this URL.
#[must_use]
pub fn cookie_name(desk_url: &str) -> String {
    host_name(desk_url, COOKIE)
}

/// The token of a browser's session.
#[must_use]
pub fn token<'a>(desk_url: &str, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, &cookie_name(desk_url))
}

/// Where a browser goes that is not signed in, or has to prove again who uses it. Afterwards it returns to its place.
fn to_sign_in(parts: &Parts, is_fresh: bool) -> Response {
    let to = place::sign_in(place::of(parts), is_fresh);
    if parts.headers.contains_key("hx-request") {
        // A script cannot show a whole page in place of a piece.
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", to)]).into_response();
    }
    Redirect::to(&to).into_response()
}

/// Whether a page sent the request by itself, which does not show that someone uses it.
fn is_automatic(parts: &Parts) -> bool {
    parts.uri.path().ends_with("/renew")
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let context = RequestContext::of(parts);
        let failed = |error: StoreError| Problem::from(error).into_response();
        let Some(token) = token(&app.desk_url, &parts.headers) else { return Err(to_sign_in(parts, false)) };
        let found = sign_in::session(&app.services, token, !is_automatic(parts)).await.map_err(failed)?;
        let Some((member, sign_in)) = found else { return Err(to_sign_in(parts, false)) };
        let known = context.identify(Claimant::Member(member.id), member.account);
        known.map_err(|full| Problem::from(full).into_response())?;
        let caller = Caller {
            scope: Member::home(member.account),
            actor: member.actor(),
            request_id: context.request_id.to_string(),
            address: Some(context.address),
        };
        Ok(Self { member, sign_in, caller, is_script: parts.headers.contains_key("hx-request") })
    }
}

impl FromRequestParts<App> for Fresh {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        fresh(parts, app, &signed_in)?;
        Ok(Self(signed_in))
    }
}

/// Leads to the sign-in, unless the member proved a short time ago who they are.
pub fn fresh(parts: &Parts, app: &App, signed_in: &SignedIn) -> Result<(), Response> {
    match signed_in.sign_in.is_fresh(app.services.clock.now()) {
        true => Ok(()),
        false => Err(to_sign_in(parts, true)),
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        if !signed_in.member.details.roles.is_admin() {
            let error = DeskError::Forbidden(Permission::ManageMembers, Environment::Production);
            return Err(pages::refused(&signed_in, &error));
        }
        // Those who may not do it anyway need not prove again who they are.
        fresh(parts, app, &signed_in)?;
        Ok(Self(signed_in))
    }
}

impl FromRequestParts<App> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        let mut path = parts.uri.path().split('/').skip(2);
        let environment = path.next().and_then(Environment::parse);
        let environment = environment.ok_or_else(|| Problem::not_found().into_response())?;
        let customer = path.next().filter(|part| *part == "customers").and(path.next()).and_then(CustomerId::parse);
        let scope = Scope { account: signed_in.member.account, environment };
        let seat = Seat::new(signed_in.member.clone(), Caller { scope, ..signed_in.caller.clone() });
        Ok(Self { seat, customer, signed_in })
    }
}

/// The response to a use case that refused something.
pub fn refusal<'a>(viewer: impl Into<Viewer<'a>>, error: DeskError) -> Result<Response, Problem> {
    match error {
        DeskError::Store(error) => Err(error.into()),
        error => Ok(pages::refused(viewer, &error)),
    }
}
