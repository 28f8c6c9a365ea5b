//! Members of an account, and how they sign in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dossier_core::audit::{Action, AuditFilter};
use dossier_core::caller::{Caller, Environment};
use dossier_core::clock::{Clock, Timestamp};
use dossier_core::desk::{Member, Passkey, Permission, Role, Roles, SignInKind};
use dossier_core::ids::{AccountId, MemberId, SignInId};
use dossier_core::services::Services;
use dossier_core::use_cases::members::{self, DeskError, MemberInput};
use dossier_core::use_cases::own_settings::{OwnChange, set_own};
use dossier_core::use_cases::sign_in::{self, Authentication, Proof};
use dossier_core::use_cases::{accounts, session};

use crate::behaviours::{given, read};
use crate::engines::{Engine, caller};
use crate::row_seals::Sql;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// A clock that stands still until it is advanced.
pub(crate) struct Hands(AtomicI64);

impl Hands {
    /// Stops the clocks of these services, which then show the same time.
    pub(crate) fn stop<const N: usize>(all: [&mut Services; N]) -> Arc<Self> {
        let hands = Arc::new(Self(AtomicI64::new(1_767_268_800_000_000)));
        for services in all {
            services.clock = Arc::clone(&hands) as Arc<dyn Clock>;
        }
        hands
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

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

/// The session of a member who signs in through the identity provider.
pub(crate) async fn signed_in(services: &Services, caller: &Caller, member: &Member) -> String {
    let device = "Firefox on Linux".to_owned();
    let authentication = Authentication { proof: Proof::Provider, device, replaces: None };
    sign_in::open(services, caller, member, &authentication).await.expect("signed in").to_string()
}

async fn is_open(services: &Services, token: &str) -> bool {
    sign_in::session(services, token, true).await.expect("readable").is_some()
}

/// The actions in the production trail of an account, oldest first, without those of other subjects.
async fn actions(services: &Services, account: AccountId) -> Vec<&'static str> {
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
    let input = MemberInput { name: Some("\n".to_owned()), email: None, roles: Some(Roles::default()) };
    let refused = pointers(members::set(&services, &mine, account, ada.id, &input).await);
    assert_eq!(refused, ["/name unknown_value", "/roles required"]);
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
    for round in 0..20 {
        let (lower, upper) = (format!("m{round}@example.com"), format!("M{round}@EXAMPLE.com"));
        let both = futures_util::join!(invite(&first, &mine, &lower), invite(&second, &mine, &upper));
        assert!(both.0.is_ok() != both.1.is_ok(), "one of them: {both:?}");
        let refused = if both.0.is_ok() { both.1 } else { both.0 };
        assert_eq!(pointers(refused), ["/email contradiction"]);
    }
    assert_eq!(members::list(&first, mine.scope.account).await.expect("readable").len(), 22);
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

pub(crate) async fn the_sessions_of_a_removed_member_end_everywhere(mut engine: Engine) {
    let services = engine.services();
    let elsewhere = in_another_process(&mut engine).await;
    let mine = caller(&services).await;
    let account = mine.scope.account;
    invited(&services, &mine, "ada", Role::Admin).await;
    let (bob, cleo) =
        (invited(&services, &mine, "bob", Role::Analyst).await, invited(&services, &mine, "cleo", Role::Analyst).await);
    let link = members::link(&services, &mine, account, bob.id).await.expect("a link");
    let tokens = [signed_in(&services, &mine, &bob).await, signed_in(&elsewhere, &mine, &bob).await];
    let of_cleo = signed_in(&services, &mine, &cleo).await;
    for services in [&services, &elsewhere] {
        assert!(is_open(services, &tokens[0]).await && is_open(services, &tokens[1]).await);
    }
    members::remove(&services, &mine, account, bob.id).await.expect("removed");
    // Another process may be signing the member in at this moment.
    let late = signed_in(&elsewhere, &mine, &bob).await;
    for services in [&services, &elsewhere] {
        for token in tokens.iter().chain([&late]) {
            assert!(!is_open(services, token).await);
        }
        assert!(is_open(services, &of_cleo).await, "those of others go on");
        let opened = sign_in::link(services, &link).await;
        assert!(matches!(opened, Err(DeskError::LinkEnded)), "{opened:?}");
    }
    assert_eq!(engine.rows("desk").await, 2 + 3 + 1, "two members; their links and sessions; the late session");
}

pub(crate) async fn a_one_time_link_works_once_for_half_an_hour_and_until_a_newer_one(mut engine: Engine) {
    let mut services = engine.services();
    let hands = Hands::stop([&mut services]);
    let mine = caller(&services).await;
    let account = mine.scope.account;
    let ada = invited(&services, &mine, "ada", Role::Admin).await;
    let link = async || members::link(&services, &mine, account, ada.id).await.expect("a link").to_string();
    let works = async |token: &str| match sign_in::link(&services, token).await {
        Ok((member, _)) => member == ada,
        Err(DeskError::LinkEnded) => false,
        Err(error) => panic!("{error}"),
    };
    let (old, new) = (link().await, link().await);
    assert_eq!((works(&old).await, works(&new).await), (false, true), "a newer link ends the older one");
    hands.advance(30 * MINUTE - 1);
    assert!(works(&new).await && works(&new).await, "looking at it does not use it up");
    hands.advance(1);
    assert!(!works(&new).await, "after half an hour");
    let token = link().await;
    let (member, used) = sign_in::link(&services, &token).await.expect("it works");
    let device = format!("x\u{202e}\n{}", "y".repeat(500));
    let authentication = Authentication { proof: Proof::Link(used.id), device: device.clone(), replaces: None };
    let open = || sign_in::open(&services, &mine, &member, &authentication);
    let (one, other) = futures_util::join!(open(), open());
    assert!(one.is_ok() != other.is_ok(), "two browsers at once: one of them");
    let late = open().await;
    assert!(matches!(late, Err(DeskError::LinkEnded)) && !works(&token).await, "it is used up");
    let session = one.or(other).expect("one of them");
    let (_, opened) = sign_in::session(&services, &session, true).await.expect("readable").expect("open");
    assert_eq!((&*opened.details.method, opened.details.device.chars().count()), ("link", 200));
    assert!(opened.details.device.starts_with("xyy"), "without what is hidden");
    // A session that a new one replaces ends, so that a planted token is worth nothing.
    let again = Authentication { proof: Proof::Provider, device, replaces: Some(opened.id) };
    let fresh = sign_in::open(&services, &mine, &member, &again).await.expect("opened");
    assert!(!is_open(&services, &session).await && is_open(&services, &fresh).await);
}

pub(crate) async fn a_session_ends_after_twelve_hours_and_after_half_an_hour_without_use(mut engine: Engine) {
    let mut services = engine.services();
    let hands = Hands::stop([&mut services]);
    let mine = caller(&services).await;
    let ada = invited(&services, &mine, "ada", Role::Admin).await;
    let token = signed_in(&services, &mine, &ada).await;
    let listed = async || sign_in::sign_ins(&services, &ada).await.expect("readable");
    let sessions = async || {
        let all = listed().await;
        all.iter().filter(|one| one.details.kind == SignInKind::Session).count()
    };
    let (_, found) = sign_in::session(&services, &token, true).await.expect("readable").expect("open");
    assert!(found.is_fresh(services.clock.now()));
    hands.advance(10 * MINUTE);
    assert!(!found.is_fresh(services.clock.now()), "an authentication is fresh for ten minutes");
    for used in 1..=25 {
        hands.advance(if used == 1 { 19 * MINUTE } else { 28 * MINUTE });
        assert!(is_open(&services, &token).await, "it is used every 29 minutes: {used}");
    }
    assert_eq!(sessions().await, 1);
    hands.advance(12 * HOUR - (29 + 24 * 28) * MINUTE - 1);
    assert!(is_open(&services, &token).await, "until the last second of twelve hours");
    hands.advance(1);
    assert!(!is_open(&services, &token).await && listed().await.is_empty(), "and not longer");
    let token = signed_in(&services, &mine, &ada).await;
    assert!(is_open(&services, &token).await);
    hands.advance(30 * MINUTE);
    assert!(!is_open(&services, &token).await && sessions().await == 0, "without use");
    let rows = engine.rows("desk").await;
    services.store.delete_expired_sign_ins(services.clock.now()).await.expect("deleted");
    assert_eq!(rows - engine.rows("desk").await, 2, "the first link and the first session");
}

pub(crate) async fn a_token_of_another_kind_or_form_opens_nothing(mut engine: Engine) {
    let services = engine.services();
    let mine = caller(&services).await;
    let account = mine.scope.account;
    let ada = invited(&services, &mine, "ada", Role::Admin).await;
    let bob = invited(&services, &mine, "bob", Role::Admin).await;
    let session = signed_in(&services, &mine, &ada).await;
    let link = members::link(&services, &mine, account, ada.id).await.expect("a link").to_string();
    let id = given(&services, &mine, "a@example.com", "individual").await;
    session::open(&services, &mine, Some(id), dossier_core::idempotency::Request::unkeyed(b"")).await.expect("opened");
    let form = read(&services, mine.scope, id).await.kyc.session.expect("a session").link;
    let form = form.rsplit('/').next().expect("a token").to_owned();
    let cut = session[..session.len() - 1].to_owned();
    let foreign = session.replacen("dsm_", "dss_", 1);
    let altered = session.replacen(&session[20..21], if &session[20..21] == "a" { "b" } else { "a" }, 1);
    let others = [form, cut, foreign, altered, format!("{session} "), String::new(), "x".repeat(10_000)];
    for token in others.iter().chain([&link]) {
        assert!(!is_open(&services, token).await, "{token}");
    }
    for token in others.iter().chain([&session]) {
        let opened = sign_in::link(&services, token).await;
        assert!(matches!(opened, Err(DeskError::LinkEnded)), "{token}: {opened:?}");
    }
    // Nobody ends what is not theirs.
    let (_, found) = sign_in::session(&services, &session, true).await.expect("readable").expect("open");
    for (member, ids) in [(&bob, vec![found.id]), (&ada, vec![SignInId::from_bytes([9; 16])]), (&ada, Vec::new())] {
        let refused = sign_in::end(&services, &mine, member, ids).await;
        assert!(matches!(refused, Err(DeskError::NotFound)), "{refused:?}");
    }
    // A closed account is served nothing.
    let stored = services.store.account(account).await.expect("readable").expect("an account");
    let closed = accounts::close(&services, &mine, stored).await.expect("closed");
    assert!(!is_open(&services, &session).await);
    accounts::reopen(&services, &mine, closed).await.expect("opened again");
    sign_in::end(&services, &mine, &ada, vec![found.id]).await.expect("ended");
    sign_in::failed(&services, &mine, account, "wrong passkey").await.expect("recorded");
    assert!(!is_open(&services, &session).await);
    let last = actions(&services, account).await;
    assert_eq!(last[last.len() - 2..], ["member.signed_out", "member.sign_in_failed"]);
}

/// What an attacker with access to the database and without keys gains: nothing.
pub(crate) async fn an_altered_member_or_session_is_refused(mut engine: Engine) {
    let services = engine.services();
    let mine = caller(&services).await;
    let account = mine.scope.account;
    let ada = invited(&services, &mine, "ada", Role::Viewer).await;
    let bob = invited(&services, &mine, "bob", Role::Admin).await;
    let token = signed_in(&services, &mine, &ada).await;
    let of_bob = signed_in(&services, &mine, &bob).await;
    let (_, found) = sign_in::session(&services, &token, true).await.expect("readable").expect("open");
    let (_, others) = sign_in::session(&services, &of_bob, true).await.expect("readable").expect("open");
    drop(services);
    let sql = Sql(&engine);
    let (one, two) = (sql.id(ada.id.as_bytes()), sql.id(bob.id.as_bytes()));
    let (session, of_bob) = (sql.id(found.id.as_bytes()), sql.id(others.id.as_bytes()));
    let other = |column: &str, of: &str| format!("(SELECT {column} FROM desk AS other WHERE other.id = {of})");
    let attacks = [
        format!("UPDATE desk SET content = {} WHERE id = {one}", other("content", &two)),
        format!("UPDATE desk SET version = version + 1 WHERE id = {one}"),
        format!("UPDATE desk SET lookup = {} WHERE id = {one}", other("mac", &two)),
        format!("UPDATE desk SET expires_at = expires_at + 1 WHERE id = {session}"),
        format!("UPDATE desk SET content = {} WHERE id = {session}", other("content", &of_bob)),
        format!("UPDATE desk SET mac = {} WHERE id = {session}", other("mac", &of_bob)),
    ];
    for attack in attacks {
        engine.execute("CREATE TABLE kept_desk AS SELECT * FROM desk").await;
        engine.execute(&attack).await;
        engine.reopen().await;
        let services = engine.services();
        let opened = sign_in::session(&services, &token, true).await;
        assert!(opened.is_err(), "{attack}");
        assert!(engine.store().refused_rows() > 0, "{attack}");
        let is_listed = members::list(&services, account).await.is_ok();
        assert_eq!(is_listed, attack.contains(&session), "{attack}");
        drop(services);
        engine.execute("DELETE FROM desk; INSERT INTO desk SELECT * FROM kept_desk; DROP TABLE kept_desk").await;
    }
    engine.reopen().await;
    assert!(is_open(&engine.services(), &token).await, "as before");
}
