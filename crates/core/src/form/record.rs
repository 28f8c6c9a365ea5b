//! What the record keeps of the hosted form.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::Timestamp;
use crate::hexadecimal::hexadecimal;
use crate::ids::{Random, SessionId};

/// What the record keeps of the form besides the profile. Places are JSON Pointers into the PUT body in which an
/// associated person is named by its id.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// What was typed and is not in the profile, by place. Empty text stands for a field that was emptied.
    pub draft: BTreeMap<String, String>,
    /// Who gave what is there, by place; a document's place is `/files/` and its file's id.
    pub saved: BTreeMap<String, Saved>,
    /// What was confirmed without being seen, by place, as a short hash: what is changed later is asked about again.
    pub confirmed: BTreeMap<String, String>,
    /// Who wrote the date that opens the form.
    pub date: Option<DateWritten>,
    /// Which dates were tried.
    pub tries: Option<Tries>,
    /// To what the customer agreed when it submitted.
    pub consent: Option<Consent>,
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// The last save of one field through the form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// From which device.
    pub device: Device,
    /// When.
    pub at: Timestamp,
    /// What was saved, as a short hash: what somebody else has written since is not shown to this device.
    pub given: String,
}

/// One browser that entered through the link; known by a hash of what it shows, so that it cannot be forged from the
/// record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Device(String);

impl Device {
    /// No device, which gave nothing: for who only looks where a link leads.
    #[must_use]
    pub const fn none() -> Self {
        Self(String::new())
    }

    pub(crate) fn of(pass: &str) -> Self {
        Self(short_hash(pass))
    }
}

/// What a date opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// Everything that is in the record.
    Everything,
    /// What these devices gave.
    Of(BTreeSet<Device>),
}

/// A date that opens something.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub(super) date: String,
    pub(super) opens: Opens,
}

/// Who wrote the date that is in the record now, when a device of the form did.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateWritten {
    pub(super) session: SessionId,
    /// The date that still counts in this session, because its writer did not know it.
    pub(super) before: Option<Key>,
    /// What the date opens that was written.
    pub(super) opens: Opens,
}

/// What a session has tried, and which of its devices see everything.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    pub(super) session: SessionId,
    pub(super) failed: u8,
    pub(super) opened: BTreeSet<Device>,
}

/// To what a customer agreed, and what it saw when it did.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The version of the text.
    pub version: String,
    /// In which language it was shown.
    pub language: String,
    /// The text as it was shown.
    pub text: String,
    /// The SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// The version of the record that was shown for review.
    pub reviewed: u64,
    /// When.
    pub at: Timestamp,
    /// From which network address.
    pub address: Option<IpAddr>,
}

/// The first eight bytes of the SHA-256 of a text, in hexadecimal: enough to see that two texts differ.
#[must_use]
pub fn short_hash(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes())[..8])
}

/// A new attempt to upload: repeated after a broken connection, it is the same one.
#[must_use]
pub fn attempt(random: &dyn Random) -> String {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    hexadecimal(&bytes)
}
