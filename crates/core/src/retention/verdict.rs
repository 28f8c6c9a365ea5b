//! How long the rules keep a customer, or one of its documents.

use crate::clock::Timestamp;
use crate::retention::life::{Evidence, Life, Standing};
use crate::retention::rules::{RetentionRule, RetentionRules, Section, Start};

/// Who asks how long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Retention itself, which deletes what no rule keeps any longer.
    Deletion,
    /// A person or a company that wants a customer erased earlier. Only rules with `required` prevent that.
    Request,
}

/// How long the rules keep something. The later one is the greater one.
#[derive(Debug, Clone, Copy)]
pub enum Verdict<'a> {
    /// No rule says anything about it.
    Unruled,
    /// This rule keeps it longest, until this moment. The moment may have passed.
    Until(Timestamp, &'a RetentionRule),
    /// This rule keeps it, and its clock has not started.
    Open(&'a RetentionRule),
}

impl<'a> Verdict<'a> {
    fn order(self) -> (u8, Option<Timestamp>) {
        match self {
            Self::Unruled => (0, None),
            Self::Until(at, _) => (1, Some(at)),
            Self::Open(_) => (2, None),
        }
    }

    /// The longer one.
    fn longest(self, other: Self) -> Self {
        if other.order() > self.order() { other } else { self }
    }

    /// The rule that keeps it at a moment, and until when, if that is known.
    #[must_use]
    pub fn kept(self, now: Timestamp) -> Option<(Option<Timestamp>, &'a RetentionRule)> {
        match self {
            Self::Until(at, rule) if now < at => Some((Some(at), rule)),
            Self::Open(rule) => Some((None, rule)),
            Self::Unruled | Self::Until(..) => None,
        }
    }
}

impl RetentionRules {
    /// How long the record of a customer is kept. All of it is sealed under the customer's keys and ends with them, so
    /// the section that is kept longest decides. Retention never ends a relationship, and deletes no customer whose
    /// identity no rule mentions: rules about documents alone are no reason to erase a customer.
    #[must_use]
    pub fn record(&self, life: &Life, question: Question) -> Verdict<'_> {
        let is_ruled = || !matches!(self.verdict(Section::Identity, None, life, question), Verdict::Unruled);
        let is_over =
            matches!(life.standing, Standing::Unfinished(_) | Standing::Rejected(_) | Standing::Offboarded(_));
        if question == Question::Deletion && !(is_over && is_ruled()) {
            return Verdict::Unruled;
        }
        let sections = Section::ALL.iter().map(|section| self.verdict(*section, None, life, question));
        let documents =
            life.evidence.iter().map(|evidence| self.verdict(Section::Documents, Some(evidence), life, question));
        sections.chain(documents).fold(Verdict::Unruled, Verdict::longest)
    }

    /// How long one document is kept. Its file has a key of its own, so it can be deleted before the record.
    #[must_use]
    pub fn document(&self, life: &Life, evidence: &Evidence) -> Verdict<'_> {
        self.verdict(Section::Documents, Some(evidence), life, Question::Deletion)
    }

    /// Whether a rule counts from the day on which a document was attached.
    #[must_use]
    pub fn need_dates_of_files(&self) -> bool {
        self.rules.iter().any(|rule| rule.from == Start::Recorded && rule.sections.contains(&Section::Documents))
    }

    fn verdict(&self, section: Section, evidence: Option<&Evidence>, life: &Life, question: Question) -> Verdict<'_> {
        let purpose = evidence.and_then(|evidence| evidence.purpose.as_deref());
        let rules = self.rules.iter().filter(|rule| {
            rule.keeps(section, purpose, life.kind) && (question == Question::Deletion || rule.required)
        });
        let verdict = |rule| verdict_of(rule, evidence, life, question);
        rules.map(verdict).fold(Verdict::Unruled, Verdict::longest)
    }
}

fn verdict_of<'a>(
    rule: &'a RetentionRule,
    evidence: Option<&Evidence>,
    life: &Life,
    question: Question,
) -> Verdict<'a> {
    if let Some(start) = life.start(rule.from, evidence) {
        return Verdict::Until(rule.period.end(start), rule);
    }
    let is_ahead = match (question, life.standing) {
        (Question::Deletion, Standing::Waiting | Standing::Related) => rule.from.is_end(),
        // A customer who was never verified may be erased. After a relationship, the data must be kept for a while.
        (Question::Request, Standing::Related) => rule.from == Start::Offboarded,
        _ => false,
    };
    if is_ahead { Verdict::Open(rule) } else { Verdict::Unruled }
}
