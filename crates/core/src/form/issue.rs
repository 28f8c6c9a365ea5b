//! What keeps a form from being submitted.

use crate::form::calendars::Calendar;
use crate::kyc::requirement::Fault;
use crate::violation::Code;

/// Why a value has to be given, corrected or confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKind {
    /// It is missing.
    Missing,
    /// It is missing, and so are all alternatives to it.
    NoneGiven,
    /// The contract refuses it. If it breaks a limit, this is the limit.
    Refused(Code, Option<u64>),
    /// A rule refuses it.
    Fault(Fault),
    /// Another device or the integrator gave it, and it is hidden: it has to be confirmed or given again.
    Unconfirmed,
    /// The form queries a date that makes sense in another calendar, or in either of two.
    OtherCalendar(Calendar, Option<Calendar>),
    /// The form queries a date of birth more than 120 years ago.
    LongAgo,
    /// The form queries text that shows nothing.
    Blank,
    /// The form queries a name without a letter.
    NoLetter,
    /// The form queries the invisible character at this position, counted from one.
    Invisible(usize),
    /// The form queries a share that is not a percentage.
    NotAShare,
}

/// One thing that keeps a form from being submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The place of an input or of a whole requirement.
    pub place: String,
    /// What is wrong there.
    pub kind: IssueKind,
}
