//! Which e-mails count as the same, also in records that an older version stored.

use dossier_core::audit::{Action, AuditEntry};
use dossier_core::caller::Caller;
use dossier_core::change::{Change, Effect};
use dossier_core::customer::EmailIndex;
use dossier_core::idempotency::Request;
use dossier_core::ids::CustomerId;
use dossier_core::parse::Email;
use dossier_core::services::Services;
use dossier_core::store::Committed;
use dossier_core::use_cases::create_customer::{CreateError, create_customer};
use dossier_core::use_cases::reindex_emails::reindex_emails;
use dossier_core::use_cases::write_customer::UpdateError;

use crate::behaviours::{given, put, read, read_to_change};
use crate::engines::{Engine, caller};

async fn found(services: &Services, caller: &Caller, email: &str) -> Vec<CustomerId> {
    let found = services.store.summaries_by_email(caller.scope, &Email::searched(email)).await.expect("a look-up");
    found.iter().map(|summary| summary.id).collect()
}

/// A customer as an older version stored it: the index of its e-mail is not the one that finds it today.
async fn stored_before(services: &Services, caller: &Caller, n: u8, email: &str) -> CustomerId {
    let id = given(services, caller, &format!("{n}@example.com"), "individual").await;
    let (basis, mut after) = read_to_change(services, caller.scope, id).await;
    after.version += 1;
    after.email = Email::searched(email);
    after.email_index = EmailIndex::Stored([n; 16]);
    let mut audit = AuditEntry::new(caller, after.updated_at, Action::CustomerUpdated);
    audit.customer = Some(id);
    audit.version = Some(after.version);
    let after = Box::new(after);
    let effect =
        Effect::CustomerUpdated { basis, after, attached: Vec::new(), link: None, ends_passes: false, erases: None };
    let change = Change::new(caller.scope, effect, audit);
    assert_eq!(services.store.commit(change).await.expect("committed"), Committed::Done);
    id
}

pub(crate) async fn an_email_is_found_however_it_is_written(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "Zoë.Weiß@Bücher.example", "individual").await;
    for (email, there) in [
        ("zoë.weiß@bücher.example", true),
        ("  ZOË.WEISS@BÜCHER.EXAMPLE ", true),
        ("zoe\u{308}.weiß@xn--bcher-kva.example", true),
        ("ZOË.WEISS@bu\u{308}cher。example", true),
        ("zoe.weiß@bücher.example", false),
        ("zoë.weiß@bucher.example", false),
        ("zoë.weiß@bücher.example\u{200b}", true),
    ] {
        assert_eq!(found(&services, &caller, email).await, there.then_some(id).as_slice(), "{email}");
        let body = format!(r#"{{"email":"{}","type":"individual"}}"#, email.trim());
        let created = create_customer(&services, &caller, Request::unkeyed(body.as_bytes())).await;
        assert_eq!(matches!(created, Err(CreateError::EmailTaken(owner)) if owner == id), there, "{email}");
    }
}

pub(crate) async fn a_domain_is_composed_before_it_is_compared_and_an_empty_one_is_refused(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let id = given(&services, &caller, "s@\u{3b1}\u{345}\u{301}.example", "individual").await;
    assert_eq!(found(&services, &caller, "s@\u{3b1}\u{301}\u{345}.example").await, [id]);
    for nothing in ["x@\u{ad}", "x@\u{200b}"] {
        let body = format!(r#"{{"email":"{nothing}","type":"individual"}}"#);
        let refused = create_customer(&services, &caller, Request::unkeyed(body.as_bytes())).await;
        assert!(matches!(refused, Err(CreateError::Invalid(_))), "{nothing:?}");
    }
}

pub(crate) async fn an_upgrade_makes_each_email_findable_and_the_oldest_customer_keeps_it(mut engine: Engine) {
    let services = engine.services();
    let caller = caller(&services).await;
    let alone = stored_before(&services, &caller, 1, "straße@example.com").await;
    // The address of the older customer counts as that of the newer one today.
    let older = stored_before(&services, &caller, 2, "zoe\u{308}@example.com").await;
    let newer = given(&services, &caller, "zoë@example.com", "individual").await;
    // Here the older customer already has the index.
    let first = given(&services, &caller, "rené@example.com", "individual").await;
    let second = stored_before(&services, &caller, 3, "rene\u{301}@example.com").await;
    let third = stored_before(&services, &caller, 4, "RENE\u{301}@example.com").await;
    let untouched = given(&services, &caller, "Ada@Example.com", "individual").await;
    assert!(found(&services, &caller, "strasse@example.com").await.is_empty(), "before the upgrade");

    let shared = reindex_emails(&services, &caller).await.expect("done");
    assert_eq!(shared.into_iter().collect::<Vec<_>>(), [vec![older, newer], vec![first, second, third]]);
    let looks = [
        ("strasse@example.com", vec![alone]),
        ("zoë@example.com", vec![older, newer]),
        ("René@example.com", vec![first, second, third]),
        ("ada@example.com", vec![untouched]),
    ];
    for (email, customers) in &looks {
        assert_eq!(&found(&services, &caller, email).await, customers, "{email}");
    }
    let version = read(&services, caller.scope, newer).await.version;
    let again = reindex_emails(&services, &caller).await.expect("done again");
    assert_eq!((again.len(), read(&services, caller.scope, newer).await.version), (2, version), "nothing moves twice");
    assert_eq!(read(&services, caller.scope, untouched).await.version, 1);

    // Other changes leave each of them as they are. So does another spelling of the address.
    put(&services, &caller, newer, r#"{"first_name":"Zoë"}"#).await.expect("updated");
    put(&services, &caller, newer, r#"{"email":"ZOË@example.com"}"#).await.expect("the same address");
    assert_eq!(found(&services, &caller, "zoë@example.com").await, [older, newer]);
    let body = br#"{"email":"zoe\u0308@example.com","type":"individual"}"#;
    let refused = create_customer(&services, &caller, Request::unkeyed(body)).await;
    assert!(matches!(refused, Err(CreateError::EmailTaken(owner)) if owner == older));
    // A customer that changes its address is found by the new one alone, and takes no other customer's.
    put(&services, &caller, older, r#"{"email":"countess@example.com"}"#).await.expect("it is free");
    assert_eq!(found(&services, &caller, "zoë@example.com").await, [newer]);
    let taken = put(&services, &caller, older, r#"{"email":"rené@example.com"}"#).await;
    assert!(matches!(taken, Err(UpdateError::EmailTaken(owner)) if owner == first));
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}
