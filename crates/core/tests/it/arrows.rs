//! What must not depend on what: the arrows between crates, and the floors within core.

use std::collections::BTreeSet;
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

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("text")
}

/// Every source file under a folder of `crates/`, by its path from there.
pub(crate) fn sources(folder: &str) -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![crates().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let name = entry.strip_prefix(crates()).expect("under crates/").to_string_lossy().into_owned();
                found.push((name, text(&entry)));
            }
        }
    }
    found.sort();
    found
}

/// Whether a text uses a name, or builds a literal of it if the name ends with a brace. `-> Change {` only starts a
/// function.
fn uses(text: &str, name: &str) -> bool {
    let in_a_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let inside = name.starts_with(in_a_word) && before.ends_with(in_a_word)
            || name.ends_with(in_a_word) && after.starts_with(in_a_word);
        let begins_a_function = name.ends_with('{') && before.ends_with("-> ");
        !inside && !begins_a_function
    })
}

#[test]
fn only_the_write_loop_repeats_attempts_and_builds_changes_and_kept_answers() {
    const LOOP: [&str; 3] =
        ["core/src/use_cases/write.rs", "core/src/use_cases/write/scripted.rs", "core/src/use_cases/write/tests.rs"];
    const PORT: [&str; 5] = [
        "core/src/change.rs",
        "core/src/idempotency.rs",
        "core/src/store/answers.rs",
        "core/src/store/files.rs",
        "core/src/store/mod.rs",
    ];
    let sources = [sources("core/src"), sources("server/src")].concat();
    for (word, elsewhere) in [
        ("MAX_ATTEMPTS", &[][..]),
        ("Ticket", &PORT[..2]),
        ("Change {", &PORT[..1]),
        ("PendingAnswer", &PORT[..2]),
        ("Replay", &PORT[1..4]),
        ("Committed", &PORT[4..]),
        (".commit(", &[]),
    ] {
        let users: Vec<_> =
            sources.iter().filter(|(_, text)| uses(text, word)).map(|(name, _)| name.as_str()).collect();
        let stray: Vec<_> = users.iter().filter(|name| !LOOP.contains(name) && !elsewhere.contains(name)).collect();
        assert!(users.contains(&LOOP[0]) || users.contains(&elsewhere[0]), "{word} is used nowhere");
        assert!(stray.is_empty(), "{word} is used in {stray:?}");
    }
}

/// The traits of the store's port, and those of engines for operators, each with the name of the file that declares it.
fn port() -> Vec<(String, String)> {
    let mut traits = Vec::new();
    for (file, text) in [sources("core/src/store"), sources("store/src/engine")].concat() {
        let name = file.rsplit('/').next().expect("a file").to_owned();
        let declared = text.split("pub trait ").skip(1).filter_map(|rest| rest.split([':', ' ']).next());
        traits.extend(declared.filter(|port| port.ends_with("Store")).map(|port| (port.to_owned(), name.clone())));
    }
    traits
}

#[test]
fn only_the_engines_implement_the_port_each_trait_in_the_file_of_its_name() {
    let sources = [sources("core/src"), sources("server/src"), sources("store/src")].concat();
    let port = port();
    assert!(port.len() > 13, "{port:?}");
    for (port, name) in port {
        let implements = |text: &str| text.contains(&format!("impl {port} for "));
        let found: Vec<_> =
            sources.iter().filter(|(_, text)| implements(text)).map(|(name, _)| name.as_str()).collect();
        let expected = ["postgres", "sqlite"].map(|engine| format!("store/src/{engine}/{name}"));
        assert_eq!(found, expected, "{port}");
    }
}

/// The files that only one engine has, and why.
const ONE_ENGINE_HAS: &[(&str, &str)] = &[
    (
        "postgres/commit/assumptions",
        "many processes write, so a statement tests what its process assumes about the others",
    ),
    ("postgres/commit/batch", "a batch of changes is one statement for each table"),
    ("postgres/commit/check", "a batch is checked between two round trips"),
    ("postgres/commit/locked_state", "the state that changes depend on is read in one round trip, under locks"),
    ("postgres/commit/table", "a batch of changes is one statement for each table"),
    ("postgres/database", "connections over a network, which break"),
    ("postgres/database/connection", "connections over a network, which break"),
    ("postgres/database/error", "connections over a network, which break"),
    ("postgres/database/retry", "connections over a network, which break"),
    ("postgres/database/session", "connections over a network, which break"),
    ("postgres/database/url", "connections over a network, which break"),
    ("postgres/loader", "reads that arrive together share a round trip"),
    ("postgres/rows", "columns are read by their type, which the driver of SQLite does itself"),
    ("postgres/shards", "background work is divided among processes"),
    ("postgres/statistics", "plans are cached, and depend on the sizes of the tables"),
    ("sqlite/commit/late_audit", "a planted defect, which is compiled only for proofs"),
    ("sqlite/connection", "a file of one process"),
    ("sqlite/numbering", "numbered rows are in one order for all scopes"),
    ("sqlite/opening", "a restored backup is opened in this engine"),
    ("sqlite/readers", "threads read while the writer writes, without a round trip"),
    ("sqlite/writer/checkpoint", "the process moves its log into the database itself"),
    ("sqlite/writer/failure", "a file of one process"),
    ("sqlite/writer/group", "one thread writes for all"),
];

#[test]
fn the_engines_have_the_same_files_except_those_that_only_one_needs() {
    let files = |engine: &str| -> BTreeSet<String> {
        let name = |(name, _): (String, String)| {
            let name = name.split_once(engine).expect("under its folder").1.trim_start_matches('/').to_owned();
            name.trim_end_matches(".rs").trim_end_matches("/mod").to_owned()
        };
        sources(&format!("store/src/{engine}")).into_iter().map(name).collect()
    };
    let (postgres, sqlite) = (files("postgres"), files("sqlite"));
    let alone = |engine: &str, name: &String| format!("{engine}/{name}");
    let only_postgres = postgres.difference(&sqlite).map(|name| alone("postgres", name));
    let only_sqlite = sqlite.difference(&postgres).map(|name| alone("sqlite", name));
    let expected: Vec<_> = ONE_ENGINE_HAS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(only_postgres.chain(only_sqlite).collect::<Vec<_>>(), expected);
    assert!(postgres.intersection(&sqlite).count() > 25);
}

#[test]
fn core_has_three_floors_values_ports_and_use_cases_and_no_file_imports_from_a_higher_one() {
    // The port to the store, the clock and the randomness. The port to a provider counts as a value.
    const PORTS: &[&str] = &["core/src/store/", "core/src/services.rs"];
    let is_port = |file: &str| PORTS.iter().any(|port| file.starts_with(port));
    let is_use_case = |file: &str| file.starts_with("core/src/use_cases/");
    let mut floors = [0; 3];
    for (file, text) in sources("core/src") {
        let (floor, higher): (_, &[&str]) = match (is_use_case(&file), is_port(&file)) {
            (true, _) => (2, &[]),
            (_, true) => (1, &["crate::use_cases"]),
            _ => (0, &["crate::store", "crate::services", "crate::use_cases"]),
        };
        floors[floor] += 1;
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let stray: Vec<_> = code.filter(|line| higher.iter().any(|module| line.contains(module))).collect();
        assert!(stray.is_empty(), "{file} imports from a higher floor: {stray:?}");
    }
    assert!(floors.iter().all(|files| *files > 3), "{floors:?}");
}

#[test]
fn only_the_start_up_code_knows_which_engine_runs() {
    let knows = |text: &str| ["sqlite::", "postgres::"].iter().any(|engine| text.contains(engine));
    let knowing: Vec<_> =
        sources("server/src").into_iter().filter(|(_, text)| knows(text)).map(|(name, _)| name).collect();
    assert_eq!(knowing, ["server/src/installation/engine.rs"]);
}
