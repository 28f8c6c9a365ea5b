//! A page of the form with fields and files has the same parts however it is cut into pieces. It has no more parts than
//! allowed, and they contain nothing that was not sent.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../crates/server/src/http/multipart.rs"]
mod multipart;

use multipart::{Piece, Malformed, Part, Parts};

const MOST: usize = 5;

fn parse(pieces: &mut dyn Iterator<Item = &[u8]>) -> Result<Vec<(Part, Vec<u8>)>, Malformed> {
    let mut body = Parts::new(b"b", MOST);
    let mut all: Vec<(Part, Vec<u8>)> = Vec::new();
    let mut is_open = false;
    for piece in pieces {
        body.push(piece);
        loop {
            match body.take()? {
                Piece::Nothing => break,
                Piece::Part(part) => {
                    assert!(!std::mem::replace(&mut is_open, true), "a part in a part");
                    all.push((part, Vec::new()));
                }
                Piece::Data(data) => {
                    assert!(is_open, "data outside of a part");
                    all.last_mut().expect("a part").1.extend_from_slice(&data);
                }
                Piece::End => assert!(std::mem::replace(&mut is_open, false), "the end of no part"),
            }
        }
    }
    body.finish()?;
    assert!(!is_open && all.len() <= MOST);
    Ok(all)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, body) = input;
    let whole = parse(&mut std::iter::once(body));
    let pieces = parse(&mut body.chunks(usize::from(size) + 1));
    if let Ok(parts) = &whole {
        let bytes: usize = parts.iter().map(|(_, content)| content.len()).sum();
        assert!(bytes <= body.len(), "more came out than went in");
    }
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => assert_eq!(whole, pieces),
        // Which of two faults is met first depends on the pieces; that there is one does not.
        (whole, pieces) => assert_eq!(whole.is_ok(), pieces.is_ok()),
    }
});
