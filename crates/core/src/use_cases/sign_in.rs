//! Signs members in and out.

use zeroize::Zeroizing;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::Caller;
use crate::change::{Change, Effect};
use crate::desk::member::Member;
use crate::desk::sign_in::{MAX_DEVICE, NewSignIn, SESSION_SECONDS, SignIn, SignInDetails, SignInKind};
use crate::ids::{AccountId, SignInId};
use crate::secret::{self, Kind};
use crate::services::Services;
use crate::store::desk::DeskUse;
use crate::store::error::StoreError;
use crate::use_cases::members::{DeskError, at_home, entry_about};
use crate::use_cases::write::{append_audit, commit, commit_once};

/// How often the last use of a session is recorded, in seconds.
const RECORDED_EVERY: i64 = 60;

/// How a member signed in, and from where.
#[derive(Debug, Clone)]
pub struct Means {
    /// `passkey`, `oidc` or `link`.
    pub method: &'static str,
    /// The browser, as it describes itself.
    pub device: String,
}

/// Opens a session for a member who has authenticated. `caller` is the member. A session that `replaces` names ends:
/// every authentication makes a new token, so that a token that somebody planted is worth nothing.
///
/// # Errors
///
/// [`DeskError::LinkEnded`] when the sign-in that is replaced has ended in the meantime.
pub async fn open(
    services: &Services,
    caller: &Caller,
    member: &Member,
    means: &Means,
    replaces: Option<SignInId>,
) -> Result<Zeroizing<String>, DeskError> {
    let caller = &Caller { actor: member.actor(), ..at_home(caller, member.account) };
    let now = services.clock.now();
    let token = secret::generate(Kind::SignIn, caller.scope.environment, services.random.as_ref());
    let details = SignInDetails {
        member: member.id,
        kind: SignInKind::Session,
        created_at: now,
        method: means.method.to_owned(),
        device: means.device.chars().filter(|c| !crate::hidden::is_hidden(*c)).take(MAX_DEVICE).collect(),
    };
    let id = services.random.uuid(now).into();
    let sign_in =
        SignIn { id, account: member.account, expires_at: now.plus_seconds(SESSION_SECONDS), used_at: None, details };
    let mut audit = entry_about(services, caller, Action::SignedIn, member.id);
    audit.detail.note = Some(means.method.to_owned());
    let new = Box::new(NewSignIn { token: token.clone(), sign_in });
    let effect = Effect::SignInCreated { new, replaces: replaces.into_iter().collect() };
    match commit_once(services, Change::new(caller.scope, effect, audit)).await? {
        true => Ok(token),
        false => Err(DeskError::LinkEnded),
    }
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

/// The member and the session that a browser's token opens. Records from time to time that it was used.
pub async fn session(services: &Services, token: &str) -> Result<Option<(Member, SignIn)>, StoreError> {
    let Some((member, sign_in)) = find(services, token, SignInKind::Session).await? else { return Ok(None) };
    let now = services.clock.now();
    let used = sign_in.used_at.unwrap_or(sign_in.details.created_at);
    if used.plus_seconds(RECORDED_EVERY) <= now {
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
