//! How the source and the documents are kept: lines that fit beside another window, and links that work.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CODE: usize = 120;
const PROSE: usize = 100;

/// Folders that programs or others write, or that are not for reading. Hidden folders are skipped as well.
const NOT_OURS: &[&str] =
    &["target", "vendor", "node_modules", "corpus", "artifacts", "dossier-data", "__pycache__", "generated", "dist"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository").to_owned()
}

/// Every file of the repository, relative to its root.
fn files() -> Vec<PathBuf> {
    let root = root();
    let (mut files, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            match entry.file_type().expect("a type") {
                kind if kind.is_dir() => folders.push(entry.path()),
                _ => files.push(entry.path().strip_prefix(&root).expect("within").to_owned()),
            }
        }
    }
    files.sort();
    files
}

fn extension(file: &Path) -> &str {
    file.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn text(file: &Path) -> String {
    fs::read_to_string(root().join(file)).expect("text")
}

fn documents() -> impl Iterator<Item = (PathBuf, String)> {
    files().into_iter().filter(|file| extension(file) == "md").map(|file| (file.clone(), text(&file)))
}

/// The lines of a document, numbered, and whether each is code: fenced, or indented after an empty line.
fn lines(document: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let (mut fenced, mut indented, mut empty) = (false, false, true);
    document.lines().enumerate().map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        indented = line.starts_with("    ") && (empty || indented) || indented && line.is_empty();
        empty = line.is_empty();
        (index + 1, line, fenced || fence || indented)
    })
}

#[test]
fn lines_of_code_have_120_columns_at_most() {
    let mut long = Vec::new();
    for file in files() {
        let is_vendored = file.components().any(|part| part.as_os_str() == "vendor");
        let is_code = matches!(extension(&file), "rs" | "sh" | "py" | "js" | "mjs" | "ts" | "css") && !is_vendored;
        if is_code || file == Path::new("check") {
            let text = text(&file);
            // A picture in a style sheet cannot be broken into lines.
            let wide = |line: &str| line.chars().count() > CODE && !line.contains("url(\"data:");
            let wide = text.lines().enumerate().filter(|(_, line)| wide(line));
            long.extend(wide.map(|(index, _)| format!("{}:{}", file.display(), index + 1)));
        }
    }
    assert!(long.is_empty(), "more than {CODE} columns:\n{}", long.join("\n"));
}

#[test]
fn prose_has_100_columns_at_most() {
    let mut long = Vec::new();
    for (file, document) in documents() {
        for (number, line, code) in lines(&document) {
            let exempt = line.starts_with('|') || line.contains("](");
            let most = if code { CODE } else { PROSE };
            if line.chars().count() > most && !exempt {
                long.push(format!("{}:{number}", file.display()));
            }
        }
    }
    assert!(long.is_empty(), "more than {PROSE} columns, or {CODE} of code:\n{}", long.join("\n"));
}

/// The anchor of a heading, as GitHub and GitLab make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn anchors(document: &str) -> BTreeSet<String> {
    let headings = lines(document).filter(|(_, line, code)| line.starts_with('#') && !code);
    headings.map(|(_, line, _)| anchor(line.trim_start_matches('#'))).collect()
}

/// The texts between the marks, each with its line number. A text may span lines.
fn between<'a>(prose: &'a str, begin: &'a str, end: char) -> impl Iterator<Item = (usize, &'a str)> {
    prose.match_indices(begin).filter_map(move |(at, _)| {
        let rest = &prose[at + begin.len()..];
        let number = prose[..at].matches('\n').count() + 1;
        rest.split_once(end).map(|(inner, _)| (number, inner))
    })
}

/// A document with its code blanked, so that line numbers stay the same.
fn prose(document: &str) -> String {
    let lines = lines(document).map(|(_, line, code)| if code { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn links_point_to_a_file_and_to_a_heading_in_it() {
    let (mut dead, mut count) = (Vec::new(), 0);
    for (file, document) in documents() {
        for (number, target) in between(&prose(&document), "](", ')') {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
            let of = if path.is_empty() { file.clone() } else { file.with_file_name("").join(path) };
            let found = root().join(&of).exists();
            let headed = || fragment.is_empty() || extension(&of) == "md" && anchors(&text(&of)).contains(fragment);
            if !found || !headed() {
                dead.push(format!("{}:{number}: {target}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
    assert!(count > 30, "{count} links");
}

/// Whether a path as documents write it, with folders left out, names this file: `server/http/body.rs`.
fn names(written: &str, file: &Path) -> bool {
    let mut parts = file.iter().rev().map(|part| part.to_string_lossy());
    let mut wanted = written.split('/').rev();
    wanted.next().is_some_and(|name| parts.next().is_some_and(|last| last == name))
        && wanted.all(|folder| parts.any(|part| part == folder))
}

#[test]
fn paths_in_documents_name_a_file() {
    let files = files();
    let (mut dead, mut count) = (Vec::new(), 0);
    // The changelog names files that no longer exist.
    for (file, document) in documents().filter(|(file, _)| file != Path::new("CHANGELOG.md")) {
        let prose = prose(&document);
        let spans = prose.split('`').enumerate().filter(|(index, _)| index % 2 == 1).map(|(_, span)| span);
        for written in spans.filter_map(|span| span.split_whitespace().next()) {
            if matches!(extension(Path::new(written)), "rs" | "py" | "mjs" | "md") && !written.contains(['*', '{']) {
                count += 1;
                if !files.iter().any(|file| names(written, file)) {
                    dead.push(format!("{}: {written}", file.display()));
                }
            }
        }
    }
    assert!(dead.is_empty(), "no such files:\n{}", dead.join("\n"));
    assert!(count > 100, "{count} paths");
}

/// Texts name a file by its path from the root.
#[test]
fn no_text_names_a_file_that_does_not_exist() {
    const FOLDERS: &[&str] =
        &["docs/", "crates/", "proofs/", "bench/", "browser/", "clients/", "fuzz/", "supply-chain/"];
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let (mut missing, mut count) = (Vec::new(), 0);
    for file in files().iter().filter(|file| ["md", "rs", "toml", "py", "sh", "sql"].contains(&extension(file))) {
        for (index, line) in text(file).lines().enumerate() {
            for word in line.split(|c| !is_part(c)) {
                let path = word.trim_end_matches('.');
                let names_file = FOLDERS.iter().any(|folder| path.starts_with(folder))
                    && path.rsplit('/').next().is_some_and(|name| name.contains('.'));
                if names_file {
                    count += 1;
                    if !root().join(path).exists() {
                        missing.push(format!("{}:{}: {path}", file.display(), index + 1));
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "no such files:\n{}", missing.join("\n"));
    assert!(count > 50, "{count} files are named");
}
