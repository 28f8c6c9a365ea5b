//! How a browser enters the form: the token of the link, sent by POST, is exchanged for a pass of the browser's own.

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::Device;
use crate::audit::{Action, AuditEntry};
use crate::caller::{Actor, Caller, Environment, Scope};
use crate::change::{Change, Effect, NewLink};
use crate::customer::Customer;
use crate::ids::{CustomerId, SessionId};
use crate::kyc::session::{self, Landing};
use crate::secret;
use crate::services::Services;
use crate::store::StoreError;

const fn prefix(environment: Environment) -> &'static str {
    match environment {
        Environment::Sandbox => "dss_test_",
        Environment::Production => "dss_live_",
    }
}

/// A browser in the form: as whom it acts, and whose form it is.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The caller of everything that it does.
    pub caller: Caller,
    /// Whose form it is.
    pub customer: CustomerId,
    /// The session.
    pub session: SessionId,
    /// Which browser.
    pub device: Device,
}

/// What a browser gets for the token of a link.
pub struct Pass {
    /// The secret that the browser shows from now on.
    pub secret: Zeroizing<String>,
    /// Of which session.
    pub session: SessionId,
    /// How many seconds the link, and with it the pass, is still good.
    pub seconds: i64,
}

/// Exchanges the token of a link for a pass. `None` when the link does not lead into a form: what it leads to, its page
/// says.
///
/// # Errors
///
/// The store's.
pub async fn enter(
    services: &Services,
    token: &str,
    address: Option<IpAddr>,
    request_id: String,
) -> Result<Option<Pass>, StoreError> {
    let Some((scope, Landing::Open(customer))) = session::follow(services, token).await? else { return Ok(None) };
    let Some(open) = customer.kyc.session.as_ref().filter(|_| customer.kyc.state.takes_input()) else {
        return Ok(None);
    };
    let now = services.now(scope);
    let secret = secret::generate(prefix(scope.environment), services.random.as_ref());
    let caller = Caller { scope, actor: Actor::Session(open.id), request_id, address };
    let mut audit = AuditEntry::new(&caller, now, Action::FormOpened);
    audit.customer = Some(customer.id);
    let pass = NewLink { token: secret.clone(), session: open.id, expires_at: open.expires_at };
    let effect = Effect::FormOpened { customer: customer.id, pass };
    let change = Change { scope, effect, audit: Some(audit), events: Vec::new(), answer: None };
    services.store.commit(change).await?;
    let seconds = (open.expires_at.as_micros() - now.as_micros()) / 1_000_000;
    Ok(Some(Pass { secret, session: open.id, seconds }))
}

/// Who shows a pass, and where the customer stands; `None` for what is no pass.
///
/// # Errors
///
/// The store's.
pub async fn visitor(
    services: &Services,
    pass: &str,
    address: Option<IpAddr>,
    request_id: String,
) -> Result<Option<(Visitor, Landing)>, StoreError> {
    let known = [Environment::Sandbox, Environment::Production].map(prefix);
    if !known.into_iter().any(|prefix| secret::is_one(prefix, pass)) {
        return Ok(None);
    }
    let Some((scope, customer, session)) = services.store.link(pass).await? else { return Ok(None) };
    let Some(landing) = session::landing(services, scope, customer, session).await? else { return Ok(None) };
    let caller = Caller { scope, actor: Actor::Session(session), request_id, address };
    Ok(Some((Visitor { caller, customer, session, device: Device::of(pass) }, landing)))
}

impl Visitor {
    /// Where what the visitor works on lies.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.caller.scope
    }

    /// Whether the visitor's session still takes what is typed.
    pub(super) fn may_write(&self, services: &Services, customer: &Customer) -> bool {
        customer.kyc.state.takes_input()
            && customer.kyc.open_session(services.now(self.scope())).is_some_and(|open| open.id == self.session)
    }
}
