//! What stands in the way of a submission.

use crate::form::calendars::Calendar;
use crate::kyc::requirement::Fault;
use crate::violation::Code;

/// Why something has to be given, or given differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKind {
    /// It is missing.
    Missing,
    /// It is missing, and so is everything that could be given instead.
    NoneGiven,
    /// The contract refuses it; with the limit that it breaks, when there is one.
    Refused(Code, Option<u64>),
    /// A rule refuses it.
    Fault(Fault),
    /// Another gave it, and this device cannot see it: it has to be confirmed, or given again.
    Unconfirmed,
    /// The form asks back: it makes sense in this calendar, and perhaps in that one.
    OtherCalendar(Calendar, Option<Calendar>),
    /// The form asks back: nobody who lives was born then.
    LongAgo,
    /// The form asks back: it shows nothing, or is a name without a letter.
    Blank,
    /// The form asks back: the character at this place, counted from one, cannot be seen.
    Invisible(usize),
    /// The form asks back: it is no percentage.
    NotAShare,
}

/// One thing that stands in the way of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The place of an input, or of a requirement as a whole.
    pub place: String,
    /// Why.
    pub kind: IssueKind,
}
