//! Imports: what is stored, what is refused and where, and what an interrupted import leaves.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use dossier_core::api_key::KeyScope;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::command_line::{dossier, json_of};
use crate::samples;

pub(crate) fn import(folder: &Path, more: &[&str]) -> Value {
    let arguments = [&["customers", "import"], more, &["--data-dir", "data", "--output", "json"]].concat();
    let output = dossier(folder, &arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.is_empty(), "{more:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).expect("JSON")
}

pub(crate) fn counts(report: &Value) -> [u64; 4] {
    ["rows", "imported", "already_there", "failed"].map(|name| report[name].as_u64().expect("a number"))
}

pub(crate) async fn of_email(app: &TestApp, email: &str) -> Value {
    let list = app.get(&format!("/v0/customers?email={email}&expand=profile,documents")).await.expect(200);
    list["items"][0].clone()
}

fn full(email: &str) -> Value {
    json!({
        "email": email, "type": "individual", "first_name": "Ada", "last_name": "Lovelace",
        "birth_date": "1990-12-10", "nationality": "GB",
        "documents": [{ "path": "papers/passport.png", "purpose": "id_document", "doc_side": "front" }],
        "verification": {
            "outcome": "approve", "reason_codes": ["verified"], "decided_on": "2024-05-06",
            "verified_by": "the old system, case 4711",
        },
    })
}

fn business(email: &str) -> Value {
    json!({
        "email": email, "type": "corporate", "business_legal_name": "Harbour Ltd",
        "associated_persons": [{
            "first_name": "Grace", "last_name": "Hopper", "has_control": true,
            "documents": [{ "path": "papers/passport.png", "purpose": "id_document" }],
        }],
    })
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// A server with a folder of papers.
pub(crate) async fn with_papers() -> TestApp {
    let app = TestApp::start().await;
    let papers = app.folder.path().join("papers");
    std::fs::create_dir(&papers).expect("a folder");
    std::fs::write(papers.join("passport.png"), samples::png(320, 200, 1_000)).expect("written");
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_imported_with_documents_and_their_verification_and_again_without_effect() {
    let app = with_papers().await;
    let folder = app.folder.path().to_owned();
    let rows = [
        full("ada@example.com"),
        business("harbour@example.com"),
        json!({ "email": "bob@example.com", "type": "individual" }),
    ];
    std::fs::write(folder.join("rows.ndjson"), format!("\u{feff}\n{}", lines(&rows))).expect("written");
    let dry = import(&folder, &["rows.ndjson", "--dry-run"]);
    assert_eq!((counts(&dry), &dry["dry_run"]), ([3, 3, 0, 0], &true.into()), "{dry}");
    assert_eq!(app.get("/v0/customers").await.expect(200)["items"], json!([]), "a dry run stores nothing");
    let report = import(&folder, &["rows.ndjson"]);
    assert_eq!(counts(&report), [3, 3, 0, 0], "{report}");
    assert!(!folder.join("rows.failed.ndjson").exists(), "there is nothing in it");

    let ada = of_email(&app, "ada@example.com").await;
    assert_eq!(
        (&ada["kycs"]["status"], &ada["profile"]["birth_date"]),
        (&"approved".into(), &"1990-12-10".into()),
        "{ada}"
    );
    let file = ada["documents"][0]["file_id"].as_str().expect("a file");
    assert_eq!(app.content(file, "").await.bytes, samples::png(320, 200, 1_000));
    let id = ada["customer_id"].as_str().expect("an id");
    let shown = json_of(&folder, &["review", "show", id, "--data-dir", "data"]);
    assert!(shown.to_string().contains("verified by the old system, case 4711 on 2024-05-06"), "{shown}");
    assert!(shown.to_string().contains("2024-05-06T00:00:00.000Z"), "the decision has its own date: {shown}");
    let harbour = of_email(&app, "harbour@example.com").await;
    assert_eq!(harbour["profile"]["associated_persons"][0]["first_name"], "Grace");

    let before = app.get("/v0/customers?expand=profile,documents").await.expect(200);
    for _ in 0..2 {
        let again = import(&folder, &["rows.ndjson"]);
        assert_eq!((counts(&again)[0], counts(&again)[3]), (3, 0), "{again}");
        assert_eq!(app.get("/v0/customers?expand=profile,documents").await.expect(200), before);
    }
    let trail = json_of(&folder, &["audit", "list", "--customer", id, "--data-dir", "data"]);
    let actions: Vec<_> = trail.as_array().expect("a list").iter().map(|entry| entry["action"].clone()).collect();
    assert!(actions.contains(&"customer.imported".into()), "{actions:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_wrong_is_said_with_its_line_and_failed_rows_can_be_corrected() {
    let app = with_papers().await;
    let folder = app.folder.path().to_owned();
    let mut wrong = full("wrong@example.com");
    wrong["birth_date"] = "1990-02-30".into();
    wrong["documents"][0]["path"] = "papers/nothing.png".into();
    wrong["verification"]["outcome"] = "request_resubmission".into();
    wrong["verification"]["decided_on"] = "2999-01-01".into();
    wrong["surprise"] = 1.into();
    let repeated = r#"{"email":"x@example.com","type":"individual","first_name":"A","first_name":"B"}"#;
    let text =
        format!("{}{wrong}\nno JSON\n{repeated}\n{{\"first_name\":\"A\"}}\n", lines(&[full("good@example.com")]));
    std::fs::write(folder.join("rows.ndjson"), text).expect("written");
    let report = import(&folder, &["rows.ndjson"]);
    assert_eq!(counts(&report), [5, 1, 0, 4], "{report}");
    let found: Vec<_> = report["failures"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|failure| {
            format!(
                "{} {} {}",
                failure["line"],
                failure["pointer"].as_str().expect("text"),
                failure["code"].as_str().expect("text")
            )
        })
        .collect();
    for expected in [
        "2 /birth_date invalid_date",
        "2 /documents/0/path unknown_file",
        "2 /surprise unknown_property",
        "2 /verification/requirements required",
        "3  invalid_json",
        "4 /first_name duplicate_key",
        "5 /email required",
        "5 /type required",
    ] {
        assert!(found.contains(&expected.to_owned()), "{expected} is missing: {found:#?}");
    }
    assert!(!report.to_string().contains("1990-02-30"), "no value is repeated");
    assert_eq!(of_email(&app, "wrong@example.com").await, Value::Null, "nothing of a wrong row is stored");

    let failed = folder.join("rows.failed.ndjson");
    assert_eq!(report["failed_rows"], failed.display().to_string());
    let text = std::fs::read_to_string(&failed).expect("the rows that failed");
    assert_eq!(text.lines().count(), 4);
    std::fs::write(&failed, lines(&[full("wrong@example.com")])).expect("corrected");
    assert_eq!(counts(&import(&folder, &["rows.failed.ndjson"])), [1, 1, 0, 0]);
    let other =
        json!({ "email": "good@example.com", "type": "individual", "first_name": "Someone", "last_name": "Else" });
    std::fs::write(folder.join("taken.ndjson"), lines(&[other])).expect("written");
    let taken = import(&folder, &["taken.ndjson", "--failed", "again.ndjson"]);
    assert_eq!(taken["failures"][0]["code"], "email_taken", "an import changes no other customer: {taken}");
    assert_eq!(of_email(&app, "good@example.com").await["profile"]["first_name"], "Ada");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_fails_leaves_no_customer_and_rows_that_contradict_each_other_fail() {
    let app = with_papers().await;
    let folder = app.folder.path().to_owned();
    let minimal = |email: &str| json!({ "email": email, "type": "individual" });
    let mut twice = full("twice@example.com").to_string();
    twice.insert_str(1, r#""verification":{"outcome":"reject","decided_on":"2024-05-06","verified_by":"x"},"#);
    let mut outside = full("outside@example.com");
    std::fs::write(folder.join("data/scan.png"), samples::png(320, 200, 1_000)).expect("written");
    outside["documents"][0]["path"] = folder.join("data/scan.png").display().to_string().into();
    let mut torn = full("torn@example.com");
    let whole = samples::png(320, 200, 1_000);
    std::fs::write(folder.join("papers/torn.png"), &whole[..whole.len() - 40]).expect("written");
    std::fs::write(folder.join("papers/words.pdf"), "These are words.").expect("written");
    torn["birth_date"] = "1990-02-30".into();
    torn["documents"] = ["passport.png", "torn.png", "words.pdf"]
        .map(|name| json!({ "path": format!("papers/{name}"), "purpose": "id_document" }))
        .to_vec()
        .into();
    let mut blank = full("blank@example.com");
    blank["verification"]["verified_by"] = "  ".into();
    let mut ancient = full("ancient@example.com");
    ancient["verification"]["decided_on"] = "0204-05-06".into();
    let mut wordy = full("wordy@example.com");
    wordy["verification"]["note"] = "n".repeat(1_990).into();
    let mut many = business("many@example.com");
    let document = json!({ "path": "papers/passport.png", "purpose": "id_document" });
    let person = json!({ "first_name": "A", "documents": vec![document; 10] });
    let persons = (0..20).map(|n| {
        let mut one = person.clone();
        one["last_name"] = format!("B{n}").into();
        one
    });
    many["associated_persons"] = persons.collect::<Vec<_>>().into();
    many["documents"] = json!([{ "path": "papers/passport.png", "purpose": "other" }]);
    let mut text =
        lines(&[minimal("same@example.com"), minimal(" SAME@example.com"), outside, blank, many, torn, ancient, wordy]);
    text.push_str(&twice);
    let place = folder.join("below");
    std::fs::create_dir(&place).expect("a folder");
    std::fs::rename(folder.join("papers"), place.join("papers")).expect("moved");
    std::fs::write(place.join("rows.ndjson"), text).expect("written");
    for more in [&["below/rows.ndjson", "--dry-run"][..], &["below/rows.ndjson"]] {
        let report = import(&folder, more);
        let found = report["failures"].as_array().expect("a list").iter().map(|failure| {
            let word = |name: &str| failure[name].as_str().expect("text").to_owned();
            format!("{} {} {}", failure["line"], word("pointer"), word("code"))
        });
        let expected = [
            "2 /email repeated_email",
            "3 /documents/0/path unknown_file",
            "4 /verification/verified_by required",
            "5 /documents too_many_items",
            "6 /documents/1/path damaged_file",
            "6 /documents/2/path damaged_file",
            "6 /birth_date invalid_date",
            "7 /verification/decided_on out_of_range",
            "8 /verification/note too_long",
            "9 /verification duplicate_key",
        ];
        assert_eq!(found.collect::<Vec<_>>(), expected, "{report}");
    }
    let list = app.get("/v0/customers").await.expect(200);
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "nothing is left of rows that failed: {list}");
    assert_eq!(json_of(&folder, &["files", "list", "--data-dir", "data"]), json!([]), "nor of their files");

    let mut rejected = full("ada@example.com");
    rejected["verification"]["outcome"] = "reject".into();
    for (rows, expected) in [
        (vec![full("ada@example.com"), minimal("same@example.com")], [2, 1, 1, 0]),
        (vec![full("ada@example.com")], [1, 0, 1, 0]),
        (vec![rejected], [1, 0, 0, 1]),
    ] {
        std::fs::write(place.join("next.ndjson"), lines(&rows)).expect("written");
        let report = import(&folder, &["below/next.ndjson"]);
        assert_eq!(counts(&report), expected, "{report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_only_proposes_where_the_policy_asks_for_two_people() {
    let app = TestApp::start_with(&[("four_eyes_sandbox", "all")]).await;
    let folder = app.folder.path().to_owned();
    let mut row = full("ada@example.com");
    row.as_object_mut().expect("an object").remove("documents");
    std::fs::write(folder.join("rows.ndjson"), lines(&[row])).expect("written");
    let report = import(&folder, &["rows.ndjson"]);
    assert_eq!((counts(&report), &report["proposed"]), ([1, 0, 0, 0], &1.into()), "{report}");
    let ada = of_email(&app, "ada@example.com").await;
    assert_eq!(ada["kycs"]["status"], "pending", "nothing is decided: {ada}");
    let id = ada["customer_id"].as_str().expect("an id");
    let trail = json_of(&folder, &["audit", "list", "--customer", id, "--data-dir", "data"]);
    assert_eq!(trail[0]["action"], "kyc.proposed", "{trail}");
    assert_eq!(counts(&import(&folder, &["rows.ndjson"])), [1, 0, 1, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_file_stops_nothing() {
    let app = TestApp::start().await;
    let folder = app.folder.path().to_owned();
    std::fs::create_dir(folder.join("folder")).expect("a folder");
    let made = Command::new("mkfifo").arg(folder.join("pipe")).status().expect("mkfifo");
    assert!(made.success());
    for (name, expected) in [("pipe", "is not a file"), ("folder", "is not a file"), ("nothing", "cannot read")] {
        let output = dossier(&folder, &["customers", "import", name, "--data-dir", "data"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected), "{said}");
    }
    let long =
        format!("{}\n{}\n", "x".repeat(5 * 1024 * 1024), json!({ "email": "a@example.com", "type": "individual" }));
    std::fs::write(folder.join("rows.ndjson"), long).expect("written");
    let report = import(&folder, &["rows.ndjson"]);
    assert_eq!((counts(&report), &report["failures"][0]["code"]), ([2, 1, 0, 1], &"payload_too_large".into()));
}

/// Compares the customers of two installations, but for ids.
async fn are_equal(app: &TestApp, other: &TestApp) {
    for email in ["ada@example.com", "harbour@example.com", "bob@example.com"] {
        let (was, is) = (of_email(app, email).await, of_email(other, email).await);
        assert_eq!((&was["type"], &was["kycs"]["status"]), (&is["type"], &is["kycs"]["status"]), "{email}");
        let comparable = |customer: &Value| {
            let mut profile = customer["profile"].clone();
            for person in profile["associated_persons"].as_array_mut().into_iter().flatten() {
                person.as_object_mut().expect("a person").retain(|name, _| name != "id" && name != "documents");
            }
            profile.as_object_mut().expect("a profile").retain(|name, _| name != "documents");
            profile
        };
        assert_eq!(comparable(&was), comparable(&is), "{email}");
        is["documents"].as_array().into_iter().flatten().for_each(|document| assert!(document["file_id"].is_string()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exported_is_imported_elsewhere_as_it_was() {
    let app = with_papers().await;
    let folder = app.folder.path().to_owned();
    let rows = [
        full("ada@example.com"),
        business("harbour@example.com"),
        json!({ "email": "bob@example.com", "type": "individual" }),
    ];
    std::fs::write(folder.join("rows.ndjson"), lines(&rows)).expect("written");
    import(&folder, &["rows.ndjson"]);
    let exported = json_of(&folder, &["customers", "export", "--all", "--data-dir", "data"]);
    assert_eq!((&exported["customers"], &exported["files"]), (&3.into(), &2.into()), "{exported}");

    let other = TestApp::start().await;
    let target = other.folder.path().to_owned();
    let archive = std::fs::File::open(folder.join("customers.zip")).expect("the archive");
    zip::ZipArchive::new(archive).expect("a zip file").extract(&target).expect("unpacked");
    let report = import(&target, &["customers.ndjson"]);
    assert_eq!(counts(&report), [3, 3, 0, 0], "{report}");
    are_equal(&app, &other).await;
    let again = json_of(&target, &["customers", "export", "--all", "--to", "again.zip", "--data-dir", "data"]);
    assert_eq!((&again["customers"], &again["files"]), (&3.into(), &2.into()), "{again}");
    let row = std::fs::read_to_string(target.join("customers.ndjson")).expect("rows");
    let row = row.lines().find(|row| row.contains("ada@example.com")).expect("the row of Ada");
    let row: Value = serde_json::from_str(row).expect("JSON");
    assert_eq!(row["verification"], full("ada@example.com")["verification"], "the source and the note stay");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_of_another_server_are_fetched_and_imported() {
    let app = with_papers().await;
    let folder = app.folder.path().to_owned();
    let rows = [
        full("ada@example.com"),
        business("harbour@example.com"),
        json!({ "email": "bob@example.com", "type": "individual" }),
    ];
    std::fs::write(folder.join("rows.ndjson"), lines(&rows)).expect("written");
    import(&folder, &["rows.ndjson"]);

    let other = TestApp::start().await;
    let target = other.folder.path().to_owned();
    let key = app.key_with(&[KeyScope::CustomersRead, KeyScope::FilesRead, KeyScope::PiiReveal]).await;
    std::fs::write(target.join("key"), format!("{key}\n")).expect("written");
    std::fs::write(target.join("emails"), "ada@example.com\n\nnobody@example.com\n").expect("written");
    let fetch = |url: &str, to: &str, more: &[&str]| {
        let base = ["customers", "fetch", url, "--api-key-file", "key", "--to", to];
        dossier(&target, &[&base[..], more, &["--output", "json"]].concat())
    };
    let json = |output: std::process::Output| -> Value {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
    };
    let one = json(fetch(&app.url, "one", &["--emails", "emails"]));
    assert_eq!((&one["customers"], &one["files"]), (&1.into(), &1.into()), "{one}");
    let all = json(fetch(&format!("{}/v0/", app.url), "all", &[]));
    assert_eq!((&all["customers"], &all["files"]), (&3.into(), &2.into()), "{all}");
    assert_eq!(counts(&import(&target, &["one/customers.ndjson"])), [1, 1, 0, 0]);
    let report = import(&target, &["all/customers.ndjson"]);
    assert_eq!((counts(&report)[0], counts(&report)[3]), (3, 0), "{report}");
    are_equal(&app, &other).await;

    // A server that redirects does not get the key to another host.
    let (first, second) = ["127.0.0.1:0"; 2].map(|at| TcpListener::bind(at).expect("a port")).into();
    let [here, there] = [&first, &second].map(|listener| listener.local_addr().expect("an address"));
    second.set_nonblocking(true).expect("set");
    let redirects = std::thread::spawn(move || {
        let (mut stream, _) = first.accept().expect("a request");
        let _ = stream.read(&mut [0; 4_096]);
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{there}/\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).expect("answered");
    });
    let moved =
        dossier(&target, &["customers", "fetch", &format!("http://{here}"), "--api-key-file", "key", "--to", "moved"]);
    redirects.join().expect("it answered");
    assert!(String::from_utf8_lossy(&moved.stderr).contains("302"), "{}", String::from_utf8_lossy(&moved.stderr));
    assert!(second.accept().is_err(), "the other host heard nothing");
    assert!(!target.join("moved").exists(), "what is not whole is deleted");

    let again = fetch(&app.url, "all", &[]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists"), "nothing is overwritten");
    assert!(target.join("all/customers.ndjson").exists(), "nor deleted");
    std::fs::write(target.join("key"), "dsk_test_nothing").expect("written");
    let refused = fetch(&app.url, "refused", &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("401"), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(!target.join("refused").exists(), "the same command works with the right key");
    let plain = dossier(&target, &["customers", "fetch", "http://example.com", "--api-key-file", "key", "--to", "x"]);
    assert!(String::from_utf8_lossy(&plain.stderr).contains("https://"));
}

#[test]
fn an_import_that_is_killed_continues_without_duplicates() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    dossier(folder, &["accounts", "create", "--name", "a", "--data-dir", "data"]);
    let row = |n: usize| {
        let mut row = full(&format!("{n}@example.com"));
        row.as_object_mut().expect("an object").remove("documents");
        row
    };
    let rows: Vec<_> = (0..1_500).map(row).collect();
    std::fs::write(folder.join("rows.ndjson"), lines(&rows)).expect("written");
    let mut total = 0;
    for delay in [400, 700, 900] {
        let mut killed = Command::new(env!("CARGO_BIN_EXE_dossier"));
        killed.current_dir(folder).env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut killed =
            killed.args(["customers", "import", "rows.ndjson", "--data-dir", "data"]).spawn().expect("the binary");
        std::thread::sleep(std::time::Duration::from_millis(delay));
        killed.kill().expect("killed");
        killed.wait().expect("ended");
        let listed = json_of(folder, &["customers", "list", "--limit", "2000", "--data-dir", "data"]);
        let count = listed.as_array().expect("a list").len();
        assert!(count >= total, "what was stored is there");
        total = count;
    }
    let report = import(folder, &["rows.ndjson"]);
    assert_eq!((counts(&report)[0], counts(&report)[3]), (1_500, 0), "{report}");
    let listed = json_of(folder, &["customers", "list", "--limit", "2000", "--data-dir", "data"]);
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed.len(), 1_500, "no row is there twice");
    assert!(listed.iter().all(|one| one["kycs"]["status"] == "approved"), "every row is complete");
}
