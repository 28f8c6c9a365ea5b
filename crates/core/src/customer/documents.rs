//! The documents of a customer as a whole, including those of its persons: shown with what is known about their files,
//! and removed one by one.

use serde_json::{Value, json};

use crate::change::NewDocument;
use crate::clock::Timestamp;
use crate::customer::document::{Document, PersonDocument};
use crate::customer::profile::Profile;
use crate::customer::record::Customer;
use crate::file::record::File;
use crate::ids::{CustomerId, FileId, PersonId};
use crate::parse::list::List;
use crate::parse::record::FieldChange;

/// Calls `see` for every document of a list, with its owner, its file, and the document as JSON.
fn each<D: Document, const MAX: usize>(
    person: Option<PersonId>,
    documents: Option<&List<D, MAX>>,
    see: &mut impl FnMut(Option<PersonId>, FileId, &dyn Fn() -> Value),
) {
    for document in documents.into_iter().flat_map(|documents| &documents.0) {
        if let Some(file) = document.file_id().id() {
            see(person, file, &|| serde_json::to_value(document).unwrap_or_default());
        }
    }
}

/// The data subject of a document: a person, or the customer itself.
fn subject(person: Option<PersonId>, customer: CustomerId) -> PersonId {
    person.unwrap_or_else(|| PersonId::of_customer(customer))
}

impl Profile {
    fn each_document(&self, see: &mut impl FnMut(Option<PersonId>, FileId, &dyn Fn() -> Value)) {
        match self {
            Self::Individual(individual) => each(None, individual.documents.as_ref(), see),
            Self::Business(business) => each(None, business.documents.as_ref(), see),
        }
        for person in self.persons() {
            each(person.person_id(), person.documents.as_ref(), see);
        }
    }

    /// The same without any documents.
    #[must_use]
    pub(crate) fn without_documents(mut self) -> Self {
        match &mut self {
            Self::Individual(individual) => individual.documents = None,
            Self::Business(business) => {
                business.documents = None;
                for person in business.associated_persons.iter_mut().flat_map(|persons| &mut persons.0) {
                    person.documents = None;
                }
            }
        }
        self
    }

    /// The files of all documents.
    #[must_use]
    pub fn files(&self) -> Vec<FileId> {
        let mut files = Vec::new();
        self.each_document(&mut |_, file, _| files.push(file));
        files
    }

    /// Every document as evidence of its data subject, with its purpose.
    #[must_use]
    pub(crate) fn evidence(&self, customer: CustomerId) -> Vec<(NewDocument, Option<String>)> {
        let mut evidence = Vec::new();
        self.each_document(&mut |person, file, document| {
            let purpose = document()["purpose"].as_str().map(str::to_owned);
            evidence.push((NewDocument { file, subject: subject(person, customer) }, purpose));
        });
        evidence
    }

    /// The documents that the given function accepts, as attachments of their files to their data subjects.
    pub(crate) fn new_documents(
        &self,
        customer: CustomerId,
        is_new: impl Fn(FileId, PersonId) -> bool,
    ) -> Vec<NewDocument> {
        let mut new = Vec::new();
        self.each_document(&mut |person, file, _| {
            let subject = subject(person, customer);
            if is_new(file, subject) {
                new.push(NewDocument { file, subject });
            }
        });
        new
    }

    /// The document by which a data subject has a file as evidence, as JSON.
    pub(crate) fn document(&self, customer: CustomerId, file: FileId, of: PersonId) -> Option<Value> {
        let mut found = None;
        self.each_document(&mut |person, id, document| {
            if id == file && subject(person, customer) == of {
                found = Some(document());
            }
        });
        found
    }

    /// The JSON array that `expand=documents` shows, from a customer's profile and the files it names.
    #[must_use]
    pub fn documents_view(&self, customer: CustomerId, files: &[File]) -> Value {
        let mut views = Vec::new();
        self.each_document(&mut |person, id, document| {
            let Some(file) = files.iter().find(|file| file.id == id) else { return };
            let mut view = json!({
                "file_id": id,
                "person_id": person,
                "purpose": null,
                "doc_side": null,
                "description": null,
                "name": file.details.name.expose(),
                "type": file.details.media_type,
                "size": file.details.size,
                "state": file.state(),
                "uploaded_at": file.uploaded_at,
                "attached_at": file.attached_at(subject(person, customer)),
            });
            if let (Some(view), Value::Object(document)) = (view.as_object_mut(), document()) {
                view.extend(document);
            }
            views.push(view);
        });
        Value::Array(views)
    }

    /// Removes the documents of one file, wherever they are, and returns what that changed.
    fn remove_documents(&mut self, file: FileId) -> Vec<FieldChange> {
        let mut changes = Vec::new();
        match self {
            Self::Individual(individual) => remove(&mut individual.documents, file, "", &mut changes),
            Self::Business(business) => {
                remove(&mut business.documents, file, "", &mut changes);
                let persons = business.associated_persons.iter_mut().flat_map(|persons| &mut persons.0);
                for (index, person) in persons.enumerate() {
                    let documents: &mut Option<List<PersonDocument, 10>> = &mut person.documents;
                    remove(documents, file, &format!("/associated_persons/{index}"), &mut changes);
                }
            }
        }
        changes
    }
}

fn remove<D: Document, const MAX: usize>(
    documents: &mut Option<List<D, MAX>>,
    file: FileId,
    owner: &str,
    changes: &mut Vec<FieldChange>,
) {
    let Some(list) = documents else { return };
    let Some(index) = list.0.iter().position(|document| document.file_id().id() == Some(file)) else { return };
    let before = list.0.remove(index).audited();
    changes.push(FieldChange { pointer: format!("{owner}/documents/{index}"), before, after: "null".to_owned() });
    if list.0.is_empty() {
        *documents = None;
    }
}

impl Customer {
    /// Records which files of a change prove nothing, as long as a document names them.
    pub(crate) fn record_flaws(&mut self, files: &[File]) {
        self.kyc.flaws.extend(files.iter().filter_map(|file| Some((file.id, file.details.flaw?))));
        if !self.kyc.flaws.is_empty() {
            let shown = self.profile.files();
            self.kyc.flaws.retain(|file, _| shown.contains(file));
        }
    }

    /// The record without the documents of a file, and what that changed. Without such documents the record is
    /// unchanged.
    #[must_use]
    pub fn without_document(mut self, file: FileId, now: Timestamp) -> (Self, Vec<FieldChange>) {
        let changes = self.profile.remove_documents(file);
        self.record_flaws(&[]);
        self.count(&changes, now);
        (self, changes)
    }
}
