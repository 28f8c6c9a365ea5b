//! Small files of the accepted types, and what can be wrong with them.

/// A picture of these dimensions with so many bytes of data, which no program here decodes.
pub(crate) fn png(width: u32, height: u32, data: usize) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    png_of(&[(b"IHDR", &header), (b"IDAT", &noise(data)), (b"IEND", b"")])
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

/// A picture of these dimensions, with these segments before its frame and so many bytes of data.
pub(crate) fn jpeg(width: u16, height: u16, segments: &[(u8, &[u8])], data: usize) -> Vec<u8> {
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([1, 1, 0x11, 0]);
    let mut jpeg = vec![0xff, 0xd8];
    let own: [(u8, &[u8]); 2] = [(0xc0, &frame), (0xda, &[1, 1, 0, 0, 63, 0])];
    for (marker, content) in [(0xe0, &b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"[..])].iter().chain(segments).chain(&own) {
        jpeg.extend([0xff, *marker]);
        jpeg.extend(u16::try_from(content.len() + 2).expect("short").to_be_bytes());
        jpeg.extend(*content);
    }
    // A 0xFF in the data is followed by a zero.
    jpeg.extend(noise(data).into_iter().flat_map(|byte| if byte == 0xff { vec![0xff, 0] } else { vec![byte] }));
    jpeg.extend([0xff, 0xd9]);
    jpeg
}

/// A document with this between its header and its trailer.
pub(crate) fn pdf(content: &[u8]) -> Vec<u8> {
    [b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", content, b"\nxref\n0 1\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"].concat()
}

pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::try_from(state >> 24).expect("eight bits")
    };
    (0..length).map(|_| next()).collect()
}
