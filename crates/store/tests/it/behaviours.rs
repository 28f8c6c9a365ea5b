//! The behaviours. Each is a sentence; each gets an engine and uses it as the use cases do.

use std::collections::HashMap;
use std::num::NonZeroI64;
use std::sync::Arc;

use dossier_core::api_key::{ApiKey, KeyScope};
use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Environment, Scope};
use dossier_core::change::{Basis, Change, Effect};
use dossier_core::clock::Timestamp;
use dossier_core::customer::Condition;
use dossier_core::customer::{Customer, Profile};
use dossier_core::file::FileName;
use dossier_core::idempotency::{Answer, Request};
use dossier_core::ids::{CustomerId, FileId, PersonId, WebhookId};
use dossier_core::kyc::{RuleSet, State};
use dossier_core::parse::Email;
use dossier_core::services::Services;
use dossier_core::store::{Collected, Committed, Freshness, Link, StoreError};
use dossier_core::use_cases::advance_clock;
use dossier_core::use_cases::api_keys;
use dossier_core::use_cases::api_keys::NewKey;
use dossier_core::use_cases::create_customer::{CreateError, create};
use dossier_core::use_cases::enter_form::{end_pass, enter, visitor};
use dossier_core::use_cases::evaluate;
use dossier_core::use_cases::evaluate::Evaluated;
use dossier_core::use_cases::session;
use dossier_core::use_cases::update_customer::{Method, Update, update};
use dossier_core::use_cases::upload_file::Upload;
use dossier_core::use_cases::webhooks;
use dossier_core::use_cases::write_customer::UpdateError;
use dossier_core::violation::Code;
use dossier_core::webhook::{Attempted, Disabled, Due, Endpoint, Guard, Said, Verdict};

pub(crate) use crate::anchor::an_accepted_restore_satisfies_the_anchors_from_before_and_no_later_one;
pub(crate) use crate::emails::{
    a_domain_is_composed_before_it_is_compared_and_one_of_nothing_is_refused, an_email_is_found_however_it_is_written,
    an_upgrade_makes_each_email_findable_and_the_oldest_customer_keeps_it,
};
use crate::engines::{Engine, caller};
pub(crate) use crate::erasure::{
    numbers_of_a_data_subject_go_with_its_key, what_an_entry_says_of_a_person_goes_with_that_person_alone,
};
pub(crate) use crate::evidence::{
    a_file_is_evidence_of_each_data_subject_that_it_was_named_for,
    a_file_that_is_named_while_its_last_data_subject_is_erased_is_whole_or_unknown,
    a_file_that_many_customers_name_at_once_is_evidence_of_each, erasing_one_data_subject_leaves_a_file_to_the_others,
    of_very_many_uses_the_customers_own_is_always_read, the_collection_leaves_altered_rows_alone_and_goes_on,
};
use crate::quotas::NoonOf;
pub(crate) use crate::quotas::{
    a_customer_has_room_for_so_many_files_removed_ones_too, a_day_has_so_many_new_idempotency_keys,
    a_repeated_upload_takes_no_room_and_is_answered_without_any, an_account_has_room_for_so_many_files_and_bytes,
};
use crate::row_seals::Sql;
pub(crate) use crate::row_seals::{
    a_key_or_a_link_in_another_account_s_row_opens_nothing,
    every_column_is_sealed_or_listed_with_what_altering_it_gains,
    rows_that_were_altered_or_moved_are_refused_logged_and_counted,
};
use crate::trail::trail;
pub(crate) use crate::trail::{
    an_entry_is_shown_whole_and_says_what_is_erased, an_entry_of_a_decision_says_what_was_decided,
    changed_settings_are_recorded_once, lists_of_the_trail_are_filtered_and_go_on,
};

/// A letter of one empty page.
pub(crate) const LETTER: &[u8] = b"\
    %PDF-1.7\n\
    1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
    xref\n0 4\n0000000000 65535 f \n\
    0000000009 00000 n \n\
    0000000052 00000 n \n\
    0000000101 00000 n \n\
    trailer<</Size 4/Root 1 0 R>>\n\
    startxref\n164\n%%EOF";
pub(crate) const PERSONS: &str = r#"{"business_legal_name":"B","tax_number":"T","associated_persons":[
    {"first_name":"Ada","identifying_information":{"tax_number":{"number":"1","issuing_country":"FR"}}},
    {"first_name":"Bob"}]}"#;

pub(crate) async fn given(services: &Services, caller: &Caller, email: &str, kind: &str) -> CustomerId {
    let body = format!(r#"{{"email":"{email}","type":"{kind}"}}"#);
    let created = create(services, caller, Request::unkeyed(body.as_bytes())).await;
    created.expect("created").customer.expect("about the customer")
}

pub(crate) async fn put(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    body: &str,
) -> Result<Answer, UpdateError> {
    keyed_put(services, caller, id, body, None).await
}

pub(crate) async fn keyed_put(
    services: &Services,
    caller: &Caller,
    id: CustomerId,
    body: &str,
    key: Option<&str>,
) -> Result<Answer, UpdateError> {
    let update_of = Update {
        id: Some(id),
        method: Method::Put,
        body: body.as_bytes(),
        representation: true,
        condition: Condition::default(),
        idempotency_key: key,
    };
    update(services, caller, update_of).await
}

pub(crate) async fn read(services: &Services, scope: Scope, id: CustomerId) -> Customer {
    services.store.customer(scope, id).await.expect("readable").expect("there")
}

pub(crate) async fn read_to_change(services: &Services, scope: Scope, id: CustomerId) -> (Basis, Customer) {
    services.store.customer_to_change(scope, id).await.expect("readable").expect("there")
}

/// An update computed from a version, to be committed when it suits the test.
pub(crate) fn changed(caller: &Caller, (basis, before): &(Basis, Customer), name: &str) -> Change {
    let mut after = before.clone();
    after.version += 1;
    after.events += 1;
    let Profile::Individual(individual) = &mut after.profile else { panic!("an individual") };
    individual.first_name = serde_json::from_value(name.into()).ok();
    let mut audit = AuditEntry::new(caller, after.updated_at, Action::CustomerUpdated);
    audit.customer = Some(after.id);
    audit.version = Some(after.version);
    let effect = Effect::CustomerUpdated {
        basis: *basis,
        after: Box::new(after),
        attached: Vec::new(),
        link: None,
        ends_passes: false,
    };
    Change { scope: caller.scope, effect, audit: Some(audit), events: Vec::new(), answer: None }
}

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

pub(crate) async fn what_was_committed_is_there_after_reopening(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "corporate").await;
    put(&services, &caller, id, PERSONS).await.expect("updated");
    let before = read(&services, caller.scope, id).await;
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert_eq!(read(&services, caller.scope, id).await, before);
    put(&services, &caller, id, r#"{"primary_website":"w"}"#).await.expect("and goes on");
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
        assert!(!matches!(services.store.commit(change).await, Ok(Committed::Done)), "nor may it write");
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
    assert_eq!(services.store.commit(second).await.expect("judged"), Committed::VersionMoved);
    let after = read(&services, caller.scope, id).await;
    assert_eq!(after.version, 2);
    let Profile::Individual(individual) = &after.profile else { panic!("an individual") };
    assert_eq!(individual.first_name.as_ref().expect("a name").expose(), "A");
    assert_eq!(trail(&services, caller.scope, None, 100).await.len(), entries);
}

/// A hint is where a reader has found a record. What lies there by the time of the commit is another matter.
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
    let refused = create(&services, &caller, Request { route: "create", body, idempotency_key: Some("k") }).await;
    assert!(matches!(refused, Err(CreateError::EmailTaken(owner)) if owner == id));
    assert_eq!(services.store.summaries(caller.scope, None, 10).await.expect("a list").summaries.len(), 1);
    assert_eq!(trail(&services, caller.scope, None, 100).await.len(), entries);
    let body = br#"{"email":"other@example.com","type":"corporate"}"#;
    create(&services, &caller, Request { route: "create", body, idempotency_key: Some("k") })
        .await
        .expect("the key was not used up");
}

pub(crate) async fn a_customer_moves_to_an_email_that_nobody_else_has(mut engine: Engine) {
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
    // Her old address is another customer's by the time the request is repeated.
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
    // Queued together, one gets it.
    let rivals = [ada, bob].map(|id| put(&services, &caller, id, r#"{"email":"one@example.com"}"#));
    let outcomes = futures_util::future::join_all(rivals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let taken = |outcome: &Result<_, _>| matches!(outcome, Err(UpdateError::EmailTaken(_)));
    assert_eq!(outcomes.iter().filter(|outcome| taken(outcome)).count(), 1);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn a_repeated_request_finds_its_answer_before_its_own_effect(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let body = br#"{"email":"a@example.com","type":"individual"}"#;
    let attempt = || Request { route: "create", body, idempotency_key: Some("k") };
    let first = create(&services, &caller, attempt()).await.expect("created");
    let second = create(&services, &caller, attempt()).await.expect("answered again");
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
        webhooks::register(&services, &caller, &Anywhere, request, show).await.expect("registered, or found")
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
    assert!(clocks.contains(&(caller.scope.account, 86_400)), "it was put forward once");
    let other = advance(br#"{"advance":"P2D"}"#).await;
    assert!(matches!(other, Err(UpdateError::KeyReused(request)) if request.0 == "test"));
}

pub(crate) async fn a_refused_change_in_a_batch_harms_no_other(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let before = read_to_change(&services, caller.scope, id).await;
    // Queued together, they share a commit: one wins, the others find the version moved, and creations go through.
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

pub(crate) async fn what_was_read_is_read_anew_after_each_change(mut engine: Engine) {
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

pub(crate) async fn a_record_at_hand_is_what_was_written(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    // What the engine has at hand, or `None` when it reads.
    let at_hand = async |scope, id| {
        let record = services.store.record(scope, id, Freshness::Any).await.expect("readable")?;
        (!record.is_newest()).then(|| record.open().expect("it opens"))
    };
    let id = given(&services, &caller, "a@example.com", "individual").await;
    for body in [r#"{"first_name":"A"}"#, r#"{"last_name":"B"}"#, r#"{"first_name":"C"}"#] {
        let stored = read(&services, caller.scope, id).await;
        assert_eq!(at_hand(caller.scope, id).await, Some(stored), "before {body}");
        put(&services, &caller, id, body).await.expect("updated");
    }
    let stored = read(&services, caller.scope, id).await;
    assert_eq!(at_hand(caller.scope, id).await, Some(stored));
    let elsewhere = Scope { environment: Environment::Production, ..caller.scope };
    assert_eq!(at_hand(elsewhere, id).await, None, "of another environment");
    let business = given(&services, &caller, "b@example.com", "corporate").await;
    assert_eq!(at_hand(caller.scope, business).await, None, "its persons lie elsewhere");
}

pub(crate) async fn keys_are_found_by_themselves_only(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let new = |name: &str| NewKey { name: name.into(), scopes: vec![KeyScope::CustomersRead], expires_at: None };
    let (key, record) = api_keys::create(&services, &caller, new("one")).await.expect("a key");
    let (other, _) = api_keys::create(&services, &caller, new("two")).await.expect("a key");
    let found = services.store.api_key(&key).await.expect("a look-up").expect("there");
    assert_eq!(*found, record);
    assert_ne!(services.store.api_key(&other).await.expect("a look-up").expect("there").key_id, record.key_id);
    let stranger = ApiKey::generate(Environment::Sandbox, services.random.as_ref());
    assert!(services.store.api_key(&stranger).await.expect("a look-up").is_none());
    let used = Timestamp::from_micros(77);
    services.store.keys_used(vec![(caller.scope, record.key_id, used)]).await.expect("noted");
    api_keys::revoke(&services, &caller, record.key_id).await.expect("revoked");
    let found = services.store.api_key(&key).await.expect("a look-up").expect("there");
    assert!(
        found.revoked_at.is_some() && found.last_used_at == Some(used),
        "seen at once by the process that revoked it"
    );
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

pub(crate) async fn uploaded(services: &Services, caller: &Caller) -> FileId {
    let mut upload = Upload::begin(services, caller, FileName::stored("a.pdf".into()), None).await.expect("begun");
    upload.write(LETTER).await.expect("taken");
    upload.finish().await.expect("stored").file.id
}

pub(crate) async fn content(services: &Services, scope: Scope, id: FileId) -> Result<Vec<u8>, StoreError> {
    let file = services.store.files(scope, &[id], None).await?.pop().expect("there");
    let mut reader = services.store.file_content(scope, &file, 0..file.details.size).await?;
    let mut content = Vec::new();
    while let Some(piece) = reader.next().await? {
        content.extend(piece);
    }
    Ok(content)
}

pub(crate) fn naming(id: FileId) -> String {
    format!(r#"{{"documents":[{{"file_id":"{id}"}}]}}"#)
}

pub(crate) async fn a_file_is_attached_with_the_change_that_names_it(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "corporate").await;
    let file = uploaded(&services, &caller).await;
    let person = format!(
        r#"{{"associated_persons":[{{"first_name":"Ada","documents":[
            {{"file_id":"{file}","purpose":"id_document"}}]}}]}}"#
    );
    let refused = person.replace("Ada\"", "Ada\",\"nationality\":\"ZZ\"");
    assert!(put(&services, &caller, id, &refused).await.is_err());
    let known = services.store.files(caller.scope, &[file], None).await.expect("readable");
    assert_eq!(known[0].attachments, [], "a refused change attaches nothing");
    put(&services, &caller, id, &person).await.expect("updated");
    // Open under the person's key, also when the person is gone, and after a restart.
    put(&services, &caller, id, r#"{"associated_persons":[{"first_name":"Bob"}]}"#).await.expect("updated");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let known = services.store.files(caller.scope, &[file], None).await.expect("readable");
    assert_eq!(known[0].first().map(|attachment| attachment.customer), Some(id));
    assert_eq!(content(&services, caller.scope, file).await.expect("opens"), LETTER);
    let listed = services.store.list_files(caller.scope, Some(id), None, 10).await.expect("a list");
    assert_eq!(listed, known);
    assert!(services.store.list_files(caller.scope, Some(id), Some(file), 10).await.expect("a list").is_empty());
    let live = Scope { environment: Environment::Production, ..caller.scope };
    assert!(services.store.files(live, &[file], None).await.expect("readable").is_empty());
}

pub(crate) async fn files_that_nobody_attaches_are_collected_and_evidence_never_is(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let (kept, forgotten) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    put(&services, &caller, id, &naming(kept)).await.expect("updated");
    let hours = |hours: i64| Timestamp::from_micros(2_000_000).plus_seconds(hours * 60 * 60);
    let nothing = Collected::default();
    assert_eq!(services.store.collect_files(hours(71)).await.expect("collected"), nothing);
    assert!(content(&services, caller.scope, forgotten).await.is_ok());
    let one = Collected { expired: 1, ..nothing };
    assert_eq!(services.store.collect_files(hours(73)).await.expect("collected"), one);
    assert!(services.store.files(caller.scope, &[forgotten], None).await.expect("readable").is_empty());
    let refused = put(&services, &caller, id, &naming(forgotten)).await;
    assert!(matches!(refused, Err(UpdateError::Invalid(violations)) if violations.0[0].code == Code::UnknownFile));
    // The key of that day is gone with the last file that needed it, so nothing from a backup opens.
    assert_eq!(services.store.collect_files(hours(24 * 5)).await.expect("collected"), nothing);
    assert_eq!(engine.rows("staging_keys").await, 0);

    // Content that no row names: left alone while it could still be noted, deleted a day later.
    let scope_folder = engine.path().join(format!("files/sandbox/{}", caller.scope.account));
    let orphan = scope_folder.join(CustomerId::from_bytes([9; 16]).to_string());
    std::fs::write(&orphan, b"sealed").expect("written");
    std::fs::write(scope_folder.join("not ours"), b"x").expect("written");
    let written = std::fs::metadata(&orphan).and_then(|metadata| metadata.modified()).expect("a time");
    let since = written.duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let now = Timestamp::from_micros(i64::try_from(since.as_micros()).expect("this century"));
    assert_eq!(services.store.collect_files(now.plus_seconds(60)).await.expect("collected"), nothing);
    let collected = services.store.collect_files(now.plus_seconds(25 * 60 * 60)).await.expect("collected");
    assert_eq!(collected, Collected { orphans: 1, ..nothing });
    assert!(!orphan.exists() && scope_folder.join("not ours").exists());
    assert_eq!(content(&services, caller.scope, kept).await.expect("opens"), LETTER);
}

pub(crate) async fn equal_numbers_and_contents_are_found_in_their_scope_only(mut engine: Engine) {
    let services = engine.services();
    let (mine, others) = (caller(&services).await, caller(&services).await);
    let document = |number: &str| {
        format!(
            r#"{{"identifying_information":{{"id_document":
                {{"number":"{number}","type":"passport","issuing_country":"FR"}}}}}}"#
        )
    };
    let ada = given(&services, &mine, "a@example.com", "individual").await;
    let bob = given(&services, &mine, "b@example.com", "individual").await;
    let firm = given(&services, &mine, "c@example.com", "corporate").await;
    let elsewhere = given(&services, &others, "a@example.com", "individual").await;
    let person = format!(r#"{{"associated_persons":[{{"first_name":"Ada",{}]}}"#, &document("12 AB-34")[1..]);
    for (caller, id, body) in [
        (&mine, ada, document("12ab34")),
        (&mine, bob, document("99XX99")),
        (&mine, firm, person),
        (&others, elsewhere, document("12AB34")),
    ] {
        put(&services, caller, id, &body).await.expect("updated");
    }
    let store = &services.store;
    let same = async |id: CustomerId| {
        let found = store.same_numbers(mine.scope, id).await.expect("readable");
        found.iter().map(|same| (same.subject, same.other, same.other_subject)).collect::<Vec<_>>()
    };
    let Profile::Business(business) = read(&services, mine.scope, firm).await.profile else { panic!("a business") };
    let person = business.associated_persons.expect("persons").0[0].person_id().expect("an id");
    let own = PersonId::of_customer(ada);
    assert_eq!(same(ada).await, [(own, firm, person)], "however it is written");
    assert_eq!(same(firm).await, [(person, ada, own)]);
    assert_eq!(
        (same(bob).await, store.same_numbers(others.scope, elsewhere).await.expect("readable").len()),
        (vec![], 0)
    );
    // A change of something else leaves it, a change of the number does not; a placeholder is nobody's.
    put(&services, &mine, ada, r#"{"first_name":"Ada"}"#).await.expect("updated");
    assert_eq!(same(firm).await.len(), 1);
    for number in ["78", "0000", "-"] {
        put(&services, &mine, ada, &document(number)).await.expect("updated");
        put(&services, &mine, bob, &document(number)).await.expect("updated");
        assert_eq!((same(firm).await.len(), same(bob).await.len()), (0, usize::from(number == "78")), "{number}");
    }

    let files = [uploaded(&services, &mine).await, uploaded(&services, &mine).await];
    let stranger = uploaded(&services, &others).await;
    let equal = async |scope, file| store.same_content(scope, file).await.expect("readable");
    assert_eq!(equal(mine.scope, files[0]).await, files[1..]);
    assert_eq!(equal(mine.scope, files[1]).await, files[..1]);
    assert_eq!(equal(others.scope, stranger).await, []);
    store.collect_files(services.clock.now().plus_seconds(100 * 60 * 60)).await.expect("collected");
    assert_eq!((engine.rows("files").await, engine.rows("contents").await), (0, 0));
    // Made again from the records, they are the same.
    drop(services);
    engine.execute("DELETE FROM numbers; DELETE FROM chores").await;
    engine.reopen().await;
    let filled = engine.store().same_numbers(mine.scope, bob).await.expect("readable");
    assert_eq!((filled.len(), engine.rows("chores").await, engine.rows("numbers").await), (0, 1, 2));
}

pub(crate) async fn other_rules_are_looked_at_by_a_put_that_changes_nothing_and_by_a_start(mut engine: Engine) {
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
    assert_eq!(evaluated, Evaluated { submitted: 2, damaged: 0 });
    for id in &customers {
        assert_eq!(state(&services, *id).await, State::Submitted);
    }
    let again = evaluate::evaluate_all(&services, caller.scope).await.expect("evaluated");
    assert_eq!((again, read(&services, caller.scope, untouched).await.version), (Evaluated::default(), 1));
}

pub(crate) async fn content_in_another_place_does_not_open(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let (one, other) = (uploaded(&services, &caller).await, uploaded(&services, &caller).await);
    let place = |id: FileId| engine.path().join(format!("files/sandbox/{}/{id}", caller.scope.account));
    let (left, right) = (std::fs::read(place(one)).expect("content"), std::fs::read(place(other)).expect("content"));
    std::fs::write(place(one), &right).expect("written");
    std::fs::write(place(other), &left).expect("written");
    assert!(matches!(content(&services, caller.scope, one).await, Err(StoreError::Corrupt(_))));
    std::fs::write(place(one), &left).expect("written");
    assert_eq!(content(&services, caller.scope, one).await.expect("opens"), LETTER);
    // Nor does a row whose key was exchanged for another's.
    engine.execute("UPDATE files SET key = (SELECT key FROM files ORDER BY file_id LIMIT 1)").await;
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    assert!(services.store.files(caller.scope, &[one], None).await.is_ok());
    assert!(matches!(services.store.files(caller.scope, &[other], None).await, Err(StoreError::Corrupt(_))));
}

pub(crate) async fn rotation_leaves_everything_readable(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "corporate").await;
    put(&services, &caller, id, PERSONS).await.expect("updated");
    let (key, _) = api_keys::create(&services, &caller, NewKey { name: "n".into(), scopes: vec![], expires_at: None })
        .await
        .expect("a key");
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

pub(crate) struct Anywhere;

impl Guard for Anywhere {
    fn refuse(&self, _: &str, _: Environment) -> Option<&'static str> {
        None
    }
}

/// A caller with a key, and an endpoint of its own.
pub(crate) async fn subscriber(services: &Services) -> (Caller, WebhookId) {
    subscribed(services, caller(services).await).await
}

/// The caller with a key, and an endpoint of its own.
pub(crate) async fn subscribed(services: &Services, caller: Caller) -> (Caller, WebhookId) {
    subscribed_to(services, caller, r#""customer.created","customer.updated""#).await
}

async fn subscribed_to(services: &Services, caller: Caller, types: &str) -> (Caller, WebhookId) {
    let new = NewKey { name: "k".into(), scopes: vec![KeyScope::WebhooksManage], expires_at: None };
    let (_, key) = api_keys::create(services, &caller, new).await.expect("a key");
    let caller = Caller { actor: Actor::Key(key.key_id), ..caller };
    let body = format!(r#"{{"url":"https://x.example/","event_types":[{types}]}}"#);
    let nothing = |_: &Endpoint, _: &[u8; 32]| Vec::new();
    let request = Request::unkeyed(body.as_bytes());
    webhooks::register(services, &caller, &Anywhere, request, nothing).await.expect("registered");
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
    assert!(claim(now).await.expect("claimed").is_empty(), "what is claimed is nobody else's");
    let again = claim(now.plus_seconds(61)).await.expect("claimed");
    assert_eq!(again.len(), 1, "until the lease ends");
    let message = store.message(&again[0], now).await.expect("readable").expect("there");
    assert!(message.contract.is_some() && message.id.ends_with("_1"));
    let attempted = |due: &Due, verdict| Attempted { due: due.clone(), at: now, said: Said::Status(200), verdict };
    store.attempted(vec![attempted(&again[0], Verdict::Delivered)]).await.expect("noted");
    let second = claim(now).await.expect("claimed");
    assert_eq!(second.iter().map(|due| due.number).collect::<Vec<_>>(), [2]);
    store.attempted(vec![attempted(&second[0], Verdict::Disable(Disabled::Gone))]).await.expect("noted");
    assert!(store.message(&second[0], now).await.expect("readable").is_none(), "a disabled endpoint is sent nothing");
    assert!(claim(now.plus_seconds(1_000_000)).await.expect("claimed").is_empty());
    webhooks::enable(&services, &caller, Some(endpoint), Request::unkeyed(b"")).await.expect("enabled");
    assert_eq!(claim(services.clock.now()).await.expect("claimed").len(), 1, "what waited is due again");
    let log = store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
    assert_eq!(log.iter().map(|one| one.state).collect::<Vec<_>>(), ["pending", "delivered"]);
    webhooks::delete(&services, &caller, Some(endpoint)).await.expect("deleted");
    store.attempted(vec![attempted(&second[0], Verdict::Delivered)]).await.expect("nothing to note");
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
    store.attempted(vec![Attempted { due, at: now, said: Said::Status(500), verdict: again }]).await.expect("noted");
    let new = NewKey { name: "k".into(), scopes: KeyScope::ALL.to_vec(), expires_at: None };
    let (_, key) = api_keys::create(&services, &caller, new).await.expect("a key");
    let (due, shown) = claim(now.plus_seconds(2)).await;
    assert!(!shown && due.shows_link == Some(false) && due.attempts == 1);
    // The row has no seal, so it is not believed when it would show more.
    let altered = Due { shows_link: Some(true), ..due };
    let message = store.message(&altered, now).await.expect("readable").expect("there");
    assert!(!message.shows_link && !String::from_utf8_lossy(message.body.expose()).contains("/kyc/dsl_"));
    let caller = Caller { actor: Actor::Key(key.key_id), ..caller };
    webhooks::enable(&services, &caller, Some(endpoint), Request::unkeyed(b"")).await.expect("enabled");
    let (_, shown) = claim(services.clock.now()).await;
    assert!(shown, "the key that enables decides anew");
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
    let gone = |due: &Due| Attempted {
        due: due.clone(),
        at: now,
        said: Said::Status(410),
        verdict: Verdict::Disable(Disabled::Gone),
    };
    let disabling = services.store.attempted(claimed[..2].iter().map(gone).collect()).await.expect("noted");
    assert_eq!(disabling.iter().map(|one| one.due.endpoint).collect::<Vec<_>>(), [endpoint]);
    assert!(services.store.attempted(vec![gone(&claimed[2])]).await.expect("noted").is_empty());
    let attempts = services.store.deliveries(caller.scope, endpoint, None, 10).await.expect("a log");
    assert_eq!(attempts.iter().map(|one| one.attempts).collect::<Vec<_>>(), [1, 1, 1], "each attempt is in the log");
}

pub(crate) async fn what_is_due_of_one_endpoint_is_not_in_the_way_of_another(mut engine: Engine) {
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

pub(crate) async fn numbers_are_counted_per_scope_and_never_given_out_again(mut engine: Engine) {
    let services = engine.services();
    // Both are new in one batch, perhaps.
    let ((mine, endpoint), (other, others)) = tokio::join!(subscriber(&services), subscriber(&services));
    // What its only endpoint does not want is numbered as well.
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
    assert_eq!(ids(&services, &mine, endpoint).await, [4], "those of the deleted endpoint are not given out again");
    assert_eq!(positions(&services, &mine, 2).await, [3, 4]);
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn a_link_is_found_by_its_token_and_ends_by_the_clock_of_its_sandbox(mut engine: Engine) {
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
    // More than the store gives at a time.
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
        assert!(session.expired, "all have ended before the clock was answered");
    }
    let expired = read(&services, caller.scope, id).await.kyc;
    assert!(expired.session.is_some_and(|session| session.expired) && expired.state == State::InProgress);
    assert!(store.ended_links(services.clock.now()).await.expect("readable").is_empty(), "ended once");
    assert_eq!(store.sandbox_clocks().await.expect("readable"), [(caller.scope.account, 604_800)]);
}

pub(crate) async fn whoever_enters_the_form_is_in_the_chain(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let request = Request { route: "test", body: b"", idempotency_key: None };
    session::open(&services, &caller, Some(id), request).await.expect("opened");
    let customer = read(&services, caller.scope, id).await;
    let pass = enter(&services, caller.scope, &customer, None, "visit".into()).await.expect("readable");
    assert!(pass.is_some(), "the form is open");
    put(&services, &caller, id, r#"{"first_name":"A"}"#).await.expect("updated");
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

/// As the only change of its batch, which one process writes in one statement.
pub(crate) async fn a_change_that_ends_passes_ends_them_among_plain_updates(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
    let customer = read(&services, caller.scope, id).await;
    let pass = enter(&services, caller.scope, &customer, None, "visit".into()).await.expect("readable").expect("open");
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

pub(crate) async fn a_damaged_record_keeps_no_other_session_from_ending(mut engine: Engine) {
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

pub(crate) async fn passes_to_the_form_end_one_by_one_and_all_at_once(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    let other = given(&services, &caller, "b@example.com", "individual").await;
    let mut entered = Vec::new();
    for id in [id, id, id, other] {
        session::open(&services, &caller, Some(id), Request::unkeyed(b"")).await.expect("opened");
        let customer = read(&services, caller.scope, id).await;
        let pass = enter(&services, caller.scope, &customer, None, "visit".into()).await.expect("readable");
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
    services.store.pass_used(&entered[1].secret, later).await.expect("noted");
    services.store.pass_used(&entered[1].secret, services.now(caller.scope)).await.expect("noted");
    let used = services.store.link(&entered[1].secret).await.expect("readable").expect("a pass");
    assert_eq!(used.used_at, Some(later), "the latest use counts");
    session::open(&services, &caller, Some(id), Request::unkeyed(br#"{"renew":true}"#)).await.expect("renewed");
    assert_eq!(good().await, [false, false, false, true], "of this customer");
    assert!(services.store.link(token).await.expect("readable").is_some(), "an old link leads to a page");
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn altered_removed_and_cut_entries_are_found_and_named(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "a@example.com", "individual").await;
    for number in 0..8 {
        put(&services, &caller, id, &format!(r#"{{"first_name":"{number}"}}"#)).await.expect("updated");
    }
    drop(services);
    assert_eq!(findings(&mut engine).await, Vec::<String>::new());
    for (alter, mend, entry) in [
        ("SET actor = 'nobody' WHERE seq = 3", "SET actor = 'system' WHERE seq = 3", "entry 3:"),
        ("SET version = 9 WHERE seq = 5", "SET version = 4 WHERE seq = 5", "entry 5:"),
        ("SET previous_of_customer = 2 WHERE seq = 6", "SET previous_of_customer = 5 WHERE seq = 6", "entry 6:"),
        ("SET environment = 1 WHERE seq = 7", "SET environment = 0 WHERE seq = 7", "entry 7:"),
        ("SET seq = 40 WHERE seq = 4", "SET seq = 4 WHERE seq = 40", "entry 4"),
    ] {
        engine.execute(&format!("UPDATE audit {alter}")).await;
        let found = findings(&mut engine).await;
        assert!(found.iter().any(|finding| finding.contains(entry)), "{alter}: {found:?}");
        engine.execute(&format!("UPDATE audit {mend}")).await;
        assert_eq!(findings(&mut engine).await, Vec::<String>::new(), "{mend}");
    }
    engine.execute("DELETE FROM audit WHERE seq > 8").await;
    assert!(findings(&mut engine).await.iter().any(|finding| finding.contains("entry 9:")), "a cut tail");
    engine.execute("UPDATE audit_heads SET seq = 8, hash = (SELECT hash FROM audit WHERE seq = 8) WHERE seq > 0").await;
    assert!(findings(&mut engine).await.iter().any(|finding| finding.contains("entry 8:")), "and its end set back");
}

/// As another start finds them.
async fn findings(engine: &mut Engine) -> Vec<String> {
    engine.reopen().await;
    engine.store().verify_audit(&|_, _| {}).await.expect("a report").findings
}
