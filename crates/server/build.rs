//! Which commit is built, for the log and `--version`.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=DOSSIER_COMMIT");
    let given = std::env::var("DOSSIER_COMMIT").ok();
    // A debug build does without it, so that a commit does not compile everything again.
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = given.or_else(|| is_release.then(of_git).flatten());
    println!("cargo:rustc-env=DOSSIER_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
}

/// The commit of the folder, where there is one.
fn of_git() -> Option<String> {
    for followed in ["HEAD", &git(&["rev-parse", "--symbolic-full-name", "HEAD"])?, "packed-refs"] {
        if let Some(path) = git(&["rev-parse", "--path-format=absolute", "--git-path", followed]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
