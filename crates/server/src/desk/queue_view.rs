//! The queue in memory: every customer that waits, sealed. A page reads it instead of opening thousands of records.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dossier_core::caller::Scope;
use dossier_core::clock::Timestamp;
use dossier_core::customer::{Customer, CustomerType};
use dossier_core::desk::worksheet::HOLD_SECONDS;
use dossier_core::desk::{FlagKind, WaitReason};
use dossier_core::ids::{CustomerId, MemberId};
use dossier_core::services::Services;
use dossier_core::store::{StoreError, Waiting};
use dossier_store::vault::ProcessKey;
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use serde::{Deserialize, Serialize};

/// How old what a page shows may be.
const TRUSTED: Duration = Duration::from_millis(500);
/// How many records are opened at the same time.
const AT_A_TIME: usize = 16;

/// A customer that waits.
#[derive(Clone)]
pub struct Case {
    pub waiting: Waiting,
    pub kind: CustomerType,
    pub reason: WaitReason,
    pub due_at: Timestamp,
    /// What a machine found in the record.
    pub flags: Vec<FlagKind>,
    /// How many fields changed since the last decision. `None` before the first.
    pub changed: Option<usize>,
    /// Who took the case, and when.
    holder: Option<(MemberId, Timestamp)>,
    /// Who proposed a decision; `None` inside if it was no member.
    pub proposed_by: Option<Option<MemberId>>,
    pub is_escalated: bool,
    sealed: Arc<[u8]>,
}

/// The personal part of a case.
#[derive(Serialize, Deserialize)]
pub struct Shown {
    pub name: String,
    pub country: Option<String>,
    pub holder: Option<String>,
    pub proposer: Option<String>,
}

impl Case {
    /// The member who holds the case at a moment.
    #[must_use]
    pub fn holder(&self, now: Timestamp) -> Option<MemberId> {
        let (member, since) = self.holder?;
        let renewed = self.waiting.renewed_at.map_or(since, |at| at.max(since));
        (now < renewed.plus_seconds(HOLD_SECONDS)).then_some(member)
    }
}

type Cases = Arc<Vec<Case>>;

#[derive(Default)]
struct View {
    read: Option<Instant>,
    cases: Cases,
}

/// The queues of all scopes whose pages were asked for since the start.
pub struct Queues {
    key: ProcessKey,
    views: Mutex<HashMap<Scope, Arc<tokio::sync::Mutex<View>>>>,
}

impl Default for Queues {
    fn default() -> Self {
        Self { key: ProcessKey::random(), views: Mutex::default() }
    }
}

impl Queues {
    fn view(&self, scope: Scope) -> Arc<tokio::sync::Mutex<View>> {
        Arc::clone(self.views.lock().expect("nothing panics while it holds the views").entry(scope).or_default())
    }

    /// The cases of a scope, the one that is due first in front. They are at most half a second old, and read again
    /// after this process has changed one.
    pub async fn cases(&self, services: &Services, scope: Scope) -> Result<Cases, StoreError> {
        let view = self.view(scope);
        // A request that comes while another one reads waits for it, and then uses what it read.
        let mut view = view.lock().await;
        if view.read.is_some_and(|read| read.elapsed() < TRUSTED) {
            return Ok(Arc::clone(&view.cases));
        }
        let began = Instant::now();
        let known: HashMap<CustomerId, &Case> = view.cases.iter().map(|case| (case.waiting.customer, case)).collect();
        let waiting = services.store.waiting(scope).await?;
        let (mut cases, mut unread) = (Vec::with_capacity(waiting.len()), Vec::new());
        for waiting in waiting {
            let same = known
                .get(&waiting.customer)
                .filter(|case| (case.waiting.version, case.waiting.worksheet) == (waiting.version, waiting.worksheet));
            match same {
                Some(case) => cases.push(Case { waiting, ..(*case).clone() }),
                None => unread.push(waiting),
            }
        }
        let read = iter(unread).map(|waiting| self.read(services, scope, waiting)).buffer_unordered(AT_A_TIME);
        cases.extend(read.try_collect::<Vec<_>>().await?.into_iter().flatten());
        cases.sort_by_key(|case| (case.due_at, case.waiting.customer));
        *view = View { read: Some(began), cases: Arc::new(cases) };
        Ok(Arc::clone(&view.cases))
    }

    /// Reads the queue again for the next page, because this process has just changed a case.
    pub async fn forget(&self, scope: Scope) {
        self.view(scope).lock().await.read = None;
    }

    /// The personal part of a case.
    #[must_use]
    pub fn shown(&self, case: &Case) -> Option<Shown> {
        let opened = self.key.open(case.waiting.customer.as_bytes(), case.sealed.to_vec())?;
        serde_json::from_slice(&opened).ok()
    }

    /// Opens the record and the worksheet of a customer that waits. `None` if it no longer waits, or cannot be opened;
    /// a verification of the store reports a damaged record.
    async fn read(&self, services: &Services, scope: Scope, waiting: Waiting) -> Result<Option<Case>, StoreError> {
        let id = waiting.customer;
        let customer = match services.store.customer(scope, id).await {
            Ok(Some(customer)) => customer,
            Ok(None) | Err(StoreError::Corrupt(_) | StoreError::Erased { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some((reason, due_at)) = customer.wait(&services.policy.due_times) else { return Ok(None) };
        let sheet = match waiting.worksheet {
            0 => None,
            _ => Some(services.store.worksheet(scope, id).await?),
        };
        let changed = match customer.kyc.decision.as_ref().map(|decision| decision.version) {
            Some(Some(version)) => Some(services.store.changed_since(scope, id, version).await?.len()),
            Some(None) => customer.kyc.review.as_ref().map(|review| review.fields.len()),
            None => None,
        };
        let proposal = customer.kyc.proposal.as_deref();
        let holder = sheet.as_ref().and_then(|sheet| sheet.holder_of(&customer.kyc, services.now(scope)));
        let shown = Shown {
            name: name(&customer),
            country: customer_country(&customer),
            holder: holder.map(|holder| holder.member.name.clone()),
            proposer: proposal.map(|proposal| actor_name(&proposal.by).to_owned()),
        };
        let json = serde_json::to_vec(&shown).expect("what is shown has string keys only");
        let mut flags: Vec<_> = customer.desk_flags(services.now(scope)).into_iter().map(|flag| flag.kind).collect();
        flags.dedup();
        Ok(Some(Case {
            waiting: Waiting { version: customer.version, ..waiting },
            kind: customer.profile.kind(),
            reason,
            due_at,
            flags,
            changed,
            holder: holder.map(|holder| (holder.member.id, holder.since)),
            proposed_by: proposal.map(|proposal| proposal.member),
            is_escalated: sheet.as_ref().is_some_and(|sheet| sheet.is_escalated(customer.kyc.decision.as_ref())),
            sealed: self.key.seal(id.as_bytes(), &json).into(),
        }))
    }
}

/// The name of a customer, or the e-mail address of one without a name.
#[must_use]
pub fn name(customer: &Customer) -> String {
    use dossier_core::customer::Profile;
    let name = match &customer.profile {
        Profile::Individual(person) => [&person.first_name, &person.last_name]
            .into_iter()
            .flatten()
            .map(|part| part.expose())
            .collect::<Vec<_>>()
            .join(" "),
        Profile::Business(business) => {
            business.business_legal_name.as_ref().map_or("", |name| name.expose()).to_owned()
        }
    };
    if name.trim().is_empty() { customer.email.expose().to_owned() } else { name }
}

/// The country of the customer's address, or the nationality.
#[must_use]
pub fn customer_country(customer: &Customer) -> Option<String> {
    use dossier_core::customer::Profile;
    let country = match &customer.profile {
        Profile::Individual(person) => {
            let address = person.residential_address.as_ref().map(|address| address.country);
            address.or(person.nationality)
        }
        Profile::Business(business) => business.business_address.as_ref().map(|address| address.country),
    };
    country.map(|country| country.expose().to_owned())
}

/// The part of an actor's text that people read: the name of a member or operator, or the whole text.
#[must_use]
pub fn actor_name(actor: &str) -> &str {
    match actor.split_once(':') {
        Some(("member", rest)) => rest.split_once(':').map_or(rest, |(_, name)| name),
        Some(("operator", name)) => name,
        _ => actor,
    }
}
