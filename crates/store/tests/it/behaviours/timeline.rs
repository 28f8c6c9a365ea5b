//! The timeline of a customer: how entries of the audit trail lead to their events and deliveries, and its pages.

use std::collections::BTreeSet;

use dossier_core::audit::AuditFilter;
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::change::Effect;
use dossier_core::clock::Timestamp;
use dossier_core::desk::Role;
use dossier_core::event::{Event, EventType};
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, KeyId};
use dossier_core::services::Services;
use dossier_core::store::Committed;
use dossier_core::use_cases::erase;
use dossier_core::use_cases::members::DeskError;
use dossier_core::use_cases::seen::{Entries, SeenPlace};
use dossier_core::use_cases::simulate::simulate;
use dossier_core::use_cases::timeline::{Item, Timeline, timeline};
use dossier_core::use_cases::worksheet::Seat;
use dossier_core::webhook::{AnnouncedEvent, AttemptResult, FinishedAttempt, Verdict};

use crate::behaviours::desk::waiting;
use crate::behaviours::webhooks::subscribed_to;
use crate::behaviours::{changed, given, look, put, read_to_change, seat};
use crate::engines::{Engine, caller};

const HOUR: i64 = 3_600_000_000;

/// The events of all entries about a customer.
pub(crate) async fn events_of(services: &Services, scope: Scope, id: CustomerId) -> Vec<AnnouncedEvent> {
    let filter = AuditFilter { customer: Some(id), ..AuditFilter::default() };
    let page = services.store.audit(scope, &filter, None, 1_000).await.expect("readable").expect("a page");
    let entries: Vec<u64> = page.rows.iter().map(|row| row.seq).rev().collect();
    services.store.events_of_entries(scope, id, &entries).await.expect("readable")
}

/// The entry, the position and the id of every event of a customer, and the ids of its deliveries.
async fn links(services: &Services, scope: Scope, id: CustomerId) -> Vec<(u64, u64, u64, Vec<u64>)> {
    let deliveries = |event: &AnnouncedEvent| event.deliveries.iter().map(|delivery| delivery.number).collect();
    let events = events_of(services, scope, id).await;
    events.iter().map(|event| (event.entry, event.position, event.number, deliveries(event))).collect()
}

/// Two endpoints, of which one wants only updates.
async fn subscriber(services: &Services) -> Caller {
    let all = r#""customer.created","customer.updated","customer.kycs.updated","customer.erased""#;
    let (caller, _) = subscribed_to(services, caller(services).await, all).await;
    subscribed_to(services, caller, r#""customer.updated""#).await.0
}

/// Claims what is due and records this result.
async fn attempted(services: &Services, result: AttemptResult, verdict: Verdict) {
    let due = services.store.claim_deliveries(services.clock.now(), 60, &[], 100).await.expect("claimed");
    let at = services.clock.now();
    let finished = due.into_iter().map(|due| FinishedAttempt {
        due,
        at,
        made_at: at,
        duration_us: 900,
        result: result.clone(),
        verdict,
    });
    services.store.record_attempts(finished.collect()).await.expect("noted");
}

pub(crate) async fn an_entry_leads_to_its_events_and_their_deliveries(mut engine: Engine) {
    let services = engine.services();
    let caller = subscriber(&services).await;
    let scope = caller.scope;
    let ada = waiting(&services, &caller, "ada@example.com").await;
    let bob = given(&services, &caller, "bob@example.com", "individual").await;
    let body = format!(r#"{{"action":"kyc.status.approve","customer_id":"{ada}"}}"#);
    simulate(&services, &caller, Request::unkeyed(body.as_bytes())).await.expect("approved");
    for name in ["A", "B", "C"] {
        for id in [ada, bob] {
            put(&services, &caller, id, &format!(r#"{{"first_name":"{name}"}}"#)).await.expect("updated");
        }
    }
    let (basis, mut after) = read_to_change(&services, scope, ada).await;
    after.updated_at = services.clock.now();
    let mut twice = changed(&caller, &(basis, after.clone()), "D");
    twice.events = Event::of(&[EventType::CustomerUpdated, EventType::KycsUpdated], &mut after);
    let Effect::CustomerUpdated { after: stored, .. } = &mut twice.effect else { panic!("an update") };
    stored.events = after.events;
    assert_eq!(services.store.commit(twice).await.expect("committed"), Committed::Done);
    attempted(&services, AttemptResult::Failure("timeout"), Verdict::Again(Timestamp::from_micros(0))).await;
    attempted(&services, AttemptResult::Status(204), Verdict::Delivered).await;
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let stored = services.store.events(scope, 0, 100).await.expect("events");
    for id in [ada, bob] {
        let found = events_of(&services, scope, id).await;
        let of_customer: Vec<_> = stored.iter().filter(|event| event.customer == id).collect();
        assert_eq!(found.len(), of_customer.len());
        for (found, stored) in found.iter().zip(of_customer) {
            assert_eq!((found.position, found.number), (stored.position, stored.number));
            assert_eq!(found.event_type, stored.event_type);
            let endpoints = if found.event_type == "customer.updated" { 2 } else { 1 };
            assert_eq!(found.deliveries.len(), endpoints, "{found:?}");
            assert!(found.deliveries.iter().all(|delivery| delivery.event_id == stored.id()));
        }
        let first = &found[0].deliveries[0];
        assert_eq!((first.state, first.attempts, first.last_answer.as_deref()), ("delivered", 2, Some("204")));
        let last = &found.last().expect("events").deliveries[0];
        assert_eq!((last.state, last.attempts, last.next_attempt_at), ("pending", 0, None));
    }
    let entries: Vec<_> = events_of(&services, scope, ada).await.iter().map(|event| event.entry).collect();
    assert!(entries.windows(2).any(|two| two[0] == two[1]), "one change announced two events: {entries:?}");
    let others = services.store.events_of_entries(scope, bob, &entries).await.expect("readable");
    assert!(others.is_empty(), "entries about another customer lead to nothing: {others:?}");
    let elsewhere = Scope { environment: Environment::Production, ..scope };
    assert!(services.store.events_of_entries(elsewhere, ada, &entries).await.expect("readable").is_empty());
    for unknown in [0, 1_000_000, u64::MAX] {
        assert!(services.store.events_of_entries(scope, ada, &[unknown]).await.expect("readable").is_empty());
    }
}

pub(crate) async fn a_missing_or_altered_hint_leads_to_nothing_wrong(mut engine: Engine) {
    let mut services = engine.services();
    let caller = subscriber(&services).await;
    let scope = caller.scope;
    let ada = given(&services, &caller, "ada@example.com", "individual").await;
    let bob = given(&services, &caller, "bob@example.com", "individual").await;
    for name in ["A", "B", "C", "D"] {
        for id in [ada, bob] {
            put(&services, &caller, id, &format!(r#"{{"first_name":"{name}"}}"#)).await.expect("updated");
        }
    }
    let right = [links(&services, scope, ada).await, links(&services, scope, bob).await];
    assert!(right.iter().all(|links| links.len() == 5));
    for hint in ["event + 1", "event - 2", "0", "-5", "1", "9223372036854775807", "-9223372036854775808", "NULL"] {
        for column in ["event", "delivery"] {
            let value = hint.replace("event", column);
            engine.execute(&format!("UPDATE audit SET {column} = {value} WHERE event IS NOT NULL")).await;
        }
        // A reader of the embedded engine does not look for what others wrote.
        drop(services);
        engine.reopen().await;
        services = engine.services();
        for (id, right) in [ada, bob].into_iter().zip(&right) {
            for (entry, position, number, deliveries) in links(&services, scope, id).await {
                let known = right.iter().find(|known| (known.0, known.1, known.2) == (entry, position, number));
                let known = known.unwrap_or_else(|| panic!("{hint}: entry {entry} has no event {position}"));
                assert!(deliveries.iter().all(|one| known.3.contains(one)), "{hint}: {deliveries:?} {known:?}");
            }
        }
    }
    assert!(links(&services, scope, ada).await.is_empty(), "as entries of older versions");
    let viewer = seat(&services, &caller, "mia", Role::Viewer).await;
    let page = timeline(&services, &viewer, ada, SeenPlace::default()).await.expect("a page");
    assert_eq!(page.items.len(), 5);
    let report = services.store.verify_audit(&|_, _| {}).await.expect("a report");
    assert_eq!(report.findings, Vec::<String>::new(), "the hints are not part of the chain");
}

pub(crate) async fn the_timeline_of_an_erased_customer_says_what_was_announced(mut engine: Engine) {
    let services = engine.services();
    let caller = subscriber(&services).await;
    let id = given(&services, &caller, "ada@example.com", "individual").await;
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    let body = br#"{"reason":"asked","requested_by":"Ada"}"#;
    erase::request(&services, &caller, Some(id), Request::unkeyed(body)).await.expect("scheduled");
    // The certificate has the time of the machine.
    services.sandboxes.set(caller.scope.account, 3_600);
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    let events = events_of(&services, caller.scope, id).await;
    let types: Vec<_> = events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types, ["customer.created", "customer.updated", "customer.erased"]);
    let pending: Vec<_> = events.iter().flat_map(|event| &event.deliveries).map(|one| one.state).collect();
    assert_eq!(pending, ["pending"], "the erasure drops the others");
    let viewer = seat(&services, &caller, "mia", Role::Viewer).await;
    let page = timeline(&services, &viewer, id, SeenPlace::default()).await.expect("a page");
    assert!(matches!(&page.items[0], Item::Entry(row, events) if row.action == "customer.erased" && events.len() == 1));
}

/// All pages of the timeline.
async fn pages(services: &Services, seat: &Seat, id: CustomerId) -> Vec<Timeline> {
    let (mut pages, mut place) = (Vec::new(), Some(SeenPlace::default()));
    while let Some(after) = place {
        let page = timeline(services, seat, id, after).await.expect("a page");
        place = page.next;
        pages.push(page);
    }
    pages
}

pub(crate) async fn the_pages_of_the_timeline_have_everything_once(mut engine: Engine) {
    let services = engine.services();
    let caller = subscriber(&services).await;
    let scope = caller.scope;
    let id = given(&services, &caller, "ada@example.com", "individual").await;
    let other = given(&services, &caller, "bob@example.com", "individual").await;
    for number in 0..70 {
        put(&services, &caller, id, &format!(r#"{{"first_name":"A{number}"}}"#)).await.expect("updated");
    }
    let mut looks = Vec::new();
    for hour in [-2, 0, 3] {
        for key in 0..30 {
            let mut counted = look(&caller, id, KeyId::from_bytes([key; 16]), Some("case 4711").filter(|_| key == 0));
            counted.look.hour = Timestamp::from_micros(hour * HOUR);
            looks.push(counted);
        }
    }
    looks.push(look(&caller, other, KeyId::from_bytes([1; 16]), None));
    services.store.record_looks(looks).await.expect("recorded");
    let viewer = seat(&services, &caller, "mia", Role::Viewer).await;
    let pages = pages(&services, &viewer, id).await;
    let (mut entries, mut positions, mut looks) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut hours = Vec::new();
    for page in &pages {
        let lines = page.items.iter().map(|item| match item {
            Item::Entry(row, events) => {
                entries.push(row.seq);
                hours.push(0);
                positions.extend(events.iter().map(|event| event.position));
                1 + events.iter().map(|event| 1 + event.deliveries.len()).sum::<usize>()
            }
            Item::Looks(counted) => {
                assert!(looks.insert((counted.look.hour, counted.look.key)), "shown twice");
                hours.push(counted.look.hour.as_micros() / HOUR);
                1
            }
        });
        assert!(lines.sum::<usize>() <= 120);
        assert!(page.items.len() <= 50 && page.keys.values().all(|name| name == "k"));
    }
    assert!(pages.len() > 3, "{}", pages.len());
    assert_eq!((entries.len(), looks.len()), (71, 90));
    assert!(entries.is_sorted_by(|one, next| one > next) && hours.is_sorted_by(|one, next| one >= next));
    positions.sort_unstable();
    let stored = services.store.events(scope, 0, 1_000).await.expect("events");
    let stored: Vec<_> = stored.iter().filter(|event| event.customer == id).map(|event| event.position).collect();
    assert_eq!(positions, stored);

    for entries in [Entries::Before(u64::MAX), Entries::Before(1)] {
        let wrong = timeline(&services, &viewer, id, SeenPlace { entries, looks: None }).await;
        assert!(matches!(wrong, Err(DeskError::NotFound)), "{wrong:?}");
    }
    let place = SeenPlace { entries: Entries::Before(entries[0]), looks: None };
    let of_another = timeline(&services, &viewer, other, place).await;
    assert!(matches!(of_another, Err(DeskError::NotFound)), "{of_another:?}");
    let admin = seat(&services, &caller, "eve", Role::Admin).await;
    let refused = timeline(&services, &admin, id, SeenPlace::default()).await;
    assert!(matches!(refused, Err(DeskError::Forbidden(..))), "{refused:?}");
}
