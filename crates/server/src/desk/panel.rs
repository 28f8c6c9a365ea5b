//! What the pages of a decision show: the record, the verdicts counted, and a proposal that waits.

use dossier_core::clock::Timestamp;
use dossier_core::customer::Customer;
use dossier_core::desk::{Permission, Tally};
use dossier_core::ids::CustomerId;
use dossier_core::kyc::decision::{NewDecision, Outcome, Proposal};
use dossier_core::kyc::requirement::Requirement;
use dossier_core::store::StoreError;
use maud::{Markup, html};

use super::queue::visible;
use super::queue_view::actor_name;
use super::seat::Desk;
use super::text::{say, say_with};
use crate::http::state::App;
use crate::readable::words;

/// The language in which a customer who never agreed to anything reads.
const UNKNOWN_LANGUAGE: &str = "en";

/// What the pages of a decision show.
pub struct Panel {
    pub customer: Customer,
    pub requirements: Vec<Requirement>,
    pub tally: Tally,
    pub now: Timestamp,
}

impl Panel {
    /// Reads a customer. `None` if there is none.
    pub async fn load(app: &App, desk: &Desk, id: CustomerId) -> Result<Option<Self>, StoreError> {
        let Some(customer) = app.services.store.customer(desk.scope(), id).await? else { return Ok(None) };
        let now = app.services.now(desk.scope());
        let requirements = app.services.policy.rules.of(&customer, now);
        let worksheet = app.services.store.worksheet(desk.scope(), id).await?;
        let tally = Tally::of(&requirements, &worksheet);
        Ok(Some(Self { customer, requirements, tally, now }))
    }

    /// The proposal that waits for a second person.
    #[must_use]
    pub fn proposal(&self) -> Option<&Proposal> {
        let proposal = self.customer.kyc.proposal.as_deref();
        proposal.filter(|proposal| proposal.version == self.customer.version)
    }

    /// What a requirement is called.
    #[must_use]
    pub fn label(&self, requirement: &str) -> String {
        let found = self.requirements.iter().find(|one| one.id == requirement);
        found.map_or_else(|| requirement.to_owned(), |one| one.label.clone())
    }

    /// The language in which the customer reads: the one in which they agreed in the form.
    #[must_use]
    pub fn language(&self) -> &str {
        let form = self.customer.kyc.form.as_ref();
        form.and_then(|form| form.consent.as_ref()).map_or(UNKNOWN_LANGUAGE, |consent| &consent.language)
    }

    /// Whether the state and the verdicts allow an outcome.
    #[must_use]
    pub fn is_possible(&self, outcome: Outcome) -> bool {
        let leads = self.customer.kyc.state.after(outcome.transition()).is_some();
        leads
            && match outcome {
                Outcome::Approve => self.tally.may_approve(),
                Outcome::RequestResubmission => self.tally.askable().next().is_some(),
                Outcome::Reject | Outcome::Offboard | Outcome::Reinstate => true,
            }
    }
}

/// A proposal, for a second person.
pub fn waiting(desk: &Desk, panel: &Panel, proposal: &Proposal) -> Markup {
    let is_own = proposal.member == Some(desk.seat.member.id);
    let base = format!("{}/customers/{}", desk.base(), panel.customer.id);
    let version = panel.customer.version;
    html! {
        section.proposal {
            p { (say_with("proposal", &[
                ("name", actor_name(&proposal.by).into()),
                ("outcome", say(&format!("outcome-{}", proposal.decision.outcome.as_str())).into()),
            ])) }
            (summary(panel, &proposal.decision))
            @if !is_own && desk.seat.may(Permission::Decide) {
                form method="post" action={ (base) "/confirm" } {
                    input type="hidden" name="version" value=(version);
                    button.primary type="submit" data-key="y" { (say("confirm")) " " kbd { "y" } }
                }
            } @else if is_own {
                p { (say("proposal-own")) }
            } @else {
                p { (say_with("proposal-needs", &[("roles", "approver".into())])) }
            }
            @if is_own || desk.seat.may(Permission::Decide) {
                form method="post" action={ (base) "/withdraw" } {
                    input type="hidden" name="version" value=(version);
                    button type="submit" { (say(if is_own { "withdraw" } else { "decline" })) }
                }
            }
        }
    }
}

/// What a decision says, as it will be stored and as the customer will read it.
pub fn summary(panel: &Panel, decision: &NewDecision) -> Markup {
    let names = decision.requirements.iter().flat_map(|names| &names.0);
    let names: Vec<_> = names.map(|one| panel.label(one.expose())).collect();
    let codes: Vec<_> = decision.reason_codes.iter().flat_map(|codes| &codes.0).map(|code| code.as_str()).collect();
    html! {
        dl.decision {
            dt { (say("decision-outcome")) } dd { (say(&format!("outcome-{}", decision.outcome.as_str()))) }
            @if !names.is_empty() { dt { (say("decision-again")) } dd { (names.join(" · ")) } }
            @if !codes.is_empty() {
                dt { (say("decision-reasons")) }
                dd { (codes.iter().map(|code| words(code)).collect::<Vec<_>>().join(" · ")) }
            }
            @if let Some(rails) = &decision.rails {
                dt { (say("decision-rails")) }
                dd {
                    @for rail in &rails.0 { code { (rail.currency.expose()) "/" (rail.payment_rails.expose()) } " " }
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
