//! PATCH: a merge patch clears members, changes parts of values, and follows the same rules as PUT.

use serde_json::json;

use crate::app::{BUSINESS, INDIVIDUAL, TestApp};

#[tokio::test]
async fn merge_patches() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put_text(&id, INDIVIDUAL).await.expect(200);
    for (name, patch, expected) in [
        ("null clears a member", json!({ "middle_name": null }), Ok(())),
        ("clearing what is not there changes nothing", json!({ "middle_name": null }), Ok(())),
        ("inside a value", json!({ "residential_address": { "city": "Boston", "street_line_2": null } }), Ok(())),
        ("inside a container", json!({ "identifying_information": { "tax_number": null } }), Ok(())),
        ("a whole value", json!({ "identifying_information": { "id_document": null } }), Ok(())),
        ("the token", json!({ "external_kyc_provider_data": null }), Ok(())),
        (
            "what a value needs cannot be cleared",
            json!({ "residential_address": { "city": null } }),
            Err(vec!["/residential_address/city null_not_allowed"]),
        ),
        (
            "a value that is not there must be whole",
            json!({ "identifying_information": { "id_document": { "number": "1" } } }),
            Err(vec![
                "/identifying_information/id_document/type required",
                "/identifying_information/id_document/issuing_country required",
            ]),
        ),
        (
            "unknown members, null or not",
            json!({ "nickname": null, "shoe_size": 1 }),
            Err(vec!["/nickname unknown_property", "/shoe_size unknown_property"]),
        ),
        (
            "members of the other type",
            json!({ "business_legal_name": null }),
            Err(vec!["/business_legal_name not_for_this_type"]),
        ),
        ("evidence", json!({ "documents": null }), Err(vec!["/documents cannot_be_cleared"])),
        (
            "wrong types",
            json!({ "first_name": 1, "nationality": "xx" }),
            Err(vec!["/first_name wrong_type", "/nationality unknown_country"]),
        ),
        ("not an object", json!([1]), Err(vec![" wrong_type"])),
    ] {
        let answer = app.patch(&id, &patch).await;
        match expected {
            Ok(()) => drop(answer.expect(200)),
            Err(violations) => assert_eq!(answer.violations(), violations, "{name}"),
        }
    }
    let profile = app.profile(&id).await;
    assert_eq!(profile.get("middle_name"), None);
    assert_eq!(
        profile["residential_address"],
        json!({
            "street_line_1": "123 Main Street", "city": "Boston", "country": "US", "postal_code": "10001", "state": "NY"
        })
    );
    assert_eq!(profile["first_name"], "John", "what a patch does not name stays");
    let duplicated = app.request(reqwest::Method::PATCH, &format!("/v0/customers/{id}"));
    let duplicated = duplicated
        .header("content-type", "application/merge-patch+json")
        .body(r#"{"first_name":"a","first_name":"b"}"#);
    assert_eq!(TestApp::send(duplicated).await.violations(), ["/first_name duplicate_key"]);
}

#[tokio::test]
async fn a_patch_that_breaks_off_or_repeats_a_member_is_refused_with_the_place() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.put_text(&id, INDIVIDUAL).await.expect(200);
    let patch = async |body: &'static str| {
        let request = app.request(reqwest::Method::PATCH, &format!("/v0/customers/{id}"));
        TestApp::send(request.header("content-type", "application/merge-patch+json").body(body)).await
    };
    for (body, place) in [
        ("{\n \"first_name\": }", "line 2, column 16"),
        ("{\n\n \"first_name\": \"\\ud800\"}", "line 3, column 23"),
        ("{\n \"residential_address\": {\"city\": \"\\ud800\"}}", "line 2, column 41"),
        ("{} {}", "line 1, column 4"),
        ("", "line 1, column 0"),
    ] {
        let problem = patch(body).await.problem(400, "malformed_json");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains(place), "{body}: {detail}");
    }
    for (body, violation) in [
        (r#"{"residential_address":{"city":"a","city":"b"}}"#, "/residential_address/city duplicate_key"),
        (r#"{"residential_address":{"zip":1}}"#, "/residential_address/zip unknown_property"),
        (r#"{"residential_address":{"city":["a"]}}"#, "/residential_address/city wrong_type"),
    ] {
        assert_eq!(patch(body).await.violations(), [violation]);
    }
}

#[tokio::test]
async fn a_patch_returns_the_whole_customer_and_its_version() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let answer = app.patch(&id, &json!({ "first_name": "Ada" })).await;
    assert_eq!(answer.header("etag"), "\"v2\"");
    let customer = answer.expect(200);
    assert_eq!((&customer["first_name"], &customer["profile"]), (&json!("Ada"), &json!({ "first_name": "Ada" })));
    let stale = TestApp::send(app.patch_request(&id, &json!({ "first_name": "B" })).header("If-Match", "\"v1\"")).await;
    assert_eq!(stale.problem(412, "precondition_failed")["changed"], json!(["/first_name"]));
}

#[tokio::test]
async fn persons_are_kept_replaced_or_cleared() {
    let app = TestApp::start().await;
    let id = app.given("corporate").await;
    app.put_text(&id, BUSINESS).await.expect(200);
    let persons = app.profile(&id).await["associated_persons"].take();
    app.patch(&id, &json!({ "primary_website": null })).await.expect(200);
    assert_eq!(app.profile(&id).await["associated_persons"], persons, "a patch that does not name them keeps them");
    app.patch(&id, &json!({ "associated_persons": [{ "id": persons[1]["id"], "first_name": "Liam" }] }))
        .await
        .expect(200);
    assert_eq!(app.profile(&id).await["associated_persons"], json!([{ "id": persons[1]["id"], "first_name": "Liam" }]));
    let inside = json!({ "associated_persons": [{ "first_name": null }] });
    assert_eq!(app.patch(&id, &inside).await.violations(), ["/associated_persons/0/first_name null_not_allowed"]);
    app.patch(&id, &json!({ "associated_persons": null })).await.expect(200);
    assert_eq!(app.profile(&id).await.get("associated_persons"), None);
}

#[tokio::test]
async fn patches_have_their_own_media_type() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    let request = app.request(reqwest::Method::PATCH, &format!("/v0/customers/{id}"));
    let answer = TestApp::send(request.json(&json!({ "first_name": "A" }))).await;
    assert_eq!(answer.header("accept-patch"), "application/merge-patch+json");
    answer.problem(415, "unsupported_media_type");
}
