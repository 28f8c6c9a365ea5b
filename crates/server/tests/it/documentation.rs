//! The OpenAPI document and the pages: every route is described, every example works, nothing comes from elsewhere.

use dossier::http::openapi::{OPERATIONS, document};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;

#[tokio::test]
async fn every_documented_operation_is_routed_and_every_other_method_is_refused() {
    let app = TestApp::start().await;
    let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let paths: std::collections::BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.path).collect();
    for path in paths {
        for method in &methods {
            let concrete = path.replace("{customer_id}", "0190a6f0-7b1e-7c3a-9d2e-4f5a6b7c8d9e");
            let answer = TestApp::send(app.request(method.clone(), &concrete)).await;
            let documented = OPERATIONS.iter().any(|operation| operation.path == path && operation.method == *method);
            assert_eq!(
                answer.status.as_u16() == 405,
                !documented,
                "{method} {path} is routed and not documented, or the reverse"
            );
        }
    }
}

#[test]
fn every_route_of_the_router_is_documented() {
    let source = include_str!("../../src/http/router.rs");
    let for_people = ["/docs", "/docs/{asset}", "/problems", "/problems/{code}", "/"];
    let operations = source.split("pub fn operations").next().expect("the public router");
    let routes: Vec<&str> =
        operations.split(".route(\"").skip(1).map(|rest| rest.split('"').next().expect("a path")).collect();
    assert!(routes.len() > 5);
    for route in routes {
        let documented = OPERATIONS.iter().any(|operation| operation.path == route);
        assert!(documented || for_people.contains(&route), "{route}");
    }
}

/// The published PUT stands in our document as it was published: summary, parameters, body, answer.
#[test]
fn the_published_operation_is_kept() {
    let published: Value = serde_json::from_str(include_str!("../../../core/contract/update-customer.openapi.json"))
        .expect("the published document");
    let published = &published["paths"]["/v0/customers/{customer_id}"]["put"];
    let document = document();
    let ours = &document["paths"]["/v0/customers/{customer_id}"]["put"];
    assert_eq!(ours["summary"], published["summary"]);
    for parameter in published["parameters"].as_array().expect("parameters") {
        assert!(ours["parameters"].as_array().expect("parameters").contains(parameter), "{parameter}");
    }
    assert_eq!(ours["requestBody"]["required"], published["requestBody"]["required"]);
    let schema = |of: &Value| of["requestBody"]["content"]["application/json"]["schema"].clone();
    let mut without_additions = schema(ours);
    let person = &mut without_additions["oneOf"][1]["properties"]["associated_persons"]["items"]["properties"];
    person.as_object_mut().expect("properties").remove("id").expect("our one addition");
    assert_eq!(without_additions, schema(published));
    assert_eq!(ours["responses"]["200"]["description"], published["responses"]["200"]["description"]);
}

#[tokio::test]
async fn every_documented_example_works() {
    let app = TestApp::start().await;
    let document = app.get("/openapi.json").await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let examples = |path: &str, method: &str, media: &str| {
        document["paths"][path][method]["requestBody"]["content"][media]["examples"]
            .as_object()
            .expect("examples")
            .clone()
    };
    for (kind, example) in examples("/v0/customers", "post", "application/json") {
        app.post("/v0/customers", &example["value"]).await.expect(201);
        assert!(["individual", "business"].contains(&kind.as_str()));
    }
    for (kind, name) in [("individual", "individual"), ("corporate", "business")] {
        let id = app.given(kind).await;
        let put = &examples("/v0/customers/{customer_id}", "put", "application/json")[name]["value"];
        app.put(&id, put).await.expect(200);
        let profile = app.profile(&id).await;
        let (sent, read) = (put.as_object().expect("an object"), profile.as_object().expect("an object"));
        let lost: Vec<_> = sent.keys().filter(|name| !read.contains_key(*name)).collect();
        assert_eq!(lost, ["external_kyc_provider_data"]);
        let patch = &examples("/v0/customers/{customer_id}", "patch", "application/merge-patch+json")[name]["value"];
        app.patch(&id, patch).await.expect(200);
    }
}

/// Answers of every kind fit the schemas that the document gives for them.
#[tokio::test]
async fn answers_fit_their_schemas() {
    let app = TestApp::start().await;
    let mut document = document();
    let schema = |name: &str| {
        let mut schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        schema["components"] = document["components"].clone();
        jsonschema::validator_for(&schema).expect("a schema")
    };
    let (customer, list, problem) = (schema("Customer"), schema("CustomerList"), schema("Problem"));
    let id = app.given("corporate").await;
    app.put_text(&id, crate::app::BUSINESS).await.expect(200);
    let fits = |validator: &jsonschema::Validator, answer: &Value| {
        let errors: Vec<String> = validator.iter_errors(answer).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    };
    fits(&customer, &app.get(&format!("/v0/customers/{id}")).await.expect(200));
    fits(&customer, &app.get(&format!("/v0/customers/{id}?expand=profile")).await.expect(200));
    fits(&list, &app.get("/v0/customers?limit=1").await.expect(200));
    fits(&problem, &app.put(&id, &json!({ "x": null, "tax_number": 1 })).await.expect(400));
    fits(&problem, &app.get("/v0/customers/x").await.expect(404));
    document.take();
}

#[tokio::test]
async fn the_reference_works_offline() {
    let app = TestApp::start().await;
    let page = app.get("/docs").await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("connect-src 'self'") && !policy.contains("http"));
    assert!(!page.text.contains("http://") && !page.text.contains("https://") && !page.text.contains("<script>"));
    for asset in page.text.split("=\"/docs/").skip(1).map(|rest| rest.split('"').next().expect("a name")) {
        let answer = app.get(&format!("/docs/{asset}")).await;
        assert!(answer.status.is_success() && !answer.text.is_empty(), "{asset}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    app.get("/docs/../secret").await.problem(404, "not_found");
}

#[tokio::test]
async fn health_and_metrics() {
    let app = TestApp::start().await;
    app.given("individual").await;
    for base in [&app.url, &app.metrics_url] {
        for (path, status) in [("/healthz", "ok"), ("/readyz", "ready")] {
            let answer = TestApp::send(app.client.get(format!("{base}{path}"))).await;
            assert_eq!(answer.expect(200)["status"], status);
        }
    }
    let metrics = TestApp::send(app.client.get(format!("{}/metrics", app.metrics_url))).await.text;
    for line in [
        "dossier_http_requests_total{method=\"POST\",route=\"/v0/customers\",status=\"201\"} 1",
        "dossier_store_changes_total",
        "dossier_http_request_duration_seconds_bucket",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    app.get("/metrics").await.problem(404, "not_found");
}
