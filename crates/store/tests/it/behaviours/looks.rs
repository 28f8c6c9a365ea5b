//! The access log.

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::{Actor, Caller, Environment, OperatorName, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::idempotency::Request;
use dossier_core::ids::{CustomerId, KeyId, MemberId};
use dossier_core::look::{CountedLook, Look, LookedThrough, Reason, Seen, SeenRow};
use dossier_core::services::Services;
use dossier_core::use_cases::erase;
use dossier_core::use_cases::seen::{SeenError, SeenPlace, seen};
use dossier_core::use_cases::write::append_audit;

use crate::behaviours::{given, put};
use crate::engines::{Engine, caller};

const HOUR: i64 = 3_600_000_000;
const KEY: KeyId = KeyId::from_bytes([7; 16]);

/// One look at a profile, in the first hour.
pub(crate) fn look(caller: &Caller, customer: CustomerId, key: KeyId, reason: Option<&str>) -> CountedLook {
    let look = Look {
        scope: caller.scope,
        customer,
        hour: Timestamp::from_micros(0),
        key,
        through: LookedThrough::GetCustomer,
        seen: Seen::Numbers,
        reason: reason.map(|text| Reason::new(text).expect("a reason")),
    };
    CountedLook { look, count: 1, last_at: Timestamp::from_micros(5) }
}

fn at(mut counted: CountedLook, hour: i64) -> CountedLook {
    counted.look.hour = Timestamp::from_micros(hour * HOUR);
    counted.last_at = Timestamp::from_micros(hour * HOUR + 5);
    counted
}

/// Hour, key, count and reason of what is stored, read in pages of this size.
async fn stored(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    page: usize,
) -> Vec<(i64, KeyId, u64, Option<String>)> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let found = services.store.looks(scope, id, after, page).await.expect("looks");
        after = found.last().map(|(place, _)| *place);
        let is_last = found.len() < page;
        all.extend(found.into_iter().map(|(_, CountedLook { look, count, .. })| {
            let reason = look.reason.map(|reason| reason.expose().to_owned());
            (look.hour.as_micros() / HOUR, look.key, count, reason)
        }));
        if is_last {
            return all;
        }
    }
}

pub(crate) async fn looks_add_up_and_are_listed_newest_first(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "ada@example.com", "individual").await;
    let other = given(&services, &caller, "bob@example.com", "individual").await;
    let one = |reason| look(&caller, id, KEY, reason);
    let mut many = one(None);
    many.count = 40;
    let unknown = look(&caller, CustomerId::from_bytes([9; 16]), KEY, None);
    for looks in [
        vec![one(None), many.clone(), one(Some("a")), at(one(None), 3)],
        vec![one(None), one(Some("b")), one(Some("a")), look(&caller, other, KEY, None), unknown],
        vec![],
    ] {
        services.store.record_looks(looks).await.expect("recorded");
    }
    let next = KeyId::from_bytes([8; 16]);
    services.store.record_looks(vec![look(&caller, id, next, None)]).await.expect("recorded");
    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let expected = stored(&services, caller.scope, id, 100).await;
    let mut counts = expected.clone();
    counts.sort();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        counts,
        [(0, KEY, 1, text("b")), (0, KEY, 2, text("a")), (0, KEY, 42, None), (0, next, 1, None), (3, KEY, 1, None)]
    );
    assert_eq!((expected[0].0, expected[1].0), (3, 0), "the newest hour comes first");
    for page in [1, 2, 3] {
        assert_eq!(stored(&services, caller.scope, id, page).await, expected, "pages of {page}");
    }
    assert_eq!(stored(&services, caller.scope, other, 100).await.len(), 1);
    let elsewhere = Scope { environment: Environment::Production, ..caller.scope };
    assert!(stored(&services, elsewhere, id, 100).await.is_empty());
    assert_eq!(engine.rows("looks").await, 6, "a look at a customer that does not exist is not stored");
}

pub(crate) async fn an_erased_customer_keeps_its_looks_without_their_reasons(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "ada@example.com", "individual").await;
    let before = vec![look(&caller, id, KEY, Some("a")), look(&caller, id, KEY, None)];
    services.store.record_looks(before).await.expect("recorded");
    let body = br#"{"reason":"asked","requested_by":"Ada"}"#;
    erase::request(&services, &caller, Some(id), Request::unkeyed(body)).await.expect("scheduled");
    assert_eq!(erase::run_due(&services).await.expect("erased"), 1);
    // These looks were counted in memory before the erasure.
    let late = vec![look(&caller, id, KEY, Some("a")), look(&caller, id, KEY, Some("b"))];
    services.store.record_looks(late).await.expect("recorded");
    let mut left = stored(&services, caller.scope, id, 100).await;
    left.sort();
    assert_eq!(left, [(0, KEY, 1, None), (0, KEY, 3, None)]);
}

async fn page(services: &Services, scope: Scope, id: CustomerId, size: usize) -> Vec<SeenRow> {
    let (mut rows, mut place) = (Vec::new(), SeenPlace::default());
    loop {
        let page = seen(services, scope, id, place, size).await.expect("a page");
        assert!(page.rows.len() <= size);
        rows.extend(page.rows.into_iter().map(|(row, _)| row));
        match page.next {
            Some(next) => place = next,
            None => return rows,
        }
    }
}

pub(crate) async fn what_keys_and_people_saw_is_one_list(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "ada@example.com", "individual").await;
    let ada = Actor::Operator(OperatorName::new("Ada").expect("a name"));
    let person = Caller { actor: ada, ..caller.clone() };
    let mia = Actor::Member(MemberId::from_bytes([6; 16]), OperatorName::new("Mia").expect("a name"));
    let member = Caller { actor: mia, ..caller.clone() };
    let view = async |hour: i64, action, who: &Caller| {
        let mut audit = AuditEntry::new(who, Timestamp::from_micros(hour * HOUR + 7), action);
        audit.customer = Some(id);
        append_audit(&services, who.scope, audit).await.expect("appended");
    };
    for hour in [1, 3, 4] {
        services.store.record_looks(vec![at(look(&caller, id, KEY, Some("a")), hour)]).await.expect("recorded");
    }
    view(1, Action::CustomerViewed, &person).await;
    view(2, Action::CustomerExported, &member).await;
    // Neither is a look by a person.
    view(2, Action::CustomerViewed, &caller).await;
    put(&services, &person, id, r#"{"first_name":"A"}"#).await.expect("updated");
    view(5, Action::FileRead, &person).await;
    let all = page(&services, caller.scope, id, 100).await;
    let line = |row: &SeenRow| (row.at.as_micros() / HOUR, row.through.clone(), row.seen, row.looks);
    let key = |hour| (hour, "getCustomer".to_owned(), Seen::Numbers, 1);
    let lines: Vec<_> = all.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            (5, "file.read".to_owned(), Seen::File, 1),
            key(4),
            key(3),
            (2, "customer.exported".to_owned(), Seen::Export, 1),
            (1, "customer.viewed".to_owned(), Seen::Numbers, 1),
            key(1),
        ]
    );
    assert_eq!((all[0].actor.as_str(), all[1].actor.clone()), ("operator:Ada", format!("key:{KEY}")));
    assert_eq!(all[3].actor, member.actor.to_string());
    assert_eq!((all[1].reason.as_deref(), &all[0].reason), (Some("a"), &None));
    for size in 1..7 {
        assert_eq!(page(&services, caller.scope, id, size).await, all, "pages of {size}");
    }
    let elsewhere = Scope { environment: Environment::Production, ..caller.scope };
    for (scope, id) in [(caller.scope, CustomerId::from_bytes([9; 16])), (elsewhere, id)] {
        let unknown = seen(&services, scope, id, SeenPlace::default(), 10).await;
        assert!(matches!(unknown, Err(SeenError::NotFound)));
    }
}
