//! Saves in the hosted form: when typed text counts, what the response contains, where the visitor goes next, and how a
//! customer answers what reviewers want again.

use dossier::cli::context::ScopeArgs;
use dossier::cli::review;
use dossier_core::caller::Environment;
use dossier_core::form::short_hash;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::form::Browser;

#[tokio::test]
async fn a_person_that_was_left_empty_disappears_and_does_not_prevent_submission() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("corporate").await;
    let (browser, other) = (Browser::enter(&app, &link).await, Browser::enter(&app, &link).await);
    let count = async || app.profile(&id).await["associated_persons"].as_array().map_or(0, Vec::len);
    let add = async |browser: &Browser| {
        let added = browser.post("/people", &[("do", "add")]).await;
        added.header("location").rsplit('/').next().expect("a step").to_owned()
    };
    let first = add(&browser).await;
    assert_eq!(browser.get(&format!("/{first}")).await.status.as_u16(), 200, "it has a page to be filled in");
    assert!(!browser.get("/people").await.text.contains(&first), "and is in no list yet");
    assert!(!browser.get("/review").await.text.contains(&first));
    let second = add(&browser).await;
    assert_eq!(count().await, 1, "the next one takes its place");
    assert_eq!(browser.get(&format!("/{first}")).await.status.as_u16(), 404);
    let theirs = add(&other).await;
    assert_eq!(count().await, 2, "another device may be about to type a name");
    for wish in ["continue", "exit", "back"] {
        let step = add(&browser).await;
        assert_eq!(browser.post("/people", &[("do", wish)]).await.status.as_u16(), 303);
        assert_eq!(browser.get(&format!("/{step}")).await.status.as_u16(), 404, "{wish}");
    }
    assert_eq!(browser.get(&format!("/{second}")).await.status.as_u16(), 404);
    let name = format!("/associated_persons/{}/first_name", &theirs["person-".len()..]);
    other.types(&theirs, &[(&name, "Grace")]).await;
    browser.post("/people", &[("do", "continue")]).await;
    assert_eq!(count().await, 1);
    assert!(browser.get("/people").await.text.contains(&theirs));
}

#[tokio::test]
async fn every_button_saves_everything_and_leads_where_it_says() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let empty = short_hash("");
    let mut names = ["Ada", "Augusta", "Grace", "Alan"].into_iter();
    for (step, wish, place, location) in [
        ("details", "exit", "/first_name", "?saved"),
        ("details", "back", "/last_name", ""),
        ("address", "back", "/residential_address/city", "/details"),
        ("identity", "back", "/identifying_information/id_document/number", "/address"),
    ] {
        let text = names.next().expect("a text");
        let fields = [(place, text), (&format!("was:{place}"), empty.as_str()), ("do", wish)];
        let answer = browser.post(&format!("/{step}"), &fields).await;
        assert_eq!(answer.status.as_u16(), 303);
        assert_eq!(answer.header("location"), format!("{}{location}", &browser.base[app.url.len()..]), "{step}");
        assert!(browser.get(&format!("/{step}")).await.text.contains(&format!("value=\"{text}\"")));
    }
    assert!(browser.get("?saved").await.text.contains("Everything is saved. You can close this page"));
    // A step that was opened from the review leads back there if it is complete, and otherwise to its errors.
    let fields = [("/nationality", "GB"), ("was:/nationality", empty.as_str()), ("back", "review")];
    let answer = browser.post("/details", &fields).await;
    assert!(answer.header("location").ends_with("/details?check=&back=review"), "{}", answer.header("location"));
    let page = browser.get("/details?check=&back=review").await.text;
    assert!(page.contains("name=\"back\" value=\"review\"") && page.contains("autofocus"), "{page}");
    let date = ["/birth_date.y", "/birth_date.m", "/birth_date.d"];
    let fields =
        [(date[0], "1990"), (date[1], "12"), (date[2], "10"), ("was:/birth_date", empty.as_str()), ("back", "review")];
    assert!(browser.post("/details", &fields).await.header("location").ends_with("/review"));
    assert_eq!(app.profile(&id).await["birth_date"], "1990-12-10");
}

#[tokio::test]
async fn a_field_being_typed_is_a_draft_without_errors_and_stored_once_it_is_left() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let send = async |text: &str, was: &str, typing: bool| {
        let mut fields = vec![("/birth_date", text), ("field", "/birth_date")];
        let was = short_hash(was);
        fields.push(("was:/birth_date", &was));
        fields.extend(typing.then_some(("typing", "yes")));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = browser.request(Method::POST, "/details").header("hx-request", "true").body(body);
        let answer = TestApp::send(request.header("content-type", "application/x-www-form-urlencoded")).await;
        assert_eq!(answer.status.as_u16(), 200);
        answer.text
    };
    let wrong = "does not exist. Check the day and month";
    let events = async || app.get("/v0/events").await.expect(200)["items"].as_array().expect("events").len();
    let before = events().await;
    for typed in ["1990-02-30", "2990-02-03", "1990-02-03"] {
        let answer = send(typed, "", true).await;
        assert!(!answer.contains("data-invalid") && answer.contains("Saved."), "{typed}: {answer}");
        assert_eq!(app.profile(&id).await["birth_date"], Value::Null, "{typed}");
    }
    assert_eq!(events().await, before, "no event announces half a date");
    assert!(send("1990-02-30", "1990-02-03", false).await.contains(wrong), "it is validated once it is left");
    assert!(!send("1990-02-03", "1990-02-30", true).await.contains(wrong), "a corrected value has no error");
    send("1990-02-03", "1990-02-03", false).await;
    assert_eq!(app.profile(&id).await["birth_date"], "1990-02-03", "it is stored when it is left unchanged");
    // The review stores a field that was never left before it shows it.
    send("1990-02-04", "1990-02-03", true).await;
    assert!(browser.get("/review").await.text.contains("4 February 1990"));
    assert_eq!(app.profile(&id).await["birth_date"], "1990-02-04");
}

#[tokio::test]
async fn a_save_returns_the_pieces_of_the_page_with_a_current_summary() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let send = async |place: &str, text: &str| {
        let was = format!("was:{place}");
        let fields = [(place, text), (&was, &short_hash("")), ("field", place), ("check", "")];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = browser.request(Method::POST, "/details").header("hx-request", "true").body(body);
        TestApp::send(request.header("content-type", "application/x-www-form-urlencoded")).await.text
    };
    let page = browser.get("/details?check").await.text;
    assert!(page.contains("<title>Error: ") && page.contains("href=\"#f-birth_date\""), "{page}");
    let answer = send("/birth_date", "1990-12-10").await;
    assert!(answer.starts_with("<title>Error: ") && !answer.contains("href=\"#f-birth_date\""), "{answer}");
    assert!(!answer.contains("autofocus"), "the focus stays where it is");
    for target in ["#summary", "#fields", "#documents", "#w-f-birth_date"] {
        assert!(answer.contains(&format!("hx-target=\"{target}\"")), "{target}");
    }
    send("/first_name", "Ada").await;
    let answer = send("/nationality", "GB").await;
    assert!(answer.starts_with("<title>About you"), "{answer}");
    assert!(answer.contains("<div id=\"summary\"></div>"), "{answer}");
}

#[tokio::test]
async fn a_reason_why_an_answer_is_correct_counts_and_only_reviewers_read_it() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    Browser::enter(&app, &link).await.completes().await;
    app.simulate(&id, "kyc.status.submit").await.expect(200);
    let ask_again = async || {
        let body = json!({
            "customer_id": id, "action": "kyc.status.request_resubmission",
            "requirements": ["birth_date", "proof_of_address"], "comment": "The bill is blurred.",
        });
        app.post("/v0/customers/simulate", &body).await.expect(200);
        let customer = app.get(&format!("/v0/customers/{id}")).await.expect(200);
        Browser::enter(&app, customer["kycs"]["kyc_flow_link"].as_str().expect("a link")).await
    };
    let browser = ask_again().await;
    let reason = "The bill is from <Zqmay>, as asked.";
    for (step, requirement, asked) in [
        ("details", "birth_date", "Please check this and enter it again"),
        ("address", "proof_of_address", "Please upload a new file"),
    ] {
        let page = browser.get(&format!("/{step}")).await.text;
        assert!(page.contains("The bill is blurred.") && page.contains(asked), "{page}");
        let name = format!("correct:{requirement}");
        let (was, long) = (format!("was:{name}"), format!("{reason}{}", "x".repeat(600)));
        let fields = [(name.as_str(), long.as_str()), (&was, &short_hash(""))];
        assert_eq!(browser.post(&format!("/{step}"), &fields).await.status.as_u16(), 303);
        let page = browser.get(&format!("/{step}")).await.text;
        assert!(!page.contains(asked) && page.contains("is from &lt;Zqmay&gt;"), "{page}");
    }
    // No other device sees the reason, and nothing else can be given a reason.
    let link = app.get(&format!("/v0/customers/{id}")).await.expect(200)["kycs"]["kyc_flow_link"].take();
    let other = Browser::enter(&app, link.as_str().expect("a link")).await;
    assert!(!other.get("/details").await.text.contains("Zqmay"));
    other.post("/details", &[("correct:first_name", "x"), ("was:correct:first_name", "")]).await;
    other.post("/details", &[("correct:nothing", "x"), ("was:correct:nothing", "")]).await;
    let review = || {
        app.command(review::Show {
            scope: ScopeArgs { account: None, environment: Environment::Sandbox },
            customer_id: id.clone(),
        })
    };
    let confirmed = |requirements: &Value| {
        let all = requirements.as_array().expect("a list").iter();
        all.filter(|one| !one["confirmed"].is_null())
            .map(|one| (one["id"].as_str().expect("an id").to_owned(), one["confirmed"]["reason"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(browser.submits().await.status.as_u16(), 303);
    let shown = confirmed(&review().await.expect("a review")["requirements"]);
    assert_eq!(shown.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["birth_date", "proof_of_address"]);
    assert!(
        shown.iter().all(|(_, said)| said.as_str().is_some_and(|said| said.starts_with(reason) && said.len() == 500))
    );
    let trail = serde_json::to_string(&app.trail().await).expect("JSON");
    assert!(!trail.contains("May") && trail.contains("/birth_date"), "the trail has the place, not the value");
    // A second request needs a new answer, and a new value drops the reason for the old one.
    let browser = ask_again().await;
    assert!(browser.get("/details").await.text.contains("Please check this and enter it again"));
    let fields = [("correct:birth_date", "Look again."), ("was:correct:birth_date", &short_hash(""))];
    browser.post("/details", &fields).await;
    app.put(&id, &json!({ "birth_date": "1990-12-11" })).await.expect(200);
    let customer = app.get(&format!("/v0/customers/{id}?expand=requirements")).await.expect(200);
    assert_eq!(confirmed(&customer["requirements"]), []);
}

#[tokio::test]
async fn the_review_leads_to_the_first_issue_and_says_when_everything_is_ready() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    browser.types("details", &[("/first_name", "Ada")]).await;
    let review = browser.get("/review").await.text;
    let primary = review.split("class=\"button primary\" href=\"").nth(1).expect("a primary button");
    let leads = primary.split('"').next().expect("a page").split_once("/details").expect("the first step").1;
    assert_eq!(leads, "?check&amp;back=review#f-birth_date");
    assert!(!review.contains("Ready to submit"));
    browser.completes_but(&["/first_name"]).await;
    let review = browser.get("/review").await.text;
    assert!(review.contains("Ready to submit") && !review.contains("class=\"button primary\""), "{review}");
}
