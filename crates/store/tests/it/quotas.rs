//! How much an account may have of what lasts.

use std::sync::Arc;

use dossier_core::clock::{Clock, Timestamp};
use dossier_core::customer::update::UpdateError;
use dossier_core::quota::{OverQuota, Quota, Quotas};
use dossier_core::store::StoreError;

use crate::behaviours::{given, keyed_put, put};
use crate::engines::{Engine, caller};

const DAY: i64 = 24 * 60 * 60;

/// Noon of a day, counted from 2026-01-01.
struct NoonOf(i64);

impl Clock for NoonOf {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_767_268_800_000_000).plus_seconds(self.0 * DAY)
    }
}

pub(crate) async fn a_day_has_so_many_new_idempotency_keys(mut engine: Engine) {
    let mut services = engine.services();
    services.clock = Arc::new(NoonOf(1));
    services.quotas = Quotas { idempotency_keys: Some(3) };
    let (mine, other) = (caller(&services).await, caller(&services).await);
    let id = given(&services, &mine, "a@example.com", "individual").await;
    let of_other = given(&services, &other, "a@example.com", "individual").await;
    let body = |number: usize| format!(r#"{{"first_name":"A{number}"}}"#);
    let at_once = (0..8).map(|number| {
        let (services, mine) = (&services, &mine);
        async move { keyed_put(services, mine, id, &body(number), Some(&format!("k{number}"))).await.is_ok() }
    });
    let taken = futures_util::future::join_all(at_once).await;
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 3);
    let first = taken.iter().position(|taken| *taken).expect("three");
    let refused = keyed_put(&services, &mine, id, &body(9), Some("k9")).await;
    let over = OverQuota { quota: Quota::IdempotencyKeys, most: 3 };
    assert!(matches!(refused, Err(UpdateError::Store(StoreError::OverQuota(found))) if found == over), "{refused:?}");
    let stored = crate::behaviours::read(&services, mine.scope, id).await;
    assert_eq!(stored.version, 4, "what was refused is not written");
    let again = keyed_put(&services, &mine, id, &body(first), Some(&format!("k{first}"))).await;
    assert!(again.expect("a known key is answered").replayed);
    put(&services, &mine, id, &body(10)).await.expect("a request without a key is not counted");
    keyed_put(&services, &other, of_other, &body(1), Some("k")).await.expect("another account has its own");
    services.clock = Arc::new(NoonOf(2));
    for key in ["l1", "l2", "l3"] {
        keyed_put(&services, &mine, id, &body(11), Some(key)).await.expect("another day has its own");
    }
    services.clock = Arc::new(NoonOf(1));
    let late = keyed_put(&services, &mine, id, &body(12), Some("m")).await;
    assert!(late.is_err(), "a clock that is behind opens no second quota");
    services.quotas = Quotas::default();
    keyed_put(&services, &mine, id, &body(13), Some("n")).await.expect("off means none");
}
