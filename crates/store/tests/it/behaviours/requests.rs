//! The log of requests: what is stored, listed, counted and deleted, and what a request leads to.

use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::ids::{CustomerId, FileId, KeyId};
use dossier_core::requests::{LoggedRequest, LoggedViolation, RequestFilter, RequestPlace, Sampling, Step, Tally};
use dossier_core::services::Services;
use dossier_core::use_cases::requests::{errors, follow};
use dossier_core::use_cases::webhooks;
use dossier_core::webhook::{AttemptResult, FinishedAttempt, Verdict};

use crate::behaviours::webhooks::subscribed;
use crate::behaviours::{given, put};
use crate::engines::{Engine, caller};

const KEY: KeyId = KeyId::from_bytes([7; 16]);
const OTHER: KeyId = KeyId::from_bytes([8; 16]);
const SECOND: i64 = 1_000_000;

/// A request that was answered in this second.
fn request(scope: Scope, second: i64, status: u16) -> LoggedRequest {
    LoggedRequest {
        scope,
        at: Timestamp::from_micros(second * SECOND),
        request_id: format!("req-{second}"),
        method: "PUT".into(),
        route: "/v0/customers/{customer_id}".into(),
        status,
        code: (status >= 400).then_some("invalid_body".into()),
        violations: Vec::new(),
        key: KEY,
        customer: None,
        file: None,
        duration_us: 900,
        trail: None,
    }
}

fn with_violation(request: LoggedRequest, pointer: &str, code: &'static str) -> LoggedRequest {
    let violations = vec![LoggedViolation { pointer: pointer.to_owned(), code: code.into() }];
    LoggedRequest { violations, ..request }
}

async fn record(services: &Services, requests: impl IntoIterator<Item = LoggedRequest>) {
    let mut tally = Tally::new(Sampling { read: 1_000, changed: 1_000, failed: 1_000 });
    requests.into_iter().for_each(|request| tally.add(request));
    services.store.record_requests(tally.take()).await.expect("recorded");
}

/// The seconds of the requests that a filter accepts, read in pages of this size.
async fn listed(services: &Services, scope: Scope, filter: &RequestFilter, page: usize) -> Vec<i64> {
    let (mut all, mut place) = (Vec::new(), None::<RequestPlace>);
    loop {
        let (found, next) = services.store.requests(scope, filter, place, page).await.expect("readable");
        assert!(found.len() <= page);
        all.extend(found.iter().map(|one| one.at.as_micros() / SECOND));
        match next {
            Some(next) => place = Some(next),
            None => return all,
        }
    }
}

pub(crate) async fn requests_are_read_back_listed_and_filtered(mut engine: Engine) {
    let services = engine.services();
    let scope = caller(&services).await.scope;
    let elsewhere = Scope { environment: Environment::Production, ..scope };
    let rich = LoggedRequest {
        customer: Some(CustomerId::from_bytes([1; 16])),
        file: Some(FileId::from_bytes([2; 16])),
        ..with_violation(request(scope, 5, 400), "/associated_persons/3/first_name", "too_long")
    };
    let requests = [
        request(scope, 1, 200),
        request(scope, 2, 201),
        LoggedRequest { key: OTHER, method: "GET".into(), ..request(scope, 3, 200) },
        LoggedRequest { route: "/v0/files".into(), code: Some("damaged_file".into()), ..request(scope, 4, 400) },
        rich.clone(),
        request(scope, 6, 500),
        request(elsewhere, 7, 200),
    ];
    record(&services, requests).await;
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let store = &services.store;
    let found = store.request(scope, "req-5").await.expect("readable").expect("stored");
    assert!(found.trail.is_some_and(|trail| trail > 0), "the trail has the account's entry");
    assert_eq!(LoggedRequest { trail: None, ..found }, rich);
    assert_eq!(store.request(elsewhere, "req-5").await.expect("readable"), None);

    let all = RequestFilter::default();
    let filters = [
        (all.clone(), &[6, 5, 4, 3, 2, 1][..]),
        (RequestFilter { statuses: Some((200, 299)), ..all.clone() }, &[3, 2, 1]),
        (RequestFilter { statuses: Some((400, 400)), ..all.clone() }, &[5, 4]),
        (RequestFilter { key: Some(OTHER), ..all.clone() }, &[3]),
        (RequestFilter { route: Some("/v0/files".to_owned()), ..all.clone() }, &[4]),
        (RequestFilter { method: Some("GET".to_owned()), ..all.clone() }, &[3]),
        (RequestFilter { code: Some("damaged_file".to_owned()), ..all.clone() }, &[4]),
        (RequestFilter { code: Some("too_long".to_owned()), ..all.clone() }, &[5]),
        (RequestFilter { pointer: Some("/associated_persons/*/first_name".to_owned()), ..all.clone() }, &[5]),
        (RequestFilter { from: Some(Timestamp::from_micros(3 * SECOND)), ..all.clone() }, &[6, 5, 4, 3]),
        (RequestFilter { to: Some(Timestamp::from_micros(3 * SECOND)), ..all.clone() }, &[2, 1]),
        (RequestFilter { code: Some("nothing".to_owned()), ..all.clone() }, &[]),
    ];
    for (filter, expected) in filters {
        for page in [1, 2, 100] {
            assert_eq!(listed(&services, scope, &filter, page).await, expected, "{filter:?} in pages of {page}");
        }
    }
    assert_eq!(listed(&services, elsewhere, &all, 10).await, [7]);
}

pub(crate) async fn requests_are_counted_by_minute_hour_and_kind_of_error(mut engine: Engine) {
    let services = engine.services();
    let scope = caller(&services).await.scope;
    // Each batch is what one process counted in a second.
    record(&services, [request(scope, 1, 200), with_violation(request(scope, 2, 400), "/email", "invalid_email")])
        .await;
    record(&services, [request(scope, 61, 200), request(scope, 62, 200)]).await;
    let again = with_violation(request(scope, 59, 400), "/email", "invalid_email");
    let earlier = with_violation(request(scope, 0, 400), "/email", "invalid_email");
    let other = with_violation(request(scope, 90_000, 400), "/email", "invalid_email");
    record(&services, [again, earlier, LoggedRequest { duration_us: 2_000_000, ..other }]).await;
    let counts = async |step, from: i64, to: i64| {
        let (from, to) = (Timestamp::from_micros(from * SECOND), Timestamp::from_micros(to * SECOND));
        let found = services.store.request_counts(scope, step, from, to).await.expect("readable");
        found
            .iter()
            .map(|one| (one.key.start.as_micros() / SECOND, one.key.class, one.latencies.total()))
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(Step::Minute, 0, 120).await, [(0, 2, 1), (0, 4, 3), (60, 2, 2)]);
    assert_eq!(counts(Step::Hour, 0, 100_000).await, [(0, 2, 3), (0, 4, 3), (90_000, 4, 1)]);
    let slow = services.store.request_counts(scope, Step::Hour, Timestamp::from_micros(90_000 * SECOND), MAX).await;
    assert_eq!(slow.expect("readable")[0].latencies.0[9], 1);

    let groups = errors(&services, scope, Timestamp::from_micros(0)).await.expect("readable");
    let [(key, count)] = &groups[..] else { panic!("the days count together: {groups:?}") };
    assert_eq!((&*key.pointer, &*key.violation, key.key), ("/email", "invalid_email", KEY));
    assert_eq!((count.count, &*count.first_request, count.last_at.as_micros() / SECOND), (4, "req-0", 90_000));
    let later = errors(&services, scope, Timestamp::from_micros(86_400 * SECOND)).await.expect("readable");
    assert_eq!((later[0].1.count, &*later[0].1.first_request), (1, "req-90000"));
}

const MAX: Timestamp = Timestamp::from_micros(i64::MAX);

pub(crate) async fn old_and_surplus_requests_are_forgotten_and_failures_outlive_successes(mut engine: Engine) {
    let services = engine.services();
    let scope = caller(&services).await.scope;
    let elsewhere = Scope { environment: Environment::Production, ..scope };
    let succeeded = (1_000..3_500).map(|second| request(scope, second, 200));
    let failed = (10..15)
        .map(|hundred| LoggedRequest { request_id: format!("bad-{hundred}"), ..request(scope, hundred * 100, 400) });
    let mut tally = Tally::new(Sampling { read: 10_000, changed: 10_000, failed: 10_000 });
    succeeded.chain(failed).chain([request(elsewhere, 1, 200)]).for_each(|request| tally.add(request));
    services.store.record_requests(tally.take()).await.expect("recorded");
    let forget = async |before: i64, minutes: i64, keep| {
        let (before, minutes) = (Timestamp::from_micros(before * SECOND), Timestamp::from_micros(minutes * SECOND));
        let mut deleted = 0;
        loop {
            match services.store.forget_requests(scope, before, minutes, keep).await.expect("deleted") {
                0 => return deleted,
                rows => deleted += rows,
            }
        }
    };
    let counted = async |step| {
        let counts = services.store.request_counts(scope, step, Timestamp::from_micros(0), MAX).await;
        counts.expect("readable").iter().map(|one| one.latencies.total()).sum::<u64>()
    };
    assert_eq!(forget(0, 0, 10_000).await, 0);
    assert_eq!(forget(0, 0, 7).await, 2_493, "more than one portion, and every failure stays");
    let all = RequestFilter::default();
    assert_eq!(listed(&services, scope, &all, 100).await.len(), 12);
    assert_eq!((counted(Step::Minute).await, counted(Step::Hour).await), (2_505, 2_505), "counts are exact");
    forget(0, 3_600, 7).await;
    assert_eq!((counted(Step::Minute).await, counted(Step::Hour).await), (0, 2_505));
    assert_eq!(errors(&services, scope, Timestamp::from_micros(0)).await.expect("readable")[0].1.count, 5);
    assert_eq!(forget(1_200, 3_600, 7).await, 2);
    assert_eq!(listed(&services, scope, &all, 100).await.len(), 10);
    assert_eq!(listed(&services, elsewhere, &all, 100).await, [1], "another scope keeps its own");
    assert_eq!(counted(Step::Hour).await, 0, "the hour began before");
    assert!(errors(&services, scope, Timestamp::from_micros(0)).await.expect("readable").is_empty());
}

pub(crate) async fn a_request_leads_to_its_entry_its_events_and_every_attempt(mut engine: Engine) {
    let services = engine.services();
    let (caller, _) = subscribed(&services, caller(&services).await).await;
    let of = |id: &str| Caller { request_id: id.to_owned(), ..caller.clone() };
    let customer = given(&services, &of("req-1"), "ada@example.com", "individual").await;
    put(&services, &of("req-2"), customer, r#"{"first_name":"Ada"}"#).await.expect("stored");
    let scope = caller.scope;
    record(&services, [request(scope, 1, 201), request(scope, 2, 200), request(scope, 3, 200)]).await;
    put(&services, &of("req-4"), customer, r#"{"first_name":"Bob"}"#).await.expect("stored");
    let attempt = async |at: i64, result: AttemptResult, verdict| {
        let due = services.store.claim_deliveries(services.clock.now(), 60, &[], 1).await.expect("claimed");
        let at = Timestamp::from_micros(at);
        let finished = due.into_iter().map(|due| FinishedAttempt {
            due,
            at,
            made_at: at,
            duration_us: 7,
            result: result.clone(),
            verdict,
        });
        services.store.record_attempts(finished.collect()).await.expect("recorded");
    };
    attempt(1, AttemptResult::Failure("timeout"), Verdict::Again(Timestamp::from_micros(0))).await;
    attempt(2, AttemptResult::Status(204), Verdict::Delivered).await;

    let followed = follow(&services, scope, "req-1").await.expect("readable").expect("stored");
    let [(entry, events)] = &followed.entries[..] else { panic!("{followed:?}") };
    assert_eq!((entry.action.as_str(), entry.customer_id), ("customer.created", Some(customer)));
    assert_eq!((events.len(), events[0].deliveries.len()), (1, 1));
    let attempts: Vec<_> = followed.attempts.iter().map(|one| (one.accepted, one.result.as_str())).collect();
    assert_eq!(attempts, [(false, "timeout"), (true, "204")]);
    let second = follow(&services, scope, "req-2").await.expect("readable").expect("stored");
    assert_eq!((second.entries.len(), second.attempts.len()), (1, 0));
    assert_eq!(second.entries[0].0.action, "customer.updated");
    let nothing = follow(&services, scope, "req-3").await.expect("readable").expect("stored");
    assert!(nothing.entries.is_empty(), "a read writes no entry");
    assert!(follow(&services, scope, "req-4").await.expect("readable").is_none(), "its line was not stored");
    let counts = services.store.attempt_counts(scope, Timestamp::from_micros(0)).await.expect("readable");
    assert_eq!(counts.iter().map(|one| (one.accepted, one.count)).collect::<Vec<_>>(), [(false, 1), (true, 1)]);
    services.store.forget_deliveries(Timestamp::from_micros(2)).await.expect("deleted");
    let left = follow(&services, scope, "req-1").await.expect("readable").expect("stored");
    assert_eq!(left.attempts.len(), 1, "old attempts are deleted");
}

pub(crate) async fn deliveries_that_were_given_up_in_a_time_are_sent_again(mut engine: Engine) {
    let services = engine.services();
    let (caller, endpoint) = subscribed(&services, caller(&services).await).await;
    for name in ["a", "b", "c"] {
        given(&services, &caller, &format!("{name}@example.com"), "individual").await;
    }
    let now = services.clock.now();
    let due = services.store.claim_deliveries(now, 60, &[], 10).await.expect("claimed");
    let verdicts = [Verdict::GivenUp, Verdict::Delivered, Verdict::GivenUp];
    let finished = due.into_iter().zip(verdicts).map(|(due, verdict)| FinishedAttempt {
        due,
        at: now,
        made_at: now,
        duration_us: 7,
        result: AttemptResult::Status(500),
        verdict,
    });
    services.store.record_attempts(finished.collect()).await.expect("recorded");
    let resend =
        async |from, to| webhooks::resend_failed(&services, &caller, Some(endpoint), from, to).await.expect("resent");
    let (early, late) = (Timestamp::from_micros(0), now.plus_seconds(3_600));
    assert_eq!((resend(early, early).await, resend(late, MAX).await), (0, 0));
    assert_eq!(resend(early, late).await, 2);
    assert_eq!(resend(early, late).await, 0, "they wait now");
    let due = services.store.claim_deliveries(services.clock.now(), 60, &[], 10).await.expect("claimed");
    assert_eq!(due.len(), 2);
}
