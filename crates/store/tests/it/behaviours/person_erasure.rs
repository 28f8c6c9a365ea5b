//! The erasure of single associated persons.

use dossier_core::audit::{Action, AuditEntry, AuditFilter};
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::change::{Change, Effect};
use dossier_core::customer::{Customer, Profile};
use dossier_core::erasure::{LedgerEntry, PersonErasure};
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, FileId, PersonId};
use dossier_core::services::Services;
use dossier_core::use_cases::erase::{self, ErasedAgain};
use dossier_core::use_cases::erase_person;
use dossier_core::use_cases::write_customer::UpdateError;
use serde_json::{Value, json};

use crate::behaviours::{PERSONS, content, given, keyed_put, put, read, read_to_change, uploaded};
use crate::engines::{Engine, caller};
use crate::upgrade::compared;

const WHY: &[u8] = br#"{"reason":"asked","requested_by":"Ada herself"}"#;

fn persons(customer: &Customer) -> Vec<PersonId> {
    let Profile::Business(business) = &customer.profile else { panic!("a business") };
    let persons = business.associated_persons.iter().flat_map(|persons| &persons.0);
    persons.map(|person| person.person_id().expect("an id")).collect()
}

async fn request(services: &Services, caller: &Caller, id: CustomerId, person: PersonId, body: &[u8]) -> Value {
    let answer = erase_person::request(services, caller, (Some(id), Some(person)), Request::unkeyed(body)).await;
    serde_json::from_slice(answer.expect("a decision").body.expose()).expect("JSON")
}

/// A business with two persons and the given documents of the first, with drafts about each of the persons.
async fn firm(services: &Services, caller: &Caller, files: &[FileId]) -> (CustomerId, PersonId, PersonId) {
    let firm = given(services, caller, "firm@example.com", "corporate").await;
    let mut body: Value = serde_json::from_str(PERSONS).expect("JSON");
    let document = |file: &FileId| json!({ "file_id": file, "purpose": "id_document" });
    body["associated_persons"][0]["documents"] = files.iter().map(document).collect();
    put(services, caller, firm, &body.to_string()).await.expect("updated");
    let (basis, mut after) = read_to_change(services, caller.scope, firm).await;
    let [ada, bob] = persons(&after)[..] else { panic!("two persons") };
    let place = |person: PersonId| format!("/associated_persons/{person}/nationality");
    let mut kyc = serde_json::to_value(&after.kyc).expect("JSON");
    kyc["form"] = json!({ "draft": { place(ada): "x of Ada", place(bob): "x of Bob", "/tax_number": "x" } });
    kyc["flags"] = json!([{ "requirement": format!("id_document@{ada}"), "given": "", "confirmed": null }]);
    after.kyc = serde_json::from_value(kyc).expect("a verification");
    after.version += 1;
    let mut audit = AuditEntry::new(caller, after.updated_at, Action::FormSaved);
    (audit.customer, audit.version) = (Some(firm), Some(after.version));
    let after = Box::new(after);
    let effect =
        Effect::CustomerUpdated { basis, after, attached: Vec::new(), link: None, ends_passes: false, erases: None };
    services.store.commit(Change::new(caller.scope, effect, audit)).await.expect("committed");
    (firm, ada, bob)
}

/// The notes of the entries about a customer, and whom the entries can no longer be opened about.
async fn notes(services: &Services, scope: Scope, id: CustomerId) -> (Vec<String>, Vec<PersonId>) {
    let filter = AuditFilter { customer: Some(id), ..AuditFilter::default() };
    let page = services.store.audit(scope, &filter, None, 100).await.expect("readable").expect("a trail");
    let (mut notes, mut erased) = (Vec::new(), Vec::new());
    for row in page.rows {
        let entry = services.store.audit_entry(scope, row.seq).await.expect("readable").expect("there");
        notes.extend(entry.detail.expose().note.clone());
        erased.extend(entry.erased);
    }
    (notes, erased)
}

pub(crate) async fn an_erased_person_is_gone_and_the_business_remains(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let (scope, store) = (caller.scope, &services.store);
    let (own, shared) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    let (id, ada, bob) = firm(&services, &caller, &[own, shared]).await;
    let other = given(&services, &caller, "other@example.com", "individual").await;
    put(&services, &caller, other, &crate::behaviours::naming(shared)).await.expect("updated");
    let answer = keyed_put(&services, &caller, id, r#"{"tax_number":"TT"}"#, Some("key")).await.expect("updated");
    assert!(String::from_utf8_lossy(answer.body.expose()).contains("Ada"), "a kept answer has the person's data");
    let before = read(&services, scope, id).await;
    assert_eq!((before.kyc.persons(), persons(&before)), (vec![ada, bob], vec![ada, bob]));
    let dry = request(&services, &caller, id, ada, br#"{"reason":"a","requested_by":"b","dry_run":true}"#).await;
    assert_eq!(
        (&dry["erases"]["files"], &dry["keeps"]["files"], &dry["person_id"]),
        (&1.into(), &1.into(), &json!(ada))
    );
    assert_eq!(erase_person::run_due(&services).await.expect("nothing is due"), 0);
    let first = request(&services, &caller, id, ada, WHY).await;
    let second = request(&services, &caller, id, ada, br#"{"reason":"again","requested_by":"Ada"}"#).await;
    assert_eq!((&first["due_at"], &first["decision"]), (&second["due_at"], &"scheduled".into()));
    let (reasons, erased) = notes(&services, scope, id).await;
    assert_eq!((reasons, erased), (vec!["again (Ada)".to_owned(), "asked (Ada herself)".to_owned()], vec![]));
    assert_eq!(erase_person::run_due(&services).await.expect("erased"), 1, "the sandbox does not wait");
    assert_eq!(erase_person::run_due(&services).await.expect("nothing is left"), 0);

    let after = read(&services, scope, id).await;
    assert_eq!((persons(&after), after.version, after.events), (vec![bob], before.version + 1, before.events + 1));
    assert_eq!(after.kyc.persons(), [bob], "drafts and flags of the person are gone");
    assert_eq!(store.data_subjects(scope, id).await.expect("readable").len(), 2);
    assert!(store.files(scope, &[own], None).await.expect("readable").is_empty());
    assert!(!content(&services, scope, shared).await.expect("readable").is_empty());
    // The kept answer says that the request was carried out, without what it said of the person.
    let repeated = keyed_put(&services, &caller, id, r#"{"tax_number":"TT"}"#, Some("key")).await.expect("repeated");
    assert_eq!((&repeated.body.expose()[..], repeated.replayed), (&b"{}"[..], true));
    let (reasons, erased) = notes(&services, scope, id).await;
    assert!(reasons.is_empty(), "{reasons:?}");
    assert!(erased.len() > 2 && erased.iter().all(|gone| *gone == ada), "{erased:?}");
    let Some(PersonErasure::Done(done)) = store.person_erasure(scope, id, ada).await.expect("readable") else {
        panic!("it is done")
    };
    assert_eq!((done.person, done.epoch), (ada, 1));
    // The trail is whole, and every row is the one that its entry names.
    assert_eq!(store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
    assert_eq!(compared(&engine).await, Vec::<String>::new());
    let ledger = store.ledger_of_persons(None, 10).await.expect("readable");
    assert_eq!((ledger.len(), ledger[0].customer, ledger[0].person), (1, id, Some(ada)));
    assert!(store.ledger_of_persons(Some(ledger[0]), 10).await.expect("readable").is_empty());
    assert_eq!(Vec::from_iter(engine.store().ledger_file().read().expect("a file")), ledger);
    // Whatever names the person is refused, and the same person who is sent again is a new one.
    let whom = (Some(id), Some(ada));
    let refused = erase_person::request(&services, &caller, whom, Request::unkeyed(WHY)).await;
    assert!(matches!(refused, Err(UpdateError::PersonErased { .. })), "{refused:?}");
    let refused = erase_person::cancel(&services, &caller, whom).await;
    assert!(matches!(refused, Err(UpdateError::PersonErased { .. })), "{refused:?}");
    let same = PERSONS.replace(r#"{"first_name":"Ada""#, &format!(r#"{{"id":"{ada}","first_name":"Ada""#));
    put(&services, &caller, id, &same).await.expect("updated");
    let again = persons(&read(&services, scope, id).await);
    assert!(again.len() == 2 && !again.contains(&ada) && again.contains(&bob), "{again:?}");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert_eq!(persons(&read(&services, scope, id).await), again);
}

pub(crate) async fn the_erasure_of_a_person_waits_can_be_cancelled_and_needs_a_person_of_the_customer(
    mut engine: Engine,
) {
    let services = engine.services();
    let sandbox = caller(&services).await;
    let scope = Scope { environment: Environment::Production, ..sandbox.scope };
    let caller = Caller { scope, ..sandbox.clone() };
    let (id, ada, _) = firm(&services, &caller, &[]).await;
    let other = given(&services, &caller, "other@example.com", "corporate").await;
    for (caller, customer, person) in [
        (&caller, Some(other), Some(ada)),
        (&caller, Some(id), Some(PersonId::from_bytes([9; 16]))),
        (&caller, Some(id), Some(PersonId::of_customer(id))),
        (&caller, Some(id), None),
        (&caller, None, Some(ada)),
        (&sandbox, Some(id), Some(ada)),
    ] {
        let refused = erase_person::request(&services, caller, (customer, person), Request::unkeyed(WHY)).await;
        assert!(matches!(refused, Err(UpdateError::NotFound)), "{customer:?} {person:?}: {refused:?}");
    }
    let whom = (Some(id), Some(ada));
    let nothing = erase_person::cancel(&services, &caller, whom).await;
    assert!(matches!(nothing, Err(UpdateError::NotFound)), "{nothing:?}");
    request(&services, &caller, id, ada, WHY).await;
    let scheduled = services.store.person_erasure(scope, id, ada).await.expect("readable");
    let Some(PersonErasure::Scheduled(erasure)) = scheduled else { panic!("it is scheduled") };
    assert_eq!((&*erasure.request.reason, erasure.person), ("asked", Some(ada)));
    assert_eq!(erase_person::run_due(&services).await.expect("nothing is due"), 0);
    let week_later = services.clock.now().plus_seconds(8 * 24 * 60 * 60);
    assert_eq!(services.store.due_person_erasures(week_later).await.expect("readable"), [(scope, id)]);
    erase_person::cancel(&services, &caller, whom).await.expect("cancelled");
    assert!(services.store.person_erasure(scope, id, ada).await.expect("readable").is_none());
    // The erasure of the whole business ends that of its person.
    let (id, ada, _) = firm(&services, &sandbox, &[]).await;
    request(&services, &sandbox, id, ada, WHY).await;
    erase::request(&services, &sandbox, Some(id), Request::unkeyed(WHY)).await.expect("scheduled");
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    assert_eq!(engine.rows("person_erasures").await, 0);
    assert_eq!(erase_person::run_due(&services).await.expect("nothing is left"), 0);
}

pub(crate) async fn a_person_that_a_restore_brought_back_is_erased_again_with_the_first_date(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let (id, ada, bob) = firm(&services, &caller, &[]).await;
    request(&services, &caller, id, ada, WHY).await;
    assert_eq!(erase_person::run_due(&services).await.expect("erased"), 1);
    let ledger = Vec::from_iter(engine.store().ledger_file().read().expect("a file"));
    let again = async |entry: LedgerEntry| {
        let ErasedAgain { erased, unreadable } =
            erase_person::erase_again(&services, &[entry]).await.expect("erased again");
        assert_eq!(unreadable, 0);
        erased
    };
    assert_eq!(again(ledger[0]).await, 0, "repeating is safe");
    // The state before: the ledger of the database knows nothing, and the person is there.
    let entry = LedgerEntry { person: Some(bob), ..ledger[0] };
    assert_eq!(again(entry).await, 1);
    let Some(PersonErasure::Done(done)) = services.store.person_erasure(caller.scope, id, bob).await.expect("readable")
    else {
        panic!("it is done")
    };
    assert_eq!(done.erased_at.to_string(), entry.erased_at.to_string(), "they were erased then, and not now");
    assert_eq!(persons(&read(&services, caller.scope, id).await), []);
    for (customer, person) in [(id, PersonId::from_bytes([9; 16])), (CustomerId::from_bytes([9; 16]), bob)] {
        assert_eq!(again(LedgerEntry { customer, person: Some(person), ..entry }).await, 0);
    }
}
