//! The erasure of customers.

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::change::{Change, Effect};
use dossier_core::customer::CustomerType;
use dossier_core::erasure::{LedgerEntry, Tombstone};
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::kyc::State;
use dossier_core::services::Services;
use dossier_core::store::{Committed, StoreError};
use dossier_core::use_cases::erase::{self, ErasedAgain};
use dossier_core::use_cases::session;
use dossier_core::use_cases::write_customer::UpdateError;
use serde_json::Value;

use crate::behaviours::webhooks::subscribed_to;
use crate::behaviours::{PERSONS, changed, content, given, keyed_put, naming, put, read, read_to_change, uploaded};
use crate::engines::{Engine, caller};
use crate::row_seals::Sql;
use crate::upgrade::compared;

async fn request(services: &Services, caller: &Caller, id: CustomerId, dry_run: bool) -> Value {
    let body = format!(r#"{{"reason":"asked","requested_by":"Ada","dry_run":{dry_run}}}"#);
    let answer = erase::request(services, caller, Some(id), Request::unkeyed(body.as_bytes())).await;
    serde_json::from_slice(answer.expect("a decision").body.expose()).expect("JSON")
}

fn is_erased<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Erased { .. }))
}

async fn again(services: &Services, ledger: &[LedgerEntry]) -> usize {
    let ErasedAgain { erased, unreadable } = erase::erase_again(services, ledger).await.expect("erased");
    assert_eq!(unreadable, 0);
    erased
}

async fn listed(services: &Services, scope: Scope) -> Vec<CustomerId> {
    let page = services.store.summaries(scope, None, 10).await.expect("a page");
    page.summaries.iter().map(|summary| summary.id).collect()
}

pub(crate) async fn an_erased_customer_is_unreadable_and_its_tombstone_remains(mut engine: Engine) {
    let services = engine.services();
    let types = r#""customer.created","customer.updated","customer.erased""#;
    let (caller, endpoint) = subscribed_to(&services, caller(&services).await, types).await;
    let scope = caller.scope;
    let firm = given(&services, &caller, "firm@example.com", "corporate").await;
    let other = given(&services, &caller, "other@example.com", "individual").await;
    put(&services, &caller, firm, PERSONS).await.expect("updated");
    let (own, shared) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    for (id, file) in [(firm, own), (firm, shared), (other, shared)] {
        put(&services, &caller, id, &naming(file)).await.expect("updated");
    }
    keyed_put(&services, &caller, firm, r#"{"tax_number":"TT"}"#, Some("key")).await.expect("updated");
    session::open(&services, &caller, Some(firm), Request::unkeyed(b"")).await.expect("a session");
    let before = read(&services, scope, firm).await;
    let dry = request(&services, &caller, firm, true).await;
    assert_eq!((&dry["erases"]["associated_persons"], &dry["erases"]["files"]), (&2.into(), &1.into()), "{dry}");
    assert_eq!((&dry["keeps"]["files"], &dry["dry_run"]), (&1.into(), &true.into()), "{dry}");
    assert_eq!(erase::run_due(&services).await.expect("nothing is due"), 0, "a dry run schedules nothing");
    request(&services, &caller, firm, false).await;
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1, "the sandbox does not wait");

    let store = &services.store;
    assert!(is_erased(store.customer(scope, firm).await) && is_erased(store.summary(scope, firm).await));
    assert_eq!(listed(&services, scope).await, [other]);
    let tombstone = store.tombstone(scope, firm).await.expect("readable").expect("a tombstone");
    assert_eq!((tombstone.version, tombstone.events), (before.version + 1, before.events + 1));
    assert_eq!((tombstone.state, tombstone.epoch), (State::InProgress, 1));
    assert_eq!(tombstone.created_at.to_string(), before.created_at.to_string());
    assert_eq!(store.tombstones(scope, None, 10).await.expect("a page"), std::slice::from_ref(&tombstone));
    assert!(store.tombstones(scope, Some(firm), 10).await.expect("a page").is_empty());
    let elsewhere = Scope { environment: Environment::Production, ..scope };
    assert!(store.tombstone(elsewhere, firm).await.expect("readable").is_none());
    // Whatever a client or a reviewer tries says that the customer was erased.
    let refused = put(&services, &caller, firm, r#"{"tax_number":"T"}"#).await;
    assert!(matches!(refused, Err(UpdateError::Store(StoreError::Erased { .. }))), "{refused:?}");
    let repeated = keyed_put(&services, &caller, firm, r#"{"tax_number":"TT"}"#, Some("key")).await;
    assert!(matches!(repeated, Err(UpdateError::Store(StoreError::Erased { .. }))), "{repeated:?}");
    let again =
        erase::request(&services, &caller, Some(firm), Request::unkeyed(br#"{"reason":"a","requested_by":"b"}"#));
    assert!(matches!(again.await, Err(UpdateError::Store(StoreError::Erased { .. }))));
    let cancelled = erase::cancel(&services, &caller, Some(firm)).await;
    assert!(matches!(cancelled, Err(UpdateError::Store(StoreError::Erased { .. }))), "{cancelled:?}");
    // Files: its own is gone, the shared one is the other's.
    assert!(store.files(scope, &[own], None).await.expect("readable").is_empty());
    assert!(std::fs::read_dir(engine.path().join("files")).expect("a folder").count() > 0);
    assert!(!content(&services, scope, shared).await.expect("readable").is_empty());
    assert_eq!(store.account_files(scope).await.expect("counted").files, 1);
    // The e-mail is free, and nothing else of the customer is stored.
    given(&services, &caller, "firm@example.com", "individual").await;
    for (table, left) in [("subject_keys", 2), ("persons", 0), ("links", 0), ("file_uses", 1), ("erasures", 1)] {
        assert_eq!(engine.rows(table).await, left, "{table}");
    }
    // Events: the envelopes remain, and what is to be delivered is the erasure.
    let events = store.events(scope, 0, 100).await.expect("readable");
    let of_firm: Vec<Value> = events
        .iter()
        .filter(|event| event.customer == firm)
        .map(|event| serde_json::from_slice(event.body.expose()).expect("JSON"))
        .collect();
    assert!(of_firm.len() > 3 && of_firm.iter().all(|event| event["entity_object"]["erased"] == true), "{of_firm:?}");
    assert_eq!(of_firm.last().expect("the last")["event_type"], "customer.erased");
    let deliveries = store.deliveries(scope, endpoint, None, 100).await.expect("a log");
    let waiting: Vec<_> = deliveries.iter().map(|delivery| serde_json::to_value(delivery).expect("JSON")).collect();
    let of_firm = waiting.iter().filter(|delivery| delivery["entity_id"] == firm.to_string());
    let types: Vec<_> = of_firm.map(|delivery| delivery["event_type"].clone()).collect();
    assert_eq!(types, ["customer.erased"], "{waiting:?}");
    // The trail is whole, and every row is the one that its entry names.
    assert_eq!(store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
    let ledger = store.ledger(None, 10).await.expect("readable");
    assert_eq!((ledger.len(), ledger[0].customer, ledger[0].epoch), (1, firm, 1));
    assert!(store.ledger(Some(ledger[0]), 10).await.expect("readable").is_empty());
    assert_eq!(Vec::from_iter(engine.store().ledger_file().read().expect("a file")), ledger);
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert!(is_erased(services.store.customer(scope, firm).await));
    read(&services, scope, other).await;
}

pub(crate) async fn a_scheduled_erasure_waits_and_can_be_cancelled(mut engine: Engine) {
    let services = engine.services();
    let sandbox = caller(&services).await;
    let scope = Scope { environment: Environment::Production, ..sandbox.scope };
    let caller = Caller { scope, ..sandbox };
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let nothing = erase::cancel(&services, &caller, Some(id)).await;
    assert!(matches!(nothing, Err(UpdateError::NotFound)), "{nothing:?}");
    let first = request(&services, &caller, id, false).await;
    let second = request(&services, &caller, id, false).await;
    assert_eq!(first["due_at"], second["due_at"], "a second request keeps the first date");
    let scheduled = services.store.erasure(scope, id).await.expect("readable").expect("scheduled");
    assert_eq!((&*scheduled.request.reason, &*scheduled.request.requested_by), ("asked", "Ada"));
    assert_eq!(erase::run_due(&services).await.expect("nothing is due"), 0);
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("the customer can still be changed");
    erase::cancel(&services, &caller, Some(id)).await.expect("cancelled");
    assert!(services.store.erasure(scope, id).await.expect("readable").is_none());
    let week_later = services.clock.now().plus_seconds(8 * 24 * 60 * 60);
    assert!(services.store.due_erasures(week_later).await.expect("readable").is_empty());
    request(&services, &caller, id, false).await;
    assert_eq!(services.store.due_erasures(week_later).await.expect("readable"), [(scope, id)]);
}

pub(crate) async fn a_change_that_was_computed_before_an_erasure_is_refused(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let found = read_to_change(&services, caller.scope, id).await;
    request(&services, &caller, id, false).await;
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    let late = services.store.commit(changed(&caller, &found, "Late")).await;
    assert!(matches!(late, Ok(Committed::VersionMoved) | Err(StoreError::Corrupt(_))), "{late:?}");
    assert!(is_erased(services.store.customer(caller.scope, id).await));
}

pub(crate) async fn an_older_state_is_erased_again_with_the_first_date(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let (id, other) = (
        given(&services, &caller, "a@example.com", "individual").await,
        given(&services, &caller, "b@example.com", "individual").await,
    );
    request(&services, &caller, id, false).await;
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    let ledger = Vec::from_iter(engine.store().ledger_file().read().expect("a file"));
    assert_eq!(again(&services, &ledger).await, 0, "repeating is safe");
    // The state before: the ledger of the database knows nothing, and the customer is there.
    let mut entry = ledger[0];
    entry.customer = other;
    assert_eq!(again(&services, &[entry]).await, 1);
    let tombstone = services.store.tombstone(caller.scope, other).await.expect("readable").expect("a tombstone");
    let (erased_at, first) = (tombstone.erased_at.to_string(), entry.erased_at.to_string());
    assert_eq!(erased_at, first, "it was erased then, and not now");
    let unknown = CustomerId::from_bytes([9; 16]);
    entry.customer = unknown;
    assert_eq!(again(&services, &[entry]).await, 0);
}

pub(crate) async fn another_process_forgets_the_keys_of_an_erased_customer(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let other = engine.another().await;
    let events = async || {
        let events = other.events(caller.scope, 0, 10).await.expect("readable");
        String::from_utf8(events[0].body.expose().clone()).expect("JSON")
    };
    assert!(events().await.contains("a@example.com"));
    request(&services, &caller, id, false).await;
    let before = services.clock.now();
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    other.forget_erased(before).await.expect("forgotten");
    if engine.rows_in().1.is_some() {
        assert!(!events().await.contains("a@example.com"));
    }
}

pub(crate) async fn an_erasure_that_was_cancelled_in_the_meantime_does_not_run(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let (basis, customer) = read_to_change(&services, caller.scope, id).await;
    let tombstone = Box::new(Tombstone::of(&customer, None, services.clock.now()));
    let mut audit = AuditEntry::new(&caller, services.clock.now(), Action::CustomerErased);
    audit.customer = Some(id);
    let effect = Effect::CustomerErased { basis, tombstone, is_scheduled: true, unless_held: None };
    let late = services.store.commit(Change::new(caller.scope, effect, audit)).await;
    assert!(matches!(late, Ok(Committed::VersionMoved)), "{late:?}");
    assert_eq!(read(&services, caller.scope, id).await, customer);
}

pub(crate) async fn a_record_that_cannot_be_opened_is_erased_by_its_plain_columns(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let mut ids = Vec::new();
    for (email, kind) in
        [("a@example.com", "individual"), ("b@example.com", "corporate"), ("c@example.com", "individual")]
    {
        ids.push(given(&services, &caller, email, kind).await);
    }
    put(&services, &caller, ids[1], PERSONS).await.expect("updated");
    let seen = read(&services, caller.scope, ids[1]).await;
    for id in &ids {
        request(&services, &caller, *id, false).await;
    }
    drop(services);
    engine.close();
    let sql = Sql(&engine);
    let row = |at: usize| format!("customer_id = {}", sql.id(ids[at].as_bytes()));
    // The epoch of the first one's key is gone, the second one has no key, and the row of the third one was altered.
    engine.execute(&format!("UPDATE subject_keys SET epoch = 0 WHERE {}", row(0))).await;
    engine.execute(&format!("DELETE FROM subject_keys WHERE {}", row(1))).await;
    engine.execute(&format!("UPDATE customers SET created_at = created_at + 1 WHERE {}", row(2))).await;
    engine.open().await;
    let services = engine.services();
    assert_eq!(erase::run_due(&services).await.expect("erased"), 3);
    for id in &ids {
        assert!(is_erased(services.store.customer(caller.scope, *id).await));
        services.store.tombstone(caller.scope, *id).await.expect("readable").expect("a tombstone");
    }
    let tombstone = services.store.tombstone(caller.scope, ids[1]).await.expect("readable").expect("a tombstone");
    assert_eq!((tombstone.version, tombstone.events), (seen.version + 1, seen.events + 1));
    assert!(tombstone.requested_at.is_some());
    assert_eq!(tombstone.created_at.to_string(), seen.created_at.to_string());
    assert_eq!((tombstone.kind, tombstone.state), (CustomerType::Corporate, State::NotStarted));
    assert_eq!(engine.rows("subject_keys").await, 0);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
    assert_eq!(engine.store().ledger_file().read().expect("a file").len(), 3);
}

pub(crate) async fn erasing_again_adds_no_second_line_to_the_ledger(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let entry =
        LedgerEntry { scope: caller.scope, customer: id, person: None, erased_at: services.clock.now(), epoch: 7 };
    let store = engine.store();
    store.ledger_file().append(&[entry]).expect("appended");
    let ledger = store.ledger_file().path();
    let lines = || std::fs::read(ledger).expect("a file").split(|byte| *byte == b'\n').count();
    let before = lines();
    store.ledger_file().expect_again(&[entry]);
    assert_eq!(again(&services, &[entry]).await, 1);
    assert_eq!(lines(), before);
    let other = given(&services, &caller, "b@example.com", "individual").await;
    request(&services, &caller, other, false).await;
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    assert_eq!(lines(), before + 1);
}
