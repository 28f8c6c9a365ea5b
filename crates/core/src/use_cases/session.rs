//! Sessions: the time in which a customer may fill in the form, each with its own link.

use zeroize::Zeroizing;

use crate::audit::action::Action;
use crate::caller::{Caller, Environment, Scope};
use crate::change::NewLink;
use crate::clock::Timestamp;
use crate::company::Completeness;
use crate::customer::record::Customer;
use crate::idempotency::{Answer, Request};
use crate::ids::{CustomerId, SessionId};
use crate::kyc::lifecycle::{Conflict, State, Transition};
use crate::kyc::rail::RailStatus;
use crate::kyc::record::Session;
use crate::kyc::reminders::AwaitedAnswer;
use crate::parse::leaf::Text;
use crate::parse::value::parse_checked;
use crate::secret::Kind;
use crate::services::Services;
use crate::store::error::StoreError;
use crate::store::links::Link;
use crate::use_cases::step::{Step, StepResult, take_step};
use crate::use_cases::write_customer::UpdateError;
use crate::violation::{Code, Violation};
use crate::{record, secret};

/// How long a link is valid, in seconds.
pub const LINK_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The warning that the account lacks what production sessions will need.
pub const ACCOUNT_INCOMPLETE: &str = "account_incomplete";

record! {
    /// The body of a new session.
    value NewSession {
        /// Where to send the customer afterwards: an http or https URL
        redirect_uri: Option<Text<2048>>,
        /// Whether to replace a link that is still valid. The old link and every device in the form are then shut out
        renew: Option<bool>,
    }
}

/// The token of a link, if the text is one.
#[must_use]
pub fn token(text: &str) -> Option<Zeroizing<String>> {
    secret::parse(Kind::Link, text)
}

/// The token of the first link in a text. A link that was pasted from a message may be broken into lines and have words
/// around it.
#[must_use]
pub fn token_in(text: &str) -> Option<Zeroizing<String>> {
    let joined: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
    secret::find(Kind::Link, &joined)
}

/// Opens a session, or returns the open one with its link. A session gets a new link when its link has expired, or when
/// the body says `renew`. After a rejection a new session starts. What an abandoned case was about is asked for again.
///
/// # Errors
///
/// [`Conflict::AlreadyApproved`], [`Conflict::Offboarded`], [`Conflict::AccountIncomplete`], and those of an update.
pub async fn open(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
) -> Result<Answer, UpdateError> {
    let NewSession { redirect_uri, renew } = read(request.body)?;
    let (redirect_uri, renew) = (redirect_uri.map(|uri| uri.expose().to_owned()), renew == Some(true));
    let policy = &services.policy;
    let completeness = completeness(services, caller.scope).await?;
    let compute = |mut customer: Customer, now: Timestamp| {
        match customer.kyc.state {
            State::Approved => return Err(Conflict::AlreadyApproved.into()),
            State::Offboarded => return Err(Conflict::Offboarded.into()),
            State::NotStarted
            | State::InProgress
            | State::Submitted
            | State::ResubmissionRequired
            | State::Abandoned
            | State::Rejected => {}
        }
        if let Completeness::Incomplete(missing) = completeness {
            return Err(Conflict::AccountIncomplete(caller.scope.account, missing).into());
        }
        let is_new = matches!(customer.kyc.state, State::NotStarted | State::Rejected);
        if !is_new
            && !renew
            && let Some(session) = customer.kyc.open_session(now)
        {
            if redirect_uri.is_none() || session.redirect_uri == redirect_uri {
                return Ok(StepResult { step: None, after: customer });
            }
            // The link stays the same. Only the place to go afterwards changes.
            if let Some(session) = &mut customer.kyc.session {
                session.redirect_uri.clone_from(&redirect_uri);
            }
            return Ok(StepResult { step: Some(Step::of(Action::SessionOpened)), after: customer });
        }
        customer.kyc.apply(Transition::OpenSession)?;
        if is_new {
            customer.kyc.set_all(&policy.rails, RailStatus::Pending);
        }
        if customer.kyc.state == State::ResubmissionRequired {
            customer.kyc.awaited = Some(AwaitedAnswer::in_new_session(&policy.reminders, now));
        }
        let link = customer.new_link(services, caller.scope, redirect_uri.clone(), now);
        customer.submit_when_complete(policy, now);
        customer.ask_provider(policy, caller.scope.environment, now);
        let step = Step { link: Some(link), ends_passes: renew, ..Step::of(Action::SessionOpened) };
        Ok(StepResult { step: Some(step), after: customer })
    };
    let mut answer = take_step(services, caller, id, request, compute, |customer| {
        serde_json::json!({ "kycs": customer.kyc.on_the_wire() }).to_string().into_bytes()
    })
    .await?;
    if let Completeness::Until(from, _) = completeness {
        let from = from.map_or_else(String::new, |from| format!(";refused_from=\"{from}\""));
        answer.warnings.push(format!("{ACCOUNT_INCOMPLETE}{from}"));
    }
    Ok(answer)
}

/// Whether the account has set what the form must say to production customers. The sandbox has no real customers.
async fn completeness(services: &Services, scope: Scope) -> Result<Completeness, StoreError> {
    match (scope.environment, services.store.account(scope.account).await?) {
        (Environment::Production, Some(account)) => Ok(account.form.company.completeness(services.now(scope))),
        (Environment::Sandbox, _) | (_, None) => Ok(Completeness::Complete),
    }
}

impl Customer {
    /// Gives the customer a new link. The one before no longer opens the form.
    pub(crate) fn new_link(
        &mut self,
        services: &Services,
        scope: Scope,
        redirect_uri: Option<String>,
        now: Timestamp,
    ) -> NewLink {
        let token = secret::generate(Kind::Link, scope.environment, services.random.as_ref());
        let (session, expires_at) = (services.random.uuid().into(), now.plus_seconds(LINK_SECONDS));
        let before = self.kyc.session.take().and_then(|session| session.redirect_uri);
        self.kyc.session = Some(Session {
            id: session,
            link: format!("{}/kyc/{}", services.policy.form_url, token.as_str()),
            opened_at: now,
            expires_at,
            expired: false,
            redirect_uri: redirect_uri.or(before),
        });
        NewLink { token, session, expires_at }
    }
}

/// Reads the body. An empty one counts as an empty object.
fn read(body: &[u8]) -> Result<NewSession, UpdateError> {
    let body = if body.iter().all(u8::is_ascii_whitespace) { b"{}" } else { body };
    parse_checked(body, |body| {
        let message = "must be an http or https URL without a user or password in it";
        let violation = |_| Violation::new("/redirect_uri", Code::InvalidUrl, message);
        body["redirect_uri"].as_str().filter(|text| !is_redirect(text)).map(violation).into_iter().collect()
    })
}

fn is_redirect(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    }) && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// Ends the sessions whose links have expired, and returns how many. It runs regularly, and when a clock is advanced.
/// Sessions that are left after an error are ended by the next run.
pub async fn expire_due(services: &Services) -> Result<usize, StoreError> {
    let mut ended = 0;
    // The store returns a few at a time. Those that cannot be ended come back, so stop when none was ended.
    loop {
        let before = ended;
        for (scope, id) in services.store.ended_links(services.clock.now()).await? {
            let caller = Caller::system(scope, "session-expiry");
            match expire(services, &caller, Some(id), Request::unkeyed(b""), false, |_| Vec::new()).await {
                Ok(_) => ended += 1,
                // One damaged record must not leave all other links open.
                Err(UpdateError::Store(StoreError::Corrupt(_))) => {}
                Err(UpdateError::Store(error)) => return Err(error),
                // The session was renewed, the customer was decided or is gone: there is nothing to end.
                Err(_) => {}
            }
        }
        if ended == before {
            return Ok(ended);
        }
    }
}

/// Ends the link of a customer's session, if it has expired or if `early` is set. Only the sandbox ends links early.
pub(super) async fn expire(
    services: &Services,
    caller: &Caller,
    id: Option<CustomerId>,
    request: Request<'_>,
    early: bool,
    answer: impl Fn(&Customer) -> Vec<u8>,
) -> Result<Answer, UpdateError> {
    let compute = |mut customer: Customer, now: Timestamp| {
        let due = customer
            .kyc
            .session
            .as_ref()
            .is_some_and(|session| !session.expired && (early || session.expires_at <= now));
        if !due {
            return Err(Conflict::NoSession.into());
        }
        customer.kyc.apply(Transition::ExpireSession)?;
        if let Some(session) = &mut customer.kyc.session {
            session.expired = true;
        }
        Ok(StepResult { step: Some(Step::of(Action::SessionExpired)), after: customer })
    };
    take_step(services, caller, id, request, compute, answer).await
}

/// What a link leads to.
#[derive(Debug)]
pub enum Landing {
    /// The customer whose session is open.
    Open(Box<Customer>),
    /// A customer whose link has expired.
    Expired(Box<Customer>),
    /// A customer who has a newer link.
    Replaced(Box<Customer>),
}

impl Landing {
    /// When this session was opened, if it is the customer's newest.
    pub(crate) fn opened_at(&self, session: SessionId) -> Option<Timestamp> {
        let (Self::Open(customer) | Self::Expired(customer) | Self::Replaced(customer)) = self;
        customer.kyc.session.as_ref().filter(|newest| newest.id == session).map(|newest| newest.opened_at)
    }
}

/// Returns what a link leads to. It changes nothing, because programs that preview links also follow them.
pub async fn follow_link(services: &Services, token: &str) -> Result<Option<(Scope, Landing)>, StoreError> {
    let Some(Link { scope, customer, session, .. }) = services.store.link(token).await? else { return Ok(None) };
    Ok(landing(services, scope, customer, session).await?.map(|landing| (scope, landing)))
}

/// What the link of a session leads to now. `None` if the customer is unknown or was erased.
pub(crate) async fn landing(
    services: &Services,
    scope: Scope,
    id: CustomerId,
    session: SessionId,
) -> Result<Option<Landing>, StoreError> {
    let customer = match services.store.customer(scope, id).await {
        Err(StoreError::Erased { .. }) => None,
        found => found?,
    };
    let Some(customer) = customer else { return Ok(None) };
    let newest = customer.kyc.session.as_ref().is_some_and(|newest| newest.id == session);
    // The links of a closed account have ended.
    let is_closed = services.closed.contains(scope.account);
    let open = !is_closed && customer.kyc.open_session(services.now(scope)).is_some();
    let customer = Box::new(customer);
    Ok(Some(match (newest, open) {
        (true, true) => Landing::Open(customer),
        (true, false) => Landing::Expired(customer),
        (false, _) => Landing::Replaced(customer),
    }))
}
