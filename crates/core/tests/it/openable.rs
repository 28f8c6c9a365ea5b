//! A file that no program can open is not evidence: which structures lead to pixels or to a page.

use dossier_core::file::Flaw;
use dossier_core::file::check::{Check, Checked, Fault};

fn whole(content: &[u8], step: usize) -> Result<Checked, Fault> {
    let mut check = Check::default();
    for piece in content.chunks(step) {
        check.push(piece)?;
    }
    check.finish()
}

/// Asserts that content is refused for this reason or accepted with this flaw, in pieces of any size.
fn check(what: &str, content: &[u8], expected: Result<Option<Flaw>, &str>) {
    for step in [1, 13, 4_096, content.len()] {
        match (whole(content, step), expected) {
            (Ok(checked), Ok(flaw)) => assert_eq!(checked.flaw, flaw, "{what} in pieces of {step}"),
            (Err(fault), Err(why)) => assert!(fault.to_string().contains(why), "{what} in pieces of {step}: {fault}"),
            (found, _) => panic!("{what} in pieces of {step}: {found:?}"),
        }
    }
}

const PAGE: &str = "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n\
                    2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
                    3 0 obj\n<</Type /Page/Parent 2 0 R>>\nendobj\n";
const NO_PAGE: &str = "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n\
                       2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n";
const TABLE: &str = "xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 4/Root 1 0 R>>\n";
const STREAM: &str = "9 0 obj\n<</Size 9/W[1 1 1]/Root 1 0 R/Type\n/XRef/Length 3>>\nstream\nabc\nendstream\nendobj\n";
const SELDOM: &str = "9 0 obj\n<</Size 9/Root 1 0 R/Length 3>>\nstream\nabc\nendstream\nendobj\n";

fn end(offset: usize) -> String {
    format!("startxref\n{offset}\n%%EOF\n")
}

/// A PDF of objects and a section. Its end points `beside` bytes past the start of the section.
fn pdf(objects: &str, section: &str, beside: isize) -> Vec<u8> {
    let objects = format!("%PDF-1.7\n{objects}");
    let at = objects.len().checked_add_signed(beside).expect("an offset");
    format!("{objects}{section}{}", end(at)).into_bytes()
}

#[test]
fn the_end_of_a_pdf_leads_to_a_table_or_a_stream() {
    const NOWHERE: Result<Option<Flaw>, &str> = Err("has no cross-reference table where its end says");
    let first = pdf(PAGE, TABLE, 0);
    let again = |section: &str| {
        let at = first.len();
        [&first[..], section.as_bytes(), end(at).as_bytes()].concat()
    };
    let spaced = format!("{PAGE}\r\n ");
    let late = |offset: usize| {
        format!("Content-Type: application/pdf\r\n\r\n%PDF-1.7\n{PAGE}{TABLE}{}", end(offset)).into_bytes()
    };
    let at = 9 + PAGE.len();
    // The end of a linearised file points to its beginning.
    let linear = format!("%PDF-1.7\n{TABLE}startxref\n0\n%%EOF\n{PAGE}{TABLE}{}", end(9)).into_bytes();
    let many = format!("{PAGE}{}", "xref\n0 1\n".repeat(501));
    for (what, content, expected) in [
        ("a table", first.clone(), Ok(None)),
        ("a stream", pdf(NO_PAGE, STREAM, 0), Ok(None)),
        ("a line break before a table", pdf(&spaced, TABLE, -3), Ok(None)),
        ("a line break before a stream", pdf(&spaced, STREAM, -2), Ok(None)),
        ("an update with a table", again(TABLE), Ok(None)),
        ("an update with a stream", again(STREAM), Ok(None)),
        ("a linearised file", linear, Ok(None)),
        ("a late header, counted from there", late(at), Ok(None)),
        ("a late header, counted from the beginning", late(at + 33), Ok(None)),
        ("the header", pdf(PAGE, TABLE, -isize::try_from(at).expect("small")), NOWHERE),
        ("before the last object", pdf(PAGE, TABLE, -9), NOWHERE),
        ("into the table", pdf(PAGE, TABLE, 1), NOWHERE),
        ("an object that is not such a stream", pdf(PAGE, SELDOM, 0), NOWHERE),
        ("its own end", pdf(PAGE, "", 0), NOWHERE),
        ("far away", pdf(PAGE, TABLE, 99_999), Err("outside of the file")),
        ("a word that only ends so", pdf(PAGE, "hyperxref\n0 1\n", 5), NOWHERE),
        ("one of too many tables", pdf(&many, TABLE, 0), Err("has too many")),
    ] {
        check(what, &content, expected);
    }
}

#[test]
fn a_pdf_whose_objects_are_not_compressed_must_have_a_page() {
    let hybrid = TABLE.replace("/Size 4", "/Size 4/XRefStm 9");
    let padded = format!("{}{PAGE}", " ".repeat(100_000));
    for (what, content, expected) in [
        ("a page after many blanks", pdf(&padded, TABLE, 0), Ok(None)),
        ("a page without a space", pdf(&PAGE.replace("/Type /Page", "/Type/Page"), TABLE, 0), Ok(None)),
        ("a page after a line break", pdf(&PAGE.replace("/Type /Page", "/Type\r\n/Page"), TABLE, 0), Ok(None)),
        ("no page", pdf(NO_PAGE, TABLE, 0), Err("has no page")),
        ("another type", pdf(&PAGE.replace("/Page/", "/PageLabel/"), TABLE, 0), Err("has no page")),
        ("objects that may be inside of others", pdf(NO_PAGE, &hybrid, 0), Ok(None)),
    ] {
        check(what, &content, expected);
    }
}

#[test]
fn a_pdf_needs_a_password_unless_the_empty_one_is_known_to_open_it() {
    let with = |encrypt: &str| TABLE.replace("/Size 4", &format!("/Size 4/Encrypt {encrypt}"));
    let (owner, user) = ("00".repeat(32), "11".repeat(32));
    let standard = format!("<</Filter /Standard/V 2/R 3/Length 128/P -4/O<{owner}>/U<{user}>>>");
    let other = "<</Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s5>>";
    let objects = |dictionary: &str| format!("{PAGE}7 0 obj\n{dictionary}\nendobj\n");
    let locked = Ok(Some(Flaw::NeedsPassword));
    for (what, content, expected) in [
        ("another hash", pdf(&objects(&standard), &with("7 0 R"), 0), locked),
        ("another hash in the trailer", pdf(PAGE, &with(&standard), 0), locked),
        ("another handler", pdf(&objects(other), &with("7 0 R"), 0), locked),
        ("another handler in the trailer", pdf(PAGE, &with(other), 0), locked),
        ("an object that is not there", pdf(PAGE, &with("7 0 R"), 0), locked),
        ("an unknown revision", pdf(&objects(&standard.replace("/R 3", "/R 9")), &with("7 0 R"), 0), locked),
        ("a hash that is cut", pdf(&objects(&standard.replace("/R 3", "/R 6")), &with("7 0 R"), 0), locked),
        ("nothing", pdf(PAGE, &with("null"), 0), Ok(None)),
        ("a dictionary that no trailer names", pdf(&objects(&standard), TABLE, 0), Ok(None)),
    ] {
        check(what, &content, expected);
    }
}

fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        let content = [&kind[..], data].concat();
        png.extend(u32::try_from(data.len()).expect("small").to_be_bytes());
        png.extend(&content);
        png.extend(crc32fast::hash(&content).to_be_bytes());
    }
    png
}

fn header(width: u32, height: u32, colour: u8) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, colour, 0, 0, 0]].concat()
}

#[test]
fn a_png_must_have_its_palette_and_compressed_data_in_one_place() {
    const ZLIB: &[u8] = b"\x78\x9cdata";
    let (grey, indexed) = (header(320, 200, 0), header(320, 200, 3));
    let with =
        |chunks: &[(&[u8; 4], &[u8])]| png_of(&[&[(b"IHDR", &grey[..])][..], chunks, &[(b"IEND", &b""[..])]].concat());
    let colours = |chunks: &[(&[u8; 4], &[u8])]| {
        png_of(&[&[(b"IHDR", &indexed[..])][..], chunks, &[(b"IEND", &b""[..])]].concat())
    };
    let (compressed, places) = (Err("is not compressed as it must be"), Err("has its data in several places"));
    for (what, content, expected) in [
        ("one chunk of data", with(&[(b"IDAT", ZLIB)]), Ok(None)),
        (
            "data byte by byte",
            with(&[(b"IDAT", b""), (b"IDAT", b"\x78"), (b"IDAT", b"\x9c"), (b"IDAT", b"")]),
            Ok(None),
        ),
        ("data and a text between", with(&[(b"IDAT", ZLIB), (b"tEXt", b"a\0b"), (b"IDAT", ZLIB)]), places),
        ("a text after the data", with(&[(b"IDAT", ZLIB), (b"tEXt", b"a\0b")]), Ok(None)),
        ("the fastest compression", with(&[(b"IDAT", b"\x78\x01")]), Ok(None)),
        ("half a header", with(&[(b"IDAT", b"\x78")]), compressed),
        ("no data in a chunk", with(&[(b"IDAT", b"")]), compressed),
        ("another method", with(&[(b"IDAT", b"\x77\x9c")]), compressed),
        ("too large a window", with(&[(b"IDAT", b"\x88\x1c")]), compressed),
        ("a wrong checksum", with(&[(b"IDAT", b"\x78\x9d")]), compressed),
        ("a dictionary", with(&[(b"IDAT", b"\x78\xbb")]), compressed),
        ("a palette", colours(&[(b"PLTE", &[0; 6]), (b"IDAT", ZLIB)]), Ok(None)),
        ("no palette", colours(&[(b"IDAT", ZLIB)]), Err("has no palette")),
        ("a late palette", colours(&[(b"IDAT", ZLIB), (b"PLTE", &[0; 6])]), Err("has no palette")),
        ("two thirds of a colour", colours(&[(b"PLTE", &[0; 5]), (b"IDAT", ZLIB)]), Err("has a wrong palette")),
        ("an empty palette", colours(&[(b"PLTE", b""), (b"IDAT", ZLIB)]), Err("has a wrong palette")),
    ] {
        check(what, &content, expected);
    }
}

/// A JPEG whose frame has this kind, precision, height and width. Its scan is empty.
fn jpeg(kind: u8, precision: u8, height: u16, width: u16) -> Vec<u8> {
    let frame = [&[0xff, kind, 0, 11, precision][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]];
    [&b"\xff\xd8"[..], &frame.concat(), b"\xff\xda\0\x08\x01\x01\0\0\x3f\0data\xff\xd9"].concat()
}

#[test]
fn a_jpeg_must_have_a_coding_that_ordinary_programs_show() {
    let coding = Err("has a coding that no ordinary program shows");
    for (kind, expected) in (0xc0..=0xcf).map(|kind: u8| (kind, if kind <= 0xc2 { Ok(None) } else { coding })) {
        // These markers do not start a frame.
        if matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            continue;
        }
        check(&format!("SOF{}", kind - 0xc0), &jpeg(kind, 8, 200, 320), expected);
    }
    check("12 bits", &jpeg(0xc1, 12, 200, 320), coding);
    check("no height", &jpeg(0xc0, 8, 0, 320), Err("has no pixels"));
    check("no width", &jpeg(0xc0, 8, 200, 0), Err("has no pixels"));
}

#[test]
fn a_picture_may_have_as_many_pixels_as_phones_and_scanners_produce() {
    let too_many = Err("has too many pixels");
    for (width, height, photo, drawing) in [
        (8_000, 6_250, Ok(None), Ok(None)),
        (8_001, 6_250, Ok(None), too_many),
        (12_000, 9_000, Ok(None), too_many),
        (16_320, 12_240, Ok(None), too_many),
        (20_000, 10_001, too_many, too_many),
        (20_001, 200, too_many, too_many),
    ] {
        let (wide, high) = (u16::try_from(width).expect("small"), u16::try_from(height).expect("small"));
        let what = format!("{width} by {height}");
        check(&what, &jpeg(0xc0, 8, high, wide), photo);
        let picture = [(b"IHDR", &header(width, height, 0)[..]), (b"IDAT", b"\x78\x9c"), (b"IEND", b"")];
        check(&what, &png_of(&picture), drawing);
    }
}

#[test]
fn a_picture_with_a_side_under_200_pixels_is_taken_and_unusable() {
    let unusable = Ok(Some(Flaw::UnusablePicture));
    for (width, height, expected) in
        [(200, 200, Ok(None)), (199, 200, unusable), (200, 199, unusable), (4_000, 1, unusable), (1, 1, unusable)]
    {
        let (wide, high) = (u16::try_from(width).expect("small"), u16::try_from(height).expect("small"));
        let what = format!("{width} by {height}");
        check(&what, &jpeg(0xc0, 8, high, wide), expected);
        let picture = [(b"IHDR", &header(width, height, 0)[..]), (b"IDAT", b"\x78\x9c"), (b"IEND", b"")];
        check(&what, &png_of(&picture), expected);
    }
}

/// Whether a file arrives whole or in pieces, the verdict is the same.
#[test]
fn what_is_cut_or_flipped_is_judged_the_same_however_it_comes() {
    let standard = format!("<</Filter/Standard/V 5/R 6/P -4/O<{0}>/U<{0}>>>", "00".repeat(48));
    let locked = TABLE.replace("/Size 4", "/Size 4/Encrypt 7 0 R/ID[<41>(b\\051)]");
    let objects = format!("{PAGE}7 0 obj\n{standard}\nendobj\n");
    let picture = [(b"IHDR", &header(320, 200, 3)[..]), (b"PLTE", &[0; 6]), (b"IDAT", b"\x78\x9c"), (b"IEND", b"")];
    for file in [pdf(&objects, &locked, 0), pdf(&objects, STREAM, 0), png_of(&picture), jpeg(0xc0, 8, 200, 320)] {
        for at in 0..file.len() {
            let mut flipped = file.clone();
            flipped[at] ^= 1 << (at % 8);
            for changed in [&file[..at], &file[at..], &flipped] {
                assert_eq!(whole(changed, 7), whole(changed, changed.len().max(1)), "at {at}");
            }
        }
    }
}

/// A file of 10 MB in which the check finds something everywhere takes no more than seconds.
#[test]
fn a_file_full_of_what_is_looked_for_is_judged_in_time() {
    for word in [
        "1 0 obj<</Type/XRef ",
        "<</Type/XRef",
        "trailer<<",
        "xref 0 trailer<</A",
        "/Filter/Standard ",
        "1 0 obj<</Filter/Standard",
        "/Type                              /Page",
        "0 obj ",
        "((((",
    ] {
        let file = format!("%PDF-1.7\n{}\n{TABLE}{}", word.repeat(10_000_000 / word.len()), end(9));
        let begun = std::time::Instant::now();
        let _ = whole(file.as_bytes(), 65_536);
        assert!(begun.elapsed().as_secs() < 5, "{word}: {:?}", begun.elapsed());
    }
}
