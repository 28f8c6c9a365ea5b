//! One requirement as callers see it: what is asked for, where it goes, and its status.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::file::record::Flaw;
use crate::hexadecimal::hexadecimal;
use crate::ids::FileId;
use crate::kyc::lifecycle::State;
use crate::kyc::record::{Confirmed, Flag, Kyc};
use crate::place::Place;
use crate::words::words;

/// The document purpose of pictures of an id document.
const ID_DOCUMENT: &str = "id_document";

words! {
    /// The status of a requirement.
    Status {
        /// There is no answer.
        Due = "due",
        /// There is an answer, but it is wrong or the reviewers want it again.
        Error = "error",
        /// There is an answer, and the reviewers are looking at it.
        Pending = "pending",
        /// There is an answer.
        Done = "done",
    }
}

words! {
    /// Why an answer is not good enough, although the schema accepts it.
    Fault {
    InTheFuture = "in_the_future": "is in the future",
    TooYoung = "too_young": "is less than 18 years ago",
    NoAmount = "no_amount": "is not an amount",
    NoWebsite = "no_website": "is not the address of a website",
    NoShare = "no_share": "a share is not a percentage",
    SharesTooMany = "shares_too_many": "the shares add up to more than 100",
    AskedAgain = "asked_again": "the reviewers ask for it again",
    OtherDocument = "other_document": "shows a document that is no longer the one in the profile",
    NeedsPassword = "needs_password": "opens only with a password",
    UnusablePicture = "unusable_picture": "is a picture with a side of less than 200 pixels",
}
}

/// A sentence for people, except for the two faults that a program can fix by uploading another file: those are words.
fn as_people_read_it<S: serde::Serializer>(fault: &Option<Fault>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = fault.map(|fault| match fault {
        Fault::NeedsPassword | Fault::UnusablePicture => fault.as_str(),
        _ => fault.help(),
    });
    text.serialize(serializer)
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::NeedsPassword => Self::NeedsPassword,
            Flaw::UnusablePicture => Self::UnusablePicture,
        }
    }
}

/// One requirement: what is asked for and why, where it goes, and what it looks like.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Requirement {
    /// The name of the rule. For an associated person it ends in `@` and the person's id.
    pub id: String,
    /// Where the value goes in the body of PUT, as a JSON Pointer. `-` means after the last item of an array.
    pub pointer: String,
    /// The places where the value may go: any one of these pointers is enough. `pointer` is the first of them, or the
    /// one where something is wrong. Absent if there is only one place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// The state of the requirement.
    pub status: Status,
    /// The name of the requirement, for people to read.
    pub label: String,
    /// Why it is required, for people to read.
    pub because: String,
    /// What is wrong with the present value, for people to read. Two values are codes: `needs_password` for a PDF that
    /// opens only with a password, and `unusable_picture` for a picture with a side of less than 200 pixels. Both need
    /// another file.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_people_read_it")]
    #[schemars(with = "String")]
    pub error: Option<Fault>,
    /// Present if reviewers asked for the value again and the customer stated in the form that it is correct.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Confirmed")]
    pub confirmed: Option<Confirmed>,
    /// What the present value lacks: the postal code, in a country that needs one. The status is then `due`, and the
    /// whole value has to be sent again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// JSON Schema of the value at the pointer.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub schema: Value,
    /// A valid value, as is usual in the country of the customer or person: with a postal code, or an empty one where
    /// the country has none, and a state. Numbers are invented. For a document, add the `file_id`.
    pub example: Value,
    /// The documents that satisfy the requirement, if it is for a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Evidence")]
    pub document: Option<Evidence>,
    /// The associated person that the requirement is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "crate::ids::PersonId")]
    pub person_id: Option<String>,
    /// A hash of the answer, to tell a new answer from the old one. Empty without an answer.
    #[serde(skip)]
    pub given: String,
    /// For a document, the files that were given.
    #[serde(skip)]
    pub files: Vec<FileId>,
    /// When the fault ends by itself, because a date is reached.
    #[serde(skip)]
    pub good_from: Option<Timestamp>,
}

/// A document that is asked for.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Evidence {
    /// The accepted purposes. Any one of them is enough.
    pub purposes: Vec<String>,
    /// The side that the file must show.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("enum" = ["front", "back"]))]
    pub side: Option<&'static str>,
    /// The path to upload the file to.
    pub upload: &'static str,
}

impl Requirement {
    /// The id of its rule, which is its own id without the person.
    #[must_use]
    pub fn rule_id(&self) -> &str {
        self.id.split_once('@').map_or(&self.id, |(rule, _)| rule)
    }

    /// The places where it may go. Any one of them is enough.
    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        let only = if self.one_of.is_empty() { Some(self.pointer.as_str()) } else { None };
        only.into_iter().chain(self.one_of.iter().map(String::as_str))
    }

    /// Whether a change at this place can change the answer.
    #[must_use]
    pub fn concerns(&self, pointer: &str) -> bool {
        self.pointers().any(|place| {
            let place = place.strip_suffix("/-").unwrap_or(place);
            Place::new(pointer).is_inside(place) || Place::new(place).is_inside(pointer)
        })
    }

    /// Whether `name` is its id or one of its places.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.id == name || self.pointers().any(|pointer| pointer == name)
    }

    /// Whether it prevents a submission.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.status, Status::Due | Status::Error)
    }

    /// Adjusts the status to the flags and the state of the verification.
    pub(super) fn adjust_to(&mut self, kyc: &Kyc) {
        match self.flag_in(kyc).map(|flag| (&flag.replaced, &flag.confirmed)) {
            None => {}
            Some((None, Some(confirmed))) => self.confirmed = Some(confirmed.clone()),
            Some((replaced, _)) => {
                self.status = Status::Error;
                self.error = Some(if replaced.is_some() { Fault::OtherDocument } else { Fault::AskedAgain });
            }
        }
        if self.status == Status::Done && kyc.state == State::Submitted {
            self.status = Status::Pending;
        }
    }

    /// A flag that asks for it again.
    #[must_use]
    pub fn flag(&self) -> Flag {
        let (requirement, given, files) = (self.id.clone(), self.given.clone(), self.files.clone());
        Flag { requirement, given, files, replaced: None, confirmed: None }
    }

    /// The flag that asks for it again, as long as the answer is the one that was flagged.
    #[must_use]
    pub fn flag_in<'a>(&self, kyc: &'a Kyc) -> Option<&'a Flag> {
        kyc.flags.iter().find(|flag| flag.requirement == self.id && flag.given == self.given)
    }

    /// Whether there is an answer.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// Whether it asks for a picture of an id document.
    #[must_use]
    pub fn is_id_document(&self) -> bool {
        self.document.as_ref().is_some_and(|evidence| evidence.purposes.iter().any(|purpose| purpose == ID_DOCUMENT))
    }
}

/// A hash of an answer. Empty without one.
pub(super) fn fingerprint(given: Option<&Value>) -> String {
    let Some(given) = given else { return String::new() };
    let hash = Sha256::digest(given.to_string().as_bytes());
    hexadecimal(&hash[..16])
}
