//! The desk: members, their sign-ins, and the worksheets of reviewers.

use async_trait::async_trait;

use crate::caller::Scope;
use crate::clock::Timestamp;
use crate::desk::member::Member;
use crate::desk::sign_in::SignIn;
use crate::desk::worksheet::Worksheet;
use crate::ids::{AccountId, CustomerId, MemberId, SignInId};
use crate::store::error::StoreError;

/// A customer that waits for a decision, as far as an engine knows it without opening the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The id of the customer.
    pub customer: CustomerId,
    /// The version of its record.
    pub version: u64,
    /// Since when it waits.
    pub since: Timestamp,
    /// The version of its worksheet, 0 if there is none.
    pub worksheet: u64,
    /// When the holder's page was last open.
    pub renewed_at: Option<Timestamp>,
}

/// What was used, for the record of its last use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskUse {
    /// A session of a member of this account.
    SignIn(AccountId, SignInId),
    /// The page of a case, open at its holder.
    Worksheet(Scope, CustomerId),
}

/// Reads what the desk stores.
#[async_trait]
pub trait DeskStore: Send + Sync {
    /// The members of an account, in the order in which they were invited.
    async fn members(&self, account: AccountId) -> Result<Vec<Member>, StoreError>;

    /// One member. `None` if the account has no such member.
    async fn member(&self, account: AccountId, id: MemberId) -> Result<Option<Member>, StoreError>;

    /// The sign-in that a token opens, whether it has ended or not.
    async fn sign_in(&self, token: &str) -> Result<Option<SignIn>, StoreError>;

    /// The sign-ins of an account that have not expired at this moment, oldest first.
    async fn sign_ins(&self, account: AccountId, now: Timestamp) -> Result<Vec<SignIn>, StoreError>;

    /// Records when something was last used. This is not part of any change, and losing it in a crash does no harm.
    async fn record_desk_use(&self, used: DeskUse, at: Timestamp) -> Result<(), StoreError>;

    /// Deletes the sign-ins that expired before this moment.
    async fn delete_expired_sign_ins(&self, now: Timestamp) -> Result<(), StoreError>;

    /// The worksheet of a customer, which is empty if nothing was noted.
    async fn worksheet(&self, scope: Scope, customer: CustomerId) -> Result<Worksheet, StoreError>;

    /// Every customer of a scope that waits for a decision, longest wait first.
    async fn waiting(&self, scope: Scope) -> Result<Vec<Waiting>, StoreError>;
}
