//! Closed lists of words.

use dossier_core::customer::account_use::AccountPurpose;
use dossier_core::customer::document::{
    BusinessDocumentPurpose, DocSide, IndividualDocumentPurpose, PersonDocumentPurpose,
};
use dossier_core::customer::identity::IdDocumentType;
use dossier_core::customer::individual::EmploymentStatus;
use dossier_core::event::EventType;
use dossier_core::file::{FileState, MediaType};
use dossier_core::kyc::decision::{Outcome, ReasonCode};
use dossier_core::kyc::rail::RailStatus;
use dossier_core::schema::of;
use dossier_core::use_cases::simulate::Action;
use dossier_core::violation::Code;
use serde_json::{Value, json};

use super::parts::{described, shown};
use crate::http::problem::ProblemCode;

/// The schema of a word.
pub(super) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

pub(super) fn media_type() -> Value {
    shown::<MediaType>()
}

pub(super) fn file_state() -> Value {
    shown::<FileState>()
}

/// The states of a rail are those of a customer's verification as well.
pub(super) fn kyc_status() -> Value {
    of::<RailStatus>()
}

pub(super) fn event_type() -> Value {
    of::<EventType>()
}

pub(super) fn problem_code() -> Value {
    words(ProblemCode::ALL.iter().map(|problem| problem.as_str()))
}

pub(super) fn violation_code() -> Value {
    words(Code::ALL.iter().map(|code| code.as_str()))
}

pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("AccountPurpose", described("What the account is for", of::<AccountPurpose>())),
        ("EmploymentStatus", described("How an individual earns a living", of::<EmploymentStatus>())),
        ("IdDocumentType", described("The kind of an id document", of::<IdDocumentType>())),
        ("IndividualDocumentPurpose", described("What it proves", of::<IndividualDocumentPurpose>())),
        ("BusinessDocumentPurpose", described("What it proves", of::<BusinessDocumentPurpose>())),
        ("PersonDocumentPurpose", described("What it proves", of::<PersonDocumentPurpose>())),
        ("DocumentSide", described("Which side the file shows", of::<DocSide>())),
        ("DecisionOutcome", described("What is decided", of::<Outcome>())),
        ("DecisionReason", described("Why", of::<ReasonCode>())),
        ("SimulatedAction", described("What happens to the sandbox customer", of::<Action>())),
        ("KycStatus", described("Where a verification, or one rail of it, stands", kyc_status())),
        ("EventType", described("What happened", event_type())),
        ("MediaType", described("The type of a file, by its content", media_type())),
        ("FileState", described("A file that is not attached is deleted after 72 hours", file_state())),
        ("ProblemCode", described("The kind of problem; each has a page under /problems", problem_code())),
        ("ViolationCode", described("The rule that is broken", violation_code())),
    ]
}
