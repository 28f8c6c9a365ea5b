//! How a browser enters the form: the token of the link, sent by POST, is exchanged for a pass of the browser's own.

use std::net::IpAddr;

use zeroize::Zeroizing;

use crate::audit::action::Action;
use crate::audit::entry::AuditEntry;
use crate::caller::{Actor, Caller, Scope};
use crate::change::{Change, Effect, NewLink};
use crate::customer::record::Customer;
use crate::form::record::Device;
use crate::ids::{CustomerId, SessionId};
use crate::secret::{self, Kind};
use crate::services::Services;
use crate::store::error::StoreError;
use crate::store::links::Link;
use crate::use_cases::session::{self, Landing};
use crate::use_cases::write::commit;

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
    /// As whom it acts.
    pub visitor: Visitor,
    /// How many seconds the link, and with it the pass, is still good.
    pub seconds: i64,
}

/// Gives a browser that has followed a link to this customer a pass. `None` when the form is closed.
///
/// # Errors
///
/// The store's.
pub async fn enter(
    services: &Services,
    scope: Scope,
    customer: &Customer,
    address: Option<IpAddr>,
    request_id: String,
) -> Result<Option<Pass>, StoreError> {
    let now = services.now(scope);
    let Some(open) = customer.kyc.open_session(now).filter(|_| customer.kyc.state.takes_input()) else {
        return Ok(None);
    };
    let secret = secret::generate(Kind::Pass, scope.environment, services.random.as_ref());
    let visitor = Visitor::new(scope, customer.id, open.id, &secret, address, request_id);
    let mut audit = AuditEntry::new(&visitor.caller, now, Action::FormOpened);
    audit.customer = Some(customer.id);
    let pass = NewLink { token: secret.clone(), session: open.id, expires_at: open.expires_at };
    let effect = Effect::FormOpened { customer: customer.id, pass, at: now };
    commit(services, Change::new(scope, effect, audit)).await?;
    let seconds = (open.expires_at.as_micros() - now.as_micros()) / 1_000_000;
    Ok(Some(Pass { secret, visitor, seconds }))
}

/// How long a pass is good that is not used.
pub const IDLE_SECONDS: i64 = 24 * 60 * 60;

/// A use is noted at most once in this time.
const NOTED_EVERY_SECONDS: i64 = 60;

/// Ends the pass of a visitor, who leaves.
///
/// # Errors
///
/// The store's.
pub async fn end_pass(services: &Services, visitor: &Visitor, pass: &str) -> Result<(), StoreError> {
    let mut audit = AuditEntry::new(&visitor.caller, services.now(visitor.scope()), Action::FormLeft);
    audit.customer = Some(visitor.customer);
    let effect = Effect::FormLeft(pass.to_owned().into());
    commit(services, Change::new(visitor.scope(), effect, audit)).await
}

/// Who shows a pass, and where the customer stands; `None` for what is no pass, or one that has ended.
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
    let Some(pass) = secret::parse(Kind::Pass, pass) else { return Ok(None) };
    let Some(link) = services.store.link(&pass).await? else { return Ok(None) };
    let Link { scope, customer, session, .. } = link;
    let Some(landing) = session::landing(services, scope, customer, session).await? else { return Ok(None) };
    let now = services.now(scope);
    // An older version did not note the use: no pass is older than its session.
    let Some(used_at) = link.used_at.or_else(|| landing.opened_at(session)) else { return Ok(None) };
    if used_at.plus_seconds(IDLE_SECONDS) <= now {
        return Ok(None);
    }
    if link.used_at.is_none() || used_at.plus_seconds(NOTED_EVERY_SECONDS) <= now {
        // A full disk is no reason to refuse a page: the pass only ends earlier.
        let _ = services.store.pass_used(&pass, now).await;
    }
    Ok(Some((Visitor::new(scope, customer, session, &pass, address, request_id), landing)))
}

impl Visitor {
    fn new(
        scope: Scope,
        customer: CustomerId,
        session: SessionId,
        pass: &str,
        address: Option<IpAddr>,
        request_id: String,
    ) -> Self {
        let caller = Caller { scope, actor: Actor::Session(session), request_id, address };
        Self { caller, customer, session, device: Device::of(pass) }
    }

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
