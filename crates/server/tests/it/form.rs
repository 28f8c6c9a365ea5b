//! The hosted form over HTTP: who may enter, what is saved, what is shown to whom, and when it is submitted. The
//! browser tests cover how it looks and is used.

use dossier::cli::accounts::Set;
use dossier::cli::context::ScopeArgs;
use dossier::cli::{audit, review};
use dossier::http::claimant::Claimants;
use dossier_core::caller::Environment;
use dossier_core::form::short_hash;
use reqwest::{Method, RequestBuilder, redirect};
use serde_json::{Value, json};

use crate::app::{Answered, BOUNDARY, TestApp, page};
use crate::samples::{locked_pdf, pdf, png};

/// A browser with one pass.
pub(crate) struct Browser {
    client: reqwest::Client,
    pub(crate) cookie: String,
    pub(crate) base: String,
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(redirect::Policy::none()).build().expect("a client")
}

impl Browser {
    pub(crate) async fn enter(app: &TestApp, link: &str) -> Self {
        Self::enter_with(app, link, "").await
    }

    async fn enter_with(app: &TestApp, link: &str, cookie: &str) -> Self {
        let client = client();
        let request = client.post(link).header("sec-fetch-site", "same-origin").header("cookie", cookie);
        let entered = TestApp::send(request).await;
        assert_eq!(entered.status.as_u16(), 303, "{}", entered.text);
        let pass = entered.header("set-cookie").split(';').next().expect("a pair").to_owned();
        let base = format!("{}{}", app.url, entered.header("location"));
        let cookie = if cookie.is_empty() { pass } else { format!("{cookie}; {pass}") };
        Self { client, cookie, base }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base)).header("cookie", &self.cookie);
        request.header("sec-fetch-site", "same-origin").header("accept-language", "en")
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        TestApp::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
        TestApp::send(request.body(body)).await
    }

    /// Follows a redirect, with the cookie that came with it.
    pub(crate) async fn follows(&self, answer: &Answered) -> Answered {
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
        let session = self.base.rsplit('/').next().expect("a session");
        let path = answer.header("location").split(session).nth(1).expect("a page of the form").to_owned();
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        TestApp::send(self.request(Method::GET, &path).header("cookie", cookie)).await
    }

    /// Fills in empty fields one after the other, and saves each as scripts do.
    pub(crate) async fn types(&self, step: &str, fields: &[(&str, &str)]) -> String {
        let mut said = String::new();
        for (place, text) in fields {
            let was = format!("was:{place}");
            let request = self.request(Method::POST, &format!("/{step}")).header("hx-request", "true");
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([(*place, *text), (&was, &short_hash("")), ("field", place)])
                .finish();
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            let answer = TestApp::send(request).await;
            assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
            said.push_str(&answer.text);
        }
        said
    }

    pub(crate) async fn uploads(&self, step: &str, requirement: &str) -> Answered {
        self.uploads_file(step, requirement, &pdf(requirement.as_bytes())).await
    }

    async fn uploads_file(&self, step: &str, requirement: &str, content: &[u8]) -> Answered {
        let (input, pressed) = (format!("file:{requirement}"), format!("upload:{requirement}"));
        let attempt = Self::attempt(content);
        self.sends(step, &[("attempt", None, attempt.as_bytes()), (&input, Some("a.pdf"), content)], &pressed).await
    }

    /// Sends a page with its fields and files, with the button that has this value.
    pub(crate) async fn sends(&self, step: &str, parts: &[(&str, Option<&str>, &[u8])], pressed: &str) -> Answered {
        let parts = [parts, &[("do", None, pressed.as_bytes())]].concat();
        let request = self.request(Method::POST, &format!("/{step}"));
        let request = request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        TestApp::send(request.body(page(&parts))).await
    }

    /// The attempt for a content. The same content has the same attempt.
    fn attempt(content: &[u8]) -> String {
        short_hash(&String::from_utf8_lossy(content))
    }

    /// Fills in everything that an individual in the United Kingdom is asked for.
    pub(crate) async fn completes(&self) {
        self.completes_but(&[]).await;
    }

    pub(crate) async fn completes_but(&self, left_out: &[&str]) {
        let details =
            [("/first_name", "Ada"), ("/last_name", "Lovelace"), ("/nationality", "GB"), ("/birth_date", "1990-12-10")];
        for field in details.into_iter().filter(|(place, _)| !left_out.contains(place)) {
            self.types("details", &[field]).await;
        }
        let address = |member: &str| format!("/residential_address/{member}");
        for (member, text) in
            [("street_line_1", "12 Harbour Road"), ("city", "London"), ("country", "GB"), ("postal_code", "N1 9GU")]
        {
            self.types("address", &[(&address(member), text)]).await;
        }
        let document = |member: &str| format!("/identifying_information/id_document/{member}");
        for (member, text) in [("number", "X1234567"), ("type", "passport"), ("issuing_country", "GB")] {
            self.types("identity", &[(&document(member), text)]).await;
        }
        for (step, requirement) in [("address", "proof_of_address"), ("identity", "id_document_front")] {
            assert_eq!(self.uploads(step, requirement).await.status.as_u16(), 303);
        }
    }

    /// A hidden field of the review.
    pub(crate) async fn shown(&self, name: &str) -> String {
        let page = self.get("/review").await.text;
        let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("the field");
        from.split('"').next().expect("a value").to_owned()
    }

    pub(crate) async fn submits(&self) -> Answered {
        let (reviewed, consent) = (self.shown("reviewed").await, self.shown("consent").await);
        let ticked = [("truth", "yes"), ("agree", "yes")];
        self.post("/review", &[&ticked[..], &[("reviewed", &reviewed), ("consent", &consent)]].concat()).await
    }
}

impl TestApp {
    pub(crate) async fn invited(&self, kind: &str) -> (String, String) {
        let id = self.given(kind).await;
        let link = self.open_session(&id).await["kyc_flow_link"].as_str().expect("a link").to_owned();
        (id, link)
    }

    pub(crate) async fn trail(&self) -> Vec<Value> {
        let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
        let rows = self
            .command(audit::List { scope, query: Default::default(), before: None, limit: 200 })
            .await
            .expect("the trail");
        rows.as_array().expect("rows").clone()
    }

    async fn version(&self, id: &str) -> String {
        self.get(&format!("/v0/customers/{id}")).await.header("etag").to_owned()
    }
}

#[tokio::test]
async fn a_get_of_a_link_changes_and_reveals_nothing_and_a_post_exchanges_its_token_for_a_pass() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    app.put(&id, &json!({ "first_name": "Augusta" })).await.expect(200);
    let before = app.version(&id).await;
    // Programs that preview links send these.
    for agent in ["WhatsApp/2.23", "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (compatible; Googlebot/2.1)"] {
        for method in [Method::GET, Method::HEAD] {
            let page = TestApp::send(app.client.request(method, &link).header("user-agent", agent)).await;
            assert_eq!(page.status.as_u16(), 200);
            assert_eq!(page.header("set-cookie"), "");
            assert!(!page.text.contains("Augusta") && !page.text.contains("src="), "{}", page.text);
            for (name, value) in [
                ("referrer-policy", "no-referrer"),
                ("cache-control", "no-store"),
                ("x-robots-tag", "noindex, nofollow"),
            ] {
                assert_eq!(page.header(name), value);
            }
        }
    }
    assert_eq!(app.version(&id).await, before);
    let browser = Browser::enter(&app, &link).await;
    assert_eq!(app.version(&id).await, before, "entering is recorded in the trail, not in the record");
    let page = browser.get("").await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(!browser.base.contains("dsl_") && !page.text.contains("dsl_"), "a clean URL");
    let csp = page.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
        assert!(csp.contains(part), "{csp}");
    }
    assert!(!csp.contains("unsafe"), "{csp}");
    let trail = app.trail().await;
    let opened = trail.iter().find(|entry| entry["action"] == "kyc.form_opened").expect("an entry");
    assert_eq!(
        opened["actor"].as_str().expect("an actor"),
        format!("session:{}", &browser.base[browser.base.len() - 36..])
    );
    // A link works more than once: another device may enter.
    Browser::enter(&app, &link).await;
}

#[tokio::test]
async fn a_pass_opens_only_its_own_session_and_only_as_long_as_its_link_works() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let (_, other) = app.invited("individual").await;
    let (one, two) = (Browser::enter(&app, &link).await, Browser::enter(&app, &other).await);
    let session = |browser: &Browser| browser.base[browser.base.len() - 36..].to_owned();
    let value = one.cookie.split('=').nth(1).expect("a value").to_owned();
    let other_end = if value.ends_with('x') { 'y' } else { 'x' };
    for (cookie, status) in [
        (format!("dossier-{}={value}", session(&one)), 200),
        (format!("dossier-{}={value}", session(&two)), 403),
        (format!("dossier-{}={}", session(&one), link.rsplit('/').next().expect("a token")), 403),
        (format!("dossier-{}={}{other_end}", session(&one), &value[..value.len() - 1]), 403),
        ("dossier-x=y".to_owned(), 403),
        (String::new(), 403),
    ] {
        for path in ["", "/details", "/review"] {
            let request = one.client.get(format!("{}{path}", one.base)).header("cookie", &cookie);
            assert_eq!(TestApp::send(request).await.status.as_u16(), status, "{path}");
        }
        let request = two.client.get(format!("{}/details", two.base)).header("cookie", &cookie);
        assert_eq!(TestApp::send(request).await.status.as_u16(), 403);
    }
    // After the link has expired, was replaced or led to a decision, the pass shows the same page as the link.
    app.simulate(&id, "session.expire").await.expect(200);
    assert_eq!(one.get("/details").await.status.as_u16(), 410);
    let refused = one.post("/details", &[("/first_name", "Late"), ("was:/first_name", "")]).await;
    assert_eq!(refused.status.as_u16(), 410);
    app.open_session(&id).await;
    assert!(one.get("/details").await.text.contains("There is a newer link"));
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    assert!(one.get("/review").await.text.contains("You are verified"));
    assert_eq!(app.profile(&id).await["first_name"], Value::Null);
}

#[tokio::test]
async fn a_half_typed_value_is_a_draft_and_stored_once_it_is_complete() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let events = app.get("/v0/events").await.expect(200)["items"].as_array().expect("events").len();
    browser.types("address", &[("/residential_address/city", "London"), ("/residential_address/country", "GB")]).await;
    assert_eq!(app.profile(&id).await["residential_address"], Value::Null);
    assert_eq!(app.get("/v0/events").await.expect(200)["items"].as_array().expect("events").len(), events);
    assert!(browser.get("/address").await.text.contains("value=\"London\""), "the device sees what it typed");
    browser
        .types(
            "address",
            &[
                ("/residential_address/postal_code", "N1 9GU"),
                ("/residential_address/street_line_1", "12 Harbour Road"),
            ],
        )
        .await;
    let stored =
        json!({ "street_line_1": "12 Harbour Road", "city": "London", "country": "GB", "postal_code": "N1 9GU" });
    assert_eq!(app.profile(&id).await["residential_address"], stored);
    let trail = app.trail().await;
    let newest = &trail[0];
    assert_eq!(newest["action"], "customer.updated");
    assert_eq!(newest["fields"], json!(["/residential_address"]));
    assert!(newest["actor"].as_str().expect("an actor").starts_with("session:"));
    // If one part of a complete address is cleared, it is a draft again. The stored address stays until it is complete.
    let emptied = [("/residential_address/city", ""), ("was:/residential_address/city", &short_hash("London"))];
    let answer = browser.post("/address", &emptied).await;
    assert_eq!(answer.status.as_u16(), 303);
    assert!(answer.header("location").ends_with("/address?check="), "{}", answer.header("location"));
    assert_eq!(app.profile(&id).await["residential_address"], stored);
    assert!(browser.get("/review").await.text.contains("Enter the town or city<"), "and prevents submission");
}

#[tokio::test]
async fn values_that_a_put_refuses_are_kept_with_an_error_in_words() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let long = "x".repeat(129);
    for (step, place, text, said) in [
        ("details", "/first_name", long.as_str(), "“First name” is too long. Use no more than 128 characters"),
        ("details", "/first_name", "a\0b", "The character at position 2 of “First name” is invisible"),
        ("details", "/birth_date", "1990-02-31", "Date of birth: 31 February 1990 does not exist. Check the day"),
        ("details", "/birth_date", "1990-02-32", "The day of “Date of birth” must be a number from 1 to 31"),
        ("details", "/birth_date", "1990-13-02", "The month of “Date of birth” must be a number from 1 to 12"),
        ("details", "/birth_date", "90-12-02", "Enter the year of “Date of birth” with four digits, for example 1990"),
        ("details", "/birth_date", "1990-May-02", "Enter the day, month and year in numbers: Date of birth"),
        ("details", "/birth_date", "2999-01-01", "Date of birth cannot be in the future"),
        ("details", "/birth_date", "2020-01-01", "You must be at least 18 years old. If “Date of birth” is wrong"),
        ("details", "/nationality", "ZZ", "Choose your nationality"),
        (
            "identity",
            "/identifying_information/id_document/type",
            "library_card",
            "Choose the type of identity document",
        ),
    ] {
        let answer = browser.types(step, &[(place, text)]).await;
        // An object is validated once it is complete.
        if !place.contains("id_document") {
            assert!(answer.contains(said), "{place}: {answer}");
        }
        let errors = answer.split("data-invalid>").skip(1).filter_map(|rest| rest.split("</p>").next());
        assert!(!errors.collect::<String>().contains(text), "a value is not repeated");
        let last = place.rsplit('/').next().expect("a name");
        assert!(app.profile(&id).await[last].is_null() || text.starts_with('2'), "{place}");
    }
    let number = [
        ("/identifying_information/id_document/number", "1"),
        ("/identifying_information/id_document/issuing_country", "GB"),
    ];
    browser.types("identity", &number).await;
    assert!(browser.get("/identity").await.text.contains("Choose the type of identity document"));
    browser.types("identity", &[("/identifying_information/id_document/type", "passport")]).await;
    assert_eq!(app.profile(&id).await["identifying_information"]["id_document"]["type"], "passport");
}

#[tokio::test]
async fn a_value_that_is_no_longer_asked_for_does_not_prevent_submission() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    browser.completes().await;
    let country = |was: &str, now: &'static str| {
        let was = short_hash(was);
        let browser = &browser;
        async move {
            let place = "/residential_address/country";
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([(place, now), (&format!("was:{place}"), &was)])
                .finish();
            let request = browser.request(Method::POST, "/address");
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            TestApp::send(request.body(body)).await
        }
    };
    country("GB", "US").await;
    assert!(browser.get("/review").await.text.contains("tax number"));
    // Half of it is typed, and then it is no longer asked for.
    browser.types("identity", &[("/identifying_information/tax_number/number", "900-12-3456")]).await;
    assert!(browser.get("/review").await.text.contains("items left to complete"));
    country("US", "FR").await;
    let review = browser.get("/review").await.text;
    assert!(!review.contains("tax number") && review.contains("name=\"agree\""), "{review}");
    assert_eq!(browser.submits().await.status.as_u16(), 303);
    assert_eq!(app.profile(&id).await["identifying_information"]["tax_number"], Value::Null);
}

#[tokio::test]
async fn a_cleared_value_is_removed_and_asked_for_again() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    browser.completes().await;
    let document = |member: &str| format!("/identifying_information/id_document/{member}");
    let fields: Vec<(String, String)> = [("number", "X1234567"), ("type", "passport"), ("issuing_country", "GB")]
        .into_iter()
        .flat_map(|(member, was)| {
            [(document(member), String::new()), (format!("was:{}", document(member)), short_hash(was))]
        })
        .collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(browser.post("/identity", &fields).await.status.as_u16(), 303);
    assert_eq!(app.profile(&id).await["identifying_information"], Value::Null, "no empty container is left");
    assert!(browser.get("/review").await.text.contains("Enter the document number as it is on the identity document"));
}

#[tokio::test]
async fn a_script_that_saves_into_a_closed_form_gets_a_conflict() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    app.simulate(&id, "kyc.status.approve").await.expect(200);
    let place = "/first_name";
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([(place, "Late"), ("was:/first_name", &short_hash("")), ("field", place)])
        .finish();
    for (partial, status) in [(true, 409), (false, 200)] {
        let request = browser.request(Method::POST, "/details").body(body.clone());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = if partial { request.header("hx-request", "true") } else { request };
        let answer = TestApp::send(request).await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(answer.text.contains("You are verified"));
    }
    assert_eq!(app.profile(&id).await["first_name"], Value::Null);
}

#[tokio::test]
async fn only_values_that_are_asked_for_can_be_written() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let before = app.version(&id).await;
    for place in [
        "/account_purpose",
        "/acting_as_intermediary",
        "/kycs",
        "/kycs/status",
        "/customer_id",
        "/email",
        "/version",
        "/documents",
        "/documents/0/file_id",
        "/associated_persons/0/first_name",
        "/external_kyc_provider_data/sumsub_share_kyc_token",
        "/identifying_information",
        "/residential_address",
        "/first_name/x",
        "first_name",
        "",
        "/",
    ] {
        browser.types("details", &[(place, "GB")]).await;
        assert_eq!(app.version(&id).await, before, "{place}");
    }
}

#[tokio::test]
async fn another_device_sees_that_an_answer_exists_but_not_its_value() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    app.put(&id, &json!({ "nationality": "FR" })).await.expect(200);
    let first = Browser::enter(&app, &link).await;
    first.completes().await;
    let second = Browser::enter(&app, &link).await;
    let file = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200)["documents"][0]["file_id"]
        .as_str()
        .expect("a file")
        .to_owned();
    for path in ["", "/details", "/address", "/identity", "/review", "/details?check"] {
        let page = second.get(path).await.text;
        for typed in
            ["Lovelace", "1990", "12 Harbour Road", "London", "N1 9GU", "X1234567", "a.pdf", "value=\"GB\" selected"]
        {
            assert!(!page.contains(typed), "{typed} is in {path}");
        }
    }
    assert_eq!(second.get(&format!("/files/{file}")).await.status.as_u16(), 404);
    let seen = first.get(&format!("/files/{file}")).await;
    assert_eq!(seen.status.as_u16(), 200);
    assert!(seen.header("content-security-policy").starts_with("sandbox"));
    assert!(first.get("/review").await.text.contains("Lovelace"));
    // A value that the company has written since is hidden from the device. (It completes the record, which is then
    // submitted. The reviewers want something again, so there is a newer link.)
    app.put(&id, &json!({ "last_name": "Secretname" })).await.expect(200);
    app.simulate(&id, "kyc.status.request_resubmission").await.expect(200);
    let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
    let link = customer["kycs"]["kyc_flow_link"].as_str().expect("a link").to_owned();
    // The same browser is recognised through the newer link.
    let again = Browser::enter_with(&app, &link, &first.cookie).await;
    assert!(again.get("/address").await.text.contains("12 Harbour Road"));
    let page = again.get("/details").await.text;
    assert!(page.contains("value=\"Ada\"") && !page.contains("Secretname"));
    assert!(!Browser::enter(&app, &link).await.get("/address").await.text.contains("12 Harbour Road"));
}

#[tokio::test]
async fn a_page_that_is_sent_late_saves_only_what_was_changed_on_it() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let (old, new) = (Browser::enter(&app, &link).await, Browser::enter(&app, &link).await);
    old.types("details", &[("/first_name", "Augusta"), ("/last_name", "Byron")]).await;
    let said = new.types("details", &[("/last_name", "King")]).await;
    assert!(said.contains("This replaces the answer that another device saved on"), "{said}");
    let (augusta, byron, empty) = (short_hash("Augusta"), short_hash("Byron"), short_hash(""));
    let page = [
        ("/first_name", "Ada"),
        ("was:/first_name", augusta.as_str()),
        ("/last_name", "Byron"),
        ("was:/last_name", byron.as_str()),
        ("/nationality", "GB"),
        ("was:/nationality", empty.as_str()),
    ];
    old.post("/details", &page).await;
    let profile = app.profile(&id).await;
    assert_eq!([&profile["first_name"], &profile["last_name"], &profile["nationality"]], ["Ada", "King", "GB"]);
}

#[tokio::test]
async fn only_the_customer_submits_the_form_and_only_as_it_was_shown() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    // The form is incomplete, so there is no consent to give yet.
    assert!(!browser.get("/review").await.text.contains("name=\"agree\""));
    browser.completes().await;
    assert_eq!(app.stands(&id).await, "pending/submission_started", "a save never submits");
    let (reviewed, consent) = (browser.shown("reviewed").await, browser.shown("consent").await);
    for (fields, said) in [
        (
            vec![("truth", "yes"), ("reviewed", reviewed.as_str()), ("consent", consent.as_str())],
            "Tick the box to agree",
        ),
        (
            vec![("agree", "yes"), ("reviewed", reviewed.as_str()), ("consent", consent.as_str())],
            "Tick the box to declare",
        ),
        (vec![("agree", "yes"), ("reviewed", reviewed.as_str())], "Something has changed"),
        (vec![("agree", "yes"), ("reviewed", reviewed.as_str()), ("consent", "other")], "Something has changed"),
        (
            vec![("truth", "yes"), ("agree", "yes"), ("reviewed", "1"), ("consent", consent.as_str())],
            "Something has changed",
        ),
        (vec![("truth", "yes"), ("agree", "yes"), ("consent", consent.as_str())], "Something has changed"),
    ] {
        let answer = browser.post("/review", &fields).await;
        assert!(browser.follows(&answer).await.text.contains(said), "{said}");
        assert_eq!(app.stands(&id).await, "pending/submission_started");
    }
    let answer = browser.submits().await;
    assert_eq!(answer.status.as_u16(), 303);
    assert_eq!(app.stands(&id).await, "pending/submission_accepted");
    // The link shows the closing page. The pass has ended, on the server and in the browser.
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    let last = TestApp::send(browser.client.get(format!("{}{}", app.url, answer.header("location")))).await;
    assert!(last.text.contains("Thank you. Your details have been sent"));
    for path in ["", "/details", "/review"] {
        assert_eq!(browser.get(path).await.status.as_u16(), 403);
    }
    assert_eq!(app.trail().await[0]["action"], "kyc.form_submitted");
    let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
    let review = app.command(review::Show { scope, customer_id: id.clone() }).await.expect("a review");
    let consent = &review["consent"];
    assert_eq!(consent["language"], "en");
    assert_eq!(consent["address"], "127.0.0.1");
    assert_eq!(consent["reviewed"], reviewed.parse::<u64>().expect("a version"));
    assert!(consent["text"].as_str().expect("the text").contains("My answers and documents are true and complete."));
    assert_eq!(consent["sha256"].as_str().expect("a hash").len(), 64);
}

#[tokio::test]
async fn after_leaving_or_submitting_the_cookie_opens_nothing() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let (stays, leaves) = (Browser::enter(&app, &link).await, Browser::enter(&app, &link).await);
    leaves.types("details", &[("/first_name", "Augusta")]).await;
    let left = leaves.post("/leave", &[]).await;
    assert!(left.text.contains("You have left the form") && left.header("set-cookie").contains("Max-Age=0"));
    for path in ["", "/details", "/review"] {
        assert_eq!(leaves.get(path).await.status.as_u16(), 403, "the cookie opens nothing");
    }
    assert_eq!(leaves.post("/details", &[("/first_name", "X")]).await.status.as_u16(), 403);
    assert_eq!(app.trail().await[0]["action"], "kyc.form_left");
    // It also does not reveal earlier answers to a browser that returns.
    let again = Browser::enter_with(&app, &link, &leaves.cookie).await;
    let pass = again.cookie.rsplit("; ").next().expect("a pass").to_owned();
    let again = Browser { cookie: pass, ..again };
    assert!(!again.get("/details").await.text.contains("Augusta"));
    stays.completes().await;
    assert_eq!(stays.submits().await.status.as_u16(), 303);
    for browser in [&stays, &again] {
        assert_eq!(browser.get("").await.status.as_u16(), 403, "the pass ends with the submission");
    }
}

#[tokio::test]
async fn a_pass_ends_after_a_day_without_use() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let (used, idle) = (Browser::enter(&app, &link).await, Browser::enter(&app, &link).await);
    let wait = async |time: &str| app.post("/v0/sandbox/clock", &json!({ "advance": time })).await.expect(200);
    for browser in [&used, &idle] {
        assert_eq!(browser.get("/details").await.status.as_u16(), 200);
    }
    wait("PT23H").await;
    assert_eq!(used.get("/details").await.status.as_u16(), 200);
    wait("PT1H").await;
    assert_eq!(used.get("/details").await.status.as_u16(), 200);
    assert_eq!(idle.get("/details").await.status.as_u16(), 403);
    assert_eq!(idle.post("/details", &[("/first_name", "X")]).await.status.as_u16(), 403);
    wait("PT23H59M").await;
    let app = app.restart().await;
    let used = Browser { base: format!("{}{}", app.url, &used.base[used.base.len() - 42..]), ..used };
    assert_eq!(used.get("/details").await.status.as_u16(), 200, "a restart keeps the time of the last use");
    app.post("/v0/sandbox/clock", &json!({ "advance": "PT24H" })).await.expect(200);
    assert_eq!(used.get("/details").await.status.as_u16(), 403);
    Browser::enter(&app, &link.replacen(&link[..link.len() - 63], &app.url, 1)).await;
}

#[tokio::test]
async fn a_renewed_session_ends_the_old_link_and_all_of_its_passes() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let thief = Browser::enter(&app, &link).await;
    thief.types("details", &[("/first_name", "Augusta")]).await;
    let open = async |body: Value| {
        let kycs = app.post(&format!("/v0/customers/{id}/kycs"), &body).await.expect(201)["kycs"].take();
        kycs["kyc_flow_link"].as_str().expect("a link").to_owned()
    };
    assert_eq!(open(json!({ "renew": false })).await, link, "an open session is not renewed");
    let wrong = app.post(&format!("/v0/customers/{id}/kycs"), &json!({ "renew": "yes" })).await;
    assert_eq!(wrong.violations(), ["/renew wrong_type"]);
    assert_eq!(thief.get("/details").await.status.as_u16(), 200);
    let renewed = open(json!({ "renew": true })).await;
    assert_ne!(renewed, link);
    for path in ["", "/details"] {
        assert_eq!(thief.get(path).await.status.as_u16(), 403);
    }
    assert_eq!(thief.post("/details", &[("/first_name", "X")]).await.status.as_u16(), 403);
    let page = TestApp::send(app.client.get(&link)).await;
    assert!(page.status.as_u16() == 410 && page.text.contains("There is a newer link"));
    assert_eq!(TestApp::send(thief.client.post(&link).header("sec-fetch-site", "same-origin")).await.status, 410);
    let customer = Browser::enter_with(&app, &renewed, &thief.cookie).await;
    assert!(!customer.get("/details").await.text.contains("Augusta"), "the old pass proves nothing");
    assert_eq!(open(json!({})).await, renewed, "the new one is the open one");
    assert_eq!(app.trail().await[0]["action"], "kyc.form_opened");
}

#[tokio::test]
async fn cookies_are_secure_when_customers_connect_over_tls() {
    for (public_url, secure) in [("https://kyc.example", true), ("http://kyc.example", false)] {
        let app = TestApp::start_with(&[("public_url", public_url)]).await;
        let (_, link) = app.invited("individual").await;
        let link = link.replacen(public_url, &app.url, 1);
        let page = TestApp::send(app.client.get(format!("{link}?lang=de"))).await;
        let language = page.header("set-cookie");
        assert!(language.starts_with("dossier-language=de; ") && language.contains("HttpOnly"), "{language}");
        assert_eq!(language.contains("; Secure"), secure, "{language}");
        let entered = TestApp::send(client().post(&link).header("sec-fetch-site", "same-origin")).await;
        assert_eq!(entered.header("set-cookie").contains("; Secure"), secure);
        assert_eq!(entered.header("set-cookie").starts_with("__Host-"), secure);
    }
}

#[tokio::test]
async fn a_put_that_completes_the_record_still_submits_it() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    browser.completes().await;
    app.put(&id, &json!({ "middle_name": "King" })).await.expect(200);
    assert_eq!(app.stands(&id).await, "pending/submission_accepted");
    assert!(browser.get("/details").await.text.contains("Thank you"));
}

#[tokio::test]
async fn after_the_submission_the_customer_is_redirected_only_to_allowed_hosts() {
    let app = TestApp::start().await;
    let redirected = async |key: &str, hosts: Option<&str>, uri: &str| {
        let hosts = hosts.map(|host| vec![host.to_owned()]);
        let set = Set { redirect_hosts: Some(hosts.unwrap_or_default()), ..Set::default() };
        app.command(set).await.expect("set");
        let send = |method: Method, path: String, body: Value| {
            TestApp::send(app.client.request(method, format!("{}{path}", app.url)).header("Api-Key", key).json(&body))
        };
        let email = format!("{}@example.com", short_hash(&format!("{key}{uri}")));
        let created = send(Method::POST, "/v0/customers".into(), json!({ "type": "individual", "email": email })).await;
        let id = created.expect(201)["customer_id"].as_str().expect("an id").to_owned();
        let opened =
            send(Method::POST, format!("/v0/customers/{id}/kycs"), json!({ "redirect_uri": uri })).await.expect(201);
        let link = opened["kycs"]["kyc_flow_link"].as_str().expect("a link");
        let browser = Browser::enter(&app, link).await;
        browser.completes().await;
        let csp = browser.get("/review").await.header("content-security-policy").to_owned();
        let answer = browser.submits().await;
        assert_eq!(answer.status.as_u16(), 303);
        let to = answer.header("location").to_owned();
        assert_eq!(csp.contains("form-action 'self' http"), to == uri, "browsers hold the redirect to form-action");
        // Without a redirect, the closing page has the link.
        assert!(to == uri || link.ends_with(&to), "{to}");
        let done = TestApp::send(browser.client.get(link)).await.text;
        assert!(done.contains(&format!("href=\"{}\"", uri.replace('&', "&amp;"))), "{done}");
        to
    };
    let production = app.production_key().await;
    let home = "https://app.example.com/done?a=1&b=2";
    assert_eq!(redirected(&app.key, None, home).await, home, "the sandbox goes anywhere");
    assert_eq!(redirected(&app.key, None, "http://localhost:3000/x").await, "http://localhost:3000/x");
    for (host, uri, sent) in [
        (Some("app.example.com"), home, true),
        (None, "https://app.example.com/done?a=1&b=3", false),
        (Some("example.com"), "https://app.example.com/done?a=1&b=4", false),
        (Some("app.example.com"), "https://app.example.com.evil.example/", false),
        (Some("app.example.com"), "https://evil.example/app.example.com", false),
        (Some("app.example.com"), "http://app.example.com/plain", false),
        (Some("app.example.com"), "https://APP.example.com/upper", true),
    ] {
        assert_eq!(redirected(&production, host, uri).await == uri, sent, "{uri}");
    }
}

#[tokio::test]
async fn the_branding_of_an_account_is_checked_when_it_is_set() {
    let app = TestApp::start().await;
    let set = |set: Set| app.command(set);
    let encode = |bytes: &[u8]| {
        use base64::Engine as _;
        Some(base64::engine::general_purpose::STANDARD.encode(bytes))
    };
    let text = |text: &str| Some(text.to_owned());
    for (wrong, said) in [
        (Set { colour: text("red"), ..Set::default() }, "#RRGGBB"),
        (Set { logo_dark: encode(&pdf(b"x")), ..Set::default() }, "JPEG or PNG"),
        (Set { logo: encode(b"<svg/>"), ..Set::default() }, "not of an accepted type"),
        (Set { logo: encode(&pdf(b"x")), ..Set::default() }, "JPEG or PNG"),
        (Set { logo: encode(&png(320, 200, 20_000)), ..Set::default() }, "larger than 16 KiB"),
        (Set { redirect_hosts: Some(vec!["https://a.example".into()]), ..Set::default() }, "is not a host name"),
        (Set { display_name: text(&"x".repeat(200)), ..Set::default() }, "128"),
        (Set { name: text(""), ..Set::default() }, "name"),
    ] {
        let error = set(wrong).await.expect_err(said);
        assert!(error.contains(said), "{error}");
    }
    let (_, link) = app.invited("individual").await;
    assert!(TestApp::send(app.client.get(&link)).await.text.contains("The company asks you"));
    let look = Set {
        display_name: text("Harbour <Bank>"),
        colour: text("#7A1F5C"),
        logo: encode(&png(320, 200, 20)),
        ..Set::default()
    };
    set(look).await.expect("set");
    let page = TestApp::send(app.client.get(&link)).await.text;
    assert!(page.contains("Harbour &lt;Bank&gt; asks you to verify your identity"));
    let asset = |ending: &str| {
        let end = page.find(ending).expect("the asset") + ending.len();
        let start = page[..end].rfind("/looks/").expect("its path");
        format!("{}{}", app.url, &page[start..end])
    };
    let colour = TestApp::send(app.client.get(asset("colour.css"))).await;
    assert!(colour.text.starts_with(":root { --accent: #7a1f5c; --on-accent: #ffffff;"), "{}", colour.text);
    let logo = TestApp::send(app.client.get(asset("-logo"))).await;
    assert_eq!((logo.header("content-type"), &logo.bytes), ("image/png", &png(320, 200, 20)));
    assert!(colour.header("cache-control").contains("immutable"));
    set(Set { colour: text(""), logo: text(""), display_name: text(""), ..Set::default() }).await.expect("taken away");
    let page = TestApp::send(app.client.get(&link)).await.text;
    assert!(page.contains("The company asks you") && !page.contains("/looks/"));
    assert_eq!(app.trail().await.iter().filter(|entry| entry["action"] == "account.changed").count(), 2);
}

#[tokio::test]
async fn persons_are_added_and_removed_one_by_one_with_everything_about_them() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("corporate").await;
    let browser = Browser::enter(&app, &link).await;
    let mut persons = Vec::new();
    for _ in 0..2 {
        let added = browser.post("/people", &[("do", "add")]).await;
        assert_eq!(added.status.as_u16(), 303);
        let person = added.header("location").rsplit("person-").next().expect("an id").to_owned();
        // A person without a name is not kept.
        let name = format!("/associated_persons/{person}/middle_name");
        browser.types(&format!("person-{person}"), &[(&name, "M")]).await;
        persons.push(person);
    }
    let place = |person: usize, member: &str| format!("/associated_persons/{}/{member}", persons[person]);
    for (person, name) in [(0, "Grace"), (1, "Alan")] {
        let step = format!("person-{}", persons[person]);
        browser.types(&step, &[(&place(person, "first_name"), name), (&place(person, "has_control"), "yes")]).await;
        browser.types(&step, &[(&place(person, "residential_address/city"), "Paris")]).await;
        let taken = browser.uploads(&step, &format!("person_id_document_front@{}", persons[person])).await;
        assert_eq!(taken.status.as_u16(), 303, "{}", taken.text);
    }
    let stored = app.profile(&id).await["associated_persons"].clone();
    assert_eq!(stored.as_array().expect("persons").len(), 2);
    assert_eq!(stored[1]["documents"].as_array().expect("documents").len(), 1);
    assert_eq!(browser.post(&format!("/person-{}/remove", persons[0]), &[]).await.status.as_u16(), 303);
    let stored = app.profile(&id).await["associated_persons"].clone();
    assert_eq!((stored.as_array().expect("persons").len(), &stored[0]["first_name"]), (1, &json!("Alan")));
    let page = browser.get(&format!("/person-{}", persons[1])).await.text;
    assert!(page.contains("value=\"Paris\""), "the other's draft is still there");
    assert_eq!(browser.get(&format!("/person-{}", persons[0])).await.status.as_u16(), 404);
    // No more than the contract accepts.
    for _ in 1..20 {
        let added = browser.post("/people", &[("do", "add")]).await;
        assert_eq!(added.status.as_u16(), 303);
        let person = added.header("location").rsplit("person-").next().expect("an id").to_owned();
        let name = format!("/associated_persons/{person}/first_name");
        browser.types(&format!("person-{person}"), &[(&name, "Alan")]).await;
    }
    let refused = browser.post("/people", &[("do", "add")]).await;
    assert!(browser.follows(&refused).await.text.contains("You cannot add any more people. Remove one first."));
}

#[tokio::test]
async fn unreadable_files_are_refused_in_words_and_reported_if_a_client_attached_them() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    browser.completes().await;
    for (content, said) in [
        (locked_pdf(), "The PDF for “Proof of address” is protected by a password. Upload a copy that opens"),
        (png(320, 100, 50), "The picture for “Proof of address” is too small to read. Upload one that is at least 200"),
    ] {
        let before = app.profile(&id).await;
        let refused = browser.uploads_file("address", "proof_of_address", &content).await;
        assert!(browser.follows(&refused).await.text.contains(said), "{said}");
        assert_eq!(app.profile(&id).await, before, "what was given before stays");
        let file = app.upload("a.pdf", &content).await.expect(200)["id"].clone();
        let document = json!({ "file_id": file, "purpose": "proof_of_address" });
        app.put(&id, &json!({ "documents": [document] })).await.expect(200);
        let page = browser.get("/address").await.text;
        assert!(page.contains(said), "{said}: {page}");
        let review = browser.get("/review").await.text;
        assert!(review.contains(said), "{said}: {review}");
        let better = pdf(said.as_bytes());
        assert_eq!(browser.uploads_file("address", "proof_of_address", &better).await.status.as_u16(), 303);
        assert!(!browser.get("/address").await.text.contains("class=\"error\""), "{said}");
    }
}

#[tokio::test]
async fn a_page_about_a_lack_of_room_says_when_to_come_back() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let uploads = &app.server.as_ref().expect("running").app.uploads;
    let taken: Vec<_> = (1..=4)
        .map(|last| uploads.take(Claimants::stranger([192, 0, 2, last].into()), uploads.total() / 4).expect("room"))
        .collect();
    let refused = browser.uploads("address", "proof_of_address").await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "1"));
    assert!(refused.header("content-type").starts_with("text/html"), "{}", refused.header("content-type"));
    drop(taken);
    assert_eq!(browser.uploads("address", "proof_of_address").await.status.as_u16(), 303);
}

#[tokio::test]
async fn a_session_that_writes_too_often_has_to_wait_and_others_do_not() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let (_, other) = app.invited("individual").await;
    let (greedy, calm) = (Browser::enter(&app, &link).await, Browser::enter(&app, &other).await);
    let mut refused = None;
    for _ in 0..200 {
        let answer = greedy.post("/details", &[]).await;
        if answer.status.as_u16() == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a limit");
    assert_eq!(refused.header("retry-after"), "1", "one save a second");
    assert_eq!(refused.header("ratelimit-policy"), "\"form\";q=120;w=120");
    assert!(refused.text.contains("Please wait a minute"));
    assert_eq!(greedy.get("/details").await.status.as_u16(), 200, "looking is free");
    // Entering the form counts as a write too.
    let again = TestApp::send(client().post(&link).header("sec-fetch-site", "same-origin")).await;
    assert_eq!((again.status.as_u16(), again.header("set-cookie")), (429, ""));
    calm.types("details", &[("/first_name", "Ada")]).await;
}

#[tokio::test]
async fn an_address_follows_the_order_of_its_country() {
    let app = TestApp::start().await;
    for (country, order) in [
        ("US", ["Street and number", "City", "ZIP code", "Country"]),
        ("DE", ["Street and number", "Postal code", "City", "Country"]),
        ("JP", ["Country", "Postal code", "City", "Street and number"]),
    ] {
        let (_, link) = app.invited("individual").await;
        let browser = Browser::enter(&app, &link).await;
        for (member, text) in [("country", country), ("street_line_1", "1 A"), ("city", "B"), ("postal_code", "C")] {
            browser.types("address", &[(&format!("/residential_address/{member}"), text)]).await;
        }
        let page = browser.get("/review").await.text;
        let places =
            order.map(|label| page.find(&format!("<dt>{label}</dt>")).unwrap_or_else(|| panic!("{label} in {page}")));
        assert!(places.is_sorted(), "{country}: {places:?}");
        let form = browser.get("/address").await.text;
        let at = |member: &str| form.find(&format!("name=\"/residential_address/{member}\"")).expect("a field");
        assert!(at("country") < at("street_line_1").min(at("postal_code")), "the country is asked first");
    }
}

#[tokio::test]
async fn the_operators_rules_are_shown_with_its_own_texts_and_translations() {
    let rules = r#"
        version = "own-1"
        [[rule]]
        id = "first_name"
        needs = { field = "/first_name" }
        label = "Given name, as in the passport"
        because = "The legal name is what the identity document is compared with."
        when = { type = "individual" }
        example = "Ada"
        [[rule]]
        id = "trade"
        needs = { field = "/most_recent_occupation" }
        label = "Your trade"
        because = "We insure trades."
        when = { type = "individual" }
        example = "Smith"
        [rule.translations.de]
        label = "Ihr Gewerbe"
        because = "Wir versichern Gewerbe."
    "#;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rules.toml");
    std::fs::write(&file, rules).expect("written");
    let app = TestApp::start_with(&[("rules", &file.to_string_lossy())]).await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    for (path, said) in [
        (
            "/details",
            ["Given name, as in the passport", "As shown on the identity document.", "Your trade", "We insure trades."],
        ),
        (
            "/details?lang=de",
            ["Given name, as in the passport", "Wie auf dem Ausweis.", "Ihr Gewerbe", "Wir versichern Gewerbe."],
        ),
    ] {
        let page = browser.get(path).await.text;
        for text in said {
            assert!(page.contains(text), "{text} is missing in {page}");
        }
    }
    // Errors use the operator's label.
    for (language, said) in [
        ("en", ["Fill in “Given name, as in the passport”", "Fill in “Your trade”"]),
        ("de", ["Füllen Sie „Given name, as in the passport“ aus", "Füllen Sie „Ihr Gewerbe“ aus"]),
    ] {
        let page = browser.get(&format!("/details?check&lang={language}")).await.text;
        for text in said {
            assert_eq!(page.matches(text).count(), 2, "in the summary and at the field: {text} in {page}");
        }
    }
    browser.types("details", &[("/first_name", "Ada"), ("/most_recent_occupation", "Smith")]).await;
    assert_eq!(browser.submits().await.status.as_u16(), 303);
    assert_eq!(app.stands(&id).await, "pending/submission_accepted");
}

#[tokio::test]
async fn a_consent_names_the_address_of_the_client_and_not_that_of_a_trusted_proxy() {
    for (trusted, expected) in [("127.0.0.1", "203.0.113.9"), ("", "127.0.0.1")] {
        let app = TestApp::start_with(&[("trusted_proxies", trusted)]).await;
        let (id, link) = app.invited("individual").await;
        let mut browser = Browser::enter(&app, &link).await;
        let headers = [("x-forwarded-for", "6.6.6.6, 203.0.113.9")];
        let headers = headers.map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        let builder = reqwest::Client::builder().redirect(redirect::Policy::none());
        browser.client = builder.default_headers(headers.into_iter().collect()).build().expect("a client");
        browser.completes().await;
        assert_eq!(browser.submits().await.status.as_u16(), 303);
        let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
        let show = review::Show { scope, customer_id: id };
        assert_eq!(app.command(show).await.expect("a review")["consent"]["address"], expected);
    }
}
