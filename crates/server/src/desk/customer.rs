//! The page of a customer: the claims on one side, the evidence on the other, and below what was noted and done.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dossier_core::clock::Timestamp;
use dossier_core::desk::Permission;
use dossier_core::desk::worksheet::{HOLD_SECONDS, MAX_NOTE};
use dossier_core::ids::CustomerId;
use dossier_core::use_cases::review_case::{self, CaseView};
use dossier_core::use_cases::timeline::timeline;
use http::{HeaderValue, header};
use maud::{Markup, html};

use super::around::CSP;
use super::claims::{self, Claims};
use super::evidence;
use super::focus::{CustomerPath, Focus, customer_id};
use super::pages;
use super::queue::{duration, visible};
use super::queue_view::{actor_name, customer_country, name};
use super::seat::{Desk, refusal};
use super::text::{say, say_with, time};
use super::timeline;
use crate::http::problem::Problem;
use crate::http::state::App;

/// `GET /desk/{environment}/customers/{id}`
pub async fn page(
    State(app): State<App>,
    desk: Desk,
    path: CustomerPath,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let focus = Focus::read(query.as_deref().unwrap_or_default());
    let case = match review_case::open(&app.services, &desk.seat, customer_id(&path)).await {
        Ok(case) => case,
        Err(error) => return refusal(&desk, error),
    };
    let before = review_case::values_before(&app.services, &desk.seat, &case.customer).await?;
    let id = case.customer.id;
    let history = timeline(&app.services, &desk.seat, id, focus.history.unwrap_or_default()).await;
    let history = match history {
        Ok(history) => history,
        Err(error) => return refusal(&desk, error),
    };
    let now = app.services.now(desk.scope());
    let claims = Claims { desk: &desk, case: &case, before: &before, queue: &focus.queue };
    let shown = name(&case.customer);
    let content = html! {
        (head(&desk, &case, &focus, now))
        (holder(&desk, &case, now, &focus))
        (warnings(&desk, &case, &focus))
        div.case {
            section.claims aria-labelledby="claims-title" {
                h2 #claims-title { (say("claims-title")) }
                (claims.all())
            }
            (evidence::pane(&desk, &case, &focus))
        }
        (persons(&case))
        (notes(&desk, &case, &focus))
        (timeline::section(&desk, id, &focus, &history))
    };
    let mut response = pages::page(&desk, &visible(&shown), "customer", &content);
    if evidence::has_frame(&desk, &case) {
        let policy = HeaderValue::try_from(format!("{CSP}; frame-src 'self'")).expect("ASCII");
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// Kind, country, state and age, and what can be done.
fn head(desk: &Desk, case: &CaseView, focus: &Focus, now: Timestamp) -> Markup {
    let customer = &case.customer;
    let kyc = &customer.kyc;
    let base = format!("{}/customers/{}", desk.base(), customer.id);
    html! {
        div.case-head {
            p.facts {
                a href={ (desk.base()) "/queue?" (focus.queue) } data-key="u" { "‹ " (say("nav-queue")) }
                span { (say(&format!("kind-{}", customer.profile.kind()))) }
                @if let Some(country) = customer_country(customer) { span { (country) } }
                span { bdi { (visible(customer.email.expose())) } }
                span.state data-state=(kyc.state) { (say(&format!("state-{}", kyc.state))) }
                @if let Some(since) = kyc.queued_at {
                    span { (say_with("waits", &[("time", duration(since, now).into())])) }
                }
                span { (say_with("version", &[("version", customer.version.to_string().into())])) }
                span.id { code { (customer.id) } }
            }
            div.actions {
                @if desk.seat.may(Permission::Work) {
                    a.button.primary href={ (base) "/decide?" (focus.queue) } data-key="d" {
                        (say("decide")) " " kbd { "d" }
                    }
                    @if kyc.open_session(now).is_some() {
                        form method="post" action={ (base) "/link" } {
                            button type="submit" data-copy { (say("copy-link")) }
                        }
                    }
                }
            }
        }
    }
}

/// Who holds the case, and how to take it.
fn holder(desk: &Desk, case: &CaseView, now: Timestamp, focus: &Focus) -> Markup {
    let base = format!("{}/customers/{}", desk.base(), case.customer.id);
    let holder = case.worksheet.holder_of(&case.customer.kyc, now);
    let is_mine = holder.is_some_and(|holder| holder.member.id == desk.seat.member.id);
    html! {
        @if is_mine {
            div.holder data-mine="yes" hx-post={ (base) "/renew" } hx-trigger="every 60s" hx-swap="none" {
                p {
                    (say_with("held-by-you", &[("minutes", (HOLD_SECONDS / 60).into())]))
                }
                form method="post" action={ (base) "/give-back?" (focus.queue) } {
                    button type="submit" { (say("give-back")) }
                }
            }
        } @else if let Some(holder) = holder {
            div.holder data-other="yes" {
                p { (say_with("held-by", &[("name", holder.member.name.as_str().into())])) }
                @if desk.seat.may(Permission::Decide) {
                    form method="post" action={ (base) "/take?" (focus.queue) } {
                        label for="reason" { (say("take-over-why")) }
                        input #reason type="text" name="reason" required maxlength="500" data-key="c";
                        button type="submit" { (say("take-over")) }
                    }
                }
            }
        } @else if desk.seat.may(Permission::Work) && case.customer.kyc.queued_at.is_some() {
            div.holder {
                p { (say("held-by-nobody")) }
                form method="post" action={ (base) "/take?" (focus.queue) } {
                    button type="submit" data-key="c" { (say("take")) " " kbd { "c" } }
                }
            }
        }
    }
}

/// Proposals, escalations and what a machine found, before everything else.
fn warnings(desk: &Desk, case: &CaseView, focus: &Focus) -> Markup {
    let kyc = &case.customer.kyc;
    let escalated = case.worksheet.details.escalated.as_ref();
    let escalated = escalated.filter(|_| case.worksheet.is_escalated(kyc.decision.as_ref()));
    let base = format!("{}/customers/", desk.base());
    html! {
        @if let Some(proposal) = &kyc.proposal {
            div.warning {
                p {
                    (say_with("proposal", &[
                        ("name", actor_name(&proposal.by).into()),
                        ("outcome", say(&format!("outcome-{}", proposal.decision.outcome.as_str())).into()),
                    ]))
                    " " a href={ (base) (case.customer.id) "/decide?" (focus.queue) } { (say("proposal-look")) }
                }
            }
        }
        @if let Some(note) = escalated {
            div.warning {
                p { (say_with("escalated-by", &[("name", note.by.name.as_str().into())])) }
                blockquote dir="auto" { (visible(&note.text)) }
            }
        }
        @if !case.flags.is_empty() {
            section.flags aria-labelledby="flags-title" {
                h2 #flags-title { (say("flags-title")) }
                ul {
                    @for flag in &case.flags { (claims::flag(case, flag)) }
                }
                @if !case.others.is_empty() {
                    p { (say("others")) }
                    ul {
                        @for (kind, other) in &case.others {
                            li {
                                (say(&format!("flag-{kind}"))) ": "
                                a href={ (base) (other) } { code { (other) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn persons(case: &CaseView) -> Markup {
    html! {
        @if !case.customer.profile.persons().is_empty() {
            section.persons aria-labelledby="persons-title" {
                h2 #persons-title { (say("persons-title")) }
                (claims::persons(&case.customer))
            }
        }
    }
}

fn notes(desk: &Desk, case: &CaseView, focus: &Focus) -> Markup {
    let notes = &case.worksheet.details.notes;
    html! {
        section.notes #notes aria-labelledby="notes-title" {
            h2 #notes-title { (say("notes-title")) }
            @if notes.is_empty() { p { (say("notes-none")) } }
            ol {
                @for note in notes {
                    li {
                        p.by { bdi { (note.by.name) } " · " (time(note.at)) }
                        p.text dir="auto" { (visible(&note.text)) }
                    }
                }
            }
            @if desk.seat.may(Permission::Work) { (note_form(desk, case.customer.id, &focus.queue, "")) }
        }
    }
}

/// The form for a note, with what was typed into it before.
pub fn note_form(desk: &Desk, id: CustomerId, queue: &str, typed: &str) -> Markup {
    html! {
        form method="post" action={ (desk.base()) "/customers/" (id) "/notes?" (queue) } {
            label for="note" { (say("note-new")) " " kbd { "m" } }
            textarea #note name="text" rows="3" maxlength=(MAX_NOTE) required data-key="m" { (typed) }
            button type="submit" { (say("note-add")) }
        }
    }
}
