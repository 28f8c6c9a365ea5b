//! Endpoints, their deliveries, and the numbers of both.

use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Actor, Caller, Environment};
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Request;
use dossier_core::ids::{KeyId, WebhookId};
use dossier_core::services::Services;
use dossier_core::use_cases::api_keys::NewKey;
use dossier_core::use_cases::webhooks::WebhookError;
use dossier_core::use_cases::{api_keys, send_once, session, webhooks};
use dossier_core::webhook::{AttemptResult, Disabled, Due, Endpoint, FinishedAttempt, Guard, Verdict};

use crate::behaviours::{given, put};
use crate::engines::{Engine, caller};
use crate::trail::trail;

pub(crate) struct Anywhere;

impl Guard for Anywhere {
    fn refuse(&self, _: &str, _: Environment) -> Option<&'static str> {
        None
    }
}

/// A caller with a key, and its endpoint.
pub(crate) async fn subscriber(services: &Services) -> (Caller, WebhookId) {
    subscribed(services, caller(services).await).await
}

/// The caller with a key, and its endpoint.
pub(crate) async fn subscribed(services: &Services, caller: Caller) -> (Caller, WebhookId) {
    subscribed_to(services, caller, r#""customer.created","customer.updated""#).await
}

/// The key of a caller.
pub(crate) fn key_of(caller: &Caller) -> KeyId {
    let Actor::Key(key) = caller.actor else { panic!("no key: {caller:?}") };
    key
}

pub(crate) async fn subscribed_to(services: &Services, caller: Caller, types: &str) -> (Caller, WebhookId) {
    let new =
        NewKey { name: "k".into(), scopes: vec![KeyScope::WebhooksManage], expires_at: None, addresses: Vec::new() };
    let (_, key) = api_keys::create(services, &caller, new).await.expect("a key");
    let caller = Caller { actor: Actor::Key(key.key_id), ..caller };
    let body = format!(r#"{{"url":"https://x.example/","event_types":[{types}]}}"#);
    let nothing = |_: &Endpoint, _: &[u8; 32]| Vec::new();
    let request = Request::unkeyed(body.as_bytes());
    webhooks::register(services, &caller, key.key_id, &Anywhere, request, nothing).await.expect("registered");
    let endpoints = services.store.endpoints(caller.scope).await.expect("endpoints");
    (caller, endpoints.last().expect("registered").id)
}

pub(crate) async fn a_delivery_waits_for_the_one_before_it_and_a_claim_is_a_lease(mut engine: Engine) {
    let services = engine.services();
    let (caller, endpoint) = subscriber(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    let store = &services.store;
    let claim = |now: Timestamp| store.claim_deliveries(now, 60, &[], 10);
    let now = services.clock.now();
    let first = claim(now).await.expect("claimed");
    assert_eq!(first.iter().map(|due| due.number).collect::<Vec<_>>(), [1], "the second waits for the first");
    assert!(claim(now).await.expect("claimed").is_empty(), "a claimed delivery is not claimed again");
    let again = claim(now.plus_seconds(61)).await.expect("claimed");
    assert_eq!(again.len(), 1, "until the lease ends");
    let message = store.message(&again[0], now).await.expect("readable").expect("there");
    assert!(message.contract.is_some() && message.id.ends_with("_1"));
    let attempted = |due: &Due, verdict| FinishedAttempt {
        due: due.clone(),
        at: now,
        made_at: now,
        duration_us: 900,
        result: AttemptResult::Status(200),
        verdict,
    };
    store.record_attempts(vec![attempted(&again[0], Verdict::Delivered)]).await.expect("noted");
    let second = claim(now).await.expect("claimed");
    assert_eq!(second.iter().map(|due| due.number).collect::<Vec<_>>(), [2]);
    store.record_attempts(vec![attempted(&second[0], Verdict::Disable(Disabled::Gone))]).await.expect("noted");
    assert!(store.message(&second[0], now).await.expect("readable").is_none(), "a disabled endpoint is sent nothing");
    assert!(claim(now.plus_seconds(1_000_000)).await.expect("claimed").is_empty());
    webhooks::enable(&services, &caller, key_of(&caller), Some(endpoint), Request::unkeyed(b""))
        .await
        .expect("enabled");
    assert_eq!(claim(services.clock.now()).await.expect("claimed").len(), 1, "what waited is due again");
    let log = store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
    assert_eq!(log.iter().map(|one| one.state).collect::<Vec<_>>(), ["pending", "delivered"]);
    webhooks::delete(&services, &caller, Some(endpoint)).await.expect("deleted");
    store.record_attempts(vec![attempted(&second[0], Verdict::Delivered)]).await.expect("nothing to note");
    assert!(store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log").is_empty());
}

pub(crate) async fn the_first_attempt_decides_whether_a_delivery_shows_the_link(mut engine: Engine) {
    let services = engine.services();
    let (caller, endpoint) = subscribed_to(&services, caller(&services).await, r#""customer.kycs.updated""#).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
    let (store, now) = (&services.store, services.clock.now());
    let claim = async |now: Timestamp| {
        let due = store.claim_deliveries(now, 60, &[], 10).await.expect("claimed").pop().expect("one");
        let message = store.message(&due, now).await.expect("readable").expect("there");
        let body: serde_json::Value = serde_json::from_slice(message.body.expose()).expect("JSON");
        assert_eq!(body["entity_object"]["kycs"]["kyc_flow_link"].is_string(), message.shows_link);
        (due, message.shows_link)
    };
    let (mut due, shown) = claim(now).await;
    assert!(!shown && due.shows_link.is_none(), "the registering key may not see links");
    due.shows_link = Some(shown);
    let again = Verdict::Again(now.plus_seconds(1));
    store
        .record_attempts(vec![FinishedAttempt {
            due,
            at: now,
            made_at: now,
            duration_us: 900,
            result: AttemptResult::Status(500),
            verdict: again,
        }])
        .await
        .expect("noted");
    let new = NewKey { name: "k".into(), scopes: KeyScope::ALL.to_vec(), expires_at: None, addresses: Vec::new() };
    let (_, key) = api_keys::create(&services, &caller, new).await.expect("a key");
    let (due, shown) = claim(now.plus_seconds(2)).await;
    assert!(!shown && due.shows_link == Some(false) && due.attempts == 1);
    // The row has no seal, so it cannot make a delivery show more.
    let altered = Due { shows_link: Some(true), ..due };
    let message = store.message(&altered, now).await.expect("readable").expect("there");
    assert!(!message.shows_link && !String::from_utf8_lossy(message.body.expose()).contains("/kyc/dsl_"));
    let caller = Caller { actor: Actor::Key(key.key_id), ..caller };
    webhooks::enable(&services, &caller, key_of(&caller), Some(endpoint), Request::unkeyed(b""))
        .await
        .expect("enabled");
    let (_, shown) = claim(services.clock.now()).await;
    assert!(shown, "the enabling key decides again");
}

pub(crate) async fn an_endpoint_that_fails_many_deliveries_at_once_is_disabled_once(mut engine: Engine) {
    let services = engine.services();
    let (caller, endpoint) = subscriber(&services).await;
    for name in ["a", "b", "c"] {
        given(&services, &caller, &format!("{name}@example.com"), "individual").await;
    }
    let now = services.clock.now();
    let claimed = services.store.claim_deliveries(now, 60, &[], 10).await.expect("claimed");
    assert_eq!(claimed.len(), 3);
    let gone = |due: &Due| FinishedAttempt {
        due: due.clone(),
        at: now,
        made_at: now,
        duration_us: 900,
        result: AttemptResult::Status(410),
        verdict: Verdict::Disable(Disabled::Gone),
    };
    let disabling = services.store.record_attempts(claimed[..2].iter().map(gone).collect()).await.expect("noted");
    assert_eq!(disabling.iter().map(|one| one.due.endpoint).collect::<Vec<_>>(), [endpoint]);
    assert!(services.store.record_attempts(vec![gone(&claimed[2])]).await.expect("noted").is_empty());
    let attempts = services.store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
    assert_eq!(attempts.iter().map(|one| one.attempts).collect::<Vec<_>>(), [1, 1, 1], "each attempt is in the log");
}

pub(crate) async fn due_deliveries_of_one_endpoint_do_not_block_another(mut engine: Engine) {
    let services = engine.services();
    let (mine, busy) = subscriber(&services).await;
    let (other, free) = subscriber(&services).await;
    for number in 0..20 {
        given(&services, &mine, &format!("{number}@example.com"), "individual").await;
    }
    given(&services, &other, "a@example.com", "individual").await;
    let now = services.clock.now();
    let due = services.store.claim_deliveries(now, 60, &[busy], 5).await.expect("claimed");
    assert_eq!(due.iter().map(|due| due.endpoint).collect::<Vec<_>>(), [free]);
    assert_eq!(due[0].scope, other.scope);
    let due = services.store.claim_deliveries(now, 60, &[], 5).await.expect("claimed");
    assert!((2..=5).contains(&due.len()) && due.iter().all(|due| due.endpoint == busy));
}

pub(crate) async fn numbers_are_counted_per_scope_and_never_reused(mut engine: Engine) {
    let services = engine.services();
    // Both may be new in the same batch.
    let ((mine, endpoint), (other, others)) = tokio::join!(subscriber(&services), subscriber(&services));
    // An event is numbered even if the only endpoint does not subscribe to it.
    let (third, deaf) = subscribed_to(&services, caller(&services).await, r#""customer.kycs.updated""#).await;
    given(&services, &third, "a@example.com", "individual").await;
    assert_eq!(services.store.newest_event(third.scope).await.expect("readable"), 1);
    assert!(services.store.deliveries(third.scope, deaf, None, 10).await.expect("a log").is_empty());
    let ids = async |services: &Services, caller: &Caller, endpoint| {
        let log = services.store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
        log.iter().map(|delivery| delivery.number).collect::<Vec<_>>()
    };
    let positions = async |services: &Services, caller: &Caller, after| {
        let events = services.store.events(caller.scope, after, 10).await.expect("events");
        events.iter().map(|event| event.position).collect::<Vec<_>>()
    };
    for (caller, endpoint) in [(&mine, endpoint), (&other, others)] {
        assert_eq!(services.store.newest_event(caller.scope).await.expect("readable"), 0);
        for name in ["a", "b", "c"] {
            given(&services, caller, &format!("{name}@example.com"), "individual").await;
        }
        assert_eq!(positions(&services, caller, 0).await, [1, 2, 3]);
        assert_eq!(positions(&services, caller, 2).await, [3]);
        assert_eq!(positions(&services, caller, u64::MAX).await, [] as [u64; 0]);
        assert_eq!(services.store.newest_event(caller.scope).await.expect("readable"), 3);
        assert_eq!(ids(&services, caller, endpoint).await, [3, 2, 1]);
        let entries = trail(&services, caller.scope, Some(4), 2).await;
        assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [3, 2]);
    }
    webhooks::delete(&services, &mine, Some(endpoint)).await.expect("deleted");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let (mine, endpoint) = subscribed(&services, mine).await;
    given(&services, &mine, "d@example.com", "individual").await;
    assert_eq!(ids(&services, &mine, endpoint).await, [4], "the numbers of the deleted endpoint are not reused");
    assert_eq!(positions(&services, &mine, 2).await, [3, 4]);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn a_form_is_first_once_and_programs_without_a_number_always_are(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let number = send_once::form_number(&services);
    let first = |number: &str| {
        let number = number.to_owned();
        let (services, caller) = (&services, &caller);
        async move { send_once::is_first(services, caller, &number).await.expect("recorded") }
    };
    let both = tokio::join!(first(&number), first(&number));
    assert!(both.0 != both.1, "one of two at once is the first");
    assert!(!first(&number).await);
    assert!(first(&send_once::form_number(&services)).await);
    for without in ["", "nonsense", ""] {
        assert!(first(without).await, "{without}");
    }
}

pub(crate) async fn both_secrets_sign_until_the_overlap_ends_and_a_changed_endpoint_gets_other_events(
    mut engine: Engine,
) {
    let services = engine.services();
    let (caller, endpoint) = subscriber(&services).await;
    let signatures = async |services: &Services, now: Timestamp| {
        let signed = services.store.sign(caller.scope, endpoint, "test_1".to_owned(), b"{}".to_vec(), now).await;
        let message = signed.expect("readable").expect("enabled");
        message.standard.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let now = services.clock.now();
    let rotate = |seconds| webhooks::rotate_secret(&services, &caller, Some(endpoint), seconds);
    // An overlap of nothing has ended at the next moment.
    rotate(0).await.expect("rotated");
    rotate(0).await.expect("rotated again");
    let first = signatures(&services, services.clock.now()).await;
    let (one, two, three) = tokio::join!(rotate(60), rotate(60), rotate(60));
    let refused = [one, two, three].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(refused.len() == 2 && refused.iter().all(|one| matches!(one, WebhookError::Rotating(_))), "{refused:?}");
    let both = signatures(&services, now).await;
    assert_eq!((first.len(), both.len()), (1, 2));
    assert_eq!(both[1], first[0], "the old secret comes second");
    let late = now.plus_seconds(3_600);
    assert_eq!(signatures(&services, late).await.len(), 1);
    let early = rotate(60).await;
    assert!(matches!(early, Err(WebhookError::Rotating(until)) if until > services.clock.now()), "{early:?}");
    assert_eq!(signatures(&services, now).await, both, "a promised overlap is kept");
    let again = both;

    let body = br#"{"url":"https://y.example/","event_types":["customer.updated"]}"#;
    webhooks::edit(&services, &caller, &Anywhere, Some(endpoint), body).await.expect("changed");
    let id = given(&services, &caller, "a@example.com", "individual").await;
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let endpoints = services.store.endpoints(caller.scope).await.expect("readable");
    assert_eq!((&*endpoints[0].url, endpoints[0].event_types.len()), ("https://y.example/", 1));
    let log = services.store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
    assert_eq!(log.iter().map(|one| &*one.event_type).collect::<Vec<_>>(), ["customer.updated"]);
    assert_eq!(signatures(&services, now).await, again, "secrets survive a restart");
    let wrong = webhooks::edit(
        &services,
        &caller,
        &Anywhere,
        Some(endpoint),
        br#"{"url":"https://y.example/","event_types":[]}"#,
    );
    assert!(matches!(wrong.await, Err(WebhookError::Invalid(_))));
}
