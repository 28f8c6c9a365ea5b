//! Finds in one pass what a PDF has in plain text: the cross-reference sections, what their trailers say about
//! encryption, and whether one of the objects is a page. It keeps in memory only the bytes that may belong to one
//! match.

use memchr::memmem;

use crate::file::check::pdf::password::Handler;
use crate::file::check::pdf::syntax::{Dictionary, ObjectId, Value, is_regular, is_space};

/// How many bytes before a match may belong to it: the start of the dictionary that contains it.
const BEFORE: usize = 8 * 1_024;
/// How many bytes after a match may belong to it: the rest of that dictionary.
const AHEAD: usize = 4 * 1_024;
/// How many bytes are scanned at a time.
const BLOCK: usize = 16 * 1_024;
/// A file has one section for each time that it was saved, and one encryption dictionary. Thousands of them would only
/// cost time.
const MAX_FINDS: usize = 500;
/// Each embedded file may have its own encryption dictionary.
const MAX_HANDLERS: usize = 16;
/// The most white space before a section. Some programs give the offset of this white space.
const MAX_GAP: usize = 16;
/// The most white space between two words.
const MAX_SPACE: usize = 64;

/// A cross-reference section.
pub(super) struct Section {
    /// Where it starts, counted from the header of the file.
    pub(super) at: u64,
    /// The white space before it, in bytes.
    pub(super) gap: u64,
    pub(super) kind: Kind,
    pub(super) encryption: Encryption,
    /// The first of the file's two identifiers.
    pub(super) id: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A table whose trailer was not read yet.
    Table,
    /// A table with its trailer.
    WithTrailer,
    /// A stream. Objects may be inside other objects.
    Stream,
}

/// What a trailer says about encryption.
pub(super) enum Encryption {
    None,
    /// The dictionary is in this object.
    Object(ObjectId),
    /// The dictionary is in the trailer. `None` if its handler is unknown.
    Here(Option<Handler>),
}

/// The start of an object, such as `7 0 obj`.
#[derive(Clone, Copy)]
struct Object {
    id: ObjectId,
    at: u64,
    gap: u64,
    /// Where its content starts.
    body: u64,
}

#[derive(Clone, Copy)]
enum Word {
    Xref,
    Trailer,
    Object,
    XrefStream,
    Standard,
    Page,
}

const WORDS: [(&[u8], Word); 6] = [
    (b"xref", Word::Xref),
    (b"trailer", Word::Trailer),
    (b"obj", Word::Object),
    (b"/XRef", Word::XrefStream),
    (b"/Standard", Word::Standard),
    (b"/Page", Word::Page),
];

#[derive(Default)]
pub(super) struct Scan {
    buffer: Vec<u8>,
    /// The offset of the buffer, counted from the header of the file.
    begins: u64,
    /// How many bytes of the buffer were scanned.
    seen: usize,
    /// The newest object.
    object: Option<Object>,
    /// The offset of the last object whose dictionary was read.
    read: Option<u64>,
    /// The number of sections and dictionaries.
    finds: usize,
    handlers: Vec<(ObjectId, Handler)>,
    pub(super) sections: Vec<Section>,
    pub(super) has_too_many: bool,
    pub(super) has_page: bool,
    /// Whether objects may be inside others, where the scan cannot see them.
    pub(super) hides_objects: bool,
}

impl Scan {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(BLOCK) {
            self.buffer.extend_from_slice(piece);
            if self.buffer.len() - self.seen >= BLOCK + AHEAD {
                self.look(self.buffer.len() - AHEAD);
            }
        }
    }

    pub(super) fn finish(&mut self) {
        self.look(self.buffer.len());
    }

    /// The encryption dictionary in an object.
    pub(super) fn handler(&self, id: ObjectId) -> Option<&Handler> {
        self.handlers.iter().find(|(known, _)| *known == id).map(|(_, handler)| handler)
    }

    /// Examines every word that starts before a place in the buffer.
    fn look(&mut self, until: usize) {
        let mut found = Vec::new();
        for (text, word) in WORDS {
            if matches!(word, Word::Page) && self.has_page {
                continue;
            }
            let end = self.buffer.len().min(until + text.len() - 1);
            let begins = memmem::find_iter(&self.buffer[self.seen..end], text);
            found.extend(begins.map(|at| (self.seen + at, self.seen + at + text.len(), word)));
        }
        found.sort_unstable_by_key(|(at, ..)| *at);
        let buffer = std::mem::take(&mut self.buffer);
        for (at, end, word) in found {
            self.handle(&buffer, at, end, word);
        }
        self.buffer = buffer;
        let old = until.saturating_sub(BEFORE);
        self.buffer.drain(..old);
        self.begins += old as u64;
        self.seen = until - old;
    }

    /// Handles a word at a place in the buffer.
    fn handle(&mut self, buffer: &[u8], at: usize, end: usize, word: Word) {
        // These bytes are the same however the file is cut into pieces.
        let (before, after) = (&buffer[at.saturating_sub(BEFORE)..at], &buffer[end..buffer.len().min(at + AHEAD)]);
        let ends_there = !after.first().is_some_and(|byte| is_regular(*byte));
        let begins_there = !before.last().is_some_and(|byte| is_regular(*byte));
        let place = self.begins + at as u64;
        match word {
            Word::Object if ends_there => {
                let body = self.begins + end as u64;
                self.object = object_before(before).map(|(id, length)| {
                    let gap = spaces_before(&before[..before.len() - length], MAX_GAP) as u64;
                    Object { id, at: place - length as u64, gap, body }
                });
            }
            Word::Xref if begins_there && is_table(after) && self.may_find() => {
                let gap = spaces_before(before, MAX_GAP) as u64;
                self.sections.push(Section::new(place, gap, Kind::Table));
            }
            Word::Trailer if begins_there => self.end_table(after),
            Word::XrefStream if ends_there && is_value_of(b"/Type", before) => self.read_object(buffer, at),
            Word::Standard if ends_there && is_value_of(b"/Filter", before) => self.read_object(buffer, at),
            Word::Page if ends_there => self.has_page |= is_value_of(b"/Type", before),
            _ => {}
        }
    }

    fn may_find(&mut self) -> bool {
        self.has_too_many |= self.finds == MAX_FINDS;
        self.finds += usize::from(!self.has_too_many);
        !self.has_too_many
    }

    /// Reads the trailer of the newest table.
    fn end_table(&mut self, after: &[u8]) {
        if let Some(section) = self.sections.last_mut().filter(|section| section.kind == Kind::Table)
            && let Some(trailer) = Dictionary::read(after)
        {
            self.hides_objects |= trailer.get(b"XRefStm").is_some();
            section.kind = Kind::WithTrailer;
            section.take(&trailer);
        }
    }

    /// Reads the dictionary of the object around a place in the buffer, once.
    fn read_object(&mut self, buffer: &[u8], at: usize) {
        let Some(object) = self.object.filter(|object| self.read != Some(object.at)) else { return };
        self.read = Some(object.at);
        let begin = object.body.checked_sub(self.begins).and_then(|begin| usize::try_from(begin).ok());
        let Some(begin) = begin.filter(|begin| at - begin <= BEFORE && self.may_find()) else { return };
        let Some(dictionary) = Dictionary::read(&buffer[begin..buffer.len().min(at + AHEAD)]) else { return };
        if dictionary.get(b"Type") == Some(&Value::Name(b"XRef")) {
            let mut section = Section::new(object.at, object.gap, Kind::Stream);
            section.take(&dictionary);
            self.hides_objects = true;
            self.sections.push(section);
        }
        if let Some(handler) = Handler::read(&dictionary) {
            self.handlers.retain(|(id, _)| *id != object.id);
            if self.handlers.len() == MAX_HANDLERS {
                self.handlers.remove(0);
            }
            self.handlers.push((object.id, handler));
        }
    }
}

impl Section {
    const fn new(at: u64, gap: u64, kind: Kind) -> Self {
        Self { at, gap, kind, encryption: Encryption::None, id: Vec::new() }
    }

    /// Reads the trailer of the section.
    fn take(&mut self, trailer: &Dictionary<'_>) {
        self.encryption = match trailer.get(b"Encrypt") {
            Some(Value::Reference(id)) => Encryption::Object(*id),
            Some(Value::Dictionary(dictionary)) => Encryption::Here(Handler::read(dictionary)),
            _ => Encryption::None,
        };
        if let Some(Value::Array(both)) = trailer.get(b"ID")
            && let Some(Value::Text(first)) = both.first()
        {
            self.id.clone_from(first);
        }
    }
}

/// Whether these bytes, which follow the word `xref`, are the number of the first object of a table.
fn is_table(after: &[u8]) -> bool {
    let spaces = after.iter().take(MAX_SPACE).take_while(|byte| is_space(**byte)).count();
    spaces > 0 && after.get(spaces).is_some_and(u8::is_ascii_digit)
}

/// Whether the name that follows these bytes is the value of this member.
fn is_value_of(member: &[u8], before: &[u8]) -> bool {
    before[..before.len() - spaces_before(before, MAX_SPACE)].ends_with(member)
}

fn spaces_before(bytes: &[u8], most: usize) -> usize {
    bytes.iter().rev().take(most).take_while(|byte| is_space(**byte)).count()
}

/// The number and generation before the word `obj`, and their length in bytes.
fn object_before(before: &[u8]) -> Option<(ObjectId, usize)> {
    let (generation, rest) = number_before::<u16>(before)?;
    let (number, rest) = number_before::<u32>(rest)?;
    let begins = !rest.last().is_some_and(|byte| is_regular(*byte));
    begins.then_some(((number, generation), before.len() - rest.len()))
}

/// The number before the white space at the end of these bytes, and the bytes before it.
fn number_before<T: std::str::FromStr>(bytes: &[u8]) -> Option<(T, &[u8])> {
    let spaces = spaces_before(bytes, MAX_GAP);
    let bytes = &bytes[..bytes.len() - spaces];
    let digits = bytes.iter().rev().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, digits) = bytes.split_at(bytes.len() - digits);
    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (spaces > 0).then_some((number, rest))
}
