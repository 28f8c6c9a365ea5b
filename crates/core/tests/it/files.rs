//! Files as cameras, scanners and banks write them, one of each kind, and what only looks like one.

use std::path::Path;

use dossier_core::file::MediaType;
use dossier_core::file::check::{Check, Fault};

/// The files of a folder, with their names.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/files").join(folder);
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let read = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        (name, std::fs::read(entry.path()).expect("a file"))
    };
    entries.map(read).collect()
}

fn checked(content: &[u8], step: usize) -> Result<MediaType, Fault> {
    let mut check = Check::default();
    for piece in content.chunks(step) {
        check.push(piece)?;
    }
    check.finish()
}

#[test]
fn what_every_viewer_opens_is_accepted_however_it_comes() {
    let all = files("accepted");
    assert_eq!(all.len(), 12);
    for (name, content) in all {
        let expected = match name.rsplit('.').next() {
            Some("jpg") => MediaType::Jpeg,
            Some("png") => MediaType::Png,
            _ => MediaType::Pdf,
        };
        for step in [1, 7, 1_000, content.len()] {
            assert_eq!(checked(&content, step), Ok(expected), "{name} in pieces of {step}");
        }
    }
}

#[test]
fn what_is_cut_or_another_file_as_well_is_refused_with_a_reason() {
    for (name, content) in files("refused") {
        for step in [1, 7, 1_000, content.len()] {
            let why = checked(&content, step).expect_err(&name).to_string();
            assert!(why.contains("is cut off") || why.contains("has another file behind its end"), "{name}: {why}");
        }
    }
}

#[test]
fn a_pdf_may_begin_late_but_not_in_another_file() {
    let (_, whole) = files("accepted").into_iter().find(|(name, _)| name == "pdf-padded.pdf").expect("a PDF");
    for (before, good) in [
        (b"\xef\xbb\xbf".to_vec(), true),
        (b"\r\n".to_vec(), true),
        (vec![b' '; 1_024], true),
        (vec![b' '; 1_025], false),
        (b"<script>alert(1)</script>".to_vec(), false),
        (b"MZ\0\0".to_vec(), false),
        (b"PK\x03\x04".to_vec(), false),
    ] {
        for step in [1, 1_000_000] {
            assert_eq!(checked(&[&before[..], &whole].concat(), step).is_ok(), good, "{before:?}");
        }
    }
}
