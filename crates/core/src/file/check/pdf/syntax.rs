//! The part of the syntax of PDF (ISO 32000-2, 7.2 and 7.3) that trailers and encryption dictionaries need.

/// How deep dictionaries and arrays may be nested.
const MAX_DEPTH: u8 = 8;

/// The number and generation that refer to an object.
pub(super) type ObjectId = (u32, u16);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Name(&'a [u8]),
    Text(Vec<u8>),
    Number(i64),
    Reference(ObjectId),
    Array(Vec<Value<'a>>),
    Dictionary(Dictionary<'a>),
    /// `true`, `null`, a number with a fraction, or something that is not PDF.
    Word(&'a [u8]),
}

/// The members of a dictionary, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dictionary<'a>(Vec<(&'a [u8], Value<'a>)>);

impl<'a> Dictionary<'a> {
    /// Reads the dictionary at the start of these bytes, after white space. If the bytes end early, the result has the
    /// members read until then.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader { bytes };
        reader.skip_space();
        reader.bytes = reader.bytes.strip_prefix(b"<<")?;
        Some(reader.dictionary(0))
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&Value<'a>> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(super) fn number(&self, name: &[u8]) -> Option<i64> {
        match self.get(name) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &[u8]) -> Option<&[u8]> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// Whether a byte may be part of a name or a number.
pub(super) const fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take_while(&mut self, is_part: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.bytes.iter().take_while(|byte| is_part(**byte)).count();
        let (taken, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        taken
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn is_next(&mut self, word: &[u8]) -> bool {
        let rest = self.bytes.strip_prefix(word);
        self.bytes = rest.unwrap_or(self.bytes);
        rest.is_some()
    }

    /// Skips white space and comments.
    fn skip_space(&mut self) {
        loop {
            self.take_while(is_space);
            if self.bytes.first() != Some(&b'%') {
                return;
            }
            self.take_while(|byte| !matches!(byte, b'\r' | b'\n'));
        }
    }

    /// Reads the members up to `>>`.
    fn dictionary(&mut self, depth: u8) -> Dictionary<'a> {
        let mut values = self.values(b">>", depth).into_iter();
        let mut members = Vec::new();
        while let Some(Value::Name(name)) = values.next() {
            let Some(value) = values.next() else { break };
            members.push((name, value));
        }
        Dictionary(members)
    }

    fn values(&mut self, end: &[u8], depth: u8) -> Vec<Value<'a>> {
        let mut values = Vec::new();
        loop {
            self.skip_space();
            if self.bytes.is_empty() || self.is_next(end) || depth > MAX_DEPTH {
                return values;
            }
            let value = self.value(depth);
            match (value, values.as_slice()) {
                (Value::Word(b"R"), [.., Value::Number(number), Value::Number(generation)]) => {
                    let id = (u32::try_from(*number).ok(), u16::try_from(*generation).ok());
                    values.truncate(values.len() - 2);
                    values.push(match id {
                        (Some(number), Some(generation)) => Value::Reference((number, generation)),
                        _ => Value::Word(b"R"),
                    });
                }
                (value, _) => values.push(value),
            }
        }
    }

    fn value(&mut self, depth: u8) -> Value<'a> {
        if self.is_next(b"<<") {
            return Value::Dictionary(self.dictionary(depth + 1));
        }
        match self.bytes[0] {
            b'/' => {
                self.next();
                Value::Name(self.take_while(is_regular))
            }
            b'(' => {
                self.next();
                Value::Text(self.literal())
            }
            b'<' => {
                self.next();
                Value::Text(self.hexadecimal())
            }
            b'[' => {
                self.next();
                Value::Array(self.values(b"]", depth + 1))
            }
            byte if is_regular(byte) => {
                let word = self.take_while(is_regular);
                let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
                number.map_or(Value::Word(word), Value::Number)
            }
            // A closing bracket without an opening one.
            _ => {
                let (word, rest) = self.bytes.split_at(1);
                self.bytes = rest;
                Value::Word(word)
            }
        }
    }

    /// Reads the rest of a text, after its opening parenthesis.
    fn literal(&mut self) -> Vec<u8> {
        let (mut text, mut open) = (Vec::new(), 1);
        while let Some(byte) = self.next() {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            match byte {
                b')' if open == 0 => break,
                b'\\' => self.escaped(&mut text),
                // A line ending counts as one byte, whatever its form.
                b'\r' => {
                    self.is_next(b"\n");
                    text.push(b'\n');
                }
                _ => text.push(byte),
            }
        }
        text
    }

    fn escaped(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.next() else { return };
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.bytes.first().copied() else { break };
                    self.next();
                    code = code * 8 + u32::from(digit - b'0');
                }
                text.push(code.to_le_bytes()[0]);
            }
            // The text continues on the next line.
            b'\r' => {
                self.is_next(b"\n");
            }
            b'\n' => {}
            _ => text.push(byte),
        }
    }

    /// Reads a text in hexadecimal digits, after the `<`.
    fn hexadecimal(&mut self) -> Vec<u8> {
        let digits = self.take_while(|byte| byte != b'>');
        self.next();
        let digits: Vec<u8> = digits
            .iter()
            .filter_map(|byte| char::from(*byte).to_digit(16))
            .map(|digit| digit.to_le_bytes()[0])
            .collect();
        // A missing last digit counts as zero.
        digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_is_read_in_every_spelling() {
        let read = |text: &'static str| Dictionary::read(text.as_bytes()).expect("a dictionary");
        for (text, name, expected) in [
            ("<</A/B>>", "A", Some(Value::Name(b"B"))),
            (" \r\n<< /A 12 0 R/B 3>>", "A", Some(Value::Reference((12, 0)))),
            ("<</A 12 0 R/B -3>>", "B", Some(Value::Number(-3))),
            ("<</A(a\\(b\\)\\051(c)\\\r\nd\\n)>>", "A", Some(Value::Text(b"a(b))(c)d\n".to_vec()))),
            ("<</A(\\0001\\12)>>", "A", Some(Value::Text(b"\x001\n".to_vec()))),
            ("<</A<41 4>>>", "A", Some(Value::Text(b"A@".to_vec()))),
            ("<</A[1 2 0 R]>>", "A", Some(Value::Array(vec![Value::Number(1), Value::Reference((2, 0))]))),
            ("<</A % >> a comment\n true/B 1>>", "A", Some(Value::Word(b"true"))),
            ("<</A<</C 1>>/B 2>>", "B", Some(Value::Number(2))),
            ("<</A<</B 1>>>>/B 2", "B", None),
            ("<</A 1/B 2", "B", Some(Value::Number(2))),
            ("<</A(never closed", "A", Some(Value::Text(b"never closed".to_vec()))),
            ("<</A 99999999999 0 R>>", "A", Some(Value::Word(b"R"))),
        ] {
            assert_eq!(read(text).get(name.as_bytes()), expected.as_ref(), "{text}");
        }
        assert_eq!(Dictionary::read(b"[1]"), None);
        // Endless nesting costs nothing.
        read("<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A<</A 1");
    }
}
