//! Scans of all customers.

use std::sync::Arc;

use dossier_core::customer::Summary;
use dossier_core::store::{IsWanted, StoreError};

use super::{given, put};
use crate::engines::{Engine, caller};

pub(crate) async fn a_scan_finds_customers_by_their_names_portion_by_portion(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let mut ids = Vec::new();
    for n in 0..7 {
        let id = given(&services, &caller, &format!("{n}@example.com"), "individual").await;
        let name = if n % 2 == 0 { "Ada" } else { "Bob" };
        put(&services, &caller, id, &format!(r#"{{"first_name":"{name}"}}"#)).await.expect("updated");
        ids.insert(0, id);
    }
    let other = crate::engines::caller(&services).await;
    let foreign = given(&services, &other, "0@example.com", "individual").await;
    put(&services, &other, foreign, r#"{"first_name":"Ada"}"#).await.expect("updated");

    let has = |text: &'static str| -> IsWanted {
        Arc::new(move |summary: &Summary| String::from_utf8_lossy(summary.names.as_json()).contains(text))
    };
    let expected: Vec<_> = ids.iter().copied().step_by(2).collect();
    for limit in [1, 2, 3, 7, 8] {
        let (mut found, mut after, mut parts) = (Vec::new(), None, 0);
        loop {
            let part = services.store.scan(caller.scope, after, limit, has("Ada")).await.expect("a part");
            (after, parts) = (part.last, parts + 1);
            found.extend(part.ids);
            if after.is_none() {
                break;
            }
        }
        assert_eq!((found, parts), (expected.clone(), 7 / limit + 1), "{limit} at a time");
    }
    let none = services.store.scan(caller.scope, None, 100, has("Eve")).await.expect("a part");
    assert!(none.ids.is_empty() && none.last.is_none());

    // The names of one customer are put back to those of an older version, which the search must not take for its own.
    drop(services);
    let damaged = ids[1];
    let at = match engine.rows_in().1 {
        None => format!("customer_id = x'{}'", damaged.to_string().replace('-', "")),
        Some(_) => format!("customer_id = '{damaged}'"),
    };
    engine.execute(&format!("UPDATE customers SET version = version + 1 WHERE {at}")).await;
    engine.reopen().await;
    let services = engine.services();
    let found = services.store.scan(caller.scope, None, 100, has("Eve")).await.expect("a part");
    assert_eq!(found.ids, [damaged], "what cannot be opened is found");
    let read = services.store.summary(caller.scope, damaged).await;
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "and reading it says why: {read:?}");
}
