//! What outsiders read, kept as text, so that a change to a message, a help text or the API's description is reviewed
//! as text. After an intended change, run the tests with `INSTA_UPDATE=always` and read the difference.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dossier::http::problem::ProblemCode;
use dossier::http::router::document;
use serde_json::{Value, json};

use crate::app::TestApp;
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
        for level in ["error", "warn", "info"] {
            let call = format!("tracing::{level}!(");
            for message in source.split(&call).skip(1).filter_map(message) {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                writeln!(text, "{level:5} {name}: {message}").expect("text");
            }
        }
    }
}

/// The last string of a call's arguments, on one line.
fn message(call: &str) -> Option<String> {
    let words: Vec<_> = call.split_whitespace().filter(|word| *word != "\\").collect();
    let call = words.join(" ").replace("\", )", "\")").replace("\" )", "\")");
    call.split("\")").next()?.rsplit('"').next().map(ToOwned::to_owned)
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

#[tokio::test]
async fn the_violations_of_wrong_bodies_read_as_reviewed() {
    let app = TestApp::start().await;
    let mut text = String::new();
    for (kind, body) in wrong_bodies() {
        let id = app.given(kind).await;
        let problem = app.put(&id, &body).await.json();
        writeln!(text, "PUT of a customer of type {kind}: {}", problem["detail"]).expect("text");
        for error in problem["errors"].as_array().expect("violations") {
            writeln!(text, "    {} {}: {}", error["pointer"], error["code"], error["message"]).expect("text");
        }
    }
    for (path, body) in [
        ("/v0/customers", json!({ "email": "no address", "type": "person", "beneficiary_type": "individual" })),
        ("/v0/webhooks", json!({ "url": "ftp://example.com", "events": ["customer.gone"] })),
    ] {
        let problem = app.post(path, &body).await.json();
        writeln!(text, "POST {path}: {}", problem["detail"]).expect("text");
        for error in problem["errors"].as_array().into_iter().flatten() {
            writeln!(text, "    {} {}: {}", error["pointer"], error["code"], error["message"]).expect("text");
        }
    }
    insta::assert_snapshot!("violations", text);
}
