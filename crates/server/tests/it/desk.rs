//! The desk as members use it: the queue, the page of a customer, verdicts, decisions, and who may do what.

use dossier_core::caller::{Actor, Scope};
use dossier_core::caller::{Caller, Environment, OperatorName};
use dossier_core::desk::{Role, Roles};
use dossier_core::ids::AccountId;
use dossier_core::use_cases::{members, sign_in};
use reqwest::Method;
use reqwest::redirect::Policy;
use serde_json::json;

use crate::app::{Answered, TestApp};
use crate::kyc::complete;

/// A member who is signed in, in a browser without scripts that follows no redirects.
pub(crate) struct Browser<'a> {
    app: &'a TestApp,
    client: reqwest::Client,
    cookie: String,
}

/// A text that would run, if a page did not escape it.
const EVIL: &str = "<script>alert(1)</script>\"'&";

pub(crate) async fn account(app: &TestApp) -> AccountId {
    let server = app.server.as_ref().expect("running");
    server.app.services.store.accounts().await.expect("accounts")[0].account_id
}

impl<'a> Browser<'a> {
    /// A new member with these roles in both environments.
    pub(crate) async fn with(app: &'a TestApp, name: &str, roles: &[Role]) -> Self {
        Self::in_account(app, account(app).await, name, roles).await
    }

    /// The same in another account.
    pub(crate) async fn of(app: &'a TestApp, account: &str, name: &str, roles: &[Role]) -> Self {
        Self::in_account(app, AccountId::parse(account).expect("an id"), name, roles).await
    }

    async fn in_account(app: &'a TestApp, account: AccountId, name: &str, roles: &[Role]) -> Self {
        let services = &app.server.as_ref().expect("running").app.services;
        let caller = Caller {
            scope: Scope { account, environment: Environment::Production },
            actor: Actor::Operator(OperatorName::new("test").expect("a name")),
            request_id: "test".to_owned(),
            address: None,
        };
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        let roles = Roles::everywhere(roles.iter().copied());
        let (member, _) = members::invite(services, &caller, account, (name, &email, roles)).await.expect("invited");
        let proof = sign_in::Proof::Provider;
        let authentication = sign_in::Authentication { proof, device: "test".to_owned(), replaces: None };
        let token = sign_in::open(services, &caller, &member, &authentication).await.expect("signed in");
        let client = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { app, client, cookie: format!("dossier-desk={}", *token) }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let port = self.app.url.rsplit(':').next().expect("a port");
        self.client
            .request(method, format!("{}{path}", self.app.url))
            .header("Host", format!("localhost:{port}"))
            .header("Cookie", &self.cookie)
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        TestApp::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        Self::send(self.request(Method::POST, path), fields).await
    }

    /// A POST as the desk's script sends it.
    pub(crate) async fn script(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        Self::send(self.request(Method::POST, path).header("HX-Request", "true"), fields).await
    }

    async fn send(request: reqwest::RequestBuilder, fields: &[(&str, &str)]) -> Answered {
        let request = request.header("Sec-Fetch-Site", "same-origin");
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        TestApp::send(request.header("Content-Type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// Gives this verdict on every claim that the page offers one for.
    pub(crate) async fn judge(&self, customer: &str, verdict: &str) {
        let page = self.get(&format!("/desk/sandbox/customers/{customer}")).await.text;
        for requirement in requirements(&page) {
            let fields = [("requirement", requirement.as_str()), ("verdict", verdict), ("version", &version(&page))];
            let given = self.post(&format!("/desk/sandbox/customers/{customer}/verdicts"), &fields).await;
            assert_eq!(given.status, 303, "{requirement}: {}", given.text);
        }
    }

    pub(crate) async fn decide(&self, customer: &str, fields: &[(&str, &str)]) -> Answered {
        let path = format!("/desk/sandbox/customers/{customer}/decide");
        let version = version(&self.get(&path).await.text);
        let fields: Vec<_> = fields.iter().copied().chain([("version", version.as_str())]).collect();
        self.post(&path, &fields).await
    }
}

/// The requirements for which a page offers a verdict.
pub(crate) fn requirements(page: &str) -> Vec<String> {
    let found = page.split("name=\"requirement\" value=\"").skip(1);
    found.filter_map(|rest| rest.split_once('"')).map(|(id, _)| id.to_owned()).collect()
}

/// The version that a form names.
pub(crate) fn version(page: &str) -> String {
    let rest = page.split_once("name=\"version\" value=\"").unwrap_or_else(|| panic!("no version: {page}")).1;
    rest.split_once('"').expect("an end").0.to_owned()
}

/// A customer that waits for a decision.
pub(crate) async fn submitted(app: &TestApp) -> String {
    let id = app.given("individual").await;
    app.open_session(&id).await;
    complete(app, &id, &mut json!({})).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_takes_the_next_case_compares_and_approves() {
    let app = TestApp::start().await;
    let (first, second) = (submitted(&app).await, submitted(&app).await);
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let grace = Browser::with(&app, "Grace", &[Role::Analyst]).await;

    let queue = ada.get("/desk/sandbox/queue").await;
    assert_eq!(queue.status, 200);
    assert!(queue.text.contains(&first) && queue.text.contains(&second));
    let taken = ada.post("/desk/sandbox/next", &[]).await;
    assert_eq!(taken.header("location"), format!("/desk/sandbox/customers/{first}?"));
    let other = grace.post("/desk/sandbox/next", &[]).await;
    assert_eq!(other.header("location"), format!("/desk/sandbox/customers/{second}?"), "the first is held");
    let page = grace.get(&format!("/desk/sandbox/customers/{first}")).await.text;
    assert!(page.contains("Ada holds this case"), "{page}");

    let before = app.get(&format!("/v0/customers/{first}")).await;
    let not_yet = ada.decide(&first, &[("outcome", "approve"), ("step", "confirm")]).await;
    assert_eq!(not_yet.status, 400, "{}", not_yet.text);
    ada.judge(&first, "matches").await;
    let same = app.get(&format!("/v0/customers/{first}")).await;
    assert_eq!(same.header("etag"), before.header("etag"), "a verdict is no change of the record");

    let preview = ada.decide(&first, &[("outcome", "approve"), ("step", "preview")]).await;
    assert!(preview.status == 200 && preview.text.contains("this will happen"), "{}", preview.text);
    let done = ada.decide(&first, &[("outcome", "approve"), ("step", "confirm")]).await;
    assert!(done.status == 200 && done.text.contains("Approved."), "{}", done.text);
    assert_eq!(app.stands(&first).await, "approved/submission_accepted");
    let page = ada.get(&format!("/desk/sandbox/customers/{first}")).await.text;
    assert!(page.contains("A decision about a customer was made."), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_doubtful_is_asked_for_again_in_the_words_of_the_reason() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Analyst]).await;
    ada.judge(&id, "matches").await;
    let page = format!("/desk/sandbox/customers/{id}");
    let seen = version(&ada.get(&page).await.text);
    let differs = [("requirement", "proof_of_address"), ("verdict", "differs"), ("version", &seen)];
    ada.post(&format!("{page}/verdicts"), &differs).await;
    let approve = ada.decide(&id, &[("outcome", "approve"), ("step", "confirm")]).await;
    assert_eq!(approve.status, 400, "the decision cannot contradict the verdicts");
    let other = [("outcome", "request_resubmission"), ("requirement", "legal_name"), ("step", "confirm")];
    assert_eq!(ada.decide(&id, &other).await.status, 400, "what matches is not asked for again");
    let fields = [
        ("outcome", "request_resubmission"),
        ("requirement", "proof_of_address"),
        ("reason", "document_unreadable"),
        ("note", "second time"),
        ("step", "preview"),
    ];
    let preview = ada.decide(&id, &fields).await;
    assert!(preview.status == 200 && preview.text.contains("<blockquote lang=\"en\""), "{}", preview.text);
    let confirmed: Vec<_> = fields[..4].iter().copied().chain([("comment", EVIL), ("step", "confirm")]).collect();
    let done = ada.decide(&id, &confirmed).await;
    assert!(done.text.contains("Asked again."), "{}", done.text);
    assert_eq!(app.stands(&id).await, "pending/resubmission_required");
    let queue = ada.get("/desk/sandbox/queue").await.text;
    assert!(!queue.contains(&id), "the clock stops while the customer owes the answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_people_decide_the_first_proposes_and_the_second_confirms() {
    let app = TestApp::start_with(&[("four_eyes_sandbox", "all")]).await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let grace = Browser::with(&app, "Grace", &[Role::Approver]).await;
    ada.judge(&id, "matches").await;
    let proposed = ada.decide(&id, &[("outcome", "approve"), ("step", "confirm")]).await;
    assert!(proposed.text.contains("Another member must confirm it."), "{}", proposed.text);
    assert_eq!(app.stands(&id).await, "pending/submission_accepted");
    let next = grace.post("/desk/sandbox/next?view=second", &[]).await;
    assert_eq!(
        next.header("location"),
        format!("/desk/sandbox/customers/{id}?view=second"),
        "a proposal ends the hold"
    );
    let confirm = format!("/desk/sandbox/customers/{id}/confirm");
    let at = version(&grace.get(&format!("/desk/sandbox/customers/{id}/decide")).await.text);
    let own = ada.post(&confirm, &[("version", &at)]).await;
    assert_eq!(own.status, 409, "{}", own.text);

    // Any change of the record makes the proposal void.
    app.put(&id, &json!({ "most_recent_occupation": "Engineer" })).await.expect(200);
    let stale = grace.post(&confirm, &[("version", &at)]).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    assert!(stale.text.contains("Most recent occupation"), "{}", stale.text);

    grace.post(&format!("/desk/sandbox/customers/{id}/give-back"), &[]).await;
    ada.judge(&id, "matches").await;
    ada.decide(&id, &[("outcome", "approve"), ("step", "confirm")]).await;
    let page = grace.get(&format!("/desk/sandbox/customers/{id}/decide")).await.text;
    assert!(page.contains("Ada proposed: Approve."), "{page}");
    let confirmed = grace.post(&confirm, &[("version", &version(&page))]).await;
    assert!(confirmed.text.contains("Confirmed."), "{}", confirmed.text);
    assert_eq!(app.stands(&id).await, "approved/submission_accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_changed_keeps_what_was_entered() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let ada = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let path = format!("/desk/sandbox/customers/{id}/decide");
    let at = version(&ada.get(&path).await.text);
    app.put(&id, &json!({ "most_recent_occupation": "Engineer" })).await.expect(200);
    let fields = [
        ("version", at.as_str()),
        ("outcome", "reject"),
        ("reason", "policy"),
        ("comment", "What was typed"),
        ("note", "And noted"),
        ("step", "confirm"),
    ];
    let stale = ada.post(&path, &fields).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    for kept in ["What was typed", "And noted", "Most recent occupation", "value=\"policy\" checked"] {
        assert!(stale.text.contains(kept), "{kept}: {}", stale.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_customers_and_members_is_never_markup() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    let mut body = json!({ "first_name": EVIL, "last_name": EVIL, "most_recent_occupation": EVIL });
    complete(&app, &id, &mut body).await;
    let ada = Browser::with(&app, "Ada <b>L</b>", &[Role::Approver]).await;
    let page = format!("/desk/sandbox/customers/{id}");
    let noted = ada.post(&format!("{page}/notes"), &[("text", EVIL)]).await;
    assert_eq!(noted.status, 303, "{}", noted.text);
    let deciding =
        [("outcome", "reject"), ("reason", "policy"), ("comment", EVIL), ("note", EVIL), ("step", "preview")];
    let pages = [
        ada.get("/desk/sandbox/queue").await,
        ada.get(&page).await,
        ada.get(&format!("{page}/decide")).await,
        ada.decide(&id, &deciding).await,
    ];
    for page in pages {
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(!page.text.contains("<script>alert") && !page.text.contains("<b>L"), "{}", page.text);
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    }
}

/// Every page and action, with the roles that may use it in the sandbox.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_and_action_is_for_its_roles_only() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let customer = format!("/desk/sandbox/customers/{id}");
    let (view, reveal) =
        (["viewer", "analyst", "approver", "developer", "auditor"], ["analyst", "approver", "developer", "auditor"]);
    let (work, decide) = (["analyst", "approver"], ["approver"]);
    let file = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200)["documents"][0]["file_id"]
        .as_str()
        .expect("a file")
        .to_owned();
    let pointer = "pointer=/identifying_information/id_document/number";
    let pages: Vec<(Method, String, &str, &[&str])> = vec![
        (Method::GET, "/desk/sandbox/queue".to_owned(), "", &view),
        (Method::GET, "/desk/sandbox/search".to_owned(), "", &view),
        (Method::POST, "/desk/sandbox/search".to_owned(), "text=Ada", &view),
        (Method::GET, "/desk/sandbox/trail".to_owned(), "", &["auditor"]),
        (Method::GET, customer.clone(), "", &view),
        (Method::POST, format!("{customer}/mrz"), "zone=x", &view),
        (Method::POST, format!("{customer}/reveal"), pointer, &reveal),
        (Method::GET, format!("{customer}/files/{file}"), "", &reveal),
        (Method::GET, format!("{customer}/files/{file}/pages"), "", &reveal),
        (Method::POST, "/desk/sandbox/next".to_owned(), "", &work),
        (Method::POST, "/desk/sandbox/next?country=ZZ".to_owned(), "", &work),
        (Method::POST, format!("{customer}/take"), "", &work),
        (Method::POST, format!("{customer}/give-back"), "", &work),
        (Method::POST, format!("{customer}/verdicts"), "requirement=legal_name&verdict=matches&version=1000", &work),
        (Method::POST, format!("{customer}/give-back"), "", &work),
        (Method::POST, format!("{customer}/notes"), "text=x", &work),
        (Method::GET, format!("{customer}/decide"), "", &work),
        (Method::POST, format!("{customer}/decide"), "version=1", &work),
        (Method::POST, format!("{customer}/confirm"), "version=1", &decide),
        (Method::POST, format!("{customer}/withdraw"), "version=1", &work),
    ];
    for role in Role::ALL {
        let browser = Browser::with(&app, &format!("A {role}"), &[*role]).await;
        for (method, path, body, allowed) in &pages {
            let request = browser.request(method.clone(), path).header("Sec-Fetch-Site", "same-origin");
            let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(*body);
            let answer = TestApp::send(request).await;
            let is_refused = answer.status == 403;
            assert_eq!(!is_refused, allowed.contains(&role.as_str()), "{role} {method} {path}: {}", answer.text);
            if is_refused {
                let named = allowed.iter().any(|role| answer.text.contains(role));
                assert!(
                    named && !answer.text.contains("No customer is waiting"),
                    "the missing role is named: {}",
                    answer.text
                );
            }
        }
        browser.post(&format!("{customer}/give-back"), &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_every_page_leads_to_the_sign_in_and_back() {
    let app = TestApp::start().await;
    let id = submitted(&app).await;
    let mut nobody = Browser::with(&app, "Nobody", &[Role::Viewer]).await;
    nobody.cookie = "dossier-desk=dsm_live_wrong".to_owned();
    for (path, to) in [
        ("/desk/sandbox/queue?view=mine", "%2Fdesk%2Fsandbox%2Fqueue%3Fview%3Dmine".to_owned()),
        (&format!("/desk/sandbox/customers/{id}"), format!("%2Fdesk%2Fsandbox%2Fcustomers%2F{id}")),
    ] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert_eq!(answer.header("location"), format!("/desk/sign-in?to={to}"));
    }
    let foreign = Browser::with(&app, "Ada", &[Role::Approver]).await;
    let unknown = format!("/desk/sandbox/customers/{}", "019abc00-0000-7000-8000-000000000000");
    for path in [unknown.as_str(), "/desk/sandbox/customers/x", "/desk/nowhere/queue"] {
        assert_eq!(foreign.get(path).await.status, 404, "{path}");
    }
    let cross = foreign.request(Method::POST, "/desk/sandbox/next").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(TestApp::send(cross).await.status, 403);
    let elsewhere = foreign.client.get(format!("{}/desk/sandbox/queue", app.url));
    let elsewhere = TestApp::send(elsewhere).await;
    assert_eq!(elsewhere.status, 307, "another host redirects to the desk's own");
    assert!(elsewhere.header("location").starts_with("http://localhost:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_by_id_address_number_and_name() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for (first, last, number) in
        [("Zoë", "Straße-Ğ", "X 123-456"), ("Ada", "Lovelace", "Y7654321"), ("Ａｄａ", "Wałęsa-Bjørn", "Z1")]
    {
        let id = app.given("individual").await;
        let document = json!({ "type": "passport", "number": number, "issuing_country": "FR" });
        let body = json!({
            "first_name": first, "last_name": last, "identifying_information": { "id_document": document },
        });
        app.put(&id, &body).await.expect(200);
        ids.push(id);
    }
    let company = app.given("corporate").await;
    app.put(&company, &json!({ "business_legal_name": "1234567 Quebec 9 to 5" })).await.expect(200);
    ids.push(company);
    let ada = Browser::with(&app, "Ada", &[Role::Viewer]).await;
    let email = app.get(&format!("/v0/customers/{}", ids[1])).await.expect(200)["email"].to_string();
    for (text, expected) in [
        (ids[0].to_uppercase(), &[0][..]),
        (email.trim_matches('"').to_uppercase(), &[1]),
        ("x123456".to_owned(), &[0]),
        ("Y-765.4321".to_owned(), &[1]),
        ("zoë".to_owned(), &[0]),
        ("STRASSE-ğ zoë".to_owned(), &[0]),
        ("ada".to_owned(), &[1, 2]),
        ("lovelace ada".to_owned(), &[1]),
        ("zoe strasse-g".to_owned(), &[0]),
        ("Ádà".to_owned(), &[1, 2]),
        ("WALESA-bjorn".to_owned(), &[2]),
        ("wałęsa".to_owned(), &[2]),
        ("Nobody".to_owned(), &[]),
        ("email".to_owned(), &[]),
        ("x999999".to_owned(), &[]),
        ("9 to 5".to_owned(), &[3]),
        ("1234567 quebec".to_owned(), &[3]),
    ] {
        let found = ada.post("/desk/sandbox/search", &[("text", &text)]).await;
        assert_eq!(found.status, 200, "{}", found.text);
        let is_found: Vec<_> = (0..ids.len()).filter(|index| found.text.contains(&ids[*index])).collect();
        assert_eq!(is_found, expected, "{text}");
    }
    // What looks like a number is compared with names only when the member asks for that, because it takes seconds.
    for text in ["1234567", " 1234 567 ", "X1234-567"] {
        let at_once = ada.post("/desk/sandbox/search", &[("text", text)]).await;
        assert!(!at_once.text.contains(&ids[3]) && at_once.text.contains("Names were not searched"), "{text}");
        let names = ada.post("/desk/sandbox/search", &[("text", text), ("names", "yes")]).await;
        assert_eq!(names.text.contains(&ids[3]), !text.contains('X'), "{text}");
        assert!(!names.text.contains("Names were not searched"), "{text}");
    }
}
