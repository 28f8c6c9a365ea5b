//! What is known of an uploaded file.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::file::name::FileName;
use crate::ids::{CustomerId, FileId, PersonId};
use crate::words::words;

/// The largest file, in bytes.
pub const MAX_FILE: u64 = 10 * 1_024 * 1_024;

/// How long a file is kept that nobody attaches.
pub const UNATTACHED_SECONDS: i64 = 72 * 60 * 60;

words! {
    /// What a file may be.
    MediaType {
        Jpeg = "image/jpeg": "A JPEG picture.",
        Png = "image/png": "A PNG picture.",
        Pdf = "application/pdf": "A PDF document.",
    }
}

impl MediaType {
    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Pdf => "PDF",
        }
    }

    /// How names of such files end; the first is the usual one.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
            Self::Pdf => &["pdf"],
        }
    }
}

/// Why a file that is accepted proves nothing: whoever looks at it cannot see what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// It is a PDF that opens only with a password.
    NeedsPassword,
    /// It is a picture with a side of less than 200 pixels.
    UnusablePicture,
}

/// What is known of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
    /// Whose evidence it is, and was: nothing but erasure ends that. Oldest first, empty until it is attached; of very
    /// many only some are read, see [`FileStore::files`](crate::store::FileStore::files).
    pub attachments: Vec<Attachment>,
    /// What is sealed.
    pub details: FileDetails,
}

/// A file that was taken, and whether by an earlier request with the same key.
#[derive(Debug)]
pub struct Uploaded {
    /// The file.
    pub file: File,
    /// Whether this is the answer to an earlier attempt.
    pub replayed: bool,
}

/// Whose evidence a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attachment {
    /// The customer.
    pub customer: CustomerId,
    /// The data subject: the customer, or one of its persons.
    pub subject: PersonId,
    /// Since when.
    pub at: Timestamp,
}

/// What is known of a file's content; sealed under the file's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDetails {
    /// As its sender named it.
    pub name: FileName,
    /// What it is.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub size: u64,
    /// The SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Why it proves nothing. `None` as well of a file that was taken before this was looked at.
    pub flaw: Option<Flaw>,
}

/// Whether a file is somebody's evidence yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(description = "")]
pub enum FileState {
    /// Nobody's: it is deleted when it is not attached in time.
    Unattached,
    /// Evidence of one customer or more.
    Attached,
}

impl File {
    /// Whether it is attached.
    #[must_use]
    pub fn state(&self) -> FileState {
        if self.attachments.is_empty() { FileState::Unattached } else { FileState::Attached }
    }

    /// The oldest of its attachments.
    #[must_use]
    pub fn first(&self) -> Option<&Attachment> {
        self.attachments.first()
    }

    /// Since when it is evidence of a data subject.
    #[must_use]
    pub fn attached_at(&self, subject: PersonId) -> Option<Timestamp> {
        self.attachments.iter().find(|attachment| attachment.subject == subject).map(|attachment| attachment.at)
    }

    /// The JSON that `GET /v0/files/{id}` answers.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let view = FileView {
            id: self.id,
            name: self.details.name.expose(),
            r#type: self.details.media_type,
            size: self.details.size,
            state: self.state(),
            customer_id: self.first().map(|attachment| attachment.customer),
            uploaded_at: self.uploaded_at,
            attached_at: self.first().map(|attachment| attachment.at),
            attachments: self.attachments.iter().map(AttachmentView::new).collect(),
        };
        serde_json::to_vec(&view).expect("a file has string keys only")
    }
}

/// What is shown of a file.
#[derive(Serialize, schemars::JsonSchema)]
pub struct FileView<'a> {
    id: FileId,
    /// As its sender named it, without folders and hidden characters.
    name: &'a str,
    r#type: MediaType,
    /// In bytes.
    size: u64,
    state: FileState,
    /// The first customer whose evidence it became.
    customer_id: Option<CustomerId>,
    uploaded_at: Timestamp,
    /// When it became evidence first.
    attached_at: Option<Timestamp>,
    /// Whose evidence it is or was, oldest first, 100 at most.
    attachments: Vec<AttachmentView>,
}

/// What is shown of an attachment.
#[derive(Serialize, schemars::JsonSchema)]
pub struct AttachmentView {
    customer_id: CustomerId,
    /// The associated person; null for the customer's own.
    person_id: Option<PersonId>,
    attached_at: Timestamp,
}

impl AttachmentView {
    fn new(&Attachment { customer, subject, at }: &Attachment) -> Self {
        let person_id = (subject != PersonId::of_customer(customer)).then_some(subject);
        Self { customer_id: customer, person_id, attached_at: at }
    }
}

/// A file of which the content is durable, as the store is to note it: opaque to everybody but the store, which made
/// it.
#[derive(Debug)]
pub struct SealedFile {
    /// The day of the staging key, counted from 1970.
    pub day: i64,
    /// The file's key, sealed by the staging key.
    pub key: Vec<u8>,
    /// The file's details, sealed by the file's key.
    pub details: Vec<u8>,
    /// A keyed fingerprint of the content, equal for equal contents of the scope.
    pub fingerprint: [u8; 16],
}
