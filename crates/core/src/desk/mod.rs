//! The desk: the people of an account who look at its customers and decide, how they sign in, and what they note while
//! they work.

pub mod claims;
pub mod flag;
pub mod member;
pub mod mrz;
pub mod proof;
pub mod role;
pub mod sign_in;
pub mod tally;
pub mod wait;
pub mod worksheet;

pub use claims::Claim;
pub use flag::{Flag, FlagKind};
pub use member::{Identity, Member, MemberDetails, Passkey};
pub use role::{Grant, Permission, Role, Roles};
pub use sign_in::{FRESH_SECONDS, NewSignIn, SignIn, SignInDetails, SignInKind};
pub use tally::Tally;
pub use wait::{DueTimes, WaitReason};
pub use worksheet::{Author, Holder, Note, Verdict, VerdictWord, Worksheet, WorksheetDetails};
