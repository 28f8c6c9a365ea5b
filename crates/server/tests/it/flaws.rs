//! Files that are accepted but prove nothing: what their requirement says.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::kyc::{complete, required};
use crate::samples::{jpeg, locked_pdf, pdf, png};

/// A document that opens without a password. Its owner password only restricts what may be done with it.
const OWNER_ONLY: &[u8] = include_bytes!("../../../core/tests/fixtures/files/accepted/pdf-owner-password-r6.pdf");

/// Status and error of the requirement with this id.
async fn stands(app: &TestApp, customer: &str, id: &str) -> (String, Value) {
    let all = required(app, customer).await;
    let one = all.as_array().and_then(|all| all.iter().find(|one| one["id"] == id)).expect("the requirement");
    (one["status"].as_str().expect("a status").to_owned(), one["error"].clone())
}

/// Uploads a file and names it as proof of address.
async fn give(app: &TestApp, customer: &str, content: &[u8]) -> String {
    let file = app.upload("bill", content).await.expect(200)["id"].as_str().expect("an id").to_owned();
    let document = json!({ "file_id": file, "purpose": "proof_of_address" });
    app.put(customer, &json!({ "documents": [document] })).await.expect(200);
    file
}

#[tokio::test]
async fn an_unreadable_file_is_accepted_and_its_requirement_says_why() {
    let app = TestApp::start().await;
    let customer = app.given("individual").await;
    let address = json!({ "street_line_1": "1", "city": "P", "country": "FR", "postal_code": "2" });
    app.put(&customer, &json!({ "residential_address": address })).await.expect(200);
    for (what, content, expected) in [
        ("a PDF with a password", locked_pdf(), ("error", json!("needs_password"))),
        ("a PDF", pdf(b"bill"), ("done", Value::Null)),
        ("a low JPEG", jpeg(320, 199, &[], 100), ("error", json!("unusable_picture"))),
        ("a PDF with an owner's password", OWNER_ONLY.to_vec(), ("done", Value::Null)),
        ("a narrow PNG", png(199, 320, 100), ("error", json!("unusable_picture"))),
        ("a PNG", png(200, 200, 100), ("done", Value::Null)),
    ] {
        give(&app, &customer, &content).await;
        let (status, error) = stands(&app, &customer, "proof_of_address").await;
        assert_eq!((&*status, error), expected, "{what}");
    }
    // The flaw is remembered, and forgotten with its document.
    let file = give(&app, &customer, &png(320, 1, 0)).await;
    let app = app.restart().await;
    assert_eq!(stands(&app, &customer, "proof_of_address").await.1, "unusable_picture");
    let delete = app.request(reqwest::Method::DELETE, &format!("/v0/customers/{customer}/documents/{file}"));
    TestApp::send(delete).await.expect(204);
    assert_eq!(stands(&app, &customer, "proof_of_address").await, ("done".to_owned(), Value::Null));
}

#[tokio::test]
async fn a_customer_with_unreadable_evidence_is_not_submitted() {
    let app = TestApp::start().await;
    let customer = app.given("individual").await;
    let mut body = json!({});
    complete(&app, &customer, &mut body).await;
    let bad = give(&app, &customer, &locked_pdf()).await;
    app.open_session(&customer).await;
    app.put(&customer, &json!({ "first_name": "Grace" })).await.expect(200);
    assert_eq!(app.stands(&customer).await, "pending/submission_started");
    // Naming it again changes nothing.
    let document = json!({ "file_id": bad, "purpose": "proof_of_address", "description": "again" });
    app.patch(&customer, &json!({ "documents": [document] })).await.expect(200);
    assert_eq!(app.stands(&customer).await, "pending/submission_started");
    give(&app, &customer, &pdf(b"the bill, printed")).await;
    assert_eq!(app.stands(&customer).await, "pending/submission_accepted");
}
