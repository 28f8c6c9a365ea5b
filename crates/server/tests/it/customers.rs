//! Creating, updating and reading customers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{BUSINESS, INDIVIDUAL, TestApp};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A full body as it is read back: without the share token, and with persons without their ids.
fn as_read(sent: &Value) -> Value {
    let mut expected = sent.clone();
    expected.as_object_mut().expect("an object").remove("external_kyc_provider_data");
    expected
}

fn without_ids(mut profile: Value) -> Value {
    for person in profile["associated_persons"].as_array_mut().into_iter().flatten() {
        person.as_object_mut().expect("a person").remove("id").expect("reads give ids");
    }
    profile
}

#[tokio::test]
async fn the_published_example_survives_a_restart() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put(&id, &parsed(INDIVIDUAL)).await.expect(200);
    let before = app.get(&format!("/v0/customers/{id}?expand=profile")).await.expect(200);
    let app = app.restart().await;
    let after = app.get(&format!("/v0/customers/{id}?expand=profile")).await.expect(200);
    assert_eq!(before, after);
    assert_eq!(after["profile"], as_read(&parsed(INDIVIDUAL)));
    assert_eq!((&after["first_name"], &after["last_name"]), (&json!("John"), &json!("Doe")));
}

#[tokio::test]
async fn a_full_business_with_five_persons_survives_a_restart() {
    let app = TestApp::start().await;
    let id = app.given("corporate").await;
    app.put(&id, &parsed(BUSINESS)).await.expect(200);
    let before = app.profile(&id).await;
    let app = app.restart().await;
    let after = app.profile(&id).await;
    assert_eq!(before, after);
    assert_eq!(without_ids(after), as_read(&parsed(BUSINESS)));
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.expect(200)["company_name"], "Harbour Software Limited");
}

#[tokio::test]
async fn a_put_returns_an_empty_object_and_the_next_version() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let answer = app.put(&id, &json!({ "first_name": "Ada" })).await;
    assert_eq!((answer.text.as_str(), answer.header("etag")), ("{}", "\"v2\""));
    let answer = app.put(&id, &json!({})).await;
    assert_eq!((answer.text.as_str(), answer.header("etag")), ("{}", "\"v2\""), "an empty update changes nothing");
    let answer = app.put(&id, &json!({ "first_name": "Ada" })).await;
    assert_eq!(answer.header("etag"), "\"v2\"", "and neither does the same value");
}

#[tokio::test]
async fn a_representation_is_returned_if_preferred() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let request = app.request(Method::PUT, &format!("/v0/customers/{id}"));
    let answer =
        TestApp::send(request.header("Prefer", "return=representation").json(&json!({ "first_name": "Ada" }))).await;
    assert_eq!(answer.header("preference-applied"), "return=representation");
    let customer = answer.expect(200);
    assert_eq!((&customer["first_name"], &customer["profile"]), (&json!("Ada"), &json!({ "first_name": "Ada" })));
}

#[tokio::test]
async fn creation() {
    let app = TestApp::start().await;
    let long = format!("{}@example.com", "é".repeat(254 - 12));
    for (name, body, expected) in [
        ("individual", json!({ "email": "a@example.com", "type": "individual", "first_name": "A" }), Ok("individual")),
        ("corporate", json!({ "email": "b@example.com", "type": "corporate", "company_name": "B" }), Ok("corporate")),
        ("the older name", json!({ "email": "c@example.com", "beneficiary_type": "individual" }), Ok("individual")),
        ("the older value", json!({ "email": "d@example.com", "beneficiary_type": "business" }), Ok("corporate")),
        (
            "the older value under the newer name",
            json!({ "email": "e@example.com", "type": "business" }),
            Ok("corporate"),
        ),
        (
            "both, agreeing",
            json!({ "email": "f@example.com", "type": "corporate", "beneficiary_type": "business" }),
            Ok("corporate"),
        ),
        ("surrounding white space", json!({ "email": " g@example.com\n", "type": "individual" }), Ok("individual")),
        ("254 characters", json!({ "email": long, "type": "individual" }), Ok("individual")),
        (
            "contradiction",
            json!({ "email": "h@example.com", "type": "individual", "beneficiary_type": "business" }),
            Err(vec!["/beneficiary_type contradiction"]),
        ),
        ("nothing", json!({}), Err(vec!["/email required", "/type required"])),
        ("255 characters", json!({ "email": format!("x{long}"), "type": "individual" }), Err(vec!["/email too_long"])),
        ("no address", json!({ "email": "nobody", "type": "individual" }), Err(vec!["/email invalid_email"])),
        ("an empty address", json!({ "email": "", "type": "individual" }), Err(vec!["/email invalid_email"])),
        (
            "another's names",
            json!({ "email": "i@example.com", "type": "individual", "company_name": "X" }),
            Err(vec!["/company_name not_for_this_type"]),
        ),
        (
            "names of a person",
            json!({ "email": "i@example.com", "type": "corporate", "first_name": "X", "last_name": "Y" }),
            Err(vec!["/first_name not_for_this_type", "/last_name not_for_this_type"]),
        ),
        (
            "unknown members",
            json!({ "email": "i@example.com", "type": "individual", "kycs": {} }),
            Err(vec!["/kycs unknown_property"]),
        ),
        (
            "everything at once",
            json!({
                "email": 1, "type": "robot", "first_name": null, "last_name": "x".repeat(129), "customer_id": "x",
            }),
            Err(vec![
                "/email wrong_type",
                "/type unknown_value",
                "/first_name null_not_allowed",
                "/last_name too_long",
                "/customer_id unknown_property",
            ]),
        ),
    ] {
        let answer = app.post("/v0/customers", &body).await;
        match expected {
            Ok(kind) => {
                assert_eq!((answer.status.as_u16(), answer.header("etag")), (201, "\"v1\""), "{name}: {}", answer.text);
                let location = answer.header("location").to_owned();
                let customer = answer.json();
                assert_eq!(customer["type"], kind, "{name}");
                assert_eq!(customer["email"], body["email"], "{name}: stored as sent");
                assert_eq!((&customer["kycs"], &customer["address"]), (&Value::Null, &Value::Null));
                assert_eq!(app.get(&location).await.expect(200), customer, "{name}");
            }
            Err(violations) => assert_eq!(answer.violations(), violations, "{name}"),
        }
    }
}

#[tokio::test]
async fn an_email_is_unique_trimmed_and_case_folded() {
    let app = TestApp::start().await;
    let body = json!({ "email": "Ada@Example.com", "type": "individual" });
    let id = app.post("/v0/customers", &body).await.expect(201)["customer_id"].clone();
    for again in ["Ada@Example.com", "ada@example.com", "  ADA@EXAMPLE.COM  "] {
        let problem = app
            .post("/v0/customers", &json!({ "email": again, "type": "corporate" }))
            .await
            .problem(409, "email_taken");
        assert_eq!(problem["customer_id"], id);
    }
    assert_eq!(
        app.get("/v0/customers").await.expect(200)["items"].as_array().map(Vec::len),
        Some(1),
        "a refusal leaves nothing"
    );
}

#[tokio::test]
async fn an_email_can_be_changed_by_put_and_patch() {
    let app = TestApp::start().await;
    for (method, kind) in [(Method::PUT, "individual"), (Method::PATCH, "individual"), (Method::PUT, "corporate")] {
        let body = json!({ "email": format!("{method}.{kind}@example.com"), "type": kind });
        let id = app.post("/v0/customers", &body).await.expect(201)["customer_id"].clone();
        let path = format!("/v0/customers/{}", id.as_str().expect("an id"));
        let id_text = id.as_str().expect("an id");
        let change = async |body: Value| match method {
            Method::PATCH => app.patch(id_text, &body).await,
            _ => app.put(id_text, &body).await,
        };
        let new = format!("New.{method}.{kind}@Example.com");
        let answer = change(json!({ "email": new })).await;
        assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"v2\""));
        assert_eq!(app.get(&path).await.expect(200)["email"], json!(new), "stored as sent");
        assert_eq!(change(json!({ "email": new })).await.header("etag"), "\"v2\"", "equal values change nothing");
        let found = async |email: &str| {
            let found = app.get(&format!("/v0/customers?email={email}")).await.expect(200)["items"].clone();
            found.as_array().expect("items").iter().map(|item| item["customer_id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(found(&new.to_lowercase()).await, std::slice::from_ref(&id));
        assert_eq!(found(body["email"].as_str().expect("text")).await, [] as [Value; 0], "the old one is free");
        let events = app.get("/v0/events?limit=1000").await.expect(200)["items"].clone();
        let last = events.as_array().expect("events").last().expect("one").clone();
        assert_eq!((&last["event_type"], &last["entity_object"]["email"]), (&json!("customer.updated"), &json!(new)));
        app.post("/v0/customers", &body).await.expect(201);
        let taken = change(json!({ "email": body["email"].as_str().expect("text").to_uppercase() })).await;
        assert_ne!(taken.problem(409, "email_taken")["customer_id"], id);
        assert_eq!(app.get(&path).await.expect(200)["email"], json!(new), "a refusal changes nothing");
        let other_case = new.to_uppercase();
        change(json!({ "email": other_case })).await.expect(200);
        assert_eq!(app.get(&path).await.expect(200)["email"], json!(other_case), "its own e-mail is not taken");
    }
}

#[tokio::test]
async fn an_email_cannot_be_cleared_and_must_be_valid() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let path = format!("/v0/customers/{id}");
    for (method, email, code) in [
        (Method::PUT, json!(null), "null_not_allowed"),
        (Method::PATCH, json!(null), "cannot_be_cleared"),
        (Method::PUT, json!("nobody"), "invalid_email"),
        (Method::PATCH, json!("nobody"), "invalid_email"),
        (Method::PATCH, json!(7), "wrong_type"),
    ] {
        let body = json!({ "email": email, "first_name": "Ada" });
        let answer = if method == Method::PATCH { app.patch(&id, &body).await } else { app.put(&id, &body).await };
        assert_eq!(answer.violations(), [format!("/email {code}")], "{method} {email}");
    }
    assert_eq!(app.get(&path).await.expect(200)["first_name"], Value::Null, "no part of it is stored");
    // A patch that does not name it leaves it unchanged.
    let before = app.get(&path).await.expect(200)["email"].clone();
    app.patch(&id, &json!({ "last_name": null, "first_name": "A" })).await.expect(200);
    assert_eq!(app.get(&path).await.expect(200)["email"], before);
}

#[tokio::test]
async fn conditions() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": "A" })).await.expect(200);
    app.put(&id, &json!({ "last_name": "B", "nationality": "FR" })).await.expect(200);
    let path = format!("/v0/customers/{id}");
    for (header, value, status) in [
        ("If-Match", "\"v3\"", 200),
        ("If-Match", "\"v1\", \"v3\"", 200),
        ("If-Match", "*", 200),
        ("If-Match", "\"v2\"", 412),
        ("If-Match", "\"v99\"", 412),
        ("If-Match", "\"other\"", 412),
        ("If-Match", "W/\"v3\"", 412),
        ("If-Match", "v3", 400),
        ("If-None-Match", "\"v3\"", 412),
        ("If-None-Match", "*", 412),
        ("If-None-Match", "\"v2\"", 200),
    ] {
        let answer = TestApp::send(app.request(Method::PUT, &path).header(header, value).json(&json!({}))).await;
        assert_eq!(answer.status.as_u16(), status, "{header}: {value}: {}", answer.text);
    }
    let stale =
        TestApp::send(app.request(Method::PUT, &path).header("If-Match", "\"v1\"").json(&json!({ "first_name": "C" })))
            .await;
    assert_eq!(stale.header("etag"), "\"v3\"");
    let problem = stale.problem(412, "precondition_failed");
    assert_eq!(problem["changed"], json!(["/first_name", "/last_name", "/nationality"]));
    for (value, status) in [("\"v3\"", 304), ("W/\"v3\"", 304), ("*", 304), ("\"v2\"", 200), ("v3", 400)] {
        let answer = TestApp::send(app.request(Method::GET, &path).header("If-None-Match", value)).await;
        assert_eq!(answer.status.as_u16(), status, "{value}");
    }
    assert_eq!(app.get(&path).await.expect(200)["first_name"], "A");
}

#[tokio::test]
async fn unknown_documents_are_reported_with_all_other_violations() {
    let app = TestApp::start().await;
    let id = app.given("corporate").await;
    let body = json!({
        "documents": [
            { "file_id": "550e8400-e29b-41d4-a716-446655440000", "purpose": "other" },
            { "file_id": "x", "purpose": "selfie" },
        ],
        "associated_persons": [{ "documents": [{ "file_id": "y", "purpose": "id_document" }] }],
        "tax_number": 1,
    });
    assert_eq!(
        app.put(&id, &body).await.violations(),
        [
            "/documents/0/file_id unknown_file",
            "/documents/1/file_id unknown_file",
            "/documents/1/purpose unknown_value",
            "/tax_number wrong_type",
            "/associated_persons/0/documents/0/file_id unknown_file",
        ]
    );
    app.put(&id, &json!({ "documents": [] })).await.expect(200);
}

#[tokio::test]
async fn the_variant_is_the_stored_type() {
    let app = TestApp::start().await;
    let (person, company) = (app.given("individual").await, app.given("corporate").await);
    // Bodies that the published oneOf would refuse because both branches fit, or accept because one does not.
    for body in [json!({}), json!({ "account_purpose": "payroll" }), json!({ "expected_monthly_volume_usd": "1" })] {
        app.put(&person, &body).await.expect(200);
        app.put(&company, &body).await.expect(200);
    }
    assert_eq!(
        app.put(&person, &json!({ "business_legal_name": "X" })).await.violations(),
        ["/business_legal_name not_for_this_type"]
    );
    assert_eq!(app.put(&company, &json!({ "first_name": "X" })).await.violations(), ["/first_name not_for_this_type"]);
    assert_eq!(app.put(&company, &json!({ "type": "individual" })).await.violations(), ["/type unknown_property"]);
}

#[tokio::test]
async fn a_refused_put_changes_nothing() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put(&id, &json!({ "first_name": "A" })).await.expect(200);
    assert_eq!(
        app.put(&id, &json!({ "last_name": "B", "nationality": "zz" })).await.violations(),
        ["/nationality unknown_country"]
    );
    let answer = app.get(&format!("/v0/customers/{id}?expand=profile")).await;
    assert_eq!(answer.header("etag"), "\"v2\"");
    assert_eq!(answer.json()["profile"], json!({ "first_name": "A" }));
}

#[tokio::test]
async fn persons_keep_their_ids() {
    let app = TestApp::start().await;
    let id = app.given("corporate").await;
    app.put(&id, &parsed(BUSINESS)).await.expect(200);
    let first = app.profile(&id).await["associated_persons"].take();
    app.put(&id, &json!({ "associated_persons": [first[2], { "first_name": "New" }, first[0]] })).await.expect(200);
    let second = app.profile(&id).await["associated_persons"].take();
    assert_eq!((&second[0], &second[2]), (&first[2], &first[0]));
    assert!(first.as_array().expect("persons").iter().all(|person| person["id"] != second[1]["id"]));
    app.put(&id, &json!({ "associated_persons": [] })).await.expect(200);
    assert_eq!(app.profile(&id).await.get("associated_persons").and_then(Value::as_array).map_or(0, Vec::len), 0);
}

#[tokio::test]
async fn below_the_floor_of_free_disk_reads_and_deletions_are_served() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let webhook = json!({ "url": "https://example.com/hook" });
    let webhook = app.post("/v0/webhooks", &webhook).await.expect(201)["id"].as_str().expect("an id").to_owned();
    let app = app.restart_with(&[("disk_floor", "1000000GiB")]).await;
    app.post("/v0/customers", &json!({ "email": "a@example.com", "type": "individual" }))
        .await
        .problem(507, "storage_full");
    app.put(&id, &json!({ "first_name": "Ada" })).await.problem(507, "storage_full");
    app.patch(&id, &json!({ "first_name": "Ada" })).await.problem(507, "storage_full");
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.expect(200)["first_name"], Value::Null);
    let delete = app.request(reqwest::Method::DELETE, &format!("/v0/webhooks/{webhook}"));
    assert_eq!(TestApp::send(delete).await.status, 204);
    let app = app.restart_with(&[("disk_floor", "1KiB")]).await;
    app.put(&id, &json!({ "first_name": "Ada" })).await.expect(200);
}

#[tokio::test]
async fn dropping_a_person_with_evidence_causes_a_warning_and_the_evidence_stays() {
    let app = TestApp::start().await;
    let id = app.given("corporate").await;
    let file = app.given_file().await;
    let document = json!({ "file_id": file, "purpose": "id_document" });
    let both =
        json!({ "associated_persons": [{ "first_name": "Ada", "documents": [document] }, { "first_name": "Bob" }] });
    assert_eq!(app.put(&id, &both).await.header("dossier-warning"), "");
    let ada = app.profile(&id).await["associated_persons"][0]["id"].clone();
    // Bob has no evidence.
    let only_ada = json!({ "associated_persons": [{ "first_name": "ADA" }] });
    assert_eq!(app.put(&id, &only_ada).await.header("dossier-warning"), "");
    let empty = app.request(Method::PUT, &format!("/v0/customers/{id}"));
    let empty = empty.header("Idempotency-Key", "k").json(&json!({ "associated_persons": [] }));
    let warning = format!("person_dropped;id={ada};files=1");
    for replayed in ["", "true"] {
        let answer = TestApp::send(empty.try_clone().expect("a body")).await;
        assert_eq!((answer.header("idempotent-replayed"), answer.header("dossier-warning")), (replayed, &*warning));
        assert_eq!(answer.expect(200), json!({}));
    }
    let viewer = app.viewer().await;
    let shown = app.client.get(format!("{}/v0/files/{file}", app.url)).header("Api-Key", viewer);
    assert_eq!(TestApp::send(shown).await.expect(200)["attachments"][0]["person_id"], ada);
}

#[tokio::test]
async fn a_byte_order_mark_in_front_of_json_is_skipped() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put_text(&id, "\u{feff}{\"first_name\":\"Ada\"}").await.expect(200);
    let patch = app.request(Method::PATCH, &format!("/v0/customers/{id}"));
    let patch = patch.header("content-type", "application/merge-patch+json").body("\u{feff}{\"last_name\":\"L\"}");
    TestApp::send(patch).await.expect(200);
    let profile = app.profile(&id).await;
    assert_eq!((&profile["first_name"], &profile["last_name"]), (&json!("Ada"), &json!("L")));
}

#[tokio::test]
async fn an_address_has_one_at_sign_outside_quotes() {
    let app = TestApp::start().await;
    for (email, good) in
        [("a@b@example.com", false), ("\"a@b\"@example.com", true), ("@example.com", false), ("a@", false)]
    {
        let answer = app.post("/v0/customers", &json!({ "email": email, "type": "individual" })).await;
        assert_eq!(answer.status == 201, good, "{email}");
    }
}
