//! Which commit is built, for the log and `--version`.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=DOSSIER_COMMIT");
    println!("cargo:rerun-if-env-changed=DOSSIER_COMMIT_DATE");
    // A debug build does without it, so that a commit does not compile everything again.
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let of_head = |field: &str| is_release.then(|| of_git(field)).flatten();
    let given = |name: &str, field: &str| std::env::var(name).ok().or_else(|| of_head(field));
    let commit = given("DOSSIER_COMMIT", "--format=%h").unwrap_or_else(|| "unknown".to_owned());
    let date = given("DOSSIER_COMMIT_DATE", "--format=%cs").unwrap_or_else(|| "unknown date".to_owned());
    // `cargo run` gives these to the server as well, which reads settings from variables that begin with DOSSIER_.
    println!("cargo:rustc-env=BUILD_COMMIT={commit}");
    println!("cargo:rustc-env=BUILD_VERSION={} ({commit}, {date})", env!("CARGO_PKG_VERSION"));
}

/// A field of the commit of the folder, where there is one.
fn of_git(field: &str) -> Option<String> {
    for followed in ["HEAD", &git(&["rev-parse", "--symbolic-full-name", "HEAD"])?, "packed-refs"] {
        if let Some(path) = git(&["rev-parse", "--path-format=absolute", "--git-path", followed]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    git(&["show", "--no-patch", "--abbrev=12", field, "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
