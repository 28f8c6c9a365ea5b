//! What happened to a customer, newest first: entries of the audit trail with their events and deliveries, and the
//! looks of keys.

use std::collections::BTreeMap;

use dossier_core::audit::{Action, AuditRow};
use dossier_core::ids::{CustomerId, KeyId};
use dossier_core::look::CountedLook;
use dossier_core::use_cases::timeline::{Item, Timeline};
use dossier_core::webhook::{AnnouncedEvent, Delivery};
use maud::{Markup, html};

use super::focus::Focus;
use super::queue::visible;
use super::queue_view::actor_name;
use super::seat::Desk;
use super::text::{say, say_with, time};
use crate::http::looks::cursor;
use crate::readable::words;

type Keys = BTreeMap<KeyId, String>;

/// The section of the page.
pub fn section(desk: &Desk, customer: CustomerId, focus: &Focus, timeline: &Timeline) -> Markup {
    let page = format!("{}/customers/{customer}?{}", desk.base(), focus.queue);
    let separator = if focus.queue.is_empty() { "" } else { "&" };
    html! {
        section.timeline #history aria-labelledby="history-title" {
            h2 #history-title { (say("history-title")) }
            @if focus.history.is_some() { p.pages { a href={ (page) "#history" } { (say("history-newest")) } } }
            ol {
                @for item in &timeline.items {
                    @match item {
                        Item::Entry(row, events) => (entry(row, events, &timeline.keys)),
                        Item::Looks(looks) => (looked(looks, &timeline.keys)),
                    }
                }
            }
            @if let Some(next) = timeline.next {
                p.pages {
                    a href={ (page) (separator) "history=" (cursor(next)) "#history" } { (say("history-older")) }
                }
            }
        }
    }
}

/// What kind of line it is.
fn kind(word: &str) -> Markup {
    html! { span.kind { (say(&format!("history-{word}"))) } " " }
}

/// A key by its name, or by its id if the name cannot be read.
fn key_name(key: KeyId, keys: &Keys) -> String {
    let name = keys.get(&key).map_or_else(|| key.to_string(), |name| visible(name));
    say_with("history-key", &[("name", name.into())])
}

/// Who did it.
fn who(actor: &str, keys: &Keys) -> String {
    match actor.strip_prefix("key:").and_then(KeyId::parse) {
        Some(key) => key_name(key, keys),
        None => visible(actor_name(actor)),
    }
}

fn entry(row: &AuditRow, events: &[AnnouncedEvent], keys: &Keys) -> Markup {
    html! {
        li {
            (kind("entry")) (line(row, keys))
            @if !events.is_empty() { ul { @for one in events { (event(one)) } } }
        }
    }
}

/// When, what, who, and what changed.
pub fn line(row: &AuditRow, keys: &Keys) -> Markup {
    let what = match Action::parse(&row.action) {
        Some(action) => action.help(),
        None => &row.action,
    };
    html! {
        (time(row.at)) " " strong { (what) } " " bdi { (who(&row.actor, keys)) }
        @if let Some(decision) = &row.decision {
            " · " (words(&decision.outcome))
            @for code in &decision.reason_codes { " · " (words(code.as_str())) }
        }
        @if !row.fields.is_empty() { " " code { (row.fields.join(" ")) } }
        @if let Some(version) = row.version { " · v" (version) }
    }
}

fn event(event: &AnnouncedEvent) -> Markup {
    html! {
        li {
            (kind("event")) (time(event.at)) " " code { (event.event_type) }
            @if !event.deliveries.is_empty() { ul { @for one in &event.deliveries { (delivery(one)) } } }
        }
    }
}

/// Says where it goes by the id of the endpoint. Its URL is for those who manage webhooks.
fn delivery(delivery: &Delivery) -> Markup {
    let state = match (delivery.state, delivery.attempts, delivery.next_attempt_at) {
        ("delivered", ..) => "delivery-delivered",
        ("failed", ..) => "delivery-failed",
        (_, 0, Some(_)) => "delivery-due",
        (_, 0, None) => "delivery-waiting",
        _ => "delivery-again",
    };
    // The words for a private address say what the state says.
    let answer = delivery.last_answer.as_deref().filter(|word| !matches!(*word, "delivered" | "not delivered"));
    html! {
        li data-state=(delivery.state) {
            (kind("delivery")) (time(delivery.last_attempt_at.unwrap_or(delivery.created_at)))
            " " (say("history-to")) " " code { (delivery.webhook_id) } ": "
            (say_with(state, &[("count", delivery.attempts.into())]))
            @if let Some(answer) = answer { ", " (answer) }
            @if let Some(next) = delivery.next_attempt_at.filter(|_| state == "delivery-again") {
                ", " (say("delivery-next")) " " (time(next))
            }
        }
    }
}

fn looked(looks: &CountedLook, keys: &Keys) -> Markup {
    let CountedLook { look, count, last_at: _ } = looks;
    html! {
        li {
            (kind("looks")) (time(look.hour)) " " strong { (say_with("history-looked", &[("count", (*count).into())])) }
            " " bdi { (key_name(look.key, keys)) } " · " (words(look.seen.as_str()))
            @if let Some(reason) = &look.reason { " · " bdi { (visible(reason.expose())) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use dossier_core::clock::Timestamp;
    use dossier_core::ids::WebhookId;

    use super::*;

    #[test]
    fn a_delivery_says_what_came_of_it() {
        let at = Some(Timestamp::from_micros(0));
        for (state, attempts, next, answer, text) in [
            ("delivered", 2, None, Some("204"), ": delivered after 2 attempts, 204</li>"),
            ("delivered", 1, None, Some("delivered"), ": delivered after 1 attempt</li>"),
            ("failed", 14, None, Some("timeout"), ": given up after 14 attempts, timeout</li>"),
            ("pending", 0, at, None, ": is sent next</li>"),
            ("pending", 0, None, None, ": waits for an earlier delivery, or for its endpoint</li>"),
            ("pending", 1, at, Some("<b>"), ": not accepted after 1 attempt, &lt;b&gt;, next attempt <time "),
            ("pending", 1, None, Some("410"), ": not accepted after 1 attempt, 410</li>"),
        ] {
            let one = Delivery {
                id: "dlv_1".to_owned(),
                webhook_id: WebhookId::from_bytes([7; 16]),
                event_id: "evt_1".to_owned(),
                entity_id: CustomerId::from_bytes([8; 16]),
                event_type: "customer.updated".to_owned(),
                state,
                attempts,
                created_at: Timestamp::from_micros(0),
                last_attempt_at: at.filter(|_| attempts > 0),
                next_attempt_at: next,
                last_answer: answer.map(ToOwned::to_owned),
                number: 1,
            };
            let shown = delivery(&one).into_string();
            assert!(shown.contains(text), "{shown}");
        }
    }
}
