//! What customers are told before they answer, what they consent to, and who sees the answers of others.

use async_trait::async_trait;
use dossier::cli::accounts::{self as commands, Set};
use dossier::cli::command::DataCommand;
use dossier::cli::context::{CommandContext, ScopeArgs};
use dossier::cli::{doctor, review};
use dossier_core::api_key::KeyScope;
use dossier_core::caller::{Caller, Environment, Scope};
use dossier_core::clock::Timestamp;
use dossier_core::form::reveal::Reveal;
use dossier_core::form::short_hash;
use dossier_core::use_cases::accounts;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::form::Browser;

/// Sets the day from which the first account needs a legal name and a privacy notice. `None` makes it an account of an
/// older version.
struct NeededFrom(Option<Timestamp>);

#[async_trait]
impl DataCommand for NeededFrom {
    async fn run(&self, context: &CommandContext<'_>) -> Result<Value, String> {
        let services = context.services;
        let mut account = services.store.accounts().await.expect("accounts").remove(0);
        account.form.company.needed_from = self.0;
        let scope = Scope { account: account.account_id, environment: Environment::Sandbox };
        let caller = Caller::system(scope, "test");
        accounts::change(services, &caller, account).await.expect("changed");
        Ok(Value::Null)
    }
}

/// A production customer, for whom sessions are opened.
struct Production {
    key: String,
    customer: String,
}

impl Production {
    async fn new(app: &TestApp, email: &str) -> Self {
        let made = app.new_key(None, Environment::Production, KeyScope::ALL, None).await;
        let key = made["key"].as_str().expect("a key").to_owned();
        let body = json!({ "type": "individual", "email": email });
        let request = app.client.post(format!("{}/v0/customers", app.url)).header("Api-Key", &key).json(&body);
        let created = TestApp::send(request).await.expect(201);
        Self { key, customer: created["customer_id"].as_str().expect("an id").to_owned() }
    }

    async fn opens(&self, app: &TestApp) -> Answered {
        let url = format!("{}/v0/customers/{}/kycs", app.url, self.customer);
        TestApp::send(app.client.post(url).header("Api-Key", &self.key)).await
    }
}

fn says_who_asks() -> Set {
    Set {
        legal_name: Some("Harbour Bank plc".to_owned()),
        privacy_url: Some("https://harbour.example/privacy".to_owned()),
        terms_url: Some("https://harbour.example/terms".to_owned()),
        support_url: Some("mailto:help@harbour.example".to_owned()),
        review_time: Some("2 working days".to_owned()),
        ..Set::default()
    }
}

async fn doctor_says(app: &TestApp) -> Option<(bool, String)> {
    let checks = app.command(doctor::Doctor {}).await.expect("checks");
    let check = checks.as_array().expect("a list").iter().find(|check| check["check"] == "account").cloned()?;
    Some((check["ok"] == true, check["detail"].as_str().expect("a detail").to_owned()))
}

#[tokio::test]
async fn a_production_session_needs_a_legal_name_and_a_privacy_notice() {
    let app = TestApp::start().await;
    let production = Production::new(&app, "live@example.com").await;
    let problem = production.opens(&app).await.problem(409, "account_incomplete");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(detail.contains("no legal name and privacy URL") && detail.contains("dossier accounts set --account "));
    assert!(detail.contains("--legal-name") && detail.contains("--privacy-url https://"), "{detail}");
    let (is_well, detail) = doctor_says(&app).await.expect("a check");
    assert!(!is_well && detail.contains("production sessions are refused"), "{detail}");
    let sandbox = app.given("individual").await;
    app.open_session(&sandbox).await;
    app.command(Set { legal_name: Some("Harbour Bank plc".into()), ..Set::default() }).await.expect("set");
    let problem = production.opens(&app).await.problem(409, "account_incomplete");
    assert!(problem["detail"].as_str().expect("a detail").contains("no privacy URL"), "{problem}");
    app.command(says_who_asks()).await.expect("set");
    let opened = production.opens(&app).await;
    assert_eq!(opened.header("dossier-warning"), "");
    opened.expect(201);
    assert_eq!(doctor_says(&app).await, None);
    // A repeated request gets its kept answer, whatever the account has lost since.
    app.command(Set { privacy_url: Some(String::new()), ..Set::default() }).await.expect("set");
    production.opens(&app).await.problem(409, "account_incomplete");
}

#[tokio::test]
async fn an_account_of_an_older_version_is_warned_for_thirty_days() {
    let app = TestApp::start().await;
    let production = Production::new(&app, "live@example.com").await;
    app.command(NeededFrom(None)).await.expect("older");
    let opened = production.opens(&app).await;
    assert_eq!(opened.header("dossier-warning"), "account_incomplete");
    opened.expect(201);
    let app = app.restart().await;
    let opened = production.opens(&app).await;
    let warning = opened.header("dossier-warning").to_owned();
    let from = warning.strip_prefix("account_incomplete;refused_from=\"").and_then(|rest| rest.strip_suffix('"'));
    let from = Timestamp::parse(from.expect("a day")).expect("a moment");
    opened.expect(201);
    let (is_well, detail) = doctor_says(&app).await.expect("a check");
    assert!(is_well && detail.contains("warning"), "{detail}");
    // A restart does not restart the period.
    let app = app.restart().await;
    assert_eq!(production.opens(&app).await.header("dossier-warning"), warning);
    let day = 24 * 60 * 60;
    let set_at = from.plus_seconds(-30 * day);
    app.command(NeededFrom(Some(set_at.plus_seconds(-1)))).await.expect("later");
    production.opens(&app).await.problem(409, "account_incomplete");
    // A new account needs both from the start.
    let made = app.command(commands::Create { name: "new".to_owned() }).await.expect("an account");
    let key = app.new_key(made["account_id"].as_str(), Environment::Production, KeyScope::ALL, None).await;
    let key = key["key"].as_str().expect("a key");
    let app = app.restart().await;
    let call = |path: &str, body: Value| {
        TestApp::send(app.client.post(format!("{}{path}", app.url)).header("Api-Key", key).json(&body))
    };
    let created = call("/v0/customers", json!({ "type": "individual", "email": "a@example.com" })).await.expect(201);
    let id = created["customer_id"].as_str().expect("an id");
    call(&format!("/v0/customers/{id}/kycs"), json!({})).await.problem(409, "account_incomplete");
}

#[tokio::test]
async fn settings_of_the_company_are_checked_shown_and_audited() {
    let app = TestApp::start().await;
    let set = app.command(says_who_asks()).await.expect("set");
    assert_eq!(set["review_time"], "2 working days");
    assert_eq!(set["support_url"], "mailto:help@harbour.example");
    assert_eq!(set["reveal"], "after_birth_date");
    assert_eq!(app.command(commands::List {}).await.expect("a list")[0], set);
    let fields = app.trail().await[0]["fields"].clone();
    for field in ["legal_name", "privacy_url", "terms_url", "support_url", "review_time"] {
        assert!(fields.to_string().contains(&format!("/account/{field}")), "{fields}");
    }
    let wrong = |set: Set| app.command(set);
    for set in [
        Set { legal_name: Some("x".repeat(129)), ..Set::default() },
        Set { privacy_url: Some("http://harbour.example".into()), ..Set::default() },
        Set { terms_url: Some("javascript:alert(1)".into()), ..Set::default() },
        Set { privacy_url: Some("mailto:help@harbour.example".into()), ..Set::default() },
        Set { support_url: Some("tel:+44".into()), ..Set::default() },
        Set { review_time: Some("soon".into()), ..Set::default() },
        Set { reveal: Some("sometimes".into()), ..Set::default() },
    ] {
        assert!(wrong(set).await.is_err());
    }
    assert_eq!(app.command(commands::List {}).await.expect("a list")[0], set, "nothing was half set");
    let emptied = Set { support_url: Some(String::new()), review_time: Some(" ".into()), ..Set::default() };
    let set = app.command(emptied).await.expect("set");
    assert_eq!((&set["support_url"], &set["review_time"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn the_company_is_shown_before_the_first_field_and_stored_with_the_consent() {
    let app = TestApp::start().await;
    app.command(says_who_asks()).await.expect("set");
    let (id, link) = app.invited("individual").await;
    let landing = TestApp::send(app.client.get(&link).header("accept-language", "en")).await.text;
    for told in [
        "Harbour Bank plc is responsible for your data.",
        "https://harbour.example/privacy",
        "https://harbour.example/terms",
        "mailto:help@harbour.example",
        "about 5 minutes",
        "Your identity document, such as a passport",
        "Proof of address",
    ] {
        assert!(landing.contains(told), "{told}: {landing}");
    }
    let browser = Browser::enter(&app, &link).await;
    browser.completes().await;
    let review_page = browser.get("/review").await.text;
    assert!(review_page.contains("name=\"truth\"") && review_page.contains("name=\"agree\""));
    let (reviewed, consent) = (browser.shown("reviewed").await, browser.shown("consent").await);
    let hidden = [("reviewed", reviewed.as_str()), ("consent", consent.as_str())];
    for (ticked, missing) in
        [(&[][..], &["#truth", "#agree"][..]), (&[("truth", "yes")], &["#agree"]), (&[("agree", "yes")], &["#truth"])]
    {
        let refused = browser.post("/review", &[ticked, &hidden].concat()).await;
        assert!(!refused.header("location").contains("yes"), "no value is in a URL");
        let page = browser.follows(&refused).await;
        for id in ["#truth", "#agree"] {
            let is_missing = missing.contains(&id);
            let stays = page
                .text
                .contains(&format!("id=\"{}\" type=\"checkbox\" name=\"{0}\" value=\"yes\" checked", &id[1..]));
            assert_eq!(stays, !is_missing, "what was ticked stays ticked: {id} {ticked:?}");
            assert_eq!(page.text.contains(&format!("href=\"{id}\"")), is_missing, "{id} {ticked:?}");
            assert_eq!(page.text.contains(&format!("id=\"e-{}\"", &id[1..])), is_missing, "{id} {ticked:?}");
        }
    }
    // The consent must be to what was shown, so a new privacy notice is shown first.
    let other = Set { privacy_url: Some("https://harbour.example/other".into()), ..Set::default() };
    app.command(other).await.expect("set");
    let both = [("truth", "yes"), ("agree", "yes")];
    let page = browser.follows(&browser.post("/review", &[&both[..], &hidden].concat()).await).await;
    assert!(page.text.contains("Something has changed") && page.text.contains("https://harbour.example/other"));
    assert_eq!(browser.submits().await.status.as_u16(), 303);
    let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
    let review = app.command(review::Show { scope, customer_id: id }).await.expect("a review");
    let text = review["consent"]["text"].as_str().expect("the text");
    for kept in [
        "My answers and documents are true and complete.",
        "Harbour Bank plc is responsible for your data.",
        "https://harbour.example/other",
        "https://harbour.example/terms",
        "I agree to my data being used in this way.",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    let done = TestApp::send(app.client.get(&link).header("accept-language", "en")).await.text;
    assert!(done.contains("2 working days"), "{done}");
}

#[tokio::test]
async fn the_landing_page_lists_kinds_of_documents_and_nothing_about_the_customer() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("corporate").await;
    let owner = json!({ "first_name": "Grace", "last_name": "Hopper", "has_ownership": true, "has_control": true,
        "ownership_percentage": "50" });
    let body = json!({ "business_legal_name": "Secret Harbour Limited", "associated_persons": [owner] });
    app.put(&id, &body).await.expect(200);
    let landing = TestApp::send(app.client.get(&link).header("accept-language", "en")).await.text;
    for told in [
        "An identity document for each owner and director",
        "Proof of address for each owner and director",
        "Register of shareholders",
        "about 15 minutes",
    ] {
        assert!(landing.contains(told), "{told}: {landing}");
    }
    for secret in ["Grace", "Hopper", "Secret", "50"] {
        assert!(!landing.contains(&format!(">{secret}")) && !landing.contains(&format!(" {secret} ")), "{secret}");
    }
}

/// A date as the form sends it.
fn date(text: &str) -> Vec<(&str, &str)> {
    let mut parts = text.split('-');
    let mut next = || parts.next().expect("a part");
    vec![("page", "review"), ("date.y", next()), ("date.m", next()), ("date.d", next())]
}

#[tokio::test]
async fn a_device_that_enters_the_birth_date_sees_the_answers_of_another() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let first = Browser::enter(&app, &link).await;
    first.completes().await;
    let second = Browser::enter(&app, &link).await;
    let documents = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200);
    let file = format!("/files/{}", documents["documents"][0]["file_id"].as_str().expect("a file"));
    for path in ["", "/review"] {
        let page = second.get(path).await.text;
        assert!(page.contains("To see them, enter your date of birth") && !page.contains("Lovelace"), "{path}");
    }
    assert!(!first.get("/review").await.text.contains("id=\"reveal\""), "there is nothing that it does not see");
    // An invalid date does not count as a try.
    let slip = second.post("/reveal", &[("page", "review"), ("date.y", "1990")]).await;
    assert!(slip.header("location").ends_with("/review?reveal=no-date#reveal-date"), "{}", slip.header("location"));
    assert!(slip.header("set-cookie").contains("HttpOnly") && slip.header("set-cookie").contains("Max-Age=60"));
    let page = second.follows(&slip).await.text;
    assert!(page.contains("name=\"date.y\" value=\"1990\""), "a slip is corrected, not typed again: {page}");
    let wrong = second.post("/reveal", &date("1990-12-11")).await;
    assert!(!wrong.header("location").contains("1990"), "no value is in a URL");
    let page = second.follows(&wrong).await.text;
    assert!(page.contains("You can try 4 more times") && page.contains("name=\"date.d\" value=\"11\""), "{page}");
    assert!(!second.get("/review").await.text.contains("value=\"11\""), "only with the error");
    assert_eq!(app.trail().await[0]["action"], "kyc.form_reveal_failed");
    assert_eq!(second.get(&file).await.status.as_u16(), 404);
    let right = second.post("/reveal", &date("1990-12-10")).await;
    assert!(right.header("location").ends_with("/review") && right.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(app.trail().await[0]["action"], "kyc.form_revealed");
    let page = second.get("/review").await.text;
    assert!(page.contains("Lovelace") && page.contains("12 Harbour Road") && !page.contains("id=\"reveal\""));
    assert!(second.get("/details").await.text.contains("value=\"Lovelace\""));
    assert_eq!(second.get(&file).await.status.as_u16(), 200);
    assert_eq!(second.submits().await.status.as_u16(), 303);
}

#[tokio::test]
async fn after_five_wrong_dates_a_session_reveals_nothing_even_with_a_new_pass() {
    let app = TestApp::start().await;
    app.command(says_who_asks()).await.expect("set");
    let (id, link) = app.invited("individual").await;
    app.put(&id, &json!({ "first_name": "Ada", "birth_date": "1990-12-10" })).await.expect(200);
    let mut devices = Vec::new();
    for day in 11..16 {
        let device = Browser::enter(&app, &link).await;
        device.post("/reveal", &date(&format!("1990-12-{day}"))).await;
        devices.push(device);
    }
    let late = Browser::enter(&app, &link).await;
    for device in devices.iter().chain([&late]) {
        device.post("/reveal", &date("1990-12-10")).await;
        let page = device.get("").await.text;
        assert!(page.contains("The date was wrong too many times") && page.contains("mailto:help@harbour.example"));
        assert!(!device.get("/details").await.text.contains("value=\"Ada\""));
    }
    let body = json!({ "renew": true });
    let kycs = app.post(&format!("/v0/customers/{id}/kycs"), &body).await.expect(201)["kycs"].take();
    let device = Browser::enter(&app, kycs["kyc_flow_link"].as_str().expect("a link")).await;
    device.post("/reveal", &date("1990-12-10")).await;
    assert!(device.get("/details").await.text.contains("value=\"Ada\""));
}

#[tokio::test]
async fn simultaneous_tries_are_counted_one_by_one() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    app.put(&id, &json!({ "first_name": "Ada", "birth_date": "1990-12-10" })).await.expect(200);
    let device = Browser::enter(&app, &link).await;
    let tries: Vec<_> = (11..23).map(|day| format!("1990-12-{day}")).collect();
    let tries = tries.iter().map(|text| async { device.post("/reveal", &date(text)).await.status.as_u16() });
    let statuses = futures_util::future::join_all(tries).await;
    assert!(statuses.iter().all(|status| *status == 303), "{statuses:?}");
    let failed = app.trail().await.iter().filter(|entry| entry["action"] == "kyc.form_reveal_failed").count();
    assert_eq!(failed, 5);
}

/// The fields of a page that ticks or unticks the boxes of these places.
fn ticks(places: &[String], now: bool) -> Vec<(String, String)> {
    let was = short_hash(if now { "" } else { "yes" });
    let shown = places.iter().map(|place| (format!("was:keep:{place}"), was.clone()));
    let ticked = places.iter().filter(|_| now).map(|place| (format!("keep:{place}"), "yes".to_owned()));
    shown.chain(ticked).collect()
}

async fn posts(browser: &Browser, step: &str, fields: &[(String, String)]) {
    let fields: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(browser.post(step, &fields).await.status.as_u16(), 303);
}

#[tokio::test]
async fn hidden_answers_are_confirmed_or_given_again() {
    let app = TestApp::start().await;
    app.command(Set { reveal: Some(Reveal::Never.to_string()), ..Set::default() }).await.expect("set");
    let (_, link) = app.invited("individual").await;
    let first = Browser::enter(&app, &link).await;
    first.completes().await;
    let second = Browser::enter(&app, &link).await;
    second.post("/reveal", &date("1990-12-10")).await;
    let page = second.get("/review").await.text;
    assert!(
        !page.contains("Lovelace") && !page.contains("name=\"agree\"") && page.contains("still correct, or enter it")
    );
    // Some are confirmed, and one is typed again.
    let details = second.get("/details").await.text;
    assert!(details.contains("name=\"keep:/last_name\"") && !details.contains("Lovelace"));
    let typed = [("/first_name", "Grace"), ("was:/first_name", "e3b0c44298fc1c14")];
    let typed = typed.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let rest = ticks(&["/first_name", "/last_name", "/birth_date", "/nationality"].map(ToOwned::to_owned), true);
    posts(&second, "/details", &[&typed[..], &rest].concat()).await;
    let confirmed = async || second.get("/details").await.text.matches("value=\"yes\" checked").count();
    assert_eq!(confirmed().await, 3);
    // Unticking a box withdraws the confirmation.
    posts(&second, "/details", &ticks(&["/last_name".to_owned()], false)).await;
    assert_eq!(confirmed().await, 2);
    posts(&second, "/details", &ticks(&["/last_name".to_owned()], true)).await;
    let address =
        ["street_line_1", "city", "country", "postal_code"].map(|name| format!("/residential_address/{name}"));
    let identity =
        ["number", "type", "issuing_country"].map(|name| format!("/identifying_information/id_document/{name}"));
    for (step, places) in [("/address", &address[..]), ("/identity", &identity[..])] {
        posts(&second, step, &ticks(places, true)).await;
        assert!(!second.get("/review").await.text.contains("name=\"agree\""), "documents have to be confirmed too");
        let page = second.get(step).await.text;
        let action =
            page.split("action=\"").find(|rest| rest.contains("/keep/") && rest.find('"') > rest.find("/keep/"));
        let path =
            action.and_then(|rest| rest.split('"').next()).expect("a button").splitn(4, '/').nth(3).expect("a path");
        assert_eq!(second.post(&format!("/{path}"), &[]).await.status.as_u16(), 303);
    }
    assert_eq!(second.submits().await.status.as_u16(), 303);
}

#[tokio::test]
async fn with_always_everyone_with_the_link_sees_everything() {
    let app = TestApp::start().await;
    app.command(Set { reveal: Some(Reveal::Always.to_string()), ..Set::default() }).await.expect("set");
    let (id, link) = app.invited("individual").await;
    app.put(&id, &json!({ "first_name": "Ada", "birth_date": "1990-12-10" })).await.expect(200);
    let device = Browser::enter(&app, &link).await;
    let page = device.get("/details").await.text;
    assert!(page.contains("value=\"Ada\"") && !page.contains("id=\"reveal\""));
    let elsewhere = app.client.post(format!("{}/reveal", device.base)).header("cookie", &device.cookie);
    let refused = TestApp::send(elsewhere.header("sec-fetch-site", "cross-site")).await;
    assert_eq!(refused.status.as_u16(), 403);
}
