//! How a browser enters the form: it sends the token of the link by POST, and gets a pass of its own.

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

/// A browser in the form: the caller that it acts as, and the customer whose form it is.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The caller of everything that the browser does.
    pub caller: Caller,
    /// The customer whose form it is.
    pub customer: CustomerId,
    /// The session whose link it followed.
    pub session: SessionId,
    /// The browser, by a hash of its pass.
    pub device: Device,
}

/// A new pass, which a browser gets for the token of a link.
pub struct Pass {
    /// The secret that the browser sends with each request.
    pub secret: Zeroizing<String>,
    /// The browser that has the pass.
    pub visitor: Visitor,
    /// How long the pass lasts, in seconds. It ends with the link.
    pub seconds: i64,
}

/// Issues a pass to a browser that followed a link to this customer. `None` when the form is closed.
pub async fn issue_pass(
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

/// How long a pass lasts without use.
pub const IDLE_SECONDS: i64 = 24 * 60 * 60;

/// A use is recorded at most once in this time.
const RECORDED_EVERY_SECONDS: i64 = 60;

/// Ends the pass of a visitor who leaves the form.
pub async fn end_pass(services: &Services, visitor: &Visitor, pass: &str) -> Result<(), StoreError> {
    let mut audit = AuditEntry::new(&visitor.caller, services.now(visitor.scope()), Action::FormLeft);
    audit.customer = Some(visitor.customer);
    let effect = Effect::FormLeft(pass.to_owned().into());
    commit(services, Change::new(visitor.scope(), effect, audit)).await
}

/// The visitor with this pass, and what the link leads to now. `None` if the text is not a pass, or the pass has ended.
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
    // Older versions did not record the use. No pass is older than its session.
    let Some(used_at) = link.used_at.or_else(|| landing.opened_at(session)) else { return Ok(None) };
    if used_at.plus_seconds(IDLE_SECONDS) <= now {
        return Ok(None);
    }
    if link.used_at.is_none() || used_at.plus_seconds(RECORDED_EVERY_SECONDS) <= now {
        // If this fails, for example on a full disk, the pass only ends earlier.
        let _ = services.store.record_pass_use(&pass, now).await;
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

    /// The scope of the customer.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.caller.scope
    }

    /// Whether the form of the visitor's session is still open for input.
    pub(super) fn may_write(&self, services: &Services, customer: &Customer) -> bool {
        customer.kyc.state.takes_input()
            && customer.kyc.open_session(services.now(self.scope())).is_some_and(|open| open.id == self.session)
    }
}
