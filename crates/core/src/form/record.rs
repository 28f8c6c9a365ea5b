//! What the record stores about the hosted form.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::hexadecimal::hexadecimal;
use crate::ids::{Random, SessionId};

/// What the record stores about the form besides the profile. Maps are keyed by place: a JSON Pointer into the PUT
/// body, with the id of an associated person instead of an index.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Text that was typed and is not in the profile. Empty text means that the field was cleared.
    pub draft: BTreeMap<String, String>,
    /// Which device gave the present value. The place of a document is `/files/` and the id of its file.
    pub saved: BTreeMap<String, FieldSave>,
    /// A short hash of each value that was confirmed unseen. If the value changes, it must be confirmed again.
    pub confirmed: BTreeMap<String, String>,
    /// Which device wrote the date that reveals earlier answers.
    pub date: Option<DateWritten>,
    /// The attempts to enter that date.
    pub tries: Option<Tries>,
    /// What the customer agreed to at submission.
    pub consent: Option<Consent>,
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// The last save of one field through the form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSave {
    /// The device that saved the field.
    pub device: Device,
    /// When the field was saved.
    pub at: Timestamp,
    /// A short hash of the saved value. If the value has changed since, this device does not see it.
    pub given: String,
}

/// One browser that entered through the link. The record has only a hash of its pass, from which the pass cannot be
/// recovered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Device(String);

impl Device {
    /// A device that gave nothing, for the page that a link opens.
    #[must_use]
    pub const fn none() -> Self {
        Self(String::new())
    }

    pub(crate) fn of(pass: &str) -> Self {
        Self(short_hash(pass))
    }
}

/// What a device sees after it enters a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// Everything that is in the record.
    Everything,
    /// What these devices gave.
    Of(BTreeSet<Device>),
}

/// A date, and what it reveals.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub(super) date: String,
    pub(super) opens: Opens,
}

/// Who wrote the date in the record, if it was typed into the form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateWritten {
    pub(super) session: SessionId,
    /// The date that still counts in this session, because the device that replaced it had not entered it.
    pub(super) before: Option<Key>,
    /// What the new date reveals.
    pub(super) opens: Opens,
}

/// The attempts of a session to enter the date, and the devices that succeeded.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    pub(super) session: SessionId,
    pub(super) failed: u8,
    pub(super) opened: BTreeSet<Device>,
}

/// What a customer agreed to, and what they saw when they did.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The version of the text.
    pub version: String,
    /// The language in which it was shown.
    pub language: String,
    /// The text as it was shown.
    pub text: String,
    /// The SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// The version of the record that was shown for review.
    pub reviewed: u64,
    /// When the customer agreed.
    pub at: Timestamp,
    /// The network address that it came from.
    pub address: Option<IpAddr>,
}

/// The first eight bytes of the SHA-256 of a text, in hexadecimal. Enough to tell that two texts differ.
#[must_use]
pub fn short_hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes())[..8])
}

/// An id for a new attempt to upload. A retry after a broken connection has the same id.
#[must_use]
pub fn attempt(random: &dyn Random) -> String {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    hexadecimal(&bytes)
}
