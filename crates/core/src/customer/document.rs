//! Documents: uploaded files attached to a customer or to an associated person, as evidence for something.

use crate::parse::context::Path;
use crate::parse::leaf::{FileRef, Text};
use crate::parse::list::List;
use crate::parse::record::{Field, Merging};
use crate::{choice, record};

choice! {
    /// What a document of an individual proves.
    IndividualDocumentPurpose {
        IdDocument = "id_document",
        ProofOfAddress = "proof_of_address",
        ProofOfSourceOfFunds = "proof_of_source_of_funds",
        Other = "other",
    }
}

choice! {
    /// What a document of a business proves.
    BusinessDocumentPurpose {
        ProofOfAddress = "proof_of_address",
        ProofOfSourceOfFunds = "proof_of_source_of_funds",
        BusinessFormation = "business_formation",
        DirectorsRegistry = "directors_registry",
        ShareholderRegistry = "shareholder_registry",
        ProofOfNatureOfBusiness = "proof_of_nature_of_business",
        FinancialStatements = "financial_statements",
        MemorandumArticlesOfIncorporation = "memorandum_articles_of_incorporation",
        Other = "other",
    }
}

choice! {
    /// What a document of an associated person proves.
    PersonDocumentPurpose {
        ProofOfAddress = "proof_of_address",
        IdDocument = "id_document",
    }
}

choice! {
    /// Which side of the document the file shows.
    DocSide { Front = "front", Back = "back" }
}

record! {
    /// A document of an individual.
    value IndividualDocument {
        /// The ID of the uploaded file
        file_id: FileRef,
        /// The purpose/type of the document
        purpose: Option<IndividualDocumentPurpose>,
        /// The side of the document
        doc_side: Option<DocSide>,
        /// Optional description of the document
        description: Option<Text<1024>>,
    }
}

record! {
    /// A document of a business.
    value BusinessDocument {
        /// The ID of the uploaded file
        file_id: FileRef,
        /// The purpose/type of the document
        purpose: Option<BusinessDocumentPurpose>,
        /// The side of the document
        doc_side: Option<DocSide>,
        /// Optional description of the document
        description: Option<Text<1024>>,
    }
}

record! {
    /// A document of an associated person.
    value PersonDocument {
        /// The ID of the uploaded file
        file_id: FileRef,
        /// The purpose/type of the document
        purpose: PersonDocumentPurpose,
        /// The side of the document
        doc_side: Option<DocSide>,
        /// Optional description of the document
        description: Option<Text<1024>>,
    }
}

/// A document of any owner, identified by its file.
pub trait Document: Field + Clone {
    /// The file that the document names.
    fn file_id(&self) -> FileRef;

    /// Takes over purpose, side and description when a body names the file again.
    fn rename(&mut self, again: Self);
}

macro_rules! document {
    ($type:ty, $purpose:ident => $replace:expr) => {
        impl Document for $type {
            fn file_id(&self) -> FileRef {
                self.file_id
            }

            fn rename(&mut self, again: Self) {
                let Self { file_id: _, $purpose, doc_side, description } = again;
                self.purpose = $replace(self.purpose, $purpose);
                self.doc_side = doc_side.or(self.doc_side);
                if description.is_some() {
                    self.description = description;
                }
            }
        }
    };
}

document!(IndividualDocument, purpose => |stored, again: Option<_>| again.or(stored));
document!(BusinessDocument, purpose => |stored, again: Option<_>| again.or(stored));
document!(PersonDocument, purpose => |_, again| again);

/// Documents accumulate, keyed by their file: no merge drops evidence.
impl<D: Document, const MAX: usize> Field for List<D, MAX> {
    fn merge(&mut self, incoming: Self, at: &Path<'_>, merging: &mut Merging) {
        for document in incoming.0 {
            match self.0.iter_mut().enumerate().find(|(_, stored)| stored.file_id() == document.file_id()) {
                Some((index, stored)) => {
                    let before = stored.clone();
                    stored.rename(document);
                    if *stored != before {
                        merging.changed(&Path::Item { parent: at, index }, before.audited(), stored.audited());
                    }
                }
                None => {
                    let path = Path::Item { parent: at, index: self.0.len() };
                    merging.changed(&path, "null".to_owned(), document.audited());
                    self.0.push(document);
                }
            }
        }
    }

    fn adopted(self) -> Self {
        let mut adopted = Self::default();
        // These changes are not read: the list as a whole is new.
        let mut unread = Merging::new(crate::parse::Mode::Update);
        adopted.merge(self, &Path::Root, &mut unread);
        adopted
    }

    fn clearable(&self) -> bool {
        false
    }
}
