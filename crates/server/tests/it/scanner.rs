//! Uploads are scanned for viruses before they are acknowledged, by clamd or by a program; both are stubs here.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use dossier::cli::audit;
use dossier::cli::context::ScopeArgs;
use dossier_core::caller::Environment;
use dossier_core::form::short_hash;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::app::{Answered, BOUNDARY, TestApp, form, page};
use crate::clamd::{Clamd, Does, NAME, VIRUS};
use crate::command_line::dossier;
use crate::files::walk;
use crate::form::Browser;
use crate::samples::{noise, pdf};

impl TestApp {
    async fn scans(&self, verdict: &str) -> u64 {
        let metrics = TestApp::send(self.client.get(format!("{}/metrics", self.metrics_url))).await.text;
        let line = format!("dossier_scans_total{{verdict=\"{verdict}\"}} ");
        metrics.lines().find_map(|found| found.strip_prefix(&line)?.parse().ok()).unwrap_or(0)
    }

    /// The details of the newest entry of an action.
    async fn newest(&self, action: &str) -> Value {
        let trail = self.trail().await;
        let entry = trail.iter().find(|entry| entry["action"] == action).expect("an entry");
        let scope = ScopeArgs { account: None, environment: Environment::Sandbox };
        let seq = entry["seq"].as_u64().expect("a number");
        self.command(audit::Show { seq, scope }).await.expect("the entry")
    }

    fn stored(&self) -> usize {
        walk(&self.folder.path().join("data/files")).len()
    }
}

fn infected() -> Vec<u8> {
    pdf(VIRUS)
}

fn large() -> Vec<u8> {
    pdf(&noise(1_024 * 1_024))
}

/// A client reads that the file was refused, and nothing of why.
#[track_caller]
fn is_refused(answer: Answered) {
    assert!(!answer.text.contains(NAME), "{}", answer.text);
    answer.problem(400, "infected_file");
}

#[track_caller]
fn is_unavailable(answer: Answered, what: &str) {
    assert!(!answer.header("retry-after").is_empty(), "{what}: {}", answer.text);
    answer.problem(503, "scanner_unavailable");
}

/// A script that scans, as the setting names it.
fn program(folder: &Path, text: &str) -> String {
    let path = folder.join(format!("scan-{}", short_hash(text)));
    fs::write(&path, text).expect("a script");
    format!("command:/bin/sh {}", path.display())
}

#[tokio::test]
async fn an_infected_file_is_refused_and_the_name_of_the_virus_is_for_the_operator_alone() {
    let clamd = Clamd::default();
    let folder = tempfile::tempdir().expect("a folder");
    for setting in [clamd.at_socket(folder.path()), clamd.at_port().await] {
        let app = TestApp::start_with(&[("scan", &setting)]).await;
        let clean = large();
        app.upload("a.pdf", &clean).await.expect(200);
        assert!(clamd.files.lock().expect("unpoisoned").pop() == Some(clean), "the scanner got the whole file");
        assert_eq!(app.newest("file.uploaded").await["note"], Value::Null);

        is_refused(app.upload("passport of Ada.pdf", &infected()).await);
        assert_eq!((app.stored(), app.audited("file.uploaded").await), (1, 1), "nothing of it is left");
        let entry = app.newest("file.infected").await;
        assert_eq!(entry["note"], NAME, "{entry}");
        assert!(entry["actor"].as_str().is_some_and(|actor| actor.starts_with("key:")), "{entry}");
        assert!(!entry.to_string().contains("passport"), "{entry}");
        assert_eq!((app.scans("clean").await, app.scans("infected").await), (1, 1));

        // The operator learns of a virus whatever else is wrong with the file.
        let infected = infected();
        app.upload("a.pdf", &infected[..infected.len() - 10]).await.problem(400, "damaged_file");
        assert_eq!((app.stored(), app.audited("file.infected").await), (1, 2));
    }
}

#[tokio::test]
async fn what_the_scanner_cannot_judge_is_refused_or_stored_as_the_operator_decided() {
    let clamd = Clamd::default();
    let folder = tempfile::tempdir().expect("a folder");
    let setting = clamd.at_socket(folder.path());
    let refuses = TestApp::start_with(&[("scan", &setting)]).await;
    let accepts = TestApp::start_with(&[("scan", &setting), ("scan_failure", "accept")]).await;
    let failures = [
        Does::Fails,
        Does::LimitsSize,
        Does::ClosesAtOnce,
        Does::ClosesInTheMiddle,
        Does::ClosesBeforeTheVerdict,
        Does::CutsTheVerdict,
        Does::SpeaksAnotherProtocol,
    ];
    let file = large();
    for (n, does) in (1..).zip(failures) {
        clamd.now(does);
        is_unavailable(refuses.upload("a.pdf", &file).await, &format!("{does:?}"));
        assert_eq!((refuses.stored(), refuses.scans("unknown").await), (0, n), "{does:?}");

        accepts.upload("a.pdf", &file).await.expect(200);
        let note = accepts.newest("file.uploaded").await["note"].clone();
        assert!(note.as_str().is_some_and(|note| note.starts_with("not scanned")), "{does:?}: {note}");
        assert_eq!((accepts.stored() as u64, accepts.scans("unknown").await), (n, n), "{does:?}");
    }
    clamd.now(Does::Judges);
    is_refused(accepts.upload("a.pdf", &infected()).await);
    accepts.upload("a.pdf", &file).await.expect(200);
    assert_eq!(accepts.newest("file.uploaded").await["note"], Value::Null);
    refuses.upload("a.pdf", &file).await.expect(200);

    fs::remove_file(folder.path().join("clamd.ctl")).expect("removed");
    is_unavailable(refuses.upload("a.pdf", &file).await, "no clamd");
    accepts.upload("a.pdf", &file).await.expect(200);
    let nowhere = TestApp::start_with(&[("scan", "clamd:127.0.0.1:1")]).await;
    is_unavailable(nowhere.upload("a.pdf", &file).await, "no clamd at the port");
}

#[tokio::test]
async fn a_repeated_upload_gets_its_kept_answer_whatever_the_scanner_does() {
    let clamd = Clamd::default();
    let folder = tempfile::tempdir().expect("a folder");
    let app = TestApp::start_with(&[("scan", &clamd.at_socket(folder.path()))]).await;
    let upload = async |content: &[u8]| {
        TestApp::send(app.upload_request(form("a.pdf", content)).header("Idempotency-Key", "k")).await
    };
    is_refused(upload(&infected()).await);
    clamd.now(Does::ClosesAtOnce);
    is_unavailable(upload(&pdf(b"clean")).await, "the first time");
    clamd.now(Does::Judges);
    let first = upload(&pdf(b"clean")).await.expect(200);
    clamd.now(Does::ClosesAtOnce);
    let again = upload(&pdf(b"clean")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.expect(200), first);
    assert_eq!(app.stored(), 1);
}

#[tokio::test]
async fn the_form_says_that_a_file_was_refused_and_keeps_the_rest_of_the_page() {
    let clamd = Clamd::default();
    let folder = tempfile::tempdir().expect("a folder");
    let app = TestApp::start_with(&[("scan", &clamd.at_socket(folder.path()))]).await;
    let (id, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let (proof, city) = ("file:proof_of_address", "/residential_address/city");
    let bad = infected();
    let refused = "Our virus scanner refused this file";
    let unavailable = "This file could not be checked for viruses just now";
    let script = || {
        let request = browser.request(reqwest::Method::POST, "/address/upload").header("HX-Request", "true");
        request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
    };
    let mut was = short_hash("");
    for (does, town, said) in [(Does::Judges, "London", refused), (Does::ClosesAtOnce, "Leeds", unavailable)] {
        clamd.now(does);
        let was_field = format!("was:{city}");
        let file = (proof, Some("a.pdf"), &bad[..]);
        let parts = [file, (city, None, town.as_bytes()), (&was_field, None, was.as_bytes())];
        let answer = browser.sends("address", &parts, "").await;
        let answer = browser.follows(&answer).await;
        assert!(answer.text.contains(said) && !answer.text.contains(NAME), "{}", answer.text);
        assert!(browser.get("/address").await.text.contains(&format!("value=\"{town}\"")), "{town}");
        let answer = TestApp::send(script().body(page(&[file]))).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        assert!(answer.text.contains(said), "{}", answer.text);
        was = short_hash(town);
    }
    assert_eq!((app.stored(), app.audited("file.infected").await), (0, 2));
    let entry = app.newest("file.infected").await;
    assert!(entry["actor"].as_str().is_some_and(|actor| actor.starts_with("session:")), "{entry}");

    clamd.now(Does::Judges);
    let good = pdf(b"clean");
    assert_eq!(browser.sends("address", &[(proof, Some("a.pdf"), &good)], "").await.status.as_u16(), 303);
    let customer = app.get(&format!("/v0/customers/{id}?expand=documents")).await.expect(200);
    assert_eq!((customer["documents"].as_array().map(Vec::len), app.stored()), (Some(1), 1));
}

#[tokio::test]
async fn the_form_stores_what_could_not_be_judged_if_the_operator_accepts_that() {
    let app = TestApp::start_with(&[("scan", "clamd:127.0.0.1:1"), ("scan_failure", "accept")]).await;
    let (_, link) = app.invited("individual").await;
    let browser = Browser::enter(&app, &link).await;
    let answer = browser.sends("address", &[("file:proof_of_address", Some("a.pdf"), &pdf(b"clean"))], "").await;
    assert_eq!((answer.status.as_u16(), app.stored()), (303, 1), "{}", answer.text);
    let entry = app.newest("file.uploaded").await;
    assert!(entry["note"].as_str().is_some_and(|note| note.starts_with("not scanned")), "{entry}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_uploads_at_once_each_get_their_own_verdict() {
    let clamd = Clamd::default();
    let folder = tempfile::tempdir().expect("a folder");
    let app = TestApp::start_with(&[("scan", &clamd.at_socket(folder.path()))]).await;
    let uploads = (0..40).map(async |n: usize| {
        let virus = if n.is_multiple_of(3) { VIRUS } else { b"" };
        let content = [&noise(100_000 + n)[..], virus].concat();
        let answer = app.upload("a.pdf", &pdf(&content)).await;
        assert_eq!(answer.status.as_u16(), if n.is_multiple_of(3) { 400 } else { 200 }, "{n}: {}", answer.text);
    });
    join_all(uploads).await;
    assert_eq!((app.stored(), app.scans("clean").await, app.scans("infected").await), (26, 26, 14));
}

#[tokio::test]
async fn a_program_scans_what_it_reads_and_its_exit_status_is_the_verdict() {
    let folder = tempfile::tempdir().expect("a folder");
    let seen = folder.path().join("environment");
    let judges = format!("env > {}; if grep -q 'this is a virus'; then exit 1; fi", seen.display());
    let app = TestApp::start_with(&[("scan", &program(folder.path(), &judges))]).await;
    app.upload("a.pdf", &large()).await.expect(200);
    is_refused(app.upload("a.pdf", &infected()).await);
    assert_eq!((app.stored(), app.newest("file.infected").await["note"].clone()), (1, Value::Null));
    let environment = fs::read_to_string(seen).expect("what env printed");
    assert!(environment.contains("PATH=") && !environment.contains("CARGO"), "{environment}");

    for (what, setting, infected) in [
        ("it stops reading when it has found something", program(folder.path(), "exit 1"), true),
        ("it reads only the beginning", program(folder.path(), "head -c 100 > /dev/null"), false),
        ("it fails", program(folder.path(), "cat > /dev/null; exit 2"), false),
        ("it is killed", program(folder.path(), "cat > /dev/null; kill -9 $$"), false),
        ("it does not exist", "command:/nonexistent/scanner".to_owned(), false),
    ] {
        let app = TestApp::start_with(&[("scan", &setting)]).await;
        let answer = app.upload("a.pdf", &large()).await;
        if infected {
            is_refused(answer)
        } else {
            is_unavailable(answer, what)
        }
        assert_eq!(app.stored(), 0, "{what}");
    }
}

/// A scanner is waited for 30 seconds, and a program that takes longer is killed with what it started.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scanner_that_hangs_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let started = folder.path().join("started");
    let hangs = program(folder.path(), &format!("sleep 600 & echo $! > {}; wait", started.display()));
    let (deaf, mute) = (Clamd::default(), Clamd::default());
    deaf.now(Does::ReadsNothing);
    mute.now(Does::NeverAnswers);
    let settings = [hangs, deaf.at_port().await, mute.at_port().await];
    let file = large();
    let uploads = settings.iter().map(async |setting| {
        let (app, began) = (TestApp::start_with(&[("scan", setting)]).await, Instant::now());
        is_unavailable(app.upload("a.pdf", &file).await, setting);
        assert!(began.elapsed() > Duration::from_secs(29), "{setting}");
        assert_eq!((app.stored(), app.scans("unknown").await), (0, 1), "{setting}");
    });
    // What of a page comes after the file is not taken for slow, though the verdict took so long.
    let page_of_the_form = async {
        let app = TestApp::start_with(&[("scan", &mute.at_port().await)]).await;
        let (_, link) = app.invited("individual").await;
        let browser = Browser::enter(&app, &link).await;
        let (proof, rest) = (pdf(&noise(100_000)), vec![b'x'; 900_000]);
        let parts = [("file:proof_of_address", Some("a.pdf"), &proof[..]), ("unknown", None, &rest[..])];
        let answer = browser.sends("address", &parts, "").await;
        let answer = browser.follows(&answer).await;
        assert!(answer.text.contains("could not be checked for viruses"), "{}", answer.text);
    };
    futures_util::future::join(join_all(uploads), page_of_the_form).await;
    let child = fs::read_to_string(started).expect("the program ran");
    assert!(!is_alive(&child), "what the program started was killed");
}

fn is_alive(process: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{}/stat", process.trim())).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

/// Waits, for at most ten seconds, until there is something.
async fn until<T>(mut is_there: impl FnMut() -> Option<T>) -> T {
    for _ in 0..200 {
        if let Some(found) = is_there() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("ten seconds went by")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_broken_off_ends_its_scan() {
    let folder = tempfile::tempdir().expect("a folder");
    let started = folder.path().join("started");
    let hangs = program(folder.path(), &format!("sleep 600 & echo $! > {}; wait", started.display()));
    let app = TestApp::start_with(&[("scan", &hangs)]).await;
    let body = form("a.pdf", &pdf(&noise(10_000)));
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.expect("a connection");
    let head = format!(
        "POST /v0/files HTTP/1.1\r\nHost: x\r\nApi-Key: {}\r\nContent-Type: multipart/form-data; \
            boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        app.key,
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body[..5_000]].concat()).await.expect("sent");
    let child = until(|| fs::read_to_string(&started).ok().filter(|child| child.ends_with('\n'))).await;
    assert!(is_alive(&child));
    drop(stream);
    until(|| (!is_alive(&child)).then_some(())).await;
    assert_eq!(app.stored(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_checks_that_the_scanner_works() {
    let (folder, clamd) = (tempfile::tempdir().expect("a folder"), Clamd::default());
    let works = clamd.at_socket(folder.path());
    for (setting, is_well, said) in [
        ("", true, "not scanned"),
        (&works, true, "clamd responds"),
        ("clamd:127.0.0.1:1", false, "cannot connect to clamd"),
        (&program(folder.path(), "grep -q EICAR && exit 1; exit 0"), true, "finds the EICAR test virus"),
        (&program(folder.path(), "cat > /dev/null"), false, "does not find the EICAR test virus"),
        ("command:/nonexistent/scanner", false, "cannot run /nonexistent/scanner"),
    ] {
        let app = TestApp::start_with(&[("scan", setting)]).await;
        let output = dossier(app.folder.path(), &["doctor", "--data-dir", "data", "--output", "json"]);
        let checks: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let scanner = checks.as_array().expect("checks").iter().find(|check| check["check"] == "scanner");
        let scanner = scanner.expect("a line");
        assert_eq!((&scanner["ok"], output.status.success()), (&json!(is_well), is_well), "{setting}: {checks}");
        assert!(scanner["detail"].as_str().is_some_and(|detail| detail.contains(said)), "{setting}: {scanner}");
    }
}
