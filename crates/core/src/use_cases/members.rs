//! Invites, changes and removes members of an account.

use std::fmt;

use zeroize::Zeroizing;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Caller, Environment, OperatorName};
use crate::change::{Change, Effect};
use crate::desk::member::{MAX_EMAIL, MAX_MEMBERS, Member, MemberDetails};
use crate::desk::role::{Permission, Roles};
use crate::desk::sign_in::{LINK_SECONDS, NewSignIn, SignIn, SignInDetails, SignInKind};
use crate::hidden::is_hidden;
use crate::idempotency::KeyReused;
use crate::ids::{AccountId, MemberId, SignInId};
use crate::parse::leaf::Email;
use crate::secret::{self, Kind};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::use_cases::write::{Outcome, Unkeyed, commit, write};
use crate::violation::{Code, Violation, Violations};

/// Why something at the desk was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The account has no such member, or the scope no such customer.
    #[error("there is no such member")]
    NotFound,
    /// None of the member's roles allows it.
    #[error("the member has no role that allows this in {}: {}", .1.as_str(), roles_text(*.0, *.1))]
    Forbidden(Permission, Environment),
    /// Every rule that the input breaks.
    #[error("{} rule(s) broken", .0.len())]
    Invalid(Violations),
    /// The account would have no admin.
    #[error("the last admin of an account cannot be removed or lose the role; make another member an admin first")]
    LastAdmin,
    /// Another member works on the case, with this name.
    #[error("another member holds the case")]
    Held(String),
    /// The customer changed the answer that the member judged.
    #[error("the answer changed after the member saw it")]
    AnswerChanged,
    /// The one-time link was used, has expired, or was replaced.
    #[error("the link was used already, has expired, or was replaced by a newer one")]
    LinkEnded,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<KeyReused> for DeskError {
    fn from(_: KeyReused) -> Self {
        // The desk's requests have no `Idempotency-Key`, so this never happens.
        Self::Store(StoreError::Busy)
    }
}

impl From<Violations> for DeskError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

fn roles_text(permission: Permission, environment: Environment) -> String {
    permission.roles(environment).map(|role| role.as_str()).collect::<Vec<_>>().join(" or ")
}

/// What an admin sets of a member. What is absent stays as it is.
#[derive(Clone, Default)]
pub struct MemberInput {
    /// The name, as colleagues see it.
    pub name: Option<String>,
    /// The e-mail address. Another address means another person at the identity provider.
    pub email: Option<String>,
    /// The roles in both environments.
    pub roles: Option<Roles>,
}

impl fmt::Debug for MemberInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// Invites a member: returns the member and the token of a one-time link.
///
/// # Errors
///
/// [`DeskError::Invalid`] for a name, an address or roles that cannot be right, or for an address that a member of the
/// account has already.
pub async fn invite(
    services: &Services,
    caller: &Caller,
    account: AccountId,
    (name, email, roles): (&str, &str, Roles),
) -> Result<(Member, Zeroizing<String>), DeskError> {
    let caller = &at_home(caller, account);
    let member = write(
        services,
        caller,
        Unkeyed,
        || load(services, account),
        |members: Vec<Member>| {
            let now = services.clock.now();
            let mut violations = Vec::new();
            let good_name = check_name(name, &mut violations);
            check_roles(&roles, &mut violations);
            let email = check_email(email, members.iter(), &mut violations);
            if members.len() >= MAX_MEMBERS {
                violations.push(Violation::new(
                    "",
                    Code::TooManyItems,
                    format!("an account has at most {MAX_MEMBERS} members"),
                ));
            }
            let (Some(name), Some(email), true) = (good_name, email, violations.is_empty()) else {
                return Err(Violations(violations).into());
            };
            let details = MemberDetails {
                name,
                email,
                roles: roles.clone(),
                invited_at: now,
                signed_in_at: None,
                passkeys: Vec::new(),
                identity: None,
                no_shortcuts: false,
            };
            let member = Member { id: services.random.uuid().into(), account, version: 1, details };
            let audit = entry(services, caller, Action::MemberInvited, None, Some(&member));
            let effect = Effect::MemberWritten { expected: 0, after: Box::new(member.clone()), beside: None };
            Ok(Outcome::Change(Change::new(caller.scope, effect, audit), member))
        },
    )
    .await?;
    let token = link(services, caller, account, member.id).await?;
    Ok((member, token))
}

/// The token of a new one-time link for a member. Earlier links of the member stop working.
///
/// # Errors
///
/// [`DeskError::NotFound`] for an unknown member.
pub async fn link(
    services: &Services,
    caller: &Caller,
    account: AccountId,
    id: MemberId,
) -> Result<Zeroizing<String>, DeskError> {
    let caller = &at_home(caller, account);
    services.store.member(account, id).await?.ok_or(DeskError::NotFound)?;
    let now = services.clock.now();
    let is_link = |one: &SignIn| one.details.member == id && one.details.kind == SignInKind::Link;
    let earlier = services.store.sign_ins(account, now).await?;
    let earlier = earlier.iter().filter(|one| is_link(one)).map(|one| one.id).collect();
    let token = secret::generate(Kind::SignIn, caller.scope.environment, services.random.as_ref());
    let details = SignInDetails {
        member: id,
        kind: SignInKind::Link,
        created_at: now,
        method: "link".to_owned(),
        device: String::new(),
    };
    let sign_in = SignIn {
        id: services.random.uuid().into(),
        account,
        expires_at: now.plus_seconds(LINK_SECONDS),
        used_at: None,
        details,
    };
    let new = Box::new(NewSignIn { token: token.clone(), sign_in });
    let audit = entry_about(services, caller, Action::MemberLinked, id);
    let effect = Effect::SignInCreated { new, link: None, ends: earlier, member: None };
    commit(services, Change::new(caller.scope, effect, audit)).await?;
    Ok(token)
}

/// Changes a member's name, e-mail address or roles.
///
/// # Errors
///
/// [`DeskError::NotFound`], [`DeskError::Invalid`], and [`DeskError::LastAdmin`].
pub async fn set(
    services: &Services,
    caller: &Caller,
    account: AccountId,
    id: MemberId,
    input: &MemberInput,
) -> Result<Member, DeskError> {
    change(services, (caller, None), account, id, |details, others| {
        let mut violations = Vec::new();
        if let Some(name) = &input.name
            && let Some(name) = check_name(name, &mut violations)
        {
            details.name = name;
        }
        if let Some(email) = &input.email
            && let Some(email) = check_email(email, others.iter().copied(), &mut violations)
        {
            if !is_same_address(&email, &details.email) {
                details.identity = None;
            }
            details.email = email;
        }
        if let Some(roles) = &input.roles {
            check_roles(roles, &mut violations);
            details.roles = roles.clone();
        }
        if violations.is_empty() { Ok(()) } else { Err(Violations(violations).into()) }
    })
    .await
}

/// Changes a member. `apply` gets the other members too. The entry has the note, if there is one.
pub(super) async fn change(
    services: &Services,
    (caller, note): (&Caller, Option<&str>),
    account: AccountId,
    id: MemberId,
    mut apply: impl FnMut(&mut MemberDetails, &[&Member]) -> Result<(), DeskError>,
) -> Result<Member, DeskError> {
    let caller = &at_home(caller, account);
    write(
        services,
        caller,
        Unkeyed,
        || load(services, account),
        |members: Vec<Member>| {
            let before = members.iter().find(|member| member.id == id).ok_or(DeskError::NotFound)?;
            let others: Vec<_> = members.iter().filter(|member| member.id != id).collect();
            let mut after = before.clone();
            apply(&mut after.details, &others)?;
            if after == *before {
                return Ok(Outcome::Unchanged(after));
            }
            after.version += 1;
            let beside = if after.details.roles.is_admin() { None } else { remaining_admin(before, &members)? };
            let mut audit = entry(services, caller, Action::MemberChanged, Some(before), Some(&after));
            audit.detail.note = note.map(ToOwned::to_owned);
            let effect = Effect::MemberWritten { expected: before.version, after: Box::new(after.clone()), beside };
            Ok(Outcome::Change(Change::new(caller.scope, effect, audit), after))
        },
    )
    .await
}

/// Removes a member and ends their sessions. What remains is their name in the audit trail and in what they wrote.
///
/// # Errors
///
/// [`DeskError::NotFound`] and [`DeskError::LastAdmin`].
pub async fn remove(services: &Services, caller: &Caller, account: AccountId, id: MemberId) -> Result<(), DeskError> {
    let caller = &at_home(caller, account);
    let loading = || async {
        let now = services.clock.now();
        Ok((load(services, account).await?, services.store.sign_ins(account, now).await?))
    };
    write(services, caller, Unkeyed, loading, |(members, sign_ins): (Vec<Member>, Vec<SignIn>)| {
        let member = members.iter().find(|member| member.id == id).ok_or(DeskError::NotFound)?;
        let beside = remaining_admin(member, &members)?;
        let sign_ins: Vec<SignInId> =
            sign_ins.iter().filter(|one| one.details.member == id).map(|one| one.id).collect();
        // The entry has the name as its actor's text has it, and nothing else of the person.
        let mut audit = entry_about(services, caller, Action::MemberRemoved, id);
        audit.detail.note = Some(member.details.name.as_str().to_owned());
        let effect = Effect::MemberRemoved { member: (id, member.version), sign_ins, beside };
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), ()))
    })
    .await
}

/// An admin who remains when a member is removed or loses the role. `None` if the member is not an admin.
fn remaining_admin(member: &Member, members: &[Member]) -> Result<Option<(MemberId, u64)>, DeskError> {
    if !member.details.roles.is_admin() {
        return Ok(None);
    }
    let other = members.iter().find(|other| other.id != member.id && other.details.roles.is_admin());
    other.map(|other| Some((other.id, other.version))).ok_or(DeskError::LastAdmin)
}

async fn load(services: &Services, account: AccountId) -> Result<Vec<Member>, DeskError> {
    Ok(services.store.members(account).await?)
}

fn check_name(name: &str, violations: &mut Vec<Violation>) -> Option<OperatorName> {
    let checked = OperatorName::new(name);
    if let Err(error) = &checked {
        violations.push(Violation::new("/name", Code::UnknownValue, error.to_string()));
    }
    checked.ok()
}

fn check_roles(roles: &Roles, violations: &mut Vec<Violation>) {
    if roles.is_empty() {
        violations.push(Violation::new("/roles", Code::Required, "at least one role is required"));
    }
}

fn check_email<'a>(
    email: &str,
    mut others: impl Iterator<Item = &'a Member>,
    violations: &mut Vec<Violation>,
) -> Option<String> {
    let email = email.trim();
    let parts = email.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let has_odd = email.chars().any(|c| c.is_whitespace() || is_hidden(c));
    let violation = if parts.is_none() || has_odd || email.chars().count() > MAX_EMAIL {
        Violation::new("/email", Code::InvalidEmail, "must be an e-mail address")
    } else if others.any(|member| is_same_address(&member.details.email, email)) {
        Violation::new("/email", Code::Contradiction, "belongs to a member of this account already")
    } else {
        return Some(email.to_owned());
    };
    violations.push(violation);
    None
}

/// Whether two addresses are the same for the desk.
#[must_use]
pub fn is_same_address(one: &str, other: &str) -> bool {
    Email::searched(one).folded() == Email::searched(other).folded()
}

/// The same caller, in the scope in which members are stored and audited.
pub(super) fn at_home(caller: &Caller, account: AccountId) -> Caller {
    Caller { scope: Member::home(account), ..caller.clone() }
}

/// An entry about a member, without anything that is only the member's.
pub(super) fn entry_about(services: &Services, caller: &Caller, action: Action, id: MemberId) -> AuditEntry {
    let mut audit = AuditEntry::new(caller, services.clock.now(), action);
    audit.fields = vec![format!("/members/{id}")];
    audit
}

fn entry(
    services: &Services,
    caller: &Caller,
    action: Action,
    before: Option<&Member>,
    after: Option<&Member>,
) -> AuditEntry {
    let mut audit = AuditEntry::new(caller, services.clock.now(), action);
    let id = after.or(before).map(|member| member.id);
    let [before, after] = [before, after].map(|one| one.map_or(serde_json::Value::Null, Member::audited));
    audit.change(id.map_or_else(String::new, |id| format!("/members/{id}")), &before, &after);
    audit
}

/// The members of an account.
pub async fn list(services: &Services, account: AccountId) -> Result<Vec<Member>, StoreError> {
    services.store.members(account).await
}

/// The member with this id in any account, for a passkey that names its owner.
pub async fn find(services: &Services, id: MemberId) -> Result<Option<Member>, StoreError> {
    for account in services.store.accounts().await? {
        if let Some(member) = services.store.member(account.account_id, id).await? {
            return Ok(Some(member));
        }
    }
    Ok(None)
}
