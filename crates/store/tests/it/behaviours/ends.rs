//! What ends with an erasure, with an account, and with everything in a sandbox.

use dossier_core::audit::Action;
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::desk::Role;
use dossier_core::idempotency::Request;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::use_cases::{accounts, empty_sandbox, erase, session, webhooks, worksheet};
use dossier_core::webhook::{AttemptResult, Disabled, Due, FinishedAttempt, Verdict};

use crate::behaviours::webhooks::{key_of, subscribed_to};
use crate::behaviours::{given, keyed_put, naming, put, read, seat, uploaded};
use crate::engines::{Engine, caller};
use crate::trail::trail;
use crate::upgrade::compared;

const WHY: &[u8] = br#"{"reason":"asked","requested_by":"Ada"}"#;
const TYPES: &str = r#""customer.created","customer.updated","customer.erased""#;

fn attempted(due: &Due, at: Timestamp, verdict: Verdict) -> FinishedAttempt {
    FinishedAttempt { due: due.clone(), at, made_at: at, duration_us: 900, result: AttemptResult::Status(500), verdict }
}

pub(crate) async fn an_erasure_drops_deliveries_that_wait_are_tried_again_or_are_in_flight(mut engine: Engine) {
    let services = engine.services();
    let store = &services.store;
    let (caller, steady) = subscribed_to(&services, caller(&services).await, TYPES).await;
    let (caller, disabled) = subscribed_to(&services, caller, TYPES).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let other = given(&services, &caller, "b@example.com", "individual").await;
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    let now = services.clock.now();
    let claimed = store.claim_deliveries(now, 60, &[], 10).await.expect("claimed");
    let of = |endpoint, customer| {
        claimed.iter().find(|due| (due.endpoint, due.customer) == (endpoint, customer)).expect("claimed").clone()
    };
    // One is in flight, one will be tried again, and those of the disabled endpoint are held.
    let (in_flight, of_other) = (of(steady, id), of(steady, other));
    let end = attempted(&of(disabled, id), now, Verdict::Disable(Disabled::Gone));
    let again = attempted(&of_other, now, Verdict::Again(now.plus_seconds(5)));
    store.record_attempts(vec![end, again]).await.expect("recorded");
    erase::request(&services, &caller, Some(id), Request::unkeyed(WHY)).await.expect("scheduled");
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    store.record_attempts(vec![attempted(&in_flight, now, Verdict::Delivered)]).await.expect("nothing to record");
    for (endpoint, expected) in
        [(steady, vec!["customer.erased", "customer.created"]), (disabled, vec!["customer.created"])]
    {
        let log = store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
        let waiting: Vec<_> = log.iter().map(|one| (one.event_type.as_str(), one.entity_id, one.state)).collect();
        let whose = |kind: &str| if kind == "customer.erased" { id } else { other };
        let expected: Vec<_> = expected.into_iter().map(|kind| (kind, whose(kind), "pending")).collect();
        assert_eq!(waiting, expected);
    }
    let due = store.claim_deliveries(services.clock.now(), 60, &[], 10).await.expect("claimed");
    assert_eq!(due.iter().map(|due| due.customer).collect::<Vec<_>>(), [id], "only the erasure is announced");
    webhooks::enable(&services, &caller, key_of(&caller), Some(disabled), Request::unkeyed(b""))
        .await
        .expect("enabled");
    let due = store.claim_deliveries(services.clock.now(), 60, &[], 10).await.expect("claimed");
    assert_eq!(due.iter().map(|due| due.customer).collect::<Vec<_>>(), [other]);
}

pub(crate) async fn a_closed_account_gets_no_new_deliveries_and_can_be_opened_again(mut engine: Engine) {
    let services = engine.services();
    let (caller, endpoint) = subscribed_to(&services, caller(&services).await, TYPES).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let account = services.store.account(caller.scope.account).await.expect("readable").expect("there");
    let closed = accounts::close(&services, &caller, account).await.expect("closed");
    let again = accounts::close(&services, &caller, closed.clone()).await.expect("closed");
    assert_eq!(again, closed, "closing twice keeps the date");
    assert!(services.closed.contains(caller.scope.account));
    let stored = services.store.account(caller.scope.account).await.expect("readable").expect("there");
    assert_eq!(stored.closed_at.map(|at| at.to_string()), closed.closed_at.map(|at| at.to_string()));
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    let waiting = async || services.store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log").len();
    assert_eq!(waiting().await, 1, "what was queued before is delivered, and nothing else");
    assert_eq!(services.store.events(caller.scope, 0, 10).await.expect("events").len(), 2);
    accounts::reopen(&services, &caller, closed).await.expect("opened");
    put(&services, &caller, id, r#"{"first_name":"B"}"#).await.expect("updated");
    assert_eq!(waiting().await, 2);
    let actions: Vec<_> = trail(&services, caller.scope, None, 100).await.into_iter().map(|row| row.action).collect();
    let count = |action: Action| actions.iter().filter(|one| **one == action.as_str()).count();
    assert_eq!((count(Action::AccountClosed), count(Action::AccountReopened)), (1, 1));
}

pub(crate) async fn an_emptied_sandbox_has_nothing_left_but_its_trail(mut engine: Engine) {
    let services = engine.services();
    let store = &services.store;
    let (caller, endpoint) = subscribed_to(&services, caller(&services).await, TYPES).await;
    let production = Scope { environment: Environment::Production, ..caller.scope };
    let in_production = Caller { scope: production, ..caller.clone() };
    let kept = given(&services, &in_production, "kept@example.com", "individual").await;
    let (staged, used) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    let mut customers = Vec::new();
    for (email, kind) in
        [("a@example.com", "individual"), ("b@example.com", "corporate"), ("c@example.com", "individual")]
    {
        customers.push(given(&services, &caller, email, kind).await);
    }
    put(&services, &caller, customers[0], &naming(used)).await.expect("updated");
    keyed_put(&services, &caller, customers[1], r#"{"tax_number":"T"}"#, Some("key")).await.expect("updated");
    session::open(&services, &caller, Some(customers[1]), Request::unkeyed(b"")).await.expect("a session");
    let reviewer = seat(&services, &caller, "mia", Role::Analyst).await;
    worksheet::add_note(&services, &reviewer, customers[0], "x").await.expect("added");
    erase::request(&services, &caller, Some(customers[2]), Request::unkeyed(WHY)).await.expect("scheduled");
    let refused = empty_sandbox::begin(&services, &in_production, Request::unkeyed(b""), b"{}").await;
    assert!(matches!(refused, Err(UpdateError::NotFound)), "never in production: {refused:?}");
    let newest = store.newest_event(caller.scope).await.expect("a number");
    empty_sandbox::begin(&services, &caller, Request::unkeyed(b""), b"{}").await.expect("begun");
    empty_sandbox::begin(&services, &caller, Request::unkeyed(b""), b"{}").await.expect("begun again");
    // A customer that comes afterwards stays, and the process may die before anything is done.
    let late = given(&services, &caller, "late@example.com", "individual").await;
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let store = &services.store;
    assert_eq!(empty_sandbox::run(&services).await.expect("emptied"), 3);
    assert_eq!(empty_sandbox::run(&services).await.expect("nothing is left"), 0);
    let page = store.summaries(caller.scope, None, 10).await.expect("a page");
    assert_eq!(page.summaries.iter().map(|summary| summary.id).collect::<Vec<_>>(), [late]);
    let events = store.events(caller.scope, 0, 100).await.expect("events");
    assert!(events.iter().all(|event| event.customer == late && event.position > newest), "{}", events.len());
    let log = store.deliveries(caller.scope, endpoint, None, 100).await.expect("a log");
    assert!(log.iter().all(|delivery| delivery.entity_id == late), "{}", log.len());
    assert!(store.files(caller.scope, &[staged, used], None).await.expect("readable").is_empty());
    assert_eq!(store.account_files(caller.scope).await.expect("counted").files, 0);
    for (table, left) in [("answers", 0), ("links", 0), ("file_uses", 0), ("erasures", 3), ("sandbox_emptyings", 0)] {
        assert_eq!(engine.rows(table).await, left, "{table}");
    }
    assert_eq!(engine.rows("desk").await, 2, "members and their links stay");
    read(&services, production, kept).await;
    let actions: Vec<_> = trail(&services, caller.scope, None, 100).await.into_iter().map(|row| row.action).collect();
    let count = |action: Action| actions.iter().filter(|one| **one == action.as_str()).count();
    assert_eq!(
        (count(Action::EmptyingStarted), count(Action::SandboxEmptied), count(Action::CustomerErased)),
        (2, 1, 3)
    );
    assert_eq!(store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
}
