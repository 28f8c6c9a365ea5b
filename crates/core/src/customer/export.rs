//! The export for a customer, or for one associated person of a business. It leaves out what they must not see: tokens
//! and links, what reviewers write for each other, and the data of other persons and customers.

use serde::Serialize;
use serde_json::{Value, json};

use crate::audit::action::Action;
use crate::audit::read::{AuditRow, OpenedEntry};
use crate::clock::Timestamp;
use crate::customer::record::Customer;
use crate::customer::view::CustomerView;
use crate::file::record::File;
use crate::ids::{CustomerId, PersonId};
use crate::kyc::decision::Outcome;
use crate::kyc::person::person_of;
use crate::kyc::rail::Rail;
use crate::pii::Pii;

/// The longest part of a file's name that is kept in the name of an entry.
const MAX_NAME: usize = 100;

/// The data that is exported.
pub struct Export {
    /// The customer whose data is exported.
    pub customer: CustomerId,
    /// The associated person, if only the data of this person is exported; `None` for the whole record.
    pub person: Option<PersonId>,
    /// When it was computed.
    pub at: Timestamp,
    /// The record, in the members of the API.
    pub record: Pii<Value>,
    /// The files that are evidence, each once.
    pub files: Vec<ExportedFile>,
}

/// A file of an export.
pub struct ExportedFile {
    /// The file as it is stored.
    pub file: File,
    /// Where its content is in the archive: ASCII, and the same that the record says.
    pub path: String,
}

/// What the audit trail has about a customer's sessions and decisions, oldest first.
#[derive(Default, Serialize)]
pub struct History {
    sessions: Vec<SessionEvent>,
    decisions: Vec<ToldDecision>,
}

#[derive(Serialize)]
struct SessionEvent {
    at: Timestamp,
    event: &'static str,
}

/// A decision as the customer was told it. Its reason codes, labels and note are for reviewers.
#[derive(Serialize)]
struct ToldDecision {
    at: Timestamp,
    outcome: Outcome,
    rails: Vec<Rail>,
    comment: Option<String>,
}

impl History {
    /// Whether an entry must be opened, since only its details say what the customer was told.
    pub(crate) fn needs_details(row: &AuditRow) -> bool {
        row.decision.is_some()
    }

    /// Adds an entry, with its details if they are needed. The newest entry comes first.
    pub(crate) fn add(&mut self, row: &AuditRow, entry: Option<&OpenedEntry>) {
        let event = match Action::parse(&row.action) {
            Some(Action::SessionOpened) => Some("session_opened"),
            Some(Action::SessionExpired) => Some("session_expired"),
            Some(Action::FormOpened) => Some("form_opened"),
            Some(Action::FormSubmitted) => Some("form_submitted"),
            _ => None,
        };
        self.sessions.extend(event.map(|event| SessionEvent { at: row.at, event }));
        let Some(decision) = &row.decision else { return };
        // A simulated step may have an outcome that is no decision.
        let Some(outcome) = Outcome::parse(&decision.outcome) else { return };
        let comment = entry.and_then(|entry| comment(entry, row.at));
        self.decisions.push(ToldDecision { at: row.at, outcome, rails: decision.rails.clone(), comment });
    }

    /// Puts the oldest first, once all entries were added.
    pub(crate) fn complete(mut self) -> Self {
        self.sessions.reverse();
        self.decisions.reverse();
        self
    }
}

/// What the customer was told with the decision of an entry. An entry may also repeat an earlier decision.
fn comment(entry: &OpenedEntry, at: Timestamp) -> Option<String> {
    let changes = &entry.detail.expose().changes;
    let (_, after) = changes.iter().find(|change| change.pointer == "/kycs")?.values.as_ref()?;
    let decision = &after["decision"];
    // As text, because the record has the milliseconds only.
    let is_of_entry = decision["at"] == json!(at);
    is_of_entry.then(|| decision["comment"].as_str().map(str::to_owned)).flatten()
}

impl Export {
    /// The export of a customer, or of one associated person. `files` are those that are or were evidence of the
    /// customer. `None` if the customer has no such person, and never had a document of one.
    #[must_use]
    pub fn new(
        customer: &Customer,
        person: Option<PersonId>,
        files: Vec<File>,
        history: &History,
        at: Timestamp,
    ) -> Option<Self> {
        let is_subject = |subject: PersonId| person.is_none_or(|person| person == subject);
        let (mut documents, mut exported) = (Vec::new(), Vec::new());
        for file in files {
            let path = path(&file);
            let before = documents.len();
            let attachments = file.attachments.iter().filter(|one| one.customer == customer.id);
            for attachment in attachments.filter(|one| is_subject(one.subject)) {
                documents.push(document(customer, &file, attachment.subject, attachment.at, &path));
            }
            if documents.len() > before {
                exported.push(ExportedFile { file, path });
            }
        }
        let record = match person {
            None => whole(customer, documents, history, at),
            Some(person) => {
                let stored = customer.profile.persons().iter().find(|stored| stored.person_id() == Some(person));
                // The customer itself is a data subject, but no associated person.
                if stored.is_none() && exported.is_empty() || person == PersonId::of_customer(customer.id) {
                    return None;
                }
                json!({
                    "exported_at": at,
                    "customer_id": customer.id,
                    "person_id": person,
                    "person": stored.map(|person| serde_json::to_value(person).expect("a person has string keys")),
                    "documents": documents,
                    "drafts": drafts(customer, Some(person)),
                    "confirmations": confirmations(customer, Some(person)),
                })
            }
        };
        Some(Self { customer: customer.id, person, at, record: Pii::new(record), files: exported })
    }

    /// The id of the customer or person that it is about.
    #[must_use]
    pub fn subject(&self) -> PersonId {
        self.person.unwrap_or(PersonId::of_customer(self.customer))
    }
}

fn whole(customer: &Customer, documents: Vec<Value>, history: &History, at: Timestamp) -> Value {
    let view = CustomerView::new(&customer.summary(), Some(&customer.profile)).to_json();
    let mut view: Value = serde_json::from_slice(&view).expect("a view is JSON");
    if let Some(kycs) = view["kycs"].as_object_mut() {
        kycs.shift_remove("kyc_flow_link");
    }
    let consent = customer.kyc.form.as_ref().and_then(|form| form.consent.as_ref()).map(|consent| {
        json!({
            "at": consent.at,
            "text": consent.text,
            "language": consent.language,
            "version": consent.version,
            "sha256": consent.sha256,
            "network_address": consent.address,
        })
    });
    let mut record = json!({ "exported_at": at });
    let others = json!({
        "documents": documents,
        "drafts": drafts(customer, None),
        "consent": consent,
        "confirmations": confirmations(customer, None),
        "sessions": history.sessions,
        "decisions": history.decisions,
    });
    for members in [view, others] {
        if let (Some(record), Value::Object(members)) = (record.as_object_mut(), members) {
            record.extend(members);
        }
    }
    record
}

/// A document in the members of `expand=documents`, for each one who has the file as evidence.
fn document(customer: &Customer, file: &File, subject: PersonId, attached_at: Timestamp, path: &str) -> Value {
    let person = Some(subject).filter(|subject| *subject != PersonId::of_customer(customer.id));
    let named = customer.profile.document(customer.id, file.id, subject);
    let mut document = json!({
        "file_id": file.id,
        "person_id": person,
        "purpose": null,
        "doc_side": null,
        "description": null,
        "name": file.details.name.expose(),
        "type": file.details.media_type,
        "size": file.details.size,
        "uploaded_at": file.uploaded_at,
        "attached_at": attached_at,
        "in_record": named.is_some(),
        "path": path,
    });
    if let (Some(document), Some(Value::Object(named))) = (document.as_object_mut(), named) {
        document.extend(named);
    }
    document
}

/// Whether something at a place, or about a requirement, may be shown to a person.
fn is_of(person: Option<PersonId>, place: &str) -> bool {
    person.is_none_or(|person| person_of(place) == Some(person))
}

/// What was typed into the form and is not in the profile.
fn drafts(customer: &Customer, person: Option<PersonId>) -> Vec<Value> {
    let drafts = customer.kyc.form.iter().flat_map(|form| &form.draft);
    let shown = drafts.filter(|(place, _)| is_of(person, place));
    shown.map(|(place, value)| json!({ "place": place, "value": value })).collect()
}

/// What the customer confirmed as correct although the reviewers asked for it again.
fn confirmations(customer: &Customer, person: Option<PersonId>) -> Vec<Value> {
    let flags = customer.kyc.flags.iter().filter(|flag| is_of(person, &flag.requirement));
    let confirmed = flags.filter_map(|flag| Some((&flag.requirement, flag.confirmed.as_ref()?)));
    confirmed
        .map(|(requirement, said)| json!({ "requirement": requirement, "reason": said.reason, "at": said.at }))
        .collect()
}

/// The name of a file in the archive: its id, and as much of its name as every system can store.
fn path(file: &File) -> String {
    let name = file.details.name.expose();
    let known = file.details.media_type.extensions();
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if known.contains(&extension.to_ascii_lowercase().as_str()) => (stem, extension),
        _ => (name, known[0]),
    };
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let stem: String = stem.chars().take(MAX_NAME).map(safe).collect();
    format!("documents/{}-{stem}.{extension}", file.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::entry::Decided;
    use crate::customer::profile::{CustomerType, Profile};
    use crate::customer::record::EmailIndex;
    use crate::file::name::FileName;
    use crate::file::record::{Attachment, FileDetails, MediaType};
    use crate::form::record::Form;
    use crate::ids::FileId;
    use crate::kyc::record::{Confirmed, Flag, Kyc};
    use crate::parse::context::Nulls;
    use crate::parse::leaf::Email;

    const NOW: Timestamp = Timestamp::from_micros(1_763_873_999_000_321);

    fn person(number: u8) -> PersonId {
        PersonId::from_bytes([number; 16])
    }

    fn file(number: u8, name: &str, subjects: &[(CustomerId, PersonId)]) -> File {
        let attachment = |(customer, subject): &(CustomerId, PersonId)| Attachment {
            customer: *customer,
            subject: *subject,
            at: NOW,
        };
        let name = FileName::new(name.as_bytes());
        File {
            id: FileId::from_bytes([0x10 + number; 16]),
            uploaded_at: NOW,
            attachments: subjects.iter().map(attachment).collect(),
            details: FileDetails { name, media_type: MediaType::Pdf, size: 1, sha256: [0; 32], flaw: None },
        }
    }

    /// A business with two persons, each with a draft and a confirmation.
    fn business() -> Customer {
        let flag = |id: PersonId, reason: &str| Flag {
            requirement: format!("id_document@{id}"),
            given: String::new(),
            replaced: None,
            files: Vec::new(),
            confirmed: Some(Confirmed { reason: reason.to_owned(), at: NOW }),
        };
        let draft = |id: PersonId, text: &str| (format!("/associated_persons/{id}/nationality"), text.to_owned());
        let form = Form { draft: [draft(person(1), "x1"), draft(person(2), "x2")].into(), ..Form::default() };
        let kyc = Kyc {
            flags: vec![flag(person(1), "as is, 1"), flag(person(2), "as is, 2")],
            form: Some(Box::new(form)),
            ..Kyc::default()
        };
        let body = json!({ "associated_persons": [{ "id": person(1), "first_name": "Ada" }, { "id": person(2) }] });
        let profile = Profile::parse(CustomerType::Corporate, body.to_string().as_bytes(), Nulls::Refused);
        Customer {
            id: CustomerId::from_bytes([9; 16]),
            version: 1,
            events: 1,
            persons_version: 1,
            created_at: NOW,
            updated_at: NOW,
            email: Email::searched("a@example.com"),
            profile: profile.expect("JSON").finish().expect("valid"),
            kyc,
            email_index: EmailIndex::default(),
        }
    }

    #[test]
    fn a_person_is_given_only_what_is_theirs() {
        let (customer, other) = (business(), CustomerId::from_bytes([8; 16]));
        let own = PersonId::of_customer(customer.id);
        let files = || {
            vec![
                file(1, "one.pdf", &[(customer.id, person(1))]),
                file(2, "both.pdf", &[(other, person(3)), (customer.id, person(1)), (customer.id, person(2))]),
                file(3, "register.pdf", &[(customer.id, own)]),
                file(4, "former.pdf", &[(customer.id, person(4))]),
                file(5, "foreign.pdf", &[(other, person(1))]),
            ]
        };
        let export = |person| Export::new(&customer, person, files(), &History::default(), NOW);
        for (subject, expected) in [
            (None, Some((4, 5, 2))),
            (Some(person(1)), Some((2, 2, 1))),
            (Some(person(2)), Some((1, 1, 1))),
            (Some(person(4)), Some((1, 1, 0))),
            (Some(person(5)), None),
            (Some(own), None),
        ] {
            let found = export(subject).map(|export| {
                let record = export.record.expose();
                let count = |member: &str| record[member].as_array().map_or(0, Vec::len);
                assert_eq!(count("drafts"), count("confirmations"));
                (export.files.len(), count("documents"), count("drafts"))
            });
            assert_eq!(found, expected, "{subject:?}");
        }
        let record = export(Some(person(1))).expect("an export").record.into_exposed().to_string();
        assert!(record.contains("Ada") && record.contains("x1") && record.contains("as is, 1"), "{record}");
        assert!(!record.contains("x2") && !record.contains("as is, 2"), "{record}");
        assert!(!record.contains(&person(2).to_string()) && !record.contains(&other.to_string()), "{record}");
    }

    #[test]
    fn a_decision_is_what_the_customer_was_told() {
        let row = |seq, action: Action, outcome: Option<&'static str>| AuditRow {
            seq,
            at: NOW,
            actor: "system".into(),
            action: action.as_str().into(),
            customer_id: None,
            version: None,
            fields: Vec::new(),
            decision: outcome.map(|outcome| Decided {
                outcome: outcome.into(),
                rails: Vec::new(),
                reason_codes: Vec::new(),
            }),
            request_id: String::new(),
            hash: String::new(),
        };
        let after = |at: Timestamp| {
            let decision = json!({ "at": at, "comment": "told", "note": "secret", "labels": ["secret"] });
            json!({ "changes": { "/kycs": { "before": null, "after": { "decision": decision } } } })
        };
        let mut history = History::default();
        for (row, detail) in [
            (row(5, Action::Simulated, Some("approve")), after(NOW.plus_seconds(-1))),
            (row(4, Action::Decided, Some("reject")), after(NOW)),
            (row(3, Action::Simulated, Some("submit")), after(NOW)),
            (row(2, Action::FileRead, None), json!({})),
            (row(1, Action::SessionOpened, None), json!({})),
        ] {
            let entry = OpenedEntry::new(row.clone(), detail);
            history.add(&row, History::needs_details(&row).then_some(&entry));
        }
        let expected = json!({
            "sessions": [{ "at": NOW, "event": "session_opened" }],
            "decisions": [
                { "at": NOW, "outcome": "reject", "rails": [], "comment": "told" },
                { "at": NOW, "outcome": "approve", "rails": [], "comment": null },
            ],
        });
        assert_eq!(serde_json::to_value(history.complete()).expect("JSON"), expected);
    }

    #[test]
    fn names_of_entries_are_safe_everywhere() {
        let id = FileId::from_bytes([0x17; 16]);
        for (name, expected) in [
            ("passport.pdf", "passport.pdf"),
            ("Scan.PDF", "Scan.PDF"),
            ("scan.jpg", "scan.jpg.pdf"),
            ("CON", "CON.pdf"),
            ("a b:c*é\u{202e}.pdf", "a_b_c___.pdf"),
            ("..pdf", "_.pdf"),
        ] {
            assert_eq!(path(&file(7, name, &[])), format!("documents/{id}-{expected}"), "{name}");
        }
        assert_eq!(path(&file(7, &"x".repeat(200), &[])).len(), "documents/".len() + 36 + 1 + MAX_NAME + 4);
    }
}
