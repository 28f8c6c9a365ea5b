//! Inspects the bytes of request headers before hyper does. hyper accepts lines that end in a bare line feed, a
//! repeated length, and a length beside a transfer coding, and hides that they were sent. A proxy in front of the
//! server may have understood such a request differently.

use memchr::memchr;

/// How much of a line is inspected: a name and a length.
const INSPECTED: usize = 40;

/// Follows the headers on one connection.
pub(super) struct Heads {
    next: Next,
    /// The beginning of the current line, and the length of the line so far.
    line: [u8; INSPECTED],
    length: usize,
    last: u8,
    /// The number of lines before this one.
    lines: usize,
    body: Option<u64>,
    is_coded: bool,
}

/// The part of a request that the next byte belongs to.
enum Next {
    Head,
    Body(u64),
    /// A body whose end only hyper knows. The connection ends with the response.
    Coded,
}

impl Default for Heads {
    fn default() -> Self {
        Self { next: Next::Head, line: [0; INSPECTED], length: 0, last: 0, lines: 0, body: None, is_coded: false }
    }
}

impl Heads {
    /// Inspects bytes that have arrived. Returns whether they can be understood in two ways.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> bool {
        let mut ambiguous = false;
        while !bytes.is_empty() {
            match &mut self.next {
                Next::Coded => break,
                Next::Body(left) => {
                    let skipped = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    *left -= skipped as u64;
                    if *left == 0 {
                        self.next = Next::Head;
                    }
                    bytes = &bytes[skipped..];
                }
                Next::Head => {
                    let Some(end) = memchr(b'\n', bytes) else {
                        self.keep(bytes);
                        break;
                    };
                    let (piece, rest) = (&bytes[..end], &bytes[end + 1..]);
                    ambiguous |= match self.length {
                        // Most lines arrive whole.
                        0 => self.end_line(piece, piece.len(), piece.last().copied()),
                        _ => {
                            self.keep(piece);
                            let (line, length, last) = (self.line, self.length, self.last);
                            self.length = 0;
                            self.end_line(&line, length, Some(last))
                        }
                    };
                    bytes = rest;
                }
            }
        }
        ambiguous
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = &mut self.line[self.length.min(INSPECTED)..];
        let kept = room.len().min(piece.len());
        room[..kept].copy_from_slice(&piece[..kept]);
        self.length += piece.len();
        self.last = piece.last().copied().unwrap_or(self.last);
    }

    /// Ends a line that begins like this. Returns whether it can be understood in two ways.
    fn end_line(&mut self, line: &[u8], length: usize, last: Option<u8>) -> bool {
        let bare = last != Some(b'\r');
        let length = if bare { length } else { length - 1 };
        let line = &line[..length.min(line.len()).min(INSPECTED)];
        let mut ambiguous = bare;
        if length == 0 {
            // Empty lines before a request line are skipped.
            if self.lines > 0 {
                self.end_head();
            }
        } else {
            self.lines += 1;
            // The first letter already tells nearly every other field from these two.
            match line[0] | 0x20 {
                b'c' => {
                    if let Some(value) = field(line, b"content-length:") {
                        let value = std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok());
                        ambiguous |= self.is_coded || self.body.is_some();
                        self.body = Some(value.unwrap_or_default());
                    }
                }
                b't' if field(line, b"transfer-encoding:").is_some() => {
                    ambiguous |= self.body.is_some();
                    self.is_coded = true;
                }
                _ => {}
            }
        }
        ambiguous
    }

    fn end_head(&mut self) {
        self.next = match (self.is_coded, self.body) {
            (true, _) => Next::Coded,
            (false, Some(length @ 1..)) => Next::Body(length),
            (false, _) => Next::Head,
        };
        (self.lines, self.body, self.is_coded) = (0, None, false);
    }
}

fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    #[test]
    fn ambiguous_requests_are_found_however_they_are_split() {
        let body = |fields: &str| format!("POST / HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
        for (sent, expected) in [
            (GET.to_owned(), false),
            (format!("\r\n{GET}{GET}"), false),
            (GET.replace("\r\n", "\n"), true),
            (GET.replacen("\r\n", "\n", 1), true),
            (format!("\n{GET}"), true),
            (body("Content-Length: 2\r\n") + "{}" + GET, false),
            (body("Content-Length: 3\r\n") + "\n\n\n" + GET, false),
            (body("Content-Length: 0\r\n") + GET, false),
            (body("content-LENGTH:3\r\n") + "\n\n\nG\n", true),
            (body("Content-Length: 2\r\nContent-Length: 2\r\n"), true),
            (body("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), true),
            (body("transfer-encoding: chunked\r\nA: b\r\ncontent-length: 2\r\n"), true),
            (body("Transfer-Encoding: chunked\r\n") + "5\r\n\n\n\n\n\n\r\n0\r\n\r\n", false),
            (body("X-Content-Length: 2\r\nContent-Length-X: 2\r\nContent-Length: 0\r\n"), false),
            (body(&format!("A: {}\r\n", "Content-Length: 1,".repeat(10))), false),
        ] {
            for step in [1, 2, 3, 7, 4_096] {
                let mut heads = Heads::default();
                let found = sent.as_bytes().chunks(step).any(|piece| heads.push(piece));
                assert_eq!(found, expected, "{sent:?} in pieces of {step}");
            }
        }
    }
}
