//! The contract requires more than some customers can give: countries without postal codes, and people with a single
//! name.

use dossier_core::form::short_hash;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::form::Browser;
use crate::kyc::{COMPLETE, complete, required};

async fn requirement(app: &TestApp, customer: &str, id: &str) -> Value {
    let all = required(app, customer).await;
    all.as_array().and_then(|all| all.iter().find(|one| one["id"] == id)).expect("the requirement").clone()
}

#[tokio::test]
async fn an_address_without_a_postal_code_is_submitted_where_the_country_needs_none() {
    let app = TestApp::start().await;
    for (kind, place, id) in [
        ("individual", "/residential_address", "residential_address"),
        ("corporate", "/business_address", "business_address"),
    ] {
        for (country, needed) in [("AE", false), ("HK", false), ("IE", false), ("GB", true), ("US", true)] {
            let customer = app.given(kind).await;
            app.open_session(&customer).await;
            let mut body = json!({});
            let member = &place[1..];
            body[member] = json!({ "street_line_1": "1", "city": "C", "country": country, "postal_code": "" });
            app.put(&customer, &body).await.expect(200);
            let asked = requirement(&app, &customer, id).await;
            if needed {
                assert_eq!((&asked["status"], &asked["pointer"]), (&json!("due"), &json!(place)), "{country}");
                assert_eq!(asked["missing"], json!([format!("{place}/postal_code")]));
                body[member]["postal_code"] = asked["example"]["postal_code"].clone();
                app.put(&customer, &body).await.expect(200);
            }
            let asked = requirement(&app, &customer, id).await;
            assert_eq!((&asked["status"], &asked["missing"]), (&json!("done"), &Value::Null), "{country}");
            complete(&app, &customer, &mut body).await;
            assert_eq!(app.stands(&customer).await, COMPLETE, "{kind} {country}");
            let stored = &app.profile(&customer).await[member]["postal_code"];
            assert_eq!(stored.as_str().map(str::is_empty), Some(!needed), "{country}: it is stored as sent");
            // After the approval, the address still has the member that the contract promises.
            app.simulate(&customer, "kyc.status.approve").await.expect(200);
            let shown = app.get(&format!("/v0/customers/{customer}")).await.expect(200);
            assert_eq!(shown["address"]["postal_code"], *stored);
        }
    }
    // The contract requires the member in every country.
    let customer = app.given("individual").await;
    let address = json!({ "street_line_1": "1", "city": "C", "country": "AE" });
    let problem = app.put(&customer, &json!({ "residential_address": address })).await.problem(400, "invalid_body");
    assert_eq!(problem["errors"][0]["pointer"], "/residential_address/postal_code");
}

#[tokio::test]
async fn one_name_is_one_requirement_with_two_places_and_reviewers_may_name_either() {
    let app = TestApp::start().await;
    let before = app.get("/v0/requirements?type=individual&country=ID").await.expect(200);
    let named: Vec<_> = before["items"]
        .as_array()
        .expect("requirements")
        .iter()
        .filter(|one| one["pointer"].as_str().is_some_and(|pointer| pointer.ends_with("_name")))
        .collect();
    assert_eq!(named.len(), 1, "{named:?}");
    assert_eq!(named[0]["pointer"], "/first_name");
    assert_eq!(named[0]["one_of"], json!(["/first_name", "/last_name"]));
    let customer = app.given("individual").await;
    app.open_session(&customer).await;
    let mut body = json!({ "last_name": "Suharto" });
    app.put(&customer, &body).await.expect(200);
    assert_eq!(requirement(&app, &customer, "legal_name").await["status"], "done");
    complete(&app, &customer, &mut body).await;
    assert_eq!(app.stands(&customer).await, COMPLETE);
    let profile = app.profile(&customer).await;
    assert_eq!((&profile["first_name"], &profile["last_name"]), (&Value::Null, &json!("Suharto")));
    for (index, place) in ["/last_name", "/first_name", "legal_name"].into_iter().enumerate() {
        let again = json!({ "outcome": "request_resubmission", "requirements": [place] });
        app.post(&format!("/v0/customers/{customer}/decisions"), &again).await.expect(200);
        let asked = requirement(&app, &customer, "legal_name").await;
        assert_eq!(asked["status"], "error", "{place}");
        // The form shows the error at the name that was given.
        let kycs = app.get(&format!("/v0/customers/{customer}")).await.expect(200)["kycs"].take();
        let browser = Browser::enter(&app, kycs["kyc_flow_link"].as_str().expect("a link")).await;
        let page = browser.get("/details").await.text;
        assert!(page.contains("href=\"#f-last_name\">Please check this and enter it again: Legal name"), "{page}");
        app.put(&customer, &json!({ "last_name": format!("Suharto {index}") })).await.expect(200);
        assert_eq!(app.stands(&customer).await, COMPLETE, "{place}");
    }
}

/// The fields of an address page without scripts: each member with its new and its shown value.
fn address(members: &[(&str, &str, &str)]) -> Vec<(String, String)> {
    let place = |member: &str| format!("/residential_address/{member}");
    let fields = members.iter().flat_map(|(member, was, now)| {
        [(place(member), (*now).to_owned()), (format!("was:{}", place(member)), short_hash(was))]
    });
    fields.collect()
}

async fn posts(browser: &Browser, step: &str, fields: &[(String, String)]) -> u16 {
    let fields: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    browser.post(step, &fields).await.status.as_u16()
}

#[tokio::test]
async fn the_form_requires_a_postal_code_only_in_countries_that_need_one() {
    const FIELD: &str = "name=\"/residential_address/postal_code\"";
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let page = browser.get("/address").await.text;
    assert!(page.contains(FIELD), "no country is known yet");
    let uploaded = browser.uploads("address", "proof_of_address").await;
    assert_eq!(uploaded.status.as_u16(), 303);
    let typed = address(&[
        ("street_line_1", "", "1 Harbour Road"),
        ("city", "", "Dubai"),
        ("country", "", "AE"),
        ("postal_code", "", ""),
    ]);
    assert_eq!(posts(&browser, "/address", &typed).await, 303, "nothing is missing");
    let stored = app.profile(&id).await["residential_address"].clone();
    assert_eq!(
        stored,
        json!({ "street_line_1": "1 Harbour Road", "city": "Dubai", "country": "AE", "postal_code": "" })
    );
    assert!(!browser.get("/address").await.text.contains(FIELD), "there is nothing to type");
    assert!(!browser.get("/review").await.text.contains("Postal code"));
    // In a country that needs one, the address stays a draft without it.
    assert_eq!(posts(&browser, "/address", &address(&[("country", "AE", "GB")])).await, 303);
    let page = browser.get("/address?check").await.text;
    assert!(page.contains(FIELD) && page.contains("Enter the postcode"), "{page}");
    assert_eq!(app.profile(&id).await["residential_address"], stored, "the complete address stays");
    // Where it is optional, it is offered.
    assert_eq!(posts(&browser, "/address", &address(&[("country", "GB", "IE")])).await, 303);
    let page = browser.get("/address").await.text;
    let label = page.split("Postal code").nth(1).expect("the label");
    assert!(page.contains(FIELD) && label.starts_with(" <span class=\"optional\">"), "{page}");
    assert_eq!(posts(&browser, "/address", &address(&[("postal_code", "", "D02 X285")])).await, 303);
    assert_eq!(app.profile(&id).await["residential_address"]["postal_code"], "D02 X285");
    // A code that was typed is shown, so that it can be removed.
    assert_eq!(posts(&browser, "/address", &address(&[("country", "IE", "AE")])).await, 303);
    assert!(browser.get("/address").await.text.contains("value=\"D02 X285\""));
    assert_eq!(posts(&browser, "/address", &address(&[("postal_code", "D02 X285", "")])).await, 303);
    assert_eq!(app.profile(&id).await["residential_address"]["postal_code"], "");
}

#[tokio::test]
async fn the_form_asks_for_what_a_put_left_blank_in_an_address() {
    let app = TestApp::start().await;
    for empty in ["", " ", "\u{200b}"] {
        let (id, link) = app.invited("individual").await;
        let mut address = json!({ "street_line_1": "1", "city": "London", "country": "GB", "postal_code": empty });
        app.put(&id, &json!({ "residential_address": address })).await.expect(200);
        let browser = Browser::enter(&app, &link).await;
        // A missing postal code reveals that the country needs one, but not which country it is.
        assert!(browser.get("/review").await.text.contains("Enter the postal code<"));
        browser.types("address", &[("/residential_address/postal_code", "N1 9GU")]).await;
        address["postal_code"] = "N1 9GU".into();
        assert_eq!(app.profile(&id).await["residential_address"], address);
        assert!(!browser.get("/review").await.text.contains("Enter the postal code<"));
    }
}

/// Labels, sentences, choices, drawings and the order of an address depend on countries and types of documents. If
/// these are hidden, the pages of two customers look the same.
#[tokio::test]
async fn hidden_answers_do_not_affect_the_texts_of_a_page() {
    let app = TestApp::start().await;
    let mut pages: Vec<Vec<String>> = Vec::new();
    let mut known = Vec::new();
    for (country, kind) in [("GB", "driver_license"), ("IN", "residence_permit")] {
        let (id, link) = app.invited("individual").await;
        let address = json!({ "street_line_1": "1", "city": "C", "country": country, "postal_code": "" });
        let document = json!({ "number": "X1", "type": kind, "issuing_country": country });
        let body = json!({
            "birth_date": "1990-12-10", "residential_address": address,
            "identifying_information": { "id_document": document },
        });
        app.put(&id, &body).await.expect(200);
        let browser = Browser::enter(&app, &link).await;
        let read = async || {
            let mut read = Vec::new();
            for step in ["address", "identity", "review"] {
                let page = browser.get(&format!("/{step}?check")).await.text;
                let main = page.split("<main").nth(1).expect("a page").replace(&browser.base[app.url.len()..], "");
                // The session differs between customers, and the attempt between pages.
                let lines = main.split("value=\"").enumerate();
                let lines =
                    lines.map(|(at, rest)| rest.split_once('"').filter(|_| at > 0).map_or(rest, |(_, after)| after));
                read.push(lines.collect::<String>());
            }
            read
        };
        pages.push(read().await);
        browser.post("/reveal", &[("date.y", "1990"), ("date.m", "12"), ("date.d", "10")]).await;
        known.push(read().await.concat());
    }
    assert_eq!(pages[0], pages[1]);
    assert!(known[0].contains("Postcode") && known[1].contains("PIN code"), "a device that sees them reads them");
}

#[tokio::test]
async fn the_form_accepts_a_single_name_and_says_so_in_every_language() {
    let app = TestApp::start().await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let page = browser.get("/details").await.text;
    assert!(page.contains("If there is only one name, fill in one field and leave the other empty."), "{page}");
    assert!(page.contains(">First name</label>") && page.contains(">Last name</label>"), "neither is optional: {page}");
    for (language, said) in [
        ("en", "Enter your name as it is on your identity document"),
        ("es", "Indique su nombre tal como figura en su documento de identidad"),
        ("fr", "Saisissez votre nom tel qu’il figure sur votre pièce d’identité"),
        ("de", "Geben Sie Ihren Namen so ein, wie er auf Ihrem Ausweis steht"),
        ("pt", "Informe seu nome como está no seu documento de identidade"),
        ("ar", "أدخل اسمك كما هو مكتوب في وثيقة هويتك"),
        ("tr", "Adınızı kimlik belgenizde yazdığı gibi girin"),
        ("hi", "अपना नाम वैसे ही लिखें जैसा आपके पहचान दस्तावेज़ में है"),
        ("zh", "请填写您的姓名，须与身份证件一致"),
    ] {
        let page = browser.get(&format!("/details?check&lang={language}")).await.text;
        assert!(page.contains(said), "{language}: {page}");
    }
    browser.completes_but(&["/first_name"]).await;
    let page = browser.get("/details?check").await.text;
    assert!(page.contains(">First name <span class=\"optional\">") && page.contains(">Last name</label>"), "{page}");
    let review = browser.get("/review").await.text;
    assert!(review.contains("<dt>Last name</dt>") && !review.contains("First name"), "{review}");
    assert_eq!(browser.submits().await.status.as_u16(), 303);
    assert_eq!(app.stands(&id).await, COMPLETE);
    assert_eq!(app.profile(&id).await["first_name"], Value::Null);
}

#[tokio::test]
async fn a_person_of_a_business_may_have_one_name() {
    let app = TestApp::start().await;
    let (_, link) = app.invited("corporate").await;
    let browser = Browser::enter(&app, &link).await;
    let added = browser.post("/people", &[("do", "add")]).await;
    let person = added.header("location").rsplit("person-").next().expect("an id").to_owned();
    let step = format!("person-{person}");
    let place = |member: &str| format!("/associated_persons/{person}/{member}");
    let missing = "Enter this person’s name as it is on their identity document";
    let page = browser.get(&format!("/{step}?check")).await.text;
    assert!(page.contains("If there is only one name"), "{page}");
    browser.types(&step, &[(&place("has_control"), "yes"), (&place("has_ownership"), "no")]).await;
    let page = browser.get(&format!("/{step}?check")).await.text;
    assert_eq!(page.matches(missing).count(), 2, "in the summary and at the field: {page}");
    assert_eq!(page.matches(&format!("name=\"{}\"", place("last_name"))).count(), 1, "each field is there once");
    browser.types(&step, &[(&place("last_name"), "Sukarno")]).await;
    let page = browser.get(&format!("/{step}?check")).await.text;
    assert!(!page.contains(missing) && page.contains("First name <span class=\"optional\">"), "{page}");
    assert!(browser.get("/people").await.text.contains("Sukarno"));
    let request = browser.request(Method::GET, "/review");
    assert!(!TestApp::send(request).await.text.contains(missing));
}

async fn with_rules(rules: &str) -> TestApp {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rules.toml");
    std::fs::write(&file, rules).expect("written");
    TestApp::start_with(&[("rules", &file.to_string_lossy())]).await
}

#[tokio::test]
async fn a_rule_may_ask_for_a_postal_code_that_the_country_does_not_need() {
    let rules = r#"
        version = "own-3"
        [[rule]]
        id = "address"
        when = { type = "individual" }
        needs = { field = "/residential_address" }
        label = "Address"
        because = "Where a customer lives decides which rules apply."
        example = { street_line_1 = "1 Quay Street", city = "Galway", country = "IE", postal_code = "A65 F4E2" }
        [[rule]]
        id = "postal_code"
        when = { type = "individual" }
        needs = { field = "/residential_address/postal_code" }
        label = "Postal code"
        because = "We write letters."
        example = "A65 F4E2"
    "#;
    let app = with_rules(rules).await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let typed = address(&[("street_line_1", "", "1 Quay Street"), ("city", "", "Galway"), ("country", "", "IE")]);
    assert_eq!(posts(&browser, "/address", &typed).await, 303);
    assert!(browser.get("/review").await.text.contains("Fill in “Postal code”"));
    assert_eq!(requirement(&app, &id, "address").await["status"], "done");
    assert_eq!(requirement(&app, &id, "postal_code").await["status"], "due");
    assert_eq!(posts(&browser, "/address", &address(&[("country", "IE", "HK")])).await, 303, "there are none");
    assert!(required(&app, &id).await.as_array().is_some_and(|all| all.iter().all(|one| one["status"] == "done")));
    assert!(browser.get("/review").await.text.contains("name=\"agree\""));
}

/// Rules made from an earlier baseline, which had one rule for each of the two names.
#[tokio::test]
async fn an_older_file_of_rules_asks_for_both_names_as_before() {
    let rule = |id: &str, field: &str, label: &str, because: &str, when: &str| {
        format!(
            "[[rule]]\nid = '{id}'\nwhen = {when}\nneeds = {{ field = '{field}' }}\nlabel = '{label}'\nbecause = \
                '{because}'\nexample = 'Ada'\n"
        )
    };
    let mut rules =
        "version = 'own-2'\n[[rule]]\nid = 'controller'\nwhen = { type = 'corporate' }\nneeds = { person = \
                     'controller' }\nlabel = ''\nbecause = ''\nexample = { has_control = true }\n"
            .to_owned();
    let because = "The legal name is what the identity document is compared with.";
    for (id, field, label) in [("first_name", "/first_name", "First name"), ("last_name", "/last_name", "Last name")] {
        rules.push_str(&rule(id, field, label, because, "{ type = 'individual' }"));
        let when = "{ type = 'corporate', role = ['controller'] }";
        rules.push_str(&rule(&format!("person_{id}"), field, label, "Owners and controllers are identified.", when));
    }
    let app = with_rules(&rules).await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let page = browser.get("/details?check&lang=de").await.text;
    for said in ["Geben Sie Ihren Vornamen so ein,", "Geben Sie Ihren Nachnamen so ein,", "Wie auf dem Ausweis."] {
        assert!(page.contains(said), "{said}: {page}");
    }
    browser.types("details", &[("/first_name", "Ada")]).await;
    let last = requirement(&app, &id, "last_name").await;
    assert_eq!((&last["status"], &last["one_of"]), (&json!("due"), &Value::Null));
    let (_, link) = app.invited("corporate").await;
    let browser = Browser::enter(&app, &link).await;
    let added = browser.post("/people", &[("do", "add")]).await;
    let person = added.header("location").rsplit("person-").next().expect("an id").to_owned();
    let step = format!("person-{person}");
    let place = |member: &str| format!("/associated_persons/{person}/{member}");
    browser.types(&step, &[(&place("has_control"), "yes"), (&place("first_name"), "Grace")]).await;
    let page = browser.get(&format!("/{step}?check")).await.text;
    assert!(
        page.contains("Enter this person’s last name as it is") && !page.contains("If there is only one name"),
        "{page}"
    );
}
