//! The commands and requests of the guides work as they are written. Those that a test cannot run say so after the
//! language of their block: `sh no-run` and why.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;

use dossier_core::api_key::KeyScope;
use serde_json::json;

use crate::app::TestApp;
use crate::readme::{root, run, start};

/// The guides whose commands are about production. Everything else is about the sandbox.
const PRODUCTION: &[&str] = &["access", "erasure", "going-live", "import", "subject-access"];

/// What the commands of a guide need beside what `given.sh` makes.
const NEEDED: &[(&str, &str)] = &[
    ("erasure", include_str!("given_erasure.sh")),
    ("form", "cp \"$ROOT/crates/server/assets/examples/passport.png\" logo.png; cp logo.png logo-dark.png"),
    ("import", "printf '{\"email\": \"row@example.com\", \"type\": \"individual\"}\\n' >customers.ndjson"),
    ("retention", "HOLD=$(dossier holds place $ID --reference A --authority B --reason C --output json | value id)"),
];

/// The guides in `docs/`, by name.
fn guides() -> BTreeMap<String, String> {
    let files = fs::read_dir(root().join("docs")).expect("a folder").map(|file| file.expect("an entry").path());
    let guides = files.filter(|file| file.extension().is_some_and(|ending| ending == "md"));
    let named = |file: std::path::PathBuf| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(file).expect("text"))
    };
    guides.map(named).collect()
}

/// The fenced blocks of a text: what follows the fence, and the content.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let fenced = text.split("```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').expect("a line")).collect()
}

/// Whether a line of a shell calls `dossier` or curl.
fn is_command(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.any(|word| ["dossier", "curl"].contains(&word))
        && line.split_whitespace().take_while(|word| !["dossier", "curl"].contains(word)).all(|word| word.contains('='))
}

#[test]
fn every_command_and_request_in_the_documents_is_marked_as_one() {
    assert!(is_command("dossier serve") && is_command("    A=b curl -s") && !is_command("# dossier.toml"));
    let readme = ("README".to_owned(), fs::read_to_string(root().join("README.md")).expect("text"));
    let mut seen = 0;
    for (name, text) in guides().into_iter().chain([readme]) {
        let mut fence = None;
        for line in text.lines() {
            if let Some(info) = line.strip_prefix("```") {
                fence = fence.is_none().then_some(info);
                continue;
            }
            let code = fence.is_some() || line.starts_with("    ");
            // In other languages, `dossier` is a name.
            let other = fence.is_some_and(|info| ["python", "ts", "js", "java"].contains(&info));
            if code && !other && is_command(line) {
                assert!(fence.is_some_and(|info| info.starts_with("sh")), "{name}: not in a block of sh: {line}");
                seen += 1;
            }
            assert!(fence.is_some() || !line.starts_with("    {\""), "{name}: not in a block of json: {line}");
        }
        for (info, content) in blocks(&text) {
            let mut words = info.split(' ');
            match (words.next(), words.next(), words.next()) {
                (Some("sh"), None, _) => assert!(!content.contains("no-run")),
                (Some("sh"), Some("no-run"), Some(_reason)) => {}
                (Some("json"), Some("response" | "log" | "row"), None)
                | (Some("json"), Some("POST" | "PUT" | "PATCH"), Some(_)) => {}
                (Some("python" | "ts" | "js" | "java" | "toml" | "yaml" | "text"), None, _) => {}
                _ => panic!("{name}: what is a block of {info:?}?"),
            }
        }
    }
    assert!(seen > 60, "{seen} commands");
}

#[test]
fn the_commands_of_every_guide_work_as_they_are_written() {
    let mut seen = 0;
    for (name, text) in guides() {
        let runnable: String =
            blocks(&text).iter().filter(|(info, _)| *info == "sh").map(|(_, block)| *block).collect();
        if runnable.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let work = folder.path().join("work");
        for place in ["mnt/keys", "mnt/elsewhere", "work"] {
            fs::create_dir_all(folder.path().join(place)).expect("a folder");
        }
        let (mut child, api, _) = start(folder.path(), Stdio::null());
        let environment = if PRODUCTION.contains(&name.as_str()) { "production" } else { "sandbox" };
        let scopes = KeyScope::ALL.iter().filter(|scope| environment == "sandbox" || **scope != KeyScope::Simulate);
        let scopes: String = scopes.map(|scope| format!("--scope {} ", scope.as_str())).collect();
        let needed = NEEDED.iter().find(|(guide, _)| *guide == name).map_or("", |(_, script)| script);
        // Places that the test may not write to are inside its folder instead.
        let elsewhere = |script: &str| {
            let place = |path: &str| format!("{}/{path}", folder.path().display());
            script.replace("/mnt/", &place("mnt/")).replace("/var/lib/dossier", &place("restored"))
        };
        let script = format!(
            "export API={api} ENVIRONMENT={environment} SCOPES='{scopes}' ROOT='{}'\ncd '{}'\n{}\n{}\n{}",
            root().display(),
            work.display(),
            include_str!("given.sh"),
            elsewhere(needed),
            elsewhere(&runnable),
        );
        run(folder.path(), &script);
        child.kill().expect("killed");
        child.wait().expect("ended");
        seen += 1;
    }
    assert!(seen > 7, "{seen} guides");
}

#[tokio::test]
async fn the_requests_of_every_guide_are_accepted() {
    let app = TestApp::start().await;
    let mut seen = 0;
    for (name, text) in guides() {
        for (info, body) in blocks(&text).into_iter().filter(|(info, _)| info.starts_with("json P")) {
            let mut words = info.split(' ').skip(1);
            let (method, path) = (words.next().expect("a method"), words.next().expect("a path"));
            let id = app.given("individual").await;
            app.put_text(&id, crate::app::INDIVIDUAL).await.expect(200);
            app.open_session(&id).await;
            app.simulate(&id, "kyc.status.submit").await.expect(200);
            let request = app.request(method.parse().expect("a method"), &path.replace("{customer_id}", &id));
            let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
            let answer = TestApp::send(request.json(&body)).await;
            assert!(answer.status.is_success(), "{name}: {method} {path}: {}", answer.text);
            // The same with a member that does not exist is refused, so the body was read.
            let mut wrong = body.clone();
            wrong["no_such_member"] = json!(1);
            let request = app.request(method.parse().expect("a method"), &path.replace("{customer_id}", &id));
            TestApp::send(request.json(&wrong)).await.problem(400, "invalid_body");
            seen += 1;
        }
    }
    assert!(seen > 0);
}
