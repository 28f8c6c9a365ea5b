//! Reading the audit trail: lists, and whole entries.

use dossier_core::audit::{Action, ActorFilter, AuditEntry, AuditFilter, AuditPage, AuditRow, OpenedEntry};
use dossier_core::caller::{Actor, Caller, Environment, OperatorName, Scope};
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::services::Services;
use dossier_core::settings::{RecordedSetting, Settings};
use dossier_core::use_cases::decide::decide;
use dossier_core::use_cases::write::append_audit;
use dossier_core::use_cases::{accounts, record_settings, session, show_audit_entry};
use serde_json::{Value, json};

use crate::behaviours::{given, put};
use crate::engines::{Engine, caller};
use crate::erasure::{erase, persons};

/// At most `limit` entries, newest first.
pub(crate) async fn trail(services: &Services, scope: Scope, before: Option<u64>, limit: usize) -> Vec<AuditRow> {
    page(services, scope, &AuditFilter::default(), before, limit).await.expect("a page").rows
}

async fn page(
    services: &Services,
    scope: Scope,
    filter: &AuditFilter,
    before: Option<u64>,
    limit: usize,
) -> Option<AuditPage> {
    services.store.audit(scope, filter, before, limit).await.expect("readable")
}

/// All entries, read page by page.
async fn all(services: &Services, scope: Scope, filter: &AuditFilter, limit: usize) -> Vec<u64> {
    let (mut seqs, mut next) = (Vec::new(), None);
    loop {
        let page = page(services, scope, filter, next, limit).await.expect("a page");
        assert!(page.rows.len() <= limit);
        seqs.extend(page.rows.iter().map(|row| row.seq));
        next = page.next;
        if next.is_none() {
            return seqs;
        }
    }
}

async fn entry(services: &Services, scope: Scope, seq: u64) -> OpenedEntry {
    services.store.audit_entry(scope, seq).await.expect("readable").expect("an entry")
}

/// The change at a pointer.
fn change(entry: &OpenedEntry, pointer: &str) -> Option<(Value, Value)> {
    let changes = &entry.detail.expose().changes;
    changes.iter().find(|change| change.pointer == pointer).expect(pointer).values.clone()
}

async fn findings(services: &Services) -> Vec<String> {
    services.store.verify_audit(&|_, _| {}).await.expect("a report").findings
}

/// The findings after a restart.
async fn findings_after_restart(engine: &mut Engine) -> Vec<String> {
    engine.reopen().await;
    findings(&engine.services()).await
}

async fn decided(services: &Services, caller: &Caller, id: CustomerId, decision: &Value) {
    let body = decision.to_string();
    decide(services, caller, Some(id), Request::unkeyed(body.as_bytes())).await.expect("decided");
}

pub(crate) async fn an_entry_of_a_decision_says_what_was_decided(mut engine: Engine) {
    let services = engine.services();
    let system = caller(&services).await;
    let ada = Actor::Operator(OperatorName::new("Ada Lovelace").expect("a name"));
    let reviewer = Caller { actor: ada, ..system.clone() };
    let id = given(&services, &system, "a@example.com", "individual").await;
    session::open(&services, &system, Some(id), Request::unkeyed(b"")).await.expect("opened");
    decided(
        &services,
        &reviewer,
        id,
        &json!({
            "outcome": "approve", "reason_codes": ["verified"], "note": "A private note",
            "rails": [{ "currency": "eur", "payment_rails": "sepa" }],
        }),
    )
    .await;
    decided(&services, &reviewer, id, &json!({ "outcome": "offboard", "reason_codes": ["policy", "other"] })).await;
    let rows = trail(&services, system.scope, None, 2).await;
    let [offboarded, approved] = &rows[..] else { panic!("two entries") };
    assert_eq!((approved.action.as_str(), approved.actor.as_str()), ("kyc.decided", "operator:Ada Lovelace"));
    let expected = json!({
        "outcome": "approve",
        "rails": [{ "currency": "eur", "payment_rails": "sepa", "status": "approved" }],
        "reason_codes": ["verified"],
    });
    assert_eq!(json!(approved.decision), expected);
    let decision = json!(offboarded.decision);
    assert_eq!(decision["reason_codes"], json!(["policy", "other"]));
    let rails = decision["rails"].as_array().expect("rails");
    assert_eq!(rails.len(), services.policy.rails.len());
    assert!(decision["outcome"] == "offboard" && rails.iter().all(|rail| rail["status"] == "rejected"));
    assert!(trail(&services, system.scope, None, 100).await[2..].iter().all(|row| row.decision.is_none()));
    // The note of a reviewer is only in the sealed part.
    let (_, after) = change(&entry(&services, system.scope, approved.seq).await, "/kycs").expect("a change");
    assert_eq!(after["decision"]["note"], "A private note");
    assert!(!json!(approved).to_string().contains("private"));
    assert_eq!(findings(&services).await, Vec::<String>::new());
    let seq = approved.seq;
    drop(services);
    for decision in ["NULL", "replace(decision, 'approve', 'reject')"] {
        engine.execute(&format!("CREATE TABLE kept AS SELECT decision FROM audit WHERE seq = {seq}")).await;
        engine.execute(&format!("UPDATE audit SET decision = {decision} WHERE seq = {seq}")).await;
        let found = findings_after_restart(&mut engine).await;
        assert!(
            found.iter().any(|finding| finding.contains(&format!("entry {seq}: the entry was altered"))),
            "{found:?}"
        );
        engine.execute(&format!("UPDATE audit SET decision = (SELECT decision FROM kept) WHERE seq = {seq}")).await;
        engine.execute("DROP TABLE kept").await;
    }
    assert_eq!(findings_after_restart(&mut engine).await, Vec::<String>::new());
}

pub(crate) async fn lists_of_the_trail_are_filtered_page_by_page(mut engine: Engine) {
    let services = engine.services();
    let system = caller(&services).await;
    let ada = Actor::Operator(OperatorName::new("Ada").expect("a name"));
    let person = Caller { actor: ada, ..system.clone() };
    let (one, other) = (
        given(&services, &system, "a@example.com", "individual").await,
        given(&services, &system, "b@example.com", "individual").await,
    );
    for number in 0..12 {
        let (caller, id) = if number % 3 == 0 { (&person, one) } else { (&system, other) };
        put(&services, caller, id, &format!(r#"{{"first_name":"{number}"}}"#)).await.expect("updated");
    }
    let rows = trail(&services, system.scope, None, 100).await;
    assert_eq!(rows.len(), 15);
    let (first, last) = (rows[12].at, rows[3].at);
    let by = |text: &str| Some(ActorFilter::parse(text).expect(text));
    for filter in [
        AuditFilter::default(),
        AuditFilter { customer: Some(one), ..AuditFilter::default() },
        AuditFilter { customer: Some(other), actor: by("operator"), ..AuditFilter::default() },
        AuditFilter { customer: Some(one), action: Some(Action::CustomerCreated), ..AuditFilter::default() },
        AuditFilter { action: Some(Action::CustomerUpdated), ..AuditFilter::default() },
        AuditFilter { action: Some(Action::KeyRevoked), ..AuditFilter::default() },
        AuditFilter { actor: by("operator"), ..AuditFilter::default() },
        AuditFilter { actor: by("operator:Ada"), ..AuditFilter::default() },
        AuditFilter { actor: by("operator:Bob"), ..AuditFilter::default() },
        AuditFilter { from: Some(first), to: Some(last), ..AuditFilter::default() },
        AuditFilter { customer: Some(one), from: Some(first), to: Some(last), ..AuditFilter::default() },
    ] {
        let accepted =
            |row: &&AuditRow| filter.accepts(row.customer_id, (&row.action, &row.actor, &row.request_id), row.at);
        let expected: Vec<_> = rows.iter().filter(accepted).map(|row| row.seq).collect();
        for limit in [1, 4, 100] {
            assert_eq!(all(&services, system.scope, &filter, limit).await, expected, "{filter:?} {limit}");
        }
    }
    let of_one = AuditFilter { customer: Some(one), ..AuditFilter::default() };
    assert_eq!(all(&services, system.scope, &of_one, 100).await.len(), 5);
    // An entry about another customer leads nowhere.
    let stranger = rows.iter().find(|row| row.customer_id == Some(other)).expect("an entry").seq;
    for wrong in [stranger, 0, 10_000, u64::MAX] {
        assert_eq!(page(&services, system.scope, &of_one, Some(wrong), 10).await, None, "{wrong}");
    }
    // Neither another environment nor another account shows any of it.
    let elsewhere = Scope { environment: Environment::Production, ..system.scope };
    for filter in [AuditFilter::default(), of_one] {
        assert_eq!(page(&services, elsewhere, &filter, None, 10).await, Some(AuditPage::default()));
    }
    let stranger = caller(&services).await.scope;
    assert_eq!(all(&services, stranger, &AuditFilter::default(), 10).await, [1]);
    assert!(services.store.audit_entry(stranger, 2).await.expect("readable").is_none());
}

pub(crate) async fn an_entry_is_shown_in_full_and_names_erased_subjects(mut engine: Engine) {
    let services = engine.services();
    let system = caller(&services).await;
    let scope = system.scope;
    let firm = given(&services, &system, "a@example.com", "corporate").await;
    let body = r#"{"business_legal_name":"Firm","associated_persons":[{"first_name":"Ada"}]}"#;
    put(&services, &system, firm, body).await.expect("updated");
    let address = "192.0.2.1".parse().ok();
    let there = Caller { address, request_id: "there".into(), ..system.clone() };
    put(&services, &there, firm, r#"{"business_legal_name":"Company"}"#).await.expect("updated");
    let rows = trail(&services, scope, None, 2).await;
    let [renamed, filled] = [&rows[0], &rows[1]];
    show_audit_entry::show(&services, &system, renamed.seq).await.expect("readable").expect("an entry");
    let first_look = trail(&services, scope, None, 1).await.remove(0);
    assert_eq!((first_look.customer_id, &first_look.action[..]), (Some(firm), "audit.entry_viewed"));
    assert_eq!(show_audit_entry::show(&services, &system, 999).await.expect("readable").map(|entry| entry.row), None);
    let whole = entry(&services, scope, renamed.seq).await;
    assert_eq!((&whole.row, whole.erased.len()), (renamed, 0));
    assert_eq!(whole.detail.expose().address.as_deref(), Some("192.0.2.1"));
    assert_eq!(change(&whole, "/business_legal_name"), Some((json!("Firm"), json!("Company"))));
    let whole = entry(&services, scope, filled.seq).await;
    let (before, after) = change(&whole, "/associated_persons/0").expect("a change");
    assert_eq!((before, &after["first_name"]), (Value::Null, &json!("Ada")));
    assert!(services.store.audit_entry(scope, 0).await.expect("readable").is_none());
    assert!(services.store.audit_entry(scope, u64::MAX).await.expect("readable").is_none());
    // An entry that concerns no customer.
    let mut looked = AuditEntry::new(&there, services.clock.now(), Action::EntryViewed);
    looked.detail.note = Some("why".into());
    append_audit(&services, scope, looked).await.expect("written");
    let newest = trail(&services, scope, None, 1).await[0].seq;
    assert_eq!(entry(&services, scope, newest).await.detail.expose().note.as_deref(), Some("why"));

    let ada = persons(&services, &system, firm).await[0];
    let own = PersonId::of_customer(firm);
    let (renamed, filled) = (renamed.seq, filled.seq);
    drop(services);
    engine.close();
    erase(&engine, ada).await;
    engine.open().await;
    let services = engine.services();
    let whole = entry(&services, scope, filled).await;
    assert_eq!(whole.erased, [ada]);
    assert_eq!(change(&whole, "/associated_persons"), None);
    assert_eq!(change(&whole, "/business_legal_name"), Some((Value::Null, json!("Firm"))));
    drop(services);
    engine.close();
    erase(&engine, own).await;
    engine.open().await;
    let services = engine.services();
    let whole = entry(&services, scope, renamed).await;
    assert_eq!((whole.erased.clone(), &whole.detail.expose().address), (vec![own], &None));
    assert_eq!(change(&whole, "/business_legal_name"), None);
    // A view is recorded even if nothing about the customer can be sealed any more.
    let looked = show_audit_entry::show(&services, &system, renamed).await.expect("readable").expect("an entry");
    assert_eq!(looked.erased, [own]);
    let look = &trail(&services, scope, None, 1).await[0];
    assert_eq!((look.action.as_str(), look.fields[0].clone()), ("audit.entry_viewed", format!("/audit/{renamed}")));
    assert_eq!(look.customer_id, None);
    assert_eq!(findings(&services).await, Vec::<String>::new());
    let of_firm = AuditFilter { customer: Some(firm), ..AuditFilter::default() };
    assert_eq!(all(&services, scope, &of_firm, 10).await, [first_look.seq, renamed, filled, filled - 1]);
}

pub(crate) async fn changed_settings_are_recorded_once(mut engine: Engine) {
    let services = engine.services();
    let none = Settings::new();
    record_settings::record(&services, &none, &none).await.expect("nothing to record");
    let system = caller(&services).await;
    let scope = accounts::installation(&services).await.expect("readable").expect("an account");
    assert_eq!(scope, Scope { environment: Environment::Production, ..system.scope });
    let of = |rails: &str, secret: Option<&str>| {
        let secret = RecordedSetting::Secret(secret.map(str::to_owned));
        Settings::from([("rails".to_owned(), RecordedSetting::Value(rails.to_owned())), ("secret".to_owned(), secret)])
    };
    let defaults = of("eur/sepa", None);
    let mut seen = Vec::new();
    for in_force in [
        defaults.clone(),
        of("usd/ach", None),
        of("usd/ach", None),
        of("usd/ach", Some("hash of one")),
        of("usd/ach", Some("hash of another")),
        defaults.clone(),
    ] {
        record_settings::record(&services, &in_force, &defaults).await.expect("recorded");
        seen.push(trail(&services, scope, None, 100).await.len());
    }
    assert_eq!(seen, [0, 1, 1, 2, 3, 4]);
    let rows = trail(&services, scope, None, 100).await;
    let named: Vec<_> = rows.iter().rev().map(|row| row.fields.join(" ")).collect();
    assert_eq!(named, ["/settings/rails", "/settings/secret", "/settings/secret", "/settings/rails /settings/secret"]);
    assert!(rows.iter().all(|row| row.action == "settings.changed" && row.actor == "system"));
    let first = entry(&services, scope, 1).await;
    assert_eq!(change(&first, "/settings/rails"), Some((json!("eur/sepa"), json!("usd/ach"))));
    let second = entry(&services, scope, 2).await;
    assert_eq!(change(&second, "/settings/secret"), Some((Value::Null, json!("[secret]"))));
    let third = entry(&services, scope, 3).await;
    assert_eq!(change(&third, "/settings/secret"), Some((json!("[secret]"), json!("[secret]"))));
    assert_eq!(findings(&services).await, Vec::<String>::new());
}
