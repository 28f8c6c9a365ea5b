//! What is known about an uploaded file.

use serde::Serialize;

use crate::clock::Timestamp;
use crate::file::name::FileName;
use crate::ids::{CustomerId, FileId, PersonId};
use crate::words::words;

/// The largest file, in bytes.
pub const MAX_FILE: u64 = 10 * 1_024 * 1_024;

/// How long a file is kept that is not attached.
pub const UNATTACHED_SECONDS: i64 = 72 * 60 * 60;

words! {
    /// The types of file that are accepted.
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

    /// The extensions of such files. The first is the usual one.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
            Self::Pdf => &["pdf"],
        }
    }
}

words! {
    /// Why an accepted file proves nothing: a reviewer cannot see what it shows.
    Flaw {
        /// It is a PDF that opens only with a password.
        NeedsPassword = "needs_password",
        /// It is a picture with a side of less than 200 pixels.
        UnusablePicture = "unusable_picture",
    }
}

/// What is known about an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The id of the file.
    pub id: FileId,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
    /// The customers and persons whose evidence it is or was, oldest first. Only erasure removes them. If there are
    /// very many, only some are read; see [`FileStore::files`](crate::store::FileStore::files).
    pub attachments: Vec<Attachment>,
    /// The sealed details.
    pub details: FileDetails,
}

/// A stored file, and whether an earlier request with the same key stored it.
#[derive(Debug)]
pub struct Uploaded {
    /// The file that is stored.
    pub file: File,
    /// Whether the response was kept from an earlier attempt.
    pub replayed: bool,
}

/// An attachment of a file as evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attachment {
    /// The customer whose evidence it is.
    pub customer: CustomerId,
    /// The data subject: the customer or one of its persons.
    pub subject: PersonId,
    /// When it was attached.
    pub at: Timestamp,
}

/// What is known about a file's content. It is sealed under the file's own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDetails {
    /// The name its sender gave it.
    pub name: FileName,
    /// The type that the content has.
    pub media_type: MediaType,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Why it proves nothing. It is also `None` for files from before this check existed.
    pub flaw: Option<Flaw>,
}

words! {
    /// Whether a file is evidence.
    FileState {
        /// It is not evidence yet, and is deleted unless it is attached in time.
        Unattached = "unattached",
        /// It is evidence of at least one customer.
        Attached = "attached",
    }
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

    /// When it became evidence of a data subject.
    #[must_use]
    pub fn attached_at(&self, subject: PersonId) -> Option<Timestamp> {
        self.attachments.iter().find(|attachment| attachment.subject == subject).map(|attachment| attachment.at)
    }

    /// The JSON that `GET /v0/files/{id}` returns.
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
    /// The name that it was uploaded with, without folders and hidden characters.
    name: &'a str,
    r#type: MediaType,
    /// The size in bytes.
    size: u64,
    state: FileState,
    /// The first customer whose evidence the file became.
    customer_id: Option<CustomerId>,
    uploaded_at: Timestamp,
    /// When the file first became evidence.
    attached_at: Option<Timestamp>,
    /// Whose evidence the file is or was, oldest first, 100 at most.
    attachments: Vec<AttachmentView>,
}

/// What is shown of an attachment.
#[derive(Serialize, schemars::JsonSchema)]
pub struct AttachmentView {
    customer_id: CustomerId,
    /// The associated person; `null` for the customer.
    person_id: Option<PersonId>,
    attached_at: Timestamp,
}

impl AttachmentView {
    fn new(&Attachment { customer, subject, at }: &Attachment) -> Self {
        let person_id = (subject != PersonId::of_customer(customer)).then_some(subject);
        Self { customer_id: customer, person_id, attached_at: at }
    }
}

/// A file whose content is durable, as the store will record it. It is opaque to everything but the store.
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
