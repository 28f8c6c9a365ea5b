//! Files: uploaded before they are evidence, then attached as documents to customers and their persons.

pub mod check;
pub mod name;
pub(crate) mod record;
pub mod scan;

pub use name::FileName;
pub use record::{
    Attachment, AttachmentView, File, FileDetails, FileState, FileView, Flaw, MAX_FILE, MediaType, SealedFile,
    UNATTACHED_SECONDS, Uploaded,
};
