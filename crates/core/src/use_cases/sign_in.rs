//! Signs members in and out.

use zeroize::Zeroizing;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Change, Effect};
use crate::clock::Timestamp;
use crate::desk::member::Member;
use crate::desk::sign_in::{MAX_DEVICE, NewSignIn, SESSION_SECONDS, SignIn, SignInDetails, SignInKind};
use crate::hidden::is_hidden;
use crate::ids::{AccountId, SignInId};
use crate::secret::{self, Kind};
use crate::services::Services;
use crate::store::desk::DeskUse;
use crate::store::error::StoreError;
use crate::use_cases::members::{DeskError, at_home, entry_about};
use crate::use_cases::write::{Outcome, Unkeyed, append_audit, commit, write};

/// How often the last use of a session is recorded, in seconds.
const RECORDED_EVERY: i64 = 60;

/// How a member authenticated, and in which browser.
#[derive(Clone)]
pub struct Authentication {
    /// What proved it.
    pub proof: Proof,
    /// The browser, as it describes itself.
    pub device: String,
    /// The session of the same member that the browser had. It ends: every authentication makes a new token, so that a
    /// token that an attacker planted is worthless.
    pub replaces: Option<SignInId>,
}

/// What proved who a member is.
#[derive(Clone)]
pub enum Proof {
    /// A one-time link, which is used up.
    Link(SignInId),
    /// A passkey, whose response was verified.
    Passkey(UsedPasskey),
    /// The identity provider.
    Provider,
}

/// A passkey that was used.
#[derive(Clone)]
pub struct UsedPasskey {
    /// The id of the credential.
    pub id: String,
    /// What verified the response. If another sign-in has replaced it in the meantime, this one counts for nothing.
    pub verified_by: serde_json::Value,
    /// What verifies the next response.
    pub credential: serde_json::Value,
}

impl Proof {
    const fn method(&self) -> &'static str {
        match self {
            Self::Link(_) => "link",
            Self::Passkey(_) => "passkey",
            Self::Provider => "oidc",
        }
    }
}

/// Opens a session for a member who has authenticated, and returns its token. `caller` says where from.
///
/// # Errors
///
/// [`DeskError::LinkEnded`] when the link has ended in the meantime, [`DeskError::NotFound`] when the member was
/// removed or the account is closed, and [`StoreError::Busy`] when the passkey was used somewhere else in the meantime.
pub async fn open(
    services: &Services,
    caller: &Caller,
    member: &Member,
    authentication: &Authentication,
) -> Result<Zeroizing<String>, DeskError> {
    let caller = &Caller { actor: member.actor(), ..at_home(caller, member.account) };
    let Authentication { proof, device, replaces } = authentication;
    if services.closed.contains(member.account) {
        return Err(DeskError::NotFound);
    }
    let loading = || async {
        let found = services.store.member(member.account, member.id).await?;
        let is_open = match proof {
            Proof::Link(id) => sign_ins(services, member).await?.iter().any(|one| one.id == *id),
            Proof::Passkey(_) | Proof::Provider => true,
        };
        Ok((found, is_open))
    };
    write(services, caller, Unkeyed, loading, |(found, is_open): (Option<Member>, bool)| {
        let mut member = found.ok_or(DeskError::NotFound)?;
        let now = services.clock.now();
        let link = match proof {
            Proof::Link(_) if !is_open => return Err(DeskError::LinkEnded),
            Proof::Link(id) => Some(*id),
            Proof::Passkey(used) => {
                note_use(&mut member, used, now)?;
                None
            }
            Proof::Provider => None,
        };
        member.version += 1;
        member.details.signed_in_at = Some(now);
        let token = secret::generate(Kind::SignIn, caller.scope.environment, services.random.as_ref());
        let details = SignInDetails {
            member: member.id,
            kind: SignInKind::Session,
            created_at: now,
            method: proof.method().to_owned(),
            device: device.chars().filter(|c| !is_hidden(*c)).take(MAX_DEVICE).collect(),
        };
        let (id, expires_at) = (services.random.uuid().into(), now.plus_seconds(SESSION_SECONDS));
        let sign_in = SignIn { id, account: member.account, expires_at, used_at: None, details };
        let mut audit = entry_about(services, caller, Action::SignedIn, member.id);
        audit.detail.note = Some(proof.method().to_owned());
        let new = Box::new(NewSignIn { token: token.clone(), sign_in });
        let ends = replaces.iter().copied().collect();
        let effect = Effect::SignInCreated { new, link, ends, member: Some(Box::new(member)) };
        Ok(Outcome::Change(Change::new(caller.scope, effect, audit), token))
    })
    .await
}

/// Keeps what verifies the next response of a passkey, such as its counter.
fn note_use(member: &mut Member, used: &UsedPasskey, now: Timestamp) -> Result<(), StoreError> {
    let known = member.details.passkeys.iter_mut().find(|known| known.id == used.id);
    let known = known.filter(|known| known.credential == used.verified_by).ok_or(StoreError::Busy)?;
    known.credential = used.credential.clone();
    known.used_at = Some(now);
    Ok(())
}

/// The member and the sign-in behind a one-time link that still works. The link is used up by [`open`].
///
/// # Errors
///
/// [`DeskError::LinkEnded`] for any other token.
pub async fn link(services: &Services, token: &str) -> Result<(Member, SignIn), DeskError> {
    let found = find(services, token, SignInKind::Link).await?;
    found.ok_or(DeskError::LinkEnded)
}

/// The member and the session that a browser's token opens. Records from time to time that it was used, except by an
/// open page, which sends requests by itself and must not keep a session open.
pub async fn session(services: &Services, token: &str, is_used: bool) -> Result<Option<(Member, SignIn)>, StoreError> {
    let Some((member, sign_in)) = find(services, token, SignInKind::Session).await? else { return Ok(None) };
    let now = services.clock.now();
    let used = sign_in.used_at.unwrap_or(sign_in.details.created_at);
    if is_used && used.plus_seconds(RECORDED_EVERY) <= now {
        services.store.record_desk_use(DeskUse::SignIn(member.account, sign_in.id), now).await?;
    }
    Ok(Some((member, sign_in)))
}

async fn find(services: &Services, token: &str, kind: SignInKind) -> Result<Option<(Member, SignIn)>, StoreError> {
    let Some(token) = secret::parse(Kind::SignIn, token) else { return Ok(None) };
    let Some(sign_in) = services.store.sign_in(&token).await? else { return Ok(None) };
    if sign_in.details.kind != kind || !sign_in.is_open(services.clock.now()) {
        return Ok(None);
    }
    if services.closed.contains(sign_in.account) {
        return Ok(None);
    }
    // A member who was removed has no row, whatever sign-ins another process wrote in the meantime.
    let member = services.store.member(sign_in.account, sign_in.details.member).await?;
    Ok(member.map(|member| (member, sign_in)))
}

/// Ends sessions and links of a member.
///
/// # Errors
///
/// [`DeskError::NotFound`] if one of them is not the member's.
pub async fn end(services: &Services, caller: &Caller, member: &Member, ids: Vec<SignInId>) -> Result<(), DeskError> {
    let caller = &at_home(caller, member.account);
    let own = sign_ins(services, member).await?;
    if ids.is_empty() || ids.iter().any(|id| own.iter().all(|known| known.id != *id)) {
        return Err(DeskError::NotFound);
    }
    let audit = entry_about(services, caller, Action::SignedOut, member.id);
    commit(services, Change::new(caller.scope, Effect::SignInsEnded(ids), audit)).await?;
    Ok(())
}

/// The open sessions and links of a member, oldest first.
pub async fn sign_ins(services: &Services, member: &Member) -> Result<Vec<SignIn>, StoreError> {
    let now = services.clock.now();
    let all = services.store.sign_ins(member.account, now).await?;
    Ok(all.into_iter().filter(|one| one.details.member == member.id && one.is_open(now)).collect())
}

/// Records a sign-in that failed. `why` names the cause and repeats nothing that was entered.
pub async fn failed(
    services: &Services,
    caller: &Caller,
    account: AccountId,
    why: &'static str,
) -> Result<(), StoreError> {
    let caller = at_home(caller, account);
    let mut audit = AuditEntry::new(&caller, services.clock.now(), Action::SignInFailed);
    audit.detail.note = Some(why.to_owned());
    append_audit(services, caller.scope, audit).await
}
