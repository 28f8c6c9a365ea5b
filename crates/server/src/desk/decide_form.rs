//! The form of a decision, and what a proposal says.

use axum::response::Response;
use dossier_core::clock::Timestamp;
use dossier_core::customer::Customer;
use dossier_core::desk::{Permission, Tally};
use dossier_core::ids::CustomerId;
use dossier_core::kyc::decision::{NewDecision, Outcome, Proposal};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::place::Place;
use dossier_core::store::StoreError;
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::review_case;
use maud::{Markup, html};

use super::entered::Entered;
use super::filter::Filter;
use super::pages;
use super::queue::visible;
use super::queue_view::actor_name;
use super::seat::Desk;
use super::text::{say, say_with};
use crate::http::state::App;
use crate::pages::language::Language;
use crate::readable::words;

/// The language in which a customer who never agreed to anything reads.
const UNKNOWN_LANGUAGE: &str = "en";

/// What the pages of a decision show.
pub struct Panel {
    pub customer: Customer,
    requirements: Vec<Requirement>,
    pub tally: Tally,
    pub now: Timestamp,
    /// The member who works on the case, if that is another one.
    pub held_by: Option<String>,
    /// The filter of the queue that the member came from.
    pub queue: String,
}

impl Panel {
    /// Reads a customer and its verdicts. `query` is that of the page, with the filter of the queue.
    pub async fn load(app: &App, desk: &Desk, id: CustomerId, query: Option<&str>) -> Result<Option<Self>, StoreError> {
        let Some(customer) = review_case::customer(&app.services, &desk.seat, id).await? else { return Ok(None) };
        let queue = Filter::read(query.unwrap_or_default()).query();
        let now = app.services.now(desk.scope());
        let requirements = customer.judged(&app.services.policy.rules, now);
        let worksheet = app.services.store.worksheet(desk.scope(), id).await?;
        let tally = Tally::of(&requirements, &worksheet);
        let holder = worksheet.holder_of(&customer.kyc, now).map(|holder| &holder.member);
        let held_by = holder.filter(|holder| holder.id != desk.seat.member.id).map(|holder| holder.name.clone());
        Ok(Some(Self { customer, requirements, tally, now, held_by, queue }))
    }

    /// Leaves the decision to the member who works on the case.
    pub fn require_free(&self, desk: &Desk) -> Result<(), Response> {
        match &self.held_by {
            Some(name) if self.proposal().is_none() => Err(pages::refused(desk, &DeskError::Held(name.clone()))),
            _ => Ok(()),
        }
    }

    /// The URL of the customer's page, or of a step below it.
    pub fn at(&self, desk: &Desk, step: &str) -> String {
        format!("{}/customers/{}{step}?{}", desk.base(), self.customer.id, self.queue)
    }

    pub fn proposal(&self) -> Option<&Proposal> {
        self.customer.kyc.proposal.as_deref()
    }

    fn label(&self, requirement: &str) -> String {
        let found = self.requirements.iter().find(|one| one.id == requirement);
        found.map_or_else(|| requirement.to_owned(), |one| one.label.clone())
    }

    /// The language in which the customer reads: the one in which they agreed in the form.
    pub fn language(&self) -> &str {
        let form = self.customer.kyc.form.as_ref();
        form.and_then(|form| form.consent.as_ref()).map_or(UNKNOWN_LANGUAGE, |consent| &consent.language)
    }

    /// Whether the state of the verification leads there.
    fn leads_to(&self, outcome: Outcome) -> bool {
        self.customer.kyc.state.after(outcome.transition()).is_some()
    }

    /// The decision that follows from the verdicts, once everything was looked at. It is chosen when the form opens.
    pub fn suggested(&self) -> Option<Outcome> {
        let follows = [Outcome::Approve, Outcome::RequestResubmission];
        follows.into_iter().find(|outcome| self.tally.unjudged == 0 && self.is_possible(*outcome))
    }

    fn is_possible(&self, outcome: Outcome) -> bool {
        self.leads_to(outcome)
            && match outcome {
                Outcome::Approve => self.tally.may_approve(),
                Outcome::RequestResubmission => self.tally.askable().next().is_some(),
                Outcome::Reject | Outcome::Offboard | Outcome::Reinstate => true,
            }
    }
}

/// A proposal, for a second person.
pub fn waiting(app: &App, desk: &Desk, panel: &Panel, proposal: &Proposal) -> Markup {
    let is_own = proposal.member == Some(desk.seat.member.id);
    let version = panel.customer.version;
    html! {
        section.proposal {
            p.will { (say_with("proposal", &[
                ("name", actor_name(&proposal.by).into()),
                ("outcome", say(&format!("outcome-{}", proposal.decision.outcome.as_str())).into()),
            ])) }
            (summary(app, panel, &proposal.decision))
            @if is_own {
                p { (say("proposal-own")) }
            } @else if !desk.seat.may(Permission::Decide) {
                p { (say_with("proposal-needs", &[("roles", "approver".into())])) }
            }
            div.actions {
                @if !is_own && desk.seat.may(Permission::Decide) {
                    form method="post" action=(panel.at(desk, "/confirm")) {
                        input type="hidden" name="version" value=(version);
                        button.primary type="submit" data-key="y" { (say("confirm")) " " kbd { "y" } }
                    }
                }
                @if is_own || desk.seat.may(Permission::Decide) {
                    form method="post" action=(panel.at(desk, "/withdraw")) {
                        input type="hidden" name="version" value=(version);
                        button type="submit" { (say(if is_own { "withdraw" } else { "decline" })) }
                    }
                }
            }
        }
    }
}

/// What a decision says, as it will be stored and as the customer will read it.
pub fn summary(app: &App, panel: &Panel, decision: &NewDecision) -> Markup {
    let reasons = &app.services.policy.reasons;
    let label = |code: &str| reasons.get(code).map_or_else(|| words(code), |reason| reason.label.clone());

    let names = decision.requirements.iter().flat_map(|names| &names.0);
    let names: Vec<_> = names.map(|one| panel.label(one.expose())).collect();
    let codes: Vec<_> = decision.reason_codes.iter().flat_map(|codes| &codes.0).map(|code| code.as_str()).collect();
    html! {
        dl.decision {
            dt { (say("decision-outcome")) } dd { (say(&format!("outcome-{}", decision.outcome.as_str()))) }
            @if !names.is_empty() { dt { (say("decision-again")) } dd { (names.join(" · ")) } }
            @if !codes.is_empty() {
                dt { (say("decision-reasons")) }
                dd { (codes.iter().map(|code| label(code)).collect::<Vec<_>>().join(" · ")) }
            }
            @if let Some(rails) = &decision.rails {
                dt { (say("decision-rails")) }
                dd {
                    @for rail in &rails.0 {
                        span.rail { (rail_name(rail.currency.expose(), rail.payment_rails.expose())) } " "
                    }
                }
            }
            dt { (say("decision-comment")) }
            dd {
                @match &decision.comment {
                    Some(comment) => blockquote lang=(panel.language()) dir="auto" { (visible(comment.expose())) },
                    None => (say("decision-nothing")),
                }
            }
            @if let Some(note) = &decision.note {
                dt { (say("decision-note")) }
                dd dir="auto" { (visible(note.expose())) }
            }
        }
    }
}

/// The form of a decision. What the verdicts do not allow cannot be chosen. The style shows only what belongs to the
/// outcome that is chosen.
pub fn form(app: &App, desk: &Desk, panel: &Panel, entered: &Entered) -> Markup {
    html! {
        (counts(&panel.tally))
        form.decision method="post" action=(panel.at(desk, "/decide")) {
            input type="hidden" name="version" value=(entered.version);
            fieldset #outcome {
                legend { (say("decision-outcome")) }
                @for (outcome, key) in OUTCOMES { (choice(panel, entered, outcome, key)) }
                label.choice {
                    input type="radio" name="outcome" value="escalate" data-key="e" required
                        checked[entered.outcome == "escalate"] disabled[panel.customer.kyc.queued_at.is_none()];
                    span { (say("outcome-escalate")) " " kbd { "e" } }
                }
            }
            (again(panel, entered))
            (rails(app, entered))
            (reasons(app, entered))
            div.for-customer {
                label for="comment" {
                    (say_with("decision-comment-in", &[("language", language_name(panel).into())])) " " kbd { "t" }
                }
                textarea #comment name="comment" rows="4" maxlength="2000" dir="auto" lang=(panel.language())
                    aria-describedby="comment-hint" data-key="t" { (entered.comment) }
                p.hint #comment-hint { (say("decision-comment-hint")) }
            }
            label for="decision-note" { (say("decision-note")) " " kbd { "m" } }
            textarea #decision-note name="note" rows="2" maxlength="2000" dir="auto" aria-describedby="note-hint"
                data-key="m" { (entered.note) }
            p.hint.for-escalation #note-hint { (say("escalation-hint")) }
            p.actions {
                button.primary type="submit" name="step" value="preview" data-key="p" {
                    (say("preview")) " " kbd { "p" }
                }
            }
        }
    }
}

/// How many claims match, and how many do not.
fn counts(tally: &Tally) -> Markup {
    let counts = [
        ("matching", tally.matching),
        ("doubtful", tally.doubtful.len()),
        ("open", tally.open.len()),
        ("unjudged", tally.unjudged),
    ];
    html! {
        ul.tally aria-label=(say("tally")) {
            @for (kind, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
                li data-kind=(kind) { (say_with(&format!("tally-{kind}"), &[("count", count.into())])) }
            }
        }
    }
}

/// What the customer has to give again. Everything that is missing or doubtful, unless the member takes it out.
fn again(panel: &Panel, entered: &Entered) -> Markup {
    let asked: Vec<_> = panel.tally.askable().collect();
    html! {
        @if !asked.is_empty() {
            fieldset.for-request #requirements {
                legend { (say("decision-again")) }
                @for id in asked {
                    label.choice {
                        input type="checkbox" name="requirement" value=(id)
                            checked[!entered.is_sent || entered.requirements.iter().any(|one| one == id)];
                        span { (panel.label(id)) }
                    }
                }
            }
        }
    }
}

fn rails(app: &App, entered: &Entered) -> Markup {
    html! {
        fieldset.for-approval #rails {
            legend { (say("decision-rails-approve")) }
            @for (currency, rail) in &app.services.policy.rails {
                @let value = format!("{currency}/{rail}");
                label.choice.inline {
                    input type="checkbox" name="rail" value=(value)
                        checked[!entered.is_sent || entered.rails.contains(&value)];
                    span { (rail_name(currency, rail)) }
                }
            }
        }
    }
}

fn reasons(app: &App, entered: &Entered) -> Markup {
    html! {
        fieldset.reasons.for-customer #reason_codes {
            legend { (say("decision-reasons")) " " kbd { "j" } " " kbd { "k" } }
            @for reason in app.services.policy.reasons.iter() {
                @let outcomes: Vec<_> = reason.outcomes.iter().map(|outcome| outcome.as_str()).collect();
                label.choice data-for=(outcomes.join(" ")) {
                    input type="checkbox" name="reason" value=(reason.code.as_str())
                        checked[entered.reasons.iter().any(|code| code == reason.code.as_str())];
                    span { (reason.label) @if reason.confidential { " " small { (say("reason-confidential")) } } }
                }
            }
        }
    }
}

fn rail_name(currency: &str, rail: &str) -> String {
    format!("{} {}", currency.to_uppercase(), rail.to_uppercase())
}

fn language_name(panel: &Panel) -> &str {
    Language::of_tag(panel.language()).map_or(panel.language(), |language| language.name())
}

const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::Approve, "a"),
    (Outcome::RequestResubmission, "s"),
    (Outcome::Reject, "r"),
    (Outcome::Offboard, "w"),
    (Outcome::Reinstate, "i"),
];

fn choice(panel: &Panel, entered: &Entered, outcome: Outcome, key: &str) -> Markup {
    let is_possible = panel.is_possible(outcome);
    let why_not = match outcome {
        // What ends or restarts a relationship is of interest only where there is one.
        Outcome::Offboard | Outcome::Reinstate if !is_possible => return html! {},
        _ if !panel.leads_to(outcome) => "not-state",
        Outcome::Approve => "not-approve",
        _ => "not-ask",
    };
    html! {
        label.choice {
            input type="radio" name="outcome" value=(outcome.as_str()) data-key=[is_possible.then_some(key)] required
                checked[entered.outcome == outcome.as_str()] disabled[!is_possible];
            span {
                (say(&format!("outcome-{}", outcome.as_str()))) " " kbd { (key) }
                @if !is_possible { " " small { (say(why_not)) } }
            }
        }
    }
}

/// The part of the form that a pointer into a decision is about: its id, and its name in the catalogue.
pub fn part(pointer: &str) -> (&str, &'static str) {
    let first = Place::new(pointer).member();
    match first {
        "requirements" => (first, "decision-again"),
        "rails" => (first, "decision-rails"),
        "reason_codes" => (first, "decision-reasons"),
        "comment" => (first, "decision-comment"),
        "note" | "text" => ("decision-note", "decision-note"),
        _ => ("outcome", "decision-outcome"),
    }
}
