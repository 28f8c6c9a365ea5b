//! The claims of a customer, each with its verdict.

use std::collections::BTreeMap;

use dossier_core::customer::Customer;
use dossier_core::desk::{Claim, Flag, FlagKind, Permission, VerdictWord};
use dossier_core::ids::PersonId;
use dossier_core::kyc::requirement::Status;
use dossier_core::mask::{MASKED, NUMBERS};
use dossier_core::place::Place;
use dossier_core::use_cases::review_case::CaseView;
use maud::{Markup, html};
use serde_json::Value;

use super::queue::visible;
use super::seat::Desk;
use super::text::{say, say_with};
use crate::readable::{country, date, label, words};

/// The claims of one case.
pub struct Claims<'a> {
    pub desk: &'a Desk,
    pub case: &'a CaseView,
    /// The values before the last decision.
    pub before: &'a BTreeMap<String, Value>,
    /// The filter of the queue that the member came from.
    pub queue: &'a str,
}

/// The id of a claim's element.
#[must_use]
pub fn anchor(requirement: &str) -> String {
    format!("claim-{}", requirement.replace('@', "-"))
}

impl Claims<'_> {
    /// All claims, and how many were judged.
    pub fn all(&self) -> Markup {
        html! {
            (self.progress(false))
            @for claim in &self.case.claims { (self.claim(claim, false)) }
        }
    }

    /// One claim again, with the progress beside it, after a verdict. `is_new` if the answer changed before that.
    pub fn piece(&self, requirement: &str, is_new: bool) -> Markup {
        let claim = self.case.claims.iter().find(|claim| claim.requirement.id == requirement);
        html! {
            @if let Some(claim) = claim { (self.claim(claim, is_new)) }
            (self.progress(true))
        }
    }

    fn progress(&self, is_beside: bool) -> Markup {
        let judged =
            self.case.claims.iter().filter(|one| self.case.worksheet.verdict(&one.requirement).is_some()).count();
        let values = [("done", judged.into()), ("count", self.case.claims.len().into())];
        html! {
            div.progress #progress hx-swap-oob=[is_beside.then_some("true")] {
                p role="status" { (say_with("progress", &values)) }
                progress value=(judged) max=(self.case.claims.len()) aria-hidden="true" {}
            }
        }
    }

    fn claim(&self, claim: &Claim, is_new: bool) -> Markup {
        let requirement = &claim.requirement;
        let id = anchor(&requirement.id);
        let verdict = self.case.worksheet.verdict(requirement);
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("claim", &requirement.id).finish();
        let person = requirement.person_id.as_deref().and_then(PersonId::parse);
        let person = person.and_then(|person| self.case.customer.person_name(person));
        html! {
            article.claim id=(id) tabindex="-1" data-claim=(requirement.id)
                data-file=[claim.files.first()] data-open=[claim.is_open().then_some("yes")]
                data-verdict=[verdict.map(|verdict| verdict.verdict)] {
                h3 {
                    a href={ "?" (query) "&" (self.queue) "#" (id) } { (requirement.label) }
                    @if let Some(person) = person { " · " bdi { (visible(&person)) } }
                    @if claim.is_changed { " " span.changed { (say("changed")) } }
                }
                @if is_new { p.error role="alert" { (say("answer-changed-text")) } }
                @if let Some(status) = status(requirement.status) { p.status { (status) } }
                @if let Some(error) = &requirement.error { p.error { (words(error.help())) } }
                @if let Some(confirmed) = &requirement.confirmed {
                    p { (say("confirmed")) }
                    blockquote dir="auto" { (visible(&confirmed.reason)) }
                }
                (self.values(claim))
                @if requirement.document.is_some() {
                    p { (say_with("files", &[("count", claim.files.len().into())])) }
                }
                @for flag in &claim.flags {
                    p.flag data-serious=[flag.kind.is_serious().then_some("yes")] {
                        (flag.kind.help())
                        // The title names the person of a claim about one.
                        @if requirement.person_id.is_none() { (whose(&self.case.customer, &flag.pointer)) }
                    }
                }
                @if let Some(verdict) = verdict {
                    // The buttons show one's own verdict. Paper has no buttons.
                    p.verdict-by data-own=[(verdict.by.id == self.desk.seat.member.id).then_some("yes")] {
                        (say(&format!("verdict-{}", verdict.verdict))) " · " bdi { (verdict.by.name) }
                    }
                }
                @if self.desk.seat.may(Permission::Work) && !claim.is_open() { (self.verdicts(claim, &id)) }
            }
        }
    }

    /// What the customer says. Several values each have a label, because the requirement's label covers all of them.
    fn values(&self, claim: &Claim) -> Markup {
        match claim.values.as_slice() {
            [(pointer, value)] => html! { div.values { (self.value(pointer, value)) } },
            // A requirement for a person: who there is.
            [] if claim.requirement.pointer.starts_with("/associated_persons/-") => {
                html! { div.values { (persons(&self.case.customer)) } }
            }
            values => html! {
                @if !values.is_empty() {
                    dl {
                        @for (pointer, value) in values {
                            @let name = Place::new(pointer).name();
                            dt { (label(name.strip_suffix(MASKED).unwrap_or(name))) }
                            dd { (self.value(pointer, value)) }
                        }
                    }
                }
            },
        }
    }

    /// One key for each verdict. Pressing the same one again takes one's own verdict back, and agrees with another's.
    fn verdicts(&self, claim: &Claim, id: &str) -> Markup {
        let given = self.case.worksheet.verdict(&claim.requirement);
        let is_own = given.is_some_and(|verdict| verdict.by.id == self.desk.seat.member.id);
        let given = given.map(|verdict| verdict.verdict);
        let action = format!("{}/customers/{}/verdicts?{}", self.desk.base(), self.case.customer.id, self.queue);
        let key = |word: VerdictWord| match word {
            VerdictWord::Matches => "y",
            VerdictWord::Differs => "x",
            VerdictWord::Unsure => "o",
        };
        html! {
            form.verdicts method="post" action=(action) hx-post=(action) hx-target={ "#" (id) } hx-swap="outerHTML" {
                input type="hidden" name="requirement" value=(claim.requirement.id);
                input type="hidden" name="version" value=(self.case.customer.version);
                @for word in VerdictWord::ALL {
                    @let is_given = given == Some(*word);
                    button type="submit" name="verdict" id={ (id) "-" (word) } data-verdict=(word)
                        value=(if is_given && is_own { "" } else { word.as_str() })
                        aria-pressed=(is_given) data-field-key=(key(*word)) {
                        (say(&format!("verdict-{word}"))) " " kbd { (key(*word)) }
                    }
                }
            }
        }
    }

    fn value(&self, pointer: &str, value: &Value) -> Markup {
        match value {
            Value::Object(members) => html! {
                dl {
                    @for (name, member) in members {
                        @if *name != "documents" && *name != "id" && !member.is_null() {
                            dt { (label(name.strip_suffix(MASKED).unwrap_or(name))) }
                            dd { (self.value(&format!("{pointer}/{name}"), member)) }
                        }
                    }
                }
            },
            Value::Array(items) => html! {
                ol {
                    @for (index, item) in items.iter().enumerate() {
                        li { (self.value(&format!("{pointer}/{index}"), item)) }
                    }
                }
            },
            Value::String(text) => self.text(pointer, text),
            Value::Bool(yes) => html! { @if *yes { (say("yes")) } @else { (say("no")) } },
            value => html! { (value) },
        }
    }

    fn text(&self, pointer: &str, text: &str) -> Markup {
        let member = Place::new(pointer).name();
        let plain = member.strip_suffix(MASKED).map(|_| pointer.strip_suffix(MASKED).unwrap_or(pointer));
        // A claim names the place of its number without the suffix of the mask.
        let is_masked = plain.is_some() || NUMBERS.contains(&member);
        let was = self.before.get(pointer).and_then(Value::as_str).filter(|was| *was != text && !is_masked);
        html! {
            span.value {
                bdi { (visible(&shown(member, text))) }
                @if let Some(was) = was { " " del { (visible(&shown(member, was))) } }
                @if is_masked && self.desk.seat.may(Permission::Reveal) {
                    @let action = format!("{}/customers/{}/reveal", self.desk.base(), self.case.customer.id);
                    form.reveal method="post" action=(action) hx-post=(action) hx-target="closest .value"
                        hx-swap="innerHTML" {
                        input type="hidden" name="pointer" value=(plain.unwrap_or(pointer));
                        button type="submit" { (say("reveal")) }
                    }
                }
            }
        }
    }
}

/// What a machine found, with the claims that it is about, or the place in the record if there is no such claim.
pub fn flag(case: &CaseView, flag: &Flag) -> Markup {
    let about: Vec<_> = case.claims.iter().filter(|claim| claim.flags.contains(flag)).collect();
    let is_text = matches!(flag.kind, FlagKind::InvisibleCharacters | FlagKind::ImpossibleYear);
    html! {
        li data-serious=[flag.kind.is_serious().then_some("yes")] {
            strong { (say(&format!("flag-{}", flag.kind))) } " " (flag.kind.help())
            @for claim in &about {
                " " a href={ "#" (anchor(&claim.requirement.id)) } { (claim.requirement.label) }
            }
            @if about.is_empty() && is_text {
                " " (label(Place::new(&flag.pointer).name()))
                // A number has another name where it is masked, and is not shown.
                @if let Some(Value::String(text)) = case.customer.masked_profile().pointer(&flag.pointer) {
                    ": " bdi { (visible(text)) }
                }
            }
            (whose(&case.customer, &flag.pointer))
        }
    }
}

/// The name of the person whose place of the record this is, behind a dot.
fn whose(customer: &Customer, pointer: &str) -> Markup {
    let index = pointer.strip_prefix("/associated_persons/").and_then(|rest| rest.split('/').next());
    let person = index.and_then(|index| customer.profile.persons().get(index.parse::<usize>().ok()?));
    let name = person.and_then(|person| customer.person_name(person.person_id()?));
    html! { @if let Some(name) = name { " · " bdi { (visible(&name)) } } }
}

/// The persons of a business with their shares.
pub fn persons(customer: &Customer) -> Markup {
    html! {
        ul.people {
            @for person in customer.profile.persons() {
                @let json = serde_json::to_value(person).unwrap_or_default();
                li {
                    @let name = person.person_id().and_then(|id| customer.person_name(id)).unwrap_or_default();
                    bdi { (visible(&name)) }
                    @if let Some(share) = json["ownership_percentage"].as_str() { " · " (visible(share)) " %" }
                    @if json["has_control"] == true { " · " (say("has-control")) }
                }
            }
        }
    }
}

/// A place that changed, with its value before and now.
pub fn change(pointer: &str, before: Option<&Value>, now: Option<&Value>) -> Markup {
    let member = Place::new(pointer).name();
    html! {
        li {
            (label(member)) ": "
            @if let Some(before) = before { del { bdi { (line(member, before)) } } " " }
            @if let Some(now) = now { ins { bdi { (line(member, now)) } } }
        }
    }
}

/// A value in one line.
fn line(member: &str, value: &Value) -> String {
    match value {
        Value::String(text) => visible(&shown(member, text)),
        Value::Object(members) => {
            let lines = members.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| line(name, value));
            lines.collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => say_with("items", &[("count", items.len().into())]),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

/// A text in the form in which people write it.
fn shown(member: &str, text: &str) -> String {
    let known = match member {
        "birth_date" | "formation_date" => date(text).map(|date| format!("{date} ({text})")),
        "nationality" | "country" | "birth_country" | "issuing_country" => country(text),
        // Types of tax numbers are abbreviations.
        "type" if text.len() < 5 => Some(text.to_ascii_uppercase()),
        "type" | "account_purpose" | "employment_status" | "source_of_funds" => Some(words(text)),
        _ => None,
    };
    known.unwrap_or_else(|| text.to_owned())
}

fn status(status: Status) -> Option<String> {
    match status {
        // A reviewer sees by the verdict what waits for them.
        Status::Done | Status::Pending => None,
        other => Some(say(&format!("status-{other}"))),
    }
}
