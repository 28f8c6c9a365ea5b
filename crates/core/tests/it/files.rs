//! Files as cameras, scanners and banks write them, and files that only look like them.

use std::path::Path;

use dossier_core::file::check::{Check, Checked, Fault, TOO_MANY_PIXELS};
use dossier_core::file::{Flaw, MediaType};

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

fn checked(content: &[u8], step: usize) -> Result<Checked, Fault> {
    let mut check = Check::default();
    for piece in content.chunks(step) {
        check.push(piece)?;
    }
    check.finish()
}

#[test]
fn a_file_that_every_viewer_opens_is_accepted_in_pieces_of_any_size() {
    let all = files("accepted");
    assert_eq!(all.len(), 20);
    for (name, content) in all {
        let media_type = match name.rsplit('.').next() {
            Some("jpg") => MediaType::Jpeg,
            Some("png") => MediaType::Png,
            _ => MediaType::Pdf,
        };
        for step in [1, 7, 1_000, content.len()] {
            let expected = Ok(Checked { media_type, flaw: None });
            assert_eq!(checked(&content, step), expected, "{name} in pieces of {step}");
        }
    }
}

/// The picture of a camera with other dimensions in its frame header. Its pixels are not decoded.
fn photo(width: u16, height: u16) -> Vec<u8> {
    let (_, mut picture) =
        files("accepted").into_iter().find(|(name, _)| name == "jpeg-line-break.jpg").expect("a JPEG");
    let frame = picture.windows(2).position(|two| matches!(two, [0xff, 0xc0..=0xc2])).expect("a frame header");
    picture[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    picture[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    picture
}

#[test]
fn a_photo_of_108_megapixels_is_accepted_and_one_of_more_than_200_is_not() {
    for (width, height) in [(12_000, 9_000), (9_000, 12_000), (16_320, 12_240), (20_000, 10_000)] {
        let expected = Ok(Checked { media_type: MediaType::Jpeg, flaw: None });
        assert_eq!(checked(&photo(width, height), 1_000), expected, "{width} by {height}");
    }
    for (width, height) in [(20_000, 10_001), (20_001, 200), (200, 20_001)] {
        let refused = checked(&photo(width, height), 1_000);
        assert!(
            matches!(refused, Err(Fault::Damaged { why: TOO_MANY_PIXELS, .. })),
            "{width} by {height}: {refused:?}"
        );
    }
}

/// The files were written by qpdf, with a user password or only an owner password.
#[test]
fn a_pdf_that_the_empty_password_does_not_open_needs_a_password() {
    let all = files("locked");
    assert_eq!(all.len(), 7);
    for (name, content) in all {
        for step in [1, 7, 1_000, content.len()] {
            let expected = Ok(Checked { media_type: MediaType::Pdf, flaw: Some(Flaw::NeedsPassword) });
            assert_eq!(checked(&content, step), expected, "{name} in pieces of {step}");
        }
    }
}

#[test]
fn a_file_that_is_cut_off_or_also_another_file_is_refused_with_a_reason() {
    for (name, content) in files("refused") {
        for step in [1, 7, 1_000, content.len()] {
            let why = checked(&content, step).expect_err(&name).to_string();
            assert!(
                ["is cut off", "has another file behind its end", "has no cross-reference table"]
                    .iter()
                    .any(|known| why.contains(known)),
                "{name}: {why}"
            );
        }
    }
}

#[test]
fn a_pdf_may_start_late_but_not_inside_another_file() {
    let (_, whole) = files("accepted").into_iter().find(|(name, _)| name == "pdf-padded.pdf").expect("a PDF");
    for (before, good) in [
        (b"\xef\xbb\xbf".to_vec(), true),
        (b"\r\n".to_vec(), true),
        (vec![b' '; 1_024], true),
        (vec![b' '; 1_025], false),
        (b"<script>alert(1)</script>".to_vec(), false),
        (b"\n<html>".to_vec(), false),
        (b"\xef\xbb\xbf<html>".to_vec(), false),
        (b"<!--x--><html>".to_vec(), false),
        (b"<body onload=alert(1)>".to_vec(), false),
        (b"MZ\0\0".to_vec(), false),
        (b"PK\x03\x04".to_vec(), false),
    ] {
        for step in [1, 1_000_000] {
            assert_eq!(checked(&[&before[..], &whole].concat(), step).is_ok(), good, "{before:?}");
        }
    }
}

#[test]
fn a_file_that_is_also_an_archive_is_refused_wherever_the_archive_is() {
    let record = |comment: usize| {
        let comment = u16::try_from(comment).expect("a short comment").to_le_bytes();
        [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x10\0\0\0\0\0\0\0"[..], &comment].concat()
    };
    let end = b"\nstartxref\n0\n%%EOF\n";
    for (name, content) in files("accepted") {
        let behind = match name.rsplit('.').next() {
            Some("pdf") => [&content[..], &record(end.len()), end].concat(),
            _ => [&content[..], b"x", &record(0)].concat(),
        };
        for step in [1, 1_000, behind.len()] {
            assert!(checked(&behind, step).is_err(), "{name} in pieces of {step}");
        }
    }
    // The archive is in a comment of the picture, and the rest of the picture is the archive's comment.
    let (_, picture) = files("accepted").into_iter().find(|(name, _)| name == "jpeg-line-break.jpg").expect("a JPEG");
    let archive = [&[0; 40][..], &record(picture.len() - 2)].concat();
    let length = u16::try_from(archive.len() + 2).expect("a short segment").to_be_bytes();
    let inside = [&picture[..2], b"\xff\xfe", &length, &archive, &picture[2..]].concat();
    assert!(checked(&inside, 1_000).is_err());
}
