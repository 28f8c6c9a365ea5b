//! The audit trail over HTTP, and what commands write into it and show of it.

use dossier::cli::audit::Query;
use dossier::cli::context::ScopeArgs;
use dossier::cli::{accounts, audit, backup, keyring, keys};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::command_line::{dossier, json_of};
use crate::described::is_described;

const SANDBOX: ScopeArgs = ScopeArgs { account: None, environment: Environment::Sandbox };
const PRODUCTION: ScopeArgs = ScopeArgs { account: None, environment: Environment::Production };

impl TestApp {
    async fn auditor(&self, account: Option<&str>, environment: Environment) -> String {
        let key = self.new_key(account, environment, &[KeyScope::AuditRead], None).await;
        key["key"].as_str().expect("a key").to_owned()
    }

    async fn read_trail(&self, key: &str, query: &str) -> Answered {
        let request = self.client.request(Method::GET, format!("{}/v0/audit{query}", self.url));
        Self::send(request.header("Api-Key", key)).await
    }

    /// The entries as the command lists them, newest first.
    async fn listed(&self, scope: ScopeArgs, query: Query) -> Vec<Value> {
        let list = audit::List { scope, query, before: None, limit: 1_000 };
        self.command(list).await.expect("a list").as_array().expect("entries").clone()
    }

    async fn entry(&self, scope: ScopeArgs, seq: &Value) -> Value {
        let show = audit::Show { scope, seq: seq.as_u64().expect("a number") };
        self.command(show).await.expect("an entry")
    }
}

fn of(action: &str) -> Query {
    Query { action: Some(action.into()), ..Query::default() }
}

fn seqs(entries: &Value) -> Vec<u64> {
    let entries = entries.as_array().expect("entries").iter();
    entries.map(|entry| entry["seq"].as_u64().expect("a number")).collect()
}

/// The change at a place.
fn change<'a>(entry: &'a Value, pointer: &str) -> &'a Value {
    let mut changes = entry["changes"].as_array().expect("changes").iter();
    changes.find(|change| change["pointer"] == pointer).unwrap_or_else(|| panic!("{pointer} in {entry}"))
}

#[tokio::test]
async fn the_trail_is_listed_over_http_without_anything_personal() {
    let app = TestApp::start().await;
    let key = app.auditor(None, Environment::Sandbox).await;
    let (ada, bob) = (app.given("individual").await, app.given("individual").await);
    for name in ["Ada", "Lovelace", "Byron"] {
        app.put(&ada, &json!({ "first_name": name })).await.expect(200);
    }
    app.open_session(&ada).await;
    let decision = json!({ "outcome": "approve", "reason_codes": ["verified"], "note": "a Lovelace" });
    app.post(&format!("/v0/customers/{ada}/decisions"), &decision).await.expect(200);
    let answer = app.read_trail(&key, "").await;
    is_described("GET", "/v0/audit", &answer);
    assert!(!answer.text.contains("Lovelace") && !answer.text.contains("@example.com"), "{}", answer.text);
    let all = answer.expect(200);
    let newest = &all["items"][0];
    assert_eq!((&newest["action"], &newest["customer_id"]), (&json!("kyc.decided"), &json!(ada)));
    assert_eq!(newest["decision"]["outcome"], "approve");
    assert_eq!(newest["decision"]["reason_codes"], json!(["verified"]));
    assert!(newest["decision"]["rails"].as_array().expect("rails").iter().all(|rail| rail["status"] == "approved"));
    let actor = newest["actor"].as_str().expect("an actor");
    let at = newest["at"].as_str().expect("a moment");
    let everything = seqs(&all["items"]);
    assert_eq!(everything, (1..=everything.len() as u64).rev().collect::<Vec<_>>());
    let accepted = |accepts: &dyn Fn(&Value) -> bool| -> Vec<u64> {
        let items = all["items"].as_array().expect("items").iter();
        seqs(&items.filter(|entry| accepts(entry)).cloned().collect())
    };
    for (query, expected) in [
        (format!("?customer_id={ada}"), accepted(&|entry| entry["customer_id"] == ada.as_str())),
        ("?action=customer.updated".into(), accepted(&|entry| entry["action"] == "customer.updated")),
        (format!("?actor={actor}"), accepted(&|entry| entry["actor"] == actor)),
        ("?actor=operator".into(), accepted(&|entry| entry["actor"] == "operator:Ada")),
        ("?actor=operator:Ada".into(), accepted(&|entry| entry["actor"] == "operator:Ada")),
        (format!("?from={at}"), accepted(&|entry| entry["at"].as_str() >= Some(at))),
        (format!("?to={at}"), accepted(&|entry| entry["at"].as_str() < Some(at))),
        (
            format!("?customer_id={ada}&action=customer.updated&actor=key"),
            accepted(&|entry| entry["customer_id"] == ada.as_str() && entry["action"] == "customer.updated"),
        ),
        ("?action=api_key.revoked".into(), Vec::new()),
        (format!("?customer_id={}", uuid::Uuid::nil()), Vec::new()),
    ] {
        assert_eq!(seqs(&app.read_trail(&key, &query).await.expect(200)["items"]), expected, "{query}");
        // Page by page.
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.read_trail(&key, &format!("{query}&limit=2{cursor}")).await.expect(200);
            found.extend(seqs(&page["items"]));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected, "{query}");
    }
    for (query, violation) in [
        ("?limit=0", "/limit out_of_range"),
        ("?customer_id=nonsense", "/customer_id unknown_value"),
        ("?limit=1001", "/limit out_of_range"),
        ("?cursor=x", "/cursor invalid_cursor"),
        ("?action=customer", "/action unknown_value"),
        ("?actor=nobody", "/actor unknown_value"),
        ("?from=yesterday", "/from invalid_time"),
        ("?to=2026-01-05", "/to invalid_time"),
        ("?since=1", "/since unknown_property"),
        ("?to=2026-01-05T00:00:00Z&to=2026-01-05T00:00:00Z", "/to duplicate_key"),
    ] {
        assert_eq!(app.read_trail(&key, query).await.violations(), [violation], "{query}");
    }
    // A cursor of one filter is invalid with another.
    let page = app.read_trail(&key, "?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let mixed = app.read_trail(&key, &format!("?customer_id={bob}&cursor={cursor}")).await;
    assert_eq!(mixed.violations(), ["/cursor invalid_cursor"]);
}

#[tokio::test]
async fn the_trail_needs_its_own_scope_and_shows_one_account_and_environment() {
    let app = TestApp::start().await;
    app.read_trail(&app.key, "").await.problem(403, "insufficient_scope");
    let id = app.given("individual").await;
    let other = app.command(accounts::Create { name: "other".into() }).await.expect("an account");
    let account = other["account_id"].as_str().expect("an id");
    // The first start invites the first member, whose link is another entry.
    for (account, environment, count) in [(None, Environment::Production, 3), (Some(account), Environment::Sandbox, 2)]
    {
        let key = app.auditor(account, environment).await;
        let list = app.read_trail(&key, "").await;
        assert!(!list.text.contains(&id), "{}", list.text);
        assert_eq!(list.expect(200)["items"].as_array().map(Vec::len), Some(count));
        let of_customer = app.read_trail(&key, &format!("?customer_id={id}")).await.expect(200);
        assert_eq!(of_customer, json!({ "items": [], "next_cursor": null }));
    }
}

#[tokio::test]
async fn what_operators_change_is_named_with_the_operator() {
    let app = TestApp::start().await;
    let made = app.new_key(None, Environment::Sandbox, &[], None).await;
    let id = made["key_id"].as_str().expect("an id").to_owned();
    let rolled = app.command(keys::Roll { key_id: id.clone(), overlap: 60 }).await.expect("rolled");
    let new = rolled["key_id"].as_str().expect("an id").to_owned();
    app.command(keys::Revoke { key_id: new.clone() }).await.expect("revoked");
    let trail = app.listed(SANDBOX, Query::default()).await;
    let [revoked, rolled, created] = &trail[..3] else { panic!("three entries") };
    for (entry, action, fields) in [
        (created, "api_key.created", json!([format!("/api_keys/{id}")])),
        (rolled, "api_key.rolled", json!([format!("/api_keys/{new}"), format!("/api_keys/{id}")])),
        (revoked, "api_key.revoked", json!([format!("/api_keys/{new}")])),
    ] {
        assert_eq!((&entry["action"], &entry["fields"]), (&json!(action), &fields));
        assert_eq!(entry["actor"], "operator:Ada");
    }
    let shown = app.entry(SANDBOX, &created["seq"]).await;
    let after = &change(&shown, &format!("/api_keys/{id}"))["after"];
    assert_eq!((&after["name"], &after["environment"]), (&json!("test"), &json!("sandbox")));
    assert!(!shown.to_string().contains(made["key"].as_str().expect("a key")), "the key itself is nowhere");
    let shown = app.entry(SANDBOX, &rolled["seq"]).await;
    let old = change(&shown, &format!("/api_keys/{id}"));
    assert!(old["before"]["expires_at"].is_null() && old["after"]["expires_at"].is_string());
    let shown = app.entry(SANDBOX, &revoked["seq"]).await;
    let revoked = change(&shown, &format!("/api_keys/{new}"));
    assert!(revoked["before"]["revoked_at"].is_null() && revoked["after"]["revoked_at"].is_string());

    let hook = app.post("/v0/webhooks", &json!({ "url": "http://127.0.0.1:19997/" })).await.expect(201);
    let id = hook["id"].as_str().expect("an id");
    TestApp::send(app.request(Method::DELETE, &format!("/v0/webhooks/{id}"))).await.expect(204);
    let deleted = app.listed(SANDBOX, of("webhook.deleted")).await;
    let shown = app.entry(SANDBOX, &deleted[0]["seq"]).await;
    let gone = change(&shown, &format!("/webhooks/{id}"));
    assert_eq!((&gone["before"]["url"], &gone["after"]), (&json!("http://127.0.0.1:19997/"), &Value::Null));
    assert!(!shown.to_string().contains("whsec_"));

    let set = accounts::Set { display_name: Some("Harbour".into()), ..Default::default() };
    app.command(set).await.expect("set");
    let changed = app.listed(SANDBOX, of("account.changed")).await;
    assert_eq!(changed[0]["fields"], json!(["/account/display_name"]));
    let shown = app.entry(SANDBOX, &changed[0]["seq"]).await;
    assert_eq!(change(&shown, "/account/display_name")["after"], "Harbour");

    let epoch = app.command(keyring::Rotate {}).await.expect("rotated")["epoch"].clone();
    let trail = app.listed(PRODUCTION, Query::default()).await;
    let [rotated, started, ..] = &trail[..] else { panic!("two entries: {trail:?}") };
    assert_eq!(started["action"], "keyring.rotation_started");
    assert_eq!((&rotated["action"], &rotated["actor"]), (&json!("keyring.rotated"), &json!("operator:Ada")));
    assert_eq!(rotated["fields"], json!([format!("/keyring/epochs/{epoch}")]));
}

#[tokio::test]
async fn settings_that_changed_are_named_once_and_secrets_are_not_shown() {
    let app = TestApp::start().await;
    assert!(app.listed(PRODUCTION, of("settings.changed")).await.is_empty(), "the defaults do not count as a change");
    let sumsub = [
        ("provider", "sumsub"),
        ("sumsub_app_token", "token-11111"),
        ("sumsub_secret", "secret-22222"),
        ("sumsub_webhook_secret", "secret-33333"),
        ("after_approval", "reopen"),
        ("four_eyes", "high_risk"),
    ];
    let app = app.restart_with(&sumsub).await;
    let app = app.restart_with(&sumsub).await;
    let trail = app.listed(PRODUCTION, of("settings.changed")).await;
    let [changed] = &trail[..] else { panic!("one entry: {trail:?}") };
    let names =
        ["after_approval", "four_eyes", "provider", "sumsub_app_token", "sumsub_secret", "sumsub_webhook_secret"];
    assert_eq!(changed["fields"], json!(names.map(|name| format!("/settings/{name}"))));
    let shown = app.entry(PRODUCTION, &changed["seq"]).await;
    let changed = change(&shown, "/settings/after_approval");
    assert_eq!((&changed["before"], &changed["after"]), (&json!("review"), &json!("reopen")));
    assert_eq!(change(&shown, "/settings/sumsub_secret")["after"], "[secret]");
    assert!(!shown.to_string().contains("22222"), "{shown}");

    // Other rules with the same version still count as a change.
    let rules = app.folder.path().join("rules.toml");
    let written = |text: String| crate::command_line::settings_file(&rules, text);
    let path = rules.to_string_lossy().into_owned();
    written(dossier_core::kyc::RuleSet::BASELINE.to_owned());
    let app = app.restart_with(&[("rules", &path)]).await;
    let before = app.listed(PRODUCTION, of("settings.changed")).await;
    written(format!("{}\n# Another text", dossier_core::kyc::RuleSet::BASELINE));
    let app = app.restart_with(&[("rules", &path)]).await;
    let after = app.listed(PRODUCTION, of("settings.changed")).await;
    assert_eq!((after.len(), &after[0]["fields"]), (before.len() + 1, &json!(["/settings/rules"])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_of_an_entry_shows_before_and_after_and_is_audited_with_the_operator() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": "Ada" })).await.expect(200);
    app.put(&id, &json!({ "first_name": "Grace" })).await.expect(200);
    let updated = app.listed(SANDBOX, of("customer.updated")).await;
    let seq = updated[0]["seq"].to_string();
    let folder = app.folder.path().to_owned();
    let (customer, number) = (id.clone(), seq.clone());
    let commands = tokio::task::spawn_blocking(move || {
        let show = ["audit", "show", &number, "--data-dir", "data", "--as", "Grace Hopper"];
        let shown = json_of(&folder, &show);
        assert_eq!((&shown["customer_id"], &shown["address"]), (&json!(customer), &json!("127.0.0.1")));
        let name = change(&shown, "/first_name");
        assert_eq!((&name["before"], &name["after"]), (&json!("Ada"), &json!("Grace")));
        let text = String::from_utf8(dossier(&folder, &show).stdout).expect("text");
        assert!(text.contains("/first_name\n  before  \"Ada\"\n  after   \"Grace\"\n"), "{text}");
        let list = dossier(&folder, &["audit", "list", "--customer", &customer, "--data-dir", "data"]);
        let list = String::from_utf8(list.stdout).expect("text");
        assert!(
            list.contains("operator:Grace Hopper") && list.lines().all(|line| line.chars().count() <= 120),
            "{list}"
        );
        let both = ["audit", "list", "--actor", "operator:Grace Hopper", "--action", "audit.entry_viewed"];
        let looks = json_of(&folder, &[&both[..], &["--data-dir", "data"]].concat());
        assert_eq!(looks.as_array().map(Vec::len), Some(2));
        assert_eq!(
            (&looks[0]["fields"][0], &looks[0]["customer_id"]),
            (&json!(format!("/audit/{number}")), &json!(customer))
        );
        let none = json_of(&folder, &["audit", "list", "--from", "2999-01-01", "--data-dir", "data"]);
        assert_eq!(none, json!([]));
        for (arguments, said) in [
            (&["audit", "show", "999999"][..], "no such entry"),
            (&["audit", "list", "--action", "nonsense"], "--action must be one of"),
            (&["audit", "list", "--actor", "nonsense"], "--actor must be one of"),
            (&["audit", "list", "--from", "yesterday"], "yesterday is not a time"),
            (&["audit", "list", "--customer", "nonsense"], "is not a customer id"),
            (&["audit", "list", "--as", "a\nb"], "no control characters"),
            (&["audit", "list", "--as", ""], "1 to 128 characters"),
        ] {
            let output = dossier(&folder, &[arguments, &["--data-dir", "data"]].concat());
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && error.contains(said), "{arguments:?}: {error}");
        }
    });
    commands.await.expect("every command");
    assert_eq!(app.listed(SANDBOX, of("audit.entry_viewed")).await.len(), 2);
}

#[tokio::test]
async fn entries_of_simulated_steps_and_of_the_provider_have_the_decision() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let breakdown = json!([{ "currency": "usd", "payment_rails": "ach", "status": "rejected" }]);
    let set = json!({ "action": "kyc.breakdown.set", "customer_id": id, "breakdown": breakdown });
    app.post("/v0/customers/simulate", &set).await.expect(200);
    app.simulate(&id, "kyc.status.submit").await.expect(200);
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    let steps = app.listed(SANDBOX, of("kyc.simulated")).await;
    let outcomes: Vec<_> = steps.iter().map(|step| step["decision"]["outcome"].as_str().unwrap_or("none")).collect();
    assert_eq!(outcomes, ["approve", "submit", "set_breakdown"]);
    assert_eq!(steps[2]["decision"]["rails"], breakdown);
    let other = app.given("individual").await;
    app.open_session(&other).await;
    let token = json!({ "external_kyc_provider_data": { "sumsub_share_kyc_token": "simulated-approve" } });
    app.put(&other, &token).await.expect(200);
    for _ in 0..500 {
        let answered = app.listed(SANDBOX, of("kyc.provider_answered")).await;
        if let Some(entry) = answered.iter().find(|entry| entry["decision"].is_object()) {
            assert_eq!((&entry["actor"], &entry["decision"]["outcome"]), (&json!("system"), &json!("approve")));
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the provider has not answered");
}

#[test]
fn the_guide_names_every_action_and_every_recorded_setting() {
    let guide = include_str!("../../../../docs/audit.md");
    let settings = dossier::config::recorded_defaults().into_keys();
    let actions = dossier_core::audit::Action::ALL.iter().map(|action| action.as_str().to_owned());
    for name in actions.chain(settings) {
        assert!(guide.contains(&format!("`{name}`")), "docs/audit.md should have {name}");
    }
}

/// A backup is a copy of all records that leaves the installation.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_in_the_trail_before_it_is_made() {
    let app = TestApp::start().await;
    let place = tempfile::tempdir().expect("a folder");
    let to = place.path().to_string_lossy().into_owned();
    let create = backup::Create { place: Some(to.clone()) };
    app.command(create).await.expect("a backup");
    let trail = app.listed(PRODUCTION, of("backup.started")).await;
    assert_eq!((trail.len(), &trail[0]["actor"]), (1, &json!("operator:Ada")));
    assert_eq!(app.entry(PRODUCTION, &trail[0]["seq"]).await["note"], to.as_str());
}
