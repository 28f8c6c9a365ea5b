//! The reference at `/docs/reference`: it has everything in the document, its links work, and it loads nothing from
//! elsewhere.

use std::collections::HashSet;

use dossier::http::router::document;
use serde_json::Value;

use crate::app::{Answered, TestApp};

async fn page() -> (TestApp, Answered) {
    let app = TestApp::start().await;
    let page = app.get("/docs/reference").await;
    assert_eq!(page.status.as_u16(), 200);
    (app, page)
}

/// The text between the quotes after each occurrence of this beginning.
fn attributes<'a>(page: &'a str, beginning: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(beginning).skip(1).filter_map(|rest| rest.split('"').next())
}

/// The section with this id.
fn section<'a>(page: &'a str, class: &str, id: &str) -> &'a str {
    let begins = format!("<section class=\"{class}\" id=\"{id}\">");
    let (_, rest) = page.split_once(&begins).unwrap_or_else(|| panic!("{id} has no section"));
    rest.split("</section>").next().expect("its end")
}

#[tokio::test]
async fn every_operation_is_on_the_reference_with_its_parameters_and_responses() {
    let (_app, page) = page().await;
    let document = document();
    let mut seen = 0;
    for (path, methods) in ["paths", "webhooks"].iter().flat_map(|part| document[part].as_object().expect("paths")) {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id");
            let section = section(&page.text, "operation", id);
            let mut expected = vec![method.to_uppercase(), operation["summary"].as_str().expect("a summary").into()];
            expected.extend(path.starts_with('/').then(|| format!("<code>{path}</code>")));
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                expected.push(format!("<code>{}</code>", parameter["name"].as_str().expect("a name")));
            }
            for scope in operation["x-scopes"].as_array().into_iter().flatten() {
                expected.push(format!("<code>{}</code>", scope.as_str().expect("a scope")));
            }
            for (status, response) in operation["responses"].as_object().expect("responses") {
                expected.push(format!("<span class=\"status\">{status}</span>"));
                if response["content"]["application/problem+json"].is_object() {
                    let codes = response["description"].as_str().expect("codes").split('`').skip(1).step_by(2);
                    expected.extend(codes.map(|code| format!("href=\"/problems/{code}\"")));
                }
            }
            for text in expected {
                let text = text.replace('\'', "&#39;");
                assert!(section.replace('\'', "&#39;").contains(&text), "{id} lacks {text}");
            }
            assert!(page.text.contains(&format!("<a href=\"#{id}\">")), "{id} is not in the contents");
            seen += 1;
        }
    }
    assert!(seen > 25, "{seen} operations");
}

#[tokio::test]
async fn every_schema_is_on_the_reference_with_its_members() {
    let (_app, page) = page().await;
    for (name, schema) in document()["components"]["schemas"].as_object().expect("schemas") {
        let section = section(&page.text, "schema", &format!("schema-{name}"));
        for member in schema["properties"].as_object().into_iter().flat_map(|members| members.keys()) {
            assert!(section.contains(&format!("<code>{member}</code>")), "{name} lacks {member}");
        }
        for value in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(section.contains(&format!("<code>{value}</code>")), "{name} lacks {value}");
        }
    }
}

#[tokio::test]
async fn every_link_of_the_reference_works() {
    let (app, page) = page().await;
    let ids: Vec<&str> = attributes(&page.text, " id=\"").collect();
    let known: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "an id is used twice");
    for target in attributes(&page.text, "href=\"#") {
        assert!(known.contains(target), "#{target} leads nowhere");
    }
    let paths: HashSet<&str> = attributes(&page.text, "href=\"/").collect();
    for path in paths {
        assert_eq!(app.get(&format!("/{path}")).await.status.as_u16(), 200, "/{path}");
    }
}

#[test]
fn backticks_in_descriptions_are_paired() {
    fn descriptions<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("description").and_then(Value::as_str));
                members.values().for_each(|member| descriptions(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| descriptions(item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (document(), Vec::new());
    descriptions(&document, &mut found);
    assert!(found.len() > 300);
    for text in found {
        assert!(text.matches('`').count() % 2 == 0, "{text}");
        assert!(
            !text.contains("](") && !text.contains("**") && !text.contains('\n'),
            "the page shows this as it is: {text}"
        );
    }
}

#[tokio::test]
async fn the_reference_works_offline_and_without_scripts_and_is_small() {
    let (app, page) = page().await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    let elsewhere = page.text.replace(&app.url, "");
    assert!(!attributes(&elsewhere, "src=\"").chain(attributes(&elsewhere, "href=\"")).any(|url| url.contains("//")));
    assert!(!page.text.contains("<script>") && !page.text.contains("style=\"") && !page.text.contains("<style"));
    for asset in attributes(&page.text, "=\"/assets/") {
        let answer = app.get(&format!("/assets/{asset}")).await;
        assert!(answer.status.is_success() && !answer.text.is_empty(), "{asset}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let request = app.client.get(format!("{}/docs/reference", app.url)).header("accept-encoding", "gzip, br");
    let sent = request.send().await.expect("a response");
    assert_eq!(sent.headers()["content-encoding"], "gzip");
    let bytes = sent.bytes().await.expect("a body").len();
    assert!(bytes < 60_000, "{bytes} bytes");
    app.get("/docs/../secret").await.problem(404, "not_found");
}

/// One whole operation. What changes here changes for every reader of the page.
#[tokio::test]
async fn an_operation_reads_as_reviewed() {
    let (app, page) = page().await;
    let section = section(&page.text, "operation", "readSandboxClock").replace(&app.url, "http://host");
    insta::assert_snapshot!("reference_operation", section.replace("><", ">\n<"));
}
