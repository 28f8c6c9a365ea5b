//! The OpenAPI document and the pages: every route is described, every example works, nothing comes from elsewhere.

use std::collections::HashSet;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use dossier::http::router::{OPERATIONS, document};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::described::{fits_schema, is_described, validator};

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
fn every_route_without_an_operation_is_for_people() {
    let source = include_str!("../../src/http/router.rs");
    let public = source.split("pub fn operations").next().expect("the public router");
    // The other routes are made from the operations.
    let routes = public.split(".route(\"").skip(1).map(|rest| rest.split('"').next().expect("a path"));
    let for_people = ["/problems", "/problems/{code}", "/"];
    assert_eq!(routes.collect::<Vec<_>>(), for_people);
}

/// A schema with its references followed. The description beside a reference is that of the place.
fn followed(document: &Value, schema: &Value) -> Value {
    match schema {
        Value::Object(members) => match schema["$ref"].as_str() {
            Some(reference) => {
                let target = document.pointer(reference.trim_start_matches('#')).expect("a component");
                let mut target = followed(document, target);
                let target_members = target.as_object_mut().expect("an object");
                target_members.remove("description");
                target_members.extend(members.get("description").map(|text| ("description".to_owned(), text.clone())));
                target
            }
            None => members.iter().map(|(name, value)| (name.clone(), followed(document, value))).collect(),
        },
        Value::Array(items) => items.iter().map(|item| followed(document, item)).collect(),
        _ => schema.clone(),
    }
}

/// Removes from a schema that unknown members are refused, which the published document does not say.
fn open(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.remove("additionalProperties");
            members.values_mut().for_each(open);
        }
        Value::Array(items) => items.iter_mut().for_each(open),
        _ => {}
    }
}

/// Our document has PUT as it was published: summary, parameters, body, response. The key moved from the parameters to
/// `security`, where client generators expect it.
#[test]
fn the_published_operation_is_kept() {
    let published: Value = serde_json::from_str(include_str!("../../../core/contract/update-customer.openapi.json"))
        .expect("the published document");
    let published = &published["paths"]["/v0/customers/{customer_id}"]["put"];
    let document = document();
    let ours = &document["paths"]["/v0/customers/{customer_id}"]["put"];
    assert_eq!(ours["summary"], published["summary"]);
    for parameter in published["parameters"].as_array().expect("parameters") {
        let is_kept = ours["parameters"].as_array().expect("parameters").contains(parameter);
        assert_eq!(is_kept, parameter["name"] != "Api-Key", "{parameter}");
    }
    assert_eq!(document["components"]["securitySchemes"]["ApiKey"]["name"], "Api-Key");
    assert!(ours.get("security").is_none() && document["security"][0]["ApiKey"].is_array());
    assert_eq!(ours["requestBody"]["required"], published["requestBody"]["required"]);
    let schema = |of: &Value| of["requestBody"]["content"]["application/json"]["schema"].clone();
    let mut ours_followed = followed(&document, &schema(ours));
    open(&mut ours_followed);
    // The two variants have names instead of titles.
    let titles = [json!("Individual Customer"), json!("Business Customer")];
    for (branch, title) in ours_followed["oneOf"].as_array_mut().expect("two variants").iter_mut().zip(titles) {
        assert_eq!(branch.as_object_mut().expect("a schema").remove("type"), Some(json!("object")));
        branch["title"] = title;
        branch["properties"].as_object_mut().expect("properties").remove("email").expect("which can be changed here");
    }
    let person = &mut ours_followed["oneOf"][1]["properties"]["associated_persons"]["items"]["properties"];
    person.as_object_mut().expect("properties").remove("id").expect("which persons have here");
    assert_eq!(ours_followed, schema(published));
    assert_eq!(ours["responses"]["200"]["description"], published["responses"]["200"]["description"]);
}

#[test]
fn the_email_is_a_string_and_not_part_of_the_profile() {
    let document = document();
    let members = |name: &str| followed(&document, &document["components"]["schemas"][name])["properties"].clone();
    for kind in ["Individual", "Business"] {
        assert_eq!(members(&format!("{kind}Update"))["email"]["type"], "string");
        assert_eq!(members(&format!("{kind}Patch"))["email"]["type"], "string", "null is refused");
        assert_eq!(members(&format!("{kind}Profile"))["email"], Value::Null);
    }
}

/// Every example fits its schema, and exactly one of the two variants of a body.
#[test]
fn examples_fit_their_schemas() {
    let document = document();
    let operations = ["paths", "webhooks"].into_iter().flat_map(|part| document[part].as_object().expect("paths"));
    let mut seen = 0;
    for (path, operation) in operations.flat_map(|(path, methods)| {
        methods.as_object().into_iter().flatten().map(move |(_, operation)| (path, operation))
    }) {
        for (_, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let listed = content["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
            for example in listed.chain(content.get("example")) {
                let branches = content["schema"]["$ref"].as_str().map(|reference| {
                    let schema = document.pointer(reference.trim_start_matches('#')).expect("a component");
                    ["oneOf", "anyOf"].into_iter().filter_map(|kind| schema[kind].as_array()).flatten()
                });
                let branches: Vec<&Value> = branches.into_iter().flatten().collect();
                let fitting = branches.iter().filter(|branch| validator(branch).is_valid(example)).count();
                assert_eq!(fitting, usize::from(!branches.is_empty()), "{path}");
                fits_schema(&content["schema"], example);
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen} examples");
}

/// Every operation names its tag and describes itself, and those that need no key say so.
#[test]
fn every_operation_is_complete() {
    let document = document();
    let tags: Vec<&Value> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    for operation in OPERATIONS {
        let described = &document["paths"][operation.path][operation.method.as_str().to_lowercase()];
        let case = format!("{} {}", operation.method, operation.path);
        assert!(tags.contains(&&described["tags"][0]), "{case}");
        for text in ["operationId", "summary", "description"] {
            assert!(described[text].as_str().is_some_and(|text| !text.is_empty()), "{text} of {case}");
        }
        let is_public = described["security"].as_array().is_some_and(Vec::is_empty);
        assert_eq!(is_public, operation.scopes.is_empty(), "{case}");
        for (status, response) in described["responses"].as_object().expect("responses") {
            assert!(response["headers"]["X-Request-Id"].is_object(), "{status} of {case}");
        }
    }
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

/// Responses fit the schemas that the document gives for them, with every member that can be shown. The tests of scopes
/// check this for each route, and every test that expects a problem checks it for the problem.
#[tokio::test]
async fn responses_fit_their_schemas() {
    let app = TestApp::start().await;
    let all = "profile,documents,requirements";
    for (kind, profile) in [("individual", crate::app::INDIVIDUAL), ("corporate", crate::app::BUSINESS)] {
        let id = app.given(kind).await;
        app.put_text(&id, profile).await.expect(200);
        let file = app.given_file().await;
        app.put(&id, &json!({ "documents": [{ "file_id": file, "purpose": "proof_of_address" }] })).await.expect(200);
        let path = format!("/v0/customers/{id}?expand={all}");
        for action in [None, Some("kyc.status.submit"), Some("kyc.status.approve"), Some("kyc.status.offboard")] {
            match action {
                None => _ = app.open_session(&id).await,
                Some(action) => _ = app.simulate(&id, action).await,
            }
            is_described("GET", "/v0/customers/{customer_id}", &app.get(&path).await);
        }
        let mut more = app.get(&path).await.expect(200);
        more["unknown"] = json!(1);
        let customer = json!({ "$ref": "#/components/schemas/Customer" });
        assert!(!validator(&customer).is_valid(&more), "a member that is not documented is found");
        is_described("PUT", "/v0/customers/{customer_id}", &app.put(&id, &json!({})).await);
        is_described("PATCH", "/v0/customers/{customer_id}", &app.patch(&id, &json!({})).await);
        is_described("GET", "/v0/requirements", &app.get(&format!("/v0/requirements?type={kind}")).await);
        is_described("PUT", "/v0/customers/{customer_id}", &app.put(&id, &json!({ "x": null, "tax_number": 1 })).await);
    }
    for path in ["/v0/customers", "/v0/events", "/v0/webhooks", "/v0/sandbox/clock", "/healthz", "/readyz"] {
        is_described("GET", path, &app.get(path).await);
    }
    is_described("GET", "/v0/customers", &app.get(&format!("/v0/customers?limit=1&expand={all}")).await);
    is_described("GET", "/v0/customers", &app.get("/v0/customers?limit=x").await);
    is_described("GET", "/v0/customers/{customer_id}", &app.get("/v0/customers/x").await);
    is_described("POST", "/v0/customers", &app.post("/v0/customers", &json!(7)).await);
    is_described("POST", "/v0/customers", &app.post("/v0/customers", &json!({ "beneficiary_type": "business" })).await);
    let unkeyed = TestApp::send(app.client.get(format!("{}/v0/events", app.url))).await;
    assert_eq!(unkeyed.status.as_u16(), 401);
    is_described("GET", "/v0/events", &unkeyed);
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

/// The names of samples and of families, from lines as Prometheus reads them.
fn undescribed(metrics: &str) -> Vec<&str> {
    let described: HashSet<&str> =
        metrics.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split(' ').next()).collect();
    let samples = metrics.lines().filter(|line| !line.starts_with('#'));
    let names = samples.filter_map(|line| line.split(['{', ' ']).next());
    let of_histogram = |name: &str| {
        ["_bucket", "_sum", "_count"]
            .iter()
            .any(|end| name.strip_suffix(end).is_some_and(|name| described.contains(name)))
    };
    names.filter(|name| !described.contains(name) && !of_histogram(name)).collect()
}

#[tokio::test]
async fn metrics_count_what_is_stored_and_what_waits_and_satisfy_promtool() {
    let app = TestApp::start().await;
    let waiting = app.given("individual").await;
    app.open_session(&waiting).await;
    app.simulate(&waiting, "kyc.status.submit").await.expect(200);
    app.given_file().await;
    let endpoint = json!({ "url": "http://127.0.0.1:10999/", "event_types": ["customer.created"] });
    app.post("/v0/webhooks", &endpoint).await.expect(201);
    app.given("individual").await;
    let read = async || TestApp::send(app.client.get(format!("{}/metrics", app.metrics_url))).await.text;
    let expected = [
        "dossier_build_info{version=",
        "\ndossier_webhook_deliveries_waiting{environment=\"sandbox\"} 1\n",
        "\ndossier_webhook_oldest_delivery_age_seconds{environment=\"sandbox\"} ",
        "\ndossier_customers_waiting{environment=\"sandbox\"} 1\n",
        "\ndossier_customers_waiting{environment=\"production\"} 0\n",
        "\ndossier_customers_oldest_wait_seconds{environment=\"sandbox\"} ",
        "\ndossier_files{environment=\"sandbox\"} 1\n",
        "\ndossier_file_bytes{environment=\"sandbox\"} ",
        "\ndossier_api_keys_next_expiry_timestamp_seconds{environment=\"production\"} 0\n",
    ];
    let mut metrics = read().await;
    for _ in 0..200 {
        if expected.iter().all(|line| metrics.contains(line)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        metrics = read().await;
    }
    for line in expected {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    assert!(!metrics.contains("\ndossier_file_bytes{environment=\"sandbox\"} 0\n"));
    assert_eq!(undescribed(&metrics), Vec::<&str>::new());
    // `./check setup` installs promtool. Without it, only the lines above are checked.
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut promtool) = promtool.spawn() else { return };
    promtool.stdin.take().expect("piped").write_all(metrics.as_bytes()).expect("written");
    let said = promtool.wait_with_output().expect("ended");
    assert!(said.status.success() && said.stdout.is_empty() && said.stderr.is_empty(), "{said:?}");
}
