//! What outsiders read, kept as text, so that a change to a message, a help text or the API's description is reviewed
//! as text. After an intended change, run the tests with `INSTA_UPDATE=always` and read the difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

use dossier::http::problem::ProblemCode;
use dossier::http::router::document;
use dossier_core::api_key::KeyScope;
use dossier_core::caller::Environment;
use dossier_core::violation::Code;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answered, TestApp};
use crate::command_line::dossier;

#[test]
fn the_catalogue_of_problems_reads_as_reviewed() {
    let mut text = String::new();
    for code in ProblemCode::ALL {
        let (name, status) = (code.as_str(), code.status());
        writeln!(text, "{name} ({status}): {}\n    {}\n", code.title(), code.help()).expect("text");
    }
    insta::assert_snapshot!("problems", text);
}

#[test]
fn the_openapi_document_reads_as_reviewed() {
    let text = serde_json::to_string_pretty(&document()).expect("JSON");
    insta::assert_snapshot!("openapi", text);
}

/// The commands that a help text lists, without `help` itself.
fn listed(help: &str) -> Vec<String> {
    let commands = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let commands = commands.split("\n\n").next().unwrap_or_default().lines();
    let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(ToOwned::to_owned).collect()
}

fn help(folder: &Path, command: &[&str], text: &mut String) {
    let output = dossier(folder, &[command, &["--help"]].concat());
    let help = String::from_utf8(output.stdout).expect("help is text");
    writeln!(text, "$ dossier {}\n\n{help}", [command, &["--help"]].concat().join(" ")).expect("text");
    for name in listed(&help) {
        self::help(folder, &[command, &[name.as_str()]].concat(), text);
    }
}

#[test]
fn the_help_of_every_command_reads_as_reviewed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::new();
    help(folder.path(), &[], &mut text);
    insta::assert_snapshot!("help", text);
}

/// Where a text begins that the log shows, and its level. The last string of a call to tracing is its message.
const LOGGED: &[(&str, &str)] =
    &[("error", "tracing::error!("), ("warn", "tracing::warn!("), ("info", "tracing::info!(")];

/// Where the texts begin that reach the log through a variable. A message that is only a variable is left out.
const LOGGED_THROUGH_VARIABLES: &[(&str, &str)] = &[
    ("error", "ignore_corrupt("),
    ("error", "Err(refuse(&self.row, "),
    ("error", "rows::refuse("),
    ("error", "rows::refuse_at("),
    ("warn", "const WARNING: &str = "),
    ("warn", "fn warning(&self) -> Option<String> {"),
    ("warn", "fn unknown_variables(&self) -> impl Iterator<Item = String> {"),
];

/// The strings of a call, of which the opening bracket was read, or of a constant up to its end, as they are printed.
fn strings(call: &str) -> Vec<String> {
    let (mut strings, mut depth, mut rest) = (Vec::new(), 1, call.chars().peekable());
    while let Some(c) = rest.next() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            '"' => strings.push(literal(&mut rest)),
            ';' if depth == 1 => break,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    strings
}

/// The rest of a string literal, after its opening quote.
fn literal(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' if rest.peek() == Some(&'\n') => while rest.next_if(|c| c.is_whitespace()).is_some() {},
            '\\' => text.extend(rest.next()),
            _ => text.push(c),
        }
    }
    text
}

/// The messages that operators read in the log, by source file.
fn log_messages(folder: &Path, text: &mut String) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("one").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            log_messages(&path, text);
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source file");
        for (level, beginning) in LOGGED.iter().chain(LOGGED_THROUGH_VARIABLES) {
            for call in source.split(beginning).skip(1) {
                let message = strings(call).pop().unwrap_or_else(|| panic!("no message: {}", path.display()));
                if message.starts_with('{') && message.ends_with('}') {
                    assert!(["{what}", "{why}", "{warning}"].contains(&&*message), "{message} in {}", path.display());
                    continue;
                }
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                writeln!(text, "{level:5} {name}: {message}").expect("text");
            }
        }
    }
}

#[test]
fn the_messages_of_the_log_read_as_reviewed() {
    let mut text = String::new();
    for sources in ["../core/src", "../store/src", "src"] {
        log_messages(&Path::new(env!("CARGO_MANIFEST_DIR")).join(sources), &mut text);
    }
    insta::assert_snapshot!("log", text);
}

/// For each type of customer, a body with every violation that the parser can find.
fn wrong_bodies() -> Vec<(&'static str, Value)> {
    let long = "x".repeat(5_000);
    let address = json!({ "street_line_1": long, "city": 1, "country": "xx", "unknown": true });
    let identity = json!({
        "id_document": { "type": "library_card", "number": "a\u{0}b", "issuing_country": "UK" },
        "tax_number": { "type": "number" },
    });
    let documents: Vec<Value> = (0..21).map(|_| json!({ "purpose": "id_document", "file_id": "0" })).collect();
    let person = json!({
        "birth_date": "1990-02-30", "ownership_percentage": "101", "has_control": "yes",
        "documents": [{ "purpose": "selfie" }],
        "residential_address": address,
    });
    let individual = json!({
        "first_name": long, "last_name": null, "birth_date": "1990-02-30", "nationality": "gb",
        "residential_address": address, "identifying_information": identity, "documents": documents,
        "account_purpose": "fun", "acting_as_intermediary": "maybe", "employment_status": 7,
        "business_legal_name": "Of the other type", "nickname": "Ada",
    });
    let business = json!({
        "business_legal_name": 1, "formation_date": "June", "business_address": address,
        "associated_persons": [person, 1], "primary_website": long, "first_name": "Ada",
    });
    vec![("individual", individual), ("corporate", business)]
}

/// Bodies that are not JSON as it should be.
fn raw_bodies() -> [(&'static str, String); 3] {
    [
        ("that is cut off", r#"{"first_name": "Ada", "#.to_owned()),
        ("with a member twice", r#"{"first_name": "Ada", "first_name": "Grace"}"#.to_owned()),
        ("that is nested too deep", format!(r#"{{"first_name": {}{}}}"#, "[".repeat(17), "]".repeat(17))),
    ]
}

/// Requests that need a key with every scope, each with something wrong in it.
fn wrong_requests(id: &str) -> Vec<(Method, String, Value)> {
    let (get, post) = (Method::GET, Method::POST);
    let hold = json!({ "reference": "1", "authority": "District Court", "reason": "an order", "ends_at": "tomorrow" });
    let decision = json!({ "outcome": "request_resubmission", "requirements": ["shoe_size"] });
    let masked = json!({ "identifying_information": { "tax_number": { "number_masked": "****89" } } });
    let two_types = json!({ "email": "a@example.com", "type": "corporate", "beneficiary_type": "individual" });
    let new = json!({ "email": "no address", "type": "person", "beneficiary_type": "individual" });
    vec![
        (post.clone(), "/v0/customers".into(), new),
        (post.clone(), "/v0/customers".into(), two_types),
        (post.clone(), "/v0/webhooks".into(), json!({ "url": "ftp://example.com", "event_types": ["customer.gone"] })),
        (Method::PUT, format!("/v0/customers/{id}"), masked),
        (Method::PATCH, format!("/v0/customers/{id}"), json!({ "documents": null, "email": null })),
        (post.clone(), format!("/v0/customers/{id}/decisions"), decision),
        (post.clone(), format!("/v0/customers/{id}/holds"), hold),
        (post.clone(), "/v0/sandbox/clock".into(), json!({ "advance": "a week" })),
        (post, "/v0/sandbox/clock".into(), json!({ "advance": "P36500D" })),
        (get.clone(), "/v0/customers?limit=0&cursor=1&colour=blue&expand=everything".into(), Value::Null),
        (get, "/v0/audit?from=yesterday&action=none&limit=5&limit=6".into(), Value::Null),
    ]
}

/// Writes a problem with its violations, and returns their codes.
fn write_problem(text: &mut String, request: &str, answer: &Answered) -> Vec<String> {
    let problem = answer.json();
    writeln!(text, "{request}: {}", problem["detail"]).expect("text");
    let errors = problem["errors"].as_array().into_iter().flatten();
    errors
        .map(|error| {
            writeln!(text, "    {} {}: {}", error["pointer"], error["code"], error["message"]).expect("text");
            error["code"].as_str().expect("a code").to_owned()
        })
        .collect()
}

#[tokio::test]
async fn the_violations_of_wrong_requests_read_as_reviewed() {
    let app = TestApp::start().await;
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    for (kind, body) in wrong_bodies() {
        let id = app.given(kind).await;
        let request = format!("PUT of a customer of type {kind}");
        seen.extend(write_problem(&mut text, &request, &app.put(&id, &body).await));
    }
    let id = app.given("individual").await;
    for (what, body) in raw_bodies() {
        let request = app.request(Method::PUT, &format!("/v0/customers/{id}"));
        let answer = TestApp::send(request.header("content-type", "application/json").body(body)).await;
        seen.extend(write_problem(&mut text, &format!("PUT of a body {what}"), &answer));
    }
    app.post(&format!("/v0/customers/{id}/kycs"), &json!({})).await.expect(201);
    let made = app.new_key(None, Environment::Sandbox, KeyScope::ALL, None).await;
    let key = made["key"].as_str().expect("a key");
    for (method, path, body) in wrong_requests(&id) {
        let request = app.client.request(method.clone(), format!("{}{path}", app.url)).header("Api-Key", key);
        let request = match (&method, body.is_null()) {
            (_, true) => request,
            (&Method::PATCH, _) => {
                request.header("content-type", "application/merge-patch+json").body(body.to_string())
            }
            _ => request.json(&body),
        };
        let request_line = format!("{method} {}", path.replace(&id, "ID"));
        seen.extend(write_problem(&mut text, &request_line, &TestApp::send(request).await));
    }
    insta::assert_snapshot!("violations", text);
    let missing: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).filter(|code| !seen.contains(*code)).collect();
    assert!(missing.is_empty(), "no example shows the message of {missing:?}");
}
