//! What `dossier doctor` says of the place of the root key.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::command_line::dossier;

#[test]
fn the_doctor_warns_of_a_root_key_that_others_may_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(dossier(folder.path(), &["accounts", "create", "--name", "a", "--data-dir", "data"]).status.success());
    let key = fs::read_to_string(folder.path().join("data/root.key")).expect("a root key");
    let root = folder.path().join("root.key");
    fs::rename(folder.path().join("data/root.key"), &root).expect("moved");
    let command = format!("cat {}", root.display());
    let settings = folder.path().join("dossier.toml");
    fs::write(&settings, format!("root_key = '{}'\n", key.trim())).expect("written");
    let file = root.to_str().expect("a path");
    for (variable, value, mode, warning) in [
        ("DOSSIER_ROOT_KEY", key.trim(), 0o600, Some("it was read from an environment variable")),
        ("DOSSIER_ROOT_KEY_FILE", file, 0o400, None),
        ("DOSSIER_ROOT_KEY_FILE", file, 0o440, None),
        ("DOSSIER_ROOT_KEY_FILE", file, 0o644, Some("lets every user read it")),
        ("DOSSIER_ROOT_KEY_COMMAND", &command, 0o600, None),
        ("DOSSIER_CONFIG", settings.to_str().expect("a path"), 0o600, None),
        ("DOSSIER_CONFIG", settings.to_str().expect("a path"), 0o604, Some("lets every user read it")),
    ] {
        let with_key = if variable == "DOSSIER_CONFIG" { &settings } else { &root };
        fs::set_permissions(with_key, fs::Permissions::from_mode(mode)).expect("the mode is set");
        let mut doctor = Command::new(env!("CARGO_BIN_EXE_dossier"));
        doctor.current_dir(folder.path()).env_clear().env("PATH", "/bin:/usr/bin").env(variable, value);
        let output = doctor.args(["doctor", "--data-dir", "data", "--output", "json"]).output().expect("the binary");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{variable}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let checks: Value = serde_json::from_str(&said).expect("JSON");
        let found = checks.as_array().expect("a list").iter().find(|check| check["check"] == "root key");
        let detail = found.map(|check| check["detail"].as_str().expect("a text"));
        assert_eq!(detail.is_some(), warning.is_some(), "{variable}, {mode:o}: {detail:?}");
        assert!(detail.unwrap_or_default().contains(warning.unwrap_or_default()), "{variable}, {mode:o}: {detail:?}");
        assert!(!said.contains(key.trim()));
    }
}
