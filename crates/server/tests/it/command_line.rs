//! The command line, with and without a running server, in its own folder.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use dossier_core::caller::OperatorName;
use dossier_core::clock::Timestamp;
use dossier_store::transfer::mark::{Location, Mark};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::cluster::Cluster;
use crate::samples;

pub(crate) fn dossier(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dossier"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command.args(arguments).output().expect("the binary")
}

/// Writes a settings file that only its owner can write, whatever the umask.
pub(crate) fn settings_file(path: &Path, text: impl AsRef<[u8]>) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("permissions");
}

#[track_caller]
pub(crate) fn json_of(folder: &Path, arguments: &[&str]) -> Value {
    let output = dossier(folder, &[arguments, &["--output", "json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Every command works on the folder, whether or not a server holds it. The first file is attached to the customer, the
/// other is unattached.
fn commands_work(folder: &Path, customer: &str, files: &[String; 2]) {
    let account = json_of(folder, &["accounts", "create", "--name", "other", "--data-dir", "data"]);
    let account = account["account_id"].as_str().expect("an account_id");
    assert!(json_of(folder, &["accounts", "list", "--data-dir", "data"]).to_string().contains(account));
    let key = json_of(
        folder,
        &[
            "keys",
            "create",
            "--environment",
            "production",
            "--name",
            "ci",
            "--account",
            account,
            "--scope",
            "customers:read",
            "--expires-in",
            "90d",
            "--data-dir",
            "data",
        ],
    );
    assert!(key["key"].as_str().expect("a key").starts_with("dsk_live_") && key["expires_at"].is_string());
    let (name, notice) = (["--legal-name", "Other Ltd"], ["--privacy-url", "https://other.example/privacy"]);
    let told = [&["accounts", "set", "--account", account][..], &name, &notice, &["--data-dir", "data"]].concat();
    json_of(folder, &told);
    let id = key["key_id"].as_str().expect("an id");
    let rolled = json_of(folder, &["keys", "roll", id, "--overlap", "1h", "--data-dir", "data"]);
    assert_eq!(rolled["predecessor"], key["key_id"]);
    assert_eq!(json_of(folder, &["keys", "revoke", id, "--data-dir", "data"])["state"], "revoked");
    let keys = json_of(folder, &["keys", "list", "--account", account, "--data-dir", "data"]);
    assert_eq!(keys.as_array().map(Vec::len), Some(2));
    assert!(!keys.to_string().contains(key["key"].as_str().expect("a key")), "a key is shown once");
    assert_eq!(json_of(folder, &["customers", "get", customer, "--data-dir", "data"])["customer_id"], customer);
    assert_eq!(json_of(folder, &["customers", "list", "--data-dir", "data"]).as_array().map(Vec::len), Some(1));
    let entries = json_of(folder, &["audit", "list", "--data-dir", "data"]);
    assert!(entries.to_string().contains("customer.viewed"), "the read is audited");
    assert_eq!(json_of(folder, &["audit", "verify", "--data-dir", "data"])["findings"], Value::Array(Vec::new()));
    let epoch = json_of(folder, &["keyring", "rotate", "--data-dir", "data"])["epoch"].as_u64().expect("a number");
    assert!(epoch > 1);
    assert_eq!(json_of(folder, &["customers", "get", customer, "--data-dir", "data"])["customer_id"], customer);
    let all = json_of(folder, &["files", "list", "--data-dir", "data"]);
    let of_customer = json_of(folder, &["files", "list", "--customer", customer, "--data-dir", "data"]);
    assert_eq!((all.as_array().map(Vec::len), &of_customer[0]["id"]), (Some(2), &Value::from(files[0].clone())));
    for arguments in [
        &["accounts", "list"][..],
        &["keys", "list"],
        &["customers", "list"],
        &["customers", "get", customer],
        &["files", "list"],
        &["files", "list", "--customer", customer],
        &["review", "list"],
        &["webhooks", "list"],
        &["audit", "list"],
        &["audit", "show", "1"],
        &["audit", "verify"],
        &["config", "show"],
        &["doctor"],
    ] {
        let output = dossier(folder, &[arguments, &["--data-dir", "data"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && !text.is_empty(), "{arguments:?}: {output:?}");
        let wide: Vec<_> = text.lines().filter(|line| line.chars().count() > 120 || line.contains("{\"")).collect();
        assert!(wide.is_empty(), "{arguments:?}: {wide:#?}");
    }
    // Both files open after the rotation: one under a subject's key, the other under the day's staging key.
    for file in files {
        let saved = json_of(folder, &["files", "get", file, "--data-dir", "data"]);
        let path = folder.join(saved["saved_as"].as_str().expect("a path"));
        assert_eq!(path.file_name().and_then(|name| name.to_str()), Some(&*format!("{file}.png")));
        assert_eq!(fs::read(&path).expect("the content"), samples::png(320, 200, 1_000));
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        let again = dossier(folder, &["files", "get", file, "--data-dir", "data"]);
        assert!(!again.status.success() && saved.get("content").is_none(), "nothing is overwritten");
        fs::remove_file(path).expect("removed");
    }
    assert!(
        json_of(folder, &["doctor", "--data-dir", "data"])
            .as_array()
            .expect("checks")
            .iter()
            .all(|check| check["ok"] == true)
    );
    for (arguments, said) in [
        (&["keys", "revoke", "nonsense"][..], "no such key"),
        (&["customers", "get", "nonsense"], "no such customer"),
        (&["files", "get", "nonsense"], "no such file"),
        (&["keys", "create", "--name", " "], "a name has"),
        (&["keys", "create", "--name", "x", "--account", "nonsense"], "no such account"),
    ] {
        let output = dossier(folder, &[arguments, &["--data-dir", "data"]].concat());
        assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains(said), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_works_whether_or_not_the_server_runs() {
    let mut app = TestApp::start().await;
    let customer = app.given("individual").await;
    let files = [app.given_file().await, app.given_file().await];
    app.put(&customer, &serde_json::json!({ "documents": [{ "file_id": files[0] }] })).await.expect(200);
    let folder = app.folder.path().to_owned();
    let (running, id, named) = (folder.clone(), customer.clone(), files.clone());
    tokio::task::spawn_blocking(move || commands_work(&running, &id, &named))
        .await
        .expect("all commands work while it runs");
    assert_eq!(
        app.get(&format!("/v0/customers/{customer}")).await.status.as_u16(),
        200,
        "the server keeps working after a rotation"
    );
    assert!(app.server.take().expect("running").stop().await);
    tokio::task::spawn_blocking(move || commands_work(&folder, &customer, &files))
        .await
        .expect("all commands work when it does not");
}

#[tokio::test]
async fn a_data_folder_belongs_to_one_process() {
    let app = TestApp::start().await;
    let output = dossier(app.folder.path(), &["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("in use by another dossier process"), "{said}");
}

#[test]
fn a_start_that_fails_because_of_a_port_creates_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    for (listen, metrics) in [(&*port, "off"), ("127.0.0.1:0", &*port)] {
        let output =
            dossier(folder.path(), &["serve", "--data-dir", "data", "--listen", listen, "--metrics-listen", metrics]);
        assert!(!output.status.success(), "{output:?}");
        assert!(!folder.path().join("data/keyring.json").exists(), "nothing was created");
    }
}

#[tokio::test]
async fn a_wrong_root_key_and_a_missing_or_old_keyring_are_refused() {
    let app = TestApp::start().await;
    let folder = app.folder.path().to_owned();
    let data = folder.join("data");
    let old = fs::read(data.join("keyring.json")).expect("a keyring");
    let mut app = app;
    assert!(app.server.take().expect("running").stop().await);
    let refused = |what: &str| {
        let before = fs::read(data.join("dossier.db")).expect("a database");
        let output = dossier(&folder, &["doctor", "--data-dir", "data"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(what), "{what}: {said}");
        assert!(before == fs::read(data.join("dossier.db")).expect("a database"), "{what}: nothing is written");
    };
    let root = data.join("root.key");
    let key = fs::read_to_string(&root).expect("a root key");
    let other = if key.starts_with('A') { "B" } else { "A" };
    fs::remove_file(&root).expect("removed");
    refused("root.key is missing");
    let write = |path: &Path, content: &[u8], mode| {
        let _ = fs::remove_file(path);
        fs::write(path, content).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    };
    write(&root, format!("{other}{}", &key[1..]).as_bytes(), 0o400);
    refused("a different root key");
    write(&root, b"nonsense", 0o400);
    refused("not 32 bytes in base64");
    write(&root, key.as_bytes(), 0o644);
    refused("can be read by others");
    write(&root, key.as_bytes(), 0o400);
    assert!(dossier(&folder, &["keyring", "rotate", "--data-dir", "data"]).status.success());
    let new = fs::read(data.join("keyring.json")).expect("a keyring");
    write(&data.join("keyring.json"), &old, 0o600);
    refused("has seen epoch 2");
    fs::remove_file(data.join("keyring.json")).expect("removed");
    let output = dossier(&folder, &["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("keyring is missing"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    write(&data.join("keyring.json"), &new, 0o600);
    assert!(dossier(&folder, &["doctor", "--data-dir", "data"]).status.success());
}

#[test]
fn an_error_about_a_file_names_it_and_what_was_attempted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, said) in [
        (&["rules", "check", "--file", "mine.toml"][..], "cannot open mine.toml: No such file"),
        (&["config", "check", "--config", "mine.toml"], "cannot open mine.toml: No such file"),
        (&["accounts", "set", "--account", "x", "--logo", "logo.png"], "cannot read the logo logo.png: No such file"),
        (&["serve", "--data-dir", "/proc/nowhere"], "cannot create the data folder /proc/nowhere: "),
    ] {
        let output = dossier(folder.path(), arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(said), "{arguments:?}: {error}");
    }
}

#[test]
fn configuration_is_shown_with_its_origin_and_checked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    settings_file(&folder.path().join("dossier.toml"), "listen = '127.0.0.1:9999'\nroot_key = 'c2VjcmV0'\n");
    let shown = json_of(folder.path(), &["config", "show", "--config", "dossier.toml"]);
    let listen =
        shown.as_array().expect("settings").iter().find(|setting| setting["name"] == "listen").expect("a setting");
    assert_eq!((&listen["value"], &listen["source"]), (&"127.0.0.1:9999".into(), &"dossier.toml".into()));
    assert!(!shown.to_string().contains("c2VjcmV0"));
    assert!(dossier(folder.path(), &["config", "check", "--config", "dossier.toml"]).status.success());
    settings_file(&folder.path().join("dossier.toml"), "listen = 'nowhere'\nlog_level = 'loud'\n");
    let output = dossier(folder.path(), &["config", "check", "--config", "dossier.toml"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("listen:") && said.contains("log_level:"), "{said}");
    assert!(!folder.path().join("dossier-data").exists(), "checking creates nothing");
    assert!(
        !dossier(folder.path(), &["customers", "list"]).status.success(),
        "and neither does a command that only reads"
    );
}

fn setting(folder: &Path, name: &str) -> (String, String) {
    let shown = json_of(folder, &["config", "show"]);
    let found = shown.as_array().expect("settings").iter().find(|setting| setting["name"] == name).expect("a setting");
    let text = |member: &str| found[member].as_str().expect("text").to_owned();
    (text("value"), text("source"))
}

#[test]
fn settings_are_read_in_the_data_folder_and_never_in_the_current_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    settings_file(&folder.path().join("dossier.toml"), "listen = '127.0.0.1:9999'");
    assert_eq!(setting(folder.path(), "listen"), ("127.0.0.1:8080".into(), "default".into()));
    let checked = dossier(folder.path(), &["config", "check"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && said.contains("./dossier.toml is not read"), "{said}");
    let data = folder.path().join("dossier-data");
    fs::DirBuilder::new().mode(0o700).create(&data).expect("a folder");
    fs::rename(folder.path().join("dossier.toml"), data.join("dossier.toml")).expect("moved");
    let (value, source) = setting(folder.path(), "listen");
    assert!(value == "127.0.0.1:9999" && source.ends_with("dossier-data/dossier.toml"), "{source}");
    assert_eq!(setting(&data, "listen").0, "127.0.0.1:8080", "not even by a command that runs inside it");
    assert!(dossier(folder.path(), &["config", "check"]).stderr.is_empty());
    settings_file(&data.join("dossier.toml"), "data_dir = 'elsewhere'");
    let refused = dossier(folder.path(), &["config", "check"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("data_dir cannot be set in a file of the data folder"));
}

#[test]
fn a_data_folder_that_others_can_enter_is_refused_until_it_is_closed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("a folder");
    let create = ["accounts", "create", "--name", "a", "--data-dir", "data"];
    for mode in [0o755, 0o750, 0o701, 0o777] {
        fs::set_permissions(&data, fs::Permissions::from_mode(mode)).expect("permissions");
        for arguments in [&create[..], &["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"]] {
            let refused = dossier(folder.path(), arguments);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && said.contains("Run: chmod 700 data"), "{said}");
        }
        assert_eq!(fs::read_dir(&data).expect("a folder").count(), 0, "nothing is made in it");
    }
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("permissions");
    assert!(dossier(folder.path(), &create).status.success());
}

#[test]
fn files_of_settings_keys_and_rules_that_others_can_write_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let create = |name: &str, variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dossier"));
        command.current_dir(folder.path()).env_clear().envs(variables.iter().copied());
        command.args(["accounts", "create", "--name", name, "--data-dir", "data"]).output().expect("the binary")
    };
    assert!(create("first", &[]).status.success());
    settings_file(&path("settings.toml"), "max_requests = 64");
    fs::copy(path("data/root.key"), path("root.key")).expect("a copy");
    let shown = dossier(folder.path(), &["rules", "show"]);
    settings_file(&path("rules.toml"), &shown.stdout);
    settings_file(&path("data/dossier.toml"), "max_requests = 64");
    for (file, variable) in [
        ("settings.toml", "DOSSIER_CONFIG"),
        ("data/dossier.toml", "DOSSIER_UNUSED"),
        ("root.key", "DOSSIER_ROOT_KEY_FILE"),
        ("rules.toml", "DOSSIER_RULES"),
        ("data/keyring.json", "DOSSIER_UNUSED"),
    ] {
        for mode in [0o620, 0o602, 0o666] {
            fs::set_permissions(path(file), fs::Permissions::from_mode(mode)).expect("permissions");
            let refused = create("refused", &[(variable, file)]);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && said.contains(&format!("chmod go-w {file}")), "{file}: {said}");
        }
        fs::set_permissions(path(file), fs::Permissions::from_mode(0o600)).expect("permissions");
        let taken = create("taken", &[(variable, file)]);
        assert!(taken.status.success(), "{file}: {}", String::from_utf8_lossy(&taken.stderr));
    }
}

#[test]
fn a_secret_on_the_command_line_causes_a_warning_and_is_not_repeated() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, warned) in [
        (&["config", "check", "--database", "postgres://dossier:hunter2@127.0.0.1:1/absent"][..], true),
        (&["serve", "--listen", "127.0.0.1:0", "--database=postgres://dossier:hunter2@127.0.0.1:1/absent"], true),
        (&["config", "check", "--database", "postgres://dossier@127.0.0.1:1/absent"], false),
    ] {
        let said = String::from_utf8_lossy(&dossier(folder.path(), arguments).stderr).into_owned();
        assert_eq!(said.contains("the command line contains a secret"), warned, "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn rules_are_shown_and_checked_without_a_server() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shown = dossier(folder.path(), &["rules", "show"]);
    assert!(shown.status.success());
    settings_file(&folder.path().join("mine.toml"), &shown.stdout);
    let as_json = json_of(folder.path(), &["rules", "show"]);
    assert!(as_json["version"].is_string() && as_json["rule"].as_array().is_some_and(|rules| rules.len() > 30));
    let checked = json_of(folder.path(), &["rules", "check", "--file", "mine.toml"]);
    assert_eq!((&checked["ok"], checked["rules"].as_u64() > Some(30)), (&Value::Bool(true), true));
    let broken = String::from_utf8_lossy(&shown.stdout).replacen("/first_name", "/shoe_size", 1);
    settings_file(&folder.path().join("mine.toml"), broken);
    let refused = dossier(folder.path(), &["rules", "check", "--file", "mine.toml"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("legal_name: needs.field.0: a PUT body"), "{said}");
    settings_file(&folder.path().join("dossier.toml"), "rules = 'mine.toml'");
    let refused = dossier(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--config", "dossier.toml"]);
    assert!(!refused.status.success(), "no server starts with them either");
    assert!(!dossier(folder.path(), &["demo"]).status.success(), "there is no server to show");
}

#[tokio::test]
async fn decisions_and_deliveries_are_managed_while_the_server_runs() {
    let app = TestApp::start().await;
    let id = app.given("individual").await;
    app.open_session(&id).await;
    app.simulate(&id, "kyc.status.submit").await.expect(200);
    let hook = app.post("/v0/webhooks", &serde_json::json!({ "url": "http://127.0.0.1:19997/" })).await.expect(201);
    let hook = hook["id"].as_str().expect("an id").to_owned();
    let folder = app.folder.path().to_owned();
    let commands = tokio::task::spawn_blocking(move || {
        let run = |arguments: &[&str]| json_of(&folder, &[arguments, &["--data-dir", "data"]].concat());
        assert_eq!(run(&["review", "list"])[0]["customer_id"], id.as_str());
        let shown = run(&["review", "show", &id]);
        assert_eq!(
            (&shown["state"], shown["requirements"].as_array().is_some_and(|all| all.len() > 5)),
            (&"submitted".into(), true)
        );
        let wrong = dossier(
            &folder,
            &["review", "decide", &id, "request_resubmission", "--requirement", "x", "--data-dir", "data"],
        );
        assert!(String::from_utf8_lossy(&wrong.stderr).contains("/requirements/0"));
        let decided = run(&[
            "review",
            "decide",
            &id,
            "approve",
            "--rail",
            "eur/sepa",
            "--reason",
            "verified",
            "--label",
            "fast",
            "--note",
            "n",
            "--as",
            "Ada Lovelace",
        ]);
        assert_eq!(decided["kycs"]["status"], "approved");
        let decision = &run(&["review", "show", &id])["decision"];
        assert_eq!(
            (&decision["by"], &decision["labels"][0], &decision["note"]),
            (&"operator:Ada Lovelace".into(), &"fast".into(), &"n".into())
        );
        assert_eq!(run(&["webhooks", "list"])[0]["id"], hook.as_str());
        let delivery = run(&["webhooks", "deliveries", &hook])[0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(run(&["webhooks", "resend", &hook, &delivery])["state"], "pending");
    });
    commands.await.expect("every command");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_and_files_move_to_another_place_and_back() {
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let mut app = TestApp::start().await;
    let (id, file) = (app.given("individual").await, app.given_file().await);
    app.put(&id, &json!({ "first_name": "Ada", "documents": [{ "file_id": file, "purpose": "id_document" }] }))
        .await
        .expect(200);
    let before = app.get(&format!("/v0/customers/{id}?expand=profile,documents")).await.expect(200);
    let folder = app.folder.path().to_owned();
    let files = format!("file://{}", folder.join("moved").display());
    let refused = dossier(&folder, &["db", "move", "--to", &url, "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("in use"), "a running server is not moved");
    assert!(app.server.take().expect("running").stop().await);

    for (arguments, said) in [
        (["db", "move", "--to", "elsewhere", "--data-dir", "data"], "--to must be postgres://"),
        (["db", "move", "--to", "sqlite", "--data-dir", "data"], "already in this database"),
        (["files", "move", "--to", "elsewhere", "--data-dir", "data"], "--to must be s3://"),
        (["files", "move", "--to", "folder", "--data-dir", "data"], "already in this place"),
    ] {
        let refused = dossier(&folder, &arguments);
        assert!(String::from_utf8_lossy(&refused.stderr).contains(said), "{arguments:?}");
    }
    let moved = json_of(&folder, &["db", "move", "--to", &url, "--data-dir", "data"]);
    assert!(
        moved["records"].as_u64().expect("a number") > 10
            && moved["next"].as_str().expect("words").contains("--database")
    );
    let moves = ["audit", "list", "--environment", "production", "--action", "database.moved", "--database", &url];
    assert_eq!(json_of(&folder, &[&moves[..], &["--data-dir", "data"]].concat()).as_array().map(Vec::len), Some(1));
    let moved = json_of(&folder, &["files", "move", "--to", &files, "--database", &url, "--data-dir", "data"]);
    assert_eq!(moved["files"], 1);
    std::fs::remove_dir_all(folder.join("data/files")).expect("the old place is not needed");
    let left = dossier(&folder, &["accounts", "list", "--data-dir", "data"]);
    let said = String::from_utf8_lossy(&left.stderr).into_owned();
    assert!(!left.status.success() && said.contains("moved to PostgreSQL at") && said.contains("db reopen"), "{said}");
    let config = crate::app::config(&app.folder, &[]);
    let refused = dossier::serve::Server::start(&config).await.err().expect("a database that was left is not served");
    assert!(refused.to_string().contains("moved to"), "{refused}");

    let settings = [("database", &*url), ("files", &*files)];
    let mut app = TestApp::start_in(app.folder, Some(app.key), &settings).await;
    assert_eq!(app.get(&format!("/v0/customers/{id}?expand=profile,documents")).await.expect(200), before);
    assert_eq!(app.content(&file, "").await.bytes, samples::png(320, 200, 1_000));
    app.put(&id, &json!({ "first_name": "Bea" })).await.expect(200);
    assert!(app.server.take().expect("running").stop().await);

    // The stopped server has released its leases. Otherwise they would block the move for ten seconds.
    let moved = json_of(&folder, &["db", "move", "--to", "sqlite", "--database", &url, "--data-dir", "data"]);
    let aside = folder.join(moved["set_aside"].as_str().expect("the old database is kept"));
    assert!(aside.is_file() && aside.to_string_lossy().contains("dossier.db.left-"), "{aside:?}");
    let left = dossier(&folder, &["accounts", "list", "--database", &url, "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&left.stderr).contains("moved to"), "PostgreSQL is marked as left as well");
    let app = TestApp::start_in(app.folder, Some(app.key), &settings[1..]).await;
    assert_eq!(app.profile(&id).await["first_name"], "Bea");
    assert_eq!(app.content(&file, "").await.bytes, samples::png(320, 200, 1_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_left_is_served_again_after_db_reopen() {
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let mut app = TestApp::start().await;
    let id = app.given("individual").await;
    let folder = app.folder.path().to_owned();
    assert!(app.server.take().expect("running").stop().await);
    let not_left = dossier(&folder, &["db", "reopen", "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&not_left.stderr).contains("were not moved"), "nothing to do");
    json_of(&folder, &["db", "move", "--to", &url, "--data-dir", "data"]);
    let reopened = json_of(&folder, &["db", "reopen", "--data-dir", "data"]);
    assert!(reopened["left_for"].as_str().expect("a place").starts_with("PostgreSQL at"));
    let entries = json_of(&folder, &["audit", "list", "--environment", "production", "--data-dir", "data"]);
    let actions: Vec<_> = entries.as_array().expect("entries").iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions[..2], ["database.reopened", "database.moved"]);
    let app = TestApp::start_in(app.folder, Some(app.key), &[]).await;
    assert_eq!(app.get(&format!("/v0/customers/{id}")).await.expect(200)["customer_id"], id.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_not_served_while_its_records_move_away() {
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let settings = [("database", &*url)];
    let mut app = TestApp::start_with(&settings).await;
    app.given("individual").await;
    assert!(app.server.take().expect("running").stop().await);
    let folder = app.folder.path().to_owned();
    let config = crate::app::config(&app.folder, &settings);
    let ada = OperatorName::new("Ada").expect("a name");
    let served = || dossier(&folder, &["accounts", "list", "--database", &url, "--data-dir", "data"]);
    let location = Location::Postgres(&url);

    // A move that is refused before it copies leaves the database as it was.
    crate::cluster::run(&url, "INSERT INTO processes VALUES (gen_random_uuid(), now() + INTERVAL '1 hour')")
        .await
        .expect("another process");
    let refused = dossier::moving::database(&config, "sqlite", &ada, &|_, _| {}).await.expect_err("a refusal");
    assert!(refused.contains("other processes use the database (1)"), "{refused}");
    assert!(served().status.success());
    crate::cluster::run(&url, "DELETE FROM processes").await.expect("it has ended");

    let marks = std::sync::Mutex::new(Vec::new());
    let progress = |_, _| {
        let look = async { location.read_state().await.expect("a state").mark };
        let mark = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(look));
        marks.lock().expect("no panic").push(mark);
    };
    dossier::moving::database(&config, "sqlite", &ada, &progress).await.expect("moved");
    let marks = marks.into_inner().expect("no panic");
    assert!(marks.len() > 5 && marks.iter().all(|mark| matches!(mark, Some(Mark::Leaving { .. }))), "{marks:?}");

    // As a process leaves it when it is killed halfway.
    location.set_mark(marks[0].as_ref()).await.expect("marked");
    let said = String::from_utf8_lossy(&served().stderr).into_owned();
    assert!(said.contains("has not finished") && said.contains("db reopen"), "{said}");
    json_of(&folder, &["db", "reopen", "--database", &url, "--data-dir", "data"]);
    assert!(served().status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_was_interrupted_is_not_served_and_can_be_resumed() {
    let cluster = Cluster::any().await;
    let url = cluster.database().await;
    let mut app = TestApp::start().await;
    let id = app.given("individual").await;
    let folder = app.folder.path().to_owned();
    assert!(app.server.take().expect("running").stop().await);
    // As a process leaves it when it is killed right after the beginning.
    let source = folder.join("data/dossier.db");
    let mark = Mark::Arriving { from: source.display().to_string(), at: Timestamp::from_micros(0) };
    Location::Postgres(&url).set_mark(Some(&mark)).await.expect("marked");
    let half = dossier(&folder, &["accounts", "list", "--database", &url, "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&half.stderr).contains("has not finished"), "{half:?}");
    let other = Mark::Arriving { from: "elsewhere".into(), at: Timestamp::from_micros(0) };
    Location::Postgres(&url).set_mark(Some(&other)).await.expect("marked");
    let foreign = dossier(&folder, &["db", "move", "--to", &url, "--data-dir", "data"]);
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("from elsewhere"), "{foreign:?}");
    Location::Postgres(&url).set_mark(Some(&mark)).await.expect("marked");
    json_of(&folder, &["db", "move", "--to", &url, "--data-dir", "data"]);
    let customer = json_of(&folder, &["customers", "get", &id, "--database", &url, "--data-dir", "data"]);
    assert_eq!(customer["customer_id"], id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_reached_is_named_in_one_sentence_without_its_password() {
    let cluster = Cluster::own(&[]).await;
    let url = cluster.database().await;
    cluster.run("ALTER USER dossier PASSWORD 'right'").await.expect("a password");
    let access = format!("{}/pg_hba.conf", cluster.run("SHOW data_directory").await.expect("a folder").expect("a row"));
    fs::write(&access, "local all all scram-sha-256\n").expect("who may connect");
    cluster.run("SELECT pg_reload_conf()").await.expect("read again");
    let (server, _) = url.rsplit_once('/').expect("a URL");
    let of = |user: &str, name: &str| format!("{}/{name}", server.replacen("dossier@", &format!("{user}@"), 1));
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (url, said) in [
        (of("dossier:hunter2", "postgres"), "refuses this user or password"),
        (of("nobody:hunter2", "postgres"), "refuses this user or password"),
        (of("dossier:right", "absent"), "has no database absent"),
        ("postgres://dossier:hunter2@127.0.0.1:1/absent".to_owned(), "127.0.0.1:1/absent cannot be reached"),
        ("postgres://dossier:p@hunter2@127.0.0.1:1/absent".to_owned(), "write an @ in the user or the password as %40"),
    ] {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off", "--database", &url];
        let output = dossier(folder.path(), &arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains(said), "{text}");
        assert!(!text.contains("hunter2") && !text.contains("right@"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("dossier: ")).count(), 1, "{text}");
    }
}

#[test]
fn a_usage_error_is_json_for_programs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for arguments in [&["audit", "list", "--limit", "0"][..], &["accounts", "create"], &["nonsense"]] {
        let json = dossier(folder.path(), &[arguments, &["--output", "json"]].concat());
        let error: Value = serde_json::from_slice(&json.stderr).expect("JSON");
        assert!(json.status.code() == Some(2) && error["error"].is_string(), "{arguments:?}: {error}");
        let text = dossier(folder.path(), arguments);
        assert!(text.status.code() == Some(2) && text.stderr.starts_with(b"error: "), "{arguments:?}: {text:?}");
    }
}

#[test]
fn completions_name_the_commands_and_need_no_data() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for shell in ["bash", "zsh", "fish"] {
        let output = dossier(folder.path(), &["completions", shell]);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success() && text.contains("doctor") && text.contains("completions"), "{shell}: {text}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_the_server_does_not_know_is_refused_with_a_reason() {
    use std::io::{BufRead as _, BufReader, Write as _};

    let app = TestApp::start().await;
    let socket = app.folder.path().join("data/control.sock");
    let answer = |message: &str| {
        let mut stream = std::os::unix::net::UnixStream::connect(&socket).expect("the socket");
        stream.write_all(format!("{message}\n").as_bytes()).expect("sent");
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).expect("a response");
        line
    };
    for message in [
        r#"{"operator":"ada","command":{"Keys":{"Forge":{}}}}"#,
        r#"{"operator":"ada","command":{"keys_revoke":{"key_id":"x"}}}"#,
        r#"{"operator":"ada","command":{"Serve":{}}}"#,
        r#"{"operator":"ada","command":{"Files":{"Move":{"to":"folder"}}}}"#,
        "nothing",
    ] {
        let line = tokio::task::block_in_place(|| answer(message));
        assert!(line.contains("the server is of another version than this command"), "{message}: {line}");
    }
}
