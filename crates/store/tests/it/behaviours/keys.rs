//! API keys, and the rotation of the sealing keys.

use dossier_core::api_key::{ApiKey, KeyScope, parse_network};
use dossier_core::caller::Environment;
use dossier_core::clock::Timestamp;
use dossier_core::desk::Role;
use dossier_core::store::StoreError;
use dossier_core::use_cases::api_keys::{self, NewKey};
use dossier_core::use_cases::{sign_in, worksheet};

use crate::behaviours::{PERSONS, given, put, read, seat, signed_in};
use crate::engines::{Engine, caller};

pub(crate) async fn a_key_is_found_only_by_itself(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let new = |name: &str| NewKey {
        name: name.into(),
        scopes: vec![KeyScope::CustomersRead],
        expires_at: None,
        addresses: Vec::new(),
    };
    let (key, record) = api_keys::create(&services, &caller, new("one")).await.expect("a key");
    let (other, _) = api_keys::create(&services, &caller, new("two")).await.expect("a key");
    let found = services.store.api_key(&key).await.expect("a look-up").expect("there");
    assert_eq!(*found, record);
    assert_ne!(services.store.api_key(&other).await.expect("a look-up").expect("there").key_id, record.key_id);
    let stranger = ApiKey::generate(Environment::Sandbox, services.random.as_ref());
    assert!(services.store.api_key(&stranger).await.expect("a look-up").is_none());
    let used = Timestamp::from_micros(77);
    services.store.record_key_use(vec![(caller.scope, record.key_id, used)]).await.expect("noted");
    api_keys::revoke(&services, &caller, record.key_id).await.expect("revoked");
    let found = services.store.api_key(&key).await.expect("a look-up").expect("there");
    assert!(
        found.revoked_at.is_some() && found.last_used_at == Some(used),
        "seen at once by the process that revoked it"
    );
}

pub(crate) async fn rotation_leaves_everything_readable(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "corporate").await;
    put(&services, &caller, id, PERSONS).await.expect("updated");
    let (key, _) = api_keys::create(
        &services,
        &caller,
        NewKey { name: "n".into(), scopes: vec![], expires_at: None, addresses: Vec::new() },
    )
    .await
    .expect("a key");
    let reviewer = seat(&services, &caller, "mia", Role::Analyst).await;
    let token = signed_in(&services, &caller, &reviewer.member).await;
    let noted = worksheet::add_note(&services, &reviewer, id, "x").await.expect("added");
    let before = read(&services, caller.scope, id).await;
    assert_eq!(engine.store().rotate(Timestamp::from_micros(1), &|_, _| {}).await.expect("rotated"), 2);
    assert_eq!(read(&services, caller.scope, id).await, before);
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert_eq!(engine.store().active_epoch(), 2);
    assert_eq!(read(&services, caller.scope, id).await, before);
    assert!(services.store.api_key(&key).await.expect("a look-up").is_some());
    assert_eq!(services.store.accounts().await.expect("accounts")[0].name, "test");
    let session = sign_in::session(&services, &token, true).await.expect("readable");
    assert_eq!(session.map(|(member, _)| member.id), Some(reviewer.member.id));
    let sheet = services.store.worksheet(caller.scope, id).await.expect("readable");
    assert_eq!((sheet.version, &*sheet.details.notes[0].text), (noted.version, "x"));
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn rotation_may_be_repeated_and_runs_beside_writers(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let mut ids = Vec::new();
    for n in 0..50 {
        ids.push(given(&services, &caller, &format!("{n}@example.com"), "individual").await);
    }
    let writing = async {
        for round in 0..5 {
            for id in &ids {
                put(&services, &caller, *id, &format!(r#"{{"first_name":"{round}"}}"#)).await.expect("updated");
                tokio::task::yield_now().await;
            }
            given(&services, &caller, &format!("late-{round}@example.com"), "individual").await;
        }
    };
    let rotating = async {
        for _ in 0..3 {
            engine.store().rotate(Timestamp::from_micros(1), &|_, _| {}).await.expect("rotated");
        }
    };
    futures_util::join!(writing, rotating);
    let all = services.store.summaries(caller.scope, None, 100).await.expect("all open").summaries;
    assert_eq!(all.len(), 55);
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    for summary in all {
        assert!(matches!(services.store.customer(caller.scope, summary.id).await, Ok(Some(_))));
    }
    assert!(!matches!(services.store.ready().await, Err(StoreError::Corrupt(_))));
}

pub(crate) async fn a_key_is_limited_to_addresses_and_its_successor_as_well(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let networks =
        |texts: &[&str]| texts.iter().map(|text| parse_network(text).expect("a network")).collect::<Vec<_>>();
    let addresses = networks(&["10.1.0.0/16", "2001:db8::/32"]);
    let scopes = vec![KeyScope::CustomersRead];
    let new = NewKey { name: "k".into(), scopes, expires_at: None, addresses: addresses.clone() };
    let (key, _) = api_keys::create(&services, &caller, new).await.expect("a key");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let read = services.store.api_key(&key).await.expect("readable").expect("known");
    assert_eq!((&read.addresses, &read.scopes[..]), (&addresses, &[KeyScope::CustomersRead][..]));
    for (address, is_admitted) in [
        ("10.1.2.3", true),
        ("::ffff:10.1.2.3", true),
        ("10.2.0.1", false),
        ("2001:db8::1", true),
        ("2001:db9::1", false),
    ] {
        assert_eq!(read.admits(address.parse().expect("an address")), is_admitted, "{address}");
    }
    let (next, _) = api_keys::roll(&services, &caller, read.key_id, 60).await.expect("rolled");
    let successor = services.store.api_key(&next).await.expect("readable").expect("known");
    assert_eq!(successor.addresses, addresses);
    for addresses in [networks(&["192.0.2.1"]), Vec::new()] {
        api_keys::restrict(&services, &caller, successor.key_id, addresses.clone()).await.expect("restricted");
        let read = services.store.api_key(&next).await.expect("readable").expect("known");
        assert_eq!((&read.addresses, &read.scopes), (&addresses, &successor.scopes));
    }
    api_keys::revoke(&services, &caller, successor.key_id).await.expect("revoked");
    let ended = api_keys::restrict(&services, &caller, successor.key_id, Vec::new()).await;
    assert!(matches!(ended, Err(api_keys::KeyError::Ended)));
}

pub(crate) async fn a_key_has_one_successor_however_many_roll_it_at_once(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let new = NewKey { name: "k".into(), scopes: vec![KeyScope::CustomersRead], expires_at: None, addresses: vec![] };
    let (_, old) = api_keys::create(&services, &caller, new).await.expect("a key");
    let rolls = (0..12).map(|_| api_keys::roll(&services, &caller, old.key_id, 60));
    let (rolled, refused): (Vec<_>, Vec<_>) =
        futures_util::future::join_all(rolls).await.into_iter().partition(Result::is_ok);
    assert_eq!((rolled.len(), refused.len()), (1, 11));
    assert!(refused.iter().all(|one| matches!(one, Err(api_keys::KeyError::Ended))), "{refused:?}");
    assert_eq!(services.store.api_keys(caller.scope).await.expect("keys").len(), 2);
}
