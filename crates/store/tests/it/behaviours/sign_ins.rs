//! How members sign in: one-time links and sessions.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dossier_core::caller::Caller;
use dossier_core::clock::{Clock, Timestamp};
use dossier_core::desk::{Member, Role, SignInKind};
use dossier_core::idempotency::Request;
use dossier_core::ids::SignInId;
use dossier_core::services::Services;
use dossier_core::use_cases::members::{self, DeskError};
use dossier_core::use_cases::sign_in::{self, Authentication, Proof};
use dossier_core::use_cases::{accounts, session};

use crate::behaviours::members::{actions, in_another_process, invited};
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

/// The session of a member who signs in at the identity provider.
pub(crate) async fn signed_in(services: &Services, caller: &Caller, member: &Member) -> String {
    sign_in::open(services, caller, member, &by(Proof::Provider)).await.expect("signed in").to_string()
}

fn by(proof: Proof) -> Authentication {
    Authentication { proof, device: "Firefox on Linux".to_owned(), replaces: None }
}

async fn is_open(services: &Services, token: &str) -> bool {
    sign_in::session(services, token, true).await.expect("readable").is_some()
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
    // Another process may have authenticated the member a moment ago.
    let late = sign_in::open(&elsewhere, &mine, &bob, &by(Proof::Provider)).await;
    assert!(matches!(late, Err(DeskError::NotFound)), "{late:?}");
    for services in [&services, &elsewhere] {
        for token in &tokens {
            assert!(!is_open(services, token).await);
        }
        assert!(is_open(services, &of_cleo).await, "those of others go on");
        let opened = sign_in::link(services, &link).await;
        assert!(matches!(opened, Err(DeskError::LinkEnded)), "{opened:?}");
    }
    assert_eq!(engine.rows("desk").await, 2 + 3, "two members, their links, and a session");
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
    let means = Authentication { device, ..by(Proof::Link(used.id)) };
    let open = || sign_in::open(&services, &mine, &member, &means);
    let (one, other) = futures_util::join!(open(), open());
    assert!(one.is_ok() != other.is_ok(), "two browsers at once: one of them");
    let late = open().await;
    assert!(matches!(late, Err(DeskError::LinkEnded)) && !works(&token).await, "it is used up");
    let session = one.or(other).expect("one of them");
    let (_, opened) = sign_in::session(&services, &session, true).await.expect("readable").expect("open");
    assert_eq!((&*opened.details.method, opened.details.device.chars().count()), ("link", 200));
    assert!(opened.details.device.starts_with("xyy"), "without what is hidden");
    // A session that a new one replaces ends, so that a planted token is worth nothing.
    let again = Authentication { replaces: Some(opened.id), ..by(Proof::Provider) };
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
    hands.advance(20 * MINUTE);
    let polled = sign_in::session(&services, &token, false).await.expect("readable");
    assert!(polled.is_some());
    hands.advance(10 * MINUTE);
    assert!(!is_open(&services, &token).await && sessions().await == 0, "a page that asks by itself is no use");
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
    session::open(&services, &mine, Some(id), Request::unkeyed(b"")).await.expect("opened");
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
    // A member cannot end the sessions of another.
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
