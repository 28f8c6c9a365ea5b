//! Customers who owe an answer are reminded, and their cases end.

use std::sync::Arc;

use dossier_core::audit::Action;
use dossier_core::caller::{Caller, Scope};
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::kyc::provider::Manual;
use dossier_core::kyc::{Reminders, State};
use dossier_core::services::Services;
use dossier_core::use_cases::{accounts, advance_clock, ask_provider, decide, erase, evaluate, session, simulate};
use serde_json::{Value, json};

use crate::behaviours::{given, read};
use crate::engines::{Engine, caller};
use crate::quotas::NoonOf;
use crate::trail::trail;

const ASK: &[u8] = br#"{"outcome":"request_resubmission","requirements":["/birth_date"],"comment":"Which year?"}"#;

/// A customer who was asked for something again.
async fn asked(services: &Services, caller: &Caller, email: &str) -> CustomerId {
    let id = given(services, caller, email, "individual").await;
    session::open(services, caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
    decide::decide(services, caller, Some(id), Request::unkeyed(ASK)).await.expect("asked");
    id
}

async fn advance(services: &Services, caller: &Caller, days: u16) {
    let body = json!({ "advance": format!("P{days}D") }).to_string();
    let request = Request::unkeyed(body.as_bytes());
    advance_clock::advance(services, caller, request, |_| Vec::new()).await.expect("advanced");
}

/// The bodies of the events of a customer, oldest first.
async fn events(services: &Services, scope: Scope, id: CustomerId) -> Vec<Value> {
    let all = services.store.events(scope, 0, 1_000).await.expect("readable").into_iter();
    let mine = all.filter(|event| event.customer == id);
    mine.map(|event| serde_json::from_slice(event.body.expose()).expect("JSON")).collect()
}

async fn reminders(services: &Services, scope: Scope, id: CustomerId) -> usize {
    let events = events(services, scope, id).await;
    events.iter().filter(|event| event["event_type"] == "customer.kycs.reminder").count()
}

async fn count(services: &Services, scope: Scope, action: Action) -> usize {
    trail(services, scope, None, 1_000).await.iter().filter(|row| row.action == action.as_str()).count()
}

pub(crate) async fn a_customer_who_owes_an_answer_is_reminded_by_the_clock_of_the_sandbox_until_the_case_ends(
    mut engine: Engine,
) {
    let services = engine.services();
    let caller = caller(&services).await;
    let scope = caller.scope;
    let id = asked(&services, &caller, "a@example.com").await;
    let mut sent = Vec::new();
    for days in [2, 1, 1, 3, 6, 1, 15] {
        advance(&services, &caller, days).await;
        sent.push(reminders(&services, scope, id).await);
        if days == 1 && sent.last() != Some(&0) {
            let last = events(&services, scope, id).await.pop().expect("an event");
            assert!(last["entity_object"]["kycs"]["kyc_flow_link"].is_string(), "{last}");
        }
    }
    assert_eq!(sent, [0, 1, 1, 2, 2, 3, 3], "after 2, 3, 4, 7, 13, 14 and 29 days");
    assert_eq!(read(&services, scope, id).await.kyc.state, State::ResubmissionRequired);
    advance(&services, &caller, 1).await;
    let closed = read(&services, scope, id).await;
    assert_eq!((closed.kyc.state, closed.kyc.awaited), (State::Abandoned, None));
    let last = events(&services, scope, id).await.pop().expect("an event");
    let kycs = &last["entity_object"]["kycs"];
    assert_eq!(last["event_type"], "customer.kycs.updated");
    assert_eq!((&kycs["status"], &kycs["kyc_flow_link"]), (&json!("pending"), &Value::Null));
    assert_eq!(kycs["sub_status"], "kyc_form_resubmission_required");

    // A restart and more time change nothing.
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    services.sandboxes.set(scope.account, 30 * 24 * 60 * 60);
    advance(&services, &caller, 60).await;
    assert_eq!(read(&services, scope, id).await.version, closed.version);

    // It goes on where it ended, without more reminders, and ends again.
    session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened again");
    let open = read(&services, scope, id).await.kyc;
    assert_eq!((open.state, open.flags.len()), (State::ResubmissionRequired, 1));
    assert_eq!(open.comment.as_deref(), Some("Which year?"));
    for (days, state) in [(29, State::ResubmissionRequired), (1, State::Abandoned)] {
        advance(&services, &caller, days).await;
        assert_eq!(read(&services, scope, id).await.kyc.state, state);
    }
    assert_eq!(reminders(&services, scope, id).await, 3);
    assert_eq!(count(&services, scope, Action::Reminded).await, 3);
    assert_eq!(count(&services, scope, Action::Abandoned).await, 2);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

/// Does what is due in two processes at the same time.
async fn work(services: &[Services; 2]) {
    let due = services[0].store.due_cases(services[0].clock.now()).await.expect("readable");
    for (scope, id) in due {
        let both = services.each_ref().map(|one| ask_provider::work(one, &Manual, scope, id));
        futures_util::future::try_join_all(both).await.expect("done");
    }
}

pub(crate) async fn a_reminder_is_sent_once_by_several_processes_and_missed_ones_are_not_made_up_for(
    mut engine: Engine,
) {
    let mut services = [engine.services(), engine.services()];
    let at = |services: &mut [Services; 2], day: i64| {
        services.iter_mut().for_each(|one| one.clock = Arc::new(NoonOf(day)));
    };
    at(&mut services, 0);
    let caller = caller(&services[0]).await;
    let scope = caller.scope;
    let mut ids = Vec::new();
    for number in 0..8 {
        ids.push(asked(&services[0], &caller, &format!("{number}@example.com")).await);
    }
    let [answered, decided, erased, waits @ ..] = &ids[..] else { panic!("eight") };
    let submit = json!({ "action": "kyc.status.submit", "customer_id": answered }).to_string();
    simulate::simulate(&services[0], &caller, Request::unkeyed(submit.as_bytes())).await.expect("submitted");
    decide::decide(&services[0], &caller, Some(*decided), Request::unkeyed(br#"{"outcome":"reject"}"#))
        .await
        .expect("rejected");
    let why = Request::unkeyed(br#"{"reason":"asked","requested_by":"Ada"}"#);
    erase::request(&services[0], &caller, Some(*erased), why).await.expect("scheduled");
    for (day, sent) in [(2, 0), (10, 1), (11, 1), (20, 2), (40, 2), (41, 2)] {
        at(&mut services, day);
        work(&services).await;
        work(&services).await;
        for id in waits {
            assert_eq!(reminders(&services[0], scope, *id).await, sent, "on day {day}");
            let ends = read(&services[0], scope, *id).await.kyc.state == State::Abandoned;
            assert_eq!(ends, day >= 40, "on day {day}");
        }
    }
    assert_eq!(count(&services[0], scope, Action::Abandoned).await, ids.len() - 2, "of those who owed it");
    for id in [answered, decided, erased] {
        assert_eq!(reminders(&services[0], scope, *id).await, 0);
    }
}

pub(crate) async fn changed_days_of_reminders_apply_to_those_who_owe_an_answer_already(mut engine: Engine) {
    let mut services = [engine.services(), engine.services()];
    services.iter_mut().for_each(|one| {
        one.clock = Arc::new(NoonOf(0));
        one.policy.reminders = Reminders { days: Vec::new(), abandon_after: None };
    });
    let caller = caller(&services[0]).await;
    let id = asked(&services[0], &caller, "a@example.com").await;
    let of_closed = asked(&services[0], &caller, "b@example.com").await;
    services.iter_mut().for_each(|one| {
        one.clock = Arc::new(NoonOf(5));
        one.policy.reminders = Reminders::default();
    });
    work(&services).await;
    assert_eq!(reminders(&services[0], caller.scope, id).await, 0, "nothing was planned");
    evaluate::evaluate_all(&services[0], caller.scope).await.expect("evaluated");
    work(&services).await;
    assert_eq!(reminders(&services[0], caller.scope, id).await, 1, "the days count from the request");
    let account = services[0].store.account(caller.scope.account).await.expect("readable").expect("there");
    accounts::close(&services[0], &caller, account).await.expect("closed");
    accounts::read_closed(&services[1]).await.expect("read");
    services.iter_mut().for_each(|one| one.clock = Arc::new(NoonOf(8)));
    work(&services).await;
    assert_eq!(reminders(&services[0], caller.scope, of_closed).await, 1, "no customer of a closed account");
}
