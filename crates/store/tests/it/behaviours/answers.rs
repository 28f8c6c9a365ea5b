//! Kept answers to repeated requests.

use dossier_core::clock::Timestamp;
use dossier_core::file::FileName;
use dossier_core::idempotency::Request;
use dossier_core::use_cases::create_customer::create_customer;
use dossier_core::use_cases::upload_file::Upload;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::use_cases::{advance_clock, webhooks};
use dossier_core::webhook::Endpoint;

use crate::behaviours::webhooks::key_of;
use crate::behaviours::{Anywhere, LETTER, given, keyed_put, subscriber};
use crate::engines::{Engine, caller};

pub(crate) async fn a_repeated_request_finds_its_answer_before_its_own_effect(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let body = br#"{"email":"a@example.com","type":"individual"}"#;
    let attempt = || Request { route: "create", body, idempotency_key: Some("k") };
    let first = create_customer(&services, &caller, attempt()).await.expect("created");
    let second = create_customer(&services, &caller, attempt()).await.expect("answered again");
    assert!(!first.replayed && second.replayed && first.body.expose() == second.body.expose());
    let id = first.customer.expect("about the customer");
    let one = keyed_put(&services, &caller, id, r#"{"first_name":"A"}"#, Some("p")).await.expect("updated");
    let two = keyed_put(&services, &caller, id, r#"{"first_name":"A"}"#, Some("p")).await.expect("answered again");
    assert!(two.replayed && one.version == two.version && one.body.expose() == two.body.expose());
    let other = keyed_put(&services, &caller, id, r#"{"first_name":"B"}"#, Some("p")).await;
    assert!(matches!(other, Err(UpdateError::KeyReused(request)) if request.0 == "test"));
}

pub(crate) async fn the_same_request_sent_several_times_at_once_has_one_effect_and_one_answer(mut engine: Engine) {
    let services = engine.services();
    let (caller, _) = subscriber(&services).await;
    let uploads = (0..4).map(|_| async {
        let mut upload =
            Upload::begin(&services, &caller, FileName::stored("a.pdf".into()), Some("u")).await.expect("begun");
        upload.write(LETTER).await.expect("taken");
        upload.finish().await.expect("stored, or found")
    });
    let uploaded = futures_util::future::join_all(uploads).await;
    assert_eq!(uploaded.iter().filter(|upload| !upload.replayed).count(), 1);
    assert!(uploaded.iter().all(|upload| upload.file.id == uploaded[0].file.id));
    assert_eq!(services.store.list_files(caller.scope, None, None, 10).await.expect("files").len(), 1);

    let body = br#"{"url":"https://y.example/"}"#;
    let show = |endpoint: &Endpoint, _: &[u8; 32]| endpoint.id.to_string().into_bytes();
    let registrations = (0..4).map(|_| async {
        let request = Request { route: "webhooks", body, idempotency_key: Some("w") };
        webhooks::register(&services, &caller, key_of(&caller), &Anywhere, request, show)
            .await
            .expect("registered, or found")
    });
    let registered = futures_util::future::join_all(registrations).await;
    assert_eq!(registered.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(registered.iter().all(|answer| answer.body.expose() == registered[0].body.expose()));
    assert_eq!(services.store.endpoints(caller.scope).await.expect("endpoints").len(), 2);
}

pub(crate) async fn an_answer_about_no_customer_is_found_again(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let advance = |body: &'static [u8]| {
        let request = Request { route: "clock", body, idempotency_key: Some("k") };
        advance_clock::advance(&services, &caller, request, |ahead| ahead.to_string().into_bytes())
    };
    let first = advance(br#"{"advance":"P1D"}"#).await.expect("advanced");
    let second = advance(br#"{"advance":"P1D"}"#).await.expect("answered again");
    assert!(!first.replayed && second.replayed && second.customer.is_none());
    assert_eq!((&first.body.expose()[..], &second.body.expose()[..]), (&b"86400"[..], &b"86400"[..]));
    let clocks = services.store.sandbox_clocks().await.expect("clocks");
    assert!(clocks.contains(&(caller.scope.account, 86_400)), "it was advanced once");
    let other = advance(br#"{"advance":"P2D"}"#).await;
    assert!(matches!(other, Err(UpdateError::KeyReused(request)) if request.0 == "test"));
}

pub(crate) async fn old_answers_are_forgotten(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    keyed_put(&services, &caller, id, r#"{"first_name":"A"}"#, Some("k")).await.expect("updated");
    assert_eq!(services.store.forget_answers(Timestamp::from_micros(0)).await.expect("done"), 0);
    assert_eq!(services.store.forget_answers(Timestamp::from_micros(i64::MAX)).await.expect("done"), 1);
    let again = keyed_put(&services, &caller, id, r#"{"first_name":"B"}"#, Some("k")).await.expect("a new request");
    assert!(!again.replayed);
}
