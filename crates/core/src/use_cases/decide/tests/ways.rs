//! The ways by which something happens to a customer, each through the use case that its caller uses.

use std::sync::{Arc, PoisonError};

use crate::caller::{Actor, Caller, OperatorName};
use crate::customer::record::Customer;
use crate::desk::member::{Member, MemberDetails};
use crate::desk::role::{Role, Roles};
use crate::desk::worksheet::{Verdict, VerdictWord, Worksheet};
use crate::form::edit::Edit;
use crate::form::record::Device;
use crate::idempotency::{Answer, Request};
use crate::ids::{KeyId, MemberId, SessionId};
use crate::kyc::State;
use crate::kyc::case::{Case, Name, Stage};
use crate::kyc::decision::Outcome;
use crate::kyc::policy::FourEyes;
use crate::kyc::provider::Simulated;
use crate::kyc::rules::RuleSet;
use crate::services::Services;
use crate::use_cases::ask_provider::work;
use crate::use_cases::decide::{MemberDecisionError, confirm, decide, decide_as, withdraw};
use crate::use_cases::enter_form::Visitor;
use crate::use_cases::evaluate::evaluate;
use crate::use_cases::members::DeskError;
use crate::use_cases::save_form::save_edit;
use crate::use_cases::session;
use crate::use_cases::simulate::simulate;
use crate::use_cases::step::PROPOSED;
use crate::use_cases::submit_form::{Agreement, submit_form};
use crate::use_cases::update_customer::{Method, Update, update};
use crate::use_cases::worksheet::Seat;
use crate::use_cases::write::scripted::{Noon, SCOPE, Scripted, at_once, services};
use crate::use_cases::write_customer::UpdateError;

/// One requirement, and a high risk for customers with a large volume.
const RULES: &str = r#"
version = "1"
[[rule]]
id = "name"
when = { type = "individual" }
needs = { field = "/first_name" }
label = "Name"
example = "Ada"
because = "Everyone has one."
[[risk]]
id = "volume"
when = { volume_from = 100000 }
because = "A large volume."
"#;

/// Who decides or proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Key,
    Operator,
    /// A simulation in the sandbox.
    Sandbox,
    Provider,
    Analyst,
    Approver,
    OtherApprover,
}

impl Who {
    const fn actor_number(self) -> [u8; 16] {
        [self as u8; 16]
    }

    fn actor(self) -> Actor {
        let name = |text| OperatorName::new(text).expect("a name");
        match self {
            Self::Key | Self::Sandbox => Actor::Key(KeyId::from_bytes(self.actor_number())),
            Self::Operator => Actor::Operator(name("Olga")),
            Self::Provider => Actor::System,
            Self::Analyst | Self::Approver | Self::OtherApprover => {
                Actor::Member(MemberId::from_bytes(self.actor_number()), name("Mia"))
            }
        }
    }

    /// The actor, as the record names it.
    pub(super) fn text(self) -> String {
        self.actor().to_string()
    }

    fn caller(self) -> Caller {
        Caller { scope: SCOPE, actor: self.actor(), request_id: "this".to_owned(), address: None }
    }

    fn seat(self) -> Seat {
        let role = if self == Self::Analyst { Role::Analyst } else { Role::Approver };
        let details = MemberDetails {
            name: OperatorName::new("Mia").expect("a name"),
            email: "mia@example.com".to_owned(),
            roles: Roles::everywhere([role]),
            invited_at: crate::clock::Clock::now(&Noon),
            passkeys: Vec::new(),
            identity: None,
            signed_in_at: None,
            no_shortcuts: false,
        };
        let id = MemberId::from_bytes(self.actor_number());
        Seat::new(Member { id, account: SCOPE.account, version: 1, details }, self.caller())
    }
}

/// Something that happens to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Decide(Who, Outcome),
    Confirm(Who),
    Withdraw(Who),
    /// The same by a member whose page shows the version before.
    OnAnOldPage(OldPage),
    /// The sandbox approves a single rail.
    DecideRails,
    /// The sandbox submits the customer.
    Submit,
    /// The sandbox closes the case.
    Abandon,
    /// A PUT of another name.
    Rename,
    /// A PUT of another volume.
    ChangeRisk,
    /// The customer types something that stays a draft.
    Type,
    OpenSession,
    Evaluate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OldPage {
    Decide,
    Confirm,
    Withdraw,
}

impl Step {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        use Outcome::{Approve, Offboard, Reinstate, Reject, RequestResubmission};
        use Who::{Analyst, Approver, Key, Operator, OtherApprover, Provider, Sandbox};
        let every = [Approve, Reject, RequestResubmission, Offboard, Reinstate];
        let covered = [Approve, Reject, Reinstate];
        let decide = |who: Who, outcomes: &[Outcome]| -> Vec<_> {
            outcomes.iter().map(|outcome| Self::Decide(who, *outcome)).collect()
        };
        [
            decide(Key, &every),
            decide(Operator, &covered),
            decide(Sandbox, &covered),
            decide(Provider, &[Approve, Reject]),
            decide(Analyst, &every),
            decide(Approver, &every),
            decide(OtherApprover, &covered),
            [Analyst, Approver, OtherApprover].map(Self::Confirm).into(),
            [Analyst, Approver, OtherApprover].map(Self::Withdraw).into(),
            [OldPage::Decide, OldPage::Confirm, OldPage::Withdraw].map(Self::OnAnOldPage).into(),
            vec![
                Self::DecideRails,
                Self::Submit,
                Self::Abandon,
                Self::Rename,
                Self::ChangeRisk,
                Self::Type,
                Self::OpenSession,
            ],
            vec![Self::Evaluate],
        ]
        .into_iter()
        .flatten()
    }
}

/// A customer without a session.
pub(super) fn customer() -> Customer {
    let mut customer = crate::form::edit::tests::customer(crate::clock::Clock::now(&Noon));
    customer.kyc.state = State::NotStarted;
    customer
}

/// What a step did.
pub(super) struct Done {
    pub(super) after: Customer,
    /// Whether the answer says that a decision was only proposed. `None` if the step has no answer, or was refused.
    pub(super) said: Option<bool>,
}

/// An installation with a policy.
pub(super) struct Ways {
    store: Arc<Scripted>,
    services: Services,
}

impl Ways {
    pub(super) fn new(policy: FourEyes) -> Self {
        let store = Arc::new(Scripted::default());
        let mut services = services(&store);
        services.policy.four_eyes_sandbox = policy;
        services.policy.rules = Arc::new(RuleSet::read(RULES).expect("rules"));
        Self { store, services }
    }

    pub(super) fn take(&self, before: &Customer, step: Step) -> Done {
        let record = || self.store.customer.lock().unwrap_or_else(PoisonError::into_inner);
        *record() = Some(before.clone());
        *self.store.worksheet.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.judged(before, step));
        let said = match at_once(self.run(before, step)) {
            Ok(answer) => answer.map(|answer| answer.warnings.iter().any(|warning| warning == PROPOSED)),
            Err(
                MemberDecisionError::Desk(DeskError::Forbidden(..))
                | MemberDecisionError::Update(UpdateError::Conflict(_) | UpdateError::ConditionFailed { .. }),
            ) => None,
            Err(MemberDecisionError::Update(UpdateError::Invalid(_)))
                if matches!(step, Step::Decide(_, Outcome::Approve)) =>
            {
                None
            }
            Err(error) => panic!("{step:?}: {error:?}"),
        };
        self.store.committed.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut after = record().take().expect("a customer");
        after.kyc.provider = None;
        Done { after, said }
    }

    /// The customer after a provider that still has no verdict was asked for it.
    pub(super) fn asked_in_vain(&self, before: &Customer) -> Customer {
        let mut customer = before.clone();
        let stage = Stage::Open("pending".to_owned());
        let case = Case::new(Name::Simulated, stage, None);
        customer.kyc.provider.get_or_insert(case);
        let record = || self.store.customer.lock().unwrap_or_else(PoisonError::into_inner);
        *record() = Some(customer);
        at_once(work(&self.services, &Simulated, SCOPE, before.id)).expect("asked");
        self.store.committed.lock().unwrap_or_else(PoisonError::into_inner).clear();
        record().take().expect("a customer")
    }

    async fn run(&self, before: &Customer, step: Step) -> Result<Option<Answer>, MemberDecisionError> {
        let (services, id, version) = (&self.services, Some(before.id), before.version);
        Ok(match step {
            Step::Decide(Who::Provider, outcome) => {
                self.hear(before, outcome).await;
                None
            }
            Step::Decide(Who::Sandbox, outcome) => {
                Some(self.simulate(before, &format!("kyc.status.{}", outcome.as_str()), "").await?)
            }
            Step::Decide(who @ (Who::Key | Who::Operator), outcome) => {
                Some(decide(services, &who.caller(), id, Request::unkeyed(&body(outcome))).await?)
            }
            Step::Decide(who, outcome) => {
                Some(decide_as(services, &who.seat(), id, version, Request::unkeyed(&body(outcome))).await?)
            }
            Step::Confirm(who) => Some(confirm(services, &who.seat(), id, version).await?),
            Step::Withdraw(who) => Some(withdraw(services, &who.seat(), id, version).await?),
            Step::OnAnOldPage(page) => {
                let (seat, version) = (Who::OtherApprover.seat(), version - 1);
                Some(match page {
                    OldPage::Decide => {
                        let body = body(Outcome::RequestResubmission);
                        decide_as(services, &seat, id, version, Request::unkeyed(&body)).await?
                    }
                    OldPage::Confirm => confirm(services, &seat, id, version).await?,
                    OldPage::Withdraw => withdraw(services, &seat, id, version).await?,
                })
            }
            Step::DecideRails => {
                let rails = r#","breakdown":[{"currency":"eur","payment_rails":"sepa","status":"approved"}]"#;
                Some(self.simulate(before, "kyc.breakdown.set", rails).await?)
            }
            Step::Submit => Some(self.simulate(before, "kyc.status.submit", "").await?),
            Step::Abandon => Some(self.simulate(before, "kyc.status.abandon", "").await?),
            Step::Rename => Some(self.put(before, &format!(r#"{{"first_name":"Ada {}"}}"#, before.version)).await?),
            Step::ChangeRisk => {
                let is_large = before.profile.to_json()["expected_monthly_volume_usd"] == "1000000";
                let volume = if is_large { "1" } else { "1000000" };
                Some(self.put(before, &format!(r#"{{"expected_monthly_volume_usd":"{volume}"}}"#)).await?)
            }
            Step::Type => {
                self.save(before).await?;
                None
            }
            Step::OpenSession => Some(session::open(services, &Who::Key.caller(), id, Request::unkeyed(b"")).await?),
            Step::Evaluate => {
                evaluate(services, SCOPE, before.id).await?;
                None
            }
        })
    }

    /// A worksheet on which everything fits the decision that a step makes.
    fn judged(&self, before: &Customer, step: Step) -> Worksheet {
        let verdict = match step {
            Step::Decide(_, Outcome::RequestResubmission) | Step::OnAnOldPage(OldPage::Decide) => VerdictWord::Differs,
            _ => VerdictWord::Matches,
        };
        let mut sheet = Worksheet::empty(before.id);
        let at = crate::clock::Clock::now(&Noon);
        for one in before.judged(&self.services.policy.rules, at) {
            let by = Who::Analyst.seat().member.author();
            sheet.details.verdicts.insert(one.id, Verdict { verdict, given: one.given, by, at });
        }
        sheet
    }

    /// The provider has a verdict on the case of the customer.
    async fn hear(&self, before: &Customer, outcome: Outcome) {
        let mut customer = before.clone();
        let case = Stage::Open(outcome.as_str().to_owned());
        customer.kyc.provider = Some(Case::new(Name::Simulated, case, None));
        *self.store.customer.lock().expect("unpoisoned") = Some(customer);
        work(&self.services, &Simulated, SCOPE, before.id).await.expect("heard");
    }

    async fn simulate(&self, before: &Customer, action: &str, rest: &str) -> Result<Answer, UpdateError> {
        let body = format!(r#"{{"action":"{action}","customer_id":"{}"{rest}}}"#, before.id);
        simulate(&self.services, &Who::Sandbox.caller(), Request::unkeyed(body.as_bytes())).await
    }

    async fn put(&self, before: &Customer, body: &str) -> Result<Answer, UpdateError> {
        let put = Update {
            id: Some(before.id),
            method: Method::Put,
            body: body.as_bytes(),
            representation: false,
            condition: Default::default(),
            idempotency_key: None,
        };
        update(&self.services, &Who::Key.caller(), put).await
    }

    /// Whether the customer may submit the form after reviewing this version. The form lacks a name.
    pub(super) fn accepts_review(&self, before: &Customer, reviewed: u64) -> bool {
        *self.store.customer.lock().unwrap_or_else(PoisonError::into_inner) = Some(before.clone());
        let agreement = Agreement { version: "1", language: "en", text: "I agree.", reviewed };
        match at_once(submit_form(&self.services, &visitor(before), agreement)) {
            Err(UpdateError::Invalid(_)) => true,
            Err(UpdateError::ConditionFailed { .. }) => false,
            other => panic!("{other:?}"),
        }
    }

    async fn save(&self, before: &Customer) -> Result<(), UpdateError> {
        // The form queries a name without a letter.
        let typed = vec![("/first_name".to_owned(), before.version.to_string())];
        save_edit(&self.services, &visitor(before), Edit::Fields(typed.into())).await.map(drop)
    }
}

/// The browser of a customer.
fn visitor(of: &Customer) -> Visitor {
    let session = of.kyc.session.as_ref().map_or(SessionId::from_bytes([0; 16]), |session| session.id);
    let caller = Caller { actor: Actor::Session(session), ..Who::Key.caller() };
    Visitor { caller, customer: of.id, session, device: Device::of("a pass") }
}

/// The body of a decision.
fn body(outcome: Outcome) -> Vec<u8> {
    let rest = match outcome {
        Outcome::RequestResubmission => r#","requirements":["name"]"#,
        Outcome::Reject => r#","reason_codes":["other"]"#,
        _ => "",
    };
    format!(r#"{{"outcome":"{}"{rest}}}"#, outcome.as_str()).into_bytes()
}
