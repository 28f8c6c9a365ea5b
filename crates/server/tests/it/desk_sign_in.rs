//! Signing in to the desk: links, passkeys and sessions, and who is let in.

use std::sync::Arc;

use dossier::cli::audit::{self, Query};
use dossier::cli::context::ScopeArgs;
use dossier::worker::housekeeping;
use dossier_core::caller::Environment;
use dossier_core::clock::{Clock, Timestamp};
use dossier_core::desk::{Member, Role};
use dossier_core::services::Services;
use dossier_core::store::DeskUse;
use dossier_core::use_cases::sign_in::{self, Authentication, Proof};
use reqwest::Method;
use serde_json::json;

use crate::app::TestApp;
use crate::visitor::{FORM, Visitor, is_in};

const PRODUCTION: ScopeArgs = ScopeArgs { account: None, environment: Environment::Production };

struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl TestApp {
    /// The same services some seconds ago.
    fn services_before(&self, seconds: i64) -> Services {
        let services = self.services();
        Services {
            store: Arc::clone(&services.store),
            clock: Arc::new(At(services.clock.now().plus_seconds(-seconds))),
            sandboxes: Default::default(),
            closed: Default::default(),
            random: Arc::clone(&services.random),
            turns: Default::default(),
            policy: dossier_core::kyc::Policy::baseline(String::new()),
            quotas: services.quotas,
            scanning: None,
        }
    }

    /// A browser with a session that began some seconds ago.
    pub(crate) async fn session_since(&self, member: &Member, seconds: i64) -> Visitor {
        let (services, caller) = (self.services_before(seconds), self.system().await);
        let authentication = Authentication { proof: Proof::Provider, device: "test".to_owned(), replaces: None };
        let token = sign_in::open(&services, &caller, member, &authentication).await.expect("signed in");
        let mut visitor = Visitor::of(self);
        visitor.cookies.insert("dossier-desk".to_owned(), token.to_string());
        visitor
    }

    /// How many entries there are with an action.
    async fn entries_of(&self, action: &str) -> usize {
        let query = Query { action: Some(action.to_owned()), ..Query::default() };
        let list = audit::List { scope: PRODUCTION, query, before: None, limit: 100 };
        self.command(list).await.expect("a list").as_array().map_or(0, Vec::len)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_one_session_and_a_look_at_it_none() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    let link = app.link(ada.id).await;
    let mut visitor = Visitor::of(&app);
    for path in [link.clone(), format!("{link}x"), "/desk/link/x".to_owned()] {
        let page = visitor.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("Ada") && page.text.contains("It works once."), "{path}: {}", page.text);
        assert_eq!(visitor.session(), None);
    }
    let (signed_in, failed) = (app.entries_of("member.signed_in").await, app.entries_of("member.sign_in_failed").await);
    let used = visitor.post(&link, &[]).await;
    assert_eq!((used.status.as_u16(), used.header("location")), (303, "/desk/passkeys?new=1"));
    assert!(is_in(&mut visitor).await);
    let home = visitor.get("/desk").await;
    assert_eq!(home.header("location"), "/desk/sandbox/queue", "an account that is not ready is tried out");
    assert_eq!(visitor.get("/desk/sandbox/queue").await.status, 200);
    assert_eq!(app.entries_of("member.signed_in").await, signed_in + 1);

    // Anyone who finds the link later gets nothing, and neither does the browser that used it.
    for visitor in [&mut Visitor::of(&app), &mut visitor] {
        let again = visitor.post(&link, &[]).await;
        assert!(again.status == 410 && again.text.contains("This link no longer works"), "{}", again.text);
    }
    assert_eq!(app.entries_of("member.sign_in_failed").await, failed + 2);
    assert!(is_in(&mut visitor).await, "the session stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_for_thirty_minutes_and_until_there_is_a_newer_one() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    for (age, status) in [(29 * 60, 303), (30 * 60, 410), (31 * 60, 410)] {
        let link = app.link_of(&app.services_before(age), ada.id).await;
        assert_eq!(Visitor::of(&app).post(&link, &[]).await.status, status, "{age}");
    }
    let (older, newer) = (app.link(ada.id).await, app.link(ada.id).await);
    assert_eq!(Visitor::of(&app).post(&older, &[]).await.status, 410);
    assert_eq!(Visitor::of(&app).post(&newer, &[]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_browsers_with_one_link_one_gets_in() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    for _ in 0..10 {
        let link = app.link(ada.id).await;
        let (mut one, mut other) = (Visitor::of(&app), Visitor::of(&app));
        let (first, second) = tokio::join!(one.post(&link, &[]), other.post(&link, &[]));
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_authentication_makes_a_new_token_and_ends_the_old_one() {
    let app = TestApp::start().await;
    let (ada, grace) = (app.member("Ada", &[Role::Viewer]).await, app.member("Grace", &[Role::Viewer]).await);
    // A token that was planted in the browser is not the session that follows.
    let mut visitor = Visitor::of(&app);
    visitor.cookies.insert("dossier-desk".to_owned(), "dsm_live_planted".to_owned());
    let link = app.link(ada.id).await;
    visitor.post(&link, &[]).await;
    let first = visitor.session().expect("a session");
    assert_ne!(first, "dsm_live_planted");
    for member in [&ada, &grace] {
        let before = visitor.session().expect("a session");
        let link = app.link(member.id).await;
        assert_eq!(visitor.post(&link, &[]).await.status, 303);
        assert!(is_in(&mut visitor).await);
        let mut thief = Visitor::of(&app);
        thief.cookies.insert("dossier-desk".to_owned(), before);
        assert!(!is_in(&mut thief).await, "the token of before opens nothing");
    }
    let ended = app.entries_of("member.signed_out").await;
    assert_eq!(ended, 1, "the session of Ada ended because Grace signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    let mut visitor = Visitor::signed_in(&app, &ada).await;
    let token = visitor.session().expect("a session");
    let page = visitor.get("/desk/sandbox/queue").await;
    assert_eq!(page.header("cache-control"), "no-store");
    let out = visitor.post("/desk/sign-out", &[]).await;
    assert_eq!((out.status.as_u16(), out.header("location")), (303, "/desk/sign-in"));
    assert_eq!(out.header("clear-site-data"), "\"cache\"");
    assert_eq!(visitor.session(), None);
    visitor.cookies.insert("dossier-desk".to_owned(), token);
    assert!(!is_in(&mut visitor).await);
    assert_eq!(app.entries_of("member.signed_out").await, 1);
    assert_eq!(visitor.post("/desk/sign-out", &[]).await.status, 303, "twice is no error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_without_use_and_at_the_latest_after_twelve_hours() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    for (age, used, is_open) in [
        (29 * 60, None, true),
        (31 * 60, None, false),
        (3 * 60 * 60, Some(29 * 60), true),
        (3 * 60 * 60, Some(31 * 60), false),
        (12 * 60 * 60 - 60, Some(0), true),
        (12 * 60 * 60 + 1, Some(0), false),
    ] {
        let mut visitor = app.session_since(&ada, age).await;
        if let Some(ago) = used {
            let services = app.services_before(ago);
            let token = visitor.session().expect("a session");
            let sign_in = services.store.sign_in(&token).await.expect("read").expect("a session");
            let using = DeskUse::SignIn(sign_in.account, sign_in.id);
            services.store.record_desk_use(using, services.clock.now()).await.expect("recorded");
        }
        assert_eq!(is_in(&mut visitor).await, is_open, "{age} {used:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn housekeeping_deletes_sessions_and_links_that_have_expired_and_no_others() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    let token_in = |link: String| link.rsplit('/').next().expect("a token").to_owned();
    let old_link = token_in(app.link_of(&app.services_before(31 * 60), ada.id).await);
    let link = token_in(app.link(ada.id).await);
    let mut kept = vec![(old_link, false), (link, true)];
    for (age, is_kept) in [(12 * 60 * 60 + 60, false), (12 * 60 * 60 - 60, true), (0, true)] {
        kept.push((app.session_since(&ada, age).await.session().expect("a session"), is_kept));
    }
    housekeeping::delete_old(app.services()).await;
    for (token, is_kept) in kept {
        let found = app.services().store.sign_in(&token).await.expect("read");
        assert_eq!(found.is_some(), is_kept, "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_only_open_keeps_no_session_open() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Analyst]).await;
    let last_use = async |visitor: &Visitor| {
        let token = visitor.session().expect("a session");
        app.services().store.sign_in(&token).await.expect("read").expect("a session").used_at
    };
    let mut visitor = app.session_since(&ada, 20 * 60).await;
    visitor.post("/desk/sandbox/customers/x/renew", &[]).await;
    assert_eq!(last_use(&visitor).await, None);
    visitor.get("/desk/sandbox/queue").await;
    assert!(last_use(&visitor).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_other_sites_and_hosts_change_nothing() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Admin]).await;
    let visitor = Visitor::signed_in(&app, &ada).await;
    let link = app.link(ada.id).await;
    let port = app.url.rsplit(':').next().expect("a port");
    let posts = ["/desk/sign-out", "/desk/shortcuts", "/desk/members", "/desk/sessions/end-others", &link];
    let before = app.entries_of("member.signed_in").await;
    for path in posts {
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
        ] {
            let cookie = format!("dossier-desk={}", visitor.session().expect("a session"));
            let request = visitor.client.post(format!("{}{path}", app.url)).header("Host", format!("localhost:{port}"));
            let answer = TestApp::send(request.header("Cookie", cookie).header(name, value)).await;
            assert_eq!(answer.status, 403, "{path} {name}: {value}");
            assert!(answer.text.contains("This request came from another site"), "{}", answer.text);
        }
    }
    let elsewhere =
        TestApp::send(visitor.client.post(format!("{}{link}", app.url)).header("Sec-Fetch-Site", "none")).await;
    assert_eq!(elsewhere.status, 421);
    let mut visitor = visitor;
    assert!(is_in(&mut visitor).await, "nothing happened");
    assert_eq!(app.entries_of("member.signed_in").await, before);
    let page = visitor.get("/desk/sign-in?fresh=1").await;
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_back_to_the_desk_and_nowhere_else() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    let mut visitor = Visitor::signed_in(&app, &ada).await;
    for (to, expected) in [
        ("/desk/sandbox/queue?view=mine", "/desk/sandbox/queue?view=mine"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/desk", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/v0/customers", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("", "/desk"),
    ] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
        let answer = visitor.get(&format!("/desk/sign-in?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, expected), "{to}");
        let page = Visitor::of(&app).get(&format!("/desk/sign-in?{query}")).await;
        assert!(page.status == 200 && page.text.contains(&format!("data-to=\"{expected}\"")), "{to}: {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sensitive_needs_a_sign_in_of_the_last_ten_minutes() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Admin]).await;
    let fresh = async |age: i64, method: Method, path: &str| {
        let mut visitor = app.session_since(&ada, age).await;
        let request = visitor.request(method, path).header("Content-Type", FORM);
        let request = request.header("Referer", "http://localhost/desk/members?page=2");
        visitor.send(request).await
    };
    let member = format!("/desk/members/{}", ada.id);
    for (method, path) in [
        (Method::GET, "/desk/members".to_owned()),
        (Method::POST, "/desk/members".to_owned()),
        (Method::GET, member.clone()),
        (Method::POST, member.clone()),
        (Method::POST, format!("{member}/link")),
        (Method::POST, format!("{member}/sessions/end")),
        (Method::GET, format!("{member}/remove")),
        (Method::POST, format!("{member}/remove")),
        (Method::POST, "/desk/passkeys/begin".to_owned()),
        (Method::POST, "/desk/passkeys/finish".to_owned()),
        (Method::POST, "/desk/passkeys/remove".to_owned()),
    ] {
        let answer = fresh(11 * 60, method.clone(), &path).await;
        let back = if method == Method::GET { path.as_str() } else { "/desk/members?page=2" };
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("to", back).finish();
        assert_eq!(answer.header("location"), format!("/desk/sign-in?{query}&fresh=1"), "{method} {path}");
    }
    let page = fresh(11 * 60, Method::GET, "/desk/sign-in?to=%2Fdesk%2Fmembers&fresh=1").await;
    assert!(page.status == 200 && page.text.contains("Confirm that it is you"), "{}", page.text);
    assert!(page.text.contains("data-to=\"/desk/members\"") && page.text.contains("Ada"), "{}", page.text);
    assert_eq!(fresh(9 * 60, Method::GET, "/desk/members").await.status, 200);
    assert_eq!(fresh(11 * 60, Method::GET, "/desk/passkeys").await.status, 200, "looking needs no fresh one");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_see_and_end_their_own_sessions_only() {
    let app = TestApp::start().await;
    let (ada, grace) = (app.member("Ada", &[Role::Viewer]).await, app.member("Grace", &[Role::Viewer]).await);
    let (mut one, mut two, mut three) = (
        Visitor::signed_in(&app, &ada).await,
        Visitor::signed_in(&app, &ada).await,
        Visitor::signed_in(&app, &ada).await,
    );
    let mut other = Visitor::signed_in(&app, &grace).await;
    let page = one.get("/desk/sessions").await.text;
    assert_eq!(page.matches("/end\"").count(), 2, "{page}");
    assert!(page.contains("this browser") && page.contains("with a one-time link"), "{page}");
    let id = page.split("/desk/sessions/").nth(1).and_then(|rest| rest.split('/').next()).expect("an id").to_owned();
    other.post(&format!("/desk/sessions/{id}/end"), &[]).await;
    assert!(is_in(&mut two).await && is_in(&mut three).await, "members cannot end sessions of others");
    assert_eq!(one.post(&format!("/desk/sessions/{id}/end"), &[]).await.status, 303);
    assert!(!is_in(&mut three).await && is_in(&mut two).await, "the newest is the first in the list");
    assert_eq!(one.post("/desk/sessions/end-others", &[]).await.status, 303);
    assert!(is_in(&mut one).await && !is_in(&mut two).await && is_in(&mut other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn shortcuts_are_turned_off_and_on_again() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    let mut visitor = Visitor::signed_in(&app, &ada).await;
    for (on, is_on) in [("no", false), ("yes", true)] {
        let request = visitor.request(Method::POST, "/desk/shortcuts").header("Content-Type", FORM);
        let request = request.header("Referer", format!("{}/desk/sessions", app.url)).body(format!("on={on}"));
        let answer = visitor.send(request).await;
        assert_eq!(answer.header("location"), "/desk/sessions");
        let page = visitor.get("/desk/sessions").await.text;
        assert_eq!(page.contains("data-shortcuts=\"on\""), is_on, "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passkeys_that_no_member_has_are_refused_and_recorded() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::of(&app);
    let begun = visitor.post("/desk/sign-in/begin", &[]).await;
    assert!(begun.json()["challenge"].is_string() && visitor.cookies.contains_key("dossier-sign-in"));
    let credential = |handle: &str| {
        json!({ "id": "AAAA", "rawId": "AAAA", "type": "public-key", "extensions": {}, "response": {
            "clientDataJSON": "e30", "authenticatorData": "AAAA", "signature": "AAAA", "userHandle": handle } })
    };
    let before = app.entries_of("member.sign_in_failed").await;
    for body in [json!({}), credential("AAAA"), credential("AAAAAAAAAAAAAAAAAAAAAA")] {
        let request = visitor.request(Method::POST, "/desk/sign-in/finish").json(&body);
        let answer = visitor.send(request).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert!(answer.json()["text"].is_string() && visitor.session().is_none());
        assert!(!visitor.cookies.contains_key("dossier-sign-in"), "what was begun has ended");
    }
    assert_eq!(app.entries_of("member.sign_in_failed").await, before + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_cannot_fill_the_trail() {
    let app = TestApp::start_with(&[("failed_authentications", "5")]).await;
    let before = app.entries_of("member.sign_in_failed").await;
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(Visitor::of(&app).post("/desk/link/dsm_live_x", &[]).await.status.as_u16());
    }
    assert_eq!(statuses, [&[410; 5][..], &[429; 5]].concat());
    assert_eq!(app.entries_of("member.sign_in_failed").await, before + 5);
}
