//! What is specific to the embedded engine: what it caches of customers, and for how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier_core::api_key::KeyScope;
use dossier_core::clock::Timestamp;
use dossier_core::store::StoreError;
use dossier_core::use_cases::api_keys::{self, NewKey};
use dossier_core::use_cases::write_customer::UpdateError;
use rusqlite::Connection;

use crate::engines::{Engine, caller};
use crate::{behaviours, moves};

/// Another program that holds the lock until it is dropped.
fn lock(engine: &Engine) -> Connection {
    let other = engine.connection();
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    other
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_waits_for_another_program_that_holds_the_lock() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let caller = caller(&services).await;
    let id = behaviours::given(&services, &caller, "a@example.com", "individual").await;
    let other = lock(&engine);
    let began = Instant::now();
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        drop(other);
    });
    behaviours::put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    assert!(began.elapsed() >= Duration::from_secs(1));
    release.join().expect("no panic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_waited_too_long_for_a_lock_writes_nothing_and_the_next_one_succeeds() {
    let mut engine = Engine::sqlite().await;
    engine.close();
    let patience = Duration::from_millis(500);
    let store = Arc::new(moves::sqlite(&engine, engine.path()).with_lock_patience(patience));
    let services = engine.services_of(store);
    let caller = caller(&services).await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(behaviours::given(&services, &caller, &format!("{name}@example.com"), "individual").await);
    }
    let other = lock(&engine);
    let write = async |id, after: u64| {
        tokio::time::sleep(Duration::from_millis(after)).await;
        let began = Instant::now();
        (behaviours::put(&services, &caller, id, r#"{"first_name":"A"}"#).await.map(drop), began.elapsed())
    };
    // The later writes arrive while the first one waits. Their own time starts at once, not after the first one gives
    // up.
    let (first, second, third) = tokio::join!(write(ids[0], 0), write(ids[1], 100), write(ids[2], 400));
    for (written, took) in [first, second, third] {
        let refused = written.expect_err("a refusal");
        assert!(matches!(refused, UpdateError::Store(StoreError::Unavailable(_))), "{refused:?}");
        assert!(took >= patience && took < patience * 3, "{took:?}");
    }
    for id in &ids {
        assert_eq!(behaviours::read(&services, caller.scope, *id).await.version, 1, "reads continue, nothing changed");
    }
    drop(other);
    for id in ids {
        behaviours::put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    }
    let report = services.store.verify_audit(&|_, _| {}).await.expect("a report");
    assert_eq!(report.findings, Vec::<String>::new());
}

#[tokio::test]
async fn a_start_that_has_to_write_reports_a_locked_database() {
    let engine = crate::upgrade::older();
    let other = lock(&engine);
    let refused = engine.try_open().await.err().expect("a refusal").to_string();
    assert_eq!(refused, "another program has locked the database; stop that program, then start again");
    drop(other);
    engine.try_open().await.expect("the store opens");
}

/// Housekeeping runs twice a minute. With a million customers, reading all of them again would be too much.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn housekeeping_keeps_the_cache_and_rotation_empties_it() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let caller = caller(&services).await;
    let id = behaviours::given(&services, &caller, "a@example.com", "individual").await;
    let version = async || services.store.summary(caller.scope, id).await.ok().flatten().map(|summary| summary.version);
    assert_eq!(version().await, Some(1));
    // Reading it again finds a version for which its cells were not sealed.
    engine.execute("UPDATE customers SET version = 2").await;
    assert_eq!(version().await, Some(1), "it is cached");

    let new =
        NewKey { name: "used".into(), scopes: vec![KeyScope::CustomersRead], expires_at: None, addresses: Vec::new() };
    let (_, key) = api_keys::create(&services, &caller, new).await.expect("a key");
    let now = services.clock.now();
    services.store.record_key_use(vec![(caller.scope, key.key_id, now)]).await.expect("noted");
    services.store.forget_answers(now).await.expect("forgotten");
    services.store.forget_deliveries(now).await.expect("forgotten");
    services.store.collect_files(Timestamp::from_micros(i64::MAX / 2)).await.expect("collected");
    assert_eq!(version().await, Some(1), "still cached");

    engine.store().rotate(now, &|_, _| {}).await.expect("rotated");
    assert_eq!(version().await, None, "reading it again finds that it cannot be opened");
}
