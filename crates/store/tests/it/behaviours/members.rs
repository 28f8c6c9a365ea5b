//! Members of an account.

use dossier_core::audit::{Action, AuditFilter};
use dossier_core::caller::{Caller, Environment};
use dossier_core::clock::Timestamp;
use dossier_core::desk::{Member, Passkey, Permission, Role, Roles};
use dossier_core::ids::{AccountId, MemberId};
use dossier_core::services::Services;
use dossier_core::use_cases::members::{self, DeskError, MemberInput};
use dossier_core::use_cases::own_settings::{OwnChange, set_own};

use crate::behaviours::sign_ins::Hands;
use crate::engines::{Engine, caller};

/// Services of another process, where the engine can be shared. Otherwise they only have turns of their own.
pub(crate) async fn in_another_process(engine: &mut Engine) -> Services {
    if engine.rows_in().1.is_none() {
        return engine.services();
    }
    let other = engine.another().await;
    engine.services_of(other)
}

pub(crate) async fn invited(services: &Services, caller: &Caller, name: &str, role: Role) -> Member {
    let email = format!("{name}@example.com");
    let input = (name, &*email, Roles::everywhere([role]));
    members::invite(services, caller, caller.scope.account, input).await.expect("invited").0
}

/// The actions in the production trail of an account, oldest first, without those of other subjects.
pub(crate) async fn actions(services: &Services, account: AccountId) -> Vec<&'static str> {
    let page = services.store.audit(Member::home(account), &AuditFilter::default(), None, 100).await;
    let rows = page.expect("readable").expect("a page").rows;
    let of_members = |text: &str| Action::parse(text).map(Action::as_str).filter(|text| text.starts_with("member."));
    rows.iter().rev().filter_map(|row| of_members(&row.action)).collect()
}

/// All that the entries of the production trail of an account say.
async fn details(services: &Services, account: AccountId) -> String {
    let scope = Member::home(account);
    let page = services.store.audit(scope, &AuditFilter::default(), None, 100).await.expect("readable");
    let mut text = String::new();
    for row in page.expect("a page").rows {
        let entry = services.store.audit_entry(scope, row.seq).await.expect("readable").expect("an entry");
        let changes = entry.detail.expose().changes.iter().map(|change| format!("{:?}", change.values));
        text.extend(changes.chain(entry.detail.expose().note.clone()));
    }
    text
}

fn pointers<T: std::fmt::Debug>(refused: Result<T, DeskError>) -> Vec<String> {
    let Err(DeskError::Invalid(violations)) = refused else { panic!("{refused:?}") };
    violations.0.iter().map(|one| format!("{} {}", one.pointer, one.code.as_str())).collect()
}

fn passkey(id: &str) -> OwnChange {
    let credential = serde_json::json!({ "public": "key" });
    let (id, name) = (id.to_owned(), "Ada's telephone".to_owned());
    OwnChange::AddPasskey(Passkey { id, name, credential, added_at: Timestamp::from_micros(1), used_at: None })
}

pub(crate) async fn members_are_invited_changed_listed_and_removed(mut engine: Engine) {
    let mut services = engine.services();
    Hands::stop([&mut services]);
    let (mine, other) = (caller(&services).await, caller(&services).await);
    let account = mine.scope.account;
    let input = (" Ada Lovelace ", " Ada@example.com ", Roles::everywhere([Role::Admin]));
    let (ada, link) = members::invite(&services, &mine, account, input).await.expect("invited");
    assert_eq!((ada.details.name.as_str(), &*ada.details.email, ada.version), ("Ada Lovelace", "Ada@example.com", 1));
    assert!(link.starts_with("dsm_"), "a leak scanner knows the token");
    let mut bob = invited(&services, &mine, "bob", Role::Analyst).await;
    assert_eq!(services.store.member(account, bob.id).await.expect("readable").as_ref(), Some(&bob));

    let mut roles = Roles::default();
    roles.of_mut(Environment::Sandbox).insert(Role::Approver);
    let input = MemberInput { name: Some("Bob Roberts".to_owned()), email: None, roles: Some(roles) };
    bob = members::set(&services, &mine, account, bob.id, &input).await.expect("changed");
    assert!(bob.may(Permission::Decide, Environment::Sandbox) && !bob.may(Permission::View, Environment::Production));
    let same = members::set(&services, &mine, account, bob.id, &input).await.expect("nothing to do");
    assert_eq!((same.version, bob.version), (2, 2), "nothing changed the second time");
    for own in [passkey("one"), passkey("two"), OwnChange::RemovePasskey("one".to_owned()), OwnChange::Shortcuts(false)]
    {
        bob = set_own(&services, &mine, account, bob.id, &own).await.expect("changed");
    }
    let keys: Vec<_> = bob.details.passkeys.iter().map(|key| &*key.id).collect();
    assert_eq!((keys, bob.details.no_shortcuts), (vec!["two"], true));

    drop(services);
    engine.reopen().await;
    let services = engine.services();
    let all = members::list(&services, account).await.expect("readable");
    assert_eq!(all, [ada, bob.clone()], "in the order of their invitations");
    assert_eq!(members::find(&services, bob.id).await.expect("readable"), Some(bob.clone()));

    // Another account knows none of them, whatever it tries.
    let theirs = other.scope.account;
    assert!(members::list(&services, theirs).await.expect("readable").is_empty());
    assert!(services.store.member(theirs, bob.id).await.expect("readable").is_none());
    for id in [bob.id, MemberId::from_bytes([9; 16])] {
        let set = members::set(&services, &other, theirs, id, &MemberInput::default()).await.map(drop);
        let own = set_own(&services, &other, theirs, id, &passkey("three")).await.map(drop);
        let link = members::link(&services, &other, theirs, id).await.map(drop);
        let removed = members::remove(&services, &other, theirs, id).await;
        for refused in [set, own, link, removed] {
            assert!(matches!(refused, Err(DeskError::NotFound)), "{refused:?}");
        }
    }
    members::remove(&services, &mine, account, bob.id).await.expect("removed");
    assert!(services.store.member(account, bob.id).await.expect("readable").is_none());
    let again = members::remove(&services, &mine, account, bob.id).await;
    assert!(matches!(again, Err(DeskError::NotFound)), "{again:?}");
    let expected = [["member.invited", "member.linked"]; 2].concat();
    let expected = [expected, vec!["member.changed"; 5], vec!["member.removed"]].concat();
    assert_eq!(actions(&services, account).await, expected);
    let told = details(&services, account).await;
    assert!(told.contains("Bob Roberts") && told.contains("approver"), "{told}");
    for personal in ["example.com", "telephone", "public"] {
        assert!(!told.contains(personal), "the trail outlives the member: {told}");
    }
    assert_eq!(services.store.verify_audit(&|_, _| {}).await.expect("a report").findings, Vec::<String>::new());
}

pub(crate) async fn everything_wrong_with_a_member_is_said_at_once(mut engine: Engine) {
    let services = engine.services();
    let mine = caller(&services).await;
    let account = mine.scope.account;
    let invite = async |name: &str, email: &str, roles: Roles| {
        pointers(members::invite(&services, &mine, account, (name, email, roles)).await)
    };
    let viewer = || Roles::everywhere([Role::Viewer]);
    let all = ["/name unknown_value", "/roles required", "/email invalid_email"];
    assert_eq!(invite(" ", "nobody", Roles::default()).await, all);
    let long = format!("{}@example.com", "a".repeat(250));
    for email in ["", "@example.com", "ada@", "a b@example.com", "a\u{202e}@example.com", &long] {
        assert_eq!(invite("Ada", email, viewer()).await, ["/email invalid_email"], "{email}");
    }
    assert_eq!(engine.rows("desk").await, 0);
    let ada = invited(&services, &mine, "ada", Role::Admin).await;
    let input = MemberInput { name: Some("\n".to_owned()), email: Some("x".to_owned()), roles: Some(Roles::default()) };
    let refused = pointers(members::set(&services, &mine, account, ada.id, &input).await);
    assert_eq!(refused, ["/name unknown_value", "/email invalid_email", "/roles required"]);
    for number in 0..20 {
        set_own(&services, &mine, account, ada.id, &passkey(&number.to_string())).await.expect("added");
    }
    let refused = pointers(set_own(&services, &mine, account, ada.id, &passkey("21")).await);
    assert_eq!(refused, ["/passkeys too_many_items"]);
}

pub(crate) async fn an_address_belongs_to_one_member_of_an_account_however_it_is_written(mut engine: Engine) {
    let (first, second) = (engine.services(), in_another_process(&mut engine).await);
    let (mine, other) = (caller(&first).await, caller(&first).await);
    let invite = async |services: &Services, caller: &Caller, email: &str| {
        let input = ("Ada", email, Roles::everywhere([Role::Viewer]));
        members::invite(services, caller, caller.scope.account, input).await.map(|(member, _)| member)
    };
    let ada = invite(&first, &mine, "ada@Example.com").await.expect("invited");
    for same in ["ADA@example.com", " ada@EXAMPLE.COM"] {
        assert_eq!(pointers(invite(&first, &mine, same).await), ["/email contradiction"], "{same}");
    }
    invite(&first, &mine, "ada@example.org").await.expect("another address");
    invite(&first, &other, "ada@example.com").await.expect("another account has its own members");
    members::remove(&first, &mine, mine.scope.account, ada.id).await.expect("removed");
    invite(&first, &mine, "ada@example.com").await.expect("free again");
    let input = |email: &str| MemberInput { email: Some(email.to_owned()), ..MemberInput::default() };
    let change = async |services: &Services, member: &Member, email: &str| {
        members::set(services, &mine, mine.scope.account, member.id, &input(email)).await
    };
    let mut both = Vec::new();
    for email in ["bob@example.com", "bea@example.com"] {
        both.push(invite(&first, &mine, email).await.expect("invited"));
    }
    assert_eq!(pointers(change(&first, &both[0], "BEA@example.com").await), ["/email contradiction"]);
    both[0] = change(&first, &both[0], "BOB@example.com").await.expect("their own, written otherwise");
    for round in 0..10 {
        let same = format!("same{round}@example.com");
        let changed = futures_util::join!(change(&first, &both[0], &same), change(&second, &both[1], &same));
        assert!(changed.0.is_ok() != changed.1.is_ok(), "one of them: {changed:?}");
        let refused = if changed.0.is_ok() { changed.1 } else { changed.0 };
        assert_eq!(pointers(refused), ["/email contradiction"]);
    }
    for round in 0..20 {
        let (lower, upper) = (format!("m{round}@example.com"), format!("M{round}@EXAMPLE.com"));
        let both = futures_util::join!(invite(&first, &mine, &lower), invite(&second, &mine, &upper));
        assert!(both.0.is_ok() != both.1.is_ok(), "one of them: {both:?}");
        let refused = if both.0.is_ok() { both.1 } else { both.0 };
        assert_eq!(pointers(refused), ["/email contradiction"]);
    }
    assert_eq!(members::list(&first, mine.scope.account).await.expect("readable").len(), 24);
}

pub(crate) async fn an_account_never_loses_its_last_admin_even_to_two_writers_at_once(mut engine: Engine) {
    let (first, second) = (engine.services(), in_another_process(&mut engine).await);
    let mine = caller(&first).await;
    let account = mine.scope.account;
    let viewer = || MemberInput { name: None, email: None, roles: Some(Roles::everywhere([Role::Viewer])) };
    let is_last = |refused: Result<(), DeskError>| {
        assert!(matches!(refused, Err(DeskError::LastAdmin)), "{refused:?}");
    };
    let mut admin = invited(&first, &mine, "ada", Role::Admin).await;
    invited(&first, &mine, "vera", Role::Viewer).await;
    is_last(members::remove(&first, &mine, account, admin.id).await);
    is_last(members::set(&first, &mine, account, admin.id, &viewer()).await.map(drop));
    let mut roles = Roles::everywhere([Role::Viewer]);
    roles.of_mut(Environment::Sandbox).insert(Role::Admin);
    let only_here = MemberInput { name: None, email: None, roles: Some(roles) };
    members::set(&first, &mine, account, admin.id, &only_here).await.expect("an admin of one environment is one");
    is_last(members::remove(&first, &mine, account, admin.id).await);
    for round in 0..20 {
        let other = invited(&first, &mine, &format!("bob{round}"), Role::Admin).await;
        let removes_other = members::remove(&first, &mine, account, other.id);
        let demotes_admin = async {
            match round % 2 {
                0 => members::remove(&second, &mine, account, admin.id).await,
                _ => members::set(&second, &mine, account, admin.id, &viewer()).await.map(drop),
            }
        };
        let (removed, demoted) = futures_util::join!(removes_other, demotes_admin);
        let all = members::list(&first, account).await.expect("readable");
        let admins: Vec<_> = all.iter().filter(|member| member.details.roles.is_admin()).collect();
        assert_eq!(admins.len(), 1, "round {round}: {removed:?} {demoted:?}");
        assert!(removed.is_ok() != demoted.is_ok(), "round {round}: {removed:?} {demoted:?}");
        is_last(if removed.is_ok() { demoted } else { removed });
        admin = admins[0].clone();
    }
}
