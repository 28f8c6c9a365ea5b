//! The README, word for word: runs its first five minutes exactly as written, then kills the server and reads back what
//! was stored.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const README: &str = include_str!("../../../../README.md");

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository").to_owned()
}

/// The shell blocks, in order.
fn blocks() -> Vec<&'static str> {
    README.split("```sh\n").skip(1).map(|rest| rest.split("```").next().expect("a closed block")).collect()
}

/// Starts the binary as the README does, in its own folder, on a free port.
pub(crate) fn start(folder: &Path, log: Stdio) -> (Child, String, Option<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dossier"))
        .current_dir(folder)
        .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"])
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the binary");
    let restarted = folder.join("restarted").exists();
    let (mut api, mut key) = (String::new(), None);
    for line in BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("text")) {
        let value = line.split_whitespace().last().unwrap_or_default().to_owned();
        match line.split_whitespace().next() {
            Some("API") => api = value,
            Some("Sandbox") => key = Some(value),
            _ => {}
        }
        if key.is_some() || restarted && line.starts_with("Data") {
            break;
        }
    }
    (child, api, key)
}

/// Runs a script in the repository's folder, with `dossier` on the path and its data folder named.
pub(crate) fn run(folder: &Path, script: &str) -> String {
    let bin = folder.join("bin");
    if !bin.exists() {
        fs::create_dir(&bin).expect("a folder");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dossier"), bin.join("dossier")).expect("a link");
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("a path"));
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(root())
        .env("PATH", path)
        .env("DOSSIER_DATA_DIR", folder.join("dossier-data"))
        .output()
        .expect("bash");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{script}\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn the_first_five_minutes_work_word_for_word_and_survive_a_kill() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut child, api, key) = start(folder.path(), Stdio::null());
    let key = key.expect("a first key");
    let blocks = blocks();
    assert!(blocks.len() > 7 && blocks[0].contains("dsk_test_…"));
    let settings = format!("export API={api} KEY={key}\n");
    let script = settings.clone() + &blocks[1..].join("\n") + "\necho \"IDS $ID $COMPANY\"";
    let said = run(folder.path(), &script);
    for expected in [
        "\"postal_code\":\"10001\"",
        "\"description\":\"Passport front page\"",
        "\"name\":\"passport.png\",\"type\":\"image/png\"",
        "unknown_country",
        "invalid_date",
        "unknown_property",
        "/documents/0/file_id",
        "Harbour Software Limited",
        "\"first_name\":\"Sofia\"",
        "customer.updated",
        "admin@localhost",
        "\"key\": \"dsk_test_",
    ] {
        assert!(said.contains(expected), "{expected} is missing in\n{said}");
    }
    let ids: Vec<&str> = said.lines().last().expect("a line").split(' ').skip(1).collect();
    let read = |api: &str| {
        let get = |id: &str| {
            format!("curl -sS --fail-with-body '{api}/customers/{id}?expand=profile,documents' -H 'Api-Key: {key}'\n")
        };
        run(folder.path(), &ids.iter().map(|id| get(id)).collect::<String>())
    };
    let before = read(&api);
    child.kill().expect("killed");
    child.wait().expect("ended");
    fs::write(folder.path().join("restarted"), "").expect("a file");
    let (mut child, api, _) = start(folder.path(), Stdio::null());
    assert_eq!(read(&api), before);
    child.kill().expect("killed");
    child.wait().expect("ended");
}
