//! What members change of their own: passkeys, shortcuts, and who they are at the identity provider.

use crate::caller::{Caller, Environment};
use crate::desk::member::{Identity, MAX_PASSKEY_NAME, MAX_PASSKEYS, Member, MemberDetails, Passkey};
use crate::desk::role::{Role, Roles};
use crate::hidden::{is_blank, is_hidden};
use crate::ids::{AccountId, MemberId};
use crate::services::Services;
use crate::use_cases::members::{DeskError, change};
use crate::violation::{Code, Violation, Violations};

/// What a member changes.
#[derive(Clone)]
pub enum OwnChange {
    /// Adds a passkey.
    AddPasskey(Passkey),
    /// Gives the passkey with this id another name.
    RenamePasskey(String, String),
    /// Removes the passkey with this id.
    RemovePasskey(String),
    /// Turns shortcuts of single keys on or off.
    Shortcuts(bool),
    /// Remembers the member's identity at the identity provider, and the roles that it gives.
    Identity(Identity, Option<Roles>),
}

/// Changes what belongs to the member alone.
///
/// # Errors
///
/// [`DeskError::NotFound`] if there is no such member or passkey, and [`DeskError::Invalid`] for a name that cannot be
/// right, or for too many passkeys.
pub async fn set_own(
    services: &Services,
    caller: &Caller,
    account: AccountId,
    id: MemberId,
    own: &OwnChange,
) -> Result<Member, DeskError> {
    let note = matches!(own, OwnChange::Identity(..)).then_some("as the identity provider says");
    change(services, (caller, note), account, id, |details, others| {
        match own {
            OwnChange::AddPasskey(passkey) => {
                let name = check_name(&passkey.name)?;
                details.passkeys.push(Passkey { name, ..passkey.clone() });
                if details.passkeys.len() > MAX_PASSKEYS {
                    let message = format!("a member has at most {MAX_PASSKEYS} passkeys; remove one first");
                    return Err(Violations::from(Violation::new("/passkeys", Code::TooManyItems, message)).into());
                }
            }
            OwnChange::RenamePasskey(passkey, name) => {
                let known = details.passkeys.iter_mut().find(|known| known.id == *passkey);
                known.ok_or(DeskError::NotFound)?.name = check_name(name)?;
            }
            OwnChange::RemovePasskey(passkey) => {
                let known = details.passkeys.iter().position(|known| known.id == *passkey);
                details.passkeys.remove(known.ok_or(DeskError::NotFound)?);
            }
            OwnChange::Shortcuts(on) => details.no_shortcuts = !on,
            OwnChange::Identity(identity, roles) => {
                details.identity = Some(identity.clone());
                if let Some(roles) = roles {
                    details.roles = with_last_admin(roles.clone(), details, others);
                }
            }
        }
        Ok(())
    })
    .await
}

/// The roles that the identity provider gives, and those of an admin without whom there would be none: otherwise a
/// change of groups over there could leave the account without one.
fn with_last_admin(mut roles: Roles, details: &MemberDetails, others: &[&Member]) -> Roles {
    if roles.is_admin() || others.iter().any(|other| other.details.roles.is_admin()) {
        return roles;
    }
    for environment in Environment::ALL {
        if details.roles.of(*environment).contains(&Role::Admin) {
            roles.of_mut(*environment).insert(Role::Admin);
        }
    }
    roles
}

fn check_name(name: &str) -> Result<String, DeskError> {
    let name = name.trim();
    if is_blank(name) || name.chars().count() > MAX_PASSKEY_NAME || name.chars().any(is_hidden) {
        let message = format!("a name has 1 to {MAX_PASSKEY_NAME} characters and no control characters or hidden ones");
        return Err(Violations::from(Violation::new("/name", Code::UnknownValue, message)).into());
    }
    Ok(name.to_owned())
}
