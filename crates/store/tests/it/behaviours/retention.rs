//! Retention: what keeps customers, what deletes them, and holds.

use std::sync::Arc;

use dossier_core::audit::{Action, AuditEntry, AuditFilter};
use dossier_core::caller::Caller;
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::erasure::Tombstone;
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, HoldId};
use dossier_core::kyc::Retention;
use dossier_core::retention::RetentionRules;
use dossier_core::services::Services;
use dossier_core::store::{Committed, StoreError};
use dossier_core::use_cases::advance_clock::advance;
use dossier_core::use_cases::decide::decide;
use dossier_core::use_cases::delete_due::{Swept, sweep};
use dossier_core::use_cases::due_deletions::deletions;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::use_cases::{accounts, erase, hold, session};
use serde_json::Value;

use crate::behaviours::{given, naming, put, read, read_to_change, uploaded};
use crate::engines::{Engine, caller};
use crate::row_seals::Sql;
use crate::upgrade::compared;

async fn request(services: &Services, caller: &Caller, id: CustomerId) -> Value {
    let body = br#"{"reason":"asked","requested_by":"Ada"}"#;
    let answer = erase::request(services, caller, Some(id), Request::unkeyed(body)).await;
    serde_json::from_slice(answer.expect("a decision").body.expose()).expect("JSON")
}

async fn decided(services: &Services, caller: &Caller, id: CustomerId, outcome: &str) {
    let body = format!(r#"{{"outcome":"{outcome}"}}"#);
    decide(services, caller, Some(id), Request::unkeyed(body.as_bytes())).await.expect("decided");
}

async fn approved(services: &Services, caller: &Caller, email: &str) -> CustomerId {
    let id = given(services, caller, email, "individual").await;
    session::open(services, caller, Some(id), Request::unkeyed(b"")).await.expect("a session");
    decided(services, caller, id, "approve").await;
    id
}

async fn advanced(services: &Services, caller: &Caller, days: u32) {
    let body = format!(r#"{{"advance":"P{days}D"}}"#);
    advance(services, caller, Request::unkeyed(body.as_bytes()), |_| Vec::new()).await.expect("advanced");
}

async fn placed(services: &Services, caller: &Caller, id: CustomerId, ends_at: Option<Timestamp>) -> HoldId {
    let end = ends_at.map_or(String::new(), |end| format!(r#","ends_at":"{end}""#));
    let body = format!(r#"{{"reference":"1 A 2","authority":"the court","reason":"a case"{end}}}"#);
    let answer = hold::place(services, caller, Some(id), Request::unkeyed(body.as_bytes())).await.expect("placed");
    let answer: Value = serde_json::from_slice(answer.body.expose()).expect("JSON");
    assert_eq!(answer["active"], true);
    HoldId::parse(answer["id"].as_str().expect("an id")).expect("an id")
}

async fn is_erased(services: &Services, caller: &Caller, id: CustomerId) -> bool {
    matches!(services.store.customer(caller.scope, id).await, Err(StoreError::Erased { .. }))
}

async fn entries(services: &Services, caller: &Caller, action: Action) -> Vec<Vec<String>> {
    let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
    let page = services.store.audit(caller.scope, &filter, None, 100).await.expect("readable").expect("a page");
    page.rows.iter().map(|row| row.fields.clone()).collect()
}

fn with_rules(services: &mut Services, mode: Retention, rules: &str) {
    let text = format!("version = 'test'\n{rules}");
    services.policy.retention = mode;
    services.policy.retention_rules = Arc::new(RetentionRules::read(&text).expect("good rules"));
}

pub(crate) async fn a_law_refuses_an_erasure_and_the_erasure_runs_once_the_time_has_passed(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = approved(&services, &caller, "ada@example.com").await;
    let refused = request(&services, &caller, id).await;
    assert_eq!((&refused["decision"], &refused["due_at"]), (&"refused".into(), &Value::Null), "{refused}");
    assert_eq!(refused["rule"]["id"], "eu_after_relationship");
    let scheduled = entries(&services, &caller, Action::ErasureScheduled).await;
    assert_eq!(scheduled, [["/retention/eu_after_relationship"]], "the trail says what keeps the customer");
    let text = refused["text"].as_str().expect("a text for the person");
    assert!(text.contains("2024/1624") && text.contains("data protection authority") && text.contains("court"));
    assert_eq!(erase::run_due(&services).await.expect("nothing is due"), 0);

    decided(&services, &caller, id, "offboard").await;
    let refused = request(&services, &caller, id).await;
    let until = Timestamp::parse(refused["due_at"].as_str().expect("a date")).expect("a time");
    let years = (until.as_micros() - services.now(caller.scope).as_micros()) / 1_000_000 / 86_400;
    assert!((5 * 365..=5 * 365 + 3).contains(&years), "{refused}");
    // It was to be considered again after a month, and the law still keeps the customer.
    advanced(&services, &caller, 31).await;
    assert_eq!(erase::run_due(&services).await.expect("postponed"), 0);
    let postponed = entries(&services, &caller, Action::ErasurePostponed).await;
    assert_eq!(postponed, [["/retention/eu_after_relationship"]]);
    advanced(&services, &caller, 5 * 365 - 31).await;
    assert_eq!(erase::run_due(&services).await.expect("nothing is due"), 0, "not a day early");
    advanced(&services, &caller, 4).await;
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    assert!(is_erased(&services, &caller, id).await);

    // Customers who were never verified may go, and nothing is refused if retention is off.
    let mut services = services;
    let other = given(&services, &caller, "bea@example.com", "individual").await;
    assert_eq!(request(&services, &caller, other).await["decision"], "scheduled");
    let third = approved(&services, &caller, "cleo@example.com").await;
    services.policy.retention = Retention::Off;
    assert_eq!(request(&services, &caller, third).await["decision"], "scheduled");
    // Closing the account ends relationships, and makes no relationship of anything else.
    services.policy.retention = Retention::Report;
    let (applicant, customer) = (
        given(&services, &caller, "dan@example.com", "individual").await,
        approved(&services, &caller, "e@example.com").await,
    );
    let account = services.store.account(caller.scope.account).await.expect("readable").expect("there");
    accounts::close(&services, &caller, account).await.expect("closed");
    assert_eq!(request(&services, &caller, applicant).await["decision"], "scheduled");
    let refused = request(&services, &caller, customer).await;
    assert!(refused["decision"] == "refused" && refused["due_at"].is_string(), "{refused}");
    assert_eq!(compared(&engine).await, Vec::<String>::new());
}

pub(crate) async fn a_hold_stops_deletion_and_what_it_stopped_continues(mut engine: Engine) {
    let mut services = engine.services();
    with_rules(
        &mut services,
        Retention::On,
        "[[keep]]\nid = 'a'\nsections = ['identity']\nfrom = 'abandoned'\nfor = 'P10D'\nlaw = 'x'\nrequired = false",
    );
    let caller = caller(&services).await;
    let (asked, expired) = (
        given(&services, &caller, "ada@example.com", "individual").await,
        given(&services, &caller, "bea@example.com", "individual").await,
    );
    let (first, second) =
        (placed(&services, &caller, asked, None).await, placed(&services, &caller, asked, None).await);
    let end = services.now(caller.scope).plus_seconds(40 * 86_400);
    placed(&services, &caller, expired, Some(end)).await;
    let held = request(&services, &caller, asked).await;
    assert_eq!((&held["decision"], &held["due_at"]), (&"held".into(), &Value::Null), "{held}");
    assert!(!held["text"].as_str().expect("a text").contains("hold"), "a person may not be told of it");
    advanced(&services, &caller, 31).await;
    assert_eq!(erase::run_due(&services).await.expect("postponed"), 0);
    assert_eq!(entries(&services, &caller, Action::ErasurePostponed).await, [["/holds"]]);
    let swept = sweep(&services, caller.scope).await.expect("swept");
    assert_eq!((swept.customers, swept.held), (0, 2), "{swept:?}");
    let due = deletions(&services, caller.scope, None, services.now(caller.scope)).await.expect("readable").due;
    assert!(due.len() == 2 && due.iter().all(|deletion| deletion.held), "{due:?}");

    // One of two holds still stops it. Ending a hold again changes nothing.
    hold::end(&services, &caller, Some(asked), Some(first)).await.expect("ended");
    hold::end(&services, &caller, Some(asked), Some(first)).await.expect("ended before");
    assert_eq!(erase::run_due(&services).await.expect("postponed"), 0);
    let ended = hold::end(&services, &caller, Some(asked), Some(second)).await.expect("ended");
    assert!(ended.ended_at.is_some());
    let unknown = hold::end(&services, &caller, Some(expired), Some(second)).await;
    assert!(matches!(unknown, Err(UpdateError::NotFound)), "a hold of another customer");
    assert_eq!(entries(&services, &caller, Action::HoldEnded).await.len(), 2);
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1, "the erasure that it stopped runs");
    assert!(is_erased(&services, &caller, asked).await);
    assert_eq!(engine.rows("holds").await, 1, "the holds of an erased customer are gone");
    let of_erased = hold::list(&services, &caller, Some(asked)).await;
    assert!(matches!(of_erased, Err(UpdateError::Store(StoreError::Erased { .. }))), "{of_erased:?}");

    // A hold ends by itself at its date, and retention continues.
    advanced(&services, &caller, 8).await;
    assert_eq!(sweep(&services, caller.scope).await.expect("swept").customers, 0);
    advanced(&services, &caller, 2).await;
    assert_eq!(sweep(&services, caller.scope).await.expect("swept").customers, 1);
    assert!(is_erased(&services, &caller, expired).await);
    assert_eq!(entries(&services, &caller, Action::CustomerErased).await[0], ["/retention/a"]);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
}

pub(crate) async fn an_erasure_that_was_computed_before_a_hold_is_refused(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "ada@example.com", "individual").await;
    let (basis, customer) = read_to_change(&services, caller.scope, id).await;
    let now = services.now(caller.scope);
    let tombstone = Box::new(Tombstone::of(&customer, None, now));
    let end = now.plus_seconds(3_600);
    placed(&services, &caller, id, Some(end)).await;
    for (unless_held, expected) in [(Some(now), Committed::VersionMoved), (Some(end), Committed::Done)] {
        let mut audit = AuditEntry::new(&caller, now, Action::CustomerErased);
        audit.customer = Some(id);
        let tombstone = tombstone.clone();
        let effect = Effect::CustomerErased { basis, tombstone, is_scheduled: false, unless_held };
        let committed = services.store.commit(Change::new(caller.scope, effect, audit)).await.expect("committed");
        assert_eq!(committed, expected);
    }
    let late = hold::place(
        &services,
        &caller,
        Some(id),
        Request::unkeyed(br#"{"reference":"a","authority":"b","reason":"c"}"#),
    );
    assert!(matches!(late.await, Err(UpdateError::Store(StoreError::Erased { .. }))));
}

pub(crate) async fn a_document_is_deleted_by_its_own_rule_and_the_record_stays(mut engine: Engine) {
    let mut services = engine.services();
    let rules = "[[keep]]\nid = 'a'\nsections = ['documents']\nevidence = ['id_document']\nfrom = 'recorded'\n\
        for = 'P30D'\nlaw = 'x'\n\
        [[keep]]\nid = 'b'\nsections = ['identity']\nfrom = 'offboarded'\nfor = 'P5Y'\nlaw = 'y'";
    with_rules(&mut services, Retention::On, rules);
    let caller = caller(&services).await;
    let (id, other) =
        (approved(&services, &caller, "ada@example.com").await, approved(&services, &caller, "bea@example.com").await);
    let (own, shared, kept) =
        (uploaded(&services, &caller).await, uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    let body = format!(
        r#"{{"documents":[{{"file_id":"{own}","purpose":"id_document"}},
            {{"file_id":"{shared}","purpose":"id_document"}},{{"file_id":"{kept}","purpose":"proof_of_address"}}]}}"#
    );
    put(&services, &caller, id, &body).await.expect("updated");
    put(&services, &caller, other, &naming(shared)).await.expect("updated");
    assert_eq!(sweep(&services, caller.scope).await.expect("swept"), Swept::default());
    advanced(&services, &caller, 31).await;
    let now = services.now(caller.scope);
    let due = deletions(&services, caller.scope, None, now).await.expect("readable").due;
    let files: Vec<_> = due.iter().filter(|one| one.customer_id == id).map(|one| one.file_id).collect();
    assert_eq!(files, [Some(own), Some(shared)], "{due:?}");
    let swept = sweep(&services, caller.scope).await.expect("swept");
    assert_eq!((swept.customers, swept.documents), (0, due.len() as u64), "{swept:?}");
    let left = services.store.files(caller.scope, &[own, shared, kept], None).await.expect("readable");
    let mut left: Vec<_> = left.iter().map(|file| file.id).collect();
    left.sort_unstable();
    let mut expected = if due.len() == 3 { vec![kept] } else { vec![shared, kept] };
    expected.sort_unstable();
    assert_eq!(left, expected);
    let deleted = entries(&services, &caller, Action::EvidenceDeleted).await;
    assert!(deleted.contains(&vec![format!("/files/{own}"), "/retention/a".to_owned()]), "{deleted:?}");
    // The record still says what there was, can be changed, and nothing is deleted twice. The file is unknown.
    put(&services, &caller, id, r#"{"first_name":"Ada"}"#).await.expect("updated");
    assert_eq!(read(&services, caller.scope, id).await.profile.files(), [own, shared, kept]);
    assert!(matches!(put(&services, &caller, id, &naming(own)).await, Err(UpdateError::Invalid(_))));
    assert_eq!(sweep(&services, caller.scope).await.expect("swept"), Swept::default());
    // Rules about documents alone end no relationship, and delete no customer afterwards either.
    with_rules(&mut services, Retention::On, &rules[..rules.rfind("[[keep]]").expect("a second rule")]);
    assert_eq!(sweep(&services, caller.scope).await.expect("swept"), Swept::default());
    decided(&services, &caller, id, "offboard").await;
    advanced(&services, &caller, 400).await;
    assert_eq!(sweep(&services, caller.scope).await.expect("swept").customers, 0);
    assert_eq!(compared(&engine).await, Vec::<String>::new());
}

pub(crate) async fn a_damaged_file_keeps_retention_from_no_other_customer(mut engine: Engine) {
    let rules = "[[keep]]\nid = 'a'\nsections = ['documents']\nfrom = 'recorded'\nfor = 'P30D'\nlaw = 'x'";
    let mut services = engine.services();
    with_rules(&mut services, Retention::On, rules);
    let caller = caller(&services).await;
    let mut files = Vec::new();
    for email in ["ada@example.com", "bea@example.com", "cleo@example.com"] {
        let (id, file) = (approved(&services, &caller, email).await, uploaded(&services, &caller).await);
        put(&services, &caller, id, &naming(file)).await.expect("updated");
        files.push(file);
    }
    advanced(&services, &caller, 31).await;
    drop(services);
    engine.close();
    let damaged = Sql(&engine).id(files[1].as_bytes());
    engine.execute(&format!("UPDATE files SET uploaded_at = uploaded_at + 1 WHERE file_id = {damaged}")).await;
    engine.open().await;
    let mut services = engine.services();
    with_rules(&mut services, Retention::On, rules);
    for (account, seconds) in services.store.sandbox_clocks().await.expect("clocks") {
        services.sandboxes.set(account, seconds);
    }
    let swept = sweep(&services, caller.scope).await.expect("swept");
    assert_eq!((swept.documents, swept.damaged), (2, 1), "{swept:?}");
    let left = services.store.files(caller.scope, &[files[0], files[2]], None).await.expect("readable");
    assert!(left.is_empty(), "{left:?}");
}

pub(crate) async fn retention_deletes_no_customer_early_and_none_late(mut engine: Engine) {
    let mut services = engine.services();
    services.policy.retention = Retention::On;
    let caller = caller(&services).await;
    let scope = caller.scope;
    let unfinished = given(&services, &caller, "ada@example.com", "individual").await;
    let (staying, leaving) =
        (approved(&services, &caller, "bea@example.com").await, approved(&services, &caller, "cleo@example.com").await);
    let rejected = given(&services, &caller, "dan@example.com", "individual").await;
    session::open(&services, &caller, Some(rejected), Request::unkeyed(b"")).await.expect("a session");
    decided(&services, &caller, rejected, "reject").await;
    advanced(&services, &caller, 100).await;
    decided(&services, &caller, leaving, "offboard").await;
    // Counted in days from the creation. A period of years has passed when its last day has.
    let expected = [(unfinished, 365), (rejected, 5 * 365), (leaving, 100 + 5 * 365)];
    let mut day = 100;
    for next in [364, 368, 1_820, 1_829, 1_920, 1_930] {
        advanced(&services, &caller, next - day).await;
        day = next;
        sweep(&services, scope).await.expect("swept");
        for (id, due) in expected {
            assert_eq!(is_erased(&services, &caller, id).await, day > due, "{id} on day {day}");
        }
    }
    assert!(!is_erased(&services, &caller, staying).await, "a relationship that goes on is kept");
    // Without the setting nothing is deleted, and what is due is counted.
    services.policy.retention = Retention::Report;
    given(&services, &caller, "eve@example.com", "individual").await;
    advanced(&services, &caller, 400).await;
    let swept = sweep(&services, scope).await.expect("swept");
    assert_eq!((swept.customers, swept.reported), (0, 1), "{swept:?}");
    services.policy.retention = Retention::Off;
    assert_eq!(sweep(&services, scope).await.expect("swept"), Swept::default());
}
