//! The members of an account: how admins manage them at the desk and on the command line, and who may do what.

use dossier::cli::members::{Invite, Link, List, Remove, Set};
use dossier_core::desk::Role;
use reqwest::Method;
use serde_json::json;

use crate::app::TestApp;
use crate::visitor::{FORM, Visitor, is_in};

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_invites_changes_and_removes_members() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Admin]).await;
    let mut admin = Visitor::signed_in(&app, &ada).await;
    let fields = [("name", "Grace"), ("email", "grace@example.com"), ("role", "analyst@production")];
    let invited = admin.post("/desk/members", &fields).await;
    assert_eq!(invited.status, 200, "{}", invited.text);
    let link = invited.text.split("value=\"http://localhost").nth(1).and_then(|rest| rest.split('"').next());
    let link = link.and_then(|rest| rest.find("/desk").map(|at| rest[at..].to_owned())).expect("a link");
    let mut grace = Visitor::of(&app);
    assert_eq!(grace.post(&link, &[]).await.status, 303);
    assert_eq!(grace.get("/desk/production/queue").await.status, 200);
    assert_eq!(grace.get("/desk/sandbox/queue").await.status, 403);
    let list = admin.get("/desk/members").await.text;
    assert!(list.contains("Analyst in Production") && !list.contains("/desk/link/"), "{list}");

    let wrong = admin.post("/desk/members", &[("name", ""), ("email", "grace@example.com")]).await;
    assert_eq!(wrong.status, 422);
    for part in ["a name has", "belongs to a member of this account already", "at least one role", "value=\"grace@"] {
        assert!(wrong.text.contains(part), "{part}: {}", wrong.text);
    }
    let all = app.command(List { account: None }).await.expect("a list");
    let find = |name: &str| {
        let found = all.as_array().expect("members").iter().find(|one| one["name"] == name);
        found.expect("a member")["member_id"].as_str().expect("an id").to_owned()
    };
    let id = find("Grace");
    let page = format!("/desk/members/{id}");
    let changed = [("name", "Grace H"), ("email", "grace@example.com"), ("role", "viewer@sandbox")];
    assert_eq!(admin.post(&page, &changed).await.status, 303);
    assert_eq!(grace.get("/desk/sandbox/queue").await.status, 200, "the new role counts at once");
    assert_eq!(grace.get("/desk/production/queue").await.status, 403);
    assert_eq!(admin.post(&format!("{page}/sessions/end"), &[]).await.status, 303);
    assert!(!is_in(&mut grace).await);
    let new = admin.post(&format!("{page}/link"), &[]).await;
    assert!(new.text.contains("/desk/link/dsm_live_"), "{}", new.text);
    let asked = admin.get(&format!("{page}/remove")).await;
    assert!(asked.text.contains("Remove Grace H?"), "{}", asked.text);
    assert_eq!(admin.post(&format!("{page}/remove"), &[]).await.status, 303);
    assert_eq!(admin.get(&page).await.status, 404);
    // The first start made another admin.
    let first = find("Admin");
    assert_eq!(admin.post(&format!("/desk/members/{first}/remove"), &[]).await.status, 303);
    let last = admin.post(&format!("/desk/members/{}/remove", ada.id), &[]).await;
    assert!(last.status == 409 && last.text.contains("This is the last admin"), "{}", last.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_is_out_at_once() {
    let app = TestApp::start().await;
    let ada = app.member("Ada", &[Role::Viewer]).await;
    let mut visitor = Visitor::signed_in(&app, &ada).await;
    let link = app.link(ada.id).await;
    app.command(Remove { member_id: ada.id.to_string() }).await.expect("removed");
    assert!(!is_in(&mut visitor).await);
    assert_eq!(visitor.post(&link, &[]).await.status, 410);
    let unknown = app.command(Link { member_id: ada.id.to_string() }).await;
    assert_eq!(unknown.expect_err("gone"), "no such member; dossier members list shows them all");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_manages_members() {
    let app = TestApp::start().await;
    let invite = |name: &str, email: &str, roles: &[&str]| Invite {
        account: None,
        name: name.to_owned(),
        email: email.to_owned(),
        roles: roles.iter().map(ToString::to_string).collect(),
    };
    let new = invite("Ada", "ada@example.com", &["analyst@production", "viewer@sandbox"]);
    let ada = app.command(new).await.expect("invited");
    assert_eq!(ada["roles"], json!(["viewer@sandbox", "analyst@production"]));
    let wrong = app.command(invite("", "ada@EXAMPLE.com", &[])).await.expect_err("wrong");
    let expected = "name: a name has 1 to 128 characters and no control characters or hidden ones\n\
        roles: at least one role is required\nemail: belongs to a member of this account already";
    assert_eq!(wrong, expected);
    let id = ada["member_id"].as_str().expect("an id").to_owned();
    let set = Set {
        member_id: id.clone(),
        name: None,
        email: Some("lovelace@example.com".to_owned()),
        roles: Some(vec!["approver".to_owned()]),
    };
    let changed = app.command(set).await.expect("changed");
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Ada"), &json!("lovelace@example.com")));
    assert_eq!(changed["roles"], json!(["approver"]));
    // The address is free again, and the new one is not.
    assert!(app.command(invite("Eve", "lovelace@example.com", &["viewer"])).await.is_err());
    app.command(invite("Eve", "ada@example.com", &["viewer"])).await.expect("invited");
    let link = app.command(Link { member_id: id }).await.expect("a link");
    let link = link["link"].as_str().and_then(|link| link.find("/desk").map(|at| link[at..].to_owned()));
    let mut visitor = Visitor::of(&app);
    assert_eq!(visitor.post(&link.expect("a link"), &[]).await.status, 303);
    let first = app.command(List { account: None }).await.expect("a list")[0].take();
    assert_eq!((&first["name"], &first["roles"]), (&json!("Admin"), &json!(["approver", "admin"])));
    let remove = Remove { member_id: first["member_id"].as_str().expect("an id").to_owned() };
    let last = app.command(remove).await.expect_err("the last admin");
    assert!(last.contains("the last admin of an account cannot be removed"), "{last}");
}

/// Every page and action of signing in and of members, with the roles that may use it.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_action_is_for_its_roles_only() {
    let app = TestApp::start().await;
    let other = app.member("Other", &[Role::Viewer]).await;
    let member = format!("/desk/members/{}", other.id);
    let all: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
    let admin = ["admin"];
    let pages: Vec<(Method, String, &str, &[&str])> = vec![
        (Method::GET, "/desk".to_owned(), "", &all),
        (Method::GET, "/desk/passkeys".to_owned(), "", &all),
        (Method::POST, "/desk/passkeys/begin".to_owned(), "", &all),
        (Method::POST, "/desk/passkeys/rename".to_owned(), "id=x&name=y", &all),
        (Method::POST, "/desk/passkeys/remove".to_owned(), "id=x", &all),
        (Method::GET, "/desk/sessions".to_owned(), "", &all),
        (Method::POST, "/desk/sessions/end-others".to_owned(), "", &all),
        (Method::POST, "/desk/shortcuts".to_owned(), "on=yes", &all),
        (Method::GET, "/desk/members".to_owned(), "", &admin),
        (Method::POST, "/desk/members".to_owned(), "name=x", &admin),
        (Method::GET, member.clone(), "", &admin),
        (Method::POST, member.clone(), "name=x", &admin),
        (Method::GET, format!("{member}/link"), "", &admin),
        (Method::POST, format!("{member}/link"), "", &admin),
        (Method::POST, format!("{member}/sessions/end"), "", &admin),
        (Method::POST, format!("{member}/sessions/{}/end", other.id), "", &admin),
        (Method::GET, format!("{member}/remove"), "", &admin),
        (Method::POST, "/desk/members/x/remove".to_owned(), "", &admin),
        (Method::POST, "/desk/sign-out".to_owned(), "", &all),
    ];
    for role in Role::ALL {
        let holder = app.member(&format!("A {role}"), &[*role]).await;
        let mut visitor = Visitor::signed_in(&app, &holder).await;
        for (method, path, body, allowed) in &pages {
            let request = visitor.request(method.clone(), path).header("Content-Type", FORM).body(*body);
            let answer = visitor.send(request).await;
            assert!(!answer.header("location").starts_with("/desk/sign-in?"), "{role} {method} {path}");
            let is_refused = answer.status == 403;
            assert_eq!(!is_refused, allowed.contains(&role.as_str()), "{role} {method} {path}: {}", answer.text);
            assert!(!is_refused || answer.text.contains("you need the role admin"), "{}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_another_account_do_not_exist() {
    let app = TestApp::start().await;
    let create = dossier::cli::accounts::Create { name: "other".to_owned() };
    let other = app.command(create).await.expect("an account");
    let invite = Invite {
        account: other["account_id"].as_str().map(ToOwned::to_owned),
        name: "Eve".to_owned(),
        email: "eve@example.com".to_owned(),
        roles: vec!["admin".to_owned()],
    };
    let eve = app.command(invite).await.expect("invited");
    let path = eve["link"].as_str().and_then(|link| link.find("/desk").map(|at| link[at..].to_owned()));
    let mut visitor = Visitor::of(&app);
    visitor.post(&path.expect("a link"), &[]).await;
    let list = visitor.get("/desk/members").await.text;
    assert!(list.contains("Eve") && !list.contains("admin@localhost"), "{list}");
    let ada = app.member("Ada", &[Role::Viewer]).await;
    for (method, path) in [(Method::GET, ""), (Method::POST, "/link"), (Method::POST, "/remove")] {
        let request = visitor.request(method, &format!("/desk/members/{}{path}", ada.id));
        assert_eq!(visitor.send(request).await.status, 404, "{path}");
    }
    let all = app.command(List { account: None }).await.expect("a list");
    assert!(all.to_string().contains("Ada"));
}
