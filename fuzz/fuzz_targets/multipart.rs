//! The form of an upload means the same however it is cut into pieces, and nothing unexpected is kept in memory.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/server/src/http/multipart.rs"]
mod multipart;

use multipart::{Piece, Malformed, Parts};

type Outcome = Result<(Option<Vec<u8>>, Vec<u8>), Malformed>;

fn parse(boundary: &[u8], pieces: &mut dyn Iterator<Item = &[u8]>) -> Outcome {
    let mut body = Parts::new(boundary, 1);
    let (mut name, mut content) = (None, Vec::new());
    for piece in pieces {
        body.push(piece);
        loop {
            match body.take()? {
                Piece::Nothing => break,
                Piece::End => {}
                Piece::Part(part) => assert!(name.replace(part.into_file()?).is_none(), "a second part"),
                Piece::Data(data) => content.extend_from_slice(&data),
            }
        }
    }
    body.finish()?;
    Ok((name, content))
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, body) = input;
    // The content type, up to the first line break, is input as well.
    let _ = multipart::boundary(&String::from_utf8_lossy(&body[..body.len().min(200)]));
    let whole = parse(b"b", &mut std::iter::once(body));
    let pieces = parse(b"b", &mut body.chunks(usize::from(size) + 1));
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => assert_eq!(whole, pieces),
        // Which of two faults is met first depends on the pieces; that there is one does not.
        (whole, pieces) => assert_eq!(whole.is_ok(), pieces.is_ok()),
    }
});
