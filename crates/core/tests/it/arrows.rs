//! What must not depend on what: the arrows between crates, and the layers within a manifest.

use std::fs;
use std::path::{Path, PathBuf};

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/").to_owned()
}

/// The names under `[dependencies]` of a crate's manifest.
fn dependencies(name: &str) -> Vec<String> {
    let manifest = fs::read_to_string(crates().join(name).join("Cargo.toml")).expect("a manifest");
    let section =
        manifest.split("\n[dependencies]\n").nth(1).expect("dependencies").split("\n[").next().unwrap_or_default();
    let line = |line: &str| line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned();
    section.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(line).collect()
}

#[test]
fn core_depends_on_no_http_no_sql_and_no_other_crate_of_ours() {
    let found = dependencies("core");
    for forbidden in [
        "axum",
        "http",
        "hyper",
        "hyper-util",
        "reqwest",
        "rusqlite",
        "tokio-postgres",
        "dossier-store",
        "dossier",
        "aws-lc-rs",
        "tracing",
    ] {
        assert!(!found.iter().any(|name| name == forbidden), "core depends on {forbidden}");
    }
}

#[test]
fn store_depends_on_core_and_not_on_the_server_or_http() {
    let found = dependencies("store");
    assert!(found.iter().any(|name| name == "dossier-core"));
    for forbidden in ["dossier", "axum", "http", "hyper", "clap"] {
        assert!(!found.iter().any(|name| name == forbidden), "store depends on {forbidden}");
    }
}

fn text(path: &std::path::Path) -> String {
    fs::read_to_string(path).expect("text")
}

#[test]
fn only_the_start_up_code_knows_which_engine_runs() {
    let mut knowing = Vec::new();
    let mut folders = vec![crates().join("server/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if ["sqlite::", "postgres::"].iter().any(|engine| text(&entry).contains(engine)) {
                knowing.push(entry.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    knowing.sort();
    assert_eq!(knowing, ["installation.rs"]);
}
