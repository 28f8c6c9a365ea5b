//! Small files of the accepted types, complete and with visible content, and ways to damage them.

use std::io::Write as _;

/// Pictures with more pixels than this are not drawn, because they are refused for their size alone.
const MAX_DRAWN: u64 = 50_000_000;

/// A black picture of these dimensions, with this many extra bytes in a chunk that programs skip.
pub(crate) fn png(width: u32, height: u32, data: usize) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([1, 0, 0, 0, 0]);
    let is_drawn = u64::from(width) * u64::from(height) <= MAX_DRAWN;
    let row = 1 + width.div_ceil(8);
    let pixels = if is_drawn { vec![0; usize::try_from(row * height).expect("a size")] } else { Vec::new() };
    png_of(&[(b"IHDR", &header), (b"noIs", &noise(data)), (b"IDAT", &deflated(&pixels)), (b"IEND", b"")])
}

/// Compresses bytes with zlib.
pub(crate) fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes it")
}

pub(crate) fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        let content = [&kind[..], data].concat();
        png.extend(u32::try_from(data.len()).expect("small").to_be_bytes());
        png.extend(&content);
        png.extend(crc32fast::hash(&content).to_be_bytes());
    }
    png
}

/// A grey picture of these dimensions, with these segments before its frame and this many bytes in comments.
pub(crate) fn jpeg(width: u16, height: u16, segments: &[(u8, &[u8])], data: usize) -> Vec<u8> {
    // One component, all steps of quantisation 1, and two tables of one code each: nothing but zeros.
    let frame = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    let steps = [&[0][..], &[1; 64]].concat();
    let codes = |table: u8| [&[table, 1][..], &[0; 15], &[0]].concat();
    let (first, others, comments) = (codes(0), codes(0x10), noise(data));
    let own = [(0xc0, &frame[..]), (0xdb, &steps), (0xc4, &first), (0xc4, &others), (0xda, &[1, 1, 0, 0, 63, 0])];
    let comments = comments.chunks(65_533).map(|comment| (0xfe, comment));
    let start = [(0xe0, &b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"[..])];
    let mut jpeg = vec![0xff, 0xd8];
    for (marker, content) in start.into_iter().chain(comments).chain(segments.iter().copied()).chain(own) {
        jpeg.extend([0xff, marker]);
        jpeg.extend(u16::try_from(content.len() + 2).expect("short").to_be_bytes());
        jpeg.extend(content);
    }
    // Two bits for each block, padded with ones.
    let blocks = usize::from(width.div_ceil(8)) * usize::from(height.div_ceil(8));
    if u64::from(width) * u64::from(height) <= MAX_DRAWN {
        jpeg.extend(vec![0; blocks / 4]);
        jpeg.extend((blocks % 4 > 0).then(|| 0xff_u8 >> (2 * (blocks % 4))));
    }
    jpeg.extend([0xff, 0xd9]);
    jpeg
}

/// A document with one empty page, and with this content in a stream that no page shows.
pub(crate) fn pdf(content: &[u8]) -> Vec<u8> {
    let length = format!("4 0 obj\n<</Length {:010}>>\nstream\n", content.len());
    pdf_of(&[length.as_bytes(), content, b"\nendstream\nendobj\n"].concat(), "")
}

/// A document with one empty page, these objects after it, and these members in its trailer.
pub(crate) fn pdf_of(objects: &[u8], members: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut table = String::from("xref\n0 4\n0000000000 65535 f \n");
    for object in [
        "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
        "2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n",
    ] {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf.extend(object.as_bytes());
    }
    pdf.extend(objects);
    let start = pdf.len();
    pdf.extend(format!("{table}trailer\n<</Size 4/Root 1 0 R{members}>>\nstartxref\n{start:010}\n%%EOF\n").as_bytes());
    pdf
}

/// A document that opens only with a password: its hash is not that of the empty password.
pub(crate) fn locked_pdf() -> Vec<u8> {
    let (owner, user) = ("00".repeat(32), "11".repeat(32));
    let dictionary = format!("<</Filter/Standard/V 2/R 3/Length 128/P -4/O<{owner}>/U<{user}>>>");
    pdf_of(format!("4 0 obj\n{dictionary}\nendobj\n").as_bytes(), "/Encrypt 4 0 R/ID[<aa><aa>]")
}

pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::try_from(state >> 24).expect("eight bits")
    };
    (0..length).map(|_| next()).collect()
}
