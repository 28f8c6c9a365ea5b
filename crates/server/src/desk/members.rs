//! The members of an account, for its admins: the list, and invitations.

use axum::extract::State;
use axum::response::Response;
use dossier_core::desk::sign_in::LINK_SECONDS;
use dossier_core::desk::{Member, SignIn};
use dossier_core::use_cases::members::{self, DeskError};
use http::StatusCode;
use maud::{Markup, html};

use super::fields::Fields;
use super::link;
use super::member_form::Entered;
use super::pages;
use super::seat::{Admin, SignedIn, refusal};
use super::sessions::time;
use super::text::{say, say_with};
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /desk/members`
pub async fn page(State(app): State<App>, Admin(signed_in): Admin) -> Result<Response, Problem> {
    shown(&app, &signed_in, &Entered::default()).await
}

async fn shown(app: &App, signed_in: &SignedIn, entered: &Entered) -> Result<Response, Problem> {
    let account = signed_in.member.account;
    let now = app.services.clock.now();
    let members = members::list(&app.services, account).await?;
    let sign_ins = app.services.store.sign_ins(account, now).await?;
    let content = html! {
        (table(&members, &sign_ins))
        section aria-labelledby="invite-title" {
            h2 #invite-title { (say("invite-title")) }
            p { (say("invite-text")) }
            form method="post" action="/desk/members" {
                (entered.fields())
                p { button.primary type="submit" { (say("invite")) } }
            }
        }
    };
    let mut response = pages::page(signed_in, &say("members-title"), "members", &content);
    if !entered.violations.0.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn table(members: &[Member], sign_ins: &[SignIn]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(say("members-title")) {
            table {
                thead {
                    tr {
                        @for column in ["name", "email", "roles", "used"] {
                            th scope="col" { (say(&format!("member-{column}"))) }
                        }
                    }
                }
                tbody {
                    @for member in members {
                        tr {
                            th scope="row" {
                                a href={ "/desk/members/" (member.id) } { bdi { (member.details.name.as_str()) } }
                            }
                            td { bdi { (member.details.email) } }
                            td { (roles(member)) }
                            td { (last_use(member, sign_ins)) }
                        }
                    }
                }
            }
        }
    }
}

/// The roles in words: `Analyst in production, Viewer`.
pub fn roles(member: &Member) -> String {
    let grants = member.details.roles.grants();
    let texts = grants.iter().map(|grant| {
        let role = say(&format!("role-{}", grant.role));
        match grant.environment {
            Some(environment) => {
                let environment = say(&format!("environment-{environment}"));
                say_with("role-in", &[("role", role.into()), ("environment", environment.into())])
            }
            None => role,
        }
    });
    let texts: Vec<_> = texts.collect();
    if texts.is_empty() { say("member-no-roles") } else { texts.join(", ") }
}

fn last_use(member: &Member, sign_ins: &[SignIn]) -> String {
    let own = sign_ins.iter().filter(|one| one.details.member == member.id);
    let used = own.filter_map(|one| one.used_at).chain(member.details.signed_in_at).max();
    used.map_or_else(|| say("member-never"), time)
}

/// `POST /desk/members`: invites a person, and shows the link.
pub async fn invite(State(app): State<App>, Admin(signed_in): Admin, fields: Fields) -> Result<Response, Problem> {
    let mut entered = Entered::read(&fields);
    let account = signed_in.member.account;
    let new = (&*entered.name, &*entered.email, entered.roles.clone());
    match members::invite(&app.services, &signed_in.caller, account, new).await {
        Ok((member, token)) => Ok(with_link(&app, &signed_in, &member, &token)),
        Err(DeskError::Invalid(violations)) => {
            entered.violations = violations;
            shown(&app, &signed_in, &entered).await
        }
        Err(error) => refusal(&signed_in, error),
    }
}

/// The page that shows a new link, this once.
pub fn with_link(app: &App, signed_in: &SignedIn, member: &Member, token: &str) -> Response {
    let name = member.details.name.as_str();
    let content = html! {
        p { (say_with("new-link-text", &[("name", name.into()), ("minutes", (LINK_SECONDS / 60).into())])) }
        label for="new-link" { (say("new-link")) }
        input #new-link type="text" readonly value={ (app.desk_url) (link::PATH) (token) } autocomplete="off"
            spellcheck="false" data-select;
        p.hint { (say("new-link-once")) }
        p { a.button href="/desk/members" { (say("back-to-members")) } }
    };
    pages::message(signed_in, StatusCode::OK, &say_with("new-link-title", &[("name", name.into())]), &content)
}
