//! What is erased with the key of a data subject, and what stays.

use dossier_core::caller::{Caller, Scope};
use dossier_core::customer::Profile;
use dossier_core::ids::{CustomerId, PersonId};
use dossier_core::services::Services;
use dossier_store::audit_detail;
use dossier_store::sealed::SubjectKeys;
use dossier_store::vault::{Keyring, Vault, WrappedKey};
use serde_json::Value;

use crate::behaviours::{given, put, read};
use crate::engines::{Engine, caller};
use crate::row_seals::Sql;

/// Deletes from the database what an erasure deletes: the key of a data subject, and everything that finds or opens its
/// data.
pub(crate) async fn erase(engine: &Engine, subject: PersonId) {
    for table in ["subject_keys", "file_uses", "numbers"] {
        let id = Sql(engine).id(subject.as_bytes());
        engine.execute(&format!("DELETE FROM {table} WHERE subject_id = {id}")).await;
    }
}

/// The persons of a business, in their order.
pub(crate) async fn persons(services: &Services, caller: &Caller, firm: CustomerId) -> Vec<PersonId> {
    let Profile::Business(business) = read(services, caller.scope, firm).await.profile else { panic!("a business") };
    let persons = business.associated_persons.expect("persons").0;
    persons.iter().map(|person| person.person_id().expect("an id")).collect()
}

/// The remaining keys of these data subjects.
async fn keys_left(engine: &Engine, scope: Scope, subjects: &[PersonId]) -> SubjectKeys {
    let keyring = Keyring::open(&engine.path().join("keyring.json"), engine.root()).expect("a keyring");
    let vault = Vault::new(keyring);
    let sql = Sql(engine);
    let mut keys = SubjectKeys::new();
    for subject in subjects {
        let row = format!("subject_id = {}", sql.id(subject.as_bytes()));
        let Some(sealed) = sql.bytes("subject_keys", "wrapped", &row).await else { continue };
        let wrapped = WrappedKey { epoch: 1, sealed };
        keys.insert(*subject, vault.open_subject(scope, *subject, &wrapped).expect("a key"));
    }
    keys
}

/// The stored detail of the entry of a customer's version.
async fn detail(engine: &Engine, customer: CustomerId, version: u64) -> Vec<u8> {
    let row = format!("customer_id = {} AND version = {version}", Sql(engine).id(customer.as_bytes()));
    Sql(engine).bytes("audit", "detail", &row).await.expect("an entry")
}

pub(crate) async fn erasing_a_person_erases_only_that_persons_audit_details(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let firm = given(&services, &caller, "a@example.com", "corporate").await;
    let own = PersonId::of_customer(firm);
    let person = |name: &str, number: &str| {
        format!(
            r#"{{"first_name":"{name}","identifying_information":
                {{"tax_number":{{"number":"{number}","issuing_country":"FR"}}}}}}"#
        )
    };
    let both = |ada: &str| format!("[{},{}]", person(ada, "ADA-12"), person("Bob", "BOB-34"));
    for body in [
        format!(r#"{{"business_legal_name":"Firm","associated_persons":{}}}"#, both("Ada")),
        // Ada moves in the list and is dropped. What the entry says about her before is hers as well.
        format!(r#"{{"associated_persons":[{},{}]}}"#, person("Bob", "BOB-34"), person("Ada", "ADA-12")),
        format!(r#"{{"business_legal_name":"Company","associated_persons":[{}]}}"#, person("Bob", "BOB-34")),
    ] {
        put(&services, &caller, firm, &body).await.expect("updated");
        if read(&services, caller.scope, firm).await.version == 2 {
            assert_eq!(engine.rows("numbers").await, 2);
        }
    }
    let found = persons(&services, &caller, firm).await;
    let bob = found[0];
    let named = audit_detail::subjects(firm, &detail(&engine, firm, 2).await).expect("a detail");
    let ada = *named.iter().find(|subject| **subject != own && **subject != bob).expect("another person");
    assert_eq!((named.len(), named[0]), (3, own));
    assert_eq!(engine.rows("numbers").await, 1, "of a person that is no longer in the record");
    drop(services);
    engine.close();

    let opened = async |engine: &Engine, version: u64| -> Value {
        let keys = keys_left(engine, caller.scope, &[own, ada, bob]).await;
        let detail = detail(engine, firm, version).await;
        audit_detail::open(&keys, (caller.scope, firm, version), &detail).expect("opens")
    };
    let first = opened(&engine, 2).await;
    let changes = &first["changes"];
    assert_eq!(changes["/business_legal_name"]["after"], "Firm");
    assert_eq!(changes["/associated_persons/0"]["after"]["first_name"], "Ada");
    assert_eq!(changes["/associated_persons/1"]["after"]["first_name"], "Bob");
    assert!(first.get("erased").is_none());
    let swapped = opened(&engine, 3).await;
    let place = &swapped["changes"]["/associated_persons/0"];
    assert_eq!((&place["before"]["first_name"], &place["after"]["first_name"]), (&"Ada".into(), &"Bob".into()));
    let dropped = opened(&engine, 4).await;
    assert_eq!(dropped["changes"]["/associated_persons/1"]["before"]["first_name"], "Ada");

    erase(&engine, ada).await;
    for version in [2, 3, 4] {
        let left = opened(&engine, version).await;
        assert_eq!(left["erased"], serde_json::json!([ada]), "{left}");
        let text = left.to_string();
        assert!(!text.contains("Ada") && !text.contains("ADA-12"), "{text}");
        // The last change did not change Bob.
        assert!(version == 4 || text.contains("Bob"), "{text}");
    }
    assert_eq!(opened(&engine, 4).await["changes"]["/business_legal_name"]["after"], "Company");
    engine.open().await;
    let services = engine.services();
    let report = services.store.verify_audit(&|_, _| {}).await.expect("a report");
    assert_eq!(report.findings, Vec::<String>::new(), "the chain is over what is sealed");
    put(&services, &caller, firm, r#"{"business_legal_name":"Again"}"#).await.expect("updated");
    drop(services);
    engine.close();
}

pub(crate) async fn erasing_a_data_subject_erases_its_numbers(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let known = r#"{"identifying_information":{"tax_number":{"number":"12345","issuing_country":"FR"}}}"#;
    let firm = given(&services, &caller, "a@example.com", "corporate").await;
    let ada = given(&services, &caller, "b@example.com", "individual").await;
    put(&services, &caller, ada, known).await.expect("updated");
    let person = format!(r#"{{"associated_persons":[{{"first_name":"Ada",{}]}}"#, &known[1..]);
    put(&services, &caller, firm, &person).await.expect("updated");
    let person = persons(&services, &caller, firm).await[0];
    assert_eq!(services.store.same_numbers(caller.scope, ada).await.expect("readable").len(), 1);
    drop(services);
    engine.close();
    erase(&engine, person).await;
    engine.open().await;
    let services = engine.services();
    assert_eq!(services.store.same_numbers(caller.scope, ada).await.expect("readable"), []);
    assert_eq!(engine.rows("numbers").await, 1);
}
