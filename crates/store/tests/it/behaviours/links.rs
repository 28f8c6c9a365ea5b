//! Links to the form, and the passes of visitors.

use std::sync::Arc;

use dossier_core::change::Effect;
use dossier_core::idempotency::Request;
use dossier_core::kyc::State;
use dossier_core::store::{Committed, Link};
use dossier_core::use_cases::enter_form::{end_pass, issue_pass, visitor};
use dossier_core::use_cases::{advance_clock, session};

use crate::behaviours::{changed, given, put, read, read_to_change};
use crate::engines::{Engine, caller};
use crate::quotas::NoonOf;
use crate::row_seals::Sql;

pub(crate) async fn a_link_is_found_by_its_token_and_expires_by_the_clock_of_its_sandbox(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let request = Request { route: "test", body: b"", idempotency_key: None };
    session::open(&services, &caller, Some(id), request).await.expect("opened");
    let open = read(&services, caller.scope, id).await.kyc.session.expect("a session");
    let token = open.link.rsplit('/').next().expect("a token").to_owned();
    let store = &services.store;
    let link = Link { scope: caller.scope, customer: id, session: open.id, used_at: None };
    assert_eq!(store.link(&token).await.expect("readable"), Some(link));
    assert_eq!(store.link("dsl_test_x").await.expect("readable"), None);
    assert!(store.ended_links(services.clock.now()).await.expect("readable").is_empty());
    // More than the store returns at a time.
    let mut others = Vec::new();
    for number in 0..250 {
        let other = given(&services, &caller, &format!("{number}@example.com"), "individual").await;
        session::open(&services, &caller, Some(other), request).await.expect("opened");
        others.push(other);
    }
    advance_clock::advance(&services, &caller, Request::unkeyed(br#"{"advance":"P7D"}"#), |_| Vec::new())
        .await
        .expect("advanced");
    for other in others {
        let session = read(&services, caller.scope, other).await.kyc.session.expect("a session");
        assert!(session.expired, "all have ended before the response about the clock");
    }
    let expired = read(&services, caller.scope, id).await.kyc;
    assert!(expired.session.is_some_and(|session| session.expired) && expired.state == State::InProgress);
    assert!(store.ended_links(services.clock.now()).await.expect("readable").is_empty(), "ended once");
    assert_eq!(store.sandbox_clocks().await.expect("readable"), [(caller.scope.account, 604_800)]);
}

pub(crate) async fn entering_the_form_is_in_the_audit_chain(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let request = Request { route: "test", body: b"", idempotency_key: None };
    session::open(&services, &caller, Some(id), request).await.expect("opened");
    let customer = read(&services, caller.scope, id).await;
    let pass = issue_pass(&services, caller.scope, &customer, None, "visit".into()).await.expect("readable");
    assert!(pass.is_some(), "the form is open");
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn passes_to_the_form_end_one_by_one_and_all_at_once(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let other = given(&services, &caller, "b@example.com", "individual").await;
    let mut entered = Vec::new();
    for id in [id, id, id, other] {
        session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
        let customer = read(&services, caller.scope, id).await;
        let pass = issue_pass(&services, caller.scope, &customer, None, "visit".into()).await.expect("readable");
        entered.push(pass.expect("the form is open"));
    }
    let link = read(&services, caller.scope, id).await.kyc.session.expect("a session").link;
    let token = link.rsplit('/').next().expect("a token");
    let good = async || {
        let mut good = Vec::new();
        for pass in &entered {
            let found = visitor(&services, &pass.secret, None, "visit".into()).await.expect("readable");
            good.push(found.is_some_and(|(visitor, _)| visitor.session == pass.visitor.session));
        }
        good
    };
    assert_eq!(good().await, [true; 4]);
    end_pass(&services, &entered[0].visitor, &entered[0].secret).await.expect("ended");
    end_pass(&services, &entered[0].visitor, token).await.expect("a link is no pass");
    assert_eq!(good().await, [false, true, true, true]);
    assert!(services.store.link(token).await.expect("readable").is_some(), "the link stays");
    let later = services.now(caller.scope).plus_seconds(60);
    services.store.record_pass_use(&entered[1].secret, later).await.expect("noted");
    services.store.record_pass_use(&entered[1].secret, services.now(caller.scope)).await.expect("noted");
    let used = services.store.link(&entered[1].secret).await.expect("readable").expect("a pass");
    assert_eq!(used.used_at, Some(later), "the latest use counts");
    session::open(&services, &caller, Some(id), Request::unkeyed(br#"{"renew":true}"#)).await.expect("renewed");
    assert_eq!(good().await, [false, false, false, true], "of this customer");
    assert!(services.store.link(token).await.expect("readable").is_some(), "an old link leads to a page");
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

/// The change is alone in its batch, which is normally written in one statement.
pub(crate) async fn a_change_that_ends_passes_ends_them_among_plain_updates(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
    let customer = read(&services, caller.scope, id).await;
    let pass =
        issue_pass(&services, caller.scope, &customer, None, "visit".into()).await.expect("readable").expect("open");
    for name in ["A", "B", "C"] {
        put(&services, &caller, id, &format!(r#"{{"first_name":"{name}"}}"#)).await.expect("updated");
    }
    let is_good = async || visitor(&services, &pass.secret, None, "visit".into()).await.expect("readable").is_some();
    assert!(is_good().await);
    let mut change = changed(&caller, &read_to_change(&services, caller.scope, id).await, "D");
    let Effect::CustomerUpdated { ends_passes, .. } = &mut change.effect else { panic!("an update") };
    *ends_passes = true;
    assert_eq!(services.store.commit(change).await.expect("an outcome"), Committed::Done);
    assert!(!is_good().await);
}

pub(crate) async fn a_damaged_record_does_not_keep_other_sessions_from_ending(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let mut ids = Vec::new();
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        let id = given(&services, &caller, email, "individual").await;
        session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
        ids.push(id);
    }
    drop(services);
    engine.close();
    let row = format!("customer_id = {}", Sql(&engine).id(ids[0].as_bytes()));
    engine.execute(&format!("UPDATE customers SET created_at = created_at + 1 WHERE {row}")).await;
    engine.open().await;
    let mut services = engine.services();
    services.clock = Arc::new(NoonOf(1));
    assert_eq!(session::expire_due(&services).await.expect("the others end"), 2);
    for id in &ids[1..] {
        assert!(read(&services, caller.scope, *id).await.kyc.session.is_some_and(|session| session.expired));
    }
}
