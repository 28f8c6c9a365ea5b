//! Worksheets: what reviewers note about one customer while they work. A worksheet is no part of the record, so it
//! changes no version and sends no event.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{CustomerId, MemberId};
use crate::kyc::decision::Decision;
use crate::kyc::record::Kyc;
use crate::kyc::requirement::Requirement;
use crate::words::words;

/// How long a case is held, in seconds. An open page renews it.
pub const HOLD_SECONDS: i64 = 15 * 60;
/// The most notes about a customer.
pub const MAX_NOTES: usize = 500;
/// The longest note, in characters.
pub const MAX_NOTE: usize = 4_000;

words! {
    /// What a reviewer found when comparing a claim with its evidence.
    VerdictWord {
        Matches = "matches": "The evidence proves the claim.",
        Differs = "differs": "The evidence says something else, or proves nothing.",
        Unsure = "unsure": "The reviewer cannot tell.",
    }
}

/// What the reviewers noted about one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worksheet {
    /// The customer that the notes are about.
    pub customer: CustomerId,
    /// Counts the changes of the worksheet. 0 if there is none yet.
    pub version: u64,
    /// When the holder's page was last open.
    pub renewed_at: Option<Timestamp>,
    /// The rest, which is sealed under the customer's key.
    pub details: WorksheetDetails,
}

/// What is sealed of a worksheet.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorksheetDetails {
    /// Who works on the case.
    pub holder: Option<Holder>,
    /// The verdicts, by the id of the requirement.
    pub verdicts: BTreeMap<String, Verdict>,
    /// Internal notes, oldest first. They are only ever added to.
    pub notes: Vec<Note>,
    /// What the case was handed to the approvers with, until the next decision.
    pub escalated: Option<Note>,
}

impl fmt::Debug for WorksheetDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// A member who did something: the id, and the name as the audit trail keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The id of the member.
    pub id: MemberId,
    /// The member's name at that time.
    pub name: String,
}

/// Who works on a case, so that others leave it alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The member who holds the case.
    pub member: Author,
    /// When the member took the case.
    pub since: Timestamp,
}

/// A reviewer's finding about one requirement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What the reviewer found.
    pub verdict: VerdictWord,
    /// A hash of the answer that was judged, and the ids of the files that proved it. The verdict is void once either
    /// changes.
    pub given: String,
    /// Who gave the verdict.
    pub by: Author,
    /// When the verdict was given.
    pub at: Timestamp,
}

/// An internal note, which the customer never sees.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The text of the note.
    pub text: String,
    /// Who wrote it.
    pub by: Author,
    /// When the note was written.
    pub at: Timestamp,
}

impl Worksheet {
    /// The worksheet of a customer about whom nothing is noted yet.
    #[must_use]
    pub fn empty(customer: CustomerId) -> Self {
        Self { customer, version: 0, renewed_at: None, details: WorksheetDetails::default() }
    }

    /// Who holds the case at a moment.
    #[must_use]
    pub fn holder(&self, now: Timestamp) -> Option<&Holder> {
        self.details.holder.as_ref().filter(|_| self.held_until().is_some_and(|end| now < end))
    }

    /// Who holds the case of a customer. A hold also ends with any decision or proposal.
    #[must_use]
    pub fn holder_of(&self, kyc: &Kyc, now: Timestamp) -> Option<&Holder> {
        let decided = kyc.decision.as_ref().map(|decision| decision.at);
        let ended = decided.max(kyc.proposal.as_ref().map(|proposal| proposal.at));
        self.holder(now).filter(|holder| ended.is_none_or(|ended| ended < holder.since))
    }

    /// When the hold ends, unless the holder's page renews it.
    #[must_use]
    pub fn held_until(&self) -> Option<Timestamp> {
        let holder = self.details.holder.as_ref()?;
        Some(self.renewed_at.map_or(holder.since, |at| at.max(holder.since)).plus_seconds(HOLD_SECONDS))
    }

    /// Whether the case was handed to the approvers after the last decision.
    #[must_use]
    pub fn is_escalated(&self, last: Option<&Decision>) -> bool {
        self.details.escalated.as_ref().is_some_and(|note| last.is_none_or(|decision| decision.at < note.at))
    }

    /// The verdict on a requirement, if the answer is still the one that was judged.
    #[must_use]
    pub fn verdict(&self, requirement: &Requirement) -> Option<&Verdict> {
        self.details.verdicts.get(&requirement.id).filter(|verdict| verdict.given == requirement.given)
    }
}
