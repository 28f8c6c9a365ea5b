//! Generated lives of customers under several sets of rules, compared with an oracle that knows only their history.

use std::collections::BTreeMap;

use dossier_core::clock::Timestamp;
use dossier_core::customer::{Customer, CustomerType, EmailIndex, Profile};
use dossier_core::ids::{CustomerId, SessionId};
use dossier_core::kyc::decision::{Decision, Outcome};
use dossier_core::kyc::record::Session;
use dossier_core::kyc::{Kyc, State, Transition};
use dossier_core::parse::Email;
use dossier_core::retention::{Life, Question, RetentionRules, Verdict};

const LIVES: u32 = 100_000;
const DAY: i64 = 86_400_000_000;
/// 2024-01-01, in days since 1970. The lives begin within four years of it, so that some begin on a 29 February.
const FIRST_DAY: i64 = 19_723;

/// Three sets of rules: the baseline; short periods in all units; and rules that differ by section and type.
const SHORT: &str = "version = 'short'
    [[keep]]
    id = 'a'
    sections = ['identity', 'decisions']
    from = 'offboarded'
    for = 'P3M'
    law = 'x'
    [[keep]]
    id = 'b'
    sections = ['identity']
    from = 'rejected'
    for = 'P2W'
    law = 'x'
    [[keep]]
    id = 'c'
    sections = ['numbers']
    from = 'abandoned'
    for = 'P40D'
    law = 'x'
    required = false";
const MIXED: &str = "version = 'mixed'
    [[keep]]
    id = 'a'
    sections = ['identity']
    type = 'individual'
    from = 'offboarded'
    for = 'P1Y'
    law = 'x'
    [[keep]]
    id = 'b'
    sections = ['identity']
    type = 'corporate'
    from = 'offboarded'
    for = 'P10Y'
    law = 'x'
    [[keep]]
    id = 'c'
    sections = ['decisions']
    from = 'decided'
    for = 'P2Y1M'
    law = 'x'
    [[keep]]
    id = 'd'
    sections = ['identity', 'numbers']
    from = 'recorded'
    for = 'P6M'
    law = 'x'";

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

/// What happened to a customer, in order. The oracle sees nothing else.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Happened {
    Changed,
    /// A link was opened, which expires at this moment.
    Opened(i64),
    Submitted,
    Abandoned,
    Decided(Outcome),
}

struct Lived {
    kind: CustomerType,
    history: Vec<(i64, Happened)>,
    customer: Customer,
}

fn live(dice: &mut Dice, number: u32) -> Lived {
    let kind = if dice.roll(2) == 0 { CustomerType::Individual } else { CustomerType::Corporate };
    let mut at = FIRST_DAY * DAY + dice.roll(4 * 366 * 24) * (DAY / 24);
    let mut kyc = Kyc::default();
    let mut history = vec![(at, Happened::Changed)];
    let created_at = at;
    for _ in 0..dice.roll(9) {
        at += dice.roll(200 * 24) * (DAY / 24);
        let happened = match dice.roll(6) {
            0 => Some(Happened::Changed),
            1 => kyc.apply(Transition::OpenSession).ok().map(|()| {
                let session = Session {
                    id: SessionId::from_bytes([7; 16]),
                    link: String::new(),
                    opened_at: Timestamp::from_micros(at),
                    expires_at: Timestamp::from_micros(at + 7 * DAY),
                    expired: false,
                    redirect_uri: None,
                };
                kyc.session = Some(session);
                Happened::Opened(at + 7 * DAY)
            }),
            2 => kyc.apply(Transition::Submit).ok().map(|()| Happened::Submitted),
            3 => kyc.apply(Transition::Abandon).ok().map(|()| Happened::Abandoned),
            _ => {
                let (outcome, transition) = [
                    (Outcome::Approve, Transition::Approve),
                    (Outcome::Reject, Transition::Reject),
                    (Outcome::RequestResubmission, Transition::RequestResubmission),
                    (Outcome::Offboard, Transition::Offboard),
                    (Outcome::Reinstate, Transition::Reinstate),
                ][usize::try_from(dice.roll(5)).expect("small")];
                kyc.apply(transition).ok().map(|()| {
                    kyc.was_approved |= outcome == Outcome::Approve;
                    kyc.decision = Some(Decision {
                        outcome,
                        at: Timestamp::from_micros(at),
                        by: String::new(),
                        reason_codes: Vec::new(),
                        labels: Vec::new(),
                        comment: None,
                        note: None,
                        proposed_by: None,
                        version: None,
                    });
                    Happened::Decided(outcome)
                })
            }
        };
        history.extend(happened.map(|happened| (at, happened)));
    }
    let mut id = [7; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let updated_at = history.last().map_or(created_at, |(at, _)| *at);
    let customer = Customer {
        id: CustomerId::from_bytes(id),
        version: 1,
        events: 1,
        persons_version: 1,
        created_at: Timestamp::from_micros(created_at),
        updated_at: Timestamp::from_micros(updated_at),
        email: Email::searched("ada@example.com"),
        profile: Profile::empty(kind),
        kyc,
        email_index: EmailIndex::default(),
    };
    Lived { kind, history, customer }
}

/// A date from days since 1970, and back, by counting. It shares nothing with the code under test.
fn civil(days: i64) -> (i64, i64, i64) {
    let (mut year, mut rest) = (1970, days);
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if rest < length {
            break;
        }
        rest -= length;
        year += 1;
    }
    let mut month = 1;
    while rest >= month_length(year, month) {
        rest -= month_length(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

fn days((year, month, day): (i64, i64, i64)) -> i64 {
    let years: i64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    years + (1..month).map(|month| month_length(year, month)).sum::<i64>() + day - 1
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The end of the last day of a period, from its text.
fn end_of(start: i64, period: &str) -> i64 {
    let (mut year, mut month, day) = civil(start / DAY);
    let (mut number, mut more_days) = (0, 0);
    for c in period[1..].chars() {
        match c {
            'Y' => year += number,
            'M' => month += number,
            'W' => more_days += 7 * number,
            'D' => more_days += number,
            digit => {
                number = number * 10 + i64::from(digit.to_digit(10).expect("a digit"));
                continue;
            }
        }
        number = 0;
    }
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    let date = (year, month, day.min(month_length(year, month)));
    (days(date) + more_days + 1) * DAY
}

/// A rule, as the oracle reads it from the text of the rules.
struct Plain {
    has_identity: bool,
    kind: Option<CustomerType>,
    from: String,
    period: String,
}

fn plain(text: &str) -> Vec<Plain> {
    text.split("[[keep]]")
        .skip(1)
        .map(|rule| {
            let members: BTreeMap<_, _> = rule
                .lines()
                .map(|line| line.split('#').next().unwrap_or_default())
                .filter_map(|line| line.split_once(" = "))
                .map(|(name, value)| (name.trim(), value.trim().trim_matches(['\'', '"']).to_owned()))
                .collect();
            Plain {
                has_identity: members["sections"].contains("identity"),
                kind: members.get("type").map(|kind| match kind.as_str() {
                    "individual" => CustomerType::Individual,
                    _ => CustomerType::Corporate,
                }),
                from: members["from"].clone(),
                period: members["for"].clone(),
            }
        })
        .collect()
}

/// When a customer may be deleted according to its history. `None`: not as long as nothing else happens.
fn allowed_from(lived: &Lived, rules: &[Plain]) -> Option<i64> {
    let (last, _) = *lived.history.last()?;
    let decisions = lived.history.iter().filter_map(|(at, happened)| match happened {
        Happened::Decided(outcome) => Some((*at, *outcome)),
        _ => None,
    });
    let decisions: Vec<_> = decisions.collect();
    let newest = decisions.last().copied();
    // Whether it reopened after the last decision: a rejected customer can open a session again.
    let after =
        |at: i64| lived.history.iter().rev().take_while(move |(then, _)| *then >= at).map(|(_, happened)| *happened);
    let reopened = newest.is_some_and(|(at, _)| {
        let since: Vec<_> = after(at).collect();
        let decided = since.iter().position(|one| matches!(one, Happened::Decided(_))).unwrap_or(0);
        since[..decided].iter().any(|one| matches!(one, Happened::Opened(_)))
    });
    let ended = match newest {
        Some((at, Outcome::Offboard)) => Some(("offboarded", at)),
        Some((at, Outcome::Reject)) if !reopened => Some(("rejected", at)),
        _ => None,
    };
    let had_relationship = decisions.iter().any(|(_, outcome)| *outcome == Outcome::Approve)
        || newest.is_some_and(|(_, outcome)| outcome == Outcome::Reinstate);
    let waits = lived.customer.kyc.state == State::Submitted;
    let link = lived.history.iter().rev().find_map(|(_, happened)| match happened {
        Happened::Opened(expires) => Some(*expires),
        _ => None,
    });
    let unfinished = Some(last.max(link.unwrap_or(0)));
    let (happened, at) = match ended {
        Some(ended) => ended,
        None if had_relationship || waits => return None,
        None => ("abandoned", unfinished?),
    };
    let decided = newest.filter(|(_, outcome)| *outcome != Outcome::RequestResubmission).map(|(at, _)| at);
    let (mut latest, mut has_identity) = (None, false);
    for rule in rules.iter().filter(|rule| rule.kind.is_none_or(|kind| kind == lived.kind)) {
        let start = match rule.from.as_str() {
            "decided" => decided,
            "recorded" => Some(last),
            name => (happened == name).then_some(at),
        };
        has_identity |= rule.has_identity && start.is_some();
        latest = latest.max(start.map(|start| end_of(start, &rule.period)));
    }
    latest.filter(|_| has_identity)
}

#[test]
fn of_a_hundred_thousand_lives_under_three_rule_sets_none_is_deleted_early_and_none_late() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let sets = [RetentionRules::BASELINE, SHORT, MIXED];
    let sets = sets.map(|text| (RetentionRules::read(text).expect("good rules"), plain(text)));
    let (mut deleted, mut kept) = (0_u32, 0_u32);
    for number in 0..LIVES {
        let lived = live(&mut dice, number);
        let life = Life::of(&lived.customer, &[], None);
        for (rules, oracle) in &sets {
            let verdict = rules.record(&life, Question::Deletion);
            let expected = allowed_from(&lived, oracle);
            // The sweep of each day deletes what is due by then. It runs within a day of midnight.
            let deleted_on = match verdict {
                Verdict::Until(at, _) => Some((at.as_micros() + DAY - 1) / DAY * DAY),
                Verdict::Unruled | Verdict::Open(_) => None,
            };
            let shown = || format!("{:?} {:?} {:?}", lived.history, lived.customer.kyc.state, rules.version);
            match (deleted_on, expected) {
                (Some(deleted_on), Some(allowed)) => {
                    assert!(deleted_on >= allowed, "deleted early: {}", shown());
                    assert!(deleted_on <= allowed + DAY, "deleted late: {}", shown());
                    deleted += 1;
                }
                (None, None) => kept += 1,
                (found, expected) => panic!("{found:?} {expected:?}: {}", shown()),
            }
        }
    }
    assert!(deleted > LIVES && kept > LIVES / 2, "both are common: {deleted}, {kept}");
}
