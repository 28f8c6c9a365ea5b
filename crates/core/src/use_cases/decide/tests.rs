//! Who decides alone, and who does not: every path over every way to a decision, compared with what the list of its
//! steps alone says should happen. Paths that lead to the same record with the same expectation share what follows.

mod ways;

use std::collections::HashMap;

use super::*;
use crate::kyc::lifecycle::{State, Transition};
use ways::{Done, OldPage, Step, Ways, Who};

/// The length of the paths.
const LENGTH: usize = 6;

/// What the steps so far say about a customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Expected {
    state: State,
    version: u64,
    /// Whether the customer's answers make the risk high.
    is_risky: bool,
    /// Whether the only thing that is required was ever given.
    has_name: bool,
    /// Whether it was asked for again, and not given since.
    is_asked: bool,
    /// Whether there is a link that opens the form.
    is_open: bool,
    /// Who proposed what, if the newest version is that proposal.
    proposed: Option<(Who, Outcome)>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happened {
    /// It is refused, or there is nothing to do.
    Nothing,
    Changed,
    Proposed(Who, Outcome),
    /// A decision is made: by whom, and whose proposal it was.
    Decided(Outcome, Who, Option<Who>),
}

impl Expected {
    fn is_covered(&self, policy: FourEyes) -> bool {
        match policy {
            FourEyes::Off => false,
            FourEyes::HighRisk => self.is_risky,
            FourEyes::All => true,
        }
    }

    const fn is_complete(&self) -> bool {
        self.has_name && !self.is_asked
    }

    /// What a step should do.
    fn predict(&self, policy: FourEyes, step: Step) -> Happened {
        let is_possible = |transition| self.state.after(transition).is_some();
        let changed_if = |holds| if holds { Happened::Changed } else { Happened::Nothing };
        match step {
            // The verdict of a provider is recorded, even if a reviewer was faster.
            Step::Decide(who, outcome) if !is_possible(outcome.transition()) => changed_if(who == Who::Provider),
            // At the desk, no member approves while something is missing.
            Step::Decide(Who::Analyst | Who::Approver | Who::OtherApprover, Outcome::Approve)
                if !self.is_complete() =>
            {
                Happened::Nothing
            }
            Step::Decide(who, outcome @ Outcome::RequestResubmission) => Happened::Decided(outcome, who, None),
            Step::Decide(Who::Analyst, outcome) => Happened::Proposed(Who::Analyst, outcome),
            Step::Decide(who, outcome) if outcome != Outcome::Offboard && self.is_covered(policy) => {
                Happened::Proposed(who, outcome)
            }
            Step::Decide(who, outcome) => Happened::Decided(outcome, who, None),
            Step::Confirm(who) => match self.proposed {
                Some((other, outcome)) if other != who && who != Who::Analyst => {
                    Happened::Decided(outcome, who, Some(other))
                }
                _ => Happened::Nothing,
            },
            Step::Withdraw(who) => changed_if(self.proposed.is_some_and(|(by, _)| by == who || who != Who::Analyst)),
            Step::OnAnOldPage(_) => Happened::Nothing,
            Step::DecideRails => changed_if(!self.is_covered(policy) && is_possible(Transition::SetBreakdown)),
            Step::Submit => changed_if(is_possible(Transition::Submit)),
            Step::Abandon => changed_if(is_possible(Transition::Abandon)),
            Step::Rename | Step::ChangeRisk | Step::Evaluate => Happened::Changed,
            Step::Type => changed_if(self.is_open && self.state.takes_input()),
            Step::OpenSession => {
                let is_new = matches!(self.state, State::NotStarted | State::Rejected);
                changed_if(is_possible(Transition::OpenSession) && (is_new || !self.is_open))
            }
        }
    }

    /// What is expected after a step did this.
    fn after(mut self, step: Step, happened: Happened) -> Self {
        if happened == Happened::Nothing {
            return self;
        }
        self.version += 1;
        self.proposed = None;
        match (step, happened) {
            (_, Happened::Proposed(who, outcome)) => self.proposed = Some((who, outcome)),
            (_, Happened::Decided(outcome, ..)) => {
                self.go(outcome.transition());
                self.is_asked = outcome == Outcome::RequestResubmission;
                match outcome {
                    Outcome::Approve | Outcome::Reinstate => self.is_open = false,
                    Outcome::RequestResubmission => self.is_open = true,
                    Outcome::Reject | Outcome::Offboard => {}
                }
            }
            (Step::ChangeRisk, _) => self.is_risky = !self.is_risky,
            (Step::Rename, _) => {
                (self.has_name, self.is_asked) = (true, false);
                self.submit_when_complete();
            }
            (Step::Submit, _) => {
                self.go(Transition::Submit);
                self.is_asked = false;
            }
            (Step::Abandon, _) => {
                self.go(Transition::Abandon);
                self.is_open = false;
            }
            (Step::OpenSession, _) => {
                self.go(Transition::OpenSession);
                self.is_open = true;
                self.submit_when_complete();
            }
            _ => {}
        }
        self
    }

    fn go(&mut self, transition: Transition) {
        self.state = self.state.after(transition).expect("predicted to be possible");
    }

    fn submit_when_complete(&mut self) {
        if self.state.takes_input() && self.is_open && self.is_complete() {
            self.go(Transition::Submit);
        }
    }
}

/// What was found on all paths.
#[derive(Debug, Default)]
struct WalkTotals {
    records: usize,
    paths: u128,
    /// Decisions at the end of a path, by one person and by two.
    alone: u128,
    by_two: u128,
}

/// Walks all paths from each record that a verification can begin with.
fn walk(policy: FourEyes) -> WalkTotals {
    let ways = Ways::new(policy);
    let mut places: HashMap<String, (Customer, Expected)> = HashMap::new();
    let mut ends: HashMap<String, u128> = HashMap::new();
    for place in beginnings() {
        ends.insert(key(&place), 1);
        places.insert(key(&place), place);
    }
    let mut known: HashMap<String, Vec<(Happened, String)>> = HashMap::new();
    let mut found = WalkTotals::default();
    for _ in 0..LENGTH {
        (found.alone, found.by_two) = (0, 0);
        let mut longer: HashMap<String, u128> = HashMap::new();
        for (from, paths) in ends {
            let place = &places[&from];
            let follow = |step| checked(&ways, policy, place, step);
            let new: Vec<_> = if known.contains_key(&from) { vec![] } else { Step::all().map(follow).collect() };
            if !new.is_empty() {
                known.insert(from.clone(), new.iter().map(|(happened, place)| (*happened, key(place))).collect());
                places.extend(new.into_iter().map(|(_, place)| (key(&place), place)));
            }
            for (happened, to) in &known[&from] {
                *longer.entry(to.clone()).or_default() += paths;
                match happened {
                    Happened::Decided(.., None) => found.alone += paths,
                    Happened::Decided(.., Some(_)) => found.by_two += paths,
                    _ => {}
                }
            }
        }
        ends = longer;
    }
    (found.records, found.paths) = (known.len(), ends.values().sum());
    found
}

/// Records in each of the states that a verification can have for long.
fn beginnings() -> Vec<(Customer, Expected)> {
    let ways = Ways::new(FourEyes::Off);
    let new = ways::customer();
    let version = new.version;
    let expected = Expected {
        state: State::NotStarted,
        version,
        is_risky: false,
        has_name: false,
        is_asked: false,
        is_open: false,
        proposed: None,
    };
    let mut place = (new, expected);
    let mut all = vec![place.clone()];
    for step in [
        Step::OpenSession,
        Step::Rename,
        Step::Decide(Who::Key, Outcome::Approve),
        Step::Decide(Who::Key, Outcome::Offboard),
    ] {
        place = checked(&ways, FourEyes::Off, &place, step).1;
        all.push(place.clone());
    }
    all
}

/// What tells a record and its expectation from another, as far as any step depends on it.
fn key((customer, expected): &(Customer, Expected)) -> String {
    let mut kyc = customer.kyc.clone();
    (kyc.decision, kyc.provider, kyc.form, kyc.comment, kyc.verified_address) = (None, None, None, None, None);
    if let Some(session) = &mut kyc.session {
        (session.id, session.link) = (crate::ids::SessionId::from_bytes([0; 16]), String::new());
    }
    for flag in &mut kyc.flags {
        flag.given.clear();
    }
    if let Some(proposal) = &mut kyc.proposal {
        (proposal.by, proposal.version) = (String::new(), 0);
    }
    let kyc = serde_json::to_string(&kyc).expect("a verification has string keys only");
    format!("{:?} {kyc}", Expected { version: 0, ..expected.clone() })
}

/// Takes a step and compares what it does with what it should do.
fn checked(
    ways: &Ways,
    policy: FourEyes,
    (before, expected): &(Customer, Expected),
    step: Step,
) -> (Happened, (Customer, Expected)) {
    let happened = expected.predict(policy, step);
    let Done { after, said } = ways.take(before, step);
    let what = format!("{policy:?}: {step:?} after {expected:?}");
    lawful(policy, expected, step, before, &after);
    let next = expected.clone().after(step, happened);
    assert_eq!((after.kyc.state, after.version), (next.state, next.version), "{what}");
    assert_eq!(happened == Happened::Nothing, after == *before, "{what}");
    let proposed = after.kyc.proposal.as_deref().map(|one| (one.by.clone(), one.decision.outcome, one.version));
    assert_eq!(proposed, next.proposed.map(|(who, outcome)| (who.text(), outcome, next.version)), "{what}");
    assert!(said.is_none_or(|said| said == matches!(happened, Happened::Proposed(..))), "{what}: {said:?}");
    let waits = after.kyc.state == State::Submitted || after.kyc.review.is_some() || next.proposed.is_some();
    assert_eq!(after.kyc.queued_at.is_some(), waits, "{what}");
    match (happened, &after.kyc.decision) {
        (Happened::Decided(outcome, who, other), Some(made)) => {
            let by = (made.outcome, made.by.clone(), made.proposed_by.clone(), made.version);
            assert_eq!(by, (outcome, who.text(), other.map(Who::text), Some(next.version)), "{what}");
        }
        (_, made) => assert!(*made == before.kyc.decision, "{what}: nothing is decided"),
    }
    (happened, (after, next))
}

/// The promise itself, by what the record shows: without a second member no customer is approved, rejected or
/// reinstated where the policy covers the customer, and an analyst decides nothing alone anywhere.
fn lawful(policy: FourEyes, expected: &Expected, step: Step, before: &Customer, after: &Customer) {
    let (was, is) = (before.kyc.state, after.kyc.state);
    let outcome = match (was, is) {
        _ if was == is && before.kyc.decision == after.kyc.decision => return,
        (State::Offboarded, State::NotStarted) => Outcome::Reinstate,
        (_, State::Approved) => Outcome::Approve,
        (_, State::Rejected) => Outcome::Reject,
        (_, State::Offboarded) => Outcome::Offboard,
        (_, State::ResubmissionRequired) => return,
        _ => {
            assert!(before.kyc.decision == after.kyc.decision, "{step:?}: an unknown decision");
            return;
        }
    };
    match step {
        Step::Confirm(who) => {
            let (proposer, proposed) = expected.proposed.expect("a proposal of the newest version");
            assert!(who != Who::Analyst && who != proposer && outcome == proposed, "{step:?} after {expected:?}");
        }
        Step::Decide(who, wanted) => {
            assert!(who != Who::Analyst && outcome == wanted, "{step:?} after {expected:?}");
            let needs_two = outcome != Outcome::Offboard && expected.is_covered(policy);
            assert!(!needs_two, "{policy:?}: {step:?} after {expected:?}");
        }
        _ => panic!("{step:?} decides, after {expected:?}"),
    }
}

#[test]
fn an_analyst_alone_decides_nothing_even_without_the_policy() {
    let found = walk(FourEyes::Off);
    assert!(found.paths > 1_000_000_000 && found.alone > 0 && found.by_two > 0, "{found:?}");
}

#[test]
fn only_decisions_about_a_high_risk_need_a_second_member_if_the_policy_says_so() {
    let found = walk(FourEyes::HighRisk);
    assert!(found.paths > 1_000_000_000 && found.alone > 0 && found.by_two > 0, "{found:?}");
}

#[test]
fn no_path_leads_to_a_decision_without_a_second_member_if_the_policy_covers_all() {
    let found = walk(FourEyes::All);
    assert!(found.paths > 1_000_000_000 && found.by_two > 0, "{found:?}");
}

#[test]
fn a_provider_without_a_verdict_changes_nothing_that_members_decide_about() {
    let ways = Ways::new(FourEyes::All);
    let before = |step| {
        let steps = [Step::OpenSession, Step::Rename, Step::Submit, step];
        let proposed = steps.into_iter().fold(ways::customer(), |customer, step| ways.take(&customer, step).after);
        let asked = (0..3).fold(proposed.clone(), |customer, _| ways.asked_in_vain(&customer));
        assert_eq!(asked.version, proposed.version + 3);
        assert_eq!(asked.kyc.proposal.is_some(), proposed.kyc.proposal.is_some());
        asked
    };
    let proposed = before(Step::Decide(Who::Analyst, Outcome::Approve));
    let confirmed = ways.take(&proposed, Step::OnAnOldPage(OldPage::Confirm)).after;
    assert_eq!(confirmed.kyc.state, State::Approved, "the page is older than the last question");
    let withdrawn = ways.take(&proposed, Step::OnAnOldPage(OldPage::Withdraw)).after;
    assert!(withdrawn.kyc.proposal.is_none() && withdrawn.version > proposed.version);
    let decided = ways.take(&before(Step::Rename), Step::OnAnOldPage(OldPage::Decide)).after;
    assert_eq!(decided.kyc.state, State::ResubmissionRequired);

    // The same goes for the version that a customer reviewed before submitting.
    let open = ways.take(&ways::customer(), Step::OpenSession).after;
    let asked = ways.asked_in_vain(&open);
    assert!(ways.accepts_review(&asked, open.version) && !ways.accepts_review(&asked, open.version - 1));

    // Anything else in between counts as before, also between two questions.
    let renamed = ways.take(&proposed, Step::Rename).after;
    assert!(renamed.kyc.proposal.is_none());
    let version = renamed.version;
    let asked = ways.asked_in_vain(&renamed);
    assert!(asked.is_alike(version) && !asked.is_alike(version - 1));
    assert!(proposed.is_alike(proposed.version - 3) && !proposed.is_alike(proposed.version - 4));
    assert!(!proposed.is_alike(proposed.version + 1));
}
