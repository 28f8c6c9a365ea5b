//! Where the parser is in a document, and what it reports.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde_json::value::RawValue;

use crate::ids::FileId;
use crate::violation::{Code, MAX_VIOLATIONS, Violation};

/// A place in a JSON document, linked from the inside out on the stack. It is rendered only when a violation is found.
#[derive(Clone, Copy)]
pub enum Path<'a> {
    /// The document itself.
    Root,
    /// A member of an object. `position` is its place in the contract, by which violations are sorted.
    Member {
        /// The path of the object.
        parent: &'a Path<'a>,
        /// The member's name.
        name: &'a str,
        /// Its place in the contract.
        position: usize,
    },
    /// An item of an array.
    Item {
        /// The path of the array.
        parent: &'a Path<'a>,
        /// Counted from zero.
        index: usize,
    },
}

impl Path<'_> {
    /// Longer names are shortened in pointers: the client knows which one it sent, and the response stays small.
    const MAX_NAME: usize = 128;

    /// How many objects and arrays contain this place.
    const fn depth(&self) -> usize {
        match self {
            Self::Root => 0,
            Self::Member { parent, .. } | Self::Item { parent, .. } => 1 + parent.depth(),
        }
    }

    fn order(&self) -> Vec<usize> {
        let (parent, position) = match self {
            Self::Root => return Vec::new(),
            Self::Member { parent, position, .. } => (parent, *position),
            Self::Item { parent, index } => (parent, *index),
        };
        let mut order = parent.order();
        order.push(position);
        order
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Item { parent, index } => write!(f, "{parent}/{index}"),
            Self::Member { parent, name, .. } => {
                write!(f, "{parent}/")?;
                for c in name.chars().take(Self::MAX_NAME) {
                    match c {
                        '~' => f.write_str("~0")?,
                        '/' => f.write_str("~1")?,
                        c => fmt::Write::write_char(f, c)?,
                    }
                }
                if name.chars().nth(Self::MAX_NAME).is_some() { f.write_str("…") } else { Ok(()) }
            }
        }
    }
}

/// How many levels of objects and arrays a document may have. The contract needs six.
pub const MAX_DEPTH: usize = 16;

/// How many levels of objects and arrays the text of a JSON value has.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0, 0_usize);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            // A string: a backslash escapes the byte that follows it.
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                }
            }
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    deepest
}

/// What `null` means in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// A violation: no property of the contract is nullable.
    Refused,
    /// The member is cleared: the document is the result of a merge patch.
    Clear,
}

/// Where the parser is and where it reports to.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The place of the value that is being parsed.
    pub path: &'a Path<'a>,
    /// What was found so far.
    pub report: &'a Report,
    /// What `null` means here.
    pub nulls: Nulls,
}

impl Context<'_> {
    /// Skips the text of a value that is not used.
    pub fn skip(&self, value: &RawValue, levels: usize) {
        if self.path.depth() + levels + depth(value.get()) > MAX_DEPTH {
            self.violation(Code::TooDeep, format!("has values that are nested deeper than {MAX_DEPTH} levels"));
        }
    }

    /// Reports a violation at this place.
    #[cold]
    pub fn violation(&self, code: Code, message: impl Into<Cow<'static, str>>) {
        self.report.add(self.path, code, message.into());
    }
}

/// What one parse found: violations, and the files that the document names.
#[derive(Default)]
pub struct Report {
    pub(super) violations: RefCell<Vec<(Vec<usize>, Violation)>>,
    pub(super) files: RefCell<Vec<NamedFile>>,
    pub(super) failed: Cell<bool>,
}

/// A file that a document names, and where.
pub struct NamedFile {
    /// Where the id stands.
    pub pointer: String,
    /// The id. `None` when the text is not an id, which names no file.
    pub file_id: Option<FileId>,
    pub(super) order: Vec<usize>,
}

impl Report {
    fn add(&self, path: &Path<'_>, code: Code, message: Cow<'static, str>) {
        self.failed.set(true);
        let mut violations = self.violations.borrow_mut();
        if violations.len() < MAX_VIOLATIONS {
            violations.push((path.order(), Violation { pointer: path.to_string(), code, message }));
        }
    }

    /// Whether nothing more that is found would be kept.
    pub(super) fn is_full(&self) -> bool {
        self.violations.borrow().len() >= MAX_VIOLATIONS
    }

    pub(super) fn name_file(&self, path: &Path<'_>, file_id: Option<FileId>) {
        let mut files = self.files.borrow_mut();
        // A valid body names at most 20 files, and 10 for each of 20 persons.
        if files.len() < MAX_VIOLATIONS {
            files.push(NamedFile { pointer: path.to_string(), file_id, order: path.order() });
        }
    }
}
