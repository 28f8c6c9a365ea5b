//! Records: written, read, listed, and refused if they are not what a change was computed from.

use std::collections::HashMap;
use std::num::NonZeroI64;
use std::sync::Arc;

use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::change::Basis;
use dossier_core::customer::Profile;
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::kyc::{RuleSet, State};
use dossier_core::parse::Email;
use dossier_core::services::Services;
use dossier_core::store::{Committed, Freshness};
use dossier_core::use_cases::create_customer::{CreateError, create_customer};
use dossier_core::use_cases::evaluate::EvaluationResult;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::use_cases::{evaluate, session};

use crate::behaviours::{PERSONS, changed, given, keyed_put, put, read, read_to_change};
use crate::engines::{Engine, caller};
use crate::trail::trail;

pub(crate) async fn a_customer_is_read_back_as_written(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "corporate").await;
    let answer = put(&services, &caller, id, PERSONS).await.expect("updated");
    let stored = read(&services, caller.scope, id).await;
    assert_eq!((stored.version, stored.events, answer.version), (2, 2, Some(2)));
    let Profile::Business(business) = &stored.profile else { panic!("a business") };
    let persons = &business.associated_persons.as_ref().expect("persons").0;
    assert_eq!(persons.len(), 2);
    assert!(persons.iter().all(|person| person.person_id().is_some()));
    assert!(persons[0].identifying_information.is_some() && business.tax_number.is_some());
    assert_eq!(stored.email.expose(), "a@example.com");
}

pub(crate) async fn committed_data_is_there_after_reopening(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "corporate").await;
    put(&services, &caller, id, PERSONS).await.expect("updated");
    let before = read(&services, caller.scope, id).await;
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert_eq!(read(&services, caller.scope, id).await, before);
    put(&services, &caller, id, r#"{"primary_website":"w"}"#).await.expect("writes continue");
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn another_scope_sees_nothing(mut engine: Engine) {
    let services = engine.services();
    let (mine, other) = (caller(&services).await, caller(&services).await);
    let id = given(&services, &mine, "a@example.com", "individual").await;
    let live = Scope { environment: Environment::Production, ..mine.scope };
    for scope in [other.scope, live] {
        assert!(services.store.customer(scope, id).await.expect("readable").is_none());
        assert!(services.store.summary(scope, id).await.expect("readable").is_none());
        assert!(
            services
                .store
                .summaries_by_email(scope, &Email::searched("a@example.com"))
                .await
                .expect("readable")
                .is_empty()
        );
        assert!(services.store.summaries(scope, None, 10).await.expect("readable").summaries.is_empty());
        let change = changed(&Caller { scope, ..mine.clone() }, &read_to_change(&services, mine.scope, id).await, "X");
        assert!(!matches!(services.store.commit(change).await, Ok(Committed::Done)), "nor can it write");
    }
    given(&services, &other, "a@example.com", "individual").await;
}

pub(crate) async fn a_stale_version_writes_nothing(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let before = read_to_change(&services, caller.scope, id).await;
    let (first, second) = (changed(&caller, &before, "A"), changed(&caller, &before, "B"));
    assert_eq!(services.store.commit(first).await.expect("committed"), Committed::Done);
    let entries = trail(&services, caller.scope, None, 100).await.len();
    assert_eq!(services.store.commit(second).await.expect("an outcome"), Committed::VersionMoved);
    let after = read(&services, caller.scope, id).await;
    assert_eq!(after.version, 2);
    let Profile::Individual(individual) = &after.profile else { panic!("an individual") };
    assert_eq!(individual.first_name.as_ref().expect("a name").expose(), "A");
    assert_eq!(trail(&services, caller.scope, None, 100).await.len(), entries);
}

/// A hint is where a reader found a record. The record may be elsewhere by the time of the commit.
pub(crate) async fn a_wrong_hint_finds_the_right_record(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let other = given(&services, &caller, "b@example.com", "individual").await;
    let untouched = read(&services, caller.scope, other).await;
    let (others, _) = read_to_change(&services, caller.scope, other).await;
    for (hint, name) in [(others.hint(), "A"), (NonZeroI64::new(i64::MAX), "B"), (None, "C")] {
        let (basis, before) = read_to_change(&services, caller.scope, id).await;
        let change = changed(&caller, &(Basis::new(basis.version, hint), before), name);
        assert_eq!(services.store.commit(change).await.expect("committed"), Committed::Done, "{hint:?}");
        let after = read(&services, caller.scope, id).await;
        let Profile::Individual(individual) = &after.profile else { panic!("an individual") };
        assert_eq!(individual.first_name.as_ref().expect("a name").expose(), name);
    }
    assert_eq!(read(&services, caller.scope, other).await, untouched);
}

pub(crate) async fn a_taken_email_writes_nothing(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "Ada@example.com", "individual").await;
    let entries = trail(&services, caller.scope, None, 100).await.len();
    let body = br#"{"email":" ada@EXAMPLE.com","type":"corporate"}"#;
    let refused =
        create_customer(&services, &caller, Request { route: "create", body, idempotency_key: Some("k") }).await;
    assert!(matches!(refused, Err(CreateError::EmailTaken(owner)) if owner == id));
    assert_eq!(services.store.summaries(caller.scope, None, 10).await.expect("a list").summaries.len(), 1);
    assert_eq!(trail(&services, caller.scope, None, 100).await.len(), entries);
    let body = br#"{"email":"other@example.com","type":"corporate"}"#;
    create_customer(&services, &caller, Request { route: "create", body, idempotency_key: Some("k") })
        .await
        .expect("the key was not used up");
}

pub(crate) async fn a_customer_moves_to_an_email_that_no_other_customer_has(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let ada = given(&services, &caller, "ada@example.com", "individual").await;
    let bob = given(&services, &caller, "bob@example.com", "corporate").await;
    let entries = trail(&services, caller.scope, None, 100).await.len();
    let taken = r#"{"email":"BOB@example.com","first_name":"Ada"}"#;
    let refused = keyed_put(&services, &caller, ada, taken, Some("k")).await;
    assert!(matches!(refused, Err(UpdateError::EmailTaken(owner)) if owner == bob), "{refused:?}");
    assert_eq!(trail(&services, caller.scope, None, 100).await.len(), entries);
    let moves = r#"{"email":"countess@example.com"}"#;
    let first = keyed_put(&services, &caller, ada, moves, Some("k")).await.expect("the key was not used up");
    // Her old address belongs to another customer by the time the request is repeated.
    put(&services, &caller, bob, r#"{"email":"ada@example.com"}"#).await.expect("it is free");
    let again = keyed_put(&services, &caller, ada, moves, Some("k")).await.expect("answered");
    assert!(again.replayed && again.version == first.version);
    let newest = trail(&services, caller.scope, None, 100).await;
    assert!(newest.iter().any(|entry| entry.customer_id == Some(ada) && entry.fields == ["/email"]));
    for (email, owner) in
        [("countess@example.com", Some(ada)), ("ada@example.com", Some(bob)), ("bob@example.com", None)]
    {
        let found = services.store.summaries_by_email(caller.scope, &Email::searched(email)).await.expect("readable");
        assert_eq!(found.first().map(|summary| summary.id), owner, "{email}");
    }
    // Of those queued together, one gets it.
    let rivals = [ada, bob].map(|id| put(&services, &caller, id, r#"{"email":"one@example.com"}"#));
    let outcomes = futures_util::future::join_all(rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let taken = |outcome: &Result<_, _>| matches!(outcome, Err(UpdateError::EmailTaken(_)));
    assert_eq!(outcomes.iter().filter(|outcome| taken(outcome)).count(), 1);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn a_refused_change_in_a_batch_harms_no_other(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let before = read_to_change(&services, caller.scope, id).await;
    // Queued together, they share a commit: one wins, the others find that the version moved, and creations succeed.
    let rivals = (0..8).map(|n| services.store.commit(changed(&caller, &before, &n.to_string())));
    let creations = (0..8).map(|n| {
        let (services, caller) = (&services, &caller);
        async move { given(services, caller, &format!("{n}@example.com"), "individual").await }
    });
    let (outcomes, made) =
        futures_util::join!(futures_util::future::join_all(rivals), futures_util::future::join_all(creations));
    let won = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Committed::Done))).count();
    let moved = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Committed::VersionMoved))).count();
    assert_eq!((won, moved, made.len()), (1, 7, 8));
    assert_eq!(services.store.summaries(caller.scope, None, 100).await.expect("a list").summaries.len(), 9);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn a_change_writes_its_audit_entry_and_its_event(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    put(&services, &caller, id, r#"{"first_name":"A","nationality":"FR"}"#).await.expect("updated");
    put(&services, &caller, id, "{}").await.expect("nothing to do");
    let entries = trail(&services, caller.scope, None, 100).await;
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.action.as_str(), entry.version, entry.fields.join(" "))).collect();
    assert_eq!(
        told,
        [
            ("customer.updated", Some(2), "/first_name /nationality".to_owned()),
            ("customer.created", Some(1), "/email".to_owned()),
            ("account.created", None, "/account/name".to_owned()),
        ]
    );
    assert!(entries.windows(2).all(|pair| pair[0].seq == pair[1].seq + 1));
    assert_eq!(read(&services, caller.scope, id).await.events, 2);
    let page = trail(&services, caller.scope, Some(entries[0].seq), 1).await;
    assert_eq!(page[0].seq, entries[1].seq);
}

pub(crate) async fn fields_changed_since_a_version_are_named_once(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let (id, other) = (
        given(&services, &caller, "a@example.com", "individual").await,
        given(&services, &caller, "b@example.com", "individual").await,
    );
    for body in [r#"{"first_name":"A"}"#, r#"{"last_name":"B"}"#, r#"{"first_name":"C"}"#] {
        put(&services, &caller, id, body).await.expect("updated");
        put(&services, &caller, other, body).await.expect("updated");
    }
    for (since, expected) in
        [(1, &["/first_name", "/last_name"][..]), (2, &["/last_name", "/first_name"]), (3, &["/first_name"]), (4, &[])]
    {
        assert_eq!(
            services.store.changed_since(caller.scope, id, since).await.expect("pointers"),
            expected,
            "since {since}"
        );
    }
}

pub(crate) async fn customers_are_listed_newest_first(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let mut ids = Vec::new();
    for n in 0..10 {
        ids.insert(0, given(&services, &caller, &format!("{n}@example.com"), "individual").await);
    }
    let mut found = Vec::new();
    for left in [7, 4, 1, 0] {
        let page = services.store.summaries(caller.scope, found.last().copied(), 3).await.expect("a page");
        found.extend(page.summaries.iter().map(|summary| summary.id));
        assert_eq!((page.more, ids.len() - found.len()), (left > 0, left));
    }
    assert_eq!(found, ids);
    let whole = services.store.summaries(caller.scope, None, ids.len()).await.expect("a page");
    assert!(!whole.more, "a full page need not be followed by another");
}

pub(crate) async fn cached_reads_are_refreshed_after_each_change(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let scope = caller.scope;
    let (mut versions, mut emails) = (HashMap::new(), HashMap::new());
    for email in ["a@example.com", "b@example.com", "c@example.com"] {
        let id = given(&services, &caller, email, "individual").await;
        versions.insert(id, 1);
        emails.insert(id, Email::searched(email));
    }
    let changed: Vec<CustomerId> = versions.keys().copied().chain(versions.keys().copied()).collect();
    for (n, id) in changed.into_iter().enumerate() {
        let name = format!("n{n}");
        put(&services, &caller, id, &format!(r#"{{"first_name":"{name}"}}"#)).await.expect("updated");
        *versions.get_mut(&id).expect("one of them") += 1;
        for look in ["first", "second"] {
            let found = services.store.summaries_by_email(scope, &emails[&id]).await.expect("readable").remove(0);
            let own = services.store.summary(scope, id).await.expect("readable").expect("there");
            assert_eq!(found, own, "{look} look at change {n}");
            assert!(String::from_utf8_lossy(own.names.as_json()).contains(&name), "{look} look at change {n}");
            let listed = services.store.summaries(scope, None, 10).await.expect("a list").summaries;
            let listed: HashMap<_, _> = listed.iter().map(|summary| (summary.id, summary.version)).collect();
            assert_eq!((own.version, &listed), (versions[&id], &versions), "{look} look at change {n}");
        }
    }
}

pub(crate) async fn a_cached_record_is_what_was_written(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    // The record in the engine's cache, or `None` if the engine reads it.
    let cached = async |scope, id| {
        let record = services.store.record(scope, id, Freshness::Any).await.expect("readable")?;
        (!record.is_newest()).then(|| record.open().expect("it opens"))
    };
    let id = given(&services, &caller, "a@example.com", "individual").await;
    for body in [r#"{"first_name":"A"}"#, r#"{"last_name":"B"}"#, r#"{"first_name":"C"}"#] {
        let stored = read(&services, caller.scope, id).await;
        assert_eq!(cached(caller.scope, id).await, Some(stored), "before {body}");
        put(&services, &caller, id, body).await.expect("updated");
    }
    let stored = read(&services, caller.scope, id).await;
    assert_eq!(cached(caller.scope, id).await, Some(stored));
    let elsewhere = Scope { environment: Environment::Production, ..caller.scope };
    assert_eq!(cached(elsewhere, id).await, None, "another environment");
    let business = given(&services, &caller, "b@example.com", "corporate").await;
    assert_eq!(cached(caller.scope, business).await, None, "a business is not cached");
}

pub(crate) async fn new_rules_are_applied_by_an_empty_put_and_by_a_start(mut engine: Engine) {
    let mut services = engine.services();
    let caller = caller(&services).await;
    let rule = |field: &str| {
        format!(
            "[[rule]]\nid = '{field}'\nlabel = 'x'\nbecause = 'x'\nexample = 'x'\nwhen = {{ type = 'individual' }}\n\
             needs = {{ field = '/{field}' }}\n"
        )
    };
    let rules = |more: &str| {
        let text = format!("version = 'test'\n{}{more}", rule("first_name"));
        Arc::new(RuleSet::read(&text).expect("good rules"))
    };
    services.policy.rules = rules(&rule("last_name"));
    let mut customers = Vec::new();
    for name in ["a", "b", "c"] {
        let id = given(&services, &caller, &format!("{name}@example.com"), "individual").await;
        session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
        put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
        customers.push(id);
    }
    let untouched = given(&services, &caller, "d@example.com", "individual").await;
    let state = async |services: &Services, id| read(services, caller.scope, id).await.kyc.state;
    assert_eq!(state(&services, customers[0]).await, State::InProgress);
    services.policy.rules = rules("");
    put(&services, &caller, customers[0], "{}").await.expect("evaluated");
    assert_eq!(state(&services, customers[0]).await, State::Submitted);
    let evaluated = evaluate::evaluate_all(&services, caller.scope).await.expect("evaluated");
    assert_eq!(evaluated, EvaluationResult { submitted: 2, damaged: 0 });
    for id in &customers {
        assert_eq!(state(&services, *id).await, State::Submitted);
    }
    let again = evaluate::evaluate_all(&services, caller.scope).await.expect("evaluated");
    assert_eq!((again, read(&services, caller.scope, untouched).await.version), (EvaluationResult::default(), 1));
}
