//! Enumerations.

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

/// The schema of an enumeration.
pub(super) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

pub(super) fn media_type() -> Value {
    shown::<MediaType>()
}

pub(super) fn file_state() -> Value {
    shown::<FileState>()
}

/// A customer's verification has the same states as a rail.
pub(super) fn kyc_status() -> Value {
    of::<RailStatus>()
}

pub(super) fn event_type() -> Value {
    of::<EventType>()
}

/// A string, because an operator may add codes.
fn reason_code() -> Value {
    let text = "The reason for a decision: one of the examples, or a code of the installation's own";
    described(text, shown::<ReasonCode>())
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
        ("IndividualDocumentPurpose", described("What the document proves", of::<IndividualDocumentPurpose>())),
        ("BusinessDocumentPurpose", described("What the document proves", of::<BusinessDocumentPurpose>())),
        ("PersonDocumentPurpose", described("What the document proves", of::<PersonDocumentPurpose>())),
        ("DocumentSide", described("Which side the file shows", of::<DocSide>())),
        ("DecisionOutcome", described("The kind of decision", of::<Outcome>())),
        ("DecisionReason", reason_code()),
        ("SimulatedAction", described("What to simulate", of::<Action>())),
        ("KycStatus", described("The state of a verification, or of one payment rail", kyc_status())),
        ("EventType", described("The type of an event", event_type())),
        ("MediaType", described("The type of a file, by its content", media_type())),
        (
            "FileState",
            described("The state of a file. One that is not attached is deleted after 72 hours", file_state()),
        ),
        ("ProblemCode", described("The kind of problem; each has a page under /problems", problem_code())),
        ("ViolationCode", described("The rule that is broken", violation_code())),
    ]
}
