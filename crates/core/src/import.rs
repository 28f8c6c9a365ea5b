//! A row of an import: the body of a PUT with the e-mail, the type, and a verification that was made elsewhere.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::customer::profile::CustomerType;
use crate::customer::record::Customer;
use crate::file::record::File;
use crate::ids::FileId;
use crate::kyc::lifecycle::State;
use crate::parse::value::{SyntaxError, without_mark};

/// The members of a JSON object in their order, with repeated ones, so that the parser can refuse these.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Members {
    fn text(&self) -> String {
        let member =
            |(name, value): &(String, Box<RawValue>)| format!("{}:{}", Value::from(name.as_str()), value.get());
        format!("{{{}}}", self.0.iter().map(member).collect::<Vec<_>>().join(","))
    }

    /// Splits off the members with these names.
    fn split(self, names: &[&str]) -> (Self, Self) {
        let (named, rest) = self.0.into_iter().partition(|(name, _)| names.contains(&name.as_str()));
        (Self(named), Self(rest))
    }
}

/// The parts of a row, each as the JSON text of an object.
pub(crate) struct Row {
    /// The e-mail and the type: the body of a POST.
    pub(crate) new: String,
    /// The type, if it is one.
    pub(crate) kind: Option<CustomerType>,
    /// The body of a PUT.
    pub(crate) profile: String,
    /// The decision, with when and by whom it was made.
    pub(crate) verification: Option<Verification>,
    /// Whether there is more than one.
    pub(crate) repeats_verification: bool,
}

/// The two parts of a verification.
pub(crate) struct Verification {
    /// `decided_on` and `verified_by`.
    pub(crate) elsewhere: String,
    /// The body of a decision.
    pub(crate) decision: String,
}

impl Row {
    /// Splits a row.
    ///
    /// # Errors
    ///
    /// [`SyntaxError`] when it is not a JSON object.
    pub(crate) fn read(text: &[u8]) -> Result<Self, SyntaxError> {
        let members: Members = read(text)?;
        let (new, rest) = members.split(&["email", "type"]);
        let (verification, profile) = rest.split(&["verification"]);
        let kind = new.0.iter().rev().find(|(name, _)| name == "type");
        let kind = kind.and_then(|(_, value)| serde_json::from_str::<String>(value.get()).ok());
        let repeats_verification = verification.0.len() > 1;
        let verification = verification.0.last().map(|(_, value)| match serde_json::from_str::<Members>(value.get()) {
            Ok(members) => {
                let (elsewhere, decision) = members.split(&["decided_on", "verified_by"]);
                Verification { elsewhere: elsewhere.text(), decision: decision.text() }
            }
            // The parser says that it must be an object.
            Err(_) => Verification { elsewhere: value.get().to_owned(), decision: value.get().to_owned() },
        });
        let kind = kind.and_then(|kind| CustomerType::of_request(&kind));
        Ok(Self { new: new.text(), kind, profile: profile.text(), verification, repeats_verification })
    }
}

fn read<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, SyntaxError> {
    let error = |error: serde_json::Error| SyntaxError { line: error.line(), column: error.column() };
    let text = without_mark(text);
    serde_json::from_slice(text).map_err(|first| {
        // Of JSON that is no object, the place of the first fault is the beginning.
        match serde_json::from_slice::<IgnoredAny>(text) {
            Ok(_) => SyntaxError { line: 1, column: 0 },
            Err(_) => error(first),
        }
    })
}

/// A document of a row that names a file by its path.
pub struct NamedPath {
    /// The pointer to the path.
    pub pointer: String,
    /// The path, as the row has it.
    pub path: String,
}

/// The documents of a row that name files by their paths. A row that is not JSON has none.
#[must_use]
pub fn paths(row: &[u8]) -> Vec<NamedPath> {
    let mut found = Vec::new();
    let Ok(members) = read::<Members>(row) else { return found };
    each_document(members, "", &mut |at, document| {
        for (name, value) in &document.0 {
            if let ("path", Ok(path)) = (name.as_str(), serde_json::from_str(value.get())) {
                found.push(NamedPath { pointer: format!("{at}/path"), path });
            }
        }
        document
    });
    found
}

/// The row with the ids of uploaded files in place of paths. `uploaded` has pointers to paths.
///
/// # Errors
///
/// [`SyntaxError`] when it is not a JSON object.
pub fn with_files(row: &[u8], uploaded: &[(String, FileId)]) -> Result<Vec<u8>, SyntaxError> {
    let members: Members = read(row)?;
    let replaced = each_document(members, "", &mut |at, document| {
        let replace = |(name, value): (String, Box<RawValue>)| {
            let is_it = |(pointer, _): &&(String, FileId)| name == "path" && *pointer == format!("{at}/path");
            match uploaded.iter().find(is_it) {
                Some((_, id)) => ("file_id".to_owned(), raw(json!(id).to_string())),
                None => (name, value),
            }
        };
        Members(document.0.into_iter().map(replace).collect())
    });
    Ok(replaced.text().into_bytes())
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).expect("it is JSON")
}

/// The members after `change` was applied to each document of the customer and of its persons.
fn each_document(members: Members, at: &str, change: &mut dyn FnMut(&str, Members) -> Members) -> Members {
    let changed = members.0.into_iter().map(|(name, value)| {
        let value = match name.as_str() {
            "documents" => each_item(value, &mut |index, one| change(&format!("{at}/documents/{index}"), one)),
            "associated_persons" if at.is_empty() => each_item(value, &mut |index, person| {
                each_document(person, &format!("/associated_persons/{index}"), change)
            }),
            _ => value,
        };
        (name, value)
    });
    Members(changed.collect())
}

/// The list after `change` was applied to each of its objects. Anything else stays as it is.
fn each_item(value: Box<RawValue>, change: &mut dyn FnMut(usize, Members) -> Members) -> Box<RawValue> {
    let Ok(items) = serde_json::from_str::<Vec<Box<RawValue>>>(value.get()) else { return value };
    let items = items.into_iter().enumerate().map(|(index, item)| match serde_json::from_str::<Members>(item.get()) {
        Ok(members) => change(index, members).text(),
        Err(_) => item.get().to_owned(),
    });
    raw(format!("[{}]", items.collect::<Vec<_>>().join(",")))
}

/// Where the file of a document is, beside the rows that an export writes.
#[must_use]
pub fn path_of(file: &File) -> String {
    let extension = file.details.media_type.extensions().first().copied().unwrap_or("bin");
    format!("documents/{}.{extension}", file.id)
}

impl Customer {
    /// The row that imports this customer. Each document names its file by the path that `path_of` gives.
    #[must_use]
    pub fn to_row(&self, path_of: impl Fn(FileId) -> Option<String>) -> Value {
        let mut row = json!({ "email": self.email, "type": self.profile.kind() });
        let mut profile = self.profile.to_json();
        for (name, value) in profile.as_object_mut().expect("a profile is an object").iter_mut() {
            match name.as_str() {
                "documents" => name_paths(value, &path_of),
                "associated_persons" => {
                    for person in value.as_array_mut().into_iter().flatten() {
                        // Another installation gives its own ids.
                        person.as_object_mut().map(|person| person.shift_remove("id"));
                        name_paths(&mut person["documents"], &path_of);
                        if person["documents"].is_null() {
                            person.as_object_mut().map(|person| person.shift_remove("documents"));
                        }
                    }
                }
                _ => {}
            }
            row[name.as_str()] = std::mem::take(value);
        }
        if let Some(verification) = self.verification_elsewhere() {
            row["verification"] = verification;
        }
        row
    }

    /// The verification as a row has it. `None` without a decision that lasts.
    fn verification_elsewhere(&self) -> Option<Value> {
        let outcome = match self.kyc.state {
            State::Approved => "approve",
            State::Rejected => "reject",
            State::Offboarded => "offboard",
            _ => return None,
        };
        let decision = self.kyc.decision.as_ref();
        let at = decision.map_or(self.updated_at, |decision| decision.at).text();
        let day = std::str::from_utf8(&at[..10]).expect("a date is ASCII");
        let note = decision.and_then(|decision| decision.note.as_deref());
        let (source, note) = match note.and_then(|note| split_source(note, day)) {
            Some((source, note)) => (Some(source), note),
            None => (None, note),
        };
        let by = source.or(decision.map(|decision| &*decision.by)).unwrap_or("dossier");
        let mut verification = json!({ "outcome": outcome, "decided_on": day, "verified_by": by });
        if let Some(decision) = decision {
            if !decision.reason_codes.is_empty() {
                verification["reason_codes"] = json!(decision.reason_codes);
            }
            if !decision.labels.is_empty() {
                verification["labels"] = json!(decision.labels);
            }
            for (name, text) in [("comment", decision.comment.as_deref()), ("note", note)] {
                if let Some(text) = text {
                    verification[name] = json!(text);
                }
            }
        }
        Some(verification)
    }
}

/// The note of a decision that was made elsewhere: its first line says by whom and when.
pub(crate) fn note_with_source(by: &str, day: &str, note: Option<&str>) -> String {
    let rest = note.map(|note| format!("\n{note}")).unwrap_or_default();
    format!("verified by {by} on {day}{rest}")
}

/// Who made the decision of this day elsewhere, and the note without the line that says so. `None` if it was made here.
fn split_source<'a>(note: &'a str, day: &str) -> Option<(&'a str, Option<&'a str>)> {
    let (first, rest) = match note.split_once('\n') {
        Some((first, rest)) => (first, Some(rest)),
        None => (note, None),
    };
    Some((first.strip_prefix("verified by ")?.strip_suffix(day)?.strip_suffix(" on ")?, rest))
}

fn name_paths(documents: &mut Value, path_of: &impl Fn(FileId) -> Option<String>) {
    for document in documents.as_array_mut().into_iter().flatten() {
        let id = document["file_id"].as_str().and_then(FileId::parse);
        if let (Some(path), Some(document)) = (id.and_then(path_of), document.as_object_mut()) {
            document.shift_remove("file_id");
            document.insert("path".to_owned(), path.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_split_and_repeated_members_stay_repeated() {
        let row = r#"{"email":"a@example.com","first_name":"A","first_name":"B","type":"individual",
            "verification":{"outcome":"approve","decided_on":"2026-01-02","verified_by":"x"}}"#;
        let row = Row::read(row.as_bytes()).expect("an object");
        assert_eq!(row.new, r#"{"email":"a@example.com","type":"individual"}"#);
        assert_eq!(
            (row.kind, row.profile.as_str()),
            (Some(CustomerType::Individual), r#"{"first_name":"A","first_name":"B"}"#)
        );
        let verification = row.verification.expect("one");
        assert_eq!(verification.decision, r#"{"outcome":"approve"}"#);
        assert_eq!(verification.elsewhere, r#"{"decided_on":"2026-01-02","verified_by":"x"}"#);
    }

    #[test]
    fn the_source_of_a_decision_is_the_first_line_of_its_note() {
        for (by, note) in [("the old system, case 4711", None), ("x on 2024-05-06", Some("a\n\nb")), ("y", Some(""))] {
            let written = note_with_source(by, "2024-05-06", note);
            assert_eq!(split_source(&written, "2024-05-06"), Some((by, note)), "{written}");
            assert_eq!(split_source(&written, "2024-05-07"), None, "another decision");
        }
        assert_eq!(split_source("verified by telephone", "2024-05-06"), None);
    }

    #[test]
    fn what_is_not_an_object_is_refused_with_its_place() {
        for (text, line, column) in [("[]", 1, 0), ("{\"a\":}", 1, 6), ("", 1, 0), ("{\"a\":1} x", 1, 9)] {
            let Err(error) = Row::read(text.as_bytes()) else { panic!("{text} was read") };
            assert_eq!((error.line, error.column), (line, column), "{text}");
        }
    }

    #[test]
    fn paths_are_found_and_replaced_for_the_customer_and_its_persons() {
        let row = r#"{"documents":[{"path":"a.jpg","purpose":"x"},7,{"file_id":"f"}],
            "associated_persons":[{},{"first_name":"\u00e9","documents":[{"path":"b\\.pdf"}]}],
            "other":{"documents":[]}}"#;
        let found: Vec<_> = paths(row.as_bytes()).into_iter().map(|one| (one.pointer, one.path)).collect();
        let first = ("/documents/0/path".to_owned(), "a.jpg".to_owned());
        let second = ("/associated_persons/1/documents/0/path".to_owned(), "b\\.pdf".to_owned());
        assert_eq!(found, [first, second]);
        let id = FileId::from_bytes([7; 16]);
        let uploaded: Vec<_> = found.into_iter().map(|(pointer, _)| (pointer, id)).collect();
        let replaced = String::from_utf8(with_files(row.as_bytes(), &uploaded).expect("JSON")).expect("text");
        assert_eq!(replaced.matches(&id.to_string()).count(), 2, "{replaced}");
        assert!(!replaced.contains("path") && replaced.contains(r#""first_name":"\u00e9""#), "{replaced}");
    }
}
