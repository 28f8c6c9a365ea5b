//! `multipart/form-data`, part by part: one file for `POST /v0/files`, and a whole page of the form with its fields and
//! files.
//!
//! The parser that axum uses (multer) keeps a part's header in memory however long it is, and accepts any number of
//! parts. This one keeps at most a header of [`MAX_HEADER`] bytes or the length of a boundary, besides its last input.

use bytes::{Buf as _, BytesMut};
use memchr::memmem;

/// The most bytes that a part's header may have.
pub const MAX_HEADER: usize = 8 * 1_024;
const MAX_HEADER_LINES: usize = 16;
const MAX_BOUNDARY: usize = 70;
/// White space between a boundary and the end of its line.
const MAX_PADDING: usize = 64;

/// Why a body is refused. The text repeats nothing from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// The beginning of a part.
    Part(Part),
    /// Bytes of a part's content.
    Data(BytesMut),
    /// The end of a part.
    End,
    /// More bytes are needed.
    Nothing,
}

/// The header of a part.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub name: Vec<u8>,
    /// The file name as it was sent. `None` for a text field.
    pub file_name: Option<Vec<u8>>,
}

impl Part {
    /// The file name of a part that is named `file`. Every other part is refused.
    pub fn into_file(self) -> Result<Vec<u8>, Malformed> {
        if self.name != b"file" {
            return Err(Malformed("the part must be named file"));
        }
        self.file_name.ok_or(Malformed("the part has no file name: send it as a file, not as text"))
    }
}

pub struct Parts {
    /// `CR LF - - boundary`.
    delimiter: Vec<u8>,
    state: State,
    buffer: BytesMut,
    /// How many parts may still come.
    left: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Begin,
    /// After the first boundary.
    First,
    Header,
    Data,
    /// At the end of a part's content.
    Ended,
    /// After a later boundary.
    Delimited,
    End,
}

/// The boundary in a content type. It is malformed if there is none, two, or one that RFC 2046 does not allow. `None`
/// if the type is not `multipart/form-data`.
pub fn boundary(content_type: &str) -> Option<Result<Vec<u8>, Malformed>> {
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut found = None;
    for parameter in split_quoted(parameters) {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        if name.trim().eq_ignore_ascii_case("boundary") && found.replace(unquote(value.trim().as_bytes())).is_some() {
            return Some(Err(Malformed("the content type names two boundaries")));
        }
    }
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
    let good = |boundary: &Vec<u8>| {
        (1..=MAX_BOUNDARY).contains(&boundary.len()) && boundary.iter().all(allowed) && !boundary.ends_with(b" ")
    };
    Some(found.filter(good).ok_or(Malformed("the content type needs a boundary of 1 to 70 characters")))
}

impl Parts {
    /// A body with this boundary and at most this many parts.
    #[must_use]
    pub fn new(boundary: &[u8], most: usize) -> Self {
        let delimiter = [b"\r\n--", boundary].concat();
        // The first delimiter need not follow a line break. Adding one makes it like every other.
        Self { delimiter, state: State::Begin, buffer: BytesMut::from(&b"\r\n"[..]), left: most }
    }

    /// Adds the next bytes of the body. [`Parts::take`] says what they mean.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns what comes next in the body.
    pub fn take(&mut self) -> Result<Piece, Malformed> {
        loop {
            match self.state {
                State::Begin => {
                    // A line break before the first boundary does not count as a preamble.
                    if self.buffer.starts_with(b"\r\n\r\n") {
                        self.buffer.advance(2);
                    }
                    let wanted = &self.delimiter[..self.delimiter.len().min(self.buffer.len())];
                    if !self.buffer.starts_with(wanted) && !b"\r\n\r\n".starts_with(&self.buffer[..]) {
                        return Err(Malformed("the body must begin with its boundary"));
                    }
                    if self.buffer.len() < self.delimiter.len() {
                        return Ok(Piece::Nothing);
                    }
                    self.buffer.advance(self.delimiter.len());
                    self.state = State::First;
                }
                State::First => match self.line_end()? {
                    None => return Ok(Piece::Nothing),
                    Some(false) => self.state = State::Header,
                    Some(true) => return Err(Malformed("the body has no part")),
                },
                State::Header if self.buffer.starts_with(b"\r\n") => {
                    return Err(Malformed("the part has no header"));
                }
                State::Header => {
                    // Four more bytes for the empty line at its end.
                    let seen = &self.buffer[..self.buffer.len().min(MAX_HEADER + 4)];
                    let Some(end) = memmem::find(seen, b"\r\n\r\n") else {
                        let whole = self.buffer.len() > MAX_HEADER;
                        return if whole {
                            Err(Malformed("the part's header is too long"))
                        } else {
                            Ok(Piece::Nothing)
                        };
                    };
                    let header = self.buffer.split_to(end);
                    self.buffer.advance(4);
                    self.state = State::Data;
                    self.left = self.left.checked_sub(1).ok_or(Malformed("the body has too many parts"))?;
                    return read_header(&header).map(Piece::Part);
                }
                State::Data => {
                    if let Some(at) = memmem::find(&self.buffer, &self.delimiter) {
                        let data = self.buffer.split_to(at);
                        self.buffer.advance(self.delimiter.len());
                        self.state = State::Ended;
                        return Ok(Piece::Data(data));
                    }
                    // The end of the buffer may be the beginning of a delimiter.
                    let certain = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
                    if certain == 0 {
                        return Ok(Piece::Nothing);
                    }
                    return Ok(Piece::Data(self.buffer.split_to(certain)));
                }
                State::Ended => {
                    self.state = State::Delimited;
                    return Ok(Piece::End);
                }
                State::Delimited => match self.line_end()? {
                    None => return Ok(Piece::Nothing),
                    Some(true) => self.state = State::End,
                    Some(false) => self.state = State::Header,
                },
                State::End => {
                    // One line break after the last boundary is customary.
                    if !b"\r\n".starts_with(&self.buffer[..]) {
                        return Err(Malformed("the body has data after its last boundary"));
                    }
                    return Ok(Piece::Nothing);
                }
            }
        }
    }

    /// Fails if the body is cut off.
    pub fn finish(&self) -> Result<(), Malformed> {
        if self.state == State::End { Ok(()) } else { Err(Malformed("the body ends before its last boundary")) }
    }

    /// Reads what follows a boundary: `Some(true)` for the two hyphens after the last one, `Some(false)` for the end of
    /// the line.
    fn line_end(&mut self) -> Result<Option<bool>, Malformed> {
        if self.buffer.starts_with(b"--") {
            self.buffer.advance(2);
            return Ok(Some(true));
        }
        let white = self.buffer.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        match &self.buffer[white..] {
            [b'\r', b'\n', ..] => {
                self.buffer.advance(white + 2);
                Ok(Some(false))
            }
            [] | [b'\r'] | [b'-'] if white <= MAX_PADDING => Ok(None),
            _ => Err(Malformed("a boundary is not followed by the end of its line")),
        }
    }
}

fn read_header(header: &[u8]) -> Result<Part, Malformed> {
    let mut disposition = None;
    for (count, line) in split_lines(header).enumerate() {
        if count == MAX_HEADER_LINES {
            return Err(Malformed("the part's header has too many lines"));
        }
        if line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return Err(Malformed("the part's header contains a bare line break or a NUL"));
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.ok_or(Malformed("a line of the part's header has no colon"))?);
        let token = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        if name.is_empty() || !name.iter().all(token) {
            return Err(Malformed("a line of the part's header has no valid name"));
        }
        let value = value[1..].trim_ascii();
        match name.to_ascii_lowercase().as_slice() {
            b"content-disposition" if disposition.replace(value).is_some() => {
                return Err(Malformed("the part has two Content-Disposition headers"));
            }
            b"content-transfer-encoding" => {
                let identity = [&b"binary"[..], b"8bit", b"7bit"];
                if !identity.iter().any(|known| value.eq_ignore_ascii_case(known)) {
                    return Err(Malformed("the part's content must not be encoded"));
                }
            }
            b"content-type" if value.len() >= 10 && value[..10].eq_ignore_ascii_case(b"multipart/") => {
                return Err(Malformed("a part must not contain parts"));
            }
            _ => {}
        }
    }
    read_disposition(disposition.ok_or(Malformed("the part has no Content-Disposition header"))?)
}

fn read_disposition(value: &[u8]) -> Result<Part, Malformed> {
    let mut parts = split_quoted_bytes(value);
    if !parts.next().is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"form-data")) {
        return Err(Malformed("the part's Content-Disposition must be form-data"));
    }
    let (mut name, mut plain, mut extended) = (None, None, None);
    for part in parts {
        let equals = part.iter().position(|byte| *byte == b'=');
        let (key, value) = part.split_at(equals.ok_or(Malformed("the part's Content-Disposition is malformed"))?);
        let value = value[1..].trim_ascii();
        let twice = match key.trim_ascii().to_ascii_lowercase().as_slice() {
            b"name" => name.replace(unquote(value)).is_some(),
            b"filename" => plain.replace(unquote(value)).is_some(),
            b"filename*" => extended.replace(decode_extended(value)).is_some(),
            _ => false,
        };
        if twice {
            return Err(Malformed("the part's Content-Disposition repeats a parameter"));
        }
    }
    let name = name.ok_or(Malformed("the part has no name"))?;
    Ok(Part { name, file_name: extended.flatten().or(plain) })
}

/// RFC 8187: `UTF-8''` and percent-encoded bytes, which older clients send for names beyond ASCII. Other encodings are
/// kept as they are, because a name is only a label.
fn decode_extended(value: &[u8]) -> Option<Vec<u8>> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let text = parts.nth(2)?;
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            decoded.push(*first);
            continue;
        }
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|digits| !digits.starts_with('+')).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = &rest[2..];
            }
            None => decoded.push(b'%'),
        }
    }
    Some(decoded)
}

/// The text of a quoted string, or the token as it is. Browsers write a quote as `%22`, other clients as `\"`. Any
/// other backslash is part of the name, because old programs send whole paths.
fn unquote(value: &[u8]) -> Vec<u8> {
    let Some(inner) = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return value.to_vec();
    };
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'\\', [escaped @ (b'"' | b'\\'), after @ ..]) => {
                text.push(*escaped);
                rest = after;
            }
            (b'%', [b'2', b'2', after @ ..]) => {
                text.push(b'"');
                rest = after;
            }
            _ => {
                text.push(*first);
                rest = after;
            }
        }
    }
    text
}

fn split_lines(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(header);
    std::iter::from_fn(move || {
        let text = rest?;
        match memmem::find(text, b"\r\n") {
            Some(at) => {
                rest = Some(&text[at + 2..]);
                Some(&text[..at])
            }
            None => {
                rest = None;
                Some(text)
            }
        }
    })
}

/// Splits at semicolons outside quotes.
fn split_quoted_bytes(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        for (at, byte) in text.iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted && matches!(text.get(at + 1), Some(b'"' | b'\\')) => escaped = true,
                b'"' => quoted = !quoted,
                b';' if !quoted => {
                    rest = Some(&text[at + 1..]);
                    return Some(&text[..at]);
                }
                _ => {}
            }
        }
        rest = None;
        Some(text)
    })
}

fn split_quoted(value: &str) -> impl Iterator<Item = &str> {
    split_quoted_bytes(value.as_bytes()).filter_map(|part| std::str::from_utf8(part).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each part as (name, file name, content), or why the body is malformed.
    type Read = Result<Vec<(String, Option<String>, String)>, Malformed>;

    fn read(body: &[u8], most: usize, step: usize) -> Read {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut body_parts = Parts::new(b"b", most);
        let (mut all, mut ended) = (Vec::new(), 0);
        for piece in body.chunks(step) {
            body_parts.push(piece);
            loop {
                match body_parts.take()? {
                    Piece::Nothing => break,
                    Piece::Part(part) => {
                        all.push((text(&part.name), part.file_name.as_deref().map(text), String::new()));
                    }
                    Piece::Data(data) => all.last_mut().expect("a part").2.push_str(&text(&data)),
                    Piece::End => ended += 1,
                }
            }
        }
        body_parts.finish()?;
        assert_eq!(ended, all.len());
        Ok(all)
    }

    #[test]
    fn parts_are_read_in_order_however_the_body_is_split() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"/a\"\r\n\r\n\r\n--c\r\n\
            --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n\
            --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.png\"\r\n\r\n1\r\n2\r\n--b--\r\n";
        let part = |name: &str, file: Option<&str>, text: &str| (name.into(), file.map(Into::into), text.into());
        let expected = vec![part("/a", None, "\r\n--c"), part("f", Some(""), ""), part("f", Some("x.png"), "1\r\n2")];
        for step in 1..body.len() {
            assert_eq!(read(body, 3, step), Ok(expected.clone()), "in pieces of {step}");
            assert_eq!(read(body, 2, step), Err(Malformed("the body has too many parts")), "in pieces of {step}");
        }
    }
}
