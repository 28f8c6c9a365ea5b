//! An attacker has the database and no keys. Every alteration is refused or found, and named.

use dossier_core::caller::Caller;
use dossier_core::change::{Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Condition, Customer, CustomerType, EmailIndex, Profile};
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::kyc::Kyc;
use dossier_core::parse::Email;
use dossier_core::store::{Committed, StoreError};
use dossier_core::use_cases::create_customer::create_customer;
use dossier_core::use_cases::update_customer::{Method, Update, update};
use rusqlite::Connection;

use crate::engines::{Engine, caller};

const ENTRIES: usize = 40;
/// The place before the first one of the first scope.
const FIRST: i64 = 1 << 40;

/// A store with a few customers, closed, so that its file can be altered.
async fn filled() -> (Engine, Caller, Vec<CustomerId>) {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let caller = caller(&services).await;
    let mut ids = Vec::new();
    for n in 0..4 {
        let body = format!(r#"{{"email":"{n}@example.com","type":"individual"}}"#);
        ids.push(
            create_customer(&services, &caller, Request::unkeyed(body.as_bytes()))
                .await
                .expect("created")
                .customer
                .expect("about the customer"),
        );
    }
    for n in 0..ENTRIES - 5 {
        let body = format!(r#"{{"first_name":"{n}"}}"#);
        let put = Update {
            id: Some(ids[n % ids.len()]),
            method: Method::Put,
            body: body.as_bytes(),
            representation: false,
            condition: Condition::default(),
            idempotency_key: None,
        };
        update(&services, &caller, put).await.expect("updated");
    }
    drop(services);
    engine.close();
    (engine, caller, ids)
}

fn database(engine: &Engine) -> Connection {
    engine.connection()
}

async fn findings(engine: &mut Engine) -> Vec<String> {
    engine.open().await;
    let services = engine.services();
    let report = services.store.verify_audit(&|_, _| {}).await.expect("a report");
    drop(services);
    engine.close();
    report.findings
}

#[tokio::test]
async fn any_flipped_bit_of_any_entry_is_found_and_named() {
    let (mut engine, _, _) = filled().await;
    assert_eq!(findings(&mut engine).await, Vec::<String>::new());
    let columns = [
        "at",
        "actor",
        "action",
        "customer_id",
        "version",
        "fields",
        "request_id",
        "detail",
        "hash",
        "seq",
        "previous_of_customer",
    ];
    for (number, column) in columns.iter().enumerate() {
        let id = i64::try_from(10 + number).expect("small");
        let database = database(&engine);
        let kept: rusqlite::types::Value = database
            .query_row(&format!("SELECT {column} FROM audit WHERE place = {FIRST} + ?1"), [id], |row| row.get(0))
            .expect("a value");
        let flipped = match &kept {
            rusqlite::types::Value::Integer(number) => (number ^ 1).into(),
            rusqlite::types::Value::Text(text) => {
                let mut bytes = text.clone().into_bytes();
                let last = bytes.len() / 2;
                bytes[last] ^= 1;
                rusqlite::types::Value::Text(String::from_utf8(bytes).expect("still ASCII"))
            }
            rusqlite::types::Value::Blob(bytes) => {
                let mut bytes = bytes.clone();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                bytes.into()
            }
            other => panic!("{column} is {other:?}"),
        };
        let set = |value: &rusqlite::types::Value| {
            let update = format!("UPDATE audit SET {column} = ?2 WHERE place = {FIRST} + ?1");
            database.execute(&update, (id, value)).expect("an update");
        };
        set(&flipped);
        let found = findings(&mut engine).await;
        assert!(!found.is_empty(), "{column} of entry {id}");
        // A changed hash shows in the entry itself and in the next; a changed number shows as a gap.
        let named = [id - 1, id, id + 1].iter().any(|seq| found[0].contains(&format!("entry {seq}:")));
        assert!(named, "{column} of entry {id}: {found:?}");
        set(&kept);
    }
    assert_eq!(findings(&mut engine).await, Vec::<String>::new());
}

#[tokio::test]
async fn removed_reordered_and_cut_entries_are_found_and_named() {
    let swap = "UPDATE audit SET seq = CASE seq WHEN 12 THEN 13 ELSE 12 END WHERE seq IN (12, 13)";
    for (name, sql, entry) in [
        ("one removed", "DELETE FROM audit WHERE seq = 9", "entry 9:"),
        ("the first removed", "DELETE FROM audit WHERE seq = 1", "entry 1:"),
        ("several removed", "DELETE FROM audit WHERE seq BETWEEN 9 AND 15", "entry 9:"),
        ("two swapped", swap, "entry 12:"),
        ("the tail cut", "DELETE FROM audit WHERE seq > 30", "entry 31:"),
        (
            "the tail cut and the head set back",
            "DELETE FROM audit WHERE seq > 30; UPDATE audit_heads SET seq = 30, hash = (SELECT hash FROM \
                audit WHERE seq = 30)",
            "entry 30:",
        ),
        ("everything cut", "DELETE FROM audit", "entry 1:"),
        ("the head removed", "DELETE FROM audit_heads", "entry 40:"),
        ("the seal flipped", "UPDATE audit_heads SET seal = zeroblob(32)", "entry 40:"),
        ("moved to another environment", "UPDATE audit SET environment = 1 WHERE seq = 20", "entry 20:"),
        ("the last moved to another place", "UPDATE audit SET place = place + 1 WHERE seq = 40", "entry 40:"),
    ] {
        let (mut engine, _, _) = filled().await;
        database(&engine).execute_batch(sql).expect("an alteration");
        let found = findings(&mut engine).await;
        assert!(found.iter().any(|finding| finding.contains(entry)), "{name}: {found:?}");
    }
}

#[tokio::test]
async fn cells_moved_between_rows_columns_or_versions_are_refused() {
    for (name, sql) in [
        (
            "names of another customer",
            "UPDATE customers SET names = (SELECT names FROM customers WHERE rowid = 2) WHERE rowid = 1",
        ),
        (
            "profile of another customer",
            "UPDATE customers SET profile = (SELECT profile FROM customers WHERE rowid = 2) WHERE rowid = 1",
        ),
        ("secret as profile", "UPDATE customers SET profile = secret WHERE rowid = 1"),
        ("another version", "UPDATE customers SET version = version + 1 WHERE rowid = 1"),
        (
            "another environment",
            "UPDATE customers SET environment = 1 WHERE rowid = 1; UPDATE subject_keys SET environment = 1",
        ),
        (
            "another's key",
            "UPDATE subject_keys SET wrapped = (SELECT wrapped FROM subject_keys ORDER BY customer_id DESC LIMIT 1)",
        ),
        (
            "a flipped bit",
            "UPDATE customers SET profile = CAST(substr(profile, 1, 40) || x'00' || substr(profile, 42) AS BLOB) \
                WHERE rowid = 1",
        ),
        ("a cut cell", "UPDATE customers SET secret = substr(secret, 1, 20) WHERE rowid = 1"),
        ("no cell", "UPDATE customers SET names = x'' WHERE rowid = 1"),
    ] {
        let (mut engine, mut caller, ids) = filled().await;
        database(&engine).execute_batch(sql).expect("an alteration");
        engine.open().await;
        if name == "another environment" {
            caller.scope.environment = dossier_core::caller::Environment::Production;
        }
        let services = engine.services();
        let read = services.store.customer(caller.scope, ids[0]).await;
        assert!(matches!(read, Err(StoreError::Corrupt(_))), "{name}");
    }
}

/// A rotation may already have passed a key that was wrapped before it and is written after it. The key would be lost
/// with the old epoch.
#[tokio::test]
async fn a_new_key_of_a_past_epoch_is_not_written() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let caller = caller(&services).await;
    database(&engine).execute_batch("UPDATE installation SET newest_epoch = 2").expect("a rotation begins elsewhere");
    let at = Timestamp::from_micros(0);
    let customer = Customer {
        id: CustomerId::from_bytes([1; 16]),
        version: 1,
        events: 1,
        persons_version: 1,
        created_at: at,
        updated_at: at,
        email: Email::searched("a@example.com"),
        profile: Profile::empty(CustomerType::Individual),
        kyc: Kyc::default(),
        email_index: EmailIndex::default(),
    };
    let effect = Effect::CustomerCreated(Box::new(customer));
    let change =
        Change { scope: caller.scope, effect, audit: None, events: Vec::new(), answer: None, is_silent: false };
    assert_eq!(services.store.commit(change).await.expect("an outcome"), Committed::VersionMoved);
    assert!(services.store.summaries(caller.scope, None, 10).await.expect("a list").summaries.is_empty());
}
