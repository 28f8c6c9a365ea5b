//! What is special to the embedded engine: what it remembers of customers, and for how long.

use dossier_core::api_key::{self, KeyScope, NewKey};
use dossier_core::clock::Timestamp;

use crate::behaviours;
use crate::engines::{Engine, caller};

/// Housekeeping comes every half a minute, and among a million customers all of them would be read again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn housekeeping_has_no_customer_read_again_and_rotation_has() {
    let mut engine = Engine::sqlite().await;
    let services = engine.services();
    let caller = caller(&services).await;
    let id = behaviours::given(&services, &caller, "a@example.com", "individual").await;
    let version = async || services.store.summary(caller.scope, id).await.ok().flatten().map(|summary| summary.version);
    assert_eq!(version().await, Some(1));
    // Who reads it again finds a version for which its cells were not sealed.
    engine.execute("UPDATE customers SET version = 2").await;
    assert_eq!(version().await, Some(1), "it is remembered");

    let new = NewKey { name: "used".into(), scopes: vec![KeyScope::CustomersRead], expires_at: None };
    let (_, key) = api_key::create(&services, &caller, new).await.expect("a key");
    let now = services.clock.now();
    services.store.keys_used(vec![(caller.scope, key.key_id, now)]).await.expect("noted");
    services.store.forget_answers(now).await.expect("forgotten");
    services.store.forget_deliveries(now).await.expect("forgotten");
    services.store.collect_files(Timestamp::from_micros(i64::MAX / 2)).await.expect("collected");
    assert_eq!(version().await, Some(1), "still");

    engine.store().rotate(now, &|_, _| {}).await.expect("rotated");
    assert_eq!(version().await, None, "whoever reads it finds that it cannot be opened");
}
