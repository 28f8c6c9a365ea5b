//! Key exports: older backups are restored after rotations, with the newest keyring.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::Duration;

use dossier_core::caller::Environment;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::cluster::Cluster;
use crate::command_line::{dossier, json_of};
use crate::erasure::{eraser, why};
use crate::samples;

#[track_caller]
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = dossier(folder, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn private_folder(path: &Path) {
    std::fs::DirBuilder::new().mode(0o700).recursive(true).create(path).expect("a folder");
}

/// A command on the data folder of a test.
fn on_data(folder: &Path, arguments: &[&str]) -> Value {
    json_of(folder, &[arguments, &["--data-dir", "data"]].concat())
}

/// What a test knows of the customers of an installation.
struct Known {
    erased: [String; 2],
    survivors: Vec<(String, Value)>,
    /// A file of a customer, and one that belongs to none.
    files: [String; 2],
}

async fn seen(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/v0/customers/{id}?expand=profile,documents")).await.expect(200)
}

async fn erase(app: &TestApp, id: &str) {
    let key = eraser(app, Environment::Sandbox).await;
    app.erasure(&key, Method::POST, id, Some(why())).await.expect(200);
    app.is_erased(id).await;
}

/// Fills an installation, backs it up, erases customers before and after rotations, and backs it up again.
async fn with_history(app: &TestApp) -> Known {
    let folder = app.folder.path().to_owned();
    let (one, two) = (app.given("individual").await, app.given("corporate").await);
    let (person, firm) = (app.given("individual").await, app.given("corporate").await);
    let files = [app.given_file().await, app.given_file().await];
    let body = json!({ "first_name": "Ada", "documents": [{ "file_id": files[0], "purpose": "id_document" }] });
    app.put(&person, &body).await.expect(200);
    let body = json!({ "business_legal_name": "Firm", "associated_persons": [{ "first_name": "Bob" }] });
    app.put(&firm, &body).await.expect(200);
    app.put(&two, &body).await.expect(200);
    let survivors = vec![(person.clone(), seen(app, &person).await), (firm.clone(), seen(app, &firm).await)];
    on_data(&folder, &["backup", "create", "first"]);
    on_data(&folder, &["backup", "keys", "old.json"]);
    erase(app, &one).await;
    on_data(&folder, &["keyring", "rotate"]);
    let late = app.given("individual").await;
    on_data(&folder, &["backup", "create", "second"]);
    erase(app, &two).await;
    on_data(&folder, &["keyring", "rotate"]);
    on_data(&folder, &["keyring", "rotate"]);
    drop(late);
    Known { erased: [one, two], survivors, files }
}

/// What holds on an installation that was restored: survivors open, erased customers do not, and everything goes on.
async fn check(app: &TestApp, known: &Known) {
    for id in &known.erased {
        app.get(&format!("/v0/customers/{id}")).await.problem(410, "erased");
    }
    for (id, before) in &known.survivors {
        assert_eq!(&seen(app, id).await, before);
    }
    assert_eq!(app.content(&known.files[0], "").await.bytes, samples::png(320, 200, 1_000));
    let body = json!({ "documents": [{ "file_id": known.files[1], "purpose": "id_document" }] });
    app.put(&known.survivors[0].0, &body).await.expect(200);
    app.get("/v0/customers").await.expect(200);
    app.get("/v0/events").await.expect(200);
    let folder = app.folder.path().to_owned();
    app.given_file().await;
    let body = json!({ "business_legal_name": "Again", "associated_persons": [{ "first_name": "Eve" }] });
    app.put(&known.survivors[1].0, &body).await.expect(200);
    on_data(&folder, &["keyring", "rotate"]);
    app.put(&known.survivors[1].0, &json!({ "business_legal_name": "Once more" })).await.expect(200);
    on_data(&folder, &["backup", "create", "after"]);
    let page = on_data(&folder, &["backup", "verify", "after"]);
    assert_eq!(page["findings"], json!([]), "{page}");
    assert_eq!(on_data(&folder, &["audit", "verify"])["findings"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_from_before_rotations_is_restored_with_the_newest_keys() {
    let app = TestApp::start().await;
    let known = with_history(&app).await;
    let folder = app.folder.path().to_owned();
    let prove = ["erasure", "prove", "--backup", "first"];
    let proof = on_data(&folder, &prove);
    assert_eq!((&proof["erased"], &proof["in_the_backup"], &proof["opened"]), (&2.into(), &2.into(), &0.into()));
    assert!(proof["cells"].as_u64() > Some(15) && proof["keys"].as_u64() > Some(5), "{proof}");
    // The proof proves something: with the keyring from before the rotations, everything opens.
    let old = [&prove[..], &["--keyring", "old.json", "--output", "json", "--data-dir", "data"]].concat();
    let old = dossier(&folder, &old);
    let opened: Value = serde_json::from_slice(&old.stdout).expect("JSON");
    assert!(!old.status.success(), "{opened}");
    assert_eq!((&opened["opened"], &opened["cells"]), (&proof["cells"], &proof["cells"]), "{opened}");
    let copied = on_data(&folder, &["backup", "keys", "keys.json", "--with-root-key"]);
    assert!(copied["keys"].is_string() && copied["ledger"].is_string(), "{copied}");
    for (place, stay_erased) in [("first", 2), ("second", 2)] {
        let page = on_data(&folder, &["backup", "verify", place]);
        assert_eq!((&page["ok"], &page["stay_erased"]), (&true.into(), &stay_erased.into()), "{page}");
        let target = tempfile::tempdir().expect("a temporary folder");
        let into = target.path().join("data").display().to_string();
        let restored = on_data(&folder, &["restore", place, "--into", &into, "--keyring", "keys.json"]);
        assert!(restored["keys"].as_str().expect("words").contains(".keys, from "), "{restored}");
        assert_eq!(restored["erased_without_ledger"], 0, "{restored}");
        std::fs::copy(folder.join("keys.json.root-key"), target.path().join("data/root.key")).expect("the root key");
        let again = TestApp::start_in(target, Some(app.key.clone()), &[]).await;
        check(&again, &known).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_postgresql_from_before_rotations_is_restored_with_the_newest_keys() {
    let cluster = Cluster::any().await;
    let (url, other) = (cluster.database().await, cluster.database().await);
    let app = TestApp::start_with(&[("database", &*url)]).await;
    let known = with_history(&app).await;
    let folder = app.folder.path().to_owned();
    on_data(&folder, &["backup", "keys", "keys.json", "--with-root-key"]);
    let target = tempfile::tempdir().expect("a temporary folder");
    private_folder(&target.path().join("data"));
    for (from, to) in [("", "keyring.json"), (".keys", "keyring.json.keys"), (".root-key", "root.key")] {
        let to = target.path().join("data").join(to);
        std::fs::copy(folder.join(format!("keys.json{from}")), to).expect("copied");
    }
    let place = folder.join("first").display().to_string();
    let files = format!("file://{}", target.path().join("files").display());
    // The ledger was lost. Customers that are missing from the export were erased.
    let restored = on_data(target.path(), &["restore", &place, "--into", &other, "--files", &files]);
    assert_eq!((&restored["erased_without_ledger"], &restored["erased_at_the_first_start"]), (&2.into(), &2.into()));
    let again = TestApp::start_in(target, Some(app.key.clone()), &[("database", &*other), ("files", &*files)]).await;
    check(&again, &known).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_old_and_damaged_keys_are_named_and_nothing_is_touched() {
    let app = TestApp::start().await;
    let folder = app.folder.path().to_owned();
    let foreign = TestApp::start().await;
    on_data(foreign.folder.path(), &["keyring", "rotate"]);
    on_data(foreign.folder.path(), &["backup", "keys", "keys.json"]);
    on_data(&folder, &["backup", "create", "first"]);
    on_data(&folder, &["backup", "keys", "one.json"]);
    on_data(&folder, &["keyring", "rotate"]);
    on_data(&folder, &["backup", "keys", "two.json"]);
    on_data(&folder, &["keyring", "rotate"]);
    on_data(&folder, &["backup", "create", "third"]);
    on_data(&folder, &["backup", "keys", "three.json"]);
    let export = std::fs::read(folder.join("three.json.keys")).expect("an export");
    let name = |name: &str, content: &[u8]| std::fs::write(folder.join(name), content).expect("a file");
    name("cut.keys", &export[..export.len() - 1]);
    name("short.keys", &export[..50]);
    name("empty.keys", b"");
    name("other.keys", b"not an export, but long enough to have had a header and more than that, in all its length");
    for at in [5, 20, 32, 40, 45, 60, 100, export.len() - 1] {
        let mut altered = export.clone();
        altered[at] ^= 1;
        name(&format!("altered-{at}.keys"), &altered);
    }
    let foreign = foreign.folder.path().join("keys.json.keys").display().to_string();
    let restore = |place, keyring, keys: &str| {
        let arguments = ["restore", place, "--into", "new", "--keyring", keyring, "--keys", keys, "--data-dir", "data"];
        let arguments = if keys.is_empty() { [&arguments[..6], &arguments[8..]].concat() } else { arguments.to_vec() };
        let said = refusal(&folder, &arguments);
        assert!(!folder.join("new").exists(), "{said}");
        said
    };
    for (place, keyring, keys, words) in [
        ("third", "two.json", "", "keyring two.json is older than the backup"),
        ("first", "three.json", "two.json.keys", "two.json.keys is of epoch 2 and is older than the keyring"),
        ("first", "two.json", "three.json.keys", "three.json.keys is of epoch 3 and is newer than the keyring"),
        ("first", "three.json", &foreign, "belongs to another installation"),
        ("first", "three.json", "nothing.keys", "there is no key export nothing.keys"),
        ("first", "three.json", "cut.keys", "cut.keys is damaged"),
        ("first", "three.json", "short.keys", "short.keys is damaged"),
        ("first", "three.json", "empty.keys", "empty.keys is damaged"),
        ("first", "three.json", "other.keys", "other.keys is damaged"),
    ] {
        let said = restore(place, keyring, keys);
        assert!(said.contains(words), "{words}: {said}");
    }
    for at in [5, 20, 32, 40, 45, 60, 100, export.len() - 1] {
        let said = restore("first", "three.json", &format!("altered-{at}.keys"));
        assert!(said.contains(&format!("altered-{at}.keys")), "{said}");
    }
    // Without any export it is as it was: a keyring from the time of the backup opens it.
    for keyring in ["one.json", "two.json", "three.json", "data/keyring.json"] {
        std::fs::remove_file(folder.join(format!("{keyring}.keys"))).expect("an export");
    }
    let said = restore("first", "three.json", "");
    assert!(said.contains("lacks the key of epoch 1") && said.contains("--keys"), "{said}");
    json_of(&folder, &["restore", "first", "--into", "new", "--keyring", "one.json", "--data-dir", "data"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_exports_the_keys_and_then_rotates_them_by_itself() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().join("backups").display().to_string();
    let app = TestApp::start_in(folder, None, &[("backup_place", &*place)]).await;
    let path = app.folder.path().join("data/keyring.json.keys");
    let epoch = |path: &Path| dossier_store::key_export::ExportHeader::at(path).map(|header| header.epoch);
    let wait_for = async |wanted: u32| {
        for _ in 0..100 {
            let copied = std::fs::read_dir(Path::new(&place).join("keys")).ok().and_then(|mut files| files.next());
            let copied = copied.and_then(Result::ok).and_then(|file| epoch(&file.path()));
            if epoch(&path) == Some(wanted) && copied == Some(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the keys of epoch {wanted} were not exported: {:?}", epoch(&path));
    };
    wait_for(1).await;
    let doctor = dossier(app.folder.path(), &["doctor", "--data-dir", "data"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("key export") && said.contains("dossier backup keys FILE"), "{said}");
    on_data(app.folder.path(), &["backup", "keys", "keys.json"]);
    on_data(app.folder.path(), &["backup", "create", "backups"]);
    // An epoch that began long ago, as after an upgrade, and no export yet.
    let mut app = app;
    assert!(app.server.take().expect("running").stop().await);
    let TestApp { folder, key, .. } = app;
    std::fs::remove_file(folder.path().join("data/keyring.json.keys")).expect("an export");
    let keyring = folder.path().join("data/keyring.json");
    let text = std::fs::read_to_string(&keyring).expect("a keyring");
    let (before, rest) = text.split_once("\"created_at\": \"").expect("a time");
    let aged = format!("{before}\"created_at\": \"2020{}", &rest[4..]);
    std::fs::write(&keyring, aged).expect("written");
    let app = TestApp::start_in(folder, Some(key), &[("backup_place", &*place)]).await;
    wait_for(2).await;
    let page = json_of(app.folder.path(), &["backup", "verify", "backups", "--data-dir", "data"]);
    assert_eq!(page["ok"], true, "{page}");
    let doctor = dossier(app.folder.path(), &["doctor", "--data-dir", "data"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("is of epoch 1, and newer backups need epoch 2"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn persons_who_were_erased_alone_stay_erased_in_an_older_backup_with_the_newest_keys() {
    let app = TestApp::start().await;
    let folder = app.folder.path().to_owned();
    let id = app.given("corporate").await;
    let persons = json!([{ "first_name": "Ada" }, { "first_name": "Bob" }, { "first_name": "Cleo" }]);
    app.put(&id, &json!({ "business_legal_name": "Firm", "associated_persons": persons })).await.expect(200);
    let names = async |app: &TestApp| -> Vec<String> {
        let profile = app.profile(&id).await;
        let persons = profile["associated_persons"].as_array().expect("persons").iter();
        persons.map(|person| person["first_name"].as_str().expect("a name").to_owned()).collect()
    };
    on_data(&folder, &["backup", "create", "first"]);
    let profile = app.profile(&id).await;
    for (place, left) in [(0, 2), (1, 1)] {
        let person = profile["associated_persons"][place]["id"].as_str().expect("an id");
        let request = ["erasure", "request", &id, "--person", person, "--reason", "r", "--requested-by", "b"];
        assert_eq!(on_data(&folder, &request)["decision"], "scheduled");
        for _ in 0..100 {
            if names(&app).await.len() == left {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(names(&app).await.len(), left);
        on_data(&folder, &["keyring", "rotate"]);
    }
    let proof = on_data(&folder, &["erasure", "prove", "--backup", "first"]);
    assert_eq!(
        (&proof["erased"], &proof["in_the_backup"], &proof["opened"]),
        (&2.into(), &2.into(), &0.into()),
        "{proof}"
    );
    let page = on_data(&folder, &["backup", "verify", "first"]);
    assert_eq!(page["findings"], json!([]), "{page}");
    on_data(&folder, &["backup", "keys", "keys.json", "--with-root-key"]);
    // With the ledger, and without it: the keys alone say who is gone.
    for has_ledger in [true, false] {
        if !has_ledger {
            std::fs::remove_file(folder.join("keys.json.ledger")).expect("the copy of the ledger");
            std::fs::rename(folder.join("data/keyring.json.ledger"), folder.join("aside")).expect("the ledger");
        }
        let target = tempfile::tempdir().expect("a temporary folder");
        let into = target.path().join("data").display().to_string();
        let restored = on_data(&folder, &["restore", "first", "--into", &into, "--keyring", "keys.json"]);
        assert_eq!(restored["erased_without_ledger"], if has_ledger { 0 } else { 2 }, "{restored}");
        std::fs::copy(folder.join("keys.json.root-key"), target.path().join("data/root.key")).expect("the root key");
        let again = TestApp::start_in(target, Some(app.key.clone()), &[]).await;
        assert_eq!(names(&again).await, ["Cleo"]);
        again.put(&id, &json!({ "business_legal_name": "Again" })).await.expect(200);
        let folder = again.folder.path().to_owned();
        assert_eq!(on_data(&folder, &["audit", "verify"])["findings"], json!([]));
        on_data(&folder, &["keyring", "rotate"]);
        assert_eq!(names(&again).await, ["Cleo"]);
    }
}
